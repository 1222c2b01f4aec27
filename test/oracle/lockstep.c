/* SPDX-License-Identifier: MIT */
#include "oracle/lockstep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/core_priv.h"
#include "oracle/machine.h"
#include "oracle/mix.h"
#include "oracle/qemu.h"

/* r0 to r15, xPSR; and where the unit is compared, s0 to s31, FPSCR. */
enum { CORE_WORDS = 17, UNIT_WORDS = 33, WORDS = CORE_WORDS + UNIT_WORDS };

struct state {
    uint32_t word[WORDS];
};

/* ---- QEMU's log ------------------------------------------------------------------ */

/* "R00=%08x R01=%08x ...", "s00=%08x s01=%08x d00=...": so many to a line, into
 * word[number]. */
static void parse_numbered(const char *line, char letter, uint32_t *word, unsigned most)
{
    while (line[0] == letter && line[1] != 0 && line[2] != 0 && line[3] == '=') {
        unsigned n = (unsigned)(line[1] - '0') * 10 + (unsigned)(line[2] - '0');
        char *end = NULL;
        unsigned long value = strtoul(line + 4, &end, 16);
        if (n < most) {
            word[n] = (uint32_t)value;
        }
        line = *end == ' ' ? end + 1 : end;
    }
}

/* A line of what stands there for each instruction, before it. True: the last. */
static bool parse_line(const char *line, bool unit, struct state *s)
{
    uint32_t *unit_words = s->word + CORE_WORDS;
    if (strncmp(line, "XPSR=", 5) == 0) {
        s->word[CORE_WORDS - 1] = (uint32_t)strtoul(line + 5, NULL, 16);
        return !unit;
    }
    if (strncmp(line, "FPSCR: ", 7) == 0) {
        unit_words[UNIT_WORDS - 1] = (uint32_t)strtoul(line + 7, NULL, 16);
        return unit;
    }
    parse_numbered(line, 'R', s->word, CORE_WORDS - 1);
    parse_numbered(line, 's', unit_words, UNIT_WORDS - 1);
    return false;
}

static bool next_state(FILE *log, bool unit, struct state *s)
{
    char line[256];
    while (fgets(line, sizeof(line), log) != NULL) {
        if (parse_line(line, unit, s)) {
            return true;
        }
    }
    return false;
}

/* ---- ours ------------------------------------------------------------------------- */

static void our_state(const struct core *c, bool unit, struct state *s)
{
    for (unsigned i = 0; i < CORE_WORDS; i++) {
        s->word[i] = core_reg(c, (enum core_reg)i);
    }
    for (unsigned i = 0; unit && i < UNIT_WORDS - 1; i++) {
        s->word[CORE_WORDS + i] = core_reg(c, (enum core_reg)(CORE_S0 + i));
    }
    s->word[WORDS - 1] = unit ? core_reg(c, CORE_FPSCR) : 0;
}

static void name_of(unsigned word, char name[16])
{
    if (word == CORE_WORDS - 1 || word == WORDS - 1) {
        (void)snprintf(name, 16, "%s", word == WORDS - 1 ? "fpscr" : "xpsr");
    } else {
        bool unit = word >= CORE_WORDS;
        (void)snprintf(
                name, 16, "%c%u", unit ? 's' : 'r', unit ? word - CORE_WORDS : word);
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
    for (unsigned i = 0; i < WORDS; i++) {
        char name[16];
        name_of(i, name);
        if (ours->word[i] != theirs->word[i]) {
            (void)fprintf(report, "    %s  here %08x  QEMU %08x\n", name, ours->word[i],
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

/* One instruction; or the entry into an exception that waits, which QEMU's log
 * has apart as well. */
static enum core_stop step(struct core *c)
{
    if (c->pending == 0) {
        return core_step(c);
    }
    (void)core_run(c, core_cycles(c) + 1); /* an entry takes longer */
    return CORE_STEPPED;
}

/* QEMU's log does not always have where an exception came. */
static void keep_up(struct core *c, const struct state *theirs)
{
    if (c->pending != 0 && core_reg(c, CORE_PC) != theirs->word[CORE_PC]) {
        (void)step(c);
    }
}

/* QEMU tells again of an instruction before which it looked in vain for an
 * exception: one that is masked. */
static bool told_again(
        const struct state *theirs, const struct state *before, const struct state *ours)
{
    return memcmp(theirs, before, sizeof(*theirs)) == 0 &&
           ours->word[CORE_PC] != theirs->word[CORE_PC];
}

static void compare(struct machine *m, FILE *log, const struct lockstep_config *config,
        struct lockstep_result *result)
{
    struct core *c = machine_core(m);
    struct state theirs = {{0}};
    struct state before = {{0}};
    struct state ours = {{0}};
    uint32_t last = 0;
    enum core_stop stop = CORE_STEPPED;
    while (next_state(log, config->unit, &theirs)) {
        if (result->instructions == 0) {
            begin_as(c, &theirs);
        }
        keep_up(c, &theirs);
        our_state(c, config->unit, &ours);
        if (told_again(&theirs, &before, &ours)) {
            continue;
        }
        if (stop != CORE_STEPPED || memcmp(&ours, &theirs, sizeof(ours)) != 0) {
            tell(m, last, &ours, &theirs, config->report);
            result->failed = "registers differ";
            return;
        }
        before = theirs;
        last = ours.word[CORE_PC];
        bool entered = c->pending != 0;
        stop = step(c);
        result->instructions += entered ? 0 : 1;
        if (!entered && result->instructions == config->spoiled) {
            machine_change(m, CORE_R0, 1);
        }
    }
    if (stop != CORE_BKPT) {
        result->failed = "QEMU ended where our processor went on";
    }
}

void lockstep_run(const struct lockstep_config *config, struct lockstep_result *result)
{
    const char *const arguments[] = {"-M", "netduinoplus2", "-kernel", "image", "-d",
            config->unit ? "exec,cpu,fpu,nochain" : "exec,cpu,nochain", "-singlestep",
            "-D", "/dev/fd/3", NULL};
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
