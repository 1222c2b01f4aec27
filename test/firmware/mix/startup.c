/* startup.c - vectors, memory, MPU; and what the C library wants of a system.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>
#include <stdint.h>

#include "mix.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

volatile uint32_t mix_result;

void reset(void);
void *_sbrk(ptrdiff_t more);
static void fault(void);

typedef void handler(void);

struct vectors {
    uint32_t *stack;
    handler *handlers[15];
    uint32_t rounds; /* at 0x08000040, where the host finds and changes it */
};

__attribute__((section(".vectors"),
        used)) static const volatile struct vectors vectors = {&stack_top,
        {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, mix_svc,
                fault, fault, mix_pendsv, fault},
        1};

static void leave(uint32_t reason)
{
    register uint32_t r0 __asm__("r0") = 0x18; /* SYS_EXIT */
    register uint32_t r1 __asm__("r1") = reason;
    __asm__ volatile("bkpt 0xAB" : : "r"(r0), "r"(r1) : "memory");
}

static void fault(void)
{
    leave(0x20023);
}

static volatile uint32_t *reg(uint32_t addr)
{
    return (volatile uint32_t *)addr;
}

/* As frameworks set it: flash to be read and executed, SRAM and peripherals to
 * be read and written. */
static void set_mpu(void)
{
    static const uint32_t regions[4][2] = {
            {0x08000000u | 0x10 | 0, 6u << 24 | 0x00020000u | 19u << 1 | 1},
            {0x20000000u | 0x10 | 1, 1u << 28 | 3u << 24 | 0x00060000u | 16u << 1 | 1},
            {0x40000000u | 0x10 | 2, 1u << 28 | 3u << 24 | 0x00050000u | 28u << 1 | 1},
            {0x00000000u | 0x10 | 3, 6u << 24 | 0x00020000u | 19u << 1 | 1},
    };
    for (int i = 0; i < 4; i++) {
        *reg(0xE000ED9Cu) = regions[i][0];
        *reg(0xE000EDA0u) = regions[i][1];
    }
    *reg(0xE000ED94u) = 5; /* MPU_CTRL: on, PRIVDEFENA */
    __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void *_sbrk(ptrdiff_t more)
{
    static uint8_t arena[4096];
    static ptrdiff_t used;
    if (used + more > (ptrdiff_t)sizeof(arena)) {
        return (void *)-1;
    }
    used += more;
    return arena + used - more;
}

void reset(void)
{
    const uint32_t *from = &data_load;
    for (uint32_t *to = &data_start; to != &data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = &bss_start; to != &bss_end; to++) {
        *to = 0;
    }
    *reg(0xE000ED88u) |= 0x00F00000u; /* CPACR: the floating-point unit */
    __asm__ volatile("dsb\n\tisb" : : : "memory");
    set_mpu();
    mix_result = mix_run(vectors.rounds);
    leave(0x20026);
}
