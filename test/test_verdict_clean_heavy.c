/* test_verdict_clean_heavy.c - false alarms: every firmware of the tree that is
 * not wrong on purpose runs on the bench without an error or a warning.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

#define LIMIT_NS UINT64_C(4000000000)

/* The driver stores through functions that are inlined from a header. */
static void an_accessor_is_not_who_did_it(void **state)
{
    struct run r;
    const struct run_setup setup = {.firmware = "flash_waits"};
    run_firmware(&r, &setup);
    const struct finding *f = run_find(&r, "wear");
    assert_non_null(f);
    assert_non_null(f->file);
    assert_string_equal(strrchr(f->file, '.'), ".c");
    assert_null(strstr(f->function, "mmio"));
    run_close(&r);
}

/* Everything else that the tree has for the bench; what is wrong on purpose is
 * named so, or says so by a symbol. */
static bool should_pass(const char *file, char name[64])
{
    size_t len = strlen(file);
    if (len < 5 || len > 60 || strcmp(file + len - 4, ".elf") != 0) {
        return false;
    }
    (void)snprintf(name, 64, "%.*s", (int)(len - 4), file);
    return strncmp(name, "sin_", 4) != 0 && strncmp(name, "case_", 5) != 0 &&
           strcmp(name, "question") != 0;
}

static void no_other_firmware_is_accused(void **state)
{
    DIR *folder = opendir(ETCH_FIRMWARE_DIR);
    assert_non_null(folder);
    unsigned failed = 0;
    unsigned seen = 0;
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        char name[64];
        if (!should_pass(e->d_name, name)) {
            continue;
        }
        struct run r;
        struct symbols_symbol mark;
        const struct run_setup setup = {
                .firmware = name, .args = "", .limit_ns = LIMIT_NS};
        run_open(&r, &setup);
        bool for_an_f4 = r.image.n != 0 && r.image.segments[0].addr >= 0x08000000;
        if (for_an_f4 && !symbols_find(r.symbols, "wrong_on_purpose", &mark)) {
            run_go(&r, &setup);
            seen++;
            if (run_complaints(&r) != 0) {
                (void)fprintf(stderr, "== %s\n", name);
                run_print(&r);
                failed++;
            }
        }
        run_close(&r);
    }
    assert_int_equal(closedir(folder), 0);
    assert_int_equal(failed, 0);
    assert_true(seen >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(an_accessor_is_not_who_did_it),
            cmocka_unit_test(no_other_firmware_is_accused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
