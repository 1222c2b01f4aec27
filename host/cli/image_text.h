/* image_text.h - results of etch image, for people and for scripts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_TEXT_H
#define ETCH_CLI_IMAGE_TEXT_H

#include "cli/image_input.h"

struct cJSON;

/* For people, on stdout. */
void image_print_head(const struct image_found *found);
void image_print_keys(const struct image_found *found);
void image_print_damage(const struct image_found *found);
/* How many sectors are lost to a firmware, if any; and what can be done. */
void image_print_lost(const struct image_found *found);
void image_print_all(const struct image_found *found, bool every);
/* A key's value by the type that its name ends in, else as text if it is such, or as
 * hexadecimal; not more than width. */
void image_print_value(
        const struct image *image, const struct image_record *r, unsigned width);

/* For scripts. */
struct cJSON *image_json_store(const struct image_found *found, bool every);
struct cJSON *image_json_record(
        const struct image_found *found, const struct image_record *r);

/* Records that a get of some id returns, deletions left out: ascending. */
unsigned image_keys(const struct image *image, const struct image_record **keys);
/* Bytes of the text that a record holds, without the 0 behind it; 0: it is none. */
uint32_t image_text_len(const struct image_record *r);

#endif
