/* test_laws.c - each law of the controller, broken and obeyed.
 *
 * Broken as hardware: the breach is reported, and the chip does what its
 * function here asserts. Broken strictly: the strict hook is called for that
 * law. Obeyed, by the nearest right thing to do: not a word about that law. A
 * law that has no entry fails.
 *
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/chip.h"
#include "support/cm.h"

enum { SECTOR4 = 0x08010000, SECTOR5 = 0x08020000, SECTOR6 = 0x08040000 };
enum { OTP = 0x1FFF7800, OTP_LOCKS = 0x1FFF7A00, BANK2 = 0x08100000 };

#define ERASE5 (CR_SER | CR_X32 | 5u << CR_SNB)
#define OPEN   0x0FFFAAECu /* option bytes as delivered */

static void start_erase(struct chip *c)
{
    chip_unlock(c);
    chip_put(c, FLASH_CR, ERASE5 | CR_STRT);
}

/* A store that is let arrive but not waited for. */
static void start_program(struct chip *c, uint32_t addr, uint32_t value)
{
    chip_put(c, FLASH_CR, CR_PG | CR_X32);
    chip_put(c, addr, value);
    silicon_drain(c->s);
}

static void cycle_power(struct chip *c)
{
    silicon_power_off(c->s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_power_on(c->s);
}

/* ---- keys ------------------------------------------------------------------- */

static void break_key(struct chip *c)
{
    chip_put_fails(c, FLASH_KEYR, KEY2);
    assert_int_equal(chip_get(c, FLASH_CR), CR_LOCK);
}

static void obey_key(struct chip *c)
{
    chip_unlock(c);
}

static void break_key_open(struct chip *c)
{
    chip_unlock(c);
    chip_put_fails(c, FLASH_KEYR, KEY1);
    assert_int_equal(chip_get(c, FLASH_CR), CR_LOCK);
}

static void obey_key_open(struct chip *c)
{
    chip_unlock(c);
    chip_put(c, FLASH_CR, CR_LOCK);
    chip_unlock(c);
    assert_int_equal(chip_get(c, FLASH_CR), 0);
}

static void break_key_dead(struct chip *c)
{
    chip_put_fails(c, FLASH_KEYR, 0);
    chip_put_fails(c, FLASH_KEYR, KEY1);
    chip_put_fails(c, FLASH_KEYR, KEY2);
}

static void obey_key_dead(struct chip *c)
{
    chip_put_fails(c, FLASH_KEYR, 0);
    silicon_reset(c->s);
    chip_unlock(c);
}

static void break_optkey(struct chip *c)
{
    chip_put_fails(c, FLASH_OPTKEYR, OPTKEY2);
    chip_put_fails(c, FLASH_OPTKEYR, OPTKEY1);
    assert_int_equal(chip_get(c, FLASH_OPTCR) & 1u, 1);
}

static void obey_optkey(struct chip *c)
{
    chip_put(c, FLASH_OPTKEYR, OPTKEY1);
    chip_put(c, FLASH_OPTKEYR, OPTKEY2);
    assert_int_equal(chip_get(c, FLASH_OPTCR) & 1u, 0);
}

/* ---- locked and busy ------------------------------------------------------------ */

static void break_cr_locked(struct chip *c)
{
    chip_put(c, FLASH_CR, CR_PG | CR_X32);
    assert_int_equal(chip_get(c, FLASH_CR), CR_LOCK);
    uint32_t before = chip_get(c, FLASH_OPTCR);
    chip_put(c, FLASH_OPTCR, 2);
    assert_int_equal(chip_get(c, FLASH_OPTCR), before);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
}

static void obey_cr_locked(struct chip *c)
{
    chip_put(c, FLASH_CR, CR_LOCK); /* locking what is locked loses nothing */
}

static void break_cr_busy(struct chip *c)
{
    start_erase(c);
    chip_put(c, FLASH_CR, 0);
    assert_int_equal(c->kinds[SILICON_EV_STALL], 1);
    assert_int_equal(c->now_ns, 1014500000);
    assert_int_equal(chip_get(c, FLASH_CR), 0);
}

static void obey_cr_busy(struct chip *c)
{
    start_erase(c);
    chip_wait(c);
    chip_put(c, FLASH_CR, 0);
}

static void break_read_busy(struct chip *c)
{
    start_erase(c);
    assert_int_equal(chip_get(c, SECTOR6), 0xFFFFFFFF);
    assert_int_equal(c->kinds[SILICON_EV_STALL], 1);
    assert_int_equal(c->now_ns, 1014500000);
}

static void obey_read_busy(struct chip *c)
{
    start_erase(c);
    chip_wait(c);
    (void)chip_get(c, SECTOR6);
}

static void break_write_busy(struct chip *c)
{
    chip_unlock(c);
    start_program(c, SECTOR5, 0x11111111);
    start_program(c, SECTOR5 + 4, 0x22222222); /* CR stalls first ... */
    chip_put(c, SECTOR5 + 8, 0x33333333);      /* ... but this store meets BSY */
    silicon_drain(c->s);
    chip_wait(c);
    assert_int_equal(chip_cell(c, SECTOR5 + 4), 0x22222222);
    assert_int_equal(chip_cell(c, SECTOR5 + 8), 0x33333333);
}

static void obey_write_busy(struct chip *c)
{
    chip_unlock(c);
    chip_program(c, SECTOR5, 0x11111111);
    chip_program(c, SECTOR5 + 4, 0x22222222);
}

/* ---- what a store needs ------------------------------------------------------------ */

static void break_no_pg(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_store(c, CR_X32, SECTOR5, 0), SR_PGSERR);
    assert_int_equal(chip_cell(c, SECTOR5), 0xFFFFFFFF);
}

static void obey_store(struct chip *c)
{
    chip_unlock(c);
    chip_program(c, SECTOR5, 0);
    assert_int_equal(chip_cell(c, SECTOR5), 0);
}

static void break_width(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X32, SECTOR5, 2, 0), SR_PGPERR);
    assert_int_equal(chip_cell(c, SECTOR5), 0xFFFFFFFF);
}

static void store_pair(struct chip *c, uint32_t addr)
{
    struct silicon_conditions *cond = silicon_conditions(c->s);
    cond->vpp = true;
    cond->strd_is_x64 = true;
    chip_unlock(c);
    chip_put(c, FLASH_CR, CR_PG | CR_X64);
    assert_int_equal(silicon_write(c->s, addr, 4, 0x55555555, 0), SILICON_OK);
    assert_int_equal(silicon_write(c->s, addr + 4, 4, 0x66666666, 1), SILICON_OK);
    chip_wait(c);
}

static void break_row(struct chip *c)
{
    store_pair(c, SECTOR5 + 12);
    assert_int_equal(chip_get(c, FLASH_SR), SR_PGAERR);
    assert_true(chip_blank(c, SECTOR5, 32));
}

static void obey_row(struct chip *c)
{
    store_pair(c, SECTOR5 + 8);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
    assert_int_equal(chip_cell(c, SECTOR5 + 8), 0x55555555);
    assert_int_equal(chip_cell(c, SECTOR5 + 12), 0x66666666);
    assert_int_equal(c->kinds[SILICON_EV_PROGRAM], 1);
}

static void break_x64_vpp(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_store(c, CR_PG | CR_X64, SECTOR5, 0), SR_PGAERR | SR_PGSERR);
    assert_int_equal(chip_cell(c, SECTOR5), 0xFFFFFFFF);
}

static void break_supply(struct chip *c)
{
    silicon_conditions(c->s)->vdd_mv = 2600;
    chip_unlock(c);
    chip_program(c, SECTOR5, 0x0000FFFF);
    assert_int_equal(chip_get(c, SECTOR5), 0x0000FFFF); /* so far, so good */
    assert_int_equal(chip_loose(c, SECTOR5), 0);
    cycle_power(c);
    assert_int_equal(chip_loose(c, SECTOR5), 0xFFFF0000);
}

static void obey_supply(struct chip *c)
{
    silicon_conditions(c->s)->vdd_mv = 2600;
    chip_unlock(c);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X16, SECTOR5, 2, 0), 0);
    cycle_power(c);
    assert_int_equal(chip_loose(c, SECTOR5), 0);
}

static void break_clock(struct chip *c)
{
    silicon_conditions(c->s)->hclk_hz = 999999;
    chip_unlock(c);
    chip_program(c, SECTOR5, 0);
    cycle_power(c);
    assert_int_equal(chip_loose(c, SECTOR5), 0xFFFFFFFF);
}

static void obey_clock(struct chip *c)
{
    silicon_conditions(c->s)->hclk_hz = 1000000;
    chip_unlock(c);
    chip_program(c, SECTOR5, 0);
    cycle_power(c);
    assert_int_equal(chip_loose(c, SECTOR5), 0);
}

static void break_bits(struct chip *c)
{
    chip_unlock(c);
    chip_program(c, SECTOR5, 0x0000FFFF);
    chip_program(c, SECTOR5, 0x00FF00FF); /* no flag tells */
    assert_int_equal(chip_cell(c, SECTOR5), 0x000000FF);
}

static void obey_bits(struct chip *c)
{
    chip_unlock(c);
    chip_program(c, SECTOR5, 0x0000FFFF);
    chip_program(c, SECTOR5, 0x000000FF);
    assert_int_equal(chip_cell(c, SECTOR5), 0x000000FF);
}

/* ---- protection ------------------------------------------------------------------------ */

static void break_protected(struct chip *c)
{
    silicon_set_options(c->s, OPEN & ~(1u << 21), 0);
    chip_unlock(c);
    assert_int_equal(chip_store(c, CR_PG | CR_X32, SECTOR5, 0), SR_WRPERR);
    assert_int_equal(chip_cell(c, SECTOR5), 0xFFFFFFFF);
}

static void obey_protected(struct chip *c)
{
    silicon_set_options(c->s, OPEN & ~(1u << 21), 0);
    chip_unlock(c);
    chip_program(c, SECTOR6, 0);
}

static void break_pcrop(struct chip *c)
{
    const uint32_t secret = 0x12345678;
    silicon_poke(c->s, SECTOR5, &secret, 4);
    silicon_set_options(c->s, 0x8000AAEC | 1u << 21, 0);
    assert_int_equal(chip_get(c, SECTOR5), 0);
    assert_int_equal(chip_get(c, FLASH_SR), SR_RDERR);
}

static void obey_pcrop(struct chip *c)
{
    silicon_set_options(c->s, 0x8000AAEC | 1u << 21, 0);
    uint8_t line[16];
    unsigned wait;
    assert_int_equal(silicon_fetch(c->s, SECTOR5, line, &wait), SILICON_OK);
    (void)chip_get(c, SECTOR6);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
}

static void break_otp_locked(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X8, OTP_LOCKS + 3, 1, 0), 0);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X8, OTP + 3 * 32, 1, 0), SR_WRPERR);
    assert_int_equal(chip_get_narrow(c, OTP + 3 * 32, 1), 0xFF);
}

static void obey_otp_locked(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X8, OTP_LOCKS + 3, 1, 0), 0);
    assert_int_equal(chip_store_narrow(c, CR_PG | CR_X8, OTP + 4 * 32, 1, 0x5A), 0);
    assert_int_equal(chip_get_narrow(c, OTP + 4 * 32, 1), 0x5A);
}

/* ---- starting an erase -------------------------------------------------------------------- */

static void break_snb(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_start(c, CR_SER | CR_X32 | 8u << CR_SNB), SR_WRPERR);
    assert_int_equal(c->kinds[SILICON_EV_ERASE], 0);
}

static void obey_erase(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_start(c, ERASE5), 0);
    assert_int_equal(c->kinds[SILICON_EV_ERASE], 1);
}

static void break_erase_modes(struct chip *c)
{
    chip_unlock(c);
    assert_int_equal(chip_start(c, ERASE5 | CR_MER), 0);
    assert_int_equal(c->kinds[SILICON_EV_MASS], 1);
}

static void break_strt_empty(struct chip *c)
{
    chip_unlock(c);
    chip_put(c, FLASH_CR, CR_X32 | CR_STRT);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
    assert_int_equal(silicon_ops(c->s), 0);
}

static void break_stale_flags(struct chip *c)
{
    silicon_reg_set(c->s, SILICON_SR, SR_PGSERR);
    chip_unlock(c);
    assert_int_equal(chip_store(c, CR_PG | CR_X32, SECTOR5, 0), SR_PGSERR);
    assert_int_equal(chip_cell(c, SECTOR5), 0); /* it worked, and looks failed */
}

static void obey_stale_flags(struct chip *c)
{
    silicon_reg_set(c->s, SILICON_SR, SR_PGSERR);
    chip_unlock(c);
    chip_put(c, FLASH_SR, SR_ALL);
    chip_program(c, SECTOR5, 0);
}

static void break_swapped(struct chip *c)
{
    chip_unlock(c);
    silicon_swap(c->s, true);
    assert_int_equal(chip_start(c, CR_SER | CR_X32), 0);
    assert_int_equal(c->last[SILICON_EV_ERASE].addr, 0x08000000); /* of the die */
    assert_int_equal(silicon_wear(c->s, 0x08000000), 1);
    assert_int_equal(silicon_wear(c->s, BANK2), 0);
}

/* ---- barriers and caches ----------------------------------------------------------------------- */

static void break_sr_barrier(struct chip *c)
{
    chip_unlock(c);
    chip_put(c, FLASH_CR, CR_PG | CR_X32);
    chip_put(c, SECTOR5, 0);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
    assert_int_equal(chip_get(c, FLASH_SR), SR_BSY);
}

static void obey_sr_barrier(struct chip *c)
{
    chip_unlock(c);
    start_program(c, SECTOR5, 0);
    assert_int_equal(chip_get(c, FLASH_SR), SR_BSY);
}

static void break_stale_read(struct chip *c)
{
    chip_put(c, FLASH_ACR, ACR_DCEN);
    const uint32_t old = 0x12345678;
    silicon_poke(c->s, SECTOR5, &old, 4);
    (void)chip_get(c, SECTOR5);
    obey_erase(c);
    assert_int_equal(chip_get(c, SECTOR5), old);
    assert_int_equal(chip_cell(c, SECTOR5), 0xFFFFFFFF);
}

static void obey_stale_read(struct chip *c)
{
    chip_put(c, FLASH_ACR, ACR_DCEN);
    const uint32_t old = 0x12345678;
    silicon_poke(c->s, SECTOR5, &old, 4);
    (void)chip_get(c, SECTOR5);
    obey_erase(c);
    chip_put(c, FLASH_ACR, 0);
    chip_put(c, FLASH_ACR, ACR_DCRST);
    chip_put(c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(c, SECTOR5), 0xFFFFFFFF);
}

static void break_cache_reset(struct chip *c)
{
    chip_put(c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    chip_put(c, FLASH_ACR, ACR_DCRST | ACR_ICRST); /* too early by one store */
    assert_int_equal(chip_get(c, FLASH_ACR), 0);
}

static void obey_cache_reset(struct chip *c)
{
    chip_put(c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    chip_put(c, FLASH_ACR, 0);
    chip_put(c, FLASH_ACR, ACR_DCRST | ACR_ICRST);
    assert_int_equal(chip_get(c, FLASH_ACR), ACR_DCRST); /* ICRST cannot be read */
}

static unsigned wrong_words_while_bank_2_is_busy(struct chip *c, uint32_t acr)
{
    chip_unlock(c);
    chip_put(c, FLASH_ACR, acr);
    unsigned wrong = 0;
    for (uint32_t i = 0; i < 40; i++) {
        chip_put(c, FLASH_CR, CR_PG | CR_X32);
        chip_put(c, BANK2 + i * 4, i);
        silicon_drain(c->s);
        (void)chip_get(c, i * 16); /* bank 1, by its alias */
        chip_wait(c);
        for (uint32_t k = 0; k < 4; k++) {
            wrong += chip_get(c, i * 16 + k * 4) != 0xFFFFFFFF;
        }
    }
    return wrong;
}

static void break_rww_dcache(struct chip *c)
{
    assert_in_range(wrong_words_while_bank_2_is_busy(c, ACR_DCEN), 1, 39);
    assert_int_equal(c->kinds[SILICON_EV_STALL], 0); /* read-while-write it is */
}

static void obey_rww_dcache(struct chip *c)
{
    assert_int_equal(wrong_words_while_bank_2_is_busy(c, 0), 0);
}

/* ---- places and cells ---------------------------------------------------------------------------- */

static void break_absent(struct chip *c)
{
    chip_get_fails(c, 0x08080000);
    chip_put_fails(c, 0x08080000, 0);
    assert_int_equal(c->kinds[SILICON_EV_FAULT], 2);
}

static void obey_absent(struct chip *c)
{
    assert_int_equal(chip_get(c, 0x0807FFFC), 0xFFFFFFFF);
}

static void break_unstable(struct chip *c)
{
    const uint32_t bit = 1u << 9;
    silicon_unsettle(c->s, SECTOR5, &bit, 4);
    uint32_t ones = 0;
    for (int i = 0; i < 64; i++) {
        uint32_t word = chip_get(c, SECTOR5);
        assert_int_equal(word | bit, 0xFFFFFFFF);
        ones += word == 0xFFFFFFFF;
    }
    assert_in_range(ones, 16, 48);
}

static void obey_unstable(struct chip *c)
{
    const uint32_t bit = 1u << 9;
    silicon_unsettle(c->s, SECTOR5, &bit, 4);
    (void)chip_get(c, SECTOR5 + 4);
    obey_erase(c);
    assert_int_equal(chip_get(c, SECTOR5), 0xFFFFFFFF);
}

static void break_reset_busy(struct chip *c)
{
    start_erase(c);
    silicon_reset(c->s);
    assert_int_equal(chip_get(c, FLASH_SR), 0);
    assert_false(chip_blank(c, SECTOR5, 64));
}

static void obey_reset_busy(struct chip *c)
{
    start_erase(c);
    chip_wait(c);
    silicon_reset(c->s);
    assert_true(chip_blank(c, SECTOR5, 64));
}

/* ---- all of them ------------------------------------------------------------------------------------ */

static const struct {
    void (*broken)(struct chip *c);
    void (*obeyed)(struct chip *c);
    const char *part; /* NULL: any will do */
} cases[LAW_COUNT] = {
        [LAW_KEY] = {break_key, obey_key, NULL},
        [LAW_KEY_OPEN] = {break_key_open, obey_key_open, NULL},
        [LAW_KEY_DEAD] = {break_key_dead, obey_key_dead, NULL},
        [LAW_OPTKEY] = {break_optkey, obey_optkey, NULL},
        [LAW_CR_LOCKED] = {break_cr_locked, obey_cr_locked, NULL},
        [LAW_CR_BUSY] = {break_cr_busy, obey_cr_busy, NULL},
        [LAW_READ_BUSY] = {break_read_busy, obey_read_busy, NULL},
        [LAW_WRITE_BUSY] = {break_write_busy, obey_write_busy, NULL},
        [LAW_NO_PG] = {break_no_pg, obey_store, NULL},
        [LAW_WIDTH] = {break_width, obey_store, NULL},
        [LAW_ROW] = {break_row, obey_row, NULL},
        [LAW_X64_VPP] = {break_x64_vpp, obey_row, NULL},
        [LAW_SUPPLY] = {break_supply, obey_supply, NULL},
        [LAW_BITS] = {break_bits, obey_bits, NULL},
        [LAW_PROTECTED] = {break_protected, obey_protected, NULL},
        [LAW_PCROP] = {break_pcrop, obey_pcrop, NULL},
        [LAW_SNB] = {break_snb, obey_erase, NULL},
        [LAW_ERASE_MODES] = {break_erase_modes, obey_erase, NULL},
        [LAW_STRT_EMPTY] = {break_strt_empty, obey_erase, NULL},
        [LAW_STALE_FLAGS] = {break_stale_flags, obey_stale_flags, NULL},
        [LAW_SR_BARRIER] = {break_sr_barrier, obey_sr_barrier, NULL},
        [LAW_STALE_READ] = {break_stale_read, obey_stale_read, NULL},
        [LAW_CACHE_RESET] = {break_cache_reset, obey_cache_reset, NULL},
        [LAW_RWW_DCACHE] = {break_rww_dcache, obey_rww_dcache, "stm32f429zi"},
        [LAW_ABSENT] = {break_absent, obey_absent, NULL},
        [LAW_CLOCK] = {break_clock, obey_clock, NULL},
        [LAW_OTP_LOCKED] = {break_otp_locked, obey_otp_locked, NULL},
        [LAW_UNSTABLE] = {break_unstable, obey_unstable, NULL},
        [LAW_RESET_BUSY] = {break_reset_busy, obey_reset_busy, NULL},
        [LAW_SWAPPED] = {break_swapped, obey_erase, "stm32f429zi"},
};

static void open_for(struct chip *c, int law)
{
    if (cases[law].broken == NULL || cases[law].obeyed == NULL) {
        fail_msg("law %d has no test", law);
    }
    chip_open(c, cases[law].part == NULL ? "stm32f446re" : cases[law].part, NULL);
}

static void a_broken_law_is_reported_and_the_chip_goes_on(void **state)
{
    for (int law = 0; law < LAW_COUNT; law++) {
        struct chip c;
        open_for(&c, law);
        cases[law].broken(&c);
        if (c.laws[law] == 0) {
            fail_msg("law %s was broken in silence",
                    silicon_law_text((enum silicon_law)law)->name);
        }
        assert_int_equal(c.stopped, 0);
        chip_close(&c);
    }
}

static void a_broken_strict_law_stops(void **state)
{
    for (int law = 0; law < LAW_COUNT; law++) {
        struct chip c;
        open_for(&c, law);
        silicon_strict(c.s, (enum silicon_law)law, true);
        cases[law].broken(&c);
        assert_true(c.stopped >= 1);
        assert_int_equal(c.stopped, c.laws[law]);
        assert_int_equal(c.stopped_by, law);
        chip_close(&c);
    }
}

static void a_law_obeyed_is_not_mentioned(void **state)
{
    for (int law = 0; law < LAW_COUNT; law++) {
        struct chip c;
        open_for(&c, law);
        cases[law].obeyed(&c);
        if (c.laws[law] != 0) {
            fail_msg("law %s was obeyed and reported",
                    silicon_law_text((enum silicon_law)law)->name);
        }
        chip_close(&c);
    }
}

static void every_law_has_a_name_of_its_own_a_reference_and_a_rule(void **state)
{
    for (int a = 0; a < LAW_COUNT; a++) {
        const struct silicon_law_text *text = silicon_law_text((enum silicon_law)a);
        assert_in_range(strlen(text->name), 3, 16);
        assert_true(strlen(text->reference) > 5 && strlen(text->rule) > 20);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(
                    text->name, silicon_law_text((enum silicon_law)b)->name);
        }
    }
    assert_string_equal(silicon_law_text(LAW_COUNT)->name, "?");
}

/* ---- the document ------------------------------------------------------------- */

static void read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    assert_true(n < size - 1);
    (void)fclose(file);
}

static void expect_in_document(const char *document, const char *word)
{
    char quoted[64];
    (void)snprintf(quoted, sizeof(quoted), "`%s`", word);
    if (strstr(document, quoted) == NULL) {
        fail_msg("docs/silicon.md does not mention %s", quoted);
    }
}

static void the_document_names_every_law_and_every_condition(void **state)
{
    static char document[32768];
    static char header[32768];
    read_text(ETCH_SOURCE_DIR "/docs/silicon.md", document, sizeof(document));
    read_text(ETCH_SOURCE_DIR "/host/silicon/silicon.h", header, sizeof(header));
    for (int law = 0; law < LAW_COUNT; law++) {
        expect_in_document(document, silicon_law_text((enum silicon_law)law)->name);
    }
    char *at = strstr(header, "struct silicon_conditions {");
    assert_non_null(at);
    char *end = strstr(at, "\n};");
    assert_non_null(end);
    *end = '\0';
    unsigned fields = 0;
    for (char *line = strtok(at, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        /* "    type name; comment": the name is what stands before the first ';'. */
        char *semicolon = strchr(line, ';');
        if (semicolon == NULL || strchr(line, '{') != NULL) {
            continue;
        }
        *semicolon = '\0';
        expect_in_document(document, strrchr(line, ' ') + 1);
        fields++;
    }
    assert_in_range(fields, 20, 40);
}

/* Without a hook a strict breach ends the program, saying which law and who. */
static void a_strict_breach_that_nobody_handles_aborts_with_its_reason(void **state)
{
    int pipe_fd[2];
    assert_int_equal(pipe(pipe_fd), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(pipe_fd[1], STDERR_FILENO);
        struct silicon *s = silicon_new(silicon_part_find("stm32f446re"), NULL);
        silicon_strict_all(s, true);
        (void)silicon_write(s, FLASH_KEYR, 4, 0, 0);
        _exit(0);
    }
    (void)close(pipe_fd[1]);
    char text[2048] = "";
    size_t n = 0;
    ssize_t got;
    while ((got = read(pipe_fd[0], text + n, sizeof(text) - 1 - n)) > 0) {
        n += (size_t)got;
    }
    (void)close(pipe_fd[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(text, "law key broken (RM0090 3.6.1)"));
    assert_non_null(strstr(text, "takes KEY1, then KEY2"));
    assert_non_null(strstr(text, "0x40023c04"));
    assert_non_null(strstr(text, "silicon: by "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_broken_law_is_reported_and_the_chip_goes_on),
            cmocka_unit_test(a_broken_strict_law_stops),
            cmocka_unit_test(a_law_obeyed_is_not_mentioned),
            cmocka_unit_test(every_law_has_a_name_of_its_own_a_reference_and_a_rule),
            cmocka_unit_test(the_document_names_every_law_and_every_condition),
            cmocka_unit_test(a_strict_breach_that_nobody_handles_aborts_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
