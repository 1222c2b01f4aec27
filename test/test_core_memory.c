/* test_core_memory.c - loads and stores, code that changes, lines of flash,
 * copies of the state.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "core/core_priv.h"
#include "support/cm.h"
#include "support/core_rig.h"

#define R(n)  ((enum core_reg)(CORE_R0 + (n)))
#define PLACE (CPU_RAM + 0x3000u)

/* ---- widths and pairs ------------------------------------------------------------------ */

static void each_width_extends_as_it_says(void **state)
{
    struct cpu *r = cpu_open();
    cpu_word_set(r, PLACE, 0x8182F384);
    cpu_set(r, R(1), PLACE);
    /* ldrb, ldrh, ldr, ldrsb (r6=0), ldrsh into r0, r2, r3, r4, r5 */
    cpu_set(r, R(6), 0);
    cpu_try(r, "7808 880a 680b 578c 5f8d");
    assert_int_equal(cpu_reg(r, R(0)), 0x84);
    assert_int_equal(cpu_reg(r, R(2)), 0xF384);
    assert_int_equal(cpu_reg(r, R(3)), 0x8182F384);
    assert_int_equal(cpu_reg(r, R(4)), 0xFFFFFF84);
    assert_int_equal(cpu_reg(r, R(5)), 0xFFFFF384);
    cpu_close(r);
}

static void the_bus_sees_each_store_once_with_its_width_and_beat(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), CPU_PLACE);
    cpu_set(r, CORE_R0, 0x11223344);
    cpu_set(r, R(2), 0x55667788);
    cpu_try(r, "70c8"); /* strb r0,[r1,#3] */
    assert_int_equal(r->stored_at, CPU_PLACE + 3);
    assert_int_equal(r->stored, 0x44);
    assert_int_equal(r->stored_width, 1);
    cpu_try(r, "804a"); /* strh r2,[r1,#2] */
    assert_int_equal(r->stored, 0x7788);
    assert_int_equal(r->stored_width, 2);
    assert_int_equal(r->stored_beat, 0);
    cpu_try(r, "e9c1 0200"); /* strd r0,r2,[r1] */
    assert_int_equal(r->stored, 0x55667788);
    assert_int_equal(r->stored_beat, 1);
    assert_int_equal(r->word[0], 0x11223344);
    cpu_close(r);
}

static void unaligned_accesses_are_split(void **state)
{
    struct cpu *r = cpu_open();
    r->word[0] = 0x44332211;
    r->word[1] = 0x88776655;
    for (uint32_t off = 1; off < 4; off++) {
        cpu_set(r, R(1), CPU_PLACE + off);
        cpu_try(r, "6808");
        uint32_t expected = (uint32_t)(0x8877665544332211u >> 8 * off);
        assert_int_equal(cpu_reg(r, CORE_R0), expected);
    }
    cpu_set(r, R(1), CPU_PLACE + 1);
    cpu_set(r, CORE_R0, 0xA1B2C3D4);
    cpu_try(r, "6008");
    assert_int_equal(r->word[0], 0xB2C3D411);
    assert_int_equal(r->word[1], 0x887766A1);
    cpu_set(r, R(1), PLACE + 0xFFE); /* over the end of a page */
    cpu_try(r, "6008 680a");
    assert_int_equal(cpu_reg(r, R(2)), 0xA1B2C3D4);
    cpu_close(r);
}

static void exclusive_stores_need_the_monitor(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), PLACE);
    cpu_set(r, CORE_R0, 5);
    cpu_try(r, "e841 0300"); /* strex r3,r0,[r1] */
    assert_int_equal(cpu_reg(r, R(3)), 1);
    assert_int_equal(cpu_word(r, PLACE), 0);
    cpu_try(r, "e851 2f00 e841 0300 e841 0400"); /* ldrex; strex r3; strex r4 */
    assert_int_equal(cpu_reg(r, R(3)), 0);
    assert_int_equal(cpu_reg(r, R(4)), 1);
    assert_int_equal(cpu_word(r, PLACE), 5);
    cpu_try(r, "e851 2f00 f3bf 8f2f e841 0300"); /* clrex between */
    assert_int_equal(cpu_reg(r, R(3)), 1);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "4770");
    cpu_try(r, "e851 2f00 df00 e841 0500"); /* an exception between */
    assert_int_equal(cpu_reg(r, R(5)), 1);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "e841 0600 4770"); /* strex r6 there */
    cpu_try(r, "e851 2f00 df00");
    assert_int_equal(cpu_reg(r, R(6)), 1);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "e851 2f00 4770"); /* ldrex there */
    cpu_try(r, "2500 df00 e841 0500");
    assert_int_equal(cpu_reg(r, R(5)), 1);
    cpu_close(r);
}

static void lists_go_up_from_the_lowest(void **state)
{
    struct cpu *r = cpu_open();
    for (unsigned i = 0; i < 5; i++) {
        cpu_set(r, R(i), 0x100 + i);
    }
    cpu_set(r, R(8), PLACE);
    cpu_set(r, CORE_LR, 0xABC);
    cpu_try(r, "b51f e8a8 001a"); /* push {r0-r4,lr}; stmia r8!,{r1,r3,r4} */
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 24);
    assert_int_equal(cpu_frame(r, 0), 0x100);
    assert_int_equal(cpu_frame(r, 5), 0xABC);
    assert_int_equal(cpu_reg(r, R(8)), PLACE + 12);
    assert_int_equal(cpu_word(r, PLACE + 8), 0x104);
    cpu_try(r, "e938 000e e8bd 00f0"); /* ldmdb r8!,{r1-r3}; pop {r4-r7} */
    assert_int_equal(cpu_reg(r, R(8)), PLACE);
    assert_int_equal(cpu_reg(r, R(1)), 0x101);
    assert_int_equal(cpu_reg(r, R(3)), 0x104);
    assert_int_equal(cpu_reg(r, R(7)), 0x103);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 8);
    cpu_set(r, R(8), CPU_PLACE);
    cpu_try(r, "e888 0003"); /* stmia r8,{r0,r1}: the bus sees two beats */
    assert_int_equal(r->stored_beat, 1);
    cpu_close(r);
}

static void bits_have_aliases(void **state)
{
    struct cpu *r = cpu_open();
    const uint32_t alias = 0x22000000 + (PLACE - CPU_RAM) * 32;
    cpu_word_set(r, PLACE, 0x00000100);
    cpu_set(r, R(1), alias + 4 * 8);
    cpu_set(r, CORE_R0, 3); /* bit 0 counts */
    cpu_try(r, "680a 654b 6008");
    assert_int_equal(cpu_reg(r, R(2)), 1);
    cpu_set(r, R(1), alias + 4 * 31);
    cpu_try(r, "6008");
    assert_int_equal(cpu_word(r, PLACE), 0x80000100);
    cpu_set(r, CORE_R0, 2);
    cpu_try(r, "6008");
    assert_int_equal(cpu_word(r, PLACE), 0x00000100);
    cpu_set(r, R(1), 0x42000000 + 4 * 32 + 4 * 5); /* bit 5 of the second register */
    cpu_set(r, CORE_R0, 1);
    r->word[1] = 0x40;
    cpu_try(r, "6008");
    assert_int_equal(r->word[1], 0x60);
    assert_int_equal(r->stored_at, CPU_PLACE + 4);
    cpu_close(r);
}

static void what_writes_sp_aligns_it(void **state)
{
    /* mov sp,r0; add.w sp,sp,r0; sub.w sp,sp,#3; ldr sp,[r1]; in an IT block */
    static const struct {
        const char *hex;
        uint32_t sp;
    } code[] = {{"4685", 0x20008000}, {"eb0d 0d00", 0x40018000},
            {"f1ad 0d03", 0x2000FFFC}, {"f8d1 d000", 0x20007000},
            {"bf18 4685", 0x20008000}, {"bf08 4685", CPU_STACK},
            {"bf1c b002 468d", PLACE}};
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct cpu *r = cpu_open();
        cpu_set(r, CORE_R0, 0x20008003);
        cpu_set(r, R(1), PLACE);
        cpu_set(r, CORE_XPSR, 0x01000000);
        cpu_word_set(r, PLACE, 0x20007002);
        cpu_try(r, code[i].hex);
        assert_int_equal(cpu_reg(r, CORE_SP), code[i].sp);
        cpu_close(r);
    }
}

static void the_pc_can_be_read_and_written(void **state)
{
    struct cpu *r = cpu_open();
    cpu_try(r, "4678"); /* mov r0,pc */
    assert_int_equal(cpu_reg(r, CORE_R0), CPU_CODE + 4);
    cpu_set(r, CORE_R0, 0);
    cpu_try(r, "4487 2101 2202 e7fe"); /* add pc,r0: past one */
    assert_int_equal(cpu_reg(r, R(1)), 0);
    assert_int_equal(cpu_reg(r, R(2)), 2);
    cpu_set(r, CORE_R0, 1);
    cpu_try(r, "e8df f000 0302 2101 e7fe 2201"); /* tbb [pc,r0] */
    assert_int_equal(cpu_reg(r, R(2)), 1);
    cpu_ppb_set(r, SHCSR, 0x70000);
    cpu_try(r, "4778"); /* bx pc leaves Thumb */
    assert_int_equal(cpu_ppb(r, CFSR), 0x20000);
    cpu_close(r);
}

static void flags_are_right_though_some_are_not_made(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), 0x80000000);
    /* adds r0,r1,r1 (C); adds.w r2,r3,r4,rrx; mrs r5,apsr */
    cpu_set(r, R(3), 0);
    cpu_set(r, R(4), 2);
    cpu_try(r, "1848 eb13 0234 f3ef 8500");
    assert_int_equal(cpu_reg(r, R(2)), 0x80000001);
    assert_int_equal(cpu_reg(r, R(5)) & 0xF0000000, 0x80000000);
    cpu_try(r, "1848 1c4a f3ef 8500"); /* adds; adds r2,r1,#1: the second's */
    assert_int_equal(cpu_reg(r, R(5)) & 0xF0000000, 0x80000000);
    cpu_try(r, "1848 43d2 f3ef 8500"); /* adds; mvns r2,r2: V and C of the first */
    assert_int_equal(cpu_reg(r, R(5)) & 0x30000000, 0x30000000);
    cpu_close(r);
}

/* ---- pages and what the bus is asked -------------------------------------------------------- */

static void a_page_is_asked_for_once_until_it_is_revoked(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), PLACE);
    cpu_try(r, "6808 6808 6008 6008");
    unsigned pages = r->pages;
    unsigned to_store = r->pages_to_store;
    cpu_try(r, "6808 6808 6008 6008");
    assert_int_equal(r->pages, pages);
    core_revoke_stores(r->c);
    cpu_try(r, "6808 6008");
    assert_int_equal(r->pages_to_store, to_store + 1);
    assert_int_equal(r->pages, pages + 1);
    core_revoke(r->c, PLACE, 4);
    cpu_try(r, "6808");
    assert_int_equal(r->pages, pages + 2);
    core_revoke(r->c, 0, 0);
    cpu_try(r, "6808");
    assert_true(r->pages >= pages + 4);
    cpu_close(r);
}

static uint8_t other_page[CORE_PAGE];

static void swap_page(void *ctx, uint32_t addr, bool store, struct core_page *p)
{
    struct cpu *r = ctx;
    bool at_place = addr == (PLACE & ~(uint32_t)(CORE_PAGE - 1));
    *p = (struct core_page){.bytes = r->ram + (addr - CPU_RAM),
            .read = true,
            .write = true,
            .fetch = true};
    if (at_place && (store || r->line_wait != 0)) {
        if (r->line_wait == 0) {
            memcpy(other_page, p->bytes, CORE_PAGE);
        }
        r->line_wait = 1;
        p->bytes = other_page;
    }
}

static void the_first_store_may_give_a_page_other_bytes(void **state)
{
    struct cpu *r = cpu_open();
    r->bus.page = swap_page;
    core_revoke(r->c, 0, 0);
    cpu_word_set(r, PLACE, 7);
    cpu_set(r, R(1), PLACE);
    cpu_set(r, CORE_R0, 9);
    cpu_try(r, "680a 6008 680b"); /* load, store, load */
    assert_int_equal(cpu_reg(r, R(2)), 7);
    assert_int_equal(cpu_reg(r, R(3)), 9);
    assert_int_equal(cpu_word(r, PLACE), 7);
    cpu_word_set(r, PLACE - 4, 0xAABBCCDD);
    cpu_set(r, R(1), PLACE - 2); /* half of it on the page before */
    cpu_try(r, "6808 6808");
    assert_int_equal(cpu_reg(r, CORE_R0), 0x0009AABB);
    cpu_close(r);
}

/* ---- code that changes ------------------------------------------------------------------------ */

static void code_may_store_to_code(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), CPU_CODE + 8);
    cpu_set(r, CORE_R0, 0x2207);                        /* movs r2,#7 */
    const char *code = "8008 f3bf 8f6f bf00 2201 e7fe"; /* strh; isb; nop; movs r2,#1 */
    cpu_try(r, code);
    assert_int_equal(cpu_reg(r, R(2)), 7);
    cpu_try(r, code);
    assert_int_equal(cpu_reg(r, R(2)), 7);
    cpu_close(r);
}

static void code_stored_by_a_loop_is_executed_anew(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), PLACE);
    cpu_set(r, R(3), 1);
    cpu_code(r, PLACE, "2200 4770"); /* movs r2,#0; bx lr */
    /* r3 counts: store movs r2,#r3, call it, add to r4, four times */
    cpu_set(r, R(5), 0x2200);
    cpu_set(r, R(6), PLACE | 1);
    cpu_set(r, R(4), 0);
    cpu_try(r, "1958 8008 47b0 18a4 3301 2b05 d1f8"); /* adds r0,r3,r5 ... */
    assert_int_equal(cpu_reg(r, R(4)), 1 + 2 + 3 + 4);
    cpu_close(r);
}

static void code_changed_from_outside_is_told_of(void **state)
{
    struct cpu *r = cpu_open();
    const char *code = "bf00 bf00 bf00 bf00 bf00 bf00 bf00 bf00 bf00 bf00 2001 4770";
    cpu_code(r, PLACE, code);
    cpu_set(r, R(1), PLACE | 1);
    cpu_try(r, "4788");
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    r->ram[PLACE + 20 - CPU_RAM] = 2;
    core_changed(r->c, PLACE + 20, 1);
    cpu_try(r, "4788");
    assert_int_equal(cpu_reg(r, CORE_R0), 2);
    cpu_close(r);
}

static void the_same_id_saves_looking_and_another_id_does_not(void **state)
{
    struct cpu *r = cpu_open();
    r->id = 100;
    core_revoke(r->c, 0, 0);
    cpu_code(r, PLACE, "2001 4770");
    cpu_set(r, R(1), PLACE | 1);
    cpu_try(r, "4788");
    r->ram[PLACE - CPU_RAM] = 2;
    core_revoke(r->c, 0, 0);
    cpu_go(r, CPU_CODE);
    cpu_run(r, 300);
    assert_int_equal(cpu_reg(r, CORE_R0), 1); /* the owner promised too much */
    r->id = 200;
    core_revoke(r->c, 0, 0);
    cpu_go(r, CPU_CODE);
    cpu_run(r, 300);
    assert_int_equal(cpu_reg(r, CORE_R0), 2);
    r->ram[PLACE - CPU_RAM] = 3;
    r->id = 0;
    core_revoke(r->c, 0, 0);
    cpu_go(r, CPU_CODE);
    cpu_run(r, 300);
    assert_int_equal(cpu_reg(r, CORE_R0), 3);
    cpu_close(r);
}

static void an_alias_shows_the_same_code(void **state)
{
    struct cpu *r = cpu_open();
    r->id = 100;
    core_revoke(r->c, 0, 0);
    cpu_code(r, CPU_FLASH + 0x100, "2001 4770");
    cpu_set(r, R(1), 0x101);
    cpu_set(r, R(2), (CPU_FLASH + 0x100) | 1);
    cpu_try(r, "4788 4603 4790 18c3"); /* blx r1; mov r3,r0; blx r2; adds r3,r0,r3 */
    assert_int_equal(cpu_reg(r, R(3)), 2);
    r->flash[0x100] = 4;
    core_changed(r->c, CPU_FLASH + 0x100, 1);
    cpu_try(r, "4788 4603 4790 18c3");
    assert_int_equal(cpu_reg(r, R(3)), 8);
    r->flash[0x100] = 5; /* told of under the other address */
    core_changed(r->c, 0x100, 1);
    cpu_try(r, "4788 4603 4790 18c3");
    assert_int_equal(cpu_reg(r, R(3)), 10);
    cpu_close(r);
}

static void blocks_go_over_the_ends_of_pages(void **state)
{
    struct cpu *r = cpu_open();
    const uint32_t end = CPU_RAM + 0x6000;
    cpu_code(r, end - 4, "2001 f240 1223 3001 e7fe"); /* movs; movw r2,#0x123; adds */
    cpu_go(r, end - 4);
    cpu_run(r, 100);
    assert_int_equal(cpu_reg(r, R(2)), 0x123);
    assert_int_equal(cpu_reg(r, CORE_R0), 2);
    assert_int_equal(cpu_reg(r, CORE_PC), end + 4);
    cpu_code(r, end - 4, "2300 bf06 2005 2106 2207 e7fe"); /* itte eq over the end */
    cpu_go(r, end - 4);
    cpu_run(r, 100);
    assert_int_equal(cpu_reg(r, CORE_R0), 5);
    assert_int_equal(cpu_reg(r, R(1)), 6);
    assert_int_equal(cpu_reg(r, R(2)), 0x123);
    cpu_close(r);
}

static void a_page_may_hold_more_blocks_than_there_is_room_for(void **state)
{
    struct cpu *r = cpu_open();
    const uint32_t base = CPU_RAM + 0x8000;
    for (uint32_t i = 0; i < CORE_PAGE - 4; i += 4) {
        cpu_code(r, base + i, "3001 3102"); /* adds r0,#1; adds r1,#2 */
    }
    cpu_code(r, base + CORE_PAGE - 4, "4770 4770");
    cpu_code(r, CPU_CODE, "4790 e7fe"); /* blx r2 */
    uint32_t sum = 0;
    for (uint32_t at = 0; at < CORE_PAGE - 4; at += 6) {
        cpu_set(r, R(2), (base + at) | 1);
        cpu_go(r, CPU_CODE);
        cpu_run(r, 2200);
        sum += (CORE_PAGE - 4 - at) / 4;
        assert_int_equal(cpu_reg(r, CORE_R0), sum);
    }
    cpu_close(r);
}

/* ---- lines of flash -------------------------------------------------------------------------------- */

/* Four lines of straight code in flash, and a branch back. */
static struct cpu *in_flash(bool cache, bool prefetch)
{
    struct cpu *r = cpu_open();
    r->flash_page.art = true;
    r->flash_page.noted = true;
    core_revoke(r->c, 0, 0);
    for (uint32_t i = 0; i < 31; i++) {
        cpu_code(r, CPU_FLASH + 0x200 + 2 * i, "3001");
    }
    cpu_code(r, CPU_FLASH + 0x23E, "e7df"); /* b to the start */
    struct core_art art = {.cache = cache, .prefetch = prefetch, .wait = 5};
    core_art(r->c, &art);
    cpu_go(r, CPU_FLASH + 0x200);
    return r;
}

static uint64_t round_trip(struct cpu *r)
{
    uint64_t from = core_cycles(r->c);
    core_break(r->c, CPU_FLASH + 0x200, true);
    if (cpu_reg(r, CORE_PC) == CPU_FLASH + 0x200) {
        core_step(r->c);
    }
    assert_int_equal(cpu_run(r, 1000), CORE_BREAK);
    core_break(r->c, CPU_FLASH + 0x200, false);
    return core_cycles(r->c) - from;
}

static void lines_cost_what_the_caches_leave(void **state)
{
    const uint64_t plain = 31 + 3;
    struct cpu *r = in_flash(false, false);
    assert_int_equal(round_trip(r), plain + 5 * 5); /* with the first line twice */
    assert_int_equal(round_trip(r), plain + 4 * 5);
    cpu_close(r);
    r = in_flash(false, true); /* the next in sequence is there already */
    round_trip(r);
    assert_int_equal(round_trip(r), plain + 5);
    cpu_close(r);
    r = in_flash(true, true);
    assert_int_equal(round_trip(r), plain + 5);
    cpu_close(r);
    r = in_flash(true, false);
    assert_int_equal(round_trip(r), plain + 4 * 5);
    assert_int_equal(round_trip(r), plain);
    core_art_reset(r->c);
    assert_true(round_trip(r) > plain);
    cpu_close(r);
}

static void sixty_four_lines_are_kept(void **state)
{
    for (unsigned lines = 60; lines <= 70; lines += 10) {
        struct cpu *r = in_flash(true, false);
        for (uint32_t i = 0; i < 8 * lines; i++) {
            cpu_code(r, CPU_FLASH + 0x1000 + 2 * i, "3001");
        }
        uint32_t end = CPU_FLASH + 0x1000 + 16 * lines;
        char back[16];
        uint32_t imm = (0u - (16 * lines + 4)) >> 1 & 0x7FF;
        (void)snprintf(back, sizeof(back), "%04x", 0xE000 | imm);
        cpu_code(r, end, back);
        cpu_go(r, CPU_FLASH + 0x1000);
        core_break(r->c, end, true);
        uint64_t cost[3];
        for (unsigned i = 0; i < 3; i++) {
            uint64_t from = core_cycles(r->c);
            assert_int_equal(cpu_run(r, 10000), CORE_BREAK);
            cost[i] = core_cycles(r->c) - from;
        }
        bool fits = lines < 64;
        assert_true(fits ? cost[2] < 8 * lines + 20 : cost[2] > 8 * lines + 100);
        cpu_close(r);
    }
}

static void lines_in_use_outlive_others(void **state)
{
    static struct art a;
    const uint8_t bytes[CORE_LINE] = {0};
    memset(&a, 0, sizeof(a));
    for (uint32_t i = 0; i < ART_LINES; i++) {
        art_fill(&a, 16 * i, bytes);
    }
    a.used |= 1;
    art_fill(&a, 0x10000, bytes);
    assert_true(art_find(&a, 0) >= 0);
    assert_int_equal(art_find(&a, 16), -1);
    assert_true(art_find(&a, 0x10000) >= 0);
    for (uint32_t i = 0; i < 10000; i++) {
        art_fill(&a, 0x20000 + i * 16 % 0x3330, bytes);
    }
    unsigned found = 0;
    for (uint32_t line = 0; line < 0x30000; line += 16) {
        found += art_find(&a, line) >= 0;
    }
    assert_int_equal(found, ART_LINES);
}

static void lines_that_are_not_there_are_asked_of_the_bus(void **state)
{
    struct cpu *r = in_flash(true, false);
    r->flash_page.fetch = false;
    r->line_wait = 7;
    core_revoke(r->c, 0, 0);
    assert_int_equal(round_trip(r), 31 + 3 + 4 * 7);
    assert_int_equal(r->lines, 4);
    assert_int_equal(r->last_line, CPU_FLASH + 0x230);
    round_trip(r);
    assert_int_equal(r->lines, 4); /* the cache has them */
    r->line_end = CORE_ERROR;
    core_art_reset(r->c);
    cpu_ppb_set(r, SHCSR, 0x70000);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), CORE_BUS_FAULT);
    assert_int_equal(cpu_ppb(r, CFSR), 0x100);
    cpu_close(r);

    r = in_flash(true, false);
    r->flash_page.fetch = false;
    r->line_end = CORE_GONE;
    core_revoke(r->c, 0, 0);
    assert_int_equal(cpu_run(r, 100), CORE_WENT);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_FLASH + 0x200);
    cpu_close(r);
}

/* Nothing but the bus and the cache has the bytes of such a page. */
static void lines_of_a_page_without_bytes_are_executed(void **state)
{
    for (int cache = 0; cache < 2; cache++) {
        struct cpu *r = in_flash(cache != 0, false);
        r->flash_page.fetch = false;
        r->flash_calls = true;
        r->line_wait = 7;
        core_revoke(r->c, 0, 0);
        round_trip(r);
        for (unsigned turn = 0; turn < 2; turn++) {
            uint32_t before = cpu_reg(r, CORE_R0);
            unsigned lines = r->lines;
            unsigned asked = cache != 0 ? 0 : 4;
            assert_int_equal(round_trip(r), 31 + 3 + asked * 7);
            assert_int_equal(r->lines - lines, asked);
            assert_int_equal(cpu_reg(r, CORE_R0), before + 31);
        }
        cpu_close(r);
    }
}

static void erase_while_waiting(struct cpu *r)
{
    memset(r->flash + 0x200, 0, 0x40); /* movs r0,r0 */
    core_changed(r->c, CPU_FLASH + 0x200, 0x40);
    core_revoke(r->c, CPU_FLASH, CPU_FLASH_SIZE);
    r->on_line = NULL;
}

static void what_changed_during_the_wait_is_what_is_executed(void **state)
{
    struct cpu *r = in_flash(true, false);
    round_trip(r);
    core_art_reset(r->c);
    r->flash_page.fetch = false;
    core_revoke(r->c, 0, 0);
    r->on_line = erase_while_waiting;
    core_revoke(r->c, 0, 0);
    uint32_t before = cpu_reg(r, CORE_R0);
    cpu_go(r, CPU_FLASH + 0x224);
    cpu_run(r, 20);
    assert_int_equal(cpu_reg(r, CORE_R0), before);
    cpu_close(r);
}

static void stale_lines_are_executed_and_told(void **state)
{
    struct cpu *r = in_flash(true, false);
    round_trip(r);
    uint32_t before = cpu_reg(r, CORE_R0);
    memset(r->flash + 0x210, 0, 0x10);
    core_changed(r->c, CPU_FLASH + 0x210, 0x10);
    round_trip(r);
    assert_int_equal(cpu_reg(r, CORE_R0), before + 31); /* the old code */
    assert_true(cpu_count(r, CORE_SAYS_STALE_CODE) >= 1);
    assert_int_equal(cpu_last(r, CORE_SAYS_STALE_CODE)->addr, CPU_FLASH + 0x210);
    core_art_reset(r->c);
    round_trip(r);
    assert_int_equal(cpu_reg(r, CORE_R0), before + 31 + 23);
    cpu_close(r);
}

static void lines_loaded_from_are_remembered(void **state)
{
    struct cpu *r = in_flash(true, false);
    uint32_t lines[16];
    core_noted(r->c, lines);
    static const uint32_t at[] = {0x800, 0x810, 0x804, 0x900};
    for (size_t i = 0; i < 4; i++) {
        cpu_set(r, R(1), CPU_FLASH + at[i]);
        cpu_try(r, "6808");
    }
    assert_int_equal(core_noted(r->c, lines), 3);
    assert_int_equal(lines[0], CPU_FLASH + 0x810);
    assert_int_equal(lines[1], CPU_FLASH + 0x800);
    assert_int_equal(lines[2], CPU_FLASH + 0x900);
    assert_int_equal(core_noted(r->c, lines), 0);
    for (uint32_t i = 0; i < 20; i++) {
        cpu_set(r, R(1), CPU_FLASH + 16 * i);
        cpu_try(r, "6808");
    }
    assert_int_equal(core_noted(r->c, lines), 16);
    assert_int_equal(lines[0], CPU_FLASH + 16 * 4);
    cpu_close(r);
}

/* ---- copies ---------------------------------------------------------------------------------------- */

/* Loops over RAM with interrupts and the unit at work. */
static struct cpu *busy(void)
{
    struct cpu *r = in_flash(true, true);
    cpu_ppb_set(r, CPACR, 0xF00000);
    cpu_ppb_set(r, SYST_RVR, 777);
    cpu_ppb_set(r, SYST_CVR, 0);
    cpu_ppb_set(r, SYST_CSR, 7);
    cpu_ppb_set(r, MPU_CTRL, 5);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SYSTICK, "3501 4770"); /* adds r5,#1; bx lr */
    cpu_set(r, R(1), PLACE);
    /* ldr r0,[r1]; adds r0,#3; str; vmov s1,r0; vadd s2,s2,s1; ite; lsrs; eors; b */
    cpu_code(r, CPU_FLASH + 0x300,
            "6808 3003 6008 ee00 0a90 ee31 1a20 bf0c 0842 4042 1880 e7f3");
    cpu_go(r, CPU_FLASH + 0x300);
    return r;
}

static void a_restored_state_goes_on_the_same_way(void **state)
{
    struct cpu *r = busy();
    void *first = malloc(core_state_size());
    void *second = malloc(core_state_size());
    void *third = malloc(core_state_size());
    for (uint64_t n = 100; n < 20000; n = n * 3 + 7) {
        cpu_run(r, n);
        core_save(r->c, first);
        uint8_t ram[CPU_RAM_SIZE];
        memcpy(ram, r->ram, sizeof(ram));
        uint64_t until = core_cycles(r->c) + 3 * n;
        core_run(r->c, until);
        core_save(r->c, second);
        uint64_t hash = core_hash(r->c);
        core_restore(r->c, first);
        memcpy(r->ram, ram, sizeof(ram));
        core_run(r->c, until);
        core_save(r->c, third);
        assert_memory_equal(second, third, core_state_size());
        assert_int_equal(core_hash(r->c), hash);
    }
    free(first);
    free(second);
    free(third);
    cpu_close(r);
}

static void two_runs_are_the_same(void **state)
{
    struct cpu *a = busy();
    struct cpu *b = busy();
    cpu_run(a, 30000);
    for (unsigned i = 0; i < 300; i++) {
        core_run(b->c, core_cycles(b->c) + 100 < core_cycles(a->c)
                               ? core_cycles(b->c) + 100
                               : core_cycles(a->c));
    }
    core_run(b->c, core_cycles(a->c));
    assert_int_equal(core_cycles(a->c), core_cycles(b->c));
    assert_int_equal(core_insns(a->c), core_insns(b->c));
    assert_int_equal(core_hash(a->c), core_hash(b->c));
    assert_memory_equal(a->ram, b->ram, CPU_RAM_SIZE);
    cpu_close(a);
    cpu_close(b);
}

static void the_hash_is_of_what_comes_next_and_not_of_time(void **state)
{
    struct cpu *r = cpu_open();
    uint64_t hash = core_hash(r->c);
    cpu_run(r, 1000);
    assert_int_equal(core_hash(r->c), hash);
    static const uint32_t addrs[] = {MPU_CTRL, SHCSR, NVIC_ISER, CPACR, VTOR};
    for (size_t i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
        uint32_t old = cpu_ppb(r, addrs[i]);
        cpu_ppb_set(r, addrs[i], 0xF0F084);
        assert_true(core_hash(r->c) != hash);
        cpu_ppb_set(r, addrs[i], old);
        cpu_ppb_set(r, NVIC_ISER + 0x80, 0xFFFFFFFF);
        assert_int_equal(core_hash(r->c), hash);
    }
    for (unsigned reg = 0; reg < CORE_CONTROL; reg++) {
        uint32_t old = cpu_reg(r, (enum core_reg)reg);
        cpu_set(r, (enum core_reg)reg, old ^ (reg == CORE_XPSR ? 0x80000000 : 0x11));
        if (cpu_reg(r, (enum core_reg)reg) != old) {
            assert_true(core_hash(r->c) != hash);
        }
        cpu_set(r, (enum core_reg)reg, old);
        assert_int_equal(core_hash(r->c), hash);
    }
    cpu_close(r);
}

/* ---- who may: an independent reading of the rules --------------------------------------------------- */

static uint32_t random_of(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 3;
}

/* As the manual's table of AP has it: 2 bits of read and write, privileged and
 * not. */
static unsigned rights_of(unsigned ap, bool privileged)
{
    static const char *const table[8] = {"--", "W-", "WR", "WW", "--", "R-", "RR", "RR"};
    char c = table[ap][privileged ? 0 : 1];
    return c == 'W' ? 3 : c == 'R' ? 1 : 0;
}

static bool allowed(const uint32_t *rbar, const uint32_t *rasr, uint32_t addr,
        enum core_access access, bool privileged)
{
    bool code = (addr >> 29) <= 1 || (addr >> 29) == 3 || (addr >> 29) == 4;
    for (int n = 7; n >= 0; n--) {
        uint64_t size = (uint64_t)2 << (rasr[n] >> 1 & 31);
        uint64_t base = rbar[n] & ~(size - 1);
        if ((rasr[n] & 1) == 0 || addr < base || addr >= base + size) {
            continue;
        }
        unsigned eighth = (unsigned)((addr - base) * 8 / size);
        if (size >= 256 && (rasr[n] >> 8 >> eighth & 1) != 0) {
            continue;
        }
        unsigned rights = rights_of(rasr[n] >> 24 & 7, privileged);
        bool xn = (rasr[n] >> 28 & 1) != 0 || addr >= 0xE0000000;
        return access == CORE_LOAD    ? (rights & 1) != 0
               : access == CORE_STORE ? (rights & 2) != 0
                                      : (rights & 1) != 0 && !xn;
    }
    return privileged && (access != CORE_FETCH || code);
}

static void random_regions_decide_as_an_independent_reader_does(void **state)
{
    struct cpu *r = cpu_open();
    uint32_t seed = 7;
    for (unsigned round = 0; round < 60; round++) {
        uint32_t rbar[8];
        uint32_t rasr[8];
        for (uint32_t n = 0; n < 8; n++) {
            uint32_t size = 4 + random_of(&seed) % (round % 2 != 0 ? 28 : 12);
            uint32_t wide = size < 31 ? ~((2u << size) - 1) : 0;
            rbar[n] = (CPU_RAM + random_of(&seed) % 0x20000) & wide;
            rasr[n] = (random_of(&seed) & 0x17000000) | (random_of(&seed) & 0xFF00) |
                      size << 1 | (random_of(&seed) & 1);
            cpu_ppb_set(r, MPU_RNR, n);
            cpu_ppb_set(r, MPU_RBAR, rbar[n]);
            cpu_ppb_set(r, MPU_RASR, rasr[n]);
        }
        cpu_ppb_set(r, MPU_CTRL, 5);
        for (unsigned k = 0; k < 500; k++) {
            uint32_t addr = CPU_RAM + random_of(&seed) % 0x22000;
            addr = k % 10 == 0 ? random_of(&seed) << 3 : addr;
            enum core_access access =
                    (enum core_access)(random_of(&seed) % 3); /* load, store, fetch */
            bool privileged = random_of(&seed) % 2 != 0;
            int region = 0;
            if (addr >> 20 != 0xE00) {
                assert_int_equal(core_allows(r->c, addr, access, privileged, &region),
                        allowed(rbar, rasr, addr, access, privileged));
            }
        }
        cpu_ppb_set(r, MPU_CTRL, 0);
    }
    cpu_close(r);
}

static void loads_and_stores_find_what_the_lookup_says(void **state)
{
    struct cpu *r = cpu_open();
    uint32_t seed = 99;
    unsigned refused = 0;
    cpu_ppb_set(r, SHCSR, 0x70000);
    for (unsigned round = 0; round < 40; round++) {
        for (unsigned n = 0; n < 7; n++) {
            uint32_t size = 32u << random_of(&seed) % 8;
            uint32_t base = (PLACE + random_of(&seed) % 0x2000) & ~(size - 1);
            cpu_region(r, (struct cpu_region){n, base, size, random_of(&seed) % 8,
                                  random_of(&seed) & 0xFF, false});
        }
        cpu_region(r, (struct cpu_region){7, CPU_RAM, 0x1000, 3, 0, false});
        cpu_ppb_set(r, MPU_CTRL, 5);
        for (unsigned k = 0; k < 60; k++) {
            bool store = random_of(&seed) % 2 != 0;
            uint32_t addr = PLACE + random_of(&seed) % 0x2000 / 4 * 4;
            int region = 0;
            bool may = core_allows(
                    r->c, addr, store ? CORE_STORE : CORE_LOAD, true, &region);
            cpu_set(r, R(1), addr);
            cpu_set(r, CORE_XPSR, 0x01000000);
            cpu_set(r, CORE_MSP, CPU_STACK);
            cpu_try(r, store ? "6008" : "6808");
            assert_int_equal(cpu_exception(r), may ? 0 : 4);
            refused += !may;
            cpu_ppb_set(r, SHCSR, 0x70000); /* nothing is active */
        }
        cpu_ppb_set(r, MPU_CTRL, 0);
    }
    assert_in_range(refused, 300, 2100);
    cpu_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(each_width_extends_as_it_says),
            cmocka_unit_test(the_bus_sees_each_store_once_with_its_width_and_beat),
            cmocka_unit_test(unaligned_accesses_are_split),
            cmocka_unit_test(exclusive_stores_need_the_monitor),
            cmocka_unit_test(lists_go_up_from_the_lowest),
            cmocka_unit_test(bits_have_aliases),
            cmocka_unit_test(what_writes_sp_aligns_it),
            cmocka_unit_test(the_pc_can_be_read_and_written),
            cmocka_unit_test(flags_are_right_though_some_are_not_made),
            cmocka_unit_test(a_page_is_asked_for_once_until_it_is_revoked),
            cmocka_unit_test(the_first_store_may_give_a_page_other_bytes),
            cmocka_unit_test(code_may_store_to_code),
            cmocka_unit_test(code_stored_by_a_loop_is_executed_anew),
            cmocka_unit_test(code_changed_from_outside_is_told_of),
            cmocka_unit_test(the_same_id_saves_looking_and_another_id_does_not),
            cmocka_unit_test(an_alias_shows_the_same_code),
            cmocka_unit_test(blocks_go_over_the_ends_of_pages),
            cmocka_unit_test(a_page_may_hold_more_blocks_than_there_is_room_for),
            cmocka_unit_test(lines_cost_what_the_caches_leave),
            cmocka_unit_test(sixty_four_lines_are_kept),
            cmocka_unit_test(lines_in_use_outlive_others),
            cmocka_unit_test(lines_that_are_not_there_are_asked_of_the_bus),
            cmocka_unit_test(lines_of_a_page_without_bytes_are_executed),
            cmocka_unit_test(what_changed_during_the_wait_is_what_is_executed),
            cmocka_unit_test(stale_lines_are_executed_and_told),
            cmocka_unit_test(lines_loaded_from_are_remembered),
            cmocka_unit_test(a_restored_state_goes_on_the_same_way),
            cmocka_unit_test(two_runs_are_the_same),
            cmocka_unit_test(the_hash_is_of_what_comes_next_and_not_of_time),
            cmocka_unit_test(random_regions_decide_as_an_independent_reader_does),
            cmocka_unit_test(loads_and_stores_find_what_the_lookup_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
