/* test_silicon_random.c - whatever is done to a chip, of every part: nothing
 * the sanitizers object to, the same twice, and copies that stay equal.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/chip.h"
#include "support/cm.h"

enum { STEPS = 3000 };

static uint32_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return (uint32_t)(*x >> 32);
}

/* An address where something may be: mostly a few spots of the array, so that
 * the same cells and lines are met again. */
static uint32_t any_address(uint64_t *x, const struct silicon_part *part)
{
    static const uint32_t bases[] = {0, 0x08000000, 0x1FFF7800, 0x1FFFC000, 0x1FFEC000,
            0x1FFF0000, 0x20000000, 0x40023C00};
    uint32_t r = next(x);
    uint32_t far = next(x) % (part->flash_kib * 1024u + 64);
    uint32_t near = (r & 3u) == 0 ? far : r >> 8 & 0x70FCu;
    return bases[r >> 4 & 7u] + ((r >> 4 & 7u) > 1 ? near & 0x3FFu : near);
}

static void any_register_store(struct chip *c, uint64_t *x)
{
    uint32_t r = next(x);
    uint32_t value = next(x);
    switch (r % 8) {
    case 0: value = ACR_DCEN | ACR_ICEN | ACR_PRFTEN; break;
    case 1: silicon_reg_set(c->s, SILICON_CR, 0); return;
    case 2: silicon_reg_set(c->s, SILICON_OPTCR, value); return;
    case 3: (void)silicon_write(c->s, FLASH_SR, 4, SR_ALL, 0); return;
    case 4:
        value = (value & 0xF8u) | CR_SER | CR_X32 | CR_STRT;
        (void)silicon_write(c->s, FLASH_CR, 4, value, 0);
        return;
    case 5: (void)silicon_write(c->s, FLASH_CR, 4, CR_PG | (value & CR_X64), 0); return;
    default: break;
    }
    (void)silicon_write(c->s, FLASH_ACR + (r >> 8) % 8 * 4, 4, value, 0);
}

static void any_event_of_life(struct chip *c, uint64_t *x)
{
    uint32_t r = next(x);
    struct silicon_tear tear = {
            (enum silicon_tear_kind)(r >> 8 & 7u), next(x), next(x) & 0x1FF};
    switch (r % 16) {
    case 0: silicon_power_off(c->s, tear); break;
    case 1: silicon_reset(c->s); break;
    case 2: silicon_swap(c->s, (r & 256u) != 0); break;
    case 3: silicon_plan_cut(c->s, silicon_ops(c->s) + 1 + (r >> 12) % 4, tear); break;
    case 4: silicon_conditions(c->s)->vdd_mv = 1600 + (r >> 8) % 2000; break;
    case 5: silicon_conditions(c->s)->strd_is_x64 = (r & 256u) != 0; break;
    case 6: silicon_conditions(c->s)->vpp = (r & 256u) != 0; break;
    case 7: chip_wait(c); break;
    case 8: c->now_ns += r; break;
    default: c->now_ns += 20000; break;
    }
    if ((r & 0x10000u) != 0) {
        silicon_power_on(c->s);
    }
}

static uint64_t live(struct chip *c, uint64_t seed)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;
    uint64_t seen = 0;
    for (int i = 0; i < STEPS; i++) {
        uint32_t r = next(&x);
        unsigned width = 1u << r % 3;
        uint32_t addr = any_address(&x, silicon_part(c->s)) & ~(width - 1);
        uint32_t value = next(&x);
        uint8_t line[16] = {0};
        unsigned wait;
        switch (r >> 8 & 7u) {
        case 0: any_event_of_life(c, &x); break;
        case 1: any_register_store(c, &x); break;
        case 2: (void)silicon_fetch(c->s, addr & ~15u, line, &wait); break;
        case 3: silicon_drain(c->s); break;
        case 4:
        case 5: (void)silicon_write(c->s, addr, width, value, r >> 16 & 1u); break;
        default: (void)silicon_read(c->s, addr, width, &value); break;
        }
        uint32_t some;
        memcpy(&some, line + 4, sizeof(some));
        seen = seen * 31 + value + some + silicon_reg(c->s, SILICON_SR);
    }
    return seen;
}

static void any_accesses_give_the_same_twice_on_every_part(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        struct chip a;
        struct chip b;
        chip_open(&a, silicon_parts[i].name, NULL);
        chip_open(&b, silicon_parts[i].name, NULL);
        assert_true(live(&a, i) == live(&b, i));
        assert_true(silicon_hash(a.s) == silicon_hash(b.s));
        assert_true(silicon_same(a.s, b.s));
        chip_close(&a);
        chip_close(&b);
    }
}

static void a_copy_in_mid_life_lives_on_alike(void **state)
{
    for (uint64_t seed = 100; seed < 120; seed++) {
        struct chip a;
        struct chip b;
        chip_open(&a, "stm32f429zg", NULL);
        chip_open(&b, "stm32f429zg", NULL);
        (void)live(&a, seed);
        (void)live(&b, seed + 1000); /* another life, to be overwritten */
        silicon_copy(b.s, a.s);
        b.now_ns = a.now_ns;
        assert_true(silicon_same(a.s, b.s));
        assert_true(live(&a, seed + 1) == live(&b, seed + 1));
        assert_true(silicon_same(a.s, b.s));
        chip_close(&a);
        chip_close(&b);
    }
}

/* The hash is kept by differences: lives that end in the same cells, one of
 * them by a detour, must come to the same sum. */
static void the_hash_kept_by_differences_is_the_hash_of_the_cells(void **state)
{
    for (uint64_t seed = 200; seed < 220; seed++) {
        struct chip a;
        chip_open(&a, "stm32f446re", NULL);
        struct silicon *blank = silicon_clone(a.s);
        uint64_t want = silicon_hash(blank);
        (void)live(&a, seed);
        for (uint32_t at = 0; at < 512 * 1024; at += SILICON_PAGE) {
            uint8_t page[SILICON_PAGE];
            memset(page, 0xFF, sizeof(page));
            silicon_poke(a.s, 0x08000000 + at, page, sizeof(page));
        }
        uint8_t otp[528];
        memset(otp, 0xFF, sizeof(otp));
        silicon_poke(a.s, 0x1FFF7800, otp, sizeof(otp));
        silicon_set_options(a.s, 0x00FFAAEC, 0);
        assert_true(silicon_hash(a.s) == want);
        assert_true(silicon_same(a.s, blank));
        silicon_free(blank);
        chip_close(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(any_accesses_give_the_same_twice_on_every_part),
            cmocka_unit_test(a_copy_in_mid_life_lives_on_alike),
            cmocka_unit_test(the_hash_kept_by_differences_is_the_hash_of_the_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
