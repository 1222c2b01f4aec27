/* test_flash_parts.c - erase and program on every part, at every width, with
 * one bank and two.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/flash_rig.h"

static const uint8_t pattern[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
        0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xF0, 0x0F, 0x1E, 0x2D, 0x3C, 0x4B, 0x5A, 0x69,
        0x78, 0x87, 0x96, 0xA5};

static void mark_edges(const struct silicon_sector *s)
{
    rig_fill(s->addr, 0x5A, 4);
    rig_fill(s->addr + s->size - 4, 0xA5, 4);
}

static bool edges_marked(const struct silicon_sector *s)
{
    return rig_cell(s->addr) == 0x5A5A5A5A &&
           rig_cell(s->addr + s->size - 4) == 0xA5A5A5A5;
}

/* All of them at x32; otherwise one of each size, and the last. */
static bool chosen(const struct silicon_sector *sectors, size_t n, size_t i)
{
    return rig.flash.psize == 2 || i == 0 || i + 1 == n ||
           sectors[i].size != sectors[i - 1].size;
}

static void erase_each_sector(const struct silicon_sector *sectors, size_t n)
{
    bool erased[SILICON_SECTORS_MAX] = {false};
    for (size_t i = 0; i < n; i++) {
        if (chosen(sectors, n, i)) {
            assert_int_equal(rig_erase(sectors[i].number), ETCH_OK);
            erased[i] = true;
        }
        for (size_t j = 0; j < n; j++) {
            assert_int_equal(edges_marked(&sectors[j]), !erased[j]);
            assert_int_equal(silicon_wear(rig.chip, sectors[j].addr), erased[j]);
        }
    }
}

static void a_sector_is_erased_and_no_other_on_every_part_at_every_width(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
            rig_new(&silicon_parts[row]);
            rig.config.width = width;
            rig.config.allow = ETCH_FLASH_ALLOW_SELF;
            rig_open();
            size_t n;
            const struct silicon_sector *sectors = silicon_sectors(rig.chip, &n);
            for (size_t i = 0; i < n; i++) {
                mark_edges(&sectors[i]);
            }
            erase_each_sector(sectors, n);
            assert_int_equal(rig_erase(255), ETCH_E_RANGE);
            rig_free();
        }
    }
    assert_int_equal(silicon_part_count, RIG_PARTS);
}

/* The first and last bytes of each sector, unaligned, and across its end. */
static void program_around(const struct silicon_sector *s, bool last)
{
    uint32_t end = s->addr + s->size;
    uint32_t len = last ? 7 : 13;
    assert_int_equal(rig_program(s->addr + 8, pattern, 3), ETCH_OK);
    assert_int_equal(rig_program(end - 7, pattern, len), ETCH_OK);
    uint8_t back[13];
    silicon_peek(rig.chip, end - 7, back, NULL, len);
    assert_memory_equal(back, pattern, len);
    silicon_peek(rig.chip, s->addr + 8, back, NULL, 4);
    assert_memory_equal(back, pattern, 3);
    assert_int_equal(back[3], 0xFF);
}

static void bytes_are_programmed_on_every_part_at_every_width(void **state)
{
    (void)state;
    for (size_t row = 0; row < silicon_part_count; row++) {
        for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
            rig_new(&silicon_parts[row]);
            rig.config.width = width;
            rig.config.allow = ETCH_FLASH_ALLOW_SELF;
            rig_open();
            size_t n;
            const struct silicon_sector *sectors = silicon_sectors(rig.chip, &n);
            for (size_t i = 0; i < n; i++) {
                program_around(&sectors[i], i + 1 == n);
            }
            uint32_t end = sectors[n - 1].addr + sectors[n - 1].size;
            assert_int_equal(rig_program(end - 1, pattern, 2), ETCH_E_RANGE);
            rig_free();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(
                    a_sector_is_erased_and_no_other_on_every_part_at_every_width),
            cmocka_unit_test(bytes_are_programmed_on_every_part_at_every_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
