/* check.h - a firmware file held against a layout: does it meet what it must
 * not, and what will flashing it erase.
 *
 * Tools that program a chip differ in what they erase for the same file, and
 * none of them says so beforehand. Three ways cover what is known of them:
 * OpenOCD splits a file at sectors it does not touch (its minimal_write_gap),
 * st-flash fills every gap (stlink issues 647 and 1108: the settings between
 * boot loader and application were gone), and a raw binary has no gaps left.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_LAYOUT_CHECK_H
#define ETCH_LAYOUT_CHECK_H

#include "file/file.h"
#include "layout/layout.h"

/* The layout that an ELF linked with a fragment of layout_write_ld carries in
 * itself: each section ".etch_layout_NAME". Other sectors are FREE. False:
 * there is none in it; layout then is all FREE. */
bool layout_from_file(
        const struct silicon_part *part, const struct file *file, struct layout *layout);

enum layout_flasher {
    LAYOUT_BY_SECTOR,  /* erases the sectors that hold bytes of the file */
    LAYOUT_BY_RANGE,   /* erases all from the first byte to the last, holes too */
    LAYOUT_WHOLE_CHIP, /* mass erase */
    LAYOUT_FLASHERS
};

/* Which way, and the tools that are known to go it. */
const char *layout_flasher_text(enum layout_flasher flasher);
/* Mark the sectors that programming the file erases: erased[i] belongs to
 * layout->sector[i]. */
void layout_erased_by(const struct layout *layout, const struct file *file,
        enum layout_flasher flasher, bool erased[SILICON_SECTORS_MAX]);

enum { LAYOUT_FAULTS_MAX = 32 };

/* What is wrong with the file, in the order of its pieces. */
struct layout_fault {
    const char *code; /* "meets-store", stable */
    char text[240];
    const char *fix;
};

/* Checked: every piece lies in flash; none touches a store, keep or boot area;
 * the vectors at the start of the code are a stack pointer in RAM and an odd
 * address in the file; no code runs in CCM, which instructions cannot be
 * fetched from (RM0090 2.3.1); a layout in the file itself has the same store,
 * keep and boot areas. Returns how many faults were found; those
 * beyond LAYOUT_FAULTS_MAX are counted only. */
size_t layout_check(const struct layout *layout, const struct file *file,
        struct layout_fault faults[LAYOUT_FAULTS_MAX]);

#endif
