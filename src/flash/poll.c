/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"
#include "port/ramcode.h"

/* The bound is the clock; the count bounds a clock that stands still: no turn
 * takes less than a cycle. */
ETCH_RAMCODE enum etch_err poll_run(const struct etch_flash_wait *wait,
        struct f4_flash_regs *regs, uint32_t cr, uint32_t limit)
{
    uint32_t start = cpu_cycles();
    mmio_write32(&regs->cr, cr);
    for (uint32_t turns = limit; turns > 0 && cpu_cycles() - start < limit; turns--) {
        if (!(mmio_read32(&regs->sr) & F4_FLASH_SR_BSY)) {
            return ETCH_OK;
        }
        if (wait->dog.feed_addr) {
            mmio_write32(reg_at(wait->dog.feed_addr), wait->dog.feed_value);
        }
        if (wait->keep_alive) {
            wait->keep_alive(wait->ctx);
        }
    }
    return ETCH_E_TIMEOUT;
}

static bool in_flash(uintptr_t addr)
{
    return addr < 0x200000 || addr - F4_FLASH_BASE < 0x200000;
}

enum etch_err poll_refuses(const struct etch_flash *f)
{
    const struct etch_flash_wait *w = f->config->wait;
    if (w->keep_alive && in_flash((uintptr_t)w->keep_alive)) {
        return ETCH_E_SELF;
    }
    return w->dog.feed_addr ? ETCH_OK : outlasts_dog(f);
}
