#!/usr/bin/env python3
"""The examples do what they say, on three chips, from one ELF each."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
PARTS = ("stm32f446re", "stm32f407vg", "stm32f429zi")


def etch(*arguments):
    return subprocess.run([ETCH, *map(str, arguments)], text=True, check=False,
                          capture_output=True, stdin=subprocess.DEVNULL)


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def run_example(self, name, *arguments, part=PARTS[0], status=0, finds=()):
        """What it says, and the report; no other error or warning unless it shall fail."""
        done = etch("run", FIRMWARE / f"{name}.elf", "--part", part, "--json", *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        complaints = [f["code"] for f in report["findings"] if f["severity"] != "note"]
        if status == 0:
            self.assertEqual(complaints, list(finds), name)
        return done.stderr, report

    def test_boot_counter_counts_starts_across_power(self):
        for part in PARTS:
            image = self.dir / f"{part}.hex"
            said, _ = self.run_example("boot_counter", "--save", image, part=part)
            self.assertIn("start number 1\n", said)
            for n in (2, 3):
                said, _ = self.run_example("boot_counter", "--flash", image, "--save", image,
                                           part=part)
                self.assertIn(f"start number {n}\n", said)

    def test_settings_are_there_after_a_power_cycle(self):
        for part in PARTS:
            image = self.dir / f"{part}.hex"
            said, _ = self.run_example("settings", "--args", "", part=part)
            self.assertIn("user_config[3] = 4\nmotor_limit = 1500\n", said)
            self.run_example("settings", "--args", "change 20", "--save", image, part=part)
            said, _ = self.run_example("settings", "--flash", image, part=part)
            self.assertIn("user_config[0] = 20\nuser_config[3] = 0\nmotor_limit = 2020\n", said)

    def test_an_update_takes_settings_over_and_the_old_version_finds_its_own(self):
        for part in PARTS:
            image = self.dir / f"{part}.hex"
            self.run_example("settings", "--args", "change 20", "--save", image, part=part)
            said, _ = self.run_example("update", "--flash", image, "--save", image, part=part)
            self.assertIn("user_config[0] = 20\nmotor_limit = 20200\nramp_ms = 200\n", said)
            said, _ = self.run_example("settings", "--flash", image, part=part)
            self.assertIn("motor_limit = 2020\n", said)
            self.run_example("update", "--flash", image, "--args", "change 1", "--save", image,
                             part=part)
            said, _ = self.run_example("update", "--flash", image, part=part)
            self.assertIn("user_config[0] = 21\nmotor_limit = 20210\n", said)

    def test_settings_are_whole_after_a_cut_anywhere(self):
        started = self.dir / "started.hex"  # an erase at x8 takes long, and was tried at x32
        self.run_example("settings", "--save", started)
        for changes, more in (("change 3", ()),
                              ("change x8 1", ("--flash", started, "--done", "x8 0"))):
            done = etch("explore", FIRMWARE / "settings.elf", "--part", PARTS[0], "--args", changes,
                        "--json", "--jobs", 1, *more)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            report = json.loads(done.stdout)
            self.assertTrue(report["complete"])
            self.assertGreater(report["points"], 20)
            self.assertEqual(report["failed"], 0)

    def test_the_control_loop_misses_nothing_unless_it_is_naive(self):
        for part in PARTS:
            said, report = self.run_example("motor", part=part)
            self.assertIn("saves 100\n", said)
            self.assertIn("missed 0\n", said)
            # Two to make the store, two in the work.
            self.assertEqual(report["flash"]["erases"], 4)
        # It erases the store that is there, to write in its place.
        said, _ = self.run_example("motor", "--args", "naive", finds=["only-copy-erased"])
        self.assertGreater(int(re.search(r"missed (\d+)", said)[1]), 1000)

    def test_the_question_is_answered_three_times(self):
        for variant, code in (("naive", "mpu-refused-store"), ("ram", "ram-not-executable")):
            _, report = self.run_example("question", "--args", variant, status=1)
            first = report["findings"][0]
            self.assertEqual(first["code"], code)
            self.assertIn("question.c", " ".join(first["chain"]))
        self.assertIn("MPU region 0 (0x00000000-0x0FFFFFFF",
                      self.run_example("question", "--args", "naive", status=1)[1]
                      ["findings"][0]["text"])
        for variant in ("lifted", "etch"):
            self.run_example("question", "--args", variant)

    def test_a_crash_is_explained_after_the_reset_and_kept_in_flash(self):
        for part in PARTS:
            image = self.dir / f"{part}.hex"
            said, report = self.run_example("crash", "--args", "crash", "--save", image, part=part,
                                            status=1)
            self.assertEqual(report["resets"], 1)
            self.assertIn("the MPU refused a write to 0x08060000", said)
            self.assertIn("MPU region 0 makes 0x00000000-0x0FFFFFFF read-only", said)
            self.assertRegex(image.read_text(), r"(?m)^:10C00000")
        said, _ = self.run_example("crash")
        self.assertIn("no fault so far", said)

    def test_the_layouts_files_are_what_the_tool_writes(self):
        made = etch("layout", ROOT / "examples/etch.layout", "--ld", self.dir / "layout.ld",
                    "--header", self.dir / "layout.h")
        self.assertEqual(made.returncode, 0, made.stderr)
        for name in ("layout.ld", "layout.h"):
            self.assertEqual((self.dir / name).read_text(), (ROOT / "examples" / name).read_text())

    def test_every_example_passes_layout_check(self):
        for source in (ROOT / "examples").glob("*.c"):
            done = etch("layout", "check", FIRMWARE / f"{source.stem}.elf", "--layout",
                        ROOT / "examples/etch.layout")
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_each_is_a_page_or_two(self):
        for source in (ROOT / "examples").glob("*.c"):
            self.assertLessEqual(len(source.read_text().splitlines()), 150, source.name)


if __name__ == "__main__":
    unittest.main()
