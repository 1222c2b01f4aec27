/* image_target.h - where a store is to be, and files with bytes in them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_TARGET_H
#define ETCH_CLI_IMAGE_TARGET_H

#include "cli/image_args.h"
#include "file/file.h"
#include "image/encode.h"

struct image_target {
    uint32_t addr;
    struct image_place sector[IMAGE_SECTORS];
    unsigned sectors;
    uint32_t size;
    char text[64]; /* "sectors 1 to 2 of STM32F446xE" */
};

/* Where the options say, of which one way must be given: --layout, with --store
 * NAME if it has several; --part with --store 1-2; --at with --sectors; --part
 * with an --elf that was linked with a layout. False: refused. */
bool image_target_find(const struct image_args *args, struct image_target *target);

/* How path is to be written: as format says ("hex"), or the name's ending. False:
 * refused. */
bool image_format(const char *path, const char *format, enum file_format *result);

/* Write bytes at addr, alone. */
enum etch_exit image_write(const struct image_args *args, const char *path, uint32_t addr,
        const uint8_t *bytes, uint32_t len);
/* Write what the file has, with these bytes in their place. */
enum etch_exit image_write_into(const struct image_args *args, const char *path,
        const struct file *file, const struct file_segment *piece);

#endif
