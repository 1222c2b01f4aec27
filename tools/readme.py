#!/usr/bin/env python3
"""Fill in README.md what programs say: between `<!-- made by tools/readme.py: X -->`
and `<!-- end -->`. With --check nothing is written, and what differs is an error;
with --image only what `etch image` says is looked at, and the demo is not run. The
page of code in it is compiled.
"""
import argparse
import pathlib
import re
import shlex
import shutil
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


# What the README shows of images: files, and commands in a folder that has them.
FACTORY = """key,type,encoding,value
motor_limit,data,u32,1800
user_config,data,hex2bin,04030201
"""
SESSION = ["cat factory.csv",
           "etch image create factory.csv --elf settings.elf --layout etch.layout -o factory.hex",
           "etch run settings.elf --part stm32f446re --flash factory.hex --save after.hex "
           "--args 'change 3'",
           "etch image diff factory.hex after.hex",
           "etch image set after.hex motor_limit=1500 -o repaired.hex"]


def session():
    """The commands, and what they say on stdout."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "factory.csv").write_text(FACTORY, encoding="utf-8")
        shutil.copy(ROOT / "build/cortex-m4/firmware/settings.elf", folder)
        shutil.copy(ROOT / "examples/etch.layout", folder)
        for command in SESSION:
            words = shlex.split(command)
            words[0] = {"etch": str(ROOT / "build/etch")}.get(words[0], words[0])
            done = subprocess.run(words, cwd=folder, text=True, check=False, capture_output=True)
            yield "$ " + command.replace(" --elf", " \\\n      --elf").replace(
                " --save", " \\\n      --save")
            yield from done.stdout.splitlines()
            if words[1:3] != ["image", "diff"] and done.returncode:
                raise SystemExit(f"readme: {command}: {done.stderr}")


def fill(text, name, lines):
    block = "\n".join(("    " + line).rstrip() for line in lines)
    return re.sub(rf"(<!-- made by tools/readme.py: {name} -->\n).*?(<!-- end -->)",
                  lambda found: f"{found[1]}{block}\n{found[2]}", text, flags=re.S)


def filled(text, image_only):
    """The text with what programs say now."""
    text = fill(text, "image", "\n".join(session()).splitlines())
    if image_only:
        return text
    demo = subprocess.run([ROOT / "tools/demo.py"], text=True, check=True,
                          capture_output=True).stdout
    answer, table = demo.split("== What was seen")
    first = answer.split("\n== ")[1].splitlines()[1:]
    rows = table.splitlines()[1:]
    end = rows.index("")
    text = fill(text, "answer", [line.removeprefix("  ") for line in first if line])
    return fill(text, "table", [line.removeprefix("  ") for line in rows[:end]])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true",
                        help="compile the code, compare what programs say, write nothing")
    parser.add_argument("--image", action="store_true", help="only the part about images")
    asked = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    complaint = compile_code(text)
    if complaint:
        print(f"readme: the page of code does not compile\n{complaint}", file=sys.stderr)
        return 1
    now = filled(text, asked.image)
    if not asked.check:
        README.write_text(now, encoding="utf-8")
        return 0
    for old, new in zip(text.splitlines(), now.splitlines()):
        if old != new:
            print(f"readme: it says\n{old}\nbut programs say\n{new}\nrun tools/readme.py",
                  file=sys.stderr)
            return 1
    if text != now:
        print("readme: programs say more or less than it has; run tools/readme.py",
              file=sys.stderr)
        return 1
    print("readme: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
