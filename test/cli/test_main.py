#!/usr/bin/env python3
"""The program etch from outside: help, version, unknown verbs, exit codes."""
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")


def etch(*arguments, stdout=subprocess.PIPE):
    return subprocess.run([ETCH, *arguments], text=True, check=False,
                          stdout=stdout, stderr=subprocess.PIPE)


class Main(unittest.TestCase):
    def test_help_goes_to_stdout_and_lists_itself(self):
        for word in ("--help", "-h", "help"):
            done = etch(word)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("\n  help ", done.stdout)

    def test_help_of_a_verb_is_what_the_verb_says_itself(self):
        for words in (["run"], ["explore"], ["why"], ["part"], ["layout"], ["image"],
                      ["image", "create"]):
            done = etch("help", *words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(done.stdout, etch(*words, "--help").stdout)
        done = etch("help", "fly")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no verb 'fly'", done.stderr)

    def test_too_many_words_are_refused(self):
        for words, message in ((["version", "junk"], "'junk' is too much"),
                               (["help", "run", "--junk"], "'--junk' is too much"),
                               (["help", "version", "junk"], "'junk' is too much"),
                               (["help", "image", "create", "junk"], "'junk' is too much")):
            done = etch(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
            self.assertIn(message, done.stderr)

    def test_version_is_one_line(self):
        for word in ("--version", "version"):
            done = etch(word)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"\Aetch \d+\.\d+\.\d+\n\Z")

    def test_no_verb_shows_the_usage_on_stderr(self):
        done = etch()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage: etch VERB", done.stderr)

    def test_an_unknown_verb_is_named_with_the_next_step_in_one_line(self):
        done = etch("fly")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "etch: no verb 'fly'; 'etch help' lists them\n")

    def test_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.assertEqual(etch("help", stdout=full).returncode, 3)


if __name__ == "__main__":
    unittest.main()
