/* case_update_erases.c - an update that has a store of its own, and makes it where
 * the old version (examples/settings.c) has its settings.
 *
 * It reads the old limit, erases, and writes it anew: all is well unless the power
 * fails between. Asked for "defaults" it does not even read: the limit is lost at
 * the first start of each device.
 *
 * "check N" sees that the limit is that of turn N of the old version.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "raw.h"
#include "semihost.h"
#include "settings/place.h"
#include "startup.h"

enum { NEW = 0x08004000, MAGIC = 0x32474643, LIMIT = 4, FIRST_OLD = 1, OLD = 2 };

ETCH_SETTING(2, uint32_t, motor_limit, 1500);

static struct etch_part part;
ETCH_SETTINGS_PLACE(place, &part, FIRST_OLD, OLD);

static uint32_t old_limit(void)
{
    enum etch_err err = etch_part_detect(&part);
    if (err == ETCH_OK) {
        err = etch_settings_start(&place);
    }
    return err == ETCH_OK ? motor_limit : 1500;
}

static void make_new(uint32_t limit)
{
    raw_unlock();
    for (uint32_t sector = FIRST_OLD; sector < FIRST_OLD + OLD; sector++) {
        raw_erase(sector);
    }
    raw_program(NEW + LIMIT, limit);
    raw_program(NEW, MAGIC);
    raw_lock();
}

/* The number behind the last space. */
static uint32_t number(const char *text)
{
    uint32_t n = 0;
    for (; *text != '\0'; text++) {
        n = *text == ' ' ? 0 : n * 10 + (uint32_t)(*text - '0');
    }
    return n;
}

int main(void)
{
    const char *args = sh_args();
    if (*word_at(NEW) != MAGIC) {
        make_new(strstr(args, "defaults") != NULL ? 1500 : old_limit());
    }
    uint32_t limit = *word_at(NEW + LIMIT);
    sh_puts("the limit is ");
    sh_dec(limit);
    sh_puts("\n");
    bool asked = strncmp(args, "check ", 6) == 0;
    return asked && limit != 2000 + number(args) ? 1 : 0;
}
