#!/usr/bin/env python3
"""tools/spec.py, and the sums of its example by another way."""
import unittest
import zlib

from fixture import ROOT, ToolTest

SPEC = ROOT / "SPEC.md"
EXAMPLE = ROOT / "test/images/v2-example.bin"


class Spec(ToolTest):
    def test_an_example_that_is_not_up_to_date_is_refused(self):
        text = SPEC.read_text(encoding="utf-8")
        self.assert_accepts("spec.py", "--check", self.write("good.md", text))
        changed = self.write("bad.md", text.replace("    0010  00", "    0010  01"))
        self.assert_refuses("not up to date", "spec.py", "--check", changed)
        self.assert_accepts("spec.py", changed)
        self.assertEqual(changed.read_text(encoding="utf-8"), text)

    def test_a_text_without_its_place_is_refused(self):
        self.assert_refuses("no place", "spec.py", self.write("none.md", "# Nothing\n"))

    def test_the_sums_of_the_example_are_crc_32(self):
        """Not inverted at the end, where zlib's is."""
        data = EXAMPLE.read_bytes()
        for summed, stored in ((data[:8], data[8:12]), (data[24:32], data[32:36]),
                               (data[0x28:0x2C] + data[0x30:0x38], data[0x2C:0x30])):
            self.assertEqual((zlib.crc32(summed) ^ 0xFFFFFFFF).to_bytes(4, "little"), stored)


if __name__ == "__main__":
    unittest.main()
