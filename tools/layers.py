#!/usr/bin/env python3
"""Check who includes whom, and that no source file uses conditional compilation.

Refused, with file and line:
  * an include of a folder that the including folder must not know (MAY_SEE);
  * an include that does not name its folder ("kv/kv.h");
  * in src/, a system header that a freestanding chip does not have;
  * #if, #ifdef and the like, other than ETCH_..._H guards and __cplusplus;
  * a file in host/ with the name of one in src/ outside port/: the include
    path would silently prefer it.

Tests may include anything; examples anything of src/.
"""
import argparse
import pathlib
import re
import sys

# What a folder may include beside itself: folders, or single headers.
MAY_SEE = {
    # on the chip: down only
    "src/base": "",
    "src/port": "base",
    "src/hw": "base",
    "src/nor": "base",
    "src/flash": "base hw port nor",
    "src/guard": "base hw port flash",
    "src/fault": "base hw port flash guard",
    "src/kv": "base nor",
    "src/settings": "base port nor kv flash",
    "src/load": "base nor flash",
    # the model: never borrows from the modelled
    "host/port": "",
    "host/silicon": "port",
    "host/core": "",
    "host/board": "core silicon",
    "host/image": "",
    "host/sheet": "file",
    "host/layout": "file silicon",
    "host/file": "",
    "host/gdb": "board core silicon file",
    # what judges the model's runs
    "host/verdict": "board core silicon file base fault/decode.h",
    "host/why": "fault/decode.h",
    "host/explore": "board core silicon file verdict image base nor",
    "host/cli": "port silicon core board file gdb verdict why explore image sheet layout fault base",
}
# An example is the user's view: the library, and the board it is linked with.
EXAMPLES_SEE = " ".join(f.removeprefix("src/") for f in MAY_SEE if f.startswith("src/"))

# Headers that C11 promises a freestanding program, and mem*.
FREESTANDING = set("float iso646 limits stdalign stdarg stdbool stddef stdint "
                   "stdnoreturn string".split())

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
CONDITION = re.compile(r"\s*#\s*(if|ifdef|ifndef|elif)\b")
GUARD = re.compile(r"#ifndef ETCH_\w+_H$|#ifdef __cplusplus$")


def allowed(included, folder, may_see):
    """May a file of folder include the header named so?"""
    return any(included == seen or included.split("/")[0] == seen
               for seen in [folder, *may_see.split()])


def check_line(line, place, may_see):
    """What is wrong with one line of a file in place ("src/kv"), if anything."""
    side, folder = place.split("/")
    found = INCLUDE.match(line)
    if found and found[1]:
        if "/" not in found[1]:
            return f'name the folder: #include "folder/{found[1]}"'
        if not allowed(found[1], folder, may_see):
            return f"{place}/ must not include {found[1]}"
    if found and found[2] and side == "src":
        if found[2].removesuffix(".h") not in FREESTANDING:
            return f"<{found[2]}> is not there on the chip"
    if CONDITION.match(line) and not GUARD.match(line):
        return f"no conditional compilation: {line.strip()}"
    return None


def check_file(path, place, may_see):
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        wrong = check_line(line, place, may_see)
        if wrong:
            yield f"{path}:{number}: {wrong}"


def check_example(path):
    """An example may include its neighbours by bare name, as a user would."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found and found[1] and "/" in found[1] and not allowed(found[1], "", EXAMPLES_SEE):
            yield f"{path}:{number}: examples/ must not include {found[1]}"


def check_tree(root):
    for path in sorted(p for side in ("src", "host") for p in root.glob(f"{side}/**/*.[chS]")):
        place = path.parent.relative_to(root).as_posix()
        if place not in MAY_SEE:
            yield f"{path}: give {place}/ its line in {pathlib.Path(__file__).name}"
            continue
        yield from check_file(path, place, MAY_SEE[place])
        twin = root / "src" / path.relative_to(root / place.split("/")[0])
        if place.startswith("host/") and place != "host/port" and twin.exists():
            yield f"{path}: hides {twin}; only port/ may"
    for path in sorted(root.glob("examples/**/*.[ch]")):
        yield from check_example(path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(),
                        help="the tree to check (default: here)")
    bad = list(check_tree(parser.parse_args().root))
    print("\n".join(bad) or "layers: ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
