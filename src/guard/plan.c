/* SPDX-License-Identifier: MIT */
#include "guard/plan.h"
#include "port/mmio.h"

enum { FINEST = 5 }; /* a region of less than 256 bytes has no eighths */

/* The rights of the background where there is one: AP 1. */
#define BACKGROUND (1u << CM4_MPU_RASR_AP_POS)

/* The binary logarithm of an eighth of the region. */
static uint32_t log_of(uint32_t rasr)
{
    return ((rasr & CM4_MPU_RASR_SIZE) >> CM4_MPU_RASR_SIZE_POS) - 2;
}

/* ---- what is allowed ------------------------------------------------------- */

/* Fill region, rasr, run and free of p for the byte at p->addr, as if there were
 * only the regions below number n. The highest number wins; where it is switched
 * off, the next (B3.5.3). */
static void decide(struct etch_mpu_piece *p, int n, struct cm4_mpu_regs *regs)
{
    uint32_t rasr;
    uint32_t nearest = 1; /* edge ahead, as addr less it: the largest there is */
    uint32_t on = 0;      /* so many eighths in a row are, from that of addr up */
    p->free = 0;
    do {
        if (--n < 0) {
            uint32_t ctrl = mmio_read32(&regs->ctrl);
            rasr = (ctrl & CM4_MPU_CTRL_PRIVDEFENA) ? BACKGROUND : 0;
            break;
        }
        mmio_write32(&regs->rnr, (uint32_t)n);
        rasr = mmio_read32(&regs->rasr);
        if (!(rasr & CM4_MPU_RASR_ENABLE)) {
            p->free |= 1u << n;
            continue;
        }
        uint32_t log = log_of(rasr);
        p->to.rbar = mmio_read32(&regs->rbar);
        uint32_t off = p->addr - (p->to.rbar - (uint32_t)n);
        uint32_t eighth = off >> log;
        if (eighth < 8) {
            on = (uint32_t)__builtin_ctz(
                    (rasr >> CM4_MPU_RASR_SRD_POS | 0x100) >> eighth);
            off -= (eighth + on + !on) << log;
        }
        nearest = off > nearest ? off : nearest;
    } while (!on);
    p->region = n;
    p->rasr = rasr;
    p->run = -nearest;
}

/* The rights that it must have. Privileged code writes with AP 1, 2 and 3, and
 * reads with all but 0 and 4 (ARMv7-M table B3-16). Unprivileged code keeps what
 * it had: AP 6 and 7 let it read, as 2 does. A digit for each AP, from 7 down to
 * 0, is the AP that lets privileged code write. What is executed must be readable;
 * what is written is. */
static inline uint32_t lift(uint32_t rasr, uint32_t what)
{
    union cm4_mpu_rasr r;
    r.word = rasr & ~(what / ETCH_GUARD_EXEC * CM4_MPU_RASR_XN);
    if (what & ETCH_GUARD_WRITE) {
        r.bits.ap = 0x22113211u >> 4 * r.bits.ap & 7;
    }
    if (!(r.word & 3u << CM4_MPU_RASR_AP_POS)) {
        r.word |= 5u << CM4_MPU_RASR_AP_POS;
    }
    return r.word;
}

/* ---- how to allow it --------------------------------------------------------- */

/* Put region p->region over as many whole eighths as it can cover of the len bytes
 * from p->addr on: those of the smallest region that reaches to the end, or of the
 * largest that addr allows. A region of 32 bytes has eighths of 4, all of them on. */
static inline void cover(struct etch_mpu_piece *p, uint32_t len)
{
    uint32_t log = len == 32 ? 2 : 5;
    uint32_t first;
    uint32_t end;
    for (;; log++) {
        first = p->addr >> log & 7;
        end = first + (len >> log);
        if (end <= 8) {
            break; /* it reaches to the end */
        }
        if (first & 1) {
            end = 8; /* it is as large as addr allows */
            break;
        }
    }
    union cm4_mpu_rasr r;
    r.word = p->to.rasr;
    r.bits.srd = ~((1u << end) - (1u << first)) & 0xFF;
    r.bits.size = (log + 2) & 31;
    p->to.rasr = r.word;
    p->to.rbar = (p->addr & ~((8u << log) - 1)) + (uint32_t)p->region;
}

/* May the eighth of 2^log bytes that holds p->addr be switched off: does the
 * background show through all of it, and allow all? */
static bool hole(const struct etch_mpu_piece *p, uint32_t log, struct cm4_mpu_regs *regs)
{
    struct etch_mpu_piece eighth;
    eighth.addr = p->addr >> log << log;
    decide(&eighth, p->region, regs);
    return eighth.rasr == BACKGROUND && eighth.run >> log;
}

enum etch_guard_plan etch_mpu_fix(
        struct etch_mpu_piece *p, uint32_t reserved, struct cm4_mpu_regs *regs)
{
    uint32_t len;
    if (!(mmio_read32(&regs->ctrl) & CM4_MPU_CTRL_ENABLE)) {
        return ETCH_GUARD_NOTHING;
    }
    for (;; p->addr += len, p->left -= len) {
        if (!p->left) {
            return ETCH_GUARD_NOTHING;
        }
        decide(p, ETCH_MPU_REGIONS, regs);
        len = p->run < p->left ? p->run : p->left;
        p->to.rasr = lift(p->rasr, p->what);
        if (p->to.rasr != p->rasr) {
            break;
        }
    }
    if (p->region < 0) {
        return ETCH_GUARD_REFUSED;
    }
    uint32_t free = p->free & ~reserved;
    if (free) {
        p->region = 31 - __builtin_clz(free);
        cover(p, len);
        return ETCH_GUARD_OVERLAY;
    }
    if (reserved >> p->region & 1) {
        return ETCH_GUARD_REFUSED;
    }
    uint32_t log = log_of(p->rasr);
    if (log >= FINEST && hole(p, log, regs)) {
        p->to.rasr = p->rasr | 1u << CM4_MPU_RASR_SRD_POS << (p->addr >> log & 7);
        return ETCH_GUARD_HOLE;
    }
    return ETCH_GUARD_PATCH;
}
