/* SPDX-License-Identifier: MIT */
#include "support/kv_moves.h"

#include <stdlib.h>

#include "image/image.h"
#include "support/kv_world_priv.h"
#include "support/ram_nor.h"
#include "support/two_readers.h"

enum {
    NO_DRAFT = 0xFF,
    BEFORE = 3,   /* so many short puts before something happens */
    MANY = 20000, /* changes; something must have happened by then */
    MORE = 7      /* changes in the new sector */
};

/* ---- how far it is ---------------------------------------------------------------- */

struct trial {
    struct ram_nor nor;
    struct world world;
    struct store store;
    uint8_t head;   /* sector that is written to */
    unsigned moved; /* so often another has been moved to it */
};

/* A copy of the flash, and a session on it. */
static void begin_trial(struct trial *t, const struct explore_ctx *c)
{
    const struct etch_nor *nor = c->nor;
    uint32_t len[RAM_NOR_SECTORS] = {0};
    for (unsigned i = 0; i < nor->sectors; i++) {
        len[i] = nor->sector_len[i];
    }
    ram_nor_open(&t->nor, len, nor->unit, nor->once);
    if (nor->erased != 0xFF) {
        ram_nor_invert(&t->nor);
    }
    enum etch_err err = nor->read(nor, 0, t->nor.cells, t->nor.size);
    struct explore_ctx copy = *c;
    t->world = *(const struct world *)c->world;
    copy.world = &t->world;
    copy.nor = &t->nor.nor;
    if (err == ETCH_OK) {
        world_open(&t->store, &copy);
        t->head = t->store.kv.head;
        t->moved = 0;
    } else {
        ram_nor_close(&t->nor);
        explore_fail("it cannot be read: %s", etch_err_name(err));
    }
}

static bool is_moved(const struct trial *t)
{
    return t->moved > 0;
}

/* Perhaps it is finished by the same put. */
static bool is_begun(const struct trial *t)
{
    return t->store.kv.draft != NO_DRAFT || is_moved(t);
}

static bool is_begun_then(const struct trial *t)
{
    return is_moved(t) && (t->store.kv.draft != NO_DRAFT || t->moved > 1);
}

/* Does what is written to stand in for another sector, or has it only been opened? */
static bool stands_in(const struct trial *t)
{
    uint8_t *bytes = NULL;
    struct image *image = read_second(&t->nor.nor, &bytes);
    bool does = image != NULL && image->sector[t->head].age != 0;
    image_drop(image);
    free(bytes);
    return does;
}

static void put_one(struct trial *t)
{
    world_do(&t->store, WORLD_REPUT);
    if (t->store.kv.head != t->head) {
        t->head = t->store.kv.head;
        t->moved += stands_in(t);
    }
}

/* How many puts of a short value come before the one in which that happens. */
static unsigned puts_until(
        const struct explore_ctx *c, bool (*happens)(const struct trial *t))
{
    struct trial t;
    unsigned n = 0;
    begin_trial(&t, c);
    for (put_one(&t); n < MANY && !happens(&t); n++) {
        put_one(&t);
    }
    ram_nor_close(&t.nor);
    explore_expect(n < MANY, "no sector is moved, however much is put");
    return n;
}

static void put_so_many(struct explore_ctx *c, unsigned n)
{
    struct store s;
    for (world_open(&s, c); n > 0; n--) {
        world_do(&s, WORLD_REPUT);
    }
}

/* ---- from place to place -------------------------------------------------------------- */

static void go_ahead(struct explore_ctx *c)
{
    unsigned begun = puts_until(c, is_begun);
    unsigned moved = puts_until(c, is_moved);
    unsigned n = begun;
    if (moved <= 2 * BEFORE) {
        n = puts_until(c, is_begun_then);
    } else if (begun <= 2 * BEFORE) {
        n = moved;
    }
    put_so_many(c, n > BEFORE ? n - BEFORE : 0);
}

static void setup(struct explore_ctx *c)
{
    world_scenario.setup(c);
    go_ahead(c);
}

/* ---- bodies ------------------------------------------------------------------------------ */

static void change(struct store *s, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        world_do(s, world_choose(s->p, i));
    }
}

static void move(struct store *s)
{
    uint8_t head = s->kv.head;
    unsigned n = 0;
    for (; s->kv.head == head && n < MANY; n++) {
        world_do(s, world_choose(s->p, n));
    }
    explore_expect(n < MANY, "the sector is never changed");
    change(s, MORE);
    world_do(s, WORLD_TIDY);
    change(s, MORE);
}

static void body(struct explore_ctx *c)
{
    struct store s;
    if (c->op == MOVES_AHEAD) {
        go_ahead(c);
        return;
    }
    world_open(&s, c);
    world_judge_boot(&s);
    if (c->op == MOVES_ALL) {
        move(&s);
    } else {
        if (c->op == MOVES_TIDY) {
            world_do(&s, WORLD_TIDY);
        }
        change(&s, MORE);
    }
    world_judge_end(&s);
}

static void check(struct explore_ctx *c)
{
    world_scenario.check(c);
}

static void check_and_go_on(struct explore_ctx *c)
{
    struct store s;
    world_open(&s, c);
    world_judge_boot(&s);
    /* Short ones: the first may fit where what was cut did not. Only a store that may
     * not erase writes it before it sees to what the cut has left: that one ends there. */
    unsigned n = s.p->policy == ETCH_KV_NEVER_ERASE ? 1 : BEFORE + 1;
    for (unsigned i = 0; i < n; i++) {
        world_do(&s, WORLD_REPUT);
    }
}

static void after(struct explore_ctx *c)
{
    const struct world_param *p = c->param;
    if (p->part != NULL) {
        world_scenario.after(c);
        return;
    }
    struct store s;
    world_open(&s, c);
    uint8_t head = s.kv.head;
    for (unsigned n = 0; s.kv.head == head && n < MANY; n++) {
        world_do(&s, WORLD_PUT);
    }
    world_judge_end(&s);
}

static const char *op_name(const void *param, unsigned op)
{
    static const char *const names[] = {"until the sector has been changed, and on",
            "a few changes", "tidied, a few changes", "on to the next place"};
    (void)param;
    return op < sizeof(names) / sizeof(names[0]) ? names[op] : "?";
}

const struct explore_scenario moves_scenario = {
        .name = "moves",
        .world_size = sizeof(struct world),
        .ops = MOVES_OPS,
        .op_name = op_name,
        .setup = setup,
        .body = body,
        .check = check,
        .after = after,
};

const struct explore_scenario moves_on_scenario = {
        .name = "moves_on",
        .world_size = sizeof(struct world),
        .ops = MOVES_OPS,
        .op_name = op_name,
        .setup = setup,
        .body = body,
        .check = check_and_go_on,
        .after = after,
};
