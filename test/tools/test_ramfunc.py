#!/usr/bin/env python3
"""Code that runs from RAM stays there, however the library is compiled."""
import os
import pathlib
import subprocess
import unittest

from fixture import ROOT, ToolTest

FIRMWARE = ROOT / "test/firmware/flash_waits"
GCC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c11", "-ffreestanding",
       "-ffunction-sections", "-fdata-sections", "-g", f"-I{ROOT / 'src'}", "-nostartfiles",
       "--specs=nano.specs", f"-T{FIRMWARE / 'link.ld'}", "-Wl,--gc-sections"]


class RamFunc(ToolTest):
    def build(self, level):
        """The firmware that waits in RAM, its library compiled at this level too."""
        elf = self.dir / f"waits{level}.elf"
        sources = [*FIRMWARE.glob("*.[cS]"), *(ROOT / "src/flash").glob("*.c")]
        subprocess.run([*GCC, level, *sources, "-o", elf], check=True)
        return elf

    def test_the_waits_stay_in_ram_at_every_level_of_optimisation(self):
        for level in ("-O0", "-Og", "-O1", "-O2", "-O3", "-Os"):
            with self.subTest(level=level):
                self.assert_accepts("ramcode.py", self.build(level))

    def test_unoptimised_they_feed_and_call_and_serve_interrupts(self):
        tool = pathlib.Path(os.environ.get("ETCH_TOOL", ROOT / "build/etch"))
        done = subprocess.run([tool, "run", self.build("-O0"), "--part", "stm32f446re"],
                              text=True, check=False, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
