/* test_places.c - addresses into words, and the chain of calls, on a firmware
 * that was built for it (test/firmware/chain.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/symbols.h"

#include <stdio.h>
#include <string.h>

#include "support/cm.h"

#define ELF_PATH ETCH_FIRMWARE_DIR "/chain.elf"
#define SOURCE   ETCH_SOURCE_DIR "/test/firmware/chain.c"

static struct symbols *s;

static int open_symbols(void **state)
{
    char why[FILE_WHY] = "";
    s = symbols_open(ELF_PATH, why);
    if (s == NULL) {
        (void)fprintf(stderr, "%s\n", why);
    }
    return s == NULL;
}

static int close_symbols(void **state)
{
    symbols_close(s);
    return 0;
}

/* The line of the source that says "mark: " and word. */
static unsigned mark(const char *word)
{
    char text[200];
    char want[64];
    unsigned line = 0;
    FILE *from = fopen(SOURCE, "r");
    assert_non_null(from);
    (void)snprintf(want, sizeof want, "mark: %s ", word);
    while (fgets(text, sizeof text, from) != NULL) {
        line++;
        if (strstr(text, want) != NULL) {
            (void)fclose(from);
            return line;
        }
    }
    (void)fclose(from);
    fail_msg("no mark %s", word);
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

static void is_in(const struct symbols_place *place, const char *function, unsigned line)
{
    assert_string_equal(place->function, function);
    assert_string_equal(strrchr(place->file, '/'), "/chain.c");
    assert_int_equal(place->line, line);
}

/* ---- names ------------------------------------------------------------------------ */

static void symbols_are_found_by_name(void **state)
{
    struct symbols_symbol found;
    assert_true(symbols_has_names(s));
    assert_true(symbols_find(s, "leaf", &found));
    assert_true(found.code && found.global && found.size > 0);
    assert_int_equal(found.addr % 2, 0);
    assert_int_equal(found.addr >> 24, 0x08);
    assert_true(symbols_find(s, "table", &found));
    assert_false(found.code);
    assert_int_equal(found.size, 12);
    assert_true(symbols_find(s, "hidden", &found));
    assert_false(found.global);
    assert_int_equal(found.addr >> 24, 0x20);
    assert_true(symbols_find(s, "image_end", &found));
    assert_false(symbols_find(s, "no_such_thing", &found));
}

static void an_address_is_in_the_smallest_thing_around_it(void **state)
{
    struct symbols_symbol found;
    assert_true(symbols_holding(s, address("table") + 11, &found));
    assert_string_equal(found.name, "table");
    assert_true(symbols_holding(s, address("sink") + 8, &found));
    assert_string_equal(found.name, "sink");
    assert_false(symbols_holding(s, 0x40000000, &found));
    assert_false(symbols_holding(s, 0, &found));
}

static void of_many_names_the_strong_one_is_told(void **state)
{
    struct symbols_symbol found;
    assert_int_equal(address("NMI_Handler"), address("Default_Handler"));
    assert_true(symbols_holding(s, address("NMI_Handler"), &found));
    assert_string_equal(found.name, "Default_Handler");
}

static void all_symbols_come_by_address(void **state)
{
    struct symbols_symbol found;
    uint32_t last = 0;
    size_t n = 0;
    for (; symbols_nth(s, n, &found); n++) {
        assert_true(found.addr >= last);
        assert_true(found.name[0] != '\0' && found.name[0] != '$');
        last = found.addr;
    }
    assert_true(n > 20);
}

static void bytes_are_where_the_program_sees_them(void **state)
{
    uint32_t word = 0;
    assert_int_equal(symbols_bytes(s, address("hidden"), &word, 4), 4);
    assert_int_equal(word, 5);
    assert_int_equal(symbols_bytes(s, address("table") + 4, &word, 4), 4);
    assert_int_equal(word, 2);
    assert_int_equal(symbols_bytes(s, address("sink"), &word, 4), 0);
}

/* ---- places --------------------------------------------------------------------------- */

static void an_instruction_has_function_file_and_line(void **state)
{
    struct symbols_place places[4];
    assert_true(symbols_has_lines(s));
    assert_int_equal(symbols_at(s, address("here_leaf"), places, 4), 1);
    is_in(&places[0], "leaf", mark("leaf"));
    assert_false(places[0].inlined);
    /* Thumb code is called at odd addresses. */
    assert_int_equal(symbols_at(s, address("here_leaf") | 1, places, 4), 1);
    is_in(&places[0], "leaf", mark("leaf"));
}

static void what_was_inlined_is_told_with_who_called_it(void **state)
{
    struct symbols_place places[4];
    assert_int_equal(symbols_at(s, address("here_inlined"), places, 4), 2);
    is_in(&places[0], "inlined", mark("inlined"));
    assert_true(places[0].inlined);
    is_in(&places[1], "middle", mark("calls inlined"));
    assert_false(places[1].inlined);
    assert_int_equal(symbols_at(s, address("here_inlined"), places, 1), 1);
    is_in(&places[0], "inlined", mark("inlined"));
}

static void code_in_ram_has_its_name(void **state)
{
    struct symbols_place places[4];
    assert_int_equal(address("here_ram") >> 24, 0x20);
    assert_int_equal(symbols_at(s, address("here_ram"), places, 4), 1);
    assert_string_equal(places[0].function, "from_ram");
}

static void sources_are_listed(void **state)
{
    bool chain = false;
    bool startup = false;
    const char *name;
    for (size_t i = 0; (name = symbols_source(s, i)) != NULL; i++) {
        chain = chain || strstr(name, "/chain.c") != NULL;
        startup = startup || strstr(name, "/startup.c") != NULL;
    }
    assert_true(chain && startup);
}

static void assembly_has_at_least_its_name(void **state)
{
    struct symbols_place places[4];
    assert_int_equal(symbols_at(s, address("Default_Handler"), places, 4), 1);
    assert_string_equal(places[0].function, "Default_Handler");
}

static void nothing_is_known_of_nowhere(void **state)
{
    struct symbols_place places[4];
    assert_int_equal(symbols_at(s, 0x40023C00, places, 4), 0);
    assert_int_equal(symbols_at(s, 0xFFFFFFFF, places, 4), 0);
    assert_int_equal(symbols_at(s, 0, places, 4), 0);
}

static void a_place_fits_a_sentence(void **state)
{
    char text[80];
    char want[80];
    (void)snprintf(want, sizeof want, "leaf chain.c:%u", mark("leaf"));
    assert_string_equal(symbols_text(s, address("here_leaf"), text, sizeof text), want);
    assert_string_equal(symbols_text(s, 0x40023C00, text, sizeof text), "0x40023C00");
    assert_string_equal(symbols_text(NULL, 0x08000000, text, sizeof text), "0x08000000");
}

static void what_is_no_elf_names_nothing(void **state)
{
    char why[FILE_WHY];
    assert_null(symbols_open(SOURCE, why));
    assert_non_null(strstr(why, "not an ELF"));
    assert_null(symbols_open("/none.elf", why));
    assert_non_null(strstr(why, "/none.elf: No such file"));
    symbols_close(NULL);
}

/* ---- exception frames ------------------------------------------------------------------ */

enum { STACK = 0x20001000, WORDS = 64 };

static uint32_t stack[WORDS];

static bool read_stack(void *ctx, uint32_t addr, void *data, size_t len)
{
    if (addr < STACK || addr + len > STACK + sizeof stack) {
        return false;
    }
    memcpy(data, (uint8_t *)stack + (addr - STACK), len);
    return true;
}

static void put_frame(uint32_t xpsr)
{
    const uint32_t frame[8] = {10, 11, 12, 13, 22, 0x08000201, 0x08000100, xpsr};
    memcpy(stack + 2, frame, sizeof frame);
}

static struct symbols_regs entered(void)
{
    struct symbols_regs regs = {.xpsr = 14, .msp = STACK + 8, .psp = STACK + 8};
    regs.r[4] = 4;
    regs.r[13] = STACK + 8;
    return regs;
}

static void an_exception_entry_is_undone(void **state)
{
    struct symbols_regs regs = entered();
    put_frame(0x01000000);
    assert_true(symbols_interrupted(&regs, 0xFFFFFFF9, read_stack, NULL));
    assert_int_equal(regs.r[3], 13);
    assert_int_equal(regs.r[4], 4);
    assert_int_equal(regs.r[12], 22);
    assert_int_equal(regs.r[14], 0x08000201);
    assert_int_equal(regs.r[15], 0x08000100);
    assert_int_equal(regs.xpsr, 0x01000000);
    assert_int_equal(regs.r[13], STACK + 8 + 32);
    assert_int_equal(regs.msp, STACK + 8 + 32);
}

static void padding_and_floating_point_belong_to_the_frame(void **state)
{
    struct symbols_regs regs = entered();
    put_frame(0x01000200);
    assert_true(symbols_interrupted(&regs, 0xFFFFFFF9, read_stack, NULL));
    assert_int_equal(regs.r[13], STACK + 8 + 36);
    regs = entered();
    assert_true(symbols_interrupted(&regs, 0xFFFFFFE9, read_stack, NULL));
    assert_int_equal(regs.r[13], STACK + 8 + 4 * 26 + 4);
}

static void a_task_has_its_own_stack(void **state)
{
    struct symbols_regs regs = entered();
    put_frame(0x01000000);
    regs.r[13] = regs.msp = 0x20002000;
    assert_true(symbols_interrupted(&regs, 0xFFFFFFFD, read_stack, NULL));
    assert_int_equal(regs.r[13], STACK + 8 + 32);
    assert_int_equal(regs.psp, STACK + 8 + 32);
    assert_int_equal(regs.msp, 0x20002000);
}

static void no_exception_is_left_by_another_value_or_without_its_frame(void **state)
{
    static const uint32_t none[] = {0, 0x08000101, 0xFFFFFFFF, 0xFFFFFFF5, 0xFFFFFEF9};
    struct symbols_regs regs = entered();
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(symbols_interrupted(&regs, none[i], read_stack, NULL));
    }
    regs.r[13] = STACK + sizeof stack - 28;
    assert_false(symbols_interrupted(&regs, 0xFFFFFFF9, read_stack, NULL));
    assert_int_equal(regs.r[4], 4);
    assert_int_equal(regs.xpsr, 14);
}

/* ---- chains --------------------------------------------------------------------------------- */

/* Where the call of callee in caller returns to. */
static uint32_t behind_call(const char *caller, const char *callee)
{
    struct symbols_symbol from;
    uint32_t to = address(callee);
    assert_true(symbols_find(s, caller, &from));
    for (uint32_t at = from.addr; at < from.addr + from.size; at += 2) {
        uint16_t half[2];
        if (symbols_bytes(s, at, half, 4) != 4 || (half[0] & 0xF800) != 0xF000 ||
                (half[1] & 0xD000) != 0xD000) {
            continue;
        }
        /* BL, encoding T1, for a target within 1 MiB or so: J1 = J2 = not S. */
        int32_t off = (int32_t)((half[0] & 0x3FFu) << 12 | (half[1] & 0x7FFu) << 1);
        off -= (half[0] & 0x400) != 0 ? 1 << 22 : 0;
        if (at + 4 + (uint32_t)off == to) {
            return at + 4;
        }
    }
    fail_msg("%s does not call %s", caller, callee);
    return 0;
}

static size_t unwind(const struct symbols_regs *regs, struct symbols_call *calls)
{
    return symbols_unwind(s, regs, read_stack, NULL, calls);
}

static void is_call(const struct symbols_call *call, enum symbols_how how,
        const char *function, unsigned line)
{
    struct symbols_place places[1];
    assert_int_equal(call->how, how);
    assert_int_equal(symbols_at(s, call->pc, places, 1), 1);
    is_in(&places[0], function, line);
}

static void a_leaf_was_called_by_its_link_register(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_regs regs = {.xpsr = 0x01000000, .msp = STACK, .psp = STACK};
    memset(stack, 0, sizeof stack);
    regs.r[13] = STACK;
    regs.r[14] = behind_call("middle", "leaf") | 1;
    regs.r[15] = address("here_leaf");
    assert_true(unwind(&regs, calls) >= 2);
    is_call(&calls[0], SYMBOLS_HERE, "leaf", mark("leaf"));
    is_call(&calls[1], SYMBOLS_CALLED, "middle", mark("calls leaf"));
}

/* A fetch was refused: where the processor is, there is no code. */
static void a_jump_to_nowhere_came_from_the_link_register(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_regs regs = {.xpsr = 0x01000000, .msp = STACK, .psp = STACK};
    memset(stack, 0, sizeof stack);
    regs.r[13] = STACK + sizeof stack - 8;
    regs.r[14] = behind_call("main", "outer") | 1;
    regs.r[15] = 0x60000000;
    assert_int_equal(unwind(&regs, calls), 2);
    assert_int_equal(calls[0].pc, 0x60000000);
    is_call(&calls[1], SYMBOLS_LINKED, "main", mark("calls outer"));
}

/* Neither place nor link register say anything: the stack may. */
static void the_stack_is_searched_last(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_regs regs = {.xpsr = 0x01000000, .msp = STACK, .psp = STACK};
    memset(stack, 0, sizeof stack);
    stack[1] = address("table") | 1;
    stack[2] = address("leaf") | 1;           /* code, but behind no call */
    stack[3] = behind_call("middle", "leaf"); /* even: no return address */
    stack[5] = behind_call("outer", "middle") | 1;
    regs.r[13] = STACK;
    regs.r[14] = 0x12345678;
    regs.r[15] = 0x60000000;
    assert_true(unwind(&regs, calls) >= 2);
    is_call(&calls[1], SYMBOLS_SCANNED, "outer", mark("calls middle"));
}

static void a_handler_was_entered_from_somewhere(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_regs regs = entered();
    memset(stack, 0, sizeof stack);
    put_frame(0x01000000);
    stack[2 + 6] = address("here_leaf");
    stack[2 + 5] = behind_call("middle", "leaf") | 1;
    regs.r[14] = 0xFFFFFFF9;
    regs.r[15] = address("PendSV_Handler");
    assert_true(unwind(&regs, calls) >= 3);
    assert_int_equal(calls[0].pc, address("PendSV_Handler"));
    is_call(&calls[1], SYMBOLS_EXCEPTION, "leaf", mark("leaf"));
    assert_int_equal(calls[1].exception, 14);
    is_call(&calls[2], SYMBOLS_CALLED, "middle", mark("calls leaf"));
}

/* Whatever is on the stack, the chain ends. */
static void rubbish_ends_the_chain(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    uint32_t random = 1;
    for (int round = 0; round < 300; round++) {
        struct symbols_regs regs = {.msp = STACK, .psp = STACK + 8};
        for (size_t i = 0; i < WORDS; i++) {
            random = random * 1664525 + 1013904223;
            stack[i] = (random >> 28) == 0   ? 0xFFFFFFE0 | (random >> 16 & 0x1F)
                       : (random >> 30) == 1 ? (behind_call("outer", "middle") | 1)
                                             : (address("outer") + (random >> 16 & 0x3F));
        }
        regs.r[13] = STACK + (random >> 12 & 0x1C);
        regs.r[14] = stack[3];
        regs.r[15] = stack[4];
        regs.xpsr = random >> 20 & 0xF;
        size_t n = unwind(&regs, calls);
        assert_true(n >= 1 && n <= SYMBOLS_CALLS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(symbols_are_found_by_name),
            cmocka_unit_test(an_address_is_in_the_smallest_thing_around_it),
            cmocka_unit_test(of_many_names_the_strong_one_is_told),
            cmocka_unit_test(all_symbols_come_by_address),
            cmocka_unit_test(bytes_are_where_the_program_sees_them),
            cmocka_unit_test(an_instruction_has_function_file_and_line),
            cmocka_unit_test(what_was_inlined_is_told_with_who_called_it),
            cmocka_unit_test(code_in_ram_has_its_name),
            cmocka_unit_test(sources_are_listed),
            cmocka_unit_test(assembly_has_at_least_its_name),
            cmocka_unit_test(nothing_is_known_of_nowhere),
            cmocka_unit_test(a_place_fits_a_sentence),
            cmocka_unit_test(what_is_no_elf_names_nothing),
            cmocka_unit_test(an_exception_entry_is_undone),
            cmocka_unit_test(padding_and_floating_point_belong_to_the_frame),
            cmocka_unit_test(a_task_has_its_own_stack),
            cmocka_unit_test(no_exception_is_left_by_another_value_or_without_its_frame),
            cmocka_unit_test(a_leaf_was_called_by_its_link_register),
            cmocka_unit_test(a_jump_to_nowhere_came_from_the_link_register),
            cmocka_unit_test(the_stack_is_searched_last),
            cmocka_unit_test(a_handler_was_entered_from_somewhere),
            cmocka_unit_test(rubbish_ends_the_chain),
    };
    return cmocka_run_group_tests(tests, open_symbols, close_symbols);
}
