/* native.h - blocks as code of the host.
 *
 * On an x86-64 with the System V calling convention, the records of a block get
 * host code that does what their functions do: c in rdi, registers and flags in
 * memory, where the functions have them. Such code goes on to that of the next
 * record; where a record has none, or something is out of the ordinary, it
 * calls the record's function as the function before it would, and is come back
 * to through the next record. So nothing depends on which records have code.
 *
 * Ways out are seldom gone: they are kept at the other end of the place, so that
 * what is executed lies close together.
 *
 * native.c puts blocks together; native_alu.c, native_mem.c and native_flow.c
 * know instructions; native_x86.h knows how the host's are encoded.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_NATIVE_H
#define ETCH_CORE_NATIVE_H

#include "core/core_priv.h"

enum {
    NATIVE_BYTES = 16 << 20, /* of code, for all blocks of a core */
    NATIVE_RECORD = 192,     /* most that one record takes, with its ways out */
    NATIVE_WAY_OUT = 22,     /* most that one of these takes */
    NATIVE_SLOW = 2 * BLOCK_RECORDS
};

/* What the host's own flags say when the last record's code is through. */
enum host_flags { HOST_NOTHING, HOST_RESULT, HOST_SUM, HOST_DIFFERENCE };

/* A jump out of the ordinary: to run, with this argument. */
struct native_slow {
    uint8_t *jump; /* behind its distance */
    const void *argument;
    uintptr_t run;
};

struct native {
    uint8_t *at; /* where the next byte goes */
    const struct insn *i;
    enum host_flags flags;
    bool in_line;  /* a record of the block looked at its line: the next is another */
    uint8_t *skip; /* a jump over an instruction of an IT block, or NULL ... */
    const struct insn *skip_to; /* ... to this record */
    unsigned slows;
    struct native_slow slow[NATIVE_SLOW];
};

/* False: this is not theirs, and no code was made. */
bool native_alu(struct native *n);
bool native_mul(struct native *n);
bool native_mem(struct native *n);
bool native_flow(struct native *n);

/* If the condition (of the host's numbering) holds, on to run with the argument;
 * the record's own function, or another. */
void native_slow_if(
        struct native *n, unsigned condition, const void *argument, uintptr_t run);

#endif
