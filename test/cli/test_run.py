#!/usr/bin/env python3
"""etch run from outside: words, streams, files, exit codes, JSON."""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
JOURNAL = FIRMWARE / "journal.elf"
QUESTION = FIRMWARE / "question.elf"
PART = ("--part", "stm32f446re")


def run(*arguments, stdin=b""):
    done = subprocess.run([ETCH, "run", *map(str, arguments)], check=False, timeout=100,
                          input=stdin, capture_output=True)
    done.stdout = done.stdout.decode()
    done.stderr = done.stderr.decode()
    return done


def record(addr, data):
    """One data record of Intel HEX."""
    body = bytes([len(data), addr >> 8 & 0xFF, addr & 0xFF, 0]) + data
    return f":{body.hex()}{-sum(body) & 0xFF:02X}"


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="etch-test-run-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def fine(self, *arguments, **keywords):
        done = run(*arguments, **keywords)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def refused(self, *arguments):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
        return done.stderr

    def json(self, *arguments, status=0):
        done = run("--json", *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def file(self, name, data):
        path = self.dir / name
        path.write_bytes(data)
        return path


class CommandLine(Case):
    def test_help_teaches_every_option_by_example(self):
        text = self.fine("--help").stdout
        for option in ("part", "vdd", "times", "flash", "save", "mpu", "uart", "args", "cut", "limit",
                       "trace", "gdb", "strict", "json"):
            self.assertRegex(text, rf"\n  --{option}[ \n]")
        self.assertIn("etch run fw.elf --part stm32f446re", text)

    def test_without_a_firmware_the_usage_is_one_line(self):
        self.assertIn("etch run FIRMWARE --part PART", self.refused())

    def test_wrong_words_are_refused_with_what_would_be_right(self):
        for words, answer in (
                (["--fly"], "--fly: no such option"),
                (["--part"], "--part: wants a value"),
                (["--part", "stm32f103"], "no STM32F4 is marked 'stm32f103'"),
                (["--part", "f446"], "near it: STM32F446xC, STM32F446xE"),
                (["--vdd", "5"], "from 1.7V to 3.6V"),
                (["--vdd", "3.3W"], "from 1.7V to 3.6V"),
                (["--times", "worst"], "measured, typical or longest"),
                (["--limit", "soon"], "one looks like 10s"),
                (["--limit", "0"], "one looks like 10s"),
                (["--mpu", "zephyr"], "mbed or none"),
                (["--uart", "usb"], "stdio, pty or none"),
                (["--uart", "stdio:9"], "from 1 to 6"),
                (["--trace", "flash,all"], "--trace all: flash, mpu, exc, insn"),
                (["--gdb", "http"], "no port for --gdb"),
                (["--gdb", "65536"], "from 0 to 65535"),
                (["--cut", "0"], "from 1 to"),
                (["--cut", "1:half"], "one of none, done, random"),
                (["--cut", "1:mask=x"], "no value of a tear"),
                ([JOURNAL], "one firmware at a time")):
            with self.subTest(words=words):
                self.assertIn(answer, self.refused(JOURNAL, *words))


class Files(Case):
    def test_input_that_is_no_firmware_is_named_in_one_line(self):
        elf = JOURNAL.read_bytes()
        x86 = bytearray(elf)
        x86[18] = 62
        relocatable = bytearray(elf)
        relocatable[16] = 1
        for name, data, answer in (
                ("empty.elf", b"", "the file is empty"),
                ("text.elf", b"hello, world\n", "not ELF"),
                ("cut.elf", elf[:len(elf) // 2], "cut off"),
                ("head.elf", elf[:30], "cut off"),
                ("pc.elf", bytes(x86), "a program for x86-64"),
                ("part.o", bytes(relocatable), "not linked yet"),
                ("cut.hex", b":020000040800F2\n", "no end record"),
                ("sum.hex", b":020000040800F3\n:00000001FF\n", "line 1: wrong checksum"),
                ("two.hex", b":0100000001FE\n:0100000002FD\n:00000001FF\n", "is given twice"),
                ("raw.bin", b"\0\1\2\3", "add the address: ")):
            with self.subTest(name=name):
                answered = self.refused(self.file(name, data), *PART)
                self.assertIn(answer, answered)
                self.assertIn(name, answered)
        self.assertIn("No such file", self.refused(self.dir / "none.elf", *PART))
        self.assertIn("Is a directory", self.refused(self.dir, *PART))

    def test_what_does_not_fit_the_part_is_refused_with_both_ends(self):
        big = self.file("big.bin", b"\x55" * 300 * 1024)
        self.assertRegex(self.refused(f"{big}@08000000", "--part", "f401cc"),
                         r"0x08000000-0x0804AFFF does not fit: .* ends at 0x0803FFFF \(256 KiB\)")
        self.assertRegex(self.refused(f"{big}@30000000", *PART), r"no memory at 0x30000000")

    def test_a_stack_above_the_ram_is_said_with_the_parts_that_fit(self):
        done = run(FIRMWARE / "settings.elf", "--part", "f401re", "--limit", "10ms")
        self.assertIn("was linked for a part with more RAM: its stack begins at 0x20020000,\n"
                      "etch: and the RAM of an STM32F401xE ends at 0x20018000; it does there in "
                      "F405,", done.stderr)
        self.assertIn("F446", done.stderr)
        for part in "f411re", "f429zi", "f446re":
            done = run(FIRMWARE / "settings.elf", "--part", part, "--limit", "10ms")
            self.assertEqual(done.stderr, "", part)

    def test_nothing_at_the_start_of_flash_is_refused(self):
        small = self.file("small.bin", b"\x55" * 64)
        self.assertIn("nothing at 0x08000000, where the chip starts",
                      self.refused(f"{small}@08004000", *PART))

    def test_every_format_runs_alike(self):
        seen = set()
        for name in ("out.hex", "out.srec", "out.uf2", "out.bin"):
            self.fine(JOURNAL, *PART, "--save", self.dir / name, "--uart", "none")
            suffix = "@0x08000000" if name.endswith("bin") else ""
            done = self.fine(f"{self.dir / name}{suffix}", *PART)
            # The word of the first run is there, and one more with each start.
            self.assertIn("words in flash: 4\n", done.stdout)
            seen.add(re.search(r"[\d,]+ instructions", done.stdout)[0])
        self.assertEqual(len(seen), 1)

    def test_flash_is_kept_from_run_to_run(self):
        image = self.dir / "flash.hex"
        self.fine(JOURNAL, *PART, "--save", image)
        for words in (4, 6):
            done = self.fine(JOURNAL, *PART, "--flash", image, "--save", image)
            self.assertIn(f"words in flash: {words}\n", done.stdout)

    def test_where_nothing_can_be_saved_nothing_runs(self):
        (self.dir / "folder.hex").mkdir()
        for path, message in (("x.elf", "an ELF is not written; name it .hex"),
                              ("none/x.hex", "cannot be written: No such file"),
                              ("folder.hex", "cannot be written: Is a directory")):
            self.assertIn(message, self.refused(JOURNAL, *PART, "--save", self.dir / path))
        self.fine(JOURNAL, *PART, "--save", "/dev/null")

    def test_a_save_that_fails_is_the_status_everywhere(self):
        done = run(JOURNAL, *PART, "--json", "--save", "/dev/full")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stdout)["exit"]["status"], 2)
        self.assertIn("etch: /dev/full: cannot be written: No space left", done.stderr)

    def test_a_flash_image_that_cannot_be_used_is_refused(self):
        self.assertIn("No such file",
                      self.refused(JOURNAL, *PART, "--flash", self.dir / "none.hex"))
        done = run(JOURNAL, *PART, "--save", self.dir / "none" / "out.hex")
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot be written", done.stderr)

    def test_a_program_behind_a_boot_loader_is_started(self):
        """Without the boot loader, a copy of the table at 0x08010000 starts it."""
        self.fine(JOURNAL, *PART, "--save", self.dir / "all.bin")
        flash = (self.dir / "all.bin").read_bytes()
        lines = [":020000040800F2"]
        lines += [record(at, flash[at:at + 16]) for at in range(0x1D0, 0x4000, 16)]
        lines += [":020000040801F1"]
        lines += [record(at, flash[at:at + 16]) for at in range(0, 0x1D0, 16)]
        app = self.file("app.hex", "\n".join([*lines, ":00000001FF", ""]).encode())
        done = self.fine(app, *PART)
        self.assertIn("starts at 0x08010000", done.stderr)
        self.assertIn("words in flash: 2", done.stdout)

    def test_the_part_is_guessed_from_a_name_and_said_so(self):
        named = self.dir / "nucleo_f446re.elf"
        shutil.copy(JOURNAL, named)
        done = self.fine(named)
        self.assertIn("taking it for an STM32F446xE, from the file's name", done.stderr)
        self.assertIn("on an STM32F446xE", done.stdout)
        # A line without a size of flash: the largest there is.
        line = self.dir / "blinky-STM32F407xx.elf"
        shutil.copy(JOURNAL, line)
        self.assertIn("taking it for an STM32F407xG", self.fine(line).stderr)
        self.assertIn("which chip is", self.refused(JOURNAL))
        self.assertIn("--part stm32f446re", self.refused(JOURNAL))


class Runs(Case):
    def test_a_clean_run_says_what_it_did(self):
        done = self.fine(JOURNAL, *PART)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"\Awords in flash: 2\n"
                         r"the firmware left with 0 after [\d.]+ us; \d+ instructions on an "
                         r"STM32F446xE at 16 MHz\n"
                         r"flash: 2 writes, 2 stalls of at most [\d.]+ us \(\w+ \S+:\d+\)\n"
                         r"nothing wrong found\n\Z")

    def test_a_clock_below_1_mhz_is_told_in_khz(self):
        done = run(FIRMWARE / "sin_stores.elf", *PART, "--args", "slow-clock", "--limit", "1ms")
        self.assertIn(" instructions on an STM32F446xE at 31 kHz\n", done.stdout)

    def test_two_runs_are_the_same_to_the_instruction(self):
        self.assertEqual(run(QUESTION, *PART).stdout, run(QUESTION, *PART).stdout)

    def test_a_code_of_its_own_makes_the_status_1(self):
        done = run(JOURNAL, *PART, "--args", "exit")
        self.assertEqual(done.returncode, 1)
        self.assertIn("left with 7", done.stdout)

    def test_the_limit_is_no_finding(self):
        done = self.fine(JOURNAL, *PART, "--args", "loop", "--limit", "20ms")
        self.assertIn("still running after 20.0 ms (--limit)", done.stdout)

    def test_sleep_for_good_ends_the_run(self):
        done = self.fine(JOURNAL, *PART, "--args", "sleep")
        self.assertRegex(done.stdout, r"nothing can happen any more .* sleep_for_good "
                         r"journal.c:\d+: asleep")

    def test_a_reset_of_its_own_is_counted(self):
        done = self.fine(JOURNAL, *PART, "--args", "reset")
        self.assertIn("words in flash: 4\n", done.stdout)
        self.assertIn("1 reset", done.stdout)

    def test_power_fails_in_the_operation_asked_for_and_comes_back(self):
        done = run(JOURNAL, *PART, "--cut", "2:none")
        self.assertIn("cut in flash operation 2", done.stderr)
        self.assertIn("words in flash: 3\n", done.stdout)
        self.assertIn("1 power cut", done.stdout)
        self.assertIn("words in flash: 4\n", run(JOURNAL, *PART, "--cut", "2:done").stdout)

    def test_a_cut_that_never_comes_is_no_success(self):
        done = run(JOURNAL, *PART, "--cut", "1000")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "etch: --cut 1000 never came: flash operations that the "
                                      "firmware began: 2\n")
        done = run(JOURNAL, *PART, "--cut", "1000", "--json")
        self.assertEqual(json.loads(done.stdout)["exit"]["status"], done.returncode)

    def test_the_firmware_hears_what_stdin_says(self):
        done = self.fine(JOURNAL, *PART, "--args", "echo", "--uart", "stdio",
                         stdin=b"hello world\n")
        self.assertIn("say: hello world!\n", done.stdout)
        done = self.fine(JOURNAL, *PART, "--args", "echo", "--uart", "stdio:2", stdin=b"x\n")
        self.assertIn("say: x!\n", done.stdout)

    def test_input_for_a_usart_that_the_part_lacks_is_refused(self):
        self.assertIn("--uart: an STM32F411xE has no USART3",
                      self.refused(JOURNAL, "--part", "f411re", "--uart", "stdio:3"))
        self.fine(JOURNAL, "--part", "f411re", "--uart", "none:6")

    def test_silence_is_for_usarts_only(self):
        done = self.fine(JOURNAL, *PART, "--args", "echo", "--uart", "none")
        self.assertIn("words in flash", done.stdout)
        self.assertNotIn("say", done.stdout)

    def test_a_usart_can_be_a_terminal_of_its_own(self):
        process = subprocess.Popen(
            [ETCH, "run", JOURNAL, *PART, "--args", "echo", "--uart", "pty"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        name = re.search(r"are (/dev/\S+)", process.stderr.readline())[1]
        terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
        heard = b""
        while b"say: " not in heard:
            heard += os.read(terminal, 100)
        os.write(terminal, b"you\n")
        while b"!" not in heard:
            heard += os.read(terminal, 100)
        os.close(terminal)
        out, _ = process.communicate(timeout=60)
        self.assertIn(b"say: you!", heard)
        self.assertNotIn("say", out)
        self.assertEqual(process.returncode, 0)

    def test_ctrl_c_ends_the_run_with_its_report(self):
        process = subprocess.Popen(
            [ETCH, "run", JOURNAL, *PART, "--args", "loop", "--limit", "5000s"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertIn("stopped after ", out)
        self.assertEqual(process.returncode, 0)

    def test_traces_tell_what_was_asked_for_on_stderr(self):
        done = run(QUESTION, *PART, "--trace", "flash,mpu,exc")
        self.assertRegex(done.stderr, r"ms  set_region mpu.c:\d+ +mpu +RASR = 0x0602F039\n")
        self.assertRegex(done.stderr, r"flash  erase sector 7, 0x08060000, 128 KiB\n")
        self.assertRegex(done.stderr, r"exc +MemManage, CFSR 0x00000082, address 0x08060000, "
                         r"MPU region 0, taken as HardFault\n")
        self.assertRegex(done.stderr, r"exc +enter HardFault\n")
        self.assertNotIn("erase sector", done.stdout)
        instructions = run(JOURNAL, *PART, "--trace", "insn").stderr
        self.assertRegex(instructions, r"Reset_Handler:\n  0x080\w+  b5\w\w       push \{")

    def test_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([ETCH, "run", JOURNAL, *PART], stdout=full, check=False,
                                  stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 3)

    def test_lines_fit_a_terminal(self):
        parent, child = pty.openpty()
        process = subprocess.Popen([ETCH, "run", QUESTION, *PART, "--args", "etch"],
                                   stdout=child, stderr=child)
        self.addCleanup(process.kill)
        os.close(child)
        seen = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(parent)
        process.wait(timeout=60)
        plain = re.sub(rb"\033\[[0-9;]*[mK]", b"", seen)
        longest = max(len(line) for line in re.split(rb"[\r\n]+", plain))
        self.assertLessEqual(longest, 80, plain)


class Unmodelled(Case):
    PROBE = FIRMWARE / "board_probe.elf"

    def said(self, thing):
        out = self.fine(self.PROBE, "--part", "stm32f405rg", "--args", thing).stdout
        return next(line for line in out.splitlines() if line.startswith("not modelled"))

    def test_a_peripheral_is_named_once(self):
        said = self.said("meets_eight")
        self.assertEqual(said.count("SPI1 ("), 1)
        self.assertEqual(said.count("0x"), 8)
        self.assertNotIn("more", said)

    def test_of_many_the_rest_are_counted(self):
        said = self.said("meets_nine")
        self.assertEqual(said.count("0x"), 8)
        self.assertTrue(said.endswith(" and 1 more"), said)


class Findings(Case):
    def test_a_fault_is_explained_with_place_chain_evidence_and_fix(self):
        done = run(QUESTION, *PART)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(^|\n)error: +FLASH_Program_Word stored .* "
                         r"MPU region 0 .*\[mpu-refused-store\]\n"
                         r"    at    FLASH_Program_Word, \S+/hal_flash.c:\d+ \(0x080\w+\)\n"
                         r"    from  HAL_FLASH_Program hal_flash.c:\d+\n(          .*\n)+"
                         r"    fix   Hold mbed::ScopedRomWriteLock.*\n"
                         r"    seen  exception MemManage")
        self.assertRegex(done.stdout, r"\nnote: .*\[wear\]\n    at .*\n    fix .*\n\n")
        self.assertRegex(done.stdout, r"\n1 error, \d+ notes\n\Z")

    def test_json_has_what_scripts_need(self):
        got = self.json(QUESTION, *PART, status=1)
        self.assertEqual(got["part"], "STM32F446xE")
        self.assertGreater(got["time"], 1.0)
        self.assertGreater(got["instructions"], 1000)
        self.assertEqual(got["exit"]["how"], "stuck")
        self.assertIsNone(got["exit"]["code"])
        self.assertEqual(got["exit"]["status"], 1)
        self.assertGreater(got["stalls"]["longest_ns"], 900_000_000)
        first = got["findings"][0]
        self.assertEqual(set(first), {
            "code", "severity", "text", "fix", "pc", "function", "file", "line", "address",
            "sector", "chain", "evidence", "time_ns", "times"})
        self.assertEqual((first["code"], first["severity"]), ("mpu-refused-store", "error"))
        self.assertEqual((first["address"], first["sector"]), ("0x08060000", 7))
        self.assertEqual(first["function"], "FLASH_Program_Word")
        self.assertTrue(first["file"].endswith("hal_flash.c"))
        self.assertRegex(first["chain"][0], r"^FLASH_Program_Word hal_flash.c:\d+$")
        self.assertIn({"name": "CFSR", "value": "0x00000082"}, first["evidence"])

    def test_json_is_json_whatever_the_file_is_named(self):
        path = self.dir / "a\udcff\u00e4.elf"
        shutil.copy(FIRMWARE / "hello.elf", path)
        self.assertTrue(self.json(path, *PART)["firmware"].endswith("a\\xff\u00e4.elf"))

    def test_json_of_a_clean_run_has_no_findings(self):
        done = run("--json", JOURNAL, *PART)
        got = json.loads(done.stdout)
        self.assertEqual(got["findings"], [])
        self.assertEqual(got["exit"], {"how": "left", "code": 0, "why": None, "status": 0,
                                       "pc": got["exit"]["pc"]})
        self.assertEqual(got["flash"], {"operations": 2, "programs": 2, "erases": 0})
        self.assertIn("words in flash: 2", done.stderr)

    def test_warnings_count_when_asked_to(self):
        sinner = [FIRMWARE / "sin_data.elf", *PART, "--args", "only-copy-erased"]
        severities = [f["severity"] for f in self.json(*sinner)["findings"]]
        self.assertIn("warning", severities)
        self.assertNotIn("error", severities)
        self.assertEqual(run(*sinner, "--strict").returncode, 1)

    def test_what_a_cut_left_of_a_store_is_no_copy_of_data(self):
        for name, cut in (("settings", "5"), ("settings", "5:unstable"), ("settings", "23:done"),
                          ("boot_counter", "30"), ("update", "5"), ("motor", "5")):
            done = run(FIRMWARE / f"{name}.elf", *PART, "--cut", cut, "--limit", "3s")
            self.assertIn("wear", done.stdout)
            self.assertNotIn("only-copy-erased", done.stdout, (name, cut))

    def test_what_flash_held_before_is_data(self):
        field = self.dir / "field.hex"
        self.fine(FIRMWARE / "settings.elf", *PART, "--args", "change 20", "--save", field)
        got = self.json(FIRMWARE / "case_update_erases.elf", *PART, "--flash", field)
        self.assertEqual([(f["code"], f["sector"]) for f in got["findings"]
                          if f["severity"] == "warning"], [("only-copy-erased", 1)])
        for firmware in "settings", "update":
            moved = self.json(FIRMWARE / f"{firmware}.elf", *PART, "--flash", field, "--args",
                              "change 2500", "--strict")
            self.assertGreater(moved["flash"]["erases"], 0)

    def test_the_mpu_can_be_set_as_the_framework_would(self):
        got = self.json(JOURNAL, *PART, "--mpu", "mbed", status=1)
        self.assertEqual(got["findings"][0]["code"], "mpu-refused-store")

    def test_a_low_supply_is_believed(self):
        got = self.json(JOURNAL, *PART, "--vdd", "2.0", status=1)
        self.assertEqual([f["code"] for f in got["findings"]], ["supply-width"])

    def test_flash_takes_as_long_as_it_is_told(self):
        stalled = [self.json(JOURNAL, *PART, "--times", times)["stalls"]["total_ns"]
                   for times in ("typical", "longest")]
        self.assertGreater(stalled[1], 1.5 * stalled[0])


if __name__ == "__main__":
    unittest.main()
