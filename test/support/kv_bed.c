/* SPDX-License-Identifier: MIT */
#include "support/kv_bed.h"

#include <string.h>

#include "support/cm.h"

struct bed bed;

static void take(void *arg)
{
    struct bed *b = arg;
    b->locks++;
    assert_int_equal(b->depth++, 0);
}

static void give(void *arg)
{
    struct bed *b = arg;
    assert_int_equal(--b->depth, 0);
}

void begin_on(const uint32_t *len, uint8_t unit, bool once)
{
    if (bed.flash.cells) {
        ram_nor_close(&bed.flash);
    }
    memset(&bed, 0, sizeof(bed));
    ram_nor_open(&bed.flash, len, unit, once);
    bed.config = (struct etch_kv_config){.nor = &bed.flash.nor,
            .log = once ? &etch_kv_once : &etch_kv_plain,
            .index = bed.index,
            .keys = KEYS,
            .names = NAMES,
            .lock = take,
            .unlock = give,
            .lock_arg = &bed};
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
}

void begin(void)
{
    static const uint32_t small[] = {1024, 1024, 0};
    begin_on(small, 4, false);
}

void reopen(void)
{
    memset(&bed.kv, 0xA5, sizeof(bed.kv));
    memset(bed.index, 0xA5, sizeof(bed.index));
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_OK);
    assert_false(bed.flash.broken);
}

void put(uint16_t id, const char *text)
{
    assert_int_equal(etch_kv_put(&bed.kv, id, text, (uint16_t)strlen(text)), ETCH_OK);
}

void holds(uint16_t id, const char *text)
{
    char got[300] = "";
    uint16_t len = 0;
    assert_int_equal(etch_kv_get(&bed.kv, id, got, sizeof(got) - 1, &len), ETCH_OK);
    got[len] = '\0';
    assert_string_equal(got, text);
}

void holds_none(uint16_t id)
{
    char got[8];
    uint16_t len;
    assert_int_equal(etch_kv_get(&bed.kv, id, got, sizeof(got), &len), ETCH_E_NOENT);
}

void counts(uint16_t id, uint32_t want)
{
    uint32_t n = 0;
    assert_int_equal(etch_kv_count(&bed.kv, id, &n), ETCH_OK);
    assert_int_equal(n, want);
}
