/* silicon.h - the flash side of an STM32F4: controller, array, ART caches,
 * option bytes, OTP, and what power does to them.
 *
 * What it is: a model written from the reference manuals and from measurements
 * on parts, sharing no register constant with src/. It sees the bus accesses
 * of a processor - native code through host/port/ or the simulated core - and
 * answers with data, a bus error, a stall, or the loss of power.
 *
 * What it remembers: everything the real block does, the wear of each sector,
 * and which cells are unstable. Copies share unchanged pages, so a snapshot
 * costs a few hundred bytes a change and equality is a comparison of hashes.
 *
 * Time belongs to the owner: the model asks what time it is and says until
 * when an access must wait. Nothing here reads a host clock; the same calls
 * give the same results, bit for bit.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_SILICON_H
#define ETCH_SILICON_SILICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "silicon/law.h"
#include "silicon/part.h"

struct silicon;

/* ---- time ------------------------------------------------------------- */

/* The owner's clock, in nanoseconds since power-on. wait_until moves it on:
 * everything else on the chip lives through the stall. */
struct silicon_clock {
    uint64_t (*now)(void *ctx);
    void (*wait_until)(void *ctx, uint64_t ns);
    void *ctx;
};

enum silicon_speed { SILICON_MEASURED, SILICON_TYPICAL, SILICON_MAXIMUM };

/* Nanoseconds of one program operation, and of erasing a sector of kib
 * (16, 64 or 128), at psize (0: x8 .. 3: x64). Sources in times.c. */
uint64_t silicon_program_ns(enum silicon_speed speed);
uint64_t silicon_erase_ns(enum silicon_speed speed, unsigned psize, unsigned kib);
uint64_t silicon_mass_ns(enum silicon_speed speed, unsigned psize, unsigned bank_kib);
uint64_t silicon_options_ns(enum silicon_speed speed);

/* ---- conditions and open questions ------------------------------------ */

enum silicon_both { SILICON_BOTH_MASS, SILICON_BOTH_NONE, SILICON_BOTH_WRPERR };

/* What the surroundings are, and what the manuals leave open (facts of
 * unknown standing are choices here, with the likeliest as default: zero).
 * docs/silicon.md gives the reason for each. */
struct silicon_conditions {
    enum silicon_speed speed;
    uint32_t vdd_mv;        /* 0: 3300 */
    bool vpp;               /* 8-9 V on Vpp */
    uint32_t hclk_hz;       /* 0: 16 MHz */
    uint16_t rev_id;        /* DBGMCU_IDCODE[31:16]; 0: a late revision */
    uint32_t seed;          /* of everything random */
    bool stale_flags_block; /* old error flags keep an operation from starting */
    bool key_open_relocks;  /* keys while open: relock till next keys, not till reset */
    enum silicon_both ser_mer;    /* SER with MER and STRT */
    bool absent_reads_erased;     /* beyond the array: 0xFF, no bus error */
    bool snb_follows_swap;        /* SNB and nWRP name the bank by address when swapped */
    bool busy_survives_reset;     /* a system reset lets an operation run on */
    bool strd_is_x64;             /* two words of one STRD count as an x64 store */
    bool x64_flags_pgp;           /* x64 without Vpp: PGPERR instead of PGAERR|PGSERR */
    bool icache_follows_program;  /* a programmed word in the I-cache is updated */
    bool no_store_buffer;         /* array stores arrive at once, DSB or not */
    uint32_t store_buffer_cycles; /* HCLK cycles after which one arrives anyway; 0: 16 */
    bool cr_locked_faults;      /* a store to a locked CR or OPTCR: bus error, not lost */
    bool no_pg_flags_pgp;       /* without PG: PGPERR too, whatever the width */
    bool mer1_undivided_erases; /* MER1 where DB1M leaves one bank: mass erase, not nothing */
    bool alias_read_only;       /* stores at the alias of the array at 0: WRPERR */
    bool untrusted; /* debugger attached, or booted from RAM or system memory */
};

/* ---- events ------------------------------------------------------------ */

enum silicon_event_kind {
    SILICON_EV_BREACH,  /* a law was broken: law */
    SILICON_EV_UNLOCK,  /* CR opened */
    SILICON_EV_LOCK,    /* CR closed */
    SILICON_EV_CR,      /* a store to the open CR: before, value (STRT as asked for) */
    SILICON_EV_PROGRAM, /* program started: addr, width, before, value */
    SILICON_EV_ERASE,   /* sector erase started: addr, size, sector */
    SILICON_EV_MASS,    /* bank or mass erase started: addr, size */
    SILICON_EV_OPTIONS, /* option byte write started: before, value (OPTCR) */
    SILICON_EV_DONE,    /* an operation ended */
    SILICON_EV_FLAGS,   /* error flags were raised: before, value (SR) */
    SILICON_EV_CLEARED, /* error flags were cleared: before, value (SR) */
    SILICON_EV_STALL,   /* an access waited: addr, ns, width 0 for a fetch */
    SILICON_EV_FAULT,   /* an access ended in a bus error: addr */
    SILICON_EV_CUT,     /* power was lost: op */
    SILICON_EV_RESET
};

/* One thing that happened. Fields that mean nothing for the kind are zero. */
struct silicon_event {
    enum silicon_event_kind kind;
    enum silicon_law law;
    uint64_t at_ns;
    uint64_t ns; /* how long */
    uint64_t op; /* number of the array operation, from 1 */
    uint32_t addr;
    uint32_t size;   /* bytes concerned */
    uint32_t before; /* old value */
    uint32_t value;  /* new value, as asked for */
    uint8_t width;   /* bytes of the access */
    int8_t sector;   /* the manual's number, -1: none */
    uint64_t caller; /* who: program counter on the bench, host code address natively */
};

/* How the model talks back. All may be NULL. */
struct silicon_hooks {
    void (*event)(void *ctx, const struct silicon_event *ev);
    /* A strict law was broken. Must not return for native code; the bench
     * stops the run and lets the access go on as hardware. NULL: print the
     * law and the caller, abort. */
    void (*strict)(void *ctx, const struct silicon_event *ev);
    void (*power_lost)(void *ctx);      /* a planned cut happened inside this access */
    void (*irq)(void *ctx, bool level); /* FLASH_IRQn, IRQ 4 */
    uint64_t (*caller)(void *ctx);      /* who is accessing now */
    void *ctx;
};

/* ---- life --------------------------------------------------------------- */

/* A factory-fresh chip, powered and reset: array erased, option bytes as
 * delivered (DB1M as the part's row says), OTP blank. conditions may be NULL
 * (all defaults). NULL when memory runs out. */
struct silicon *silicon_new(
        const struct silicon_part *part, const struct silicon_conditions *conditions);
void silicon_free(struct silicon *s);

void silicon_attach(struct silicon *s, const struct silicon_clock *clock,
        const struct silicon_hooks *hooks); /* either may be NULL: keep */
void silicon_strict(struct silicon *s, enum silicon_law law, bool strict);
void silicon_strict_all(struct silicon *s, bool strict);
/* The conditions in force; may be changed between accesses. */
struct silicon_conditions *silicon_conditions(struct silicon *s);
/* The row in force: follows DB1M at reset. */
const struct silicon_part *silicon_part(const struct silicon *s);

/* Copy all state of the chip, conditions and a planned cut included (not
 * clock, hooks, strictness). Both must be of the same part name. Cost: a few
 * hundred pointers; pages are shared. Copies may live in different threads. */
void silicon_copy(struct silicon *to, const struct silicon *from);
/* A copy of its own, with hooks, clock and strictness. NULL: no memory. */
struct silicon *silicon_clone(const struct silicon *s);

/* Hash of what the next boot can see: array with unstable bits, OTP, option
 * bytes. Registers, wear, time and caches are left out. Cost: a few
 * multiplications; it is kept up to date with each change. */
uint64_t silicon_hash(const struct silicon *s);
/* The same comparison exactly, without trust in the hash. */
bool silicon_same(const struct silicon *a, const struct silicon *b);

/* Begin anew with everything random, what unstable bits read as above all. */
void silicon_reseed(struct silicon *s, uint32_t seed);

/* ---- power and reset ---------------------------------------------------- */

/* How far an operation had got when power failed.
 *
 * Program: the intended change is the set of bits to be cleared.
 * Erase: real cells are first programmed to 0, then released to 1.
 * Options: their sector is erased, then programmed; kinds that leave something
 * out leave it erased, and a write that also leaves RDP level 1 tears the
 * array and keeps the old bytes.
 */
enum silicon_tear_kind {
    /* Nothing had happened: a cut before the operation. */
    SILICON_TEAR_NONE,
    /* Everything had: a cut just after it. */
    SILICON_TEAR_DONE,
    /* Program: the intended bits in mask landed; bit 0 is the unit's first.
     * Erase: two bits of mask a byte, 16 bytes a turn: 0 before, 1 zero, 2 and
     * 3 ones. */
    SILICON_TEAR_MASK,
    /* Seed decides bit by bit: landed or not; erase: old, 0 or 1. */
    SILICON_TEAR_RANDOM,
    /* As RANDOM, and some bits, of a program at least one, did not settle and
     * read 0 or 1 anew at each read; mask (if not 0) limits them. */
    SILICON_TEAR_UNSTABLE,
    /* Erase: all cells programmed to 0, none released. Program: done. */
    SILICON_TEAR_ZEROED,
    /* Erase: the first mask/256 of the sector is 1, the rest 0. Program: the
     * first mask/256 of 32 bits landed. */
    SILICON_TEAR_PREFIX,
    /* Reads as if done, mostly: each changed bit is unstable, but leans. */
    SILICON_TEAR_MARGINAL
};

struct silicon_tear {
    enum silicon_tear_kind kind;
    uint32_t seed;
    uint32_t mask;
};

/* Plan: power fails inside array operation number op (program of one unit,
 * erase, option write; counted from 1 since silicon_new, see silicon_ops).
 * 0 takes the plan back. The power_lost hook is called from that access. */
void silicon_plan_cut(struct silicon *s, uint64_t op, struct silicon_tear tear);

/* Power fails now: an operation in flight is torn. The chip then is off;
 * accesses before silicon_power_on are answered with bus errors. */
void silicon_power_off(struct silicon *s, struct silicon_tear tear);
/* Power and reset: registers at their reset values, option bytes loaded,
 * caches invalid. Unstable bits stay unstable. */
void silicon_power_on(struct silicon *s);
/* A system reset with the power on (pin, watchdog, software). An operation in
 * flight is torn as by SILICON_TEAR_UNSTABLE unless
 * conditions.busy_survives_reset. */
void silicon_reset(struct silicon *s);

/* ---- the bus ------------------------------------------------------------ */

enum silicon_result {
    SILICON_OK,
    SILICON_BUS_ERROR, /* precise on loads, see silicon_write for stores */
    SILICON_POWER_LOST /* cut inside, as planned; or the owner's clock cut or reset the
                          chip while the access waited: it did not happen */
};

/* Where the model answers: the array, system memory, OTP, flash size and
 * unique id, option bytes, and the controller's registers; also the alias of
 * the array at 0 while silicon_alias says so. */
bool silicon_answers(const struct silicon *s, uint32_t addr);
/* SYSCFG_MEMRMP.MEM_MODE; the array is at 0 after reset. */
void silicon_alias(struct silicon *s, bool array_at_zero);
/* SYSCFG_MEMRMP.FB_MODE; after reset as BFB2 says. No effect with one bank. */
void silicon_swap(struct silicon *s, bool swapped);
bool silicon_swapped(const struct silicon *s);

/* Data read on the D-Code or system bus: 1, 2 or 4 bytes, aligned. May wait. */
enum silicon_result silicon_read(
        struct silicon *s, uint32_t addr, unsigned width, uint32_t *value);

/* Store of 1, 2 or 4 bytes, aligned (the processor splits what is not).
 * beat is 0, or 1 for the second word of one STRD. A bus error on KEYR or
 * OPTKEYR is imprecise on a processor with a store buffer (RM0090 3.6.1). */
enum silicon_result silicon_write(
        struct silicon *s, uint32_t addr, unsigned width, uint32_t value, unsigned beat);

/* Fetch of the 16-byte line at addr (multiple of 16) on the I-Code bus, into
 * line. *wait is the number of wait states it cost (0: I-cache or prefetch);
 * a busy bank makes it wait unless the line is cached. */
enum silicon_result silicon_fetch(
        struct silicon *s, uint32_t addr, uint8_t line[16], unsigned *wait);
/* The same for an owner whose processor model has the I-cache and the
 * prefetcher: the line comes from the array, past those of this model. */
enum silicon_result silicon_fetch_array(
        struct silicon *s, uint32_t addr, uint8_t line[16], unsigned *wait);
/* Every access of this kind to the 4 KiB at addr would find what silicon_page
 * shows, now, without waiting and without breaking a law; the caches apart. */
bool silicon_plain(const struct silicon *s, uint32_t addr, bool code);

/* A DSB, or anything else that makes posted stores arrive. A cut planned for
 * what the store starts shows by the power_lost hook alone. */
void silicon_drain(struct silicon *s);
/* Let operations whose time has come end (also done by every access). */
void silicon_settle(struct silicon *s);
/* When something will next happen by itself: the operation in flight ends, or
 * else a posted store leaves its buffer. 0: nothing will. */
uint64_t silicon_busy_until(const struct silicon *s);

/* ---- looking in from outside: no time, no side effect ------------------- */

/* Addresses here are the die's: no alias at 0 and no swap, except that
 * silicon_page sees what the processor sees. An operation in flight has
 * changed nothing yet. */

uint64_t silicon_ops(const struct silicon *s); /* array operations begun so far */

enum silicon_reg {
    SILICON_ACR,
    SILICON_KEYR,
    SILICON_OPTKEYR,
    SILICON_SR,
    SILICON_CR,
    SILICON_OPTCR,
    SILICON_OPTCR1
};
uint32_t silicon_reg(const struct silicon *s, enum silicon_reg reg);
/* Set a register as an earlier program might have left it. */
void silicon_reg_set(struct silicon *s, enum silicon_reg reg, uint32_t value);

/* Raw contents of the array, OTP or option bytes; unstable bits read as 1 in
 * data, and set in unstable if that is not NULL. addr..addr+len must exist. */
void silicon_peek(
        const struct silicon *s, uint32_t addr, void *data, void *unstable, size_t len);
/* Does any bit of the array or OTP read anew each time? */
bool silicon_any_unstable(const struct silicon *s);
/* Load an image: cells become stable. No wear, no laws. */
void silicon_poke(struct silicon *s, uint32_t addr, const void *data, size_t len);
/* Make bits unstable, as a cut would. */
void silicon_unsettle(struct silicon *s, uint32_t addr, const void *mask, size_t len);

/* Erase cycles of a sector by its address; also counted by torn erases. */
uint32_t silicon_wear(const struct silicon *s, uint32_t addr);
/* The sector holding addr; NULL outside the array. Follows DB1M. */
const struct silicon_sector *silicon_sector_at(const struct silicon *s, uint32_t addr);
const struct silicon_sector *silicon_sectors(const struct silicon *s, size_t *count);
bool silicon_protected(const struct silicon *s, const struct silicon_sector *sector);

/* Option bytes as manufacturing would set them, in force at once. */
void silicon_set_options(struct silicon *s, uint32_t optcr, uint32_t optcr1);

/* Direct pointer to the 4 KiB page of the array holding addr, for decoders
 * that follow code: valid until the next change of that page; id changes
 * whenever the bytes may have. NULL outside the array. */
const uint8_t *silicon_page(const struct silicon *s, uint32_t addr, uint64_t *id);
enum { SILICON_PAGE = 4096 };

#endif
