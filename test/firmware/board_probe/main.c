/* main.c - a program that does what its command line says, each time one thing
 * of those that the bench must see and tell.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>

#include "probe.h"

#define REG(addr)   (*(volatile uint32_t *)(uintptr_t)(addr))
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_CSR     REG(0x40023874)
#define TIM2_CR1    REG(0x40000000)
#define TIM2_DIER   REG(0x4000000C)
#define TIM2_SR     REG(0x40000010)
#define TIM2_ARR    REG(0x4000002C)
#define USART2_SR   REG(0x40004400)
#define USART2_DR   REG(0x40004404)
#define USART2_BRR  REG(0x40004408)
#define USART2_CR1  REG(0x4000440C)
#define IWDG_KR     REG(0x40003000)
#define FLASH_ACR   REG(0x40023C00)
#define FLASH_KEYR  REG(0x40023C04)
#define FLASH_SR    REG(0x40023C0C)
#define FLASH_CR    REG(0x40023C10)
#define SYST_CSR    REG(0xE000E010)
#define SYST_RVR    REG(0xE000E014)
#define NVIC_ISER0  REG(0xE000E100)
#define NVIC_ISER1  REG(0xE000E104)
#define SCB_VTOR    REG(0xE000ED08)
#define SCB_AIRCR   REG(0xE000ED0C)
#define SCB_SCR     REG(0xE000ED10)
#define SECTOR5     0x08020000u
#define CCM         0x10000000u

enum { WRITEC = 3, WRITE0 = 4, WRITE = 5, READC = 7, CLOCK = 16, CMDLINE = 21 };

static volatile uint32_t ticks, beats, scratch;

void tick(void)
{
    ticks++;
}

void tim2(void)
{
    TIM2_SR = 0;
    beats++;
}

void spin(void)
{
    for (;;) {
    }
}

/* ---- helpers ------------------------------------------------------------------ */

static void start_tick(uint32_t cycles)
{
    SYST_RVR = cycles - 1;
    SYST_CSR = 7;
}

static void start_beat(uint32_t cycles)
{
    RCC_APB1ENR |= 1;
    TIM2_ARR = cycles - 1;
    TIM2_DIER = 1;
    NVIC_ISER0 = 1u << 28;
    TIM2_CR1 = 1;
}

static void unlock(void)
{
    FLASH_KEYR = 0x45670123;
    FLASH_KEYR = 0xCDEF89AB;
}

static void mask(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static void program(uint32_t addr, uint32_t value)
{
    FLASH_CR = 0x201;
    REG(addr) = value;
    __asm volatile("dsb" ::: "memory");
    while (FLASH_SR >> 16) {
    }
    FLASH_CR = 0;
}

/* ---- what can be asked for ----------------------------------------------------- */

static int leaves(void)
{
    return 7;
}

static int prints(void)
{
    static const char text[] = "written\n";
    const uint32_t block[3] = {1, (uint32_t)(uintptr_t)text, sizeof(text) - 1};
    (void)host(WRITE0, "hello\n");
    (void)host(WRITEC, "c");
    (void)host(WRITEC, "\n");
    return (int)host(WRITE, block);
}

static int reads(void)
{
    uint32_t sum = 0;
    for (uint32_t c = host(READC, NULL); c != ~0u; c = host(READC, NULL)) {
        sum = sum * 10 + (c - '0');
    }
    return (int)sum;
}

static int tells_time(void)
{
    start_tick(160000); /* 10 ms */
    while (ticks < 5) {
    }
    return (int)host(CLOCK, NULL);
}

static int opens_a_file(void)
{
    static const char name[] = "x.txt";
    const uint32_t block[3] = {(uint32_t)(uintptr_t)name, 0, sizeof(name) - 1};
    return host(1, block) == ~0u ? 0 : 1;
}

static int seeks(void)
{
    return (int)host(10, NULL);
}

static int spins_alone(void)
{
    spin();
    return 0;
}

static int spins_with_tick(void)
{
    start_tick(16000);
    spin();
    return 0;
}

static int spins_masked(void)
{
    start_tick(16000);
    mask();
    spin();
    return 0;
}

static int spins_in_a_fault(void)
{
    start_tick(16000);
    __asm volatile("udf #0");
    return 0;
}

static int spins_with_dog(void)
{
    if (RCC_CSR >> 29 & 1) {
        return 29;
    }
    IWDG_KR = 0xCCCC;
    spin();
    return 0;
}

static int sleeps_for_good(void)
{
    __asm volatile("wfi");
    return 1;
}

static int sleeps_deeply(void)
{
    SCB_SCR = 4;
    __asm volatile("wfi");
    return 1;
}

static int sleeps_and_is_woken(void)
{
    start_beat(16000);
    while (beats < 10) {
        __asm volatile("wfi");
    }
    return (int)beats;
}

static int sleeps_until_input(void)
{
    RCC_APB1ENR |= 1u << 17;
    USART2_BRR = 160;
    mask();
    USART2_CR1 = 0x202C;
    NVIC_ISER1 = 1u << 6;
    __asm volatile("wfi");
    return (int)USART2_DR;
}

static int locks_up(void)
{
    __asm volatile("cpsid f\n udf #0");
    return 0;
}

static int locks_up_with_dog(void)
{
    if (RCC_CSR >> 29 & 1) {
        return 29;
    }
    IWDG_KR = 0xCCCC;
    return locks_up();
}

static int resets(void)
{
    if (RCC_CSR >> 28 & 1) {
        return 28;
    }
    scratch = 1;
    SCB_AIRCR = 0x05FA0004;
    spin();
    return 0;
}

/* The fetch after STRT waits, and so do both interrupts. */
static int erases(void)
{
    start_tick(16000);
    start_beat(16000);
    unlock();
    FLASH_CR = 0x10000 | 2u << 8 | 5u << 3 | 2;
    while (FLASH_SR >> 16) {
    }
    mask();
    FLASH_CR = 0x80000000;
    return (int)(ticks < 4 && beats < 4 ? 0 : 1);
}

/* So many peripherals that the bench does not model, the first one twice. */
static int meets(unsigned n)
{
    static const uint32_t strangers[] = {0x40013000, 0x40003800, 0x40003C00, 0x40005400,
            0x40005800, 0x40005C00, 0x40012000, 0x40007400, 0x40012C00};
    for (unsigned i = 0; i < n; i++) {
        (void)REG(strangers[i]);
    }
    (void)REG(strangers[0] + 8);
    return 0;
}

static int meets_eight(void)
{
    return meets(8);
}

static int meets_nine(void)
{
    return meets(9);
}

static int leaks(void)
{
    unlock();
    scratch = 1;
    FLASH_CR = 0x201;
    scratch = 0x11223344;
    *(volatile uint8_t *)&scratch = 5;
    REG(SECTOR5) = 1;
    __asm volatile("dsb" ::: "memory");
    scratch = 2;
    while (FLASH_SR >> 16) {
    }
    FLASH_CR = 0;
    scratch = 3;
    return 0;
}

__attribute__((noinline)) static uint32_t poll(void)
{
    return FLASH_SR >> 16;
}

static int polls(void)
{
    unlock();
    uint32_t busy = FLASH_SR >> 16;
    busy += poll() + poll();
    FLASH_CR = 0x80000000u;
    return (int)(busy + poll());
}

static int writes_flash(void)
{
    unlock();
    program(SECTOR5, 0x12345678);
    return REG(SECTOR5) == 0x12345678 ? 0 : 1;
}

/* bx lr, in memory that is asked for. */
static int runs_at(uint32_t addr)
{
    *(volatile uint16_t *)(uintptr_t)addr = 0x4770;
    ((void (*)(void))(uintptr_t)(addr | 1))();
    return 0;
}

static int runs_in_ram(void)
{
    return runs_at((uint32_t)(uintptr_t)&scratch);
}

static int runs_in_ccm(void)
{
    return runs_at(CCM);
}

static int moves_vectors(void)
{
    SCB_VTOR = 0x20000000;
    return 0;
}

/* Twelve lines of data at most fit the D-cache's eight: what is left of sector
 * 5's first word is stale if it is among the last eight. */
static int reads_stale(uint32_t others)
{
    uint32_t sum = 0;
    unlock();
    FLASH_ACR = 1u << 10;
    program(SECTOR5, 0x0F0F0F0F);
    sum += REG(SECTOR5);
    for (uint32_t i = 1; i <= others; i++) {
        sum += REG(0x08010000 + i * 16);
    }
    scratch = sum;
    program(SECTOR5, 0xF0F0F0F0);
    return REG(SECTOR5) == 0 ? 0 : 1;
}

static int reads_stale_data(void)
{
    return reads_stale(2);
}

static int reads_past_the_cache(void)
{
    return reads_stale(12);
}

static int counts_for_ever(void)
{
    while (scratch != ~0u) {
        scratch = (scratch + 1) & 0xFFFF;
    }
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} things[] = {
        {"leaves", leaves},
        {"prints", prints},
        {"reads", reads},
        {"tells_time", tells_time},
        {"opens_a_file", opens_a_file},
        {"seeks", seeks},
        {"spins_alone", spins_alone},
        {"spins_with_tick", spins_with_tick},
        {"spins_masked", spins_masked},
        {"spins_in_a_fault", spins_in_a_fault},
        {"spins_with_dog", spins_with_dog},
        {"sleeps_for_good", sleeps_for_good},
        {"sleeps_deeply", sleeps_deeply},
        {"sleeps_and_is_woken", sleeps_and_is_woken},
        {"sleeps_until_input", sleeps_until_input},
        {"locks_up", locks_up},
        {"locks_up_with_dog", locks_up_with_dog},
        {"resets", resets},
        {"erases", erases},
        {"meets_eight", meets_eight},
        {"meets_nine", meets_nine},
        {"leaks", leaks},
        {"polls", polls},
        {"writes_flash", writes_flash},
        {"runs_in_ram", runs_in_ram},
        {"runs_in_ccm", runs_in_ccm},
        {"moves_vectors", moves_vectors},
        {"reads_stale_data", reads_stale_data},
        {"reads_past_the_cache", reads_past_the_cache},
        {"counts_for_ever", counts_for_ever},
};

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

int main(void)
{
    static char line[64];
    uint32_t block[2] = {(uint32_t)(uintptr_t)line, sizeof(line)};
    if (host(CMDLINE, block) != 0) {
        return 100;
    }
    for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++) {
        if (same(line, things[i].name)) {
            return things[i].run();
        }
    }
    return 101;
}
