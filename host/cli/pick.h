/* pick.h - arguments that several verbs take: a part, a layout, a supply, a
 * time, a number.
 *
 * Each says on stderr what is wrong with what was given, names what would be
 * right, and returns false or NULL.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_PICK_H
#define ETCH_CLI_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "layout/layout.h"
#include "silicon/silicon.h"

/* A part by the marking on its package: "stm32f446re". */
const struct silicon_part *pick_part(const char *text);
/* A layout by the name of its file, or of a part: its ready one. */
bool pick_layout(const char *name, struct layout *layout);
/* Is the layout of that name for this part (NULL: any)? False: refused. */
bool pick_same_part(
        const char *name, const struct layout *layout, const struct silicon_part *part);
/* "3.3", "3.3V" or "3300mV"; 1.7 to 3.6 V, what an STM32F4 works with. */
bool pick_volts(const char *text, uint32_t *mv);
/* "mbed" or "none". */
bool pick_mpu(const char *text, enum board_mpu *mpu);
/* "measured", "typical" or "longest". */
bool pick_times(const char *text, enum silicon_speed *speed);
const char *pick_times_name(enum silicon_speed speed);
/* "10s", "500ms", "20us", "10" (seconds); more than 0, less than 10,000 s. */
bool pick_time(const char *text, uint64_t *ns);
/* A number from min to max; what: "port", for the message. */
bool pick_number(
        const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value);
/* "12" or "12:TEAR": a cut of the power in flash operation 12, from 1. TEAR is
 * one of none done random unstable zeroed prefix marginal mask, and may say
 * =VALUE: the seed of chance, or what of the operation had happened (prefix, of
 * 256; mask, the bits). Without TEAR: unstable. */
bool pick_cut(const char *text, uint64_t *op, struct silicon_tear *tear);

#endif
