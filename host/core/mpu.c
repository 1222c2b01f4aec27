/* mpu.c - who may do what where: the MPU (B3.5) over the default map (B3.1).
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

enum { LEAST_SIZE = 4, SUBREGIONS_FROM = 7 }; /* RASR.SIZE of 32 and of 256 bytes */

/* Everything may be loaded from and stored to; code, SRAM and external RAM may
 * be executed, devices and the system's own may not. */
static unsigned default_rights(uint32_t addr)
{
    static const bool executable[16] = {[0x0] = true,
            [0x1] = true,
            [0x2] = true,
            [0x3] = true,
            [0x6] = true,
            [0x7] = true,
            [0x8] = true,
            [0x9] = true};
    return CAN_READ | CAN_WRITE | (executable[addr >> 28] ? CAN_EXEC : 0);
}

/* RASR.AP; 4 is reserved and grants nothing. */
static unsigned ap_rights(uint32_t rasr, bool privileged)
{
    static const uint8_t rights[2][8] = {
            {0, 0, CAN_READ, CAN_READ | CAN_WRITE, 0, 0, CAN_READ, CAN_READ},
            {0, CAN_READ | CAN_WRITE, CAN_READ | CAN_WRITE, CAN_READ | CAN_WRITE, 0,
                    CAN_READ, CAN_READ, CAN_READ}};
    unsigned given = rights[privileged][rasr >> 24 & 7];
    bool never = (rasr >> 28 & 1) != 0;
    return (given & CAN_READ) != 0 && !never ? given | CAN_EXEC : given;
}

static unsigned size_field(uint32_t rasr)
{
    unsigned size = rasr >> 1 & 31;
    return size < LEAST_SIZE ? LEAST_SIZE : size;
}

static bool region_hit(const struct mpu *m, int n, uint32_t addr)
{
    uint32_t rasr = m->rasr[n];
    if ((rasr & 1) == 0) {
        return false;
    }
    unsigned size = size_field(rasr);
    uint32_t offset_bits = size == 31 ? 0xFFFFFFFFu : (2u << size) - 1;
    if (((addr ^ m->rbar[n]) & ~offset_bits) != 0) {
        return false;
    }
    unsigned eighth = (addr & offset_bits) >> (size - 2);
    return size < SUBREGIONS_FROM || (rasr >> (8 + eighth) & 1) == 0;
}

bool core_mpu_on(const struct core *c)
{
    uint32_t ctrl = c->st.mpu.ctrl;
    return (ctrl & MPU_ENABLE) != 0 && (c->running >= 0 || (ctrl & MPU_HFNMIENA) != 0);
}

unsigned core_mpu_rights(
        const struct core *c, uint32_t addr, bool privileged, int *region)
{
    *region = -1;
    if (!core_mpu_on(c) || core_is_ppb(addr)) {
        return default_rights(addr);
    }
    for (int n = CORE_REGIONS - 1; n >= 0; n--) {
        if (region_hit(&c->st.mpu, n, addr)) {
            *region = n;
            unsigned rights = ap_rights(c->st.mpu.rasr[n], privileged);
            return addr >= 0xE0000000u ? rights & ~(unsigned)CAN_EXEC : rights;
        }
    }
    bool background = privileged && (c->st.mpu.ctrl & MPU_PRIVDEFENA) != 0;
    return background ? default_rights(addr) : 0;
}

/* Does the region treat all bytes of the page alike? */
static bool even_over_page(const struct mpu *m, int n, uint32_t page)
{
    uint32_t rasr = m->rasr[n];
    if ((rasr & 1) == 0) {
        return true;
    }
    unsigned size = size_field(rasr);
    unsigned grain = (rasr >> 8 & 0xFF) != 0 && size >= SUBREGIONS_FROM ? size - 3 : size;
    if (grain >= 11) {
        return true; /* 4 KiB and more, aligned */
    }
    uint32_t span = size >= 11 ? ~((2u << size) - 1) : ~(uint32_t)(CORE_PAGE - 1);
    return ((page ^ m->rbar[n]) & span) != 0;
}

bool core_mpu_page(const struct core *c, uint32_t page, unsigned right, uint64_t ok[2])
{
    int region = 0;
    bool privileged = core_privileged(c);
    bool even = true;
    if (core_mpu_on(c)) {
        for (int n = 0; n < CORE_REGIONS; n++) {
            even = even && even_over_page(&c->st.mpu, n, page);
        }
    }
    if (even) {
        bool all = (core_mpu_rights(c, page, privileged, &region) & right) != 0;
        ok[0] = all ? ~(uint64_t)0 : 0;
        ok[1] = ok[0];
        return all;
    }
    ok[0] = 0;
    ok[1] = 0;
    for (uint32_t g = 0; g < CORE_PAGE / GRANULE; g++) {
        unsigned rights = core_mpu_rights(c, page + g * GRANULE, privileged, &region);
        ok[g / 64] |= (uint64_t)((rights & right) != 0) << g % 64;
    }
    return (ok[0] & ok[1]) == ~(uint64_t)0;
}

bool core_allows(const struct core *c, uint32_t addr, enum core_access access,
        bool privileged, int *region)
{
    unsigned rights = core_mpu_rights(c, addr, privileged, region);
    switch (access) {
    case CORE_STORE:
    case CORE_STACK:
    case CORE_LAZY_FP: return (rights & CAN_WRITE) != 0;
    case CORE_FETCH: return (rights & CAN_EXEC) != 0;
    case CORE_LOAD:
    case CORE_UNSTACK:
    case CORE_VECTOR: break;
    }
    return (rights & CAN_READ) != 0;
}

/* ---- registers ------------------------------------------------------------------------- */

#define MPU_TYPE   0xE000ED90u
#define MPU_CTRL   0xE000ED94u
#define MPU_RNR    0xE000ED98u
#define MPU_RBAR   0xE000ED9Cu
#define MPU_END    0xE000EDBCu /* RBAR and RASR again three times: A1, A2, A3 */
#define RBAR_VALID 0x10u
#define RASR_BITS  0x173FFF3Fu

bool mpu_read(const struct core *c, uint32_t addr, uint32_t *value)
{
    const struct mpu *m = &c->st.mpu;
    if (addr < MPU_TYPE || addr >= MPU_END) {
        return false;
    }
    switch (addr) {
    case MPU_TYPE: *value = CORE_REGIONS << 8; return true;
    case MPU_CTRL: *value = m->ctrl; return true;
    case MPU_RNR: *value = m->rnr; return true;
    default: break;
    }
    uint32_t n = m->rnr % CORE_REGIONS;
    *value = (addr & 4) != 0 ? m->rbar[n] | n : m->rasr[n];
    return true;
}

static void write_rbar(struct mpu *m, uint32_t value)
{
    if ((value & RBAR_VALID) != 0) {
        m->rnr = value & 15;
    }
    m->rbar[m->rnr % CORE_REGIONS] = value & ~31u;
}

bool mpu_write(struct core *c, uint32_t addr, uint32_t value)
{
    struct mpu *m = &c->st.mpu;
    if (addr < MPU_TYPE || addr >= MPU_END) {
        return false;
    }
    switch (addr) {
    case MPU_TYPE: break;
    case MPU_CTRL: m->ctrl = value & 7; break;
    case MPU_RNR: m->rnr = value & 0xFF; break;
    default:
        if ((addr & 4) != 0) {
            write_rbar(m, value);
        } else {
            m->rasr[m->rnr % CORE_REGIONS] = value & RASR_BITS;
        }
        break;
    }
    if (m->rnr >= CORE_REGIONS && addr >= MPU_RNR) {
        core_unmodelled_stop(c, "MPU region %u selected, there are %d", (unsigned)m->rnr,
                CORE_REGIONS);
    }
    core_tlb_flush(c);
    return true;
}
