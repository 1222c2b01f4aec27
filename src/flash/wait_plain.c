/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "flash/poll.h"
#include "hw/reg.h"
#include "port/mmio.h"

enum etch_err etch_flash_wait_plain(const struct etch_flash *f, uint32_t cr)
{
    const struct etch_flash_dog *dog = &f->config->wait->dog;
    enum etch_err err = outlasts_dog(f);
    if (err) {
        return err;
    }
    if (dog->feed_addr) {
        mmio_write32(reg_at(dog->feed_addr), dog->feed_value);
    }
    mmio_write32(&f->regs->cr, cr);
    return ready(f);
}
