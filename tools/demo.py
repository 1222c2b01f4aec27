#!/usr/bin/env python3
"""The main job, start to end: the firmware of the question that started it, as
compiled for the Cortex-M4, on a simulated STM32F446RE.

    ./dev demo            all of it, under 90 seconds
    ./dev demo --quick    fewer power cuts

Nothing here is made up: every line of the table at the end is what the runs
above it said.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import textwrap
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
ETCH = ROOT / "build/etch"
FIRMWARE = ROOT / "build/cortex-m4/firmware"
LIBRARY = ROOT / "build/cortex-m4/libetch.a"
PART = "stm32f446re"
CHANGES = 200


def say(text="", indent=0):
    for paragraph in text.split("\n"):
        print(textwrap.fill(paragraph, 86, initial_indent=" " * indent,
                            subsequent_indent=" " * indent) if paragraph else "")
    sys.stdout.flush()


def title(text):
    say(f"\n== {text}")


def etch(*arguments):
    """Run the tool; its JSON, or the demo ends with what it said instead."""
    command = [ETCH, *arguments, "--part", PART, "--json"]
    done = subprocess.run(command, text=True, check=False, capture_output=True)
    try:
        return json.loads(done.stdout), done.stderr
    except json.JSONDecodeError:
        sys.exit(f"demo: {' '.join(map(str, command))}\n{done.stderr}")


def run(name, *arguments):
    say(f"$ etch run {name}.elf --part {PART}" +
        (f" --args \"{arguments[0]}\"" if arguments else ""), 2)
    return etch("run", FIRMWARE / f"{name}.elf", *(("--args", arguments[0]) if arguments else ()))


def show_cause(report):
    """The first finding, as a user sees it; its code."""
    finding = report["findings"][0]
    place = f"{finding['function']}, {pathlib.Path(finding['file']).name}:{finding['line']}"
    say(f"{finding['severity']}: {finding['text']}\nat:  {place}\nfix: {finding['fix']}", 4)
    return finding["code"]


def number_said(text, word):
    """The firmware said "WORD 123"."""
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(word + " "))


def sizes():
    done = subprocess.run([sys.executable, ROOT / "tools/budget.py", LIBRARY], text=True,
                          check=True, capture_output=True)
    return {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines()}


def ask(rows):
    title("The question: the erase takes a second and works, the program hard-faults. Why?")
    report, _ = run("question", "naive")
    rows.append(("write flash as asked", show_cause(report)))
    title("\"I tried to execute the code in RAM and it doesn't make any difference\"")
    report, _ = run("question", "ram")
    rows.append(("the same from RAM", show_cause(report)))
    title("With Etch: the guard opens 32 bytes of the sector for each store, nothing else")
    report, _ = run("question", "etch")
    errors = [f for f in report["findings"] if f["severity"] != "note"]
    worked = report["exit"]["code"] == 0 and not errors
    say("it wrote the word, read it back, and left with 0" if worked else "it failed", 4)
    rows.append(("the same with Etch", "works" if worked else "FAILED"))
    return worked


def cut(rows, quick):
    changes = CHANGES // 10 if quick else CHANGES
    title(f"Settings: {changes} changes, power cut at every flash operation")
    tears = "2" if quick else "3"
    say(f"$ etch explore settings.elf --part {PART} --args \"change {changes}\" --tears {tears}", 2)
    report, _ = etch("explore", FIRMWARE / "settings.elf", "--args", f"change {changes}",
                     "--tears", tears)
    say(f"{report['points']} operations, {report['cuts']} cuts, {report['boots']} starts after "
        f"them; lost: {report['failed']}", 4)
    rows.append((f"{changes} changes of settings, cut points", f"{report['points']:,}"))
    rows.append(("  cuts, and starts after them", f"{report['cuts']:,}, {report['boots']:,}"))
    rows.append(("  data lost", f"{report['failed']}"))
    return report["failed"] == 0 and report["complete"]


def control(rows):
    title("A 20 kHz control loop while 100 saves and 2 erases go on")
    _, naive = run("motor", "naive")
    report, ours = run("motor")
    late = [f["text"] for f in report["findings"] if f["code"] == "irq-late"]
    lost = number_said(ours, "missed")
    say(f"naive: {number_said(naive, 'missed')} of {number_said(naive, 'periods')} periods "
        f"missed; with Etch: {lost} of {number_said(ours, 'periods')}", 4)
    if late:
        say(late[0], 4)
    rows.append(("control periods missed, naive", f"{number_said(naive, 'missed'):,}"))
    rows.append(("control periods missed, with Etch", f"{lost}"))
    rows.append(("longest stall, with the loop in RAM",
                 f"{report['stalls']['longest_ns'] / 1000:.1f} us"))
    return lost == 0 and report["exit"]["code"] == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the power cuts")
    quick = parser.parse_args().quick
    began = time.monotonic()
    rows = []
    good = [ask(rows), cut(rows, quick), control(rows)]
    bytes_of = sizes()
    rows.append(("driver: erase, program, verify", f"{bytes_of['flash.text_bytes']:,} bytes"))
    rows.append(("guard, and with windows", f"{bytes_of['guard.text_bytes']:,} bytes, "
                 f"{bytes_of['guard.all_text_bytes']:,}"))
    if "kv.text_bytes" in bytes_of:
        rows.append(("store", f"{bytes_of['kv.text_bytes']:,} bytes"))
    title("What was seen, on an STM32F446RE that exists only here")
    for what, seen in rows:
        print(f"  {what:<40}{seen}")
    print(f"\n  {time.monotonic() - began:.0f} s of yours. No board was touched. "
          "Next: README.md, examples/")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
