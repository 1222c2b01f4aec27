#!/usr/bin/env python3
"""etch why from outside: dumps of every format, what is refused, exit codes."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
DUMPS = ROOT / "test/dumps"
ELF = ROOT / "build/cortex-m4/firmware/flash_waits.elf"


def why(*arguments, stdin=""):
    return subprocess.run([ETCH, "why", *arguments], text=True, check=False, input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def flat(text):
    """The report as one line, however it was wrapped."""
    return re.sub(r"\s+", " ", text)


# The dump, and what its explanation must say, and must not.
EXPLAINED = {
    "by_hand.txt": (["not enabled in SHCSR", "refused a write to 0x08060000 (flash, sector 7)",
                     "FLASH_SR is clear", "PG set"], ["MMFAR (0xE000ED34)"]),
    "mpu_by_hand.txt": (["MPU region 0 makes 0x00000000-0x0FFFFFFF read-only",
                         "This is how Mbed OS locks flash", "mbed::ScopedRomWriteLock"],
                        ["RBAR and RASR of all"]),
    "mbed.txt": (["HardFault, forced from MemManage", "refused a write to 0x08060000",
                  "PC 0x08001316", "LR 0x0800124D", "ScopedRomWriteLock", "SHCSR (0xE000ED24)"],
                 ["Zephyr"]),
    "mbed_ram.txt": (["may not execute 0x20000140 (SRAM)", "called from LR 0x080011F7",
                      "ScopedRamExecutionLock"], ["RomWriteLock"]),
    "zephyr.txt": (["MemManage: the MPU refused a write to 0x08060000", "PC 0x080012B6",
                    "LR 0x080012A5", "CONFIG_MPU_ALLOW_FLASH_WRITE"], ["Scoped", "HardFault"]),
    "zephyr_old.txt": (["stack has overflowed", "near 0x20000A18", "frame was not stored"],
                       ["4822"]),
    "zephyr_bus.txt": (["BusFault: a store ended in a bus error some instructions before",
                        "DISDEFWBUF", "KEY1"], []),
    "zephyr_usage.txt": (["UsageFault: there is no such instruction", "0x08004100"], []),
    "cmbacktrace.txt": (["HardFault, forced from MemManage: the MPU refused a write to 0x08060000",
                         "PC 0x08001316", "LR 0x0800124D"], []),
    "cmbacktrace_bus.txt": (["HardFault, forced from BusFault: nothing answers at 0x08100000"],
                            ["MemManage", "imprecise"]),
    "gdb.txt": (["cause cannot be told", "CFSR (0xE000ED28)", "x/8wx $msp"], ["0x080001F4"]),
    "gdb_frame.txt": (["HardFault, forced from MemManage, which is not enabled",
                       "write to 0x08060000", "PC 0x08001316 (LR 0x0800124D)", "PG set"],
                      ["gdb stopped"]),
    "nuttx_rows.txt": (["HardFault, forced from MemManage: the MPU refused a write to 0x08060000",
                        "PC 0x08001316", "LR 0x0800124D"], ["stacked PC"]),
    "hand_handler.txt": (["not enabled in SHCSR", "refused a write to 0x08060000",
                          "PC 0x08001316 (LR 0x0800124D)"], ["stacked PC"]),
    "etch.txt": (["enabled but could not interrupt what was running",
                  "Mbed OS locks flash", "16 bytes from 0x08060000", "Hold mbed::"],
                 ["would tell"]),
    "two.txt": (["more than one crash", "refused a write to 0x08060000"], ["bus error"]),
    "nuttx.txt": (["HardFault, forced from MemManage: the MPU refused a write to 0x08060000",
                   "PC 0x08001316 (LR 0x0800124D)"], ["stacked PC", "more than one crash"]),
    "nuttx_cfaults.txt": (["forced from BusFault: nothing answers at 0x08100000",
                           "PC 0x08001316 (LR 0x0800124D)"], ["more than one crash"]),
    "nuttx_panic.txt": (["HardFault: the cause cannot be told", "CFSR (0xE000ED28)"],
                        ["Cortex-M0"]),
    "px4.txt": (["forced from BusFault: nothing answers at 0x08100000",
                 "PC 0x08001316 (LR 0x0800124D)"], ["BFAR (0xE000ED38)"]),
    "riot.txt": (["MemManage: the MPU refused a write to 0x08060000", "PC 0x08001316"],
                 ["HardFault", "Scoped"]),
    "riot_m0.txt": (["cannot be told", "PC 0x080015E2 (LR 0x08000C33)",
                      "If it is a Cortex-M0, it has no CFSR"], []),
    "rtthread.txt": (["HardFault: nothing answers at 0x08100000",
                      "PC 0x08001316 (LR 0x0800124D)"], ["more than one crash"]),
    "tock.txt": (["forced from BusFault, which is not enabled in SHCSR",
                  "nothing answers at 0x50070000", "PC 0x08001316 (LR 0x0800124D)"], ["MPU"]),
    "causes_listed.txt": (["nothing answers at the address of a load or store"],
                          ["execute", "MPU refused", "some instructions before"]),
    "nrf_sdk.txt": (["HardFault: the stack has overflowed", "near 0x20004FE0"], ["0x08001316"]),
    "nrf_bus.txt": (["HardFault: nothing answers at 0x08100000",
                     "PC 0x08001316 (LR 0x0800124D)"], ["BFAR"]),
    "teensy.txt": (["HardFault, forced from MemManage", "0x00000002", "NULL pointer",
                    "PC 0x00001316"], ["MMFAR (0xE000ED34)"]),
    "iar.txt": (["HardFault, forced from BusFault: a store ended in a bus error",
                 "PC 0x08001316"], ["nothing answers"]),
    "zephyr_2016.txt": (["BusFault: nothing answers at 0x08100000", "PC 0x08001316"], ["BFAR"]),
    "zephyr_prose.txt": (["UsageFault: an exception returned"], ["HardFault"]),
    "zephyr_reboot.txt": (["BusFault: there is nothing to execute at 0x05A0C318",
                           "LR 0x0800124D", "the first that is told to its end"],
                          ["Thumb", "UsageFault"]),
    "two_frames.txt": (["PC 0x08001316 (LR 0x0800124D)", "the first is explained"],
                       ["HardFault", "0x08007F10", "0x08005E01"]),
    "cmbacktrace_overflow.txt": (["HardFault, forced from UsageFault: a division by zero",
                                  "a stack has overflowed"], []),
    "gdb_asked.txt": (["HardFault, forced from MemManage, which is not enabled",
                       "write to 0x08060000", "PC 0x08001316 (LR 0x0800124D)"], ["debugger"]),
    "gdb_bytes.txt": (["not Thumb code"], ["bus"]),
    "openocd.txt": (["HardFault, forced from MemManage, which is not enabled",
                     "write to 0x08060000", "PC 0x08001316 (LR 0x0800124D)"], ["debugger"]),
    "openocd_locked.txt": (["cannot be told", "locked up", "CFSR (0xE000ED28)"],
                           ["by code at", "x/8wx"]),
    "pyocd.txt": (["HardFault, forced from MemManage, which is not enabled",
                   "write to 0x08060000", "PC 0x08001316 (LR 0x0800124D)"], ["debugger"]),
    "jlink.txt": (["HardFault, forced from MemManage, which is not enabled",
                   "write to 0x08060000", "PC 0x08001316 (LR 0x0800124D)"], ["debugger", "note"]),
    "jlink_m0.txt": (["HardFault: the cause cannot be told", "This core has no CFSR", "mem32"],
                     ["would tell the cause"]),
    "mbed_m7.txt": (["a division by zero", "It comes from a Cortex-M7"], []),
    "sentence.txt": (["HardFault, forced from BusFault", "nothing to execute at 0x00936A40",
                      "LR 0x0800124D"], ["080001F4"]),
    "flags.txt": (["HardFault, forced from BusFault: nothing answers",
                   "BFAR (0xE000ED38)"], []),
    "table.txt": (["HardFault, forced from MemManage", "write to 0x08060000",
                   "PC 0x08001316"], []),
    "fault_analyzer.txt": (["HardFault, forced from MemManage", "write to 0x08060000",
                            "PC 0x08001316 (LR 0x0800124D)"], ["MMFAR"]),
    "stacked.txt": (["HardFault, forced from BusFault: there is nothing to execute at 0x08710A24",
                     "LR 0x0800124D"], ["MemManage", "0x08002AB8", "E000EDF8"]),
    "hand_globals.txt": (["HardFault, forced from MemManage", "write to 0x08060000",
                          "PC 0x08001316 (LR 0x0800124D)"], []),
    "run_together.txt": (["HardFault, forced from BusFault: a store ended in a bus error",
                          "these are its registers"], ["0x080041C8"]),
    "lr_twice.txt": (["HardFault, forced from BusFault: a store ended in a bus error",
                      "PC 0x08001316 (LR 0x0800124D)"], []),
    "probe_rs.txt": (["HardFault, forced from UsageFault: there is no such instruction",
                      "0x08001B02"], ["stacked PC"]),
    "eclipse.txt": (["HardFault, forced from UsageFault, which is not enabled", "unaligned",
                     "0x08001316", "LR 0x0800124D"], ["E000ED", "note"]),
    "nuttx_cut.txt": (["forced from BusFault: nothing answers at 0x08100000",
                       "PC 0x08001316 (LR 0x0800124D)", "the first that is told to its end"],
                      ["0x00000000", "0x08005E01"]),
    "nuttx_full.txt": (["HardFault: the cause cannot be told", "a stack has overflowed, or is"],
                       []),
    "one_line.txt": (["HardFault, forced from BusFault: a store ended in a bus error",
                      "PC 0x08001316 (LR 0x0800124D)"], ["CFSR (0xE000ED28)"]),
    "probe_rs_bus.txt": (["HardFault, forced from BusFault: nothing answers at 0x50070000",
                          "PC 0x08001316"], ["stacked PC"]),
    "probe_run.txt": (["PC 0x08001B02", "the software has stopped itself"],
                      ["CFSR (0xE000ED28)", "Cortex-M0"]),
    "gdb_where.txt": (["nothing answers at 0x50070000", "PC 0x08001316"],
                      ["stacked PC", "0x08001C20"]),
    "watchdog.txt": (["HardFault: the cause cannot be told", "LR 0x0800124D",
                      "If its bit 15 is set, the access was to 0x20020000"], ["MMFAR"]),
    "watchdog_log.txt": (["MemManage: the cause cannot be told", "LR 0x0800124D",
                          "If its bit 7 is set, the access was to 0x08060000"], ["bit 15"]),
    "tfm.txt": (["UsageFault: an unaligned access", "0x08001316", "a core of Armv8-M"], []),
    "lockup_v8.txt": (["locked up", "a core of Armv8-M"], ["0xEFFFFFFE (", "CFSR shows"]),
    "zephyr_panic.txt": (["PC 0x08001316 (LR 0x0800124D)", "the software has stopped itself"],
                         ["CFSR (0xE000ED28)", "Cortex-M0"]),
    "nxp_mpu.txt": (["0x20002D40", "PC 0x08001316", "NXP's own MPU has refused it"],
                    ["without its clock"]),
    "title.txt": (["HardFault: an exception returned with a value that is no EXC_RETURN",
                   "It was to return to code at PC 0x08001316 (LR 0x0800124D)"],
                  ["more than one crash"]),
    "frame_off.txt": (["nothing answers at 0x2EAF0010", "No code runs at 0xFFFFFFFD"],
                      ["0xA5A5A5A5"]),
    "vector.txt": (["HardFault: a NULL function pointer", "exception 21 (IRQ 5)"], ["callback"]),
    "nmi.txt": (["PC 0x08001316 (LR 0x0800124D)", "an NMI, which is no fault"],
                ["CFSR (0xE000ED28)", "Cortex-M0"]),
    "tock_app.txt": (["the MPU refused an access to 0x20008E40"], ["MMFAR"]),
    "no_cfsr.txt": (["HardFault: a NULL function pointer was called", "LR 0x0800124D"],
                    ["CFSR (0xE000ED28)"]),
    "several_flags.txt": (["CFSR shows IBUSERR IMPRECISERR INVSTATE INVPC", "be too small"], []),
    "gdb_short.txt": (["unaligned access", "at 0x00001874", "LR 0x00001893"], ["0x1893"]),
    "ide_stack.txt": (["the cause cannot be told", "PC 0x08001316"], ["0x08001C20"]),
    "mbed_parsed.txt": (["HardFault, forced from BusFault: a store ended in a bus error",
                         "PC 0x08001316 (LR 0x0800124D)"], ["stacked PC"]),
    "stkof.txt": (["the stack has overflowed", "PC 0x08001316 (LR 0x0800124D)",
                   "a core of Armv8-M"], ["division"]),
    "erased_call.txt": (["HardFault, forced from MemManage, which is not enabled",
                         "a pointer that was read from erased flash was called", "LR 0x0800124D",
                         "R2 holds that address", "application that is not there"],
                        ["vector", "RBAR"]),
    "no_background.txt": (["may not execute 0x08001316 (flash, sector 0)",
                           "There is no background (MPU_CTRL.PRIVDEFENA is clear)",
                           "Give flash a region that this code may use"],
                          ["default memory map", "too small", "RBAR and RASR"]),
    "stale_flags.txt": (["HardFault: a BKPT without a debugger", "PC 0x08001316",
                         "CFSR shows UNDEFINSTR", "of an earlier fault"],
                        ["no such instruction", "forced"]),
    "svc_masked.txt": (["HardFault: an SVC where none can be taken", "PRIMASK is set"],
                       ["without a debugger"]),
    "stack_guard.txt": (["MemManage: the stack has overflowed, near 0x20001F48 (SRAM)",
                         "PC 0x08001316 (LR 0x0800124D)", "out of bounds. SP leads there",
                         "Give this stack more room"], ["Find the pointer", "not stored"]),
    "stack_bottom.txt": (["the stack has overflowed, near 0x1FFFFFFC", "PC 0x08001316",
                          "Give this stack more room"], ["without its clock"]),
    "fill.txt": (["may not execute 0xA5A5A5A4 (a fill pattern), with LR 0xA5A5A5A5",
                  "With that, memory is filled", "a stack that is too small"],
                 ["XN", "holds that address", "called from", "external", "RBAR"]),
    "bad_return.txt": (["an exception returned with 0xFFFFFFF2, which is no EXC_RETURN. It",
                        "It was to return to code at PC 0x08001316"], ["by code", "state"]),
    "unstacking.txt": (["could not be read back on return, from 0x20008100 (SRAM)",
                        "The stack pointer is wrong"],
                       ["2BF1FD18", "442274DB", "IRQ", "would tell where"]),
    "boxes.txt": (["HardFault, forced from BusFault: a store ended in a bus error"],
                  ["MPU", "fetched", "DEBUGEVT", "CFSR shows"]),
    "decimal.txt": (["HardFault, forced from BusFault: nothing answers at 0x40013000",
                     "PC 0x08001316"], ["note", "Thumb"]),
    "iar_data.txt": (["HardFault, forced from BusFault: nothing answers at 0x20020004 (SRAM)",
                      "PC 0x08001316"], ["BFAR"]),
    "probe_run_names.txt": (["the cause cannot be told", "exception came: in app::sensor::read"],
                            ["app::main"]),
    "report.txt": (["BusFault: nothing answers at 0x20020000", "PC 0x08001316 (LR 0x0800124D)",
                    "RAM of 128 KB ends there"], ["HardFault", "MemManage"]),
}


class Dumps(unittest.TestCase):
    def test_every_format_is_explained(self):
        for name, (said, hushed) in EXPLAINED.items():
            with self.subTest(name):
                done = why(DUMPS / name)
                self.assertEqual((done.returncode, done.stderr), (1, ""))
                for words in said:
                    self.assertIn(words, flat(done.stdout))
                for words in hushed:
                    self.assertNotIn(words, flat(done.stdout))

    def test_every_dump_in_the_folder_is_expected_to_say_something(self):
        self.assertEqual(sorted(p.name for p in DUMPS.iterdir()),
                         sorted([*EXPLAINED, "nothing.txt"]))

    def test_no_line_is_wider_than_a_terminal_or_ends_in_a_blank(self):
        for name in EXPLAINED:
            for line in why(DUMPS / name).stdout.splitlines():
                self.assertLessEqual(len(line), 79)
                self.assertEqual(line, line.rstrip())

    def test_a_dump_may_come_by_standard_input_with_other_line_ends(self):
        text = (DUMPS / "mbed.txt").read_text()
        for arguments in ((), ("-",)):
            for end in ("\n", "\r\n"):
                done = why(*arguments, stdin=text.replace("\n", end))
                self.assertEqual(done.stdout, why(DUMPS / "mbed.txt").stdout)


class ByHand(unittest.TestCase):
    def test_registers_may_be_arguments(self):
        done = why("CFSR=0x82", "HFSR=0x40000000", "MMFAR=0x08060000")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("refused a write to 0x08060000 (flash, sector 7)", flat(done.stdout))
        self.assertIn("The stacked PC and LR would tell where.", flat(done.stdout))
        one = why("CFSR=0x82 HFSR=0x40000000 MMFAR=0x08060000")
        self.assertEqual(one.stdout, done.stdout)

    def test_names_and_numbers_may_be_written_in_many_ways(self):
        want = why("CFSR=0x82", "HFSR=0x40000000", "MMFAR=0x08060000").stdout
        for text in ("SCB->CFSR: 0x00000082; SCB->HFSR: 0x4000_0000, SCB->MMFAR: 0x08060000",
                     "SCB_CFSR = 82\nSCB_HFSR = 40000000\nSCB_MMFAR = 08060000",
                     "cfsr=0x82 hfsr=0x40000000 mmar=0x8060000",
                     "MMFSR=82 BFSR=00 UFSR=0000 HFSR=40000000 MMFAR=08060000"):
            self.assertEqual(why(stdin=text).stdout, want, text)

    def test_an_argument_that_says_nothing_is_named(self):
        done = why("CFSR=0x82", "MMFR=0x08060000", "crash.log", "HFSR=zz")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(re.findall(r"etch: '(\S+)' is left out", done.stderr),
                         ["MMFR=0x08060000", "crash.log", "HFSR=zz"])

    def test_what_a_register_cannot_hold_is_said(self):
        done = why("HFSR=0x82", "CFSR=0x40000000")
        self.assertEqual(done.returncode, 2)
        self.assertIn("CFSR cannot be 0x40000000, nor HFSR 0x00000082", done.stderr)
        self.assertIn("the two look swapped", done.stderr)
        done = why(stdin="HFSR=0x82\nCFSR=0x8200\n")
        self.assertIn("note HFSR cannot be 0x00000082", flat(done.stdout))
        done = why(stdin="HFSR=0x0\nCFSR=0x80000000\n")
        self.assertIn("note CFSR cannot be 0x80000000", flat(done.stdout))

    def test_a_number_of_nine_digits_is_not_dropped(self):
        done = why("CFSR=82", "MMFAR=134610944")
        self.assertIn("refused a write to 0x08060000", flat(done.stdout))
        self.assertIn("more than eight digits was read as decimal", flat(done.stdout))

    def test_a_crash_of_another_core_is_not_explained(self):
        done = why(stdin="Guru Meditation Error: Core 0 panic'ed\nPC : 0x400d1f4b\n")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("a crash of an ESP32", done.stderr)

    def test_a_number_that_may_be_decimal_is_told_both_ways(self):
        done = why("CFSR=33280", "PC=0x08001316")
        self.assertIn("note CFSR was read as hexadecimal", flat(done.stdout))
        self.assertIn("give it as 0x00008200.", flat(done.stdout))
        self.assertNotIn("note", why("CFSR=8200", "PC=0x08001316").stdout)

    def test_an_address_without_its_valid_bit_is_noise(self):
        done = why("CFSR=0x02", "MMFAR=0xE000EDF8")
        self.assertNotIn("E000EDF8", done.stdout)
        self.assertIn("MMFAR (0xE000ED34)", flat(done.stdout))

    def test_a_remedy_that_the_core_lacks_is_not_named(self):
        text = "CPUID: {}\nCFSR=0x400 PC=0x08001316\n"
        for cpuid, named in (("410FC241", True), ("412FC231", True), ("411FC271", False)):
            self.assertEqual("DISDEFWBUF" in why(stdin=text.format(cpuid)).stdout, named)

    def test_an_nmi_is_told_by_its_number(self):
        done = why("IPSR=2", "CFSR=0", "HFSR=0", "PC=0x08001316")
        self.assertIn("what NMI: ", flat(done.stdout))
        self.assertIn("an NMI, which is no fault", flat(done.stdout))

    def test_no_fault_is_no_fault(self):
        done = why("CFSR=0", "HFSR=0")
        self.assertEqual(done.returncode, 0)
        self.assertIn("show no fault", done.stdout)


class Refused(unittest.TestCase):
    def refused(self, done, *words):
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.count("\n"), 1)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_text_without_registers(self):
        self.refused(why(DUMPS / "nothing.txt"), "nothing.txt", "no register", "CFSR=0x")
        self.refused(why(stdin=""), "standard input")
        self.refused(why("hello=0x12"), "the command line: 'hello=0x12' is no register")
        for word in "CFSR=zz", "CFSR=-1", "0xFFFFFFFF=1":
            self.refused(why(word), f"'{word}' is no register", "CFSR=0x8200")

    def test_a_file_that_is_not_there(self):
        self.refused(why("no/such/dump.txt"), "no/such/dump.txt", "No such file")

    def test_two_files_and_unknown_options(self):
        self.refused(why("a.txt", "b.txt"), "b.txt")
        self.refused(why("--elv", "x"), "--elv")
        self.refused(why("--elf"), "--elf")

    def test_an_elf_that_is_none(self):
        self.refused(why("CFSR=0x82", "--elf", DUMPS / "mbed.txt"), "mbed.txt")
        self.refused(why("CFSR=0x82", "--elf", "no/such.elf"), "no/such.elf")

    def test_a_text_that_is_endless(self):
        self.refused(why(stdin="x" * (5 << 20)), "too long")

    def test_help(self):
        done = why("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("usage: etch why", done.stdout)


class WithElf(unittest.TestCase):
    def symbol(self, name):
        listing = subprocess.run(["arm-none-eabi-nm", "-S", ELF], text=True, check=True,
                                 stdout=subprocess.PIPE).stdout
        found = re.search(rf"^(\w+) \w+ . {name}$", listing, re.M)
        return int(found[1], 16) & ~1

    def test_names_and_lines_are_added(self):
        pc = self.symbol("etch_flash_store")
        done = why("CFSR=0x82", "HFSR=0x40000000", "MMFAR=0x08060000", f"PC={pc:#010x}",
                   "--elf", ELF)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertRegex(done.stdout, rf"where at +0x{pc:08X} +etch_flash_store .*program\.c:\d+")

    def test_a_place_without_a_name_is_said_once(self):
        done = why("--elf", ELF, "CFSR=0x100", "PC=0xFFFFFFFF")
        self.assertIn("\nwhere at           0xFFFFFFFE\n", done.stdout)

    def test_the_instruction_tells_a_read_from_a_write(self):
        code = subprocess.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", ELF], text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        load = re.search(r"^ *(\w+):\s+ldr\tr", code, re.M)[1]
        store = re.search(r"^ *(\w+):\s+str\tr", code, re.M)[1]
        for at, words in ((load, "a read of"), (store, "a write to")):
            done = why("CFSR=0x82", "MMFAR=0x20010000", f"PC=0x{at}", "--elf", ELF)
            self.assertIn(words, flat(done.stdout))


class Instruction(unittest.TestCase):
    def at(self, insn, *registers):
        done = why(*registers, "PC=0x08001000", f"INSN={insn:#010x}")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        return flat(done.stdout)

    def test_a_trap_is_no_stray_jump(self):
        said = self.at(0xDEFF, "CFSR=0x10000", "HFSR=0x40000000")
        self.assertIn("insn udf #0xff. It is undefined on purpose", said)
        self.assertIn("fix The program stopped itself", said)
        self.assertNotIn("another processor", said)

    def test_semihosting_without_a_debugger_is_named(self):
        said = self.at(0xBEAB, "CFSR=0", "HFSR=0x80000000")
        self.assertIn("HardFault: a BKPT", said)
        self.assertIn("semihosting call", said)
        self.assertIn("It stops a debugger", self.at(0xBE00, "CFSR=0", "HFSR=0x40000000"))

    def test_double_precision_is_not_for_this_core(self):
        self.assertIn("-mfpu=fpv4-sp-d16", self.at(0x0B01EE30, "CFSR=0x10000"))

    def test_an_fpu_that_is_off_is_switched_on(self):
        self.assertIn("CPACR", self.at(0x0A01EE30, "CFSR=0x80000"))

    def test_what_the_file_holds_was_not_executed(self):
        self.assertIn("not what the file holds", self.at(0x2001, "CFSR=0x10000"))

    def firmware(self, name, wanted):
        """An address in a firmware, and the instruction there."""
        elf = ELF.with_name(name)
        code = subprocess.run(["arm-none-eabi-objdump", "-d", elf], text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        return elf, int(re.search(rf"^ *(\w+):\s+[0-9a-f ]+\t{wanted}\b", code, re.M)[1], 16)

    def test_an_svc_stands_in_front_of_pc(self):
        elf, svc = self.firmware("sin_faults.elf", "svc")
        for at in (svc, svc + 2):
            done = why("CFSR=0", "HFSR=0x40000000", f"PC={at:#x}", "--elf", elf)
            self.assertIn("It calls SVCall, which could not be taken", flat(done.stdout))

    def test_the_compilers_trap_is_known(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "trap.c")
            source.write_text("void trap(void) { __builtin_trap(); }\n", encoding="utf-8")
            elf = source.with_suffix(".elf")
            subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-g",
                            "-nostdlib", "-Ttext=0x08001000", "-Wl,--entry=trap", "-o", elf,
                            source], check=True)
            done = why("CFSR=0x10000", "HFSR=0x40000000", "PC=0x08001000", "--elf", elf)
        said = flat(done.stdout)
        self.assertIn("trap.c:1", said)
        self.assertIn("It is undefined on purpose", said)

    def test_code_that_is_in_no_file_is_a_hint(self):
        done = why("CFSR=0x10000", "PC=0x20000100", "--elf", ELF)
        self.assertIn("The file has no code at PC", flat(done.stdout))
        self.assertNotIn("from the firmware's ELF", flat(done.stdout))


class Memory(unittest.TestCase):
    def limited(self, tool, most, text):
        """A shell sets the limit: Python itself may not have enough to go on with."""
        limit = 'ulimit -v "$0" && exec "$1" why'
        return subprocess.run(["sh", "-c", limit, str(most >> 10), tool], input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def plain_tool(self, text):
        """One without a sanitizer, which reserves more memory than any limit."""
        for tool in (ETCH, ROOT / "build/etch"):
            if pathlib.Path(tool).exists():
                if self.limited(tool, 256 << 20, text).stdout[:4] == "what":
                    return tool
        return self.skipTest("there is only a tool with a sanitizer in it")

    def test_a_shortage_is_said(self):
        """From where the program just runs, each MiB more: it works or it says why."""
        short = "CFSR=0x82\n"
        tool = self.plain_tool(short)
        least = next(m << 20 for m in range(4, 256, 4)
                     if self.limited(tool, m << 20, short).returncode == 1)
        seen = set()
        for more in range(-3, 12):
            done = self.limited(tool, least + (more << 20), short + "x" * (3 << 20))
            if done.returncode == 3:
                self.assertEqual((done.stdout, done.stderr), ("", "etch: not enough memory\n"))
            seen.add(done.returncode)
        self.assertLessEqual({1, 3}, seen)


class Json(unittest.TestCase):
    def test_one_document_says_it_all(self):
        done = why("--json", DUMPS / "etch.txt")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        said = json.loads(done.stdout)
        self.assertEqual(said["cause"], "write-refused")
        self.assertEqual(said["source"], "Etch's dump")
        self.assertEqual(said["address"], "0x08060000")
        self.assertEqual(said["region"], {"number": 0, "first": "0x00000000",
                                          "last": "0x0FFFFFFF", "rasr": "0x0602F039"})
        self.assertEqual(said["registers"]["PC"], "0x08001316")
        self.assertIn("ScopedRomWriteLock", said["fix"])
        self.assertEqual(said["more"], "")
        self.assertEqual(said["chain"], [])
        self.assertEqual(said["notes"], [])

    def test_notes_and_the_instruction_are_in_it(self):
        said = json.loads(why("--json", "CFSR=0x10000", "PC=0x08001000", "INSN=0xDEFF").stdout)
        self.assertTrue(said["instruction"].startswith("udf #0xff."))
        self.assertIn("stopped itself", said["fix"])
        notes = json.loads(why("--json", DUMPS / "mbed_m7.txt").stdout)["notes"]
        self.assertEqual(len(notes), 1)
        self.assertIn("Cortex-M7", notes[0])

    def test_every_dump_is_valid_json(self):
        for name in EXPLAINED:
            json.loads(why(DUMPS / name, "--json").stdout)


if __name__ == "__main__":
    unittest.main()
