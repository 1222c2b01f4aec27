#!/usr/bin/env python3
"""etch image: stores in dumps and firmware files, from outside."""
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
IMAGES = ROOT / "test/images"
KEYS = [0, 1, 2, 3, 5, 6, 8, 9, 10, 2000]


def image(*arguments, text=True):
    return subprocess.run([ETCH, "image", *map(str, arguments)], text=text, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def intel_hex(addr, data):
    lines = []
    for off in range(0, len(data), 16):
        at = addr + off
        for kind, where, some in ((4, 0, (at >> 16).to_bytes(2, "big")),
                                  (0, at & 0xFFFF, data[off:off + 16])):
            record = bytes([len(some)]) + where.to_bytes(2, "big") + bytes([kind]) + some
            lines.append(":" + (record + bytes([-sum(record) & 0xFF])).hex().upper())
    return "\n".join(lines + [":00000001FF", ""])


class Image(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.bytes = (IMAGES / "v2-spec-plain.bin").read_bytes()

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def chip(self):
        """A chip of 512 KiB with a program, and the store in its second sector."""
        program = bytes(random.Random(1).randrange(256) for _ in range(0x4000))
        return (program + self.bytes).ljust(512 * 1024, b"\xff")

    def test_list_shows_every_key_of_every_golden_image(self):
        for path in IMAGES.glob("v2-[!e]*.bin"):
            done = image("list", path, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            stores = json.loads(done.stdout)["stores"]
            self.assertEqual(len(stores), 1, path)
            self.assertEqual([k["id"] for k in stores[0]["keys"]], KEYS, path)
            plain = image("list", path)
            self.assertIn("greeting", plain.stdout)
            self.assertIn('"the batch"', plain.stdout)

    def test_get_by_id_and_by_name(self):
        path = IMAGES / "v2-spec-plain.bin"
        self.assertEqual(image("get", path, "0").stdout, '"the batch"\n')
        self.assertEqual(image("get", path, "greeting").stdout, '"the batch"\n')
        self.assertEqual(image("get", path, "3").stdout, "1150\n")
        self.assertEqual(image("get", "--raw", path, "0", text=False).stdout, b"the batch")
        self.assertEqual(image("get", path, "3", "--raw", text=False).stdout,
                         (1150).to_bytes(4, "little"))
        self.assertEqual(json.loads(image("get", path, "2", "--json").stdout)["hex"], "ff" * 12)

    def test_a_key_that_is_not_there_is_status_1(self):
        for key in ("7", "4", "no such name", "65536"):
            done = image("get", IMAGES / "v2-spec-plain.bin", key)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("etch image list", done.stderr)

    def test_a_store_is_found_in_every_kind_of_file(self):
        at = 0x08004000
        files = {"whole.bin@08000000": self.chip(), "chip.hex": intel_hex(at, self.bytes),
                 "sectors.bin@0x08004000": self.bytes}
        for name, data in files.items():
            path = self.file(name.split("@")[0], data)
            done = image("list", "--json", str(path) + name[len(path.name):])
            self.assertEqual(done.returncode, 0, done.stderr)
            store = json.loads(done.stdout)["stores"][0]
            self.assertEqual(store["address"], at)
            self.assertEqual([k["id"] for k in store["keys"]], KEYS)
        path = self.file("plain.bin", self.chip())
        done = image("list", "--json", path)
        self.assertEqual(json.loads(done.stdout)["stores"][0]["address"], 0x4000)

    def test_sectors_may_be_told(self):
        path = self.file("chip.bin", self.chip())
        where = ("--at", "4000", "--sectors", "1K,0x400,1024,1K")
        done = image("list", path, *where, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        store = json.loads(done.stdout)["stores"][0]
        self.assertEqual([s["length"] for s in store["sectors"]], [1024] * 4)
        self.assertEqual([k["id"] for k in store["keys"]], KEYS)

    def test_check_names_damage_by_place_and_rule(self):
        self.assertEqual(image("check", IMAGES / "v2-spec-plain.bin").returncode, 0)
        record = json.loads(image("get", IMAGES / "v2-spec-plain.bin", "0", "--json").stdout)
        broken = bytearray(self.bytes)
        broken[record["address"] + 5] ^= 0x10
        path = self.file("broken.bin", bytes(broken))
        done = image("check", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"0x{record['address']:08X}  SPEC 3.3   the value of id 0 is lost",
                      done.stdout)
        done = image("check", path, "--json")
        self.assertEqual(done.returncode, 1)
        damage = json.loads(done.stdout)["stores"][0]["damage"]
        self.assertEqual((damage[0]["address"], damage[0]["rule"]), (record["address"], "3.3"))
        done = image("get", path, "0")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("is lost", done.stderr)
        done = image("explain", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("DAMAGE", done.stdout)

    def test_a_header_that_has_rotted_is_told_and_what_it_hides_can_be_rescued(self):
        whole = image("export", IMAGES / "v2-spec-plain.bin").stdout
        sectors = json.loads(image("list", IMAGES / "v2-spec-plain.bin", "--json").stdout)
        opened = [s for s in sectors["stores"][0]["sectors"] if s["state"] == "open"]
        self.assertGreater(len(opened), 0)
        for sector in opened:
            for place in (5, 20 + 5):
                rotten = bytearray(self.bytes)
                rotten[sector["address"] + place] ^= 0x10
                path = self.file("rotten.bin", bytes(rotten))
                done = image("check", path)
                self.assertEqual(done.returncode, 1)
                self.assertIn("1 sector is lost to a firmware", done.stdout)
                self.assertIn("--rescue reads it", image("list", path).stdout)
                done = image("export", path)
                self.assertEqual(done.returncode, 1)
                self.assertNotEqual(done.stdout, whole)
                self.assertIn("is left out, as its header has rotted", done.stderr)
                done = image("export", path, "--rescue")
                self.assertEqual(done.stdout, whole)
                self.assertEqual(image("diff", path, IMAGES / "v2-spec-plain.bin",
                                       "--rescue").returncode, 0)
                told = ("--at", "0", "--sectors", "1K,1K,1K,1K")
                found = json.loads(image("check", path, "--json", *told).stdout)["stores"][0]
                self.assertEqual([s["address"] for s in found["sectors"] if "lost" in s],
                                 [sector["address"]])

    def test_what_cannot_be_rescued_is_said(self):
        listed = json.loads(image("list", IMAGES / "v2-spec-plain.bin", "--json").stdout)
        sectors = listed["stores"][0]["sectors"]
        newest = max((s for s in sectors if s["state"] == "open"), key=lambda s: s["sequence"])
        rotten = bytearray(self.bytes)
        rotten[newest["address"] + 24] ^= 0x11
        path = self.file("rotten.bin", bytes(rotten))
        self.assertIn("--rescue reads it", image("export", path).stderr)
        self.assertIn("; 0 rescued", image("check", path, "--rescue").stdout)
        done = image("export", path, "--rescue")
        self.assertEqual(done.returncode, 1)
        self.assertIn("too much of it for --rescue", done.stderr)
        done = image("set", path, "0:string=x", "--rescue", "-o", self.folder / "out.bin")
        self.assertEqual(done.returncode, 2)
        self.assertFalse((self.folder / "out.bin").exists())
        done = image("get", path, "no such name")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has rotted", done.stderr)

    def test_explain_says_what_became_of_each_record(self):
        done = image("explain", IMAGES / "v2-spec-plain.bin")
        self.assertEqual(done.returncode, 0)
        for word in ("current ", "superseded ", "torn ", "dropped ", "stale ", "replaced: ",
                     "batch     of the 3 records behind it", "end of the log"):
            self.assertIn(word, done.stdout)
        marks = image("explain", "--all", IMAGES / "v2-spec-plain.bin").stdout
        self.assertIn(" stump ", done.stdout)
        for word in (" KEEP ", " DROP ", " VOID "):
            self.assertNotIn(word, done.stdout)
            self.assertIn(word, marks)

    def test_another_version_is_refused_by_its_number(self):
        for where in ((), ("--at", "0", "--sectors", "1K,1K,2K")):
            for word in (("list",), ("check",), ("explain",), ("get", "0")):
                done = image(word[0], IMAGES / "v1-plain.bin", *word[1:], *where)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr, f"etch: {IMAGES / 'v1-plain.bin'}: the store at "
                                 "0x00000000 is of format version 1; this etch reads "
                                 "version 2 only\n")

    def test_what_cannot_be_used_is_status_2_and_one_line(self):
        good = IMAGES / "v2-spec-plain.bin"
        empty = self.file("empty.bin", b"\xff" * 4096)
        for arguments in (("list",), ("get", good), ("list", good, good), ("fly", good),
                          ("list", self.folder / "nothing"), ("list", empty),
                          ("list", good, "--at", "1234"), ("list", good, "--at", "x"),
                          ("list", good, "--sectors", "16K"), ("list", good, "--part", "z80"),
                          ("list", good, "--sectors", "16Q", "--at", "0"),
                          ("list", good, "--what"), ("list", good, "--at")):
            done = image(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertRegex(done.stderr, r"\Aetch: [^\n]+\n\Z")

    def test_help(self):
        done = image("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("etch image check FILE", done.stdout)
        done = image()
        self.assertEqual((done.returncode, done.stdout), (2, ""))


if __name__ == "__main__":
    unittest.main()
