"""Just enough of ELF32 little-endian, objects and programs, for the tools here."""
import collections
import struct

Section = collections.namedtuple("Section", "name kind flags addr offset size link info")
Symbol = collections.namedtuple("Symbol", "name addr size kind binding section")
Relocation = collections.namedtuple("Relocation", "offset kind symbol")

ET_REL = 1
SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_REL = 2, 4, 8, 9
SHF_ALLOC = 2
SHN_UNDEF, SHN_ABS, SHN_COMMON = 0, 0xFFF1, 0xFFF2
STT_FUNC, STT_SECTION = 2, 3


class Elf:
    """One file: sections, symbols, and the relocations of a section."""

    def __init__(self, path):
        self.path = path
        self.data = path.read_bytes()
        if self.data[:6] != b"\x7fELF\x01\x01":
            raise ValueError(f"{path}: not a 32-bit little-endian ELF file")
        self.is_object = struct.unpack_from("<H", self.data, 16)[0] == ET_REL
        table, = struct.unpack_from("<I", self.data, 32)
        entry, count, names = struct.unpack_from("<HHH", self.data, 46)
        raw = [struct.unpack_from("<10I", self.data, table + i * entry) for i in range(count)]
        self.sections = [
            Section(self._string(raw[names][4], r[0]), *r[1:8]) for r in raw]
        self.symbols = list(self._symbols())

    def _string(self, table, offset):
        end = self.data.index(b"\0", table + offset)
        return self.data[table + offset:end].decode()

    def _symbols(self):
        for section in self.sections:
            if section.kind == SHT_SYMTAB:
                strings = self.sections[section.link].offset
                for at in range(section.offset, section.offset + section.size, 16):
                    name, addr, size, info, _, shndx = struct.unpack_from("<IIIBBH", self.data, at)
                    yield Symbol(self._string(strings, name), addr, size,
                                 info & 15, info >> 4, shndx)

    def relocations(self, index):
        """Relocations that apply to the section with this index."""
        for section in self.sections:
            if section.kind in (SHT_REL, SHT_RELA) and section.info == index:
                step = 8 if section.kind == SHT_REL else 12
                for at in range(section.offset, section.offset + section.size, step):
                    offset, info = struct.unpack_from("<II", self.data, at)
                    yield Relocation(offset, info & 0xFF, self.symbols[info >> 8])
