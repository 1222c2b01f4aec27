/* scb.c - the system control block (B3.2), and the registers of debug and of the
 * floating-point unit beside it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

#define ICTR   0xE000E004u
#define ACTLR  0xE000E008u
#define CPUID  0xE000ED00u
#define ICSR   0xE000ED04u
#define VTOR   0xE000ED08u
#define AIRCR  0xE000ED0Cu
#define SCR    0xE000ED10u
#define CCR    0xE000ED14u
#define SHPR1  0xE000ED18u
#define SHPR2  0xE000ED1Cu
#define SHPR3  0xE000ED20u
#define SHCSR  0xE000ED24u
#define CFSR   0xE000ED28u
#define HFSR   0xE000ED2Cu
#define DFSR   0xE000ED30u
#define MMFAR  0xE000ED34u
#define BFAR   0xE000ED38u
#define AFSR   0xE000ED3Cu
#define CPACR  0xE000ED88u
#define DHCSR  0xE000EDF0u
#define DCRSR  0xE000EDF4u
#define DCRDR  0xE000EDF8u
#define DEMCR  0xE000EDFCu
#define STIR   0xE000EF00u
#define FPCCR  0xE000EF34u
#define FPCAR  0xE000EF38u
#define FPDSCR 0xE000EF3Cu
#define SCS    0xE000E000u
#define SCSEND 0xE000F000u

#define CORTEX_M4_R0P1    0x410FC241u
#define VECTKEY           0x05FA0000u
#define VECTKEYSTAT       0xFA050000u
#define AIRCR_VECTRESET   0x1u
#define AIRCR_SYSRESETREQ 0x4u
#define AIRCR_PRIGROUP    0x700u
#define ICSR_NMIPENDSET   0x80000000u
#define ICSR_PENDSVSET    0x10000000u
#define ICSR_PENDSVCLR    0x08000000u
#define ICSR_PENDSTSET    0x04000000u
#define ICSR_PENDSTCLR    0x02000000u
#define SHCSR_ENABLES     0x00070000u

/* What never changes: the identification of a Cortex-M4 with FPU (B4.1 - B4.2,
 * and the component registers of the SCS and of the ROM table). */
struct constant {
    uint32_t addr, value;
};
static const struct constant constants[] = {{CPUID, CORTEX_M4_R0P1},
        {0xE000ED40, 0x00000030}, {0xE000ED44, 0x00000200}, {0xE000ED48, 0x00100000},
        {0xE000ED4C, 0x00000000}, {0xE000ED50, 0x00100030}, {0xE000ED54, 0x00000000},
        {0xE000ED58, 0x01000000}, {0xE000ED5C, 0x00000000}, {0xE000ED60, 0x01101110},
        {0xE000ED64, 0x02112000}, {0xE000ED68, 0x21232231}, {0xE000ED6C, 0x01111131},
        {0xE000ED70, 0x01310132}, {0xE000EF40, 0x10110021}, {0xE000EF44, 0x11000011},
        {0xE000EFD0, 0x00000004}, {0xE000EFE0, 0x0000000C}, {0xE000EFE4, 0x000000B0},
        {0xE000EFE8, 0x0000000B}, {0xE000EFF0, 0x0000000D}, {0xE000EFF4, 0x000000E0},
        {0xE000EFF8, 0x00000005}, {0xE000EFFC, 0x000000B1}, {0xE00FF000, 0xFFF0F003},
        {0xE00FF004, 0xFFF02003}, {0xE00FF008, 0xFFF03003}, {0xE00FF00C, 0xFFF01003},
        {0xE00FF010, 0xFFF41003}, {0xE00FF014, 0xFFF42002}, {0xE00FFFCC, 0x00000001}};

static bool constant(uint32_t addr, uint32_t *value)
{
    for (unsigned i = 0; i < sizeof(constants) / sizeof(*constants); i++) {
        if (constants[i].addr == addr) {
            *value = constants[i].value;
            return true;
        }
    }
    return false;
}

/* ---- bits that are exceptions' states ------------------------------------------------ */

/* Bits of SHCSR and the exceptions whose state they show. */
static const struct {
    uint8_t bit, exception;
    bool pending;
} handlers[] = {{0, CORE_MEM_MANAGE, false}, {1, CORE_BUS_FAULT, false},
        {3, CORE_USAGE_FAULT, false}, {7, CORE_SVCALL, false},
        {8, CORE_DEBUG_MONITOR, false}, {10, CORE_PENDSV, false},
        {11, CORE_SYSTICK, false}, {12, CORE_USAGE_FAULT, true},
        {13, CORE_MEM_MANAGE, true}, {14, CORE_BUS_FAULT, true}, {15, CORE_SVCALL, true}};
enum { HANDLERS = sizeof(handlers) / sizeof(*handlers) };

static uint32_t shcsr(const struct core *c)
{
    uint32_t value = c->st.scb.shcsr;
    for (unsigned i = 0; i < HANDLERS; i++) {
        const uint32_t *words = handlers[i].pending ? c->st.pend : c->st.active;
        value |= (uint32_t)bit_get(words, handlers[i].exception) << handlers[i].bit;
    }
    return value;
}

static void write_shcsr(struct core *c, uint32_t value)
{
    c->st.scb.shcsr = value & SHCSR_ENABLES;
    for (unsigned i = 0; i < HANDLERS; i++) {
        uint32_t *words = handlers[i].pending ? c->st.pend : c->st.active;
        bit_put(words, handlers[i].exception, (value >> handlers[i].bit & 1) != 0);
    }
    core_nvic_update(c);
    core_refresh(c);
}

static bool irq_waits(const struct core *c)
{
    uint32_t any = c->st.pend[0] >> 16;
    for (unsigned w = 1; w < EXC_WORDS; w++) {
        any |= c->st.pend[w];
    }
    return any != 0;
}

/* VECTPENDING: the highest that waits and is enabled, masks or not. */
static uint32_t highest_waiting(const struct core *c)
{
    unsigned best = 0;
    for (unsigned n = CORE_NMI; n < EXC_COUNT; n++) {
        bool waits = bit_get(c->st.pend, n) && core_exc_enabled(c, n);
        if (waits && (best == 0 || core_priority(c, n) < core_priority(c, best))) {
            best = n;
        }
    }
    return best;
}

static uint32_t icsr(const struct core *c)
{
    unsigned others = 0;
    for (unsigned n = CORE_NMI; n < EXC_COUNT; n++) {
        others += bit_get(c->st.active, n) && n != c->st.ipsr;
    }
    return (bit_get(c->st.pend, CORE_NMI) ? ICSR_NMIPENDSET : 0) |
           (bit_get(c->st.pend, CORE_PENDSV) ? ICSR_PENDSVSET : 0) |
           (bit_get(c->st.pend, CORE_SYSTICK) ? ICSR_PENDSTSET : 0) |
           (uint32_t)irq_waits(c) << 22 | highest_waiting(c) << 12 |
           (uint32_t)(others == 0) << 11 | c->st.ipsr;
}

static void pend_if(struct core *c, uint32_t asked, unsigned exception, bool on)
{
    if (asked != 0 && on) {
        core_pend(c, exception);
    } else if (asked != 0) {
        core_unpend(c, exception);
    }
}

static void write_icsr(struct core *c, uint32_t value)
{
    pend_if(c, value & ICSR_NMIPENDSET, CORE_NMI, true);
    pend_if(c, value & ICSR_PENDSVCLR, CORE_PENDSV, false);
    pend_if(c, value & ICSR_PENDSVSET, CORE_PENDSV, true);
    pend_if(c, value & ICSR_PENDSTCLR, CORE_SYSTICK, false);
    pend_if(c, value & ICSR_PENDSTSET, CORE_SYSTICK, true);
}

/* ---- the others ------------------------------------------------------------------------ */

static void write_aircr(struct core *c, uint32_t value)
{
    if ((value & 0xFFFF0000u) != VECTKEY) {
        return;
    }
    c->st.scb.aircr = value & AIRCR_PRIGROUP;
    if ((value & (AIRCR_SYSRESETREQ | AIRCR_VECTRESET)) != 0) {
        c->stop_asked = true;
        c->asked = CORE_RESET_ASKED;
        core_end_slice(c);
    }
    core_nvic_update(c);
}

static uint32_t priorities(const struct core *c, uint32_t addr)
{
    const uint8_t *p = &c->st.priority[4 + (addr - SHPR1)];
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

/* Exceptions 7 to 10 and 13 are reserved; their priorities read 0. */
static void write_priorities(
        struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    for (unsigned k = 0; k < 4; k++) {
        unsigned n = 4 + (addr - SHPR1) + k;
        bool real = n <= CORE_USAGE_FAULT || n == CORE_SVCALL ||
                    n == CORE_DEBUG_MONITOR || n >= CORE_PENDSV;
        if (real && (lanes >> 8 * k & 0xFF) != 0) {
            c->st.priority[n] = (uint8_t)(value >> 8 * k & 0xF0);
        }
    }
    core_nvic_update(c);
}

static const uint32_t *plain(const struct core *c, uint32_t addr, uint32_t *mask)
{
    const struct scb *s = &c->st.scb;
    switch (addr) {
    case ACTLR: *mask = 0x307; return &s->actlr;
    case VTOR: *mask = 0xFFFFFF80u; return &s->vtor;
    case SCR: *mask = 0x16; return &s->scr;
    case CCR: *mask = 0x31B; return &s->ccr;
    case MMFAR:
    case BFAR: *mask = 0xFFFFFFFFu; return &s->far;
    case AFSR: *mask = 0; return &s->afsr;
    case CPACR: *mask = 0x00F00000u; return &s->cpacr;
    case FPCCR: *mask = 0xC000017Bu; return &s->fpccr;
    case FPCAR: *mask = 0xFFFFFFF8u; return &s->fpcar;
    case FPDSCR: *mask = 0x07C00000u; return &s->fpdscr;
    default: return NULL;
    }
}

/* Registers that are written by ones to clear. */
static const uint32_t *sticky(const struct core *c, uint32_t addr)
{
    switch (addr) {
    case CFSR: return &c->st.scb.cfsr;
    case HFSR: return &c->st.scb.hfsr;
    case DFSR: return &c->st.scb.dfsr;
    default: return NULL;
    }
}

bool scb_read(const struct core *c, uint32_t addr, uint32_t *value)
{
    uint32_t mask = 0;
    const uint32_t *word = plain(c, addr, &mask);
    word = word != NULL ? word : sticky(c, addr);
    if (word != NULL) {
        *value = *word;
        return true;
    }
    switch (addr) {
    case ICTR: *value = (c->config.irqs + 31) / 32 - 1; return true;
    case ICSR: *value = icsr(c); return true;
    case AIRCR: *value = VECTKEYSTAT | c->st.scb.aircr; return true;
    case SHPR1:
    case SHPR2:
    case SHPR3: *value = priorities(c, addr); return true;
    case SHCSR: *value = shcsr(c); return true;
    case DEMCR: *value = c->st.scb.demcr; return true;
    case DHCSR: /* no debugger is attached */
    case DCRSR:
    case DCRDR:
    case STIR: *value = 0; return true;
    default: return constant(addr, value);
    }
}

static bool special_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    const uint32_t demcr_bits = 0x010F07F1u;
    switch (addr) {
    case ICSR: write_icsr(c, value); return true;
    case AIRCR: write_aircr(c, value); return true;
    case SHPR1:
    case SHPR2:
    case SHPR3: write_priorities(c, addr, value, lanes); return true;
    case SHCSR: write_shcsr(c, value); return true;
    case DEMCR: timing_demcr(c, value & demcr_bits); return true;
    case STIR:
        if (CORE_IRQ0 + (value & 0x1FF) < CORE_IRQ0 + c->config.irqs) {
            core_pend(c, CORE_IRQ0 + (value & 0x1FF));
        }
        return true;
    default: return scb_read(c, addr, &value); /* read-only: the store is lost */
    }
}

bool scb_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    uint32_t mask = 0;
    /* Found in c, which may be written. */
    uint32_t *word = (uint32_t *)(uintptr_t)plain(c, addr, &mask);
    if (word != NULL) {
        *word = value & mask;
        core_refresh(c);
        return true;
    }
    word = (uint32_t *)(uintptr_t)sticky(c, addr);
    if (word != NULL) {
        *word &= ~(value & lanes);
        return true;
    }
    return special_write(c, addr, value, lanes);
}
