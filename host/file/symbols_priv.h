/* symbols_priv.h - what the parts of symbols.h share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FILE_SYMBOLS_PRIV_H
#define ETCH_FILE_SYMBOLS_PRIV_H

#include <elfutils/libdw.h>
#include <gelf.h>

#include "file/symbols.h"

struct entry {
    struct symbols_symbol symbol;
    uint64_t end;   /* first address behind it */
    uint64_t reach; /* the largest end of this one and all before it */
    unsigned rank;  /* 0 global, 1 local, 2 weak; 4 more for a bare label */
    size_t section;
};

/* Addresses that a unit of the debugging information speaks of. */
struct unit_range {
    uint32_t from, to; /* to: the last one */
    uint32_t reach;    /* the largest to of this one and all before it */
    Dwarf_Off die;
};

/* A name made here, not in the file. */
struct made_name {
    struct made_name *next;
    char text[];
};

struct symbols {
    struct file file;
    uint8_t *bytes; /* of the file */
    char *copy;     /* the same, for libelf */
    Elf *elf;
    Dwarf *dwarf;          /* NULL: no debugging information */
    Dwarf_CFI *cfi;        /* of .debug_frame, or NULL; belongs to dwarf */
    struct entry *entries; /* with a place first, by address */
    size_t n, placed;
    struct unit_range *units;
    size_t units_n, units_room;
    const char **sources;
    size_t sources_n, sources_room;
    struct made_name *made;
};

/* Is there code at addr, as far as the sections tell? */
bool symbols_is_code(const struct symbols *s, uint32_t addr);

bool symbols_read_table(struct symbols *s);
/* Lines and frames; without them the rest still works, so nothing is refused. */
void symbols_read_debug(struct symbols *s);

/* Undo one call by the call frame information at pc. False: there is none, or
 * it needs memory that is not known; regs are as before. */
bool symbols_undo_call(struct symbols *s, uint32_t pc, struct symbols_regs *regs,
        symbols_memory *memory, void *ctx);

#endif
