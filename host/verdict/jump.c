/* jump.c - how execution came to where it cannot go on: a call, a jump, a return,
 * a vector, or the frame of an exception.
 *
 * The core tells the instruction that branched. Where it does not know, LR says
 * who may have called.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/jump.h"

#define ERASED 0xFFFFFFFFu

/* ---- vectors ---------------------------------------------------------------------- */

/* Nothing was executed since the reset: its vector led there, whatever can be read
 * from it now (cells that a cut left undecided read as they like). */
static bool just_reset(const struct verdict *v, const struct core_fault *f)
{
    return f->lr == ERASED && v->now->insns == v->reset_insns && v->resets != 0;
}

/* LR is as the entry left it before a handler began (B1.5.6). */
unsigned verdict_by_vector(struct verdict *v, const struct core_fault *f)
{
    unsigned n = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    bool entered = n == 0 ? f->lr == ERASED : f->lr >= EXC_RETURN;
    uint32_t vector = 0;
    if (f->by != 0) {
        return 0;
    }
    if (n == 0 && just_reset(v, f)) {
        return CORE_RESET;
    }
    n = n == 0 ? CORE_RESET : n;
    (void)board_peek(v->b, verdict_vectors(v) + n * 4, &vector, 4);
    return entered && (vector | 1u) == (f->pc | 1u) ? n : 0;
}

const char *verdict_vector_words(struct verdict *v, unsigned n)
{
    return verdict_say(v, "The vector of %s, at %s,", verdict_exception(v, n),
            verdict_addr(v, verdict_vectors(v) + n * 4));
}

/* ---- which way --------------------------------------------------------------------- */

static enum way narrow(uint32_t op)
{
    enum { REG = 0x78, LR = 0x70 };
    bool by_lr = (op & REG) == LR;
    if ((op & 0xFF87u) == 0x4780) {
        return WAY_CALL;
    }
    if ((op & 0xFF87u) == 0x4700 || (op & 0xFF87u) == 0x4687) { /* BX; MOV PC */
        return by_lr ? WAY_RETURN : WAY_JUMP;
    }
    return (op & 0xFF00u) == 0xBD00 ? WAY_POP : WAY_JUMP;
}

static enum way wide(uint32_t first, uint32_t second)
{
    bool call = (first & 0xF800u) == 0xF000 && (second & 0xD000u) == 0xD000;
    bool pop = (first == 0xE8BD && (second & 0x8000u) != 0) ||
               (first == 0xF85D && (second & 0xFF00u) == 0xFB00);
    return call ? WAY_CALL : pop ? WAY_POP : WAY_JUMP;
}

enum way verdict_way(struct verdict *v, const struct core_fault *f)
{
    uint16_t op[2] = {0, 0};
    if (verdict_by_vector(v, f) != 0) {
        return WAY_VECTOR;
    }
    if (f->back != 0) {
        return WAY_FRAME;
    }
    if (f->by == 0 || board_peek(v->b, f->by & ~1u, op, sizeof(op)) < 2) {
        return WAY_UNKNOWN;
    }
    return op[0] >> 11 >= 0x1D ? wide(op[0], op[1]) : narrow(op[0]);
}

/* ---- words ------------------------------------------------------------------------- */

/* Who jumps while LR is as an entry left it. */
static const char *outermost(struct verdict *v, const struct core_fault *f)
{
    unsigned active = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    if (active != 0) {
        return verdict_say(v, "The handler of %s", verdict_exception(v, active));
    }
    return f->lr == ERASED ? "The reset handler" : "Code outside of handlers";
}

const char *verdict_led(struct verdict *v, const struct core_fault *f, const char *verb)
{
    static const char *const verbs[] = {[WAY_CALL] = "called",
            [WAY_JUMP] = "jumped to",
            [WAY_RETURN] = "returned to",
            [WAY_POP] = "returned to"};
    enum way way = verdict_way(v, f);
    switch (way) {
    case WAY_VECTOR:
        return verdict_say(
                v, "%s led to", verdict_vector_words(v, verdict_by_vector(v, f)));
    case WAY_FRAME:
        return verdict_say(v,
                "%s returned from an exception (EXC_RETURN 0x%08" PRIX32
                "), by the frame at %s, to",
                verdict_at(v, f->by), f->back, verdict_addr(v, f->frame));
    case WAY_CALL:
    case WAY_JUMP:
    case WAY_RETURN:
    case WAY_POP: return verdict_say(v, "%s %s", verdict_at(v, f->by), verbs[way]);
    case WAY_UNKNOWN:
    default: break;
    }
    return verdict_say(v, "%s %s",
            f->lr >= EXC_RETURN ? outermost(v, f) : verdict_at(v, f->lr & ~1u), verb);
}

/* What a return took for its address, and from where. */
const char *verdict_returned(struct verdict *v, const struct core_fault *f)
{
    enum way way = verdict_way(v, f);
    uint32_t at = core_reg(board_core(v->b), CORE_SP) - 4;
    uint32_t word = 0;
    if (way == WAY_RETURN) {
        return ": it took that from LR for its return address";
    }
    if (way != WAY_POP) {
        return "";
    }
    bool seen = board_peek(v->b, at, &word, 4) == 4 && (word | 1u) == (f->pc | 1u);
    return verdict_say(v, ": it took that from its stack%s%s%s for its return address",
            seen ? ", at " : "", seen ? verdict_addr(v, at) : "", seen ? "," : "");
}

const char *verdict_frame_stack(const struct core_fault *f)
{
    enum { FROM_PSP = 4 };
    return (f->back & FROM_PSP) != 0 ? "PSP" : "MSP";
}

static const char *frame_fix(struct verdict *v, const struct core_fault *f)
{
    const char *sp = verdict_frame_stack(f);
    if (!verdict_is_ram(v, f->frame)) {
        return verdict_say(v,
                "Set %s to the stack of what shall go on (MSR %s) before the first "
                "return by 0x%08" PRIX32 "; or that EXC_RETURN is the wrong one: the "
                "handler must leave by the value that LR had when it began",
                sp, sp, f->back);
    }
    return verdict_say(v,
            "Look at what built that frame (PC at +24, xPSR 0x01000000 at +28 for a new "
            "task), at what wrote over it, and at whether %s is where it was stored",
            sp);
}

const char *verdict_way_fix(
        struct verdict *v, const struct core_fault *f, const char *of_pointer)
{
    switch (verdict_way(v, f)) {
    case WAY_VECTOR:
        return "Correct that vector (an interrupt without a handler?) or VTOR, which "
               "says where the table is";
    case WAY_FRAME: return frame_fix(v, f);
    case WAY_POP:
        return "Find what overwrote the return address: a buffer on the stack that is "
               "written past its end, as a rule; in assembler, a PUSH without its POP";
    case WAY_RETURN:
        return "Find what changed LR before the return: a stack from which it was "
               "restored, overwritten or out of step, or assembler that does not keep it";
    case WAY_CALL:
    case WAY_JUMP:
    case WAY_UNKNOWN:
    default: return of_pointer;
    }
}
