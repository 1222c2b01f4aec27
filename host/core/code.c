/* code.c - decoded pages: found, filled, and forgotten when bytes change.
 *
 * A block begins where execution came in and goes on to the next branch that is
 * always taken, through branches that may be. So one instruction can stand in
 * several blocks, and an IT block is simply part of the row. Between records of
 * instructions stand others that look whether a line may be entered, whether a
 * condition holds, whether there is a breakpoint.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "core/decode.h"
#include "core/exec.h"

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

/* Blocks that may hold bytes from..to of the page are made again. */
static void forget(struct code *p, uint32_t from, uint32_t to)
{
    uint32_t first = from < BLOCK_REACH ? 0 : from - BLOCK_REACH;
    for (uint32_t k = first / 2; k < (to + 1) / 2; k++) {
        p->entry[k] = NULL;
    }
}

static void forget_all(struct code *p)
{
    memset(p->known, 0, sizeof(p->known));
    p->used = 0;
    forget(p, 0, CORE_PAGE);
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
            forget(p, at, at + CORE_LINE);
        }
    }
}

/* Where these bytes are noted as code, or where they would be; NULL: it is
 * crowded there, and nothing is known. */
static const uint8_t **note_of(struct core *c, const uint8_t *bytes)
{
    enum { PROBES = 16 };
    uintptr_t x = (uintptr_t)bytes >> 6;
    x ^= x >> 7 ^ x >> 14;
    for (unsigned k = 0; k < PROBES; k++) {
        const uint8_t **note = &c->code_from[(x + k) % CODE_NOTES];
        if (*note == NULL || *note == bytes) {
            return note;
        }
    }
    return NULL;
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
    const uint8_t **note = note_of(c, bytes);
    p->bytes = bytes;
    c->aliased = c->aliased || has_twin(c, p);
    if (note != NULL && *note == NULL) {
        *note = bytes;
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
    const uint8_t **note = note_of(c, bytes);
    return note == NULL || *note == bytes;
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

/* ---- building ----------------------------------------------------------------------------- */

static uint32_t learn(struct code *p, uint32_t at)
{
    uint32_t line = at / CORE_LINE;
    if (!known(p, line)) {
        uint32_t start = line * CORE_LINE;
        p->known[line / 64] |= (uint64_t)1 << line % 64;
        memcpy(p->src + start, p->bytes + start, CORE_LINE);
    }
    return get16(p->src + at);
}

/* A block that grows. */
struct row_of_records {
    struct core *c;
    struct code *p;
    struct insn *i; /* the next free record */
    int64_t before;
    uint32_t pc, it;
    uint32_t line;      /* that was looked at last */
    struct insn *flags; /* the last instruction, if it is always executed */
};

static struct insn *put(struct row_of_records *b, op_fn *run)
{
    struct insn *i = b->i++;
    *i = (struct insn){
            .run = run, .before = b->before, .pc = b->pc, .it = (uint8_t)b->it};
    return i;
}

static void put_line(struct row_of_records *b, uint32_t addr)
{
    uint32_t line = addr & ~(uint32_t)(CORE_LINE - 1);
    if (b->p->lined && line != b->line) {
        put(b, op_line)->imm = line;
        b->line = line;
    }
}

/* A branch inside the page goes by the slot of its target. */
static void settle(struct code *p, struct insn *i)
{
    uint32_t off = i->imm - p->addr;
    op_fn *run = NULL;
    if (i->run == op_b_far) {
        run = op_b_near;
    } else if (i->run == op_bl_far) {
        run = op_bl_near;
    } else if (i->run == op_bcc_far) {
        run = op_bcc_near[i->s];
    } else if (i->run == op_cbz_far) {
        run = op_cbz_near;
    }
    if (run != NULL && off < CORE_PAGE) {
        i->run = run;
        i->near = true;
        i->before += SPENT(COST_TAKEN);
        i->imm = (uint32_t)((const char *)&p->entry[off / 2] - (const char *)i);
    }
}

/* Execution never goes on behind it. */
static bool always_leaves(const struct insn *i)
{
    static op_fn *const leavers[] = {op_b_far, op_b_near, op_bl_far, op_bl_near, op_bx,
            op_blx, op_bx_pc, op_mov_pc, op_ldm_pc, op_ldr_pc, op_tbb, op_isb,
            op_undefined, op_unpredictable};
    bool leaves = false;
    for (unsigned k = 0; k < sizeof(leavers) / sizeof(*leavers); k++) {
        leaves = leaves || i->run == leavers[k];
    }
    return leaves && i->it == 0;
}

/* Flags that the next instruction replaces are not made; only if nothing stands
 * between, where the row could be left. */
static void join(struct row_of_records *b, const struct insn *i)
{
    struct insn *before = b->flags;
    op_fn *better = NULL;
    if (before != NULL && before + 1 == i) {
        better = core_flagless(before, i);
    }
    if (better != NULL) {
        before->run = better;
    }
}

/* A comparison and the branch behind it become one function; so do an IT and the
 * look at its condition. Not inside an IT block, where the first may be passed
 * over. */
static void fuse(struct insn *first, const struct insn *end)
{
    for (struct insn *i = first; i + 1 < end; i++) {
        const struct insn *behind = i + 1;
        op_fn *both = NULL;
        if (i->it != 0) {
            continue;
        }
        if (behind->s < 14 && behind->run == op_bcc_near[behind->s]) {
            both = core_fused(i->run, behind->s);
        } else if (behind->it != 0 && behind->run == op_cond[behind->it >> 4]) {
            both = op_it[behind->it >> 4];
        }
        if (both != NULL) {
            i->run = both;
        }
    }
}

/* The encoding at b->pc. False: it reaches over the page's end. */
static bool get_encoding(struct row_of_records *b, uint32_t *w, bool *wide)
{
    uint32_t at = b->pc - b->p->addr;
    *w = at < CORE_PAGE ? learn(b->p, at) : 0;
    *wide = core_is_wide(*w);
    if (at >= CORE_PAGE || (*wide && at + 4 > CORE_PAGE)) {
        return false;
    }
    if (*wide) {
        *w = *w << 16 | learn(b->p, at + 2);
    }
    return true;
}

/* One instruction, with what stands around it. False: it reaches over the page's
 * end. */
static bool put_insn(struct row_of_records *b, bool *last)
{
    uint32_t w = 0;
    bool wide = false;
    if (!get_encoding(b, &w, &wide)) {
        return false;
    }
    put_line(b, b->pc);
    put_line(b, b->pc + (wide ? 2 : 0));
    if (core_is_break(b->c, b->pc)) {
        put(b, op_break);
    }
    struct insn *cond = b->it != 0 ? put(b, op_cond[b->it >> 4]) : NULL;
    struct insn *i = put(b, op_nop);
    unsigned cycles = core_decode(i, w, wide);
    settle(b->p, i);
    join(b, i);
    b->flags = cond == NULL ? i : NULL;
    b->before += SPENT(cycles);
    b->pc += i->len;
    b->it = core_is_it(w, wide) ? w & 0xFF : it_next(b->it);
    if (i->d == CORE_SP) {
        put(b, op_align_sp);
    }
    if (cond != NULL) {
        cond->amount = (uint8_t)(b->i - i);
        cond->imm = cycles - 1;
    }
    *last = always_leaves(i);
    return true;
}

/* Instructions up to one that always leaves, or as far as a block or the page
 * reaches; an IT block is cut by the end of a page alone (op_link). How many
 * there are. */
static unsigned grow(struct row_of_records *b)
{
    unsigned count = 0;
    bool last = false;
    while (!last && (count < BLOCK_INSNS || b->it != 0)) {
        struct row_of_records before = *b;
        if (!put_insn(b, &last)) {
            *b = before;
            break;
        }
        count++;
    }
    return count;
}

const struct insn *core_build(struct core *c, struct code *p, uint32_t pc)
{
    if (p->used + BLOCK_RECORDS > PAGE_RECORDS) {
        forget_all(p);
    }
    if (core_native_full(c)) {
        core_native_begin(c);
    }
    struct insn *first = &p->records[p->used];
    struct row_of_records b = {.c = c, .p = p, .i = first, .pc = pc, .line = NO_TAG};
    if (grow(&b) == 0) {
        return NULL;
    }
    put(&b, op_link);
    if (c->native != NULL) {
        core_native_block(c, first, b.i);
    } else {
        fuse(first, b.i);
    }
    p->used += (uint32_t)(b.i - first);
    p->entry[(pc - p->addr) / 2] = first;
    return first;
}

void core_code_forget(struct core *c)
{
    for (unsigned i = 0; i < CODE_CHAINS; i++) {
        for (struct code *p = c->code[i]; p != NULL; p = p->next) {
            forget_all(p);
        }
    }
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
