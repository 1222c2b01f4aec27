/* SPDX-License-Identifier: MIT */
#include "support/kv_model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

void kv_model_begin(struct kv_model *m, uint64_t seed)
{
    memset(m, 0, sizeof(*m));
    m->seed = seed * 0x9E3779B97F4A7C15u + 1;
    m->plain = kv_model_any(m, 2);
}

uint32_t kv_model_any(struct kv_model *m, uint32_t below)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((m->seed >> 32) * below >> 32);
}

void kv_model_tell(struct kv_model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(m->told[m->done++ % MODEL_TOLD], MODEL_TEXT, format, args);
    va_end(args);
}

static bool wrong(struct kv_model *m, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static bool wrong(struct kv_model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(m->wrong, MODEL_TEXT, format, args);
    va_end(args);
    return false;
}

/* ---- what is asked for ----------------------------------------------------------- */

static uint16_t id_of(uint32_t i)
{
    static const uint16_t above[MODEL_IDS - MODEL_KEYS] = {1022, 2000};
    return i < MODEL_KEYS ? (uint16_t)i : above[i - MODEL_KEYS];
}

/* Some are changed more often than others. */
static uint32_t any_item(struct kv_model *m)
{
    uint32_t all = m->plain ? MODEL_KEYS : MODEL_IDS;
    return kv_model_any(m, 3) ? kv_model_any(m, 5) : kv_model_any(m, all);
}

/* Mostly short, now and then as long as may be. */
static uint16_t any_len(struct kv_model *m, uint32_t largest)
{
    uint32_t most = largest < MODEL_VALUE_MAX ? largest : MODEL_VALUE_MAX;
    switch (kv_model_any(m, 8)) {
    case 0: return (uint16_t)kv_model_any(m, 5);
    case 1: return (uint16_t)kv_model_any(m, most + 1);
    case 2: return (uint16_t)kv_model_any(m, most / 2 + 1);
    default: return (uint16_t)kv_model_any(m, most < 40 ? most + 1 : 40);
    }
}

/* A third of the bytes look erased. */
static void make_value(struct kv_model *m, struct kv_model_item *item, uint16_t len)
{
    item->kind = MODEL_VALUE;
    item->len = len;
    for (uint16_t i = 0; i < len; i++) {
        item->value[i] = (uint8_t)(kv_model_any(m, 3) ? kv_model_any(m, 256) : 0xFF);
    }
}

static void make_name(struct kv_model *m, struct kv_model_item *item, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        item->name[i] = (char)('a' + kv_model_any(m, 26));
    }
    item->name[len] = '\0';
}

/* ---- what may be answered ------------------------------------------------------------ */

enum { MAY_GROW = 1, MAY_BE_TOO_LONG = 2 };

static struct kv_model_item *begin(struct kv_model *m, uint32_t i)
{
    memcpy(m->then, m->now, sizeof(m->now));
    m->under_way = true;
    return &m->then[i];
}

static bool end(
        struct kv_model *m, const struct etch_kv *kv, enum etch_err err, unsigned may)
{
    bool never = kv->config->policy == ETCH_KV_NEVER_ERASE;
    bool refused = (err == ETCH_E_TIDY && (never || may & MAY_GROW)) ||
                   (err == ETCH_E_NOSPACE && (may & MAY_GROW || m->ticked)) ||
                   (err == ETCH_E_RANGE && may & MAY_BE_TOO_LONG);
    if (err == ETCH_OK) {
        memcpy(m->now, m->then, sizeof(m->now));
    }
    m->under_way = err == ETCH_E_PROGRAM;
    bool good = err == ETCH_OK || refused || m->under_way;
    return good ||
           wrong(m, "%s: %s", m->told[(m->done - 1) % MODEL_TOLD], etch_err_name(err));
}

/* ---- changes --------------------------------------------------------------------------- */

static bool step_put(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    uint32_t i = any_item(m);
    struct kv_model_item *item = begin(m, i);
    make_value(m, item, any_len(m, largest));
    bool grows = m->now[i].kind != MODEL_VALUE || item->len > m->now[i].len;
    bool is_long = item->len > 232 || id_of(i) > 1022;
    kv_model_tell(m, "put of id %u, %u bytes", id_of(i), item->len);
    enum etch_err err = etch_kv_put(kv, id_of(i), item->value, item->len);
    return end(m, kv, err, (grows ? MAY_GROW : 0) | (is_long ? MAY_BE_TOO_LONG : 0));
}

static bool step_delete(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    (void)largest;
    uint32_t i = any_item(m);
    begin(m, i)->kind = MODEL_NONE;
    kv_model_tell(m, "delete of id %u", id_of(i));
    return end(m, kv, etch_kv_delete(kv, id_of(i)), 0);
}

static bool step_purge(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    (void)largest;
    uint32_t i = any_item(m);
    begin(m, i)->kind = MODEL_NONE;
    kv_model_tell(m, "purge of id %u", id_of(i));
    return end(m, kv, etch_kv_delete_purge(kv, id_of(i), NULL), 0);
}

/* In small sectors a tick may find no room, and tidying not help (kv.h). */
static bool step_tick(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    (void)largest;
    uint32_t i = kv_model_any(m, MODEL_KEYS);
    struct kv_model_item *item = begin(m, i);
    item->count = item->kind == MODEL_COUNTER ? item->count + 1 : 1;
    item->kind = MODEL_COUNTER;
    kv_model_tell(m, "tick of id %u", id_of(i));
    enum etch_err err = etch_kv_put_tick(kv, id_of(i));
    m->ticked = m->ticked || err == ETCH_OK;
    err = err == ETCH_E_TIDY ? ETCH_E_NOSPACE : err;
    return end(m, kv, err, MAY_GROW | MAY_BE_TOO_LONG);
}

static bool step_count(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    (void)largest;
    uint32_t i = kv_model_any(m, MODEL_KEYS);
    struct kv_model_item *item = begin(m, i);
    bool grows = item->kind != MODEL_COUNTER;
    item->kind = MODEL_COUNTER;
    item->count = kv_model_any(m, UINT32_MAX);
    kv_model_tell(m, "counter of id %u", id_of(i));
    return end(
            m, kv, etch_kv_put_counter(kv, id_of(i), item->count), grows ? MAY_GROW : 0);
}

static bool step_name(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    uint32_t i = any_item(m);
    if (m->plain) {
        return true;
    }
    struct kv_model_item *item = begin(m, i);
    uint32_t most = largest < 40 ? 4 : kv_model_any(m, 4) ? 12 : 20;
    make_name(m, item, kv_model_any(m, most));
    bool grows = strlen(item->name) > strlen(m->now[i].name) || m->now[i].name[0] == '\0';
    kv_model_tell(m, "name of id %u, %zu bytes", id_of(i), strlen(item->name));
    return end(m, kv, etch_kv_put_name(kv, id_of(i), item->name), grows ? MAY_GROW : 0);
}

enum { BATCH = 5 };

/* What one member changes. */
static void make_member(struct kv_model *m, uint32_t i, struct etch_kv_change *c,
        uint8_t count[4], uint32_t largest)
{
    struct kv_model_item *item = &m->then[i];
    uint32_t what = kv_model_any(m, m->plain ? 8 : 10);
    *c = (struct etch_kv_change){.id = id_of(i)};
    if (what < 6) {
        make_value(m, item, any_len(m, largest) / 2);
        c->data = item->value;
        c->len = item->len;
    } else if (what == 6) {
        item->kind = MODEL_NONE;
        c->kind = ETCH_KV_DELETION;
    } else if (what == 7 && i < MODEL_KEYS) {
        item->kind = MODEL_COUNTER;
        item->count = kv_model_any(m, UINT32_MAX);
        etch_put32(count, item->count);
        c->data = count;
        c->len = 4;
        c->kind = ETCH_KV_COUNTER;
    } else {
        make_name(m, item, kv_model_any(m, 20));
        c->data = item->name;
        c->len = (uint16_t)strlen(item->name);
        c->kind = ETCH_KV_NAME;
    }
}

static bool step_batch(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    struct etch_kv_change change[BATCH];
    uint8_t count[BATCH][4];
    uint16_t n = (uint16_t)(1 + kv_model_any(m, BATCH));
    uint32_t first = any_item(m);
    (void)begin(m, first);
    for (uint16_t k = 0; k < n; k++) {
        uint32_t i = (first + k) % (m->plain ? MODEL_KEYS : MODEL_IDS);
        make_member(m, i, &change[k], count[k], largest);
    }
    kv_model_tell(m, "batch of %u from id %u on", n, id_of(first));
    enum etch_err err = etch_kv_put_batch(kv, change, n);
    return end(m, kv, err, MAY_GROW | MAY_BE_TOO_LONG);
}

static bool step_tidy(struct kv_model *m, struct etch_kv *kv, uint32_t largest)
{
    struct etch_kv_stat stat;
    (void)largest;
    (void)begin(m, 0);
    kv_model_tell(m, "tidy");
    enum etch_err err = etch_kv_tidy(kv);
    etch_kv_stat(kv, &stat);
    return end(m, kv, err, 0) &&
           (err || stat.tidy.max_us == 0 || wrong(m, "tidy has left something to do"));
}

bool kv_model_step(struct kv_model *m, struct etch_kv *kv)
{
    static const struct {
        unsigned often;
        bool (*step)(struct kv_model *m, struct etch_kv *kv, uint32_t largest);
    } steps[] = {{50, step_put}, {8, step_delete}, {4, step_purge}, {8, step_tick},
            {4, step_count}, {8, step_name}, {10, step_batch}, {8, step_tidy}};
    struct etch_kv_stat stat;
    uint32_t turn = kv_model_any(m, 100);
    unsigned i = 0;
    for (; turn >= steps[i].often; i++) {
        turn -= steps[i].often;
    }
    if (m->largest == 0) {
        etch_kv_stat(kv, &stat);
        m->largest = stat.largest;
    }
    return steps[i].step(m, kv, m->largest);
}

/* ---- looking ------------------------------------------------------------------------ */

/* Is it there, and whole? What differs is told in `wrong`. */
static bool holds_value(struct kv_model *m, const struct etch_kv *kv, uint32_t i,
        const struct kv_model_item *item)
{
    static uint8_t got[MODEL_VALUE_MAX];
    uint16_t len = 0;
    uint32_t count = 0;
    uint16_t id = id_of(i);
    enum etch_err err = item->kind == MODEL_COUNTER
                                ? etch_kv_count(kv, id, &count)
                                : etch_kv_get(kv, id, got, sizeof(got), &len);
    bool same = item->kind == MODEL_VALUE
                        ? len == item->len && memcmp(got, item->value, len) == 0
                        : item->kind == MODEL_NONE || count == item->count;
    bool good = err == (item->kind == MODEL_NONE ? ETCH_E_NOENT : ETCH_OK) && same;
    return good || wrong(m, "id %u, %u bytes, count %" PRIu32 ": %s", id, len, count,
                           etch_err_name(err));
}

static bool holds_name(struct kv_model *m, const struct etch_kv *kv, uint32_t i,
        const struct kv_model_item *item)
{
    char name[ETCH_KV_NAME_MAX + 1] = "";
    enum etch_err err = etch_kv_name(kv, id_of(i), name, sizeof(name));
    bool named = item->name[0] != '\0';
    bool good = err == (named ? ETCH_OK : ETCH_E_NOENT) && strcmp(name, item->name) == 0;
    return good ||
           wrong(m, "id %u has the name \"%s\": %s", id_of(i), name, etch_err_name(err));
}

static bool holds_all(
        struct kv_model *m, const struct etch_kv *kv, const struct kv_model_item *items)
{
    bool all = true;
    for (uint32_t i = 0; i < MODEL_IDS && all; i++) {
        all = holds_value(m, kv, i, &items[i]) && holds_name(m, kv, i, &items[i]);
    }
    return all;
}

bool kv_model_agrees(struct kv_model *m, const struct etch_kv *kv)
{
    bool good = holds_all(m, kv, m->now);
    if (!good && m->under_way && holds_all(m, kv, m->then)) {
        memcpy(m->now, m->then, sizeof(m->now));
        good = true;
    }
    m->under_way = m->under_way && !good;
    return good;
}

bool kv_model_peek(struct kv_model *m, const struct etch_kv *kv)
{
    bool good = true;
    for (uint32_t i = 0; i < MODEL_KEYS && good; i++) {
        good = holds_value(m, kv, i, &m->now[i]) || holds_value(m, kv, i, &m->then[i]);
    }
    return good;
}

/* What a record takes, as kv.h says. */
static uint32_t record_size(const struct etch_kv *kv, uint32_t len)
{
    uint32_t cell = kv->cell;
    if (kv->config->log == &etch_kv_plain) {
        return (len > 232 ? 12 : 4) + (len + 3) / 4 * 4;
    }
    uint32_t cells = (len + cell - 2) / (cell - 1);
    return ((cells ? cells : 1) + 1 + 2) * cell;
}

bool kv_model_use_room(struct kv_model *m, struct etch_kv *kv)
{
    struct etch_kv_stat stat;
    uint32_t smallest = UINT32_MAX;
    uint32_t i = kv_model_any(m, MODEL_KEYS);
    bool one = kv_model_any(m, 2); /* always the same */
    for (uint32_t k = 0; k < kv->nor->sectors; k++) {
        uint32_t len = kv->nor->sector_len[k];
        smallest = len < smallest ? len : smallest;
    }
    etch_kv_stat(kv, &stat);
    kv_model_tell(m, "%" PRIu32 " bytes of room", stat.room);
    for (uint32_t sum = 0, tries = 0; tries < 1000; tries++) {
        i = one ? i : kv_model_any(m, MODEL_KEYS);
        uint32_t size = record_size(kv, m->now[i].len);
        if (m->now[i].kind != MODEL_VALUE || size > smallest / 16 - kv->cell) {
            continue;
        }
        sum += size;
        if (sum > stat.room) {
            break;
        }
        struct kv_model_item *item = begin(m, i);
        make_value(m, item, item->len);
        enum etch_err err = etch_kv_put(kv, id_of(i), item->value, item->len);
        if (err != ETCH_OK) {
            return wrong(m, "%" PRIu32 " of %" PRIu32 " bytes of room, id %u: %s", sum,
                    stat.room, id_of(i), etch_err_name(err));
        }
        (void)end(m, kv, err, 0);
    }
    return true;
}
