/* rule_wait.c - waits that have no end: for EOP, which the controller sets only if
 * EOPIE is set (RM0090 3.9.5).
 *
 * A program that ends, by a watchdog or by the limit of the run, in a loop that
 * reads FLASH_SR and nothing else and looks at bit 0 of it, waits for EOP.
 *
 * SPDX-License-Identifier: MIT
 */
#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

enum { LOOP = 12, LONG_NS = 10000000 };
#define SR_EOP   (1u << 0)
#define SR_BSY   (1u << 16)
#define CR_EOPIE (1u << 24)

void rule_wait_poll(struct verdict *v)
{
    v->poll_pc = v->now->pc;
}

void rule_wait_done(struct verdict *v)
{
    v->done_ns = v->now->ns;
}

/* ---- the loop ----------------------------------------------------------------------- */

/* LSLS by 31; TST and AND with 1. */
static bool looks_at_bit_0(uint32_t first, uint32_t second)
{
    bool test = (first & 0xFFE0u) == 0xF000 && (second & 0xF0FFu) == 1;
    return (first & 0xFFC0u) == 0x07C0 || test;
}

/* CMP with a constant, NOP. */
static bool changes_nothing(uint32_t first)
{
    return (first & 0xF800u) == 0x2800 || first == 0xBF00;
}

/* From the load of FLASH_SR to the branch back to it, or to the constants before it:
 * is there a look at EOP, and nothing that may end the loop otherwise? */
static bool waits_for_eop(struct verdict *v, uint32_t load, uint32_t *end)
{
    bool eop = false;
    uint32_t at = load;
    for (unsigned i = 0; i < LOOP; i++) {
        uint16_t half[2] = {0, 0};
        (void)board_peek(v->b, at, half, sizeof(half));
        struct insn in = insn_read(v, at);
        bool bit_0 = looks_at_bit_0(half[0], half[1]);
        eop = eop || bit_0;
        if (in.kind == INSN_BRANCH) {
            uint32_t back = load - in.value;
            *end = at;
            return eop && (back == 0 || (back <= 4 && insn_read(v, in.value).kind ==
                                                              INSN_LITERAL));
        }
        if (!bit_0 && !changes_nothing(half[0]) && at != load) {
            return false;
        }
        at += in.len;
    }
    return false;
}

void rule_wait_end(struct verdict *v, uint32_t pc)
{
    bool fresh;
    uint32_t end;
    uint32_t load = v->poll_pc & ~1u;
    uint32_t sr = silicon_reg(v->s, SILICON_SR);
    bool possible = (silicon_reg(v->s, SILICON_CR) & CR_EOPIE) != 0;
    uint64_t now = board_ns(v->b);
    if (load == 0 || v->done_ns == 0 || now < v->done_ns + LONG_NS || possible ||
            (sr & (SR_EOP | SR_BSY)) != 0 || !waits_for_eop(v, load, &end) ||
            pc - (load - 4) > end - (load - 4)) {
        return;
    }
    struct spot spot = {.known = true, .pc = load, .ns = v->done_ns};
    struct item *it = verdict_sum(v, CODE_EOP_WITHOUT_EOPIE, load, &spot, &fresh);
    if (it == NULL) {
        return;
    }
    it->f.text = verdict_say(v,
            "%s waits for EOP in FLASH_SR, which is set only if EOPIE is set in "
            "FLASH_CR: "
            "%s ended %s ago, and this wait does not",
            verdict_func(v, load), verdict_op(v, &v->op),
            verdict_time(v, now - v->done_ns));
    it->f.fix = "Wait for BSY to clear, and look at the error flags then; or set EOPIE "
                "before the operation";
    verdict_fact_flash(v, it);
}
