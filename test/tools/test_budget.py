#!/usr/bin/env python3
"""tools/budget.py: that it measures what is linked, and refuses what is over."""
import subprocess
import unittest

from fixture import ToolTest

GCC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding",
       "-ffunction-sections", "-fdata-sections", "-c"]
CODE = """
__attribute__((noinline)) int helper(int a) { return a * 77 + 3; }
int first(int a) { return helper(a) + 1; }
int second(int a) { return a ^ 0x12345; }
__attribute__((section(".ramfunc"))) int in_ram(int a) { return a + 5; }
"""


class Budget(ToolTest):
    def measure(self, budgets):
        source = self.write("lib.c", CODE)
        subprocess.run([*GCC, source, "-o", self.dir / "lib.o"], check=True)
        subprocess.run(["arm-none-eabi-ar", "rcs", self.dir / "lib.a", self.dir / "lib.o"],
                       check=True)
        return "budget.py", self.dir / "lib.a", "--budgets", self.write("b.txt", budgets)

    def test_what_fits_is_accepted_and_told(self):
        output = self.assert_accepts(*self.measure("some 100 .text first  # why\n"))
        self.assertRegex(output, r"some +\d+ of +100  ok")

    def test_what_is_over_is_refused(self):
        self.assert_refuses("over", *self.measure("some 4 .text first\n"))

    def test_what_is_reached_counts_and_what_is_not_does_not(self):
        lines = self.assert_accepts(*self.measure(
            "one 100 .text first\ntwo 100 .text second\nboth 100 .text first second\n"))
        one, two, both = (int(line.split()[1]) for line in lines.splitlines())
        self.assertLess(two, one)
        self.assertLessEqual(abs(both - one - two), 4)

    def test_sections_are_told_apart(self):
        lines = self.assert_accepts(*self.measure(
            "ram 100 .ramfunc in_ram\ntext 100 .text in_ram\n"))
        ram, text = (int(line.split()[1]) for line in lines.splitlines())
        self.assertGreater(ram, 0)
        self.assertEqual(text, 0)

    def test_a_call_that_is_not_there_is_refused(self):
        self.assert_refuses("nowhere", *self.measure("some 100 .text nowhere\n"))

    def test_a_line_that_cannot_be_read_is_refused(self):
        self.assert_refuses("b.txt:1", *self.measure("some .text first\n"))


if __name__ == "__main__":
    unittest.main()
