/* harness.S - run one block on one input, and write down all that it left.
 *
 * A block is entered with every register given and leaves through case_exit,
 * by a branch or because a fault's handler sent it there. Neither side may
 * disturb a register before it is noted: the block's own stack serves as
 * scratch, and its contents are part of the result.
 *
 * The offsets are those of test/oracle/layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
        .syntax unified
        .cpu    cortex-m4
        .fpu    fpv4-sp-d16
        .thumb

        .equ    GLOBALS,    0x20000000
        .equ    G_RESULT,   0               /* where the result goes */
        .equ    G_STACK,    4               /* the harness's own */
        .equ    G_MODE,     8
        .equ    G_RECORD,   0x40            /* 8 words of the last fault, a log */
        .equ    G_LOG,      0x60

        .equ    WINDOW,     0x20001000      /* data, main stack, process stack */
        .equ    MAIN,       WINDOW + 32 * 4 + 44 * 4
        .equ    PROCESS,    MAIN + 64 * 4
        .equ    WATCHED,    WINDOW + 64     /* 32 bytes with a region of their own */

        .equ    IN_APSR,    14 * 4
        .equ    IN_FPSCR,   15 * 4
        .equ    IN_SKEW,    16 * 4          /* 0 or 4: added to both stacks */
        .equ    IN_S,       20 * 4
        .equ    IN_WINDOW,  52 * 4

        .equ    OUT_SP,     13 * 4
        .equ    OUT_S,      32 * 4
        .equ    OUT_WINDOW, 64 * 4

        .equ    MODE_CONTROL, 7             /* bits of CONTROL */
        .equ    MODE_TRAPS,   0x18          /* bits of CCR */
        .equ    MODE_ENABLED, 0x20          /* MemManage, BusFault, UsageFault */
        .equ    MODE_NO_FPU,  0x40
        .equ    MODE_MPU,     0x80          /* AP of the watched region: bits 8-10 */
        .equ    MODE_STACKING, 0x3000       /* FPCCR.LSPEN, ASPEN */

        .equ    SCB,        0xE000ED00
        .equ    CCR,        0x14
        .equ    SHCSR,      0x24
        .equ    CFSR,       0x28
        .equ    HFSR,       0x2C
        .equ    MMFAR,      0x34
        .equ    BFAR,       0x38
        .equ    CPACR,      0x88
        .equ    MPU_CTRL,   0x94
        .equ    MPU_RBAR,   0x9C
        .equ    FPCCR,      0xE000EF34
        .equ    TO_PRIVILEGED, 0xF0         /* the SVC of case_exit */

/* ---- vectors ------------------------------------------------------------- */

        .section .vectors, "a"
        .word   stack_top
        .word   reset
        .word   note_exception              /* NMI */
        .rept   4
        .word   note_fault
        .endr
        .rept   4
        .word   unexpected
        .endr
        .word   note_svc
        .word   unexpected
        .word   unexpected
        .word   note_exception              /* PendSV */
        .word   unexpected
        .rept   32
        .word   note_exception
        .endr

        .org    0x100
        .global case_exit_at
        .thumb_func
case_exit_at:                               /* CASE_EXIT: where blocks end */
        b.w     case_exit
        .thumb_func
case_enter_at:                              /* CASE_ENTER: the last step into one */
        pop     {r0, pc}

/* ---- into a block ---------------------------------------------------------- */

/* void run_case(uint32_t entry, uint32_t mode, const uint32_t *input,
 *         uint32_t *result) */
        .section .text.run_case, "ax"
        .global run_case
        .thumb_func
run_case:
        push    {r4-r11, lr}
        ldr     r4, =GLOBALS
        str     r3, [r4, #G_RESULT]
        str     sp, [r4, #G_STACK]
        str     r1, [r4, #G_MODE]
        mov     r9, r0
        mov     r10, r1
        mov     r11, r2
        bl      clear_record
        bl      fill_window
        bl      set_stacks
        bl      set_stacking
        bl      set_fpu
        bl      set_system
        clrex
        and     r0, r10, #MODE_CONTROL
        msr     control, r0
        isb
        ldr     r0, [r11, #IN_APSR]
        msr     apsr_nzcvqg, r0
        add     r0, r11, #4
        ldmia   r0, {r1-r12, lr}
        b.w     case_enter_at

        .thumb_func
clear_record:
        add     r0, r4, #G_RECORD
        movs    r1, #0
        movs    r2, #9
1:      str     r1, [r0], #4
        subs    r2, #1
        bne     1b
        bx      lr

        .thumb_func
fill_window:
        add     r0, r11, #IN_WINDOW
        ldr     r1, =WINDOW
        movs    r2, #160 / 5
1:      ldmia   r0!, {r3, r5-r8}
        stmia   r1!, {r3, r5-r8}
        subs    r2, #1
        bne     1b
        bx      lr

/* Both stacks begin with r0 and the entry, which run_case pops at last. */
        .thumb_func
set_stacks:
        ldr     r0, [r11]
        ldr     r1, [r11, #IN_SKEW]
        ldr     r2, =MAIN - 8
        add     r2, r1
        stmia   r2, {r0, r9}
        ldr     r3, =PROCESS - 8
        add     r3, r1
        stmia   r3, {r0, r9}
        msr     msp, r2
        msr     psp, r3
        bx      lr

/* A function of its own: QEMU looks at FPCCR anew after an indirect branch, and
 * an ISB is none to it. */
        .thumb_func
set_stacking:
        ldr     r2, =FPCCR
        and     r3, r10, #MODE_STACKING
        lsl     r3, #18
        str     r3, [r2]
        dsb
        isb
        bx      lr

        .thumb_func
set_fpu:
        ldr     r0, =SCB
        mov     r1, #0x00F00000
        str     r1, [r0, #CPACR]
        dsb
        isb
        ldr     r2, [r11, #IN_FPSCR]
        vmsr    fpscr, r2
        add     r2, r11, #IN_S
        vldmia  r2, {s0-s31}
        tst     r10, #MODE_NO_FPU
        it      ne
        movne   r1, #0
        str     r1, [r0, #CPACR]
        dsb
        isb
        bx      lr

        .thumb_func
set_system:
        ldr     r0, =SCB
        and     r1, r10, #MODE_TRAPS
        orr     r1, #0x200
        str     r1, [r0, #CCR]
        tst     r10, #MODE_ENABLED
        ite     ne
        movne   r1, #0x00070000
        moveq   r1, #0
        str     r1, [r0, #SHCSR]
        tst     r10, #MODE_MPU
        beq     1f
        ubfx    r3, r10, #8, #3             /* AP, TEX.S.C.B of normal memory */
        lsl     r3, #24
        orr     r3, #0x00020000
        orr     r3, #(4 << 1) | 1           /* 32 bytes, enabled */
        ldr     r2, =WATCHED | 0x17
        add     r5, r0, #MPU_RBAR
        stmia   r5, {r2, r3}
        movs    r2, #5                      /* PRIVDEFENA, on */
        str     r2, [r0, #MPU_CTRL]
1:      dsb
        isb
        bx      lr

/* ---- out of a block ---------------------------------------------------------- */

        .section .text.case_exit, "ax"
        .global case_exit
        .thumb_func
case_exit:
        push    {r0, r1}
        ldr     r1, =GLOBALS
        ldr     r1, [r1, #G_RESULT]
        mrs     r0, apsr                    /* before anything sets a flag */
        str     r0, [r1, #15 * 4]
        add     r0, r1, #8
        stmia   r0, {r2-r12}
        ldr     r0, [sp]
        str     r0, [r1]
        ldr     r0, [sp, #4]
        str     r0, [r1, #4]
        add     r0, sp, #8
        strd    r0, lr, [r1, #OUT_SP]
        mrs     r0, primask
        str     r0, [r1, #17 * 4]
        mrs     r0, basepri
        str     r0, [r1, #18 * 4]
        mrs     r0, faultmask
        str     r0, [r1, #19 * 4]
        mrs     r0, control
        str     r0, [r1, #20 * 4]
        tst     r0, #1
        beq     1f
        svc     #TO_PRIVILEGED
1:      movs    r0, #0
        msr     basepri, r0
        cpsie   if
        isb
        mrs     r0, msp
        str     r0, [r1, #21 * 4]
        mrs     r0, psp
        str     r0, [r1, #22 * 4]
        bl      back_to_normal
        bl      note_floats                 /* before CONTROL.FPCA is cleared */
        movs    r0, #0
        msr     control, r0
        isb
        ldr     r4, =GLOBALS
        ldr     sp, [r4, #G_STACK]
        bl      note_the_rest
        pop     {r4-r11, pc}

        .thumb_func
back_to_normal:
        ldr     r0, =SCB
        mov     r2, #0x00F00000
        str     r2, [r0, #CPACR]
        mov     r2, #0x200
        str     r2, [r0, #CCR]
        ldr     r2, =GLOBALS
        ldr     r2, [r2, #G_MODE]
        tst     r2, #MODE_MPU               /* where it was off, it stays so */
        itt     ne
        movne   r2, #0
        strne   r2, [r0, #MPU_CTRL]
        dsb
        isb
        bx      lr

        .thumb_func
note_floats:
        vmrs    r0, fpscr
        str     r0, [r1, #16 * 4]
        add     r0, r1, #OUT_S
        vstmia  r0, {s0-s31}
        bx      lr

        .thumb_func
note_the_rest:
        add     r2, r4, #G_RECORD
        add     r0, r1, #23 * 4
        ldmia   r2, {r2, r3, r5-r11}
        stmia   r0, {r2, r3, r5-r11}
        ldr     r0, =WINDOW
        add     r1, #OUT_WINDOW
        movs    r2, #160 / 5
1:      ldmia   r0!, {r3, r5-r8}
        stmia   r1!, {r3, r5-r8}
        subs    r2, #1
        bne     1b
        bx      lr

/* ---- exceptions ------------------------------------------------------------------ */

        .macro  frame reg
        tst     lr, #4
        ite     eq
        mrseq   \reg, msp
        mrsne   \reg, psp
        .endm

/* Exception, EXC_RETURN, CFSR, HFSR, the addresses if valid, PC and xPSR; then
 * the block is over. */
        .section .text.note_fault, "ax"
        .thumb_func
note_fault:
        frame   r0
        ldr     r1, =GLOBALS + G_RECORD
        mrs     r2, ipsr
        str     r2, [r1]
        str     lr, [r1, #4]
        ldr     r3, =SCB
        ldr     r2, [r3, #CFSR]
        str     r2, [r1, #8]
        ldr     r12, [r3, #HFSR]
        str     r12, [r1, #12]
        tst     r2, #0x80
        itt     ne
        ldrne   r12, [r3, #MMFAR]
        strne   r12, [r1, #16]
        tst     r2, #0x8000
        itt     ne
        ldrne   r12, [r3, #BFAR]
        strne   r12, [r1, #20]
        str     r2, [r3, #CFSR]
        mov     r12, #-1
        str     r12, [r3, #HFSR]
        ldr     r2, [r0, #24]
        str     r2, [r1, #24]
        ldr     r3, [r0, #28]
        str     r3, [r1, #28]
        ldr     r2, =case_exit_at
        bic     r2, #1
        bic     r3, #0x06000000             /* no IT block goes on */
        bic     r3, #0x0000FC00
        orr     r3, #0x01000000
        strd    r2, r3, [r0, #24]
        b       become_privileged           /* masked, case_exit cannot ask for it */

/* A service call: its number, frame and EXC_RETURN go into the log. */
        .section .text.note_svc, "ax"
        .thumb_func
note_svc:
        frame   r0
        ldr     r1, [r0, #24]
        ldrb    r1, [r1, #-2]
        cmp     r1, #TO_PRIVILEGED
        beq     1f
        ldr     r2, =GLOBALS + G_LOG
        ldr     r3, [r2]
        add     r3, r1, r3, ror #27
        ldr     r12, [r0, #28]
        eor     r3, r12
        add     r3, lr
        str     r3, [r2]
        bx      lr
1:
become_privileged:
        mrs     r0, control
        bic     r0, #1
        msr     control, r0
        isb
        bx      lr

/* Others, pended by a store, may come an instruction sooner or later: only that
 * they came is noted. Such a store is followed by a DSB with an option of its
 * own and an ISB; all go on after those, so that the frames are the same. */
        .equ    DSB_HERE, 0x8F4B
        .equ    ISB_HERE, 0x8F6F
        .section .text.note_exception, "ax"
        .thumb_func
note_exception:
        ldr     r2, =GLOBALS + G_LOG
        ldr     r3, [r2]
        mrs     r1, ipsr
        add     r3, r1, r3, ror #27
        str     r3, [r2]
        frame   r0
        ldr     r1, [r0, #24]
        movw    r3, #DSB_HERE
        ldrh    r2, [r1, #2]
        cmp     r2, r3
        it      eq
        addeq   r1, #4
        ldrh    r2, [r1, #-2]
        cmp     r2, r3
        bne     1f
        movw    r3, #ISB_HERE
        ldrh    r2, [r1, #2]
        cmp     r2, r3
        it      eq
        addeq   r1, #4
1:      str     r1, [r0, #24]
        bx      lr
