/* test_flash_refuse.c - flash.h, sentence by sentence: what is refused, and
 * that nothing is touched then.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/flash_rig.h"

enum { S1 = 0x08004000, S2 = 0x08008000, S5 = 0x08020000, S7 = 0x08060000 };
enum { MEMRMP = 0x40013800, RCC_APB2ENR = 0x40023844 };
#define SCB_VTOR 0xE000ED08u
#define SPRMOD   (1u << 31)

static int f446(void **state)
{
    (void)state;
    rig_new_named("stm32f446re");
    return 0;
}

static int done(void **state)
{
    (void)state;
    rig_free();
    return 0;
}

/* The call must be refused with err and leave everything as it is. */
static void untouched(enum etch_err got, enum etch_err want, uint64_t hash)
{
    assert_string_equal(etch_err_name(got), etch_err_name(want));
    assert_int_equal(rig_seen.array, 0);
    assert_int_equal(rig_seen.control, 0);
    assert_true(silicon_hash(rig.chip) == hash);
    assert_int_equal(rig_cr(), 0x80000000u);
}

static void program_refused(uint32_t addr, uint32_t len, enum etch_err want)
{
    static const uint8_t zeroes[64];
    uint64_t hash = silicon_hash(rig.chip);
    rig_watch();
    untouched(rig_program(addr, zeroes, len), want, hash);
}

static void erase_refused(unsigned sector, enum etch_err want)
{
    uint64_t hash = silicon_hash(rig.chip);
    rig_watch();
    untouched(rig_erase(sector), want, hash);
}

/* ---- outside ----------------------------------------------------------------- */

static void what_is_not_in_the_array_is_refused(void **state)
{
    (void)state;
    program_refused(0x08080000 - 1, 2, ETCH_E_RANGE);
    program_refused(0x08080000, 1, ETCH_E_RANGE);
    program_refused(0x07FFFFFF, 1, ETCH_E_RANGE);
    program_refused(0x07FFFFFF, 2, ETCH_E_RANGE);
    program_refused(0x00060000, 4, ETCH_E_RANGE); /* the alias is no address to write */
    program_refused(0x1FFF7800, 4, ETCH_E_RANGE); /* OTP */
    program_refused(0x1FFF7A00, 1, ETCH_E_RANGE); /* its lock bytes */
    program_refused(0x1FFFC000, 2, ETCH_E_RANGE); /* option bytes */
    program_refused(0x20000000, 4, ETCH_E_RANGE);
    program_refused(S7, 0xFFFFFFFF, ETCH_E_RANGE);
    program_refused(0x08000001, 0xF7FFFFFF, ETCH_E_RANGE);
    assert_int_equal(rig_verify(S7, "", 0xFFFFFFFF), ETCH_E_RANGE);
    assert_int_equal(rig_verify(0x08000010, "", 0xFFFFFFF8), ETCH_E_RANGE);
    for (unsigned n = 8; n < 600; n++) {
        erase_refused(n, ETCH_E_RANGE);
    }
    erase_refused(32772, ETCH_E_RANGE);
    erase_refused(0xFFFFFFFF, ETCH_E_RANGE);
}

static void no_bytes_are_no_work_and_no_error(void **state)
{
    (void)state;
    uint64_t hash = silicon_hash(rig.chip);
    uint64_t ops = silicon_ops(rig.chip);
    assert_int_equal(rig_program(S7, "", 0), ETCH_OK);
    assert_int_equal(silicon_ops(rig.chip), ops);
    assert_true(silicon_hash(rig.chip) == hash);
}

static void a_sector_that_this_part_does_not_have_is_refused_on_every_part(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        rig_new(&silicon_parts[row]);
        rig.config.allow = ETCH_FLASH_ALLOW_SELF;
        rig_open();
        size_t n;
        const struct silicon_sector *s = silicon_sectors(rig.chip, &n);
        for (unsigned number = 0; number < 40; number++) {
            bool exists = false;
            for (size_t i = 0; i < n; i++) {
                exists |= s[i].number == number;
            }
            if (!exists) {
                erase_refused(number, ETCH_E_RANGE);
            }
        }
        program_refused(s[n - 1].addr + s[n - 1].size, 1, ETCH_E_RANGE);
        rig_free();
    }
}

/* ---- protected ------------------------------------------------------------------ */

/* With SPRMOD a 1 protects, so all others become 0. */
static void protect(const struct silicon_sector *which, bool pcrop)
{
    uint32_t optcr[2] = {
            silicon_reg(rig.chip, SILICON_OPTCR), silicon_reg(rig.chip, SILICON_OPTCR1)};
    size_t n;
    const struct silicon_sector *s = silicon_sectors(rig.chip, &n);
    for (size_t i = 0; pcrop && i < n; i++) {
        optcr[s[i].wrp_reg] &= ~(1u << s[i].wrp_bit);
    }
    optcr[0] |= pcrop ? SPRMOD : 0;
    optcr[which->wrp_reg] ^= 1u << which->wrp_bit;
    silicon_set_options(rig.chip, optcr[0], optcr[1]);
}

static bool share_a_bit(const struct silicon_sector *a, const struct silicon_sector *b)
{
    return a->wrp_reg == b->wrp_reg && a->wrp_bit == b->wrp_bit;
}

static void protect_each_in_turn(const struct silicon_part *row, bool pcrop)
{
    struct silicon_sector s[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(row, s);
    for (size_t i = 0; i < n; i++) {
        rig_new(row);
        rig.config.allow = ETCH_FLASH_ALLOW_SELF;
        rig_open();
        protect(&s[i], pcrop);
        erase_refused(s[i].number, ETCH_E_PROTECTED);
        program_refused(s[i].addr, 1, ETCH_E_PROTECTED);
        program_refused(s[i].addr + s[i].size - 1, 1, ETCH_E_PROTECTED);
        if (i > 0) {
            program_refused(s[i].addr - 1, 2, ETCH_E_PROTECTED);
        }
        size_t other = (i + 1) % n;
        if (!share_a_bit(&s[i], &s[other])) {
            assert_int_equal(rig_program(s[other].addr + 4, "\0", 1), ETCH_OK);
        }
        rig_free();
    }
}

static void a_write_protected_sector_is_refused_on_every_part(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        protect_each_in_turn(&silicon_parts[row], false);
    }
}

static void a_pcrop_sector_is_refused_on_every_part_that_has_it(void **state)
{
    (void)state;
    unsigned with = 0;
    for (size_t row = 0; row < silicon_part_count; row++) {
        if (silicon_parts[row].pcrop) {
            with++;
            protect_each_in_turn(&silicon_parts[row], true);
        }
    }
    assert_int_equal(with, RIG_PARTS - 7); /* all but F405..F417 */
}

/* ---- ours ------------------------------------------------------------------------ */

static void sector_0_is_refused_because_reset_takes_its_vectors(void **state)
{
    (void)state;
    erase_refused(0, ETCH_E_SELF);
    program_refused(0x08000000, 1, ETCH_E_SELF);
    program_refused(0x08003FFF, 1, ETCH_E_SELF);
    silicon_native_poke(rig.board, SCB_VTOR, 0x20000200);
    erase_refused(0, ETCH_E_SELF);
    assert_int_equal(rig_program(0x08004000, "\0", 1), ETCH_OK);
}

static void the_sector_of_the_vector_table_is_refused(void **state)
{
    (void)state;
    silicon_native_poke(rig.board, SCB_VTOR, S2);
    erase_refused(2, ETCH_E_SELF);
    program_refused(S2 + 0x3FFF, 1, ETCH_E_SELF);
    program_refused(S2 - 1, 2, ETCH_E_SELF);
    assert_int_equal(rig_program(S1, "\0", 1), ETCH_OK);
    silicon_native_poke(rig.board, SCB_VTOR, S1 - 0x08000000); /* through the alias */
    erase_refused(1, ETCH_E_SELF);
    assert_int_equal(rig_erase(2), ETCH_OK);
}

static void the_sector_of_the_running_code_is_refused(void **state)
{
    (void)state;
    silicon_native_at(rig.board, S5 + 0x1FFFE);
    erase_refused(5, ETCH_E_SELF);
    assert_int_equal(rig_erase(6), ETCH_OK);
    silicon_native_at(rig.board, S5 - 0x08000000); /* linked to run at 0 */
    erase_refused(5, ETCH_E_SELF);
    silicon_native_at(rig.board, 0x20001000);
    assert_int_equal(rig_erase(5), ETCH_OK);
}

static void every_sector_of_the_image_is_refused(void **state)
{
    (void)state;
    rig.config.image_addr = S1 + 0x100;
    rig.config.image_len = 0x08010000 - (S1 + 0x100) + 1; /* one byte into sector 4 */
    rig_open();
    for (unsigned n = 1; n <= 4; n++) {
        erase_refused(n, ETCH_E_SELF);
    }
    assert_int_equal(rig_erase(5), ETCH_OK);
    rig.config.image_len -= 1;
    rig_open();
    erase_refused(3, ETCH_E_SELF);
    assert_int_equal(rig_erase(4), ETCH_OK);
}

static void what_is_ours_is_let_through_when_told_so(void **state)
{
    (void)state;
    rig.config.allow = ETCH_FLASH_ALLOW_BITS; /* something else is allowed */
    rig_open();
    erase_refused(0, ETCH_E_SELF);
    silicon_native_poke(rig.board, SCB_VTOR, S2);
    silicon_native_at(rig.board, S2);
    rig.config.allow = ETCH_FLASH_ALLOW_SELF;
    rig_open();
    assert_int_equal(rig_program(S2, "\0", 1), ETCH_OK);
    assert_int_equal(rig_erase(2), ETCH_OK);
    assert_int_equal(rig_erase(0), ETCH_OK);
}

/* ---- banks -------------------------------------------------------------------------- */

static void swapped_banks_are_refused(void **state)
{
    (void)state;
    rig_free();
    rig_new_named("stm32f429zi");
    silicon_native_poke(rig.board, MEMRMP, 1u << 8);
    erase_refused(7, ETCH_E_SWAPPED);
    erase_refused(20, ETCH_E_SWAPPED);
    program_refused(S7, 4, ETCH_E_SWAPPED);
    assert_int_equal(silicon_native_peek(rig.board, RCC_APB2ENR), 0);
    silicon_native_poke(rig.board, MEMRMP, 0);
    assert_int_equal(rig_erase(20), ETCH_OK);
}

static void db1m_is_read_when_it_is_needed(void **state)
{
    (void)state;
    rig_free();
    const struct silicon_part *row = silicon_part_find("stm32f429zg");
    rig_new(row);
    assert_int_equal(rig_erase(8), ETCH_OK);
    erase_refused(12, ETCH_E_RANGE);
    rig_free();
    rig_new(silicon_part_db1m(row, true));
    erase_refused(8, ETCH_E_RANGE);
    rig_fill(0x08080000, 0, 4);
    rig_fill(0x08084000, 0, 4);
    assert_int_equal(rig_erase(12), ETCH_OK);
    assert_int_equal(rig_cell(0x08080000), 0xFFFFFFFF);
    assert_int_equal(rig_cell(0x08084000), 0);
}

/* ---- supply, width, what open says ----------------------------------------------------- */

static enum etch_err opened;

static void try_open(void *arg)
{
    (void)arg;
    opened = etch_flash_open(&rig.flash, &rig.config);
}

static void a_width_that_the_supply_does_not_allow_is_refused(void **state)
{
    (void)state;
    for (uint8_t supply = ETCH_FLASH_FROM_1V8; supply <= ETCH_FLASH_FROM_2V7; supply++) {
        for (uint8_t width = ETCH_FLASH_WIDEST; width <= ETCH_FLASH_X32 + 1; width++) {
            rig.config.supply = supply;
            rig.config.width = width;
            rig_run(try_open, NULL);
            bool fits = width <= supply + ETCH_FLASH_X8;
            assert_int_equal(opened, fits ? ETCH_OK : ETCH_E_SUPPLY);
        }
    }
}

/* The model holds the same table of its own: no law is broken at the lowest
 * voltage that each choice stands for. */
static void each_supply_is_enough_for_its_widest_stores(void **state)
{
    (void)state;
    const uint32_t mv[] = {1800, 2100, 2700};
    for (uint8_t supply = ETCH_FLASH_FROM_1V8; supply <= ETCH_FLASH_FROM_2V7; supply++) {
        silicon_conditions(rig.chip)->vdd_mv = mv[supply];
        rig.config.supply = supply;
        rig_open();
        assert_int_equal(rig_erase(7), ETCH_OK);
        assert_int_equal(rig_program(S7, "\1\2\3\4", 4), ETCH_OK);
        assert_int_equal(silicon_native_breaches(rig.board, LAW_SUPPLY), 0);
    }
}

/* ---- the part ---------------------------------------------------------------------------- */

static const struct etch_part *const table[] = {&etch_part_f401xb, &etch_part_f401xc,
        &etch_part_f401xd, &etch_part_f401xe, &etch_part_f405xe, &etch_part_f405xg,
        &etch_part_f407xe, &etch_part_f407xg, &etch_part_f410x8, &etch_part_f410xb,
        &etch_part_f411xc, &etch_part_f411xe, &etch_part_f412xe, &etch_part_f412xg,
        &etch_part_f413xg, &etch_part_f413xh, &etch_part_f415xg, &etch_part_f417xe,
        &etch_part_f417xg, &etch_part_f423xh, &etch_part_f427xg, &etch_part_f427xi,
        &etch_part_f429xe, &etch_part_f429xg, &etch_part_f429xi, &etch_part_f437xg,
        &etch_part_f437xi, &etch_part_f439xg, &etch_part_f439xi, &etch_part_f446xc,
        &etch_part_f446xe, &etch_part_f469xe, &etch_part_f469xg, &etch_part_f469xi,
        &etch_part_f479xg, &etch_part_f479xi};

static const char *const names[] = {"STM32F401xB", "STM32F401xC", "STM32F401xD",
        "STM32F401xE", "STM32F405xE", "STM32F405xG", "STM32F407xE", "STM32F407xG",
        "STM32F410x8", "STM32F410xB", "STM32F411xC", "STM32F411xE", "STM32F412xE",
        "STM32F412xG", "STM32F413xG", "STM32F413xH", "STM32F415xG", "STM32F417xE",
        "STM32F417xG", "STM32F423xH", "STM32F427xG", "STM32F427xI", "STM32F429xE",
        "STM32F429xG", "STM32F429xI", "STM32F437xG", "STM32F437xI", "STM32F439xG",
        "STM32F439xI", "STM32F446xC", "STM32F446xE", "STM32F469xE", "STM32F469xG",
        "STM32F469xI", "STM32F479xG", "STM32F479xI"};

static const struct etch_part *named(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            return table[i];
        }
    }
    fail_msg("no constant for %s", name);
    return table[0];
}

static void the_part_is_found_and_is_the_one_in_the_table(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        rig_new(&silicon_parts[row]);
        const struct etch_part *p = named(silicon_parts[row].name);
        assert_int_equal(p->dev_id, rig.part.dev_id);
        assert_int_equal(p->kib, rig.part.kib);
        assert_int_equal(p->kib, silicon_parts[row].flash_kib);
        rig_free();
    }
}

static void sectors_are_where_the_model_has_them(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        rig_new(&silicon_parts[row]);
        rig.config.part = named(silicon_parts[row].name);
        rig_open();
        size_t n;
        const struct silicon_sector *s = silicon_sectors(rig.chip, &n);
        for (size_t i = 0; i < n; i++) {
            struct etch_sector e[3];
            assert_int_equal(etch_flash_sector(&rig.flash, s[i].number, &e[0]), ETCH_OK);
            assert_int_equal(etch_flash_sector_at(&rig.flash, s[i].addr, &e[1]), ETCH_OK);
            assert_int_equal(
                    etch_flash_sector_at(&rig.flash, s[i].addr + s[i].size - 1, &e[2]),
                    ETCH_OK);
            for (int k = 0; k < 3; k++) {
                assert_int_equal(e[k].addr, s[i].addr);
                assert_int_equal(e[k].len, s[i].size);
                assert_int_equal(e[k].number, s[i].number);
                assert_int_equal(e[k].snb, s[i].snb);
                assert_int_equal(e[k].wrp_reg, s[i].wrp_reg);
                assert_int_equal(e[k].wrp_bit, s[i].wrp_bit);
            }
        }
        struct etch_sector none;
        assert_int_equal(
                etch_flash_sector_at(&rig.flash, 0x07FFFFFF, &none), ETCH_E_RANGE);
        assert_int_equal(etch_flash_sector(&rig.flash, 255, &none), ETCH_E_RANGE);
        rig_free();
    }
}

static enum etch_err detected;

static void try_detect(void *arg)
{
    detected = etch_part_detect(arg);
}

static void revision_a_of_f405_is_known_for_what_it_is(void **state)
{
    (void)state;
    silicon_native_free(rig.board);
    const struct silicon_conditions c = {.rev_id = 0x1000};
    rig.board = silicon_native_new(silicon_part_find("stm32f405rg"), &c);
    struct etch_part part = {0};
    rig_run(try_detect, &part);
    assert_int_equal(detected, ETCH_OK);
    assert_int_equal(part.dev_id, 0x413);
    assert_int_equal(part.kib, 1024);
}

static void an_id_of_no_f4_and_a_size_of_no_such_line_are_refused(void **state)
{
    (void)state;
    const struct etch_part before = {.dev_id = 1, .kib = 2};
    const struct silicon_part *f446 = silicon_part_find("stm32f446re");
    /* F0; nothing; blank; lines that have less than 512 KiB; sizes that F446
     * does not come in. */
    const uint16_t chips[][2] = {{0x440, 512}, {0, 512}, {0xFFF, 512}, {0x458, 512},
            {0x423, 512}, {0x421, 1024}, {0x421, 2048}, {0x421, 48}};
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        struct silicon_part odd = *f446;
        odd.dev_id = chips[i][0];
        odd.flash_kib = chips[i][1];
        struct etch_part part = before;
        silicon_native_free(rig.board);
        rig.board = silicon_native_new(&odd, NULL);
        rig_run(try_detect, &part);
        assert_string_equal(etch_err_name(detected), etch_err_name(ETCH_E_PART));
        assert_int_equal(part.dev_id, before.dev_id);
        assert_int_equal(part.kib, before.kib);
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, f446, done)
    const struct CMUnitTest tests[] = {
            T(what_is_not_in_the_array_is_refused),
            T(no_bytes_are_no_work_and_no_error),
            cmocka_unit_test(
                    a_sector_that_this_part_does_not_have_is_refused_on_every_part),
            cmocka_unit_test(a_write_protected_sector_is_refused_on_every_part),
            cmocka_unit_test(a_pcrop_sector_is_refused_on_every_part_that_has_it),
            T(sector_0_is_refused_because_reset_takes_its_vectors),
            T(the_sector_of_the_vector_table_is_refused),
            T(the_sector_of_the_running_code_is_refused),
            T(every_sector_of_the_image_is_refused),
            T(what_is_ours_is_let_through_when_told_so),
            T(swapped_banks_are_refused),
            T(db1m_is_read_when_it_is_needed),
            T(a_width_that_the_supply_does_not_allow_is_refused),
            T(each_supply_is_enough_for_its_widest_stores),
            cmocka_unit_test(the_part_is_found_and_is_the_one_in_the_table),
            cmocka_unit_test(sectors_are_where_the_model_has_them),
            T(revision_a_of_f405_is_known_for_what_it_is),
            T(an_id_of_no_f4_and_a_size_of_no_such_line_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
