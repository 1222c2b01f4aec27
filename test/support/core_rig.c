/* core_rig.c - a processor with a little around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/core_rig.h"

/* ---- the bus ---------------------------------------------------------------------- */

static uint8_t *flash_at(struct cpu *r, uint32_t addr)
{
    if (addr - CPU_FLASH < CPU_FLASH_SIZE) {
        return r->flash + (addr - CPU_FLASH);
    }
    return addr < CPU_FLASH_SIZE ? r->flash + addr : NULL;
}

static void page(void *ctx, uint32_t addr, bool store, struct core_page *p)
{
    struct cpu *r = ctx;
    r->pages++;
    r->pages_to_store += store;
    if (flash_at(r, addr) != NULL) {
        *p = r->flash_page;
        p->bytes = r->flash_calls ? NULL : flash_at(r, addr);
        p->id = r->id != 0 ? r->id + addr : 0;
    } else if (addr - CPU_RAM < CPU_RAM_SIZE) {
        p->bytes = r->ram + (addr - CPU_RAM);
        p->id = r->id != 0 ? r->id + addr : 0;
        p->read = true;
        p->write = true;
        p->fetch = true;
    } else {
        p->no_fetch = addr / CORE_PAGE != CPU_PLACE / CORE_PAGE;
    }
}

static enum core_end read_place(void *ctx, uint32_t addr, unsigned width, uint32_t *value)
{
    struct cpu *r = ctx;
    if (addr - CPU_PLACE >= 4 * CPU_WORDS) {
        return CORE_ERROR;
    }
    uint32_t word = r->word[(addr - CPU_PLACE) / 4] >> addr % 4 * 8;
    *value = width == 4 ? word : word & ((1u << 8 * width) - 1);
    if (r->on_place != NULL) {
        r->on_place(r, false);
    }
    return r->place_end;
}

static enum core_end write_place(
        void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    struct cpu *r = ctx;
    r->stored_at = addr;
    r->stored = value;
    r->stored_width = width;
    r->stored_beat = beat;
    if (addr - CPU_PLACE >= 4 * CPU_WORDS) {
        return CORE_ERROR;
    }
    uint32_t lanes = width == 4 ? ~0u : ((1u << 8 * width) - 1) << addr % 4 * 8;
    uint32_t *word = &r->word[(addr - CPU_PLACE) / 4];
    *word = (*word & ~lanes) | (value << addr % 4 * 8 & lanes);
    if (r->on_place != NULL) {
        r->on_place(r, true);
    }
    return r->place_end;
}

static enum core_end line(
        void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    struct cpu *r = ctx;
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
    struct cpu *r = ctx;
    r->barriers++;
    return r->barrier_end;
}

static void taken(void *ctx, unsigned irq)
{
    struct cpu *r = ctx;
    r->taken++;
    r->last_taken = irq;
}

static void listen(void *ctx, const struct core_says *says)
{
    struct cpu *r = ctx;
    struct cpu_said *s = &r->said[r->n_said++ % CPU_SAYS];
    *s = (struct cpu_said){.kind = says->kind,
            .cycle = says->cycle,
            .pended = says->pended,
            .pc = says->pc,
            .addr = says->addr,
            .value = says->value,
            .before = says->before,
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

struct cpu *cpu_open(void)
{
    static const struct core_config config = {.irqs = CPU_IRQS, .systick_calib = 0x1234};
    struct cpu *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->bus = (struct core_bus){page, read_place, write_place, line, barrier, taken, r};
    r->flash_page = (struct core_page){.read = true, .fetch = true};
    memset(r->flash, 0xFF, sizeof(r->flash));
    put(r->flash, CPU_STACK);
    put(r->flash + 4, CPU_CODE | 1);
    for (uint32_t n = 2; n < CORE_IRQ0 + CPU_IRQS; n++) {
        put(r->flash + (size_t)4 * n, (CPU_HANDLERS + 16 * n) | 1);
        put(r->ram + (CPU_HANDLERS + 16 * n - CPU_RAM), 0xE7FEE7FE); /* b . */
    }
    r->c = core_new(&config, &r->bus);
    assert_non_null(r->c);
    core_listen(r->c, listen, r);
    core_reset(r->c);
    cpu_code(r, CPU_CODE, "e7fe"); /* b . */
    assert_int_equal(core_run(r->c, core_cycles(r->c) + 1), CORE_UNTIL);
    return r;
}

void cpu_close(struct cpu *r)
{
    core_free(r->c);
    free(r);
}

static void put_half(struct cpu *r, uint32_t at, unsigned long half)
{
    uint8_t *to = flash_at(r, at) != NULL ? flash_at(r, at) : r->ram + (at - CPU_RAM);
    to[0] = (uint8_t)half;
    to[1] = (uint8_t)(half >> 8);
}

uint32_t cpu_code(struct cpu *r, uint32_t addr, const char *hex)
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

void cpu_go(struct cpu *r, uint32_t addr)
{
    core_reg_set(r->c, CORE_PC, addr);
}

enum core_stop cpu_run(struct cpu *r, uint64_t cycles)
{
    return core_run(r->c, core_cycles(r->c) + cycles);
}

enum core_stop cpu_try(struct cpu *r, const char *hex)
{
    cpu_code(r, cpu_code(r, CPU_CODE, hex), "e7fe");
    cpu_go(r, CPU_CODE);
    return cpu_run(r, 300);
}

/* ---- looking in --------------------------------------------------------------------------- */

uint32_t cpu_reg(const struct cpu *r, enum core_reg reg)
{
    return core_reg(r->c, reg);
}

void cpu_set(struct cpu *r, enum core_reg reg, uint32_t value)
{
    core_reg_set(r->c, reg, value);
}

uint32_t cpu_ppb(const struct cpu *r, uint32_t addr)
{
    return core_ppb(r->c, addr);
}

void cpu_ppb_set(struct cpu *r, uint32_t addr, uint32_t value)
{
    core_ppb_set(r->c, addr, value);
}

uint32_t cpu_word(const struct cpu *r, uint32_t addr)
{
    const uint8_t *at = r->ram + (addr - CPU_RAM);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

void cpu_word_set(struct cpu *r, uint32_t addr, uint32_t value)
{
    put(r->ram + (addr - CPU_RAM), value);
    core_changed(r->c, addr, 4);
}

unsigned cpu_exception(const struct cpu *r)
{
    return core_reg(r->c, CORE_XPSR) & 0x1FF;
}

uint32_t cpu_frame(const struct cpu *r, unsigned n)
{
    return cpu_word(r, core_reg(r->c, CORE_SP) + 4 * n);
}

void cpu_region(struct cpu *r, struct cpu_region region)
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

unsigned cpu_count(const struct cpu *r, enum core_says_kind kind)
{
    unsigned count = 0;
    for (unsigned i = 0; i < r->n_said && i < CPU_SAYS; i++) {
        count += r->said[i].kind == kind;
    }
    return count;
}

const struct cpu_said *cpu_last(const struct cpu *r, enum core_says_kind kind)
{
    unsigned i = r->n_said < CPU_SAYS ? r->n_said : CPU_SAYS;
    while (i-- > 0) {
        if (r->said[i].kind == kind) {
            return &r->said[i];
        }
    }
    fail_msg("the core did not say %d", (int)kind);
    return NULL;
}
