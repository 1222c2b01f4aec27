/* page.c - what the bus allows to be used directly, and the TLBs made of it
 * and of the MPU.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/core_priv.h"

static struct info *info_slot(struct core *c, uint32_t page)
{
    return &c->info[(page >> 12 ^ page >> 22) % INFO_SLOTS];
}

/* The first store to a page may give it bytes of its own. */
static void moved(struct core *c, uint32_t page, const uint8_t *bytes)
{
    c->load.base[page / CORE_PAGE] = 0;
    c->load_mid[tlb_slot(page)].tag = NO_TAG;
    if (bytes != NULL) {
        core_code_moved(c, page, bytes);
    } else {
        core_tlb_flush(c);
    }
}

const struct core_page *core_page_info(struct core *c, uint32_t addr, bool store)
{
    uint32_t page = addr & ~(uint32_t)(CORE_PAGE - 1);
    struct info *i = info_slot(c, page);
    bool known = i->page == page && i->gen == c->gen;
    if (known && (!store || i->store_gen == c->store_gen)) {
        return &i->p;
    }
    const uint8_t *before = known ? i->p.bytes : NULL;
    i->p = (struct core_page){0};
    c->bus->page(c->bus->ctx, page, store, &i->p);
    if (before != NULL && before != i->p.bytes) {
        moved(c, page, i->p.bytes);
    }
    i->page = page;
    i->gen = c->gen;
    i->store_gen = store ? c->store_gen : 0;
    return &i->p;
}

/* ---- TLBs ------------------------------------------------------------------------ */

static void take_back(struct lent *lent)
{
    for (unsigned i = 0; i < lent->count; i++) {
        lent->base[lent->page[i]] = 0;
    }
    lent->count = 0;
}

static void lend(struct lent *lent, uint32_t addr, uintptr_t base)
{
    uint32_t page = addr / CORE_PAGE;
    if (base != 0 && lent->base[page] == 0) {
        if (lent->count == LENT_MOST) {
            take_back(lent);
        }
        lent->page[lent->count++] = page;
    }
    lent->base[page] = base;
}

/* Slow for a reason: every access is looked at. */
static bool data_is_watched(const struct core *c)
{
    return c->tell_accesses || c->watches != 0;
}

const struct mid *core_load_tlb(struct core *c, uint32_t addr)
{
    uint32_t page = addr & ~(uint32_t)(CORE_PAGE - 1);
    struct mid *m = &c->load_mid[tlb_slot(addr)];
    if (data_is_watched(c) || core_is_ppb(addr)) {
        return NULL;
    }
    const struct core_page *p = core_page_info(c, addr, false);
    if (p->bytes == NULL || !p->read) {
        return NULL;
    }
    bool all = core_mpu_page(c, page, CAN_READ, m->ok);
    m->tag = page;
    m->noted = p->noted;
    m->whole = all;
    m->watched = false;
    m->base = (uintptr_t)p->bytes - page;
    lend(&c->load, addr, all && !p->noted ? m->base : 0);
    return m;
}

const struct mid *core_store_tlb(struct core *c, uint32_t addr)
{
    uint32_t page = addr & ~(uint32_t)(CORE_PAGE - 1);
    struct mid *m = &c->store_mid[tlb_slot(addr)];
    if (data_is_watched(c) || core_is_ppb(addr)) {
        return NULL;
    }
    const struct core_page *p = core_page_info(c, addr, true);
    if (p->bytes == NULL || !p->write) {
        return NULL;
    }
    bool all = core_mpu_page(c, page, CAN_WRITE, m->ok);
    m->tag = page;
    m->noted = false;
    m->watched = core_code_near(c, p->bytes);
    m->base = (uintptr_t)p->bytes - page;
    lend(&c->store, addr, all && !m->watched ? m->base : 0);
    return m;
}

void core_tlb_flush_stores(struct core *c)
{
    take_back(&c->store);
    for (unsigned i = 0; i < TLB_SLOTS; i++) {
        c->store_mid[i].tag = NO_TAG;
    }
}

/* Code that runs from here on is looked up again, at the latest after the
 * instruction under way. */
void core_tlb_flush(struct core *c)
{
    core_tlb_flush_stores(c);
    take_back(&c->load);
    for (unsigned i = 0; i < TLB_SLOTS; i++) {
        c->load_mid[i].tag = NO_TAG;
        c->fetch[i].tag = NO_TAG;
    }
    c->revoked = true;
    core_end_slice(c);
}

void core_refresh(struct core *c)
{
    uint32_t mode = core_mpu_on(c) ? 1u + core_privileged(c) : 0;
    if (mode != c->mode) {
        c->mode = mode;
        core_tlb_flush(c);
    }
    bool off = (c->st.scb.cpacr >> 20 & 3) != 3 &&
               ((c->st.scb.cpacr >> 20 & 3) != 1 || !core_privileged(c));
    bool automatic = (c->st.scb.fpccr & FPCCR_ASPEN) != 0;
    bool fresh = automatic && (c->st.control & CONTROL_FPCA) == 0;
    c->unit_busy = off || fresh || (c->st.scb.fpccr & FPCCR_LSPACT) != 0;
}

/* ---- revoked ------------------------------------------------------------------------- */

void core_revoke(struct core *c, uint32_t addr, uint32_t len)
{
    if (addr == 0 && len == 0) {
        c->gen++;
    } else {
        for (unsigned i = 0; i < INFO_SLOTS; i++) {
            uint32_t off = c->info[i].page - (addr & ~(uint32_t)(CORE_PAGE - 1));
            if (off < len + addr % CORE_PAGE) {
                c->info[i].gen = 0;
            }
        }
    }
    core_tlb_flush(c);
}

void core_revoke_stores(struct core *c)
{
    c->store_gen++;
    core_tlb_flush_stores(c);
}

void core_changed(struct core *c, uint32_t addr, uint32_t len)
{
    art_changed(&c->st.art, addr, len);
    core_code_changed(c, addr, len);
}

/* ---- lines of flash loaded from ---------------------------------------------------------- */

/* True: it was among them. */
bool core_bring_forward(struct noted *n, uint32_t line)
{
    unsigned at = 0;
    while (at < n->count && n->line[at] != line) {
        at++;
    }
    bool known = at < n->count;
    if (!known) {
        n->count += n->count < NOTED_LINES ? 1 : 0;
        at = n->count - 1;
    }
    memmove(&n->line[1], &n->line[0], at * sizeof(*n->line));
    n->line[0] = line;
    return known;
}

size_t core_noted(struct core *c, uint32_t lines[16])
{
    struct noted *n = &c->st.noted;
    size_t count = n->count;
    for (size_t i = 0; i < count; i++) {
        lines[i] = n->line[count - 1 - i];
    }
    memset(n, 0, sizeof(*n));
    return count;
}
