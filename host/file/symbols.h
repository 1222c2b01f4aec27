/* symbols.h - what the addresses of a firmware mean to the one who wrote it.
 *
 * What it is: the symbol table and the debugging information of an ELF, read
 * with libelf and libdw, in the words a report needs: function, file and line
 * with what was inlined there; the object at an address; who called whom. All
 * of it is optional in an ELF: without -g there are functions but no lines,
 * and after strip there is nothing; every answer says how much is known.
 *
 * What it remembers: the file, opened, and tables built once. Strings that it
 * hands out live until symbols_close. Not for two threads at a time.
 *
 * Addresses are those at which the program runs (an ELF's virtual ones). Of a
 * code address bit 0, Thumb, is ignored.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FILE_SYMBOLS_H
#define ETCH_FILE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/file.h"

struct symbols;

/* Of an ELF file. NULL: it is none, or cannot be read; why is one line. Cost:
 * the symbols are sorted, and the units of the debugging information visited. */
struct symbols *symbols_open(const char *path, char why[FILE_WHY]);
void symbols_close(struct symbols *s); /* NULL is fine */

bool symbols_has_lines(const struct symbols *s); /* compiled with -g, at least parts */
bool symbols_has_names(const struct symbols *s); /* not stripped */

/* ---- code ------------------------------------------------------------------ */

/* A place in the source. What is not known is NULL or 0. */
struct symbols_place {
    const char *function;
    const char *file; /* as the compiler was told, e.g. "../src/main.c" */
    unsigned line;
    bool inlined; /* function was inlined into that of the next place */
};

/* The places of the instruction at addr: the innermost first, followed by the
 * functions it was inlined into. How many; 0: nothing is known, not even a
 * symbol. max >= 1. Cost: a walk through one unit's scopes. */
size_t symbols_at(
        struct symbols *s, uint32_t addr, struct symbols_place *places, size_t max);

/* The i-th source that was compiled into it, as the compiler was told; with
 * debugging information only. NULL: i is too large. */
const char *symbols_source(const struct symbols *s, size_t i);

/* ---- symbols --------------------------------------------------------------- */

struct symbols_symbol {
    const char *name;
    uint32_t addr; /* of code without bit 0 */
    uint32_t size; /* 0: not known, as of labels in assembly */
    bool code;     /* a function; false: an object or a bare label */
    bool global;
};

/* By name, as the linker spells it; a global one first. Values that are no place
 * (absolute symbols of a linker script) are found too. False: none. Cost: the
 * number of symbols. */
bool symbols_find(
        const struct symbols *s, const char *name, struct symbols_symbol *found);
/* The function or object that holds addr; one without size reaches to the next
 * symbol in its section. The smallest that does; of several names for one place
 * a global one before a local one before a weak one. False: none. Cost:
 * logarithmic. */
bool symbols_holding(
        const struct symbols *s, uint32_t addr, struct symbols_symbol *found);
/* The i-th symbol with a place in memory, by address. False: i is too large. */
bool symbols_nth(const struct symbols *s, size_t i, struct symbols_symbol *found);
/* Was the object that begins at addr declared const, and not volatile: may the
 * compiler have used its value without reading it? False if that is not known.
 * Cost: a walk through all units. */
bool symbols_constant(struct symbols *s, uint32_t addr);
/* The bytes that the file puts at addr, as the program sees them before it
 * changes them. How many of len are known. */
size_t symbols_bytes(const struct symbols *s, uint32_t addr, void *out, size_t len);

/* ---- who called ---------------------------------------------------------------- */

/* The registers at a point; msp and psp may both be sp if only that is known. */
struct symbols_regs {
    uint32_t r[16]; /* r0-r12, sp, lr, pc */
    uint32_t xpsr;  /* its exception number says that a handler is running */
    uint32_t msp, psp;
};

/* The memory of the moment. False: some of it is not known (a dump is short). */
typedef bool symbols_memory(void *ctx, uint32_t addr, void *data, size_t len);

enum symbols_how {
    SYMBOLS_HERE,      /* the registers themselves */
    SYMBOLS_CALLED,    /* by the call frame information: certain */
    SYMBOLS_EXCEPTION, /* the interrupted instruction, from a stacked frame: certain */
    SYMBOLS_LINKED,    /* LR, which points behind a call: nearly certain */
    SYMBOLS_SCANNED    /* a word on the stack that points behind a call: a guess */
};

/* One step of the chain, the innermost first. */
struct symbols_call {
    enum symbols_how how;
    uint32_t pc;        /* of the instruction: what symbols_at should be asked; behind a
                    call, the last byte of that call */
    uint32_t sp;        /* as it was there */
    unsigned exception; /* SYMBOLS_EXCEPTION: number of the one that interrupted; 0:
                           not known */
};

enum { SYMBOLS_CALLS_MAX = 32 };

/* The chain from these registers outwards, through exception frames, to the
 * start-up code or until nothing is known. How many: at least one. */
size_t symbols_unwind(struct symbols *s, const struct symbols_regs *regs,
        symbols_memory *memory, void *ctx, struct symbols_call calls[SYMBOLS_CALLS_MAX]);

/* Undo an exception entry: regs are those at the handler's first instruction,
 * and become those of the interrupted code, read from the frame that
 * exc_return (0xFFFFFFxx) names. False: it is no such value, or the frame
 * cannot be read; regs are as before. */
bool symbols_interrupted(struct symbols_regs *regs, uint32_t exc_return,
        symbols_memory *memory, void *ctx);

/* "write_word main.c:42", "write_word" or "0x08001234": the innermost place
 * of addr in few words, into text. Returns text. */
const char *symbols_text(struct symbols *s, uint32_t addr, char *text, size_t size);

#endif
