/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "flash/flash_priv.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* The widest that stays aligned and within the span: the first steps and the
 * last may be narrower, so no byte outside is ever stored to. */
uint32_t program_step(const struct etch_flash *f, uint32_t addr, uint32_t len)
{
    uint32_t n = 1u << f->psize;
    while ((addr & (n - 1)) || len < n) {
        n >>= 1;
    }
    return n;
}

void etch_flash_store(uint32_t addr, const uint8_t *data, uint32_t n)
{
    if (n > 2) {
        mmio_write32(reg_at(addr), etch_get32(data));
    } else if (n == 2) {
        mmio_write16(reg_at(addr), etch_get16(data));
    } else {
        mmio_write8(reg_at(addr), *data);
    }
    cpu_dsb(); /* or the store is still on its way when BSY is read */
}

static enum etch_err step(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    const struct etch_flash_gate *gate = f->config->gate;
    mmio_write32(&f->regs->cr, F4_FLASH_CR_PSIZE(n / 2) | F4_FLASH_CR_PG);
    if (gate) {
        enum etch_err err = gate->store(f, addr, data, n);
        if (err) {
            return err;
        }
    } else {
        etch_flash_store(addr, data, n);
    }
    return ready(f);
}

static enum etch_err program(struct etch_flash *f)
{
    const uint8_t *data = f->span.data;
    uint32_t at = f->span.addr;
    uint32_t left = f->span.len;
    enum etch_err err = ETCH_OK;
    while (!err && left > 0) {
        uint32_t n = program_step(f, at, left);
        f->report.addr = at;
        err = step(f, at, data, n);
        if (mmio_read32(&f->regs->sr) & F4_FLASH_SR_ERRORS) {
            break; /* session_end tells which */
        }
        at += n;
        data += n;
        left -= n;
    }
    return err;
}

enum etch_err etch_flash_program(
        struct etch_flash *f, uint32_t addr, const void *data, uint32_t len)
{
    enum etch_err err = session_begin(f, addr, data, len);
    return err ? err : session_end(f, program(f));
}
