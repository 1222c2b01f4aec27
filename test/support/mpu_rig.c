/* SPDX-License-Identifier: MIT */
#include "support/mpu_rig.h"

#include <string.h>

#include "silicon/native.h"

struct mpu_seen mpu_seen;

static struct pmsa at_rest; /* when mpu_watch was called */
static bool rights_too;

static void poke(uint32_t addr, uint32_t value)
{
    silicon_native_poke(rig.board, addr, value);
}

static uint32_t peek(uint32_t addr)
{
    return silicon_native_peek(rig.board, addr);
}

void mpu_set_region(uint32_t n, uint32_t rbar, uint32_t rasr)
{
    uint32_t rnr = peek(MPU_RNR);
    poke(MPU_RNR, n);
    poke(MPU_RASR, 0);
    poke(MPU_RBAR, rbar & ~31u);
    poke(MPU_RASR, rasr);
    poke(MPU_RNR, rnr);
}

void mpu_set_up(const struct pmsa_layout *layout)
{
    for (uint32_t n = 0; n < 8; n++) {
        mpu_set_region(n, layout->mpu.region[n].rbar, layout->mpu.region[n].rasr);
    }
    poke(MPU_RNR, 3);
    poke(MPU_CTRL, layout->mpu.ctrl);
}

struct pmsa mpu_image(void)
{
    struct pmsa m;
    memset(&m, 0, sizeof(m));
    uint32_t rnr = peek(MPU_RNR);
    for (uint32_t n = 0; n < 8; n++) {
        poke(MPU_RNR, n);
        m.region[n] = (struct pmsa_region){peek(MPU_RBAR), peek(MPU_RASR)};
    }
    poke(MPU_RNR, rnr);
    m.ctrl = peek(MPU_CTRL);
    return m;
}

uint32_t mpu_rnr(void)
{
    return peek(MPU_RNR);
}

/* Bytes that may be written now and might not at rest, but for the 32 of line. */
static unsigned opened_elsewhere(uint32_t line)
{
    struct pmsa now = mpu_image();
    uint32_t at[2 * PMSA_EDGES];
    unsigned n = pmsa_edges(&at_rest, at);
    n += pmsa_edges(&now, at + n);
    unsigned opened = 0;
    for (unsigned i = 0; i < n; i++) {
        bool gained = (pmsa_rights(&now, at[i]) & ~pmsa_rights(&at_rest, at[i])) != 0;
        opened += gained && (at[i] & ~31u) != line;
    }
    return opened;
}

/* Bytes of which privileged code may do less just now than at rest: its own stack
 * may be there, or the code that is running. */
static unsigned closed_meanwhile(void)
{
    struct pmsa now = mpu_image();
    uint32_t at[2 * PMSA_EDGES];
    unsigned n = pmsa_edges(&at_rest, at);
    n += pmsa_edges(&now, at + n);
    unsigned lost = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned had =
                pmsa_rights(&at_rest, at[i]) & (PMSA_READ | PMSA_WRITE | PMSA_EXEC);
        lost += (had & ~pmsa_rights(&now, at[i])) != 0;
    }
    return lost;
}

static void on_access(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)width;
    if (!store) {
        return;
    }
    if (addr - 0x08000000u < 0x200000u) {
        mpu_seen.stores++;
        mpu_seen.unmasked += !silicon_native_masked(rig.board);
        mpu_seen.open_elsewhere += opened_elsewhere(addr & ~31u);
        struct pmsa now = mpu_image();
        mpu_seen.changed += memcmp(&now, &at_rest, sizeof(now)) != 0;
    }
    mpu_seen.lost += rights_too && addr == MPU_RNR ? closed_meanwhile() : 0;
    mpu_seen.nowhere += addr == MPU_RNR && value >= 8;
    if (addr == MPU_RBAR && (peek(MPU_RASR) & 1) != 0 &&
            ((peek(MPU_RBAR) ^ value) & ~31u) != 0) {
        mpu_seen.moved++;
    }
}

void mpu_watch(void)
{
    memset(&mpu_seen, 0, sizeof(mpu_seen));
    at_rest = mpu_image();
    rights_too = false;
    silicon_native_on_access(rig.board, on_access, NULL);
}

void mpu_watch_rights(void)
{
    mpu_watch();
    rights_too = true;
}
