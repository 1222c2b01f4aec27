/* verdict.h - what is wrong with a firmware's flash writing, and why.
 *
 * What it is: a listener on a board. It judges the run from what the model
 * tells - laws broken, faults, resets, bytes lost - and from nothing else: it
 * knows no framework and no case by heart, except the MPU settings by which a
 * framework is recognised. At the end it hands out findings, causes before
 * consequences, each a sentence that a user understands and the way to mend it.
 *
 * What it remembers: who raised each error flag, who wrote each MPU region, who
 * changed which sector; a few hundred bytes a finding, however long the run. A
 * consequence of what is already known is evidence, not a finding.
 *
 * What it never does: change the machine, or take time on it. It may be asked
 * in the middle of a run, and listens on.
 *
 * docs/findings.md lists every code there is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_VERDICT_VERDICT_H
#define ETCH_VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/board.h"
#include "file/file.h"
#include "file/symbols.h"

/* ---- findings -------------------------------------------------------------- */

enum finding_severity {
    FINDING_ERROR,   /* a fault, data wrong or lost, an operation that did not happen */
    FINDING_WARNING, /* works now, fails under conditions that will come */
    FINDING_NOTE     /* worth knowing */
};

/* A thing seen, in words or hex digits: {"FLASH_SR", "0x000000C0"}. */
struct finding_fact {
    const char *name;
    const char *value;
};

enum { FINDING_FACTS = 16, FINDING_CHAIN = 12 };

/* All strings live as long as the verdict and the symbols it was given. */
struct finding {
    const char *code; /* stable: "mpu-refused-store"; docs/findings.md */
    enum finding_severity severity;
    const char *text; /* one sentence: what happened, where, why */
    const char *fix;  /* what to do about it */

    /* The instruction that did it, in its source; what is not known is NULL or 0.
     * has_pc is false where nobody did: at the end of a run, say. */
    bool has_pc;
    uint32_t pc;
    const char *function;
    const char *file;
    unsigned line;

    bool has_address; /* of the memory concerned */
    uint32_t address;
    int sector; /* the manual's number; -1: none */

    /* Who called whom when it happened: "write_word main.c:42", innermost first. */
    const char *chain[FINDING_CHAIN];
    size_t chain_n;

    struct finding_fact evidence[FINDING_FACTS];
    size_t evidence_n;

    uint64_t ns;    /* chip time when it first happened */
    uint64_t times; /* that it happened; the rest describes the first time */
};

/* ---- judging ----------------------------------------------------------------- */

struct verdict;

/* Judge board from now on. image is the firmware as it was
 * loaded, for what it covers; symbols its names. Both may be NULL (a dump, a
 * stripped file), and both must outlive the verdict. NULL: no memory. */
struct verdict *verdict_new(
        struct board *b, const struct file *image, struct symbols *symbols);

/* What the board calls; ctx is the struct verdict. For tests, and for owners
 * that have a stream of events from elsewhere. */
void verdict_event(void *ctx, const struct board_event *ev);

/* What has been found so far, the most probable cause first, and then errors
 * before warnings before notes. how is why the run ended; it decides what was
 * fatal. Valid until the next call or verdict_free. */
const struct finding *verdict_findings(struct verdict *v, enum board_stop how, size_t *n);

/* Only when the board will not run again: it cannot forget a listener. NULL is
 * fine. */
void verdict_free(struct verdict *v);

/* ---- the codes ----------------------------------------------------------------- */

/* What a code means, whoever it concerns. */
struct finding_code {
    const char *code;
    enum finding_severity severity;
    const char *title;     /* "A store into flash was refused by the MPU" */
    const char *reference; /* the manual's section */
};

extern const struct finding_code finding_codes[];
extern const size_t finding_code_count;

/* "error", "warning", "note". */
const char *finding_severity_name(enum finding_severity severity);

#endif
