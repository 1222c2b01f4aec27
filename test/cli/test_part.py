#!/usr/bin/env python3
"""etch part: a chip's sectors, times and limits, for people and for scripts."""
import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")


def part(*arguments):
    return subprocess.run([ETCH, "part", *arguments], text=True, check=False,
                          capture_output=True)


class Part(unittest.TestCase):
    def fine(self, *arguments):
        done = part(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def refused(self, *arguments):
        done = part(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
        return done.stderr

    def test_help_teaches_by_example(self):
        self.assertIn("etch part stm32f446re", self.fine("--help"))

    def test_the_list_has_each_part_once(self):
        names = re.findall(r"^STM32F4\S+", self.fine(), re.M)
        self.assertEqual(len(names), 36)
        self.assertEqual(len(set(names)), 36)

    def test_the_lists_columns_stand_in_line(self):
        lines = self.fine().split("\n\n")[0].splitlines()
        at = lines[0].index("manual")
        self.assertTrue(all(line[at:at + 2] == "RM" for line in lines[1:]), lines)

    def test_a_marking_is_understood_in_any_case_and_with_its_package(self):
        for marking in ("stm32f446re", "STM32F446RET6", "F446re", "f446xe", "STM32F446xE"):
            self.assertEqual(self.fine(marking).splitlines()[0], "STM32F446xE")

    def test_sectors_and_times_are_those_of_the_manual(self):
        text = self.fine("stm32f446re")
        self.assertRegex(text, r"\n +7  0x08060000  0x0807FFFF  128 KiB +7\n")
        self.assertRegex(text, r"128 KiB sector +2000 / 4000 +1300 / 2600 +1000 / 2000")
        self.assertIn("16 us, at most 100", text)
        self.assertIn("10000 erases", text)

    def test_a_part_that_can_be_split_shows_both_maps(self):
        text = self.fine("f429zg")
        self.assertIn("with option bit DB1M set", text)
        self.assertRegex(text, r"\n +12  0x08080000  0x08083FFF   16 KiB +16 +2\n")

    def test_a_small_part_names_no_sector_that_it_lacks(self):
        text = self.fine("stm32f410c8")
        self.assertNotIn("128 KiB sector", text)

    def test_json_holds_sectors_and_times(self):
        got = json.loads(self.fine("--json", "stm32f407vg"))
        self.assertEqual(got["part"], "STM32F407xG")
        self.assertEqual(len(got["sectors"]), 12)
        self.assertEqual(sum(s["size"] for s in got["sectors"]), 1024 * 1024)
        self.assertEqual(got["sectors"][5]["address"], "0x08020000")
        wide = {p["name"]: p for p in got["psize"]}["x32"]
        self.assertEqual(wide["erase_128_kib_ms"], {"typical": 1000, "maximum": 2000})
        self.assertEqual(wide["min_mv"], 2700)

    def test_json_of_all_is_one_document(self):
        got = json.loads(self.fine("--json"))
        self.assertEqual(len(got["parts"]), 36)
        self.assertTrue(all(p["part"].startswith("STM32F4") for p in got["parts"]))

    def test_an_option_may_stand_behind_the_name(self):
        self.assertEqual(json.loads(self.fine("f446re", "--json"))["flash_kib"], 512)

    def test_an_incomplete_marking_names_the_parts_near_it(self):
        self.assertIn("near it: STM32F446xC, STM32F446xE", self.refused("stm32f446"))
        self.assertIn("near it: STM32F413xG, STM32F413xH", self.refused("f413zz"))

    def test_one_wrong_character_or_a_boards_name_leads_to_the_part(self):
        self.assertIn("near it: STM32F407xG, ", self.refused("f4o7vg"))
        self.assertIn("near it: STM32F405xG, STM32F407xG (", self.refused("stm32f408vg"))
        self.assertIn("near it: STM32F446xE (", self.refused("nucleo-f446re"))
        for other in ("stm32l476rg", "stm32h743zi", "f999", "f4"):
            self.assertNotIn("near it", self.refused(other))

    def test_what_is_no_f4_is_refused_with_the_way_to_the_list(self):
        self.assertIn("'etch part' lists all", self.refused("stm32f103c8"))
        self.assertIn("''", self.refused(""))

    def test_wrong_words_are_refused(self):
        self.assertIn("--fly: no such option", self.refused("--fly"))
        self.assertIn("-x: no such option", self.refused("-x"))
        self.assertIn("'f446re' is too much", self.refused("f407vg", "f446re"))


if __name__ == "__main__":
    unittest.main()
