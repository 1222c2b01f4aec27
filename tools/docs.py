#!/usr/bin/env python3
"""Check that the public headers document what they declare.

Public is src/*/*.h, but for *_priv.h and port/ (whose two versions are
described once, in their file comments). Checked, with file and line:
  * the file comment comes first, begins "NAME.h - " and ends in the SPDX line;
  * every function, and every function pointer in a struct, has a comment
    directly above it;
  * one whose name ends in a verb that writes flash (WRITES) says "Cut:", that
    is, what a power cut inside the call leaves behind. One that bears such a
    name and never writes says "Cut: nothing is written.";
  * a header with a "Cut:" says in its file comment what power loss does.
"""
import argparse
import pathlib
import re
import sys

WRITES = set("append clear commit create del delete erase format program put "
             "recover remove rm set store tidy write".split())

COMMENT = re.compile(r"/\*.*?\*/", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(.*\\\n)*.*", re.M)
FUNCTION = re.compile(r"(?<![\w.])(\w+)\s*\(")
POINTER = re.compile(r"\(\s*\*\s*(\w+)\s*\)\s*\(")


def blank(text):
    """The text without comments and directives, every line where it was."""
    for what in (COMMENT, DIRECTIVE):
        text = what.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def declarations(code):
    """(name, line number of its first line) of functions and function pointers.

    Code is cut into statements at ; { and }. Function bodies and enums have
    no declarations of interest, structs have: their members are statements.
    """
    depth_of_body = 0
    for found in re.finditer(r"[^;{}]*[;{}]", code):
        text, end = found[0][:-1], found[0][-1]
        if depth_of_body:
            depth_of_body += {"{": 1, "}": -1}.get(end, 0)
            continue
        plain = re.sub(r"\[[^]]*\]|\b__attribute__\b", "", text)
        name = POINTER.search(plain) or FUNCTION.search(plain)
        if end == "}" or "=" in text.split("(")[0]:
            continue
        if name and not re.match(r"\s*(typedef|_Static_assert|static_assert)\b", text):
            start = found.start() + len(text) - len(text.lstrip())
            yield name[1], code.count("\n", 0, start) + 1
            if end == "{":
                depth_of_body = 1


def comment_above(lines, number):
    """The comment that ends on the line before line number, or None."""
    last = number - 2
    if last < 0 or not lines[last].rstrip().endswith("*/"):
        return None
    first = last
    while "/*" not in lines[first]:
        first -= 1
    # A comment behind code belongs to that code.
    return "\n".join(lines[first:last + 1]) if lines[first].lstrip().startswith("/*") else None


def check_header(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    head = COMMENT.match(text)
    if not head or not head[0].startswith(f"/* {path.name} - "):
        yield f'{path}:1: begin with "/* {path.name} - what it is"'
    if not head or "SPDX-License-Identifier: MIT" not in head[0]:
        yield f"{path}:1: the file comment ends in the SPDX line"
    cut_said = False
    for name, number in declarations(blank(text)):
        comment = comment_above(lines, number)
        if comment is None:
            yield f"{path}:{number}: {name} has no comment directly above it"
            continue
        cut_said = cut_said or "Cut:" in comment
        if name.split("_")[-1] in WRITES and "Cut:" not in comment:
            yield f'{path}:{number}: {name} must say "Cut:", what a power cut inside leaves'
    if cut_said and head and not re.search(r"\b[Pp]ower\b", head[0]):
        yield f"{path}:1: the file comment must say what power loss does"


def check(root):
    for path in sorted(root.glob("src/*/*.h")):
        if path.parent.name != "port" and not path.stem.endswith("_priv"):
            yield from check_header(path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(),
                        help="the tree to check (default: here)")
    bad = list(check(parser.parse_args().root))
    print("\n".join(bad) or "docs: ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
