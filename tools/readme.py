#!/usr/bin/env python3
"""Fill in README.md and docs/exploring.md what programs say: between
`<!-- made by tools/readme.py: X -->` and `<!-- end -->`. With --check nothing is written,
and what differs is an error; with --sessions only commands with their answers are looked
at, and the demo is not run. The page of code in README.md is compiled.
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
EXPLORING = ROOT / "docs/exploring.md"
FIRMWARE = ROOT / "build/cortex-m4/firmware"
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


# What documents show: commands, in a folder that has these files.
FACTORY = """key,type,encoding,value
motor_limit,data,u32,1800
user_config,data,hex2bin,04030201
"""
SESSIONS = {
    "image": [
        "cat factory.csv",
        "etch image create factory.csv --elf settings.elf --layout etch.layout -o factory.hex",
        "etch run settings.elf --part stm32f446re --flash factory.hex --save after.hex "
        "--args 'change 3'",
        "etch image diff factory.hex after.hex",
        "etch image set after.hex motor_limit=1500 -o repaired.hex"],
    "update": [
        "etch run settings.elf --part stm32f446re --args 'change 200' --save field.hex >run.log",
        "etch explore update.elf --part stm32f446re --flash field.hex --done 200 "
        "--args 'change 2'"],
    "update-erases": [
        "etch explore erases.elf --part stm32f446re --flash field.hex --done 200 --tears 2",
        "etch explore erases.elf --part stm32f446re --flash field.hex --done 200 "
        "--replay firmware:g0:c6:t1:k"],
    "update-defaults": [
        "etch explore erases.elf --part stm32f446re --flash field.hex --args defaults"],
}
# These end with 1: values differ, data were lost.
SHOWS_A_FAULT = re.compile(r"etch (image diff|explore erases.*--done)")


def make_folder(folder):
    (folder / "factory.csv").write_text(FACTORY, encoding="utf-8")
    shutil.copy(ROOT / "examples/etch.layout", folder)
    for name in ("settings", "update"):
        shutil.copy(FIRMWARE / f"{name}.elf", folder)
    shutil.copy(FIRMWARE / "case_update_erases.elf", folder / "erases.elf")


def session(name, folder):
    """The commands, and what they say."""
    for command in SESSIONS[name]:
        words = shlex.split(command.split(">")[0])
        words[0] = {"etch": str(ROOT / "build/etch")}.get(words[0], words[0])
        done = subprocess.run(words, cwd=folder, text=True, check=False, capture_output=True)
        if done.returncode != int(bool(SHOWS_A_FAULT.match(command))):
            raise SystemExit(f"readme: {command}: {done.stdout}{done.stderr}")
        yield "$ " + re.sub(r" (--elf|--save|--done)", r" \\\n      \1", command)
        yield from done.stdout.splitlines() if ">" not in command else ()
        if words[1] == "explore":
            yield from done.stderr.splitlines()


def fill(text, name, lines):
    block = "\n".join(("    " + line).rstrip() for line in lines)
    return re.sub(rf"(<!-- made by tools/readme.py: {name} -->\n).*?(<!-- end -->)",
                  lambda found: f"{found[1]}{block}\n{found[2]}", text, flags=re.S)


def fill_sessions(text):
    with tempfile.TemporaryDirectory() as folder:
        make_folder(pathlib.Path(folder))
        for name in SESSIONS:
            if f"readme.py: {name} -->" not in text:
                continue
            lines = "\n".join(session(name, folder)).splitlines()
            text = fill(text, name, lines)
    return text


def fill_demo(text):
    demo = subprocess.run([ROOT / "tools/demo.py"], text=True, check=True,
                          capture_output=True).stdout
    answer, table = demo.split("== What was seen")
    first = answer.split("\n== ")[1].splitlines()[1:]
    rows = table.splitlines()[1:]
    end = rows.index("")
    text = fill(text, "answer", [line.removeprefix("  ") for line in first if line])
    return fill(text, "table", [line.removeprefix("  ") for line in rows[:end]])


def complain(page, text, now):
    """Where a page says something else than programs, on stderr. Whether it does."""
    if text == now:
        return False
    for old, new in zip(text.splitlines(), now.splitlines()):
        if old != new:
            print(f"readme: {page.name} says\n{old}\nbut programs say\n{new}\n"
                  "run tools/readme.py", file=sys.stderr)
            return True
    print(f"readme: programs say more or less than {page.name} has; run tools/readme.py",
          file=sys.stderr)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true",
                        help="compile the code, compare what programs say, write nothing")
    parser.add_argument("--sessions", action="store_true", help="without the demo")
    asked = parser.parse_args()
    complaint = compile_code(README.read_text(encoding="utf-8"))
    if complaint:
        print(f"readme: the page of code does not compile\n{complaint}", file=sys.stderr)
        return 1
    differ = False
    for page in (README, EXPLORING):
        text = page.read_text(encoding="utf-8")
        now = fill_sessions(text)
        if page == README and not asked.sessions:
            now = fill_demo(now)
        if asked.check:
            differ = complain(page, text, now) or differ
        else:
            page.write_text(now, encoding="utf-8")
    if asked.check and not differ:
        print("readme: ok")
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
