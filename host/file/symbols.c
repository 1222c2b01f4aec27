/* symbols.c - the names in an ELF.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "file/file_priv.h"
#include "file/symbols_priv.h"

bool symbols_is_code(const struct symbols *s, uint32_t addr)
{
    for (size_t i = 0; i < s->file.sections_n; i++) {
        const struct file_section *section = &s->file.sections[i];
        if (section->code && addr - section->runs_at < section->len) {
            return true;
        }
    }
    return false;
}

/* ---- the table ------------------------------------------------------------- */

static bool is_wanted(const GElf_Sym *sym, const char *name)
{
    unsigned type = GELF_ST_TYPE(sym->st_info);
    /* Names that start with $ map code and data (ELF for the Arm Architecture). */
    return name[0] != '\0' && name[0] != '$' && sym->st_shndx != SHN_UNDEF &&
           (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC);
}

static unsigned rank(const GElf_Sym *sym)
{
    unsigned bind = GELF_ST_BIND(sym->st_info);
    unsigned label = GELF_ST_TYPE(sym->st_info) == STT_NOTYPE ? 4 : 0;
    return label + (bind == STB_GLOBAL ? 0 : bind == STB_LOCAL ? 1 : 2);
}

static struct entry make_entry(Elf *elf, const GElf_Sym *sym, const char *name)
{
    struct entry e = {.symbol = {.name = name,
                              .addr = (uint32_t)sym->st_value,
                              .size = (uint32_t)sym->st_size,
                              .code = GELF_ST_TYPE(sym->st_info) == STT_FUNC,
                              .global = GELF_ST_BIND(sym->st_info) != STB_LOCAL},
            .rank = rank(sym),
            .section = sym->st_shndx};
    e.symbol.addr &= e.symbol.code ? ~1u : ~0u;
    e.end = (uint64_t)e.symbol.addr + e.symbol.size;
    Elf_Scn *scn = sym->st_shndx < SHN_LORESERVE ? elf_getscn(elf, sym->st_shndx) : NULL;
    GElf_Shdr section;
    if (gelf_getshdr(scn, &section) == NULL || (section.sh_flags & SHF_ALLOC) == 0) {
        e.section = SHN_ABS;
    } else if (e.symbol.size == 0) {
        e.end = section.sh_addr + section.sh_size;
    }
    return e;
}

/* Those with a place first; then by address. */
static int by_address(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    bool x_abs = x->section == SHN_ABS;
    bool y_abs = y->section == SHN_ABS;
    if (x_abs != y_abs) {
        return x_abs ? 1 : -1;
    }
    if (x->symbol.addr != y->symbol.addr) {
        return x->symbol.addr < y->symbol.addr ? -1 : 1;
    }
    return strcmp(x->symbol.name, y->symbol.name);
}

/* A symbol without size reaches to the next one of its section. */
static void find_end(const struct symbols *s, size_t i)
{
    struct entry *e = &s->entries[i];
    while (++i < s->placed) {
        const struct entry *next = &s->entries[i];
        if (next->symbol.addr == e->symbol.addr) {
            continue;
        }
        if (next->section == e->section && next->symbol.addr < e->end) {
            e->end = next->symbol.addr;
        }
        return;
    }
}

static void find_ends(struct symbols *s)
{
    uint64_t reach = 0;
    for (size_t i = 0; i < s->placed; i++) {
        struct entry *e = &s->entries[i];
        if (e->symbol.size == 0) {
            find_end(s, i);
        }
        reach = e->end > reach ? e->end : reach;
        e->reach = reach;
    }
}

static Elf_Scn *find_table(Elf *elf, GElf_Shdr *section)
{
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        if (gelf_getshdr(scn, section) != NULL && section->sh_type == SHT_SYMTAB) {
            return scn;
        }
    }
    return NULL;
}

bool symbols_read_table(struct symbols *s)
{
    GElf_Shdr section;
    Elf_Scn *scn = find_table(s->elf, &section);
    Elf_Data *data = scn != NULL ? elf_getdata(scn, NULL) : NULL;
    if (data == NULL || data->d_buf == NULL) {
        return true;
    }
    size_t count = data->d_size / sizeof(Elf32_Sym);
    s->entries = calloc(count + 1, sizeof *s->entries);
    if (s->entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Sym sym;
        const char *name = NULL;
        if (gelf_getsym(data, (int)i, &sym) != NULL) {
            name = elf_strptr(s->elf, section.sh_link, sym.st_name);
        }
        if (name != NULL && is_wanted(&sym, name)) {
            s->entries[s->n] = make_entry(s->elf, &sym, name);
            s->placed += s->entries[s->n].section != SHN_ABS;
            s->n++;
        }
    }
    if (s->n > 1) {
        qsort(s->entries, s->n, sizeof *s->entries, by_address);
    }
    find_ends(s);
    return true;
}

/* ---- life --------------------------------------------------------------------- */

static bool open_elf(struct symbols *s, const struct source *src)
{
    if (!read_elf(src, &s->file)) {
        return false;
    }
    s->copy = malloc(src->len);
    if (s->copy == NULL) {
        return refuse_memory(src);
    }
    memcpy(s->copy, src->bytes, src->len);
    s->elf = elf_memory(s->copy, src->len);
    if (s->elf == NULL) {
        return refuse(src, "damaged ELF: %s", elf_errmsg(-1));
    }
    if (!symbols_read_table(s)) {
        return refuse_memory(src);
    }
    symbols_read_debug(s);
    return true;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): kept, and written to */
struct symbols *symbols_open(const char *path, char why[FILE_WHY])
{
    struct source src = {.name = path, .why = why};
    struct symbols *s = calloc(1, sizeof *s);
    if (s == NULL) {
        (void)refuse_memory(&src);
        return NULL;
    }
    bool opened = read_whole(&src, &s->bytes);
    if (opened && (src.len < SELFMAG || memcmp(src.bytes, ELFMAG, SELFMAG) != 0)) {
        opened = refuse(&src, "not an ELF, so it names no functions");
    }
    if (!opened || !open_elf(s, &src)) {
        symbols_close(s);
        return NULL;
    }
    return s;
}

void symbols_close(struct symbols *s)
{
    if (s == NULL) {
        return;
    }
    (void)dwarf_end(s->dwarf);
    (void)elf_end(s->elf);
    file_free(&s->file);
    free(s->bytes);
    free(s->copy);
    free(s->entries);
    free(s->units);
    free(s->sources);
    while (s->made != NULL) {
        struct made_name *next = s->made->next;
        free(s->made);
        s->made = next;
    }
    free(s);
}

bool symbols_has_lines(const struct symbols *s)
{
    return s->units_n > 0;
}

bool symbols_has_names(const struct symbols *s)
{
    return s->placed > 0;
}

/* ---- questions ------------------------------------------------------------------ */

bool symbols_find(const struct symbols *s, const char *name, struct symbols_symbol *found)
{
    const struct entry *best = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct entry *e = &s->entries[i];
        if (strcmp(e->symbol.name, name) == 0 &&
                (best == NULL || e->rank % 4 < best->rank % 4)) {
            best = e;
        }
    }
    if (best != NULL) {
        *found = best->symbol;
    }
    return best != NULL;
}

/* The first entry behind addr. */
static size_t first_behind(const struct symbols *s, uint32_t addr)
{
    size_t low = 0;
    size_t high = s->placed;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->entries[middle].symbol.addr <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_better(const struct entry *e, const struct entry *best)
{
    if (best == NULL) {
        return true;
    }
    uint64_t len = e->end - e->symbol.addr;
    uint64_t best_len = best->end - best->symbol.addr;
    return len != best_len ? len < best_len : e->rank < best->rank;
}

bool symbols_holding(const struct symbols *s, uint32_t addr, struct symbols_symbol *found)
{
    const struct entry *best = NULL;
    for (size_t i = first_behind(s, addr); i > 0 && s->entries[i - 1].reach > addr; i--) {
        const struct entry *e = &s->entries[i - 1];
        if (e->end > addr && is_better(e, best)) {
            best = e;
        }
    }
    if (best != NULL) {
        *found = best->symbol;
    }
    return best != NULL;
}

bool symbols_nth(const struct symbols *s, size_t i, struct symbols_symbol *found)
{
    if (i >= s->placed) {
        return false;
    }
    *found = s->entries[i].symbol;
    return true;
}

size_t symbols_bytes(const struct symbols *s, uint32_t addr, void *out, size_t len)
{
    size_t known = 0;
    for (size_t i = 0; i < s->file.n; i++) {
        const struct file_segment *seg = &s->file.segments[i];
        for (size_t k = 0; k < len; k++) {
            uint32_t off = addr + (uint32_t)k - seg->runs_at;
            if (off < seg->len) {
                ((uint8_t *)out)[k] = seg->bytes[off];
                known++;
            }
        }
    }
    return known;
}
