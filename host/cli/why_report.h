/* why_report.h - what etch why has to say.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_WHY_REPORT_H
#define ETCH_CLI_WHY_REPORT_H

#include "cli/cli.h"
#include "file/symbols.h"
#include "why/why.h"

/* What is explained. */
struct why_case {
    struct why *w;
    struct symbols *symbols; /* of the firmware's file; or NULL */
    struct etch_fault_finding finding;
    struct why_code code;
    const struct why_insn *insn; /* or NULL */
    bool not_in_file;            /* there is a file, and it has nothing at PC */
};

/* Look at what the text says, and at the instruction in the file: symbols may be
 * NULL. */
struct why_case why_look(struct why *w, struct symbols *symbols);

/* On stdout: lines for people. */
void why_print(struct why_case *c);

/* On stdout: one JSON document. */
enum etch_exit why_print_json(struct why_case *c);

#endif
