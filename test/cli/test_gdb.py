#!/usr/bin/env python3
"""etch run --gdb: a real gdb-multiarch debugs the firmware on the bench."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
GDB = shutil.which("gdb-multiarch")


class Bench:
    """etch run --gdb 0, waiting for its debugger."""

    def __init__(self, firmware, *options):
        self.elf = FIRMWARE / firmware
        self.process = subprocess.Popen(
            [ETCH, "run", self.elf, "--part", "stm32f446re", "--gdb", "0", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        line = self.process.stderr.readline()
        found = re.search(r"target remote :(\d+)", line)
        if not found:
            self.process.kill()
            raise AssertionError(line + self.process.communicate()[1])
        self.port = int(found[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def end(self):
        """What etch said, and its exit status."""
        out, err = self.process.communicate(timeout=60)
        return out, err, self.process.returncode


def debug(bench, *commands):
    """What gdb prints when it does all that, on stdout and stderr."""
    words = [GDB, "-nx", "-q", "-batch", "-ex", "set width 0", "-ex", "set confirm off",
             "-ex", f"target remote 127.0.0.1:{bench.port}"]
    for command in commands:
        words += ["-ex", command]
    done = subprocess.run([*words, bench.elf], text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout


@unittest.skipUnless(GDB, "gdb-multiarch is not installed")
class Gdb(unittest.TestCase):
    def in_order(self, text, *patterns):
        at = 0
        for pattern in patterns:
            found = re.compile(pattern).search(text, at)
            self.assertTrue(found, f"no /{pattern}/ in\n{text[at:]}\nof\n{text}")
            at = found.end()

    def test_the_program_waits_at_its_first_instruction(self):
        with Bench("chain.elf") as bench:
            self.in_order(debug(bench, "info registers sp pc msp", "kill"),
                          r"Reset_Handler", r"sp +0x2001", r"pc .*<Reset_Handler>",
                          r"msp +0x2001")
            self.assertEqual(bench.end()[2], 0)

    def test_it_breaks_steps_and_shows_who_called(self):
        with Bench("chain.elf") as bench:
            self.in_order(
                debug(bench, "break leaf", "continue", "backtrace", "print value", "stepi",
                      "print $pc", "finish", "kill"),
                r"Breakpoint 1, leaf \(value=3\)", r"#1 .* in middle ", r"#2 .* in outer ",
                r"#3 .* in main ", r"\$1 = 3", r"<leaf\+2>", r"middle \(")

    def test_a_handler_shows_what_it_interrupted(self):
        with Bench("chain.elf") as bench:
            self.in_order(debug(bench, "break PendSV_Handler", "continue", "backtrace", "kill"),
                          r"#0  PendSV_Handler", r"#1  <signal handler called>",
                          r" in outer |outer \(", r" in main ")

    def test_watches_stop_at_the_store_and_at_the_load(self):
        with Bench("chain.elf") as bench:
            self.in_order(
                debug(bench, "break main", "continue", "rwatch hidden", "watch sink[0]",
                      "continue", "backtrace 1", "continue", "backtrace 1", "kill"),
                r"read watchpoint .*hidden\n", r"Value = 5", r"#0 .*middle",
                r"New value = 7", r"#0 .*middle")

    def test_registers_and_memory_can_be_changed(self):
        with Bench("chain.elf") as bench:
            self.in_order(
                debug(bench, "break leaf", "continue", "set var $r0 = 0x1234",
                      "set var $s1 = 1.5", "print $s1", "print/x $d0", "set var sink[3] = 99",
                      "print sink[3]", "x/1xw 0xE000ED00", "finish", "print sink[1]", "kill"),
                r"\$1 = 1.5", r"\$2 = 0x", r"\$3 = 99", r"0xe000ed00.*0x410fc24",
                r"\$4 = 4660")

    def test_flash_is_known_as_flash_and_loaded_into(self):
        with Bench("chain.elf") as bench:
            self.in_order(
                debug(bench, "info mem", "load", "monitor reset", "maintenance flush "
                      "register-cache", "break main", "continue", "kill"),
                r"0x08000000 0x08010000 flash blocksize 0x4000",
                r"0x08020000 0x08080000 flash blocksize 0x20000",
                r"Loading section \.isr_vector", r"Start address", r"Reset by the pin",
                r"Breakpoint 1, main")

    def test_the_end_of_the_firmware_is_the_end_of_the_session(self):
        with Bench("journal.elf", "--args", "exit") as bench:
            self.in_order(debug(bench, "continue"), r"exited with code 07")
            out, err, status = bench.end()
            self.assertEqual(status, 1)
            self.assertIn("left with 7", out)

    def test_power_can_be_cut_in_an_operation_to_come(self):
        with Bench("journal.elf") as bench:
            self.in_order(
                debug(bench, "monitor cut 0x", "monitor cut 2", "continue", "print $pc",
                      "monitor cut 1", "break append", "continue", "print starts", "kill"),
                r"is no number of a flash operation", r"will fail in flash operation 2",
                r"the power was cut in flash operation 2",
                r"signal SIGPWR", r"<Reset_Handler>", r"operation 1 is over",
                r"Breakpoint 1, append", r"\$2 = [12]")

    def test_power_can_be_cut_now(self):
        with Bench("journal.elf") as bench:
            self.in_order(
                debug(bench, "break append", "continue", "continue", "monitor cut",
                      "maintenance flush register-cache", "print $pc", "continue",
                      "print starts", "monitor flash", "kill"),
                r"The power was off", r"<Reset_Handler>", r"Breakpoint 1, append",
                r"= 1", r"operations begun; SR 0x")

    def test_a_fault_stops_where_it_is_taken(self):
        with Bench("question.elf") as bench:
            text = debug(bench, "continue", "backtrace", "monitor why", "kill")
            self.in_order(text, r"etch: MemManage at 0x080", r"address 0x08060000",
                          r"signal SIGSEGV", r"<signal handler called>",
                          r"FLASH_Program_Word", r"mpu-refused-store")

    def test_faults_need_not_stop(self):
        with Bench("question.elf") as bench:
            self.in_order(debug(bench, "monitor catch off", "continue", "kill"),
                          r"do not stop", r"a loop that nothing can interrupt",
                          r"signal SIGINT")

    def test_the_words_of_monitor_are_listed(self):
        with Bench("chain.elf") as bench:
            self.in_order(debug(bench, "monitor help", "monitor fly", "monitor time", "kill"),
                          r"monitor cut ", r"monitor reset", r"monitor why",
                          r"no word 'fly'", r"0 instructions")

    def test_a_running_program_can_be_interrupted(self):
        with Bench("journal.elf", "--args", "loop") as bench:
            commands = ["python import threading, os, signal",
                        "python threading.Timer(0.5, lambda: os.kill(os.getpid(), "
                        "signal.SIGINT)).start()",
                        "continue", "backtrace", "kill"]
            self.in_order(debug(bench, *commands), r"signal SIGINT", r"#\d .*main")

    def test_detached_it_goes_on_alone(self):
        with Bench("journal.elf") as bench:
            debug(bench, "break append", "continue", "delete", "detach")
            out, _, status = bench.end()
            self.assertEqual(status, 0)
            self.assertIn("left with 0", out)

    def test_the_time_limit_stops_the_program(self):
        with Bench("journal.elf", "--args", "loop", "--limit", "50ms") as bench:
            self.in_order(debug(bench, "continue", "kill"), r"the time limit", r"signal SIGINT")

    def test_a_debugger_that_vanishes_is_no_crash(self):
        with Bench("journal.elf", "--args", "loop") as bench:
            with socket.create_connection(("127.0.0.1", bench.port)) as client:
                client.sendall(b"+$g#67")
                client.recv(10)
            _, err, status = bench.end()
            self.assertEqual(status, 0)
            self.assertIn("the debugger went away", err)

    def test_rubbish_is_answered_or_ignored(self):
        rubbish = [b"$#00", b"$m#6d", b"$mzz,#fd", b"$M0,4:zz#00", b"$P999=0#00", b"$p999#e7",
                   b"$Z9,0,0#00", b"$Z0#8a", b"$vFlashErase:0#00", b"$X0,ffffff:#00",
                   b"$qRcmd,#fc", b"$qXfer:features:read:target.xml:zz#00", b"\x03",
                   b"$mffffffff,ffffffff#00", b"$vCont;#00", b"$" + b"x" * 40000 + b"#00"]
        with Bench("journal.elf", "--args", "exit") as bench:
            with socket.create_connection(("127.0.0.1", bench.port)) as client:
                client.settimeout(20)
                client.sendall(b"$QStartNoAckMode#b0+")
                for packet in rubbish:
                    body = packet[1:packet.rfind(b"#")] if packet[:1] == b"$" else None
                    if body is not None:
                        packet = b"$%s#%02x" % (body, sum(body) & 0xFF)
                    client.sendall(packet)
                client.sendall(b"$k#6b")
                try:
                    while client.recv(4096):
                        pass
                except ConnectionResetError:  # it has left some rubbish unread
                    pass
            self.assertEqual(bench.end()[2], 0)

    def test_a_port_that_is_taken_is_one_clear_line(self):
        with Bench("chain.elf") as bench:
            done = subprocess.run(
                [ETCH, "run", bench.elf, "--part", "f446re", "--gdb", str(bench.port)],
                text=True, check=False, capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertRegex(done.stderr, r"\Aetch: port \d+ for gdb: Address already[^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
