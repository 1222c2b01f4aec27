/* test_verdict_events.c - the rules one by one, on events made by hand: what is
 * a finding, what is only evidence of another, and in which order they come.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

enum {
    KEYR = 0x40023C04,
    CR = 0x40023C10,
    SECTOR5 = 0x08020000,
    SECTOR6 = 0x08040000,
    SECTOR7 = 0x08060000,
    PC = 0x08000400
};
#define UNLOCKED 0u

static struct board *b;
static struct verdict *v;
static uint64_t ns, cycle;

static void open_with(const char *part, const struct file *image)
{
    const struct board_config config = {.part = silicon_part_find(part)};
    b = board_new(&config);
    assert_non_null(b);
    board_reset(b, BOARD_RESET_POWER);
    v = verdict_new(b, image, NULL);
    assert_non_null(v);
    core_reg_set(board_core(b), CORE_SP, 0x20010000); /* a stack, and far from all else */
    ns = 1 * MS;
    cycle = 16000;
}

static int open(void **state)
{
    open_with("stm32f446re", NULL);
    return 0;
}

static int close(void **state)
{
    board_free(b);
    verdict_free(v);
    return 0;
}

/* ---- events -------------------------------------------------------------------- */

static void tell(struct board_event ev)
{
    ev.ns = ns;
    ev.cycle = cycle;
    ev.pc = ev.pc != 0 ? ev.pc : PC;
    verdict_event(v, &ev);
    cycle += 4;
}

static void flash(struct silicon_event ev)
{
    ev.caller = ev.caller != 0 ? ev.caller : PC;
    tell((struct board_event){.kind = BOARD_EV_FLASH, .flash = &ev});
}

static void breach(enum silicon_law law, uint32_t addr, unsigned width, uint32_t value)
{
    flash((struct silicon_event){.kind = SILICON_EV_BREACH,
            .law = law,
            .addr = addr,
            .width = (uint8_t)width,
            .value = value,
            .sector = -1});
}

static void flags(uint32_t before, uint32_t after, uint32_t addr, unsigned width)
{
    flash((struct silicon_event){.kind = SILICON_EV_FLAGS,
            .addr = addr,
            .before = before,
            .value = after,
            .width = (uint8_t)width,
            .sector = -1});
}

static void program(uint32_t addr, uint32_t before, uint32_t value)
{
    flash((struct silicon_event){.kind = SILICON_EV_PROGRAM,
            .addr = addr,
            .width = 4,
            .size = 4,
            .before = before,
            .value = value,
            .ns = 16000,
            .sector = (int8_t)silicon_sector_at(board_silicon(b), addr)->number});
}

static void done(void)
{
    flash((struct silicon_event){.kind = SILICON_EV_DONE, .sector = -1});
}

static void erase(uint32_t addr, uint64_t takes)
{
    const struct silicon_sector *s = silicon_sector_at(board_silicon(b), addr);
    flash((struct silicon_event){.kind = SILICON_EV_ERASE,
            .addr = s->addr,
            .size = s->size,
            .sector = (int8_t)s->number,
            .ns = takes});
}

static void stall(uint64_t takes)
{
    flash((struct silicon_event){
            .kind = SILICON_EV_STALL, .addr = PC, .ns = takes, .sector = -1});
    ns += takes;
}

static void fault(struct core_fault f)
{
    f.region = f.region != 0 ? f.region : -1;
    const struct core_says says = {.kind = CORE_SAYS_FAULT, .pc = f.pc, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says, .pc = f.pc});
}

static void lockup(struct core_fault f)
{
    const struct core_says says = {.kind = CORE_SAYS_LOCKUP, .pc = f.pc, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says, .pc = f.pc});
}

static void bus_fault(void)
{
    fault((struct core_fault){.exception = CORE_BUS_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x400,
            .hfsr = 0x40000000,
            .pc = PC,
            .access = CORE_STORE});
}

/* ---- findings ------------------------------------------------------------------- */

static size_t count(void)
{
    size_t n;
    (void)verdict_findings(v, BOARD_LEFT, &n);
    return n;
}

static const struct finding *find(const char *code)
{
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_LEFT, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(f[i].code, code) == 0) {
            return &f[i];
        }
    }
    return NULL;
}

static void assert_first(const char *code)
{
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_LEFT, &n);
    assert_true(n > 0);
    assert_string_equal(f[0].code, code);
    assert_non_null(f[0].text);
    assert_non_null(f[0].fix);
}

static void assert_only(const char *code)
{
    assert_first(code);
    assert_int_equal(count(), 1);
}

static void assert_says(const char *code, const char *part)
{
    const struct finding *f = find(code);
    if (f == NULL || strstr(f->text, part) == NULL) {
        fail_msg("%s does not say '%s': %s", code, part,
                f != NULL ? f->text : "not found");
    }
}

static void assert_fix(const char *code, const char *part)
{
    const struct finding *f = find(code);
    assert_non_null(f);
    assert_non_null(strstr(f->fix, part));
}

static const char *fact(const struct finding *f, const char *name)
{
    for (size_t i = 0; i < f->evidence_n; i++) {
        if (strcmp(f->evidence[i].name, name) == 0) {
            return f->evidence[i].value;
        }
    }
    fail_msg("%s has no fact '%s'", f->code, name);
    return "";
}

/* ---- keys ------------------------------------------------------------------------- */

static void nothing_happened_nothing_is_found(void **state)
{
    assert_int_equal(count(), 0);
}

static void on_no_part_is_anything_found(void **state)
{
    for (size_t i = 0; i < silicon_part_count; i++) {
        (void)close(state);
        open_with(silicon_parts[i].name, NULL);
        assert_int_equal(count(), 0);
    }
}

static void a_wrong_key_explains_the_bus_fault_after_it(void **state)
{
    breach(LAW_KEY, KEYR, 4, 0x12345678);
    bus_fault();
    assert_only("wrong-key");
    assert_says("wrong-key", "0x12345678");
    assert_string_equal(fact(find("wrong-key"), "CFSR"), "0x00000400");
}

static void a_bus_fault_long_after_the_key_has_its_own_reason(void **state)
{
    breach(LAW_KEY, KEYR, 4, 0x12345678);
    cycle += 1000;
    bus_fault();
    assert_int_equal(count(), 2);
    assert_first("fault"); /* it ended the program */
}

static void keys_after_a_wrong_one_are_no_finding_of_their_own(void **state)
{
    breach(LAW_KEY, KEYR, 4, 1);
    breach(LAW_KEY_DEAD, KEYR, 4, 0x45670123);
    bus_fault();
    breach(LAW_CR_LOCKED, CR, 4, 2);
    cycle += 10000;
    breach(LAW_KEY_DEAD, KEYR, 4, 0xCDEF89AB);
    bus_fault();
    assert_only("wrong-key");
}

static void who_left_it_open_is_named(void **state)
{
    flash((struct silicon_event){
            .kind = SILICON_EV_UNLOCK, .addr = KEYR, .sector = -1, .caller = 0x08001234});
    breach(LAW_KEY_OPEN, KEYR, 4, 0x45670123);
    assert_says("key-when-open", "since 0x08001234");
}

static void a_key_left_open_by_nobody_known_says_so(void **state)
{
    breach(LAW_KEY_OPEN, KEYR, 4, 0x45670123);
    assert_says("key-when-open", "left so by what ran before");
}

static void the_option_key_is_another_finding(void **state)
{
    breach(LAW_KEY, KEYR, 4, 1);
    breach(LAW_OPTKEY, KEYR + 4, 4, 2);
    assert_int_equal(count(), 2);
    assert_says("wrong-key", "FLASH_KEYR");
}

static void a_locked_cr_is_an_error_without_a_wrong_key(void **state)
{
    breach(LAW_CR_LOCKED, CR, 4, 2);
    assert_only("locked-cr");
    assert_says("locked-cr", "FLASH_CR");
}

static void tidying_up_behind_the_lock_loses_nothing(void **state)
{
    silicon_reg_set(board_silicon(b), SILICON_CR, 0x80000000u | 2u | 5u << 3);
    breach(LAW_CR_LOCKED, CR, 4, 0x80000000u);
    assert_int_equal(count(), 0);
}

static void unlocked_at_the_end_is_a_note(void **state)
{
    silicon_reg_set(board_silicon(b), SILICON_CR, UNLOCKED);
    assert_only("left-unlocked");
    assert_int_equal(find("left-unlocked")->severity, FINDING_NOTE);
}

/* ---- stores ------------------------------------------------------------------------ */

static void without_pg_the_width_is_not_the_reason(void **state)
{
    breach(LAW_WIDTH, SECTOR7, 4, 7);
    breach(LAW_NO_PG, SECTOR7, 4, 7);
    flags(0, 0xC0, SECTOR7, 4);
    assert_only("store-without-pg");
    assert_int_equal(find("store-without-pg")->sector, 7);
}

static void a_null_pointer_reaches_1_kib(void **state)
{
    breach(LAW_NO_PG, 0x3FC, 4, 7);
    flags(0, 0x80, 0x3FC, 4);
    assert_only("null-pointer-store");
}

static void beyond_1_kib_it_is_no_null_pointer(void **state)
{
    breach(LAW_NO_PG, 0x400, 4, 7);
    flags(0, 0x80, 0x400, 4);
    assert_only("store-without-pg");
}

static void vpp_explains_more_than_the_width(void **state)
{
    breach(LAW_X64_VPP, SECTOR7, 4, 7);
    flags(0, 0xA0, SECTOR7, 4);
    assert_only("x64-without-vpp");
}

static void an_erase_at_x64_without_vpp_is_told_too(void **state)
{
    breach(LAW_X64_VPP, CR, 4, 7);
    erase(SECTOR7, 1);
    assert_first("x64-without-vpp");
}

static void a_row_alone_is_a_row(void **state)
{
    breach(LAW_ROW, SECTOR7 + 12, 8, 7);
    flags(0, 0x20, SECTOR7 + 12, 8);
    assert_only("crosses-row");
}

static void protection_is_told_with_its_bit(void **state)
{
    silicon_set_options(board_silicon(b), 0x0FBFAAED, 0x0FFF0000); /* nWRP6 = 0 */
    breach(LAW_PROTECTED, SECTOR6 + 4, 4, 7);
    flags(0, 0x10, SECTOR6 + 4, 4);
    assert_only("write-protected");
    assert_says("write-protected", "OPTCR bit 22 is 0");
    assert_int_equal(find("write-protected")->address, SECTOR6 + 4);
}

static void a_store_to_system_memory_is_refused_by_nature(void **state)
{
    breach(LAW_PROTECTED, 0x1FFF0000, 4, 7);
    flags(0, 0x10, 0x1FFF0000, 4);
    assert_says("write-protected", "takes no stores");
}

static void bits_lost_are_told_old_wanted_got(void **state)
{
    breach(LAW_BITS, SECTOR7, 4, 0x11111111);
    program(SECTOR7, 0x78563412, 0x11111111);
    assert_only("bits-lost");
    assert_string_equal(fact(find("bits-lost"), "old"), "0x78563412");
    assert_string_equal(fact(find("bits-lost"), "wanted"), "0x11111111");
    assert_string_equal(fact(find("bits-lost"), "got"), "0x10101010");
}

static void a_sector_number_taken_for_an_snb_is_told_with_lost_bits(void **state)
{
    enum { SECTOR17 = 0x08120000, SECTOR13 = 0x08104000 };
    (void)close(state);
    open_with("stm32f429zi", NULL);
    program(SECTOR17, 0xFFFFFFFF, 0xF0);
    erase(SECTOR13, 1);
    breach(LAW_BITS, SECTOR17, 4, 0x0F);
    program(SECTOR17, 0xF0, 0x0F);
    assert_fix("bits-lost", "Erase sector 17 first: that takes SNB 21. SNB 17");
    assert_fix("bits-lost", "names sector 13");
}

static void option_bytes_have_a_way_of_their_own(void **state)
{
    breach(LAW_PROTECTED, 0x1FFFC000, 2, 0);
    flags(0, 0x10, 0x1FFFC000, 2);
    assert_fix("write-protected", "FLASH_OPTKEYR");
}

static void bits_of_another_word_are_another_story(void **state)
{
    breach(LAW_BITS, SECTOR7 + 4, 4, 0x11111111);
    program(SECTOR7, 0x78563412, 0x00000000);
    assert_int_equal(count(), 0);
}

static void clearing_bits_is_fine(void **state)
{
    program(SECTOR7, 0xFFFFFFFF, 0x1234);
    done();
    program(SECTOR7, 0x1234, 0);
    assert_int_equal(count(), 0);
}

static void the_cache_that_shows_lost_bits_is_no_other_finding(void **state)
{
    breach(LAW_BITS, SECTOR7, 4, 0x11111111);
    program(SECTOR7, 0x78563412, 0x11111111);
    breach(LAW_STALE_READ, SECTOR7, 4, 0);
    assert_only("bits-lost");
    (void)fact(find("bits-lost"), "read back");
}

static void a_repeated_finding_is_counted(void **state)
{
    for (int i = 0; i < 5; i++) {
        breach(LAW_WIDTH, SECTOR7 + 4 * (uint32_t)i, 1, 7);
        flags(0, 0x40, SECTOR7, 1);
    }
    assert_only("width-not-psize");
    assert_int_equal(find("width-not-psize")->times, 5);
    assert_int_equal(find("width-not-psize")->address, SECTOR7);
}

static void set_cr(uint32_t before, uint32_t value)
{
    flash((struct silicon_event){.kind = SILICON_EV_CR,
            .addr = CR,
            .width = 4,
            .before = before,
            .value = value,
            .sector = -1,
            .caller = PC});
}

/* str r1, [r0]: a store through a pointer. */
static void put_store(void)
{
    const uint16_t code = 0x6001;
    assert_true(board_load(b, PC, &code, sizeof(code)));
}

/* A store to SRAM by the function at pc, over `before`. */
static void leak_over(uint32_t pc, uint32_t before, uint32_t value)
{
    const uint16_t code = 0x6001;
    assert_true(board_load(b, pc, &code, sizeof(code)));
    tell((struct board_event){.kind = BOARD_EV_LEAK,
            .addr = 0x20001000,
            .width = 4,
            .value = value,
            .before = before,
            .pc = pc});
}

static void leak(void)
{
    tell((struct board_event){
            .kind = BOARD_EV_LEAK, .addr = 0x20001000, .width = 4, .value = 0xAAAAAAAA});
}

static void poll(void)
{
    tell((struct board_event){.kind = BOARD_EV_POLL});
}

static void a_mode_that_is_gone_before_strt_names_who_took_it(void **state)
{
    set_cr(0, 2 | 5 << 3);
    set_cr(2 | 5 << 3, 0);
    ns += MS;
    breach(LAW_STRT_EMPTY, CR, 4, 1u << 16);
    assert_says("strt-empty", "was gone: 0x08000400 cleared it 1 ms earlier");
}

static void a_mode_that_was_used_is_not_missed(void **state)
{
    set_cr(0, 2 | 5 << 3);
    erase(SECTOR5, 1);
    done();
    set_cr(2 | 5 << 3, 0);
    breach(LAW_STRT_EMPTY, CR, 4, 1u << 16);
    assert_says("strt-empty", "set STRT with neither SER nor MER");
}

static void what_a_busy_bank_spoilt_is_no_stale_line(void **state)
{
    breach(LAW_RWW_DCACHE, SECTOR6, 4, 0);
    assert_int_equal(find("rww-dcache")->severity, FINDING_WARNING);
    breach(LAW_STALE_READ, SECTOR6 + 8, 4, 0);
    assert_only("rww-dcache");
    assert_int_equal(find("rww-dcache")->severity, FINDING_ERROR);
    assert_says("rww-dcache", "was read from 0x08040008 (sector 6)");
    breach(LAW_STALE_READ, SECTOR6 + 16, 4, 0); /* another line */
    assert_non_null(find("stale-cache"));
}

static void what_changed_since_is_a_stale_line(void **state)
{
    breach(LAW_RWW_DCACHE, SECTOR6, 4, 0);
    ns += MS;
    program(SECTOR6, 0xFFFFFFFF, 1);
    breach(LAW_STALE_READ, SECTOR6, 4, 0);
    assert_non_null(find("stale-cache"));
    assert_int_equal(find("rww-dcache")->severity, FINDING_WARNING);
}

static void the_dma_cannot_reach_ccm(void **state)
{
    (void)close(state);
    open_with("stm32f407vg", NULL);
    tell((struct board_event){
            .kind = BOARD_EV_DMA_ERROR, .n = 8 + 3, .addr = 0x10000000});
    assert_only("dma-error");
    assert_says("dma-error", "DMA2 stream 3");
    assert_says("dma-error", "(CCM), which hangs on the processor");
    assert_fix("dma-error", "into SRAM");
}

static void pg_without_a_store_to_flash_shows_where_it_went(void **state)
{
    put_store();
    set_cr(0x200, 0x201);
    leak();
    poll();
    set_cr(0x201, 0x200);
    assert_only("store-outside-flash");
    assert_int_equal(find("store-outside-flash")->address, 0x20001000);
}

static void a_window_that_met_the_array_leaks_nothing(void **state)
{
    put_store();
    set_cr(0x200, 0x201);
    leak();
    program(SECTOR7, 0xFFFFFFFF, 1);
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

static void who_does_not_wait_has_not_programmed(void **state)
{
    put_store();
    set_cr(0x200, 0x201);
    poll(); /* before the store */
    leak();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

enum { FAR = PC + 0x400 };

static void others_keep_their_books_meanwhile(void **state)
{
    set_cr(0x200, 0x201);
    leak_over(FAR, 0, 0xAAAAAAAA);
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

static void data_over_an_address_of_flash_were_meant_for_it(void **state)
{
    set_cr(0x200, 0x201);
    leak_over(FAR, SECTOR7, 0xAAAAAAAA);
    poll();
    set_cr(0x201, 0x200);
    assert_only("store-outside-flash");
    assert_int_equal(find("store-outside-flash")->pc, FAR);
    assert_says("store-outside-flash", "held the address 0x08060000 (sector 7)");
}

static void it_is_told_before_a_store_that_is_only_near(void **state)
{
    put_store();
    set_cr(0x200, 0x201);
    leak();
    leak_over(FAR, SECTOR7, 0xAAAAAAAA);
    leak();
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(find("store-outside-flash")->pc, FAR);
}

static void an_address_that_is_noted_or_cleared_is_no_data(void **state)
{
    set_cr(0x200, 0x201);
    leak_over(PC, SECTOR6, SECTOR7);
    leak_over(FAR, SECTOR7, 0);
    leak_over(FAR, SECTOR7, 0xFFFFFFFF);
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

static void an_address_in_the_alias_or_unaligned_is_none(void **state)
{
    set_cr(0x200, 0x201);
    leak_over(FAR, 0x60000, 0xAAAAAAAA);
    leak_over(FAR, SECTOR7 + 1, 0xAAAAAAAA);
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

static void a_byte_of_an_address_is_overwritten_like_a_word(void **state)
{
    const uint32_t now = SECTOR7 + 0xAA00;
    assert_true(board_load(b, 0x20001000, &now, sizeof(now)));
    const uint16_t strb = 0x7001;
    assert_true(board_load(b, FAR, &strb, sizeof(strb)));
    set_cr(0, 1);
    tell((struct board_event){.kind = BOARD_EV_LEAK,
            .addr = 0x20001001,
            .width = 1,
            .value = 0xAA,
            .before = 0x08,
            .pc = FAR});
    poll();
    set_cr(1, 0);
    assert_says("store-outside-flash", "held the address 0x08060800 (sector 7)");
}

static void a_fault_explains_that_nothing_was_programmed(void **state)
{
    put_store();
    set_cr(0x200, 0x201);
    leak();
    bus_fault();
    poll();
    set_cr(0x201, 0x200);
    assert_only("fault");
}

static void a_refused_store_met_the_array_too(void **state)
{
    const uint16_t strb = 0x7001;
    assert_true(board_load(b, PC, &strb, sizeof(strb)));
    set_cr(0x200, 0x201);
    leak();
    breach(LAW_WIDTH, SECTOR7, 1, 7);
    flags(0, 0x40, SECTOR7, 1);
    poll();
    set_cr(0x201, 0x200);
    assert_only("width-not-psize");
}

static void saving_registers_is_no_leak(void **state)
{
    const uint16_t push = 0xB510;
    assert_true(board_load(b, PC, &push, sizeof(push)));
    set_cr(0x200, 0x201);
    leak();
    poll();
    set_cr(0x201, 0x200);
    assert_int_equal(count(), 0);
}

/* ---- flags ------------------------------------------------------------------------- */

static void stray(uint32_t caller)
{
    flash((struct silicon_event){.kind = SILICON_EV_BREACH,
            .law = LAW_NO_PG,
            .addr = 0,
            .width = 4,
            .sector = -1,
            .caller = caller});
    flash((struct silicon_event){.kind = SILICON_EV_FLAGS,
            .addr = 0,
            .value = 0xC0,
            .width = 4,
            .sector = -1,
            .caller = caller});
}

static void unlock(void)
{
    flash((struct silicon_event){.kind = SILICON_EV_UNLOCK, .addr = KEYR, .sector = -1});
}

static void lock(void)
{
    flash((struct silicon_event){.kind = SILICON_EV_LOCK, .addr = CR, .sector = -1});
}

static void clear(uint32_t before)
{
    flash((struct silicon_event){.kind = SILICON_EV_CLEARED,
            .addr = KEYR + 8,
            .before = before,
            .value = 0,
            .sector = -1,
            .caller = 0x08002000});
}

static void a_session_that_starts_nothing_took_old_flags_for_its_own(void **state)
{
    stray(0x08001000);
    ns += 5 * MS;
    unlock();
    clear(0xC0);
    lock();
    assert_first("null-pointer-store");
    assert_says("null-pointer-store", "did not start what it was asked for");
    assert_says("stale-flags", "left by 0x08001000");
    assert_says("stale-flags", "never started");
}

static void clearing_flags_and_going_on_is_hygiene(void **state)
{
    stray(0x08001000);
    ns += 5 * MS;
    unlock();
    clear(0xC0);
    program(SECTOR7, 0xFFFFFFFF, 1);
    lock();
    assert_only("null-pointer-store");
}

static void flags_of_its_own_are_not_inherited(void **state)
{
    unlock();
    ns += MS;
    breach(LAW_WIDTH, SECTOR7, 1, 7);
    flags(0, 0x40, SECTOR7, 1);
    clear(0x40);
    lock();
    assert_only("width-not-psize");
}

static void an_operation_under_old_flags_names_who_left_them(void **state)
{
    stray(0x08001000);
    silicon_reg_set(board_silicon(b), SILICON_SR, 0xC0);
    breach(LAW_STALE_FLAGS, CR, 4, 0);
    assert_says("stale-flags", "left by 0x08001000");
    assert_string_equal(find("stale-flags")->fix != NULL ? "fix" : "", "fix");
}

static void flags_from_before_are_nobodys_we_know(void **state)
{
    silicon_reg_set(board_silicon(b), SILICON_SR, 0xC0);
    breach(LAW_STALE_FLAGS, CR, 4, 0);
    assert_says("stale-flags", "left by what ran before");
}

/* ---- erases ------------------------------------------------------------------------ */

static void a_number_that_no_mode_has_is_invalid(void **state)
{
    silicon_reg_set(board_silicon(b), SILICON_CR, 2u | 12u << 3);
    breach(LAW_SNB, CR, 4, 2u | 12u << 3);
    flags(0, 0x10, CR, 4);
    assert_first("snb-invalid");
    assert_says("snb-invalid", "SNB 12");
}

static void a_protected_sector_cannot_be_erased_either(void **state)
{
    silicon_set_options(board_silicon(b), 0x0FBFAAED, 0x0FFF0000);
    silicon_reg_set(board_silicon(b), SILICON_CR, 2u | 6u << 3);
    breach(LAW_PROTECTED, CR, 4, 2u | 6u << 3);
    flags(0, 0x10, CR, 4);
    assert_first("write-protected");
    assert_int_equal(find("write-protected")->sector, 6);
    assert_says("write-protected", "an erase");
}

static void put(uint32_t addr, uint32_t value)
{
    silicon_poke(board_silicon(b), addr, &value, sizeof(value));
}

static void a_mass_erase_names_the_sector_that_stops_it(void **state)
{
    silicon_set_options(board_silicon(b), 0x0FBFAAED, 0x0FFF0000);
    silicon_reg_set(board_silicon(b), SILICON_CR, 4u);
    breach(LAW_PROTECTED, CR, 4, 4u);
    flags(0, 0x10, CR, 4);
    assert_first("write-protected");
    assert_int_equal(find("write-protected")->sector, 6);
    assert_says("write-protected", "a mass erase");
}

static void wear_counts_erases_by_sector(void **state)
{
    erase(SECTOR7, 1);
    erase(SECTOR7, 1);
    erase(SECTOR5, 1);
    assert_only("wear");
    assert_int_equal(find("wear")->sector, 7);
    assert_int_equal(find("wear")->times, 2);
    assert_string_equal(fact(find("wear"), "erases by sector"), "5: 1, 7: 2");
}

static void a_worn_out_sector_is_a_warning(void **state)
{
    erase(SECTOR7, 1);
    assert_int_equal(v->sector[7].erases, 1);
    v->sector[7].erases = 9999; /* each takes half a millisecond here */
    erase(SECTOR7, 1);
    assert_int_equal(find("wear")->severity, FINDING_NOTE);
    erase(SECTOR7, 1);
    assert_int_equal(find("wear")->severity, FINDING_WARNING);
    assert_says("wear", "erased 10001 times");
}

static void mass(uint32_t addr, uint32_t size)
{
    flash((struct silicon_event){.kind = SILICON_EV_MASS,
            .addr = addr,
            .size = size,
            .sector = -1,
            .ns = 8 * S});
}

static void an_erase_by_mer_is_told_as_one_and_as_that(void **state)
{
    mass(0x08000000, 0x80000);
    assert_first("erased-vectors");
    assert_says(
            "erased-vectors", "erased the whole flash (0x08000000-0x0807FFFF, by MER)");
    assert_fix("erased-vectors", "set SER and SNB, without MER");
    assert_int_equal(find("erased-vectors")->sector, -1);
    assert_int_equal(count(), 2); /* and wear */
}

static void the_bank_that_mer_erases_is_named(void **state)
{
    (void)close(state);
    open_with("stm32f429zi", NULL);
    put(0x08000000, 1);
    mass(0x08000000, 0x100000);
    assert_says("erased-vectors", "erased bank 1 (0x08000000-0x080FFFFF, by MER)");
}

static void options(uint32_t before, uint32_t value, uint32_t size)
{
    flash((struct silicon_event){.kind = SILICON_EV_OPTIONS,
            .addr = 0x40023C14,
            .before = before,
            .value = value,
            .size = size,
            .sector = -1,
            .ns = S});
}

static void lifting_rdp_erases_the_code_that_does_it(void **state)
{
    options(0x0FFF55EC, 0x0FFFAAEC, 0x80000);
    assert_first("erased-vectors");
    assert_says("erased-vectors",
            "lifted RDP from level 1 to 0 and so erased the whole flash");
    assert_says("erased-vectors", "0x08000400, which is running, is in it");
    assert_fix("erased-vectors", "Leave RDP at level 1");
    fault((struct core_fault){.exception = CORE_USAGE_FAULT,
            .taken = CORE_HARD_FAULT,
            .access = CORE_FETCH,
            .cfsr = 0x10000,
            .pc = PC});
    assert_null(find("blank-code"));
    assert_null(find("fault"));
}

static void levels_of_rdp_are_named(void **state)
{
    options(0x0FFFAAEC, 0x0FFF55EC, 0);
    assert_says("options-touched", "set RDP level 1 (OPTCR 0x0FFFAAEC to 0x0FFF55EC)");
    (void)close(state);
    (void)open(state);
    options(0x0FFFAAEC, 0x0FFFCCEC, 0);
    assert_says("options-touched", "set RDP level 2");
    assert_says("options-touched", "for good");
    (void)close(state);
    (void)open(state);
    options(0x0FFF55EC, 0x0FFF55E8, 0);
    assert_says("options-touched", "rewrote the option bytes (OPTCR 0x0FFF55EC");
}

static void what_is_new_in_optcr1_is_told(void **state)
{
    (void)close(state);
    open_with("stm32f429zi", NULL);
    silicon_reg_set(board_silicon(b), SILICON_OPTCR1, 0x0FFE0000);
    options(0x0FFFAAEC, 0x0FFFAAEC, 0);
    assert_says("options-touched", "(OPTCR1 nWRP 0xFFF to 0xFFE)");
}

static void the_vectors_are_found_without_an_image(void **state)
{
    erase(0x08000000, 1);
    assert_first("erased-vectors");
}

static void replace(uint64_t later)
{
    erase(SECTOR7, 1 * S);
    ns += 1 * S + later;
    program(SECTOR7, 0xFFFFFFFF, 2);
    done();
}

static void the_only_copy_is_missed_until_it_is_replaced(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    replace(1 * MS);
    assert_first("only-copy-erased");
    assert_says("only-copy-erased", "4 bytes");
    assert_says("only-copy-erased", "1 s later");
}

static void with_a_copy_elsewhere_nothing_is_missed(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    put(SECTOR6 + 400, 0xC0FFEE);
    replace(1 * MS);
    assert_only("wear");
}

static void blank_and_zero_words_are_nothing_to_lose(void **state)
{
    put(SECTOR7, 0);
    replace(1 * MS);
    assert_only("wear");
}

static void what_moved_to_another_sector_is_not_missed(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    program(SECTOR6, 0xFFFFFFFF, 0xC0FFEF); /* the counter, one on */
    done();
    replace(1 * MS);
    assert_only("wear");
}

static void what_was_written_before_it_did_not_move(void **state)
{
    program(SECTOR6, 0xFFFFFFFF, 0x106);
    done();
    ns += 1 * MS;
    program(SECTOR7, 0xFFFFFFFF, 0xC0FFEE);
    put(SECTOR7, 0xC0FFEE);
    done();
    replace(1 * MS);
    assert_first("only-copy-erased");
}

static void the_same_data_again_lose_nothing(void **state)
{
    put(SECTOR7, 2);
    replace(1 * MS);
    assert_only("wear");
}

static void a_second_window_tells_of_the_first(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    replace(1 * MS);
    put(SECTOR7, 0xC0FFEE);
    put(SECTOR7 + 4, 0xC0FFEE);
    ns += 5 * S;
    replace(1 * MS);
    assert_says("only-copy-erased", "4 bytes");
    assert_says("only-copy-erased", "1 s later");
}

static void the_window_ends_where_the_next_one_begins(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    for (int i = 0; i < 3; i++) { /* a save each time, as fast as it can be done */
        erase(SECTOR7, 189 * MS);
        ns += 189 * MS;
        program(SECTOR7, 0xFFFFFFFF, 2);
        done();
        put(SECTOR7, 2);
    }
    assert_says("only-copy-erased", "complete 189 ms later");
}

static void what_is_written_much_later_is_no_replacement(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    replace(2 * S);
    assert_only("wear");
}

static void undecided_cells_are_no_data(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    silicon_unsettle(board_silicon(b), SECTOR7, &(uint32_t){1}, 4);
    replace(1 * MS);
    assert_only("wear");
}

static void a_header_that_two_sectors_have_is_no_copy(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    put(SECTOR7 + 4, 1);
    put(SECTOR7 + 8, 0xBEEF);
    put(SECTOR7 + 12, 1);
    put(SECTOR7 + 16, 1);
    put(SECTOR6, 0xC0FFEE);
    put(SECTOR6 + 4, 1);
    replace(1 * MS);
    assert_first("only-copy-erased");
}

static void half_of_all_at_the_same_place_is_a_copy(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    put(SECTOR7 + 4, 0xBEEF);
    put(SECTOR7 + 8, 0xBEE);
    put(SECTOR6, 0xC0FFEE);
    put(SECTOR6 + 4, 0xBEEF);
    replace(1 * MS);
    assert_only("wear");
}

static void cut(void)
{
    flash((struct silicon_event){.kind = SILICON_EV_CUT, .op = 1, .sector = -1});
}

static void what_power_failed_in_is_no_data_yet(void **state)
{
    erase(SECTOR7, 1);
    program(SECTOR7, 0xFFFFFFFF, 0xC0FFEE);
    cut();
    put(SECTOR7, 0xC0FFEE);
    program(SECTOR7 + 4, 0xFFFFFFFF, 0xFF); /* the next boot settles it */
    replace(1 * MS);
    assert_only("wear");
}

static void what_is_added_after_a_cut_is_data(void **state)
{
    erase(SECTOR7, 1);
    program(SECTOR7, 0xFFFFFFFF, 0xC0FFEE);
    cut();
    ns += 2 * S;
    program(SECTOR7, 0xFFFFFFFF, 0xC0FFEE);
    put(SECTOR7, 0xC0FFEE);
    replace(1 * MS);
    assert_first("only-copy-erased");
}

static void a_cut_later_leaves_what_was_written_before_data(void **state)
{
    erase(SECTOR7, 1);
    program(SECTOR7, 0xFFFFFFFF, 0xC0FFEE);
    put(SECTOR7, 0xC0FFEE);
    ns += 2 * S;
    program(SECTOR7 + 4, 0xFFFFFFFF, 0xBEEF);
    cut();
    replace(1 * MS);
    assert_first("only-copy-erased");
}

/* ---- the image ---------------------------------------------------------------------- */

static struct file_segment segments[] = {
        {.addr = 0x08000000, .runs_at = 0x08000000, .len = 0x1000},
        {.addr = SECTOR5, .runs_at = SECTOR5, .len = 0x100},
        {.addr = SECTOR7, .runs_at = SECTOR7, .len = 16}};
static struct file_section sections[] = {{.addr = 0x08000000,
                                                 .runs_at = 0x08000000,
                                                 .len = 0x1000,
                                                 .bytes = true,
                                                 .code = true},
        {.addr = SECTOR5, .runs_at = SECTOR5, .len = 0x100, .bytes = true, .code = true},
        {.addr = SECTOR7, .runs_at = SECTOR7, .len = 16, .bytes = true}};
static const struct file image = {
        .segments = segments, .n = 3, .sections = sections, .sections_n = 3};

static int open_image(void **state)
{
    open_with("stm32f446re", &image);
    return 0;
}

static void code_of_the_image_is_an_error(void **state)
{
    erase(SECTOR5, 1);
    assert_first("image-in-erased-sector");
    assert_says("image-in-erased-sector", "256 bytes");
}

static void data_placed_by_hand_are_a_note(void **state)
{
    erase(SECTOR7, 1);
    assert_int_equal(find("image-data-erased")->severity, FINDING_NOTE);
    assert_null(find("image-in-erased-sector"));
}

static void erased_code_that_is_reached_explains_the_fault(void **state)
{
    erase(SECTOR5, 1);
    ns += S;
    fault((struct core_fault){.exception = CORE_USAGE_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x10000,
            .pc = SECTOR5 + 16,
            .access = CORE_FETCH});
    assert_first("erased-running-code");
    assert_null(find("image-in-erased-sector"));
    assert_null(find("fault"));
    assert_null(find("blank-code"));
}

static void a_program_over_the_image_is_an_error(void **state)
{
    program(0x08000100, 0x12345678, 0);
    assert_only("programmed-code");
}

static void a_null_pointer_under_pg_is_named(void **state)
{
    flash((struct silicon_event){
            .kind = SILICON_EV_PROGRAM, .addr = 4, .width = 4, .size = 4, .ns = 16000});
    assert_first("programmed-code");
    assert_says("programmed-code", "through a NULL pointer while FLASH_CR.PG was set");
    assert_fix("programmed-code", "clear PG and set LOCK");
}

static void a_program_into_its_data_is_not(void **state)
{
    program(SECTOR7, 0x12345678, 0);
    assert_int_equal(count(), 0);
}

static void a_vector_table_by_itself_is_no_data(void **state)
{
    struct file_section alone = sections[0];
    alone.code = false;
    const struct file table = {
            .segments = segments, .n = 1, .sections = &alone, .sections_n = 1};
    close(state);
    open_with("stm32f446re", &table);
    program(0x08000004, 0x12345678, 0);
    assert_only("programmed-code");
}

static void a_file_without_sections_is_all_code(void **state)
{
    const struct file hex = {.segments = segments, .n = 3};
    close(state);
    open_with("stm32f446re", &hex);
    erase(SECTOR7, 1);
    assert_first("image-in-erased-sector");
}

/* ---- time ---------------------------------------------------------------------------- */

static void overrun(void)
{
    tell((struct board_event){.kind = BOARD_EV_OVERRUN, .n = 2, .value = 'x'});
}

static void bytes_lost_during_an_erase_are_an_error(void **state)
{
    erase(SECTOR7, S);
    for (int i = 0; i < 30; i++) {
        ns += MS;
        overrun();
    }
    assert_first("uart-overrun");
    assert_int_equal(find("uart-overrun")->times, 30);
    assert_says("uart-overrun", "USART2 lost 30 received bytes within 29 ms");
}

static void a_program_is_too_short_to_lose_a_byte(void **state)
{
    program(SECTOR7, 0xFFFFFFFF, 1);
    overrun();
    assert_int_equal(count(), 0);
}

static void where_nobody_listens_the_flash_is_not_to_blame(void **state)
{
    for (int i = 0; i < 5; i++) {
        overrun();
    }
    erase(SECTOR7, S);
    for (int i = 0; i < 4; i++) {
        ns += MS;
        overrun();
    }
    assert_only("wear");
}

static void bytes_lost_otherwise_are_not_ours(void **state)
{
    overrun();
    erase(SECTOR7, S);
    ns += S;
    done();
    ns += S;
    overrun();
    assert_only("wear");
}

static void a_stall_is_a_note_from_a_millisecond_on(void **state)
{
    erase(SECTOR7, S);
    stall(MS - 1);
    assert_null(find("stall"));
    stall(2 * MS);
    assert_says(
            "stall", "for 3 ms in all, the longest time 2 ms in the erase of sector 7");
    assert_int_equal(find("stall")->severity, FINDING_NOTE);
}

static void late(int n, uint64_t by)
{
    tell((struct board_event){.kind = BOARD_EV_LATE, .n = n, .duration_ns = by});
}

static void the_latest_of_an_interrupt_counts(void **state)
{
    late(28, 50000);
    assert_int_equal(count(), 0);
    late(28, 300 * MS);
    late(28, 200 * MS);
    late(-1, 10 * MS);
    tell((struct board_event){.kind = BOARD_EV_LOST_TICK, .n = -1, .value = 9});
    assert_int_equal(count(), 2);
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_LEFT, &n);
    assert_non_null(strstr(f[0].text, "TIM2 was up to 300 ms late"));
    assert_int_equal(f[0].times, 3);
    assert_non_null(strstr(f[1].text, "SysTick was up to 10 ms late"));
    assert_non_null(strstr(f[1].text, "9 of its requests were lost"));
}

static void who_masked_interrupts_is_told_so(void **state)
{
    erase(SECTOR7, S);
    core_reg_set(board_core(b), CORE_PRIMASK, 1);
    stall(S);
    core_reg_set(board_core(b), CORE_PRIMASK, 0);
    late(-1, S);
    assert_says("irq-late", "with interrupts masked (PRIMASK)");
    assert_non_null(strstr(find("irq-late")->fix, "Do not mask"));
    stall(S / 2);
    late(28, S);
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_LEFT, &n);
    for (size_t i = 0; i < n; i++) {
        if (strstr(f[i].text, "TIM2") != NULL) {
            assert_null(strstr(f[i].text, "masked"));
        }
    }
}

static void dog(int n, uint32_t what, uint64_t period)
{
    tell((struct board_event){
            .kind = BOARD_EV_DOG, .n = n, .value = what, .duration_ns = period});
}

static void reset(enum board_reset why)
{
    tell((struct board_event){.kind = BOARD_EV_RESET, .reset = why});
}

static void a_dog_that_bites_in_an_erase_blames_the_erase(void **state)
{
    dog(1, 0, 50 * MS);
    erase(SECTOR7, S);
    ns += 50 * MS;
    reset(BOARD_RESET_WWDG);
    assert_first("watchdog-in-stall");
    assert_says("watchdog-in-stall", "50 ms into the erase of sector 7");
    assert_int_equal(find("watchdog-in-stall")->sector, 7);
}

static void where_the_processor_waits_ram_helps(void **state)
{
    dog(0, 0, 500 * MS);
    erase(SECTOR7, S);
    stall(S);
    ns -= 500 * MS;
    reset(BOARD_RESET_IWDG);
    assert_says("watchdog-in-stall", "nobody feeds it while the processor waits");
    assert_fix("watchdog-in-stall", "can take up to 4 s at x8");
    assert_fix("watchdog-in-stall", "a wait in RAM");
}

static void where_it_does_not_wait_the_loop_can_feed(void **state)
{
    dog(0, 0, 500 * MS);
    mass(0x08000000, 0x80000);
    ns += 500 * MS;
    reset(BOARD_RESET_IWDG);
    assert_says("watchdog-in-stall", "the erase of the whole flash");
    assert_says("watchdog-in-stall", "the processor did not wait for the flash");
    assert_string_equal(find("watchdog-in-stall")->fix,
            "Feed it in the loop that waits for the flash");
}

static void no_period_is_longer_than_the_erase_of_a_large_bank(void **state)
{
    (void)close(state);
    open_with("stm32f429zi", NULL);
    dog(0, 0, 5 * S);
    mass(0x08100000, 0x100000);
    stall(8 * S);
    ns -= 3 * S;
    reset(BOARD_RESET_IWDG);
    assert_fix("watchdog-in-stall", "Erase sector by sector");
    assert_fix("watchdog-in-stall", "32 s at x8");
}

static void a_dog_that_bites_elsewhere_does_not(void **state)
{
    dog(0, 0, 50 * MS);
    erase(SECTOR7, 10 * MS);
    ns += 10 * MS;
    done();
    ns += 50 * MS;
    reset(BOARD_RESET_IWDG);
    assert_non_null(find("watchdog-reset"));
    assert_null(find("watchdog-in-stall"));
}

static void a_dog_after_a_fault_is_a_consequence(void **state)
{
    dog(0, 0, 50 * MS);
    fault((struct core_fault){.exception = CORE_USAGE_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x80000,
            .pc = PC});
    ns += 50 * MS;
    reset(BOARD_RESET_IWDG);
    assert_only("fault");
}

static void a_dog_shorter_than_the_longest_erase_is_a_warning(void **state)
{
    dog(1, 0, 1900 * MS); /* 128 KiB at x8: 4 s */
    erase(SECTOR7, S);
    ns += S;
    done();
    assert_first("watchdog-margin");
    assert_says("watchdog-margin", "4 s");
}

static void a_dog_that_is_longer_is_none(void **state)
{
    dog(1, 0, 4001 * MS);
    erase(SECTOR7, S);
    ns += S;
    done();
    assert_only("wear");
}

static void the_lsi_may_be_faster_than_it_says(void **state)
{
    dog(0, 0, 5 * S); /* 3.4 s at 47 kHz */
    erase(SECTOR7, S);
    ns += S;
    done();
    assert_first("watchdog-margin");
}

static void a_dog_fed_meanwhile_has_no_margin_to_keep(void **state)
{
    dog(1, 0, 50 * MS);
    erase(SECTOR7, S);
    ns += 40 * MS;
    dog(1, 1, 50 * MS);
    done();
    assert_only("wear");
}

static void a_software_reset_in_an_erase_is_an_error(void **state)
{
    erase(SECTOR7, S);
    ns += MS;
    reset(BOARD_RESET_SOFTWARE);
    assert_first("reset-in-operation");
}

static void a_software_reset_otherwise_is_none(void **state)
{
    erase(SECTOR7, S);
    ns += S;
    done();
    reset(BOARD_RESET_SOFTWARE);
    assert_only("wear");
}

static void wait_states_at(uint32_t mv, const char *part, uint32_t latency, uint32_t mhz)
{
    (void)close(NULL);
    open_with(part, NULL);
    silicon_conditions(board_silicon(b))->vdd_mv = mv;
    silicon_reg_set(board_silicon(b), SILICON_ACR, latency);
    tell((struct board_event){.kind = BOARD_EV_CLOCK, .value = mhz * 1000000u, .pc = PC});
    silicon_reg_set(board_silicon(b), SILICON_ACR, 0);
}

static void wait_states_of(const char *part, uint32_t latency, uint32_t mhz)
{
    wait_states_at(0, part, latency, mhz);
}

static void too_few_wait_states_are_an_error(void **state)
{
    wait_states_of("stm32f446re", 0, 30);
    assert_int_equal(count(), 0);
    wait_states_of("stm32f446re", 0, 31);
    assert_says("wait-states", "HCLK is 31 MHz and FLASH_ACR.LATENCY says 0");
    wait_states_of("stm32f446re", 5, 180);
    assert_int_equal(count(), 0);
    wait_states_of("stm32f446re", 4, 180);
    assert_says("wait-states", "where it takes 5");
    wait_states_of("stm32f446re", 1, 64);
    assert_says("wait-states", "where it takes 2");
    wait_states_of("stm32f411re", 1, 64); /* that line reaches further */
    assert_int_equal(count(), 0);
    wait_states_of("stm32f411re", 1, 65);
    assert_says("wait-states", "where it takes 2");
    wait_states_of("stm32f401re", 1, 61);
    assert_says("wait-states", "where it takes 2");
}

/* RM0090 tables 11 and 12, RM0368 table 6, RM0383: the last MHz of each step. */
static void less_supply_takes_more_wait_states(void **state)
{
    static const struct {
        uint32_t mv;
        const char *part;
        uint32_t latency, mhz;
    } rows[] = {
            {2700, "stm32f405rg", 4, 150},
            {2699, "stm32f405rg", 6, 168},
            {2400, "stm32f446re", 4, 120},
            {2399, "stm32f446re", 6, 154},
            {2100, "stm32f407vg", 3, 88},
            {2099, "stm32f407vg", 7, 160},
            {1800, "stm32f429zi", 7, 160},
            {2400, "stm32f411re", 3, 96},
            {2100, "stm32f401re", 2, 54},
            {1800, "stm32f401re", 4, 80},
            {2600, "stm32f411re", 1, 48},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        wait_states_at(rows[i].mv, rows[i].part, rows[i].latency, rows[i].mhz);
        assert_int_equal(count(), 0);
        wait_states_at(rows[i].mv, rows[i].part, rows[i].latency, rows[i].mhz + 1);
        assert_says("wait-states", "wait states, where it takes");
    }
    wait_states_at(1800, "stm32f446re", 6, 150);
    assert_says("wait-states", "where it takes 7 at 1.8 V");
    assert_fix("wait-states", "LATENCY to 7");
    wait_states_at(1800, "stm32f407vg", 7, 168);
    assert_fix("wait-states", "Lower HCLK: at this supply even 7 wait states");
}

/* ---- faults --------------------------------------------------------------------------- */

static void region(int n, uint32_t rbar, uint32_t rasr)
{
    struct core *core = board_core(b);
    core_ppb_set(core, 0xE000ED98, (uint32_t)n);
    core_ppb_set(core, 0xE000ED9C, rbar);
    core_ppb_set(core, 0xE000EDA0, rasr);
    core_ppb_set(core, 0xE000ED98, 3);
}

static struct core_fault refused(enum core_access access, uint32_t addr, int n)
{
    return (struct core_fault){.exception = CORE_MEM_MANAGE,
            .taken = CORE_HARD_FAULT,
            .disabled = true,
            .cfsr = access == CORE_FETCH ? 1u : 0x82u,
            .pc = access == CORE_FETCH ? addr : PC,
            .lr = PC | 1u,
            .addr = addr,
            .addr_valid = access != CORE_FETCH,
            .access = access,
            .value = 123,
            .width = 4,
            .region = n};
}

static void the_region_is_named_after_its_sub_regions(void **state)
{
    region(1, 0, 0x13020F39); /* the upper half of the first 512 MB */
    fault(refused(CORE_STORE, SECTOR7, 1));
    assert_only("mpu-refused-store");
    assert_says("mpu-refused-store",
            "MPU region 1 (0x10000000-0x1FFFFFFF: read-write, not "
            "executable)");
    assert_says("mpu-refused-store", "stored 0x0000007B to 0x08060000 (sector 7)");
    assert_says("mpu-refused-store", "what ran before the first instruction");
    assert_string_equal(fact(find("mpu-refused-store"), "exception"),
            "MemManage, taken as HardFault: it is not enabled in SHCSR");
    assert_int_equal(core_ppb(board_core(b), 0xE000ED98), 3); /* nobody was there */
}

static void without_pg_a_refused_store_is_a_stray(void **state)
{
    region(0, 0, 0x0602F039);
    silicon_reg_set(board_silicon(b), SILICON_CR, 0x80000000u);
    struct core_fault f = refused(CORE_STORE, SECTOR7, 0);
    const struct core_says says = {.kind = CORE_SAYS_FAULT, .pc = PC, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says});
    assert_non_null(strstr(find("mpu-refused-store")->fix, "stray"));
    assert_null(strstr(find("mpu-refused-store")->fix, "Scoped"));
}

static void a_span_in_pieces_is_told_in_pieces(void **state)
{
    const struct region r = {0, 0x130BF53F};
    assert_string_equal(
            verdict_region_span(v, r), "0x20000000-0x3FFFFFFF and 0x60000000-0x7FFFFFFF");
    const struct region small = {0x20008000, 0x0600FF09}; /* 32 bytes have no eighths */
    assert_string_equal(verdict_region_span(v, small), "0x20008000-0x2000801F");
    const struct region none = {0x20008000, 0x00000003}; /* SIZE 1 is reserved */
    assert_string_equal(verdict_region_span(v, none),
            "0x20008000-0x2000801F, as its RASR.SIZE, 1, is reserved and 4 the least");
}

static void ppb(uint32_t addr, uint32_t value, uint32_t pc)
{
    const struct core_says says = {
            .kind = CORE_SAYS_PPB, .pc = pc, .addr = addr, .value = value};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says, .pc = pc});
}

static void who_wrote_a_region_is_who_gave_it_its_rights(void **state)
{
    region(2, 0x08000000, 0x06020027);
    ppb(0xE000ED9C, 0x08000012, 0x08001000); /* RBAR selects region 2 */
    ppb(0xE000EDA0, 0x06020027, 0x08001004);
    ppb(0xE000EDA0, 0x06020026, 0x08002000); /* a lock lifts it ... */
    ppb(0xE000EDA0, 0x06020027, 0x08002004); /* ... and puts it back */
    fault(refused(CORE_STORE, 0x08004000, 2));
    assert_says("mpu-refused-store", "set by 0x08001004");
}

static void mbed_is_known_by_its_first_region(void **state)
{
    region(0, 0, 0x0602F039);
    assert_int_equal(verdict_framework(v), FRAMEWORK_MBED);
    region(0, 0, 0x0602F038); /* lifted, and still its own */
    assert_int_equal(verdict_framework(v), FRAMEWORK_MBED);
}

static void zephyr_freertos_riot_and_cubemx_are_known_too(void **state)
{
    assert_int_equal(verdict_framework(v), FRAMEWORK_NONE);
    region(0, 0, 0x1004873F);
    assert_int_equal(verdict_framework(v), FRAMEWORK_CUBEMX);
    region(0, 0x08000000, 0x07020025);
    assert_int_equal(verdict_framework(v), FRAMEWORK_ZEPHYR);
    region(0, 0, 0);
    region(5, 0x08000000, 0x06020025);
    region(6, 0x08000000, 0x05020021);
    assert_int_equal(verdict_framework(v), FRAMEWORK_FREERTOS_MPU);
    region(5, 0, 0);
    region(6, 0, 0);
    region(1, 0x20000000, 0x16000009);
    assert_int_equal(verdict_framework(v), FRAMEWORK_RIOT);
}

static void a_task_of_an_older_freertos_is_told_to_have_a_region(void **state)
{
    region(0, 0x08000000, 0x06030029);
    region(1, 0x08000000, 0x0503001D);
    region(2, 0x20000000, 0x0103001D);
    region(3, 0x40000000, 0x03000039); /* no system executes its peripherals */
    assert_int_equal(verdict_framework(v), FRAMEWORK_NONE);
    region(3, 0x40000000, 0x13000039);
    assert_int_equal(verdict_framework(v), FRAMEWORK_FREERTOS_MPU_10);
    struct silicon *s = board_silicon(b);
    (void)silicon_write(s, KEYR, 4, 0x45670123, 0);
    (void)silicon_write(s, KEYR, 4, 0xCDEF89AB, 0);
    (void)silicon_write(s, CR, 4, 0x201, 0); /* somebody programs */
    struct core_fault f = refused(CORE_STORE, SECTOR7, 0);
    const struct core_says says = {.kind = CORE_SAYS_FAULT, .pc = PC, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says});
    assert_says("mpu-refused-store", "as in FreeRTOS-MPU");
    assert_non_null(strstr(find("mpu-refused-store")->fix, "portMPU_REGION_READ_WRITE"));
}

static void a_null_pointer_is_not_told_to_lift_the_lock(void **state)
{
    region(0, 0, 0x0602F039);
    struct core_fault f = refused(CORE_STORE, 0x10, 0);
    const struct core_says says = {.kind = CORE_SAYS_FAULT, .pc = PC, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says});
    assert_only("null-pointer-store");
    assert_null(strstr(find("null-pointer-store")->fix, "Scoped"));
}

static void execution_in_ram_is_another_fault(void **state)
{
    region(1, 0, 0x130BF53F);
    fault(refused(CORE_FETCH, 0x20000040, 1));
    assert_only("ram-not-executable");
    assert_int_equal(find("ram-not-executable")->address, 0x20000040);
}

static void ccm_is_told_whatever_the_mpu_says(void **state)
{
    close(state);
    open_with("stm32f407vg", NULL);
    fault(refused(CORE_FETCH, 0x10000000, -1));
    assert_only("ccm-not-executable");
}

static void where_there_is_no_ccm_it_is_not_blamed(void **state)
{
    fault(refused(CORE_FETCH, 0x10000000, -1));
    assert_only("not-executable");
}

/* At the first fetch after an entry, LR being what the entry left. */
static void fetch_of_vector(uint32_t target, uint32_t lr)
{
    struct core_fault f = refused(CORE_FETCH, target, -1);
    f.lr = lr;
    fault(f);
}

static void an_erased_vector_has_its_signature(void **state)
{
    core_reg_set(board_core(b), CORE_XPSR, 0x0100000F);
    fetch_of_vector(0xFFFFFFFE, 0xFFFFFFF9);
    assert_only("vector-erased");
    assert_says("vector-erased", "The vector of SysTick, at 0x0800003C (sector 0), read");
}

static void the_resets_vector_is_the_second_word(void **state)
{
    fetch_of_vector(0xFFFFFFFE, 0xFFFFFFFF);
    assert_says("vector-erased", "The vector of Reset, at 0x08000004 (sector 0), read");
    assert_int_equal(find("vector-erased")->address, 0x08000004);
}

static void a_call_of_all_ones_is_no_vector(void **state)
{
    fault(refused(CORE_FETCH, 0xFFFFFFFE, -1)); /* from PC, as LR says */
    assert_only("not-executable");
    assert_says("not-executable", "0x08000400 jumped to 0xFFFFFFFF");
}

static void a_vector_that_is_there_led_nowhere_itself(void **state)
{
    const uint32_t vector = 0x08000401;
    assert_true(board_load(b, 0x0800003C, &vector, sizeof(vector)));
    core_reg_set(board_core(b), CORE_XPSR, 0x0100000F);
    fetch_of_vector(0xFFFFFFFE, 0xFFFFFFF9);
    assert_only("not-executable");
    assert_says("not-executable", "The handler of SysTick jumped to 0xFFFFFFFF");
}

static void what_else_a_vector_leads_to_is_told_by_it(void **state)
{
    const uint32_t vector = 0x40001001;
    assert_true(board_load(b, 0x0800003C, &vector, sizeof(vector)));
    core_reg_set(board_core(b), CORE_XPSR, 0x0100000F);
    fetch_of_vector(0x40001000, 0xFFFFFFF9);
    assert_only("not-executable");
    assert_says("not-executable", "The vector of SysTick, at 0x0800003C (sector 0), led");
    assert_fix("not-executable", "VTOR");
}

/* The fault that a vector is not there has no vector either. */
static void a_table_that_is_not_there_is_told_once(void **state)
{
    const struct core_fault of[] = {{.addr = 0x2C}, {.addr = 0x0C}};
    core_ppb_set(board_core(b), 0xE000ED08, 0x18040000);
    for (size_t i = 0; i < 2; i++) {
        struct core_fault f = of[i];
        f.exception = CORE_HARD_FAULT;
        f.taken = CORE_HARD_FAULT;
        f.hfsr = 2;
        f.pc = PC;
        f.addr += 0x18040000;
        f.access = CORE_VECTOR;
        fault(f);
    }
    assert_only("fault");
    assert_says("fault", "The vector of SVCall could not be read at 0x1804002C");
    assert_int_equal(find("fault")->times, 1);
    assert_string_equal(fact(find("fault"), "then"),
            "the vector of HardFault could not be read either");
}

static void a_vector_that_was_erased_here_is_a_consequence(void **state)
{
    erase(0x08000000, 1);
    fetch_of_vector(0xFFFFFFFE, 0xFFFFFFFF);
    lockup((struct core_fault){.exception = CORE_HARD_FAULT, .pc = 0xFFFFFFFE});
    assert_first("erased-vectors");
    assert_null(find("vector-erased"));
    assert_null(find("lockup"));
    assert_string_equal(fact(find("erased-vectors"), "then"), "the processor locked up");
}

static void a_lockup_alone_is_a_finding(void **state)
{
    lockup((struct core_fault){.exception = CORE_HARD_FAULT, .pc = PC});
    assert_only("lockup");
}

static void stacking_that_fails_is_a_stack_overflow(void **state)
{
    fault((struct core_fault){.exception = CORE_MEM_MANAGE,
            .taken = CORE_MEM_MANAGE,
            .cfsr = 0x10,
            .pc = PC,
            .addr = 0x20000000,
            .access = CORE_STACK});
    assert_only("stack-overflow");
}

static struct core_fault frame_at(uint32_t addr)
{
    return (struct core_fault){.exception = CORE_BUS_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x1000,
            .pc = PC,
            .addr = addr,
            .access = CORE_STACK};
}

static void a_stack_that_is_nowhere_needs_no_room(void **state)
{
    core_reg_set(board_core(b), CORE_CONTROL, 2);
    fault(frame_at(0xFFFFFFE0)); /* below a PSP that is 0 */
    assert_only("stack-overflow");
    assert_says("stack-overflow", "SP was wrong before");
    assert_fix("stack-overflow", "MSR PSP");
}

static void a_stack_below_its_memory_needs_room(void **state)
{
    fault(frame_at(0x1FFFF000));
    assert_fix("stack-overflow", "more room");
}

/* However long ago the finding was that the fault is a consequence of. */
static void the_frame_of_a_fault_is_that_faults(void **state)
{
    erase(0x08000000, 1);
    ns += S;
    fetch_of_vector(0xFFFFFFFE, 0xFFFFFFFF);
    ns += 100;
    fault(frame_at(0xFFFFFFD8));
    assert_first("erased-vectors");
    assert_null(find("stack-overflow"));
}

/* ---- stacks that end -------------------------------------------------------------- */

enum { PUSH = 0xB4F0, STR_R1 = 0x6008 };

static void instruction(uint16_t op)
{
    assert_true(board_load(b, PC, &op, sizeof(op)));
}

static void sp_is(uint32_t sp)
{
    core_reg_set(board_core(b), CORE_SP, sp);
}

/* 1 KiB at most under memory that is open. */
static void guarded(uint32_t addr, uint32_t size_field)
{
    region(0, addr, 1u << 28 | size_field << 1 | 1u);
    core_ppb_set(board_core(b), 0xE000ED94, 5); /* the MPU is on, with PRIVDEFENA */
}

static struct core_fault refused_at(uint32_t addr)
{
    struct core_fault f = refused(CORE_STORE, addr, 0);
    f.privileged = true;
    return f;
}

static void refused_by_first(uint32_t addr)
{
    struct core_fault f = refused_at(addr);
    const struct core_says says = {.kind = CORE_SAYS_FAULT, .pc = PC, .fault = &f};
    tell((struct board_event){.kind = BOARD_EV_CORE, .core = &says});
}

static void a_push_into_a_guard_is_a_stack_overflow(void **state)
{
    guarded(0x20000100, 4);
    instruction(PUSH);
    sp_is(0x20000120);
    refused_by_first(0x20000110);
    assert_only("stack-overflow");
    assert_fix("stack-overflow", "the MPU did its job");
}

static void a_store_near_sp_is_one_if_sp_is_closed_too(void **state)
{
    guarded(0x20000100, 4);
    instruction(STR_R1);
    sp_is(0x20000104);
    refused_by_first(0x20000110);
    assert_only("stack-overflow");
}

/* An array on the stack that is written past its end, up into another's guard. */
static void a_guard_above_sp_is_another_stacks(void **state)
{
    guarded(0x20000100, 4);
    instruction(STR_R1);
    sp_is(0x200000E0);
    refused_by_first(0x20000100);
    assert_only("fault");
    assert_fix("fault", "If not, correct the address");
}

static void a_pointer_elsewhere_is_no_stack(void **state)
{
    guarded(0x20000100, 4);
    instruction(STR_R1);
    refused_by_first(0x20000100);
    assert_only("fault");
    assert_fix("fault", "Correct the address");
}

/* All of the RAM is closed: then the region is wrong, and no guard. */
static void what_closes_the_whole_stack_is_no_guard(void **state)
{
    guarded(0x20000000, 16);
    instruction(PUSH);
    sp_is(0x20010000);
    refused_by_first(0x2000FFF0);
    assert_only("fault");
}

static void a_late_bus_error_below_ram_is_a_stack_overflow(void **state)
{
    instruction(PUSH);
    sp_is(0x1FFFFF20);
    fault((struct core_fault){.exception = CORE_BUS_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x400,
            .pc = PC,
            .addr = 0x1FFFFF20,
            .width = 4,
            .access = CORE_STORE});
    assert_only("stack-overflow");
    assert_says("stack-overflow", "run out of its memory");
}

static void a_stack_in_flash_is_no_null_pointer(void **state)
{
    sp_is(0x20);
    breach(LAW_NO_PG, 0x20, 4, 5);
    flags(0, 0x80, 0x20, 4);
    assert_only("stack-overflow");
    assert_says("stack-overflow", "in flash, SP being 0x00000020");
}

/* ---- who led there ------------------------------------------------------------------ */

static struct core_fault led(uint32_t cfsr, uint32_t target, uint32_t by)
{
    struct core_fault f = refused(CORE_FETCH, target, -1);
    f.exception = cfsr > 0xFFFF ? CORE_USAGE_FAULT : CORE_MEM_MANAGE;
    f.cfsr = cfsr;
    f.by = by;
    return f;
}

enum { MMU_FETCH = 1, INVSTATE = 0x20000, INVPC = 0x40000 };

static void the_branch_that_the_core_saw_is_named_not_lr(void **state)
{
    static const struct {
        uint16_t op[2];
        const char *verb;
    } ways[] = {{{0x4718, 0}, "jumped to"}, {{0x4798, 0}, "called"},
            {{0x4770, 0}, "returned to"}, {{0x46F7, 0}, "returned to"},
            {{0x469F, 0}, "jumped to"}, {{0xBD10, 0}, "returned to"},
            {{0xE8BD, 0x8010}, "returned to"}, {{0xF85D, 0xFB04}, "returned to"},
            {{0xF8D3, 0xF000}, "jumped to"}, {{0xF000, 0xF800}, "called"}};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        char says[64];
        uint32_t target = 0x40001000u + 2 * (uint32_t)i;
        assert_true(board_load(b, 0x08000600, ways[i].op, sizeof(ways[i].op)));
        (void)snprintf(says, sizeof(says), "0x08000600 %s 0x", ways[i].verb);
        fault(led(MMU_FETCH, target, 0x08000600));
        assert_says("not-executable", says);
        assert_int_equal(find("not-executable")->pc, 0x08000600);
        close(state);
        open_with("stm32f446re", NULL);
    }
}

static void a_return_to_nowhere_is_no_pointer(void **state)
{
    const uint16_t pop = 0xBD10;
    const uint32_t word = 0x41414141;
    assert_true(board_load(b, 0x08000600, &pop, sizeof(pop)));
    assert_true(board_load(b, 0x20001000, &word, sizeof(word)));
    sp_is(0x20001004);
    fault(led(MMU_FETCH, 0x41414140, 0x08000600));
    assert_says(
            "not-executable", "from its stack, at 0x20001000 (SRAM1), for its return");
    assert_fix("not-executable", "overwrote the return address");
}

static void what_lr_held_is_not_looked_for_on_the_stack(void **state)
{
    const uint16_t bx_lr = 0x4770;
    assert_true(board_load(b, 0x08000600, &bx_lr, sizeof(bx_lr)));
    fault(led(MMU_FETCH, 0x41414140, 0x08000600));
    assert_says("not-executable", "it took that from LR");
    assert_fix("not-executable", "what changed LR");
}

static void address_0_is_a_null_function_pointer(void **state)
{
    const uint16_t blx = 0x4798;
    assert_true(board_load(b, 0x08000600, &blx, sizeof(blx)));
    fault(led(INVSTATE, 0, 0x08000600));
    assert_only("fault");
    assert_says("fault", "0x08000600 called address 0: a NULL function pointer");
}

static struct core_fault returned(uint32_t cfsr, uint32_t exc_return, uint32_t frame)
{
    struct core_fault f = led(cfsr, PC, 0x08000600);
    f.back = exc_return;
    f.frame = frame;
    return f;
}

static void a_frame_that_is_none_names_its_stack(void **state)
{
    fault(returned(INVSTATE, 0xFFFFFFFD, 0));
    assert_only("fault");
    assert_says("fault", "EXC_RETURN 0xFFFFFFFD, but 0x00000000 (an alias of flash");
    assert_says("fault", "where PSP pointed");
    assert_says("fault", "has no Thumb bit");
    assert_fix("fault", "Set PSP");
    assert_int_equal(find("fault")->address, 0);
}

static void a_frame_in_ram_was_built_or_overwritten(void **state)
{
    fault(returned(INVSTATE, 0xFFFFFFF9, 0x20001000));
    assert_says("fault", "0x20001000 (SRAM1), where MSP pointed");
    assert_fix("fault", "what built that frame");
}

static void a_frame_of_the_other_mode_is_none_either(void **state)
{
    const uint32_t xpsr = 0x0100000F;
    assert_true(board_load(b, 0x2000101C, &xpsr, sizeof(xpsr)));
    fault(returned(INVPC, 0xFFFFFFFD, 0x20001000));
    assert_only("fault");
    assert_says("fault", "its xPSR, 0x0100000F, is of a handler");
}

/* Its frame follows at once, into flash as well. */
static void the_frame_of_such_a_fault_is_no_null_pointer(void **state)
{
    fault(returned(INVSTATE, 0xFFFFFFFD, 0));
    sp_is(0);
    breach(LAW_NO_PG, 0, 4, 5);
    flags(0, 0x80, 0, 4);
    assert_only("fault");
    assert_non_null(strstr(fact(find("fault"), "then"), "which flash does not take"));
}

static void torn_vectors_are_the_erases(void **state)
{
    const uint32_t rubbish[] = {0x7EF09808, 0x08A28D60};
    assert_true(board_load(b, 0x08000000, rubbish, sizeof(rubbish)));
    erase(0x08000000, 16 * S);
    ns += S;
    reset(BOARD_RESET_IWDG);
    fetch_of_vector(0x00A28D60, 0xFFFFFFFF); /* it reads otherwise each time */
    assert_null(find("not-executable"));
    assert_first("erased-vectors");
    assert_string_equal(fact(find("erased-vectors"), "vector that was gone"), "Reset");
}

static void vectors_written_anew_are_not(void **state)
{
    erase(0x08000000, S);
    ns += S;
    program(0x08000004, 0xFFFFFFFF, 0x00A28D61);
    reset(BOARD_RESET_SOFTWARE);
    fetch_of_vector(0x00A28D60, 0xFFFFFFFF);
    assert_first("not-executable");
}

static void faultmask_is_what_locks_up(void **state)
{
    core_reg_set(board_core(b), CORE_FAULTMASK, 1);
    struct core_fault f = refused(CORE_LOAD, 0x20030000, -1);
    f.exception = CORE_BUS_FAULT;
    f.cfsr = 0x8200;
    f.taken = 0;
    fault(f);
    assert_only("lockup");
    assert_says("lockup", "with FAULTMASK set");
    assert_string_equal(fact(find("lockup"), "exception"),
            "BusFault, not taken: lockup with FAULTMASK set");
    assert_fix("lockup", "PRIMASK");
}

/* ---- what to do ------------------------------------------------------------------------ */

static void each_usage_fault_has_a_next_step(void **state)
{
    static const struct {
        uint32_t cfsr;
        const char *fix;
    } of[] = {{0x02000000, "divisor"}, {0x01000000, "memcpy"}, {0x00080000, "CPACR |="},
            {0x00040000, "LR had when it began"},
            {0x00010000, "where execution came from"}};
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        instruction(PUSH); /* no blank flash */
        fault((struct core_fault){.exception = CORE_USAGE_FAULT,
                .taken = CORE_HARD_FAULT,
                .cfsr = of[i].cfsr,
                .pc = PC});
        assert_fix("fault", of[i].fix);
        close(state);
        open_with("stm32f446re", NULL);
    }
}

static struct core_fault bus_error_at(uint32_t addr)
{
    return (struct core_fault){.exception = CORE_BUS_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x8200,
            .pc = PC,
            .addr = addr,
            .addr_valid = true,
            .width = 4,
            .access = CORE_LOAD};
}

static void privilege_is_told_where_it_is_missing(void **state)
{
    fault(bus_error_at(0xE000ED08));
    assert_says("fault", "without privilege (CONTROL.nPRIV is set)");
    assert_fix("fault", "with privilege");
}

static void the_end_of_ram_is_told(void **state)
{
    fault(bus_error_at(0x20020004));
    assert_says("fault", "(SRAM2 of this part ends at 0x2001FFFF)");
    assert_fix("fault", "over the top");
}

static void far_from_ram_it_is_not(void **state)
{
    fault(bus_error_at(0x20030000));
    assert_null(strstr(find("fault")->text, "ends at"));
}

/* ---- handlers that hang ---------------------------------------------------------------- */

static const struct finding *hang(uint32_t xpsr, uint16_t op, enum board_stop how)
{
    size_t n;
    instruction(op);
    core_reg_set(board_core(b), CORE_XPSR, xpsr);
    core_reg_set(board_core(b), CORE_PC, PC);
    const struct finding *f = verdict_findings(v, how, &n);
    return n != 0 && strcmp(f[0].code, "handler-hangs") == 0 ? &f[0] : NULL;
}

enum { B_SELF = 0xE7FE, TIM2_ACTIVE = 0x0100002C };

static void a_handler_that_loops_for_ever_is_named(void **state)
{
    const uint32_t both[] = {PC | 1u, PC | 1u};
    assert_true(board_load(b, 0x080000B0, both, sizeof(both)));
    const struct finding *f = hang(TIM2_ACTIVE, B_SELF, BOARD_STUCK);
    assert_non_null(f);
    assert_non_null(strstr(f->text, "The handler of TIM2"));
    assert_non_null(strstr(f->text, "other exceptions have as well"));
    assert_non_null(strstr(f->fix, "Write a handler for TIM2"));
    assert_int_equal(f->severity, FINDING_WARNING);
}

static void a_handler_of_its_own_is_not_called_shared(void **state)
{
    const uint32_t own = PC | 1u;
    assert_true(board_load(b, 0x080000B0, &own, sizeof(own)));
    const struct finding *f = hang(TIM2_ACTIVE, B_SELF, BOARD_TIME);
    assert_non_null(f);
    assert_null(strstr(f->text, "as well"));
}

static void what_does_not_hang_is_not_told(void **state)
{
    assert_null(hang(0x01000000, B_SELF, BOARD_STUCK)); /* no handler */
    assert_null(hang(TIM2_ACTIVE, 0x3001, BOARD_TIME)); /* no loop */
    assert_null(hang(TIM2_ACTIVE, B_SELF, BOARD_LEFT));
    bus_fault();
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_STUCK, &n);
    assert_int_equal(n, 1); /* the fault says why its handler loops */
    assert_string_equal(f[0].code, "fault");
}

/* The stack was right; what is wrong is where the return looks for the frame. */
static void unstacking_that_fails_is_no_overflow(void **state)
{
    struct core_fault f = refused(CORE_UNSTACK, 0x20000400, -1);
    f.cfsr = 0x8;
    fault(f);
    assert_only("fault");
    assert_says("fault", "could not be read back at 0x20000400");
    assert_fix("fault", "open the MPU for that stack");
}

static void a_frame_that_is_gone_after_a_fault_is_its_consequence(void **state)
{
    bus_fault();
    ns += S;
    struct core_fault f = refused(CORE_UNSTACK, 0x20000400, -1);
    f.cfsr = 0x8;
    fault(f);
    assert_only("fault");
    assert_string_equal(fact(find("fault"), "then"),
            "a frame could not be read back from 0x20000400 (SRAM1)");
}

static void the_units_registers_have_words_of_their_own(void **state)
{
    struct core_fault f = refused(CORE_LAZY_FP, 0x20000400, -1);
    f.cfsr = 0x20;
    fault(f);
    assert_only("stack-overflow");
    assert_says("stack-overflow", "used the floating-point unit");
}

static struct core_fault escalated(unsigned exception)
{
    return (struct core_fault){.exception = exception,
            .taken = CORE_HARD_FAULT,
            .pc = PC,
            .lr = PC | 1u,
            .access = CORE_FETCH};
}

static void a_bkpt_is_no_jump(void **state)
{
    struct core_fault f = escalated(CORE_HARD_FAULT);
    f.hfsr = 0x80000000;
    fault(f);
    assert_only("fault");
    assert_says("fault", "met a BKPT");
    assert_fix("fault", "C_DEBUGEN");
}

static void an_svc_that_cannot_be_taken_says_why(void **state)
{
    core_reg_set(board_core(b), CORE_PRIMASK, 1);
    fault(escalated(CORE_SVCALL));
    assert_only("fault");
    assert_says("fault", "code at 0x080003FE executed an SVC with interrupts masked");
    assert_fix("fault", "Unmask interrupts");
}

static void a_basepri_below_svcall_does_not_mask_it(void **state)
{
    core_ppb_set(board_core(b), 0xE000ED1C, 0x20000000); /* SHPR2: SVCall */
    core_reg_set(board_core(b), CORE_BASEPRI, 0x40);
    core_reg_set(board_core(b), CORE_XPSR, 0x0100000E);
    fault(escalated(CORE_SVCALL));
    assert_says("fault", "in the handler of PendSV, of SVCall's priority or above");
    assert_fix("fault", "lower priority than SVCall");
}

static void a_bkpt_in_a_dead_program_is_its_end(void **state)
{
    bus_fault();
    struct core_fault f = escalated(CORE_HARD_FAULT);
    f.hfsr = 0x80000000;
    f.taken = 0;
    fault(f);
    assert_only("fault");
    assert_non_null(strstr(fact(find("fault"), "then"), "met a BKPT"));
}

static void what_ended_the_program_comes_first(void **state)
{
    stray(0x08001000);
    fault((struct core_fault){.exception = CORE_USAGE_FAULT,
            .taken = CORE_HARD_FAULT,
            .cfsr = 0x2000000,
            .pc = PC});
    assert_int_equal(count(), 2);
    assert_first("fault");
    assert_says("fault", "divided by zero");
}

static void errors_come_before_warnings_before_notes(void **state)
{
    silicon_reg_set(board_silicon(b), SILICON_CR, UNLOCKED);
    breach(LAW_ERASE_MODES, CR, 4, 0);
    breach(LAW_STRT_EMPTY, CR, 4, 0);
    size_t n;
    const struct finding *f = verdict_findings(v, BOARD_LEFT, &n);
    assert_int_equal(n, 3);
    assert_string_equal(f[0].code, "strt-empty");
    assert_string_equal(f[1].code, "erase-modes");
    assert_string_equal(f[2].code, "left-unlocked");
}

/* ---- instructions --------------------------------------------------------------------- */

static void branches_calls_and_returns_are_read(void **state)
{
    static const struct {
        uint16_t half[2];
        int kind;
        bool ends;
        int32_t off; /* of the target, from PC */
    } rows[] = {
            {{0xE7FE}, INSN_BRANCH, true, 0},                 /* b . */
            {{0xE3FF}, INSN_BRANCH, true, 4 + 0x7FE},         /* b, furthest */
            {{0xD1F1}, INSN_BRANCH, false, 4 - 30},           /* bne */
            {{0xDD02}, INSN_BRANCH, false, 8},                /* ble */
            {{0xDF00}, INSN_OTHER, false, -1},                /* svc */
            {{0xB18C}, INSN_BRANCH, false, 4 + 0x22},         /* cbz r4 */
            {{0xBBFF}, INSN_BRANCH, false, 4 + 0x7E},         /* cbnz r7 */
            {{0x4770}, INSN_OTHER, true, -1},                 /* bx lr */
            {{0x4798}, INSN_CALL, false, -1},                 /* blx r3 */
            {{0xBD10}, INSN_OTHER, true, -1},                 /* pop {r4, pc} */
            {{0xF7FF, 0xFFFE}, INSN_CALL, false, 0},          /* bl . */
            {{0xF000, 0xB978}, INSN_BRANCH, true, 4 + 0x2F0}, /* b.w */
            {{0xF43F, 0xAFFE}, INSN_BRANCH, false, 0},        /* beq.w . */
            {{0xF000, 0x8080}, INSN_BRANCH, false, 4 + 0x100},
            {{0xF3BF, 0x8F4F}, INSN_OTHER, false, -1}, /* dsb */
            {{0xE8BD, 0x8010}, INSN_OTHER, true, -1},  /* pop.w {r4, pc} */
            {{0xE8BD, 0x4010}, INSN_OTHER, false, -1}, /* pop.w {r4, lr} */
            {{0xF85D, 0xFB04}, INSN_OTHER, true, -1},  /* pop {pc}, wide */
            {{0xE8DF, 0xF003}, INSN_OTHER, true, -1},  /* tbb */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(board_load(b, PC, rows[i].half, sizeof(rows[i].half)));
        struct insn in = insn_read(v, PC);
        assert_int_equal(in.kind, rows[i].kind);
        assert_int_equal(in.ends, rows[i].ends);
        if (rows[i].off >= 0 || rows[i].kind == INSN_BRANCH) {
            assert_int_equal(in.value, PC + (uint32_t)rows[i].off);
        }
    }
}

static void a_store_says_where_if_it_is_a_constant_from_its_base(void **state)
{
    static const struct {
        uint16_t half[2];
        int rm;
        uint32_t off;
    } rows[] = {
            {{0x60E2}, -1, 12},          /* str r2, [r4, #12] */
            {{0x8062}, -1, 2},           /* strh r2, [r4, #2] */
            {{0x50E2}, 3, 0},            /* str r2, [r4, r3] */
            {{0xF8C4, 0x2104}, -1, 260}, /* str.w r2, [r4, #260] */
            {{0xF844, 0x2023}, 0, 0},    /* str.w r2, [r4, r3, lsl #2] */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(board_load(b, PC, rows[i].half, sizeof(rows[i].half)));
        struct insn in = insn_read(v, PC);
        assert_int_equal(in.kind, INSN_STORE);
        assert_int_equal(in.rn, 4);
        assert_int_equal(in.rm, rows[i].rm);
        assert_int_equal(in.value, rows[i].off);
    }
}

/* ---- the rest ------------------------------------------------------------------------- */

static void reads_of_torn_cells_are_a_note(void **state)
{
    breach(LAW_UNSTABLE, SECTOR7, 4, 0);
    assert_only("unstable-read");
    assert_int_equal(find("unstable-read")->severity, FINDING_NOTE);
}

static void swapped_banks_are_a_warning(void **state)
{
    breach(LAW_SWAPPED, CR, 4, 0);
    assert_only("bank-swapped");
}

static void option_bytes_are_a_warning(void **state)
{
    flash((struct silicon_event){.kind = SILICON_EV_OPTIONS,
            .before = 0x0FFFAAED,
            .value = 0x0FBFAAED,
            .sector = -1});
    assert_only("options-touched");
    assert_says("options-touched", "0x0FFFAAEC to 0x0FBFAAEC");
}

static void asking_twice_says_the_same(void **state)
{
    put(SECTOR7, 0xC0FFEE);
    replace(MS);
    stall(3 * MS);
    late(28, S);
    size_t n = count();
    assert_int_equal(n, count());
    assert_int_equal(find("only-copy-erased")->times, 1);
    assert_int_equal(find("stall")->times, 1);
}

static void a_long_run_takes_no_more_room_than_a_short_one(void **state)
{
    size_t before = 0;
    for (int i = 0; i < 2000; i++) {
        if (i == 10) {
            before = verdict_text_count(v);
        }
        unlock();
        breach(LAW_WIDTH, SECTOR7, 1, 7);
        flags(0, 0x40, SECTOR7, 1);
        clear(0x40);
        erase(SECTOR7, 1);
        lock();
        ns += MS;
    }
    assert_int_equal(verdict_text_count(v), before);
}

static void more_than_fit_are_dropped_not_crashed_into(void **state)
{
    for (uint32_t i = 0; i < 500; i++) {
        flash((struct silicon_event){.kind = SILICON_EV_BREACH,
                .law = LAW_WIDTH,
                .addr = SECTOR7,
                .width = 1,
                .sector = -1,
                .caller = PC + 2 * i});
        flash((struct silicon_event){.kind = SILICON_EV_FLAGS,
                .addr = SECTOR7,
                .value = 0x40,
                .width = 1,
                .sector = -1,
                .caller = PC + 2 * i});
    }
    bus_fault();
    erase(SECTOR7, S);
    assert_int_equal(count(), ITEMS);
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, open, close)
#define IMAGE_TEST(name) cmocka_unit_test_setup_teardown(name, open_image, close)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(nothing_happened_nothing_is_found),
            TEST(on_no_part_is_anything_found),
            TEST(a_wrong_key_explains_the_bus_fault_after_it),
            TEST(a_bus_fault_long_after_the_key_has_its_own_reason),
            TEST(keys_after_a_wrong_one_are_no_finding_of_their_own),
            TEST(who_left_it_open_is_named),
            TEST(a_key_left_open_by_nobody_known_says_so),
            TEST(the_option_key_is_another_finding),
            TEST(a_locked_cr_is_an_error_without_a_wrong_key),
            TEST(tidying_up_behind_the_lock_loses_nothing),
            TEST(unlocked_at_the_end_is_a_note),
            TEST(without_pg_the_width_is_not_the_reason),
            TEST(a_null_pointer_reaches_1_kib),
            TEST(beyond_1_kib_it_is_no_null_pointer),
            TEST(vpp_explains_more_than_the_width),
            TEST(an_erase_at_x64_without_vpp_is_told_too),
            TEST(a_row_alone_is_a_row),
            TEST(protection_is_told_with_its_bit),
            TEST(a_store_to_system_memory_is_refused_by_nature),
            TEST(bits_lost_are_told_old_wanted_got),
            TEST(a_sector_number_taken_for_an_snb_is_told_with_lost_bits),
            TEST(option_bytes_have_a_way_of_their_own),
            TEST(bits_of_another_word_are_another_story),
            TEST(clearing_bits_is_fine),
            TEST(the_cache_that_shows_lost_bits_is_no_other_finding),
            TEST(a_repeated_finding_is_counted),
            TEST(a_mode_that_is_gone_before_strt_names_who_took_it),
            TEST(a_mode_that_was_used_is_not_missed),
            TEST(what_a_busy_bank_spoilt_is_no_stale_line),
            TEST(what_changed_since_is_a_stale_line),
            TEST(the_dma_cannot_reach_ccm),
            TEST(pg_without_a_store_to_flash_shows_where_it_went),
            TEST(a_window_that_met_the_array_leaks_nothing),
            TEST(who_does_not_wait_has_not_programmed),
            TEST(others_keep_their_books_meanwhile),
            TEST(data_over_an_address_of_flash_were_meant_for_it),
            TEST(it_is_told_before_a_store_that_is_only_near),
            TEST(an_address_that_is_noted_or_cleared_is_no_data),
            TEST(an_address_in_the_alias_or_unaligned_is_none),
            TEST(a_byte_of_an_address_is_overwritten_like_a_word),
            TEST(a_fault_explains_that_nothing_was_programmed),
            TEST(a_refused_store_met_the_array_too),
            TEST(saving_registers_is_no_leak),
            TEST(a_session_that_starts_nothing_took_old_flags_for_its_own),
            TEST(clearing_flags_and_going_on_is_hygiene),
            TEST(flags_of_its_own_are_not_inherited),
            TEST(an_operation_under_old_flags_names_who_left_them),
            TEST(flags_from_before_are_nobodys_we_know),
            TEST(a_number_that_no_mode_has_is_invalid),
            TEST(a_protected_sector_cannot_be_erased_either),
            TEST(a_mass_erase_names_the_sector_that_stops_it),
            TEST(wear_counts_erases_by_sector),
            TEST(a_worn_out_sector_is_a_warning),
            TEST(an_erase_by_mer_is_told_as_one_and_as_that),
            TEST(the_bank_that_mer_erases_is_named),
            TEST(lifting_rdp_erases_the_code_that_does_it),
            TEST(levels_of_rdp_are_named),
            TEST(what_is_new_in_optcr1_is_told),
            TEST(the_vectors_are_found_without_an_image),
            TEST(the_only_copy_is_missed_until_it_is_replaced),
            TEST(with_a_copy_elsewhere_nothing_is_missed),
            TEST(blank_and_zero_words_are_nothing_to_lose),
            TEST(what_moved_to_another_sector_is_not_missed),
            TEST(what_was_written_before_it_did_not_move),
            TEST(the_same_data_again_lose_nothing),
            TEST(a_second_window_tells_of_the_first),
            TEST(the_window_ends_where_the_next_one_begins),
            TEST(what_is_written_much_later_is_no_replacement),
            TEST(undecided_cells_are_no_data),
            TEST(a_header_that_two_sectors_have_is_no_copy),
            TEST(half_of_all_at_the_same_place_is_a_copy),
            TEST(what_power_failed_in_is_no_data_yet),
            TEST(what_is_added_after_a_cut_is_data),
            TEST(a_cut_later_leaves_what_was_written_before_data),
            IMAGE_TEST(code_of_the_image_is_an_error),
            IMAGE_TEST(data_placed_by_hand_are_a_note),
            IMAGE_TEST(erased_code_that_is_reached_explains_the_fault),
            IMAGE_TEST(a_program_over_the_image_is_an_error),
            IMAGE_TEST(a_null_pointer_under_pg_is_named),
            IMAGE_TEST(a_program_into_its_data_is_not),
            TEST(a_vector_table_by_itself_is_no_data),
            TEST(a_file_without_sections_is_all_code),
            TEST(bytes_lost_during_an_erase_are_an_error),
            TEST(a_program_is_too_short_to_lose_a_byte),
            TEST(where_nobody_listens_the_flash_is_not_to_blame),
            TEST(bytes_lost_otherwise_are_not_ours),
            TEST(a_stall_is_a_note_from_a_millisecond_on),
            TEST(too_few_wait_states_are_an_error),
            TEST(less_supply_takes_more_wait_states),
            TEST(who_masked_interrupts_is_told_so),
            TEST(the_latest_of_an_interrupt_counts),
            TEST(a_dog_that_bites_in_an_erase_blames_the_erase),
            TEST(where_the_processor_waits_ram_helps),
            TEST(where_it_does_not_wait_the_loop_can_feed),
            TEST(no_period_is_longer_than_the_erase_of_a_large_bank),
            TEST(a_dog_that_bites_elsewhere_does_not),
            TEST(a_dog_after_a_fault_is_a_consequence),
            TEST(a_dog_shorter_than_the_longest_erase_is_a_warning),
            TEST(a_dog_that_is_longer_is_none),
            TEST(the_lsi_may_be_faster_than_it_says),
            TEST(a_dog_fed_meanwhile_has_no_margin_to_keep),
            TEST(a_software_reset_in_an_erase_is_an_error),
            TEST(a_software_reset_otherwise_is_none),
            TEST(the_region_is_named_after_its_sub_regions),
            TEST(without_pg_a_refused_store_is_a_stray),
            TEST(a_span_in_pieces_is_told_in_pieces),
            TEST(who_wrote_a_region_is_who_gave_it_its_rights),
            TEST(mbed_is_known_by_its_first_region),
            TEST(a_task_of_an_older_freertos_is_told_to_have_a_region),
            TEST(zephyr_freertos_riot_and_cubemx_are_known_too),
            TEST(a_null_pointer_is_not_told_to_lift_the_lock),
            TEST(execution_in_ram_is_another_fault),
            TEST(ccm_is_told_whatever_the_mpu_says),
            TEST(where_there_is_no_ccm_it_is_not_blamed),
            TEST(an_erased_vector_has_its_signature),
            TEST(the_resets_vector_is_the_second_word),
            TEST(a_call_of_all_ones_is_no_vector),
            TEST(a_vector_that_is_there_led_nowhere_itself),
            TEST(what_else_a_vector_leads_to_is_told_by_it),
            TEST(a_table_that_is_not_there_is_told_once),
            TEST(a_vector_that_was_erased_here_is_a_consequence),
            TEST(a_lockup_alone_is_a_finding),
            TEST(stacking_that_fails_is_a_stack_overflow),
            TEST(a_stack_that_is_nowhere_needs_no_room),
            TEST(a_stack_below_its_memory_needs_room),
            TEST(the_frame_of_a_fault_is_that_faults),
            TEST(a_push_into_a_guard_is_a_stack_overflow),
            TEST(a_store_near_sp_is_one_if_sp_is_closed_too),
            TEST(a_guard_above_sp_is_another_stacks),
            TEST(a_pointer_elsewhere_is_no_stack),
            TEST(what_closes_the_whole_stack_is_no_guard),
            TEST(a_late_bus_error_below_ram_is_a_stack_overflow),
            TEST(a_stack_in_flash_is_no_null_pointer),
            TEST(the_branch_that_the_core_saw_is_named_not_lr),
            TEST(a_return_to_nowhere_is_no_pointer),
            TEST(what_lr_held_is_not_looked_for_on_the_stack),
            TEST(address_0_is_a_null_function_pointer),
            TEST(a_frame_that_is_none_names_its_stack),
            TEST(a_frame_in_ram_was_built_or_overwritten),
            TEST(a_frame_of_the_other_mode_is_none_either),
            TEST(the_frame_of_such_a_fault_is_no_null_pointer),
            TEST(torn_vectors_are_the_erases),
            TEST(vectors_written_anew_are_not),
            TEST(faultmask_is_what_locks_up),
            TEST(each_usage_fault_has_a_next_step),
            TEST(privilege_is_told_where_it_is_missing),
            TEST(the_end_of_ram_is_told),
            TEST(far_from_ram_it_is_not),
            TEST(a_handler_that_loops_for_ever_is_named),
            TEST(a_handler_of_its_own_is_not_called_shared),
            TEST(what_does_not_hang_is_not_told),
            TEST(unstacking_that_fails_is_no_overflow),
            TEST(a_frame_that_is_gone_after_a_fault_is_its_consequence),
            TEST(the_units_registers_have_words_of_their_own),
            TEST(a_bkpt_is_no_jump),
            TEST(an_svc_that_cannot_be_taken_says_why),
            TEST(a_basepri_below_svcall_does_not_mask_it),
            TEST(a_bkpt_in_a_dead_program_is_its_end),
            TEST(what_ended_the_program_comes_first),
            TEST(errors_come_before_warnings_before_notes),
            TEST(branches_calls_and_returns_are_read),
            TEST(a_store_says_where_if_it_is_a_constant_from_its_base),
            TEST(reads_of_torn_cells_are_a_note),
            TEST(swapped_banks_are_a_warning),
            TEST(option_bytes_are_a_warning),
            TEST(asking_twice_says_the_same),
            TEST(a_long_run_takes_no_more_room_than_a_short_one),
            TEST(more_than_fit_are_dropped_not_crashed_into),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
