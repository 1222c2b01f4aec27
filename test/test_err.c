/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <string.h>

#include "support/cm.h"

enum { LAST = ETCH_E_RIGHTS };

/* Fault records on flash hold these numbers: they never change. */
static void values_are_frozen(void **state)
{
    static const enum etch_err frozen[] = {
            ETCH_OK,
            ETCH_E_RANGE,
            ETCH_E_ALIGN,
            ETCH_E_LOCKED,
            ETCH_E_PROGRAM,
            ETCH_E_VERIFY,
            ETCH_E_NOENT,
            ETCH_E_PROTECTED,
            ETCH_E_SELF,
            ETCH_E_BITS,
            ETCH_E_SUPPLY,
            ETCH_E_WATCHDOG,
            ETCH_E_TIMEOUT,
            ETCH_E_BUSY,
            ETCH_E_PART,
            ETCH_E_MPU,
            ETCH_E_NOSPACE,
            ETCH_E_TIDY,
            ETCH_E_FORMAT,
            ETCH_E_SWAPPED,
            ETCH_E_FOREIGN,
            ETCH_E_RIGHTS,
    };
    for (int i = 0; i < (int)(sizeof(frozen) / sizeof(*frozen)); i++) {
        assert_int_equal(frozen[i], -i);
    }
    assert_int_equal(LAST, -21);
}

static void every_error_has_a_name_of_its_own(void **state)
{
    for (int a = LAST; a <= 0; a++) {
        assert_string_not_equal(etch_err_name((enum etch_err)a), "unknown");
        for (int b = LAST; b < a; b++) {
            assert_string_not_equal(
                    etch_err_name((enum etch_err)a), etch_err_name((enum etch_err)b));
        }
    }
}

static void a_name_fits_a_log_line(void **state)
{
    for (int i = LAST; i <= 0; i++) {
        assert_in_range(strlen(etch_err_name((enum etch_err)i)), 2, 26);
    }
}

static void a_number_outside_the_list_is_unknown(void **state)
{
    assert_string_equal(etch_err_name((enum etch_err)(LAST - 1)), "unknown");
    assert_string_equal(etch_err_name((enum etch_err)1), "unknown");
}

static void the_name_belongs_to_its_error(void **state)
{
    assert_string_equal(etch_err_name(ETCH_OK), "ok");
    assert_string_equal(etch_err_name(ETCH_E_RANGE), "out of range");
    assert_string_equal(etch_err_name(ETCH_E_NOENT), "no such key");
    assert_string_equal(etch_err_name(ETCH_E_FORMAT), "no store");
    assert_string_equal(etch_err_name(ETCH_E_SWAPPED), "banks swapped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(values_are_frozen),
            cmocka_unit_test(every_error_has_a_name_of_its_own),
            cmocka_unit_test(a_name_fits_a_log_line),
            cmocka_unit_test(a_number_outside_the_list_is_unknown),
            cmocka_unit_test(the_name_belongs_to_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
