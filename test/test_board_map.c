/* test_board_map.c - what is where on the chip, for every part of the table.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

#include "board/board_priv.h"

#define RCC_AHB1ENR   0x40023830u
#define RCC_AHB3ENR   0x40023838u
#define CRC_DR        0x40023000u
#define RCC_AHB3ENR   0x40023838u
#define CRC_DR        0x40023000u
#define RCC_APB1ENR   0x40023840u
#define RCC_APB2ENR   0x40023844u
#define PWR_CR        0x40007000u
#define SYSCFG_MEMRMP 0x40013800u
#define DBGMCU_IDCODE 0xE0042000u
#define BKPSRAM       0x40024000u
#define CCM           0x10000000u

static void pages(struct bench *t, uint32_t addr, bool store, struct core_page *page)
{
    bd_bus.page(t->b, addr, store, page);
}

static void every_part_has_its_memories_and_nothing_beyond(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *part = &silicon_parts[i];
        struct board_config config = {.part = part};
        struct bench t;
        bench_open_with(&t, &config);
        uint32_t end = 0;
        for (size_t k = 0; k < 3 && part->sram[k].kib != 0; k++) {
            uint32_t base = part->sram[k].base;
            end = base + part->sram[k].kib * 1024;
            bench_put(&t, base, 0x11223344);
            bench_put(&t, end - 4, 0x55667788);
            assert_int_equal(bench_get(&t, base), 0x11223344);
            assert_int_equal(bench_get_narrow(&t, end - 2, 2), 0x5566);
        }
        bench_fails(&t, end);
        assert_int_equal(bench_get(&t, 0x08000000), 0xFFFFFFFF);
        assert_int_equal(
                bench_get_narrow(&t, 0x1FFF7A22, 2), part->flash_kib); /* signature */
        bench_fails(&t, 0x08000000 + part->flash_kib * 1024u);
        if (part->ccm_kib != 0) {
            bench_put(&t, CCM + part->ccm_kib * 1024 - 4, 1);
            assert_string_equal(board_place(t.b, CCM), "CCM");
        } else if (!part->ram_alias) {
            bench_fails(&t, CCM);
            assert_null(board_place(t.b, CCM));
        }
        assert_int_equal(bench_get(&t, DBGMCU_IDCODE) & 0xFFF, part->dev_id);
        bench_close(&t);
    }
}

static void code_is_fetched_from_sram_and_flash_but_not_from_ccm(void **state)
{
    struct core_page page;
    struct bench t;
    bench_open(&t, "stm32f407vg");
    pages(&t, 0x20000000, false, &page);
    assert_true(page.fetch && page.read && !page.write && !page.no_fetch && !page.art);
    pages(&t, 0x08000000, false, &page);
    assert_true(page.fetch && page.read && page.art && !page.write);
    pages(&t, 0x00000000, false, &page);
    assert_true(page.fetch && page.art);
    pages(&t, CCM, false, &page);
    assert_true(page.read && page.no_fetch && !page.fetch);
    pages(&t, CCM, true, &page);
    assert_true(page.write);
    pages(&t, 0x40000000, false, &page);
    assert_null(page.bytes);
    bench_close(&t);

    bench_open(&t, "stm32f413zh"); /* SRAM2 there, with code if one likes */
    pages(&t, CCM, false, &page);
    assert_true(page.fetch && !page.no_fetch);
    bench_put(&t, 0x20040010, 0xCAFE);
    assert_int_equal(bench_get(&t, CCM + 0x10), 0xCAFE);
    bench_put(&t, CCM + 0xFFFC, 0xBEEF);
    assert_int_equal(bench_get(&t, 0x2004FFFC), 0xBEEF);
    bench_fails(&t, CCM + 0x10000);
    bench_close(&t);
}

static void flash_is_never_lent_for_writing(void **state)
{
    struct core_page page;
    struct bench t;
    bench_open(&t, "stm32f446re");
    pages(&t, 0x08000000, true, &page);
    assert_false(page.write);
    bench_close(&t);
}

static void a_page_gets_a_new_id_before_its_bytes_change(void **state)
{
    struct core_page before;
    struct core_page store;
    struct core_page again;
    struct bench t;
    bench_open(&t, "stm32f446re");
    pages(&t, 0x20000000, false, &before);
    pages(&t, 0x20000000, true, &store);
    assert_true(store.write);
    assert_int_not_equal(before.id, store.id);
    pages(&t, 0x20000000, true, &again);
    assert_int_equal(store.id, again.id); /* open already */
    assert_ptr_equal(store.bytes, again.bytes);
    board_state_free(board_save(t.b)); /* someone may have kept these bytes */
    pages(&t, 0x20000000, true, &again);
    assert_ptr_equal(store.bytes, again.bytes);
    assert_int_not_equal(store.id, again.id);
    bench_close(&t);
}

static void backup_sram_wants_its_clock_and_dbp(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, BKPSRAM, 5);
    assert_int_equal(bench_get(&t, BKPSRAM), 0); /* no clock */
    bench_set(&t, RCC_AHB1ENR, 1u << 18);
    uint32_t was = bench_get(&t, BKPSRAM);
    bench_put(&t, BKPSRAM, was + 1);
    assert_int_equal(bench_get(&t, BKPSRAM), was); /* locked */
    bench_set(&t, RCC_APB1ENR, 1u << 28);
    bench_set(&t, PWR_CR, 1u << 8);
    bench_put(&t, BKPSRAM, was + 1);
    assert_int_equal(bench_get(&t, BKPSRAM), was + 1);
    assert_string_equal(board_place(t.b, BKPSRAM), "backup SRAM");
    bench_close(&t);
    bench_open(&t, "stm32f411re");
    assert_string_not_equal(board_place(t.b, BKPSRAM), "backup SRAM");
    bench_close(&t);
}

static void memrmp_puts_sram_at_zero(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    const uint32_t word = 0x12345678;
    assert_true(board_load(t.b, 0x08000004, &word, 4));
    assert_int_equal(bench_get(&t, 4), word);
    bench_put(&t, 0x20000004, 0x0BADCAFE);
    bench_put(&t, SYSCFG_MEMRMP, 3);
    assert_int_equal(bench_get(&t, 4), word); /* SYSCFG had no clock */
    bench_set(&t, RCC_APB2ENR, 1u << 14);
    bench_put(&t, SYSCFG_MEMRMP, 3);
    assert_int_equal(bench_get(&t, 4), 0x0BADCAFE);
    assert_int_equal(t.seen[BOARD_EV_REMAP], 1);
    assert_int_equal(t.last[BOARD_EV_REMAP].addr, SYSCFG_MEMRMP);
    assert_int_equal(t.last[BOARD_EV_REMAP].value, 3);
    bench_put(&t, 8, 77);
    assert_int_equal(bench_get(&t, 0x20000008), 77);
    board_reset(t.b, BOARD_RESET_PIN);
    assert_int_equal(bench_get(&t, 4), word);
    bench_close(&t);
}

static void fb_mode_swaps_the_banks(void **state)
{
    const uint32_t one = 1;
    const uint32_t two = 2;
    struct bench t;
    bench_open(&t, "stm32f429zi");
    assert_true(board_load(t.b, 0x08000000, &one, 4));
    assert_true(board_load(t.b, 0x08100000, &two, 4));
    bench_set(&t, RCC_APB2ENR, 1u << 14);
    bench_put(&t, SYSCFG_MEMRMP, 0x100);
    assert_int_equal(bench_get(&t, 0x08000000), two);
    assert_int_equal(bench_get(&t, SYSCFG_MEMRMP), 0x100);
    uint32_t word;
    assert_int_equal(board_peek(t.b, 0x08000000, &word, 4), 4);
    assert_int_equal(word, two); /* a debugger sees what the core sees */
    bench_close(&t);
}

/* Bit by bit, as the definition of that sum has it. */
static uint32_t mpeg2(const char *text)
{
    uint32_t crc = 0xFFFFFFFF;
    for (; *text != '\0'; text++) {
        for (unsigned bit = 8; bit-- > 0;) {
            uint32_t in = (uint32_t)*text >> bit & 1u;
            crc = (crc >> 31) == in ? crc << 1 : crc << 1 ^ 0x04C11DB7u;
        }
    }
    return crc;
}

static void external_memory_ends_the_run_if_its_clock_is_on(void **state)
{
    static const struct {
        uint32_t clock, addr;
        const char *name;
    } outside[] = {
            {1, 0x60000000, "FMC"}, {1, 0xDFFFFFFC, "FMC"}, {2, 0x90000000, "QUADSPI"}};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        struct bench t;
        uint32_t value;
        bench_open(&t, "stm32f446re");
        bench_fails(&t, outside[i].addr); /* nothing is set up there */
        bench_set(&t, RCC_AHB3ENR, outside[i].clock);
        assert_int_equal(bd_read(t.b, outside[i].addr, 4, &value), CORE_GONE);
        assert_non_null(strstr(board_why(t.b), outside[i].name));
        assert_int_equal(bd_write(t.b, outside[i].addr, 2, 1, 0), CORE_GONE);
        bench_close(&t);
    }
}

/* Ethernet's sum without its reflections and its last inversion: the check
 * value of CRC-32/MPEG-2 over "12345678" in words. */
static void the_crc_unit_sums_words(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    assert_int_equal(bench_get(&t, CRC_DR), 0); /* no clock yet */
    bench_set(&t, RCC_AHB1ENR, 1u << 12);
    assert_int_equal(bench_get(&t, CRC_DR), 0xFFFFFFFF);
    bench_put(&t, CRC_DR, 0);
    assert_int_equal(bench_get(&t, CRC_DR), 0xC704DD7B);
    bench_put(&t, CRC_DR + 4, 0x1A5);
    assert_int_equal(bench_get(&t, CRC_DR + 4), 0xA5); /* a byte to keep */
    bench_put(&t, CRC_DR + 8, 1);
    assert_int_equal(bench_get(&t, CRC_DR), 0xFFFFFFFF);
    bench_put(&t, CRC_DR, 0x31323334);
    bench_put(&t, CRC_DR, 0x35363738);
    assert_int_equal(bench_get(&t, CRC_DR), mpeg2("12345678"));
    assert_int_equal(bench_get(&t, CRC_DR + 4), 0xA5);
    board_reset(t.b, BOARD_RESET_PIN);
    bench_set(&t, RCC_AHB1ENR, 1u << 12);
    assert_int_equal(bench_get(&t, CRC_DR + 4), 0);
    bench_close(&t);
}

static void an_unknown_peripheral_keeps_what_is_written_and_is_named_once(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    uint32_t addr;
    uint32_t pc;
    assert_int_equal(board_unknown(t.b, 0, &addr, &pc), 0);
    assert_int_equal(bench_get(&t, 0x40005400), 0); /* I2C1 */
    bench_put(&t, 0x40005404, 0xA5A5);
    bench_put_narrow(&t, 0x40005405, 1, 0x11);
    assert_int_equal(bench_get(&t, 0x40005404), 0x11A5);
    assert_int_equal(bench_get_narrow(&t, 0x40005405, 1), 0x11);
    assert_int_equal(t.seen[BOARD_EV_UNKNOWN], 2);
    assert_int_equal(t.last[BOARD_EV_UNKNOWN].addr, 0x40005404);
    assert_int_equal(t.last[BOARD_EV_UNKNOWN].value, 1);
    assert_int_equal(board_unknown(t.b, 1, &addr, &pc), 2);
    assert_int_equal(addr, 0x40005404);
    bench_put(&t, 0x50000010, 3); /* USB OTG FS, on AHB2 */
    assert_int_equal(bench_get(&t, 0x50000010), 3);
    bench_close(&t);
}

static void more_unknown_words_than_are_kept_read_zero(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    for (uint32_t i = 0; i < BD_KEPT + 8; i++) {
        bench_put(&t, 0x50000000 + i * 4, i + 1);
    }
    assert_int_equal(bench_get(&t, 0x50000000 + (BD_KEPT - 1) * 4), BD_KEPT);
    assert_int_equal(bench_get(&t, 0x50000000 + BD_KEPT * 4), 0);
    bench_close(&t);
}

static void where_nothing_is_the_bus_ends_in_an_error(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_fails(&t, 0x40018000);
    bench_fails(&t, 0x60000000);
    bench_fails(&t, 0x30000000);
    uint8_t line[CORE_LINE];
    unsigned wait;
    assert_int_equal(bd_bus.line(t.b, 0x40000000, line, &wait), CORE_ERROR);
    bench_close(&t);
}

static void a_part_has_the_peripherals_of_its_line(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f411re");
    assert_string_equal(board_place(t.b, 0x40011000), "USART1");
    assert_string_equal(board_place(t.b, 0x40004C00), "a peripheral on APB1");
    assert_string_equal(board_place(t.b, 0x40005410), "I2C1");
    bench_close(&t);
    bench_open(&t, "stm32f407vg");
    assert_string_equal(board_place(t.b, 0x40004800), "USART3");
    assert_string_equal(board_place(t.b, 0x40023C00), "FLASH registers");
    assert_string_equal(board_place(t.b, 0x1FFF7800), "OTP");
    assert_string_equal(board_place(t.b, 0x1FFF0000), "system memory");
    assert_string_equal(board_place(t.b, 0x1FFFC000), "option bytes");
    assert_string_equal(board_place(t.b, 0x20000000), "SRAM1");
    assert_string_equal(board_place(t.b, 0x2001C000), "SRAM2");
    assert_null(board_place(t.b, 0x20020000));
    bench_close(&t);
}

static void a_peripheral_without_clock_reads_zero_and_takes_nothing(void **state)
{
    const uint32_t tim2_arr = 0x4000002C;
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, tim2_arr, 5);
    assert_int_equal(bench_get(&t, tim2_arr), 0);
    bench_set(&t, RCC_APB1ENR, 1);
    assert_int_equal(bench_get(&t, tim2_arr), 0xFFFFFFFF);
    bench_close(&t);
}

static void memories_are_loaded_and_nothing_else_is(void **state)
{
    uint8_t data[64] = {1, 2, 3};
    struct bench t;
    bench_open(&t, "stm32f446re");
    assert_true(board_load(t.b, 0x08000001, data, sizeof(data)));
    assert_true(board_load(t.b, 0x20000003, data, sizeof(data)));
    assert_true(board_load(t.b, 0x1FFF7800, data, 4));
    assert_true(board_load(t.b, 0x2001BFF0, data, sizeof(data))); /* SRAM1 into SRAM2 */
    assert_int_equal(bench_get_narrow(&t, 0x08000002, 1), 2);
    assert_int_equal(bench_get_narrow(&t, 0x20000005, 1), 3);
    assert_int_equal(bench_get_narrow(&t, 0x1FFF7802, 1), 3);
    assert_false(board_load(t.b, 0x0807FFF0, data, sizeof(data)));
    assert_false(board_load(t.b, 0x2001FFF0, data, sizeof(data)));
    assert_false(board_load(t.b, 0x1FFF0000, data, 4));
    assert_false(board_load(t.b, 0x40000000, data, 4));
    bench_close(&t);
}

static void peeking_and_poking_have_no_side_effect(void **state)
{
    const uint32_t usart2_dr = 0x40004404;
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_set(&t, RCC_APB1ENR, 1u << 17);
    bench_put(&t, 0x40004408, 139);
    bench_put(&t, 0x4000440C, 0x200C);
    board_input(t.b, 2, (const uint8_t *)"x", 1, 0);
    bench_pass(&t, 1000000);
    uint32_t word = 0;
    assert_int_equal(board_peek(t.b, usart2_dr, &word, 4), 4);
    assert_int_equal(word, 'x');
    assert_int_equal(bench_get(&t, 0x40004400) & 0x20, 0x20); /* RXNE still */
    uint8_t more[16];
    assert_int_equal(board_peek(t.b, 0x2001FFFC, more, 16), 4); /* SRAM ends */
    assert_int_equal(board_peek(t.b, 0x30000000, more, 4), 0);
    assert_int_equal(board_poke(t.b, 0x20000001, "abc", 3), 3);
    assert_int_equal(bench_get(&t, 0x20000000) >> 8, 0x636261);
    word = 0x00000021;
    assert_int_equal(board_poke(t.b, 0x40004408, &word, 4), 4);
    assert_int_equal(bench_get(&t, 0x40004408), 0x21);
    assert_int_equal(board_poke(t.b, 0x30000000, more, 4), 0);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_part_has_its_memories_and_nothing_beyond),
            cmocka_unit_test(code_is_fetched_from_sram_and_flash_but_not_from_ccm),
            cmocka_unit_test(flash_is_never_lent_for_writing),
            cmocka_unit_test(a_page_gets_a_new_id_before_its_bytes_change),
            cmocka_unit_test(backup_sram_wants_its_clock_and_dbp),
            cmocka_unit_test(memrmp_puts_sram_at_zero),
            cmocka_unit_test(fb_mode_swaps_the_banks),
            cmocka_unit_test(external_memory_ends_the_run_if_its_clock_is_on),
            cmocka_unit_test(the_crc_unit_sums_words),
            cmocka_unit_test(
                    an_unknown_peripheral_keeps_what_is_written_and_is_named_once),
            cmocka_unit_test(more_unknown_words_than_are_kept_read_zero),
            cmocka_unit_test(where_nothing_is_the_bus_ends_in_an_error),
            cmocka_unit_test(a_part_has_the_peripherals_of_its_line),
            cmocka_unit_test(a_peripheral_without_clock_reads_zero_and_takes_nothing),
            cmocka_unit_test(memories_are_loaded_and_nothing_else_is),
            cmocka_unit_test(peeking_and_poking_have_no_side_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
