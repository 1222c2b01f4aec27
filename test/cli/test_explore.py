"""The program behind `./dev explore`: its words, streams and exit codes."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(os.environ["ETCH_BUILD"]) / "explore"


def explore(*args):
    return subprocess.run([PROGRAM, *args], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Explore(unittest.TestCase):
    def test_list_names_what_there_is(self):
        done = explore("--list")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^toy:g0 +exhaust ")

    def test_only_chooses(self):
        done = explore("--only", "toy:g0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("fixed point", done.stdout)
        self.assertNotIn("FAILED", done.stdout)

    def test_nothing_chosen_is_an_error(self):
        done = explore("--only", "no such thing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such thing", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_replay_tells_the_steps(self):
        done = explore("--replay", "toy:g0:c3:t5")
        self.assertEqual(done.returncode, 0)
        self.assertIn("power fails in operation 3", done.stdout)
        self.assertIn("all is right", done.stdout)

    def test_unusable_command_lines(self):
        for args in (["--shard", "2/2"], ["--shard", "x"], ["--jobs", "-1"], ["more"],
                     ["--what"], ["--replay", "toy:g0:q1"], ["--merge"],
                     ["--merge", "/nonexistent"]):
            done = explore(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertNotEqual(done.stderr, "", args)

    def test_shards_merge_into_one_document(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for shard in range(2):
                done = explore("--only", "toy:g0", "--json", "--shard", f"{shard}/2")
                self.assertEqual(done.returncode, 0, done.stderr)
                path = pathlib.Path(folder) / f"{shard}.json"
                path.write_text(done.stdout, encoding="utf-8")
                paths.append(path)
            whole = json.loads(explore("--only", "toy:g0", "--json").stdout)["results"]
            merged = json.loads(explore("--merge", "--json", *paths).stdout)["results"]
        self.assertEqual([r["way"] for r in merged], [r["way"] for r in whole])
        for one, other in zip(merged, whole):
            self.assertEqual(one["points"], other["points"])
            self.assertEqual(one["failed"], 0)
            self.assertTrue(one["complete"])


if __name__ == "__main__":
    unittest.main()
