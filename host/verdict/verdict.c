/* verdict.c - the life of a judgement, and which event is whose business.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "verdict/verdict_priv.h"

struct verdict *verdict_new(
        struct board *b, const struct file *image, struct symbols *symbols)
{
    struct verdict *v = calloc(1, sizeof(*v));
    if (v == NULL) {
        return NULL;
    }
    v->b = b;
    v->s = board_silicon(b);
    v->image = image;
    v->symbols = symbols;
    v->asked_snb = -1;
    v->cut_snb = -1;
    board_listen(b, verdict_event, v);
    return v;
}

void verdict_free(struct verdict *v)
{
    if (v != NULL) {
        rule_data_free(v);
        verdict_forget_texts(v);
        free(v);
    }
}

/* ---- events ------------------------------------------------------------------------ */

static void on_flash(struct verdict *v, const struct silicon_event *ev)
{
    switch (ev->kind) {
    case SILICON_EV_BREACH:
        rule_store_breach(v, ev);
        rule_control_breach(v, ev);
        break;
    case SILICON_EV_UNLOCK:
    case SILICON_EV_LOCK: rule_control_lock(v, ev); break;
    case SILICON_EV_CR:
        rule_store_cr(v, ev);
        rule_leak_cr(v, ev);
        rule_tick_over(v);
        rule_erase_cr(v, ev);
        break;
    case SILICON_EV_PROGRAM:
        rule_store_program(v, ev);
        rule_data_program(v, ev);
        break;
    case SILICON_EV_ERASE:
    case SILICON_EV_MASS:
        rule_store_program(v, ev);
        rule_erase_start(v, ev);
        break;
    case SILICON_EV_OPTIONS: rule_control_options(v, ev); break;
    case SILICON_EV_FLAGS: rule_store_flags(v, ev); break;
    case SILICON_EV_CLEARED: rule_flags_cleared(v, ev); break;
    case SILICON_EV_DONE:
        rule_dog_done(v);
        rule_wait_done(v);
        break;
    case SILICON_EV_CUT: rule_data_cut(v, ev); break;
    case SILICON_EV_STALL:
    case SILICON_EV_FAULT:
    case SILICON_EV_RESET:
    default: break;
    }
    rule_time_flash(v, ev);
}

static void on_core(struct verdict *v, const struct core_says *says)
{
    switch (says->kind) {
    case CORE_SAYS_FAULT: rule_fault(v, says->fault); break;
    case CORE_SAYS_LOCKUP: rule_fault_lockup(v, says->fault); break;
    case CORE_SAYS_PPB: rule_mpu_store(v, says); break;
    case CORE_SAYS_STALE_CODE:
        rule_data_stale(v, says->addr, 0, says->pc != 0 ? says->pc : says->addr);
        break;
    case CORE_SAYS_ENTRY:
    case CORE_SAYS_RETURN:
    case CORE_SAYS_ACCESS:
    case CORE_SAYS_INSN:
    default: break;
    }
}

/* Another program begins, in the same memory. What happened stays. */
static void on_reset(struct verdict *v, const struct board_event *ev)
{
    rule_wait_end(v, ev->pc);
    rule_dog_reset(v, ev);
    rule_time_reset(v);
    rule_flags_session(v);
    rule_mpu_reset(v);
    v->open = false;
    v->pending = 0;
    v->options_refused = false;
    v->poll_pc = 0;
    v->done_ns = 0;
    v->pg = (struct pg_window){0};
    v->tick.why = NULL;
    v->op.active = false;
    v->asked_snb = -1;
    v->cut_snb = -1;
    v->mode.unused = false;
    v->mode.lost.known = false;
    v->suspect = NULL;
    v->fatal = NULL;
    v->resets++;
    v->reset_insns = ev->insns;
}

void verdict_event(void *ctx, const struct board_event *ev)
{
    struct verdict *v = ctx;
    v->now = ev;
    switch (ev->kind) {
    case BOARD_EV_FLASH: on_flash(v, ev->flash); break;
    case BOARD_EV_CORE: on_core(v, ev->core); break;
    case BOARD_EV_RESET: on_reset(v, ev); break;
    case BOARD_EV_DOG: rule_dog_event(v, ev); break;
    case BOARD_EV_OVERRUN:
    case BOARD_EV_LATE:
    case BOARD_EV_LOST_TICK: rule_time_board(v, ev); break;
    case BOARD_EV_READ: rule_data_read(v, ev); break;
    case BOARD_EV_LEAK: rule_leak_store(v, ev); break;
    case BOARD_EV_POLL:
        rule_wait_poll(v);
        rule_leak_poll(v);
        rule_tick_poll(v);
        break;
    case BOARD_EV_DMA_ERROR: rule_dma(v, ev); break;
    case BOARD_EV_CLOCK: rule_clock(v, ev); break;
    case BOARD_EV_REMAP:
    case BOARD_EV_UNKNOWN:
    case BOARD_EV_CONSOLE:
    case BOARD_EV_EXIT:
    default: break;
    }
    v->now = NULL;
}
