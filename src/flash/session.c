/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "hw/cm4_scs.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* ---- may it be touched --------------------------------------------------- */

/* The array is also seen at 0 when it is booted from. */
static bool within(const struct etch_sector *s, uint32_t addr)
{
    return (addr | F4_FLASH_BASE) - s->addr < s->len;
}

/* Sector 0 holds the vectors that the next reset takes, wherever VTOR points. */
static bool ours(const struct etch_flash *f, const struct etch_sector *s)
{
    const struct etch_flash_config *c = f->config;
    return s->number == 0 || within(s, mmio_read32(reg_at(CM4_SCB_VTOR))) ||
           within(s, cpu_pc()) || s->addr - c->image_addr < c->image_len ||
           c->image_addr - s->addr < s->len;
}

/* nWRP of 0 protects, and with SPRMOD set nWRP of 1 does, reads included
 * (RM0090 3.7.4, 3.7.5). F405..F417 have no SPRMOD; the bit reads 0 there. */
static bool protected(const struct etch_flash *f, const struct etch_sector *s)
{
    uint32_t nwrp = mmio_read32(&f->regs->optcr[s->wrp_reg]) >> s->wrp_bit & 1u;
    uint32_t sprmod = mmio_read32(&f->regs->optcr[0]) >> F4_FLASH_OPTCR_SPRMOD_POS;
    return nwrp == sprmod;
}

static enum etch_err check_sectors(struct etch_flash *f)
{
    const struct etch_flash_span *span = &f->span;
    struct etch_sector *s = &f->sector;
    for (uint32_t at = span->addr; at - span->addr < span->len; at = s->addr + s->len) {
        enum etch_err err = find_sector(f, ETCH_NO_SECTOR, at, s);
        if (err) {
            return err;
        }
        if (!(f->config->allow & ETCH_FLASH_ALLOW_SELF) && ours(f, s)) {
            return ETCH_E_SELF;
        }
        if (protected(f, s)) {
            return ETCH_E_PROTECTED;
        }
    }
    return ETCH_OK;
}

/* ---- the controller ------------------------------------------------------ */

/* The count bounds a cycle counter that stands still: no turn takes less than
 * a cycle. */
enum etch_err ready(const struct etch_flash *f)
{
    uint32_t start = cpu_cycles();
    uint32_t turns = f->limit;
    do {
        if (!(mmio_read32(&f->regs->sr) & F4_FLASH_SR_BSY)) {
            return ETCH_OK;
        }
    } while (--turns > 0 && cpu_cycles() - start < f->limit);
    return ETCH_E_TIMEOUT;
}

/* Writing back what was read clears exactly that (RM0090 3.9.4). */
static uint32_t take_flags(struct f4_flash_regs *regs)
{
    uint32_t sr = mmio_read32(&regs->sr);
    mmio_write32(&regs->sr, sr);
    return sr & F4_FLASH_SR_ERRORS;
}

static enum etch_err open_controller(struct etch_flash *f)
{
    struct f4_flash_regs *regs = f->regs;
    f->report.stale = take_flags(regs);
    /* Keys when it is open already are a wrong sequence: bus fault, locked
     * until reset. A boot loader may well have left it open. */
    if (mmio_read32(&regs->cr) & F4_FLASH_CR_LOCK) {
        uint32_t mask = cpu_irq_save(); /* no other key may come between */
        mmio_write32(&regs->keyr, F4_FLASH_KEY1);
        mmio_write32(&regs->keyr, F4_FLASH_KEY2);
        cpu_irq_restore(mask);
    }
    return (mmio_read32(&regs->cr) & F4_FLASH_CR_LOCK) ? ETCH_E_LOCKED : ETCH_OK;
}

static void close_controller(struct etch_flash *f)
{
    f->report.sr = take_flags(f->regs);
    mmio_write32(&f->regs->cr, F4_FLASH_CR_LOCK);
}

/* ---- the whole ------------------------------------------------------------- */

enum etch_err session_begin(
        struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t len)
{
    enum etch_err err = take_span(f, addr, data, len);
    if (!err) {
        err = check_sectors(f);
    }
    if (err) {
        return err;
    }
    caches_aside(f);
    if (data && !(f->config->allow & ETCH_FLASH_ALLOW_BITS)) {
        err = differs(f, true);
    }
    if (!err) {
        err = open_controller(f);
    }
    if (err) {
        caches_back(f);
    }
    return err;
}

enum etch_err session_end(struct etch_flash *f, enum etch_err err)
{
    if (err == ETCH_E_TIMEOUT) {
        return err; /* the next call that finds it ready does the rest */
    }
    close_controller(f);
    if (!err) {
        err = f->report.sr ? ETCH_E_PROGRAM : differs(f, false);
    }
    caches_back(f);
    return err;
}
