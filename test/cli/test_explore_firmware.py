#!/usr/bin/env python3
"""etch explore: the power cut everywhere in a firmware, from outside."""
import json
import os
import pathlib
import shlex
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
SETTINGS = FIRMWARE / "settings.elf"
QUESTION = FIRMWARE / "question.elf"
PART = ("--part", "stm32f446re")
CHANGE = ("--args", "change 1")


def explore(*arguments):
    return subprocess.run([ETCH, "explore", *map(str, arguments)], text=True, check=False,
                          capture_output=True)


class Explore(unittest.TestCase):
    def refused(self, *arguments):
        done = explore(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
        return done.stderr

    def test_help_teaches_by_example(self):
        done = explore("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn('--args "change 200"', done.stdout)

    def test_a_firmware_that_loses_nothing_is_fine(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--tears", "2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\A[1-9]\d* cut points, .*: nothing was lost\n\Z")
        got = json.loads(explore(SETTINGS, *PART, *CHANGE, "--tears", "2", "--json").stdout)
        self.assertTrue(done.stdout.startswith(f"{got['points']} cut points, {got['cuts']} cuts"))
        self.assertEqual((got["failed"], got["complete"], got["failures"]), (0, True, []))

    def test_shards_share_the_cut_points(self):
        def points(*more):
            return json.loads(explore(SETTINGS, *PART, *CHANGE, "--tears", "1", "--json",
                                      *more).stdout)["points"]
        self.assertEqual(points(), sum(points("--shard", f"{k}/3") for k in range(3)))

    def test_where_nothing_was_cut_nothing_is_shown(self):
        done = explore(SETTINGS, *PART)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing was cut", done.stdout)
        self.assertIn("does it want --args?", done.stderr)
        done = explore(SETTINGS, *PART, "--args", "no such thing", "--json")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stdout)["points"], 0)
        self.assertIn('with --args "no such thing"', done.stderr)

    def test_a_firmware_that_does_not_say_what_it_has_done_is_told_so(self):
        done = explore(FIRMWARE / "boot_counter.elf", *PART, "--tears", "1")
        self.assertEqual(done.returncode, 0)
        self.assertIn('boot_counter.elf says no "done X"', done.stderr)
        done = explore(SETTINGS, *PART, *CHANGE, "--tears", "1", "--json")
        self.assertEqual((done.stderr, json.loads(done.stdout)["said_done"]), ("", True))

    def test_a_shard_may_be_empty(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--tears", "1", "--shard", "9998/9999")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_fault_without_a_cut_leads_to_the_command_that_explains_it(self):
        done = explore(QUESTION, "--args", "naive", "--vdd", "3.0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("taking it for an STM32F446xE, from the part its driver is for",
                      done.stderr)
        self.assertIn(": 1 failure\n", done.stdout)
        command = shlex.split(done.stdout.splitlines()[-1].split(": ", 1)[1])
        self.assertEqual(command[:2], ["etch", "run"])
        self.assertEqual(command[-2:], ["--vdd", "3000mV"])
        done = subprocess.run([ETCH, *command[1:]], text=True, check=False, capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("mpu-refused-store", done.stdout)

    def test_a_replay_tells_the_steps(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--replay", "firmware:g0:c3:t0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("power fails in operation 3", done.stdout)
        self.assertIn("all is right", done.stdout)

    def test_what_cannot_be_used_is_refused_in_one_line(self):
        for arguments, words in (
                ((), "which firmware?"),
                (("a.elf", "b.elf"), "'b.elf' is too much"),
                (("none.elf",), "none.elf: No such file"),
                ((SETTINGS,), "which chip is"),
                ((SETTINGS, *PART, "--shard", "3"), "--shard 3: K/N"),
                ((SETTINGS, *PART, "--shard", "/3"), "--shard /3: K/N"),
                ((SETTINGS, *PART, "--shard", "3/3"), "--shard 3/3: K/N"),
                ((SETTINGS, *PART, "--shard", "-1/3"), "--shard -1/3: K/N"),
                ((SETTINGS, *PART, "--shard", "1/3x"), "--shard 1/3x: K/N"),
                ((SETTINGS, *PART, "--depth", "0"), "from 1 to 6"),
                ((SETTINGS, *PART, "--tears", "99"), "from 1 to"),
                ((SETTINGS, *PART, "--replay", "zzz"), "no path of this firmware"),
                ((SETTINGS, *PART, "--json", "--replay", "firmware:g0"), "leave --json away"),
                ((SETTINGS, *PART, "--fly"), "--fly: no such option")):
            self.assertIn(words, self.refused(*arguments))


if __name__ == "__main__":
    unittest.main()
