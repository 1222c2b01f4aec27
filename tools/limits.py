#!/usr/bin/env python3
"""Check that code stays small enough to read: no function of more than 60
lines, no file of more than 500 in src/ and host/.

A file of pure data is exempt; its name ends in _table.c or _table.h. Wants
Universal Ctags, which knows where a function ends.
"""
import argparse
import pathlib
import subprocess
import sys

FUNCTION_LINES = 60
FILE_LINES = 500


def functions(paths):
    """(file, name, first line, last line) of every function in the files."""
    command = ["ctags", "--language-force=C", "--kinds-C=f", "--fields=+ne", "--sort=no",
               "-f", "-", "-L", "-"]
    listing = subprocess.run(command, input="\n".join(map(str, paths)), text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    for line in listing.splitlines():
        if line.startswith("!"):
            continue
        name, path, rest = line.split("\t", 2)
        fields = dict(f.split(":", 1) for f in rest.split("\t") if ":" in f)
        if "line" in fields and "end" in fields:
            yield path, name, int(fields["line"]), int(fields["end"])


def check(root):
    paths = sorted(p for side in ("src", "host") for p in root.glob(f"{side}/**/*.[ch]")
                   if not p.stem.endswith("_table"))
    for path in paths:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines, {FILE_LINES} at most"
    for path, name, first, last in functions(paths):
        if last - first + 1 > FUNCTION_LINES:
            yield f"{path}:{first}: {name} has {last - first + 1} lines, {FUNCTION_LINES} at most"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(),
                        help="the tree to check (default: here)")
    bad = list(check(parser.parse_args().root))
    print("\n".join(bad) or "limits: ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
