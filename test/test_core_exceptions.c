/* test_core_exceptions.c - who preempts whom, what is stacked, what waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/core_rig.h"

enum { IRQ3 = CORE_IRQ0 + 3, IRQ40 = CORE_IRQ0 + 40, IRQ5 = CORE_IRQ0 + 5 };
#define LINE(irq)    (NVIC_ISER + 4 * ((irq) / 32)), (1u << (irq) % 32)
#define PEND(irq)    (NVIC_ISPR + 4 * ((irq) / 32)), (1u << (irq) % 32)
#define FPU_ON       0x00F00000u
#define TO_HANDLER   0xFFFFFFF1u
#define TO_THREAD    0xFFFFFFF9u
#define TO_PROCESS   0xFFFFFFFDu
#define HANDLER(exc) (CPU_HANDLERS + 16 * (uint32_t)(exc))

static void enable(struct cpu *r, unsigned irq, unsigned priority)
{
    uint32_t shift = irq % 4 * 8;
    uint32_t word = NVIC_IPR + irq / 4 * 4;
    cpu_ppb_set(r, LINE(irq));
    cpu_ppb_set(r, word, (cpu_ppb(r, word) & ~(0xFFu << shift)) | priority << shift);
}

/* ---- one ---------------------------------------------------------------------------- */

static void an_interrupt_stacks_eight_words_and_returns(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    for (unsigned i = 0; i <= 12; i++) {
        cpu_set(r, (enum core_reg)i, 0x100 + i);
    }
    cpu_set(r, CORE_LR, 0xABC1);
    cpu_set(r, CORE_XPSR, 0x61000000);
    core_irq(r->c, 3, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    assert_int_equal(cpu_reg(r, CORE_PC), HANDLER(IRQ3));
    assert_int_equal(cpu_reg(r, CORE_LR), TO_THREAD);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 32);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(cpu_frame(r, i), 0x100 + i);
    }
    assert_int_equal(cpu_frame(r, FRAME_R12), 0x10C);
    assert_int_equal(cpu_frame(r, FRAME_LR), 0xABC1);
    assert_int_equal(cpu_frame(r, FRAME_PC), CPU_CODE);
    assert_int_equal(cpu_frame(r, FRAME_XPSR), 0x61000000);
    assert_int_equal(r->taken, 1);
    assert_int_equal(r->last_taken, 3);
    assert_true((cpu_ppb(r, NVIC_IABR) & 8) != 0);
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_ENTRY);
    assert_int_equal(s->n, IRQ3);
    assert_int_equal(s->from, 0);

    core_irq(r->c, 3, true); /* it is high already */
    assert_int_equal(cpu_ppb(r, NVIC_ISPR), 0);
    core_irq(r->c, 3, false);
    cpu_code(r, HANDLER(IRQ3), "2000 4770"); /* movs r0,#0; bx lr */
    cpu_go(r, HANDLER(IRQ3));
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_reg(r, CORE_R0), 0x100);
    assert_int_equal(cpu_reg(r, CORE_LR), 0xABC1);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK);
    assert_int_equal(cpu_reg(r, CORE_XPSR), 0x61000000);
    assert_int_equal(cpu_last(r, CORE_SAYS_RETURN)->n, IRQ3);
    assert_int_equal(cpu_ppb(r, NVIC_IABR), 0);
    cpu_close(r);
}

static void a_frame_is_aligned_to_eight(void **state)
{
    for (int stkalign = 0; stkalign <= 1; stkalign++) {
        struct cpu *r = cpu_open();
        cpu_ppb_set(r, CCR, stkalign != 0 ? 0x200 : 0);
        cpu_set(r, CORE_MSP, CPU_STACK - 4);
        cpu_try(r, "df00");
        uint32_t sp = stkalign != 0 ? CPU_STACK - 40 : CPU_STACK - 36;
        assert_int_equal(cpu_reg(r, CORE_SP), sp);
        assert_int_equal(cpu_frame(r, FRAME_XPSR) >> 9 & 1, stkalign);
        cpu_code(r, HANDLER(CORE_SVCALL), "4770");
        cpu_run(r, 100);
        assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 4);
        cpu_close(r);
    }
}

static void threads_may_have_a_stack_of_their_own(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, CORE_PSP, CPU_RAM + 0x5000);
    cpu_try(r,
            "2002 f380 8814 f3bf 8f6f 4668"); /* movs r0,#2; msr control; isb; mov r0,sp */
    assert_int_equal(cpu_reg(r, CORE_R0), CPU_RAM + 0x5000);
    assert_int_equal(cpu_reg(r, CORE_MSP), CPU_STACK);
    cpu_try(r, "df00");
    assert_int_equal(cpu_reg(r, CORE_LR), TO_PROCESS);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK);
    assert_int_equal(cpu_reg(r, CORE_PSP), CPU_RAM + 0x5000 - 32);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 0); /* SPSEL reads 0 in handlers */
    cpu_code(r, HANDLER(CORE_SVCALL), "4770");
    cpu_run(r, 100);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_RAM + 0x5000);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 2);
    cpu_close(r);
}

/* ---- several -------------------------------------------------------------------------- */

static void a_higher_one_preempts_and_a_lower_one_waits(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    enable(r, 5, 0x20);
    enable(r, 40, 0x40);
    cpu_ppb_set(r, PEND(3));
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    cpu_ppb_set(r, PEND(40)); /* the same: waits */
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    cpu_ppb_set(r, PEND(5)); /* higher */
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ5);
    assert_int_equal(cpu_reg(r, CORE_LR), TO_HANDLER);
    assert_int_equal(cpu_last(r, CORE_SAYS_ENTRY)->from, IRQ3);
    assert_int_equal(cpu_ppb(r, ICSR) >> 12 & 0x1FF, IRQ40);
    assert_int_equal(cpu_ppb(r, ICSR) & 0x800, 0); /* something else is active */
    cpu_close(r);
}

static void one_that_waits_is_chained_without_unstacking(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    enable(r, 40, 0x40);
    cpu_ppb_set(r, PEND(40));
    cpu_ppb_set(r, PEND(3));
    cpu_code(r, HANDLER(IRQ3), "2007 4770"); /* movs r0,#7; bx lr */
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ40); /* 3 came first: the lower number */
    assert_int_equal(cpu_count(r, CORE_SAYS_ENTRY), 2);
    assert_int_equal(cpu_reg(r, CORE_R0), 7); /* nothing was unstacked */
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 32);
    assert_int_equal(cpu_reg(r, CORE_LR), TO_THREAD);
    cpu_close(r);
}

static void of_two_at_once_the_higher_is_entered_and_the_frame_serves_both(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x80);
    enable(r, 5, 0x40);
    cpu_code(r, HANDLER(IRQ5), "4770");
    cpu_set(r, CORE_PRIMASK, 1);
    cpu_ppb_set(r, PEND(3));
    cpu_ppb_set(r, PEND(5));
    cpu_set(r, CORE_PRIMASK, 0);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    assert_int_equal(r->said[r->n_said - 1].kind, CORE_SAYS_ENTRY);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 32);
    cpu_close(r);
}

static void a_higher_one_may_come_while_the_frame_is_made(void **state)
{
    /* The first entry's stacking reaches a register, whose owner raises a line. */
    struct cpu *r = cpu_open();
    enable(r, 3, 0x80);
    enable(r, 5, 0x40);
    cpu_set(r, CORE_MSP, CPU_PLACE + 0x80);
    cpu_code(r, HANDLER(IRQ5), "e7fe");
    cpu_ppb_set(r, PEND(3));
    core_irq(r->c, 5, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ5);
    assert_int_equal(cpu_count(r, CORE_SAYS_ENTRY), 1);
    cpu_close(r);
}

static void prigroup_splits_who_preempts_from_who_comes_first(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, AIRCR, 0x05FA0600); /* bit 7 alone preempts */
    assert_int_equal(cpu_ppb(r, AIRCR), 0xFA050600);
    enable(r, 3, 0x60);
    enable(r, 5, 0x20);
    cpu_ppb_set(r, PEND(3));
    cpu_run(r, 100);
    cpu_ppb_set(r, PEND(5));
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    enable(r, 40, 0x40);
    cpu_ppb_set(r, PEND(40));
    cpu_code(r, HANDLER(IRQ3), "4770");
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ5); /* before 40, by its sub-priority */
    cpu_close(r);
}

static void only_four_bits_of_a_priority_exist(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, NVIC_IPR, 0xFFFFFFFF);
    assert_int_equal(cpu_ppb(r, NVIC_IPR), 0xF0F0F0F0);
    cpu_ppb_set(r, SHPR3, 0xFFFFFFFF);
    assert_int_equal(cpu_ppb(r, SHPR3), 0xF0F000F0);
    cpu_set(r, CORE_R0, 0x12);
    cpu_set(r, CORE_R0 + 1, NVIC_IPR + 1);
    cpu_set(r, CORE_R0 + 2, 0x55);
    cpu_try(r, "700a 6808"); /* strb r2,[r1]; then the word back, unaligned by 1 */
    assert_int_equal(cpu_ppb(r, NVIC_IPR), 0xF0F050F0);
    cpu_close(r);
}

static void interrupts_that_are_not_there_cannot_be_enabled(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, NVIC_ISER + 8, 0xFFFFFFFF);
    assert_int_equal(cpu_ppb(r, NVIC_ISER + 8), (1u << (CPU_IRQS - 64)) - 1);
    assert_int_equal(cpu_ppb(r, 0xE000E004), 2); /* ICTR */
    core_irq(r->c, CPU_IRQS, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    cpu_close(r);
}

/* ---- lines and masks --------------------------------------------------------------------- */

static void a_line_that_stays_high_comes_again(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    cpu_code(r, HANDLER(IRQ3), "3001 4770"); /* adds r0,#1; bx lr */
    core_irq(r->c, 3, true);
    cpu_run(r, 200);
    assert_true(r->taken > 3);
    core_irq(r->c, 3, false);
    cpu_run(r, 200);
    unsigned taken = r->taken;
    cpu_run(r, 200);
    assert_int_equal(r->taken, taken);
    cpu_close(r);
}

static void a_pulse_is_kept_until_it_is_taken(void **state)
{
    struct cpu *r = cpu_open();
    uint64_t pended = core_cycles(r->c);
    core_irq(r->c, 3, true);
    core_irq(r->c, 3, false);
    assert_int_equal(cpu_ppb(r, NVIC_ISPR), 8);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    enable(r, 3, 0);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    assert_in_range(cpu_last(r, CORE_SAYS_ENTRY)->pended, pended, pended + 9);
    cpu_close(r);
}

static void clearing_a_pending_interrupt_holds_only_while_its_line_is_low(void **state)
{
    struct cpu *r = cpu_open();
    core_irq(r->c, 3, true);
    cpu_ppb_set(r, NVIC_ICPR, 8);
    assert_int_equal(cpu_ppb(r, NVIC_ISPR), 8);
    core_irq(r->c, 3, false);
    cpu_ppb_set(r, NVIC_ICPR, 8);
    assert_int_equal(cpu_ppb(r, NVIC_ISPR), 0);
    cpu_close(r);
}

static void masks_hold_back_what_they_say(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    cpu_set(r, CORE_BASEPRI, 0x40);
    cpu_ppb_set(r, PEND(3));
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    cpu_try(r, "2050 f380 8811 e7fe"); /* movs r0,#0x50; msr basepri,r0 */
    assert_int_equal(cpu_exception(r), IRQ3);
    cpu_close(r);

    r = cpu_open(); /* BASEPRI_MAX only raises */
    cpu_try(r, "2040 f380 8812 2060 f380 8812 2000 f380 8812");
    assert_int_equal(cpu_reg(r, CORE_BASEPRI), 0x40);
    cpu_close(r);

    r = cpu_open();               /* NMI passes PRIMASK and FAULTMASK */
    cpu_try(r, "b672 b671 e7fe"); /* cpsid i; cpsid f */
    core_nmi(r->c);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), CORE_NMI);
    cpu_code(r, HANDLER(CORE_NMI), "4770");
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_reg(r, CORE_FAULTMASK), 1); /* a return from NMI leaves it */
    cpu_close(r);
}

static void a_return_clears_faultmask(void **state)
{
    struct cpu *r = cpu_open();
    cpu_code(r, HANDLER(CORE_SVCALL), "b671 4770");
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_reg(r, CORE_FAULTMASK), 0);
    cpu_close(r);
}

static void pending_by_software_is_seen_at_once(void **state)
{
    struct cpu *r = cpu_open();
    cpu_code(r, HANDLER(CORE_PENDSV), "4604 4770"); /* mov r4,r0 */
    cpu_set(r, CORE_R0 + 1, ICSR);
    cpu_set(r, CORE_R0 + 2, 1u << 28);
    cpu_try(r, "2001 600a 2002 2003"); /* movs r0,#1; str r2,[r1]; movs r0,#2 ... */
    assert_int_equal(cpu_reg(r, CORE_R0 + 4), 1);
    assert_int_equal(cpu_reg(r, CORE_R0), 3);
    cpu_close(r);
}

/* ---- returns that are wrong ----------------------------------------------------------------- */

static void a_return_that_does_not_fit_is_invpc(void **state)
{
    static const uint32_t wrong[] = {0xFFFFFFF1, 0xFFFFFFF5, 0xF0000001, 0xFFFFFF09};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct cpu *r = cpu_open();
        cpu_ppb_set(r, SHCSR, 0x70000);
        cpu_set(r, CORE_R0 + 1, wrong[i]);
        cpu_code(r, HANDLER(CORE_SVCALL), "2055 4708"); /* movs r0,#0x55; bx r1 */
        cpu_try(r, "df00");
        assert_int_equal(cpu_reg(r, CORE_R0), 0x55); /* nothing was unstacked */
        assert_int_equal(cpu_exception(r), CORE_USAGE_FAULT);
        assert_int_equal(cpu_ppb(r, CFSR), 0x40000);
        assert_int_equal(cpu_ppb(r, SHCSR) & 0x80, 0); /* SVC is over */
        cpu_close(r);
    }
}

static void a_frame_of_the_wrong_mode_is_invpc(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, SHCSR, 0x70000);
    cpu_set(r, CORE_R0 + 1, 7);
    /* ldr r0,[sp,#28]; orr r0,r0,#7; str r0,[sp,#28]; bx lr */
    cpu_code(r, HANDLER(CORE_SVCALL), "9807 f040 0007 9007 4770");
    cpu_try(r, "df00");
    assert_int_equal(cpu_exception(r), CORE_USAGE_FAULT);
    assert_int_equal(cpu_ppb(r, CFSR), 0x40000);
    cpu_close(r);
}

static void an_exc_return_in_thread_mode_is_only_an_address(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, SHCSR, 0x70000);
    cpu_set(r, CORE_LR, TO_THREAD);
    cpu_try(r, "4770");
    assert_int_equal(cpu_exception(r), CORE_MEM_MANAGE);
    assert_int_equal(cpu_ppb(r, CFSR), 1);
    assert_int_equal(cpu_frame(r, FRAME_PC), TO_THREAD & ~1u);
    cpu_close(r);
}

static void nonbasethrdena_lets_a_handler_return_to_thread_mode(void **state)
{
    for (int allowed = 0; allowed <= 1; allowed++) {
        struct cpu *r = cpu_open();
        cpu_ppb_set(r, SHCSR, 0x70000);
        cpu_ppb_set(r, CCR, 0x200 | (uint32_t)allowed);
        enable(r, 3, 0x80);
        enable(r, 5, 0x40);
        cpu_ppb_set(r, PEND(3));
        cpu_run(r, 50);
        cpu_set(r, CORE_R0 + 1, TO_THREAD);
        /* The frame of 5, patched to Thread mode: clear IPSR in it. */
        cpu_code(r, HANDLER(IRQ5), "9807 f36f 0008 9007 4708"); /* bfc r0,#0,#9 */
        cpu_ppb_set(r, PEND(5));
        cpu_run(r, 100);
        assert_int_equal(cpu_exception(r), allowed != 0 ? 0 : CORE_USAGE_FAULT);
        cpu_close(r);
    }
}

/* ---- IT blocks and exceptions ------------------------------------------------------------------- */

static void an_it_block_goes_on_after_an_exception(void **state)
{
    struct cpu *r = cpu_open();
    cpu_set(r, CORE_XPSR, 0x41000000);              /* Z */
    cpu_code(r, HANDLER(CORE_SVCALL), "9e07 4770"); /* ldr r6,[sp,#28]; bx lr */
    /* itete eq; moveq r0,#1; svcne; svceq; movne r2,#9 */
    cpu_set(r, CORE_R0 + 2, 0);
    cpu_try(r, "bf0b 2001 df00 df00 2209 2304");
    assert_int_equal(cpu_count(r, CORE_SAYS_ENTRY), 1);
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    assert_int_equal(cpu_reg(r, CORE_R0 + 2), 0);
    assert_int_equal(cpu_reg(r, CORE_R0 + 3), 4);
    assert_true((cpu_reg(r, CORE_R0 + 6) & 0x0600FC00) != 0);
    cpu_close(r);
}

/* ---- the floating-point unit ---------------------------------------------------------------------- */

static void the_unit_is_stacked_when_a_handler_first_uses_it(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_set(r, CORE_R0, 0x3F800000);
    cpu_code(r, HANDLER(CORE_SVCALL), "e7fe");
    cpu_try(r, "ee00 0a10 df00 ee10 1a10"); /* vmov s0,r0; svc; vmov r1,s0 */
    assert_int_equal(cpu_reg(r, CORE_LR), 0xFFFFFFE9);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK - 0x68);
    assert_int_equal(cpu_ppb(r, FPCCR) & 1, 1); /* LSPACT */
    assert_int_equal(cpu_ppb(r, FPCAR), CPU_STACK - 0x48);
    assert_int_equal(cpu_word(r, CPU_STACK - 0x48), 0);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 0);
    cpu_code(r, HANDLER(CORE_SVCALL), "2000 ee00 0a10 4770"); /* movs r0,#0; vmov s0,r0 */
    cpu_run(r, 200);
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_word(r, CPU_STACK - 0x48), 0x3F800000);
    assert_int_equal(cpu_reg(r, CORE_R0 + 1), 0x3F800000);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 4);
    assert_int_equal(cpu_ppb(r, FPCCR) & 1, 0);
    cpu_close(r);
}

static void a_handler_without_the_unit_leaves_its_registers_alone(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_set(r, CORE_R0, 0x3F800000);
    cpu_code(r, HANDLER(CORE_SVCALL), "4770");
    cpu_try(r, "ee00 0a10 df00 ee10 1a10");
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_word(r, CPU_STACK - 0x48), 0); /* never stored */
    assert_int_equal(cpu_ppb(r, FPCCR) & 1, 0);
    assert_int_equal(cpu_reg(r, CORE_R0 + 1), 0x3F800000);
    assert_int_equal(cpu_reg(r, CORE_SP), CPU_STACK);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 4);
    cpu_close(r);
}

static void without_lspen_the_unit_is_stacked_at_once(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, FPCCR, 0x80000000);
    cpu_set(r, CORE_R0, 0x3F800000);
    cpu_try(r, "ee00 0a10 df00");
    assert_int_equal(cpu_word(r, CPU_STACK - 0x48), 0x3F800000);
    assert_int_equal(cpu_ppb(r, FPCCR) & 1, 0);
    cpu_close(r);

    r = cpu_open(); /* and without ASPEN never */
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, FPCCR, 0);
    cpu_try(r, "ee00 0a10 df00");
    assert_int_equal(cpu_reg(r, CORE_LR), TO_THREAD);
    cpu_close(r);
}

static void a_first_use_takes_the_default_fpscr(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, CPACR, FPU_ON);
    cpu_ppb_set(r, 0xE000EF3C, 0x01000000); /* FPDSCR: FZ */
    cpu_set(r, CORE_FPSCR, 0x80000000);
    cpu_try(r, "eef1 0a10"); /* vmrs r0,fpscr */
    assert_int_equal(cpu_reg(r, CORE_R0), 0x01000000);
    assert_int_equal(cpu_reg(r, CORE_CONTROL), 4);
    cpu_close(r);
}

/* ---- waiting ------------------------------------------------------------------------------------------ */

static void wfi_waits_for_an_interrupt(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    cpu_try(r, "bf30 3001 e7fe"); /* wfi; adds r0,#1 */
    assert_true(core_asleep(r->c));
    assert_true(core_asleep_for_good(r->c));
    assert_int_equal(cpu_reg(r, CORE_R0), 0);
    uint64_t insns = core_insns(r->c);
    assert_int_equal(cpu_run(r, 1000000), CORE_UNTIL);
    assert_int_equal(core_insns(r->c), insns);
    core_irq(r->c, 3, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), IRQ3);
    assert_int_equal(cpu_frame(r, FRAME_PC), CPU_CODE + 2);
    cpu_close(r);

    r = cpu_open(); /* PRIMASK does not keep it asleep */
    enable(r, 3, 0x40);
    cpu_set(r, CORE_PRIMASK, 1);
    cpu_try(r, "bf30 3001 e7fe");
    core_irq(r->c, 3, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_exception(r), 0);
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    assert_false(core_asleep(r->c));
    cpu_close(r);

    r = cpu_open(); /* BASEPRI does */
    enable(r, 3, 0x40);
    cpu_set(r, CORE_BASEPRI, 0x40);
    cpu_try(r, "bf30 3001 e7fe");
    core_irq(r->c, 3, true);
    cpu_run(r, 100);
    assert_true(core_asleep(r->c));
    cpu_close(r);
}

static void wfe_waits_for_an_event(void **state)
{
    struct cpu *r = cpu_open();
    cpu_try(r, "bf40 bf20 3001 bf20 3002 e7fe"); /* sev; wfe; adds; wfe; adds */
    assert_true(core_asleep(r->c));
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    core_event(r->c);
    cpu_run(r, 100);
    assert_int_equal(cpu_reg(r, CORE_R0), 3);
    cpu_close(r);

    r = cpu_open(); /* SEVONPEND: an interrupt that is not enabled, too */
    cpu_ppb_set(r, SCR, 0x10);
    cpu_try(r, "bf20 3001 e7fe");
    core_irq(r->c, 3, true);
    cpu_run(r, 100);
    assert_int_equal(cpu_reg(r, CORE_R0), 1);
    cpu_close(r);
}

static void sleep_on_exit_sleeps_when_the_last_handler_ends(void **state)
{
    struct cpu *r = cpu_open();
    enable(r, 3, 0x40);
    cpu_ppb_set(r, SCR, 2);
    cpu_code(r, HANDLER(IRQ3), "4770");
    cpu_ppb_set(r, PEND(3));
    cpu_run(r, 100);
    assert_true(core_asleep(r->c));
    assert_int_equal(cpu_exception(r), 0);
    cpu_ppb_set(r, PEND(3));
    cpu_run(r, 100);
    assert_int_equal(r->taken, 2);
    assert_true(core_asleep(r->c));
    cpu_close(r);
}

static void systick_wakes_at_its_time(void **state)
{
    struct cpu *r = cpu_open();
    cpu_ppb_set(r, SYST_RVR, 4999);
    cpu_ppb_set(r, SYST_CVR, 0);
    cpu_ppb_set(r, SYST_CSR, 7);
    uint64_t from = core_cycles(r->c);
    cpu_try(r, "bf30 e7fe");
    assert_true(core_asleep(r->c));
    assert_false(core_asleep_for_good(r->c));
    cpu_run(r, 10000);
    assert_int_equal(cpu_exception(r), CORE_SYSTICK);
    const struct cpu_said *s = cpu_last(r, CORE_SAYS_ENTRY);
    assert_int_equal(s->pended, from + 5000);
    assert_in_range(s->cycle, from + 5000, from + 5020);
    cpu_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(an_interrupt_stacks_eight_words_and_returns),
            cmocka_unit_test(a_frame_is_aligned_to_eight),
            cmocka_unit_test(threads_may_have_a_stack_of_their_own),
            cmocka_unit_test(a_higher_one_preempts_and_a_lower_one_waits),
            cmocka_unit_test(one_that_waits_is_chained_without_unstacking),
            cmocka_unit_test(
                    of_two_at_once_the_higher_is_entered_and_the_frame_serves_both),
            cmocka_unit_test(a_higher_one_may_come_while_the_frame_is_made),
            cmocka_unit_test(prigroup_splits_who_preempts_from_who_comes_first),
            cmocka_unit_test(only_four_bits_of_a_priority_exist),
            cmocka_unit_test(interrupts_that_are_not_there_cannot_be_enabled),
            cmocka_unit_test(a_line_that_stays_high_comes_again),
            cmocka_unit_test(a_pulse_is_kept_until_it_is_taken),
            cmocka_unit_test(
                    clearing_a_pending_interrupt_holds_only_while_its_line_is_low),
            cmocka_unit_test(masks_hold_back_what_they_say),
            cmocka_unit_test(a_return_clears_faultmask),
            cmocka_unit_test(pending_by_software_is_seen_at_once),
            cmocka_unit_test(a_return_that_does_not_fit_is_invpc),
            cmocka_unit_test(a_frame_of_the_wrong_mode_is_invpc),
            cmocka_unit_test(an_exc_return_in_thread_mode_is_only_an_address),
            cmocka_unit_test(nonbasethrdena_lets_a_handler_return_to_thread_mode),
            cmocka_unit_test(an_it_block_goes_on_after_an_exception),
            cmocka_unit_test(the_unit_is_stacked_when_a_handler_first_uses_it),
            cmocka_unit_test(a_handler_without_the_unit_leaves_its_registers_alone),
            cmocka_unit_test(without_lspen_the_unit_is_stacked_at_once),
            cmocka_unit_test(a_first_use_takes_the_default_fpscr),
            cmocka_unit_test(wfi_waits_for_an_interrupt),
            cmocka_unit_test(wfe_waits_for_an_event),
            cmocka_unit_test(sleep_on_exit_sleeps_when_the_last_handler_ends),
            cmocka_unit_test(systick_wakes_at_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
