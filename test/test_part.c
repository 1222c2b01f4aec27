/* test_part.c - the model's table of parts against the arithmetic that the
 * manuals give for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/part.h"

#include <string.h>

#include "support/cm.h"

enum { ROWS = 42, FLASH_BASE = 0x08000000, KIB = 1024 };

static size_t sectors(const char *name, struct silicon_sector out[SILICON_SECTORS_MAX])
{
    const struct silicon_part *part = silicon_part_find(name);
    assert_non_null(part);
    return silicon_part_sectors(part, out);
}

static void there_are_42_rows(void **state)
{
    assert_int_equal(silicon_part_count, ROWS);
}

static void sectors_are_contiguous_and_add_up_to_the_flash(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        struct silicon_sector sector[SILICON_SECTORS_MAX];
        size_t n = silicon_part_sectors(&silicon_parts[i], sector);
        uint32_t addr = FLASH_BASE;
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(sector[k].addr, addr);
            addr += sector[k].size;
        }
        assert_int_equal(addr - FLASH_BASE, silicon_parts[i].flash_kib * KIB);
    }
}

/* RM0090 3.4: each bank has 4 sectors of 16 KiB, one of 64, then 128. */
static void every_sector_is_where_the_rule_puts_it(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *part = &silicon_parts[i];
        struct silicon_sector sector[SILICON_SECTORS_MAX];
        size_t n = silicon_part_sectors(part, sector);
        uint32_t two = part->banks == SILICON_DUAL || part->banks == SILICON_DB1M_ON;
        uint32_t bank_bytes = part->flash_kib * KIB / (two + 1);
        for (size_t k = 0; k < n; k++) {
            uint32_t off = sector[k].addr - FLASH_BASE;
            uint32_t bank = off / bank_bytes;
            uint32_t in = off % bank_bytes;
            uint32_t local = in < 0x10000 ? in >> 14 : in < 0x20000 ? 4 : 4 + (in >> 17);
            uint32_t size = local < 4 ? 16 : local == 4 ? 64 : 128;
            uint32_t shared = part->flash_kib == 1536 && local > 14 ? 14 : local;
            assert_int_equal(sector[k].size, size * KIB);
            assert_int_equal(sector[k].bank, bank);
            assert_int_equal(sector[k].number, 12 * bank + local);
            assert_int_equal(sector[k].snb, 16 * bank + local);
            assert_int_equal(sector[k].wrp_reg, bank);
            assert_int_equal(sector[k].wrp_bit, 16 + shared);
        }
    }
}

static void on_f413_codes_go_straight_to_15_and_two_sectors_share_a_bit(void **state)
{
    struct silicon_sector sector[SILICON_SECTORS_MAX];
    assert_int_equal(sectors("stm32f413zh", sector), 16);
    assert_int_equal(sector[12].snb, 12);
    assert_int_equal(sector[15].snb, 15);
    assert_int_equal(sector[14].wrp_bit, 30);
    assert_int_equal(sector[15].wrp_bit, 30);
}

static void db1m_changes_what_an_address_is(void **state)
{
    const struct silicon_part *off = silicon_part_find("stm32f429zg");
    const struct silicon_part *on = silicon_part_db1m(off, true);
    assert_int_equal(off->banks, SILICON_DB1M_OFF);
    assert_int_equal(on->banks, SILICON_DB1M_ON);
    assert_ptr_equal(silicon_part_db1m(on, false), off);
    struct silicon_sector a[SILICON_SECTORS_MAX];
    struct silicon_sector b[SILICON_SECTORS_MAX];
    assert_int_equal(silicon_part_sectors(off, a), 12);
    assert_int_equal(silicon_part_sectors(on, b), 16);
    assert_int_equal(a[8].addr, 0x08080000);
    assert_int_equal(a[8].number, 8);
    assert_int_equal(b[8].addr, 0x08080000);
    assert_int_equal(b[8].number, 12);
    assert_int_equal(b[8].size, 16 * KIB);
}

static void a_part_without_the_choice_keeps_its_row(void **state)
{
    const struct silicon_part *part = silicon_part_find("stm32f446re");
    assert_ptr_equal(silicon_part_db1m(part, true), part);
    part = silicon_part_find("stm32f429zi");
    assert_ptr_equal(silicon_part_db1m(part, true), part);
}

static void a_package_marking_finds_its_row(void **state)
{
    static const char *const pairs[][2] = {
            {"stm32f446re", "STM32F446xE"},
            {"STM32F446RET6", "STM32F446xE"},
            {"STM32F429ZIT6", "STM32F429xI"},
            {"f407vg", "STM32F407xG"},
            {"STM32F446xE", "STM32F446xE"},
            {"stm32f410t8", "STM32F410x8"},
            {"STM32F405OEY6TR", "STM32F405xE"},
            {"Stm32F411CEU6", "STM32F411xE"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        const struct silicon_part *part = silicon_part_find(pairs[i][0]);
        assert_non_null(part);
        assert_string_equal(part->name, pairs[i][1]);
    }
}

static void every_row_is_found_by_its_own_name(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *part = silicon_part_find(silicon_parts[i].name);
        assert_non_null(part);
        assert_string_equal(part->name, silicon_parts[i].name);
        assert_int_not_equal(part->banks, SILICON_DB1M_ON);
    }
}

static void what_is_no_part_is_not_found(void **state)
{
    static const char *const none[] = {"", "stm32", "stm32f103c8", "stm32f446", "f446r",
            "stm32f446r8", "stm32f429z9", "stm32f446re-nucleo", "stm32f4469e", "446re",
            "stm32f446retttttttttt"};
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        assert_null(silicon_part_find(none[i]));
    }
}

/* One figure of each line, as its manual's memory map gives it. */
static void memories_are_as_large_as_the_lines_have_them(void **state)
{
    static const struct {
        const char *name;
        uint32_t ram_kib, ccm_kib;
        uint16_t dev_id;
    } lines[] = {
            {"f401cc", 64, 0, 0x423},
            {"f401re", 96, 0, 0x433},
            {"f407vg", 128, 64, 0x413},
            {"f410rb", 32, 0, 0x458},
            {"f411re", 128, 0, 0x431},
            {"f412zg", 256, 0, 0x441},
            {"f413zh", 320, 0, 0x463},
            {"f429zi", 192, 64, 0x419},
            {"f446re", 128, 0, 0x421},
            {"f469ni", 320, 64, 0x434},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        const struct silicon_part *part = silicon_part_find(lines[i].name);
        assert_non_null(part);
        uint32_t kib = part->sram[0].kib + part->sram[1].kib + part->sram[2].kib;
        assert_int_equal(kib, lines[i].ram_kib);
        assert_int_equal(part->ccm_kib, lines[i].ccm_kib);
        assert_int_equal(part->dev_id, lines[i].dev_id);
    }
}

static void only_f405_to_f417_lack_pcrop(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        assert_int_equal(silicon_parts[i].pcrop, silicon_parts[i].dev_id != 0x413);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(there_are_42_rows),
            cmocka_unit_test(sectors_are_contiguous_and_add_up_to_the_flash),
            cmocka_unit_test(every_sector_is_where_the_rule_puts_it),
            cmocka_unit_test(on_f413_codes_go_straight_to_15_and_two_sectors_share_a_bit),
            cmocka_unit_test(db1m_changes_what_an_address_is),
            cmocka_unit_test(a_part_without_the_choice_keeps_its_row),
            cmocka_unit_test(a_package_marking_finds_its_row),
            cmocka_unit_test(every_row_is_found_by_its_own_name),
            cmocka_unit_test(what_is_no_part_is_not_found),
            cmocka_unit_test(memories_are_as_large_as_the_lines_have_them),
            cmocka_unit_test(only_f405_to_f417_lack_pcrop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
