/* test_kv_random_heavy.c - histories that nobody has thought of, on flashes of any shape:
 * on one that may fail, and on one whose power does. Each comes from a number, which a
 * failure tells, with the last of what was done. A few are lived through here; with two
 * arguments, so many from a number on:
 *
 *     build/host/test/test_kv_random_heavy 1000 5000
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "explore/simnor.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/kv_model.h"
#include "support/two_readers.h"

/* ---- shapes ------------------------------------------------------------------------- */

static struct kv_model model;

enum { SECTORS_MOST = 6 };

/* Two sectors or some more, all alike or not, of a few records or many. */
static uint8_t any_shape(bool once, uint32_t len[SECTORS_MOST])
{
    static const uint8_t words[] = {1, 2, 4};
    static const uint8_t cells[] = {8, 16, 32, 8};
    uint8_t unit = once ? cells[kv_model_any(&model, 4)] : words[kv_model_any(&model, 3)];
    uint32_t cell = once ? unit : 4;
    uint32_t least = 200 + kv_model_any(&model, kv_model_any(&model, 3) ? 300 : 1500);
    uint32_t n = 2 + (kv_model_any(&model, 2) ? 0 : kv_model_any(&model, 4));
    memset(len, 0, SECTORS_MOST * sizeof(*len));
    for (uint32_t i = 0; i < n; i++) {
        len[i] =
                kv_model_any(&model, 2) ? least : least + kv_model_any(&model, least * 2);
        len[i] = (len[i] * (cell / 4) + cell * 8) / 32 * 32;
    }
    return unit;
}

static void tell(uint64_t seed, const uint32_t *len, uint8_t unit, const char *what)
{
    unsigned first = model.done > MODEL_TOLD ? model.done - MODEL_TOLD : 0;
    for (unsigned i = first; i < model.done; i++) {
        (void)printf("    %s\n", model.told[i % MODEL_TOLD]);
    }
    (void)printf("    history %u, unit %u, sectors", (unsigned)seed, unit);
    for (; *len != 0; len++) {
        (void)printf(" %u", (unsigned)*len);
    }
    (void)printf("\n");
    fail_msg("%s: %s", what, model.wrong);
}

/* ---- flash that fails ---------------------------------------------------------------- */

static bool two_agree(const struct etch_kv *kv, bool settled)
{
    char text[TWO_READERS_TEXT];
    bool same = two_readers_compare(kv, settled, text);
    if (!same) {
        (void)snprintf(model.wrong, MODEL_TEXT, "%.100s", text);
    }
    return same;
}

/* An interrupt may come at any operation of the flash, and look. */
static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    enum etch_err (*erase)(const struct etch_nor *nor, uint32_t sector);
    enum etch_err (*read)(
            const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);
    bool settles; /* what is seen meanwhile may be older (kv.h) */
    bool looks;   /* just now */
    bool wrong;
} interrupt;

static void look(uint32_t one_in)
{
    bool may = model.under_way && !interrupt.settles && !interrupt.looks;
    if (may && kv_model_any(&model, one_in) == 0) {
        interrupt.looks = true;
        interrupt.wrong = interrupt.wrong || !kv_model_peek(&model, &bed.kv);
        interrupt.looks = false;
    }
}

/* Where the index is set to copies, nothing is programmed. */
static enum etch_err read_and_look(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    look(256);
    return interrupt.read(nor, off, data, len);
}

static enum etch_err program_and_look(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    look(8);
    enum etch_err err = interrupt.program(nor, off, data, len);
    look(8);
    return err;
}

static enum etch_err erase_and_look(const struct etch_nor *nor, uint32_t sector)
{
    enum etch_err err = interrupt.erase(nor, sector);
    look(8);
    return err;
}

static void interrupts_look(void)
{
    memset(&interrupt, 0, sizeof(interrupt));
    interrupt.program = bed.flash.nor.program;
    interrupt.erase = bed.flash.nor.erase;
    interrupt.read = bed.flash.nor.read;
    bed.flash.nor.program = program_and_look;
    bed.flash.nor.erase = erase_and_look;
    bed.flash.nor.read = read_and_look;
}

/* The next call settles what one that failed has left. */
static bool after_a_failure(void)
{
    bed.flash.fail = 0;
    kv_model_tell(&model, "... the flash failed");
    model.ticked = false;
    interrupt.settles = true;
    bool good = etch_kv_tidy(&bed.kv) == ETCH_OK && kv_model_agrees(&model, &bed.kv);
    interrupt.settles = false;
    return good;
}

static bool open_again(void)
{
    kv_model_tell(&model, "open");
    bed.flash.fail = 0;
    model.ticked = false;
    return etch_kv_open(&bed.kv, &bed.config) == ETCH_OK &&
           kv_model_agrees(&model, &bed.kv) && two_agree(&bed.kv, true);
}

/* Counters that have been ticked take some of it. */
static bool use_room(void)
{
    if (!model.plain) {
        return true;
    }
    if (model.ticked && !open_again()) {
        return false;
    }
    bed.flash.fail = 0;
    bed.config.policy = ETCH_KV_NEVER_ERASE;
    return kv_model_use_room(&model, &bed.kv);
}

static bool act(void)
{
    switch (kv_model_any(&model, 30)) {
    case 0: bed.config.policy ^= 1; return true;
    case 1: bed.flash.fail = 1 + kv_model_any(&model, 30); return true;
    case 2: return use_room();
    case 3: return open_again();
    default:
        return kv_model_step(&model, &bed.kv) && (!model.under_way || after_a_failure());
    }
}

static void histories(bool once, uint64_t from, uint64_t n)
{
    for (uint64_t seed = from; seed < from + n; seed++) {
        uint32_t len[SECTORS_MOST + 1] = {0};
        kv_model_begin(&model, seed);
        uint8_t unit = any_shape(once, len);
        begin_on(len, unit, once);
        bed.config.keys = MODEL_KEYS;
        bed.config.names = (uint16_t)kv_model_any(&model, MODEL_KEYS + 1);
        assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_OK);
        interrupts_look();
        for (unsigned i = 0; i < 300; i++) {
            if (!act() || interrupt.wrong || bed.flash.broken) {
                tell(seed, len, unit, "without a cut");
            }
        }
        bed.flash.fail = 0;
        reopen();
        if (!kv_model_agrees(&model, &bed.kv)) {
            tell(seed, len, unit, "at the end");
        }
    }
}

/* The first number, and how many. */
static uint64_t first = 1;
static uint64_t number;

static uint64_t number_or(uint64_t few)
{
    return number ? number : few;
}

static void words_hold_what_they_must(void **state)
{
    histories(false, first, number_or(200));
}

static void cells_hold_what_they_must(void **state)
{
    histories(true, first, number_or(80));
}

/* ---- power that fails ---------------------------------------------------------------- */

static struct {
    struct explore_machine *flash;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[2 * MODEL_KEYS];
    unsigned steps; /* to be done with this boot */
    bool wrong;
    uint64_t cuts;
} life;

static void power_on(const struct etch_nor *nor)
{
    life.config.nor = nor;
    life.config.log = nor->once ? &etch_kv_once : &etch_kv_plain;
    life.config.index = life.index;
    life.config.keys = MODEL_KEYS;
    life.config.names = (uint16_t)kv_model_any(&model, MODEL_KEYS + 1);
    memset(&life.kv, 0xA5, sizeof(life.kv));
    memset(life.index, 0xA5, sizeof(life.index));
    model.ticked = false;
}

static void format(void *arg, const struct etch_nor *nor)
{
    (void)arg;
    power_on(nor);
    life.wrong = etch_kv_format(&life.kv, &life.config) != ETCH_OK;
}

/* wrong is also what a fault of the flash ends. */
static void boot(void *arg, const struct etch_nor *nor)
{
    (void)arg;
    power_on(nor);
    enum etch_err err = etch_kv_open(&life.kv, &life.config);
    life.wrong = err != ETCH_OK;
    if (err) {
        (void)snprintf(model.wrong, MODEL_TEXT, "open: %s", etch_err_name(err));
        return;
    }
    bool firm = !life.flash->ops->loose(life.flash);
    life.wrong = !kv_model_agrees(&model, &life.kv) ||
                 (kv_model_any(&model, 4) == 0 && !two_agree(&life.kv, firm));
    for (; life.steps > 0 && !life.wrong; life.steps--) {
        life.config.policy ^= kv_model_any(&model, 30) == 0;
        life.wrong = !kv_model_step(&model, &life.kv) || model.under_way;
    }
}

static struct silicon_tear any_tear(void)
{
    struct silicon_tear tear = explore_tears[kv_model_any(&model, explore_tears_n)];
    tear.seed = kv_model_any(&model, UINT32_MAX);
    if (tear.kind == SILICON_TEAR_MASK) {
        tear.mask = kv_model_any(&model, UINT32_MAX);
    } else if (tear.kind == SILICON_TEAR_PREFIX) {
        tear.mask = kv_model_any(&model, 257);
    }
    return tear;
}

/* A boot, most of them cut: anywhere, or as soon as it has begun. */
static void live(uint64_t *usual)
{
    uint32_t within = kv_model_any(&model, 4) ? (uint32_t)*usual : 12;
    struct explore_run run = {.phase = EXPLORE_BODY,
            .cut = kv_model_any(&model, 5) ? 1 + kv_model_any(&model, within) : 0,
            .tear = any_tear(),
            .reads = kv_model_any(&model, kv_model_any(&model, 8) ? 1u << 16 : 5),
            .limit = 1u << 28,
            .code = boot};
    life.steps = kv_model_any(&model, kv_model_any(&model, 4) ? 12 : 60);
    kv_model_tell(&model, "--- boot, to be cut at operation %u, tear %d",
            (unsigned)run.cut, (int)run.tear.kind);
    struct explore_outcome out = life.flash->ops->run(life.flash, &run);
    life.cuts += out.end == EXPLORE_CUT;
    if (out.end == EXPLORE_DONE) {
        *usual = out.ops > *usual ? out.ops : (*usual * 3 + out.ops) / 4 + 10;
    } else if (out.end != EXPLORE_CUT) {
        (void)snprintf(model.wrong, MODEL_TEXT, "%.100s", out.text);
        life.wrong = true;
    }
}

static void lives(bool once, uint64_t from, uint64_t n)
{
    life.cuts = 0;
    for (uint64_t seed = from; seed < from + n; seed++) {
        struct explore_run run = {
                .phase = EXPLORE_SETUP, .reads = 1, .limit = 1u << 28, .code = format};
        struct simnor_shape shape = {.write_once = once};
        uint64_t usual = 20;
        kv_model_begin(&model, seed);
        shape.unit = any_shape(once, shape.sector);
        life.flash = simnor_new(&shape);
        assert_non_null(life.flash);
        life.config.policy = ETCH_KV_ERASE_WHEN_FORCED;
        (void)life.flash->ops->run(life.flash, &run);
        for (unsigned i = 0; i < 120 && !life.wrong; i++) {
            live(&usual);
        }
        life.flash->ops->drop(life.flash);
        if (life.wrong) {
            tell(seed, shape.sector, shape.unit, "with cuts");
        }
    }
    assert_true(life.cuts > n * 30);
}

static void words_survive_any_history(void **state)
{
    lives(false, first, number_or(50));
}

static void cells_survive_any_history(void **state)
{
    lives(true, first, number_or(20));
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        first = strtoull(argv[1], NULL, 0);
        number = strtoull(argv[2], NULL, 0);
    }
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(words_hold_what_they_must),
            cmocka_unit_test(cells_hold_what_they_must),
            cmocka_unit_test(words_survive_any_history),
            cmocka_unit_test(cells_survive_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
