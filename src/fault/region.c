/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"
#include "hw/cm4_mpu.h"

enum { REGIONS = ETCH_FAULT_REGIONS, LEAST_SIZE = 4 /* 32 bytes */ };

static uint32_t rbar(const struct etch_fault *f, uint32_t n)
{
    return etch_fault_get(f, ETCH_FAULT_RBAR0 + 2 * n) & CM4_MPU_RBAR_ADDR;
}

static uint32_t rasr(const struct etch_fault *f, uint32_t n)
{
    return etch_fault_get(f, ETCH_FAULT_RASR0 + 2 * n);
}

static uint32_t size_of(uint32_t value)
{
    return (value & CM4_MPU_RASR_SIZE) >> CM4_MPU_RASR_SIZE_POS;
}

/* What bits of an address a region of this size does not compare (B3.5.3). */
static uint32_t inside_of(uint32_t value)
{
    return (2u << size_of(value)) - 1;
}

/* Where it begins: of a base that is not aligned to the size the bits below that do
 * not count (B3.5.8). */
static uint32_t base_of(const struct etch_fault *f, uint32_t n)
{
    return rbar(f, n) & ~inside_of(rasr(f, n));
}

bool knows_regions(const struct etch_fault *f)
{
    for (uint32_t n = 0; n < REGIONS; n++) {
        uint32_t word = ETCH_FAULT_RASR0 + 2 * n;
        if (!etch_fault_knows(f, word) ||
                ((rasr(f, n) & CM4_MPU_RASR_ENABLE) && !etch_fault_knows(f, word - 1))) {
            return false;
        }
    }
    return true;
}

/* From the eighth that holds addr to both sides, as long as they are on. */
static void find_span(uint32_t base, struct etch_fault_finding *d)
{
    uint32_t size = size_of(d->rasr);
    d->first = base;
    d->last = base + (2u << size) - 1;
    if (size < 7) {
        return;
    }
    uint32_t len = 1u << (size - 2);
    uint32_t off = (d->rasr & CM4_MPU_RASR_SRD) >> CM4_MPU_RASR_SRD_POS;
    uint32_t low = (d->addr - base) / len;
    uint32_t high = low;
    while (low > 0 && !(off >> (low - 1) & 1)) {
        low--;
    }
    while (high < 7 && !(off >> (high + 1) & 1)) {
        high++;
    }
    d->first = base + low * len;
    d->last = base + (high + 1) * len - 1;
}

/* Is region n on, and on at this address? A size below 32 bytes has no meaning,
 * nor has its region (B3.5.9). */
static bool holds(const struct etch_fault *f, uint32_t n, uint32_t addr)
{
    uint32_t value = rasr(f, n);
    uint32_t size = size_of(value);
    if (!(value & CM4_MPU_RASR_ENABLE) || size < LEAST_SIZE) {
        return false;
    }
    uint32_t eighth = (addr - base_of(f, n)) >> (size - 2);
    return eighth < 8 && !(value >> CM4_MPU_RASR_SRD_POS >> eighth & 1);
}

/* The highest number wins (B3.5.3). */
void find_region(const struct etch_fault *f, struct etch_fault_finding *d)
{
    if (!knows_regions(f)) {
        return;
    }
    /* Who gives the regions but not CTRL has them on, as a rule. */
    uint32_t ctrl = CM4_MPU_CTRL_ENABLE | CM4_MPU_CTRL_PRIVDEFENA;
    if (etch_fault_knows(f, ETCH_FAULT_MPU_CTRL)) {
        ctrl = etch_fault_get(f, ETCH_FAULT_MPU_CTRL);
    }
    uint32_t n = (ctrl & CM4_MPU_CTRL_ENABLE) ? REGIONS : 0;
    while (n > 0 && !holds(f, n - 1, d->addr)) {
        n--;
    }
    d->region = (int8_t)(n - 1);
    if (n > 0) {
        d->rasr = rasr(f, n - 1);
        find_span(base_of(f, n - 1), d);
    }
}

uint32_t rights_of(uint32_t rasr, bool unprivileged)
{
    static const uint8_t privileged[8] = {0, 3, 3, 3, 0, 1, 1, 1};
    static const uint8_t user[8] = {0, 0, 1, 3, 0, 0, 1, 1};
    return (unprivileged ? user : privileged)[rasr >> 24 & 7];
}

/* Certainly: in a handler, or in thread mode with CONTROL.nPRIV clear. */
static bool is_privileged(const struct etch_fault *f)
{
    enum { EXCEPTION = 0x1FF, RETURN_THREAD = 1 << 3 };
    bool returns = etch_fault_knows(f, ETCH_FAULT_EXC_RETURN) &&
                   !(etch_fault_get(f, ETCH_FAULT_EXC_RETURN) & RETURN_THREAD);
    bool handler = etch_fault_get(f, ETCH_FAULT_PSR) & EXCEPTION;
    bool control = etch_fault_knows(f, ETCH_FAULT_CONTROL) &&
                   !(etch_fault_get(f, ETCH_FAULT_CONTROL) & 1);
    return returns || handler || control;
}

bool region_allows(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    enum { READ = 1, BOTH = 3 };
    uint32_t rights = rights_of(d->rasr, !is_privileged(f));
    bool fetch = is_jump(d->cause) || d->cause == ETCH_FAULT_ERASED_VECTOR;
    if (d->region < 0 || (fetch && !d->no_frame && !could_run(d->addr))) {
        return false;
    }
    bool may_run = (rights & READ) && !(d->rasr & CM4_MPU_RASR_XN);
    bool may_use = d->is_read ? rights & READ : rights == BOTH;
    return fetch && !d->no_frame ? may_run : may_use;
}

enum slip find_slip(const struct etch_fault *f, uint32_t n, uint32_t addr,
        uint32_t *first, uint32_t *last)
{
    uint32_t value = rasr(f, n);
    uint32_t inside = inside_of(value);
    *first = size_of(value);
    if (!(value & CM4_MPU_RASR_ENABLE) || *first < LEAST_SIZE) {
        return (value & CM4_MPU_RASR_ENABLE) ? SLIP_SIZE : SLIP_NONE;
    }
    *first = base_of(f, n);
    *last = *first + inside;
    bool taken = addr - *first <= inside;
    bool meant = addr - rbar(f, n) <= inside;
    return taken != meant ? SLIP_BASE : SLIP_NONE;
}

/* Without the MPU all may use it, and with PRIVDEFENA privileged code (B3.5.1). */
bool background_allows(const struct etch_fault *f)
{
    uint32_t ctrl = etch_fault_get(f, ETCH_FAULT_MPU_CTRL);
    bool privileged = etch_fault_knows(f, ETCH_FAULT_CONTROL) &&
                      !(etch_fault_get(f, ETCH_FAULT_CONTROL) & 1);
    return etch_fault_knows(f, ETCH_FAULT_MPU_CTRL) &&
           (!(ctrl & CM4_MPU_CTRL_ENABLE) ||
                   ((ctrl & CM4_MPU_CTRL_PRIVDEFENA) && privileged));
}

/* ---- whose set-up ------------------------------------------------------------ */

#define KIND(value)   ((value) & (CM4_MPU_RASR_AP | CM4_MPU_RASR_XN))
#define AP(ap)        ((uint32_t)(ap) << CM4_MPU_RASR_AP_POS)
#define WITHOUT(bits) (~((bits) | CM4_MPU_RASR_ENABLE)) /* a window may be open */

static bool is_riot_guard(uint32_t value)
{
    return (value & (CM4_MPU_RASR_SIZE | CM4_MPU_RASR_AP | CM4_MPU_RASR_XN)) ==
           (4u << CM4_MPU_RASR_SIZE_POS | AP(6) | CM4_MPU_RASR_XN);
}

static enum etch_fault_framework as_told(const struct etch_fault *f)
{
    uint32_t told = etch_fault_get(f, ETCH_FAULT_FRAMEWORK);
    return told <= ETCH_FAULT_CUBEMX ? told : ETCH_FAULT_ANY;
}

/* As each framework's sources set their regions up. */
enum etch_fault_framework find_framework(const struct etch_fault *f)
{
    if (!knows_regions(f)) {
        return as_told(f);
    }
    uint32_t first = rasr(f, 0);
    if (rbar(f, 0) == 0 && (first & WITHOUT(CM4_MPU_RASR_SRD)) == 0x06020038) {
        return ETCH_FAULT_MBED;
    }
    if (rbar(f, 0) == 0 && first == 0x1004873F) {
        return ETCH_FAULT_CUBEMX;
    }
    if (KIND(rasr(f, 7)) == (AP(1) | CM4_MPU_RASR_XN) && KIND(rasr(f, 6)) == AP(5) &&
            KIND(rasr(f, 5)) == AP(6)) {
        return ETCH_FAULT_FREERTOS;
    }
    if (is_flash(rbar(f, 0)) && KIND(first) == AP(7) &&
            (rasr(f, 1) & CM4_MPU_RASR_AP) == AP(1)) {
        return ETCH_FAULT_ZEPHYR;
    }
    if (is_riot_guard(rasr(f, 1)) || is_riot_guard(rasr(f, 2))) {
        return ETCH_FAULT_RIOT;
    }
    return as_told(f);
}
