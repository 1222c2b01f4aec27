/* line.c - fetching: may the line be executed, is it there, what does it cost.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/exec.h"
#include "core/ops.h"

static bool refuse_fetch(struct core *c, uint32_t pc, bool by_mpu)
{
    struct core_fault f = {.exception = by_mpu ? CORE_MEM_MANAGE : CORE_BUS_FAULT,
            .cfsr = by_mpu ? CFSR_IACCVIOL : CFSR_IBUSERR,
            .addr = pc,
            .access = CORE_FETCH,
            .width = 2,
            .privileged = core_privileged(c)};
    core_mpu_rights(c, pc, f.privileged, &f.region);
    core_raise(c, &f);
    return false;
}

/* ---- lines ------------------------------------------------------------------------ */

static bool look_again(struct core *c)
{
    c->leave = LEAVE_LOOK;
    return false;
}

static bool stale_hit(struct core *c, uint32_t line)
{
    struct core_says says = {.kind = CORE_SAYS_STALE_CODE, .addr = line};
    core_tell(c, &says);
    return look_again(c); /* it is executed from the cache's bytes */
}

/* Through the bus, which may take long, and change what is where. */
static bool fetch_line(struct core *c, const struct code_tlb *e, uint32_t line)
{
    unsigned wait = 0;
    uint8_t bytes[CORE_LINE];
    bool direct = e->code != NULL;
    bool cache = e->art && c->st.art.mode.cache;
    c->revoked = false;
    enum core_end end = c->bus->line(c->bus->ctx, line, bytes, &wait);
    if (end == CORE_GONE) {
        return core_went(c);
    }
    if (end != CORE_OK) {
        return refuse_fetch(c, core_here_pc(c), false);
    }
    c->t -= CYCLES(wait);
    c->st.line = line;
    memcpy(c->raw_line, bytes, CORE_LINE);
    c->raw_addr = line;
    if (cache) {
        art_fill(&c->st.art, line, bytes);
    }
    return !c->revoked && direct ? true : look_again(c);
}

static bool enter(struct core *c, const struct code_tlb *e, uint32_t line, uint32_t pc)
{
    if (!granule_ok(e->ok, line)) {
        return refuse_fetch(c, pc, true);
    }
    struct art *a = &c->st.art;
    int slot = e->art && a->mode.cache ? art_find(a, line) : -1;
    if (slot >= 0) {
        uint64_t bit = (uint64_t)1 << slot;
        a->used |= bit;
        c->st.line = line;
        return (a->stale & bit) == 0 || stale_hit(c, line);
    }
    if (!e->fetch) {
        return fetch_line(c, e, line);
    }
    if (e->art) {
        bool ahead = a->mode.prefetch && line == c->st.line + CORE_LINE;
        c->t -= ahead ? 0 : CYCLES(a->mode.wait);
        if (a->mode.cache && e->code != NULL) {
            art_fill(a, line, e->code->bytes + line % CORE_PAGE);
        }
    }
    c->st.line = line;
    return true;
}

bool core_enter_line(struct core *c, uint32_t addr, uint32_t pc)
{
    return enter(c, c->here, addr, pc);
}

bool core_line_stale(const struct core *c, uint32_t addr)
{
    const struct art *a = &c->st.art;
    if (a->stale == 0 || !a->mode.cache) {
        return false;
    }
    int slot = art_find(a, addr & ~(uint32_t)(CORE_LINE - 1));
    return slot >= 0 && (a->stale >> slot & 1) != 0;
}

/* ---- where execution goes on --------------------------------------------------------- */

/* Whether lines are to be looked at, on this page. */
static bool wants_lines(const struct core_page *p, bool even)
{
    return p->art || !p->fetch || !even;
}

/* NULL: refused, a fault was raised. */
const struct code_tlb *core_code_tlb(struct core *c, uint32_t addr)
{
    struct code_tlb *e = &c->fetch[tlb_slot(addr)];
    uint32_t page = addr & ~(uint32_t)(CORE_PAGE - 1);
    if (e->tag != page) {
        uint64_t ok[2];
        bool even = core_mpu_page(c, page, CAN_EXEC, ok);
        if (!granule_ok(ok, addr)) {
            refuse_fetch(c, addr, true);
            return NULL;
        }
        const struct core_page *p = core_page_info(c, page, false);
        if (p->no_fetch) {
            refuse_fetch(c, addr, false);
            return NULL;
        }
        bool cached = p->art && c->st.art.mode.cache;
        bool plain = even && p->fetch && p->bytes != NULL;
        *e = (struct code_tlb){.tag = page,
                .art = p->art,
                .fetch = p->fetch,
                .simple = plain && !cached,
                .cached = plain && cached,
                .ok = {ok[0], ok[1]}};
        if (p->bytes != NULL) {
            e->code = core_code_attach(c, page, wants_lines(p, even), p);
        } else {
            e->tag = NO_TAG; /* asked again for each instruction */
        }
    } else if (!granule_ok(e->ok, addr)) {
        refuse_fetch(c, addr, true);
        return NULL;
    }
    return e;
}

const struct insn *core_locate(struct core *c)
{
    uint32_t pc = c->st.pc;
    c->at = NULL;
    c->led.to = c->led.to == pc ? pc : NO_TAG;
    c->led.fresh = false;
    if (!c->st.thumb) {
        core_raise_usage(c, CFSR_INVSTATE);
        return NULL;
    }
    const struct code_tlb *e = core_code_tlb(c, pc);
    if (e == NULL) {
        return NULL;
    }
    c->here = e;
    c->revoked = false;
    if (e->code == NULL || c->st.it != 0 || c->single) {
        return core_odd(c, pc, c->st.it);
    }
    if (c->pass_break == pc || (e->code->lined && core_line_stale(c, pc))) {
        return core_odd(c, pc, 0);
    }
    const struct insn *i = e->code->entry[pc % CORE_PAGE / 2];
    i = i != NULL ? i : core_build(c, e->code, pc);
    return i != NULL ? i : core_odd(c, pc, 0);
}

/* ---- one instruction by itself ---------------------------------------------------------- */

/* The line's bytes where nobody else has them: in the cache, when they are stale
 * or the page has none of its own. NULL: elsewhere. */
static const uint8_t *cached_line(
        const struct core *c, const struct code_tlb *e, uint32_t line)
{
    int slot = e->art && c->st.art.mode.cache ? art_find(&c->st.art, line) : -1;
    bool wanted = slot >= 0 && (e->code == NULL || core_line_stale(c, line));
    return wanted ? c->st.art.bytes[slot] : NULL;
}

/* The halfword as the fetch unit has it. False: the chain is left. */
static bool fetch_half(struct core *c, uint32_t addr, uint32_t pc, uint32_t *half)
{
    const struct code_tlb *e = core_code_tlb(c, addr);
    uint32_t line = addr & ~(uint32_t)(CORE_LINE - 1);
    if (e == NULL) {
        return false;
    }
    bool lined = e->code == NULL || e->code->lined;
    if (lined && line != c->st.line && !enter(c, e, line, pc) &&
            (c->leave != LEAVE_LOOK || c->revoked)) {
        return false;
    }
    c->leave = LEAVE_NONE;
    const uint8_t *cached = cached_line(c, e, line);
    if (cached != NULL) {
        *half = get16(cached + addr % CORE_LINE);
    } else if (e->code != NULL) {
        *half = get16(e->code->bytes + addr % CORE_PAGE);
    } else if (c->raw_addr == line) {
        *half = get16(c->raw_line + addr % CORE_LINE);
    } else {
        c->st.line = NO_TAG; /* another core's line: fetch it again */
        return enter(c, e, line, pc) && look_again(c);
    }
    return true;
}

/* The one instruction, with what may stand around it, and back to core_run. */
static const struct insn *put_odd(struct core *c, uint32_t w, bool wide)
{
    struct insn *i = c->odd;
    uint32_t pc = c->st.pc;
    uint32_t it = c->st.it;
    const struct insn blank = {.run = op_nop, .pc = pc, .it = (uint8_t)it};
    bool is_it = core_is_it(w, wide);
    if (core_is_break(c, pc) && c->pass_break != pc) {
        *i = blank;
        i->run = op_break;
        return i;
    }
    if (it != 0) {
        *i = blank;
        i->amount = 2;
        i++->run = op_cond[it >> 4];
    }
    *i = blank;
    unsigned cycles = core_decode(i, w, wide);
    struct insn after = {.run = op_align_sp, .before = SPENT(cycles), .pc = pc + i->len};
    after.it = (uint8_t)(is_it ? w & 0xFF : it_next(it));
    c->odd[0].imm = it != 0 ? cycles - 1 : c->odd[0].imm;
    i[1] = after;
    i[2] = after;
    i[2].run = op_resume;
    return c->odd;
}

const struct insn *core_odd(struct core *c, uint32_t pc, uint32_t it)
{
    uint32_t w = 0;
    uint32_t low = 0;
    c->st.pc = pc;
    c->st.it = it;
    c->at = NULL;
    if (!fetch_half(c, pc, pc, &w)) {
        return NULL;
    }
    bool wide = core_is_wide(w);
    if (wide) {
        if (!fetch_half(c, pc + 2, pc, &low)) {
            return NULL;
        }
        w = w << 16 | low;
    }
    return put_odd(c, w, wide);
}
