/* SPDX-License-Identifier: MIT */
#include "support/kv_world.h"

#include <string.h>

#include "explore/chip.h"
#include "flash/nor.h"
#include "support/for_store.h"
#include "support/kv_world_priv.h"
#include "support/two_readers.h"

uint16_t world_value(const struct world_param *p, unsigned key, unsigned version,
        uint8_t value[WORLD_LEN])
{
    unsigned len = p->len + (!p->same_len && key % 3 == 2 ? version % 3 : 0);
    len = p->last_len != 0 && key == p->keys - 1u ? p->last_len : len;
    for (unsigned i = 0; i < len; i++) {
        value[i] = (uint8_t)((key * 37u + version * 101u + i * 13u) ^ (version << 3));
    }
    if (version % 5 == 3) {
        memset(value, 0xFF, len);
    } else if (version % 5 == 4) {
        memset(value, 0, len);
    }
    return (uint16_t)len;
}

/* Of a key that is never changed: 8 bytes at a time, because there is much of it. */
static void ballast_value(unsigned n, uint8_t value[WORLD_LEN], unsigned len)
{
    uint64_t word = n + 1;
    for (unsigned i = 0; i < len; i += 8) {
        word = word * 0x5851F42D4C957F2Du + 0x14057B7EF767814Fu;
        memcpy(value + i, &word, 8);
    }
}

enum { FLASH_BASE = 0x08000000 };

/* ---- machines ------------------------------------------------------------------ */

/* What a boot makes in the chip's RAM. */
struct ram {
    struct etch_flash_nor nor;
    struct etch_flash flash;
    struct etch_flash_config config;
    struct etch_part part;
};

static const struct etch_nor *boot(void *memory, const void *arg)
{
    struct ram *ram = memory;
    const struct world_param *p = arg;
    explore_expect(etch_part_detect(&ram->part) == ETCH_OK, "part_detect");
    ram->config = (struct etch_flash_config){.part = &ram->part,
            .supply = ETCH_FLASH_FROM_2V7,
            .width = p->width,
            .allow = ETCH_FLASH_ALLOW_SELF,
            .clock_mhz = 16};
    explore_expect(etch_flash_open(&ram->flash, &ram->config) == ETCH_OK, "flash_open");
    explore_expect(
            etch_flash_nor(&ram->nor, &ram->flash, p->first, p->sectors) == ETCH_OK,
            "flash_nor");
    return &ram->nor.nor;
}

struct explore_machine *world_machine(const void *param)
{
    const struct world_param *p = param;
    if (!p->part) {
        return simnor_new(&p->shape);
    }
    /* It stays in use, and is the same for all machines of a case. */
    static struct explore_chip chips[WORLD_CHIPS];
    struct explore_chip *chip = &chips[p->chip];
    *chip = (struct explore_chip){.part = p->part,
            .conditions = {.speed = SILICON_TYPICAL},
            .addr = FLASH_BASE,
            .size = 0x80000,
            .boot = boot,
            .ram_len = sizeof(struct ram),
            .arg = param};
    return explore_chip_new(chip);
}

/* ---- the store of a run ----------------------------------------------------- */

static void begin(struct store *s, const struct explore_ctx *c)
{
    memset(s, 0, sizeof(*s));
    s->machine = c->machine;
    s->p = c->param;
    s->w = c->world;
    s->config = (struct etch_kv_config){.nor = for_store(&s->inverted, c->nor),
            .log = s->p->log,
            .index = s->p->unindexed ? NULL : s->index,
            .keys = s->p->unindexed ? 0 : (uint16_t)(s->p->keys + 1 + s->p->ballast),
            .names = s->p->part ? (uint16_t)(s->p->keys + 1) : 0,
            .policy = s->p->policy};
}

static void must(enum etch_err err, const char *what)
{
    explore_expect(err == ETCH_OK, "%s: %s", what, etch_err_name(err));
}

void world_open(struct store *s, const struct explore_ctx *c)
{
    begin(s, c);
    must(etch_kv_open(&s->kv, &s->config), "open");
}

static unsigned counter_id(const struct store *s)
{
    return s->p->keys;
}

/* ---- what is found ------------------------------------------------------------ */

/* The version of what is there; ends the run if it is none. */
static unsigned find_version(struct store *s, unsigned key)
{
    uint8_t want[WORLD_LEN];
    uint8_t got[WORLD_LEN];
    uint16_t len = 0;
    enum etch_err err = etch_kv_get(&s->kv, (uint16_t)key, got, sizeof(got), &len);
    if (err == ETCH_E_NOENT) {
        return WORLD_NONE;
    }
    explore_expect(err == ETCH_OK, "get %u: %s", key, etch_err_name(err));
    unsigned candidates[2] = {s->w->now[key], s->w->next[key]};
    for (unsigned i = 0; i < 2; i++) {
        if (candidates[i] != WORLD_NONE &&
                world_value(s->p, key, candidates[i], want) == len &&
                memcmp(want, got, len) == 0) {
            return candidates[i];
        }
    }
    explore_fail(
            "key %u holds what was never written (%u bytes, %02X...)", key, len, got[0]);
}

static unsigned ballast_id(const struct store *s, unsigned n)
{
    return s->p->keys + 1u + n;
}

static void find_ballast(struct store *s)
{
    uint8_t want[WORLD_LEN];
    uint8_t got[WORLD_LEN];
    uint16_t len = 0;
    for (unsigned n = 0; n < s->p->ballast; n++) {
        uint16_t id = (uint16_t)ballast_id(s, n);
        enum etch_err err = etch_kv_get(&s->kv, id, got, sizeof(got), &len);
        ballast_value(n, want, s->p->ballast_len);
        explore_expect(
                err == ETCH_OK && len == s->p->ballast_len && memcmp(want, got, len) == 0,
                "id %u, never changed, is lost: %s, %u bytes, %02X...", id,
                etch_err_name(err), len, got[0]);
    }
}

static uint32_t find_count(struct store *s)
{
    uint32_t n = 0;
    enum etch_err err = etch_kv_count(&s->kv, (uint16_t)counter_id(s), &n);
    explore_expect(
            err == ETCH_OK || err == ETCH_E_NOENT, "count: %s", etch_err_name(err));
    return n;
}

static unsigned find_name(struct store *s)
{
    char name[16];
    enum etch_err err = etch_kv_name(&s->kv, 0, name, sizeof(name));
    explore_expect(err == ETCH_OK || err == ETCH_E_NOENT, "name: %s", etch_err_name(err));
    if (err) {
        return 0;
    }
    explore_expect(memcmp(name, "key", 3) == 0, "a name that was never given: %s", name);
    return (unsigned)(name[3] - 'a' + 1);
}

static bool is_old(struct store *s)
{
    struct world *w = s->w;
    bool old = true;
    for (unsigned k = 0; k < s->p->keys; k++) {
        old = find_version(s, k) == w->now[k] && old;
    }
    return old && find_count(s) == w->count && find_name(s) == w->name;
}

static bool is_new(struct store *s)
{
    struct world *w = s->w;
    bool new = w->in_flight;
    for (unsigned k = 0; k < s->p->keys; k++) {
        new = find_version(s, k) == w->next[k] && new;
    }
    return new &&find_count(s) == w->count_next &&find_name(s) == w->name_next;
}

static void settle(struct world *w, bool new)
{
    if (new) {
        memcpy(w->now, w->next, sizeof(w->now));
        w->count = w->count_next;
        w->name = w->name_next;
    }
    memcpy(w->next, w->now, sizeof(w->now));
    w->count_next = w->count;
    w->name_next = w->name;
    w->in_flight = 0;
}

static void judge(struct store *s)
{
    struct world *w = s->w;
    bool new = !is_old(s);
    if (new && !is_new(s)) {
        for (unsigned k = 0; k < s->p->keys; k++) {
            unsigned v = find_version(s, k);
            explore_expect(v == w->now[k] || (w->in_flight && v == w->next[k]),
                    "key %u: version %u, committed is %u", k, v, w->now[k]);
        }
        explore_fail("counter %u (%u), name %u (%u), or one change in part",
                (unsigned)find_count(s), (unsigned)w->count, find_name(s), w->name);
    }
    settle(w, new);
    find_ballast(s);
}

/* What a boot finds. Of a chip the second reader is asked once until something is
 * written again: to read all of it costs more than all else. */
void world_judge_boot(struct store *s)
{
    judge(s);
    if (!s->p->part) {
        two_readers_agree(&s->kv, false);
    } else if (!s->w->agreed) {
        const struct etch_flash_nor *nor = (const void *)s->config.nor;
        two_readers_agree_by_peek(&s->kv, s->machine, nor->addr - FLASH_BASE);
        s->w->agreed = 1;
    }
}

/* What a session has come to; of a chip there is too much to read it twice: the next
 * boot does. */
void world_judge_end(struct store *s)
{
    judge(s);
    if (!s->p->part) {
        two_readers_agree(&s->kv, false);
    }
}

/* ---- operations ------------------------------------------------------------------ */

static unsigned next_key(struct store *s)
{
    unsigned key = s->w->turn;
    s->w->turn = (uint8_t)((key + 1) % s->p->keys);
    return key;
}

static unsigned bump(const struct store *s, unsigned key)
{
    unsigned v = s->w->next[key];
    return v == WORLD_NONE ? 0 : (v + 1) % s->p->versions;
}

static enum etch_err put_key(struct store *s, unsigned key)
{
    uint8_t value[WORLD_LEN];
    unsigned version = bump(s, key);
    uint16_t len = world_value(s->p, key, version, value);
    s->w->next[key] = (uint8_t)version;
    s->w->in_flight = 1;
    return etch_kv_put(&s->kv, (uint16_t)key, value, len);
}

static enum etch_err put_three(struct store *s)
{
    uint8_t value[2][WORLD_LEN];
    struct etch_kv_change change[3];
    for (unsigned i = 0; i < 3; i++) {
        unsigned key = next_key(s);
        bool gone = i == 2;
        unsigned version = gone ? WORLD_NONE : bump(s, key);
        uint16_t len = gone ? 0 : world_value(s->p, key, version, value[i]);
        change[i] = (struct etch_kv_change){.data = gone ? NULL : value[i],
                .id = (uint16_t)key,
                .len = len,
                .kind = gone ? ETCH_KV_DELETION : ETCH_KV_VALUE};
        s->w->next[key] = (uint8_t)version;
    }
    s->w->in_flight = 1;
    return etch_kv_put_batch(&s->kv, change, 3);
}

static enum etch_err put_name(struct store *s)
{
    char name[] = "keya";
    s->w->name_next = (uint8_t)(s->w->name % 3 + 1);
    name[3] = (char)('a' + s->w->name_next - 1);
    s->w->in_flight = 1;
    return etch_kv_put_name(&s->kv, 0, name);
}

static enum etch_err delete_key(struct store *s, bool purge)
{
    unsigned key = next_key(s);
    s->w->next[key] = WORLD_NONE;
    s->w->in_flight = 1;
    return purge ? etch_kv_delete_purge(&s->kv, (uint16_t)key, NULL)
                 : etch_kv_delete(&s->kv, (uint16_t)key);
}

static enum etch_err tick(struct store *s)
{
    s->w->count_next = s->w->count + 1;
    s->w->in_flight = 1;
    return etch_kv_put_tick(&s->kv, (uint16_t)counter_id(s));
}

/* The op-th of those that the case has chosen. */
unsigned world_choose(const struct world_param *p, unsigned op)
{
    unsigned n = 0;
    for (unsigned bit = 1; bit < 256; bit <<= 1) {
        n += (p->ops & bit) != 0;
    }
    op %= n;
    for (unsigned bit = 1;; bit <<= 1) {
        if ((p->ops & bit) && op-- == 0) {
            return bit;
        }
    }
}

static enum etch_err operate(struct store *s, unsigned op)
{
    s->w->agreed = 0;
    switch (op) {
    case WORLD_PUT: return put_key(s, next_key(s));
    case WORLD_REPUT: return put_key(s, 0);
    case WORLD_DELETE: return delete_key(s, false);
    case WORLD_PURGE: return delete_key(s, true);
    case WORLD_BATCH: return put_three(s);
    case WORLD_TICK: return tick(s);
    case WORLD_NAME: return put_name(s);
    default: return etch_kv_tidy(&s->kv);
    }
}

/* A store that may not erase by itself asks to be tidied. */
void world_do(struct store *s, unsigned op)
{
    enum etch_err err = operate(s, op);
    if (err == ETCH_E_TIDY && s->p->policy == ETCH_KV_NEVER_ERASE) {
        explore_expect(is_old(s), "a put that was refused changed something");
        settle(s->w, false);
        must(etch_kv_tidy(&s->kv), "tidy");
        err = operate(s, op);
    }
    explore_expect(err == ETCH_OK, "operation %u: %s", op, etch_err_name(err));
    settle(s->w, true);
}

/* ---- the scenario -------------------------------------------------------------------- */

static void put_ballast(struct store *s, unsigned n, bool right)
{
    uint8_t value[WORLD_LEN];
    ballast_value(n, value, s->p->ballast_len);
    value[0] ^= right ? 0 : 0x55;
    must(etch_kv_put(&s->kv, (uint16_t)ballast_id(s, n), value, s->p->ballast_len),
            "ballast");
}

/* Written over, and back again. */
static void stride(struct store *s)
{
    s->w->agreed = 0;
    for (unsigned i = 0; i < (s->p->stride ? s->p->stride : 1u); i++) {
        unsigned n = s->w->ballast;
        s->w->ballast = (uint16_t)((n + 1) % s->p->ballast);
        put_ballast(s, n, false);
        put_ballast(s, n, true);
    }
}

static void setup(struct explore_ctx *c)
{
    struct store s;
    begin(&s, c);
    memset(s.w->now, WORLD_NONE, sizeof(s.w->now));
    memset(s.w->next, WORLD_NONE, sizeof(s.w->next));
    must(etch_kv_format(&s.kv, &s.config), "format");
    for (unsigned k = 0; k < s.p->keys; k++) {
        must(put_key(&s, k), "first put");
        settle(s.w, true);
    }
    for (unsigned n = 0; n < s.p->ballast; n++) {
        put_ballast(&s, n, true);
    }
    if (s.p->ballast > 0) {
        s.w->turn = (uint8_t)(s.p->keys - 1); /* the long one first */
        must(tick(&s), "first tick");
        settle(s.w, true);
        must(put_name(&s), "first name");
        settle(s.w, true);
    }
}

static void body(struct explore_ctx *c)
{
    struct store s;
    world_open(&s, c);
    world_judge_boot(&s);
    if (c->op == WORLD_STRIDE) {
        stride(&s);
    }
    for (unsigned i = 0; c->op != WORLD_STRIDE && i < (s.p->steps ? s.p->steps : 1u);
            i++) {
        world_do(&s, world_choose(s.p, c->op + i));
    }
    world_judge_end(&s);
}

static void check(struct explore_ctx *c)
{
    struct store s;
    world_open(&s, c);
    world_judge_boot(&s);
}

enum { PUTS_AFTER = 2 };

static void after(struct explore_ctx *c)
{
    struct store s;
    world_open(&s, c);
    /* On little flash, round it; else until all that began has gone on. */
    unsigned puts = s.p->ballast != 0 ? PUTS_AFTER : s.p->keys + 2u;
    for (unsigned i = 0; i < puts; i++) {
        world_do(&s, WORLD_PUT);
    }
    world_judge_end(&s); /* a check follows */
}

const struct explore_scenario world_scenario = {
        .name = "world",
        .world_size = sizeof(struct world),
        .ops = 8,
        .setup = setup,
        .body = body,
        .check = check,
        .after = after,
};

const struct explore_scenario world_quiet_scenario = {
        .name = "world_quiet",
        .world_size = sizeof(struct world),
        .ops = 8,
        .setup = setup,
        .body = body,
        .check = check,
        .after = after,
        .quiet = true,
};
