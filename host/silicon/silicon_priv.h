/* silicon_priv.h - what the model's own files share. Nobody else includes it.
 *
 * Names that cross a file here begin with si_; silicon_ is the public face.
 * An address of the chip is called addr. A cell is named by its offset `off`
 * in the array as it lies on the die, bank 1 first, whatever the address map
 * shows where; the OTP block follows the array on a page of its own.
 *
 *     off   0 ................ bytes | bytes ..... +512 ..... +528
 *           main array               | OTP         | its lock bytes
 *
 * The host is taken to be little-endian, as the chip is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_PRIV_H
#define ETCH_SILICON_PRIV_H

#include <stdatomic.h>

#include "silicon/silicon.h"

/* ---- the registers, RM0090 3.9 ------------------------------------------ */

#define SI_ARRAY     0x08000000u
#define SI_REGS      0x40023C00u
#define SI_REGS_SIZE 0x400u

enum si_reg_off { /* of the registers, in bytes */
    SI_ACR = 0x00,
    SI_KEYR = 0x04,
    SI_OPTKEYR = 0x08,
    SI_SR = 0x0C,
    SI_CR = 0x10,
    SI_OPTCR = 0x14,
    SI_OPTCR1 = 0x18
};

#define SI_ACR_PRFTEN 0x00000100u
#define SI_ACR_ICEN   0x00000200u
#define SI_ACR_DCEN   0x00000400u
#define SI_ACR_ICRST  0x00000800u
#define SI_ACR_DCRST  0x00001000u

#define SI_SR_EOP    0x00000001u
#define SI_SR_OPERR  0x00000002u
#define SI_SR_WRPERR 0x00000010u
#define SI_SR_PGAERR 0x00000020u
#define SI_SR_PGPERR 0x00000040u
#define SI_SR_PGSERR 0x00000080u
#define SI_SR_RDERR  0x00000100u
#define SI_SR_BSY    0x00010000u
#define SI_SR_ERRORS 0x000001F2u

#define SI_CR_PG        0x00000001u
#define SI_CR_SER       0x00000002u
#define SI_CR_MER       0x00000004u
#define SI_CR_SNB_SHIFT 3
#define SI_CR_PSIZE     0x00000300u
#define SI_CR_MER1      0x00008000u /* the manual's name: erases bank 2 */
#define SI_CR_STRT      0x00010000u
#define SI_CR_EOPIE     0x01000000u
#define SI_CR_ERRIE     0x02000000u
#define SI_CR_LOCK      0x80000000u

#define SI_OPTCR_LOCK   0x00000001u
#define SI_OPTCR_STRT   0x00000002u
#define SI_OPTCR_BFB2   0x00000010u
#define SI_OPTCR_RDP    0x0000FF00u
#define SI_OPTCR_DB1M   0x40000000u
#define SI_OPTCR_SPRMOD 0x80000000u

/* ---- sizes ---------------------------------------------------------------- */

enum {
    SI_WORDS = SILICON_PAGE / 4,
    SI_PAGES_MAX = 2048 * 1024 / SILICON_PAGE + 1, /* the array, and OTP's page */
    SI_GRANULE = 16 * 1024,                        /* the smallest sector */
    SI_GRANULES = 2048 / 16,
    SI_OTP_BYTES = 512,
    SI_OTP_BLOCK = 32,
    SI_OTP_LOCKS = 16,
    SI_ROW = 16,    /* bytes of a flash row and of a cache line */
    SI_ILINES = 64, /* RM0090 3.5.2 */
    SI_DLINES = 8
};

/* ---- pages.c: cells, shared between copies -------------------------------- */

/* Cells that are not plain 0 or 1. A bit of loose reads 0 or 1 anew at each
 * read; one that is also in lean mostly reads what the page's word says; the
 * word has a 1 where a bit is loose and does not lean. A bit of weak reads well
 * and becomes loose at the next power-on. */
struct si_soft {
    uint32_t words; /* of this page that have any such bit */
    uint32_t weak_words;
    uint32_t loose[SI_WORDS];
    uint32_t lean[SI_WORDS];
    uint32_t weak[SI_WORDS];
};

struct si_page {
    atomic_uint refs;
    uint64_t id;          /* of these contents; never used for others */
    uint64_t hash;        /* sum over its words, 0 for an erased page */
    struct si_soft *soft; /* NULL: none */
    uint32_t word[SI_WORDS];
};

struct si_cell { /* one word and what is known of its bits */
    uint32_t data, loose, lean, weak;
};

void si_pages_init(struct silicon *s, size_t pages);
void si_pages_drop(struct silicon *s);
void si_pages_copy(struct silicon *to, const struct silicon *from);
bool si_pages_same(const struct silicon *a, const struct silicon *b);

/* off must be a multiple of 4. */
struct si_cell si_cell_get(const struct silicon *s, uint32_t off);
void si_cell_put(struct silicon *s, uint32_t off, struct si_cell cell);
/* What a read of these cells finds this time. */
uint32_t si_sense(uint64_t *random, const struct si_cell *cell);
uint32_t si_cell_sense(struct silicon *s, uint32_t off);
uint32_t si_cell_loose(const struct silicon *s, uint32_t off);
/* Set whole pages to 1 or 0. off and len must be multiples of the page. */
void si_cells_fill(struct silicon *s, uint32_t off, uint32_t len, bool ones);
/* Weak cells become loose: the chip was without power. */
void si_cells_fade(struct silicon *s);

/* ---- cache.c: the ART accelerator ------------------------------------------ */

struct si_cache {
    uint32_t lines; /* in use of the arrays */
    uint32_t clock;
    uint32_t tag[SI_ILINES]; /* off / 16 of the line, or SI_NO_TAG */
    uint32_t used[SI_ILINES];
    uint8_t hint[SI_ILINES]; /* where a tag was last, by its low bits */
    uint8_t data[SI_ILINES][SI_ROW];
};
#define SI_NO_TAG 0xFFFFFFFFu

struct si_prefetch {
    uint32_t tag;
    uint8_t data[SI_ROW];
};

void si_cache_reset(struct si_cache *c, uint32_t lines);
uint8_t *si_cache_find(struct si_cache *c, uint32_t off); /* the line; NULL: not there */
uint8_t *si_cache_take(struct si_cache *c, uint32_t off); /* a line for it, least used */
void si_cache_store(struct si_cache *c, uint32_t off, unsigned width, uint64_t value);
/* Some byte of a cached line differs from a settled cell of the array. */
bool si_cache_stale(
        const struct silicon *s, const uint8_t *line, uint32_t off, unsigned width);
/* The row is what the array holds, and every cell of it is settled. */
bool si_row_true(const struct silicon *s, uint32_t off, const uint8_t row[SI_ROW]);
void si_row_sense(struct silicon *s, uint32_t off, uint8_t row[SI_ROW]);

/* ---- geometry.c: what the row in force makes of addresses and bits ----------- */

struct si_geometry {
    uint32_t bytes; /* of the array */
    uint32_t bank_bytes;
    unsigned banks; /* in force */
    bool two_banks; /* the die has two: MER1, OPTCR1, DB1M, BFB2 exist */
    uint32_t acr, sr, cr, optcr, optcr1; /* implemented bits */
    uint32_t nwrp[2];                    /* of those, the write-protection bits */
    size_t n;
    struct silicon_sector sector[SILICON_SECTORS_MAX];
    uint8_t at[SI_GRANULES]; /* index of the sector of each 16 KiB */
};

static inline bool si_inside(uint32_t addr, uint32_t base, uint32_t size)
{
    return addr >= base && addr - base < size;
}

enum si_region {
    SI_MAIN,
    SI_OTP,
    SI_OTP_LOCK,
    SI_SYSTEM,  /* boot loader and the factory's constants */
    SI_OPTIONS, /* the option bytes as stored */
    SI_CONTROL, /* the registers */
    SI_ABSENT,  /* the flash block's, but not on this part */
    SI_FOREIGN  /* not the flash block's at all */
};

struct si_place {
    enum si_region region;
    uint32_t off;  /* MAIN, OTP, OTP_LOCK: the cell; others: from the region's base */
    bool by_alias; /* reached at address 0 */
};

void si_geometry_set(struct silicon *s, const struct silicon_part *row);
struct si_place si_locate(const struct silicon *s, uint32_t addr);
unsigned si_bank_of(const struct silicon *s, uint32_t off);
/* NULL: there is no such sector. */
const struct silicon_sector *si_sector_by_snb(const struct silicon *s, unsigned snb);
uint8_t si_system_byte(const struct silicon *s, uint32_t off);

/* ---- the state ------------------------------------------------------------- */

enum si_key { SI_KEY_LOCKED, SI_KEY_FIRST, SI_KEY_OPEN, SI_KEY_DEAD };

/* One access of the bus, for judging and for telling who did it. */
struct si_access {
    uint32_t addr;
    uint32_t value;
    uint8_t width;
    uint8_t beat;
    uint64_t caller; /* 0: ask the owner, it is now */
};

enum si_op_kind { SI_OP_NONE, SI_OP_PROGRAM, SI_OP_ERASE, SI_OP_MASS, SI_OP_OPTIONS };

struct si_op {
    enum si_op_kind kind;
    uint8_t banks;   /* busy: bit 0 and bit 1 */
    uint8_t width;   /* program: bytes */
    bool weak;       /* done out of specification: will not last */
    bool regression; /* options: RDP level 1 to 0, which erases the array */
    int8_t sector;   /* the manual's number; -1: none */
    uint32_t addr;
    uint32_t off, size; /* cells concerned */
    uint64_t value;     /* program */
    uint32_t option[2]; /* options: what will be stored */
    uint64_t until, number, caller;
};

struct si_state {
    const struct silicon_part *row;
    struct silicon_conditions cond;
    struct si_geometry geo;
    bool on, alias, swapped, irq;

    uint32_t acr, sr, cr;
    uint32_t optcr[2]; /* OPTCR and OPTCR1 as written, without lock and start */
    enum si_key key, optkey;

    uint32_t option[2];       /* as stored on the die */
    uint32_t option_loose[2]; /* bits of them that did not settle ... */
    uint32_t option_lean[2];  /* ... and of those, which mostly read as stored */
    uint32_t in_force[2];     /* as loaded at reset or since committed */
    uint32_t protect, pcrop;  /* by index of the sector */

    struct si_op op;
    bool posted; /* a store into the array sits in the store buffer */
    uint64_t posted_ns;
    struct si_access store; /* that one */
    bool half;              /* the first word of an x64 store waits for its second */
    struct si_access first;

    uint64_t idle_ns; /* the clock where the owner has none */
    uint64_t epoch;   /* resets and losses of power */
    uint64_t ops, cut_at;
    struct silicon_tear cut;
    uint64_t random;

    uint64_t hash;       /* sum over the pages */
    uint32_t weak_words; /* of the whole chip */
    uint32_t wear[SI_GRANULES];
    struct si_cache icache, dcache;
    struct si_prefetch prefetch;
};

struct silicon {
    struct silicon_clock clock;
    struct silicon_hooks hooks;
    uint64_t strict; /* a bit a law */
    size_t pages;    /* with OTP's */
    struct si_page *page[SI_PAGES_MAX];
    struct si_state st;
};

/* si_locate; the registers, which are polled, and the array as a rule, at once. */
static inline struct si_place si_find(const struct silicon *s, uint32_t addr)
{
    if (si_inside(addr, SI_REGS, SI_REGS_SIZE)) {
        return (struct si_place){SI_CONTROL, addr - SI_REGS, false};
    }
    if (si_inside(addr, SI_ARRAY, s->st.geo.bytes) && !s->st.swapped) {
        return (struct si_place){SI_MAIN, addr - SI_ARRAY, false};
    }
    return si_locate(s, addr);
}

/* bus.c: a load, or a fetch, from there does nothing but read the cells. */
bool si_calm(const struct silicon *s, struct si_place at, bool code);

/* ---- report.c --------------------------------------------------------------- */

uint64_t si_now(const struct silicon *s);
void si_report(struct silicon *s, struct silicon_event ev);
void si_breach(struct silicon *s, enum silicon_law law, const struct si_access *a);
/* Raise error flags for this access, with OPERR where it is asked for. */
void si_raise(struct silicon *s, uint32_t flags, const struct si_access *a);
void si_irq_update(struct silicon *s);
/* What a strict breach does where the owner does not say. */
_Noreturn void si_stop(const struct silicon_event *ev);
_Noreturn void si_out_of_memory(void);
uint64_t si_random(uint64_t *state);
uint64_t si_mix(uint64_t x);

/* ---- op.c ------------------------------------------------------------------- */

bool si_bank_busy(const struct silicon *s, uint32_t off);
/* Wait for the operation in flight. POWER_LOST if reset or power loss came. */
enum silicon_result si_stall(struct silicon *s, const struct si_access *a);
/* Start op at start_ns; here a planned cut strikes. */
enum silicon_result si_op_begin(struct silicon *s, struct si_op op, uint64_t start_ns);
/* Conditions that let an operation run and spoil what it writes. */
bool si_op_spoilt(struct silicon *s, const struct si_access *a);
/* Old flags in SR: reported; true if they keep the operation from starting. */
bool si_op_blocked(struct silicon *s, const struct si_access *a);
enum silicon_result si_start_erase(struct silicon *s, const struct si_access *a);

/* ---- store.c: stores into the array ------------------------------------------ */

/* Let the posted store arrive, waiting for BSY where it must. */
enum silicon_result si_arrive(struct silicon *s);
/* The same at a time that has already passed, array idle. */
enum silicon_result si_arrive_at(struct silicon *s, uint64_t ns);
void si_post(struct silicon *s, const struct si_access *a);
uint64_t si_posted_until(const struct silicon *s);

/* ---- tear.c: what operations do to cells, whole and cut short ------------------ */

void si_apply(struct silicon *s, const struct si_op *op);
void si_tear(struct silicon *s, const struct si_op *op, struct silicon_tear tear);

/* ---- regs.c, options.c ---------------------------------------------------------- */

uint32_t si_reg_read(const struct silicon *s, uint32_t off);
enum silicon_result si_reg_write(
        struct silicon *s, uint32_t off, const struct si_access *a);
uint32_t si_lanes(uint32_t old, const struct si_access *a);

void si_options_factory(struct silicon *s);
void si_options_load(struct silicon *s);
void si_options_commit(struct silicon *s, const uint32_t option[2]);
uint8_t si_options_byte(const struct silicon *s, uint32_t addr);
void si_options_byte_set(struct silicon *s, uint32_t addr, uint8_t value);
unsigned si_rdp_level(const struct silicon *s);
bool si_pcrop(const struct silicon *s, uint32_t off);
enum silicon_result si_optkey_write(struct silicon *s, const struct si_access *a);
enum silicon_result si_optcr_write(
        struct silicon *s, unsigned which, const struct si_access *a);

/* ---- power.c ---------------------------------------------------------------------- */

enum silicon_result si_cut(struct silicon *s);

#endif
