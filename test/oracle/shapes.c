/* shapes.c - what stands around an instruction so that it can run: addresses
 * and stacks. Branches are in flow.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "oracle/flow.h"
#include "oracle/gen.h"
#include "oracle/layout.h"

enum { SP = 13, LR = 14, PC = 15, LIST_REGISTERS = 0x5FFF };

#define ICSR       0xE000ED04u
#define NVIC_ISPR0 0xE000E200u
#define SCB_CCR    0xE000ED14u

static bool has(const struct row *row, enum rule rule)
{
    return (row->rules & (uint32_t)rule) != 0;
}

static void put(struct gen *g, const char *name, unsigned d, unsigned n, uint32_t i)
{
    const struct row *row = row_named(name);
    uint32_t insn = row_fixed(row);
    insn = field_set(row, insn, 'd', d);
    insn = field_set(row, insn, 'n', n);
    gen_put(g, row, field_set(row, insn, 'i', i));
}

/* STR reg, [base, #off] */
static void put_store(struct gen *g, unsigned reg, unsigned base, uint32_t off)
{
    const struct row *row = row_named("STR imm12");
    uint32_t insn = field_set(row, row_fixed(row), 't', reg);
    insn = field_set(row, insn, 'n', base);
    gen_put(g, row, field_set(row, insn, 'i', off));
}

/* SP, by a multiple of 4 up to 2044. */
static void move_sp(struct gen *g, int32_t bytes)
{
    if (bytes > 0) {
        put(g, "ADD SP SP imm T4", 0, 0, (uint32_t)bytes / 4);
    } else if (bytes < 0) {
        put(g, "SUB SP SP imm T3", 0, 0, (uint32_t)-bytes / 4);
    }
}

/* ---- addresses ---------------------------------------------------------------------- */

/* Of len bytes in the window. No access may cross the border of a region:
 * which half is refused first is nobody's promise. */
static uint32_t data_offset(struct gen *g, const struct row *row, unsigned len)
{
    unsigned unit = row->width > 4 ? 4 : row->width;
    for (;;) {
        uint32_t off = gen_below(g, DATA_BYTES - len + 1);
        if (has(row, ALIGNED) || gen_chance(g, 75)) {
            off &= ~(unit - 1);
        }
        bool crosses = (off < WATCHED_FROM && off + len > WATCHED_FROM) ||
                       (off < WATCHED_TO && off + len > WATCHED_TO);
        if ((g->mode & MODE_MPU) == 0 || !crosses) {
            return off;
        }
    }
}

/* Where the access fails for certain. */
static uint32_t bad_address(struct gen *g, const struct row *row)
{
    if (has(row, ALIGNED) && row->width > 1 && gen_chance(g, 50)) {
        return WINDOW_AT + 8 + 1 + gen_below(g, row->width == 2 ? 1 : 3);
    }
    bool word = row->width == 4 && (row->shape == MEMORY || row->shape == INDEXED);
    if ((g->mode & MODE_UNPRIVILEGED) != 0 && word && gen_chance(g, 50)) {
        return SCB_CCR;
    }
    return UNMAPPED_AT + gen_below(g, 64) * 8;
}

static uint32_t data_address(struct gen *g, const struct row *row, unsigned len)
{
    if (g->wants_fault) {
        return bad_address(g, row);
    }
    uint32_t off = data_offset(g, row, len);
    bool single = row->shape == MEMORY || row->shape == INDEXED;
    if (single && !has(row, ALIGNED) && (g->mode & MODE_MPU) == 0 && gen_chance(g, 5)) {
        uint32_t bit = ((WINDOW_AT & 0xFFFFF) + off) * 32 + gen_below(g, 8) * 4;
        return BAND_AT + bit;
    }
    return WINDOW_AT + off;
}

static uint32_t offset_of(const struct row *row, uint32_t insn)
{
    uint32_t off = field_get(row, insn, 'i') * row->scale;
    bool up = field_width(row, 'u') == 0 || field_get(row, insn, 'u') != 0;
    return has(row, NEGATIVE) || !up ? 0 - off : off;
}

static void set_base(struct gen *g, const struct slot *s, uint32_t base)
{
    unsigned n = field_get(s->row, s->insn, 'n');
    gen_load(g, n, base);
    g->locked |= g->in_it ? 1u << n : 0;
}

static void set_memory(struct gen *g, struct slot *s, uint32_t addr)
{
    set_base(g, s, has(s->row, POST) ? addr : addr - offset_of(s->row, s->insn));
}

static void set_indexed(struct gen *g, struct slot *s, uint32_t addr)
{
    unsigned m = field_get(s->row, s->insn, 'm');
    uint32_t index = gen_word(g);
    gen_load(g, m, index);
    g->locked |= g->in_it ? 1u << m : 0;
    set_base(g, s, addr - (index << field_get(s->row, s->insn, 'k')));
}

static bool prepare_memory(struct gen *g, struct slot *s)
{
    set_memory(g, s, data_address(g, s->row, s->row->width));
    return true;
}

static bool prepare_indexed(struct gen *g, struct slot *s)
{
    set_indexed(g, s, data_address(g, s->row, s->row->width));
    return true;
}

static bool prepare_sp_based(struct gen *g, struct slot *s)
{
    uint32_t off = field_get(s->row, s->insn, 'i') * 4;
    uint32_t above = gen_below(g, 8) * 4;
    s->value = off > above ? off - above : 0;
    move_sp(g, -(int32_t)s->value);
    return true;
}

/* ---- lists ----------------------------------------------------------------------------- */

static unsigned count(uint32_t list)
{
    return (unsigned)__builtin_popcount(list);
}

/* What the rules of the encoding leave of a random list. */
static uint32_t allowed_list(
        const struct gen *g, const struct slot *s, uint32_t list, uint32_t registers)
{
    unsigned n = field_get(s->row, s->insn, 'n');
    bool wide = row_width(s->row) == 32;
    bool writes_back = wide ? (s->insn >> 21 & 1) != 0 : has(s->row, STORES);
    list &= registers;
    if (field_width(s->row, 'n') != 0 && writes_back && (list & ((1u << n) - 1)) != 0) {
        list &= ~(1u << n);
    }
    if (field_width(s->row, 'n') != 0 && writes_back && wide) {
        list &= ~(1u << n);
    }
    return has(s->row, STORES) ? list : list & ~g->locked;
}

static bool choose_list(struct gen *g, struct slot *s, uint32_t registers)
{
    uint32_t wanted = row_width(s->row) == 32 ? 2 : 1;
    for (int try = 0; try < 20; try++) {
        uint32_t list = gen_random(g) & (gen_chance(g, 50) ? gen_random(g) : 0xFFFF);
        list &= (1u << field_width(s->row, 'l')) - 1;
        list = allowed_list(g, s, list, registers);
        if (count(list) >= wanted) {
            g->used |= g->in_it ? list : 0;
            s->insn = field_set(s->row, s->insn, 'l', list);
            s->value = 4 * count(list);
            return true;
        }
    }
    return false;
}

static bool prepare_list(struct gen *g, struct slot *s)
{
    if (!choose_list(g, s, LIST_REGISTERS)) {
        return false;
    }
    uint32_t addr = data_address(g, s->row, s->value);
    set_base(g, s, has(s->row, DOWN) ? addr + s->value : addr);
    return true;
}

static void choose_fp_list(struct gen *g, struct slot *s, uint32_t limit)
{
    bool pairs = s->row->scale == 2;
    uint32_t e = pairs ? gen_below(g, 16) : gen_below(g, 32);
    uint32_t first = pairs ? e * 2 : (e & 15) * 2 + (e >> 4);
    uint32_t most = (32 - first < limit ? 32 - first : limit) / s->row->scale;
    uint32_t words = (1 + gen_below(g, most)) * s->row->scale;
    s->insn = field_set(s->row, s->insn, 'e', e);
    s->insn = field_set(s->row, s->insn, 'i', words);
    s->value = 4 * words;
}

static bool prepare_fp_list(struct gen *g, struct slot *s)
{
    if (has(s->row, N_SP)) {
        choose_fp_list(g, s, 16);
        move_sp(g, has(s->row, DOWN) ? 0 : -(int32_t)s->value);
        return true;
    }
    choose_fp_list(g, s, (g->mode & MODE_MPU) != 0 ? 8 : 32);
    uint32_t addr = data_address(g, s->row, s->value);
    set_base(g, s, has(s->row, DOWN) ? addr + s->value : addr);
    return true;
}

/* LR is bit 8 of the short PUSH's list, and bit 14 elsewhere. */
static bool prepare_stack(struct gen *g, struct slot *s)
{
    enum { MOST_PUSHED = 12, MOST_POPPED = 6 };
    s->value = 4;
    if (s->row->scale != 0 && !choose_list(g, s, LIST_REGISTERS)) {
        return false;
    }
    if (!g->in_it) {
        move_sp(g, s->row->shape == POP ? -(int32_t)s->value : 0);
        return true;
    }
    int *moved = s->row->shape == POP ? &g->popped : &g->pushed;
    int words = (int)s->value / 4;
    if (*moved + words > (s->row->shape == POP ? MOST_POPPED : MOST_PUSHED)) {
        return false;
    }
    *moved += words;
    return true;
}

/* ---- SP ----------------------------------------------------------------------------------- */

static bool prepare_sp_sum(struct gen *g, struct slot *s)
{
    uint32_t addend = gen_below(g, 64) * 4;
    gen_load(g, field_get(s->row, s->insn, 'm'), addend);
    s->value = addend << field_get(s->row, s->insn, 'k');
    return true;
}

static bool prepare_sp_copy(struct gen *g, struct slot *s)
{
    unsigned m = field_get(s->row, s->insn, 'm');
    const struct row *copy = row_named("MOV reg T1");
    uint32_t insn = field_set(copy, row_fixed(copy), 'd', m);
    gen_put(g, copy, field_set(copy, insn, 'm', SP));
    put(g, "SUB imm T4", m, m, 16);
    s->value = 0u - 16;
    return true;
}

static bool prepare_sp_move(struct gen *g, struct slot *s)
{
    (void)g;
    s->value = field_get(s->row, s->insn, 'i') * s->row->scale;
    return true;
}

static void undo_sp_move(struct gen *g, struct slot *s)
{
    move_sp(g, (int32_t)(has(s->row, NEGATIVE) ? s->value : 0 - s->value));
}

static void finish_sp_based(struct gen *g, struct slot *s)
{
    move_sp(g, (int32_t)s->value);
}

static void finish_push(struct gen *g, struct slot *s)
{
    move_sp(g, g->in_it ? 0 : (int32_t)s->value);
}

static void finish_fp_list(struct gen *g, struct slot *s)
{
    move_sp(g, has(s->row, N_SP) && has(s->row, DOWN) ? (int32_t)s->value : 0);
}

/* ---- exclusive access ------------------------------------------------------------------------ */

/* Of two rows that stand together in the table, the other one. */
static const struct row *partner(const struct row *row)
{
    return has(row, STORES) ? row - 1 : row + 1;
}

static uint32_t partner_insn(struct gen *g, const struct slot *s, const struct row *other)
{
    unsigned n = field_get(s->row, s->insn, 'n');
    unsigned t = gen_free_register(g, 1u << n);
    uint32_t insn = field_set(other, row_fixed(other), 'n', n);
    insn = field_set(other, insn, 't', t);
    insn = field_set(other, insn, 'i', field_get(s->row, s->insn, 'i'));
    return field_set(other, insn, 'd', gen_free_register(g, 1u << n | 1u << t));
}

/* The monitor of this core has no address, QEMU's has: pairs are true pairs,
 * and nothing stays reserved. QEMU does not look at the address of a STREX that
 * fails: what faults is always the LDREX. */
static bool prepare_exclusive(struct gen *g, struct slot *s)
{
    bool loads = !has(s->row, STORES);
    if (loads && field_get(s->row, s->insn, 'n') == field_get(s->row, s->insn, 't')) {
        return false;
    }
    set_memory(g, s, data_address(g, s->row, s->row->width));
    s->value = g->wants_fault || gen_chance(g, 75);
    if (!loads && s->value != 0) {
        gen_put(g, partner(s->row), partner_insn(g, s, partner(s->row)));
    }
    return true;
}

static void finish_exclusive(struct gen *g, struct slot *s)
{
    if (!has(s->row, STORES) && s->value != 0) {
        gen_put(g, partner(s->row), partner_insn(g, s, partner(s->row)));
    } else {
        put(g, "CLREX", 0, 0, 0);
    }
}

/* ---- system ------------------------------------------------------------------------------------- */

static bool prepare_set_control(struct gen *g, struct slot *s)
{
    uint32_t value = gen_below(g, 8);
    value &= (g->mode & MODE_NO_FPU) != 0 ? 3 : 7;
    gen_load(g, field_get(s->row, s->insn, 'n'), value);
    return true;
}

static bool prepare_set_sp(struct gen *g, struct slot *s)
{
    bool process = (s->insn & 1) != 0;
    gen_load(g, field_get(s->row, s->insn, 'n'),
            (process ? PROCESS_SP : MAIN_SP) - 4 * gen_below(g, 4));
    return true;
}

/* QEMU keeps eight bits of BASEPRI. */
static bool prepare_set_priority(struct gen *g, struct slot *s)
{
    gen_load(g, field_get(s->row, s->insn, 'n'), gen_random(g) & ~15u);
    return true;
}

static void put_narrow(struct gen *g, const char *name, uint32_t bits)
{
    gen_put(g, row_named(name), bits);
}

static void finish_set_control(struct gen *g, struct slot *s)
{
    (void)s;
    put(g, "ISB", 0, 0, 0);
}

static void finish_set_faultmask(struct gen *g, struct slot *s)
{
    (void)s;
    const struct row *read = row_named("MRS FAULTMASK");
    gen_put(g, read, field_set(read, row_fixed(read), 'd', gen_free_register(g, 0)));
    gen_data(g, 0xB661); /* CPSIE f */
}

static bool prepare_pend(struct gen *g, struct slot *s)
{
    const uint32_t value[] = {1u << 28, 1u << 31, 1u << gen_below(g, 32)};
    gen_load(g, field_get(s->row, s->insn, 't'), value[s->row->scale]);
    gen_load(g, field_get(s->row, s->insn, 'n'), s->row->scale == 2 ? NVIC_ISPR0 : ICSR);
    return true;
}

/* The option of this DSB tells the harness that the store came before. */
static void finish_pend(struct gen *g, struct slot *s)
{
    (void)s;
    gen_put(g, row_named("DSB"), 0xF3BF8F4B);
    put(g, "ISB", 0, 0, 0);
}

/* A division that traps in QEMU forgets registers that were written since the
 * last ISB or branch. */
static bool prepare_divide(struct gen *g, struct slot *s)
{
    (void)s;
    if ((g->mode & MODE_TRAP_ZERO) == 0) {
        return true;
    }
    put(g, "ISB", 0, 0, 0);
    return !g->in_it;
}

/* Asleep with interrupts masked, woken by one that is pending. */
static bool prepare_wait_interrupt(struct gen *g, struct slot *s)
{
    (void)s;
    unsigned n = gen_free_register(g, 0);
    unsigned t = gen_free_register(g, 1u << n);
    put_narrow(g, "CPS i", 0xB672);
    gen_load(g, n, ICSR);
    gen_load(g, t, 1u << 28);
    put_store(g, t, n, 0);
    put(g, "DSB", 0, 0, 0);
    return true;
}

static void finish_wait_interrupt(struct gen *g, struct slot *s)
{
    (void)s;
    put_narrow(g, "CPS i", 0xB662);
    put(g, "ISB", 0, 0, 0);
}

static bool prepare_wait_event(struct gen *g, struct slot *s)
{
    (void)s;
    put_narrow(g, "SEV T1", 0xBF40);
    return true;
}

/* ---- loads of PC ------------------------------------------------------------------- */

static bool prepare_load_pc(struct gen *g, struct slot *s)
{
    set_memory(g, s, flow_store_target(g, s, data_offset(g, s->row, 4) & ~3u));
    return true;
}

static bool prepare_load_pc_indexed(struct gen *g, struct slot *s)
{
    set_indexed(g, s, flow_store_target(g, s, data_offset(g, s->row, 4) & ~3u));
    return true;
}

static bool prepare_list_pc(struct gen *g, struct slot *s)
{
    if (!choose_list(g, s, LIST_REGISTERS & ~(1u << LR))) {
        return false;
    }
    s->insn |= 1u << PC;
    uint32_t off = data_offset(g, s->row, s->value + 4) & ~3u;
    uint32_t addr = flow_store_target(g, s, off + s->value) - s->value;
    set_base(g, s, has(s->row, DOWN) ? addr + s->value + 4 : addr);
    return true;
}

static bool prepare_pop_pc(struct gen *g, struct slot *s)
{
    if (s->row->scale != 0 && !choose_list(g, s, LIST_REGISTERS & ~(1u << LR))) {
        return false;
    }
    s->insn |= field_width(s->row, 'l') == 16 ? 1u << PC : 0;
    move_sp(g, -(int32_t)s->value - 4);
    put_store(g, flow_load_target(g, s), SP, s->value);
    return true;
}

/* ---- all together -------------------------------------------------------------------- */

static bool (*const prepare[SHAPES])(struct gen *g, struct slot *s) = {
        [MEMORY] = prepare_memory,
        [INDEXED] = prepare_indexed,
        [SP_BASED] = prepare_sp_based,
        [LIST] = prepare_list,
        [FP_LIST] = prepare_fp_list,
        [PUSH] = prepare_stack,
        [POP] = prepare_stack,
        [SP_MOVE] = prepare_sp_move,
        [SP_SUM] = prepare_sp_sum,
        [SP_COPY] = prepare_sp_copy,
        [BRANCH] = flow_prepare_branch,
        [JUMP] = flow_prepare_jump,
        [JUMP_SUM] = flow_prepare_jump,
        [LOAD_PC] = prepare_load_pc,
        [LOAD_PC_INDEXED] = prepare_load_pc_indexed,
        [LIST_PC] = prepare_list_pc,
        [POP_PC] = prepare_pop_pc,
        [TABLE] = flow_prepare_table,
        [EXCLUSIVE] = prepare_exclusive,
        [SET_CONTROL] = prepare_set_control,
        [SET_SP] = prepare_set_sp,
        [SET_PRIORITY] = prepare_set_priority,
        [DIVIDE] = prepare_divide,
        [WAIT_EVENT] = prepare_wait_event,
        [WAIT_INTERRUPT] = prepare_wait_interrupt,
        [PEND] = prepare_pend,
};

static void (*const finish[SHAPES])(struct gen *g, struct slot *s) = {
        [SP_BASED] = finish_sp_based,
        [FP_LIST] = finish_fp_list,
        [PUSH] = finish_push,
        [SP_MOVE] = undo_sp_move,
        [SP_SUM] = undo_sp_move,
        [SP_COPY] = undo_sp_move,
        [BRANCH] = flow_finish_branch,
        [JUMP] = flow_finish_jump,
        [JUMP_SUM] = flow_finish_jump,
        [LOAD_PC] = flow_finish_jump,
        [LOAD_PC_INDEXED] = flow_finish_jump,
        [LIST_PC] = flow_finish_jump,
        [POP_PC] = flow_finish_jump,
        [TABLE] = flow_finish_table,
        [EXCLUSIVE] = finish_exclusive,
        [SET_CONTROL] = finish_set_control,
        [SET_FAULTMASK] = finish_set_faultmask,
        [WAIT_INTERRUPT] = finish_wait_interrupt,
        [PEND] = finish_pend,
};

bool slot_prepare(struct gen *g, struct slot *s, const struct row *row)
{
    *s = (struct slot){.row = row};
    if (!row_fill(g, row, &s->insn)) {
        return false;
    }
    return prepare[row->shape] == NULL || prepare[row->shape](g, s);
}

void slot_place(struct gen *g, struct slot *s)
{
    s->at = g->n;
    gen_put(g, s->row, s->insn);
}

void slot_finish(struct gen *g, struct slot *s)
{
    if (finish[s->row->shape] != NULL) {
        finish[s->row->shape](g, s);
    }
}
