/* test_verdict_cases.c - firmware that failed in the field, rebuilt: the first
 * finding is its cause, with the place that decides; none of the causes that
 * people guessed instead is named; and the mended firmware passes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

#define NOWHERE  UINT32_MAX
#define LIMIT_NS UINT64_C(4000000000) /* what a dead one does later is of no interest */

struct a_case {
    const char *firmware, *args, *part;
    /* the first finding */
    const char *code, *function;
    uint32_t address;
    int sector; /* -2: whichever */
    const char *says;
    const char *fix;   /* part of it */
    const char * not ; /* codes that would be wrong, in words */
    size_t serial;
    uint32_t optcr;
    uint64_t limit_ns;
};

#define MPU_0 "MPU region 0 (0x00000000-0x0FFFFFFF: read-only, executable)"

static const struct a_case cases[] = {
        {"case_mpu_rom_readonly", "", "stm32f446re", "mpu-refused-store", NULL,
                0x08060000, 7, MPU_0, "ScopedRomWriteLock",
                .not = "store-without-pg bits-lost write-protected stale-flags fault "
                       "lockup"},
        {"case_mpu_ram_xn", "", "stm32f446re", "ram-not-executable", "program_from_ram",
                NOWHERE, -2, "MPU region 1 (0x20000000-0x3FFFFFFF",
                "ScopedRamExecutionLock", .not = "mpu-refused-store fault lockup"},
        {"case_mpu_ram_xn", "rom-lifted", "stm32f446re", "ram-not-executable",
                "program_from_ram", NOWHERE, -2, "not executable",
                "ScopedRamExecutionLock", .not = "mpu-refused-store fault lockup"},
        {"case_ccm_no_fetch", "", "stm32f429zi", "ccm-not-executable", NULL, 0x10000000,
                -2, "CCM", "0x20000000",
                .not = "ram-not-executable vector-erased fault blank-code"},
        {"case_self_erase_code", "", "stm32f407vg", "erased-running-code", NULL,
                0x08004000, 1, "sector 1 (0x08004000-0x08007FFF), which holds ",
                "behind the image",
                .not = "erased-vectors fault blank-code lockup watchdog-reset",
                .limit_ns = LIMIT_NS / 8},
        {"case_vector_table_erased", "", "stm32f446re", "erased-vectors", NULL,
                0x08000000, 0, "VTOR 0x08000000", "behind the image",
                .not = "erased-running-code vector-erased fault blank-code lockup"},
        {"case_wrong_target_address", "word", "stm32f401re", "store-outside-flash", NULL,
                NOWHERE, -1, "which is not flash", "address of the variable",
                .not = "x64-without-vpp stale-flags fault"},
        {"case_wrong_target_address", "", "stm32f401re", "store-outside-flash", NULL,
                NOWHERE, -1, "which is not flash", "address of the variable",
                .not = "stale-flags fault"},
        {"case_x64_without_vpp", "", "stm32f411re", "x64-without-vpp", NULL, 0x08060000,
                7, "Vpp", "FLASH_TYPEPROGRAM_WORD",
                .not = "width-not-psize crosses-row store-without-pg unaligned-store"},
        {"case_unaligned_program", "", "stm32f446ze", "unaligned-store", NULL, 0x0800C001,
                3, "0x0800C001 (sector 3), which is not a multiple of 4", "by 4",
                .not = "width-not-psize crosses-row bits-lost"},
        {"case_null_store_sticky", "", "stm32f407vg", "null-pointer-store",
                "HAL_IWDG_Refresh", 0, 0, "FLASH_SR keeps 0xC0", "Initialise the pointer",
                .not = "store-without-pg width-not-psize write-protected watchdog-reset"},
        {"case_save_twice", "", "stm32f407vg", "null-pointer-store", "HAL_IWDG_Refresh",
                0, 0, "did not start what it was asked for", "clear FLASH_SR before each",
                .not = "store-without-pg width-not-psize bits-lost"},
        {"case_unlock_when_unlocked", "", "stm32f411re", "key-when-open", "driver_unlock",
                0x40023C04, -1, "since raw_unlock", "Test FLASH_CR.LOCK",
                .not = "wrong-key locked-cr fault lockup"},
        {"case_psize_mismatch", "", "stm32f407vg", "width-not-psize", "write_byte",
                0x08020000, 5,
                "stored a byte to 0x08020000 (sector 5) while FLASH_CR.PSIZE "
                "was x32 (set by raw_erase",
                "PSIZE to x8", .not = "unaligned-store store-without-pg bits-lost"},
        {"case_program_without_erase", "", "stm32f413zh", "bits-lost", NULL, 0x08160000,
                15, "programmed 0x11111111 over 0x78563412 at 0x08160000 (sector 15)",
                "Erase the sector first",
                .not = "stale-cache width-not-psize snb-invalid"},
        {"case_snb_accumulate", "", "stm32f407vg", "snb-not-cleared", "erase", 0x080E0000,
                11, "ORed sector number 10", "Clear SNB",
                .not = "bits-lost snb-invalid bank-mode"},
        {"case_db1m", "", "stm32f429ig", "bank-mode", NULL, 0x0808C000, 15,
                "0x0808C000 lies in sector 8 (128 KiB, SNB 8)", "erase sector 8",
                .not = "write-protected snb-invalid snb-not-cleared"},
        {"case_db1m", "eight", "stm32f429ig", "bank-mode", NULL, 0x08080000, 8,
                "0x08080000 lies in sector 12 (16 KiB, SNB 16)", "erase sector 12",
                .not = "write-protected snb-invalid", .optcr = 0x4FFFAAED},
        {"case_stale_dcache", "", "stm32f407vg", "stale-cache", "find_slot", 0x08004000,
                1, "the flash itself holds 0xFFFFFFFF", "DCRST",
                .not = "bits-lost only-copy-erased"},
        {"case_wwdg_during_stall", "", "stm32f407vg", "watchdog-in-stall", NULL,
                0x080E0000, 11, "early-wakeup handler is in flash",
                "Do not erase while the WWDG runs",
                .not = "watchdog-reset reset-in-operation fault"},
        {"case_uart_rx_loss", "", "stm32f407vg", "uart-overrun", NULL, 0x08004000, 1,
                "USART2 lost", "Erase before data are asked for",
                .not = "image-in-erased-sector", .serial = 6000},
        {"case_wrp_sector", "", "stm32f412re", "write-protected", NULL, 0x08040000, 6,
                "sector 6 (0x08040000-0x0805FFFF) is write-protected by option bytes "
                "(OPTCR "
                "bit 22 is 0)",
                "unlocking FLASH_CR does not touch it",
                .not = "snb-invalid locked-cr stale-flags"},
        {"case_const_folded", "", "stm32f412re", "const-folded", NULL, 0x08060000, 7,
                "'config' at 0x08060000", "volatile const",
                .not = "stale-cache bits-lost"},
        {"question", "naive", "stm32f446re", "mpu-refused-store", NULL, 0x08060000, 7,
                MPU_0, "ScopedRomWriteLock", .not = "fault lockup store-without-pg"},
        {"question", "ram", "stm32f446re", "ram-not-executable",
                "write_settings_from_ram", NOWHERE, -2, "MPU region 1",
                "ScopedRamExecutionLock", .not = "mpu-refused-store fault lockup"},
};

/* The mended firmware, and what was never broken. */
static const struct a_case clean[] = {
        {.firmware = "case_mpu_rom_readonly", .args = "clean", .part = "stm32f446re"},
        {.firmware = "case_mpu_ram_xn", .args = "clean", .part = "stm32f446re"},
        {.firmware = "case_ccm_no_fetch", .args = "clean", .part = "stm32f429zi"},
        {.firmware = "case_self_erase_code", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_vector_table_erased", .args = "clean", .part = "stm32f446re"},
        {.firmware = "case_wrong_target_address", .args = "clean", .part = "stm32f401re"},
        {.firmware = "case_x64_without_vpp", .args = "clean", .part = "stm32f411re"},
        {.firmware = "case_unaligned_program", .args = "clean", .part = "stm32f446ze"},
        {.firmware = "case_unaligned_program", .args = "bytes", .part = "stm32f446ze"},
        {.firmware = "case_null_store_sticky", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_save_twice", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_unlock_when_unlocked", .args = "clean", .part = "stm32f411re"},
        {.firmware = "case_psize_mismatch", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_program_without_erase",
                .args = "clean",
                .part = "stm32f413zh"},
        {.firmware = "case_snb_accumulate", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_db1m", .args = "clean", .part = "stm32f429ig"},
        {.firmware = "case_db1m",
                .args = "clean",
                .part = "stm32f429ig",
                .optcr = 0x4FFFAAED},
        {.firmware = "case_db1m", .args = "", .part = "stm32f429ig", .optcr = 0x4FFFAAED},
        {.firmware = "case_stale_dcache", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_wwdg_during_stall", .args = "clean", .part = "stm32f407vg"},
        {.firmware = "case_uart_rx_loss",
                .args = "clean",
                .part = "stm32f407vg",
                .serial = 6000},
        {.firmware = "case_wrp_sector", .args = "clean", .part = "stm32f412re"},
        {.firmware = "case_const_folded", .args = "clean", .part = "stm32f412re"},
        {.firmware = "case_leftover_ser", .args = "", .part = "stm32f407vg"},
        {.firmware = "question", .args = "lifted", .part = "stm32f446re"},
};

enum {
    CASES = sizeof(cases) / sizeof(cases[0]),
    CLEAN = sizeof(clean) / sizeof(clean[0])
};

static bool in_words(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

/* NULL: the verdict is what it should be. */
static const char *wrong(const struct a_case *c, const struct run *r)
{
    const struct finding *f = r->findings;
    if (r->n == 0 || strcmp(f->code, c->code) != 0) {
        return "another first finding";
    }
    if (c->function != NULL &&
            (f->function == NULL || strcmp(f->function, c->function) != 0)) {
        return "another function";
    }
    if (c->address != NOWHERE && (!f->has_address || f->address != c->address)) {
        return "another address";
    }
    if (c->sector != -2 && f->sector != c->sector) {
        return "another sector";
    }
    if (strstr(f->text, c->says) == NULL || strstr(f->fix, c->fix) == NULL) {
        return "text or fix do not say so";
    }
    for (size_t i = 0; i < r->n; i++) {
        if (in_words(c->not, r->findings[i].code)) {
            return "a wrong cause is named as well";
        }
    }
    return NULL;
}

static void judge_one(const struct a_case *c, bool is_clean, unsigned *failed)
{
    struct run r;
    const struct run_setup setup = {.firmware = c->firmware,
            .part = c->part,
            .args = c->args,
            .serial = c->serial,
            .optcr = c->optcr,
            .limit_ns = c->limit_ns != 0 ? c->limit_ns : LIMIT_NS};
    run_firmware(&r, &setup);
    const char *why = is_clean ? NULL : wrong(c, &r);
    if (is_clean && run_complaints(&r) != 0) {
        why = "the clean twin is accused";
    } else if (is_clean && (r.how != BOARD_LEFT || board_exit_code(r.board) != 0)) {
        why = "the clean twin did not get through";
    }
    if (why != NULL) {
        (void)fprintf(stderr, "== %s %s: %s\n", c->firmware, c->args, why);
        run_print(&r);
        (*failed)++;
    }
    run_close(&r);
}

static void the_first_finding_is_the_cause(void **state)
{
    unsigned failed = 0;
    for (size_t i = 0; i < CASES; i++) {
        judge_one(&cases[i], false, &failed);
    }
    assert_int_equal(failed, 0);
}

static void mended_firmware_gets_no_error_and_no_warning(void **state)
{
    unsigned failed = 0;
    for (size_t i = 0; i < CLEAN; i++) {
        judge_one(&clean[i], true, &failed);
    }
    assert_int_equal(failed, 0);
}

/* The framework may have set the MPU before the first instruction, too. */
static void a_mpu_set_from_outside_is_named_all_the_same(void **state)
{
    struct run r;
    const struct run_setup setup = {
            .firmware = "question", .args = "naive", .mpu = BOARD_MPU_MBED};
    run_firmware(&r, &setup);
    const struct finding *f = r.findings;
    if (r.n == 0 || strcmp(f->code, "mpu-refused-store") != 0 ||
            strstr(f->text, MPU_0) == NULL || strstr(f->text, "Mbed OS") == NULL) {
        run_print(&r);
        fail();
    }
    assert_true(f->line > 0);
    assert_non_null(strstr(f->file, "hal_flash.c"));
    run_close(&r);
}

int main(int argc, char *argv[])
{
    /* One by name, with all that is found: test_verdict_cases FIRMWARE ARGS. */
    for (size_t i = 0; i < CASES && argc > 2; i++) {
        if (strcmp(cases[i].firmware, argv[1]) == 0 &&
                strcmp(cases[i].args, argv[2]) == 0) {
            struct run r;
            const struct run_setup setup = {.firmware = cases[i].firmware,
                    .part = cases[i].part,
                    .args = cases[i].args,
                    .serial = cases[i].serial,
                    .optcr = cases[i].optcr};
            run_firmware(&r, &setup);
            run_print(&r);
            run_close(&r);
            return 0;
        }
    }
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_first_finding_is_the_cause),
            cmocka_unit_test(mended_firmware_gets_no_error_and_no_warning),
            cmocka_unit_test(a_mpu_set_from_outside_is_named_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
