#!/usr/bin/env python3
"""etch explore: the power cut everywhere in a firmware, from outside."""
import json
import os
import pathlib
import pty
import re
import shlex
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
SETTINGS = FIRMWARE / "settings.elf"
UPDATE = FIRMWARE / "update.elf"
ERASES = FIRMWARE / "case_update_erases.elf"
HELLO = FIRMWARE / "hello.elf"
JOURNAL = FIRMWARE / "journal.elf"
QUESTION = FIRMWARE / "question.elf"
PART = ("--part", "stm32f446re")
CHANGE = ("--args", "change 1")


def etch(*arguments):
    return subprocess.run([ETCH, *map(str, arguments)], text=True, check=False,
                          capture_output=True)


def explore(*arguments):
    return etch("explore", *arguments)


class Case(unittest.TestCase):
    def refused(self, *arguments):
        done = explore(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
        return done.stderr

    def json(self, *arguments, status=0):
        done = explore(*arguments, "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def told(self, report):
        """What the command says that a report ends with; it has to fail."""
        command = shlex.split(report.splitlines()[-1].split(": ", 1)[1])
        self.assertEqual(command[0], "etch")
        done = etch(*command[1:])
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        return done.stdout


class Explore(Case):

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

    def test_long_work_tells_a_terminal_how_far_it_is(self):
        """The motor programs nearly 9,000 times: long before all cuts have been made."""
        ours, its = pty.openpty()
        with subprocess.Popen([ETCH, "explore", FIRMWARE / "motor.elf", *PART, "--limit", "1s"],
                              stdout=subprocess.DEVNULL, stderr=its) as running:
            os.close(its)
            told = b""
            while not re.search(rb"firmware:g0 operations cut: [1-9]\d* of [1-9]", told):
                told += os.read(ours, 1024)
            running.kill()
        os.close(ours)

    def test_shards_share_the_cut_points(self):
        def points(*more):
            return json.loads(explore(SETTINGS, *PART, *CHANGE, "--tears", "1", "--json",
                                      *more).stdout)["points"]
        self.assertEqual(points(), sum(points("--shard", f"{k}/3") for k in range(3)))

    def test_arguments_as_long_as_the_firmware_takes_get_there(self):
        long = self.json(SETTINGS, *PART, "--args", f"{'change':<78}1", "--tears", "1")
        self.assertEqual(long, self.json(SETTINGS, *PART, *CHANGE, "--tears", "1"))

    def test_a_done_too_long_to_be_asked_for_is_said(self):
        done = explore(JOURNAL, *PART, "--args", "boast", "--tears", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn('said more than 63 characters behind "done ": and more, ', done.stdout)

    def test_where_nothing_was_cut_nothing_is_shown(self):
        done = explore(HELLO, *PART)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing was cut", done.stdout)
        self.assertIn("does it want --args?", done.stderr)
        done = explore(HELLO, *PART, "--args", "no such thing", "--json")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stdout)["points"], 0)
        self.assertIn('with --args "no such thing"', done.stderr)

    def test_a_firmware_that_does_not_say_what_it_has_done_is_told_so(self):
        done = explore(JOURNAL, *PART, "--tears", "1")
        self.assertEqual(done.returncode, 0)
        self.assertIn('journal.elf says no "done X"', done.stderr)
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
        command = done.stdout.splitlines()[-1]
        self.assertRegex(command, ": etch run .* --vdd 3000mV$")
        self.assertIn("mpu-refused-store", self.told(done.stdout))

    def test_a_replay_tells_the_steps(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--replay", "firmware:g0:c3:t0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn('power fails in operation 3: before it began\n    started with "change 1"\n',
                      done.stdout)
        self.assertIn('boot and check\n    started with "check"\n', done.stdout)
        self.assertIn("all is right", done.stdout)

    def test_words_in_doubt_are_summed_up(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--replay", "firmware:g0:c5:t4")
        self.assertRegex(done.stdout, r"\n      \.\.\. to 0x0800BFFC: 4096 words, \d+ torn, "
                                      r"\d+ unstable\n")
        self.assertLess(done.stdout.count("\n"), 40)

    def test_a_firmware_that_never_leaves_is_told_that_it_must(self):
        done = explore(FIRMWARE / "flash_waits.elf", *PART, "--limit", "20ms")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("hang  firmware:g0\n    still running at the limit\n", done.stdout)
        self.assertIn("it never left: a firmware to be explored leaves by itself, with 0",
                      done.stdout)
        self.assertNotIn("never left", explore(QUESTION, *PART).stdout)

    def test_a_replay_whose_cut_never_comes_is_no_success(self):
        done = explore(SETTINGS, *PART, *CHANGE, "--replay", "firmware:g0:c99999:t1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("    came to its end uncut, 53 operations\n", done.stdout)
        self.assertNotIn("boot and check", done.stdout)
        self.assertRegex(done.stderr, r"\Aetch: --replay firmware:g0:c99999:t1: a cut of it never "
                                      r"came[^\n]+\n\Z")

    def test_whatever_bytes_the_firmware_says_the_report_is_text(self):
        said = b"last turn done was "
        data = SETTINGS.read_bytes()
        self.assertEqual(data.count(said), 1)
        with tempfile.TemporaryDirectory(prefix="etch-\udce4-") as folder:
            elf = pathlib.Path(folder, "fw.elf")
            elf.write_bytes(data.replace(said, b"\x1b[31m\xff\xc3\xa4 ".ljust(len(said), b".")))
            seen = "left with 1: \\x1b[31m\\xff\u00e4 ..........5"
            found = self.json(elf, *PART, *CHANGE, "--done", "5", status=1)
            self.assertEqual(found["failures"][0]["text"],
                             seen.replace("\\x1b", "\x1b"))
            self.assertIn("etch-\\xe4-", found["firmware"])
            elf = elf.rename(pathlib.Path(folder.encode("ascii", "replace").decode() + ".elf"))
            self.addCleanup(elf.unlink)
            done = explore(elf, *PART, *CHANGE, "--done", "5")
            self.assertIn(f"    {seen}\n", done.stdout)
            story = explore(elf, *PART, *CHANGE, "--done", "5", "--replay", "firmware:g0").stdout
            self.assertIn(f"    wrong: {seen}\n", story)
            self.assertIn(f"    says: {seen[13:]}\n", story)

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
                ((SETTINGS, *PART, "--shard", "0/65536"), "N up to 65535"),
                ((SETTINGS, *PART, "--depth", "0"), "from 1 to 6"),
                ((SETTINGS, *PART, "--limit", "never"), "500ms, 20us or 2min"),
                ((SETTINGS, *PART, "--tears", "99"), "from 1 to"),
                ((SETTINGS, *PART, "--times", "worst"), "measured, typical or longest"),
                ((SETTINGS, *PART, "--mpu", "zephyr"), "mbed or none"),
                ((SETTINGS, *PART, "--done", "7" * 64), "up to 63 characters of one line"),
                ((SETTINGS, *PART, "--done", "7\n8"), "up to 63 characters of one line"),
                ((SETTINGS, *PART, "--replay", "zzz"), "no path of this firmware"),
                ((SETTINGS, *PART, "--json", "--replay", "firmware:g0"), "leave --json away"),
                ((SETTINGS, *PART, "--fly"), "--fly: no such option")):
            self.assertIn(words, self.refused(*arguments))


class Update(Case):
    """The firmware written over what devices hold."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def field(self, name="field.hex", turns=20):
        """What so many changes of the old version leave."""
        path = self.dir / name
        done = etch("run", SETTINGS, *PART, "--args", f"change {turns}", "--save", path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return path

    def test_the_very_first_start_is_cut_as_well(self):
        started = self.dir / "started.hex"
        self.assertEqual(etch("run", SETTINGS, *PART, "--save", started).returncode, 0)
        body = (SETTINGS, *PART, *CHANGE, "--tears", "2")
        fresh = self.json(*body)
        again = self.json(*body, "--flash", started, "--done", "0")
        self.assertGreater(fresh["points"], again["points"] + 10)
        self.assertEqual((fresh["flash"], fresh["done"]), (None, None))
        self.assertEqual((again["flash"], again["done"]), (str(started), "0"))

    def test_an_update_that_takes_over_what_was_there_is_fine(self):
        done = explore(UPDATE, *PART, "--flash", self.field(), "--done", "20", *CHANGE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("nothing was lost", done.stdout)

    def test_what_the_image_held_is_asked_for_from_the_first_start_on(self):
        done = explore(UPDATE, *PART, "--flash", self.field(), "--done", "21", *CHANGE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("wrong  firmware:g0\n", done.stdout)
        self.assertIn("motor_limit is of turn 20", self.told(done.stdout))

    def test_a_store_erased_before_it_is_written_anew_is_lost_by_a_cut(self):
        done = explore(ERASES, *PART, "--flash", self.field(), "--done", "20", "--tears", "2")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertRegex(done.stdout, r"wrong  firmware:g0:c\d+:t1:k\n    left with 1: the limit is")
        story = self.told(done.stdout)
        body, check = story.split("\n  boot and check\n", 1)
        self.assertIn("power fails in operation", body)
        self.assertRegex(body, r"    erases sector 1 \(0x08004000, 16 KiB\), where \d{3} bytes were")
        self.assertIn('    started with "check 20"\n', check)
        self.assertIn("    says: the limit is 1500\n    wrong: left with 1", check)

    def test_a_store_replaced_by_defaults_is_lost_without_a_cut(self):
        done = explore(ERASES, *PART, "--flash", self.field(), "--done", "defaults 20",
                       "--args", "defaults")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("it fails without a cut; see how: etch explore", done.stdout)
        story = self.told(done.stdout)
        self.assertIn('started with "check defaults 20"\n    erases sector 1', story)
        self.assertIn("says: the limit is 1500", story)

    def test_a_loss_that_nobody_asks_for_is_named(self):
        image = self.field()
        done = explore(ERASES, *PART, "--flash", image, "--tears", "1")
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"no check asks for what {image} holds", done.stderr)
        self.assertIn("--done X says what is done in it", done.stderr)
        self.assertIn(f"with data of {image} in them: sectors 1, 2\n", done.stderr)
        body = (UPDATE, *PART, "--flash", image, *CHANGE, "--tears", "1")
        self.assertEqual(self.json(*body)["erased_unasked"], [])
        self.assertNotIn("erased", explore(*body).stderr)
        self.assertEqual(explore(*body, "--done", "").stderr, "")
        self.assertEqual(self.json(ERASES, *PART, "--flash", image, "--tears", "1")
                         ["erased_unasked"], [1, 2])

    def test_a_factory_image_can_be_what_is_there(self):
        table = self.dir / "factory.csv"
        table.write_text("key,type,encoding,value\nmotor_limit,data,u32,1800\n")
        image = self.dir / "factory.hex"
        done = etch("image", "create", table, "--elf", SETTINGS, "--layout",
                    ROOT / "examples/etch.layout", "-o", image)
        self.assertEqual(done.returncode, 0, done.stderr)
        got = self.json(SETTINGS, *PART, "--flash", image, "--done", "0", *CHANGE, "--tears", "2")
        self.assertEqual((got["failed"], got["complete"]), (0, True))

    def test_any_kind_of_file_is_the_same_flash(self):
        body = (UPDATE, *PART, "--done", "20", *CHANGE, "--tears", "1", "--flash")
        reports = []
        for name in ("field.hex", "field.srec", "field.uf2", "field.bin"):
            reports.append(self.json(*body, self.field(name)))
        reports.append(self.json(*body, f"{self.dir / 'field.bin'}@0x08000000"))
        for report in reports:
            del report["flash"]
            self.assertEqual(report, reports[0])

    def test_the_data_sheets_times_decide_what_is_in_time(self):
        body = (SETTINGS, *PART, *CHANGE, "--tears", "1", "--limit", "1s")
        self.assertEqual(self.json(*body)["failed"], 0)
        done = explore(*body, "--times", "longest")
        self.assertEqual(done.returncode, 1)
        self.assertIn("hang  firmware:g0\n    still running at the limit", done.stdout)
        self.assertRegex(done.stdout, r"see why: etch run .* --args check --times longest --limit")

    def test_files_that_cannot_be_in_flash_are_refused_as_by_run(self):
        text = self.dir / "text.hex"
        text.write_text("hello, world\n")
        far = self.dir / "far.bin"
        far.write_bytes(b"settings")
        no_table = f"{far}@0x08010000"
        for firmware, image, words in (
                (SETTINGS, self.dir / "none.hex", "none.hex: No such file"),
                (SETTINGS, text, "text.hex: "),
                (SETTINGS, f"{far}@0x08080000", "does not fit: the flash of an STM32F446xE ends"),
                (SETTINGS, f"{far}@0x30000000", "has no memory at 0x30000000-0x30000007"),
                (no_table, f"{far}@0x08004000", "--flash BOOT.hex brings a boot loader")):
            said = self.refused(firmware, *PART, "--flash", image)
            self.assertIn(words, said)
            self.assertEqual(said, etch("run", firmware, *PART, "--flash", image).stderr)


if __name__ == "__main__":
    unittest.main()
