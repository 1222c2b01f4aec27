#!/usr/bin/env python3
"""tools/mutants.py: it tells the caught from the survivors and from nonsense."""
import os
import unittest

from fixture import ROOT, ToolTest

BUILD = os.environ.get("ETCH_BUILD", ROOT / "build/host")
CAUGHT = """
src/base/err.c: the wrong name
- return "ok";
+ return "fine";
"""


class Mutants(ToolTest):
    def run_list(self, text, head="tests: err\n"):
        return self.run_tool("mutants.py", "--build", BUILD, "--no-build", self.write("a.txt", head + text))

    def expect(self, status, what, text, **how):
        got, output = self.run_list(text, **how)
        self.assertEqual(got, status, output)
        self.assertIn(what, output)

    def test_a_damage_that_a_test_notices_is_caught(self):
        self.expect(0, "1 caught, 0 survived", CAUGHT)

    def test_a_damage_that_none_notices_survives(self):
        self.expect(1, "SURVIVED", CAUGHT + """
src/base/err.c: a comment is not code
- SPDX-License-Identifier: MIT
+ SPDX-License-Identifier: None
""")

    def test_an_endless_loop_is_caught_by_its_limit(self):
        self.expect(0, "over 1 s", """
src/base/err.c: never comes back
- switch (err) {
+ for (volatile int i = 1; i;) {} switch (err) {
""", head="tests: err\nlimit: 1\n")

    def test_a_loop_is_caught_long_before_that_by_the_processor_time_it_takes(self):
        self.expect(0, "s of processor time", """
src/base/err.c: never comes back
- switch (err) {
+ for (volatile int i = 1; i;) {} switch (err) {
""", head="tests: err\nlimit: 120\n")

    def test_a_crash_is_caught(self):
        self.expect(0, "signal", """
src/base/err.c: stops
- switch (err) {
+ __builtin_abort(); switch (err) {
""")

    def test_old_text_must_be_there_once_or_be_numbered(self):
        self.expect(1, "not in the file", "\nsrc/base/err.c: x\n- no such text\n+ y\n")
        self.expect(1, "say which", '\nsrc/base/err.c: x\n- return "\n+ return "x\n')
        self.expect(0, "1 caught", '\nsrc/base/err.c#1: x\n- return "\n+ return "x\n')
        self.expect(1, "only", '\nsrc/base/err.c#99: x\n- return "\n+ return "x\n')

    def test_lines_may_be_several_and_new_ones_none(self):
        self.expect(0, "1 caught", """
src/base/err.c: two names fewer
-     case ETCH_OK: return "ok";
-     case ETCH_E_RANGE: return "out of range";
""")

    def test_what_does_not_compile_proves_nothing(self):
        self.expect(1, "does not compile", '\nsrc/base/err.c: x\n- return "ok";\n+ retrun;\n')

    def test_a_test_that_fails_undamaged_proves_nothing(self):
        self.expect(2, "fails undamaged", CAUGHT, head="tests: err\nlimit: 0.000001\n")

    def test_a_list_must_make_sense(self):
        self.expect(2, "there is no test nonsense", CAUGHT, head="tests: nonsense\n")
        self.expect(2, 'names no "tests:"', CAUGHT, head="")
        self.expect(2, "a block is", "\nsrc/base/err.c\n- a\n+ b\n")

    def test_what_caught_a_damage_is_noted_and_tried_first(self):
        path = self.write("a.txt", "tests: nor err\n" + CAUGHT)
        noted = self.dir / "caught_by.tsv"
        run = ["mutants.py", "--build", BUILD, "--no-build", path]
        self.assert_accepts(*run, "--learn")
        self.assertEqual(noted.read_text(), "a.txt\tsrc/base/err.c: the wrong name\terr\n")
        for wrong in "nor", "gone":
            noted.write_text(noted.read_text().replace("err\n", wrong + "\n"))
            self.assertIn("[err: ", self.assert_accepts(*run))


if __name__ == "__main__":
    unittest.main()
