/* rule_tick.c - timeouts that count a tick which stands still.
 *
 * An erase starts while SysTick's interrupt cannot come. The loop that then polls
 * FLASH_SR is looked at when it does so: does it, or a function that it calls,
 * load a word that SysTick's handler stores? What else the functions around it
 * use, a clock or a random number, is nobody's timeout.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

enum { SYSTICK_VECTOR = 15 };
#define SYST_CSR 0xE000E010u
#define SHPR3    0xE000ED20u

/* ---- what functions load and store ------------------------------------------------- */

enum { SCAN = 1024, INSNS = SCAN / 2, DEPTH = 3, ADDRESSES = 24, FUNCTIONS = 32 };

struct addresses {
    uint32_t at[ADDRESSES];
    size_t n;
};

/* Functions to be looked at; depth: how far from the first. */
struct functions {
    struct symbols_symbol at[FUNCTIONS];
    int depth[FUNCTIONS];
    size_t n;
    bool stores; /* wanted are the words that they store, else those that they load */
    const bool *loop; /* of the first only these, by number; NULL: all */
};

static void remember(struct addresses *set, uint32_t value)
{
    if (value - 0x20000000u < 0x00100000u && set->n < ADDRESSES) {
        set->at[set->n++] = value;
    }
}

static void visit(struct verdict *v, struct functions *todo, uint32_t pc, int depth)
{
    struct symbols_symbol symbol;
    if (depth == DEPTH || todo->n == FUNCTIONS ||
            !symbols_holding(v->symbols, pc, &symbol) || !symbol.code) {
        return;
    }
    for (size_t i = 0; i < todo->n; i++) {
        if (todo->at[i].addr == symbol.addr) {
            return;
        }
    }
    todo->depth[todo->n] = depth;
    todo->at[todo->n++] = symbol;
}

static uint32_t end_of(const struct symbols_symbol *function)
{
    return function->addr + (function->size < SCAN ? function->size : SCAN);
}

/* What is known of the registers, roughly. */
static void follow(uint32_t reg[16], const struct insn *in)
{
    uint32_t *rd = &reg[in->rd & 15u];
    switch (in->kind) {
    case INSN_LITERAL:
    case INSN_MOVW: *rd = in->value; break;
    case INSN_MOVT: *rd = in->value << 16 | (*rd & 0xFFFFu); break;
    case INSN_LOAD: *rd = 0; break;
    case INSN_CALL: memset(reg, 0, 4 * sizeof(*reg)); break;
    case INSN_OTHER:
    case INSN_STORE:
    case INSN_ORR:
    case INSN_BRANCH:
    default: break;
    }
}

/* Words of RAM at addresses that one function has as constants. */
static void scan_one(
        struct verdict *v, struct functions *todo, size_t i, struct addresses *set)
{
    uint32_t reg[16] = {0};
    uint32_t at = todo->at[i].addr;
    const uint32_t end = end_of(&todo->at[i]);
    for (size_t k = 0; at < end; k++) {
        struct insn in = insn_read(v, at);
        bool counts = i != 0 || todo->loop == NULL || todo->loop[k];
        bool plain = in.kind == INSN_STORE && in.width == 4 && in.rm < 0;
        if (counts && (todo->stores ? plain : in.kind == INSN_LOAD)) {
            remember(set, reg[in.rn & 15] + in.value);
        } else if (counts && (in.kind == INSN_CALL || in.kind == INSN_BRANCH)) {
            visit(v, todo, in.value, todo->depth[i] + 1);
        }
        follow(reg, &in);
        at += in.len;
    }
}

/* The same of the function at pc and those that it calls. */
static void scan(
        struct verdict *v, uint32_t pc, struct functions *todo, struct addresses *set)
{
    visit(v, todo, pc, 0);
    for (size_t i = 0; i < todo->n; i++) {
        scan_one(v, todo, i, set);
    }
}

/* ---- the loop around an instruction ---------------------------------------------------- */

/* A function, by the number of the instruction. */
struct flow {
    size_t n;
    uint32_t at[INSNS];
    size_t target[INSNS]; /* of a branch within it; n: none */
    bool ends[INSNS];
    bool reads; /* it calls nobody, and stores to the stack only */
};

static size_t number_of(const struct flow *f, uint32_t addr)
{
    size_t i = 0;
    while (i < f->n && f->at[i] != addr) {
        i++;
    }
    return i;
}

static void flow_of(
        struct verdict *v, const struct symbols_symbol *function, struct flow *f)
{
    enum { FRAME_POINTER = 7 };
    uint32_t target[INSNS];
    uint32_t at = function->addr;
    f->n = 0;
    f->reads = true;
    for (; at < end_of(function) && f->n < INSNS; f->n++) {
        struct insn in = insn_read(v, at);
        bool stack = in.rn == CORE_SP || in.rn == FRAME_POINTER;
        f->at[f->n] = at;
        f->ends[f->n] = in.ends;
        target[f->n] = in.kind == INSN_BRANCH ? in.value : 0;
        f->reads = f->reads && in.kind != INSN_CALL && (in.kind != INSN_STORE || stack);
        at += in.len;
    }
    for (size_t i = 0; i < f->n; i++) {
        f->target[i] = target[i] != 0 ? number_of(f, target[i]) : f->n;
    }
}

static bool leads_in(const struct flow *f, size_t i, size_t head, const bool *in)
{
    size_t target = f->target[i];
    bool falls = i + 1 < f->n && !f->ends[i] && i + 1 != head && in[i + 1];
    return falls || (target < f->n && target != head && in[target]);
}

/* What comes back to head without passing it: its loop. False: nothing does. */
static bool loop_at(const struct flow *f, size_t head, bool in[INSNS])
{
    bool found = false;
    memset(in, 0, INSNS * sizeof(*in));
    for (size_t i = head; i < f->n; i++) {
        in[i] = f->target[i] == head;
        found = found || in[i];
    }
    in[head] = true;
    for (bool more = found; more;) {
        more = false;
        for (size_t i = 0; i < f->n; i++) {
            if (!in[i] && leads_in(f, i, head, in)) {
                in[i] = true;
                more = true;
            }
        }
    }
    return found;
}

/* The innermost one around the instruction at pc, or with pc inside of it, as that of
 * a call is. */
static bool loop_around(const struct flow *f, uint32_t pc, bool in[INSNS])
{
    size_t poll = 0;
    while (poll < f->n && (poll + 1 == f->n || f->at[poll + 1] <= pc)) {
        poll++;
    }
    for (size_t head = poll + 1; poll < f->n && head-- > 0;) {
        if (loop_at(f, head, in) && in[poll]) {
            return true;
        }
    }
    return false;
}

/* The loop that polls: around the load of FLASH_SR, or around the call of a
 * function that does no more than that. 0: none; else a place in it. */
static uint32_t polling_loop(struct verdict *v, bool in[INSNS])
{
    uint32_t pcs[SYMBOLS_CALLS_MAX];
    size_t n = verdict_calls(v, pcs, true);
    struct flow f = {.reads = true};
    for (size_t i = 0; i < n && i < 2 && f.reads; i++) {
        struct symbols_symbol function;
        if (!symbols_holding(v->symbols, pcs[i], &function)) {
            return 0;
        }
        flow_of(v, &function, &f);
        if (loop_around(&f, pcs[i], in)) {
            return pcs[i];
        }
    }
    return 0;
}

/* ---- the tick ---------------------------------------------------------------------------- */

/* The word that SysTick's handler counts in, if the loop reads it as well; 0: none. */
static uint32_t shared_tick(struct verdict *v, uint32_t pc, const bool *loop)
{
    struct functions handlers = {.stores = true};
    struct functions waiting = {.loop = loop};
    struct addresses ticks = {.n = 0};
    struct addresses waits = {.n = 0};
    uint32_t handler = 0;
    if (board_peek(v->b, verdict_ppb(v, SCB_VTOR) + SYSTICK_VECTOR * 4, &handler, 4) !=
            4) {
        return 0;
    }
    scan(v, handler, &handlers, &ticks);
    scan(v, pc, &waiting, &waits);
    for (size_t i = 0; i < ticks.n; i++) {
        for (size_t k = 0; k < waits.n; k++) {
            if (ticks.at[i] == waits.at[k]) {
                return ticks.at[i];
            }
        }
    }
    return 0;
}

/* Why SysTick's interrupt cannot come now; NULL: it can. */
static const char *tick_stopped(struct verdict *v)
{
    enum { PRIORITY_BITS = 0xF0, HANDLER_MASK = 0x1FF };
    const struct core *core = board_core(v->b);
    uint32_t csr = verdict_ppb(v, SYST_CSR);
    uint32_t basepri = core_reg(core, CORE_BASEPRI) & PRIORITY_BITS;
    uint32_t priority = verdict_ppb(v, SHPR3) >> 24 & PRIORITY_BITS;
    if ((csr & 3u) != 3) {
        return "SysTick or its interrupt is off";
    }
    if ((core_reg(core, CORE_PRIMASK) & 1u) != 0 ||
            (core_reg(core, CORE_FAULTMASK) & 1u) != 0) {
        return "interrupts are masked";
    }
    if (basepri != 0 && basepri <= priority) {
        return "BASEPRI masks SysTick";
    }
    uint32_t active = core_reg(core, CORE_XPSR) & HANDLER_MASK;
    if (active >= 16) {
        uint32_t own = verdict_ppb(v, 0xE000E400u + ((active - 16) & ~3u)) >>
                               ((active - 16) % 4 * 8) &
                       PRIORITY_BITS;
        return own <= priority ? "an interrupt of SysTick's priority or above runs"
                               : NULL;
    }
    return active != 0 && active < 15 ? "an exception handler runs" : NULL;
}

void rule_tick_erase(struct verdict *v)
{
    const char *why = tick_stopped(v);
    uint32_t pc = v->now->pc;
    v->tick.why = NULL;
    if (why != NULL && v->symbols != NULL &&
            verdict_find(v, CODE_TIMEOUT_CANNOT_FIRE, pc) == NULL) {
        v->tick.why = why;
        v->tick.erase = verdict_spot(v, pc);
    }
}

void rule_tick_over(struct verdict *v)
{
    v->tick.why = NULL;
}

/* The first loop that polls after the erase has begun is the wait for its end. */
void rule_tick_poll(struct verdict *v)
{
    bool loop[INSNS];
    const char *why = v->tick.why;
    uint32_t pc = why != NULL ? polling_loop(v, loop) : 0;
    if (pc == 0) {
        return;
    }
    v->tick.why = NULL;
    uint32_t tick = shared_tick(v, pc, loop);
    if (tick == 0) {
        return;
    }
    bool fresh;
    const struct spot *erase = &v->tick.erase;
    struct item *it = verdict_add(v, CODE_TIMEOUT_CANNOT_FIRE, erase->pc, erase, &fresh);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, tick);
    it->f.text = verdict_say(v,
            "%s starts an erase whose wait counts '%s', which SysTick's handler "
            "advances, "
            "while %s: the count stands still, and the timeout cannot fire if the flash "
            "never gets ready",
            verdict_func(v, erase->pc), verdict_at(v, tick), why);
    it->f.fix =
            "Call it with interrupts enabled, from a lower priority than SysTick's; or "
            "count time with DWT_CYCCNT or a timer";
}
