/* motor.c - a control loop at 20 kHz that goes on while settings are saved and
 * sectors are erased.
 *
 * Without an argument: the interrupt's vector and handler are in RAM, and the
 * driver waits in RAM with interrupts on. "erases": it does so for erases only,
 * and each step of a program stalls for 16 us, or up to 100. "naive": all in
 * flash, with an erase for each fiftieth save, as firmware has it that was
 * written without a thought of the stall. All say how many periods the loop
 * missed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "settings/place.h"
#include "startup.h"

enum { SAVES = 100, PERIOD = 8400 }; /* 168 MHz / 20 kHz */

#define RAMFUNC __attribute__((section(".ramfunc"), noinline))

/* ---- the control loop ------------------------------------------------------ */

static volatile uint32_t beats, missed, last;

/* A period is missed when the interrupt comes later than the next is due. */
__attribute__((always_inline)) static inline void control(void)
{
    TIM2->SR = 0;
    uint32_t now = DWT_CYCCNT;
    uint32_t periods = (now - last + PERIOD / 2) / PERIOD;
    missed += beats > 0 && periods > 1 ? periods - 1 : 0;
    last = now;
    beats++;
}

void TIM2_IRQHandler(void)
{
    control();
}

RAMFUNC static void control_in_ram(void)
{
    control();
}

static void start_timer(void)
{
    RCC->APB1ENR |= RCC_APB1ENR_TIM2EN;
    TIM2->ARR = PERIOD / 2 - 1; /* timers of APB1 run at 84 MHz */
    TIM2->DIER = 1;
    TIM2->CR1 = 1;
    irq_enable(TIM2_IRQ);
}

/* ---- what is saved ----------------------------------------------------------- */

/* A map that the motor learns: 320 bytes. */
ETCH_SETTING_ARRAY(1, uint16_t, 160, motor_map, (0));

static uint32_t ram_vectors[VECTORS] __attribute__((aligned(512)));
static const struct etch_flash_wait in_ram = {
        .how = etch_flash_wait_alive, .ram_vectors = (uint32_t)ram_vectors};
static struct etch_part part;
ETCH_SETTINGS_PLACE(place, &part, 1, 2, .supply = ETCH_FLASH_FROM_2V7, .clock_mhz = 168,
        .wait = &in_ram, .gate = &etch_flash_gate_alive);

static enum etch_err save(void)
{
    static uint16_t map[160];
    enum etch_err err = ETCH_OK;
    for (uint16_t i = 1; i <= SAVES && err == ETCH_OK; i++) {
        struct etch_kv_stat stat;
        map[i] = i;
        err = etch_setting_set(
                &place.settings, &etch_setting_motor_map, map, sizeof(map));
        etch_kv_stat(&place.kv, &stat);
        if (err == ETCH_OK && stat.tidy.max_us != 0) {
            err = etch_kv_tidy(&place.kv); /* the loop runs on: now is as good as later */
        }
    }
    return err;
}

/* The same amount of data by the vendor's calls, from flash. */
static enum etch_err save_naively(void)
{
    uint32_t at = 0x08004000, failed;
    FLASH_EraseInitTypeDef init = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 1,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    HAL_StatusTypeDef status = HAL_FLASH_Unlock();
    for (uint32_t i = 0; i < SAVES && status == HAL_OK; i++) {
        if (i % (SAVES / 2) == 0) {
            status = HAL_FLASHEx_Erase(&init, &failed);
            at = 0x08004000;
        }
        for (uint32_t w = 0; w < sizeof(motor_map) / 4 && status == HAL_OK;
                w++, at += 4) {
            status = HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, at, i);
        }
    }
    (void)HAL_FLASH_Lock();
    return status == HAL_OK ? ETCH_OK : ETCH_E_PROGRAM;
}

static void say(const char *text, uint32_t n)
{
    sh_puts(text);
    sh_dec(n);
    sh_puts("\n");
}

int main(void)
{
    bool naive = sh_asked("naive");
    enum etch_err err = etch_part_detect(&part);
    SystemClock_Config();
    HAL_Init();
    for (unsigned i = 0; i < VECTORS; i++) {
        ram_vectors[i] = flash_vectors[i];
    }
    if (sh_asked("erases")) {
        place.config.gate = NULL;
    }
    if (err == ETCH_OK) {
        err = etch_settings_start(
                &place); /* an erase at the first start: before the loop */
    }
    if (!naive) {
        ram_vectors[16 + TIM2_IRQ] = (uint32_t)control_in_ram;
        SCB->VTOR = (uint32_t)ram_vectors;
        dsb();
    }
    start_timer();
    if (err == ETCH_OK) {
        err = naive ? save_naively() : save();
    }
    TIM2->CR1 = 0;
    say("saves ", SAVES);
    say("periods ", beats + missed);
    say("missed ", missed);
    if (err != ETCH_OK) {
        sh_puts(etch_err_name(err));
        sh_puts("\n");
    }
    return err != ETCH_OK;
}
