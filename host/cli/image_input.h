/* image_input.h - stores in the files that people have: a chip's dump, a
 * sector's, a firmware with its data.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_INPUT_H
#define ETCH_CLI_IMAGE_INPUT_H

#include "cli/cli.h"
#include "image/image.h"

/* Where to look; zero is: everywhere, by looking for sector headers. */
struct image_where {
    const char *path;
    const struct silicon_part *part; /* its sectors; NULL: those of any STM32F4 */
    bool rescue;                     /* also what is in sectors whose header has rotted */
    bool at_given;
    uint32_t at;                              /* address of the store */
    struct image_place sector[IMAGE_SECTORS]; /* as told, from 0 */
    unsigned sectors;
};

struct image_found {
    uint32_t addr; /* of offset 0 of the image; an offset in the file if that has no
                      addresses */
    uint8_t *bytes;
    struct image_place sector[IMAGE_SECTORS];
    struct image_medium medium; /* those bytes and sectors */
    struct image *image;
};

struct image_input {
    struct image_found store[IMAGE_STORES];
    unsigned n;
};

/* "16K,16K,64K", "0x4000,...": sizes of sectors in a row. */
bool image_pick_sectors(const char *text, struct image_where *where);
bool image_pick_address(const char *text, struct image_where *where);

/* Open the file and read what stores it has. Anything but FINE was said on
 * stderr; without any store that is USAGE. */
enum etch_exit image_input_open(struct image_input *in, const struct image_where *where);
/* The same, where there is to be one store: several are refused. */
enum etch_exit image_input_one(struct image_input *in, const struct image_where *where);
/* The end of the sector that holds the byte before addr, of the part or of any
 * STM32F4. False: it has no flash there. */
bool image_sector_ends(const struct image_where *where, uint32_t addr, uint32_t *end);
/* Say on stderr which sectors are lost by a header that has rotted, and have not been
 * rescued. False: there are none. */
bool image_warn_lost(const char *path, const struct image_found *store);
void image_input_close(struct image_input *in);

#endif
