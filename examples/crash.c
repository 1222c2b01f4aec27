/* crash.c - a fault that tells of itself after the reset.
 *
 * "crash" stores to flash that the MPU protects. The handler keeps what
 * happened in RAM that start-up leaves alone and resets the chip; the next
 * start explains it, and keeps the record in the layout's area "faults".
 *
 * SPDX-License-Identifier: MIT
 */
#include "fault/fault.h"
#include "layout.h"
#include "mpu.h"
#include "semihost.h"
#include "startup.h"
#include "stm32f4.h"

static struct etch_part part;
static struct etch_flash_config config = {.part = &part, .supply = ETCH_FLASH_FROM_2V7};
static struct etch_flash flash;
static const struct etch_fault_config faults = {.flash = &flash};

/* The four places in the vector table. */
#define GOES_TO_ETCH __attribute__((naked))

GOES_TO_ETCH void HardFault_Handler(void)
{
    __asm volatile("b etch_fault_entry");
}

GOES_TO_ETCH void MemManage_Handler(void)
{
    __asm volatile("b etch_fault_entry");
}

GOES_TO_ETCH void BusFault_Handler(void)
{
    __asm volatile("b etch_fault_entry");
}

GOES_TO_ETCH void UsageFault_Handler(void)
{
    __asm volatile("b etch_fault_entry");
}

static void say_character(void *ctx, char c)
{
    const char text[2] = {c, '\0'};
    (void)ctx;
    sh_puts(text);
}

/* A record in flash, for whoever reads the chip out: the newest one only. */
static enum etch_err keep(const struct etch_fault *record)
{
    enum etch_err err = etch_flash_erase(&flash, LAYOUT_FAULTS_SECTORS);
    return err == ETCH_OK ? etch_flash_program(
                                    &flash, LAYOUT_FAULTS_ADDR, record, sizeof(*record))
                          : err;
}

static int tell_last_fault(const struct etch_fault *record)
{
    static const struct etch_fault_sink console = {.emit = say_character};
    sh_puts("before the last reset:\n");
    etch_fault_explain(record, &console);
    enum etch_err err = keep(record);
    etch_fault_forget();
    return err == ETCH_OK ? 0 : 1;
}

int main(void)
{
    enum etch_err err = etch_part_detect(&part);
    if (err == ETCH_OK) {
        err = etch_flash_open(&flash, &config);
    }
    if (err != ETCH_OK) {
        return 1;
    }
    const struct etch_fault *last = etch_fault_last();
    if (last) {
        return tell_last_fault(last);
    }
    etch_fault_init(&faults);
    if (sh_asked("crash")) {
        mpu_protect(); /* as a framework does */
        *word_at(0x08060000) = 123;
    }
    sh_puts("no fault so far\n");
    return 0;
}
