/* geometry.c - what the part's row in force makes of addresses and of register
 * bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

#define FLASH_BASE   SI_ARRAY
#define FLASH_REACH  0x08000000u /* what the flash block could own */
#define SYSTEM_BASE  0x1FFF0000u
#define SYSTEM_SIZE  0x8000u
#define OTP_BASE     0x1FFF7800u
#define OPTION_BASE  0x1FFFC000u
#define OPTION2_BASE 0x1FFEC000u
#define OPTION_SIZE  16u

static uint32_t bits(unsigned width)
{
    return (1u << width) - 1;
}

/* RM0090 3.9. The write-protection bits are those of the die: on the parts
 * that DB1M can split, sectors 8 to 11 have theirs while it is not. */
static void set_registers(struct si_geometry *g, const struct silicon_part *row)
{
    const struct silicon_part *whole = silicon_part_db1m(row, false);
    g->acr = bits(row->latency_bits) | SI_ACR_PRFTEN | SI_ACR_ICEN | SI_ACR_DCEN |
             SI_ACR_ICRST | SI_ACR_DCRST;
    g->sr = SI_SR_EOP | (SI_SR_ERRORS & (row->pcrop ? ~0u : ~SI_SR_RDERR));
    g->cr = SI_CR_PG | SI_CR_SER | SI_CR_MER | bits(row->snb_bits) << SI_CR_SNB_SHIFT |
            SI_CR_PSIZE | SI_CR_STRT | SI_CR_EOPIE | SI_CR_ERRIE | SI_CR_LOCK;
    g->nwrp[0] = bits(whole->nwrp[0]) << 16;
    g->nwrp[1] = g->two_banks ? bits(12) << 16 : 0;
    g->optcr = 0x0000FFECu | g->nwrp[0];
    g->optcr1 = g->nwrp[1];
    if (row->pcrop) {
        g->optcr |= SI_OPTCR_SPRMOD;
    }
    if (g->two_banks) {
        g->cr |= SI_CR_MER1;
        g->optcr |= SI_OPTCR_BFB2 | SI_OPTCR_DB1M;
    }
}

void si_geometry_set(struct silicon *s, const struct silicon_part *row)
{
    struct si_geometry *g = &s->st.geo;
    s->st.row = row;
    g->bytes = row->flash_kib * 1024u;
    g->two_banks = row->banks != SILICON_SINGLE;
    g->banks = row->banks == SILICON_DUAL || row->banks == SILICON_DB1M_ON ? 2 : 1;
    g->bank_bytes = g->bytes / g->banks;
    g->n = silicon_part_sectors(row, g->sector);
    for (size_t i = 0; i < g->n; i++) {
        uint32_t first = (g->sector[i].addr - FLASH_BASE) / SI_GRANULE;
        for (uint32_t k = 0; k < g->sector[i].size / SI_GRANULE; k++) {
            g->at[first + k] = (uint8_t)i;
        }
    }
    set_registers(g, row);
}

unsigned si_bank_of(const struct silicon *s, uint32_t off)
{
    return off >= s->st.geo.bank_bytes && off < s->st.geo.bytes;
}

/* A swap exchanges the banks in the address map (RM0090 3.4). */
static uint32_t cell_of(const struct silicon *s, uint32_t off)
{
    bool swapped = s->st.swapped && s->st.geo.banks == 2;
    if (!swapped) {
        return off;
    }
    uint32_t bank = s->st.geo.bank_bytes;
    return off < bank ? off + bank : off - bank;
}

static struct si_place locate_system(const struct silicon *s, uint32_t addr)
{
    uint32_t cell = s->st.geo.bytes + (addr - OTP_BASE);
    if (si_inside(addr, OTP_BASE, SI_OTP_BYTES)) {
        return (struct si_place){SI_OTP, cell, false};
    }
    if (si_inside(addr, OTP_BASE + SI_OTP_BYTES, SI_OTP_LOCKS)) {
        return (struct si_place){SI_OTP_LOCK, cell, false};
    }
    return (struct si_place){SI_SYSTEM, addr - SYSTEM_BASE, false};
}

static struct si_place locate_special(const struct silicon *s, uint32_t addr)
{
    bool option = si_inside(addr, OPTION_BASE, OPTION_SIZE) ||
                  (s->st.geo.two_banks && si_inside(addr, OPTION2_BASE, OPTION_SIZE));
    if (option) {
        return (struct si_place){SI_OPTIONS, addr, false};
    }
    if (si_inside(addr, SYSTEM_BASE, SYSTEM_SIZE)) {
        return locate_system(s, addr);
    }
    return (struct si_place){SI_FOREIGN, addr, false};
}

struct si_place si_locate(const struct silicon *s, uint32_t addr)
{
    const struct si_geometry *g = &s->st.geo;
    if (si_inside(addr, FLASH_BASE, g->bytes)) {
        return (struct si_place){SI_MAIN, cell_of(s, addr - FLASH_BASE), false};
    }
    if (si_inside(addr, SI_REGS, SI_REGS_SIZE)) {
        return (struct si_place){SI_CONTROL, addr - SI_REGS, false};
    }
    if (addr < g->bytes && s->st.alias) {
        return (struct si_place){SI_MAIN, cell_of(s, addr), true};
    }
    if (si_inside(addr, FLASH_BASE, FLASH_REACH)) {
        return (struct si_place){SI_ABSENT, addr - FLASH_BASE, false};
    }
    return locate_special(s, addr);
}

bool silicon_answers(const struct silicon *s, uint32_t addr)
{
    return si_find(s, addr).region != SI_FOREIGN;
}

const struct silicon_sector *si_sector_by_snb(const struct silicon *s, unsigned snb)
{
    const struct si_geometry *g = &s->st.geo;
    bool flip = s->st.swapped && s->st.cond.snb_follows_swap && g->banks == 2;
    unsigned code = flip ? snb ^ 16u : snb;
    for (size_t i = 0; i < g->n; i++) {
        if (g->sector[i].snb == code) {
            return &g->sector[i];
        }
    }
    return NULL;
}

const struct silicon_sector *silicon_sector_at(const struct silicon *s, uint32_t addr)
{
    const struct si_geometry *g = &s->st.geo;
    uint32_t off = addr - FLASH_BASE;
    return off < g->bytes ? &g->sector[g->at[off / SI_GRANULE]] : NULL;
}

const struct silicon_sector *silicon_sectors(const struct silicon *s, size_t *count)
{
    *count = s->st.geo.n;
    return s->st.geo.sector;
}

/* The factory's constants behind OTP (addresses in each manual's chapter
 * "Device electronic signature"); everything else is what a boot loader might
 * look like, not the vendor's code. */
uint8_t si_system_byte(const struct silicon *s, uint32_t off)
{
    enum { VECTORS = 8, UID = 0x7A10, SIZE = 0x7A22, PACKAGE = 0x7BF0, ROM_END = 0x7800 };
    uint64_t seed = s->st.cond.seed;
    if (off < VECTORS) {
        static const uint8_t vectors[VECTORS] = {
                0x28, 0x2D, 0x00, 0x20, 0x51, 0x05, 0xFF, 0x1F};
        return vectors[off];
    }
    if (off < ROM_END) {
        return (uint8_t)si_mix(off / 8 + 1) ^ (uint8_t)(off * 29u);
    }
    if (si_inside(off, SIZE, 2)) {
        return (uint8_t)(s->st.row->flash_kib >> (off - SIZE) * 8);
    }
    if (si_inside(off, UID, 4)) { /* place on the wafer */
        return (uint8_t)(si_mix(seed + 1) >> (off - UID) * 16) & 0x3F;
    }
    if (si_inside(off, UID, 12)) { /* wafer number, lot number in ASCII */
        static const char lot[] = "\x11"
                                  "1Q7352";
        return off - UID < 11 ? (uint8_t)lot[off - UID - 4] : (uint8_t)('0' + seed % 10);
    }
    return off == PACKAGE ? 0x01 : 0xFF;
}
