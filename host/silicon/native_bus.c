/* native_bus.c - host/port/ for code that runs on the host: each access of a
 * driver, split as the core splits it, timed, watched and answered.
 *
 * Time: an access counts 4 cycles of HCLK, itself and a little of the code
 * around it; a barrier the same. A second of erase would then be millions of
 * polls, so a poll that sees BSY lets more time pass, 1/256 of what is left at
 * the operation's first poll (silicon_native_polls).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/cpu.h"
#include "port/mmio.h"
#include "silicon/native_priv.h"

#define DBGMCU_IDCODE 0xE0042000u
#define CPUID         0xE000ED00u
#define SCB_VTOR      0xE000ED08u
#define SCB_AIRCR     0xE000ED0Cu
#define SCB_SHCSR     0xE000ED24u
#define DEMCR         0xE000EDFCu
#define DWT_CTRL      0xE0001000u
#define DWT_CYCCNT    0xE0001004u
#define SYSCFG_MEMRMP 0x40013800u
#define IWDG_KR       0x40003000u
#define CCM_BASE      0x10000000u

#define CORTEX_M4_R0P1 0x410FC241u
#define VECTKEY        0x05FA0000u
#define VECTKEYSTAT    0xFA050000u
#define SYSRESETREQ    0x00000004u
#define KR_RELOAD      0xAAAAu
#define KR_START       0xCCCCu

enum { CYCLES = 4, DEFAULT_HZ = 16000000, IWDG_RESET_MS = 512 };

static _Thread_local struct silicon_native *selected;

void silicon_native_select(struct silicon_native *n)
{
    selected = n;
}

void silicon_native_free(struct silicon_native *n)
{
    if (n == NULL) {
        return;
    }
    if (selected == n) {
        selected = NULL;
    }
    silicon_free(n->chip);
    free(n->words.at);
    free(n);
}

/* ---- RAM ---------------------------------------------------------------------------- */

/* RAM of the part: every word of it exists, and holds 0 until written. */
static bool in_ram(const struct silicon_native *n, uint32_t addr)
{
    const struct silicon_part *part = silicon_part(n->chip);
    for (size_t i = 0; i < sizeof(part->sram) / sizeof(*part->sram); i++) {
        if (addr - part->sram[i].base < part->sram[i].kib * 1024) {
            return true;
        }
    }
    return addr - CCM_BASE < part->ccm_kib * 1024;
}

/* F413 and F423 show SRAM2 at the CCM's address as well. */
static uint32_t one_name(const struct silicon_native *n, uint32_t addr)
{
    const struct silicon_part *part = silicon_part(n->chip);
    bool alias = part->ram_alias && addr - CCM_BASE < part->sram[1].kib * 1024;
    return alias ? addr - CCM_BASE + part->sram[1].base : addr;
}

/* ---- registers outside the flash block ------------------------------------------------ */

static uint32_t idcode(const struct silicon_native *n)
{
    const uint32_t f405 = 0x413;
    const uint32_t f405_rev_a = 0x1000;
    uint32_t dev = silicon_part(n->chip)->dev_id;
    uint32_t rev = silicon_conditions(n->chip)->rev_id;
    if (dev == f405 && rev == f405_rev_a) {
        dev = 0x411; /* revision A gives the F2's id, ES0182 */
    }
    if (rev == 0) {
        bool f427 = dev == 0x419;
        rev = dev == f405 ? 0x100F : 0x1000;
        rev = f427 ? 0x2003 : rev; /* before 0x2001 PA12 corrupts reads, ES0206 */
    }
    return rev << 16 | dev;
}

bool native_reg_read(const struct silicon_native *n, uint32_t addr, uint32_t *value)
{
    switch (addr) {
    case DBGMCU_IDCODE: *value = idcode(n); return true;
    case CPUID: *value = CORTEX_M4_R0P1; return true;
    case SCB_VTOR: *value = n->st.vtor; return true;
    case SCB_AIRCR: *value = VECTKEYSTAT | n->st.prigroup; return true;
    case SCB_SHCSR: *value = n->st.shcsr; return true;
    case DEMCR: *value = n->st.demcr; return true;
    case DWT_CTRL: *value = 0x40000000u | n->st.dwt_ctrl; return true;
    case DWT_CYCCNT: *value = native_cycles(n); return true;
    case SYSCFG_MEMRMP: *value = n->st.memrmp; return true;
    case IWDG_KR: *value = 0; return true;
    default: return native_mpu_read(n, addr, value);
    }
}

static void write_memrmp(struct silicon_native *n, uint32_t value)
{
    n->st.memrmp = value & (NATIVE_FB_MODE | 7u);
    silicon_alias(n->chip, (value & 7u) == 0);
    silicon_swap(n->chip, (value & NATIVE_FB_MODE) != 0);
}

static void write_aircr(struct silicon_native *n, uint32_t value)
{
    if ((value & 0xFFFF0000u) != VECTKEY) {
        return; /* ARMv7-M B3.2.6: ignored without the key */
    }
    n->st.prigroup = value & 0x700u;
    if ((value & SYSRESETREQ) == 0) {
        return;
    }
    silicon_reset(n->chip);
    n->why = (struct silicon_event){.kind = SILICON_EV_RESET,
            .at_ns = n->st.now_ns,
            .addr = SCB_AIRCR,
            .sector = -1,
            .caller = n->st.caller};
    native_stop(n, SILICON_RESTARTED);
}

static void write_iwdg(struct silicon_native *n, uint32_t value)
{
    const uint64_t ms = 1000000;
    if (value == KR_START && n->st.dog_ns == 0) {
        uint64_t period = n->st.dog_period_ns;
        silicon_native_watchdog(n, period == 0 ? IWDG_RESET_MS * ms : period);
    } else if (value == KR_RELOAD && n->st.dog_ns != 0) {
        silicon_native_watchdog(n, n->st.dog_period_ns);
    }
}

static void write_counter(struct silicon_native *n, uint32_t *control, uint32_t value)
{
    native_cycles_set(n, native_cycles(n));
    *control = value;
}

bool native_reg_write(struct silicon_native *n, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case DBGMCU_IDCODE:
    case CPUID: return true; /* read-only */
    case SCB_VTOR: n->st.vtor = value & 0xFFFFFF80u; return true;
    case SCB_AIRCR: write_aircr(n, value); return true;
    case SCB_SHCSR: n->st.shcsr = value; return true;
    case DEMCR: write_counter(n, &n->st.demcr, value); return true;
    case DWT_CTRL: write_counter(n, &n->st.dwt_ctrl, value); return true;
    case DWT_CYCCNT: native_cycles_set(n, value); return true;
    case SYSCFG_MEMRMP: write_memrmp(n, value); return true;
    case IWDG_KR: write_iwdg(n, value); return true;
    default: return native_mpu_write(n, addr, value);
    }
}

void silicon_native_poke(struct silicon_native *n, uint32_t addr, uint32_t value)
{
    addr = one_name(n, addr);
    if (native_word(n, addr) != NULL || !native_reg_write(n, addr, value)) {
        native_word_put(n, addr, value);
    }
}

uint32_t silicon_native_peek(const struct silicon_native *n, uint32_t addr)
{
    const uint32_t *word = native_word(n, one_name(n, addr));
    uint32_t value = 0;
    if (word != NULL) {
        value = *word;
    } else {
        (void)native_reg_read(n, addr, &value);
    }
    return value;
}

/* ---- one access ------------------------------------------------------------------------ */

static _Noreturn void fault(struct silicon_native *n, uint32_t addr)
{
    if (!n->told) {
        /* Not the flash block's doing: nothing is there. */
        n->fault = (struct silicon_event){.kind = SILICON_EV_FAULT,
                .law = LAW_ABSENT,
                .at_ns = n->st.now_ns,
                .addr = addr,
                .sector = -1,
                .caller = n->st.caller};
        n->st.kinds[SILICON_EV_FAULT]++;
    }
    n->why = n->fault;
    native_stop(n, SILICON_FAULTED);
}

static void check(struct silicon_native *n, uint32_t addr, enum silicon_result r)
{
    if (r == SILICON_BUS_ERROR) {
        fault(n, addr);
    } else if (r == SILICON_POWER_LOST) {
        n->why = n->cut;
        native_stop(n, SILICON_LOST_POWER);
    }
}

static void tick(struct silicon_native *n)
{
    uint32_t hz = silicon_conditions(n->chip)->hclk_hz;
    if (hz != n->st.hclk_hz || n->st.access_ns == 0) {
        uint64_t of = hz == 0 ? DEFAULT_HZ : hz;
        native_cycles_set(n, native_cycles(n));
        n->st.hclk_hz = hz;
        n->st.access_ns = (CYCLES * (uint64_t)1000000000 + of - 1) / of;
    }
    n->st.law = LAW_ABSENT;
    n->told = false;
    native_wait(n, n->st.now_ns + n->st.access_ns);
    if (n->running && ++n->used > n->limit) {
        n->why = (struct silicon_event){.kind = SILICON_EV_STALL,
                .at_ns = n->st.now_ns,
                .sector = -1,
                .caller = n->st.caller};
        native_stop(n, SILICON_HUNG);
    }
}

static void let_time_pass(struct silicon_native *n)
{
    uint64_t until = silicon_busy_until(n->chip);
    if (n->polls == 0 || until <= n->st.now_ns) {
        return;
    }
    if (until != n->st.poll_until) {
        n->st.poll_until = until;
        n->st.poll_ns = (until - n->st.now_ns) / n->polls;
    }
    uint64_t next = n->st.now_ns + n->st.poll_ns;
    native_wait(n, next < until ? next : until);
}

static uint32_t load(struct silicon_native *n, uint32_t addr, unsigned width)
{
    uint32_t value = 0;
    tick(n);
    native_mpu_check(n, addr, false);
    if (silicon_answers(n->chip, addr)) {
        check(n, addr, silicon_read(n->chip, addr, width, &value));
        native_page(n, addr);
        if (addr == SI_REGS + SI_SR && (value & SI_SR_BSY) != 0) {
            let_time_pass(n);
        }
        return value;
    }
    addr = one_name(n, addr);
    const uint32_t *word = native_word(n, addr & ~3u);
    if (word != NULL) {
        value = *word;
    } else if (!native_reg_read(n, addr & ~3u, &value) && !in_ram(n, addr)) {
        fault(n, addr);
    }
    value >>= addr % 4 * 8;
    return width == 4 ? value : value & ((1u << width * 8) - 1);
}

static void store(struct silicon_native *n, uint32_t addr, unsigned width, uint32_t value)
{
    tick(n);
    n->page_len = 0;
    native_mpu_check(n, addr, true);
    if (silicon_answers(n->chip, addr)) {
        check(n, addr, silicon_write(n->chip, addr, width, value, 0));
        return;
    }
    addr = one_name(n, addr);
    const struct si_access a = {.addr = addr, .width = (uint8_t)width, .value = value};
    uint32_t *word = native_word(n, addr & ~3u);
    uint32_t old = 0;
    if (word != NULL) {
        *word = si_lanes(*word, &a);
    } else if (native_reg_read(n, addr & ~3u, &old)) {
        (void)native_reg_write(n, addr & ~3u, si_lanes(old, &a));
    } else if (in_ram(n, addr)) {
        native_word_put(n, addr & ~3u, si_lanes(0, &a));
    } else {
        fault(n, addr);
    }
}

/* The widest aligned piece that starts at addr: a word at addr%4 == 2 goes out
 * as two halfwords, one at an odd address as byte, halfword, byte. */
static unsigned piece(uint32_t addr, unsigned left)
{
    if ((addr & 1u) != 0 || left == 1) {
        return 1;
    }
    return (addr & 2u) != 0 || left < 4 ? 2 : 4;
}

struct silicon_native *native_selected(void)
{
    if (selected == NULL) {
        (void)fprintf(stderr, "silicon: no chip is selected in this thread\n");
        abort();
    }
    return selected;
}

static struct silicon_native *enter(uintptr_t caller)
{
    struct silicon_native *n = native_selected();
    n->st.caller = caller;
    return n;
}

static uint32_t address(const volatile void *at)
{
    return (uint32_t)(uintptr_t)at;
}

static uint32_t read_any(uintptr_t caller, const volatile void *at, unsigned width)
{
    struct silicon_native *n = enter(caller);
    uint32_t addr = address(at);
    if (n->watch != NULL) {
        n->watch(n->watch_ctx, addr, width, false, 0);
    }
    uint32_t value = 0;
    for (unsigned done = 0; done < width;) {
        unsigned step = piece(addr + done, width - done);
        value |= load(n, addr + done, step) << done * 8;
        done += step;
    }
    return value;
}

static bool glance(const volatile void *at, unsigned width, uint32_t *value)
{
    return selected != NULL && native_glance(selected, address(at), width, value);
}

static void write_any(
        uintptr_t caller, const volatile void *at, unsigned width, uint32_t value)
{
    struct silicon_native *n = enter(caller);
    uint32_t addr = address(at);
    if (n->watch != NULL) {
        n->watch(n->watch_ctx, addr, width, true, value);
    }
    for (unsigned done = 0; done < width;) {
        unsigned step = piece(addr + done, width - done);
        store(n, addr + done, step, value >> done * 8);
        done += step;
    }
}

/* ---- port/mmio.h, port/cpu.h -------------------------------------------------------------- */

#define CALLER ((uintptr_t)__builtin_return_address(0))

uint8_t mmio_read8(const volatile void *at)
{
    uint32_t value = 0;
    return (uint8_t)(glance(at, 1, &value) ? value : read_any(CALLER, at, 1));
}

uint16_t mmio_read16(const volatile void *at)
{
    return (uint16_t)read_any(CALLER, at, 2);
}

uint32_t mmio_read32(const volatile void *at)
{
    uint32_t value = 0;
    return glance(at, 4, &value) ? value : read_any(CALLER, at, 4);
}

void mmio_write8(volatile void *at, uint8_t value)
{
    write_any(CALLER, at, 1, value);
}

void mmio_write16(volatile void *at, uint16_t value)
{
    write_any(CALLER, at, 2, value);
}

void mmio_write32(volatile void *at, uint32_t value)
{
    write_any(CALLER, at, 4, value);
}

void cpu_dsb(void)
{
    struct silicon_native *n = enter(CALLER);
    tick(n);
    silicon_drain(n->chip);
    if (!n->chip->st.on) {
        n->why = n->cut;
        native_stop(n, SILICON_LOST_POWER);
    }
}

void cpu_isb(void)
{
    tick(enter(CALLER)); /* native code has no pipeline of the chip's to refill */
}

uint32_t cpu_pc(void)
{
    return enter(CALLER)->st.pc;
}

uint32_t cpu_irq_save(void)
{
    struct silicon_native *n = enter(CALLER);
    uint32_t primask = cpu_irq_masked();
    n->st.primask = !n->st.mpu.unprivileged || n->st.primask;
    return primask;
}

/* PRIMASK reads as 0 where it cannot be written (B5.2.2). */
uint32_t cpu_irq_masked(void)
{
    struct silicon_native *n = native_selected();
    return n->st.primask && !n->st.mpu.unprivileged;
}

void cpu_irq_restore(uint32_t primask)
{
    enter(CALLER)->st.primask = primask & 1u;
}

static uint32_t load_word(uintptr_t caller, uint32_t addr)
{
    return load(enter(caller), addr, 4);
}

void cpu_cycles_start(void)
{
    uintptr_t caller = CALLER;
    uint32_t demcr = load_word(caller, DEMCR);
    store(enter(caller), DEMCR, 4, demcr | 1u << 24);
    uint32_t control = load_word(caller, DWT_CTRL);
    store(enter(caller), DWT_CTRL, 4, control | 1u);
}

uint32_t cpu_cycles(void)
{
    return load_word(CALLER, DWT_CYCCNT);
}
