/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* A cache can be emptied only while it is off, and the reset bits stay until
 * they are written back (RM0090 3.9.1). Others write ACR too (wait states
 * change with the clock), so each change of it is one piece. */
void caches_aside(struct etch_flash *f)
{
    uint32_t *acr = &f->regs->acr;
    uint32_t mask = cpu_irq_save();
    uint32_t was = mmio_read32(acr);
    uint32_t off = was & ~(F4_FLASH_ACR_ICEN | F4_FLASH_ACR_DCEN);
    mmio_write32(acr, off);
    mmio_write32(acr, off | F4_FLASH_ACR_ICRST | F4_FLASH_ACR_DCRST);
    mmio_write32(acr, off);
    mmio_write32(acr, was & ~F4_FLASH_ACR_DCEN);
    cpu_irq_restore(mask);
    f->dcen |= was & F4_FLASH_ACR_DCEN; /* it may be off since a call that timed out */
}

void caches_back(struct etch_flash *f)
{
    uint32_t mask = cpu_irq_save();
    mmio_write32(&f->regs->acr, mmio_read32(&f->regs->acr) | f->dcen);
    cpu_irq_restore(mask);
    f->dcen = 0;
}

enum etch_err differs(struct etch_flash *f, bool rising)
{
    const uint8_t *data = f->span.data;
    uint32_t end = f->span.addr + f->span.len;
    for (uint32_t at = f->span.addr; (f->report.addr = at) != end; at++) {
        uint32_t want = data ? *data++ : 0xFF;
        uint32_t wrong = want ^ mmio_read8(reg_at(at));
        if (rising ? wrong & want : wrong) {
            return rising ? ETCH_E_BITS : ETCH_E_VERIFY;
        }
    }
    return ETCH_OK;
}

enum etch_err take_span(
        struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t len)
{
    uint32_t size = f->config->part->kib * 1024u;
    uint32_t off = addr - F4_FLASH_BASE;
    if (f->erasing) {
        return ETCH_E_BUSY;
    }
    f->span = (struct etch_flash_span){addr, data, len};
    /* An earlier call may have given up on the controller, or other code left
     * it working: a read, and a store to CR, would stall until it is done. */
    return off > size || len > size - off ? ETCH_E_RANGE : ready(f);
}

enum etch_err etch_flash_verify(
        struct etch_flash *f, uint32_t addr, const void *data, uint32_t len)
{
    enum etch_err err = take_span(f, addr, data, len);
    if (!err) {
        caches_aside(f);
        err = differs(f, false);
        caches_back(f);
    }
    return err;
}
