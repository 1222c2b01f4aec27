/* test_verdict_codes.c - the list of codes, and that docs/findings.md is it.
 *
 * `test_verdict_codes --print` writes the page anew.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "verdict/verdict.h"

#define PAGE ETCH_SOURCE_DIR "/docs/findings.md"

static void write_page(FILE *to)
{
    (void)fputs("# Findings\n"
                "\n"
                "What `etch run` can say about a firmware, by the codes that its JSON "
                "has. Codes\n"
                "are stable: a finding may get better words, never another code. An "
                "*error* makes\n"
                "the exit status 1, a *warning* only with `--strict`, a *note* never.\n"
                "\n"
                "Causes come before consequences. What a known cause explains - the hard "
                "fault\n"
                "after a wrong key, the lockup after erased vectors - is evidence of "
                "that finding\n"
                "and not one of its own. A finding that ended the program comes before "
                "all others.\n"
                "\n"
                "Two are told more strongly than the table has it once they have come "
                "true in the\n"
                "run: `rww-dcache` as an error when what was read was wrong, `wear` as "
                "a warning\n"
                "when a sector was erased more often than is guaranteed.\n"
                "\n"
                "This page is made from `host/verdict/codes_table.c` by\n"
                "`build/host/test/test_verdict_codes --print`; a test compares the two.\n"
                "\n"
                "| code | severity | what it means | see |\n"
                "|---|---|---|---|\n",
            to);
    for (size_t i = 0; i < finding_code_count; i++) {
        const struct finding_code *c = &finding_codes[i];
        (void)fprintf(to, "| `%s` | %s | %s | %s |\n", c->code,
                finding_severity_name(c->severity), c->title, c->reference);
    }
}

static void the_page_lists_every_code(void **state)
{
    static char want[32768];
    static char have[32768];
    FILE *memory = fmemopen(want, sizeof(want) - 1, "w");
    assert_non_null(memory);
    write_page(memory);
    assert_int_equal(fclose(memory), 0);
    FILE *page = fopen(PAGE, "r");
    assert_non_null(page);
    size_t len = fread(have, 1, sizeof(have) - 1, page);
    have[len] = '\0';
    assert_int_equal(fclose(page), 0);
    assert_string_equal(have, want);
}

static void codes_are_short_and_each_has_one_line(void **state)
{
    for (size_t i = 0; i < finding_code_count; i++) {
        const struct finding_code *c = &finding_codes[i];
        assert_in_range(strlen(c->code), 3, 24);
        assert_int_equal(strspn(c->code, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                strlen(c->code));
        assert_in_range(strlen(c->title), 10, 100);
        assert_in_range(strlen(c->reference), 5, 30);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(c->code, finding_codes[k].code);
        }
    }
}

static void errors_come_before_warnings_before_notes(void **state)
{
    for (size_t i = 1; i < finding_code_count; i++) {
        assert_true(finding_codes[i - 1].severity <= finding_codes[i].severity);
    }
}

/* What users, scripts and CI rely on: these never change. */
static void promised_codes_are_there(void **state)
{
    static const char *const promised[] = {"mpu-refused-store", "ram-not-executable",
            "ccm-not-executable", "erased-running-code", "erased-vectors",
            "vector-erased", "wrong-key", "key-when-open", "store-without-pg",
            "width-not-psize", "crosses-row", "unaligned-store", "null-pointer-store",
            "stale-flags", "bits-lost", "stale-cache", "write-protected", "pcrop",
            "supply-width", "x64-without-vpp", "snb-not-cleared", "snb-invalid",
            "bank-mode", "watchdog-in-stall", "timeout-cannot-fire", "stall", "irq-late",
            "uart-overrun", "left-unlocked", "options-touched", "image-in-erased-sector",
            "const-folded", "only-copy-erased", "wear", "lockup"};
    for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
        bool found = false;
        for (size_t k = 0; k < finding_code_count; k++) {
            found = found || strcmp(finding_codes[k].code, promised[i]) == 0;
        }
        if (!found) {
            fail_msg("%s is gone", promised[i]);
        }
    }
}

int main(int argc, char *argv[])
{
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        write_page(stdout);
        return 0;
    }
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_page_lists_every_code),
            cmocka_unit_test(codes_are_short_and_each_has_one_line),
            cmocka_unit_test(errors_come_before_warnings_before_notes),
            cmocka_unit_test(promised_codes_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
