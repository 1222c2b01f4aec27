/* test_layout.c - a layout is read, refused and written as its header says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout/layout.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

enum { TEXT_MAX = 16384, KIB = 1024 };

static const char settings[] = "# the usual\n"
                               "part   STM32F446RE   # as on the package\n"
                               "\n"
                               "code   0\n"
                               "store  1-2  settings\n"
                               "keep   3    faults\n"
                               "code   4-\n";

static struct layout read_fine(const char *text)
{
    struct layout layout;
    struct layout_problem problem;
    if (!layout_read(text, &layout, &problem)) {
        fail_msg("line %u: %s", problem.line, problem.text);
    }
    return layout;
}

static void areas_are_in_order_and_leave_no_gap(void **state)
{
    struct layout layout = read_fine(settings);
    uint32_t addr = 0x08000000;
    for (size_t i = 0; i < layout.areas; i++) {
        assert_int_equal(layout.area[i].addr, addr);
        addr += layout.area[i].len;
    }
    assert_int_equal(addr, 0x08080000);
    assert_int_equal(layout.areas, 4);
    assert_int_equal(layout.area[1].use, LAYOUT_STORE);
    assert_int_equal(layout.area[1].addr, 0x08004000);
    assert_int_equal(layout.area[1].len, 32 * KIB);
}

static void names_are_given_or_the_owners_and_never_twice(void **state)
{
    struct layout layout = read_fine(settings);
    assert_string_equal(layout.area[0].name, "code");
    assert_string_equal(layout.area[1].name, "settings");
    assert_string_equal(layout.area[2].name, "faults");
    assert_string_equal(layout.area[3].name, "code2");
}

static void a_list_with_holes_makes_an_area_of_each_stretch(void **state)
{
    struct layout layout = read_fine("part f407vg\ncode 0,3-5,7- fw\nstore 1-2\n");
    assert_int_equal(layout.areas, 5);
    assert_string_equal(layout.area[0].name, "fw");
    assert_string_equal(layout.area[2].name, "fw2");
    assert_string_equal(layout.area[3].name, "free");
    assert_int_equal(layout.area[3].use, LAYOUT_FREE);
    assert_string_equal(layout.area[4].name, "fw3");
}

static void neighbours_of_two_lines_stay_two_areas(void **state)
{
    struct layout layout = read_fine("part f407vg\ncode 0\nkeep 1\nkeep 2\ncode 3-\n");
    assert_int_equal(layout.areas, 4);
    assert_string_equal(layout.area[1].name, "keep");
    assert_string_equal(layout.area[2].name, "keep2");
}

static void db1m_chooses_the_two_bank_map(void **state)
{
    struct layout one = read_fine("part f429zg\ncode 0-\n");
    struct layout two = read_fine("part f429zg db1m\ncode 0-7\nkeep 12-15\n");
    assert_int_equal(one.sectors, 12);
    assert_int_equal(two.sectors, 16);
    assert_int_equal(two.area[1].addr, 0x08080000);
}

static void an_address_finds_its_area_or_none(void **state)
{
    struct layout layout = read_fine(settings);
    assert_ptr_equal(layout_area_at(&layout, 0x08004000), &layout.area[1]);
    assert_ptr_equal(layout_area_at(&layout, 0x0800BFFF), &layout.area[1]);
    assert_ptr_equal(layout_area_at(&layout, 0x0800C000), &layout.area[2]);
    assert_null(layout_area_at(&layout, 0x07FFFFFF));
    assert_null(layout_area_at(&layout, 0x08080000));
}

static void sectors_are_told_as_the_manual_numbers_them(void **state)
{
    struct layout layout = read_fine("part f429zi\ncode 0-11\nstore 12-13\n");
    char text[32];
    layout_sectors_text(&layout, layout.area[1].first, 2, text, sizeof(text));
    assert_string_equal(text, "sectors 12 to 13");
    layout_sectors_text(&layout, 3, 1, text, sizeof(text));
    assert_string_equal(text, "sector 3");
}

/* Each text, the line that is to blame, and a word of what must be said. */
static const struct {
    const char *text;
    unsigned line;
    const char *says;
} refused[] = {
        {"", 0, "no part"},
        {"code 0\n", 1, "part comes first"},
        {"part stm32f103\n", 1, "no STM32F4 part"},
        {"part\n", 1, "as on its package"},
        {"part f446re db1m\ncode 0-\n", 1, "no DB1M"},
        {"part f446re x\ncode 0-\n", 1, "as on its package"},
        {"part f446re\npart f446re\ncode 0-\n", 2, "before"},
        {"part f446re\ncode 8\n", 2, "no sector 8; its sectors are 0 to 7"},
        {"part f446re\ncode 0-99999999999999999999\n", 2, "no sector"},
        {"part f429zi\ncode 0-23\nkeep 12\n", 3, "sector 12 was given to code in line 2"},
        {"part f446re\ncode 4-2\n", 2, "backwards"},
        {"part f446re\ncode 0-2,\n", 2, "no list"},
        {"part f446re\ncode 0;2\n", 2, "no list"},
        {"part f446re\ncode -\n", 2, "no list"},
        {"part f446re\ncode\n", 2, "write code SECTORS"},
        {"part f446re\ncode 0 a b\n", 2, "write code SECTORS"},
        {"part f446re\ncode 0 9lives\n", 2, "no name"},
        {"part f446re\ncode 0 App\n", 2, "no name"},
        {"part f446re\ncode 0 a23456789012345678901\n", 2, "no name"},
        {"part f446re\ncodes 0\n", 2, "no owner 'codes'"},
        {"part f446re\ncode 0\nstore 1\ncode 4-\n", 3, "two neighbouring sectors"},
        {"part f446re\ncode 0\nstore 1,3\ncode 4-\n", 3, "two neighbouring sectors"},
        {"part f446re\nstore 0-1\ncode 4-\n", 2, "must be code or boot"},
        {"part f446re\ncode 4-\n", 0, "must be code or boot"},
        {"part f446re\nboot 0\nstore 1-2\n", 0, "no sector is given to code"},
};

static void each_wrong_text_is_refused_with_its_line_and_reason(void **state)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        struct layout layout;
        struct layout_problem problem;
        assert_false(layout_read(refused[i].text, &layout, &problem));
        if (problem.line != refused[i].line || !strstr(problem.text, refused[i].says)) {
            fail_msg("%s -> line %u: %s", refused[i].text, problem.line, problem.text);
        }
    }
}

static void a_text_longer_than_a_page_is_refused(void **state)
{
    char *text = malloc(TEXT_MAX + 2);
    struct layout layout;
    struct layout_problem problem;
    assert_non_null(text);
    memset(text, '#', TEXT_MAX + 1);
    text[TEXT_MAX + 1] = '\0';
    assert_false(layout_read(text, &layout, &problem));
    assert_non_null(strstr(problem.text, "no layout"));
    free(text);
}

/* Any text: never a crash, and what is taken is sound. */
static void random_words_never_break_the_reader(void **state)
{
    static const char *const words[] = {"part", "f446re", "f429zg", "db1m", "code",
            "store", "keep", "free", "boot", "0", "1-2", "4-", "3,5", "-", ",", "99", "#",
            "\n", "\n", "\n", "name"};
    enum { WORDS = sizeof(words) / sizeof(*words), ROUNDS = 20000 };
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        char text[256] = "";
        for (int i = rand() % 24; i > 0; i--) {
            strcat(text, words[(size_t)rand() % WORDS]);
            strcat(text, " ");
        }
        struct layout layout;
        struct layout_problem problem;
        if (layout_read(text, &layout, &problem)) {
            assert_true(layout.area[0].use == LAYOUT_CODE ||
                        layout.area[0].use == LAYOUT_BOOT);
        } else {
            assert_true(problem.text[0] != '\0');
        }
    }
}

static void every_part_has_a_ready_layout_with_a_store_in_small_sectors(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        char text[TEXT_MAX];
        assert_true(layout_ready(&silicon_parts[i], text, sizeof(text)));
        struct layout layout = read_fine(text);
        assert_ptr_equal(layout.part, &silicon_parts[i]);
        unsigned stores = 0;
        for (size_t a = 0; a < layout.areas; a++) {
            if (layout.area[a].use == LAYOUT_STORE) {
                stores++;
                assert_int_equal(layout.area[a].len, 32 * KIB);
            }
        }
        assert_int_equal(stores, 1);
    }
    char short_text[40];
    assert_false(layout_ready(&silicon_parts[0], short_text, sizeof(short_text)));
}

/* ---- what is written ---------------------------------------------------------- */

static char *written(
        const char *text, void (*writer)(const struct layout *layout, FILE *to))
{
    struct layout layout = read_fine(text);
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);
    assert_non_null(to);
    writer(&layout, to);
    assert_int_equal(fclose(to), 0);
    return out;
}

static void assert_says(char *out, const char *const says[])
{
    for (size_t i = 0; says[i]; i++) {
        if (!strstr(out, says[i])) {
            fail_msg("no '%s' in:\n%s", says[i], out);
        }
    }
    free(out);
}

static void the_map_names_each_sector_its_erase_time_and_owner(void **state)
{
    assert_says(written(settings, layout_write_map),
            (const char *const[]){"STM32F446xE, 512 KiB", "     1  0x08004000   16",
                    "250, at most 500  store settings", "     7  0x08060000  128",
                    "1000, at most 2000  code", NULL});
}

static void the_header_names_places_and_sector_numbers(void **state)
{
    assert_says(written(settings, layout_write_header),
            (const char *const[]){"#define LAYOUT_SETTINGS_ADDR 0x08004000u",
                    "#define LAYOUT_SETTINGS_LEN 0x00008000u",
                    "#define LAYOUT_SETTINGS_SECTORS 1, 2\n",
                    "#define LAYOUT_FAULTS_SECTORS 3\n",
                    "#define LAYOUT_CODE2_ADDR 0x08010000u", NULL});
}

static void the_fragment_has_regions_covers_and_ram(void **state)
{
    assert_says(written("part f407vg\ncode 0\nstore 1-2\ncode 4- app\n", layout_write_ld),
            (const char *const[]){"CODE (rx) : ORIGIN = 0x08000000, LENGTH = 16K",
                    "STORE (r) : ORIGIN = 0x08004000, LENGTH = 32K", "APP (rx)",
                    ".etch_layout_store 0x08004000 (NOLOAD) : { . += 0x8000; } > STORE",
                    "SRAM (rwx) : ORIGIN = 0x20000000, LENGTH = 128K",
                    "CCM (rw) : ORIGIN = 0x10000000, LENGTH = 64K",
                    "etch_layout_app_len = 0x000F0000;", NULL});
}

static void the_picture_shows_every_sector(void **state)
{
    char *out = written(settings, layout_write_svg);
    unsigned boxes = 0;
    for (const char *at = out; (at = strstr(at, "<rect")); at++) {
        boxes++;
    }
    assert_int_equal(boxes, 8);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(areas_are_in_order_and_leave_no_gap),
            cmocka_unit_test(names_are_given_or_the_owners_and_never_twice),
            cmocka_unit_test(a_list_with_holes_makes_an_area_of_each_stretch),
            cmocka_unit_test(neighbours_of_two_lines_stay_two_areas),
            cmocka_unit_test(db1m_chooses_the_two_bank_map),
            cmocka_unit_test(an_address_finds_its_area_or_none),
            cmocka_unit_test(sectors_are_told_as_the_manual_numbers_them),
            cmocka_unit_test(each_wrong_text_is_refused_with_its_line_and_reason),
            cmocka_unit_test(a_text_longer_than_a_page_is_refused),
            cmocka_unit_test(random_words_never_break_the_reader),
            cmocka_unit_test(every_part_has_a_ready_layout_with_a_store_in_small_sectors),
            cmocka_unit_test(the_map_names_each_sector_its_erase_time_and_owner),
            cmocka_unit_test(the_header_names_places_and_sector_numbers),
            cmocka_unit_test(the_fragment_has_regions_covers_and_ram),
            cmocka_unit_test(the_picture_shows_every_sector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
