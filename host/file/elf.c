/* elf.c - read an ELF with libelf: what a programmer would put into the chip.
 *
 * SPDX-License-Identifier: MIT
 */
#include <elf.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file/file_priv.h"

/* ---- is it for us ------------------------------------------------------------- */

struct machine {
    uint16_t number;
    const char *name;
};

/* What people build by mistake: the host's own, and other boards' chips. */
static const struct machine machines[] = {
        {EM_386, "x86"},
        {EM_X86_64, "x86-64"},
        {EM_AARCH64, "64-bit Arm"},
        {EM_RISCV, "RISC-V"},
        {EM_XTENSA, "Xtensa"},
        {EM_AVR, "AVR"},
        {EM_MIPS, "MIPS"},
        {EM_MSP430, "MSP430"},
        {EM_PPC64, "PowerPC"},
        {EM_S390, "S/390"},
};

static bool check_machine(const struct source *src, const uint8_t *ident)
{
    /* e_machine has the byte order that EI_DATA names. */
    bool big = ident[EI_DATA] == ELFDATA2MSB;
    uint16_t machine = (uint16_t)(ident[18 + big] | ident[19 - big] << 8);
    if (machine != EM_ARM) {
        for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
            if (machines[i].number == machine) {
                return refuse(src,
                        "a program for %s; an STM32F4 needs one for Arm "
                        "(arm-none-eabi-gcc)",
                        machines[i].name);
            }
        }
        return refuse(src,
                "a program for another processor (ELF machine %u); an STM32F4 needs "
                "one for Arm",
                machine);
    }
    if (ident[EI_CLASS] != ELFCLASS32 || big) {
        return refuse(src, "a program for a %s Arm; the STM32F4 is little-endian, 32 bit",
                big ? "big-endian" : "64-bit");
    }
    return true;
}

static bool check_type(const struct source *src, const Elf32_Ehdr *header)
{
    switch (header->e_type) {
    case ET_EXEC:
    case ET_DYN: return true;
    case ET_REL:
        return refuse(src, "an object file, not linked yet; its addresses are not known");
    case ET_CORE: return refuse(src, "a core dump, not a program");
    default:
        return refuse(src, "an ELF of unknown type %u, not a program", header->e_type);
    }
}

/* ---- is it whole ---------------------------------------------------------------- */

static bool check_tables(const struct source *src, const Elf32_Ehdr *header)
{
    uint64_t programs = (uint64_t)header->e_phoff + header->e_phnum * sizeof(Elf32_Phdr);
    uint64_t sections = (uint64_t)header->e_shoff + header->e_shnum * sizeof(Elf32_Shdr);
    uint64_t end = programs > sections ? programs : sections;
    if (header->e_phnum == 0) {
        return refuse(src, "no program headers: nothing in it is to be loaded");
    }
    if (end > src->len) {
        return refuse(
                src, "cut off: %zu bytes, and its tables end at %" PRIu64, src->len, end);
    }
    return true;
}

static bool check_segment(const struct source *src, const Elf32_Phdr *seg, size_t i)
{
    uint64_t end = (uint64_t)seg->p_offset + seg->p_filesz;
    if (end > src->len) {
        return refuse(src,
                "cut off: %zu bytes, and segment %zu (0x%08" PRIX32 ") ends at %" PRIu64,
                src->len, i, seg->p_paddr, end);
    }
    return true;
}

/* ---- what is in it --------------------------------------------------------------- */

struct reader {
    const struct source *src;
    Elf *elf;
    Elf32_Phdr *segments; /* a copy: in the file they may lie at odd addresses */
    size_t n;
    size_t names; /* section with the sections' names */
    bool virtual; /* physical addresses are not filled in */
};

static const char *section_name(const struct reader *r, const GElf_Shdr *section)
{
    const char *name = elf_strptr(r->elf, r->names, section->sh_name);
    return name != NULL ? name : "";
}

static bool in_memory(const GElf_Shdr *section)
{
    return (section->sh_flags & SHF_ALLOC) != 0 && section->sh_size > 0;
}

static bool has_bytes(const GElf_Shdr *section)
{
    return section->sh_type != SHT_NOBITS;
}

/* Is the section's first byte one of the segment's? */
static bool holds(const Elf32_Phdr *seg, const GElf_Shdr *section)
{
    if (has_bytes(section)) {
        return section->sh_offset - seg->p_offset < seg->p_filesz &&
               section->sh_addr - seg->p_vaddr == section->sh_offset - seg->p_offset;
    }
    return section->sh_addr - seg->p_vaddr < seg->p_memsz;
}

static uint32_t load_addr(const struct reader *r, const Elf32_Phdr *seg)
{
    return r->virtual ? seg->p_vaddr : seg->p_paddr;
}

/* A linker likes to begin the first segment with the ELF's own headers when
 * they fit the page, below the first section. They are not for the chip: the
 * bytes between the first and the last section are (as objcopy sees it). */
static void trim(const struct reader *r, Elf32_Phdr *seg, const char **name)
{
    uint32_t from = UINT32_MAX;
    uint32_t to = 0;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(r->elf, scn)) != NULL;) {
        GElf_Shdr section;
        if (gelf_getshdr(scn, &section) == NULL || !in_memory(&section) ||
                !has_bytes(&section) || !holds(seg, &section)) {
            continue;
        }
        uint32_t off = (uint32_t)section.sh_offset - seg->p_offset;
        uint32_t room = seg->p_filesz - off;
        uint32_t size = (uint32_t)section.sh_size;
        uint32_t end = off + (size < room ? size : room);
        if (off < from) {
            from = off;
            *name = section_name(r, &section);
        }
        to = end > to ? end : to;
    }
    if (from < to) {
        seg->p_offset += from;
        seg->p_paddr += from;
        seg->p_vaddr += from;
        seg->p_filesz = to - from;
    }
}

static bool add_segment(const struct reader *r, struct draft *draft, size_t i)
{
    Elf32_Phdr seg = r->segments[i];
    if (seg.p_type != PT_LOAD || seg.p_filesz == 0) {
        return true;
    }
    if (!check_segment(r->src, &seg, i)) {
        return false;
    }
    const char *name = "";
    trim(r, &seg, &name);
    if (!draft_add(draft, load_addr(r, &seg), r->src->bytes + seg.p_offset, seg.p_filesz,
                i)) {
        return false;
    }
    draft->pieces[draft->n - 1].runs_at = seg.p_vaddr;
    draft->pieces[draft->n - 1].name = name;
    return true;
}

static bool add_segments(struct reader *r, struct file *f)
{
    struct draft draft = {.src = r->src, .unit = "segment", .apart = true};
    r->virtual = true;
    for (size_t i = 0; i < r->n; i++) {
        if (r->segments[i].p_type == PT_LOAD && r->segments[i].p_paddr != 0) {
            r->virtual = false;
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        if (!add_segment(r, &draft, i)) {
            draft_free(&draft);
            return false;
        }
    }
    return draft_finish(&draft, f);
}

static int by_place(const void *a, const void *b)
{
    const struct file_section *x = a;
    const struct file_section *y = b;
    return x->runs_at < y->runs_at ? -1 : x->runs_at > y->runs_at;
}

static struct file_section describe(const struct reader *r, const GElf_Shdr *section)
{
    uint32_t addr = (uint32_t)section->sh_addr;
    for (size_t i = 0; i < r->n; i++) {
        const Elf32_Phdr *seg = &r->segments[i];
        if (seg->p_type == PT_LOAD && holds(seg, section)) {
            addr = load_addr(r, seg) + ((uint32_t)section->sh_addr - seg->p_vaddr);
            break;
        }
    }
    return (struct file_section){.name = strdup(section_name(r, section)),
            .addr = addr,
            .runs_at = (uint32_t)section->sh_addr,
            .len = (uint32_t)section->sh_size,
            .bytes = has_bytes(section),
            .code = (section->sh_flags & SHF_EXECINSTR) != 0,
            .writable = (section->sh_flags & SHF_WRITE) != 0};
}

static bool add_sections(const struct reader *r, struct file *f)
{
    size_t count = 0;
    if (elf_getshdrnum(r->elf, &count) != 0 || count == 0) {
        return true;
    }
    f->sections = calloc(count, sizeof *f->sections);
    if (f->sections == NULL) {
        return refuse_memory(r->src);
    }
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(r->elf, scn)) != NULL;) {
        GElf_Shdr section;
        if (gelf_getshdr(scn, &section) == NULL || !in_memory(&section) ||
                f->sections_n == count) {
            continue;
        }
        struct file_section made = describe(r, &section);
        if (made.name == NULL) {
            return refuse_memory(r->src);
        }
        f->sections[f->sections_n++] = made;
    }
    qsort(f->sections, f->sections_n, sizeof *f->sections, by_place);
    return true;
}

static bool read_opened(struct reader *r, struct file *f)
{
    Elf32_Ehdr header;
    memcpy(&header, r->src->bytes, sizeof header);
    if (!check_type(r->src, &header) || !check_tables(r->src, &header)) {
        return false;
    }
    f->entry = header.e_entry;
    r->n = header.e_phnum;
    r->segments = calloc(r->n, sizeof *r->segments);
    if (r->segments == NULL) {
        return refuse_memory(r->src);
    }
    memcpy(r->segments, r->src->bytes + header.e_phoff, r->n * sizeof *r->segments);
    if (elf_getshdrstrndx(r->elf, &r->names) != 0) {
        r->names = 0;
    }
    return add_segments(r, f) && add_sections(r, f);
}

bool read_elf(const struct source *src, struct file *f)
{
    if (src->len < sizeof(Elf32_Ehdr)) {
        return refuse(src, "cut off: %zu bytes are not even an ELF header", src->len);
    }
    if (!check_machine(src, src->bytes)) {
        return false;
    }
    /* libelf wants memory that it might write to. */
    char *copy = malloc(src->len);
    if (copy == NULL || elf_version(EV_CURRENT) == EV_NONE) {
        free(copy);
        return refuse_memory(src);
    }
    memcpy(copy, src->bytes, src->len);
    struct reader r = {.src = src, .elf = elf_memory(copy, src->len)};
    bool read = r.elf != NULL ? read_opened(&r, f)
                              : refuse(src, "damaged ELF: %s", elf_errmsg(-1));
    free(r.segments);
    (void)elf_end(r.elf);
    free(copy);
    return read;
}
