/* image_create.h - the parts of etch image create.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_CREATE_H
#define ETCH_CLI_IMAGE_CREATE_H

#include "cli/image_args.h"
#include "cli/image_keys.h"
#include "cli/image_target.h"

struct image_maker {
    const struct image_args *args;
    struct image_target target;
    struct firmware fw; /* path is NULL: none was named */
};

/* The target's bytes, and what keys are in them. False: refused. */
bool image_make(const struct image_maker *maker, const struct sheet *rows,
        struct keys *keys, uint8_t *bytes);

/* An image for each row of --table: all are made before the first is written. bytes
 * have room for one. */
enum etch_exit image_make_table(
        const struct image_maker *maker, const struct sheet *base, uint8_t *bytes);

#endif
