#!/usr/bin/env python3
"""Etch inside another project: as a folder of it, and as an installed package."""
import json
import os
import subprocess
import unittest

from fixture import ROOT, ToolTest

TOOL = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
CHIP = f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/cortex-m4.cmake"


class Consumer(ToolTest):
    def cmake(self, *arguments):
        done = subprocess.run(["cmake", *arguments], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def build_consumer(self, *settings):
        self.cmake("-G", "Ninja", "-S", ROOT / "test/consumer", "-B", self.dir / "consumer",
                   "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *settings)
        self.cmake("--build", self.dir / "consumer")
        text = (self.dir / "consumer/compile_commands.json").read_text(encoding="utf-8")
        return json.loads(text)

    def test_as_a_folder_it_is_the_library_alone_with_no_warning_flag(self):
        for settings in ((CHIP, "-DCMAKE_C_FLAGS=-mfloat-abi=hard -mfpu=fpv4-sp-d16 "
                          "-mcpu=cortex-m4 -mthumb"), ()):
            commands = self.build_consumer(f"-DETCH_FOLDER={ROOT}", *settings)
            self.assertTrue(commands)
            for command in commands:
                self.assertRegex(command["file"], rf"^{ROOT}/(src|test/consumer)/")
                self.assertNotRegex(command["command"], r"-W(all|error)|/host\b")
            (self.dir / "consumer/CMakeCache.txt").unlink()

    def test_a_toolchain_without_a_processors_name_gets_all_of_it(self):
        flags = "-mcpu=cortex-m4 -mthumb -Os -ffunction-sections -fdata-sections"
        script = (ROOT / "test/consumer/store.ld").read_text(encoding="utf-8")
        forgotten = self.write("forgotten.ld", script.replace("        *(.ramfunc*)\n", ""))
        for path, status in ((ROOT / "test/consumer/store.ld", 0), (forgotten, 1)):
            self.build_consumer(f"-DETCH_FOLDER={ROOT}", "-DCMAKE_SYSTEM_NAME=Generic",
                                "-DCMAKE_C_COMPILER=arm-none-eabi-gcc",
                                "-DCMAKE_ASM_COMPILER=arm-none-eabi-gcc",
                                "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
                                f"-DCMAKE_C_FLAGS={flags}", f"-DSTORE_SCRIPT={path}")
            done = subprocess.run([TOOL, "run", self.dir / "consumer/store", "--json"],
                                  text=True, check=False, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            # What the linker put into flash is refused: 8 is ETCH_E_SELF.
            self.assertEqual(json.loads(done.stdout)["exit"]["code"], 8 * status)

    def stands_alone(self, include, header):
        """In C, and in C++ as docs/porting.md says."""
        line = f'#include "{header}"'
        source = {"c": line + "\nextern int one;\n", "c++": f'extern "C" {{\n{line}\n}}\n'}
        for language, standard in (("c", "c11"), ("c++", "c++11")):
            done = subprocess.run(
                ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", f"-std={standard}",
                 "-Wall", "-Wextra", "-pedantic-errors", "-Werror", f"-I{include}",
                 "-fsyntax-only", "-x", language, "-"],
                input=source[language], text=True, check=False, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_as_a_package_it_is_found_with_its_public_headers(self):
        self.cmake("-G", "Ninja", "-S", ROOT, "-B", self.dir / "etch", CHIP,
                   "-DCMAKE_BUILD_TYPE=MinSizeRel")
        self.cmake("--build", self.dir / "etch", "--target", "etch")
        self.cmake("--install", self.dir / "etch", "--prefix", self.dir / "prefix")
        include = self.dir / "prefix/include/etch"
        headers = sorted(p.relative_to(include).as_posix() for p in include.rglob("*.h"))
        self.assertIn("base/err.h", headers)
        self.assertFalse([h for h in headers if h.endswith("_priv.h")])
        for header in headers:
            self.stands_alone(include, header)
        self.build_consumer(CHIP, f"-DEtch_DIR={self.dir}/prefix/lib/cmake/Etch")


if __name__ == "__main__":
    unittest.main()
