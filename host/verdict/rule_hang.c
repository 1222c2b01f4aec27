/* rule_hang.c - a handler that never returns: the loop of a default handler, as a
 * rule, of an interrupt that nobody wrote one for.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

/* A loop of nothing but NOP and branches that are always taken. */
static bool spins(struct verdict *v, uint32_t start)
{
    enum { STEPS = 8, NOP = 0xBF00 };
    uint32_t pc = start;
    for (unsigned i = 0; i < STEPS; i++) {
        uint16_t half = 0;
        struct insn in = insn_read(v, pc);
        (void)board_peek(v->b, pc, &half, 2);
        if (half != NOP && !(in.kind == INSN_BRANCH && in.ends)) {
            return false;
        }
        pc = half == NOP ? pc + 2 : in.value;
        if (pc == start) {
            return true;
        }
    }
    return false;
}

static uint32_t vector(struct verdict *v, unsigned n)
{
    uint32_t handler = 0;
    (void)board_peek(v->b, verdict_vectors(v) + n * 4, &handler, 4);
    return handler & ~1u;
}

/* Do other exceptions have the same handler? */
static bool is_shared(struct verdict *v, unsigned n)
{
    enum { ALL_HAVE = CORE_IRQ0 + 50 }; /* so many lines each part has */
    uint32_t handler = vector(v, n);
    unsigned same = 0;
    for (unsigned i = CORE_NMI; i < ALL_HAVE; i++) {
        same += i != n && vector(v, i) == handler;
    }
    return same != 0;
}

void rule_hang_finish(struct verdict *v, enum board_stop how)
{
    const struct core *core = board_core(v->b);
    unsigned n = core_reg(core, CORE_XPSR) & 0x1FFu;
    uint32_t pc = core_reg(core, CORE_PC);
    bool ended = how == BOARD_STUCK || how == BOARD_TIME;
    if (!ended || n == 0 || v->fatal != NULL || core_asleep(core) || !spins(v, pc)) {
        return; /* a fault that was told explains the loop of its handler */
    }
    bool fresh;
    struct spot spot = verdict_spot(v, pc);
    spot.ns = board_ns(v->b);
    struct item *it = verdict_sum(v, CODE_HANDLER_HANGS, n, &spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    const char *name = verdict_exception(v, n);
    bool shared = is_shared(v, n);
    verdict_fact(it, "exception", name);
    verdict_fact(it, "handler", verdict_at(v, vector(v, n)));
    it->f.text = verdict_say(v,
            "The handler of %s, %s%s, never returns: it loops at 0x%08" PRIX32
            ", and nothing of its priority or below runs any more",
            name, verdict_at(v, vector(v, n)),
            shared ? ", which other exceptions have as well" : "", pc);
    if (!shared) {
        it->f.fix = "Let the handler return, unless the program is meant to end there";
        return;
    }
    const char *table = "";
    if (v->vtor_pc != 0) {
        table = verdict_say(v, "; or VTOR (0x%08" PRIX32 ") is not where the table is",
                verdict_ppb(v, SCB_VTOR));
    }
    it->f.fix = verdict_say(v,
            "Write a handler for %s, by the very name that the vector table has (extern "
            "\"C\" in C++), or do not enable it%s",
            name, table);
}
