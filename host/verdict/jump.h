/* jump.h - how execution came to where it cannot go on, for the rules of faults.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_VERDICT_JUMP_H
#define ETCH_VERDICT_JUMP_H

#include "verdict/verdict_priv.h"

enum way {
    WAY_UNKNOWN,
    WAY_CALL,
    WAY_JUMP,
    WAY_RETURN, /* by LR */
    WAY_POP,    /* a return by the address on the stack */
    WAY_FRAME,  /* a return from an exception */
    WAY_VECTOR
};
enum way verdict_way(struct verdict *v, const struct core_fault *f);
/* The exception whose vector led to this fetch, before its handler began (the
 * reset is one); 0: something else did. */
unsigned verdict_by_vector(struct verdict *v, const struct core_fault *f);
/* "The vector of SysTick, at 0x0800003C (sector 0),". */
const char *verdict_vector_words(struct verdict *v, unsigned n);
/* "main main.c:12 jumped to", "The vector of SysTick, at 0x0800003C (sector 0), led
 * to": verb is what is said where only LR is known. */
const char *verdict_led(struct verdict *v, const struct core_fault *f, const char *verb);
/* ": it took that from its stack, at 0x2001FFE4, for its return address"; "": it
 * was no return. */
const char *verdict_returned(struct verdict *v, const struct core_fault *f);
/* "PSP": which of them a return from an exception used. */
const char *verdict_frame_stack(const struct core_fault *f);
/* What to do about it; of_pointer where a pointer led there. */
const char *verdict_way_fix(
        struct verdict *v, const struct core_fault *f, const char *of_pointer);

#endif
