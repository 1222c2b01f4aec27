/* times.c - how long the array takes.
 *
 * Three presets. "typical" and "maximum" are the datasheets' tables (DS8626
 * table 40 for F405/F407; the same figures in DS10314 table 45 for F411,
 * DS10693 table 48 for F446 and DS9405 table 48 for F42x). "measured" is one
 * F411CE at 100 MHz and 3.27 V, which is faster than its sheet's typical.
 *
 * Not everything is known. The sheets give no maximum for x64, and the mass
 * erase of the 1.5 MiB parts was not found; these are derived, each by the
 * rule beside it. Measurements exist for x32 only; the other widths are scaled
 * by the sheet's typical ratio.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon.h"

#include <stddef.h>

static const uint64_t ms = 1000000;
enum { WIDTHS = 4, X32 = 2 };

struct row {
    unsigned kib;
    uint16_t typical_ms[WIDTHS]; /* x8, x16, x32, x64 */
    uint32_t measured_us;        /* x32; 0: nobody measured it */
};

/* Sector erase. The measurement of 128 KiB sectors spread from 973 to 1056 ms. */
static const struct row sectors[] = {
        {16, {400, 300, 250, 230}, 189200},
        {64, {1200, 700, 550, 490}, 528800},
        {128, {2000, 1300, 1000, 875}, 1014500},
};

/* Mass erase of a part up to 512 KiB; mass or bank erase of 1 MiB. The x64
 * figure of the small parts is the large parts' ratio of 6.9 to 8. */
static const struct row small_mass = {512, {8000, 5500, 4000, 3450}, 0};
static const struct row large_mass = {1024, {16000, 11000, 8000, 6900}, 0};

static uint64_t in_preset(const struct row *row, enum silicon_speed speed, unsigned psize)
{
    uint64_t typical = row->typical_ms[psize % WIDTHS] * ms;
    switch (speed) {
    case SILICON_MEASURED:
        return row->measured_us == 0
                       ? typical
                       : (uint64_t)row->measured_us * 1000 *
                                 row->typical_ms[psize % WIDTHS] / row->typical_ms[X32];
    case SILICON_MAXIMUM: return 2 * typical; /* as in every row of the sheets */
    case SILICON_TYPICAL:
    default: return typical;
    }
}

uint64_t silicon_program_ns(enum silicon_speed speed)
{
    /* Typical and maximum are the sheets' figures, the same at every width;
     * 1 KiB took 3.665 ms in words when measured. */
    switch (speed) {
    case SILICON_TYPICAL: return 16000;
    case SILICON_MAXIMUM: return 100000;
    case SILICON_MEASURED:
    default: return 14316;
    }
}

uint64_t silicon_erase_ns(enum silicon_speed speed, unsigned psize, unsigned kib)
{
    const size_t n = sizeof(sectors) / sizeof(*sectors);
    size_t i = 0;
    while (i + 1 < n && sectors[i].kib < kib) {
        i++;
    }
    return in_preset(&sectors[i], speed, psize);
}

uint64_t silicon_mass_ns(enum silicon_speed speed, unsigned psize, unsigned bank_kib)
{
    if (bank_kib > large_mass.kib) {
        /* F413xH and F423xH, 4x16+64+11x128: its sectors one after another. */
        return 4 * silicon_erase_ns(speed, psize, 16) +
               silicon_erase_ns(speed, psize, 64) +
               (bank_kib / 128 - 1) * silicon_erase_ns(speed, psize, 128);
    }
    const struct row *row = bank_kib > small_mass.kib ? &large_mass : &small_mass;
    return in_preset(row, speed, psize);
}

uint64_t silicon_options_ns(enum silicon_speed speed)
{
    /* 350 ms measured on the F411; the sheets have no row, so the maximum is
     * twice that, as it is twice the typical figure everywhere else. */
    return speed == SILICON_MAXIMUM ? 700 * ms : 350 * ms;
}
