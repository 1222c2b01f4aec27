/* chip.c - native driver code on a simulated chip, as a machine.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explore/chip.h"

/* Of FLASH_SR, while an operation lasts: enough to see it busy, and to wait. */
enum { POLLS = 4 };

struct chip {
    struct explore_machine machine;
    const struct explore_chip *config;
    struct silicon_native *board; /* runs */
    struct silicon_native *fresh; /* never ran: clock and registers at power-on */
    struct silicon *silicon;      /* the board's */
    void *ram;
};

static const struct explore_machine_ops chip_ops;

static struct chip *chip_of(struct explore_machine *m)
{
    return (struct chip *)m;
}

static const struct chip *const_chip_of(const struct explore_machine *m)
{
    return (const struct chip *)m;
}

/* ---- life and states ---------------------------------------------------------------- */

static void drop(struct explore_machine *m)
{
    struct chip *c = chip_of(m);
    if (c->board != NULL) {
        silicon_native_free(c->board);
    }
    if (c->fresh != NULL) {
        silicon_native_free(c->fresh);
    }
    free(c->ram);
    free(c);
}

static struct silicon_native *new_board(const struct explore_chip *config)
{
    const struct silicon_part *part = silicon_part_find(config->part);
    if (part == NULL) {
        return NULL;
    }
    struct silicon_native *n = silicon_native_new(part, &config->conditions);
    if (n != NULL) {
        silicon_native_alone(n, true);
        silicon_native_polls(n, POLLS);
        silicon_strict_all(silicon_native_chip(n), true);
        silicon_strict(silicon_native_chip(n), LAW_UNSTABLE, false);
        if (config->prepare != NULL) {
            config->prepare(n, config->arg);
        }
    }
    return n;
}

struct explore_machine *explore_chip_new(const struct explore_chip *config)
{
    struct chip *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }
    c->machine.ops = &chip_ops;
    c->config = config;
    c->ram = calloc(1, config->ram_len + 1);
    c->fresh = new_board(config);
    c->board = new_board(config);
    if (c->ram == NULL || c->fresh == NULL || c->board == NULL) {
        drop(&c->machine);
        return NULL;
    }
    c->silicon = silicon_native_chip(c->board);
    silicon_power_off(c->silicon, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    return &c->machine;
}

static struct explore_machine *twin(const struct explore_machine *m)
{
    return explore_chip_new(const_chip_of(m)->config);
}

static void *save(const struct explore_machine *m)
{
    return silicon_clone(const_chip_of(m)->silicon);
}

static void load(struct explore_machine *m, const void *state)
{
    struct chip *c = chip_of(m);
    silicon_native_copy(c->board, c->fresh);
    silicon_copy(c->silicon, state);
}

static void forget(void *state)
{
    silicon_free(state);
}

static uint64_t hash(const struct explore_machine *m)
{
    return silicon_hash(const_chip_of(m)->silicon);
}

static bool same(const struct explore_machine *m, const void *state)
{
    return silicon_same(const_chip_of(m)->silicon, state);
}

static bool loose(const struct explore_machine *m)
{
    return silicon_any_unstable(const_chip_of(m)->silicon);
}

/* ---- from outside ------------------------------------------------------------------------ */

static uint32_t size(const struct explore_machine *m)
{
    return const_chip_of(m)->config->size;
}

static uint32_t address(const struct explore_machine *m)
{
    return const_chip_of(m)->config->addr;
}

static void peek(const struct explore_machine *m, uint32_t off, void *data,
        void *unstable, size_t len)
{
    const struct chip *c = const_chip_of(m);
    silicon_peek(c->silicon, c->config->addr + off, data, unstable, len);
}

static void poke(struct explore_machine *m, uint32_t off, const void *data, size_t len)
{
    struct chip *c = chip_of(m);
    silicon_poke(c->silicon, c->config->addr + off, data, len);
}

/* ---- runs ----------------------------------------------------------------------------------- */

struct boot {
    struct chip *chip;
    const struct explore_run *run;
};

static void power_up(void *arg)
{
    const struct boot *b = arg;
    const struct explore_chip *config = b->chip->config;
    memset(b->chip->ram, 0, config->ram_len);
    b->run->code(b->run->arg, config->boot(b->chip->ram, config->arg));
}

static enum explore_end end_of(enum silicon_end end)
{
    switch (end) {
    case SILICON_RETURNED: return EXPLORE_DONE;
    case SILICON_LOST_POWER: return EXPLORE_CUT;
    case SILICON_HUNG:
    case SILICON_DOG: return EXPLORE_HANG;
    case SILICON_FAULTED:
    case SILICON_REFUSED:
    case SILICON_BROKE_LAW:
    case SILICON_RESTARTED:
    default: return EXPLORE_FAULT;
    }
}

static void explain(const struct chip *c, enum silicon_end end, char text[EXPLORE_TEXT])
{
    const struct silicon_event *why = silicon_native_why(c->board);
    const struct silicon_law_text *law = silicon_law_text(why->law);
    switch (end) {
    case SILICON_BROKE_LAW:
        (void)snprintf(text, EXPLORE_TEXT, "law %s broken at 0x%08" PRIX32 ": %s",
                law->name, why->addr, law->rule);
        break;
    case SILICON_FAULTED:
        (void)snprintf(text, EXPLORE_TEXT, "bus error at 0x%08" PRIX32, why->addr);
        break;
    case SILICON_REFUSED:
        (void)snprintf(text, EXPLORE_TEXT, "refused by the MPU: 0x%08" PRIX32, why->addr);
        break;
    case SILICON_RESTARTED:
        (void)snprintf(text, EXPLORE_TEXT, "the code asked for a reset");
        break;
    case SILICON_HUNG:
    case SILICON_DOG:
        (void)snprintf(text, EXPLORE_TEXT, "no end: %s",
                end == SILICON_DOG ? "the watchdog bit" : "too many accesses");
        break;
    case SILICON_RETURNED:
    case SILICON_LOST_POWER:
    default: break;
    }
}

static void begins(void *arg, const struct silicon_event *ev)
{
    const struct boot *b = arg;
    const struct explore_op op = {.erase = ev->kind != SILICON_EV_PROGRAM,
            .off = ev->addr - b->chip->config->addr,
            .len = ev->kind == SILICON_EV_PROGRAM ? ev->width : ev->size};
    b->run->begins(b->run->begins_arg, &op);
}

static struct explore_outcome run(struct explore_machine *m, const struct explore_run *r)
{
    struct chip *c = chip_of(m);
    struct boot boot = {c, r};
    struct explore_outcome out;
    memset(&out, 0, sizeof(out));
    if (r->code == NULL) {
        return out;
    }
    uint64_t before = silicon_ops(c->silicon);
    silicon_reseed(c->silicon, r->reads);
    silicon_native_limit(c->board, r->limit);
    silicon_plan_cut(c->silicon, r->cut == 0 ? 0 : before + r->cut, r->tear);
    silicon_native_on_begin(c->board, r->begins == NULL ? NULL : begins, &boot);
    enum silicon_end end = silicon_native_run(c->board, power_up, &boot);
    silicon_native_on_begin(c->board, NULL, NULL);
    out.end = end_of(end);
    explain(c, end, out.text);
    silicon_plan_cut(c->silicon, 0, r->tear);
    out.ops = silicon_ops(c->silicon) - before;
    silicon_power_off(c->silicon, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    return out;
}

/* Without a clock no time passes, and without hooks nobody is told: power is off
 * before the operation has come any further. */
static void torn(struct explore_machine *to, const struct explore_machine *m,
        struct silicon_tear tear)
{
    static const struct silicon_clock still;
    static const struct silicon_hooks deaf;
    struct silicon *s = chip_of(to)->silicon;
    silicon_copy(s, const_chip_of(m)->silicon);
    silicon_attach(s, &still, &deaf);
    silicon_power_off(s, tear);
}

static const struct explore_machine_ops chip_ops = {
        .torn = torn,
        .twin = twin,
        .drop = drop,
        .save = save,
        .load = load,
        .forget = forget,
        .hash = hash,
        .same = same,
        .loose = loose,
        .run = run,
        .size = size,
        .peek = peek,
        .poke = poke,
        .address = address,
};
