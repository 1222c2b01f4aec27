#!/usr/bin/env python3
"""etch layout: the linker obeys what it writes, and it tells what a file would erase."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
CROSS = "arm-none-eabi-"

# The smallest image that the linker cannot fold away; FILL bytes of constants,
# DATA words with initial values.
SOURCE = """
__attribute__((section(".isr_vector"), used)) const unsigned vectors[4] = {0x20020000, ENTRY};
const char fill[FILL] = {1};
unsigned data[DATA] = {1};
volatile int i;
int main(void) { return fill[i] + (int)data[i]; }
"""
# A script of the user's that places code in the layout's regions ...
MODERN = """ENTRY(main)
SECTIONS {
  .isr_vector : { KEEP(*(.isr_vector)) } > CODE
  .text : { *(.text*) *(.rodata*) } > APP
  .data : { _sdata = .; *(.data*) _edata = .; } > SRAM AT > APP
  _sidata = LOADADDR(.data);
  .bss : { *(.bss*) } > SRAM
}
"""
# ... and one from the days before it.
OLD = """ENTRY(main)
MEMORY {
  FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 512K
  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 128K
}
SECTIONS {
  .text : { KEEP(*(.isr_vector)) *(.text*) *(.rodata*) } > FLASH
  .data : { _sdata = .; *(.data*) _edata = .; } > RAM AT > FLASH
  _sidata = LOADADDR(.data);
  .bss : { *(.bss*) } > RAM
}
"""


class Layout(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        for name, text in (("a.c", SOURCE), ("modern.ld", MODERN), ("old.ld", OLD)):
            (self.dir / name).write_text(text)
        ready = self.etch("ready", "stm32f446re")
        self.assertEqual(ready.returncode, 0, ready.stderr)
        (self.dir / "my.layout").write_text(ready.stdout)
        self.assertEqual(self.etch("my.layout", "--ld", "etch.ld").returncode, 0)

    def etch(self, *arguments):
        return subprocess.run([ETCH, "layout", *arguments], cwd=self.dir, text=True,
                              check=False, capture_output=True)

    def link(self, *scripts, fill=100, data=4, entry=0x08010001):
        """Compile and link; the linker's complaint, or None."""
        command = [CROSS + "gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-nostdlib",
                   f"-DFILL={fill}", f"-DDATA={data}", f"-DENTRY={entry}", "a.c"]
        command += [word for script in scripts for word in ("-T", script)]
        done = subprocess.run([*command, "-o", "a.elf"], cwd=self.dir, text=True, check=False,
                              capture_output=True)
        return done.stderr if done.returncode else None

    def check(self, *arguments):
        done = self.etch("check", *arguments)
        return done.returncode, done.stdout

    # ---- the linker ---------------------------------------------------------

    def test_an_image_in_the_layouts_regions_links(self):
        self.assertIsNone(self.link("etch.ld", "modern.ld"))

    def test_one_that_outgrows_its_region_does_not(self):
        self.assertIn("region `APP' overflowed",
                      self.link("etch.ld", "modern.ld", fill=449 * 1024))

    def test_an_old_script_links_while_the_image_ends_before_the_store(self):
        self.assertIsNone(self.link("old.ld", "etch.ld", fill=15 * 1024))

    def test_code_that_grows_into_the_store_does_not_link(self):
        for scripts in (("old.ld", "etch.ld"), ("etch.ld", "old.ld")):
            complaint = self.link(*scripts, fill=17 * 1024)
            self.assertIn(".etch_layout_store", complaint or "linked")

    def test_initial_values_that_grow_into_the_store_do_not_link(self):
        complaint = self.link("old.ld", "etch.ld", fill=15 * 1024, data=400)
        self.assertIn("initial values of .data reach into store", complaint or "linked")

    def test_one_byte_too_many_is_too_many(self):
        # Bisect: the largest fill that links, and the next that does not.
        low, high = 15 * 1024, 17 * 1024
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.link("old.ld", "etch.ld", fill=middle) is None \
                else (low, middle)
        self.assertIsNone(self.link("old.ld", "etch.ld", fill=low))
        end = max(int(line.split()[0], 16) + int(line.split()[1])
                  for line in self.check("a.elf", "--part", "f446re")[1].splitlines()
                  if line.startswith("  0x"))
        self.assertLessEqual(end, 0x08004000)
        self.assertGreater(end, 0x08004000 - 16)

    # ---- check ----------------------------------------------------------------

    def test_a_good_elf_is_found_good_and_the_store_is_safe_by_sector_only(self):
        self.link("etch.ld", "modern.ld")
        status, text = self.check("a.elf", "--layout", "my.layout")
        self.assertEqual(status, 0, text)
        by_sector, by_range = text.split("flashing it:")[1].split("as one range")
        self.assertIn("erases sectors 0, 4\n", by_sector)
        self.assertNotIn("store", by_sector)
        self.assertIn("erases sectors 0, 1, 2, 3, 4\n      and with them store", by_range)

    def test_an_elf_linked_with_the_fragment_needs_no_layout(self):
        self.link("etch.ld", "modern.ld")
        status, text = self.check("a.elf", "--part", "stm32f446re")
        self.assertEqual(status, 0)
        self.assertIn("and with them store", text)

    def test_without_layout_and_part_a_guess_is_made_and_said(self):
        self.link("etch.ld", "modern.ld")
        (self.dir / "a.elf").rename(self.dir / "nucleo_f446re.elf")
        done = self.etch("check", "nucleo_f446re.elf")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("taking it for an STM32F446xE, from the file's name", done.stderr)
        self.assertIn("and with them store", done.stdout)

    def test_json_says_what_each_way_erases_and_what_is_wrong(self):
        self.link("etch.ld", "modern.ld")
        got = json.loads(self.check("a.elf", "--layout", "my.layout", "--json")[1])
        self.assertEqual({f["by"]: f["erases"] for f in got["flashing"]},
                         {"sector": [0, 4], "range": [0, 1, 2, 3, 4], "chip": list(range(8))})
        self.assertEqual((got["part"], got["faults"]), ("STM32F446xE", []))
        self.link("old.ld", fill=17 * 1024, entry=0x08000011)
        status, text = self.check("a.elf", "--layout", "my.layout", "--json")
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(text)["faults"][0]["code"], "meets-store")

    def test_an_image_over_the_store_is_at_fault(self):
        self.link("old.ld", fill=17 * 1024, entry=0x08000011)
        status, text = self.check("a.elf", "--layout", "my.layout")
        self.assertEqual(status, 1)
        self.assertIn("error: meets-store: .text, 0x08000000 to", text)
        self.assertIn("fix: ", text)

    def test_a_bin_has_its_hole_filled_and_is_told_so(self):
        self.link("etch.ld", "modern.ld")
        subprocess.run([CROSS + "objcopy", "-O", "binary", "a.elf", "a.bin"], cwd=self.dir,
                       check=True)
        status, text = self.check("a.bin@0x08000000", "--layout", "my.layout")
        self.assertEqual(status, 1)
        self.assertIn("covers 32768 bytes of store (sectors 1 to 2)", text)

    def test_vectors_that_are_none_are_told(self):
        self.link("etch.ld", "modern.ld", entry=0x08010000)
        status, text = self.check("a.elf", "--layout", "my.layout")
        self.assertEqual(status, 1)
        self.assertIn("error: no-vectors: ", text)
        self.assertIn("reset 0x08010000", text)

    def test_code_in_ccm_is_told(self):
        (self.dir / "a.c").write_text(
            SOURCE + '__attribute__((section(".ramfunc"), noinline, used)) void f(void) {}\n')
        (self.dir / "modern.ld").write_text(MODERN.replace(
            "  .bss", "  .ramfunc : { *(.ramfunc) } > CCM AT > APP\n  .bss"))
        self.etch("f407vg", "--ld", "etch.ld")
        self.link("etch.ld", "modern.ld")
        status, text = self.check("a.elf", "--layout", "f407vg")
        self.assertEqual(status, 1)
        self.assertIn("error: code-in-ccm: .ramfunc is code at 0x10000000", text)

    # ---- words ----------------------------------------------------------------

    def test_a_wrong_line_is_refused_by_file_and_line(self):
        (self.dir / "bad.layout").write_text("part f446re\ncode 0\nstore 9-\n")
        done = self.etch("bad.layout")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "etch: bad.layout:3: STM32F446xE has no sector 9; its "
                                      "sectors are 0 to 7\n")

    def test_what_cannot_be_used_is_refused_in_one_line(self):
        self.link("etch.ld", "modern.ld")
        for words, message in (
                (("nothing.layout",), "nothing.layout"), (("ready", "stm32f103"), "stm32f103"),
                (("check", "none.elf", "--part", "f446re"), "none.elf: No such file"),
                (("check", "my.layout"), "my.layout"), (("check", "a.elf"), "which chip is a.elf"),
                (("check", "a.elf", "--layout", "my.layout", "--part", "f407vg"),
                 "my.layout is for an STM32F446xE"),
                (("check",), "wants one firmware"), (("ready",), "wants one part"),
                (("my.layout", "more"), "'more' is too much"),
                (("ready", "f446re", "--ld", "x.ld"), "layout ready: no use for --ld"),
                (("check", "a.elf", "--svg", "x"), "layout check: no use for --svg"),
                (("my.layout", "--part", "f446re"), "layout my.layout: no use for --part"),
                (("my.layout", "--ld", "none/x.ld"), "none/x.ld: cannot be written"),
                (("--frobnicate",), "no such option"), (("my.layout", "--ld"), "wants a value")):
            done = self.etch(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
            self.assertIn(message, done.stderr)

    def test_no_file_is_written_over_another(self):
        (self.dir / "link.layout").symlink_to("my.layout")
        before = (self.dir / "my.layout").read_text()
        for words, message in (
                (("my.layout", "--ld", "my.layout"), "my.layout: it is the layout itself"),
                (("my.layout", "--svg", "link.layout"), "link.layout: it is the layout itself"),
                (("my.layout", "--ld", "x", "--header", "x"), "x: it would be written twice"),
                (("my.layout", "--ld", "-", "--svg", "-"), "it would be written twice")):
            done = self.etch(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(message, done.stderr)
        self.assertEqual((self.dir / "my.layout").read_text(), before)
        self.assertFalse((self.dir / "x").exists())
        done = self.etch("my.layout", "--header", "-")
        self.assertIn("#define LAYOUT_STORE_ADDR 0x08004000u", done.stdout)
        self.assertFalse((self.dir / "-").exists())

    def test_a_name_that_does_not_link_is_refused_at_its_line(self):
        for name in ("sram", "ccm", "at", "memory", "origin", "length", "align", "include",
                     "sections", "assert", "sizeof", "phdrs", "before", "max"):
            (self.dir / "n.layout").write_text(
                f"part f446re\ncode 0\nstore 1-2\nkeep 3 {name}\ncode 4- app\n")
            done = self.etch("n.layout", "--ld", "n.ld")
            self.assertEqual((done.returncode, done.stdout), (2, ""), name)
            self.assertIn(f"n.layout:4: '{name}' in capitals", done.stderr)
        for name in ("keep", "my_at", "quad", "fill", "len", "o", "rom", "sort"):
            (self.dir / "n.layout").write_text(
                f"part f446re\ncode 0\nstore 1-2\nkeep 3 {name}\ncode 4- app\n")
            self.assertEqual(self.etch("n.layout", "--ld", "n.ld").stderr, "")
            self.assertIsNone(self.link("n.ld", "modern.ld"), name)

    def test_a_file_linked_for_another_layout_is_at_fault(self):
        self.link("etch.ld", "modern.ld")
        for store, message in (
                ("store 2-3", "linked with store at 0x08004000 (32 KiB), and the layout has it at "
                              "0x08008000 (32 KiB)"),
                ("store 1-3", "linked with store at 0x08004000 (32 KiB), and the layout has it at "
                              "0x08004000 (48 KiB)"),
                ("store 1-2\nkeep 3 faults", "linked with no faults, which the layout has"),
                ("store 1-2 set", "linked with store at 0x08004000 (32 KiB), which the layout "
                                  "does not have")):
            (self.dir / "n.layout").write_text(f"part f446re\ncode 0\n{store}\ncode 4- app\n")
            status, text = self.check("a.elf", "--layout", "n.layout")
            self.assertEqual(status, 1)
            self.assertIn("error: layout-differs: the file was " + message, text)
        self.assertEqual(self.check("a.elf", "--layout", "my.layout")[0], 0)

    def test_help_teaches(self):
        done = self.etch("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("etch layout ready stm32f446re > my.layout", done.stdout)

    def test_the_header_compiles_and_the_picture_is_xml(self):
        done = self.etch("my.layout", "--header", "my.h", "--svg", "my.svg")
        self.assertEqual(done.returncode, 0)
        (self.dir / "use.c").write_text('#include "my.h"\nconst unsigned char s[] = '
                                        "{LAYOUT_STORE_SECTORS};\n"
                                        "_Static_assert(LAYOUT_STORE_LEN == 32768, \"\");\n")
        subprocess.run([CROSS + "gcc", "-c", "-Wall", "-Werror", "use.c"], cwd=self.dir, check=True)
        root = xml.etree.ElementTree.parse(self.dir / "my.svg").getroot()
        self.assertTrue(root.tag.endswith("svg"))


if __name__ == "__main__":
    unittest.main()
