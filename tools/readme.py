#!/usr/bin/env python3
"""Fill in README.md what the demo says: between `<!-- made by tools/readme.py: X -->`
and `<!-- end -->`. With --check only the code in it is compiled.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GCC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c11", "-ffreestanding", "-Wall",
       "-Wextra", "-Werror", f"-I{ROOT / 'src'}"]


def compile_code(text):
    """The compiler's complaint about the page of code; None: it is fine."""
    code = re.search(r"```c\n(.*?)```", text, re.S)[1]
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "page.c"
        source.write_text(code, encoding="utf-8")
        done = subprocess.run([*GCC, "-c", source, "-o", "/dev/null"], text=True, check=False,
                              capture_output=True)
    return done.stderr if done.returncode else None


def fill(text, name, lines):
    block = "\n".join(("    " + line).rstrip() for line in lines)
    return re.sub(rf"(<!-- made by tools/readme.py: {name} -->\n).*?(<!-- end -->)",
                  lambda found: f"{found[1]}{block}\n{found[2]}", text, flags=re.S)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compile the code, write nothing")
    text = README.read_text(encoding="utf-8")
    complaint = compile_code(text)
    if complaint:
        print(f"readme: the page of code does not compile\n{complaint}", file=sys.stderr)
        return 1
    if parser.parse_args().check:
        print("readme: ok")
        return 0
    demo = subprocess.run([ROOT / "tools/demo.py"], text=True, check=True,
                          capture_output=True).stdout
    answer, table = demo.split("== What was seen")
    first = answer.split("\n== ")[1].splitlines()[1:]
    rows = table.splitlines()[1:]
    end = rows.index("")
    text = fill(text, "answer", [line.removeprefix("  ") for line in first if line])
    text = fill(text, "table", [line.removeprefix("  ") for line in rows[:end]])
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
