/* place.h - settings in sectors of the chip's own flash, with no more set-up
 * than naming the part and the sectors:
 *
 *     ETCH_SETTINGS_PLACE(place, &etch_part_f446xe, 1, 2);
 *     ...
 *     err = etch_settings_start(&place);
 *     err = ETCH_SET(&place.settings, motor_limit, 1800);
 *
 * What it is: driver, store and settings put together in one object. Whoever
 * wants them apart (two stores, another flash) puts them together by hand, in
 * as many lines as place.c has.
 *
 * What it remembers: struct etch_settings_place, 308 bytes, and an index of 4 bytes for
 * each of 32 numbers, which the macro makes.
 *
 * What it never does: more than its parts. Of these, erase: at the very first
 * start, for an empty store, and in a change when the store is full and
 * etch_kv_tidy was never called.
 *
 * Who may call it: as settings.h says.
 *
 * What power loss does: "Cut" below.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SETTINGS_PLACE_H
#define ETCH_SETTINGS_PLACE_H

#include "flash/nor.h"
#include "settings/settings.h"

enum { ETCH_SETTINGS_KEYS = 32 }; /* with ETCH_SETTINGS_PLACE */

/* settings and kv are for use, kv only when etch_settings_start has come as far; formatted
 * for reading; the rest is set by the macro. */
struct etch_settings_place {
    struct etch_settings settings;
    struct etch_kv kv; /* the store, for keys of your own and etch_kv_tidy */
    bool formatted;    /* there was no store, so all settings are initial */

    struct etch_flash_config config;
    uint8_t first;   /* sector, by the manual's number */
    uint8_t sectors; /* how many; two or more */
    uint16_t keys;   /* settings with numbers below this are found without a search */
    uint16_t *index; /* of their values and labels: 2 * keys */

    struct etch_flash flash;
    struct etch_flash_nor nor;
    struct etch_kv_config kv_config;
};

/* A place called name_ in sectors_ sectors from the one with the manual's
 * number first_ on, of the part that part_ points to. Then, if wanted, fields
 * of struct etch_flash_config: .supply = ETCH_FLASH_FROM_2V7 makes changes four
 * times as fast where the supply is known to be that high; .image_addr and .image_len keep
 * a first start from erasing sectors of the firmware that were named by mistake. */
#define ETCH_SETTINGS_PLACE(name_, part_, first_, ...) \
    ETCH_SETTINGS_PLACE_OF(ETCH_SETTINGS_KEYS, name_, part_, first_, __VA_ARGS__)

/* The same for settings with numbers below keys_, at 4 bytes of RAM each. Others work, too,
 * but to read, change or move one takes a way through the whole log (kv.h). */
#define ETCH_SETTINGS_PLACE_OF(keys_, name_, part_, first_, ...)  \
    static uint16_t etch_index_##name_[2 * (keys_)];              \
    static struct etch_settings_place name_ = {.first = (first_), \
            .sectors = (ETCH_SETTING_FIRST(__VA_ARGS__, 0)),      \
            .keys = (keys_),                                      \
            .index = etch_index_##name_,                          \
            .config = {.part = (part_), ETCH_SETTING_REST(__VA_ARGS__, )}}

/* Open the store, make an empty one if there is none, and take the settings'
 * values from it.
 *
 * Cut: no setting changes. At the very first start an empty store is made at
 * the next.
 * Cost: etch_kv_open and etch_settings_open; the first time, an erase of each
 * sector: 0.25 to 0.5 s for one of 16 KiB at x32, 0.4 to 0.8 s at x8.
 * Errors: those of etch_flash_open, etch_flash_nor, etch_kv_open, etch_kv_format and
 * etch_settings_open. If there is a store that cannot be written (its sectors are
 * protected, say), settings have its values all the same; of what a cut has left in doubt,
 * perhaps others at each start. The next change tries again. After ETCH_E_SUPPLY of the
 * driver, and ETCH_E_RANGE and ETCH_E_SWAPPED of the sectors, there is no store: settings
 * stay as they are, initial, to change one is ETCH_E_FORMAT, and kv is not for use.
 * ETCH_E_SELF: the sectors hold vectors or running code; that is what config.image_addr and
 * image_len say. While they are 0, only the sector is known that the driver itself runs
 * from (flash.h), and a first start erases what else runs in these. ETCH_E_FOREIGN: they
 * hold the store of a later version, say; it stays as it is, and settings are initial and
 * cannot be set, until whoever wants to lose it calls
 * etch_kv_format(&place->kv, &place->kv_config) and this once more.
 */
ETCH_MUST_CHECK enum etch_err etch_settings_start(struct etch_settings_place *place);

#endif
