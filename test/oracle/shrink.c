/* SPDX-License-Identifier: MIT */
#include "oracle/shrink.h"

#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/gen.h"
#include "oracle/layout.h"
#include "oracle/qemu.h"

enum { SLOTS_MOST = 32 };

/* ---- a defect on purpose --------------------------------------------------------------- */

void spoiler_set(struct spoiler *s, struct machine *m, const char *row)
{
    s->row = row == NULL ? NULL : row_named(row);
    s->machine = m;
    s->last = 0;
}

static uint32_t insn_at(const struct batch *b, uint32_t addr, const struct row *row)
{
    uint16_t half[2];
    memcpy(half, b->bytes + (addr - BATCH_AT), sizeof(half));
    return row_width(row) == 32 ? (uint32_t)half[0] << 16 | half[1] : half[0];
}

void spoil(struct spoiler *s, const struct batch *b, uint32_t pc)
{
    if (s->row == NULL) {
        return;
    }
    uint32_t last = s->last;
    s->last = pc;
    bool hit = last != 0 && b->row_at[(last - BATCH_AT) / 2] == s->row - rows + 1;
    if (hit && pc == last + row_width(s->row) / 8) {
        uint32_t d = field_get(s->row, insn_at(b, last, s->row), 'd');
        machine_change(s->machine, d, 1);
    }
}

/* ---- the beginnings of a block ------------------------------------------------------------ */

struct prefixes {
    struct batch batch;
    size_t n;
    uint32_t ours[SLOTS_MOST][OUT_WORDS];
    uint32_t theirs[SLOTS_MOST][OUT_WORDS];
    struct spoiler spoiler;
};

static void each(void *ctx, uint32_t pc)
{
    struct prefixes *p = ctx;
    if (pc - BATCH_AT < BATCH_BYTES) {
        spoil(&p->spoiler, &p->batch, pc);
    }
}

static bool run_ours(const struct shrink_case *found, struct prefixes *p)
{
    const void *records;
    size_t len = 0;
    struct machine *m = batch_machine(&p->batch, found->harness);
    if (m == NULL) {
        return false;
    }
    machine_tell(m, CASE_ENTER, CASE_EXIT, each, p);
    spoiler_set(&p->spoiler, m, found->spoiled);
    bool done = machine_run(m, &records, &len) && len == p->n * sizeof(p->ours[0]);
    if (done) {
        memcpy(p->ours, records, len);
    }
    machine_free(m);
    return done;
}

static bool run_theirs(const struct shrink_case *found, struct prefixes *p)
{
    struct qemu q;
    if (!qemu_start_batch(&q, found->harness, &p->batch)) {
        return false;
    }
    bool done = qemu_read(&q, p->theirs, p->n * sizeof(p->theirs[0]));
    return qemu_end(&q) && done;
}

static void build(const struct shrink_case *found, struct prefixes *p)
{
    static struct gen g;
    struct batch_block blocks[SLOTS_MOST];
    p->n = gen_block(&g, found->seed, BATCH_AT, SIZE_MAX);
    for (size_t i = 0; i < p->n; i++) {
        blocks[i] = (struct batch_block){found->seed, i + 1, found->input, 1};
    }
    batch_build(&p->batch, blocks, p->n, found->input_seed, found->inputs);
}

/* ---- words -------------------------------------------------------------------------------- */

static const char *word_name(size_t i, char name[24])
{
    static const char *const named[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7",
            "r8", "r9", "r10", "r11", "r12", "sp", "lr", "apsr", "fpscr", "primask",
            "basepri", "faultmask", "control", "msp", "psp", "exception", "exc_return",
            "cfsr", "hfsr", "mmfar", "bfar", "fault pc", "fault xpsr", "log"};
    if (i < OUT_S) {
        return named[i];
    }
    if (i < OUT_WINDOW) {
        (void)snprintf(name, 24, "s%u", (unsigned)(i - OUT_S));
    } else {
        (void)snprintf(name, 24, "[%08x]", (unsigned)(WINDOW_AT + 4 * (i - OUT_WINDOW)));
    }
    return name;
}

/* What a word was when the block began. */
static uint32_t input_word(const uint32_t *input, size_t i)
{
    if (i < OUT_SP) {
        return input[i];
    }
    if (i >= OUT_WINDOW) {
        return input[IN_WINDOW + i - OUT_WINDOW];
    }
    if (i >= OUT_S) {
        return input[IN_S + i - OUT_S];
    }
    switch (i) {
    case OUT_SP: return MAIN_SP + input[IN_SKEW]; /* or the other stack's */
    case OUT_LR: return input[IN_LR];
    case OUT_APSR: return input[IN_APSR];
    case OUT_FPSCR: return input[IN_FPSCR];
    default: return 0;
    }
}

static void tell_code(const struct batch *b, uint32_t from, uint32_t to, FILE *out)
{
    csh capstone;
    cs_insn *insn;
    if (cs_open(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS, &capstone) != CS_ERR_OK) {
        return;
    }
    while (from < to) {
        const uint8_t *bytes = b->bytes + (from - BATCH_AT);
        uint16_t row = b->row_at[(from - BATCH_AT) / 2];
        unsigned len = row != 0 ? row_width(&rows[row - 1]) / 8 : 2;
        (void)fprintf(out, "    %08x  ", from);
        for (unsigned i = 0; i < len; i += 2) {
            (void)fprintf(out, "%02x%02x ", bytes[i + 1], bytes[i]);
        }
        size_t n = row != 0 ? cs_disasm(capstone, bytes, len, from, 1, &insn) : 0;
        (void)fprintf(out, "%*s %s %s", len == 2 ? 5 : 0, "",
                n != 0 ? insn->mnemonic : "?", n != 0 ? insn->op_str : "");
        (void)fprintf(out, "   (%s)\n", row != 0 ? rows[row - 1].name : "data");
        if (n != 0) {
            cs_free(insn, n);
        }
        from += len;
    }
    (void)cs_close(&capstone);
}

static void tell_state(
        const struct prefixes *p, const struct shrink_case *found, size_t at, FILE *out)
{
    const uint32_t *input = batch_input(&p->batch, found->input);
    (void)fprintf(out, "  before:");
    for (size_t i = 0; i <= OUT_FPSCR; i++) {
        char name[24];
        uint32_t word = at == 0 ? input_word(input, i) : p->theirs[at - 1][i];
        (void)fprintf(
                out, "%s %s=%08x", i % 6 == 0 ? "\n   " : "", word_name(i, name), word);
    }
    (void)fprintf(out, "\n  after:   before    here      QEMU\n");
    for (size_t i = 0; i < OUT_WORDS; i++) {
        char name[24];
        if (p->ours[at][i] != p->theirs[at][i]) {
            uint32_t word = at == 0 ? input_word(input, i) : p->theirs[at - 1][i];
            (void)fprintf(out, "    %-10s %08x  %08x  %08x\n", word_name(i, name), word,
                    p->ours[at][i], p->theirs[at][i]);
        }
    }
}

/* A beginning without its branch out: 4 bytes. */
static uint32_t len_of(const struct prefixes *p, size_t i)
{
    return p->batch.entry[i + 1] - p->batch.entry[i] - 4;
}

static void tell(const struct prefixes *p, const struct shrink_case *found, FILE *out)
{
    for (size_t i = 0; i < p->n; i++) {
        if (memcmp(p->ours[i], p->theirs[i], sizeof(p->ours[i])) != 0) {
            uint32_t start = p->batch.entry[i] + (i == 0 ? 0 : len_of(p, i - 1));
            tell_code(&p->batch, start, p->batch.entry[i] + len_of(p, i), out);
            tell_state(p, found, i, out);
            return;
        }
    }
    (void)fprintf(out, "    it needs its place, %08x, to show; the whole block:\n",
            found->entry);
    tell_code(&p->batch, p->batch.entry[p->n - 1], p->batch.entry[p->n], out);
}

void shrink_report(const struct shrink_case *found, FILE *out)
{
    struct prefixes *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        abort();
    }
    build(found, p);
    (void)fprintf(
            out, "oracle: block %" PRIu64 ", input %u:\n", found->seed, found->input);
    if (run_ours(found, p) && run_theirs(found, p)) {
        tell(p, found, out);
    } else {
        (void)fprintf(out, "    one side does not come to its end\n");
    }
    batch_free(&p->batch);
    free(p);
}
