#!/usr/bin/env python3
"""docs/faults.md: twenty ways to break one's flash, as firmware in this tree, and
what `etch run` says to each.

Without an option the document is written; with --check it is compared.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/faults.md"

# What its author saw; the firmware, its arguments and its chip.
FAULTS = [
    ("The erase works, the first program hard-faults",
     "question", "naive", "stm32f446re"),
    ("The routine was moved to RAM and nothing changed",
     "question", "ram", "stm32f446re"),
    ("The routine was moved to CCM RAM: a hard fault at the call",
     "case_ccm_no_fetch", "", "stm32f429zi"),
    ("Nothing after the start of the erase ever runs",
     "case_self_erase_code", "", "stm32f407vg"),
    ("The value appears once, then the board does not start any more",
     "case_vector_table_erased", "", "stm32f446re"),
    ("The program call returns OK and the flash stays blank",
     "case_wrong_target_address", "word", "stm32f401re"),
    ("Double words fail, words work",
     "case_x64_without_vpp", "", "stm32f411re"),
    ("The first word is written, the second is an error",
     "case_unaligned_program", "", "stm32f446ze"),
    ("The erase fails with PGSERR and PGPERR; the second try works",
     "case_null_store_sticky", "", "stm32f407vg"),
    ("After an update by the boot loader the first unlock faults",
     "case_unlock_when_unlocked", "", "stm32f411re"),
    ("A byte write fails since the erase was made faster",
     "case_psize_mismatch", "", "stm32f407vg"),
    ("The value comes back with bits missing, and no error",
     "case_program_without_erase", "", "stm32f413zh"),
    ("Another sector was erased than the one asked for",
     "case_snb_accumulate", "", "stm32f407vg"),
    ("Sector 15 cannot be erased on a chip of 1 MB",
     "case_db1m", "", "stm32f429ig"),
    ("Saving says OK; after a reset the old settings are back",
     "case_stale_dcache", "", "stm32f407vg"),
    ("The window watchdog resets the chip in each erase",
     "case_wwdg_during_stall", "", "stm32f407vg"),
    ("The boot loader receives the first block and loses the rest",
     "case_uart_rx_loss", "", "stm32f407vg"),
    ("The application cannot erase what its boot loader wrote",
     "case_wrp_sector", "", "stm32f412re"),
    ("The debugger shows the new value, the program reads the old one",
     "case_const_folded", "", "stm32f412re"),
    ("The settings are gone after a power cut at the wrong moment",
     "sin_data", "only-copy-erased", "stm32f446re"),
]


# What arrives at the USART of a firmware that listens. From a file: all of it is
# there at any time, where a pipe may be filled too late for the chip's clock.
RECEIVED = b"a" * 3000


class Refused(Exception):
    """A firmware that cannot be run, or in which nothing was found."""


def finding_of(etch, firmware, arguments, part):
    """The first finding of a run."""
    command = [etch, "run", firmware, "--part", part, "--args", arguments, "--json",
               "--uart", "stdio"]
    with tempfile.TemporaryFile() as received:
        received.write(RECEIVED)
        received.seek(0)
        done = subprocess.run(command, text=True, check=False, capture_output=True,
                              stdin=received)
    try:
        findings = json.loads(done.stdout)["findings"]
    except json.JSONDecodeError:
        raise Refused(f"{firmware}: {done.stderr.strip()}") from None
    if not findings or findings[0]["severity"] == "note":
        raise Refused(f"{firmware} {arguments}: nothing was found")
    return findings[0]


def place_of(finding):
    if not finding["function"]:
        return None
    return f"{finding['function']}, {pathlib.Path(finding['file']).name}:{finding['line']}"


def entry(number, fault, etch, firmware_dir):
    symptom, name, arguments, part = fault
    finding = finding_of(etch, firmware_dir / f"{name}.elf", arguments, part)
    command = f"etch run {name}.elf --part {part}" + \
        (f' --args "{arguments}"' if arguments else "")
    lines = [f"{finding['severity']}: {finding['text']} [{finding['code']}]"]
    place = place_of(finding)
    lines += [f"at   {place}"] if place else []
    lines += [f"fix  {finding['fix']}"]
    said = "\n".join(textwrap.fill(line, 76, subsequent_indent="     ",
                                   break_long_words=False, break_on_hyphens=False)
                     for line in lines)
    return f"## {number}. {symptom}\n\n    $ {command}\n" + textwrap.indent(said, "    ") + "\n"


def document(etch, firmware_dir):
    head = ("# Twenty ways to break one's flash\n\n"
            "Each is a firmware in `test/firmware/` or `examples/`, made after what people\n"
            "asked about in public, and what `etch run` says to it first. `tools/faults.py`\n"
            "writes this file, and a test compares it. All codes there are: `findings.md`; a\n"
            "fault that has already happened on a board: `why.md`.\n")
    entries = [entry(i + 1, fault, etch, firmware_dir) for i, fault in enumerate(FAULTS)]
    return "\n".join([head, *entries])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    parser.add_argument("--etch", default=os.environ.get("ETCH_TOOL", ROOT / "build/etch"))
    parser.add_argument("--firmware", type=pathlib.Path,
                        default=ROOT / "build/cortex-m4/firmware")
    arguments = parser.parse_args()
    try:
        text = document(arguments.etch, arguments.firmware)
    except Refused as why:
        print(f"faults: {why}", file=sys.stderr)
        return 1
    if not arguments.check:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") != text:
        print("faults: docs/faults.md is not what the tool says; run tools/faults.py",
              file=sys.stderr)
        return 1
    print("faults: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
