/* chip.h - a chip of the model on the bench: accesses as a test wants to write
 * them, and a record of what the model reported.
 *
 * The register names are the manual's and written down here once more: a test
 * that took them from the model could not find a wrong one there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_CHIP_H
#define ETCH_TEST_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "silicon/silicon.h"

#define FLASH_ACR     0x40023C00u
#define FLASH_KEYR    0x40023C04u
#define FLASH_OPTKEYR 0x40023C08u
#define FLASH_SR      0x40023C0Cu
#define FLASH_CR      0x40023C10u
#define FLASH_OPTCR   0x40023C14u
#define FLASH_OPTCR1  0x40023C18u

#define KEY1    0x45670123u
#define KEY2    0xCDEF89ABu
#define OPTKEY1 0x08192A3Bu
#define OPTKEY2 0x4C5D6E7Fu

#define ACR_PRFTEN (1u << 8)
#define ACR_ICEN   (1u << 9)
#define ACR_DCEN   (1u << 10)
#define ACR_ICRST  (1u << 11)
#define ACR_DCRST  (1u << 12)

#define SR_EOP    (1u << 0)
#define SR_OPERR  (1u << 1)
#define SR_WRPERR (1u << 4)
#define SR_PGAERR (1u << 5)
#define SR_PGPERR (1u << 6)
#define SR_PGSERR (1u << 7)
#define SR_RDERR  (1u << 8)
#define SR_BSY    (1u << 16)
#define SR_ALL    0x1F3u

#define CR_PG    (1u << 0)
#define CR_SER   (1u << 1)
#define CR_MER   (1u << 2)
#define CR_SNB   3
#define CR_X8    (0u << 8)
#define CR_X16   (1u << 8)
#define CR_X32   (2u << 8)
#define CR_X64   (3u << 8)
#define CR_MER1  (1u << 15)
#define CR_STRT  (1u << 16)
#define CR_EOPIE (1u << 24)
#define CR_ERRIE (1u << 25)
#define CR_LOCK  (1u << 31)

struct chip {
    struct silicon *s;
    uint64_t now_ns;
    bool irq;
    unsigned kinds[SILICON_EV_RESET + 1]; /* events so far */
    unsigned laws[LAW_COUNT];             /* breaches so far */
    unsigned stopped;                     /* breaches of strict laws */
    enum silicon_law stopped_by;          /* the last of them */
    unsigned lost;                        /* planned cuts that struck */
    struct silicon_event last[SILICON_EV_RESET + 1];
};

void chip_open(
        struct chip *c, const char *part, const struct silicon_conditions *conditions);
void chip_close(struct chip *c);

/* Accesses that must go through. */
uint32_t chip_get(struct chip *c, uint32_t addr);
uint32_t chip_get_narrow(struct chip *c, uint32_t addr, unsigned width);
void chip_put(struct chip *c, uint32_t addr, uint32_t value);
void chip_put_narrow(struct chip *c, uint32_t addr, unsigned width, uint32_t value);
/* Accesses that must end in a bus error. */
void chip_put_fails(struct chip *c, uint32_t addr, uint32_t value);
void chip_get_fails(struct chip *c, uint32_t addr);

void chip_unlock(struct chip *c);
/* Let the operation in flight end. */
void chip_wait(struct chip *c);
/* CR = value; store; barrier; wait; SR. */
uint32_t chip_store(struct chip *c, uint32_t cr, uint32_t addr, uint32_t value);
uint32_t chip_store_narrow(
        struct chip *c, uint32_t cr, uint32_t addr, unsigned width, uint32_t value);
/* Program one word, and it must work. */
void chip_program(struct chip *c, uint32_t addr, uint32_t value);
/* CR = value with STRT; wait; SR. */
uint32_t chip_start(struct chip *c, uint32_t cr);
/* The word as the array has it: no bus, no cache. */
uint32_t chip_cell(const struct chip *c, uint32_t addr);
uint32_t chip_loose(const struct chip *c, uint32_t addr);
bool chip_blank(const struct chip *c, uint32_t addr, uint32_t len);

#endif
