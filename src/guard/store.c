/* SPDX-License-Identifier: MIT */
#include "flash/flash.h"
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum { LINE = 32 };

struct store {
    uint32_t addr;
    const uint8_t *data;
    uint32_t n;
};

/* Work out the change for a store to the line. A free region covers 32 bytes and
 * can follow the store as far as the region reaches that refuses; nothing else is
 * relied upon another time. */
static inline enum etch_guard_plan aim(
        struct etch_guard *g, uint32_t line, struct cm4_mpu_regs *regs)
{
    struct etch_mpu_piece *p = &g->why;
    p->range.addr = line;
    p->range.len = LINE;
    p->range.what = ETCH_GUARD_WRITE;
    enum etch_guard_plan plan = etch_mpu_fix(p, regs);
    if (plan != ETCH_GUARD_OVERLAY) {
        p->run = 0;
    }
    return plan;
}

/* What was worked out holds where it reaches, while its region is off. One that
 * moves is off before and after, so it is off whenever it does. Where nothing is to
 * be done, the region that RNR selects is made what it is. */
static enum etch_err store(
        struct etch_mpu_piece *why, struct cm4_mpu_regs *regs, void *what)
{
    struct etch_guard *g = guard_of(why);
    const struct store *s = what;
    uint32_t to = s->addr & ~(LINE - 1u);
    uint32_t rasr = CM4_MPU_RASR_ENABLE;
    if (s->addr - why->range.addr < why->run) {
        mmio_write32(&regs->rnr, (uint32_t)why->region);
        rasr = mmio_read32(&regs->rasr);
    }
    if (rasr & CM4_MPU_RASR_ENABLE) {
        enum etch_guard_plan plan = aim(g, to, regs);
        if (plan < 0) {
            return (enum etch_err)plan;
        }
        rasr = mmio_read32(&regs->rasr);
        to = why->to.rbar;
    }
    uint32_t to_rasr = why->to.rasr;
    uint32_t rbar = mmio_read32(&regs->rbar);
    mmio_write32(&regs->rbar, to);
    mmio_write32(&regs->rasr, to_rasr);
    cpu_dsb(); /* suffices: it is about a store, not a fetch */
    etch_flash_store(s->addr, s->data, s->n);
    mmio_write32(&regs->rasr, rasr);
    mmio_write32(&regs->rbar, rbar);
    return ETCH_OK;
}

enum etch_err store_alone(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct etch_guard *g = f->config->gate->ctx;
    struct store s = {addr, data, n};
    return with_mpu(&g->why, &s, store);
}
