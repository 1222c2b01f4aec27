/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"
#include "port/ramcode.h"

static struct etch_flash_wait wait;

/* The bound is the clock; the count bounds a clock that stands still: no turn
 * takes less than a cycle. */
ETCH_RAMCODE enum etch_err poll_end(const struct etch_flash *f)
{
    uint32_t start = cpu_cycles();
    uint32_t limit = f->limit;
    for (uint32_t turns = limit; turns > 0 && cpu_cycles() - start < limit; turns--) {
        if (!(mmio_read32(&f->regs->sr) & F4_FLASH_SR_BSY)) {
            return ETCH_OK;
        }
        if (wait.dog.feed_addr) {
            mmio_write32(reg_at(wait.dog.feed_addr), wait.dog.feed_value);
        }
        if (wait.keep_alive) {
            wait.keep_alive(wait.ctx);
        }
    }
    return ETCH_E_TIMEOUT;
}

ETCH_RAMCODE enum etch_err poll_run(const struct etch_flash *f, uint32_t cr)
{
    mmio_write32(&f->regs->cr, cr);
    return poll_end(f);
}

static bool in_flash(uintptr_t addr)
{
    return addr < 0x200000 || addr - F4_FLASH_BASE < 0x200000;
}

enum etch_err poll_prepare(const struct etch_flash *f)
{
    wait = *f->config->wait;
    uintptr_t loops = (uintptr_t)&poll_end; /* in SRAM if the linker script knows */
    if (in_flash(loops) || (wait.keep_alive && in_flash((uintptr_t)wait.keep_alive))) {
        return ETCH_E_SELF;
    }
    return ETCH_OK;
}

enum etch_err poll_refuses(const struct etch_flash *f)
{
    enum etch_err err = poll_prepare(f);
    return err || f->config->wait->dog.feed_addr ? err : outlasts_dog(f);
}
