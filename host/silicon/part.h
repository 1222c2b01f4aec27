/* part.h - the STM32F4 parts as the manuals draw them: the model's own table.
 *
 * One row a part and bank mode, 42 in all. The driver has a table of its own
 * (src/flash/part.h) and neither may be made from the other: an error in one
 * must show against the other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_PART_H
#define ETCH_SILICON_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum silicon_banks {
    SILICON_SINGLE,   /* one bank, whatever DB1M says */
    SILICON_DUAL,     /* two banks, whatever DB1M says (2 MiB parts) */
    SILICON_DB1M_OFF, /* 1 MiB part that DB1M can split, not split */
    SILICON_DB1M_ON,  /* the same part, split */
};

struct silicon_ram {
    uint32_t base;
    uint32_t kib;
};

struct silicon_part {
    const char *name; /* "STM32F446xE" */
    uint16_t dev_id;  /* DBGMCU_IDCODE[11:0] */
    uint16_t flash_kib;
    enum silicon_banks banks;
    const char *layout;         /* "4x16+1x64+3x128", banks separated by '|' */
    struct silicon_ram sram[3]; /* unused entries have kib 0 */
    uint32_t ccm_kib;           /* at 0x10000000, data only; 0: none */
    bool ram_alias; /* SRAM2 also at 0x10000000 and executable there (F413/F423) */
    uint16_t max_mhz;
    uint8_t snb_bits;     /* width of CR.SNB */
    uint8_t nwrp[2];      /* write-protection bits used in OPTCR and OPTCR1 */
    bool pcrop;           /* has SPRMOD and RDERR */
    uint8_t latency_bits; /* width of ACR.LATENCY */
    bool bkpsram;         /* 4 KiB at 0x40024000 */
    uint16_t vectors;     /* entries of the vector table, core's 16 included */
    const char *manual;   /* "RM0390" */
    const char *note;     /* "" or what a user should know */
};

extern const struct silicon_part silicon_parts[];
extern const size_t silicon_part_count; /* 42 */

struct silicon_sector {
    uint32_t addr;   /* chip address of the first byte */
    uint32_t size;   /* bytes */
    uint8_t number;  /* the manual's sector number */
    uint8_t snb;     /* the code CR.SNB takes for it */
    uint8_t bank;    /* 0 or 1 */
    uint8_t wrp_reg; /* 0: OPTCR, 1: OPTCR1 */
    uint8_t wrp_bit; /* bit number in that register */
};

enum { SILICON_SECTORS_MAX = 24 };

/* The part a package marking names: "stm32f446re", "STM32F429ZIT6", "f407vg",
 * case-free, package letter and trailing letters skipped; also a row's own
 * name ("STM32F446xE"). Parts with a DB1M option give their DB1M_OFF row.
 * NULL if there is none. */
const struct silicon_part *silicon_part_find(const char *name);

/* The row of the same part with DB1M set or clear; the row itself where the
 * part has no choice. */
const struct silicon_part *silicon_part_db1m(const struct silicon_part *part, bool on);

/* Fill in the sectors in address order and return how many there are. Reads
 * the layout string, so the string is the truth. */
size_t silicon_part_sectors(
        const struct silicon_part *part, struct silicon_sector out[SILICON_SECTORS_MAX]);

#endif
