#!/usr/bin/env python3
"""Check that code which runs from RAM reaches nothing in flash.

While the controller is busy, any access to the flash stalls the processor or,
after a mass erase, reads nonsense. Code that must go on then lies in sections
.ramfunc*, and a single hidden call, literal or table in flash undoes it.

In a program (.elf), RAM-resident is: sections .ramfunc*, what lies between
__ramfunc_start and __ramfunc_end, and every function with an address in RAM,
the linker's veneers included. Refused there:
  * a branch or call to anything but executable RAM;
  * a pc-relative load from outside RAM;
  * a literal word, or a movw/movt pair, that is an address in flash (the
    alias at 0 counts where the program has a section there).
In an object (.o, .obj), refused is a relocation of a .ramfunc* section to a
symbol that is not in .ramfunc*, .data*, .bss* or absolute; a symbol that no
object given defines is looked up in the programs given.

Calls through pointers are not followed. A program that defines the symbol
ramcode_unchecked is skipped: firmware that is meant to be wrong says so.
Of a folder, all programs and objects below it are checked.
"""
import argparse
import pathlib
import re
import subprocess
import sys

import elf32

FLASH = range(0x08000000, 0x08200000)
ALIAS = range(0x00000000, 0x00200000)
RAM = range(0x20000000, 0x40000000)
CCM = range(0x10000000, 0x10010000)  # data only: not on the instruction bus

RAM_SECTION = re.compile(r"\.(ramfunc|data|bss)")
BRANCH = re.compile(r"(b|bl|blx|cbz|cbnz|b(eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le))(\.[nw])?$")
LINE = re.compile(r"\s*([0-9a-f]+):\t[0-9a-f ]+\t(\S+)(?:\t(.*))?$")
LABEL = re.compile(r"[0-9a-f]+ <(.+)>:$")
TARGET = re.compile(r"\b([0-9a-f]+) <")
WORD = re.compile(r"0x([0-9a-f]+)")
MOVE = re.compile(r"(\w+), #(\d+)")


class Program:
    """A linked ELF and what lies where in it."""

    def __init__(self, elf):
        self.elf = elf
        self.allocated = [s for s in elf.sections if s.flags & elf32.SHF_ALLOC and s.size]
        self.alias_used = any(s.addr in ALIAS for s in self.allocated)

    def name_of(self, addr):
        """The symbol that addr belongs to, with an offset if it is inside."""
        best = None
        for s in self.elf.symbols:
            start = s.addr & ~1 if s.kind == elf32.STT_FUNC else s.addr
            inside = start == addr & ~1 or start <= addr < start + s.size
            if inside and s.name and not s.name.startswith("$") and s.kind <= elf32.STT_FUNC:
                if best is None or start > best[0]:
                    best = (start, s.name)
        if best is None:
            return f"{addr:#010x}"
        return f"{best[1]} ({addr:#010x})"

    def in_flash(self, value):
        return value in FLASH or (self.alias_used and value in ALIAS)

    def ram_ranges(self):
        """Sorted, merged (start, end) of everything RAM-resident that is code."""
        found = [(s.addr, s.addr + s.size) for s in self.allocated if s.name.startswith(".ramfunc")]
        marks = {s.name: s.addr for s in self.elf.symbols}
        if marks.keys() >= {"__ramfunc_start", "__ramfunc_end"}:
            found.append((marks["__ramfunc_start"], marks["__ramfunc_end"]))
        found += [(s.addr & ~1, (s.addr & ~1) + s.size) for s in self.elf.symbols
                  if s.kind == elf32.STT_FUNC and s.size and (s.addr in RAM or s.addr in CCM)]
        merged = []
        for start, end in sorted(f for f in found if f[0] < f[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def disassemble(self, start, end):
        """(function, address, mnemonic, operands) of each line from start to end.

        With -d, not -D, which would print literals as if they were code. A
        section with any code in it is code, were it named .data.
        """
        for section in self.allocated:
            if section.addr <= start < section.addr + section.size:
                break
        command = ["arm-none-eabi-objdump", "-d", "-z", "-j", section.name,
                   f"--start-address={start}", f"--stop-address={end}", self.elf.path]
        listing = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True).stdout
        function = "?"
        for line in listing.splitlines():
            label, code = LABEL.match(line), LINE.match(line)
            if label:
                function = label[1]
            elif code:
                yield function, int(code[1], 16), code[2], code[3] or ""


def check_instruction(program, mnemonic, operands, halves):
    """What is wrong with one line of RAM-resident code, if anything."""
    target = TARGET.search(operands)
    if BRANCH.match(mnemonic) and target:
        where = int(target[1], 16)
        if where not in RAM:
            kind = "flash" if program.in_flash(where) else "no executable RAM"
            return f"branches to {program.name_of(where)}, {kind}"
    elif mnemonic.startswith("ldr") and "[pc" in operands and target:
        where = int(target[1], 16)
        if where not in RAM and where not in CCM:
            return f"loads from {program.name_of(where)}"
    elif mnemonic == ".word":
        value = WORD.search(operands)
        if value and program.in_flash(int(value[1], 16)):
            return f"has a literal that points to {program.name_of(int(value[1], 16))} in flash"
    elif mnemonic.startswith("movw") and MOVE.match(operands):
        halves[MOVE.match(operands)[1]] = int(MOVE.match(operands)[2])
    elif mnemonic.startswith("movt") and MOVE.match(operands):
        register, high = MOVE.match(operands).groups()
        value = int(high) << 16 | halves.pop(register, 0)
        if program.in_flash(value):
            return f"makes the address of {program.name_of(value)} in flash"
    return None


def check_program(program):
    for start, end in program.ram_ranges():
        if start not in RAM:
            where = "CCM cannot be executed" if start in CCM else "not RAM"
            yield f"{program.name_of(start)}: RAM code is placed at {start:#010x}: {where}"
            continue
        halves = {}
        lines = list(program.disassemble(start, end))
        if not lines:
            yield f"{program.name_of(start)}: RAM code that does not disassemble"
        for function, addr, mnemonic, operands in lines:
            wrong = check_instruction(program, mnemonic, operands, halves)
            if wrong:
                if function.endswith("_veneer"):
                    wrong += " (the linker's bridge for a call)"
                yield f"{function}: at {addr:#010x} {wrong}"


def function_at(elf, index, offset):
    for s in elf.symbols:
        if s.section == index and s.kind == elf32.STT_FUNC:
            if s.addr & ~1 <= offset < (s.addr & ~1) + s.size:
                return s.name
    return elf.sections[index].name


def global_homes(objects, programs):
    """{symbol: True if RAM or absolute} of what the objects or programs define."""
    homes = {}
    for elf in objects:
        for s in elf.symbols:
            if s.binding and s.section != elf32.SHN_UNDEF:
                homes[s.name] = in_ram(elf, s)
    for program in programs:
        for s in program.elf.symbols:
            if s.binding and s.section != elf32.SHN_UNDEF:
                homes.setdefault(s.name, not program.in_flash(s.addr & ~1))
    return homes


def in_ram(elf, symbol):
    if symbol.section in (elf32.SHN_ABS, elf32.SHN_COMMON):
        return True
    return bool(RAM_SECTION.match(elf.sections[symbol.section].name))


def check_object(elf, homes):
    for index, section in enumerate(elf.sections):
        if not section.name.startswith(".ramfunc"):
            continue
        for relocation in elf.relocations(index):
            symbol = relocation.symbol
            who = function_at(elf, index, relocation.offset)
            if symbol.section == elf32.SHN_UNDEF:
                if symbol.name and symbol.name not in homes:
                    yield f"{who}: wants {symbol.name}, which no object here defines"
                elif symbol.name and not homes[symbol.name]:
                    yield f"{who}: wants {symbol.name}, which lies in flash"
            elif not in_ram(elf, symbol):
                home = elf.sections[symbol.section].name
                yield f"{who}: wants {symbol.name or home}, which lies in flash ({home})"


def expand(paths):
    """The files meant. Objects of a firmware are judged in its program, and the
    compiler's probe objects of CMake are nobody's."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p for p in path.rglob("*") if p.suffix in (".elf", ".o", ".obj")
                and not re.search(r"/CMakeFiles/(firmware_[^/]*\.dir|[0-9.]+)/", str(p)))
        else:
            yield path


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="+", type=pathlib.Path, help="programs, objects, folders")
    try:
        elves = [elf32.Elf(p) for p in expand(parser.parse_args().path)]
    except (OSError, ValueError) as why:
        print(f"ramcode: {why}", file=sys.stderr)
        return 2
    if not elves:
        print("ramcode: nothing to check there; first: ./dev build", file=sys.stderr)
        return 2
    skipped = [e for e in elves if any(s.name == "ramcode_unchecked" for s in e.symbols)]
    objects = [e for e in elves if e.is_object]
    programs = [Program(e) for e in elves if not e.is_object and e not in skipped]
    bad = [f"{p.elf.path}: {b}" for p in programs for b in check_program(p)]
    homes = global_homes(objects, programs)
    bad += [f"{o.path}: {b}" for o in objects for b in check_object(o, homes)]
    for elf in skipped:
        print(f"{elf.path}: skipped, it says ramcode_unchecked")
    for line in dict.fromkeys(bad):
        print(line)
    print(f"ramcode: {len(programs)} programs, {len(objects)} objects, "
          + (f"{len(bad)} offences" if bad else "ok"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
