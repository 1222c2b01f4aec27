/* native_mpu.c - the memory protection unit of the processor that native code
 * is said to run on: ARMv7-M B3.5, eight regions, privileged or not.
 *
 * What has no meaning here stays out: native code fetches nothing of the
 * chip's, and no handler runs at a negative priority.
 *
 * SPDX-License-Identifier: MIT
 */
#include "port/cpu.h"
#include "silicon/native_priv.h"

#define MPU_TYPE 0xE000ED90u
#define MPU_CTRL 0xE000ED94u
#define MPU_RNR  0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu /* with MPU_RASR four times, the last three aliases */
#define MPU_END  0xE000EDBCu

#define TYPE_8_REGIONS 0x00000800u
#define RBAR_VALID     0x00000010u
#define RASR_BITS      0x173FFF3Fu
#define PPB_BASE       0xE0000000u
#define PPB_LEN        0x00100000u

enum { ENABLE = 1, PRIVDEFENA = 4, CTRL_BITS = 7, REGIONS = 8 };

bool native_mpu_read(const struct silicon_native *n, uint32_t addr, uint32_t *value)
{
    const struct native_mpu *m = &n->st.mpu;
    if (addr < MPU_TYPE || addr >= MPU_END) {
        return false;
    }
    switch (addr) {
    case MPU_TYPE: *value = TYPE_8_REGIONS; break;
    case MPU_CTRL: *value = m->ctrl; break;
    case MPU_RNR: *value = m->rnr; break;
    default:
        *value = (addr - MPU_RBAR) % 8 == 0 ? m->rbar[m->rnr] | m->rnr : m->rasr[m->rnr];
        break;
    }
    return true;
}

static void select_region(struct native_mpu *m, uint32_t region)
{
    if (region < REGIONS) { /* UNPREDICTABLE otherwise, B3.5.7 */
        m->rnr = region;
    }
}

bool native_mpu_write(struct silicon_native *n, uint32_t addr, uint32_t value)
{
    struct native_mpu *m = &n->st.mpu;
    if (addr < MPU_TYPE || addr >= MPU_END) {
        return false;
    }
    if (addr == MPU_CTRL) {
        m->ctrl = value & CTRL_BITS;
    } else if (addr == MPU_RNR) {
        select_region(m, value);
    } else if (addr >= MPU_RBAR && (addr - MPU_RBAR) % 8 == 0) {
        if ((value & RBAR_VALID) != 0) {
            select_region(m, value & 15u);
        }
        m->rbar[m->rnr] = value & ~31u;
    } else if (addr >= MPU_RBAR) {
        m->rasr[m->rnr] = value & RASR_BITS;
    }
    return true;
}

/* Does this region have a say about addr? B3.5.3. */
static bool matches(const struct native_mpu *m, unsigned region, uint32_t addr)
{
    uint32_t rasr = m->rasr[region];
    unsigned bits = (rasr >> 1 & 31u) + 1;
    if ((rasr & ENABLE) == 0 || bits < 5) {
        return false;
    }
    uint64_t len = (uint64_t)1 << bits;
    uint64_t off = (uint64_t)addr - m->rbar[region];
    if (addr < m->rbar[region] || off >= len) {
        return false;
    }
    bool eighths = bits >= 8;
    return !eighths || (rasr >> 8 >> (off / (len / 8)) & 1u) == 0;
}

/* Table B3-16, by AP: who may read, who may write. */
static bool permits(uint32_t ap, bool privileged, bool store)
{
    static const char rights[8][2][3] = {{"--", "--"}, {"rw", "--"}, {"rw", "r-"},
            {"rw", "rw"}, {"--", "--"}, {"r-", "--"}, {"r-", "r-"}, {"r-", "r-"}};
    return rights[ap][privileged ? 0 : 1][store ? 1 : 0] != '-';
}

static bool allowed(const struct native_mpu *m, uint32_t addr, bool store)
{
    if ((m->ctrl & ENABLE) == 0) {
        return true;
    }
    for (unsigned region = REGIONS; region-- > 0;) {
        if (matches(m, region, addr)) {
            return permits(m->rasr[region] >> 24 & 7u, !m->unprivileged, store);
        }
    }
    return !m->unprivileged && (m->ctrl & PRIVDEFENA) != 0;
}

void native_mpu_check(struct silicon_native *n, uint32_t addr, bool store)
{
    const struct native_mpu *m = &n->st.mpu;
    bool ppb = addr - PPB_BASE < PPB_LEN;
    if (ppb ? !m->unprivileged : allowed(m, addr, store)) {
        return;
    }
    n->why = (struct silicon_event){.kind = SILICON_EV_FAULT,
            .at_ns = n->st.now_ns,
            .addr = addr,
            .sector = -1,
            .caller = n->st.caller};
    /* The private peripheral bus is not the MPU's: a bus fault, B3.1.1. */
    native_stop(n, ppb ? SILICON_FAULTED : SILICON_REFUSED);
}

void silicon_native_unprivileged(struct silicon_native *n, bool unprivileged)
{
    n->st.mpu.unprivileged = unprivileged;
}
