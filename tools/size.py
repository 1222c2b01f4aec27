#!/usr/bin/env python3
"""Show and keep the ledger of sizes, size.csv: one line per object of src/ as
compiled for Cortex-M4 at -Os, linked with nothing.

  text    bytes of code (sections .text*, .ramfunc*)
  rodata  bytes of constants and of initial values (.rodata*, .data*)
  ram     bytes of RAM (.data*, .bss*, .noinit*, .ramfunc*)
  stack   bytes of stack that the worst call takes: the deepest chain of frames
          from any function of the object through the whole library. A call
          through a pointer ends a chain: what the caller plugged in is his.

The ledger is exact and changes in the same commit as the code, so that every
commit shows what it cost.
"""
import argparse
import csv
import io
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["text", "rodata", "ram", "stack"]

# Section name -> the columns it counts in.
KINDS = [(".text", ["text"]), (".ramfunc", ["text", "ram"]), (".rodata", ["rodata"]),
         (".data", ["rodata", "ram"]), (".bss", ["ram"]), (".noinit", ["ram"])]


class Refused(Exception):
    """What keeps the figures from being taken."""


def module_name(path, build):
    """src/kv/put.c -> kv/put, from the path of its object."""
    relative = path.relative_to(build / "CMakeFiles/etch.dir/src")
    return re.sub(r"\.[cS]\.obj$", "", relative.as_posix())


def section_sizes(path):
    listing = subprocess.run(["arm-none-eabi-size", "-A", path], text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    sizes = dict.fromkeys(COLUMNS, 0)
    for name, size in re.findall(r"^(\.\S+)\s+(\d+)\s+\d+$", listing, re.M):
        for prefix, columns in KINDS:
            if name == prefix or name.startswith(prefix + "."):
                for column in columns:
                    sizes[column] += int(size)
    return sizes


def read_call_graph(path):
    """Frames {function: bytes} and calls {function: set} of one object (.ci)."""
    frames, calls = {}, {}
    text = path.read_text(encoding="utf-8")
    for title, label in re.findall(r'node: \{ title: "([^"]*)" label: "([^"]*)"', text):
        frame = re.search(r"\\n(\d+) bytes \(([^)]*)\)", label)
        if frame:
            if frame[2] == "dynamic":
                raise Refused(f"{title}: its stack frame has no bound")
            frames[title] = int(frame[1])
    for caller, callee in re.findall(
            r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', text):
        calls.setdefault(caller, set()).add(callee)
    return frames, calls


def deepest(function, frames, calls, chain=()):
    """Bytes of the deepest chain of frames that begins with function."""
    if function in chain:
        raise Refused("recursion: " + " -> ".join([*chain, function]))
    below = [deepest(callee, frames, calls, (*chain, function))
             for callee in calls.get(function, ()) if callee in frames]
    return frames[function] + max(below, default=0)


def measure(build):
    """{module: {column: bytes}} of the library in a build folder."""
    objects = sorted((build / "CMakeFiles/etch.dir/src").glob("*/*.obj"))
    # An object whose source is gone stays behind; the library has it no more.
    objects = [o for o in objects if (ROOT / "src" / o.parent.name / o.stem).exists()]
    if not objects:
        raise Refused(f"nothing built in {build}; first: ./dev build")
    graphs = {o: read_call_graph(o.with_suffix(".ci"))
              for o in objects if o.with_suffix(".ci").exists()}
    frames, calls = {}, {}
    for own_frames, own_calls in graphs.values():
        frames.update(own_frames)
        calls.update(own_calls)
    table = {}
    for path in objects:
        row = section_sizes(path)
        own = graphs.get(path, ({}, {}))[0]
        row["stack"] = max((deepest(f, frames, calls) for f in own), default=0)
        table[module_name(path, build)] = row
    return table


def to_csv(table):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["module", *COLUMNS])
    for module in sorted(table):
        writer.writerow([module, *(table[module][c] for c in COLUMNS)])
    return out.getvalue()


def from_csv(text):
    return {row["module"]: {c: int(row[c]) for c in COLUMNS}
            for row in csv.DictReader(io.StringIO(text))}


def differences(old, new):
    """One line for each module that differs."""
    for module in sorted(old.keys() | new.keys()):
        if module not in new:
            yield f"{module}: gone"
        elif module not in old:
            yield f"{module}: new, " + ", ".join(f"{c} {new[module][c]}" for c in COLUMNS)
        elif old[module] != new[module]:
            yield f"{module}: " + ", ".join(
                f"{c} {old[module][c]} -> {new[module][c]} ({new[module][c] - old[module][c]:+d})"
                for c in COLUMNS if old[module][c] != new[module][c])


def report(table):
    """The table for people: modules and folder sums."""
    yield f"{'module':24}" + "".join(f"{c:>9}" for c in COLUMNS)
    for folder in sorted({m.split("/")[0] for m in table}):
        rows = {m: r for m, r in sorted(table.items()) if m.split("/")[0] == folder}
        for module, row in rows.items():
            yield f"  {module:22}" + "".join(f"{row[c]:9}" for c in COLUMNS)
        total = {c: sum(r[c] for r in rows.values()) for c in COLUMNS}
        total["stack"] = max(r["stack"] for r in rows.values())
        yield f"{folder + '/':24}" + "".join(f"{total[c]:9}" for c in COLUMNS)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/cortex-m4",
                        help="the chip build to measure (default: build/cortex-m4)")
    parser.add_argument("--ledger", type=pathlib.Path, default=ROOT / "size.csv",
                        help="the ledger (default: size.csv)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="fail if the ledger differs")
    action.add_argument("--update", action="store_true", help="write the ledger")
    args = parser.parse_args()
    try:
        table = measure(args.build.resolve())
    except Refused as why:
        print(f"size: {why}", file=sys.stderr)
        return 1
    old = from_csv(args.ledger.read_text(encoding="utf-8")) if args.ledger.exists() else {}
    changes = list(differences(old, table))
    if args.update:
        args.ledger.write_text(to_csv(table), encoding="utf-8")
    if not args.check:
        print("\n".join(report(table)))
    if changes:
        print("\nagainst the ledger:\n  " + "\n  ".join(changes))
    if args.check:
        print("the ledger must change with the code: ./dev size --update, and commit size.csv"
              if changes else "size: the ledger is right")
    return 1 if args.check and changes else 0


if __name__ == "__main__":
    sys.exit(main())
