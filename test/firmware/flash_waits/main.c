/* main.c - the waits of src/flash on the chip itself, or the bench: an erase
 * with interrupts masked, and one with a timer's interrupt alive.
 *
 * Leaves with 0, or the number of the step that went wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>

#include "flash/flash.h"
#include "hw/cm4_scs.h"
#include "hw/reg.h"
#include "port/mmio.h"
#include "port/ramcode.h"

#define RCC_APB1ENR 0x40023840u
#define TIM2_CR1    0x40000000u
#define TIM2_DIER   0x4000000Cu
#define TIM2_SR     0x40000010u
#define TIM2_PSC    0x40000028u
#define TIM2_ARR    0x4000002Cu
#define IWDG_KR     0x40003000u
#define SYST_RVR    0xE000E014u

enum { STORE = 7, TIM2_IRQ = 28, ENTRIES = 16 + 97 };

extern const uint32_t flash_vectors[ENTRIES];
extern uint32_t image_end[];
void tick(void);
void tim2(void);

static _Alignas(512) uint32_t ram_vectors[128];
static volatile uint32_t ticks, beats, calls;
static uint32_t last_ticks, last_beats; /* when the wait called last */

void tick(void)
{
    ticks++;
}

/* 16 MHz / 16000: a beat each millisecond, served from SRAM. */
ETCH_RAMCODE void tim2(void)
{
    mmio_write32(reg_at(TIM2_SR), 0);
    beats++;
}

ETCH_RAMCODE static void keep_alive(void *ctx)
{
    (void)ctx;
    calls++;
    last_ticks = ticks;
    last_beats = beats;
}

static void start_interrupts(void)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        ram_vectors[i] = flash_vectors[i];
    }
    mmio_write32(reg_at(RCC_APB1ENR), 1);
    mmio_write32(reg_at(TIM2_PSC), 15);
    mmio_write32(reg_at(TIM2_ARR), 999);
    mmio_write32(reg_at(TIM2_DIER), 1);
    mmio_write32(reg_at(TIM2_CR1), 1);
    mmio_write32(reg_at(CM4_NVIC_ISER(0)), 1u << TIM2_IRQ);
    mmio_write32(reg_at(SYST_RVR), 15999);
    mmio_write32(reg_at(CM4_SYST_CSR), 7);
}

static int erase_with(
        struct etch_flash *f, uint32_t *beats_meanwhile, uint32_t *ticks_meanwhile)
{
    static const uint8_t data[] = {1, 2, 3, 4, 5};
    struct etch_sector s;
    if (etch_flash_sector(f, STORE, &s) || etch_flash_program(f, s.addr + 1, data, 5)) {
        return 1;
    }
    uint32_t beats_before = beats;
    uint32_t ticks_before = ticks;
    calls = 0;
    if (etch_flash_erase(f, STORE)) {
        return 2;
    }
    /* The check that follows an erase takes long and masks nothing. */
    *beats_meanwhile = last_beats - beats_before;
    *ticks_meanwhile = last_ticks - ticks_before;
    return calls > 100 ? 0 : 3;
}

int main(void)
{
    static struct etch_part part;
    static struct etch_flash_wait wait = {
            .dog = {IWDG_KR, 0xAAAA, 100000}, .keep_alive = keep_alive};
    static struct etch_flash_config config = {.part = &part,
            .supply = ETCH_FLASH_FROM_2V7,
            .clock_mhz = 16,
            .wait = &wait,
            .image_addr = F4_FLASH_BASE};
    static struct etch_flash flash;
    uint32_t beats_meanwhile;
    uint32_t ticks_meanwhile;

    config.image_len = (uint32_t)(uintptr_t)image_end - F4_FLASH_BASE;
    if (etch_part_detect(&part) || etch_flash_open(&flash, &config)) {
        return 10;
    }
    start_interrupts();

    wait.how = etch_flash_wait_ram;
    int step = erase_with(&flash, &beats_meanwhile, &ticks_meanwhile);
    if (step) {
        return 20 + step;
    }
    if (beats_meanwhile > 1 || ticks_meanwhile > 1) {
        return 24; /* they were masked; each may have come just before */
    }

    wait.how = etch_flash_wait_alive;
    wait.ram_vectors = (uint32_t)(uintptr_t)ram_vectors;
    step = erase_with(&flash, &beats_meanwhile, &ticks_meanwhile);
    if (step) {
        return 30 + step;
    }
    if (beats_meanwhile < 400 || ticks_meanwhile > 1) {
        return 34; /* a beat each ms of about 1 s; SysTick's handler is in flash */
    }
    uint32_t now = ticks;
    while (ticks < now + 2) { /* SysTick is back */
    }
    return etch_flash_erase(&flash, 0) == ETCH_E_SELF ? 0 : 40;
}
