/* SPDX-License-Identifier: MIT */
#include "oracle/flow.h"

#include "oracle/layout.h"

static const struct row *short_branch(void)
{
    return row_named("B T2");
}

static void patch_branch(struct gen *g, size_t at, uint32_t to)
{
    const struct row *row = short_branch();
    uint32_t from = g->addr + (uint32_t)at * 2;
    gen_replace(g, at, row, gen_branch_insn(row, row_fixed(row), from, to));
}

static size_t put_branch(struct gen *g)
{
    gen_put(g, short_branch(), row_fixed(short_branch()));
    return g->n - 1;
}

/* Backward: over a first part to the branch; it leads back to that part, which
 * ends with a branch out.
 *
 *         b    here
 * back:   filler
 *         b    out
 * here:   <the branch to back>
 *         filler
 * out:
 */
bool flow_prepare_branch(struct gen *g, struct slot *s)
{
    s->insn = field_set(s->row, s->insn, 'i', 0);
    s->backward = s->row->scale != OFFSET_CB && !g->in_it && gen_chance(g, 50);
    if (s->backward) {
        s->fix[0] = put_branch(g);
        s->value = gen_here(g);
        gen_filler(g);
        s->fix[1] = put_branch(g);
        patch_branch(g, s->fix[0], gen_here(g));
    }
    return true;
}

void flow_finish_branch(struct gen *g, struct slot *s)
{
    uint32_t from = g->addr + (uint32_t)s->at * 2;
    gen_filler(g);
    uint32_t to = s->backward ? s->value : gen_here(g);
    gen_replace(g, s->at, s->row, gen_branch_insn(s->row, s->insn, from, to));
    if (s->backward) {
        patch_branch(g, s->fix[1], gen_here(g));
    }
}

/* ---- through registers and memory ------------------------------------------------- */

bool flow_prepare_jump(struct gen *g, struct slot *s)
{
    unsigned m = field_get(s->row, s->insn, 'm');
    s->fix[0] = gen_load(g, m, 0);
    g->locked |= g->in_it ? 1u << m : 0;
    return true;
}

unsigned flow_load_target(struct gen *g, struct slot *s)
{
    unsigned reg = gen_free_register(g, 0);
    s->fix[0] = gen_load(g, reg, 0);
    return reg;
}

uint32_t flow_store_target(struct gen *g, struct slot *s, uint32_t off)
{
    const struct row *store = row_named("STR imm12");
    unsigned reg = flow_load_target(g, s);
    unsigned base = gen_free_register(g, 1u << reg);
    gen_load(g, base, WINDOW_AT + off);
    uint32_t insn = field_set(store, row_fixed(store), 't', reg);
    gen_put(g, store, field_set(store, insn, 'n', base));
    return WINDOW_AT + off;
}

/* Places that cannot be gone to. */
static uint32_t bad_target(struct gen *g, uint32_t good)
{
    switch (gen_below(g, 4)) {
    case 0: return 0x40000001; /* execute never */
    case 1: return UNMAPPED_AT | 1;
    case 2: return 0xFFFFFFF1;  /* EXC_RETURN, but no exception to return from */
    default: return good & ~3u; /* not Thumb; QEMU wants 4 there to say so */
    }
}

void flow_finish_jump(struct gen *g, struct slot *s)
{
    uint32_t from = g->addr + (uint32_t)s->at * 2;
    gen_filler(g);
    uint32_t to = gen_here(g) | 1;
    if (s->row->shape == JUMP_SUM) {
        to = (to & ~gen_below(g, 2)) - from - 4;
    } else if ((s->row->rules & LOOSE) != 0) {
        to &= ~gen_below(g, 2);
    } else if (g->wants_fault) {
        to = bad_target(g, to);
    }
    gen_reload(g, s->fix[0], to);
}

/* ---- tables -------------------------------------------------------------------------- */

enum { WAYS = 4 };

bool flow_prepare_table(struct gen *g, struct slot *s)
{
    gen_load(g, field_get(s->row, s->insn, 'm'), gen_below(g, WAYS));
    if (field_width(s->row, 'n') != 0) {
        s->fix[0] = gen_load(g, field_get(s->row, s->insn, 'n'), 0);
    }
    return true;
}

/* The table stands behind the instruction, then its targets; the last one is
 * the end. */
void flow_finish_table(struct gen *g, struct slot *s)
{
    size_t table = g->n;
    if (field_width(s->row, 'n') != 0) {
        gen_reload(g, s->fix[0], gen_here(g));
    }
    for (unsigned i = 0; i < WAYS * s->row->width / 2; i++) {
        gen_data(g, 0);
    }
    for (unsigned i = 0; i < WAYS; i++) {
        uint16_t entry = (uint16_t)(g->n - table);
        if (s->row->width == 2) {
            g->code[table + i] = entry;
        } else {
            g->code[table + i / 2] |= (uint16_t)(entry << 8 * (i % 2));
        }
        if (i < WAYS - 1) {
            gen_filler(g);
        }
    }
}
