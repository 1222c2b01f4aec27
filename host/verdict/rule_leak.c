/* rule_leak.c - programming that was enabled, and whose store went elsewhere.
 *
 * From PG set to PG cleared nothing reached the array, and something else was
 * stored. Which of these stores was meant to program? Code that gives up in
 * between - a gate that asks the MPU first, a check of the address - keeps its
 * books in that time, too, and so does an interrupt. Two are certain enough, if
 * somebody waited for the flash then: data over a word that held an address of
 * flash, for that is what a driver does that was given &address; and the first
 * store by who set PG itself, or asked a helper to.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

#define CR_PG 1u

/* ---- who stores -------------------------------------------------------------------- */

/* Saving registers and locals is no attempt to program: the base is SP, or a
 * frame pointer close to it. */
static bool keeps_house(struct verdict *v, uint32_t pc)
{
    enum { FRAME_POINTER = 7, FRAME = 1024 };
    struct insn in = insn_read(v, pc);
    const struct core *core = board_core(v->b);
    uint32_t sp = core_reg(core, CORE_SP);
    return in.kind != INSN_STORE || in.rn == CORE_SP ||
           (in.rn == FRAME_POINTER && core_reg(core, (enum core_reg)7) - sp < FRAME);
}

/* Without names what follows closely counts as the same function. */
static bool belongs_to(struct verdict *v, uint32_t pc, uint32_t other)
{
    enum { SOON = 128 };
    return v->symbols != NULL ? verdict_same_function(v, pc, other) : pc - other < SOON;
}

static bool by_who_set_pg(struct verdict *v, uint32_t pc)
{
    return belongs_to(v, pc, v->pg.pc) || belongs_to(v, pc, v->pg.caller);
}

/* ---- what was there ------------------------------------------------------------------ */

/* An address that could be programmed to: flash, but none of the program. */
static bool is_target(const struct verdict *v, uint32_t value, unsigned width)
{
    return value % width == 0 && verdict_sector(v, value) != NULL &&
           verdict_die(v, value) == value && !verdict_cover(v, value, width).code;
}

/* The word that the store hit, as it was before; 0 if it is being cleared, which a
 * job that ends does to its address. */
static uint32_t word_before(const struct verdict *v, const struct board_event *ev)
{
    uint32_t ones = ev->width < 4 ? (1u << 8 * ev->width) - 1 : UINT32_MAX;
    if (ev->value == 0 || ev->value == ones) {
        return 0;
    }
    uint8_t bytes[4] = {0};
    uint32_t word;
    (void)board_peek(v->b, ev->addr & ~3u, bytes, sizeof(bytes));
    if (ev->width <= 4 - ev->addr % 4) {
        memcpy(bytes + ev->addr % 4, &ev->before, ev->width);
    }
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* ---- the window ---------------------------------------------------------------------- */

void rule_leak_store(struct verdict *v, const struct board_event *ev)
{
    struct pg_window *pg = &v->pg;
    if (!pg->open || pg->met_array || pg->target != 0 || keeps_house(v, ev->pc)) {
        return;
    }
    if (ev->width == 4 && is_target(v, ev->value, 4)) {
        return; /* a note of where, not data */
    }
    uint32_t word = word_before(v, ev);
    bool held = is_target(v, word, ev->width);
    if (!held && (pg->leaked || !by_who_set_pg(v, ev->pc))) {
        return;
    }
    pg->leaked = true;
    pg->target = held ? word : 0;
    pg->leak_pc = ev->pc;
    pg->leak_addr = ev->addr;
    pg->leak_value = ev->value;
    pg->leak_width = ev->width;
}

void rule_leak_poll(struct verdict *v)
{
    v->pg.waited = v->pg.waited || v->pg.leaked;
}

static void close_window(struct verdict *v)
{
    struct pg_window pg = v->pg;
    v->pg = (struct pg_window){0};
    if (!pg.open || pg.met_array || !pg.waited) {
        return;
    }
    bool fresh;
    struct spot spot = verdict_spot(v, pg.leak_pc);
    struct item *it = verdict_add(v, CODE_STORE_OUTSIDE_FLASH, pg.leak_pc, &spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    const char *held = pg.target == 0 ? ""
                                      : verdict_say(v, " but held the address %s",
                                                verdict_addr(v, pg.target));
    verdict_address(v, it, pg.leak_addr);
    it->f.text = verdict_say(v,
            "%s enabled programming and stored 0x%0*" PRIX32
            " to %s, which is not flash%s: "
            "nothing was programmed, no flag was raised, and what was there is "
            "overwritten",
            verdict_func(v, pg.leak_pc), (int)pg.leak_width * 2, pg.leak_value,
            verdict_addr(v, pg.leak_addr), held);
    it->f.fix = "Pass the flash address itself, not the address of the variable that "
                "holds it; check that it lies in flash before programming";
}

void rule_leak_cr(struct verdict *v, const struct silicon_event *ev)
{
    bool was = (ev->before & CR_PG) != 0;
    bool is = (ev->value & CR_PG) != 0;
    if (!was && is) {
        v->pg = (struct pg_window){.open = true,
                .pc = verdict_caller(v, ev),
                .caller = core_reg(board_core(v->b), CORE_LR) & ~1u};
    } else if (was && !is) {
        close_window(v);
    }
}

void rule_leak_fault(struct verdict *v)
{
    v->pg = (struct pg_window){0};
}
