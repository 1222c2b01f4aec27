/* block.c - blocks out of slots, and inputs for them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "oracle/gen.h"
#include "oracle/layout.h"

enum { SLOTS_MOST = 10, GOVERNED = 4, ALWAYS = 14 };

/* ---- how it is run ------------------------------------------------------------------- */

static uint32_t choose_mode(struct gen *g)
{
    static const uint8_t access[] = {0, 1, 2, 3, 5, 6};
    uint32_t mode = 0;
    mode |= gen_chance(g, 10) ? MODE_UNPRIVILEGED : 0;
    mode |= gen_chance(g, 30) ? MODE_PROCESS_STACK : 0;
    mode |= gen_chance(g, 70) ? MODE_FP_ACTIVE : 0;
    mode |= gen_chance(g, 8) ? MODE_TRAP_UNALIGNED : 0;
    mode |= gen_chance(g, 15) ? MODE_TRAP_ZERO : 0;
    mode |= gen_chance(g, 80) ? MODE_FAULTS_ENABLED : 0;
    mode |= gen_chance(g, 90) ? MODE_LAZY : 0;
    mode |= gen_chance(g, 90) ? MODE_STACKS_FP : 0;
    if (gen_chance(g, 5)) {
        mode |= MODE_MPU | (uint32_t)access[gen_below(g, sizeof(access))]
                                   << MODE_AP_SHIFT;
    }
    if (gen_chance(g, 3)) {
        mode = (mode | MODE_NO_FPU) & ~(uint32_t)MODE_FP_ACTIVE;
    }
    return mode;
}

/* ---- IT -------------------------------------------------------------------------------- */

static bool may_stand_in_it(const struct row *row, bool last)
{
    return (row->rules & (NOT_IN_IT | FAULTS | RARE)) == 0 &&
           (last || (row->rules & LAST_IN_IT) == 0);
}

static void prepare_governed(struct gen *g, struct slot *s, bool last)
{
    for (;;) {
        const struct row *row = &rows[gen_below(g, (uint32_t)row_count)];
        struct gen before = *g;
        if (may_stand_in_it(row, last) && slot_prepare(g, s, row)) {
            return;
        }
        uint64_t random = g->random;
        *g = before;
        g->random = random;
    }
}

/* firstcond and mask (A7.7.38): a bit for each further instruction, as the
 * condition's own last bit for "then", and a 1 at the end. */
static uint32_t it_insn(struct gen *g, unsigned n)
{
    uint32_t cond = gen_below(g, ALWAYS + 1);
    uint32_t mask = 1;
    for (unsigned i = 1; i < n; i++) {
        bool then = cond == ALWAYS || gen_chance(g, 50);
        mask |= ((cond & 1) ^ !then) << (n - i);
    }
    return 0xBF00 | cond << 4 | (mask << (4 - n) & 15);
}

/* QEMU takes an instruction that IT skips for the beginning of the FP context
 * (CONTROL.FPCA) all the same: let it begin before. */
static void begin_fp_context(struct gen *g, const struct slot *s, unsigned n)
{
    bool floats = false;
    for (unsigned i = 0; i < n; i++) {
        floats |= row_width(s[i].row) == 32 && (s[i].insn >> 24 & 0xEC) == 0xEC;
    }
    if (floats && (g->mode & MODE_NO_FPU) == 0) {
        const struct row *move = row_named("VMOV reg");
        gen_put(g, move, row_fixed(move));
    }
}

static void put_it(struct gen *g, const struct row *row)
{
    struct slot s[GOVERNED];
    unsigned n = 1 + gen_below(g, GOVERNED);
    g->in_it = true;
    for (unsigned i = 0; i < n; i++) {
        prepare_governed(g, &s[i], i == n - 1);
    }
    begin_fp_context(g, s, n);
    gen_put(g, row, it_insn(g, n));
    for (unsigned i = 0; i < n; i++) {
        slot_place(g, &s[i]);
    }
    g->locked = 0;
    for (unsigned i = 0; i < n; i++) {
        slot_finish(g, &s[i]);
    }
    g->in_it = false;
    g->used = 0;
}

/* ---- slots ------------------------------------------------------------------------------ */

static bool can_fault(const struct row *row)
{
    static const enum shape shapes[] = {
            MEMORY, INDEXED, LIST, FP_LIST, EXCLUSIVE, JUMP, LOAD_PC, POP_PC};
    bool wanted = (row->rules & (FAULTS | N_SP | LOOSE)) == 0;
    for (size_t i = 0; wanted && i < sizeof(shapes) / sizeof(*shapes); i++) {
        if (row->shape == shapes[i]) {
            return true;
        }
    }
    return (row->rules & FAULTS) != 0;
}

static bool suits(struct gen *g, const struct row *row)
{
    if (g->wants_fault) {
        return (row->rules & FAULTS) != 0 || (can_fault(row) && gen_chance(g, 40));
    }
    bool rare = (row->rules & RARE) != 0;
    return (row->rules & FAULTS) == 0 && (!rare || gen_chance(g, 20));
}

static void put_slot(struct gen *g)
{
    struct slot s;
    for (;;) {
        const struct row *row = &rows[gen_below(g, (uint32_t)row_count)];
        if (!suits(g, row)) {
            continue;
        }
        if (row->shape == CONDITION) {
            put_it(g, row);
            return;
        }
        size_t n = g->n;
        if (slot_prepare(g, &s, row)) {
            break;
        }
        memset(g->row_at + n, 0, (g->n - n) * sizeof(*g->row_at));
        g->n = n;
    }
    slot_place(g, &s);
    slot_finish(g, &s);
}

size_t gen_block(struct gen *g, uint64_t seed, uint32_t addr, size_t slots)
{
    memset(g, 0, sizeof(*g));
    g->random = seed;
    g->addr = addr;
    g->mode = choose_mode(g);
    size_t n = 1 + gen_below(g, SLOTS_MOST);
    bool ends_in_fault = gen_chance(g, 12);
    for (size_t i = 0; i < n && i < slots; i++) {
        g->wants_fault = ends_in_fault && i == n - 1;
        put_slot(g);
    }
    /* Out through the trampoline at the head of the batch. */
    const struct row *branch = row_named("B T4");
    gen_put(g, branch, gen_branch_insn(branch, row_fixed(branch), gen_here(g), BATCH_AT));
    g->row_at[g->n - 2] = 0;
    return n;
}

/* ---- inputs ----------------------------------------------------------------------------- */

static uint32_t float_word(struct gen *g)
{
    static const uint32_t special[] = {0, 0x80000000, 1, 0x007FFFFF, 0x00800000,
            0x3F800000, 0xBF800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000,
            0xFFC12345, 0x7F812345, 0x4F000000, 0xCF000000, 0x4F800000, 0x477FF000,
            0x33000000};
    uint32_t word = gen_random(g);
    switch (gen_below(g, 6)) {
    case 0: return special[gen_below(g, sizeof(special) / sizeof(*special))];
    case 1: return (word & 0x807FFFFF) | (120 + gen_below(g, 16)) << 23;
    case 2: return (word & 0x80700000) | (124 + gen_below(g, 8)) << 23;
    case 3: return gen_word(g);
    case 4: return word & 0x80FFFFFF;
    default: return (word & 0x807FFFFF) | (90 + gen_below(g, 75)) << 23;
    }
}

void gen_input(uint64_t seed, uint32_t *words)
{
    struct gen g;
    g.random = seed;
    for (size_t i = 0; i < IN_WORDS; i++) {
        words[i] = gen_word(&g);
    }
    words[IN_APSR] = gen_random(&g) & 0xF80F0000;
    words[IN_FPSCR] =
            gen_random(&g) & 0xF7C0009F & (gen_chance(&g, 60) ? 0xF8C0009F : ~0u);
    words[IN_SKEW] = gen_below(&g, 2) * 4;
    for (size_t i = 0; i < 32; i++) {
        words[IN_S + i] = float_word(&g);
    }
}
