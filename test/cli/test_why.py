#!/usr/bin/env python3
"""etch why from outside: dumps of every format, what is refused, exit codes."""
import json
import os
import pathlib
import re
import subprocess
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

    def test_an_address_without_its_valid_bit_is_noise(self):
        done = why("CFSR=0x02", "MMFAR=0xE000EDF8")
        self.assertNotIn("E000EDF8", done.stdout)
        self.assertIn("MMFAR (0xE000ED34)", flat(done.stdout))

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
        self.refused(why("hello=0x12"), "the command line")

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

    def test_the_instruction_tells_a_read_from_a_write(self):
        code = subprocess.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", ELF], text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        load = re.search(r"^ *(\w+):\s+ldr\tr", code, re.M)[1]
        store = re.search(r"^ *(\w+):\s+str\tr", code, re.M)[1]
        for at, words in ((load, "a read of"), (store, "a write to")):
            done = why("CFSR=0x82", "MMFAR=0x20010000", f"PC=0x{at}", "--elf", ELF)
            self.assertIn(words, flat(done.stdout))


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

    def test_every_dump_is_valid_json(self):
        for name in EXPLAINED:
            json.loads(why(DUMPS / name, "--json").stdout)


if __name__ == "__main__":
    unittest.main()
