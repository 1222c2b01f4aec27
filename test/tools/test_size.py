#!/usr/bin/env python3
"""tools/size.py and symbols.py: what they count, and what they refuse."""
import subprocess
import unittest

from fixture import ToolTest

GCC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding",
       "-ffunction-sections", "-fdata-sections", "-fcallgraph-info=su", "-c"]


class Size(ToolTest):
    def measure(self, code, *arguments):
        """Arguments for size.py after code was compiled as base/err, for it must
        be a module that exists."""
        folder = self.dir / "CMakeFiles/etch.dir/src/base"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([*GCC, self.write("err.c", code), "-o", folder / "err.c.obj"], check=True)
        return "size.py", "--build", self.dir, "--ledger", self.dir / "size.csv", *arguments

    def ledger(self, code):
        self.assert_accepts(*self.measure(code, "--update"))
        return (self.dir / "size.csv").read_text(encoding="utf-8").splitlines()[1].split(",")

    def test_sections_count_where_they_live(self):
        _, text, rodata, ram, _ = self.ledger("""
            const char table[100] = {1};
            char initial[20] = {1};
            char zero[30];
            __attribute__((section(".ramfunc"))) int f(int a) { return a; }
        """)
        self.assertEqual((int(rodata), int(ram) - int(text)), (120, 50))
        self.assertGreater(int(text), 0)

    def test_stack_is_the_deepest_chain_not_the_largest_frame(self):
        chain = """
            void use(char *);
            static __attribute__((noinline)) void low(void) { char a[64]; use(a); use(a); }
            static __attribute__((noinline)) void mid(void) { char a[32]; use(a); low(); use(a); }
            void high(void) { char a[32]; use(a); mid(); use(a); }
        """
        self.assertGreaterEqual(int(self.ledger(chain)[4]), 64 + 32 + 32)
        self.assertLess(int(self.ledger(chain)[4]), 64 + 32 + 32 + 3 * 16)

    def test_recursion_and_frames_without_bound_are_refused(self):
        self.assert_refuses("recursion", *self.measure(
            "int g(int); int f(int a) { return a ? g(f(a - 1)) : 1; }"))
        self.assert_refuses("no bound", *self.measure(
            "void use(char *); void f(int n) { char a[n]; use(a); use(a); }"))

    def test_one_byte_more_is_refused_until_the_ledger_says_so(self):
        self.ledger("const char table[100] = {1};")
        bigger = "const char table[101] = {1};"
        self.assert_accepts(*self.measure("const char table[100] = {1};", "--check"))
        self.assert_refuses("rodata 100 -> 101 (+1)", *self.measure(bigger, "--check"))
        self.assert_accepts(*self.measure(bigger, "--update"))
        self.assert_accepts(*self.measure(bigger, "--check"))

    def test_an_empty_build_is_refused(self):
        self.assert_refuses("nothing built", "size.py", "--build", self.dir)


class Symbols(ToolTest):
    def library(self, code):
        subprocess.run([*GCC, self.write("a.c", code), "-o", self.dir / "a.o"], check=True)
        subprocess.run(["arm-none-eabi-ar", "qc", self.dir / "a.a", self.dir / "a.o"], check=True)
        return "symbols.py", self.dir / "a.a"

    def test_mem_and_long_division_are_fine(self):
        self.assert_accepts(*self.library("""
            void *memcpy(void *, const void *, unsigned);
            long long f(long long *a, void *b) { memcpy(a, b, *(unsigned *)b); return *a / a[1]; }
        """))

    def test_anything_else_is_refused(self):
        self.assert_refuses("a.o: wants malloc", *self.library(
            "void *malloc(unsigned); void *f(void) { return malloc(1); }"))


if __name__ == "__main__":
    unittest.main()
