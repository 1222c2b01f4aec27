#!/usr/bin/env python3
"""Fill in SPEC.md the dump of its example, test/images/v2-example.bin: between
`<!-- made by tools/spec.py -->` and `<!-- end -->`. With --check nothing is
written, and a dump that is not up to date is refused.

What the bytes of a log are, `etch image explain` says; the rows of the headers
are named here. $ETCH_TOOL is the program.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ETCH = os.environ.get("ETCH_TOOL", ROOT / "build/etch")
IMAGE = ROOT / "test/images/v2-example.bin"
SECTOR = 256
ROW = 12
HEADER = ((0, 12, "A: magic, version 2, shape, erase count, CRC-32"), (12, 4, "CLEAN"),
          (16, 4, "USED"), (20, 4, "B: its word"), (24, 12, "sequence, age, copies end, CRC-32"))
BLOCK = re.compile(r"(<!-- made by tools/spec.py -->\n).*?(<!-- end -->)", re.S)


def items(explained):
    """(offset, what it is) of everything in the log, its end included."""
    for line in explained.splitlines():
        found = re.match(r"  0x([0-9A-F]{8})  (.*)$", line)
        if not found:
            continue
        what = " ".join(found[2].split())
        yield int(found[1], 16), re.sub(r" greeting (?=\S)(?!$)", " ", what)


def dump(data, off, length, text):
    """Lines of a stretch of bytes; the text stands behind the first."""
    for at in range(off, off + length, ROW):
        row = data[at:min(at + ROW, off + length)].hex(" ").upper()
        yield f"{at:04X}  {row:<{3 * ROW}} {text}".rstrip()
        text = ""


def blank(data, off, end):
    """The line of a stretch of erased bytes."""
    if data[off:end].strip(b"\xff"):
        raise ValueError(f"what is behind 0x{off:X} is not erased")
    return f"{off:04X}  {'FF ... FF':<{3 * ROW}} erased, up to {end - 1:04X}"


def lines_of(data, explained):
    """The dump, line by line."""
    for off, length, text in HEADER:
        yield from dump(data, off, length, text)
    parts = list(items(explained))
    for (off, text), (end, _) in zip(parts, parts[1:]):
        yield from dump(data, off, 4, text)
        yield from dump(data, off + 4, end - off - 4, "")
    yield blank(data, parts[-1][0], SECTOR)
    yield ""
    for off, length, text in HEADER[:2]:
        yield from dump(data, SECTOR + off, length, text)
    yield blank(data, SECTOR + HEADER[2][0], 2 * SECTOR)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("spec", nargs="?", type=pathlib.Path, default=ROOT / "SPEC.md")
    options = parser.parse_args()
    explained = subprocess.run([ETCH, "image", "explain", "--all", IMAGE], text=True, check=True,
                               capture_output=True).stdout
    dumped = "\n".join(("    " + line).rstrip()
                       for line in lines_of(IMAGE.read_bytes(), explained))
    text = options.spec.read_text(encoding="utf-8")
    if not BLOCK.search(text):
        print(f"spec: {options.spec} has no place for the example", file=sys.stderr)
        return 1
    filled = BLOCK.sub(lambda found: f"{found[1]}{dumped}\n{found[2]}", text)
    if options.check and filled != text:
        print(f"spec: the example in {options.spec} is not up to date; run tools/spec.py",
              file=sys.stderr)
        return 1
    if not options.check:
        options.spec.write_text(filled, encoding="utf-8")
    print("spec: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
