/* rule_stack.c - faults of stacks: frames that could not be stored or read back,
 * and the store that went too far down.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/verdict_priv.h"

#define CFSR_STACKING 0x00003838u /* MSTKERR, MUNSTKERR, MLSPERR; STKERR ... */
#define CFSR_PRECISE  0x00000200u
#define CFSR_DATA     0x00000602u /* DACCVIOL; PRECISERR, IMPRECISERR */
#define KIB           1024u

/* ---- where a stack can be ------------------------------------------------------------ */

/* Neither RAM nor a little below: no stack came to there by growing. */
static bool is_lost(const struct verdict *v, uint32_t addr)
{
    enum { FARTHEST = 64 }; /* KiB: one frame can be large */
    for (uint32_t k = 0; k <= FARTHEST; k++) {
        if (verdict_is_ram(v, addr + k * KIB)) {
            return false;
        }
    }
    return true;
}

static const char *lost_fix(struct verdict *v)
{
    const struct core *core = board_core(v->b);
    bool psp = (core_reg(core, CORE_CONTROL) & 2u) != 0;
    bool popped = verdict_is_ram(v, core_reg(core, CORE_SP) - 4);
    return verdict_say(v,
            "Look for what set %s: %s, a context switch, or what wrote over the place "
            "where it was kept%s",
            psp ? "PSP" : "SP",
            psp ? "MSR PSP, which must come before CONTROL.SPSEL"
                : "the first word of the vector table, MSR MSP",
            popped ? "; or what took more off the stack than was put on it" : "");
}

/* The finding's chain begins with one function again and again? */
static bool recurses(const struct item *it)
{
    enum { ROUNDS = 3 };
    size_t n = 0;
    while (n < it->f.chain_n && strcmp(it->f.chain[n], it->f.chain[0]) == 0) {
        n++;
    }
    return n >= ROUNDS;
}

static const char *room_fix(struct verdict *v, const struct item *it)
{
    return recurses(it) ? verdict_say(v,
                                  "Give this stack more room, or bound the depth to "
                                  "which %s calls itself",
                                  it->f.function != NULL ? it->f.function : "this code")
                        : "Give this stack more room, or find what uses it up";
}

/* ---- a store below its end ------------------------------------------------------------ */

/* PUSH and POP, or of a Thumb instruction that accesses memory its base (A5.2.4,
 * A5.3). */
static bool is_by_sp(struct verdict *v, uint32_t pc)
{
    uint16_t half = 0;
    if (board_peek(v->b, pc & ~1u, &half, 2) != 2) {
        return false;
    }
    return half >= 0xE800 ? (half & 15u) == CORE_SP : half >> 12 == 9 || half >> 12 == 11;
}

/* May the program store there? */
static bool is_open(struct verdict *v, uint32_t addr, bool privileged)
{
    int region;
    return verdict_is_ram(v, addr) &&
           core_allows(board_core(v->b), addr, CORE_STORE, privileged, &region);
}

/* Did the running function, or what it called, set the region that refuses? Then it
 * may have closed a variable of its own. */
static bool closed_it_itself(struct verdict *v, const struct core_fault *f)
{
    if (f->exception != CORE_MEM_MANAGE || f->region < 0) {
        return false;
    }
    struct symbols_place place;
    const struct spot *writer = &v->mpu_writer[f->region];
    if (!writer->known || !verdict_locate(v, f->pc, &place) || place.function == NULL) {
        return true; /* nobody knows */
    }
    size_t len = strlen(place.function);
    for (size_t i = 0; i < writer->chain_n; i++) {
        const char *who = writer->chain[i];
        if (strncmp(who, place.function, len) == 0 && (who[len] | ' ') == ' ') {
            return true;
        }
    }
    return false;
}

/* Below SP by a PUSH, or near an SP where nothing may be stored; or in what the
 * running function has of the stack. */
static bool is_on_stack(struct verdict *v, const struct core_fault *f)
{
    uint32_t sp = core_reg(board_core(v->b), CORE_SP);
    uint32_t end = verdict_frame_end(v);
    bool by_sp = is_by_sp(v, f->pc);
    bool mine = end > sp && f->addr - sp < end - sp;
    bool closed = !is_lost(v, sp) && !is_open(v, sp, f->privileged);
    return (by_sp && (f->addr < sp || is_lost(v, sp))) ||
           (closed && f->addr - sp < KIB) || ((by_sp || mine) && !closed_it_itself(v, f));
}

/* Is there room for a stack above, which ended here? A region that closes all of
 * it, or has its other end elsewhere, is no guard. */
static bool is_below_a_stack(struct verdict *v, const struct core_fault *f)
{
    if (f->exception == CORE_MEM_MANAGE && f->region < 0) {
        uint32_t end = verdict_frame_end(v); /* the callers' part is there? */
        return end != 0 && is_open(v, end, f->privileged);
    }
    enum { STEP = 32, GUARD = 1024 };
    uint32_t addr = f->addr & ~(uint32_t)(STEP - 1);
    unsigned far = f->exception == CORE_MEM_MANAGE ? GUARD / STEP : 64 * KIB / STEP;
    for (unsigned k = 1; k <= far; k++) {
        if (is_open(v, addr + k * STEP, f->privileged)) {
            return true;
        }
    }
    return false;
}

static bool overflows(struct verdict *v, const struct core_fault *f)
{
    bool data = (f->cfsr & CFSR_DATA) != 0 && f->width != 0 &&
                (f->access == CORE_STORE || f->access == CORE_LOAD);
    bool fault = f->exception == CORE_MEM_MANAGE || f->exception == CORE_BUS_FAULT;
    bool ram = f->exception == CORE_MEM_MANAGE || !verdict_is_ram(v, f->addr);
    return data && fault && ram && f->taken != 0 && is_on_stack(v, f) &&
           (is_below_a_stack(v, f) || is_lost(v, f->addr));
}

static void overflow(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_STACK_OVERFLOW, f);
    if (it == NULL) {
        return;
    }
    uint32_t sp = core_reg(board_core(v->b), CORE_SP);
    bool mpu = f->exception == CORE_MEM_MANAGE;
    bool lost = is_lost(v, f->addr);
    verdict_address(v, it, f->addr);
    verdict_fact(it, "SP", verdict_say(v, "0x%08" PRIX32, sp));
    const char *who = verdict_say(v, "%s %s its stack, at %s", verdict_func(v, f->pc),
            f->access == CORE_STORE ? "stored on" : "read from",
            verdict_addr(v, f->addr));
    if (lost) {
        it->f.text = verdict_say(v,
                "%s: no stack grows to there, SP (0x%08" PRIX32 ") was wrong before", who,
                sp);
        it->f.fix = lost_fix(v);
    } else if (mpu) {
        it->f.text = verdict_say(v,
                "%s, and %s refused it: the stack has run into what "
                "it may not use",
                who, verdict_refuser(v, it, f->region, f->privileged));
        it->f.fix = verdict_say(v, "%s; the MPU did its job", room_fix(v, it));
    } else {
        it->f.text = verdict_say(v,
                "%s, where nothing answers: the stack has run out of "
                "its memory",
                who);
        it->f.fix = room_fix(v, it);
    }
}

/* ---- frames ----------------------------------------------------------------------------- */

/* The frame of the exception that a fault has just raised. */
static bool is_its_frame(const struct verdict *v)
{
    enum { JUST_NOW = 1000 };
    return v->fatal != NULL && v->now->ns - v->fault_ns < JUST_NOW;
}

static void stacking(struct verdict *v, const struct core_fault *f)
{
    if (is_its_frame(v)) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "its frame could not be stored at %s",
                        verdict_addr(v, f->addr)));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_STACK_OVERFLOW, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->addr);
    bool mpu = f->exception == CORE_MEM_MANAGE;
    if (mpu && f->region < 0 && !verdict_default_map(v, f->privileged)) {
        it->f.text = verdict_say(v,
                "The frame of an exception could not be stored at %s while %s ran: %s "
                "refused it",
                verdict_addr(v, f->addr), verdict_func(v, f->pc),
                verdict_no_region(v, f->privileged));
        it->f.fix = "Give this stack a region: the frame is stored with the rights of "
                    "the code that runs";
    } else {
        it->f.text = verdict_say(v,
                "The frame of an exception could not be stored at %s while %s ran: %s",
                verdict_addr(v, f->addr), verdict_func(v, f->pc),
                is_lost(v, f->addr) ? "no stack grows to there, SP was wrong before"
                                    : "the stack has run into what it may not use");
        it->f.fix = is_lost(v, f->addr) ? lost_fix(v) : room_fix(v, it);
    }
}

/* A frame is taken from the stack that EXC_RETURN names, and grows upwards. */
static const char *stack_of(const struct verdict *v, uint32_t addr)
{
    const struct core *core = board_core(v->b);
    uint32_t from_psp = addr - core_reg(core, CORE_PSP);
    return from_psp < addr - core_reg(core, CORE_MSP) ? "PSP" : "MSP";
}

static void unstacking(struct verdict *v, const struct core_fault *f)
{
    if (v->fatal != NULL) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "a frame could not be read back from %s",
                        verdict_addr(v, f->addr)));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    if (it == NULL) {
        return;
    }
    unsigned n = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    const char *sp = stack_of(v, f->addr);
    bool mpu = f->exception == CORE_MEM_MANAGE;
    verdict_address(v, it, f->addr);
    it->f.text = verdict_say(v,
            "%s returned from %s, and the frame of the code that was to go on could not "
            "be read back at %s, where %s points: %s%s",
            verdict_func(v, f->pc), verdict_exception(v, n), verdict_addr(v, f->addr), sp,
            mpu ? verdict_refuser(v, it, f->region, f->privileged) : "nothing answers",
            mpu ? " refused it" : "");
    it->f.fix = verdict_say(v,
            "Look for what gave %s that value, or overwrote the place where it was kept "
            "(a context switch?)%s",
            sp,
            mpu ? "; if it is right, open the MPU for that stack before the return" : "");
}

/* The frame has room for the registers of the unit, which are stored when the
 * handler first uses it (B1.5.7). */
static void lazy_stacking(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_STACK_OVERFLOW, f);
    if (it == NULL) {
        return;
    }
    bool mpu = f->exception == CORE_MEM_MANAGE;
    verdict_address(v, it, f->addr);
    it->f.text = verdict_say(v,
            "%s used the floating-point unit, and the registers of the code that it had "
            "interrupted could not be stored at %s, in the frame kept for them: %s%s",
            verdict_func(v, f->pc), verdict_addr(v, f->addr),
            mpu ? verdict_refuser(v, it, f->region, f->privileged) : "nothing answers",
            mpu ? " refused it" : "");
    it->f.fix = "Do not close the MPU over a stack, nor exchange it (FPCAR), before the "
                "handler's first floating-point instruction; or give the stack more room";
}

static void frame(struct verdict *v, const struct core_fault *f)
{
    if (f->access == CORE_UNSTACK) {
        unstacking(v, f);
    } else if (f->access == CORE_LAZY_FP) {
        lazy_stacking(v, f);
    } else {
        stacking(v, f);
    }
}

struct item *rule_stack_in_flash(struct verdict *v, const struct silicon_event *ev)
{
    enum { FRAME = 0x68 };
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    uint32_t sp = core_reg(board_core(v->b), CORE_SP);
    if (verdict_sector(v, sp) == NULL || ev->addr - sp >= FRAME) {
        return NULL;
    }
    if (is_its_frame(v)) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "its frame was stored at %s, which flash does not take",
                        verdict_addr(v, ev->addr)));
        return v->fatal;
    }
    struct spot spot = verdict_spot(v, pc);
    struct item *it = verdict_add(v, CODE_STACK_OVERFLOW, pc, &spot, &fresh);
    if (it != NULL && fresh) {
        verdict_address(v, it, ev->addr);
        it->f.text = verdict_say(v,
                "The stack of %s is in flash, SP being 0x%08" PRIX32
                ": what is stored there, frames of exceptions too, is refused without a "
                "fault, and FLASH_SR keeps the flags",
                verdict_func(v, pc), sp);
        it->f.fix = lost_fix(v);
        verdict_fact_flash(v, it);
    }
    return it;
}

bool rule_stack(struct verdict *v, const struct core_fault *f)
{
    if ((f->cfsr & CFSR_STACKING) != 0) {
        frame(v, f);
        return true;
    }
    if (v->fatal == NULL && overflows(v, f)) {
        overflow(v, f);
        return true;
    }
    return false;
}
