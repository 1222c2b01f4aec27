/* core_rig.c - a processor with a little around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/core_rig.h"

/* ---- the bus ---------------------------------------------------------------------- */

static uint8_t *flash_at(struct rig *r, uint32_t addr)
{
    if (addr - RIG_FLASH < RIG_FLASH_SIZE) {
        return r->flash + (addr - RIG_FLASH);
    }
    return addr < RIG_FLASH_SIZE ? r->flash + addr : NULL;
}

static void page(void *ctx, uint32_t addr, bool store, struct core_page *p)
{
    struct rig *r = ctx;
    r->pages++;
    r->pages_to_store += store;
    if (flash_at(r, addr) != NULL) {
        *p = r->flash_page;
        p->bytes = flash_at(r, addr);
        p->id = r->id != 0 ? r->id + addr : 0;
    } else if (addr - RIG_RAM < RIG_RAM_SIZE) {
        p->bytes = r->ram + (addr - RIG_RAM);
        p->id = r->id != 0 ? r->id + addr : 0;
        p->read = true;
        p->write = true;
        p->fetch = true;
    } else {
        p->no_fetch = true;
    }
}

static enum core_end read_place(void *ctx, uint32_t addr, unsigned width, uint32_t *value)
{
    struct rig *r = ctx;
    if (addr - RIG_PLACE >= 4 * RIG_WORDS) {
        return CORE_ERROR;
    }
    uint32_t word = r->word[(addr - RIG_PLACE) / 4] >> addr % 4 * 8;
    *value = width == 4 ? word : word & ((1u << 8 * width) - 1);
    if (r->on_place != NULL) {
        r->on_place(r, false);
    }
    return r->place_end;
}

static enum core_end write_place(
        void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    struct rig *r = ctx;
    r->stored_at = addr;
    r->stored = value;
    r->stored_width = width;
    r->stored_beat = beat;
    if (addr - RIG_PLACE >= 4 * RIG_WORDS) {
        return CORE_ERROR;
    }
    uint32_t lanes = width == 4 ? ~0u : ((1u << 8 * width) - 1) << addr % 4 * 8;
    uint32_t *word = &r->word[(addr - RIG_PLACE) / 4];
    *word = (*word & ~lanes) | (value << addr % 4 * 8 & lanes);
    if (r->on_place != NULL) {
        r->on_place(r, true);
    }
    return r->place_end;
}

static enum core_end line(
        void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    struct rig *r = ctx;
    r->lines++;
    r->last_line = addr;
    *wait = r->line_wait;
    if (r->on_line != NULL) {
        r->on_line(r);
    }
    const uint8_t *from = flash_at(r, addr);
    if (from != NULL) {
        memcpy(bytes, from, CORE_LINE);
    }
    return from == NULL ? CORE_ERROR : r->line_end;
}

static enum core_end barrier(void *ctx)
{
    struct rig *r = ctx;
    r->barriers++;
    return r->barrier_end;
}

static void taken(void *ctx, unsigned irq)
{
    struct rig *r = ctx;
    r->taken++;
    r->last_taken = irq;
}

static void listen(void *ctx, const struct core_says *says)
{
    struct rig *r = ctx;
    struct rig_said *s = &r->said[r->n_said++ % RIG_SAYS];
    *s = (struct rig_said){.kind = says->kind,
            .cycle = says->cycle,
            .pended = says->pended,
            .pc = says->pc,
            .addr = says->addr,
            .value = says->value,
            .n = says->n,
            .from = says->from,
            .width = says->width,
            .access = says->access};
    if (says->fault != NULL) {
        s->fault = *says->fault;
    }
}

/* ---- life --------------------------------------------------------------------------- */

static void put(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

struct rig *rig_open(void)
{
    static const struct core_config config = {.irqs = RIG_IRQS, .systick_calib = 0x1234};
    struct rig *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->bus = (struct core_bus){page, read_place, write_place, line, barrier, taken, r};
    r->flash_page = (struct core_page){.read = true, .fetch = true};
    memset(r->flash, 0xFF, sizeof(r->flash));
    put(r->flash, RIG_STACK);
    put(r->flash + 4, RIG_CODE | 1);
    for (uint32_t n = 2; n < CORE_IRQ0 + RIG_IRQS; n++) {
        put(r->flash + (size_t)4 * n, (RIG_HANDLERS + 16 * n) | 1);
        put(r->ram + (RIG_HANDLERS + 16 * n - RIG_RAM), 0xE7FEE7FE); /* b . */
    }
    r->c = core_new(&config, &r->bus);
    assert_non_null(r->c);
    core_listen(r->c, listen, r);
    core_reset(r->c);
    rig_code(r, RIG_CODE, "e7fe"); /* b . */
    assert_int_equal(core_run(r->c, core_cycles(r->c) + 1), CORE_UNTIL);
    return r;
}

void rig_close(struct rig *r)
{
    core_free(r->c);
    free(r);
}

static void put_half(struct rig *r, uint32_t at, unsigned long half)
{
    uint8_t *to = flash_at(r, at) != NULL ? flash_at(r, at) : r->ram + (at - RIG_RAM);
    to[0] = (uint8_t)half;
    to[1] = (uint8_t)(half >> 8);
}

uint32_t rig_code(struct rig *r, uint32_t addr, const char *hex)
{
    uint32_t at = addr;
    while (*hex != 0) {
        char *end = NULL;
        unsigned long half = strtoul(hex, &end, 16);
        put_half(r, at, half);
        at += 2;
        hex = end + strspn(end, " ");
    }
    core_changed(r->c, addr, at - addr);
    return at;
}

void rig_go(struct rig *r, uint32_t addr)
{
    core_reg_set(r->c, CORE_PC, addr);
}

enum core_stop rig_run(struct rig *r, uint64_t cycles)
{
    return core_run(r->c, core_cycles(r->c) + cycles);
}

enum core_stop rig_try(struct rig *r, const char *hex)
{
    rig_code(r, rig_code(r, RIG_CODE, hex), "e7fe");
    rig_go(r, RIG_CODE);
    return rig_run(r, 300);
}

/* ---- looking in --------------------------------------------------------------------------- */

uint32_t rig_reg(const struct rig *r, enum core_reg reg)
{
    return core_reg(r->c, reg);
}

void rig_set(struct rig *r, enum core_reg reg, uint32_t value)
{
    core_reg_set(r->c, reg, value);
}

uint32_t rig_ppb(const struct rig *r, uint32_t addr)
{
    return core_ppb(r->c, addr);
}

void rig_ppb_set(struct rig *r, uint32_t addr, uint32_t value)
{
    core_ppb_set(r->c, addr, value);
}

uint32_t rig_word(const struct rig *r, uint32_t addr)
{
    const uint8_t *at = r->ram + (addr - RIG_RAM);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

void rig_word_set(struct rig *r, uint32_t addr, uint32_t value)
{
    put(r->ram + (addr - RIG_RAM), value);
    core_changed(r->c, addr, 4);
}

unsigned rig_exception(const struct rig *r)
{
    return core_reg(r->c, CORE_XPSR) & 0x1FF;
}

uint32_t rig_frame(const struct rig *r, unsigned n)
{
    return rig_word(r, core_reg(r->c, CORE_SP) + 4 * n);
}

void rig_region(struct rig *r, struct rig_region region)
{
    unsigned log = 0;
    while (region.size != 0 && (region.size >> log) != 1) {
        log++;
    }
    log = region.size == 0 ? 32 : log; /* all 4 GiB */
    core_ppb_set(r->c, MPU_RNR, region.n);
    core_ppb_set(r->c, MPU_RBAR, region.base);
    core_ppb_set(r->c, MPU_RASR,
            (uint32_t)region.xn << 28 | region.ap << 24 | region.srd << 8 |
                    (log - 1) << 1 | 1);
}

unsigned rig_count(const struct rig *r, enum core_says_kind kind)
{
    unsigned count = 0;
    for (unsigned i = 0; i < r->n_said && i < RIG_SAYS; i++) {
        count += r->said[i].kind == kind;
    }
    return count;
}

const struct rig_said *rig_last(const struct rig *r, enum core_says_kind kind)
{
    unsigned i = r->n_said < RIG_SAYS ? r->n_said : RIG_SAYS;
    while (i-- > 0) {
        if (r->said[i].kind == kind) {
            return &r->said[i];
        }
    }
    fail_msg("the core did not say %d", (int)kind);
    return NULL;
}
