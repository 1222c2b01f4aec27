/* store.c - the store and settings over flash that is only memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "kv/kv.h"
#include "settings/settings.h"
#include "steps.h"

enum { SECTORS = 2, SECTOR = 512, KEYS = 6, PUTS = 6, LONGEST = 24 };

ETCH_SETTING(40, uint32_t, step_limit, 1500, ETCH_RANGE(uint32_t, 100, 90000));
ETCH_SETTING_ARRAY(41, char, 4, step_name, (1, 2, 3, 4));

static uint8_t cells[SECTORS * SECTOR];
static const uint32_t lengths[SECTORS] = {SECTOR, SECTOR};

static void must(bool good)
{
    if (!good) {
        steps_give_up();
    }
}

static enum etch_err read_cells(
        const struct etch_nor *self, uint32_t off, void *data, uint32_t len)
{
    (void)self;
    must(off + len <= sizeof(cells));
    memcpy(data, cells + off, len);
    return ETCH_OK;
}

static enum etch_err program_cells(
        const struct etch_nor *self, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    must(off % self->unit == 0 && len % self->unit == 0 && off + len <= sizeof(cells));
    for (uint32_t i = 0; i < len; i++) {
        cells[off + i] &= from[i];
    }
    return memcmp(cells + off, data, len) == 0 ? ETCH_OK : ETCH_E_VERIFY;
}

static enum etch_err erase_cells(const struct etch_nor *self, uint32_t sector)
{
    must(sector < self->sectors);
    memset(cells + (size_t)sector * SECTOR, 0xFF, SECTOR);
    return ETCH_OK;
}

static const struct etch_nor nor = {.read = read_cells,
        .program = program_cells,
        .erase = erase_cells,
        .sector_len = lengths,
        .sectors = SECTORS,
        .unit = 4,
        .erased = 0xFF};

/* Values that follow from the key and how often it was put. */
static uint16_t make_value(uint16_t id, uint32_t turn, uint8_t *value)
{
    uint32_t state = id * 2654435761u + turn + 1;
    uint16_t len = (uint16_t)(steps_random(&state) % LONGEST);
    for (uint16_t i = 0; i < len; i++) {
        value[i] = (uint8_t)steps_random(&state);
    }
    return len;
}

static void put_and_delete(struct etch_kv *kv, uint32_t *random, uint32_t *turns)
{
    uint8_t value[LONGEST];
    for (uint32_t i = 0; i < PUTS; i++) {
        uint16_t id = (uint16_t)(steps_random(random) % KEYS);
        if (steps_random(random) % 8 == 0) {
            turns[id] = 0;
            must(etch_kv_delete(kv, id) == ETCH_OK);
        } else {
            turns[id] = i + 1;
            uint16_t len = make_value(id, turns[id], value);
            must(etch_kv_put(kv, id, value, len) == ETCH_OK);
        }
        must(etch_kv_put_tick(kv, KEYS) == ETCH_OK);
    }
}

static uint32_t see_all(const struct etch_kv *kv, const uint32_t *turns)
{
    uint32_t sum = 0;
    uint8_t value[LONGEST];
    uint8_t wanted[LONGEST];
    for (uint16_t id = 0; id < KEYS; id++) {
        uint16_t len = 0;
        enum etch_err err = etch_kv_get(kv, id, value, sizeof(value), &len);
        if (turns[id] == 0) {
            must(err == ETCH_E_NOENT);
            continue;
        }
        must(err == ETCH_OK && len == make_value(id, turns[id], wanted));
        must(memcmp(value, wanted, len) == 0);
        sum = steps_fold(sum, value, len);
    }
    return sum;
}

static uint32_t settle(struct etch_kv *kv, uint32_t round)
{
    struct etch_settings settings = {.kv = kv};
    must(etch_settings_open(&settings) == ETCH_OK);
    must(ETCH_SET(&settings, step_limit, 2000 + round) == ETCH_OK);
    must(ETCH_SET(&settings, step_limit, 1) == ETCH_E_RANGE);
    must(ETCH_SET(&settings, step_name, 'e', 't', 'c', 'h') == ETCH_OK);
    uint32_t sum = step_limit ^ (uint32_t)step_name[2] << 16;
    must(etch_settings_reset(&settings, NULL) == ETCH_OK);
    return sum;
}

uint32_t store_run(uint32_t round)
{
    static uint16_t index[KEYS + 1];
    uint32_t turns[KEYS] = {0};
    uint32_t random = round * 7919 + 12345;
    const struct etch_kv_config config = {
            .nor = &nor, .log = &etch_kv_plain, .index = index, .keys = KEYS + 1};
    struct etch_kv kv;
    uint32_t ticks = 0;
    must(etch_kv_format(&kv, &config) == ETCH_OK);
    must(etch_kv_open(&kv, &config) == ETCH_OK);
    put_and_delete(&kv, &random, turns);
    uint32_t sum = see_all(&kv, turns);
    sum += settle(&kv, round);
    must(etch_kv_tidy(&kv) == ETCH_OK);
    must(etch_kv_open(&kv, &config) == ETCH_OK);
    must(see_all(&kv, turns) == see_all(&kv, turns));
    must(etch_kv_count(&kv, KEYS, &ticks) == ETCH_OK && ticks == PUTS);
    return sum + ticks;
}
