/* test_oracle_heavy.c - the processor against QEMU, encoding by encoding.
 *
 *   test_oracle_heavy [--seed N] [--blocks N] [--coverage] [--json FILE]
 *
 * Without options: the tests. --coverage: how often each encoding was compared.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "oracle/oracle.h"
#include "oracle/rows.h"
#include "support/cm.h"

#define HARNESS ETCH_FIRMWARE_DIR "/oracle.elf"

enum { BLOCKS = 30000, RUNS = 8, INSTRUCTIONS_LEAST = 2000000, TIMES_LEAST = 100 };

static void every_encoding_leaves_what_it_leaves_in_qemu(void **state)
{
    const struct oracle_config config = {.harness = HARNESS,
            .seed = 1,
            .blocks = BLOCKS,
            .runs = RUNS,
            .report = stderr};
    struct oracle_result result;
    oracle_run(&config, &result);
    if (result.failed != NULL) {
        fail_msg("%s", result.failed);
    }
    assert_int_equal(result.differences, 0);
    assert_int_equal(result.cases, (uint64_t)BLOCKS * RUNS);
    assert_true(result.instructions >= INSTRUCTIONS_LEAST);
    for (size_t i = 0; i < row_count; i++) {
        if (result.times[i] < TIMES_LEAST) {
            fail_msg(
                    "%s: compared %" PRIu64 " times only", rows[i].name, result.times[i]);
        }
    }
    oracle_free(&result);
}

static void a_wrong_bit_is_found_and_its_instruction_named(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *report = open_memstream(&text, &len);
    assert_non_null(report);
    const struct oracle_config config = {.harness = HARNESS,
            .seed = 2,
            .blocks = 300,
            .runs = 2,
            .report = report,
            .spoiled = "SMLAD"};
    struct oracle_result result;
    oracle_run(&config, &result);
    assert_int_equal(fclose(report), 0);
    assert_null(result.failed);
    assert_true(result.differences > 0);
    assert_non_null(strstr(text, "(SMLAD)"));
    oracle_free(&result);
    free(text);
}

static void a_harness_that_is_not_there_is_said_to_be(void **state)
{
    const struct oracle_config config = {
            .harness = "/nowhere.elf", .seed = 1, .blocks = 1, .runs = 1};
    struct oracle_result result;
    oracle_run(&config, &result);
    assert_non_null(result.failed);
    oracle_free(&result);
}

/* ---- by hand ------------------------------------------------------------------------- */

static bool write_json(const char *path, const struct oracle_result *r)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) {
        return false;
    }
    (void)fprintf(f,
            "{\"sim.oracle_instructions\": %" PRIu64
            ", \"sim.oracle_differences\": %" PRIu64 "}\n",
            r->instructions, r->differences);
    return fclose(f) == 0;
}

static int run_by_hand(
        const struct oracle_config *config, bool coverage, const char *json)
{
    struct oracle_result r;
    oracle_run(config, &r);
    for (size_t i = 0; coverage && i < row_count; i++) {
        (void)printf("%8" PRIu64 "  %s\n", r.times[i], rows[i].name);
    }
    (void)printf("%" PRIu64 " cases, %" PRIu64 " instructions, %" PRIu64
                 " differences%s%s\n",
            r.cases, r.instructions, r.differences, r.failed != NULL ? "; " : "",
            r.failed != NULL ? r.failed : "");
    bool written = json == NULL || write_json(json, &r);
    bool good = r.failed == NULL && r.differences == 0 && written;
    oracle_free(&r);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
            {"blocks", required_argument, NULL, 'b'},
            {"coverage", no_argument, NULL, 'c'}, {"json", required_argument, NULL, 'j'},
            {NULL, 0, NULL, 0}};
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_encoding_leaves_what_it_leaves_in_qemu),
            cmocka_unit_test(a_wrong_bit_is_found_and_its_instruction_named),
            cmocka_unit_test(a_harness_that_is_not_there_is_said_to_be),
    };
    struct oracle_config config = {.harness = HARNESS,
            .seed = 1,
            .blocks = BLOCKS,
            .runs = RUNS,
            .report = stderr};
    bool coverage = false;
    const char *json = NULL;
    int c;
    if (argc == 1) {
        return cmocka_run_group_tests(tests, NULL, NULL);
    }
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 's': config.seed = strtoull(optarg, NULL, 0); break;
        case 'b': config.blocks = strtoul(optarg, NULL, 0); break;
        case 'c': coverage = true; break;
        case 'j': json = optarg; break;
        default: return 2;
        }
    }
    return run_by_hand(&config, coverage, json);
}
