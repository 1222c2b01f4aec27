/* machine.h - what the explorer sees of flash and code: something that can be
 * saved, compared, run, and cut at a chosen operation.
 *
 * Implemented by a native chip (chip.h), by a small NOR flash of any shape
 * (simnor.h) and by whatever else boots, writes flash and loses power: a
 * machine need not run the scenario's C code. One that runs firmware goes by
 * the phase alone and tells how the firmware judged itself.
 *
 * A state is what a power cut leaves: cells, stable and not. Registers, RAM,
 * time and wear are no part of it: every run begins with the power coming back.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_MACHINE_H
#define ETCH_EXPLORE_MACHINE_H

#include "explore/explore.h"

enum explore_phase { EXPLORE_BODY, EXPLORE_CHECK, EXPLORE_AFTER, EXPLORE_SETUP };

/* An operation that begins; where it is counts from 0. */
struct explore_op {
    bool erase;
    uint32_t off, len;
};

/* One run: power on, code, end. */
struct explore_run {
    enum explore_phase phase;
    unsigned op; /* of the body */
    /* Power fails in this operation, from 1, and that becomes of it. 0: never. */
    uint64_t cut;
    struct silicon_tear tear;
    /* How unstable bits read. Where the machine can do that: 1 all as 1, 2 all
     * as 0, 3 and 4 in turns; anything else is a seed. */
    uint32_t reads;
    /* Accesses; then it hangs. */
    uint64_t limit;
    /* What a native machine calls once the flash is up; NULL: there is nothing
     * to run. nor is what the machine has to offer as one, or NULL. */
    void (*code)(void *arg, const struct etch_nor *nor);
    void *arg;
    /* Called when an operation begins, before any of it is done; not with cut. There
     * a machine with `torn` can be asked what a cut would leave. Or NULL. */
    void (*begins)(void *arg, const struct explore_op *op);
    void *begins_arg;
};

struct explore_outcome {
    enum explore_end end;
    uint64_t ops;            /* program and erase operations begun */
    char text[EXPLORE_TEXT]; /* FAULT, HANG, WRONG: what and where */
};

struct explore_machine_ops {
    /* Another machine of the same kind; its state is not defined before load.
     * NULL: no memory. Machines of different threads share nothing but states. */
    struct explore_machine *(*twin)(const struct explore_machine *m);
    void (*drop)(struct explore_machine *m);

    /* States are values: never changed, shared between threads. NULL: no memory. */
    void *(*save)(const struct explore_machine *m);
    void (*load)(struct explore_machine *m, const void *state);
    void (*forget)(void *state);
    uint64_t (*hash)(const struct explore_machine *m);
    bool (*same)(const struct explore_machine *m, const void *state); /* exactly */
    bool (*loose)(const struct explore_machine *m); /* any unstable bit there? */

    /* Run; the power is off afterwards. */
    struct explore_outcome (*run)(
            struct explore_machine *m, const struct explore_run *run);
    /* Inside run->begins: make `to`, a twin that never runs, what m would be if power
     * failed in this operation, with this tear: as if the same run had been cut in
     * it. NULL: it cannot be told, each cut is to be run. */
    void (*torn)(struct explore_machine *to, const struct explore_machine *m,
            struct silicon_tear tear);

    /* Cells from outside. off counts from 0; unstable bits are 1 in data and in
     * unstable, which may be NULL. Poked cells are stable. */
    uint32_t (*size)(const struct explore_machine *m);
    void (*peek)(const struct explore_machine *m, uint32_t off, void *data,
            void *unstable, size_t len);
    void (*poke)(struct explore_machine *m, uint32_t off, const void *data, size_t len);
    uint32_t (*address)(
            const struct explore_machine *m); /* that people know offset 0 by */

    /* Tell people what the runs from here on do, in lines indented by four, until it is
     * called with NULL. NULL: there is nothing to tell. */
    void (*tell)(struct explore_machine *m, FILE *to);
};

/* To be embedded at the start of an implementation. */
struct explore_machine {
    const struct explore_machine_ops *ops;
};

#endif
