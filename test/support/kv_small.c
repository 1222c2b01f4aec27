/* SPDX-License-Identifier: MIT */
#include "support/kv_small.h"

#include <stdio.h>
#include <string.h>

#include "explore/machine.h"
#include "support/for_store.h"
#include "support/kv_canonical.h"
#include "support/two_readers.h"

enum { NONE = 0, VALUE_MAX = 64 }; /* in a world: version + 1, or a count + 1 */

struct small_world {
    uint8_t now[SMALL_KEYS];  /* what each key holds; NONE: nothing */
    uint8_t next[SMALL_KEYS]; /* after the operation in flight */
};

struct store {
    const struct small *small;
    struct small_world *world;
    struct etch_nor_inverted inverted;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[SMALL_KEYS];
};

/* ---- values ---------------------------------------------------------------------------- */

static bool is_counter(const struct small *s, unsigned key)
{
    for (unsigned i = 0; i < s->ops; i++) {
        if (s->op[i].verb == SMALL_TICK && s->op[i].key == key) {
            return true;
        }
    }
    return false;
}

/* Version 0 looks erased, version 1 like pads, the others like neither. */
static void make_value(const struct small *s, unsigned key, unsigned version, uint8_t *to)
{
    const uint8_t fill[] = {0xFF, 0x00, 0x5A};
    memset(to, fill[version % 3], s->len);
    if (version >= 2) {
        to[0] = (uint8_t)(key * 16 + version);
    }
}

/* ---- what is there ------------------------------------------------------------------------ */

static uint8_t find_counter(struct store *s, unsigned key)
{
    uint32_t count = 0;
    enum etch_err err = etch_kv_count(&s->kv, (uint16_t)key, &count);
    explore_expect(err == ETCH_OK || err == ETCH_E_NOENT, "counter %u: %s", key,
            etch_err_name(err));
    explore_expect(count < 8, "counter %u is %u", key, (unsigned)count);
    return err == ETCH_OK ? (uint8_t)(count + 1) : NONE;
}

static uint8_t find_value(struct store *s, unsigned key)
{
    uint8_t got[VALUE_MAX];
    uint8_t want[VALUE_MAX];
    uint16_t len = 0;
    enum etch_err err = etch_kv_get(&s->kv, (uint16_t)key, got, sizeof(got), &len);
    if (err == ETCH_E_NOENT) {
        return NONE;
    }
    explore_expect(err == ETCH_OK, "key %u: %s", key, etch_err_name(err));
    explore_expect(len == s->small->len, "key %u has %u bytes", key, len);
    for (uint8_t version = 0; version < 8; version++) {
        make_value(s->small, key, version, want);
        if (memcmp(got, want, len) == 0) {
            return (uint8_t)(version + 1);
        }
    }
    explore_fail("key %u holds what was never written, %02X...", key, got[0]);
}

static void find_all(struct store *s, uint8_t found[SMALL_KEYS])
{
    memset(found, NONE, SMALL_KEYS);
    for (unsigned key = 0; key < s->small->keys; key++) {
        found[key] =
                is_counter(s->small, key) ? find_counter(s, key) : find_value(s, key);
    }
}

/* All as before what was in flight, or all as after it. */
static void judge(struct store *s)
{
    uint8_t found[SMALL_KEYS];
    find_all(s, found);
    struct small_world *w = s->world;
    if (memcmp(found, w->now, SMALL_KEYS) != 0 &&
            memcmp(found, w->next, SMALL_KEYS) != 0) {
        explore_fail("found %u %u %u, not %u %u %u nor %u %u %u", found[0], found[1],
                found[2], w->now[0], w->now[1], w->now[2], w->next[0], w->next[1],
                w->next[2]);
    }
    memcpy(w->now, found, SMALL_KEYS);
    memcpy(w->next, found, SMALL_KEYS);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void must(enum etch_err err, const char *what)
{
    explore_expect(err == ETCH_OK, "%s: %s", what, etch_err_name(err));
}

static void begin(struct store *s, const struct explore_ctx *c)
{
    memset(s, 0, sizeof(*s));
    s->small = c->param;
    s->world = c->world;
    s->config = (struct etch_kv_config){.nor = for_store(&s->inverted, c->nor),
            .log = s->small->log,
            .index = s->index,
            .keys = s->small->keys,
            .policy = ETCH_KV_ERASE_WHEN_FORCED};
}

static void setup(struct explore_ctx *c)
{
    struct store s;
    begin(&s, c);
    must(etch_kv_format(&s.kv, &s.config), "format");
}

static void look(struct store *s, const struct explore_ctx *c)
{
    begin(s, c);
    must(etch_kv_open(&s->kv, &s->config), "open");
    judge(s);
    two_readers_agree(&s->kv, false);
}

static void check(struct explore_ctx *c)
{
    struct store s;
    look(&s, c);
}

static enum etch_err put(struct store *s, struct small_op op)
{
    uint8_t value[VALUE_MAX];
    make_value(s->small, op.key, op.version, value);
    s->world->next[op.key] = (uint8_t)(op.version + 1);
    return etch_kv_put(&s->kv, op.key, value, s->small->len);
}

static enum etch_err put_both(struct store *s, struct small_op op)
{
    uint8_t value[2][VALUE_MAX];
    struct etch_kv_change change[2];
    for (uint8_t key = 0; key < 2; key++) {
        make_value(s->small, key, op.version, value[key]);
        change[key] = (struct etch_kv_change){
                .id = key, .len = s->small->len, .data = value[key]};
        s->world->next[key] = (uint8_t)(op.version + 1);
    }
    return etch_kv_put_batch(&s->kv, change, 2);
}

/* A counter goes 1, 2, and then is set to 0. */
static enum etch_err tick(struct store *s, struct small_op op)
{
    uint8_t *next = &s->world->next[op.key];
    if (*next > 2) {
        *next = 1;
        return etch_kv_put_counter(&s->kv, op.key, 0);
    }
    *next = *next == NONE ? 2 : (uint8_t)(*next + 1);
    return etch_kv_put_tick(&s->kv, op.key);
}

static enum etch_err operate(struct store *s, struct small_op op)
{
    switch (op.verb) {
    case SMALL_PUT: return put(s, op);
    case SMALL_DELETE:
        s->world->next[op.key] = NONE;
        return etch_kv_delete(&s->kv, op.key);
    case SMALL_BATCH: return put_both(s, op);
    case SMALL_TICK: return tick(s, op);
    case SMALL_TIDY:
    default: return etch_kv_tidy(&s->kv);
    }
}

static void body(struct explore_ctx *c)
{
    struct store s;
    look(&s, c);
    must(operate(&s, s.small->op[c->op]), "operation");
    uint8_t found[SMALL_KEYS];
    memcpy(s.world->now, s.world->next, SMALL_KEYS);
    find_all(&s, found);
    explore_expect(memcmp(found, s.world->now, SMALL_KEYS) == 0,
            "what was written does not read back");
}

static const char *op_name(const void *param, unsigned op)
{
    static const char *const names[] = {"put", "delete", "batch", "tick", "tidy"};
    static _Thread_local char text[32];
    const struct small_op *o = &((const struct small *)param)->op[op];
    (void)snprintf(text, sizeof(text), "%s %u %u", names[o->verb], o->key, o->version);
    return text;
}

static void canonical(struct explore_machine *m, void *world, const void *param)
{
    const struct small *s = param;
    (void)world;
    kv_canonical(m, s->shape.sector, s->shape.erased_is_zero);
}

const struct explore_scenario small_scenario = {
        .name = "small",
        .world_size = sizeof(struct small_world),
        .ops = SMALL_OPS,
        .op_name = op_name,
        .setup = setup,
        .body = body,
        .check = check,
        .canonical = canonical,
};

/* ---- cases ------------------------------------------------------------------------------------ */

static struct explore_machine *machine(const void *param)
{
    return simnor_new(&((const struct small *)param)->shape);
}

static const struct small smalls[] = {
        /* To the fixed point. */
        {.shape = {.sector = {76, 76}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 1,
                .len = 0,
                .ops = 2,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_DELETE, 0, 0}}},
        {.shape = {.sector = {76, 76}, .unit = 2},
                .log = &etch_kv_plain,
                .keys = 1,
                .len = 0,
                .ops = 2,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_DELETE, 0, 0}}},
        {.shape = {.sector = {76, 84}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 1,
                .len = 0,
                .ops = 2,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_DELETE, 0, 0}}},
        /* Too many states for that. */
        {.shape = {.sector = {256, 256}, .unit = 8, .write_once = true},
                .log = &etch_kv_once,
                .keys = 1,
                .len = 4,
                .ops = 2,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_PUT, 0, 2}}},
        {.shape = {.sector = {128, 128}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 2,
                .len = 4,
                .ops = 4,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_PUT, 1, 2}, {SMALL_DELETE, 0, 0},
                        {SMALL_TIDY, 0, 0}}},
        {.shape = {.sector = {256, 256, 320}, .unit = 2},
                .log = &etch_kv_plain,
                .keys = 3,
                .len = 6,
                .ops = 5,
                .op = {{SMALL_BATCH, 0, 0}, {SMALL_BATCH, 0, 2}, {SMALL_PUT, 0, 1},
                        {SMALL_TICK, 2, 0}, {SMALL_TIDY, 0, 0}}},
        {.shape = {.sector = {120, 120}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 1,
                .len = 4,
                .ops = 2,
                .op = {{SMALL_PUT, 0, 0}, {SMALL_PUT, 0, 2}}},
};

#define SMALL_CASE(g, o, text)                                         \
    {                                                                  \
        .scenario = &small_scenario, .geometry = (g), .about = (text), \
        .machine = machine, .param = &smalls[g], .ops = (o)            \
    }

const struct explore_case small_cases[] = {
        SMALL_CASE(0, 2, "an empty value in 2 x 76 bytes"),
        SMALL_CASE(1, 2, "an empty value in 2 x 76 bytes, unit 2"),
        SMALL_CASE(2, 2, "an empty value in 76 + 84 bytes"),
        SMALL_CASE(3, 2, "a value in 2 x 256 bytes, cells of 8 written once"),
        SMALL_CASE(4, 4, "2 values in 2 x 128 bytes"),
        SMALL_CASE(5, 5, "batches and a counter in 256 + 256 + 320 bytes, unit 2"),
        SMALL_CASE(6, 2, "a value of two in 2 x 120 bytes"),
};
const unsigned small_cases_n = sizeof(small_cases) / sizeof(small_cases[0]);
