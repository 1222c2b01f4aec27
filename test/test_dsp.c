/* test_dsp.c - the DSP instructions where they are easily got wrong: flags,
 * borders, halves. That all of them are right is for the oracle to say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/dsp.h"

#include "support/cm.h"

static uint32_t parallel(
        enum dsp_kind kind, enum dsp_lanes lanes, uint32_t n, uint32_t m, unsigned *ge)
{
    *ge = 0x55;
    return dsp_parallel(kind, lanes, n, m, ge);
}

static void lanes_wrap_saturate_or_halve(void **state)
{
    const uint32_t n = 0x7FFF8000, m = 0x0001FFFF; /* 32767, -32768 and 1, -1 */
    unsigned ge;
    assert_int_equal(parallel(DSP_S, DSP_ADD16, n, m, &ge), 0x80007FFF);
    assert_int_equal(parallel(DSP_Q, DSP_ADD16, n, m, &ge), 0x7FFF8000);
    assert_int_equal(parallel(DSP_SH, DSP_ADD16, n, m, &ge), 0x4000BFFF);
    assert_int_equal(parallel(DSP_U, DSP_ADD16, n, m, &ge), 0x80007FFF);
    assert_int_equal(parallel(DSP_UQ, DSP_ADD16, n, m, &ge), 0x8000FFFF);
    assert_int_equal(parallel(DSP_UH, DSP_ADD16, n, m, &ge), 0x4000BFFF);
    assert_int_equal(parallel(DSP_S, DSP_SUB8, 0x807F0001, 0x01FF0002, &ge), 0x7F8000FF);
    assert_int_equal(parallel(DSP_Q, DSP_SUB8, 0x807F0001, 0x01FF0002, &ge), 0x807F00FF);
    assert_int_equal(parallel(DSP_UQ, DSP_SUB8, 0x807F0001, 0x01FF0002, &ge), 0x7F000000);
    assert_int_equal(parallel(DSP_UH, DSP_SUB8, 0x807F0001, 0x01FF0002, &ge), 0x3FC000FF);
}

static void the_exchanging_forms_add_and_subtract_where_their_names_say(void **state)
{
    const uint32_t n = 0x00100020, m = 0x00030004;
    unsigned ge;
    assert_int_equal(parallel(DSP_S, DSP_ASX, n, m, &ge), 0x0014001D);
    assert_int_equal(parallel(DSP_S, DSP_SAX, n, m, &ge), 0x000C0023);
    assert_int_equal(parallel(DSP_UH, DSP_ASX, n, m, &ge), 0x000A000E);
}

static void ge_is_the_sign_of_signed_and_the_carry_of_unsigned_lanes(void **state)
{
    unsigned ge;
    (void)parallel(DSP_S, DSP_ADD8, 0x807F0001, 0x80010000, &ge);
    assert_int_equal(ge, 7); /* -256, 128, 0, 1: exact, not what is left of it */
    (void)parallel(DSP_U, DSP_ADD8, 0xFF7F0001, 0x01010000, &ge);
    assert_int_equal(ge, 8);
    (void)parallel(DSP_U, DSP_SUB16, 0x00010001, 0x00010002, &ge);
    assert_int_equal(ge, 0xC);
    (void)parallel(DSP_U, DSP_SAX, 0x0001FFFF, 0x00010002, &ge);
    assert_int_equal(ge, 3); /* 1 - 2 borrows, FFFF + 1 carries */
    (void)parallel(DSP_U, DSP_ASX, 0xFFFF0001, 0x00010001, &ge);
    assert_int_equal(ge, 0xF);
    for (enum dsp_kind kind = DSP_Q; kind <= DSP_SH; kind++) {
        (void)parallel(kind, DSP_ADD16, 0, 0, &ge);
        assert_int_equal(ge, 0x55);
    }
    (void)parallel(DSP_UQ, DSP_ADD16, 0, 0, &ge);
    assert_int_equal(ge, 0x55);
    assert_int_equal(dsp_sel(0x11223344, 0xAABBCCDD, 5), 0xAA22CC44);
}

static void saturation_tells_and_never_takes_back(void **state)
{
    bool q = false;
    assert_int_equal(dsp_ssat(127, 8, &q), 127);
    assert_int_equal(dsp_ssat(0xFFFFFF80, 8, &q), 0xFFFFFF80);
    assert_int_equal(dsp_ssat(0x80000000, 32, &q), 0x80000000);
    assert_int_equal(dsp_usat(31, 5, &q), 31);
    assert_int_equal(dsp_usat(0, 0, &q), 0);
    assert_int_equal(dsp_ssat16(0x007FFF80, 8, &q), 0x007FFF80);
    assert_int_equal(dsp_qdadd(0, 0x3FFFFFFF, &q), 0x7FFFFFFE);
    assert_false(q);

    assert_int_equal(dsp_ssat(128, 8, &q), 127);
    assert_true(q);
    assert_int_equal(dsp_ssat(1, 2, &q), 1);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_usat(0xFFFFFFFF, 31, &q), 0);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_ssat16(0x7FFF8000, 1, &q), 0x0000FFFF);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_usat16(0xFFFF0100, 8, &q), 0x000000FF);
    assert_true(q);
}

static void doubling_saturates_before_the_sum_does(void **state)
{
    bool q = false;
    assert_int_equal(dsp_qdadd(0xFFFFFFFF, 0x40000000, &q), 0x7FFFFFFE);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_qdsub(1, 0x40000000, &q), 0x80000002);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_qsub(1, 2, &q), 0xFFFFFFFF);
    assert_false(q);
    assert_int_equal(dsp_qsub(0x80000000, 1, &q), 0x80000000);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_qadd(0x7FFFFFFF, 1, &q), 0x7FFFFFFF);
    assert_true(q);
}

static void accumulation_overflows_into_q_and_wraps(void **state)
{
    const uint32_t low = 0x80008000; /* -32768, twice */
    bool q = false;
    assert_int_equal(dsp_smlad(0xFFFFFFFF, low, low, false, &q), 0x7FFFFFFF);
    assert_false(q);
    assert_int_equal(dsp_smlad(0, low, low, false, &q), 0x80000000);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_smlaxy(0x7FFFFFFF, 1, 1, 0, &q), 0x80000000);
    assert_true(q);
    q = false;
    assert_int_equal(dsp_smlawy(0x7FFFFFFF, 0x10000, 0x10000, true, &q), 0x80000000);
    assert_true(q);
    q = false;
    assert_int_equal(
            dsp_smlsd(0x80000000, 0x00010000, 0x00010000, false, &q), 0x7FFFFFFF);
    assert_true(q);
}

static void halves_are_taken_where_the_name_says(void **state)
{
    const uint32_t n = 0x00020003, m = 0x00050007;
    bool q = false;
    assert_int_equal(dsp_smulxy(n, m, 0), 21);
    assert_int_equal(dsp_smulxy(n, m, 1), 15);
    assert_int_equal(dsp_smulxy(n, m, 2), 14);
    assert_int_equal(dsp_smulxy(n, m, 3), 10);
    assert_int_equal(dsp_smlalxy(UINT64_C(0xFFFFFFFF), n, m, 3), UINT64_C(0x100000009));
    assert_int_equal(dsp_smlad(1, n, m, false, &q), 32);
    assert_int_equal(dsp_smlad(1, n, m, true, &q), 30);
    assert_int_equal(dsp_smlsd(0, n, m, false, &q), 11);
    assert_int_equal(dsp_smlsd(0, n, m, true, &q), 1);
    assert_int_equal(dsp_smlald(UINT64_MAX, n, m, false), 30);
    assert_int_equal(dsp_smlsld(0, 0x00020000, 0x00050000, false), (uint64_t)-10);
    assert_int_equal(dsp_smlawy(0, 0xFFFFFFFF, 1, false, &q), 0xFFFFFFFF);
    assert_false(q);
}

static void most_significant_words_round_to_the_nearest(void **state)
{
    assert_int_equal(dsp_smmla(1, 0x40000000, 2, false), 1);
    assert_int_equal(dsp_smmla(1, 0x40000000, 2, true), 2);
    assert_int_equal(dsp_smmls(1, 1, 1, false), 0);
    assert_int_equal(dsp_smmls(1, 1, 1, true), 1);
    assert_int_equal(dsp_smmls(0, 0x80000000, 0x80000000, false), 0xC0000000);
    assert_int_equal(
            dsp_umaal(UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX), UINT64_MAX);
}

static void bytes_are_summed_and_extended(void **state)
{
    assert_int_equal(dsp_usada8(5, 0xFF000102, 0x00FF0201), 5 + 255 + 255 + 1 + 1);
    assert_int_equal(dsp_sxtab16(0x00010001, 0x12801280), 0xFF81FF81);
    assert_int_equal(dsp_uxtab16(0x0001FFFF, 0x12801201), 0x00810000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(lanes_wrap_saturate_or_halve),
            cmocka_unit_test(the_exchanging_forms_add_and_subtract_where_their_names_say),
            cmocka_unit_test(ge_is_the_sign_of_signed_and_the_carry_of_unsigned_lanes),
            cmocka_unit_test(saturation_tells_and_never_takes_back),
            cmocka_unit_test(doubling_saturates_before_the_sum_does),
            cmocka_unit_test(accumulation_overflows_into_q_and_wraps),
            cmocka_unit_test(halves_are_taken_where_the_name_says),
            cmocka_unit_test(most_significant_words_round_to_the_nearest),
            cmocka_unit_test(bytes_are_summed_and_extended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
