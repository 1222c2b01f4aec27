#!/usr/bin/env python3
"""etch image create, set, rm, diff, export: from outside, and with firmware on the
bench that reads what was made."""
import csv
import json
import os
import pathlib
import random
import re
import resource
import shutil
import struct
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
FIRMWARE = ROOT / "build/cortex-m4/firmware"
FACTORY = FIRMWARE / "factory.elf"
LAYOUT = ROOT / "examples/etch.layout"
AT, SIZE = 0x08004000, 0x8000
ONCE = sorted((ROOT / "test/images").glob("*once*.bin"))[-1]
KEYS = '''key,type,encoding,value,id
serial,data,u32,1001,9
host,data,string,etch,10
cert,data,hex2bin,0102fffe,11
starts,data,counter,7,12
note,data,binary,"a, ""b""",2000
,data,i8,-1,13
'''


def checksum(record):
    return sum(record) & 0xFF


def read_hex(path):
    """{address: byte} of Intel HEX."""
    found, upper = {}, 0
    for line in path.read_text().split():
        record = bytes.fromhex(line[1:])
        assert checksum(record) == 0, line
        where = int.from_bytes(record[1:3], "big")
        if record[3] == 4:
            upper = int.from_bytes(record[4:6], "big") << 16
        elif record[3] == 0:
            found.update({upper + where + i: b for i, b in enumerate(record[4:-1])})
    return found


def read_srec(path):
    found = {}
    for line in path.read_text().split():
        record = bytes.fromhex(line[2:])
        assert checksum(record) == 0xFF, line
        if line[1] == "3":
            where = int.from_bytes(record[1:5], "big")
            found.update({where + i: b for i, b in enumerate(record[5:-1])})
    return found


def read_uf2(path):
    """As github.com/microsoft/uf2 draws a block."""
    found, data = {}, path.read_bytes()
    assert len(data) % 512 == 0
    for number in range(len(data) // 512):
        block = data[512 * number:512 * number + 512]
        first, second, flags, where, size, own, count, family = struct.unpack_from("<8I", block)
        assert (first, second) == (0x0A324655, 0x9E5D5157)
        assert block[508:] == struct.pack("<I", 0x0AB16F30)
        assert (flags, family) == (0x2000, 0x57755A57), "the family of the STM32F4"
        assert (size, own, count) == (256, number, len(data) // 512)
        found.update({where + i: b for i, b in enumerate(block[32:32 + size])})
    return found


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="etch-test-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.write("keys.csv", KEYS)

    def write(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def etch(self, *words, text=True, **more):
        return subprocess.run([ETCH, *map(str, words)], text=text, check=False, cwd=self.dir,
                              capture_output=True, timeout=120, **more)

    def image(self, *words, **more):
        return self.etch("image", *words, **more)

    def make(self, *words):
        done = self.image(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def create(self, out="a.hex", *more):
        return self.make("create", "keys.csv", "--layout", LAYOUT, "-o", out, *more)

    def refused(self, words, message, status=2):
        done = self.image(*words)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
        pattern = message if message.startswith("(?:") else re.escape(message)
        self.assertRegex(done.stderr, pattern)

    def keys(self, path, *more):
        """{id: (encoding, value)}"""
        rows = csv.DictReader(self.make("export", path, *more).splitlines())
        return {int(row["id"]): (row["encoding"], row["value"]) for row in rows}


class Create(Case):
    def test_formats_hold_the_sectors_and_nothing_else(self):
        self.assertEqual(self.create(), "a.hex: 6 keys for sectors 1 to 2 of STM32F446xE, "
                                        "0x08004000-0x0800BFFF\n")
        for name in ("a.srec", "a.uf2", "a.bin"):
            self.create(name)
        whole = {AT + i: b for i, b in enumerate((self.dir / "a.bin").read_bytes())}
        self.assertEqual(len(whole), SIZE)
        self.assertEqual(read_hex(self.dir / "a.hex"), whole)
        self.assertEqual(read_srec(self.dir / "a.srec"), whole)
        self.assertEqual(read_uf2(self.dir / "a.uf2"), whole)
        for name in ("a.hex", "a.srec", "a.uf2", "a.bin@08004000"):
            self.assertEqual(self.image("check", name).returncode, 0)
            self.make("diff", "a.hex", name)
        self.create("other", "--format", "uf2")
        self.assertEqual(read_uf2(self.dir / "other"), whole)

    @unittest.skipUnless(shutil.which("srec_cat"), "srecord is not installed")
    def test_another_tool_reads_them_alike(self):
        for name, kind in (("a.hex", "-Intel"), ("a.srec", "-Motorola")):
            self.create(name)
            self.create("a.bin")
            subprocess.run(["srec_cat", name, kind, "-offset", f"-0x{AT:x}", "-o", "b.bin",
                            "-Binary"], cwd=self.dir, check=True, capture_output=True)
            self.assertEqual((self.dir / "b.bin").read_bytes(), (self.dir / "a.bin").read_bytes())

    def test_sectors_may_be_named_in_every_way(self):
        self.create("layout.bin")
        keys = ("create", "keys.csv", "-o")
        self.make(*keys, "part.bin", "--part", "stm32f446re", "--store", "1-2")
        self.make(*keys, "at.bin", "--at", "08004000", "--sectors", "16K,16K")
        self.make(*keys, "ready.bin", "--layout", "stm32f446re")
        example = FIRMWARE / "settings.elf"
        self.make(*keys, "elf.bin", "--part", "f446re", "--elf", example)
        want = (self.dir / "layout.bin").read_bytes()
        for name in ("part.bin", "at.bin", "ready.bin", "elf.bin"):
            self.assertEqual((self.dir / name).read_bytes(), want, name)

    def test_export_is_taken_back(self):
        self.create()
        for name in ("again.csv", "again.json"):
            json_too = ["--json"] if name.endswith("json") else []
            self.make("export", "a.hex", "-o", name, *json_too)
            self.make("create", name, "--layout", LAYOUT, "-o", "b.hex")
            self.assertEqual((self.dir / "a.hex").read_bytes(), (self.dir / "b.hex").read_bytes())
        self.assertEqual(self.keys("a.hex"), {
            9: ("u32", "1001"), 10: ("string", "etch"), 11: ("hex2bin", "0102fffe"),
            12: ("counter", "7"), 13: ("hex2bin", "ff"), 2000: ("binary", 'a, "b"')})
        listed = json.loads(self.make("list", "a.hex", "--json"))["stores"][0]["keys"]
        self.assertEqual([k.get("name") for k in listed],
                         ["serial:u32", "host", "cert", "starts", None, "note"])

    def test_words_and_standard_input(self):
        done = self.image("create", "-", "14:u8=5", "--layout", LAYOUT, "-o", "a.hex", "--json",
                          input=KEYS)
        self.assertEqual(json.loads(done.stdout), {"out": "a.hex", "keys": 7, "address": AT,
                                                   "length": SIZE})
        self.assertEqual(self.keys("a.hex")[14], ("hex2bin", "05"))

    def test_settings_of_the_firmware(self):
        where = ("--elf", FACTORY, "--part", "f446re", "--store", "1-2", "-o", "a.hex")
        self.write("s.csv", "key,type,encoding,value\nchannel,data,u8,11\nhost,data,string,home\n")
        self.make("create", "s.csv", *where)
        self.assertEqual(self.keys("a.hex"), {1: ("u8", "11"), 5: ("char[12]", "home")})
        for value, message in (("channel,data,u8,14", "s.csv:2:17: channel: 14 is not within what "
                                                      "the firmware takes: from 1 to 13"),
                               ("chanel,data,u8,14", "no such setting; the next is channel"),
                               ("channel,data,u16,4", "s.csv:2:14: channel: is u8 in the firmware"),
                               ("host,data,string,a longer name", "13 bytes for a setting of 12"),
                               ("gain,data,,11.5", "gain: 11.5 is not within"),
                               ("armed,data,,2", "neither true nor false"),
                               ("curve,data,,1 2", "are not 3 numbers")):
            self.write("s.csv", f"key,type,encoding,value\n{value}\n")
            self.refused(("create", "s.csv", *where), message)

    def test_a_stripped_firmware_has_its_settings(self):
        subprocess.run(["arm-none-eabi-strip", "--strip-all", FACTORY, "-o", "bare.elf"],
                       cwd=self.dir, check=True)
        self.make("create", "channel=9", "--elf", "bare.elf", "--part", "f446re", "-o", "a.hex")
        self.assertEqual(self.keys("a.hex"), {1: ("u8", "9")})

    def test_a_store_meets_no_firmware(self):
        where = ("create", "channel=9", "--elf", FACTORY, "--part", "f446re", "-o", "a.hex")
        self.refused((*where, "--store", "4-5"), "lies in sectors 4 to 5 of STM32F446xE")
        self.refused((*where, "--store", "0-1"), "the chip starts in sector 0")

    def test_the_standard_output_has_the_file_alone(self):
        self.create("a.hex")
        done = self.image("create", "keys.csv", "--layout", LAYOUT, "-o", "-", "--format", "hex")
        self.assertEqual((done.returncode, done.stdout), (0, (self.dir / "a.hex").read_text()))
        self.assertIn("6 keys for", done.stderr)
        done = self.image("export", "a.hex", "-o", "-")
        self.assertEqual(done.stdout, self.make("export", "a.hex"))

    def test_the_standard_output_may_be_a_file_with_something_in_it(self):
        self.create("a.hex")
        made = (self.dir / "a.hex").read_text()
        for words, text in ((("create", "keys.csv", "--layout", LAYOUT, "--format", "hex"), made),
                            (("export", "a.hex"), self.make("export", "a.hex"))):
            self.write("out", "before\n")
            with open(self.dir / "out", "a", encoding="utf-8") as out:
                subprocess.run([ETCH, "image", *words, "-o", "-"], cwd=self.dir, check=True,
                               stdout=out, stderr=subprocess.DEVNULL)
            self.assertEqual((self.dir / "out").read_text(), "before\n" + text)
        self.assertTrue(pathlib.Path("/dev/stdout").is_symlink())

    def test_a_link_stays_one_and_what_it_leads_to_is_replaced(self):
        self.write("real.hex", "old")
        (self.dir / "link.hex").symlink_to("real.hex")
        self.create("link.hex")
        self.assertTrue((self.dir / "link.hex").is_symlink())
        self.create("a.hex")
        self.assertEqual((self.dir / "real.hex").read_text(), (self.dir / "a.hex").read_text())

    def test_what_says_where_the_store_is_must_not_contradict_itself(self):
        for words, message in (
                (("--layout", LAYOUT, "--part", "f407vg"), "is for an STM32F446xE; leave --part"),
                (("--layout", LAYOUT, "--at", "8004000"), "--layout and --at both say"),
                (("--layout", LAYOUT, "--sectors", "16K,16K"), "--layout and --sectors both say"),
                (("--part", "f446re", "--store", "1-2", "--at", "8008000", "--sectors", "16K,16K"),
                 "--store and --at both say"),
                (("--part", "f446re", "--elf", FACTORY, "--at", "8008000"),
                 "--sectors 16K,16K must say how long"),
                (("--part", "f446re", "--at", "0x08003000", "--sectors", "16K,16K"),
                 "no sector of 16384 bytes at 0x08003000; its sector 0 is 0x08000000-0x08003FFF"),
                (("--part", "f446re", "--at", "0x0800C000", "--sectors", "16K,16K"),
                 "its sector 4 is 0x08010000-0x0801FFFF"),
                (("--at", "0x08004001", "--sectors", "16K,16K"),
                 "a sector begins at a whole word, such as 0x08004000"),
                (("--at", "0xFFFF8004", "--sectors", "16K,16K"), "beyond the address 0xFFFFFFFF")):
            self.refused(("create", "a:u8=1", "--number", "1", *words, "-o", "a.hex"), message)
        self.create("a.hex", "--part", "stm32f446ret6")
        self.refused(("set", "a.hex", "9=1", "--layout", LAYOUT, "--part", "f407vg", "--in-place"),
                     "is for an STM32F446xE")

    def test_a_store_may_end_where_addresses_do(self):
        where = ("--at", "0xFFFF8000", "--sectors", "16K,16K")
        for name in "end.hex", "end.srec", "end.uf2":
            done = self.make("create", "a:u8=1", "--number", "1", *where, "-o", name)
            self.assertIn("0xFFFF8000-0xFFFFFFFF\n", done)
            self.make("set", name, "a=2", *where, "--in-place")
            self.assertEqual(self.make("get", name, "a", *where), "2\n")

    def test_limits_are_named_and_do_not_contradict_each_other(self):
        where = ("--part", "f446re", "--store", "1-2", "-o", "x.hex")
        for length, message in ((8000, "more than the 4068 of a value here"),
                                (16384, "more than the 4068 of a value here"),
                                (70000, "more than a value may have in any store")):
            self.write("v.bin", bytes(length))
            self.write("v.csv", "key,type,encoding,value,id\nv,file,binary,v.bin,1\n")
            self.refused(("create", "v.csv", *where), message)
        for name, text in ("head.csv", "key,type,encoding,value\n"), ("none.json", "[]"):
            self.write(name, text)
            self.refused(("create", name, *where), f"etch: {name}: there is none in it; keys are due")
        self.refused(("create", "a:u8=1", "b:u8=2", "--number", "65534", *where),
                     "b: no id is left for it: they end at 65534")

    def test_a_replaced_value_that_rots_is_no_damage_but_told(self):
        self.make("create", "a:string=first value", "--number", "1", "--layout", LAYOUT, "-o",
                  "r.bin")
        self.make("set", "r.bin@08004000", "a=second", "-o", "s.bin", "--part", "f446re")
        data = (self.dir / "s.bin").read_bytes()
        self.assertEqual(data.count(b"first"), 1)
        self.write("s.bin", data.replace(b"first", b"firsp"))
        told = self.make("check", "s.bin@08004000", "--part", "f446re")
        self.assertIn("  1 record replaced since has a wrong checksum, which harms nobody", told)
        self.assertIn("\n  no damage\n", told)
        self.write("s.bin", data.replace(b"first value\0", bytes(12)))
        self.assertNotIn("checksum", self.make("check", "s.bin@08004000", "--part", "f446re"))

    def test_what_does_not_fit_is_refused(self):
        (self.dir / "big").write_bytes(bytes(13000))
        self.write("keys.csv", "key,type,encoding,value,id\na,file,binary,big,1\n")
        self.refused(("create", "keys.csv", "--layout", LAYOUT, "-o", "a.hex"),
                     "(?:STM32F446xE: the 13000 bytes of id 1 are more than the 40.. of a value here)")
        self.assertFalse((self.dir / "a.hex").exists())

    def test_what_cannot_be_used_is_status_2_and_one_line(self):
        keys = ("create", "keys.csv")
        where = ("--layout", LAYOUT)
        two = self.write("two.layout", "part f407vg\ncode 0\nstore 1-2 a\nstore 9-10 b\ncode 3-8 x\n")
        for words, message in (
                (keys + where, "where to? -o"),
                (keys + ("-o", "a.hex"), "where is the store to be?"),
                (("create", *where, "-o", "a.hex"), "keys are due"),
                (("create", "none.csv", *where, "-o", "a.hex"), "none.csv: No such file"),
                (keys + ("keys.csv", *where, "-o", "a.hex"), "one file of keys"),
                (keys + where + ("-o", "a.elf"), "an ELF is not written"),
                (keys + where + ("-o", "a.hex", "--format", "tar"), "bin, hex, srec or uf2"),
                (keys + where + ("-o", "no/a.hex"), "no/a.hex"),
                (keys + ("--layout", two, "-o", "a.hex"), "several stores"),
                (keys + ("--layout", two, "--store", "c", "-o", "a.hex"), "no sectors to c"),
                (keys + ("--part", "f446re", "--store", "7-8", "-o", "a.hex"), "sectors 0 to 7"),
                (keys + ("--part", "f446re", "--store", "1", "-o", "a.hex"), "two sectors or more"),
                (keys + ("--part", "f446re", "--store", "x", "-o", "a.hex"), "such as 1-2"),
                (keys + ("--part", "f446re", "--elf", FIRMWARE / "chain.elf", "-o", "a.hex"),
                 "does not say where its store is"),
                (keys + ("--sectors", "16K,16K", "-o", "a.hex"), "--at must say where"),
                (keys + where + ("-o", "a.hex", "--in-place"), "no use for --in-place"),
                (keys + where + ("-o", "a.hex", "--number", "x"), "no id"),
                (keys + where + ("-o", "a.hex", "--what"), "no such option"),
                (keys + where + ("-o", "a.hex", "--at", "0"), "--layout and --at both say where"),
                (keys + ("--part", "f446re", "--elf", "keys.csv", "-o", "a.hex"),
                 "keys.csv does not say where its store is"),
                (keys + where + ("-o", "a.hex", "--elf", "keys.csv"), "keys.csv"),
                (("export",), "wants one file"), (("diff", "keys.csv"), "wants two files"),
                (("set", "a.hex", "-o", "b.hex"), "wants a file and keys"),
                (("--json", "diff", "a", "b"), "options come behind 'diff'"),
                (("list", "a.hex", "--raw"), "image list: no use for --raw"),
                (("get", "a.hex", "9", "--all"), "image get: no use for --all"),
                (("fly",), "no word 'fly'")):
            self.refused(words, message)
        two.write_text("part f407vg\ncode 0\nstore 1-2 a\nstore 9-10 b\ncode 3-8 x\n")
        self.make(*keys, "--layout", two, "--store", "b", "-o", "a.hex")

    def test_help_teaches(self):
        for word in ("create", "set", "rm", "diff", "export"):
            done = self.image(word, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"etch image {word} ", done.stdout)
            self.assertTrue(all(len(line) <= 88 for line in done.stdout.splitlines()))
        self.assertIn("etch image create", self.image("--help").stdout)


class Table(Case):
    def make_table(self, rows, *more, base=("keys.csv",)):
        self.write("t.csv", rows)
        return self.image("create", *base, "--table", "t.csv", "--layout", LAYOUT, *more)

    def test_each_row_makes_an_image(self):
        rows = "serial,host,who\n" + "".join(f"{n},h{n},w{n}\n" for n in range(1001, 1013))
        done = self.make_table(rows, "-o", "out/{who}.hex")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "12 of 12 images for sectors 1 to 2 of STM32F446xE: "
                                      "out/w1001.hex to out/w1012.hex\n")
        self.assertEqual(len(list((self.dir / "out").iterdir())), 12)
        for n in range(1001, 1013):
            keys = self.keys(f"out/w{n}.hex")
            self.assertEqual((keys[9][1], keys[10][1], keys[12][1]), (str(n), f"h{n}", "7"))

    def test_a_bad_row_stops_all(self):
        for rows, message in (
                ("serial,who\n1,a\nx,b\n", "t.csv:3:1: serial: u32: 'x' is no whole number"),
                ("serial,who\n1,a\n2,a\n", "two devices would get out/a.hex"),
                ("serial,who\n1,a\n2,../b\n", "t.csv:3:3: '../b' can be no part of a file's name"),
                ("serial,who\n1,a\n2\n", "t.csv:3:1: 1 fields, and the first line has 2"),
                ("serial,who,more\n1,a,3\n", "t.csv:1:12: 'more' is no key"),
                ("serial,who\n1,\n", "t.csv:2:3: '' can be no part of a file's name"),
                ("serial\n1\n", "t.csv has no column 'who' for the file's name")):
            done = self.make_table(rows, "-o", "out/{who}.hex")
            self.assertEqual((done.returncode, done.stdout), (2, ""), rows)
            self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")
            self.assertIn(message, done.stderr)
            self.assertFalse((self.dir / "out").exists())

    def test_a_table_alone_with_a_firmware(self):
        self.write("t.csv", "host,channel,77:u32\nalpha,1,5\nbeta,2,6\n")
        done = self.image("create", "--table", "t.csv", "--elf", FACTORY, "--part", "f446re",
                          "--store", "1-2", "-o", "{host}.uf2", "--json")
        self.assertEqual(json.loads(done.stdout), {"images": ["alpha.uf2", "beta.uf2"],
                                                   "devices": 2})
        self.assertEqual(self.keys("beta.uf2"), {1: ("u8", "2"), 5: ("char[12]", "beta"),
                                                 77: ("hex2bin", "06000000")})


class Change(Case):
    def chip(self):
        """A chip of 512 KiB with a program around the store."""
        chance = random.Random(1)
        self.create("store.bin")
        data = bytearray(chance.randrange(256) for _ in range(512 * 1024))
        data[0x4000:0xC000] = (self.dir / "store.bin").read_bytes()
        return bytes(data)

    def test_set_adds_to_the_log_and_changes_no_other_byte(self):
        self.write("chip.bin", self.chip())
        done = self.make("set", "chip.bin@08000000", "serial=7", "host=other", "-o", "new.bin",
                         "--part", "stm32f446re")
        self.assertEqual(done, '!     9  serial                1001 -> 7\n'
                               '!    10  host                  "etch" -> "other"\n'
                               'new.bin: added to the log\n')
        before, after = (self.dir / "chip.bin").read_bytes(), (self.dir / "new.bin").read_bytes()
        changed = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        self.assertTrue(all(before[i] == 0xFF and 0x4000 < i < 0x8000 for i in changed))
        # Two records of 8 and 12 bytes with a mark around; some of it is 0xFF.
        self.assertLessEqual(max(changed) - min(changed), 28)
        done = self.image("diff", "chip.bin@08000000", "new.bin@08000000", "--json")
        self.assertEqual(done.returncode, 1)
        changes = json.loads(done.stdout)["changes"]
        self.assertEqual(changes[0], {"id": 9, "name": "serial", "old": "1001", "new": "7"})
        self.assertEqual(self.keys("new.bin@08000000")[2000], ("binary", 'a, "b"'))

    def test_get_and_list_speak_as_set_and_export_do(self):
        self.make("create", "motor_limit:u32=1800", "user_config:char[4]=ab", "7:u8=5",
                  "--number", "1", "--layout", LAYOUT, "-o", "a.hex")
        for key, value in (("motor_limit", "1800"), ("motor_limit:u32", "1800"), ("1", "1800"),
                           ("01", "1800"), ("user_config", '"ab"'), ("7", "05")):
            self.assertEqual(self.make("get", "a.hex", key), value + "\n")
        listed = self.make("list", "a.hex")
        self.assertRegex(listed, r"\n +1  motor_limit:u32 +value +4  1800\n")
        self.assertRegex(listed, r'\n +2  user_config:char\[4\] +value +4  "ab"\n')
        self.make("rm", "a.hex", "1", "2", "7", "--in-place")
        self.assertIn("\n  no keys\n", self.make("list", "a.hex"))
        self.refused(("set", "a.hex", "7:foo=1", "-o", "b.hex"), "'foo' is no encoding")
        self.refused(("set", "a.hex", ":u8=1", "-o", "b.hex"), "':u8=1' sets nothing")

    def test_in_place(self):
        self.create("a.hex")
        self.write("a.txt", (self.dir / "a.hex").read_bytes())
        done = self.make("set", "a.txt", "serial=8", "--in-place", "--json")
        self.assertEqual(json.loads(done)["how"], "added to the log")
        self.assertEqual(self.keys("a.txt")[9][1], "8")
        self.assertEqual(len(read_hex(self.dir / "a.txt")), SIZE)
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()),
                         ["a.hex", "a.txt", "keys.csv"])
        old = (self.dir / "a.txt").read_bytes()
        self.refused(("set", "a.txt", "serial=x", "--in-place"), "no whole number")
        self.assertEqual((self.dir / "a.txt").read_bytes(), old)

    def test_a_file_that_is_replaced_keeps_its_permissions(self):
        self.create()
        path = self.dir / "a.hex"
        for mode in 0o600, 0o640, 0o664:
            path.chmod(mode)
            self.make("set", "a.hex", f"9={mode}", "--in-place")
            self.assertEqual(path.stat().st_mode & 0o7777, mode)
        path.chmod(0o600)
        self.make("rm", "a.hex", "9", "--in-place")
        self.make("set", "a.hex", "10=b", "-o", "a.hex")
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)

    def test_a_limit_on_files_is_an_error_and_leaves_nothing(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

        self.create()
        before = (self.dir / "a.hex").read_bytes()
        done = self.image("set", "a.hex", "9=5", "--in-place", preexec_fn=limit)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "etch: a.hex: cannot be written: File too large\n")
        self.assertEqual((self.dir / "a.hex").read_bytes(), before)
        self.assertEqual(list(self.dir.glob("*.part")), [])

    def test_new_keys_and_other_encodings(self):
        self.create("a.hex")
        self.make("set", "a.hex", "15:f32=0.5", "cert:base64=AAEC", "starts=9", "-o", "b.hex")
        keys = self.keys("b.hex")
        self.assertEqual((keys[15], keys[11], keys[12]),
                         (("hex2bin", "0000003f"), ("hex2bin", "000102"), ("counter", "9")))
        self.assertIn("nothing to change", self.make("set", "b.hex", "starts=9", "-o", "c.hex"))
        self.assertEqual((self.dir / "b.hex").read_bytes(), (self.dir / "c.hex").read_bytes())

    def test_text_is_text_to_every_word(self):
        self.make("create", "host:string=hello", "\u00e4\u00f6:string=gr\u00fc\u00df",
                  "long:string=" + 40 * "\u00e4", "z:u8=0", "--number", "1", "--layout", LAYOUT,
                  "-o", "t.hex")
        for key, value in (("host", '"hello"'), ("\u00e4\u00f6", '"gr\u00fc\u00df"')):
            self.assertEqual(self.make("get", "t.hex", key), value + "\n")
        listed = self.make("list", "t.hex")
        self.assertRegex(listed, r'\n +1  host {16}  value +6  "hello"\n')
        self.assertRegex(listed, '\n +2  \u00e4\u00f6 {18}  value +7  "gr\u00fc\u00df"\n')
        self.assertIn('"' + 16 * "\u00e4" + '" ...\n', listed)
        keys = json.loads(self.make("list", "t.hex", "--json"))["stores"][0]["keys"]
        self.assertEqual((keys[1]["name"], keys[1]["text"]), ("\u00e4\u00f6", "gr\u00fc\u00df"))
        self.assertRegex(self.make("explain", "t.hex"), 'name +id +2  \u00e4\u00f6 +"\u00e4\u00f6"')
        self.make("set", "t.hex", "host=", "--in-place")
        self.assertEqual(self.make("get", "t.hex", "host"), '""\n')
        self.make("set", "t.hex", "host=again", "--in-place")
        self.assertEqual(self.keys("t.hex")[1], ("string", "again"))
        self.assertEqual(self.make("get", "t.hex", "z"), "0\n")

    def test_a_zero_without_a_name_has_no_type(self):
        self.make("create", "7:u8=0", "--layout", LAYOUT, "-o", "z.hex")
        self.assertEqual(self.make("get", "z.hex", "7"), "00\n")
        self.refused(("set", "z.hex", "7=5", "--in-place"), "its type is not known")

    def test_a_name_that_is_a_number_is_a_name_first_to_every_word(self):
        rows = "key,encoding,value,id\n123,u8,1,5\n5,u8,2,20\nx,u8,3,7\n"
        self.write("n.csv", rows)
        self.make("create", "n.csv", "--layout", LAYOUT, "-o", "n.hex")
        for key, value in ("5", "2"), ("123", "1"), ("20", "2"), ("7", "3"):
            self.assertEqual(self.make("get", "n.hex", key), value + "\n", key)
        self.make("set", "n.hex", "5=9", "123:u8=8", "7:u8=6", "-o", "m.hex")
        self.assertEqual(self.keys("m.hex"), {5: ("u8", "8"), 20: ("u8", "9"), 7: ("u8", "6")})
        self.make("rm", "m.hex", "5", "-o", "r.hex")
        self.assertEqual(set(self.keys("r.hex")), {5, 7})

    def test_no_room_means_written_anew_with_every_key(self):
        self.create("a.hex")
        how = ""
        for n in range(200):
            how = json.loads(self.make("set", "a.hex", f"host=value number {n:0500}", "--in-place",
                                       "--json"))
            if how["how"] != "added to the log":
                break
        self.assertEqual((how["how"], how["why"]),
                         ("written anew", "there is no room behind its log"))
        self.assertGreater(n, 20)
        keys = self.keys("a.hex")
        self.assertEqual(keys[10][1], f"value number {n:0500}")
        self.assertEqual((len(keys), keys[2000], keys[12]), (6, ("binary", 'a, "b"'),
                                                             ("counter", "7")))
        self.assertEqual(self.image("check", "a.hex").returncode, 0)

    def test_rm_and_rewrite(self):
        self.create("a.hex")
        self.assertEqual(self.make("rm", "a.hex", "host", "13", "-o", "b.hex"),
                         '-    10  host                  "etch"\n'
                         "-    13                        ff\nb.hex: added to the log\n")
        self.assertEqual(set(self.keys("b.hex")), {9, 11, 12, 2000})
        self.make("rm", "a.hex", "cert", "-o", "c.bin", "--rewrite")
        self.assertNotIn(bytes.fromhex("0102fffe"), (self.dir / "c.bin").read_bytes())
        self.assertNotIn(b"cert", (self.dir / "c.bin").read_bytes())
        self.assertEqual(set(self.keys("c.bin@08004000")), {9, 10, 12, 13, 2000})
        self.refused(("rm", "a.hex", "nothing", "-o", "d.hex"), "no key 'nothing'", status=1)
        self.assertFalse((self.dir / "d.hex").exists())

    def test_a_removed_key_has_its_name_still(self):
        self.create("a.hex")
        self.make("rm", "a.hex", "serial", "host", "--in-place")
        for key, how in (("serial", ()), ("9", ()), ("serial", ("--rewrite",)),
                         ("9", ("--rewrite",))):
            self.make("set", "a.hex", f"{key}=1002", "-o", "b.hex", *how)
            listed = self.make("list", "b.hex")
            self.assertRegex(listed, r"\n +9  serial:u32 +value +4  1002\n")
            self.assertEqual(set(self.keys("b.hex")), {9, 11, 12, 13, 2000})
            # That of another one, which no key has now, is kept as well.
            self.make("set", "b.hex", "host:string=new", "--in-place")
            self.assertRegex(self.make("list", "b.hex"), r'\n +10  host +value +4  "new"\n')
        self.refused(("set", "a.hex", "host=x", "-o", "b.hex"), "an encoding is due")
        self.refused(("rm", "a.hex", "serial", "-o", "b.hex"), "no key 'serial'", status=1)

    def test_a_log_that_was_cut_is_written_anew(self):
        images = sorted((ROOT / "test/images").glob("*-cut.bin"))
        if not images:
            self.skipTest("of this version of the format no log with a cut was kept")
        cut = images[-1]
        done = json.loads(self.make("set", cut, "3=5", "-o", "a.bin", "--json"))
        self.assertEqual(self.image("check", "a.bin").returncode, 0)
        before, after = self.keys(cut), self.keys("a.bin")
        self.assertEqual(after.pop(3), ("counter", "5"))
        before.pop(3)
        self.assertEqual(after, before)
        self.assertIn(done["how"], ("written anew", "added to the log"))

    def test_where_erased_is_zero_each_byte_is_complemented(self):
        def turned(name):
            return bytes(255 - byte for byte in (self.dir / name).read_bytes())

        self.create("a.bin")
        self.write("zero.bin", turned("a.bin"))
        told = ("--at", "0", "--sectors", "16K,16K")
        for verb, *words in (("set", "serial=7", "host=other"), ("set", "cert:hex2bin=ff00", *told),
                             ("rm", "cert"), ("rm", "cert", "--rewrite")):
            done = self.make(verb, "a.bin", *words, "-o", "b.bin")
            self.assertEqual(self.make(verb, "zero.bin", *words, "-o", "c.bin"),
                             done.replace("b.bin", "c.bin"))
            self.assertEqual(turned("c.bin"), (self.dir / "b.bin").read_bytes())
            self.assertEqual(self.keys("c.bin"), self.keys("b.bin"))

    def test_damage_is_never_made_worse(self):
        self.create("a.bin")
        data = bytearray((self.dir / "a.bin").read_bytes())
        where = data.index(bytes.fromhex("0102fffe"))
        data[where] ^= 0x10
        self.write("bad.bin", bytes(data))
        self.make("set", "bad.bin", "serial=5", "-o", "b.bin")
        self.refused(("set", "bad.bin", "serial=5", "-o", "c.bin", "--rewrite"),
                     "would lose id 11, whose value is damaged", status=1)
        self.make("set", "bad.bin", "cert:hex2bin=01", "-o", "c.bin", "--rewrite")
        done = self.image("export", "bad.bin")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the value of id 11 is lost and left out", done.stderr)
        self.assertNotIn("cert", done.stdout)
        done = self.image("diff", "a.bin", "bad.bin")
        self.assertEqual((done.returncode, done.stdout),
                         (1, "!    11  cert                  0102fffe -> lost\n1 of 6 keys differs\n"))

    def test_what_a_rotten_header_hides_is_not_thrown_away(self):
        self.create("a.bin")
        rotten = bytearray((self.dir / "a.bin").read_bytes())
        rotten[9] ^= 4
        self.write("rotten.bin", bytes(rotten))
        for words in (("set", "rotten.bin", "host=other"), ("rm", "rotten.bin", "host")):
            self.refused((*words, "-o", "b.bin"), "has rotted")
            self.assertFalse((self.dir / "b.bin").exists())
        said = self.make("set", "rotten.bin", "host=other", "--rescue", "-o", "b.bin")
        self.assertIn("written anew: a sector's header has rotted", said)
        self.make("set", "a.bin", "host=other", "-o", "c.bin")
        self.make("diff", "b.bin", "c.bin")
        self.assertEqual(self.image("check", "b.bin").returncode, 0)

    def test_no_more_is_set_than_the_store_can_move(self):
        (self.dir / "big").write_bytes(bytes(range(250)) * 16)
        self.write("keys.csv", "key,type,encoding,value,id\n" + "".join(
            f",file,binary,big,{n}\n" for n in (1, 2, 3)))
        self.create("a.hex")
        self.refused(("set", "a.hex", "4:binary=" + 300 * "x", "-o", "b.hex"),
                     r"(?:a.hex: \d+ bytes of records are more than the 122..)")
        self.make("set", "a.hex", "4:binary=" + 100 * "x", "-o", "b.hex")
        self.make("rm", "b.hex", "1", "--in-place")
        self.make("set", "b.hex", "4:binary=" + 300 * "x", "--in-place")

    def test_once_logs_and_unknown_ends_are_left_alone(self):
        self.refused(("set", ONCE, "3=5", "-o", "a.bin"),
                     "cells are written once")
        self.write("chip.bin", self.chip())
        self.refused(("set", "chip.bin", "serial=5", "-o", "a.bin"), "say --part")
        self.make("set", "chip.bin", "serial=5", "-o", "a.bin", "--part", "f446re")
        self.make("set", "chip.bin@08000000", "serial=5", "-o", "b.bin", "--layout", LAYOUT,
                  "--rewrite")
        after = (self.dir / "b.bin").read_bytes()
        self.assertEqual(after[0xC000:], self.chip()[0xC000:])
        self.assertEqual(after[:0x4000], self.chip()[:0x4000])

    def test_diff_says_who_has_what(self):
        self.create("a.hex")
        self.make("rm", "a.hex", "host", "-o", "b.hex")
        self.make("set", "b.hex", "serial=5", "20:string=new", "--in-place")
        done = self.image("diff", "a.hex", "b.hex")
        self.assertEqual((done.returncode, done.stdout),
                         (1, '!     9  serial                1001 -> 5\n'
                             '-    10  host                  "etch"\n'
                             '+    20                        "new"\n3 of 7 keys differ\n'))
        self.assertEqual(self.image("diff", "a.hex", "a.hex").stdout, "0 of 6 keys differ\n")
        self.assertEqual(self.image("diff", "a.hex", "none").returncode, 2)


class Bench(Case):
    """What was made here is read by a firmware on the simulated chip."""

    WHERE = (("stm32f446re", 1, 2), ("stm32f446re", 1, 3), ("stm32f446re", 6, 2),
             ("stm32f429zi", 12, 4), ("stm32f429zi", 2, 2))

    def run_firmware(self, part, args, flash, save):
        done = self.etch("run", FACTORY, "--part", part, "--flash", flash, "--save", save,
                         "--args", args, "--limit", "60s")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("error:", done.stdout)
        lines = [line.split() for line in done.stdout.splitlines()[:9]]
        return {line[0]: line[1:] for line in lines}

    def test_round_trip_at_every_geometry_and_width(self):
        self.write("f.csv", "key,type,encoding,value,id\nchannel,data,u8,11,\noffset,,i64,-77,\n"
                            "gain,data,f32,2.25,\narmed,data,bool,true,\nhost,data,string,home,\n"
                            "curve,data,,4 5 6,\norigin,data,hex2bin,01000200,\n"
                            "starts,data,counter,41,30\nother,data,string,kept,500\n")
        for part, first, n in self.WHERE:
            for width in ("", "x8 "):
                with self.subTest(part=part, first=first, n=n, width=width):
                    self.round_trip(part, first, n, width)

    def round_trip(self, part, first, n, width):
        store = f"{first}-{first + n - 1}"
        self.make("create", "f.csv", "--elf", FACTORY, "--part", part, "--store", store,
                  "-o", "f.hex")
        said = self.run_firmware(part, f"{width}{first} {n}", "f.hex", "same.hex")
        self.assertEqual(said, {
            "channel": ["0b", "known"], "offset": ["b3" + "ff" * 7, "known"],
            "gain": ["00001040", "known"], "armed": ["01", "known"],
            "host": ["686f6d65" + "00" * 8, "known"], "curve": ["040005000600", "known"],
            "origin": ["01000200", "known"], "starts": ["41"], "news": ["0"]})
        # A start that finds all settled writes nothing.
        self.make("diff", "f.hex", "same.hex")
        said = self.run_firmware(part, f"{width}put {first} {n}", "f.hex", "after.hex")
        self.assertEqual((said["curve"], said["starts"]), (["070008000900", "known"], ["42"]))
        want = dict(self.keys("f.hex"))
        want[6], want[30] = ("u16[3].2", "7 8 9"), ("counter", "42")
        self.assertEqual(self.keys("after.hex", "--part", part), want)
        # Repaired in the field, and started again.
        self.make("set", "after.hex", "host=fixed", "starts=7", "--elf", FACTORY, "--part", part,
                  "-o", "fixed.hex")
        said = self.run_firmware(part, f"{width}put {first} {n}", "fixed.hex", "last.hex")
        self.assertEqual((said["host"], said["starts"]), (["6669786564" + "00" * 7, "known"], ["8"]))
        self.assertEqual(said["news"], ["0"])
        self.make("rm", "last.hex", "gain", "--part", part, "-o", "rm.hex")
        said = self.run_firmware(part, f"{width}{first} {n}", "rm.hex", "end.hex")
        self.assertEqual(said["gain"][0], "0000c03f")

    def test_the_example_goes_on_from_an_image(self):
        example = FIRMWARE / "settings.elf"
        self.write("f.csv", "key,type,encoding,value\nmotor_limit,data,u32,1800\n"
                            "user_config,data,string,etch\n")
        self.make("create", "f.csv", "--elf", example, "--layout", LAYOUT, "-o", "f.hex")
        said = self.etch("run", example, "--part", "stm32f446re", "--flash", "f.hex", "--save",
                         "same.hex").stdout.splitlines()
        self.assertEqual(said[:3], [f"user_config[0] = {ord('e')}", f"user_config[3] = {ord('h')}",
                                    "motor_limit = 1800"])
        self.make("diff", "f.hex", "same.hex")
        for width in ("", "x8 "):
            done = self.etch("run", example, "--part", "stm32f446re", "--flash", "f.hex", "--save",
                             "after.hex", "--args", f"change {width}3")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.keys("after.hex"), {1: ("char[4]", "hex:03000000"),
                                                      2: ("u32", "2003")})
            self.make("export", "after.hex", "-o", "after.csv")
            self.make("create", "after.csv", "--elf", example, "--layout", LAYOUT, "-o", "new.hex")
            self.make("diff", "after.hex", "new.hex")

    def test_a_rewritten_store_is_taken_up(self):
        self.make("create", "channel=3", "--elf", FACTORY, "--part", "f446re", "--store", "1-2",
                  "-o", "f.hex")
        self.make("set", "f.hex", "channel=4", "--rewrite", "--in-place")
        said = self.run_firmware("f446re", "put 1 2", "f.hex", "g.hex")
        self.assertEqual((said["channel"], said["news"]), (["04", "known"], ["0"]))


if __name__ == "__main__":
    unittest.main()
