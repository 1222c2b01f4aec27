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

/* Fill region, rasr and log of p for the byte where its range begins, as if there were
 * only the regions below number n; returns its run. to is the region that RNR
 * selects. The highest number wins; where it is switched off, the next (B3.5.3). */
static uint32_t decide(struct etch_mpu_piece *p, int n, struct cm4_mpu_regs *regs)
{
    uint32_t nearest = 1; /* edge ahead, as addr less it: the largest there is */
    int on = 0;           /* so many eighths in a row are, from that of addr up */
    do {
        if (--n < 0) {
            uint32_t ctrl = mmio_read32(&regs->ctrl);
            p->rasr = ctrl / CM4_MPU_CTRL_PRIVDEFENA * BACKGROUND;
            break;
        }
        mmio_write32(&regs->rnr, (uint32_t)n);
        p->to.rbar = mmio_read32(&regs->rbar);
        uint32_t rasr = mmio_read32(&regs->rasr);
        p->to.rasr = rasr;
        if (!(rasr & CM4_MPU_RASR_ENABLE)) {
            continue;
        }
        p->rasr = rasr;
        uint32_t log = log_of(rasr);
        p->log = log;
        uint32_t off = p->range.addr - (p->to.rbar - (uint32_t)n);
        uint32_t eighth = off >> log;
        if (eighth < 8) {
            on = __builtin_ctz((rasr >> CM4_MPU_RASR_SRD_POS | 0x100) >> eighth);
            off -= (eighth + (on ? (uint32_t)on : 1)) << log;
        }
        nearest = off > nearest ? off : nearest;
    } while (!on);
    p->region = n;
    return -nearest;
}

/* The rights that it must have (ARMv7-M table B3-16). AP 0 and 4 let nobody read,
 * which executing takes; 5 lets privileged code. 5 is for reading what 1 is for
 * writing, too, and 6 and 7 are what 2 is: unprivileged code keeps what it had. */
static inline uint32_t lift(uint32_t rasr, uint32_t what)
{
    const uint32_t ap = 1u << CM4_MPU_RASR_AP_POS;
    rasr &= ~what; /* ETCH_GUARD_EXEC is XN */
    if (!(rasr & 3 * ap)) {
        rasr |= 5 * ap;
    }
    if (what & ETCH_GUARD_WRITE && rasr & 4 * ap) {
        rasr &= ~(4 * ap);
        if (rasr & 2 * ap) {
            rasr &= ~ap;
        }
    }
    return rasr;
}

/* ---- how to allow it --------------------------------------------------------- */

/* Put region p->region over as many whole eighths as it can cover of the len bytes
 * where the range begins: those of the smallest region that reaches to the end, or of the
 * largest that addr allows. A region of 32 bytes has eighths of 4, all of them on. */
static inline void cover(struct etch_mpu_piece *p, uint32_t len)
{
    uint32_t log = len == 32 ? 2 : 5;
    uint32_t eighth; /* that of addr, of all that there are */
    uint32_t first;  /* the same, of the region's */
    uint32_t end;
    for (;; log++) {
        eighth = p->range.addr >> log;
        first = eighth & 7;
        end = (len >> log) + first;
        if (end <= 8) {
            break; /* it reaches to the end */
        }
        if (eighth & 1) {
            end = 8; /* it is as large as addr allows */
            break;
        }
    }
    p->to.rbar = ((eighth - first) << log) + (uint32_t)p->region;
    union cm4_mpu_rasr r;
    r.word = p->to.rasr;
    r.bits.size = (log + 2) & 31;
    r.bits.srd = ~((1u << end) - (1u << first)) & 0xFF;
    p->to.rasr = r.word;
}

/* May the eighth of 2^log bytes at addr be switched off in region n: does the
 * background show through all of it, and allow all? */
static inline bool hole(uint32_t addr, uint32_t log, int n, struct cm4_mpu_regs *regs)
{
    struct etch_mpu_piece below;
    below.range.addr = addr;
    uint32_t run = decide(&below, n, regs);
    mmio_write32(&regs->rnr, (uint32_t)n);
    return below.rasr == BACKGROUND && run >> log;
}

/* The region that decides shall give way itself: in an eighth, or with its rights. */
static inline enum etch_guard_plan give_way(
        struct etch_mpu_piece *p, int n, struct cm4_mpu_regs *regs)
{
    uint32_t log = p->log;
    uint32_t eighth = p->range.addr >> log;
    if (log >= FINEST && hole(eighth << log, log, n, regs)) {
        p->to.rasr = p->rasr | 1u << CM4_MPU_RASR_SRD_POS << (eighth & 7);
        return ETCH_GUARD_HOLE;
    }
    return ETCH_GUARD_PATCH;
}

/* The change for the len bytes where the range begins: of the highest region that is
 * off, as long as it is above the one that decides; else of that one. The background is,
 * as a number, above all of them. */
static inline enum etch_guard_plan change(
        struct etch_mpu_piece *p, uint32_t len, struct cm4_mpu_regs *regs)
{
    uint32_t decides = (uint32_t)p->region;
    uint32_t reserved = p->reserved << (31 - ETCH_MPU_REGIONS);
    for (uint32_t n = ETCH_MPU_REGIONS; n > decides;) {
        n--;
        reserved <<= 1; /* bit 31 is that of region n */
        mmio_write32(&regs->rnr, n);
        if (reserved >> 31) {
            p->run = 0;
            continue;
        }
        if (n == decides) {
            return give_way(p, (int)n, regs);
        }
        if (!(mmio_read32(&regs->rasr) & CM4_MPU_RASR_ENABLE)) {
            p->region = (int)n;
            cover(p, len);
            return ETCH_GUARD_OVERLAY;
        }
    }
    return ETCH_GUARD_REFUSED;
}

enum etch_guard_plan etch_mpu_fix(struct etch_mpu_piece *p, struct cm4_mpu_regs *regs)
{
    uint32_t len;
    if (!(mmio_read32(&regs->ctrl) & CM4_MPU_CTRL_ENABLE)) {
        return ETCH_GUARD_NOTHING;
    }
    for (; p->range.len; p->range.addr += len, p->range.len -= len) {
        p->run = decide(p, ETCH_MPU_REGIONS, regs);
        len = p->run < p->range.len ? p->run : p->range.len;
        uint32_t lifted = lift(p->rasr, p->range.what);
        if (lifted != p->rasr) {
            p->to.rasr = lifted;
            return change(p, len, regs);
        }
    }
    return ETCH_GUARD_NOTHING;
}
