/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include "support/cm.h"

static void the_low_byte_comes_first(void **state)
{
    uint8_t at[4] = {0};
    etch_put32(at, 0x89ABCDEFu);
    const uint8_t want[4] = {0xEF, 0xCD, 0xAB, 0x89};
    assert_memory_equal(at, want, 4);
    etch_put16(at, 0x0102u);
    assert_int_equal(at[0], 0x02);
    assert_int_equal(at[1], 0x01);
}

static void get_returns_what_put_stored(void **state)
{
    static const uint32_t values[] = {0, 1, 0x80u, 0x8000u, 0x80000000u, 0xFFFFFFFFu};
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        uint8_t at[4];
        etch_put32(at, values[i]);
        assert_int_equal(etch_get32(at), values[i]);
        etch_put16(at, (uint16_t)values[i]);
        assert_int_equal(etch_get16(at), (uint16_t)values[i]);
    }
}

static void any_alignment_will_do_and_neighbours_stay(void **state)
{
    uint8_t at[8] = {0xAA, 0, 0, 0, 0, 0xBB, 0, 0};
    etch_put32(at + 1, 0xFFFFFFFFu);
    assert_int_equal(etch_get32(at + 1), 0xFFFFFFFFu);
    assert_int_equal(at[0], 0xAA);
    assert_int_equal(at[5], 0xBB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_low_byte_comes_first),
            cmocka_unit_test(get_returns_what_put_stored),
            cmocka_unit_test(any_alignment_will_do_and_neighbours_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
