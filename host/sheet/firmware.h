/* firmware.h - the settings that a firmware declares, out of its ELF.
 *
 * What it is: ETCH_SETTING leaves a description of each setting in the image
 * and a list of them in a section; this reads both, as the chip would.
 *
 * What it remembers: nothing; a struct firmware owns all it points to. It
 * trusts no byte of the ELF.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_FIRMWARE_H
#define ETCH_SHEET_FIRMWARE_H

#include "file/file.h"
#include "sheet/pool.h"
#include "sheet/type.h"

struct setting {
    const char *name;
    uint16_t number; /* its id in the store */
    struct type type;
    uint32_t len;
    const uint8_t *initial;   /* len bytes; NULL: not in the file */
    const uint8_t *min, *max; /* of an element; NULL: no limit */
    bool judged;              /* has a function that decides what is valid */
    const char *label;        /* "motor_limit:u32", as it lies in the store */
};

struct firmware {
    const char *path;
    const struct setting *setting; /* by number */
    size_t n;
    struct pool pool;
};

/* Read the settings of the firmware in an ELF; it may have none. path must live as
 * long as *fw. False: it cannot be read, or what it says is damaged; why is one
 * line. */
bool firmware_read(struct firmware *fw, const char *path, char why[FILE_WHY]);
void firmware_free(struct firmware *fw); /* all zero is fine */

/* NULL: there is none. */
const struct setting *firmware_find(const struct firmware *fw, const char *name);
const struct setting *firmware_number(const struct firmware *fw, uint16_t number);
/* The one whose name is most like this; NULL: none is. */
const struct setting *firmware_like(const struct firmware *fw, const char *name);

#endif
