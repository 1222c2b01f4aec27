/* startup.c - vectors, memory, MPU, the rounds; and what the C library wants.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/crc.h"
#include "steps.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

volatile uint32_t steps_result;

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
        {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, tasks_svc,
                fault, fault, tasks_pendsv, tasks_systick},
        1};

static void leave(uint32_t reason)
{
    register uint32_t r0 __asm__("r0") = 0x18; /* SYS_EXIT */
    register uint32_t r1 __asm__("r1") = reason;
    __asm__ volatile("bkpt 0xAB" : : "r"(r0), "r"(r1) : "memory");
}

void steps_give_up(void)
{
    leave(0x20023);
}

static void fault(void)
{
    steps_give_up();
}

uint32_t steps_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

uint32_t steps_fold(uint32_t sum, const void *data, size_t len)
{
    return etch_crc(0xEDB88320u, sum, data, (uint32_t)len);
}

/* Flash to be read and executed, SRAM to be read and written, by all; anything
 * else is for privileged code. */
static void set_mpu(void)
{
    static const uint32_t regions[2][2] = {
            {0x08000000u | 0x10 | 0, 6u << 24 | 0x00020000u | 19u << 1 | 1},
            {0x20000000u | 0x10 | 1, 1u << 28 | 3u << 24 | 0x00060000u | 16u << 1 | 1},
    };
    for (int i = 0; i < 2; i++) {
        *steps_reg(0xE000ED9Cu) = regions[i][0];
        *steps_reg(0xE000EDA0u) = regions[i][1];
    }
    *steps_reg(0xE000ED94u) = 5; /* MPU_CTRL: on, PRIVDEFENA */
    __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void *_sbrk(ptrdiff_t more)
{
    static uint8_t arena[2048];
    static ptrdiff_t used;
    if (used + more > (ptrdiff_t)sizeof(arena)) {
        return (void *)-1;
    }
    used += more;
    return arena + used - more;
}

static uint32_t run(uint32_t rounds)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        const uint32_t part[] = {store_run(i), words_run(i), waves_run(i), tasks_run(i)};
        sum = steps_fold(sum, part, sizeof(part));
    }
    return sum;
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
    *steps_reg(0xE000ED88u) |= 0x00F00000u; /* CPACR: the floating-point unit */
    __asm__ volatile("dsb\n\tisb" : : : "memory");
    set_mpu();
    steps_result = run(vectors.rounds);
    leave(0x20026);
}
