/* run_save.c - what is in flash at the end, into a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "cli/run.h"

enum { KIB = 1024, SAVE_UNIT = 256 };
#define FLASH_BASE 0x08000000u

static bool is_blank(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* The written parts of flash; raw bytes get all of it. At least one piece. */
static size_t cut_up(
        uint8_t *flash, size_t len, bool whole, struct file_segment *segments)
{
    size_t n = 0;
    if (whole) {
        segments[0] = (struct file_segment){
                .addr = FLASH_BASE, .len = (uint32_t)len, .bytes = flash};
        return 1;
    }
    for (size_t off = 0; off < len; off += SAVE_UNIT) {
        if (is_blank(flash + off, SAVE_UNIT) && (n > 0 || off + SAVE_UNIT < len)) {
            continue;
        }
        uint32_t addr = FLASH_BASE + (uint32_t)off;
        if (n > 0 && segments[n - 1].addr + segments[n - 1].len == addr) {
            segments[n - 1].len += SAVE_UNIT;
        } else {
            segments[n++] = (struct file_segment){
                    .addr = addr, .len = SAVE_UNIT, .bytes = flash + off};
        }
    }
    return n;
}

enum etch_exit run_save(struct run *r)
{
    if (r->o.save == NULL) {
        return ETCH_EXIT_FINE;
    }
    size_t len = (size_t)r->load.config.part->flash_kib * KIB;
    uint8_t *flash = malloc(len);
    struct file_segment *segments = calloc(len / SAVE_UNIT, sizeof *segments);
    enum etch_exit status = ETCH_EXIT_FINE;
    if (flash == NULL || segments == NULL) {
        status = cli_no_memory();
    } else {
        char why[FILE_WHY];
        enum file_format format = file_format_of(r->o.save);
        silicon_peek(board_silicon(r->load.board), FLASH_BASE, flash, NULL, len);
        size_t n = cut_up(flash, len, format == FILE_RAW, segments);
        if (!file_write(r->o.save, format, segments, n, why)) {
            status = cli_refuse("%s", why);
        }
    }
    free(segments);
    free(flash);
    r->unsaved = status != ETCH_EXIT_FINE;
    return status;
}
