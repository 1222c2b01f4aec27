/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "port/mmio.h"

enum etch_err erase_begin(struct etch_flash *f, unsigned number)
{
    const struct etch_sector *s = &f->sector;
    enum etch_err err = etch_flash_sector(f, number, &f->sector);
    if (err) {
        return err;
    }
    f->erase_cr = F4_FLASH_CR_PSIZE(f->psize) | F4_FLASH_CR_SER |
                  F4_FLASH_CR_SNB(s->snb) | F4_FLASH_CR_STRT;
    return session_begin(f, s->addr, NULL, s->len);
}

static enum etch_err run(const struct etch_flash *f)
{
    const struct etch_flash_wait *wait = f->config->wait;
    if (wait) {
        return wait->how(f, f->erase_cr);
    }
    mmio_write32(&f->regs->cr, f->erase_cr);
    return ready(f);
}

enum etch_err etch_flash_erase(struct etch_flash *f, unsigned sector)
{
    enum etch_err err = erase_begin(f, sector);
    return err ? err : session_end(f, run(f));
}
