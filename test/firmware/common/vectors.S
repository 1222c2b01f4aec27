/* vectors.S - the vector table of an STM32F4 (RM0090 12.2), with a name for each
 * handler that firmware may want. One that it does not define stays in a loop,
 * as the vendor's start-up does; the longest table of the family is assumed.
 *
 * SPDX-License-Identifier: MIT
 */
        .syntax unified
        .cpu    cortex-m4
        .thumb

        .section .text.Default_Handler, "ax"
        .thumb_func
        .type   Default_Handler, %function
        .global Default_Handler
Default_Handler:
        b       Default_Handler
        .size   Default_Handler, . - Default_Handler

        .macro  handler name
        .weak   \name
        .thumb_set \name, Default_Handler
        .word   \name
        .endm

        .section .isr_vector, "a"
        .global flash_vectors
        .type   flash_vectors, %object
flash_vectors:
        .word   stack_top
        .word   Reset_Handler
        handler NMI_Handler
        handler HardFault_Handler
        handler MemManage_Handler
        handler BusFault_Handler
        handler UsageFault_Handler
        .word   0
        .word   0
        .word   0
        .word   0
        handler SVC_Handler
        handler DebugMon_Handler
        .word   0
        handler PendSV_Handler
        handler SysTick_Handler
        handler WWDG_IRQHandler /* 0 */
        handler PVD_IRQHandler /* 1 */
        handler TAMP_STAMP_IRQHandler /* 2 */
        handler RTC_WKUP_IRQHandler /* 3 */
        handler FLASH_IRQHandler /* 4 */
        handler RCC_IRQHandler /* 5 */
        handler EXTI0_IRQHandler /* 6 */
        handler EXTI1_IRQHandler /* 7 */
        handler EXTI2_IRQHandler /* 8 */
        handler EXTI3_IRQHandler /* 9 */
        handler EXTI4_IRQHandler /* 10 */
        handler DMA1_Stream0_IRQHandler /* 11 */
        handler DMA1_Stream1_IRQHandler /* 12 */
        handler DMA1_Stream2_IRQHandler /* 13 */
        handler DMA1_Stream3_IRQHandler /* 14 */
        handler DMA1_Stream4_IRQHandler /* 15 */
        handler DMA1_Stream5_IRQHandler /* 16 */
        handler DMA1_Stream6_IRQHandler /* 17 */
        handler ADC_IRQHandler /* 18 */
        .rept   4
        .word   Default_Handler
        .endr
        handler EXTI9_5_IRQHandler /* 23 */
        .rept   4
        .word   Default_Handler
        .endr
        handler TIM2_IRQHandler /* 28 */
        handler TIM3_IRQHandler /* 29 */
        handler TIM4_IRQHandler /* 30 */
        handler I2C1_EV_IRQHandler /* 31 */
        .rept   3
        .word   Default_Handler
        .endr
        handler SPI1_IRQHandler /* 35 */
        handler SPI2_IRQHandler /* 36 */
        handler USART1_IRQHandler /* 37 */
        handler USART2_IRQHandler /* 38 */
        handler USART3_IRQHandler /* 39 */
        handler EXTI15_10_IRQHandler /* 40 */
        .rept   6
        .word   Default_Handler
        .endr
        handler DMA1_Stream7_IRQHandler /* 47 */
        .rept   2
        .word   Default_Handler
        .endr
        handler TIM5_IRQHandler /* 50 */
        .rept   1
        .word   Default_Handler
        .endr
        handler UART4_IRQHandler /* 52 */
        handler UART5_IRQHandler /* 53 */
        .rept   2
        .word   Default_Handler
        .endr
        handler DMA2_Stream0_IRQHandler /* 56 */
        handler DMA2_Stream1_IRQHandler /* 57 */
        handler DMA2_Stream2_IRQHandler /* 58 */
        handler DMA2_Stream3_IRQHandler /* 59 */
        handler DMA2_Stream4_IRQHandler /* 60 */
        .rept   7
        .word   Default_Handler
        .endr
        handler DMA2_Stream5_IRQHandler /* 68 */
        handler DMA2_Stream6_IRQHandler /* 69 */
        handler DMA2_Stream7_IRQHandler /* 70 */
        handler USART6_IRQHandler /* 71 */
        .rept   26
        .word   Default_Handler
        .endr
        .size   flash_vectors, . - flash_vectors
