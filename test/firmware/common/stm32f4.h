/* stm32f4.h - the registers that firmware for the bench uses, by the names of
 * the reference manuals and of the ARMv7-M architecture.
 *
 * Written for test firmware, apart from src/hw: the driver's constants and
 * these must not share an error.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_STM32F4_H
#define ETCH_COMMON_STM32F4_H

#include <stdint.h>

typedef volatile uint32_t reg32;

/* ---- FLASH (RM0090 3.9) ------------------------------------------------------ */

struct flash_regs {
    reg32 ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1;
};
#define FLASH ((struct flash_regs *)0x40023C00u)

#define FLASH_BASE    0x08000000u
#define FLASH_KEY1    0x45670123u
#define FLASH_KEY2    0xCDEF89ABu
#define FLASH_OPTKEY1 0x08192A3Bu
#define FLASH_OPTKEY2 0x4C5D6E7Fu

#define FLASH_ACR_LATENCY 0xFu
#define FLASH_ACR_PRFTEN  (1u << 8)
#define FLASH_ACR_ICEN    (1u << 9)
#define FLASH_ACR_DCEN    (1u << 10)
#define FLASH_ACR_ICRST   (1u << 11)
#define FLASH_ACR_DCRST   (1u << 12)

#define FLASH_SR_EOP    (1u << 0)
#define FLASH_SR_OPERR  (1u << 1)
#define FLASH_SR_WRPERR (1u << 4)
#define FLASH_SR_PGAERR (1u << 5)
#define FLASH_SR_PGPERR (1u << 6)
#define FLASH_SR_PGSERR (1u << 7)
#define FLASH_SR_RDERR  (1u << 8)
#define FLASH_SR_BSY    (1u << 16)
#define FLASH_SR_ERRORS 0x1F2u

#define FLASH_CR_PG    (1u << 0)
#define FLASH_CR_SER   (1u << 1)
#define FLASH_CR_MER   (1u << 2)
#define FLASH_CR_SNB   (0x1Fu << 3)
#define FLASH_CR_PSIZE (3u << 8)
#define FLASH_CR_MER1  (1u << 15)
#define FLASH_CR_STRT  (1u << 16)
#define FLASH_CR_EOPIE (1u << 24)
#define FLASH_CR_ERRIE (1u << 25)
#define FLASH_CR_LOCK  (1u << 31)

#define FLASH_OPTCR_OPTLOCK (1u << 0)
#define FLASH_OPTCR_OPTSTRT (1u << 1)
#define FLASH_OPTCR_NWRP    (0xFFFu << 16)
#define FLASH_OPTCR_DB1M    (1u << 30)

/* ---- RCC (RM0090 7.3) ---------------------------------------------------------- */

struct rcc_regs {
    reg32 CR, PLLCFGR, CFGR, CIR, AHB1RSTR, AHB2RSTR, AHB3RSTR, reserved1C, APB1RSTR,
            APB2RSTR, reserved28[2], AHB1ENR, AHB2ENR, AHB3ENR, reserved3C, APB1ENR,
            APB2ENR, reserved48[2], AHB1LPENR, AHB2LPENR, AHB3LPENR, reserved5C,
            APB1LPENR, APB2LPENR, reserved68[2], BDCR, CSR;
};
#define RCC ((struct rcc_regs *)0x40023800u)

#define RCC_CR_HSION         (1u << 0)
#define RCC_CR_HSIRDY        (1u << 1)
#define RCC_CR_PLLON         (1u << 24)
#define RCC_CR_PLLRDY        (1u << 25)
#define RCC_CFGR_SW_PLL      2u
#define RCC_CFGR_SWS         (3u << 2)
#define RCC_CFGR_SWS_PLL     (2u << 2)
#define RCC_CFGR_PPRE1_DIV4  (5u << 10)
#define RCC_CFGR_PPRE2_DIV2  (4u << 13)
#define RCC_AHB1ENR_GPIOAEN  (1u << 0)
#define RCC_APB1ENR_TIM2EN   (1u << 0)
#define RCC_APB1ENR_WWDGEN   (1u << 11)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB1ENR_PWREN    (1u << 28)
#define RCC_APB2ENR_SYSCFGEN (1u << 14)
#define RCC_CSR_RMVF         (1u << 24)
#define RCC_CSR_PORRSTF      (1u << 27)
#define RCC_CSR_SFTRSTF      (1u << 28)
#define RCC_CSR_IWDGRSTF     (1u << 29)
#define RCC_CSR_WWDGRSTF     (1u << 30)

/* ---- others of the STM32F4 ------------------------------------------------------ */

struct gpio_regs {
    reg32 MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFR[2];
};
#define GPIOA ((struct gpio_regs *)0x40020000u) /* RM0090 8.4 */

struct usart_regs {
    reg32 SR, DR, BRR, CR1, CR2, CR3, GTPR;
};
#define USART2           ((struct usart_regs *)0x40004400u) /* RM0090 30.6 */
#define USART_SR_ORE     (1u << 3)
#define USART_SR_RXNE    (1u << 5)
#define USART_SR_TC      (1u << 6)
#define USART_SR_TXE     (1u << 7)
#define USART_CR1_RE     (1u << 2)
#define USART_CR1_TE     (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_UE     (1u << 13)
#define USART_CR3_DMAR   (1u << 6)

struct iwdg_regs {
    reg32 KR, PR, RLR, SR;
};
#define IWDG           ((struct iwdg_regs *)0x40003000u) /* RM0090 21.4 */
#define IWDG_KR_RELOAD 0xAAAAu
#define IWDG_KR_START  0xCCCCu
#define IWDG_KR_ACCESS 0x5555u

struct wwdg_regs {
    reg32 CR, CFR, SR;
};
#define WWDG         ((struct wwdg_regs *)0x40002C00u) /* RM0090 22.6 */
#define WWDG_CR_WDGA (1u << 7)
#define WWDG_CFR_EWI (1u << 9)

struct tim_regs {
    reg32 CR1, CR2, SMCR, DIER, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR;
};
#define TIM2 ((struct tim_regs *)0x40000000u) /* RM0090 18.4 */

struct dma_stream_regs {
    reg32 CR, NDTR, PAR, M0AR, M1AR, FCR;
};
struct dma_regs {
    reg32 LISR, HISR, LIFCR, HIFCR;
    struct dma_stream_regs S[8];
};
#define DMA1               ((struct dma_regs *)0x40026000u) /* RM0090 10.5 */
#define DMA2               ((struct dma_regs *)0x40026400u)
#define RCC_AHB1ENR_DMA1EN (1u << 21)
#define RCC_AHB1ENR_DMA2EN (1u << 22)

#define SYSCFG_MEMRMP (*(reg32 *)0x40013800u) /* RM0090 9.3.1 */
#define DBGMCU_IDCODE (*(reg32 *)0xE0042000u) /* RM0090 38.6.1 */

/* Interrupt numbers (RM0090 12.2). */
enum irq {
    WWDG_IRQ = 0,
    PVD_IRQ = 1,
    FLASH_IRQ = 4,
    DMA1_STREAM5_IRQ = 16,
    TIM2_IRQ = 28,
    USART1_IRQ = 37,
    USART2_IRQ = 38
};

/* ---- ARMv7-M (DDI 0403E) ---------------------------------------------------------- */

struct systick_regs {
    reg32 CTRL, LOAD, VAL, CALIB;
};
#define SysTick                ((struct systick_regs *)0xE000E010u) /* B3.3 */
#define SysTick_CTRL_ENABLE    (1u << 0)
#define SysTick_CTRL_TICKINT   (1u << 1)
#define SysTick_CTRL_CLKSOURCE (1u << 2)

struct nvic_regs { /* B3.4 */
    reg32 ISER[32], ICER[32], ISPR[32], ICPR[32], IABR[64];
    volatile uint8_t IPR[240];
};
#define NVIC ((struct nvic_regs *)0xE000E100u)

struct scb_regs { /* B3.2 */
    reg32 CPUID, ICSR, VTOR, AIRCR, SCR, CCR;
    volatile uint8_t SHPR[12];
    reg32 SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR;
};
#define SCB                   ((struct scb_regs *)0xE000ED00u)
#define SCB_AIRCR_RESET       0x05FA0004u
#define SCB_SHCSR_MEMFAULTENA (1u << 16)
#define SCB_SHCSR_BUSFAULTENA (1u << 17)
#define SCB_SHCSR_USGFAULTENA (1u << 18)

struct mpu_regs { /* B3.5 */
    reg32 TYPE, CTRL, RNR, RBAR, RASR;
};
#define MPU                 ((struct mpu_regs *)0xE000ED90u)
#define MPU_CTRL_ENABLE     (1u << 0)
#define MPU_CTRL_HFNMIENA   (1u << 1)
#define MPU_CTRL_PRIVDEFENA (1u << 2)

#define DWT_CYCCNT (*(reg32 *)0xE0001004u) /* C1.8 */

static inline void dsb(void)
{
    __asm volatile("dsb" ::: "memory");
}

static inline void isb(void)
{
    __asm volatile("isb" ::: "memory");
}

static inline void irq_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void irq_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

static inline void irq_enable(enum irq irq)
{
    NVIC->ISER[irq / 32] = 1u << irq % 32;
}

/* A cell of memory by its address, with the width of the access. */
static inline volatile uint8_t *byte_at(uint32_t addr)
{
    return (volatile uint8_t *)addr;
}

static inline volatile uint16_t *half_at(uint32_t addr)
{
    return (volatile uint16_t *)addr;
}

static inline volatile uint32_t *word_at(uint32_t addr)
{
    return (volatile uint32_t *)addr;
}

#endif
