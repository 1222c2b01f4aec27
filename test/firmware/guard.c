/* guard.c - src/guard and src/fault on the chip itself, or the bench; what comes
 * in between is in races/.
 *
 * The arguments name the case; without any it is the question's firmware, as it
 * should have been. Leaves with 0, or the number of the step that went wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#include "guard/guard.h"

#include "fault/fault.h"
#include "flash/flash.h"
#include "mpu.h"
#include "semihost.h"
#include "startup.h"
#include "stm32f4.h"

enum { S4 = 0x08010000, S6 = 0x08040000, S7 = 0x08060000, WORDS = 64, REGIONS = 8 };

static struct etch_guard guard;
static struct etch_guard_config how = {.backend = &etch_guard_own};
static struct etch_flash flash;
static struct etch_flash_config config = {.part = &etch_part_f446xe,
        .supply = ETCH_FLASH_FROM_2V7,
        .clock_mhz = 16,
        .gate = &guard.gate,
        .image_addr = F4_FLASH_BASE,
        .image_len = 0x10000};
static struct etch_fault_config keep = {.flash = &flash, .guard = &guard};

static uint32_t data[WORDS];

void (*volatile fault_handler)(void) = etch_fault_entry;

/* ---- faults ------------------------------------------------------------------ */

/* r0 is in the frame; nothing may be stored here. */
__attribute__((naked)) void HardFault_Handler(void)
{
    __asm volatile("ldr r0, =fault_handler\n\t"
                   "ldr r0, [r0]\n\t"
                   "bx r0");
}

__attribute__((naked)) void MemManage_Handler(void)
{
    __asm volatile("b HardFault_Handler");
}

__attribute__((naked)) void BusFault_Handler(void)
{
    __asm volatile("b HardFault_Handler");
}

/* ---- the MPU ------------------------------------------------------------------ */

struct image {
    uint32_t ctrl, rbar[REGIONS], rasr[REGIONS];
};

static void take_image(struct image *m)
{
    m->ctrl = MPU->CTRL;
    for (uint32_t n = 0; n < REGIONS; n++) {
        MPU->RNR = n;
        m->rbar[n] = MPU->RBAR;
        m->rasr[n] = MPU->RASR;
    }
}

static bool is_as(const struct image *before)
{
    struct image now;
    take_image(&now);
    bool same = now.ctrl == before->ctrl;
    for (uint32_t n = 0; n < REGIONS; n++) {
        same = same && now.rbar[n] == before->rbar[n] && now.rasr[n] == before->rasr[n];
    }
    return same;
}

static void set_region(uint32_t n, uint32_t base, uint32_t rasr)
{
    MPU->RNR = n;
    MPU->RASR = 0;
    MPU->RBAR = base;
    MPU->RASR = rasr;
}

static void set_layout(const uint32_t regions[REGIONS][2])
{
    MPU->CTRL = 0;
    for (uint32_t n = 0; n < REGIONS; n++) {
        set_region(n, regions[n][0], regions[n][1]);
    }
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
}

/* ---- writing ------------------------------------------------------------------- */

static bool start(void)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        data[i] = 0xA5000000 + i * 0x01010101;
    }
    etch_guard_init(&guard, &how);
    return etch_flash_open(&flash, &config) == ETCH_OK;
}

static uint32_t write_and_compare(uint32_t addr)
{
    struct image before;
    take_image(&before);
    if (etch_flash_program(&flash, addr, data, sizeof(data))) {
        return 1;
    }
    if (etch_flash_verify(&flash, addr, data, sizeof(data))) {
        return 2;
    }
    return is_as(&before) ? 0 : 3;
}

/* ---- cases ----------------------------------------------------------------------- */

static uint32_t as_it_should_have_been(void)
{
    mpu_protect();
    if (etch_flash_erase(&flash, 7)) {
        return 10;
    }
    return write_and_compare(S7);
}

/* FreeRTOS-MPU's regions: no free one above those over flash. */
static void set_freertos(void)
{
    static const uint32_t regions[REGIONS][2] = {{0, 0}, {0x2000C000, 0x130B0013}, {0, 0},
            {0x2000D000, 0x130B0015}, {0x40000000, 0x13050039}, {0x08000000, 0x06070025},
            {0x08000000, 0x0507001D}, {0x20000000, 0x1107001B}};
    how.reserved = 0x0F;
    etch_guard_init(&guard, &how);
    set_layout(regions);
}

static uint32_t under_freertos(void)
{
    set_freertos();
    uint32_t step = write_and_compare(S7);
    return step ? step : write_and_compare(S4) * 10;
}

/* Zephyr's: MemManage enabled, two regions. */
static uint32_t under_zephyr(void)
{
    static const uint32_t regions[REGIONS][2] = {
            {0x08000000, 0x07020025}, {0x20000000, 0x110B0023}};
    set_layout(regions);
    return write_and_compare(S7);
}

__attribute__((section(".ramfunc"), noinline, aligned(32))) static uint32_t in_ram(
        uint32_t n)
{
    return n * 3;
}

static uint32_t code_in_ram(void)
{
    mpu_protect();
    uint32_t (*volatile run)(uint32_t) = in_ram;
    uint32_t id;
    if (etch_guard_open(&guard, (uint32_t)run & ~1u, 32, ETCH_GUARD_EXEC, &id)) {
        return 1;
    }
    uint32_t thrice = run(14);
    return etch_guard_close(&guard, id) || thrice != 42 ? 2 : 0;
}

/* Under Mbed the MPU stays on in HardFault: without the guard a store to flash
 * would lock the processor up there. */
static void log_and_leave(void)
{
    sh_exit(write_and_compare(S7));
}

static uint32_t from_a_fault_handler(void)
{
    mpu_protect();
    fault_handler = log_and_leave;
    *(volatile uint32_t *)S6 = 0;
    return 1;
}

/* The bench raises NMI at the instant of the first store, which nothing masks: it
 * stores to the sector in the arguments, or, with none, beside that store. */
static volatile uint32_t nmi_stores_to = S7 + 16;

void NMI_Handler(void)
{
    *(volatile uint32_t *)nmi_stores_to = 0xFFFFFFFF;
}

static uint32_t with_nmi(void)
{
    static const uint32_t sectors[] = {
            0x08000000, 0x08004000, 0x08008000, 0x0800C000, S4, 0x08020000, S6, S7};
    if (sh_args()[3]) {
        nmi_stores_to = sectors[(uint32_t)(sh_args()[3] - '0')] + 32;
    }
    mpu_protect();
    return write_and_compare(S7);
}

/* What a store costs at most, the controller being shut: nothing waits for flash.
 * The first one to a region works out how. 0: refused. */
static uint32_t cycles_of(uint32_t first, uint32_t stores)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < stores; i++) {
        uint32_t begin = DWT_CYCCNT;
        enum etch_err err =
                guard.gate.store(&flash, S7 + 4 * (first + i), (const uint8_t *)data, 4);
        uint32_t took = DWT_CYCCNT - begin;
        if (err) {
            return 0;
        }
        most = took > most ? took : most;
    }
    return most;
}

static void say(const char *name, uint32_t cycles)
{
    sh_puts(name);
    sh_dec(cycles);
    sh_puts("\n");
}

/* Windows over four sectors, one after the other: the last call of each. */
static void cycles_of_windows(void)
{
    static const uint32_t sectors[] = {S4, 0x08020000, S6, S7};
    uint32_t ids[4];
    uint32_t opening[4];
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t begin = DWT_CYCCNT;
        if (etch_guard_open(&guard, sectors[i], 0x10000, ETCH_GUARD_WRITE, &ids[i])) {
            return;
        }
        opening[i] = DWT_CYCCNT - begin;
    }
    say("guard.open_cycles ", opening[0]);
    say("guard.open_fourth_cycles ", opening[3]);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t begin = DWT_CYCCNT;
        (void)etch_guard_close(&guard, ids[i]);
        opening[i] = DWT_CYCCNT - begin;
    }
    say("guard.close_cycles ", opening[3]);
}

static uint32_t cycles_of_a_store(void)
{
    mpu_protect();
    cycles_of_windows();
    say("guard.first_store_cycles ", cycles_of(0, 1));
    say("guard.store_cycles ", cycles_of(1, WORDS));
    set_freertos();
    say("guard.hole_store_cycles ", cycles_of(0, WORDS));
    return 0;
}

/* ---- faults that are kept -------------------------------------------------------- */

static uint32_t expect(const struct etch_fault *f, enum etch_fault_cause cause)
{
    struct etch_fault_finding d = etch_fault_decode(f);
    return d.cause == cause ? 0 : 100 + d.cause;
}

static uint32_t without_a_gate(void)
{
    config.gate = NULL;
    mpu_protect();
    enum etch_err err = etch_flash_program(&flash, S7, data, sizeof(data));
    return err ? 1 : 2; /* it should not have come back */
}

static uint32_t after_without_a_gate(const struct etch_fault *f)
{
    struct etch_fault_finding d = etch_fault_decode(f);
    if (d.framework != ETCH_FAULT_MBED || d.region != 0 || d.addr != S7) {
        return 50;
    }
    if (etch_fault_get(f, ETCH_FAULT_OP_ADDR) != S7 ||
            !(etch_fault_get(f, ETCH_FAULT_FLASH_CR) & 1) ||
            etch_fault_get(f, ETCH_FAULT_FLASH_SR)) {
        return 51;
    }
    return expect(f, ETCH_FAULT_WRITE_REFUSED);
}

/* The handler writes the record to flash, the MPU being off in there. */
static void write_record(const struct etch_fault *f)
{
    config.gate = NULL;
    if (etch_flash_program(&flash, S7, f, sizeof(*f))) {
        sh_exit(60);
    }
}

static uint32_t after_written(void)
{
    const struct etch_fault *f = (const struct etch_fault *)S7;
    return etch_fault_is_sealed(f) ? expect(f, ETCH_FAULT_WRITE_REFUSED) : 61;
}

/* A stack of 256 bytes behind a guard of 32, and a function that wants more. */
static _Alignas(32) uint32_t small_stack[72];

__attribute__((noinline)) static uint32_t deeper(uint32_t n)
{
    volatile uint32_t here[8] = {n};
    return n ? deeper(n - 1) + here[0] : 0;
}

static uint32_t with_a_small_stack(void)
{
    mpu_protect();
    set_region(7, (uint32_t)small_stack, 0x16080009);
    dsb();
    isb();
    __asm volatile("msr psp, %0\n\t"
                   "msr control, %1\n\t"
                   "isb" ::"r"(small_stack + 72),
            "r"(2));
    return deeper(100) + 1;
}

static uint32_t print_char_count;

static void count(void *ctx, char c)
{
    (void)ctx;
    print_char_count += c != 0;
}

/* ---- which ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    uint32_t (*run)(void);
} cases[] = {
        {"", as_it_should_have_been},
        {"freertos", under_freertos},
        {"zephyr", under_zephyr},
        {"crashlog", from_a_fault_handler},
        {"ram", code_in_ram},
        {"cycles", cycles_of_a_store},
        {"bare", without_a_gate},
        {"written", without_a_gate},
        {"overflow", with_a_small_stack},
};

static uint32_t after_the_fault(const struct etch_fault *f)
{
    const struct etch_fault_sink sink = {count, NULL};
    etch_fault_explain(f, &sink);
    if (print_char_count < 100) {
        return 70;
    }
    if (sh_asked("bare")) {
        return after_without_a_gate(f);
    }
    if (sh_asked("written")) {
        return after_written();
    }
    return sh_asked("overflow") && !etch_fault_knows(f, ETCH_FAULT_PC)
                   ? expect(f, ETCH_FAULT_STACK_OVERFLOW)
                   : 71;
}

int main(void)
{
    const struct etch_fault *last = etch_fault_last();
    if (last) {
        return (int)after_the_fault(last);
    }
    keep.then = sh_asked("written") ? write_record : NULL;
    etch_fault_init(&keep);
    if (!start()) {
        return 90;
    }
    if (sh_args()[0] == 'n' && sh_args()[1] == 'm') {
        return (int)with_nmi();
    }
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (sh_asked(cases[i].name)) {
            return (int)cases[i].run();
        }
    }
    return 91;
}
