#!/usr/bin/env python3
"""Link what a firmware would link, and compare its size with a promise.

budgets.txt names each promise: a name, the limit in bytes, the sections that
count, the public calls. Those calls and what they reach are linked from
libetch.a with unused sections dropped, as any firmware does, and measured. A
call that the library does not have, or a limit exceeded, makes the exit status
1. --json prints the measured figures as one flat object.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Refused(Exception):
    """A promise that cannot be measured."""


def read_budgets(path):
    """[(name, limit, sections, calls)] of the file."""
    budgets = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        sections = [w for w in words[2:] if w.startswith(".")]
        calls = [w for w in words[2:] if not w.startswith(".")]
        if len(words) < 4 or not words[1].isdigit() or not sections or not calls:
            raise Refused(f"{path}:{number}: wanted: name limit .section... call...")
        budgets.append((words[0], int(words[1]), sections, calls))
    return budgets


def link(library, calls, elf):
    """Link the calls and what they reach; -u draws each from the library."""
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-nostdlib",
               "-Wl,--gc-sections", "-Wl,--orphan-handling=place", f"-Wl,-e,{calls[0]}",
               *(f"-Wl,-u,{call}" for call in calls), library, "-lc_nano", "-lgcc", "-o", elf]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    missing = re.findall(r"undefined reference to `(\w+)'", done.stderr)
    if missing or "cannot find entry symbol" in done.stderr:
        raise Refused(f"not in the library: {' '.join(missing) or calls[0]}")
    if done.returncode:
        raise Refused(done.stderr.strip())
    symbols = subprocess.run(["arm-none-eabi-nm", elf], text=True, capture_output=True,
                             check=True).stdout
    absent = [call for call in calls if not re.search(rf" [TRD] {call}$", symbols, re.M)]
    if absent:
        raise Refused(f"not in the library: {' '.join(absent)}")


def section_size(elf, sections):
    listing = subprocess.run(["arm-none-eabi-size", "-A", elf], text=True,
                             capture_output=True, check=True).stdout
    return sum(int(size) for name, size in re.findall(r"^(\.\S+)\s+(\d+)", listing, re.M)
               if any(name == s or name.startswith(s + ".") for s in sections))


def measure(library, budgets):
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, _, sections, calls in budgets:
            elf = pathlib.Path(folder, "linked.elf")
            try:
                link(library, calls, elf)
            except Refused as why:
                raise Refused(f"{name}: {why}") from None
            figures[name] = section_size(elf, sections)
    return figures


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=pathlib.Path, help="libetch.a of the chip build")
    parser.add_argument("--budgets", type=pathlib.Path, default=ROOT / "budgets.txt")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        if not args.library.exists():
            raise Refused(f"{args.library} is not there; ./dev build makes it")
        budgets = read_budgets(args.budgets)
        figures = measure(args.library, budgets)
    except Refused as why:
        print(f"budget: {why}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(figures, indent=2))
    over = 0
    for name, limit, _, _ in budgets:
        over += figures[name] > limit
        if not args.json:
            verdict = "over" if figures[name] > limit else "ok"
            print(f"{name:24} {figures[name]:6} of {limit:6}  {verdict}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
