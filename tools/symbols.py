#!/usr/bin/env python3
"""Check what a library wants from outside itself: mem* from the C library and
the compiler's own helpers, and the ends of a section that the linker itself
names; nothing else. A firmware without a C library, or with another one, can
then link it.
"""
import argparse
import re
import subprocess
import sys

ALLOWED = re.compile(r"mem(cpy|set|move|cmp)|__aeabi_\w+|__gnu_\w+|__(start|stop)_etch_\w+")


def symbols(library):
    """(undefined: {symbol: members that want it}, defined: set)."""
    listing = subprocess.run(["arm-none-eabi-nm", "-A", library], text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    wanted, defined = {}, set()
    for line in listing.splitlines():
        member = line.rsplit(":", 1)[0].rsplit(":", 1)[-1]
        kind, name = line.split()[-2:]
        if kind in "Uw":
            wanted.setdefault(name, []).append(member)
        else:
            defined.add(name)
    return wanted, defined


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", help="an archive for the chip")
    library = parser.parse_args().library
    try:
        wanted, defined = symbols(library)
    except subprocess.CalledProcessError:
        print(f"symbols: cannot read {library}; first: ./dev build", file=sys.stderr)
        return 2
    bad = [f"{', '.join(members)}: wants {name} from outside the library"
           for name, members in sorted(wanted.items())
           if name not in defined and not ALLOWED.fullmatch(name)]
    print("\n".join(bad) or "symbols: ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
