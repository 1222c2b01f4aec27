/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "fault/capture_priv.h"
#include "hw/cm4_mpu.h"
#include "hw/cm4_scs.h"
#include "hw/f4_flash.h"
#include "hw/reg.h"
#include "port/mmio.h"

enum {
    FRAME_WORDS = 8,
    STATUS_WORDS = 6, /* SHCSR to BFAR */
    OP_WORDS = ETCH_FAULT_RBAR0 - ETCH_FAULT_OP_ADDR,
    ENTRY_WORDS = ETCH_FAULT_SHCSR - ETCH_FAULT_MPU_CTRL,
    WINDOW_WORDS = ETCH_FAULT_WINDOW_END - ETCH_FAULT_WINDOW0,
    RETURN_PSP = 1 << 2
};

_Static_assert(offsetof(struct fault_keep, record.word[ETCH_FAULT_R11 + 1]) ==
                       sizeof(uint32_t) * (1 + 3 + 24),
        "entry.S pushes to there");
_Static_assert(ETCH_GUARD_WINDOWS * sizeof(struct etch_guard_window) ==
                       WINDOW_WORDS * sizeof(uint32_t),
        "the guard's words");

__attribute__((section(".noinit.fault_keep"))) struct fault_keep fault_keep;

static void know(struct etch_fault *f, uint32_t word, uint32_t n)
{
    for (; n > 0; n--, word++) {
        f->known[word / 32] |= 1u << (word % 32);
    }
}

static void read_registers(struct etch_fault *f, uint32_t word, uint32_t addr, uint32_t n)
{
    know(f, word, n);
    for (; n > 0; n--, addr += 4) {
        f->word[word++] = mmio_read32(reg_at(addr));
    }
}

/* An address register holds noise unless its flag says otherwise. */
static void read_status(struct etch_fault *f)
{
    read_registers(f, ETCH_FAULT_SHCSR, CM4_SCB_SHCSR, STATUS_WORDS);
    uint32_t cfsr = f->word[ETCH_FAULT_CFSR];
    uint32_t noise = 0;
    if (!(cfsr & CM4_CFSR_MMARVALID)) {
        noise = 1u << ETCH_FAULT_MMFAR;
    }
    if (!(cfsr & CM4_CFSR_BFARVALID)) {
        noise |= 1u << ETCH_FAULT_BFAR;
    }
    f->known[0] &= ~noise;
}

static void read_regions(struct etch_fault *f)
{
    for (uint32_t n = 0; n < 8; n++) {
        mmio_write32(reg_at(CM4_MPU_REGS + 8), n); /* RNR; RBAR and RASR follow */
        read_registers(f, ETCH_FAULT_RBAR0 + 2 * n, CM4_MPU_REGS + 12, 2);
    }
}

/* There is none if it could not be stored; and none where no RAM is. */
static void read_frame(struct etch_fault *f)
{
    bool psp = f->word[ETCH_FAULT_EXC_RETURN] & RETURN_PSP;
    uint32_t sp = f->word[psp ? ETCH_FAULT_PSP : ETCH_FAULT_MSP];
    bool stored = !(f->word[ETCH_FAULT_CFSR] & (CM4_CFSR_MSTKERR | CM4_CFSR_STKERR));
    bool ram = sp - 0x20000000u < 0x60000 || sp - 0x10000000u < 0x10000;
    if (stored && ram && sp % 4 == 0) {
        read_registers(f, ETCH_FAULT_R0, sp, FRAME_WORDS);
    }
}

static void read_driver(struct etch_fault *f, const struct etch_flash *flash)
{
    uint32_t *word = &f->word[ETCH_FAULT_OP_ADDR];
    know(f, ETCH_FAULT_OP_ADDR, OP_WORDS);
    *word++ = flash->span.addr;
    *word++ = (uint32_t)(uintptr_t)flash->span.data;
    *word++ = flash->span.len;
    *word++ = flash->report.sr;
    *word++ = flash->report.stale;
    *word++ = flash->report.addr;
}

static void read_windows(struct etch_fault *f, const struct etch_guard *guard)
{
    const uint32_t *from = &guard->window[0].want.range.addr;
    know(f, ETCH_FAULT_WINDOW0, WINDOW_WORDS);
    for (uint32_t w = ETCH_FAULT_WINDOW0; w < ETCH_FAULT_WINDOW_END; w++) {
        f->word[w] = *from++;
    }
}

static void fill(struct etch_fault *f, const struct etch_fault_config *c)
{
    for (uint32_t i = 0; i < ETCH_FAULT_KNOWN; i++) {
        f->known[i] = 0;
    }
    know(f, ETCH_FAULT_MPU_CTRL, ENTRY_WORDS);
    read_status(f);
    read_registers(f, ETCH_FAULT_VTOR, CM4_SCB_VTOR, 1);
    read_registers(f, ETCH_FAULT_FLASH_SR, F4_FLASH_REGS + 12, 2);
    read_regions(f);
    read_frame(f);
    if (c->flash) {
        read_driver(f, c->flash);
    }
    if (c->guard) {
        read_windows(f, c->guard);
    }
}

_Noreturn void fault_capture(void)
{
    static const struct etch_fault_config nothing;
    struct etch_fault *f = &fault_keep.record;
    const struct etch_fault_config *c = fault_keep.config;
    if ((uint32_t)(uintptr_t)c != ~fault_keep.config_check) {
        c = &nothing;
    }
    mmio_write32(reg_at(CM4_SCB_CCR), CM4_SCB_CCR_BFHFNMIGN);
    fill(f, c);
    f->magic = ETCH_FAULT_MAGIC;
    f->crc = fault_crc(f);
    if (c->then) {
        c->then(f);
    }
    for (;;) {
        mmio_write32(reg_at(CM4_SCB_AIRCR), CM4_SCB_AIRCR_SYSRESETREQ);
    }
}
