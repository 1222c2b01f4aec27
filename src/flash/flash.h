/* flash.h - program and erase an STM32F4's own flash.
 *
 * What it is: erase a sector, program any bytes, verify, and everything that
 * must be known before: is it allowed, how long will it take. Addresses are
 * the chip's (0x08000000 on), sector numbers the reference manual's.
 *
 * What it remembers: struct etch_flash, given by the caller: what
 * etch_flash_open found out, an erase under way, and the report of the last
 * call. The configuration is used in place and must stay.
 *
 * What it never does: allocate; write an option byte, OTP or system memory;
 * wait without a limit; touch anything when it refuses. Every call leaves the
 * controller locked and the caches as they were, but for two: it is open, and
 * the data cache off, between etch_flash_erase_begin and _end; and it is left
 * so after ETCH_E_TIMEOUT of the work, when a store to it would stall the
 * processor until the hardware is done, and a data cache that is on may be
 * spoilt by what is read from the other bank. The next call that finds it done
 * gives the cache back, the next that writes locks it too; after another
 * etch_flash_open, which takes the cache as it finds it, that stays off.
 *
 * Who may call it: privileged code, one caller at a time; not from an
 * interrupt that can come while a call is under way. While the array is busy
 * a fetch or read from the same bank stalls - 16 us for a program step, up to
 * 4 s for an erase - so an interrupt whose handler or vector is in flash
 * waits. The wait in the configuration decides what goes on meanwhile. Limits are
 * measured with the cycle counter (DWT CYCCNT): who sets it while a call is under
 * way, as some do to measure with it, may get ETCH_E_TIMEOUT for nothing.
 *
 * What power loss does: "Cut" in each comment. After a cut nothing but the
 * named bytes has changed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_FLASH_H
#define ETCH_FLASH_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flash/gate.h"
#include "flash/part.h"
#include "flash/wait.h"
#include "hw/f4_flash.h"

/* Lowest supply there can be while writing: it decides the widest store, and
 * the width decides the pump current, of an erase as well (RM0090 table 7). A
 * store wider than the supply allows reads back well and is lost later. */
enum etch_flash_supply {
    ETCH_FLASH_FROM_1V8, /* 1.8 V (1.7 V where the part runs from it): x8 */
    ETCH_FLASH_FROM_2V1, /* x16 */
    ETCH_FLASH_FROM_2V7  /* x32 */
};

enum etch_flash_width {
    ETCH_FLASH_WIDEST,
    ETCH_FLASH_X8,
    ETCH_FLASH_X16,
    ETCH_FLASH_X32
};

enum etch_flash_allow {
    ETCH_FLASH_ALLOW_SELF = 1, /* sectors with running code or vectors */
    ETCH_FLASH_ALLOW_BITS = 2  /* do not look whether a 0 would have to become 1 */
};

/* How the chip is supplied and used. Zero in a field is the safe choice, but
 * for part, which must be there. */
struct etch_flash_config {
    /* The part: &etch_part_f446xe, say, or what etch_part_detect found. */
    const struct etch_part *part;

    uint8_t supply; /* enum etch_flash_supply */

    /* Bits to program at a time: enum etch_flash_width. 0: the widest that
     * the supply allows. */
    uint8_t width;

    /* What is let through that is refused otherwise: enum etch_flash_allow. */
    uint8_t allow;

    /* Core clock in MHz, rounded up, to measure time limits. 0: 180, which
     * makes limits longer on a slower chip, never too short. The flash needs
     * at least 1 MHz to be written (RM0090 3.6). */
    uint8_t clock_mhz;

    /* How to spend the time of an erase, and the watchdog that runs: wait.h.
     * NULL: no watchdog; poll from wherever the driver is linked. */
    const struct etch_flash_wait *wait;

    /* What opens the array to a store where the MPU refuses it: gate.h, and
     * guard/guard.h has them. NULL: store directly; an array that is locked is
     * a fault then. */
    const struct etch_flash_gate *gate;

    /* The running image, e.g. from linker symbols: its sectors are refused as
     * running code. 0 and 0: only sector 0, the one with the vectors, and the one
     * that session.c of this driver runs from when it looks; all else that runs,
     * the rest of the driver if it lies across a border, is as good as data. */
    uint32_t image_addr;
    uint32_t image_len;
};

/* What the hardware said; of the last call that opened the controller. */
struct etch_flash_report {
    uint32_t sr;    /* error flags it raised, F4_FLASH_SR_* */
    uint32_t stale; /* error flags found set when it began: somebody stored to
                       flash before, often through a NULL pointer */
    uint32_t addr;  /* of the last call that looked at the array: the byte that
                       differs, the step that failed, or the end */
};

/* What a call is about: bytes of the array, and what they shall be. */
struct etch_flash_span {
    uint32_t addr;
    const uint8_t *data; /* NULL: erased */
    uint32_t len;
};

/* Fields are the driver's; report is for reading. */
struct etch_flash {
    struct etch_sector sector; /* that was looked at last */
    const struct etch_flash_config *config;
    struct f4_flash_regs *regs;
    struct etch_flash_span span; /* of the last call */
    struct etch_flash_report report;
    uint32_t limit;       /* core cycles that no operation takes */
    uint32_t dcen;        /* ACR.DCEN, if a call has switched it off */
    uint32_t erase_start; /* cycle count */
    uint32_t erase_cr;    /* value of CR that starts the erase */
    uint8_t psize;        /* log2 of the bytes in a cell */
    bool erasing;         /* between erase_begin and erase_end */
};

/* Get ready: check the width, start the cycle counter (DWT). Writes no flash;
 * f needs no preparation.
 *
 * Errors: ETCH_E_SUPPLY (the width is more than the supply allows).
 */
ETCH_MUST_CHECK enum etch_err etch_flash_open(
        struct etch_flash *f, const struct etch_flash_config *config);

/* Program len bytes at addr, any alignment and length, and read them back.
 *
 * The first and last steps may be narrower than the width, so cells that are
 * covered only in part keep their other bytes. Bytes programmed before may be
 * programmed again as long as that only clears bits; all are looked at first,
 * so that a refusal leaves everything as it was. data may be anywhere that can
 * be read, the array too, but not be among the bytes that are programmed: it would
 * change on the way, and what is there then is taken for right. len 0 is no work
 * and no error.
 *
 * Cut: bytes before some point hold their new value; the bytes of one step
 * (four at most) may hold any mix of old and new bits and read differently
 * each time; all others are untouched.
 * Cost: etch_flash_program_time: 16 us typical, 100 us at most, a step; and each
 * byte is read before and after, some 30 cycles each time. No watchdog is fed (wait.h).
 * Errors with nothing touched: ETCH_E_BUSY (an erase was begun), ETCH_E_RANGE
 * (not in the array), ETCH_E_SELF, ETCH_E_PROTECTED (nWRP or PCROP),
 * ETCH_E_BITS, ETCH_E_SWAPPED (the banks are, see part.h), ETCH_E_LOCKED (the
 * controller did not open), ETCH_E_TIMEOUT before the first step (something
 * else keeps it busy). Errors of the work, see report: ETCH_E_PROGRAM,
 * ETCH_E_VERIFY, ETCH_E_TIMEOUT.
 * After a wrong key of other code the controller answers the next one with a
 * bus fault, until reset (RM0090 3.6.1); no driver can know that beforehand.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_program(
        struct etch_flash *f, uint32_t addr, const void *data, uint32_t len);

/* Erase the sector with this number, all bytes to 0xFF, and see that it is so.
 *
 * Cut: any bit of the sector may read as anything, and differently each time,
 * until it is erased again; a sector that reads blank may be such a one.
 * Cost: etch_flash_erase_time; and the sector is read, some 30 cycles a byte, with no
 * watchdog fed (wait.h).
 * Errors: as etch_flash_program, ETCH_E_BITS apart; what the wait refuses
 * (ETCH_E_WATCHDOG: it may take longer than the watchdog allows).
 */
ETCH_MUST_CHECK enum etch_err etch_flash_erase(struct etch_flash *f, unsigned sector);

/* Begin to erase a sector and return: for code that runs from SRAM or from the
 * other bank and has something else to do. etch_flash_erase_poll tells when it
 * is over, etch_flash_erase_end must follow; until then all other calls that are
 * about bytes of the array return ETCH_E_BUSY (an erase of a sector that there is
 * not, ETCH_E_RANGE). The wait of the configuration is not used, and feeding a
 * watchdog is the caller's. When this driver runs from the bank being erased,
 * the processor stalls before this returns.
 *
 * Cut: as etch_flash_erase.
 * Errors: as etch_flash_erase, and then nothing was begun.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_erase_begin(
        struct etch_flash *f, unsigned sector);

/* Is the erase over? ETCH_OK: yes; ETCH_E_BUSY: no; ETCH_E_TIMEOUT: no, and it
 * should be; ETCH_E_NOENT: none was begun.
 *
 * Cut: as etch_flash_erase.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_erase_poll(struct etch_flash *f);

/* Wait for what is left, close the controller, read the sector and tell how it went.
 *
 * Cut: as etch_flash_erase.
 * Cost: some 30 cycles a byte of the sector, when the erase is over.
 * Errors: ETCH_E_NOENT (none was begun), ETCH_E_PROGRAM, ETCH_E_VERIFY,
 * ETCH_E_TIMEOUT.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_erase_end(struct etch_flash *f);

/* Compare len bytes at addr with data, in the array and not in the data
 * cache, which after a program or erase may hold something else (RM0090
 * 3.5.2).
 *
 * Cut: nothing is written.
 * Cost: some 30 cycles a byte.
 * Errors: ETCH_E_VERIFY (report.addr is the first difference), ETCH_E_RANGE,
 * ETCH_E_BUSY, ETCH_E_TIMEOUT (something else keeps the controller busy).
 */
ETCH_MUST_CHECK enum etch_err etch_flash_verify(
        struct etch_flash *f, uint32_t addr, const void *data, uint32_t len);

/* Compare len bytes at addr with the erased value, 0xFF. After a cut a sector
 * may read erased and not be so: see etch_flash_erase.
 *
 * Cut: nothing is written.
 * Errors: as etch_flash_verify.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_blank(
        struct etch_flash *f, uint32_t addr, uint32_t len);

/* The sector with this number. ETCH_E_RANGE: there is none; ETCH_E_SWAPPED. */
ETCH_MUST_CHECK enum etch_err etch_flash_sector(
        const struct etch_flash *f, unsigned number, struct etch_sector *sector);

/* The sector that holds addr. ETCH_E_RANGE: none does; ETCH_E_SWAPPED. */
ETCH_MUST_CHECK enum etch_err etch_flash_sector_at(
        const struct etch_flash *f, uint32_t addr, struct etch_sector *sector);

/* How long something will take, in microseconds: typical, and the datasheet's
 * maximum (DS8626 table 40, DS10693 table 48) at the width in use. While it
 * lasts a processor that executes from the same bank stands still. */
struct etch_flash_time {
    uint32_t typ_us;
    uint32_t max_us;
};

/* Of an erase of a sector of len bytes (16, 64 or 128 KiB). Reads nothing from
 * the chip.
 *
 * Cut: nothing is written. */
struct etch_flash_time etch_flash_erase_time(const struct etch_flash *f, uint32_t len);

/* Of programming len bytes at addr; counts the steps, a few cycles for each.
 * Reads nothing from the chip.
 *
 * Cut: nothing is written. */
struct etch_flash_time etch_flash_program_time(
        const struct etch_flash *f, uint32_t addr, uint32_t len);

#endif
