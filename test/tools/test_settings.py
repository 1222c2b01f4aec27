#!/usr/bin/env python3
"""What settings.h promises of the compiler and the linker."""
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GCC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c11", "-ffreestanding",
       "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'src'}"]
HEADER = '#include "settings/settings.h"\n'


class Settings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def compile(self, name, text, *options):
        """The compiler's complaint about the text, or None; makes NAME.o."""
        (self.dir / f"{name}.c").write_text(HEADER + text)
        done = subprocess.run([*GCC, *options, "-c", f"{name}.c"], cwd=self.dir, text=True,
                              check=False, capture_output=True)
        return done.stderr if done.returncode else None

    def link(self, *names):
        done = subprocess.run([*GCC[:3], "-nostdlib", "-Wl,--gc-sections", "-Wl,-e,main",
                               *(f"{name}.o" for name in names), "-o", "a.elf"],
                              cwd=self.dir, text=True, check=False, capture_output=True)
        return done.stderr if done.returncode else None

    def test_an_assignment_does_not_compile(self):
        self.assertIn("read-only", self.compile(
            "a", "ETCH_SETTING(1, uint32_t, limit, 5);\n"
                 "void f(void);\nvoid f(void) { limit = 6; }\n") or "compiled")

    def test_a_value_of_the_wrong_type_does_not_compile(self):
        self.assertIsNotNone(self.compile(
            "a", "ETCH_SETTING(1, uint32_t, limit, 5);\n"
                 "int f(struct etch_settings *s);\n"
                 "int f(struct etch_settings *s) { return ETCH_SET(s, limit, \"six\"); }\n"))

    def test_two_settings_with_one_number_do_not_link(self):
        self.assertIsNone(self.compile("a", "ETCH_SETTING(7, uint32_t, first, 5);\n"
                                            "int main(void) { return (int)first; }\n"))
        self.assertIsNone(self.compile("b", "ETCH_SETTING(7, uint8_t, second, 5);\n"))
        self.assertIsNone(self.compile("c", "ETCH_SETTING(8, uint8_t, second, 5);\n"))
        self.assertIn("multiple definition of `etch_setting_number_7'",
                      self.link("a", "b") or "linked")
        self.assertIsNone(self.link("a", "c"))

    def test_a_number_is_the_same_however_it_is_written(self):
        for level in ("-O0", "-Os"):
            self.assertIsNone(self.compile("a", "ETCH_SETTING(16, uint32_t, first, 5);\n"
                                                "int main(void) { return (int)first; }\n", level))
            for number in ("0x10", "SIXTEEN", "1 << 4", "SIXTEEN + 0u"):
                other = f"enum {{ SIXTEEN = 16 }};\nETCH_SETTING({number}, uint8_t, second, 5);\n"
                self.assertIsNone(self.compile("b", other, level))
                self.assertIn("multiple definition of `etch_setting_number_16'",
                              self.link("a", "b") or "linked", number)
                self.assertIn("etch_setting_number_16", self.compile(
                    "b", other + "ETCH_SETTING(16, uint8_t, third, 5);\n", level) or "compiled")

    def test_a_number_that_is_taken_costs_no_byte(self):
        self.assertIsNone(self.compile("a", "ETCH_SETTING(16, uint32_t, first, 5);\n", "-O0"))
        sizes = subprocess.run(["arm-none-eabi-size", "a.o"], cwd=self.dir, text=True,
                               check=True, capture_output=True).stdout.splitlines()[1].split()
        # The initial value, the description, its name and its place in the list.
        self.assertEqual(int(sizes[0]), 4 + 48 + 8 + 4)

    def test_a_range_of_another_type_does_not_compile(self):
        for setting in ("ETCH_SETTING(1, uint32_t, a, 5, ETCH_RANGE(uint8_t, 0, 200))",
                        "ETCH_SETTING(1, uint32_t, a, 5, ETCH_RANGE(int32_t, 0, 200))",
                        "ETCH_SETTING(1, float, a, 5, ETCH_RANGE(int, 0, 10))",
                        "ETCH_SETTING(1, float, a, 5, .version = 1, ETCH_RANGE(double, 0, 10))",
                        "ETCH_SETTING_ARRAY(1, uint16_t, 2, a, (5, 6), ETCH_RANGE(uint32_t, 0, 9))",
                        "ETCH_SETTING(1, bool, a, 0, ETCH_RANGE(bool, 0, 0))",
                        "ETCH_SETTING_ARRAY(1, char, 4, a, (5), ETCH_RANGE(char, 0, 9))",
                        "struct s { int i; };\n"
                        "ETCH_SETTING_STRUCT(1, struct s, a, (5), ETCH_RANGE(int, 0, 9))"):
            self.assertIn("the range is of another type", self.compile("a", setting + ";\n")
                          or f"compiled: {setting}")

    def test_a_range_of_its_type_compiles_and_leaves_nothing_behind(self):
        self.assertIsNone(self.compile(
            "a", "typedef uint32_t microns;\n"
                 "ETCH_SETTING(1, uint32_t, a, 5, ETCH_RANGE(microns, 0, 200), .version = 1);\n"
                 "ETCH_SETTING(2, int8_t, b, 5, ETCH_RANGE(int8_t, -3, 9));\n"
                 "ETCH_SETTING(3, double, c, 5, ETCH_RANGE(double, 0, 10));\n"
                 "ETCH_SETTING_ARRAY(4, long, 2, d, (5, 6), ETCH_RANGE(long, 1, 9));\n", "-O0"))
        names = subprocess.run(["arm-none-eabi-nm", "a.o"], cwd=self.dir, text=True,
                               check=True, capture_output=True).stdout
        self.assertNotIn("etch_check", names)

    def test_a_name_too_long_and_a_number_too_large_do_not_compile(self):
        self.assertIn("name too long", self.compile(
            "a", f"ETCH_SETTING(1, uint32_t, {'n' * 29}, 5);\n") or "compiled")
        self.assertIn("numbers are", self.compile(
            "a", "ETCH_SETTING(1023, uint32_t, limit, 5);\n") or "compiled")

    def test_a_setting_that_no_store_takes_does_not_compile(self):
        self.assertIsNone(self.compile("a", "ETCH_SETTING_ARRAY(1, char, 16308, a, (5));\n"))
        self.assertIn("too long", self.compile(
            "a", "ETCH_SETTING_ARRAY(1, char, 16309, a, (5));\n") or "compiled")

    def test_another_file_reads_and_sets(self):
        self.assertIsNone(self.compile("a", "ETCH_SETTING_ARRAY(1, char, 4, user, (1, 2, 3, 4));\n"))
        self.assertIsNone(self.compile(
            "b", "typedef char four[4];\nETCH_SETTING_ELSEWHERE(four, user);\n"
                 "int f(struct etch_settings *s);\n"
                 "int f(struct etch_settings *s) "
                 "{ return user[1] ? ETCH_SET(s, user, 9, 8, 7, 6) : 0; }\n"))
        self.assertIsNone(self.compile(
            "c", "ETCH_SETTING_ELSEWHERE(char[4], user);\n"
                 "ETCH_SETTING_ELSEWHERE(uint32_t, limit);\n"
                 "int f(void);\nint f(void) { return user[1] + (int)limit; }\n"
                 "ETCH_SETTING(2, uint32_t, limit, 5);\n"))

    def test_no_read_is_folded_at_any_optimisation(self):
        text = ("ETCH_SETTING(1, uint32_t, limit, 5);\n"
                "int f(void);\nint f(void) { return limit == 5 ? 1 : 2; }\n")
        for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
            self.assertIsNone(self.compile("a", text, level))
            code = subprocess.run(["arm-none-eabi-objdump", "-dr", "a.o"], cwd=self.dir,
                                  text=True, check=True, capture_output=True).stdout
            body = code.split("<f>:")[1]
            self.assertIn("cmp", body, level)

    def test_all_are_in_the_linkers_list_with_unused_sections_dropped(self):
        self.assertIsNone(self.compile(
            "a", "ETCH_SETTING(1, uint32_t, one, 5);\nETCH_SETTING(2, uint32_t, two, 5);\n"
                 "extern const struct etch_setting *const __start_etch_settings[];\n"
                 "extern const struct etch_setting *const __stop_etch_settings[];\n"
                 "int main(void) { return (int)(__stop_etch_settings - __start_etch_settings); }\n",
            "-ffunction-sections", "-fdata-sections"))
        self.assertIsNone(self.link("a"))
        sections = subprocess.run(["arm-none-eabi-readelf", "-SW", "a.elf"], cwd=self.dir,
                                  text=True, check=True, capture_output=True).stdout
        line = next(line for line in sections.splitlines() if "etch_settings" in line)
        self.assertIn(" 000008 ", line)


if __name__ == "__main__":
    unittest.main()
