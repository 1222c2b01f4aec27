/* why_priv.h - the inside of the reader of crash dumps.
 *
 *   read.c        line by line
 *   pairs.c       NAME=value, NAME : value, gdb's two columns
 *   memory.c      words of memory
 *   phrases.c     sentences; phrases_table.c: which
 *   finish.c      from what was found to one record
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_WHY_WHY_PRIV_H
#define ETCH_WHY_WHY_PRIV_H

#include "why/why.h"

enum { LINE_MAX_CHARS = 400 };

/* What a status register is known by besides its own words. */
enum part_of_cfsr { PART_MMFSR, PART_BFSR, PART_UFSR, PARTS_OF_CFSR };

struct reader {
    struct why *w;
    char line[LINE_MAX_CHARS];     /* as it is */
    char squeezed[LINE_MAX_CHARS]; /* lower case, blanks taken together */
    uint32_t parts;                /* of CFSR, in their places */
    bool has_parts;
    uint32_t section; /* 4 MemManage, 5 BusFault, 6 UsageFault: Zephyr says which */
    bool thread, handler, on_psp, has_stack, user; /* as Mbed says it */
};

/* Make a word known, if it is not yet. */
void found(struct reader *r, enum etch_fault_word word, uint32_t value);

void read_pairs(struct reader *r);
void read_phrases(struct reader *r);
/* True: the line was memory and nothing else. */
bool read_memory(struct reader *r);
void finish(struct reader *r);

/* A hexadecimal number of at most 8 digits, with or without 0x, that ends
 * where a word ends; blanks before it are skipped. NULL: there is none. */
const char *hex_at(const char *at, uint32_t *value);

enum what_it_tells {
    TELLS_WORD,     /* a value follows: of the word */
    TELLS_CFSR,     /* bits of CFSR */
    TELLS_HFSR,     /* bits of HFSR */
    TELLS_VECTOR,   /* number of the exception, also the section that follows */
    TELLS_STACKING, /* CFSR's bit for it, of the section */
    TELLS_UNSTACKING,
    TELLS_LAZY,
    TELLS_MODE_THREAD,
    TELLS_MODE_HANDLER,
    TELLS_STACK_PSP,
    TELLS_STACK_MSP,
    TELLS_USER,
    TELLS_FORMAT
};

struct phrase {
    const char *text; /* as in a squeezed line */
    enum what_it_tells tells;
    uint32_t value;
};

extern const struct phrase phrases[];
extern const size_t phrases_n;

#endif
