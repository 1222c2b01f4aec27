/* test_core_faults.c - what each kind of refused access leaves behind: which
 * handler, CFSR, HFSR, address, stacked PC, EXC_RETURN, memory.
 *
 * The names of cases are those of a table measured on QEMU's Cortex-M4; where
 * silicon is known to differ the core follows silicon, and the test says so.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/core_rig.h"

#define T       0x20011000u /* what is refused: 4 KiB */
#define MEMENA  0x10000u
#define BUSENA  0x20000u
#define USGENA  0x40000u
#define ALL     0x70000u
#define FORCED  0x40000000u
#define NONE    0xFFFFFFFFu
#define AT_OP   0u
#define FPU_ON  0x00F00000u
#define MSP_RET 0xFFFFFFF9u

enum { FREE = 0, LOCKUP = -1 }; /* exceptions that are none */

struct outcome {
    int exc;
    uint32_t cfsr, hfsr, far, pc; /* far NONE: invalid; pc: from the code on */
};

struct fault_case {
    const char *name, *code;
    uint32_t r1;
    unsigned ap, srd;
    bool xn;
    uint32_t shcsr, ccr;
    struct outcome out;
};

static const struct fault_case cases[] = {
        /* stores to regions of each permission, by all kinds of store */
        {"A01_wr_ro6_memdis", "6008", T, 6, 0, false, 0, 0, {3, 0x82, FORCED, T, 0}},
        {"A02_wr_ro6_memen", "6008", T, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A04_wr_ro7_memen", "6008", T, 7, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A05_wr_na0_memen", "6008", T, 0, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A06_wr_ro5", "6008", T, 5, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A07_wr_ap4_memen", "6008", T, 4, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A08_wr_rw1", "6008", T, 1, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"A09_wr_rw2", "6008", T, 2, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"A10_wr_rw3", "6008", T, 3, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"A11_rd_ro6", "6808", T, 6, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"A12_rd_na0", "6808", T, 0, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A13_wrh_memen", "8008", T, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A14_strd_memen", "e9c1 0200", T, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A16_str_post", "f841 0b04", T, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A17_strex", "e851 2f00 e841 0300", T, 6, 0, false, MEMENA, 0,
                {4, 0x82, 0, T, 4}},
        {"A19_ldrt_priv_ap1", "f851 0e00", T, 1, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A20_wr_b_offset3", "70c8", T, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T + 3, 0}},
        {"A24_strt_priv_ap2", "f841 0e00", T, 2, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        {"A26_unaligned_ldr_cross_na", "6808", T - 2, 0, 0, false, MEMENA, 0,
                {4, 0x82, 0, T, 0}},
        {"A28_str_pre", "f841 0f04", T - 4, 6, 0, false, MEMENA, 0, {4, 0x82, 0, T, 0}},
        /* execution */
        {"B02_exec_xn_memen", "4788", T | 1, 3, 0, true, MEMENA, 0,
                {4, 1, 0, NONE, T - CPU_CODE}},
        {"B02_exec_xn_memdis", "4788", T | 1, 3, 0, true, 0, 0,
                {3, 1, FORCED, NONE, T - CPU_CODE}},
        {"B03_exec_noxn", "4788", T | 1, 3, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"B04_exec_na", "4788", T | 1, 0, 0, false, MEMENA, 0,
                {4, 1, 0, NONE, T - CPU_CODE}},
        {"B05_exec_ro_noxn", "4788", T | 1, 6, 0, false, MEMENA, 0,
                {FREE, 0, 0, NONE, 0}},
        {"B08_exec_periph", "4788", 0x40001001, 3, 0, false, MEMENA, 0,
                {4, 1, 0, NONE, 0x40001000u - CPU_CODE}},
        {"B09_exec_ppb", "4788", 0xE000E001, 3, 0, false, MEMENA, 0,
                {4, 1, 0, NONE, 0xE000E000u - CPU_CODE}},
        {"B11_exec_sys", "4788", 0xE0100001, 3, 0, false, MEMENA, 0,
                {4, 1, 0, NONE, 0xE0100000u - CPU_CODE}},
        {"B12_exec_dev_a000", "4788", 0xA0000001, 3, 0, false, MEMENA, 0,
                {4, 1, 0, NONE, 0xA0000000u - CPU_CODE}},
        {"B14_exec_unmapped_busdis", "4788", 0x61000001, 3, 0, false, MEMENA, 0,
                {3, 0x100, FORCED, NONE, 0x61000000u - CPU_CODE}},
        {"B14_exec_unmapped_busen", "4788", 0x61000001, 3, 0, false, BUSENA, 0,
                {5, 0x100, 0, NONE, 0x61000000u - CPU_CODE}},
        {"B15_exec_even", "4788", T, 3, 0, false, ALL, 0,
                {6, 0x20000, 0, NONE, T - CPU_CODE}},
        /* usage */
        {"C01_ldr_unal_notrp", "6808", T + 2, 3, 0, false, ALL, 0, {FREE, 0, 0, NONE, 0}},
        {"C02_ldr_unal_trp_usgdis", "6808", T + 2, 3, 0, false, 0, 8,
                {3, 0x01000000, FORCED, NONE, 0}},
        {"C03_ldr_unal_trp_usgen", "6808", T + 2, 3, 0, false, USGENA, 8,
                {6, 0x01000000, 0, NONE, 0}},
        {"C05_strd_unal_usgdis", "e9c1 0200", T + 2, 3, 0, false, 0, 0,
                {3, 0x01000000, FORCED, NONE, 0}},
        {"C06_str_unal_to_ro_trp", "6008", T + 2, 6, 0, false, ALL, 8,
                {6, 0x01000000, 0, NONE, 0}},
        {"C07_stm_unal_to_ro", "e881 001d", T + 2, 6, 0, false, ALL, 0,
                {6, 0x01000000, 0, NONE, 0}},
        {"C09_strex_unal", "e841 0300", T + 2, 3, 0, false, ALL, 0,
                {6, 0x01000000, 0, NONE, 0}},
        {"C10_div0_trap", "fbb1 f0f5", T, 3, 0, false, ALL, 0x10,
                {6, 0x02000000, 0, NONE, 0}},
        {"C11_div0_notrap", "fbb1 f0f5", T, 3, 0, false, ALL, 0, {FREE, 0, 0, NONE, 0}},
        {"C12_undef_usgdis", "de00", T, 3, 0, false, 0, 0, {3, 0x10000, FORCED, NONE, 0}},
        {"C13_undef_usgen", "de00", T, 3, 0, false, ALL, 0, {6, 0x10000, 0, NONE, 0}},
        {"C14_nocp", "ee00 0a10", T, 3, 0, false, ALL, 0, {6, 0x80000, 0, NONE, 0}},
        {"C16_nocp_other", "ee00 0110", T, 3, 0, false, ALL, 0, {6, 0x80000, 0, NONE, 0}},
        {"C18_busfault_rd_en", "6808", CPU_HOLE, 3, 0, false, BUSENA, 0,
                {5, 0x8200, 0, CPU_HOLE, 0}},
        {"C18_busfault_rd_dis", "6808", CPU_HOLE, 3, 0, false, 0, 0,
                {3, 0x8200, FORCED, CPU_HOLE, 0}},
        {"N02_exec_erased", "ffff ffff", T, 3, 0, false, ALL, 0,
                {6, 0x10000, 0, NONE, 0}},
        /* sub-regions of 512 bytes: the second is a hole */
        {"E02_srd_before_hole", "6008", T + 0x1FC, 6, 2, false, MEMENA, 0,
                {4, 0x82, 0, T + 0x1FC, 0}},
        {"E02_srd_in_hole", "6008", T + 0x200, 6, 2, false, MEMENA, 0,
                {FREE, 0, 0, NONE, 0}},
        {"E03_srd_after_hole", "6008", T + 0x400, 6, 2, false, MEMENA, 0,
                {4, 0x82, 0, T + 0x400, 0}},
        {"E09_srd_all", "6008", T, 6, 0xFF, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
        {"E18_last_word", "6008", T + 0xFFC, 6, 0, false, MEMENA, 0,
                {4, 0x82, 0, T + 0xFFC, 0}},
        {"E18_behind", "6008", T + 0x1000, 6, 0, false, MEMENA, 0, {FREE, 0, 0, NONE, 0}},
};

static void check(struct cpu *r, const char *name, const struct outcome *out)
{
    uint32_t cfsr = cpu_ppb(r, CFSR);
    uint32_t hfsr = cpu_ppb(r, HFSR);
    bool valid = (cfsr & 0x8080) != 0;
    uint32_t pc = out->exc > 0 ? cpu_frame(r, FRAME_PC) - CPU_CODE : out->pc;
    uint32_t far = valid ? cpu_ppb(r, MMFAR) : NONE;
    if ((int)cpu_exception(r) != out->exc || cfsr != out->cfsr || hfsr != out->hfsr ||
            far != out->far || pc != out->pc) {
        fail_msg("%s: exception %u CFSR %08X HFSR %08X FAR %08X PC +%X", name,
                cpu_exception(r), (unsigned)cfsr, (unsigned)hfsr, (unsigned)far,
                (unsigned)pc);
    }
    if (out->exc > 0) {
        assert_int_equal(cpu_reg(r, CORE_LR), MSP_RET);
    }
}

static struct cpu *prepare(unsigned ap, unsigned srd, bool xn)
{
    struct cpu *r = cpu_open();
    cpu_set(r, CORE_R0, 0x11223344);
    cpu_word_set(r, T, 0xA5001000);
    cpu_code(r, T + 4, "4770 4770 4770 4770");
    cpu_region(r, (struct cpu_region){0, T, 0x1000, ap, srd, xn});
    cpu_ppb_set(r, MPU_CTRL, 5);
    return r;
}

static void every_refusal_leaves_what_the_table_says(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct fault_case *k = &cases[i];
        struct cpu *r = prepare(k->ap, k->srd, k->xn);
        cpu_code(r, T, strncmp(k->name, "B0", 2) == 0 ? "4770 4770" : "1000 a500");
        cpu_set(r, CORE_R0 + 1, k->r1);
        cpu_ppb_set(r, SHCSR, k->shcsr);
        cpu_ppb_set(r, CCR, 0x200 | k->ccr);
        assert_int_equal(cpu_try(r, k->code), CORE_UNTIL);
        check(r, k->name, &k->out);
        bool store_refused = k->out.exc != 0 && k->name[0] == 'A';
        if (store_refused) {
            assert_int_equal(cpu_word(r, T), 0xA5001000);
            assert_int_equal(cpu_reg(r, CORE_R0 + 1), k->r1); /* not written back */
        }
        cpu_close(r);
    }
}

static void a_call_that_is_refused_leaves_the_caller_in_lr(void **state)
{
    struct cpu *r = prepare(3, 0, true);
    cpu_set(r, CORE_R0 + 1, T | 1);
    cpu_try(r, "4788"); /* blx r1 */
    assert_int_equal(cpu_frame(r, FRAME_LR), CPU_CODE + 3);
    const struct core_fault *f = &cpu_last(r, CORE_SAYS_FAULT)->fault;
    assert_int_equal(f->pc, T);
    assert_int_equal(f->lr, CPU_CODE + 3);
    assert_int_equal(f->access, CORE_FETCH);
    assert_int_equal(f->region, 0);
    assert_int_equal(f->exception, CORE_MEM_MANAGE);
    assert_int_equal(f->taken, CORE_HARD_FAULT);
    assert_true(f->disabled);
    assert_false(f->addr_valid);
    assert_int_equal(f->addr, T);
    cpu_close(r);
}

static void a_fault_says_who_what_and_where(void **state)
{
    struct cpu *r = prepare(6, 0, false);
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "bf00 8008"); /* nop; strh r0,[r1] */
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_FAULT);
    assert_int_equal(s->fault.pc, CPU_CODE + 2);
    assert_int_equal(s->pc, CPU_CODE + 2);
    assert_int_equal(s->fault.addr, T);
    assert_true(s->fault.addr_valid);
    assert_int_equal(s->fault.cfsr, 0x82);
    assert_int_equal(s->fault.hfsr, 0);
    assert_int_equal(s->fault.value, 0x3344);
    assert_int_equal(s->fault.width, 2);
    assert_int_equal(s->fault.access, CORE_STORE);
    assert_int_equal(s->fault.taken, CORE_MEM_MANAGE);
    assert_true(s->fault.privileged);
    assert_false(s->fault.disabled);
    cpu_close(r);
}

static void an_unaligned_store_is_split_at_the_edge(void **state)
{
    /* QEMU looks at both halves first (A23); silicon has stored the first. */
    struct cpu *r = prepare(6, 0, false);
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_word_set(r, T - 4, 0);
    cpu_set(r, CORE_R0 + 1, T - 2);
    cpu_try(r, "6008"); /* str r0,[r1] */
    check(r, "A23", &(struct outcome){4, 0x82, 0, T, 0});
    assert_int_equal(cpu_word(r, T - 4), 0x33440000);
    assert_int_equal(cpu_word(r, T), 0xA5001000);
    cpu_close(r);
}

static void many_words_are_stored_up_to_the_refused_one(void **state)
{
    struct cpu *r = prepare(6, 0, false);
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_word_set(r, T - 4, 0);
    cpu_set(r, CORE_R0 + 1, T - 4);
    cpu_set(r, CORE_R0 + 2, 7);
    cpu_try(r, "e9c1 0200"); /* A25: strd r0,r2,[r1] */
    check(r, "A25", &(struct outcome){4, 0x82, 0, T, 0});
    assert_int_equal(cpu_word(r, T - 4), 0x11223344);
    cpu_close(r);

    r = prepare(6, 0, false);
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T + 0x1008);
    cpu_try(r, "e921 001d"); /* A22: stmdb r1!,{r0,r2,r3,r4}: from the lowest up */
    check(r, "A22", &(struct outcome){4, 0x82, 0, T + 0xFF8, 0});
    assert_int_equal(cpu_word(r, T + 0x1000), 0);
    assert_int_equal(cpu_reg(r, CORE_R0 + 1), T + 0x1008);
    cpu_close(r);
}

/* ---- masks and handlers ---------------------------------------------------------------- */

/* R0 holds the target. The branch is at CPU_CODE, if nothing comes before. */
static void the_branch_that_led_there_is_told(void **state)
{
    static const struct {
        const char *code;
        uint32_t target, cfsr, by;
    } of[] = {{"4700", 0x40000001, 1, 0}, {"4780", 0x40000001, 1, 0},
            {"4687", 0x40000000, 1, 0}, {"4700", CPU_CODE + 0x40, 0x20000, 0},
            {"4780", 0, 0x20000, 0}, {"2300 b401 bd00", 0x40000001, 1, 4},
            {"b401 f85d fb04", 0x40000001, 1, 2}, {"4700", 0xFFFFFFFF, 1, 0}};
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        for (int native = 0; native <= 1; native++) {
            struct cpu *r = cpu_open();
            core_native(r->c, native != 0);
            cpu_set(r, CORE_R0, of[i].target);
            cpu_try(r, of[i].code);
            const struct core_fault *f = &cpu_last(r, CORE_SAYS_FAULT)->fault;
            assert_int_equal(f->cfsr, of[i].cfsr);
            assert_int_equal(f->pc, of[i].target & ~1u);
            assert_int_equal(f->by, CPU_CODE + of[i].by);
            assert_int_equal(f->back, 0);
            cpu_close(r);
        }
    }
}

/* What ran well where a branch had led is not the branch's doing any more. */
static void a_branch_long_ago_led_nowhere(void **state)
{
    struct cpu *r = cpu_open();
    cpu_code(r, CPU_CODE + 0x40, "2301 2302 de00"); /* movs; movs; udf */
    cpu_set(r, CORE_R0, (CPU_CODE + 0x40) | 1);
    cpu_try(r, "4700");
    const struct core_fault *f = &cpu_last(r, CORE_SAYS_FAULT)->fault;
    assert_int_equal(f->cfsr, 0x10000);
    assert_int_equal(f->pc, CPU_CODE + 0x44);
    assert_int_equal(f->by, 0);
    cpu_close(r);
}

/* The frame's xPSR is changed by the handler: str at +28, bx lr. */
static void a_return_that_led_there_is_told_with_its_frame(void **state)
{
    const uint32_t handler = CPU_HANDLERS + 16 * CORE_SVCALL;
    struct cpu *r = cpu_open();
    cpu_code(r, handler, "2000 9007 4770");
    cpu_try(r, "df00");
    cpu_run(r, 300);
    const struct core_fault *f = &cpu_last(r, CORE_SAYS_FAULT)->fault;
    assert_int_equal(f->cfsr, 0x20000);
    assert_int_equal(f->pc, CPU_CODE + 2);
    assert_int_equal(f->by, handler + 4);
    assert_int_equal(f->back, 0xFFFFFFF9);
    assert_int_equal(f->frame, CPU_STACK - 32);
    cpu_close(r);
}

/* An interrupt came between the jump and the fetch: the frame is right. */
static void an_interrupt_before_the_fetch_does_not_hide_the_jump(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, NVIC_ISER, 8);
    cpu_code(r, CPU_HANDLERS + 16 * (CORE_IRQ0 + 3), "4770");
    cpu_code(r, CPU_CODE, "4700");
    cpu_go(r, CPU_CODE);
    cpu_set(r, CORE_R0, 0x40000001);
    assert_int_equal(core_step(r->c), CORE_STEPPED);
    core_irq(r->c, 3, true);
    core_irq(r->c, 3, false);
    cpu_run(r, 300);
    assert_int_equal(r->taken, 1);
    const struct core_fault *f = &cpu_last(r, CORE_SAYS_FAULT)->fault;
    assert_int_equal(f->pc, 0x40000000);
    assert_int_equal(f->by, CPU_CODE);
    assert_int_equal(f->back, 0);
    cpu_close(r);
}

/* What was told of a branch before the snapshot is not of the state that comes. */
static void a_restored_state_knows_of_no_branch(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, CORE_R0, 0x40000001);
    cpu_code(r, CPU_CODE, "4700");
    cpu_go(r, CPU_CODE);
    assert_int_equal(core_step(r->c), CORE_STEPPED);
    void *copy = malloc(core_state_size());
    assert_non_null(copy);
    core_save(r->c, copy);
    core_restore(r->c, copy);
    free(copy);
    cpu_run(r, 300);
    assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.by, 0);
    cpu_close(r);
}

static void masked_faults_become_hard_faults(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A30 */
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_set(r, CORE_PRIMASK, 1);
    cpu_try(r, "6008");
    check(r, "A30", &(struct outcome){3, 0x82, FORCED, T, 0});
    assert_false(cpu_last(r, CORE_SAYS_FAULT)->fault.disabled);
    cpu_close(r);

    for (unsigned basepri = 0x40; basepri <= 0x60; basepri += 0x20) { /* A31, A32 */
        r = prepare(6, 0, false);
        cpu_ppb_set(r, SHCSR, MEMENA);
        cpu_ppb_set(r, SHPR1, 0x50); /* MemManage */
        cpu_set(r, CORE_R0 + 1, T);
        cpu_set(r, CORE_BASEPRI, basepri);
        cpu_try(r, "6008");
        bool masked = basepri == 0x40;
        check(r, "A32",
                &(struct outcome){masked ? 3 : 4, 0x82, masked ? FORCED : 0, T, 0});
        cpu_close(r);
    }
}

static void with_faultmask_the_mpu_is_off_unless_hfnmiena_says_no(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A35 */
    cpu_set(r, CORE_R0 + 1, T);
    cpu_set(r, CORE_FAULTMASK, 1);
    assert_int_equal(cpu_try(r, "6008"), CORE_UNTIL);
    check(r, "A35", &(struct outcome){FREE, 0, 0, NONE, 0});
    assert_int_equal(cpu_word(r, T), 0x11223344);
    cpu_close(r);

    r = prepare(6, 0, false); /* A36 */
    cpu_set(r, CORE_R0 + 1, T);
    cpu_set(r, CORE_FAULTMASK, 1);
    cpu_ppb_set(r, MPU_CTRL, 7);
    assert_int_equal(cpu_try(r, "6008"), CORE_LOCKED_UP);
    assert_int_equal(cpu_word(r, T), 0xA5001000);
    const struct core_fault *f = &cpu_last(r, CORE_SAYS_LOCKUP)->fault;
    assert_int_equal(f->taken, 0);
    assert_int_equal(f->addr, T);
    assert_int_equal(cpu_run(r, 1000), CORE_LOCKED_UP);
    core_reset(r->c);
    assert_int_equal(cpu_run(r, 1000), CORE_UNTIL);
    cpu_close(r);
}

static void a_fault_in_a_handler_of_the_same_priority_is_forced(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A33 */
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "6008 e7fe");
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, CFSR), 0x82);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFF1);
    assert_int_equal(cpu_frame(r, FRAME_PC), CPU_HANDLERS + 16 * CORE_SVCALL);
    cpu_close(r);

    r = prepare(6, 0, false); /* A34: SVC lower than MemManage */
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_ppb_set(r, SHPR2, 0x80000000);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "6008 e7fe");
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 4);
    assert_int_equal(cpu_ppb(r, HFSR), 0);
    assert_int_equal(cpu_ppb(r, SHCSR) & 0xFFF, 0x81);
    cpu_close(r);
}

static void a_crash_logger_that_writes_flash_locks_up_under_hfnmiena(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A38, M10 */
    cpu_ppb_set(r, MPU_CTRL, 7);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_HARD_FAULT, "6008 e7fe");
    assert_int_equal(cpu_try(r, "de00"), CORE_LOCKED_UP);
    cpu_close(r);

    r = prepare(6, 0, false); /* A39: in MemManage it is a second fault */
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_MEM_MANAGE, "6008 e7fe");
    cpu_try(r, "6008");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFF1);
    cpu_close(r);
}

static void status_bits_are_cleared_by_ones(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A44, A45 */
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "6008");
    cpu_ppb_set(r, CFSR, cpu_ppb(r, CFSR) & ~0x80u);
    assert_int_equal(cpu_ppb(r, CFSR), 0x80);
    cpu_ppb_set(r, CFSR, 0x80);
    assert_int_equal(cpu_ppb(r, CFSR), 0);
    cpu_close(r);
}

/* ---- the floating-point unit ------------------------------------------------------------- */

static void a_store_of_the_unit_is_refused_like_others(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* A42 */
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "ed81 0a00"); /* vstr s0,[r1] */
    assert_int_equal(cpu_exception(r), 4);
    assert_int_equal(cpu_ppb(r, CFSR), 0x82);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFE9);
    assert_int_equal(cpu_frame(r, FRAME_PC), CPU_CODE);
    cpu_close(r);

    r = prepare(3, 0, false); /* N03 */
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_try(r, "ffff ffff");
    check(r, "N03", &(struct outcome){6, 0x10000, 0, NONE, 0});
    cpu_close(r);
}

/* ---- stacks --------------------------------------------------------------------------------- */

/* Thread mode on the process stack, at the edge of what is refused. */
static struct cpu *on_process_stack(uint32_t psp, uint32_t shcsr, unsigned region_ap)
{
    struct cpu *r = prepare(region_ap, 0, false);
    cpu_ppb_set(r, SHCSR, shcsr);
    cpu_set(r, CORE_CONTROL, 2);
    cpu_set(r, CORE_PSP, psp);
    return r;
}

static void a_frame_that_cannot_be_stacked_is_mstkerr(void **state)
{
    struct cpu *r = on_process_stack(T + 0x1010, MEMENA, 6); /* D01 */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 4);
    assert_int_equal(cpu_ppb(r, CFSR), 0x10);
    assert_int_equal(cpu_ppb(r, HFSR), 0);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFD);
    assert_int_equal(cpu_reg(r, CORE_PSP), T + 0xFF0); /* lowered all the same */
    assert_int_equal(cpu_ppb(r, SHCSR), 0x18001);      /* SVC still waits */
    assert_false(cpu_last(r, CORE_SAYS_FAULT)->fault.addr_valid);
    assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.access, CORE_STACK);
    cpu_close(r);

    r = on_process_stack(T + 0x1010, 0, 6); /* not enabled: forced */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_ppb(r, CFSR), 0x10);
    cpu_close(r);

    r = on_process_stack(T + 0x1010, MEMENA, 6); /* D16: PendSV */
    cpu_ppb_set(r, ICSR, 1u << 28);
    cpu_try(r, "bf00");
    assert_int_equal(cpu_exception(r), 4);
    assert_int_equal(cpu_ppb(r, CFSR), 0x10);
    cpu_close(r);
}

static void the_higher_of_the_original_and_the_derived_comes_first(void **state)
{
    struct cpu *r = on_process_stack(T + 0x1010, MEMENA, 6); /* D03 */
    cpu_ppb_set(r, SHPR2, 0x80000000);                       /* SVC is lower */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 4);
    cpu_close(r);

    r = on_process_stack(T + 0x1010, MEMENA, 6); /* D04 */
    cpu_ppb_set(r, SHPR1, 0x80);                 /* MemManage is lower */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), CORE_SVCALL);
    assert_int_equal(cpu_ppb(r, CFSR), 0x10);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "4770"); /* bx lr */
    cpu_run(r, 300);
    assert_int_equal(cpu_exception(r), 4); /* with the same frame */
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFD);
    cpu_close(r);
}

static void a_stack_that_overflows_into_a_guard_gives_92(void **state)
{
    for (int enabled = 0; enabled <= 1; enabled++) { /* D06, D07 */
        struct cpu *r = on_process_stack(T + 0x1004, enabled != 0 ? MEMENA : 0, 6);
        cpu_try(r, "b513"); /* push {r0,r1,r4,lr} */
        assert_int_equal(cpu_exception(r), enabled != 0 ? 4 : 3);
        assert_int_equal(cpu_ppb(r, CFSR), 0x92);
        assert_int_equal(cpu_ppb(r, MMFAR), T + 0xFF4);
        assert_int_equal(cpu_ppb(r, HFSR), enabled != 0 ? 0 : FORCED);
        assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFD);
        cpu_close(r);
    }
}

static void a_frame_that_cannot_be_unstacked_is_munstkerr(void **state)
{
    struct cpu *r = on_process_stack(T + 0x100, 0, 3); /* D09 */
    /* The handler takes the region away, and returns. */
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "6010 4770"); /* str r0,[r2]; bx lr */
    cpu_ppb_set(r, MPU_RNR, 0);
    cpu_set(r, CORE_R0 + 2, MPU_RASR);
    cpu_set(r, CORE_R0, 11u << 1 | 1); /* no access */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, CFSR), 8);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFD);
    assert_int_equal(cpu_word(r, cpu_reg(r, CORE_PSP) + 24), CPU_CODE + 2);
    assert_int_equal(cpu_ppb(r, SHCSR) & 0x80, 0); /* SVC is over */
    cpu_close(r);
}

static void a_lazy_save_that_is_refused_is_mlsperr(void **state)
{
    struct cpu *r = on_process_stack(T + 0x200, ALL, 3); /* D10 */
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, SHPR2, 0x80000000);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_SVCALL, "6010 ee00 0a10 e7fe");
    cpu_ppb_set(r, MPU_RNR, 0);
    cpu_set(r, CORE_R0 + 2, MPU_RASR);
    cpu_set(r, CORE_R0, 11u << 1 | 1);
    cpu_try(r, "ee00 0a10 df00"); /* vmov s0,r0; svc */
    assert_int_equal(cpu_exception(r), 4);
    assert_int_equal(cpu_ppb(r, CFSR), 0x20);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFF1);
    assert_int_equal(cpu_frame(r, FRAME_PC), CPU_HANDLERS + 16 * CORE_SVCALL + 2);
    assert_int_equal(cpu_ppb(r, FPCAR), cpu_reg(r, CORE_PSP) + 0x20);
    cpu_close(r);
}

static void a_stack_in_a_hole_is_stkerr(void **state)
{
    struct cpu *r = on_process_stack(CPU_HOLE + 0x1000, ALL, 3); /* D13 */
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 5);
    assert_int_equal(cpu_ppb(r, CFSR), 0x1000);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFFD);
    cpu_close(r);

    r = on_process_stack(CPU_HOLE + 0x1000, ALL, 3); /* D12, stores made precise */
    cpu_ppb_set(r, ACTLR, 2);
    cpu_try(r, "b501"); /* push {r0,lr} */
    assert_int_equal(cpu_exception(r), 5);
    assert_int_equal(cpu_ppb(r, CFSR), 0x9200);
    assert_int_equal(cpu_ppb(r, BFAR), CPU_HOLE + 0xFF8);
    cpu_close(r);
}

static void a_hard_fault_without_a_stack_still_comes(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* D15 */
    cpu_ppb_set(r, MPU_CTRL, 7);
    cpu_set(r, CORE_MSP, T + 0x1010);
    cpu_try(r, "de00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, CFSR), 0x10010);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_reg(r, CORE_LR), MSP_RET);
    cpu_close(r);
}

/* ---- overlaps and small regions ------------------------------------------------------------- */

static void the_highest_region_decides(void **state)
{
    static const struct {
        unsigned low_ap, high_ap;
        bool faults;
    } pairs[] = {{6, 3, false}, {3, 6, true}, {0, 1, false}}; /* E06, E08 */
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        struct cpu *r = prepare(pairs[i].low_ap, 0, false);
        cpu_region(r, (struct cpu_region){7, T, 0x100, pairs[i].high_ap, 0, false});
        cpu_set(r, CORE_R0 + 1, T);
        cpu_ppb_set(r, SHCSR, MEMENA);
        cpu_try(r, "6008");
        assert_int_equal(cpu_exception(r), pairs[i].faults ? 4 : 0);
        if (pairs[i].faults) {
            assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.region, 7);
        }
        cpu_close(r);
    }
}

static void a_hole_shows_the_region_below(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* E05 */
    cpu_region(r, (struct cpu_region){5, T, 0x1000, 6, 2, false});
    cpu_ppb_set(r, MPU_CTRL, 1); /* no background */
    cpu_region(r, (struct cpu_region){6, CPU_RAM, 0x10000, 3, 0, false});
    cpu_set(r, CORE_R0 + 1, T + 0x200);
    cpu_try(r, "6008");
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_word(r, T + 0x200), 0x11223344);
    cpu_close(r);
}

static void the_least_granules_are_told_apart(void **state)
{
    /* E11, E12, E20, E21: 32 bytes, in any order of use. QEMU lets the second
     * store of E21 pass. */
    struct cpu *r = prepare(3, 0, false);
    cpu_region(r, (struct cpu_region){1, T, 256, 6, 1, false});
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "6008 61c8 6208"); /* str r0,[r1]; [r1,#28]; [r1,#32] */
    check(r, "E21", &(struct outcome){4, 0x82, 0, T + 32, 4});
    assert_int_equal(cpu_word(r, T), 0x11223344);
    assert_int_equal(cpu_word(r, T + 28), 0x11223344);
    cpu_close(r);

    r = prepare(3, 0, false);
    cpu_region(r, (struct cpu_region){1, T, 32, 6, 0, false});
    cpu_ppb_set(r, SHCSR, MEMENA);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "6208 61c8"); /* behind it, then its last word */
    check(r, "E20", &(struct outcome){4, 0x82, 0, T + 28, 2});
    cpu_close(r);
}

static void eighths_of_a_page_are_told_apart_in_any_order(void **state)
{
    /* E23: 8 KiB, of which the first kilobyte is a hole. */
    static const char *const code[] = {"6008 6010", "6010 6008", "6808 6010"};
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct cpu *r = prepare(3, 0, false);
        cpu_region(r, (struct cpu_region){1, T + 0x1000, 0x2000, 6, 1, false});
        cpu_ppb_set(r, SHCSR, MEMENA);
        cpu_set(r, CORE_R0 + 1, T + 0x1000);
        cpu_set(r, CORE_R0 + 2, T + 0x1400);
        cpu_try(r, code[i]); /* the hole at r1, what is read-only at r2 */
        check(r, "E23", &(struct outcome){4, 0x82, 0, T + 0x1400, i == 1 ? 0 : 2});
        cpu_close(r);
    }
}

static void four_gigabytes_with_eighths_cut_out(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* E14, E15 */
    cpu_region(r, (struct cpu_region){7, 0, 0, 0, 0x87, true});
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "6008");
    assert_int_equal(cpu_exception(r), 0);
    cpu_set(r, CORE_R0 + 1, 0x90000001);
    cpu_try(r, "4708");
    check(r, "E14", &(struct outcome){4, 1, 0, NONE, 0x90000000u - CPU_CODE});
    cpu_close(r);
}

/* ---- privilege ----------------------------------------------------------------------------------- */

static struct cpu *unprivileged(unsigned ap)
{
    struct cpu *r = prepare(ap, 0, false);
    cpu_region(r, (struct cpu_region){6, CPU_RAM, 0x10000, 3, 0, false});
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_CONTROL, 1);
    return r;
}

static void unprivileged_code_has_no_background(void **state)
{
    struct cpu *r = unprivileged(2); /* F01: not even its stack, then */
    cpu_set(r, CORE_R0 + 1, CPU_FLASH | 1);
    cpu_set(r, CORE_MSP, CPU_RAM + 0x8000);
    cpu_try(r, "4708");
    check(r, "F01", &(struct outcome){4, 1, 0, NONE, (uint32_t)CPU_FLASH - CPU_CODE});
    cpu_close(r);

    for (unsigned ap = 2; ap <= 3; ap++) { /* F03, F04 */
        r = unprivileged(ap);
        cpu_set(r, CORE_MSP, CPU_RAM + 0x8000);
        cpu_set(r, CORE_R0 + 1, T);
        cpu_try(r, "6008");
        assert_int_equal(cpu_exception(r), ap == 2 ? 4 : 0);
        cpu_close(r);
    }
}

static void unprivileged_code_gets_bus_errors_from_the_ppb(void **state)
{
    struct cpu *r = unprivileged(3); /* F06, K13 */
    cpu_set(r, CORE_MSP, CPU_RAM + 0x8000);
    cpu_set(r, CORE_R0 + 1, MPU_CTRL);
    cpu_try(r, "6808");
    check(r, "F06", &(struct outcome){5, 0x8200, 0, MPU_CTRL, 0});
    cpu_close(r);

    r = unprivileged(3); /* F07: stores too, and precisely */
    cpu_set(r, CORE_MSP, CPU_RAM + 0x8000);
    cpu_ppb_set(r, SHCSR, 0);
    cpu_set(r, CORE_R0 + 1, MPU_CTRL);
    cpu_try(r, "6008");
    check(r, "F07", &(struct outcome){3, 0x8200, FORCED, MPU_CTRL, 0});
    assert_int_equal(cpu_ppb(r, MPU_CTRL), 5);
    cpu_close(r);
}

static void no_region_has_a_say_over_the_ppb(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* F09 */
    cpu_region(r, (struct cpu_region){7, 0xE000E000, 0x1000, 0, 0, false});
    cpu_set(r, CORE_R0 + 1, MPU_CTRL);
    cpu_try(r, "6808");
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_reg(r, CORE_R0), 5);
    cpu_close(r);
}

static void without_background_what_has_no_region_is_refused(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* F10 */
    cpu_region(r, (struct cpu_region){6, CPU_RAM, 0x20000, 3, 0, false});
    cpu_ppb_set(r, MPU_CTRL, 1);
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_R0 + 1, CPU_PLACE);
    cpu_try(r, "6808");
    check(r, "F10", &(struct outcome){4, 0x82, 0, CPU_PLACE, 0});
    assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.region, -1);
    cpu_close(r);
}

static void ldrt_asks_as_unprivileged(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* F12 */
    cpu_set(r, CORE_R0 + 1, T);
    cpu_try(r, "f851 0e00");
    assert_int_equal(cpu_exception(r), 0);
    cpu_close(r);

    r = prepare(3, 0, false); /* F13: and so has no background */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_R0 + 1, T + 0x1000);
    cpu_try(r, "f851 0e00");
    check(r, "F13", &(struct outcome){4, 0x82, 0, T + 0x1000, 0});
    cpu_close(r);
}

/* ---- the bus, vectors, BKPT -------------------------------------------------------------------------- */

static void posted_stores_fault_late_and_do_not_say_where(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* QEMU: precise (C17) */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_R0 + 1, CPU_HOLE);
    cpu_try(r, "6008 bf00");
    check(r, "C17 posted", &(struct outcome){5, 0x400, 0, NONE, 2});
    assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.pc, CPU_CODE);
    assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.addr, CPU_HOLE);
    cpu_close(r);

    r = prepare(3, 0, false);
    cpu_ppb_set(r, SHCSR, 0);
    cpu_set(r, CORE_R0 + 1, CPU_HOLE);
    cpu_try(r, "6008 bf00");
    check(r, "C17 forced", &(struct outcome){3, 0x400, FORCED, NONE, 2});
    cpu_close(r);

    r = prepare(3, 0, false); /* it waits while it is masked */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_set(r, CORE_PRIMASK, 1);
    cpu_set(r, CORE_R0 + 1, CPU_HOLE);
    cpu_try(r, "6008 bf00 b662 bf00"); /* cpsie i */
    check(r, "C17 masked", &(struct outcome){5, 0x400, 0, NONE, 6});
    cpu_close(r);

    r = prepare(3, 0, false); /* C17 itself: ACTLR.DISDEFWBUF */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_ppb_set(r, ACTLR, 2);
    cpu_set(r, CORE_R0 + 1, CPU_HOLE);
    cpu_try(r, "6008 bf00");
    check(r, "C17", &(struct outcome){5, 0x8200, 0, CPU_HOLE, 0});
    cpu_close(r);

    r = prepare(3, 0, false); /* and what the bus calls precise */
    cpu_ppb_set(r, SHCSR, ALL);
    r->place_end = CORE_PRECISE_ERROR;
    cpu_set(r, CORE_R0 + 1, CPU_PLACE);
    cpu_try(r, "6008 bf00");
    check(r, "precise", &(struct outcome){5, 0x8200, 0, CPU_PLACE, 0});
    cpu_close(r);
}

static void one_address_register_serves_both_kinds(void **state)
{
    struct cpu *r = prepare(6, 0, false); /* QEMU: 0x8282 (C22) */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_ppb_set(r, SHPR1, 0x80); /* MemManage lower than BusFault */
    cpu_set(r, CORE_R0 + 1, T);
    cpu_set(r, CORE_R0 + 2, CPU_HOLE);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_MEM_MANAGE, "6810 e7fe"); /* ldr r0,[r2] */
    cpu_try(r, "6008");
    assert_int_equal(cpu_exception(r), 5);
    assert_int_equal(cpu_ppb(r, CFSR), 0x8202);
    assert_int_equal(cpu_ppb(r, BFAR), CPU_HOLE);
    assert_int_equal(cpu_ppb(r, MMFAR), CPU_HOLE);
    cpu_close(r);
}

static void bus_errors_can_be_ignored_in_hard_fault(void **state)
{
    struct cpu *r = prepare(3, 0, false);
    cpu_ppb_set(r, CCR, 0x300); /* BFHFNMIGN */
    cpu_set(r, CORE_R0 + 1, CPU_HOLE);
    cpu_code(r, CPU_HANDLERS + 16 * CORE_HARD_FAULT, "6808 2205 e7fe");
    assert_int_equal(cpu_try(r, "de00"), CORE_UNTIL);
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_reg(r, CORE_R0 + 2), 5);
    assert_int_equal(cpu_ppb(r, CFSR), 0x18200); /* ignored, and yet told */
    assert_int_equal(cpu_ppb(r, BFAR), CPU_HOLE);
    cpu_ppb_set(r, CCR, 0x200);
    cpu_go(r, CPU_HANDLERS + 16 * CORE_HARD_FAULT);
    assert_int_equal(cpu_run(r, 300), CORE_LOCKED_UP);
    cpu_close(r);
}

static void pend_irq(struct cpu *r, unsigned irq)
{
    cpu_ppb_set(r, NVIC_ISER + irq / 32 * 4, 1u << irq % 32);
    cpu_ppb_set(r, NVIC_ISPR + irq / 32 * 4, 1u << irq % 32);
}

static void vectors_that_cannot_be_read(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* C20: all of them */
    cpu_ppb_set(r, VTOR, CPU_HOLE);
    assert_int_equal(cpu_try(r, "df00"), CORE_LOCKED_UP);
    assert_int_equal(cpu_ppb(r, HFSR) & 2, 2);
    cpu_close(r);

    /* C23: the last of them, behind what answers. */
    r = prepare(3, 0, false);
    r->word[CORE_HARD_FAULT] = (CPU_HANDLERS + 16 * CORE_HARD_FAULT) | 1;
    cpu_ppb_set(r, VTOR, CPU_PLACE);
    pend_irq(r, CPU_WORDS - 16);
    cpu_try(r, "bf00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, HFSR), 2);
    assert_int_equal(cpu_ppb(r, CFSR), 0);
    cpu_close(r);
}

/* B1.5.3: aligned to the size of all vectors, in powers of two. */
static void a_table_that_is_not_aligned_ends_the_model(void **state)
{
    struct cpu *r = prepare(3, 0, false);
    cpu_ppb_set(r, VTOR, CPU_RAM + 0x180);
    memcpy(r->ram + 0x180, r->flash, 128);
    pend_irq(r, 16); /* exception 32, whose vector is 0x80 bytes into it */
    assert_int_equal(cpu_try(r, "bf00"), CORE_UNMODELLED);
    assert_non_null(strstr(core_unmodelled(r->c), "vector 32 of a table at 0x20000180"));
    cpu_close(r);
    r = prepare(3, 0, false); /* those below are the same whatever the core does */
    cpu_ppb_set(r, VTOR, CPU_RAM + 0x180);
    memcpy(r->ram + 0x180, r->flash, 128);
    assert_int_equal(cpu_try(r, "df00"), CORE_UNTIL);
    assert_int_equal(cpu_exception(r), CORE_SVCALL);
    cpu_close(r);
}

static void vectors_do_not_come_from_memory_for_data_only(void **state)
{
    struct cpu *r = prepare(3, 0, false);
    r->flash_page.no_fetch = true;
    core_revoke(r->c, 0, 0);
    cpu_code(r, CPU_RAM, "df00 e7fe");
    cpu_go(r, CPU_RAM);
    assert_int_equal(cpu_run(r, 300), CORE_LOCKED_UP);
    assert_int_equal(cpu_ppb(r, HFSR) & 2, 2);
    cpu_close(r);
}

static void vectors_in_erased_flash(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* N01 */
    memset(r->flash + 0x400, 0xFF, 0x200);
    memcpy(r->flash + 0x400, r->flash, 16);
    cpu_ppb_set(r, VTOR, CPU_FLASH + 0x400);
    cpu_ppb_set(r, NVIC_ISER, 1);
    cpu_ppb_set(r, NVIC_ISPR, 1);
    cpu_try(r, "bf00");
    assert_int_equal(cpu_exception(r), 3);
    assert_int_equal(cpu_ppb(r, CFSR), 1);
    assert_int_equal(cpu_ppb(r, HFSR), FORCED);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFF1);
    assert_int_equal(cpu_frame(r, FRAME_PC), 0xFFFFFFFE);
    cpu_close(r);

    r = prepare(3, 0, false); /* N04 */
    cpu_ppb_set(r, VTOR, CPU_FLASH + 0x800);
    cpu_ppb_set(r, NVIC_ISER, 1);
    cpu_ppb_set(r, NVIC_ISPR, 1);
    assert_int_equal(cpu_try(r, "bf00"), CORE_LOCKED_UP);
    cpu_close(r);
}

static void an_svc_that_is_masked_is_forced(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* C21 */
    cpu_set(r, CORE_PRIMASK, 1);
    cpu_try(r, "df00");
    check(r, "C21", &(struct outcome){3, 0, FORCED, NONE, 2});
    cpu_close(r);
}

static void a_bkpt_that_nobody_skips_is_a_debug_event(void **state)
{
    struct cpu *r = prepare(3, 0, false); /* QEMU: FORCED (C15) */
    assert_int_equal(cpu_try(r, "be2a"), CORE_BKPT);
    assert_int_equal(core_bkpt_imm(r->c), 0x2A);
    assert_int_equal(cpu_reg(r, CORE_PC), CPU_CODE);
    assert_int_equal(cpu_run(r, 300), CORE_UNTIL);
    check(r, "C15", &(struct outcome){3, 0, 0x80000000u, NONE, 0});
    assert_int_equal(cpu_ppb(r, DFSR), 2);
    cpu_close(r);

    r = prepare(3, 0, false);
    cpu_ppb_set(r, DEMCR, 1u << 16); /* the monitor is on */
    cpu_try(r, "be2a");
    cpu_run(r, 300);
    assert_int_equal(cpu_exception(r), CORE_DEBUG_MONITOR);
    cpu_close(r);

    r = prepare(3, 0, false);
    cpu_try(r, "be2a 3007");
    core_skip(r->c);
    cpu_run(r, 300);
    assert_int_equal(cpu_reg(r, CORE_R0), 0x1122334B);
    assert_int_equal(cpu_ppb(r, HFSR), 0);
    cpu_close(r);
}

/* ---- straddling -------------------------------------------------------------------------------------------- */

static void running_into_what_may_not_be_executed(void **state)
{
    struct cpu *r = prepare(3, 0, true); /* B17 */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_code(r, T - 4, "bf00 bf00");
    cpu_go(r, T - 4);
    cpu_run(r, 300);
    check(r, "B17", &(struct outcome){4, 1, 0, NONE, T - CPU_CODE});
    cpu_close(r);

    r = prepare(3, 0, true); /* B16: its first half is the PC */
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_code(r, T - 2, "f240");
    cpu_go(r, T - 2);
    cpu_run(r, 300);
    check(r, "B16", &(struct outcome){4, 1, 0, NONE, T - 2 - CPU_CODE});
    cpu_close(r);

    r = prepare(3, 0, false); /* and inside a page, at a granule */
    cpu_region(r, (struct cpu_region){3, T + 0x40, 32, 3, 0, true});
    cpu_ppb_set(r, SHCSR, ALL);
    cpu_code(r, T + 0x38, "2001 2002 2003 f240");
    cpu_go(r, T + 0x38);
    cpu_run(r, 300);
    check(r, "granule", &(struct outcome){4, 1, 0, NONE, T + 0x3E - CPU_CODE});
    assert_int_equal(cpu_frame(r, FRAME_R0), 3);
    cpu_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_refusal_leaves_what_the_table_says),
            cmocka_unit_test(a_call_that_is_refused_leaves_the_caller_in_lr),
            cmocka_unit_test(a_fault_says_who_what_and_where),
            cmocka_unit_test(an_unaligned_store_is_split_at_the_edge),
            cmocka_unit_test(many_words_are_stored_up_to_the_refused_one),
            cmocka_unit_test(the_branch_that_led_there_is_told),
            cmocka_unit_test(a_branch_long_ago_led_nowhere),
            cmocka_unit_test(a_return_that_led_there_is_told_with_its_frame),
            cmocka_unit_test(an_interrupt_before_the_fetch_does_not_hide_the_jump),
            cmocka_unit_test(a_restored_state_knows_of_no_branch),
            cmocka_unit_test(masked_faults_become_hard_faults),
            cmocka_unit_test(with_faultmask_the_mpu_is_off_unless_hfnmiena_says_no),
            cmocka_unit_test(a_fault_in_a_handler_of_the_same_priority_is_forced),
            cmocka_unit_test(a_crash_logger_that_writes_flash_locks_up_under_hfnmiena),
            cmocka_unit_test(status_bits_are_cleared_by_ones),
            cmocka_unit_test(a_store_of_the_unit_is_refused_like_others),
            cmocka_unit_test(a_frame_that_cannot_be_stacked_is_mstkerr),
            cmocka_unit_test(the_higher_of_the_original_and_the_derived_comes_first),
            cmocka_unit_test(a_stack_that_overflows_into_a_guard_gives_92),
            cmocka_unit_test(a_frame_that_cannot_be_unstacked_is_munstkerr),
            cmocka_unit_test(a_lazy_save_that_is_refused_is_mlsperr),
            cmocka_unit_test(a_stack_in_a_hole_is_stkerr),
            cmocka_unit_test(a_hard_fault_without_a_stack_still_comes),
            cmocka_unit_test(the_highest_region_decides),
            cmocka_unit_test(a_hole_shows_the_region_below),
            cmocka_unit_test(the_least_granules_are_told_apart),
            cmocka_unit_test(eighths_of_a_page_are_told_apart_in_any_order),
            cmocka_unit_test(four_gigabytes_with_eighths_cut_out),
            cmocka_unit_test(unprivileged_code_has_no_background),
            cmocka_unit_test(unprivileged_code_gets_bus_errors_from_the_ppb),
            cmocka_unit_test(no_region_has_a_say_over_the_ppb),
            cmocka_unit_test(without_background_what_has_no_region_is_refused),
            cmocka_unit_test(ldrt_asks_as_unprivileged),
            cmocka_unit_test(posted_stores_fault_late_and_do_not_say_where),
            cmocka_unit_test(one_address_register_serves_both_kinds),
            cmocka_unit_test(bus_errors_can_be_ignored_in_hard_fault),
            cmocka_unit_test(vectors_that_cannot_be_read),
            cmocka_unit_test(a_table_that_is_not_aligned_ends_the_model),
            cmocka_unit_test(vectors_do_not_come_from_memory_for_data_only),
            cmocka_unit_test(vectors_in_erased_flash),
            cmocka_unit_test(an_svc_that_is_masked_is_forced),
            cmocka_unit_test(a_bkpt_that_nobody_skips_is_a_debug_event),
            cmocka_unit_test(running_into_what_may_not_be_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
