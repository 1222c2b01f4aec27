/* region.c - MPU regions in words, who wrote them, and whose handwriting it is
 * (ARMv7-M B3.5).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verdict/verdict_priv.h"

#define MPU_CTRL   0xE000ED94u
#define MPU_RNR    0xE000ED98u
#define MPU_RBAR   0xE000ED9Cu
#define MPU_RASR   0xE000EDA0u
#define MPU_LAST   0xE000EDB8u /* RASR_A3 */
#define RASR_XN    (1u << 28)
#define RBAR_VALID 0x10u

enum { LEAST_SIZE = 4 }; /* RASR.SIZE of 32 bytes */

struct region verdict_region(const struct verdict *v, int n)
{
    /* The register that selects is put back: nobody can tell. */
    struct core *core = board_core(v->b);
    uint32_t rnr = core_ppb(core, MPU_RNR);
    core_ppb_set(core, MPU_RNR, (uint32_t)n);
    struct region r = {core_ppb(core, MPU_RBAR), core_ppb(core, MPU_RASR)};
    core_ppb_set(core, MPU_RNR, rnr);
    return r;
}

/* ---- who wrote it ------------------------------------------------------------------ */

void rule_mpu_reset(struct verdict *v)
{
    v->vtor_pc = 0;
    v->mpu_rnr = 0;
    memset(v->mpu_writer, 0, sizeof(v->mpu_writer));
    memset(v->mpu_rights, 0, sizeof(v->mpu_rights));
}

void rule_mpu_store(struct verdict *v, const struct core_says *says)
{
    uint32_t pc = says->pc != 0 ? says->pc : v->now->pc;
    if (says->addr == SCB_VTOR) {
        v->vtor_pc = pc;
    }
    if (says->addr == MPU_RNR) {
        v->mpu_rnr = says->value & 0xFFu;
    }
    if (says->addr < MPU_RBAR || says->addr > MPU_LAST + 3) {
        return;
    }
    if ((says->addr - MPU_RBAR) % 8 < 4) { /* RBAR or an alias of it */
        if ((says->value & RBAR_VALID) != 0) {
            v->mpu_rnr = says->value & 15u;
        }
        return;
    }
    /* Switching a region off and on again, as locks do, makes nobody its author. */
    uint32_t rights = says->value & ~1u;
    if (v->mpu_rnr >= REGIONS || v->mpu_rights[v->mpu_rnr] == rights) {
        return;
    }
    v->mpu_rights[v->mpu_rnr] = rights;
    struct spot *writer = &v->mpu_writer[v->mpu_rnr];
    if (!writer->known || writer->pc != pc) {
        *writer = verdict_spot(v, pc); /* a scheduler does it at each switch */
    }
}

/* ---- words ------------------------------------------------------------------------- */

/* Below 32 bytes it is reserved (B3.5.9), and the core here takes 32. */
static uint64_t size_of(struct region r)
{
    uint32_t size = r.rasr >> 1 & 31u;
    return 2ull << (size < LEAST_SIZE ? LEAST_SIZE : size);
}

const char *verdict_region_span(struct verdict *v, struct region r)
{
    char list[160] = "";
    uint64_t size = size_of(r);
    uint64_t base = r.rbar & ~31u & ~(uint32_t)(size - 1);
    uint32_t off = size >= 256 ? r.rasr >> 8 & 0xFFu : 0;
    uint64_t eighth = size / 8;
    unsigned from = 0;
    while (from < 8) {
        unsigned to = from;
        while (to < 8 && (off >> to & 1u) == 0) {
            to++;
        }
        if (to > from) {
            verdict_append(list, sizeof(list),
                    verdict_say(v, "%s0x%08" PRIX64 "-0x%08" PRIX64,
                            list[0] != '\0' ? " and " : "", base + from * eighth,
                            base + to * eighth - 1));
        }
        from = to + 1;
    }
    uint32_t field = r.rasr >> 1 & 31u;
    return field >= LEAST_SIZE
                   ? verdict_say(v, "%s", list)
                   : verdict_say(v,
                             "%s, as its RASR.SIZE, %u, is reserved and 4 the least",
                             list, (unsigned)field);
}

const char *verdict_region_rights(struct verdict *v, struct region r)
{
    static const char *const ap[] = {"no access", "privileged read-write",
            "read-write, unprivileged read-only", "read-write", "reserved",
            "privileged read-only", "read-only", "read-only"};
    return verdict_say(v, "%s, %s", ap[r.rasr >> 24 & 7u],
            (r.rasr & RASR_XN) != 0 ? "not executable" : "executable");
}

bool verdict_default_map(const struct verdict *v, bool privileged)
{
    enum { ENABLE = 1, PRIVDEFENA = 4 };
    uint32_t ctrl = verdict_ppb(v, MPU_CTRL);
    return (ctrl & ENABLE) == 0 || (privileged && (ctrl & PRIVDEFENA) != 0);
}

const char *verdict_no_region(struct verdict *v, bool privileged)
{
    return verdict_say(v, "the MPU (no region covers it, and %s)",
            privileged ? "with PRIVDEFENA clear there is no default map"
                       : "unprivileged code has no default map");
}

/* ---- whose handwriting ---------------------------------------------------------------- */

static bool flash_read_only(struct region r)
{
    unsigned ap = r.rasr >> 24 & 7u;
    return (r.rasr & 1u) != 0 && (r.rbar & ~0x1Fu) == 0x08000000u && ap >= 6;
}

/* Regions 0 to 3: flash, the kernel's part of it, its data, peripherals. */
static bool old_freertos(const struct verdict *v, struct region first)
{
    struct region kernel = verdict_region(v, 1);
    struct region peripherals = verdict_region(v, 3);
    return flash_read_only(first) && (kernel.rbar & ~0x1Fu) == 0x08000000u &&
           (kernel.rasr >> 24 & 7u) == 5 && (peripherals.rbar & ~0x1Fu) == 0x40000000u &&
           (peripherals.rasr & RASR_XN) != 0;
}

enum framework verdict_framework(const struct verdict *v)
{
    struct region first = verdict_region(v, 0);
    if ((first.rbar & ~0x1Fu) == 0 && (first.rasr | 1u) == 0x0602F039) {
        return FRAMEWORK_MBED;
    }
    if ((first.rbar & ~0x1Fu) == 0 && (first.rasr | 1u) == 0x1004873F) {
        return FRAMEWORK_CUBEMX;
    }
    if (flash_read_only(first) && (first.rasr >> 24 & 7u) == 7) {
        return FRAMEWORK_ZEPHYR;
    }
    if (flash_read_only(verdict_region(v, 5)) &&
            (verdict_region(v, 6).rasr >> 24 & 7u) == 5) {
        return FRAMEWORK_FREERTOS_MPU;
    }
    if (old_freertos(v, first)) {
        return FRAMEWORK_FREERTOS_MPU_10;
    }
    for (int n = 1; n <= 2; n++) {
        struct region guard = verdict_region(v, n);
        if ((guard.rasr & 1u) != 0 && size_of(guard) == 32 &&
                (guard.rasr >> 24 & 7u) == 6 && (guard.rasr & RASR_XN) != 0) {
            return FRAMEWORK_RIOT;
        }
    }
    return FRAMEWORK_NONE;
}

const char *verdict_framework_name(enum framework framework)
{
    switch (framework) {
    case FRAMEWORK_MBED: return "Mbed OS";
    case FRAMEWORK_ZEPHYR: return "Zephyr";
    case FRAMEWORK_FREERTOS_MPU:
    case FRAMEWORK_FREERTOS_MPU_10: return "FreeRTOS-MPU";
    case FRAMEWORK_RIOT: return "RIOT";
    case FRAMEWORK_CUBEMX: return "CubeMX";
    case FRAMEWORK_NONE:
    default: return NULL;
    }
}

/* ---- who refuses ---------------------------------------------------------------- */

const char *verdict_refuser(struct verdict *v, struct item *it, int n, bool privileged)
{
    if (n < 0) {
        return verdict_no_region(v, privileged);
    }
    struct region r = verdict_region(v, n);
    const char *framework = verdict_framework_name(verdict_framework(v));
    const struct spot *writer = &v->mpu_writer[n];
    const char *by = "what ran before the first instruction";
    if (writer->known) {
        by = verdict_at(v, writer->pc);
        by = writer->chain_n < 2 ? by
                                 : verdict_say(v, "%s (from %s)", by, writer->chain[1]);
    }
    verdict_fact(it, "MPU region", verdict_say(v, "%d", n));
    verdict_fact(it, "RBAR", verdict_say(v, "0x%08" PRIX32, r.rbar));
    verdict_fact(it, "RASR", verdict_say(v, "0x%08" PRIX32, r.rasr));
    verdict_fact(it, "region set by", by);
    if (framework != NULL) {
        verdict_fact(it, "framework", framework);
    }
    return verdict_say(v, "MPU region %d (%s: %s), set by %s%s%s,", n,
            verdict_region_span(v, r), verdict_region_rights(v, r), by,
            framework != NULL ? " as in " : "", framework != NULL ? framework : "");
}
