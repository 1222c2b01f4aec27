/* entry.S - the four fault handlers' first instructions.
 *
 * Nothing may be stored before the MPU is off and the stack is ours: the fault
 * may be about either. FAULTMASK makes whatever happens here happen at the
 * priority at which CCR.BFHFNMIGN ignores bus errors of loads. The first
 * "stack" is the record itself: what is pushed lies in its place there.
 *
 * SPDX-License-Identifier: MIT
 */
        .cpu cortex-m4 /* whatever flags the project has for assembly */
        .syntax unified
        .thumb

        .equ    R11_END, 4 * (1 + 3 + 24) /* capture.c checks it */

        .section .noinit.fault_stack, "aw", %nobits
        .balign 8
        .space  512
fault_stack_top:

        .section .text.etch_fault_entry, "ax"
        .global etch_fault_entry
        .type   etch_fault_entry, %function
etch_fault_entry:
        cpsid   f
        ldr     r3, =0xE000ED94         @ MPU_CTRL
        ldr     r0, [r3]
        movs    r1, #0
        str     r1, [r3]
        dsb
        isb
        mrs     r1, msp
        ldr     r2, =fault_keep + R11_END
        msr     msp, r2
        mrs     r3, ipsr
        push    {r4-r11}                @ in the order of enum etch_fault_word
        push    {r3, lr}
        mrs     r2, psp
        mrs     r3, control
        mrs     r4, primask
        mrs     r5, basepri
        push    {r0-r5}
        ldr     r2, =fault_stack_top
        msr     msp, r2
        b       fault_capture
        .size   etch_fault_entry, . - etch_fault_entry
        .ltorg
