/* SPDX-License-Identifier: MIT */
#include "flash/flash.h"
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

struct etch_guard_window *closed_window(
        struct etch_guard *g, struct etch_mpu_piece *why, enum etch_guard_plan plan)
{
    struct cm4_mpu_regs *regs = mmio_at(CM4_MPU_REGS);
    struct etch_guard_window *w = g->window;
    why->reserved = ETCH_MPU_ALL;
    for (; w < g->window + ETCH_GUARD_WINDOWS; w++) {
        why->range = w->want.range;
        w->plan = plan;
        if (etch_mpu_fix(why, regs)) {
            break;
        }
    }
    return w;
}

/* The first store of a call asks for all of its span. */
enum etch_err store_in_window(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct etch_guard *g = f->config->gate->ctx;
    uint32_t len = addr == f->span.addr ? f->span.len : n;
    uint32_t id;
    uint32_t mask = cpu_irq_save();
    enum etch_err err = etch_guard_open(g, addr, len, ETCH_GUARD_WRITE, &id);
    if (!err) {
        etch_flash_store(addr, data, n);
        (void)etch_guard_close(g, id);
    }
    cpu_irq_restore(mask);
    return err;
}
