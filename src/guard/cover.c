/* SPDX-License-Identifier: MIT */
#include "guard/rasr_priv.h"

/* As many whole eighths as one region can cover from addr on: of the sizes that
 * divide addr, the one that takes most of len. */
static void widen(struct etch_mpu_region *r, uint32_t addr, uint32_t len)
{
    uint32_t most = 0;
    for (uint32_t log = 5; log < 30 && !(addr & ((1u << log) - 1)); log++) {
        uint32_t first = addr >> log & 7;
        uint32_t count = len >> log < 8 - first ? len >> log : 8 - first;
        uint32_t off = ~(((1u << count) - 1) << first) & 0xFF;
        if (count << log < most || count == 0) {
            continue;
        }
        most = count << log;
        r->rbar = (addr & ~((8u << log) - 1)) | (r->rbar & ~CM4_MPU_RBAR_ADDR);
        r->rasr = (r->rasr & ~SHAPE) | off << CM4_MPU_RASR_SRD_POS |
                  (log + 2) << CM4_MPU_RASR_SIZE_POS;
    }
}

/* Does a lower region show through the hole at addr? It could give unprivileged
 * code what it has not, and with a window open such code may run. Of two
 * aligned blocks that overlap one holds the other. */
static bool exposes(const struct etch_mpu *m, uint32_t region, uint32_t addr)
{
    uint32_t eighth = size_of(m->region[region].rasr) - 3;
    for (uint32_t n = 0; n < region; n++) {
        const struct etch_mpu_region *r = &m->region[n];
        uint32_t size = size_of(r->rasr);
        uint32_t larger = size > eighth ? size : eighth;
        if ((r->rasr & CM4_MPU_RASR_ENABLE) && !((r->rbar ^ addr) >> larger >> 1)) {
            return true;
        }
    }
    return false;
}

static enum etch_guard_plan open_piece(struct etch_mpu *m, struct etch_mpu_piece *p)
{
    const struct etch_mpu_piece was = *p;
    enum etch_guard_plan plan = etch_mpu_fix(m, p);
    if (plan == ETCH_GUARD_OVERLAY) {
        widen(&m->region[p->region], p->addr, was.run);
    }
    if (plan == ETCH_GUARD_HOLE && exposes(m, (uint32_t)p->region, p->addr)) {
        m->region[p->region].rasr = lift(was.rasr, was.what);
        plan = ETCH_GUARD_PATCH;
    }
    return plan;
}

enum etch_guard_plan etch_mpu_plan(struct etch_mpu *m, struct etch_mpu_piece *range)
{
    enum etch_guard_plan plan = ETCH_GUARD_NOTHING;
    while (plan < ETCH_GUARD_REFUSED && etch_mpu_seek(m, range)) {
        enum etch_guard_plan step = open_piece(m, range);
        plan = step > plan ? step : plan;
    }
    return plan;
}
