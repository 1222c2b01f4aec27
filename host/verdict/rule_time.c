/* rule_time.c - what the flash's stalls cost: time, interrupts, received bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum {
    MS = 1000000,
    WORTH_TELLING_NS = MS,
    LATE_NS = MS / 10,
    BYTE_NS = MS / 20,
    SYSTICK = IRQS - 1
};

/* ---- the operation in flight ------------------------------------------------------- */

static void begin(struct verdict *v, const struct silicon_event *ev)
{
    v->op = (struct op){.active = true,
            .erase = ev->kind == SILICON_EV_ERASE || ev->kind == SILICON_EV_MASS,
            .options = ev->kind == SILICON_EV_OPTIONS,
            .number = ev->op,
            .from_ns = v->now->ns,
            .ns = ev->ns,
            .pc = verdict_caller(v, ev),
            .sector = ev->sector,
            .addr = ev->addr,
            .size = ev->size,
            .psize = silicon_reg(v->s, SILICON_CR) >> 8 & 3u};
}

static void stall(struct verdict *v, const struct silicon_event *ev)
{
    v->stall_ns += ev->ns;
    v->stall_until = v->now->ns + ev->ns;
    v->stall_last = ev->ns;
    v->stall_masked = core_reg(board_core(v->b), CORE_PRIMASK) != 0;
    if (ev->ns > v->stall_longest) {
        v->stall_longest = ev->ns;
        v->stall_op = v->op;
        v->stall_pc = verdict_caller(v, ev);
    }
}

void rule_time_flash(struct verdict *v, const struct silicon_event *ev)
{
    switch ((unsigned)ev->kind) {
    case SILICON_EV_PROGRAM:
    case SILICON_EV_ERASE:
    case SILICON_EV_MASS:
    case SILICON_EV_OPTIONS: begin(v, ev); break;
    case SILICON_EV_DONE:
    case SILICON_EV_CUT: v->op.active = false; break;
    case SILICON_EV_STALL: stall(v, ev); break;
    default: break;
    }
}

/* A stall is told before it is lived through; a reset cuts it short. */
void rule_time_reset(struct verdict *v)
{
    uint64_t now = v->now->ns;
    if (v->stall_until <= now) {
        return;
    }
    uint64_t spared = v->stall_until - now;
    v->stall_ns -= spared;
    v->stall_longest -= v->stall_op.number == v->op.number ? spared : 0;
    v->stall_until = now;
}

/* "the erase of sector 7 that FLASH_Erase_Sector began". */
const char *verdict_op(struct verdict *v, const struct op *op)
{
    const char *who = verdict_func(v, op->pc);
    if (op->erase && op->sector >= 0) {
        return verdict_say(v, "the erase of sector %d that %s began", op->sector, who);
    }
    if (op->erase) {
        return verdict_say(v, "the erase of %s that %s began",
                verdict_bank(v, op->addr, op->size), who);
    }
    if (op->options) {
        return verdict_say(v, "the write of option bytes that %s began", who);
    }
    return verdict_say(v, "the program at 0x%08" PRIX32 " that %s began", op->addr, who);
}

/* ---- what waited --------------------------------------------------------------------- */

/* Does this explain that a byte was not fetched in time? A program takes less
 * than a byte does at any usual speed. */
static bool by_flash(const struct verdict *v, uint64_t ns)
{
    bool waited = v->stall_last >= BYTE_NS && ns <= v->stall_until + MS;
    return waited || (v->op.active && v->op.ns >= BYTE_NS);
}

static void overrun(struct verdict *v, const struct board_event *ev)
{
    if (ev->n < 0 || ev->n >= USARTS) {
        return;
    }
    if (!by_flash(v, ev->ns)) {
        v->usart[ev->n].otherwise++;
        return;
    }
    if (v->usart[ev->n].lost == 0) {
        v->usart[ev->n].first_ns = ev->ns;
    }
    if (v->usart[ev->n].lost == 0 || v->op.ns > v->usart[ev->n].op.ns) {
        v->usart[ev->n].op = v->op;
    }
    v->usart[ev->n].lost++;
    v->usart[ev->n].last_ns = ev->ns;
}

void rule_time_board(struct verdict *v, const struct board_event *ev)
{
    if (ev->kind == BOARD_EV_OVERRUN) {
        overrun(v, ev);
        return;
    }
    size_t n = ev->n < 0 ? SYSTICK : (size_t)ev->n;
    if (n >= IRQS) {
        return;
    }
    struct lateness *late = &v->late[n];
    if (ev->kind == BOARD_EV_LOST_TICK) {
        late->lost += ev->value;
        return;
    }
    late->count++;
    if (ev->duration_ns > late->worst_ns) {
        late->worst_ns = ev->duration_ns;
        late->masked = v->stall_masked;
    }
}

/* ---- at the end ------------------------------------------------------------------------ */

static void finish_stall(struct verdict *v)
{
    bool fresh;
    if (v->stall_ns < WORTH_TELLING_NS) {
        return;
    }
    struct spot spot = {.known = true, .pc = v->stall_pc, .ns = v->stall_op.from_ns};
    struct item *it = verdict_sum(v, CODE_STALL, 0, &spot, &fresh);
    if (it == NULL) {
        return;
    }
    if (v->stall_op.erase && v->stall_op.sector >= 0) {
        verdict_address(v, it, v->stall_op.addr);
    }
    it->f.text = verdict_say(v,
            "The flash kept the processor waiting for %s in all, the longest time %s in "
            "%s",
            verdict_time(v, v->stall_ns), verdict_time(v, v->stall_longest),
            verdict_op(v, &v->stall_op));
    it->f.fix = "Erase when nothing is urgent; or wait in code that runs from RAM, with "
                "the vectors there too, so that interrupts are served";
}

static void finish_late(struct verdict *v)
{
    for (size_t i = 0; i < IRQS; i++) {
        const struct lateness *late = &v->late[i];
        if (late->worst_ns < LATE_NS && late->lost == 0) {
            continue;
        }
        bool fresh;
        const char *name = verdict_irq(v, i == SYSTICK ? -1 : (int)i);
        struct item *it = verdict_sum(v, CODE_IRQ_LATE, i, NULL, &fresh);
        if (it == NULL) {
            continue;
        }
        it->f.times = late->count;
        it->f.text = verdict_say(v, "%s was up to %s late because of the flash%s%s", name,
                verdict_time(v, late->worst_ns),
                late->masked ? ", with interrupts masked (PRIMASK) all the while" : "",
                late->lost != 0 ? verdict_say(v,
                                          ", and %" PRIu64 " of its requests were lost "
                                          "in one that was pending already",
                                          late->lost)
                                : "");
        it->f.fix =
                late->masked
                        ? "Do not mask interrupts around an erase (a lock around a "
                          "whole store does), or erase when this one is not needed"
                        : "Put the vector table and this handler into RAM and wait for "
                          "the flash there, or erase when it is not needed";
    }
}

static void finish_usarts(struct verdict *v)
{
    for (int n = 1; n < USARTS; n++) {
        if (v->usart[n].lost <= v->usart[n].otherwise) {
            continue; /* nobody listens there anyway, it seems */
        }
        bool fresh;
        const struct op *op = &v->usart[n].op;
        struct spot spot = {.known = true, .pc = op->pc, .ns = v->usart[n].first_ns};
        struct item *it = verdict_sum(v, CODE_UART_OVERRUN, (uint64_t)n, &spot, &fresh);
        if (it == NULL) {
            continue;
        }
        it->f.times = v->usart[n].lost;
        if (op->sector >= 0) {
            verdict_address(v, it, op->addr);
        }
        it->f.text = verdict_say(v,
                "USART%d lost %" PRIu64
                " received bytes within %s, because nobody could read "
                "it during %s (%s)",
                n, v->usart[n].lost,
                verdict_time(v, v->usart[n].last_ns - v->usart[n].first_ns),
                verdict_op(v, op), verdict_time(v, op->ns));
        it->f.fix =
                "Erase before data are asked for, let the sender wait for an answer to "
                "each block, or receive by circular DMA into RAM large enough for the "
                "stall";
    }
}

void rule_time_finish(struct verdict *v)
{
    finish_stall(v);
    finish_late(v);
    finish_usarts(v);
}
