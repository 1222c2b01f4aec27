/* code.c - decoded pages: found, filled, and forgotten when bytes change.
 *
 * A page holds a record for each halfword, decoded when it is first executed,
 * and behind them records for IT blocks: such an instruction has another
 * meaning when it is reached otherwise, so the block gets records of its own.
 *
 *     insns:  | 2048 of the page | end | block, rejoin | block, rejoin | ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "core/exec.h"
#include "core/ops.h"

enum {
    REACH = 18, /* an IT and its block: so far back a byte matters */
    IT_MOST = 4,
    ODD_LINE = CORE_LINE - 2
};

/* ---- finding -------------------------------------------------------------------- */

static struct code **chain_of(struct core *c, uint32_t page)
{
    return &c->code[(page >> 12 ^ page >> 20) % CODE_CHAINS];
}

static struct code *find(struct core *c, uint32_t page, bool lined)
{
    struct code *p = *chain_of(c, page);
    while (p != NULL && (p->addr != page || p->lined != lined)) {
        p = p->next;
    }
    return p;
}

static bool known(const struct code *p, uint32_t line)
{
    return (p->known[line / 64] >> line % 64 & 1) != 0;
}

/* Records of the bytes from..to of the page are decoded afresh. */
static void forget(struct code *p, uint32_t from, uint32_t to)
{
    for (uint32_t k = from / 2; k < (to + 1) / 2 && k < PAGE_RECORDS; k++) {
        p->insns[k] = (struct insn){.run = op_decode, .pc = p->addr + 2 * k, .step = 1};
    }
}

static void forget_all(struct code *p)
{
    memset(p->known, 0, sizeof(p->known));
    p->sides = 0;
    forget(p, 0, CORE_PAGE);
    p->insns[PAGE_RECORDS] =
            (struct insn){.run = op_page_end, .pc = p->addr + CORE_PAGE, .step = 1};
}

static struct code *make(struct core *c, uint32_t page, bool lined)
{
    struct code *p = malloc(sizeof(*p));
    if (p == NULL) {
        abort(); /* there is no way on without, and nobody to tell */
    }
    struct code **chain = chain_of(c, page);
    p->next = *chain;
    p->addr = page;
    p->lined = lined;
    p->clean = false;
    p->doubt = 0;
    p->bytes = NULL;
    p->id = 0;
    forget_all(p);
    *chain = p;
    return p;
}

void core_code_free(struct core *c)
{
    for (unsigned i = 0; i < CODE_CHAINS; i++) {
        while (c->code[i] != NULL) {
            struct code *p = c->code[i];
            c->code[i] = p->next;
            free(p);
        }
    }
}

/* ---- bytes that change ----------------------------------------------------------------- */

/* Lines in from..to of the page that differ from what was decoded. */
static void compare(struct code *p, uint32_t from, uint32_t to)
{
    for (uint32_t line = from / CORE_LINE; line * CORE_LINE < to; line++) {
        uint32_t at = line * CORE_LINE;
        if (known(p, line) && memcmp(p->src + at, p->bytes + at, CORE_LINE) != 0) {
            memcpy(p->src + at, p->bytes + at, CORE_LINE);
            forget(p, at < REACH ? 0 : at - REACH, at + CORE_LINE);
        }
    }
}

/* Bytes that code was ever executed from, by a hash of where they are: stores to
 * them are looked at, each. A page too many only costs time. */
static bool *mark_of(struct core *c, const uint8_t *bytes)
{
    uintptr_t x = (uintptr_t)bytes >> 6;
    return &c->code_mark[(x ^ x >> 7 ^ x >> 14) % CODE_MARKS];
}

/* The page was executed from under another address as well? */
static bool has_twin(const struct core *c, const struct code *p)
{
    for (unsigned i = 0; i < CODE_CHAINS; i++) {
        for (const struct code *q = c->code[i]; q != NULL; q = q->next) {
            if (q->bytes == p->bytes && q->addr != p->addr) {
                return true;
            }
        }
    }
    return false;
}

static void bytes_moved(struct core *c, struct code *p, const uint8_t *bytes)
{
    bool *mark = mark_of(c, bytes);
    p->bytes = bytes;
    c->aliased = c->aliased || has_twin(c, p);
    if (!*mark) {
        *mark = true;
        core_tlb_flush_stores(c);
    }
}

struct code *core_code_attach(
        struct core *c, uint32_t page, bool lined, const struct core_page *from)
{
    struct code *p = find(c, page, lined);
    if (p == NULL) {
        p = make(c, page, lined);
    }
    if (p->bytes != from->bytes) {
        bytes_moved(c, p, from->bytes);
    }
    if (!p->clean || p->doubt != c->doubt || p->id == 0 || p->id != from->id) {
        compare(p, 0, CORE_PAGE);
    }
    p->id = from->id;
    p->clean = true;
    p->doubt = c->doubt;
    return p;
}

bool core_code_near(struct core *c, const uint8_t *bytes)
{
    return *mark_of(c, bytes);
}

/* The owner answered a wish to store with other bytes, of the same value. */
void core_code_moved(struct core *c, uint32_t page, const uint8_t *bytes)
{
    for (struct code *p = *chain_of(c, page); p != NULL; p = p->next) {
        if (p->addr == page) {
            bytes_moved(c, p, bytes);
        }
    }
}

/* The part of the page that changed; true: there was code under this address.
 * Of a page that is not in use the bytes are looked at when it is again. */
static bool page_changed(struct core *c, uint32_t page, uint32_t from, uint32_t to)
{
    bool found = false;
    const struct code_tlb *e = &c->fetch[tlb_slot(page)];
    for (struct code *p = *chain_of(c, page); p != NULL; p = p->next) {
        if (p->addr == page) {
            found = true;
            p->clean = false;
            if (e->tag == page && e->code == p) {
                compare(p, from, to);
            }
        }
    }
    return found;
}

void core_code_changed(struct core *c, uint32_t addr, uint32_t len)
{
    bool found = len != 0;
    while (len != 0) {
        uint32_t at = addr % CORE_PAGE;
        uint32_t part = CORE_PAGE - at < len ? CORE_PAGE - at : len;
        found = page_changed(c, addr - at, at, at + part) && found;
        addr += part;
        len -= part;
    }
    if (!found || c->aliased) {
        /* Perhaps there is, under another address: look before it is used. */
        c->doubt++;
        core_tlb_flush(c);
    }
}

/* ---- filling ------------------------------------------------------------------------------ */

static uint32_t learn(struct code *p, uint32_t at)
{
    uint32_t line = at / CORE_LINE;
    if (!known(p, line)) {
        p->known[line / 64] |= (uint64_t)1 << line % 64;
        memcpy(p->src + line * CORE_LINE, p->bytes + line * CORE_LINE, CORE_LINE);
    }
    return get16(p->src + at);
}

/* A branch inside the page goes by distance. */
static void settle(const struct code *p, struct insn *i)
{
    uint32_t off = i->imm - p->addr;
    op_fn *run = NULL;
    if (i->run == op_b_far) {
        run = p->lined ? op_b_lined : op_b_near;
    } else if (i->run == op_bl_far) {
        run = p->lined ? op_bl_lined : op_bl_near;
    } else if (i->run == op_bcc_far) {
        run = p->lined ? op_bcc_lined[i->s] : op_bcc_near[i->s];
    } else if (i->run == op_cbz_far) {
        run = p->lined ? op_cbz_lined : op_cbz_near;
    }
    if (run != NULL && off < CORE_PAGE) {
        i->run = run;
        i->imm = (uint32_t)(&p->insns[off / 2] - i);
    }
}

/* What is to be looked at before the instruction: its lines, its condition. */
static void put_before(const struct code *p, struct insn *i, bool wide, bool in_block)
{
    bool first = p->lined && i->pc % CORE_LINE == 0;
    bool over = p->lined && wide && i->pc % CORE_LINE == ODD_LINE;
    op_fn *look = in_block ? op_cond : NULL;
    if (first) {
        look = in_block ? op_cond_line : op_line;
    }
    if (over) {
        look = in_block ? op_cond_straddle : op_straddle;
    }
    if (look != NULL) {
        i->then = i->run;
        i->run = look;
    }
}

/* Fill i with the instruction at pc and return its length; 0: it reaches over
 * the end of the page. */
static unsigned fill(struct core *c, struct code *p, struct insn *i, uint32_t it)
{
    uint32_t at = i->pc % CORE_PAGE;
    uint32_t w = learn(p, at);
    bool wide = core_is_wide(w);
    if (wide && at + 4 > CORE_PAGE) {
        return 0;
    }
    if (wide) {
        w = w << 16 | learn(p, at + 2);
    }
    i->it = (uint8_t)it;
    core_decode(i, w, wide);
    settle(p, i);
    put_before(p, i, wide, it != 0);
    if (core_is_break(c, i->pc)) {
        i->run = op_break;
    }
    return wide ? 4 : 2;
}

/* The records of the block behind the IT at `self`, and the way back. False:
 * it reaches over the end of the page. */
static bool fill_block(struct core *c, struct code *p, struct insn *self)
{
    uint32_t it = learn(p, self->pc % CORE_PAGE) & 0xFF;
    uint32_t pc = self->pc + 2;
    struct insn *first = &p->insns[PAGE_RECORDS + 1 + p->sides];
    struct insn *i = first;
    for (; it != 0; it = it_next(it), i++) {
        *i = (struct insn){.pc = pc, .step = 1};
        unsigned len = pc - p->addr < CORE_PAGE ? fill(c, p, i, it) : 0;
        if (len == 0) {
            return false;
        }
        pc += len;
    }
    if (pc - p->addr > CORE_PAGE) {
        return false;
    }
    *i = (struct insn){.run = op_rejoin, .pc = pc, .step = 1};
    i->imm = (uint32_t)(&p->insns[(pc - p->addr) / 2] - i);
    p->sides += (uint32_t)(i + 1 - first);
    self->imm = (uint32_t)(first - self);
    return true;
}

void op_decode(struct core *c, const struct insn *i, int64_t t)
{
    struct code *p = c->here->code;
    struct insn *self = &p->insns[i->pc % CORE_PAGE / 2];
    if (p->sides + IT_MOST + 1 > SIDE_RECORDS) {
        forget_all(p);
    }
    unsigned len = fill(c, p, self, 0);
    bool is_it = len == 2 && core_is_it(get16(p->src + i->pc % CORE_PAGE), false);
    self->step = len == 4 ? 2 : 1;
    if (len == 0 || (is_it && !fill_block(c, p, self))) {
        *self = (struct insn){.run = op_over_end, .pc = self->pc, .step = 1};
    }
    self->run(c, self, t);
}

/* A breakpoint came or went. */
void core_code_redo(struct core *c, uint32_t addr)
{
    uint32_t page = addr & ~(uint32_t)(CORE_PAGE - 1);
    for (struct code *p = *chain_of(c, page); p != NULL; p = p->next) {
        if (p->addr == page) {
            forget_all(p);
        }
    }
}
