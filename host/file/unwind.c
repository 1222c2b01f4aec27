/* unwind.c - who called whom, from registers and memory.
 *
 * Call frame information first; where there is none, the link register; and
 * then the stack, read for words that point behind a call. An exception's
 * frame is recognised by the value in the link register that returns from it
 * (ARMv7-M Architecture Reference Manual, DDI 0403E, B1.5.8).
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/symbols_priv.h"

enum { SP = 13, LR = 14, PC = 15 };
enum { SCAN_WORDS = 256 };

struct walk {
    struct symbols *s;
    symbols_memory *memory;
    void *ctx;
    struct symbols_regs regs;
    struct symbols_call *calls;
    size_t n;
};

/* ---- exceptions ------------------------------------------------------------ */

static bool is_exc_return(uint32_t value)
{
    uint32_t low = value & 0xFu;
    return (value & 0xFFFFFFE0u) == 0xFFFFFFE0u && (low == 1 || low == 9 || low == 13);
}

/* B1.5.6: r0-r3, r12, lr, pc, xpsr; with bit 4 of exc_return clear 18 words of
 * the FPU behind them; bit 9 of xpsr says that a word was left out above, to
 * align the frame. */
bool symbols_interrupted(
        struct symbols_regs *regs, uint32_t exc_return, symbols_memory *memory, void *ctx)
{
    enum { FRAME = 8, FP_WORDS = 18, PADDED = 1 << 9 };
    uint32_t w[FRAME];
    bool on_process = (exc_return & 4) != 0;
    uint32_t at = on_process ? regs->psp : regs->r[SP];
    if (!is_exc_return(exc_return) || !memory(ctx, at, w, sizeof w)) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        regs->r[i] = w[i];
    }
    regs->r[12] = w[4];
    regs->r[LR] = w[5];
    regs->r[PC] = w[6] & ~1u;
    regs->xpsr = w[7];
    uint32_t words = FRAME + ((exc_return & 0x10) == 0 ? FP_WORDS : 0);
    at += 4 * words + ((w[7] & PADDED) != 0 ? 4 : 0);
    if (on_process) {
        regs->msp = regs->r[SP];
        regs->psp = at;
    } else {
        regs->msp = at;
    }
    regs->r[SP] = at;
    return true;
}

/* ---- calls ------------------------------------------------------------------- */

static bool read_code(struct walk *w, uint32_t addr, uint16_t *half)
{
    uint8_t bytes[2];
    if (!w->memory(w->ctx, addr, bytes, sizeof bytes) &&
            symbols_bytes(w->s, addr, bytes, sizeof bytes) != sizeof bytes) {
        return false;
    }
    *half = (uint16_t)(bytes[0] | bytes[1] << 8);
    return true;
}

/* Does value point behind a BL or BLX (A7.7.18, A7.7.19), in Thumb? */
static bool is_behind_call(struct walk *w, uint32_t value)
{
    uint16_t first;
    uint16_t second;
    uint32_t addr = value & ~1u;
    if ((value & 1) == 0 || !symbols_is_code(w->s, addr - 2) ||
            !read_code(w, addr - 2, &second)) {
        return false;
    }
    if ((second & 0xFF87) == 0x4780) {
        return true;
    }
    return read_code(w, addr - 4, &first) && (first & 0xF800) == 0xF000 &&
           (second & 0xD000) == 0xD000;
}

static bool add(struct walk *w, enum symbols_how how, uint32_t pc, unsigned exception)
{
    if (w->n == SYMBOLS_CALLS_MAX) {
        return false;
    }
    w->calls[w->n++] = (struct symbols_call){
            .how = how, .pc = pc, .sp = w->regs.r[SP], .exception = exception};
    return true;
}

/* The registers are those of a handler's first instruction, and exc_return is
 * how it returns. */
static bool leave_handler(struct walk *w, uint32_t exc_return)
{
    unsigned exception = w->regs.xpsr & 0x1FF;
    return symbols_interrupted(&w->regs, exc_return, w->memory, w->ctx) &&
           add(w, SYMBOLS_EXCEPTION, w->regs.r[PC], exception);
}

/* The call that returns to value. */
static bool leave_function(struct walk *w, enum symbols_how how, uint32_t value)
{
    w->regs.r[PC] = value & ~1u;
    return add(w, how, (value & ~1u) - 1, 0);
}

static bool by_frame(struct walk *w, uint32_t pc)
{
    uint32_t sp = w->regs.r[SP];
    uint32_t lr = w->regs.r[LR];
    if (!symbols_undo_call(w->s, pc, &w->regs, w->memory, w->ctx)) {
        return false;
    }
    uint32_t to = w->regs.r[PC];
    /* Outwards is up; a frame that does not move must at least have returned. */
    bool moved = w->regs.r[SP] > sp || (w->regs.r[SP] == sp && (to == lr && w->n == 1)) ||
                 w->calls[w->n - 1].how == SYMBOLS_EXCEPTION;
    if (is_exc_return(to)) {
        return leave_handler(w, to);
    }
    return moved && (to & 1) != 0 && symbols_is_code(w->s, (to & ~1u) - 2) &&
           leave_function(w, SYMBOLS_CALLED, to);
}

/* Nothing says how this code keeps its frame, but it may not have called
 * anybody yet. */
static bool by_link(struct walk *w)
{
    uint32_t lr = w->regs.r[LR];
    if (is_exc_return(lr)) {
        return leave_handler(w, lr);
    }
    return is_behind_call(w, lr) && leave_function(w, SYMBOLS_LINKED, lr);
}

static bool by_scan(struct walk *w)
{
    for (int i = 0; i < SCAN_WORDS; i++) {
        uint32_t value;
        uint32_t at = w->regs.r[SP];
        if (!w->memory(w->ctx, at, &value, sizeof value)) {
            return false;
        }
        w->regs.r[SP] = at + 4;
        if (is_exc_return(value)) { /* a handler pushed it, above nothing else */
            return leave_handler(w, value);
        }
        if (is_behind_call(w, value)) {
            return leave_function(w, SYMBOLS_SCANNED, value);
        }
    }
    return false;
}

/* The function that the ELF starts with was called by nobody. */
static bool is_start(struct walk *w, uint32_t pc)
{
    struct symbols_symbol symbol;
    uint32_t entry = w->s->file.entry & ~1u;
    return entry != 0 && symbols_holding(w->s, pc, &symbol) && symbol.addr == entry &&
           (w->regs.xpsr & 0x1FF) == 0;
}

static bool walk_out(struct walk *w)
{
    const struct symbols_call *last = &w->calls[w->n - 1];
    bool exact = last->how == SYMBOLS_HERE || last->how == SYMBOLS_EXCEPTION;
    if (is_start(w, last->pc)) {
        return false;
    }
    struct symbols_regs before = w->regs;
    size_t n = w->n;
    if (by_frame(w, last->pc)) {
        return true;
    }
    /* By its frame, this was the outermost function; or there is no frame. */
    if (w->regs.r[SP] != before.r[SP] || w->regs.r[PC] != before.r[PC] || w->n != n) {
        return false;
    }
    return (exact && by_link(w)) || by_scan(w);
}

size_t symbols_unwind(struct symbols *s, const struct symbols_regs *regs,
        symbols_memory *memory, void *ctx, struct symbols_call calls[SYMBOLS_CALLS_MAX])
{
    struct walk w = {.s = s, .memory = memory, .ctx = ctx, .regs = *regs, .calls = calls};
    (void)add(&w, SYMBOLS_HERE, regs->r[PC] & ~1u, 0);
    while (walk_out(&w)) {
    }
    return w.n;
}
