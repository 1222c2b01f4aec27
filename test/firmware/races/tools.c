/* SPDX-License-Identifier: MIT */
#include "races.h"

#include "flash/flash.h"
#include "startup.h"

void note_fault(uint32_t *frame, uint32_t exc_return);

/* ---- faults ------------------------------------------------------------------- */

volatile uint32_t faults;
struct fault first_fault;

void enable_faults(void)
{
    SCB->SHCSR |= SCB_SHCSR_MEMFAULTENA | SCB_SHCSR_BUSFAULTENA | SCB_SHCSR_USGFAULTENA;
}

static uint32_t exception(void)
{
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    return ipsr;
}

/* Note it and go on behind the instruction; or, if what could not be fetched is
 * the code itself, with the MPU off. A handler that could not be fetched either
 * runs then, and finds nothing to do. */
void note_fault(uint32_t *frame, uint32_t exc_return)
{
    uint32_t cfsr = SCB->CFSR;
    uint32_t hfsr = SCB->HFSR;
    if (!cfsr && !hfsr) {
        return;
    }
    if (faults++ == 0) {
        uint32_t addr = cfsr & 0x80 ? SCB->MMFAR : cfsr & 0x8000 ? SCB->BFAR : 0;
        first_fault = (struct fault){exception(), cfsr, hfsr, addr, exc_return};
    }
    SCB->CFSR = cfsr; /* clears what it shows */
    SCB->HFSR = hfsr;
    if (cfsr & 1) {
        MPU->CTRL = 0;
        dsb();
        isb();
    } else {
        uint16_t half = *(const uint16_t *)frame[6];
        frame[6] += half >= 0xE800 ? 4 : 2;
    }
}

__attribute__((naked)) void HardFault_Handler(void)
{
    __asm volatile("tst lr, #4\n\t"
                   "ite eq\n\t"
                   "mrseq r0, msp\n\t"
                   "mrsne r0, psp\n\t"
                   "mov r1, lr\n\t"
                   "b note_fault");
}

__attribute__((naked)) void MemManage_Handler(void)
{
    __asm volatile("b HardFault_Handler");
}

__attribute__((naked)) void BusFault_Handler(void)
{
    __asm volatile("b HardFault_Handler");
}

__attribute__((noinline)) void store_to(uint32_t addr)
{
    *(volatile uint32_t *)addr = 0xFFFFFFFF;
}

/* ---- regions --------------------------------------------------------------------- */

void take_regions(struct regions *m)
{
    uint32_t rnr = MPU->RNR;
    m->ctrl = MPU->CTRL;
    for (uint32_t n = 0; n < REGIONS; n++) {
        MPU->RNR = n;
        m->rbar[n] = MPU->RBAR;
        m->rasr[n] = MPU->RASR;
    }
    MPU->RNR = rnr;
}

bool regions_are(const struct regions *m)
{
    struct regions now;
    take_regions(&now);
    bool same = now.ctrl == m->ctrl;
    for (uint32_t n = 0; n < REGIONS; n++) {
        same = same && now.rbar[n] == m->rbar[n] && now.rasr[n] == m->rasr[n];
    }
    return same;
}

void set_region(uint32_t n, uint32_t base, uint32_t rasr)
{
    MPU->RNR = n;
    MPU->RASR = 0;
    MPU->RBAR = base;
    MPU->RASR = rasr;
}

void set_regions(const uint32_t regions[REGIONS][2])
{
    MPU->CTRL = 0;
    for (uint32_t n = 0; n < REGIONS; n++) {
        set_region(n, regions[n][0], regions[n][1]);
    }
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
}

/* ---- interrupts ---------------------------------------------------------------------- */

void (*volatile on_interrupt)(void);
volatile uint32_t interrupts;

void SysTick_Handler(void)
{
    interrupts++;
    if (on_interrupt) {
        on_interrupt();
    }
}

void PendSV_Handler(void)
{
    SysTick_Handler();
}

void interrupt_now(void)
{
    SCB->ICSR = 1u << 28;
    dsb();
    isb();
}

void interrupt_every(uint32_t cycles)
{
    SysTick->LOAD = cycles - 1;
    SysTick->VAL = 0;
    SysTick->CTRL = cycles ? 7 : 0;
}

/* ---- privilege -------------------------------------------------------------------------- */

void drop_privilege(void)
{
    __asm volatile("msr control, %0\n\tisb" ::"r"(1));
}

void SVC_Handler(void)
{
    __asm volatile("msr control, %0\n\tisb" ::"r"(0));
}

void regain_privilege(void)
{
    __asm volatile("svc 0" ::: "memory");
}

/* ---- writing ------------------------------------------------------------------------------ */

uint32_t write_words(uint32_t addr)
{
    static const struct etch_flash_config config = {.part = &etch_part_f446xe,
            .supply = ETCH_FLASH_FROM_2V7,
            .clock_mhz = 16,
            .gate = &guard.gate,
            .image_addr = F4_FLASH_BASE,
            .image_len = 0x10000};
    static uint32_t data[64];
    struct etch_flash flash;
    for (uint32_t i = 0; i < 64; i++) {
        data[i] = 0xA5000000 + i * 0x01010101;
    }
    if (etch_flash_open(&flash, &config)) {
        return 1;
    }
    if (etch_flash_program(&flash, addr, data, sizeof(data))) {
        return 2;
    }
    return etch_flash_verify(&flash, addr, data, sizeof(data)) ? 3 : 0;
}
