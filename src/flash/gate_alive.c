/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "flash/gate.h"
#include "flash/poll.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"
#include "port/ramcode.h"

/* As etch_flash_store, but nothing behind the store is in flash. */
ETCH_RAMCODE static enum etch_err store_and_poll(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    if (n == 4) {
        mmio_write32(reg_at(addr), etch_get32(data));
    } else if (n == 2) {
        mmio_write16(reg_at(addr), etch_get16(data));
    } else {
        mmio_write8(reg_at(addr), *data);
    }
    cpu_dsb();
    return poll_end(f);
}

/* Quiet from the first step of a call to the last; there are two reasons for the
 * driver to make one the last. */
static enum etch_err store_alive(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    static struct quiet q;
    enum etch_err err = ETCH_OK;
    if (addr == f->span.addr) {
        err = poll_prepare(f);
        if (!err) {
            err = quieten(f->config->wait->ram_vectors, &q);
        }
    }
    if (!err) {
        err = store_and_poll(f, addr, data, n);
        if (err || addr + n == f->span.addr + f->span.len ||
                (mmio_read32(&f->regs->sr) & F4_FLASH_SR_ERRORS)) {
            awaken(&q);
        }
    }
    return err;
}

const struct etch_flash_gate etch_flash_gate_alive = {store_alive, NULL};
