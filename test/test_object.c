/* test_object.c - what an object was declared to be, read from the debugging
 * information (test/firmware/sins/sin_folded.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/symbols.h"

#include <string.h>

#include "support/cm.h"

#define ELF_PATH ETCH_FIRMWARE_DIR "/sin_folded.elf"

static struct symbols *s;

static int open_symbols(void **state)
{
    char why[FILE_WHY] = "";
    s = symbols_open(ELF_PATH, why);
    return s == NULL;
}

static int close_symbols(void **state)
{
    symbols_close(s);
    return 0;
}

static uint32_t address(const char *name)
{
    struct symbols_symbol found;
    if (!symbols_find(s, name, &found)) {
        fail_msg("no symbol %s", name);
    }
    return found.addr;
}

static void const_without_volatile_may_be_folded(void **state)
{
    assert_true(symbols_constant(s, address("folded")));
}

static void volatile_is_read_each_time(void **state)
{
    assert_false(symbols_constant(s, address("read_each_time")));
}

static void a_variable_is_no_constant(void **state)
{
    assert_false(symbols_constant(s, address("uwTick")));
    assert_false(symbols_constant(s, address("label"))); /* points to one */
}

static void a_static_table_in_a_function_is_one(void **state)
{
    struct symbols_symbol found;
    bool seen = false;
    for (size_t i = 0; symbols_nth(s, i, &found); i++) {
        if (!found.code && strncmp(found.name, "sins", 4) == 0) {
            seen = true;
            assert_true(symbols_constant(s, found.addr));
        }
    }
    assert_true(seen);
}

static void where_no_object_begins_nothing_is_known(void **state)
{
    assert_false(symbols_constant(s, address("folded") + 1));
    assert_false(symbols_constant(s, address("main")));
    assert_false(symbols_constant(s, 0x08070000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(const_without_volatile_may_be_folded),
            cmocka_unit_test(volatile_is_read_each_time),
            cmocka_unit_test(a_variable_is_no_constant),
            cmocka_unit_test(a_static_table_in_a_function_is_one),
            cmocka_unit_test(where_no_object_begins_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, open_symbols, close_symbols);
}
