/* SPDX-License-Identifier: MIT */
#include "oracle/lockstep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle/machine.h"
#include "oracle/mix.h"
#include "oracle/qemu.h"

enum { REGISTERS = 17 }; /* r0 to r15, xPSR */

struct state {
    uint32_t word[REGISTERS];
};

/* ---- QEMU's log ------------------------------------------------------------------ */

/* "R00=%08x R01=..." four to a line, and "XPSR=%08x ...", for each instruction,
 * before it. */
static bool parse_line(const char *line, struct state *s)
{
    unsigned n;
    uint32_t value;
    int used;
    if (sscanf(line, "XPSR=%" SCNx32, &value) == 1) {
        s->word[REGISTERS - 1] = value;
        return true;
    }
    while (sscanf(line, "R%u=%" SCNx32 " %n", &n, &value, &used) == 2 && n < REGISTERS) {
        s->word[n] = value;
        line += used;
    }
    return false;
}

static bool next_state(FILE *log, struct state *s)
{
    char line[256];
    while (fgets(line, sizeof(line), log) != NULL) {
        if (parse_line(line, s)) {
            return true;
        }
    }
    return false;
}

/* ---- ours ------------------------------------------------------------------------- */

static void our_state(const struct core *c, struct state *s)
{
    for (unsigned i = 0; i < REGISTERS; i++) {
        s->word[i] = core_reg(c, (enum core_reg)i);
    }
}

static void tell(const struct machine *m, uint32_t pc, const struct state *ours,
        const struct state *theirs, FILE *report)
{
    char text[96] = "?";
    const uint8_t *bytes = machine_bytes(m, pc);
    if (bytes != NULL) {
        (void)core_disassemble(pc, bytes, text, sizeof(text));
    }
    (void)fprintf(report, "lockstep: after %08x %s\n", pc, text);
    for (unsigned i = 0; i < REGISTERS; i++) {
        if (ours->word[i] != theirs->word[i]) {
            (void)fprintf(report, "    %s%u  here %08x  QEMU %08x\n",
                    i == REGISTERS - 1 ? "xpsr " : "r", i, ours->word[i],
                    theirs->word[i]);
        }
    }
}

/* The reset vector is read; the flags, which reset leaves unknown, are QEMU's. */
static void begin_as(struct core *c, const struct state *theirs)
{
    core_break(c, theirs->word[CORE_PC], true);
    (void)core_run(c, core_cycles(c) + 1000);
    core_break(c, theirs->word[CORE_PC], false);
    core_reg_set(c, CORE_XPSR, theirs->word[CORE_XPSR]);
}

static void compare(struct machine *m, FILE *log, const struct lockstep_config *config,
        struct lockstep_result *result)
{
    struct core *c = machine_core(m);
    struct state theirs = {{0}};
    struct state ours;
    uint32_t last = 0;
    enum core_stop stop = CORE_STEPPED;
    while (next_state(log, &theirs)) {
        if (result->instructions == 0) {
            begin_as(c, &theirs);
        }
        our_state(c, &ours);
        if (stop != CORE_STEPPED || memcmp(&ours, &theirs, sizeof(ours)) != 0) {
            tell(m, last, &ours, &theirs, config->report);
            result->failed = "registers differ";
            return;
        }
        last = ours.word[CORE_PC];
        stop = core_step(c);
        if (++result->instructions == config->spoiled) {
            machine_change(m, CORE_R0, 1);
        }
    }
    if (stop != CORE_BKPT) {
        result->failed = "QEMU ended where our processor went on";
    }
}

void lockstep_run(const struct lockstep_config *config, struct lockstep_result *result)
{
    static const char *const arguments[] = {"-M", "netduinoplus2", "-kernel", "image",
            "-d", "exec,cpu,nochain", "-singlestep", "-D", "/dev/fd/3", NULL};
    *result = (struct lockstep_result){0};
    struct qemu q;
    struct machine *m = mix_machine(config->elf, config->rounds);
    if (m == NULL || !qemu_start(&q, arguments, machine_bytes(m, MIX_AT), mix_len(m))) {
        result->failed =
                m == NULL ? "the firmware cannot be read" : "QEMU does not start";
        machine_free(m);
        return;
    }
    FILE *log = fdopen(dup(q.records), "r");
    if (log == NULL) {
        abort();
    }
    compare(m, log, config, result);
    (void)fclose(log);
    if (!qemu_end(&q) && result->failed == NULL) {
        result->failed = "QEMU did not end in good order";
    }
    machine_free(m);
}
