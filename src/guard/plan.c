/* SPDX-License-Identifier: MIT */
#include "guard/rasr_priv.h"

enum { FINEST = 7 }; /* SIZE of the smallest region with eighths */

#define LINE_SIZE (4u << CM4_MPU_RASR_SIZE_POS) /* 32 bytes */

/* ---- what is allowed ------------------------------------------------------- */

/* ARMv7-M table B3-16: privileged code may write with AP 1, 2, 3 and read with
 * all but 0 and 4; to execute it must be able to read. */
static uint32_t lacks(uint32_t rasr, uint32_t what)
{
    uint32_t has = by_ap(0x22203330, rasr);
    if (rasr & CM4_MPU_RASR_XN) {
        has &= ~(uint32_t)ETCH_GUARD_EXEC;
    }
    return what & ~has;
}

/* How many eighths in a row are on, from this one up. */
static uint32_t eighths_on(uint32_t rasr, uint32_t eighth)
{
    uint32_t off = (rasr & CM4_MPU_RASR_SRD) >> CM4_MPU_RASR_SRD_POS;
    return (uint32_t)__builtin_ctz((off | 0x100) >> eighth);
}

/* The highest number wins; where it is switched off, the next (B3.5.3). */
void etch_mpu_decide(const struct etch_mpu *m, struct etch_mpu_piece *p)
{
    uint32_t last = p->left - 1; /* that is decided alike, counted from addr */
    uint32_t rasr = 3u << CM4_MPU_RASR_AP_POS;
    int n = (m->ctrl & CM4_MPU_CTRL_ENABLE) ? ETCH_MPU_REGIONS : 0;
    if ((m->ctrl & (CM4_MPU_CTRL_PRIVDEFENA | CM4_MPU_CTRL_ENABLE)) ==
            CM4_MPU_CTRL_ENABLE) {
        rasr = 0;
    }
    while (--n >= 0) {
        const struct etch_mpu_region *r = &m->region[n];
        if (!(r->rasr & CM4_MPU_RASR_ENABLE)) {
            continue;
        }
        uint32_t size = size_of(r->rasr);
        uint32_t edge = r->rbar & CM4_MPU_RBAR_ADDR; /* its base, or in it: */
        uint32_t off = p->addr - edge;
        uint32_t on = 0;
        if (off >> size < 2) {
            uint32_t eighth = off >> (size - 2);
            on = eighths_on(r->rasr, eighth);
            edge += (eighth + on + !on) << (size - 2);
        }
        edge -= p->addr + 1;
        last = edge < last ? edge : last;
        if (on) {
            rasr = r->rasr;
            break;
        }
    }
    p->region = n;
    p->rasr = rasr;
    p->run = last + 1;
}

bool etch_mpu_seek(const struct etch_mpu *m, struct etch_mpu_piece *p)
{
    while (p->left > 0) {
        etch_mpu_decide(m, p);
        if (lacks(p->rasr, p->what)) {
            return true;
        }
        p->addr += p->run;
        p->left -= p->run;
    }
    return false;
}

/* ---- how to allow it --------------------------------------------------------- */

/* Switch the eighth of r off that holds p->addr, if the background shows through
 * there and allows all. */
static bool hole(struct etch_mpu *m, struct etch_mpu_region *r, struct etch_mpu_piece *p)
{
    uint32_t size = size_of(r->rasr);
    if (size < FINEST) {
        return false;
    }
    uint32_t off = p->addr - (r->rbar & CM4_MPU_RBAR_ADDR);
    r->rasr |= 1u << CM4_MPU_RASR_SRD_POS << (off >> (size - 2));
    int region = p->region;
    etch_mpu_decide(m, p);
    bool background = p->region < 0;
    p->region = region;
    return background && p->rasr;
}

enum etch_guard_plan etch_mpu_fix(struct etch_mpu *m, struct etch_mpu_piece *p)
{
    uint32_t open = lift(p->rasr, p->what);
    if (open == p->rasr) {
        return ETCH_GUARD_NOTHING;
    }
    for (int n = ETCH_MPU_REGIONS - 1; n >= 0 && p->region >= 0; n--) {
        struct etch_mpu_region *r = &m->region[n];
        if (m->reserved >> n & 1) {
            continue;
        }
        if (n == p->region) {
            if (hole(m, r, p)) {
                return ETCH_GUARD_HOLE;
            }
            r->rasr = open;
            return ETCH_GUARD_PATCH;
        }
        if (!(r->rasr & CM4_MPU_RASR_ENABLE)) {
            p->region = n;
            r->rbar = p->addr | (uint32_t)n;
            r->rasr = (open & ~SHAPE) | LINE_SIZE;
            return ETCH_GUARD_OVERLAY;
        }
    }
    return ETCH_GUARD_REFUSED;
}
