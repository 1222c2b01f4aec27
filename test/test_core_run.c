/* test_core_run.c - running and stopping, time, what is told, what stops a run.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/core_rig.h"

enum { LATEST = 32 * 3 + 20 }; /* cycles that a run may go beyond what was asked */
#define HANDLER(exc) (CPU_HANDLERS + 16 * (uint32_t)(exc))
#define R(n)         ((enum core_reg)(CORE_R0 + (n)))

/* ---- reset ---------------------------------------------------------------------------- */

static void reset_gives_the_registers_of_the_manual(void **state)
{
    static const struct {
        uint32_t addr, value;
    } regs[] = {{0xE000ED00, 0x410FC241}, {ICSR, 0x800}, {VTOR, 0}, {AIRCR, 0xFA050000},
            {SCR, 0}, {CCR, 0x200}, {SHPR1, 0}, {SHPR2, 0}, {SHPR3, 0}, {SHCSR, 0},
            {CFSR, 0}, {HFSR, 0}, {CPACR, 0}, {FPCCR, 0xC0000000}, {0xE000ED90, 0x800},
            {MPU_CTRL, 0}, {MPU_RNR, 0}, {SYST_CSR, 0}, {0xE000E01C, 0x1234},
            {DWT_CTRL, 0x40000000}, {0xE000EDF0, 0}, {0xE000EF40, 0x10110021},
            {0xE000EF44, 0x11000011}, {0xE000ED40, 0x30}, {0xE000ED60, 0x01101110}};
    struct cpu *r = cpu_open();
    for (size_t i = 0; i < sizeof(regs) / sizeof(*regs); i++) {
        if (cpu_ppb(r, regs[i].addr) != regs[i].value) {
            fail_msg("%08X is %08X", (unsigned)regs[i].addr,
                    (unsigned)cpu_ppb(r, regs[i].addr));
        }
    }
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFF);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE);
    assert_int_equal(cpu_reg(r, CORE_XPSR) & 0xF9000000, 0x01000000);
    assert_true(core_privileged(r->c));
    cpu_close(r);
}

static void reset_takes_back_all_but_time_and_lines(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, MPU_CTRL, 5);
    cpu_ppb_set(r, SHCSR, 0x70000);
    cpu_ppb_set(r, NVIC_ISER, 8);
    cpu_ppb_set(r, VTOR, CPU_RAM);
    cpu_set(r, CORE_CONTROL, 1);
    core_irq(r->c, 3, true);
    uint64_t cycles = core_cycles(r->c);
    uint64_t insns = core_insns(r->c);
    core_reset(r->c);
    assert_int_equal(core_cycles(r->c), cycles);
    assert_int_equal(core_insns(r->c), insns);
    assert_int_equal(cpu_ppb(r, MPU_CTRL) | cpu_ppb(r, SHCSR) | cpu_ppb(r, NVIC_ISER), 0);
    cpu_run(r, 50);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE);
    assert_int_equal(cpu_ppb(r, NVIC_ISPR), 8);
    cpu_close(r);
}

static void a_start_that_cannot_be_read_or_is_even_shows_when_it_runs(void **state)
{
    struct cpu *r = cpu_open();
    r->flash[4] = 0; /* even */
    core_reset(r->c);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, CFSR), 0x20000);
    cpu_close(r);

    r = cpu_open();
    r->flash_page.read = false;
    r->flash_page.no_fetch = true;
    core_revoke(r->c, 0, 0);
    core_reset(r->c);
    assert_int_equal(cpu_run(r, 100), CORE_LOCKED_UP);
    cpu_close(r);
}

/* ---- how far ---------------------------------------------------------------------------- */

static void a_run_ends_soon_after_the_cycle_asked_for(void **state)
{
    struct cpu *r = cpu_open();
    cpu_try(r, "3001 3001 3001 e7fb"); /* adds three times, again */
    for (uint64_t n = 1; n < 400; n += 37) {
        uint64_t until = core_cycles(r->c) + n;
        assert_int_equal(core_run(r->c, until), CORE_UNTIL);
        assert_in_range(core_cycles(r->c), until, until + LATEST);
    }
    uint64_t insns = core_insns(r->c);
    assert_int_equal(core_run(r->c, core_cycles(r->c)), CORE_UNTIL);
    assert_int_equal(core_insns(r->c), insns);
    cpu_close(r);
}

static void cycles_and_instructions_are_counted(void **state)
{
    static const struct {
        const char *hex;
        unsigned insns, cycles;
    } code[] = {
            {"bf00", 1, 1},                /* nop */
            {"3001 3001 3001", 3, 3},      /* adds */
            {"6808", 1, 2},                /* ldr r0,[r1] */
            {"6008", 1, 1},                /* str r0,[r1] */
            {"e000 bf00", 1, 3},           /* b over one */
            {"d100 bf00", 1, 3},           /* bne, taken */
            {"d000 bf00", 2, 2},           /* beq, not taken */
            {"b403", 1, 3},                /* push {r0,r1} */
            {"fbb1 f0f1", 1, 2},           /* udiv by itself */
            {"bf08 3001", 2, 2},           /* it eq; addeq, passed over */
            {"bf18 6808", 2, 3},           /* it ne; ldrne */
            {"bf08 6808", 2, 2},           /* it eq; ldreq, passed over */
            {"f3bf 8f4f", 1, 4},           /* dsb */
            {"f000 f801 e7fe bf00", 2, 4}, /* bl over the end: nop there */
    };
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct cpu *r = cpu_open();
        cpu_set(r, R(1), CPU_RAM + 0x1000);
        cpu_set(r, CORE_XPSR, 0x01000000); /* ne */
        cpu_code(r, CPU_CODE + 0x100, code[i].hex);
        uint32_t end = cpu_code(r, CPU_CODE + 0x100, code[i].hex);
        core_break(r->c, end, true);
        cpu_go(r, CPU_CODE + 0x100);
        uint64_t insns = core_insns(r->c);
        uint64_t cycles = core_cycles(r->c);
        assert_int_equal(cpu_run(r, 300), CORE_BREAK);
        if (core_insns(r->c) - insns != code[i].insns ||
                core_cycles(r->c) - cycles != code[i].cycles) {
            fail_msg("%s: %u instructions, %u cycles", code[i].hex,
                    (unsigned)(core_insns(r->c) - insns),
                    (unsigned)(core_cycles(r->c) - cycles));
        }
        cpu_close(r);
    }
}

static void one_step_is_one_instruction(void **state)
{
    struct cpu *r = cpu_open();
    /* movs r0,#5; ittt ne; addne r0,#1 twice; beq; subs; bne -4 */
    cpu_code(r, CPU_CODE, "2005 bf1c 3001 3001 3801 d1fd e7fe");
    cpu_go(r, CPU_CODE);
    static const uint32_t pcs[] = {2, 4, 6, 8, 10, 8, 10, 8};
    for (size_t i = 0; i < sizeof(pcs) / sizeof(*pcs); i++) {
        uint64_t insns = core_insns(r->c);
        assert_int_equal(core_step(r->c), CORE_STEPPED);
        assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + pcs[i]);
        assert_int_equal(core_insns(r->c), insns + 1);
    }
    cpu_close(r);
}

static void stepping_and_running_come_to_the_same(void **state)
{
    struct cpu *a = cpu_open();
    struct cpu *b = cpu_open();
    const char *code = "2407 bf1e 1801 1842 4050 3c01 d1f9 f04f 0c03 fb0c f300 e7fe";
    cpu_code(a, CPU_CODE, code);
    cpu_code(b, CPU_CODE, code);
    core_break(a->c, CPU_CODE + 22, true);
    cpu_go(a, CPU_CODE);
    cpu_go(b, CPU_CODE);
    uint64_t insns = core_insns(a->c);
    assert_int_equal(cpu_run(a, 1000), CORE_BREAK);
    for (insns = core_insns(a->c) - insns; insns > 0; insns--) {
        core_step(b->c);
    }
    for (unsigned reg = 0; reg <= CORE_XPSR; reg++) {
        assert_int_equal(cpu_reg(a, (enum core_reg)reg), cpu_reg(b, (enum core_reg)reg));
    }
    assert_int_equal(core_cycles(a->c), core_cycles(b->c));
    cpu_close(a);
    cpu_close(b);
}

static void breakpoints_stop_before_and_are_passed_once(void **state)
{
    struct cpu *r = cpu_open();
    cpu_code(r, CPU_CODE, "3001 3002 e7fc"); /* adds, adds, again */
    cpu_go(r, CPU_CODE);
    core_break(r->c, CPU_CODE + 2, true);
    assert_int_equal(cpu_run(r, 300), CORE_BREAK);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + 2);
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    assert_int_equal(cpu_run(r, 300), CORE_BREAK);
    assert_int_equal(cpu_reg(r, CORE_R0), 4);
    assert_int_equal(core_step(r->c), CORE_STEPPED);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + 4);
    core_break(r->c, CPU_CODE + 2, false);
    assert_int_equal(cpu_run(r, 300), CORE_UNTIL);
    cpu_close(r);

    r = cpu_open();                               /* inside an IT block */
    cpu_code(r, CPU_CODE, "bf14 2001 2102 e7fe"); /* ite ne; movne; moveq */
    cpu_set(r, CORE_XPSR, 0x01000000);
    core_break(r->c, CPU_CODE + 2, true);
    cpu_go(r, CPU_CODE);
    assert_int_equal(cpu_run(r, 300), CORE_BREAK);
    assert_int_equal(cpu_reg(r, CORE_R0), 0);
    assert_int_equal(cpu_run(r, 300), CORE_UNTIL);
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    assert_int_equal(cpu_reg(r, R(1)), 0);
    cpu_close(r);
}

static void watches_stop_after_the_access(void **state)
{
    struct cpu *r = cpu_open();
    const uint32_t place = CPU_RAM + 0x1000;
    core_watch(r->c, place + 2, 1, false, true);
    cpu_set(r, R(1), place);
    cpu_set(r, CORE_R0, 0x55);
    assert_int_equal(cpu_try(r, "6808 7008 6008 2007"), CORE_WATCH);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + 6); /* the word touched it */
    assert_int_equal(core_watched(r->c), place);
    assert_int_equal(cpu_run(r, 300), CORE_UNTIL);
    core_watch(r->c, 0, 0, false, false);
    core_watch(r->c, place, 4, true, false);
    assert_int_equal(cpu_try(r, "6008 6808 2007"), CORE_WATCH);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + 4);
    cpu_close(r);
}

/* ---- stopped from inside -------------------------------------------------------------------- */

static void ask_to_stop(struct cpu *r, bool store)
{
    (void)store;
    core_stop(r->c);
}

static void a_stop_from_the_bus_ends_with_the_instruction(void **state)
{
    struct cpu *r = cpu_open();
    r->on_place = ask_to_stop;
    cpu_set(r, R(1), CPU_PLACE);
    assert_int_equal(cpu_try(r, "6008 3001 3001"), CORE_ASKED);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE + 2);
    assert_int_equal(r->stored_at, CPU_PLACE);
    assert_int_equal(cpu_run(r, 300), CORE_UNTIL);
    assert_int_equal(cpu_reg(r, CORE_R0), 2);
    cpu_close(r);
}

static void shorten_now(struct cpu *r, bool store)
{
    (void)store;
    core_shorten(r->c, core_cycles(r->c) + 10);
}

static void a_run_can_be_shortened_from_inside(void **state)
{
    struct cpu *r = cpu_open();
    r->on_place = shorten_now;
    cpu_set(r, R(1), CPU_PLACE);
    cpu_code(r, CPU_CODE, "6008 e7fe");
    cpu_go(r, CPU_CODE);
    uint64_t from = core_cycles(r->c);
    assert_int_equal(cpu_run(r, 100000), CORE_UNTIL);
    assert_in_range(core_cycles(r->c), from + 10, from + 12 + LATEST);
    cpu_close(r);
}

static void stall_long(struct cpu *r, bool store)
{
    (void)store;
    core_stall(r->c, 5000000000u);
}

static void a_stall_passes_time_and_ticks_pend_once(void **state)
{
    struct cpu *r = cpu_open();
    r->on_place = stall_long;
    cpu_ppb_set(r, SYST_RVR, 999);
    cpu_ppb_set(r, SYST_CVR, 0);
    cpu_ppb_set(r, SYST_CSR, 7);
    uint64_t from = core_cycles(r->c);
    cpu_code(r, HANDLER(CORE_SYSTICK), "3501 4770"); /* adds r5,#1; bx lr */
    cpu_set(r, R(1), CPU_PLACE);
    cpu_code(r, CPU_CODE, "6008 e7fe");
    cpu_go(r, CPU_CODE);
    core_run(r->c, from + 5000000300u);
    assert_int_equal(cpu_reg(r, R(5)), 1);
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_ENTRY);
    assert_int_equal(s->pended, from + 1000); /* since the first one */
    assert_true(s->cycle >= from + 5000000000u);
    cpu_close(r);
}

static void go(struct cpu *r, bool store)
{
    (void)store;
    r->place_end = CORE_GONE;
}

static void what_went_did_not_happen(void **state)
{
    static const char *const code[] = {"6008 3001", "6808 3001", "f841 0b04 3001",
            "e8b1 00fc 3001", "e9d1 2302 3001"}; /* str, ldr, str!, ldm!, ldrd */
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct cpu *r = cpu_open();
        r->on_place = go;
        r->place_end = CORE_GONE;
        cpu_set(r, R(1), CPU_PLACE);
        cpu_set(r, R(2), 0x22);
        cpu_set(r, CORE_R0, 0x77);
        assert_int_equal(cpu_try(r, code[i]), CORE_WENT);
        assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE);
        assert_int_equal(cpu_reg(r, CORE_R0), 0x77);
        assert_int_equal(cpu_reg(r, R(1)), CPU_PLACE);
        assert_int_equal(cpu_reg(r, R(2)), 0x22);
        cpu_close(r);
    }
}

static void resets_are_asked_for_with_the_key(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), AIRCR);
    cpu_set(r, CORE_R0, 0x05FA0004);
    assert_int_equal(cpu_try(r, "6008 3001"), CORE_RESET_ASKED);
    assert_int_equal(cpu_reg(r, CORE_R0), 0x05FA0004);
    cpu_set(r, CORE_R0, 0x05FB0004);
    assert_int_equal(cpu_try(r, "6008 3001"), CORE_UNTIL);
    cpu_close(r);
}

/* ---- what is not modelled --------------------------------------------------------------------- */

static void what_is_not_modelled_names_itself(void **state)
{
    static const struct {
        const char *hex, *name;
        uint32_t r0, r1;
    } code[] = {
            {"e8bd 2001", "UNPREDICTABLE encoding E8BD 2001", 0, 0}, /* ldm with sp */
            {"fb00 fd01", "UNPREDICTABLE encoding FB00 FD01", 0, 0}, /* mul sp */
            {"b400", "UNPREDICTABLE encoding B400", 0, 0},           /* push nothing */
            {"6008", "DWT_CTRL 0x40010000", 0x40010000, DWT_CTRL},
            {"6008", "DWT_FUNCTION1 0x00000005", 5, 0xE0001038},
            {"6008", "FP_CTRL", 3, 0xE0002000},
            {"7008", "a store of 1 bytes to 0xE000ED08", 0, VTOR},
            {"6008", "MPU region 8", 8, MPU_RNR},
    };
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct cpu *r = cpu_open();
        cpu_set(r, CORE_R0, code[i].r0);
        cpu_set(r, R(1), code[i].r1);
        assert_int_equal(cpu_try(r, code[i].hex), CORE_UNMODELLED);
        if (strstr(core_unmodelled(r->c), code[i].name) == NULL) {
            fail_msg("%s: %s", code[i].name, core_unmodelled(r->c));
        }
        assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE);
        cpu_close(r);
    }
}

/* ---- SysTick, the cycle counter ------------------------------------------------------------------ */

static void systick_counts_down_and_says_when_it_was_zero(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, SYST_RVR, 99);
    cpu_ppb_set(r, SYST_CVR, 5);
    cpu_ppb_set(r, SYST_CSR, 5); /* no interrupt */
    assert_int_equal(cpu_ppb(r, SYST_CVR), 0);
    uint64_t from = core_cycles(r->c);
    cpu_run(r, 30);
    uint64_t passed = core_cycles(r->c) - from;
    assert_int_equal(cpu_ppb(r, SYST_CVR), 100 - passed);
    assert_int_equal(cpu_ppb(r, SYST_CSR), 5);
    cpu_run(r, 100);
    passed = core_cycles(r->c) - from;
    assert_int_equal(cpu_ppb(r, SYST_CVR), 200 - passed);
    cpu_set(r, R(1), SYST_CSR);
    cpu_try(r, "6808 680a"); /* the flag is cleared by the load */
    assert_int_equal(cpu_reg(r, CORE_R0), 0x10005);
    assert_int_equal(cpu_reg(r, R(2)), 5);
    cpu_ppb_set(r, SYST_CSR, 4); /* it stands */
    uint32_t value = cpu_ppb(r, SYST_CVR);
    cpu_run(r, 50);
    assert_int_equal(cpu_ppb(r, SYST_CVR), value);
    cpu_close(r);
}

static void systick_may_count_every_eighth_cycle(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, SYST_RVR, 999);
    cpu_ppb_set(r, SYST_CVR, 0);
    cpu_ppb_set(r, SYST_CSR, 1);
    uint64_t from = core_cycles(r->c);
    cpu_run(r, 800);
    uint64_t passed = core_cycles(r->c) - from;
    assert_int_equal(cpu_ppb(r, SYST_CVR), 1000 - passed / 8);
    cpu_ppb_set(r, SYST_RVR, 0);
    cpu_ppb_set(r, SYST_CVR, 0); /* a reload value of 0 stops it */
    cpu_run(r, 800);
    assert_int_equal(cpu_ppb(r, SYST_CVR), 0);
    cpu_close(r);
}

static void cyccnt_counts_while_tracing_is_on(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, DWT_CTRL, 1);
    cpu_run(r, 100);
    assert_int_equal(cpu_ppb(r, CYCCNT), 0); /* TRCENA is off */
    cpu_ppb_set(r, DEMCR, 1u << 24);
    uint64_t from = core_cycles(r->c);
    cpu_run(r, 100);
    assert_int_equal(cpu_ppb(r, CYCCNT), core_cycles(r->c) - from);
    cpu_ppb_set(r, CYCCNT, 0xFFFFFFF0);
    from = core_cycles(r->c);
    cpu_run(r, 100);
    assert_int_equal(
            cpu_ppb(r, CYCCNT), 0xFFFFFFF0 + (uint32_t)(core_cycles(r->c) - from));
    cpu_ppb_set(r, DWT_CTRL, 0);
    uint32_t value = cpu_ppb(r, CYCCNT);
    cpu_run(r, 100);
    assert_int_equal(cpu_ppb(r, CYCCNT), value);
    cpu_close(r);
}

static void two_loads_of_cyccnt_differ_by_what_is_between(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, DEMCR, 1u << 24);
    cpu_ppb_set(r, DWT_CTRL, 1);
    cpu_set(r, R(1), CYCCNT);
    cpu_try(r, "6808 bf00 bf00 680a"); /* ldr r0; nop; nop; ldr r2 */
    assert_int_equal(cpu_reg(r, R(2)) - cpu_reg(r, CORE_R0), 4);
    cpu_close(r);
}

/* ---- the trace that nobody reads -------------------------------------------------------------------- */

static void tracing_has_room_and_no_reader(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), 0xE0000000); /* ITM_STIM0 */
    cpu_set(r, CORE_R0, 'x');
    assert_int_equal(cpu_try(r, "7008 680a"), CORE_UNTIL);
    assert_int_equal(cpu_reg(r, R(2)), 1);
    cpu_ppb_set(r, 0xE0000E80, 1);
    assert_int_equal(cpu_ppb(r, 0xE0000E80), 1);
    cpu_close(r);
}

/* ---- what is told ---------------------------------------------------------------------------------------- */

static void stores_to_the_ppb_are_told(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), MPU_CTRL);
    cpu_set(r, CORE_R0, 5);
    cpu_try(r, "6008");
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_PPB);
    assert_int_equal(s->addr, MPU_CTRL);
    assert_int_equal(s->value, 5);
    assert_int_equal(s->pc, CPU_CODE);
    cpu_close(r);
}

static void accesses_and_instructions_are_told_on_demand(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, R(1), CPU_RAM + 0x1000);
    cpu_set(r, CORE_R0, 0xAB);
    cpu_try(r, "7008 880a");
    assert_int_equal(cpu_count(r, CORE_SAYS_ACCESS) + cpu_count(r, CORE_SAYS_INSN), 0);
    core_tell_accesses(r->c, true);
    cpu_try(r, "7008 880a");
    assert_int_equal(cpu_count(r, CORE_SAYS_ACCESS), 2);
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_ACCESS);
    assert_int_equal(s->addr, CPU_RAM + 0x1000);
    assert_int_equal(s->value, 0xAB);
    assert_int_equal(s->width, 2);
    assert_int_equal(s->access, CORE_LOAD);
    cpu_set(r, CORE_R0, 0xCD);
    cpu_try(r, "7008");
    s = cpu_last(r, CORE_SAYS_ACCESS);
    assert_int_equal(s->value, 0xCD);
    assert_int_equal(s->before, 0xAB);
    core_tell_accesses(r->c, false);
    core_tell_insns(r->c, true);
    cpu_code(r, CPU_CODE, "bf14 2001 2002 e7fe");
    cpu_go(r, CPU_CODE);
    r->n_said = 0;
    cpu_run(r, 4);
    assert_int_equal(r->said[0].pc, CPU_CODE);
    assert_int_equal(r->said[1].pc, CPU_CODE + 2);
    assert_int_equal(r->said[2].pc, CPU_CODE + 4); /* though it is passed over */
    cpu_close(r);
}

static void nmi_gets_a_core_out_of_lockup(void **state)
{
    struct cpu *r = cpu_open();
    cpu_code(r, HANDLER(CORE_HARD_FAULT), "de00");
    assert_int_equal(cpu_try(r, "de00"), CORE_LOCKED_UP);
    core_nmi(r->c);
    assert_int_equal(cpu_run(r, 100), CORE_UNTIL);
    assert_int_equal(cpu_exception(r), CORE_NMI);
    assert_int_equal(cpu_frame(r, FRAME_PC), 0xFFFFFFFE);
    cpu_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(reset_gives_the_registers_of_the_manual),
            cmocka_unit_test(reset_takes_back_all_but_time_and_lines),
            cmocka_unit_test(a_start_that_cannot_be_read_or_is_even_shows_when_it_runs),
            cmocka_unit_test(a_run_ends_soon_after_the_cycle_asked_for),
            cmocka_unit_test(cycles_and_instructions_are_counted),
            cmocka_unit_test(one_step_is_one_instruction),
            cmocka_unit_test(stepping_and_running_come_to_the_same),
            cmocka_unit_test(breakpoints_stop_before_and_are_passed_once),
            cmocka_unit_test(watches_stop_after_the_access),
            cmocka_unit_test(a_stop_from_the_bus_ends_with_the_instruction),
            cmocka_unit_test(a_run_can_be_shortened_from_inside),
            cmocka_unit_test(a_stall_passes_time_and_ticks_pend_once),
            cmocka_unit_test(what_went_did_not_happen),
            cmocka_unit_test(resets_are_asked_for_with_the_key),
            cmocka_unit_test(what_is_not_modelled_names_itself),
            cmocka_unit_test(systick_counts_down_and_says_when_it_was_zero),
            cmocka_unit_test(systick_may_count_every_eighth_cycle),
            cmocka_unit_test(cyccnt_counts_while_tracing_is_on),
            cmocka_unit_test(two_loads_of_cyccnt_differ_by_what_is_between),
            cmocka_unit_test(tracing_has_room_and_no_reader),
            cmocka_unit_test(stores_to_the_ppb_are_told),
            cmocka_unit_test(accesses_and_instructions_are_told_on_demand),
            cmocka_unit_test(nmi_gets_a_core_out_of_lockup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
