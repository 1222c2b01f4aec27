/* why_priv.h - the inside of the reader of crash dumps.
 *
 *   read.c        line by line, crash by crash
 *   pairs.c       NAME=value, NAME : value, NAME (other) is value, two columns
 *   names.c       what a name means
 *   memory.c      words of memory
 *   ask.c         a debugger's question, and its answer on the next line
 *   frames.c      backtraces: the frame that an exception interrupted
 *   watchdog.c    ArduPilot's line after a reset
 *   number.c      numbers
 *   phrases.c     sentences; phrases_table.c: which
 *   flags.c       where the name of a flag stands as one, and whether it is set
 *   finish.c      from what was found to one record
 *   insn.c        the instruction at PC
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_WHY_WHY_PRIV_H
#define ETCH_WHY_WHY_PRIV_H

#include "why/why.h"

enum { LINE_MAX_CHARS = 1000, NAME_MAX_CHARS = 32 };

/* What CFSR is known by besides its own name. */
enum part_of_cfsr { PART_MMFSR, PART_BFSR, PART_UFSR, PARTS_OF_CFSR };

/* What a name stands for: a word of the record, or a part of CFSR. */
struct meaning {
    bool is_part;
    bool stacked; /* stacked_pc: not the handler's */
    uint32_t which;
};

/* What somebody asked a debugger: of a register, or of len bytes at addr. */
struct question {
    char name[NAME_MAX_CHARS]; /* "" and len 0: nothing */
    uint32_t addr;
    unsigned len;
};

/* The base of the numbers that have no 0x. */
struct base {
    bool decimal;       /* in which they are read */
    bool shows_decimal; /* one has more digits than eight: hexadecimal it cannot be */
    bool shows_hex;     /* one can be nothing else */
    uint32_t cfsr;      /* CFSR as a decimal, if it could be; or 0 */
};

struct reader {
    struct why *w;
    struct base *base;         /* of the whole text */
    char line[LINE_MAX_CHARS]; /* lower case, blanks taken together */
    struct etch_fault stacked; /* the frame's words that the text calls stacked */
    struct question asked;
    uint32_t parts; /* of CFSR as numbers, in their places */
    uint32_t said,
            hfsr; /* the bits of CFSR, and of HFSR, that flags and sentences tell */
    bool has_parts, has_said, has_hfsr;
    uint32_t part[PARTS_OF_CFSR]; /* as they were read */
    bool has_part[PARTS_OF_CFSR];
    uint32_t address; /* of the access, where no register is named */
    bool has_address;
    uint32_t section; /* 4 MemManage, 5 BusFault, 6 UsageFault: Zephyr says which */
    bool thread, handler, on_psp, has_stack, user; /* as Mbed says it */
    uint32_t stack_size;   /* of the stack whose use is told next */
    bool behind_exception; /* of a backtrace the next frame is the interrupted one */
    bool decimal;          /* a struct that gdb prints without /x */
    int braces;            /* ... and how many of its braces are open */
    bool in_row;           /* a pair stands before in the line */
    bool over; /* the line contradicts what came before: it is of another crash */
};

/* ---- numbers --------------------------------------------------------------------- */

struct number {
    uint32_t value;
    unsigned digits; /* hexadecimal ones, at most 8 */
    bool is_marked;  /* with 0x */
};

/* A hexadecimal number that ends where a word ends, or behind its eighth digit;
 * blanks before it are skipped. Where it ends; NULL: there is none. */
const char *number_at(const char *at, struct number *n);
/* The same for those who want the value alone. */
const char *hex_at(const char *at, uint32_t *value);
/* The same of a number that is decimal if it is not marked. */
const char *decimal_at(const char *at, uint32_t *value);

/* A number that can be nothing but decimal: of more than eight digits. */
const char *long_decimal_at(const char *at, uint32_t *value);

/* What the value at at, of the register m, tells of the text's base. */
void weigh_base(struct base *base, const struct meaning *m, const char *at);
/* Does CFSR make more sense as base->cfsr? */
bool is_rather_decimal(const struct base *base, uint32_t cfsr);

/* ---- what is found --------------------------------------------------------------- */

/* Can the register hold that? */
bool could_be(uint32_t word, uint32_t value);
/* Keep what a line calls CFSR or HFSR and is none: it is said. */
void found_impossible(struct reader *r, const struct meaning *m, uint32_t value);
/* Make a word known, if it is not yet. */
void found(struct reader *r, enum etch_fault_word word, uint32_t value);
void found_part(struct reader *r, enum part_of_cfsr part, uint32_t value);
/* len bytes at addr: a register, or a word of the stack. */
void found_at(struct reader *r, uint32_t addr, unsigned len, uint32_t value);
void found_meaning(struct reader *r, struct meaning m, uint32_t value);

/* Is it one of the values that LR has in a handler (ARMv7-M B1.5.8, ARMv8-M B3.19)? */
static inline bool is_exc_return(uint32_t value)
{
    return value >= 0xFFFFFF80u && value < 0xFFFFFFFEu;
}

/* ---- the kinds of reading ---------------------------------------------------------- */

/* What len characters in lower case mean as a name. False: nothing of a fault. */
bool name_means(const char *at, size_t len, struct meaning *m);

void read_pairs(struct reader *r);
void read_phrases(struct reader *r);
/* Where in this line another crash begins; NULL: nowhere. */
const char *begin_of_crash(const struct reader *r);
/* The PC that a backtrace shows behind the exception. */
void read_frames(struct reader *r);
void read_watchdog(struct reader *r);
/* The core is name, if nothing has said so before. */
void tell_core(struct reader *r, const char *name, bool no_cfsr);
/* True: the line was memory and nothing else. */
bool read_memory(struct reader *r);
/* Keep a question, and look how gdb prints the answer; true: the line was the answer
 * to one, and nothing else. */
bool read_question(struct reader *r);
void finish(struct reader *r);

/* ---- sentences --------------------------------------------------------------------- */

enum what_it_tells {
    TELLS_WORD,      /* a value follows: of the word */
    TELLS_ADDRESS,   /* a value follows: the address of the access */
    TELLS_CPUID,     /* a value follows: which core it is */
    TELLS_CORE,      /* a name of it follows */
    TELLS_ARCH,      /* it is Armv6-M, Armv8-M */
    TELLS_OTHER,     /* it is no core of Arm's: value 0 an ESP32, 1 a RISC-V */
    TELLS_CFSR,      /* bits of CFSR */
    TELLS_CFSR_WORD, /* the same by a flag's name that is a word of prose, too */
    TELLS_HFSR,      /* bits of HFSR */
    TELLS_VECTOR,    /* number of the exception, also the section that follows */
    TELLS_STACKING,  /* CFSR's bit for it, of the section */
    TELLS_UNSTACKING,
    TELLS_LAZY,
    TELLS_MODE_THREAD,
    TELLS_MODE_HANDLER,
    TELLS_STACK_PSP,
    TELLS_STACK_MSP,
    TELLS_USER,
    TELLS_OVERFLOW,
    TELLS_STACK_SIZE, /* a value follows; then how much of it was used */
    TELLS_STACK_USED,
    TELLS_PANIC,
    TELLS_NMI,
    TELLS_NXP_MPU,
    TELLS_FORMAT,
    TELLS_CRASH,  /* a crash begins here, if one has been told to its end */
    TELLS_RESTART /* what comes is another life of the firmware */
};

struct phrase {
    const char *text; /* as in a squeezed line; of whole words */
    enum what_it_tells tells;
    uint32_t value;
};

extern const struct phrase phrases[];
extern const size_t phrases_n;

static inline bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does it tell that a flag is set? */
static inline bool is_flag(const struct phrase *p)
{
    return p->tells == TELLS_CFSR || p->tells == TELLS_CFSR_WORD ||
           p->tells == TELLS_HFSR || p->tells == TELLS_STACKING ||
           p->tells == TELLS_UNSTACKING || p->tells == TELLS_LAZY;
}

/* The phrase as whole words: "imprecise data bus error" is no precise one. Where it
 * ends, or NULL. */
const char *find_phrase(const char *line, const char *text);
/* The same of a flag, or of the sentence that stands for one: where the line says that
 * it is set. */
const char *find_flag(const char *line, const struct phrase *p);

#endif
