/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum etch_err etch_flash_erase_begin(struct etch_flash *f, unsigned sector)
{
    enum etch_err err = erase_begin(f, sector);
    if (!err) {
        f->erasing = true;
        f->erase_start = cpu_cycles();
        mmio_write32(&f->regs->cr, f->erase_cr);
    }
    return err;
}

enum etch_err etch_flash_erase_poll(struct etch_flash *f)
{
    if (!f->erasing) {
        return ETCH_E_NOENT;
    }
    if (!(mmio_read32(&f->regs->sr) & F4_FLASH_SR_BSY)) {
        return ETCH_OK;
    }
    return cpu_cycles() - f->erase_start < f->limit ? ETCH_E_BUSY : ETCH_E_TIMEOUT;
}

enum etch_err etch_flash_erase_end(struct etch_flash *f)
{
    if (!f->erasing) {
        return ETCH_E_NOENT;
    }
    f->erasing = false;
    return session_end(f, ready(f));
}
