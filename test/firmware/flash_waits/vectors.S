/* vectors.S - the table in flash of an STM32F446RE; main copies it to SRAM.
 *
 * SPDX-License-Identifier: MIT
 */
        .syntax unified
        .section .vectors, "a"
        .global flash_vectors
flash_vectors:
        .word   stack_top
        .word   reset
        .rept   13              /* NMI to PendSV */
        .word   fault
        .endr
        .word   tick            /* SysTick */
        .rept   28
        .word   fault
        .endr
        .word   tim2            /* interrupt 28, in SRAM */
        .rept   97 - 29
        .word   fault
        .endr
