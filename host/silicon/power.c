/* power.c - losing power, getting it back, and resets.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

/* What never outlives a reset: registers, caches, the store buffer. */
static void reset_registers(struct silicon *s)
{
    struct si_state *st = &s->st;
    st->epoch++;
    st->acr = 0;
    st->sr = 0;
    st->cr = SI_CR_LOCK;
    st->key = SI_KEY_LOCKED;
    st->optkey = SI_KEY_LOCKED;
    st->posted = false;
    st->half = false;
    st->alias = true;
    si_cache_reset(&st->icache, SI_ILINES);
    si_cache_reset(&st->dcache, SI_DLINES);
    st->prefetch.tag = SI_NO_TAG;
    si_options_load(s);
    si_irq_update(s);
    si_report(s, (struct silicon_event){.kind = SILICON_EV_RESET, .sector = -1});
}

static uint64_t tear_op(struct silicon *s, struct silicon_tear tear)
{
    struct si_op op = s->st.op;
    s->st.op.kind = SI_OP_NONE;
    if (op.kind == SI_OP_NONE) {
        return 0;
    }
    si_tear(s, &op, tear);
    return op.number;
}

void silicon_plan_cut(struct silicon *s, uint64_t op, struct silicon_tear tear)
{
    s->st.cut_at = op;
    s->st.cut = tear;
}

static void lose_power(struct silicon *s, struct silicon_tear tear)
{
    struct si_state *st = &s->st;
    st->posted = false;
    uint64_t number = tear_op(s, tear);
    st->on = false;
    st->epoch++;
    si_report(s,
            (struct silicon_event){.kind = SILICON_EV_CUT, .op = number, .sector = -1});
}

void silicon_power_off(struct silicon *s, struct silicon_tear tear)
{
    if (s->st.on) {
        silicon_settle(s); /* in which a planned cut may come first */
    }
    if (s->st.on) {
        lose_power(s, tear);
    }
}

enum silicon_result si_cut(struct silicon *s)
{
    struct silicon_tear tear = s->st.cut;
    s->st.cut_at = 0;
    lose_power(s, tear); /* without settling: its time may have passed already */
    if (s->hooks.power_lost != NULL) {
        s->hooks.power_lost(s->hooks.ctx);
    }
    return SILICON_POWER_LOST;
}

void silicon_power_on(struct silicon *s)
{
    silicon_power_off(s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    s->st.on = true;
    si_cells_fade(s);
    reset_registers(s);
}

void silicon_reset(struct silicon *s)
{
    struct si_state *st = &s->st;
    if (!st->on) {
        return;
    }
    silicon_settle(s);
    if (st->op.kind != SI_OP_NONE) {
        const struct si_access a = {.addr = st->op.addr, .width = st->op.width};
        si_breach(s, LAW_RESET_BUSY, &a);
        if (!st->cond.busy_survives_reset) {
            /* The pump stops as it does without power: some bits do not settle. */
            const struct silicon_tear tear = {.kind = SILICON_TEAR_UNSTABLE,
                    .seed = (uint32_t)si_random(&st->random)};
            tear_op(s, tear);
        }
    }
    reset_registers(s);
}
