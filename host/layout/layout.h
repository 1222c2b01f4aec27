/* layout.h - who owns which sectors of a part's flash.
 *
 * A layout is a few lines of text, written once and kept beside the firmware:
 *
 *     part   stm32f446re
 *     code   0              # vectors and start-up: the chip starts here
 *     store  1-2            # settings
 *     keep   3    faults    # somebody else's; a name of your own
 *     code   4-7  app
 *
 * Each line gives sectors, by the manual's numbers, to one owner. From it come
 * a linker fragment in which an image cannot grow into the store, a C header
 * that names the same sectors to the firmware, and a map for people.
 *
 * Everything here is text and arithmetic: no chip is asked.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_LAYOUT_LAYOUT_H
#define ETCH_LAYOUT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "silicon/part.h"

enum layout_use {
    LAYOUT_FREE,  /* nobody's: left out of the linker's sight */
    LAYOUT_BOOT,  /* a boot loader that another project links */
    LAYOUT_CODE,  /* this firmware: code and constants */
    LAYOUT_STORE, /* settings: written by the firmware itself */
    LAYOUT_KEEP   /* anything else that must stay as it is */
};

enum { LAYOUT_NAME_MAX = 24 };

/* Neighbouring sectors with one owner. */
struct layout_area {
    enum layout_use use;
    char name[LAYOUT_NAME_MAX]; /* a C identifier in small letters, unlike all others' */
    size_t first, n;            /* indices into layout.sector */
    uint32_t addr, len;         /* bytes */
};

struct layout {
    const struct silicon_part *part;
    size_t sectors;
    struct silicon_sector sector[SILICON_SECTORS_MAX];
    size_t areas; /* in address order, without gaps: what no line names is FREE */
    struct layout_area area[SILICON_SECTORS_MAX];
};

/* Why a text is no layout. */
struct layout_problem {
    unsigned line; /* from 1; 0: the text as a whole */
    char text[160];
};

/* Read a layout. On false, problem says what is wrong and what would be right.
 *
 * A line is `part NAME [db1m]` (first) or `OWNER SECTORS [NAME]`, # begins a
 * comment. OWNER is boot, code, store, keep or free; SECTORS a list such as
 * 0,4-7 or 4- (to the end) whose neighbours form one area each; NAME goes
 * with the first of them, the next are NAME2 and so on. db1m chooses the
 * two-bank map of a 1 MiB part (OPTCR.DB1M, RM0090 3.7).
 *
 * Refused: a part or sector that does not exist, a sector given twice, a
 * sector 0 that is neither boot nor code, a store of less than two sectors
 * (one is erased while the other holds the data), no code at all, a name that
 * the linker knows by another meaning. */
bool layout_read(const char *text, struct layout *layout, struct layout_problem *problem);

/* A layout to start from: the store in two 16 KiB sectors as near to the start
 * as can be, code in sector 0 and from sector 4 on; on parts of 64 and 128 KiB
 * one stretch of code and the store where it costs least. As text, with
 * comments, into to. False: it did not fit. */
bool layout_ready(const struct silicon_part *part, char *to, size_t size);

const char *layout_use_name(enum layout_use use); /* "store" */
/* The area that holds addr; NULL: outside of the flash. */
const struct layout_area *layout_area_at(const struct layout *layout, uint32_t addr);
/* "sector 4", "sectors 4 to 7", as the manual numbers them. */
void layout_sectors_text(
        const struct layout *layout, size_t first, size_t n, char *to, size_t size);

/* An area's name in capitals, as it is written for linker and C. */
void layout_print_capitals(FILE *to, const char *name);

/* A fragment for GNU ld: MEMORY regions of the areas' names in capitals, SRAM
 * and CCM; a NOLOAD section over each store, keep and boot area, so that
 * anything else placed there is an error of the link; and symbols
 * etch_layout_NAME_addr and _len. */
void layout_write_ld(const struct layout *layout, FILE *to);
/* The same places as C constants, and the store's sectors as a list. */
void layout_write_header(const struct layout *layout, FILE *to);
/* One line a sector: address, size, owner, and how long an erase takes. */
void layout_write_map(const struct layout *layout, FILE *to);
/* A picture of it, to scale. */
void layout_write_svg(const struct layout *layout, FILE *to);

#endif
