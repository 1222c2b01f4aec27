/* core_rig.h - a processor with a little flash, RAM, a few registers, and
 * nothing else: bus errors everywhere else.
 *
 * Code is written as halfwords in hexadecimal, with its assembly beside it.
 * Handlers of all exceptions are branches to themselves, so a run ends in one;
 * a test puts other code there if it wants some.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_CORE_RIG_H
#define ETCH_TEST_CORE_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"

enum {
    CPU_FLASH = 0x08000000,
    CPU_FLASH_SIZE = 0x10000, /* and at 0, too */
    CPU_RAM = 0x20000000,
    CPU_RAM_SIZE = 0x22000,
    CPU_CODE = 0x20000400,     /* where tests put theirs */
    CPU_HANDLERS = 0x20000800, /* 16 bytes for each exception */
    CPU_STACK = 0x20010000,
    CPU_PLACE = 0x40000000, /* registers: words that are kept */
    CPU_WORDS = 64,
    CPU_HOLE = 0x60000000,
    CPU_IRQS = 82,
    CPU_SAYS = 256
};

#define ICSR      0xE000ED04u
#define VTOR      0xE000ED08u
#define AIRCR     0xE000ED0Cu
#define SCR       0xE000ED10u
#define CCR       0xE000ED14u
#define SHPR1     0xE000ED18u
#define SHPR2     0xE000ED1Cu
#define SHPR3     0xE000ED20u
#define SHCSR     0xE000ED24u
#define CFSR      0xE000ED28u
#define HFSR      0xE000ED2Cu
#define DFSR      0xE000ED30u
#define MMFAR     0xE000ED34u
#define BFAR      0xE000ED38u
#define CPACR     0xE000ED88u
#define ACTLR     0xE000E008u
#define MPU_CTRL  0xE000ED94u
#define MPU_RNR   0xE000ED98u
#define MPU_RBAR  0xE000ED9Cu
#define MPU_RASR  0xE000EDA0u
#define DEMCR     0xE000EDFCu
#define FPCCR     0xE000EF34u
#define FPCAR     0xE000EF38u
#define DWT_CTRL  0xE0001000u
#define CYCCNT    0xE0001004u
#define SYST_CSR  0xE000E010u
#define SYST_RVR  0xE000E014u
#define SYST_CVR  0xE000E018u
#define NVIC_ISER 0xE000E100u
#define NVIC_ISPR 0xE000E200u
#define NVIC_ICPR 0xE000E280u
#define NVIC_IABR 0xE000E300u
#define NVIC_IPR  0xE000E400u

/* What the core said, without the pointer. */
struct cpu_said {
    enum core_says_kind kind;
    uint64_t cycle, pended;
    uint32_t pc, addr, value, before;
    unsigned n, from, width;
    enum core_access access;
    struct core_fault fault;
};

struct cpu {
    struct core *c;
    struct core_bus bus;
    uint8_t flash[CPU_FLASH_SIZE], ram[CPU_RAM_SIZE];
    uint32_t word[CPU_WORDS];
    struct cpu_said said[CPU_SAYS];
    unsigned n_said;
    /* how the flash and the bus behave */
    struct core_page flash_page; /* but for bytes and id */
    bool flash_calls;            /* no bytes either: each access is asked for */
    uint64_t id;                 /* of all pages; 0: decode afresh */
    unsigned line_wait;
    enum core_end line_end, place_end, barrier_end;
    unsigned lines, pages, pages_to_store, barriers, taken, last_taken;
    uint32_t last_line, stored_at, stored;
    unsigned stored_width, stored_beat;
    void (*on_place)(struct cpu *r, bool store); /* an access to CPU_PLACE */
    void (*on_line)(struct cpu *r);
};

/* Reset and started: the PC is at CPU_CODE. */
struct cpu *cpu_open(void);
void cpu_close(struct cpu *r);
/* Code at an address of RAM or flash; where it ends. */
uint32_t cpu_code(struct cpu *r, uint32_t addr, const char *hex);
/* To addr, in Thread mode as it is. */
void cpu_go(struct cpu *r, uint32_t addr);
/* Run so many cycles; 300 is enough for a few instructions and a fault. */
enum core_stop cpu_run(struct cpu *r, uint64_t cycles);
/* Code at CPU_CODE and a branch to itself, run for 300 cycles. */
enum core_stop cpu_try(struct cpu *r, const char *hex);

uint32_t cpu_reg(const struct cpu *r, enum core_reg reg);
void cpu_set(struct cpu *r, enum core_reg reg, uint32_t value);
uint32_t cpu_ppb(const struct cpu *r, uint32_t addr);
void cpu_ppb_set(struct cpu *r, uint32_t addr, uint32_t value);
uint32_t cpu_word(const struct cpu *r, uint32_t addr); /* of RAM */
void cpu_word_set(struct cpu *r, uint32_t addr, uint32_t value);
unsigned cpu_exception(const struct cpu *r); /* IPSR */
/* Word n of the frame that SP points to: 0-3, 12, LR, PC, xPSR. */
uint32_t cpu_frame(const struct cpu *r, unsigned n);
enum { FRAME_R0, FRAME_R12 = 4, FRAME_LR, FRAME_PC, FRAME_XPSR };
/* An MPU region: ap, xn and srd as in RASR, size in bytes. */
struct cpu_region {
    unsigned n;
    uint32_t base, size;
    unsigned ap, srd;
    bool xn;
};
void cpu_region(struct cpu *r, struct cpu_region region);
/* How often a thing was said, and the last time. */
unsigned cpu_count(const struct cpu *r, enum core_says_kind kind);
const struct cpu_said *cpu_last(const struct cpu *r, enum core_says_kind kind);

#endif
