/* core.h - the processor of an STM32F4: ARMv7E-M with the DSP extension, FPv4-SP,
 * NVIC, SysTick, SCB, PMSAv7 MPU and the cycle counter of the DWT.
 *
 * What it is: instructions are decoded once and then executed, as code of the
 * host where it is an x86-64, else interpreted. It answers for the private
 * peripheral bus itself (0xE0000000 - 0xE00FFFFF, as far as it is the core's);
 * everything else is behind struct core_bus: memory that it may use directly, a
 * page at a time, and calls for the rest. It is told nothing of STM32s, and
 * what it does not model stops the run and names itself.
 *
 * What it remembers: struct core_state, a plain value: copying it is a
 * snapshot. Decoded code is kept outside of it, by the identity of the bytes.
 *
 * Time is counted in core clock cycles from power-on and moves with
 * instructions, and by core_stall while an access waits. docs/core.md has the
 * table of what an instruction is taken to cost. The same start and the same
 * answers of the bus give the same run, to the instruction.
 *
 * Sections without a name are those of the ARMv7-M Architecture Reference
 * Manual, DDI 0403E.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_CORE_H
#define ETCH_CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;

enum {
    CORE_PAGE = 4096, /* bytes of memory mapped at a time */
    CORE_LINE = 16,   /* bytes fetched from flash at a time */
    CORE_REGIONS = 8, /* of the MPU */
    CORE_IRQS = 112   /* interrupt lines at most */
};

/* ---- what is around the core -------------------------------------------- */

enum core_end {
    CORE_OK,
    CORE_ERROR,         /* loads, fetches: precise bus fault. Stores: imprecise, as from
                   a store buffer, unless ACTLR.DISDEFWBUF is set (B3.2.18) */
    CORE_PRECISE_ERROR, /* stores: precise bus fault all the same */
    CORE_GONE           /* power or reset came meanwhile: it did not happen */
};

/* How a page of memory may be used without a call. */
struct core_page {
    uint8_t *bytes; /* CORE_PAGE of them, or NULL: read() and write() for each access */
    uint64_t id;    /* of these bytes, for code: the same id promises the same bytes as
                       long as nobody writes through this core. 0: decode afresh */
    bool read;      /* data may be loaded directly ... */
    bool write;     /* ... and stored */
    bool fetch;     /* instructions may be taken directly; false: through line() */
    bool art;       /* lines are cached by the ART model below (flash) */
    bool noted;     /* direct loads are remembered: core_noted */
    bool no_fetch;  /* nothing can be fetched here, no vector either: bus fault (CCM) */
};

struct core_bus {
    /* How the page at addr may be used. Asked once, then remembered until
     * core_revoke; wanting to store is asked for apart, so that the owner can
     * see the first store to a page. */
    void (*page)(void *ctx, uint32_t addr, bool store, struct core_page *page);
    /* 1, 2 or 4 bytes, aligned; little-endian value. beat: 0, or 1 for the
     * second word of one STRD (or of one STM/VSTM pair of words). */
    enum core_end (*read)(void *ctx, uint32_t addr, unsigned width, uint32_t *value);
    enum core_end (*write)(
            void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat);
    /* The line at addr, a multiple of CORE_LINE, is about to be executed and
     * is not in the ART model: wait for it. *wait: cycles beyond a hit. */
    enum core_end (*line)(
            void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait);
    /* A DSB, and all else that makes posted stores arrive (exception entry and
     * return too). */
    enum core_end (*barrier)(void *ctx);
    /* An interrupt line was acknowledged: its handler begins. May be NULL. */
    void (*taken)(void *ctx, unsigned irq);
    void *ctx;
};

/* ---- what the core says --------------------------------------------------- */

enum core_exception {
    CORE_RESET = 1,
    CORE_NMI,
    CORE_HARD_FAULT,
    CORE_MEM_MANAGE,
    CORE_BUS_FAULT,
    CORE_USAGE_FAULT,
    CORE_SVCALL = 11,
    CORE_DEBUG_MONITOR,
    CORE_PENDSV = 14,
    CORE_SYSTICK,
    CORE_IRQ0
};

enum core_access {
    CORE_LOAD,
    CORE_STORE,
    CORE_FETCH,
    CORE_STACK,
    CORE_UNSTACK,
    CORE_LAZY_FP,
    CORE_VECTOR
};

/* A synchronous fault, at the moment it is recognised. */
struct core_fault {
    unsigned exception; /* as it was raised: CORE_MEM_MANAGE ... */
    unsigned taken;     /* as it will be taken: CORE_HARD_FAULT if it escalates;
                            0: lockup */
    bool disabled;      /* it escalated because its SHCSR bit is clear */
    uint32_t cfsr;      /* the bits it sets */
    uint32_t hfsr;
    uint32_t pc; /* of the instruction; the target of a refused fetch */
    uint32_t lr;
    uint32_t by;     /* of faults of execution: the branch that led to pc; 0: not known */
    uint32_t back;   /* it was a return from an exception, by this EXC_RETURN; 0: not */
    uint32_t frame;  /* then the frame was here */
    uint32_t addr;   /* MMFAR or BFAR, or the address refused where they stay invalid */
    bool addr_valid; /* MMARVALID or BFARVALID */
    enum core_access access;
    uint32_t value; /* of a store */
    unsigned width;
    int region; /* of the MPU, that decided; -1: none, the default map */
    bool privileged;
};

enum core_says_kind {
    CORE_SAYS_FAULT,  /* fault */
    CORE_SAYS_ENTRY,  /* exception n is entered; from says which was active; pended: since
                          which cycle it waited */
    CORE_SAYS_RETURN, /* exception n returned */
    CORE_SAYS_LOCKUP, /* fault */
    CORE_SAYS_PPB, /* a store to the private peripheral bus: addr, value (MPU, SCB, NVIC) */
    CORE_SAYS_ACCESS,     /* while core_tell_accesses: addr, width, value, access; before:
                          what a store to memory has overwritten */
    CORE_SAYS_STALE_CODE, /* a line was executed that changed since it was cached: addr */
    CORE_SAYS_INSN        /* while core_tell_insns: pc, about to be executed */
};

struct core_says {
    enum core_says_kind kind;
    uint64_t cycle;
    uint32_t pc; /* of the instruction under way */
    const struct core_fault *fault;
    unsigned n, from;
    uint64_t pended;
    uint32_t addr, value, before;
    unsigned width;
    enum core_access access;
};

typedef void core_listener(void *ctx, const struct core_says *says);

/* ---- life ------------------------------------------------------------------ */

struct core_config {
    unsigned irqs;          /* lines implemented, <= CORE_IRQS; 4 priority bits */
    uint32_t systick_calib; /* SYST_CALIB */
};

/* Not reset yet. bus is used in place and must stay. NULL: no memory. */
struct core *core_new(const struct core_config *config, const struct core_bus *bus);
void core_free(struct core *c);
void core_listen(struct core *c, core_listener *listener, void *ctx); /* NULL: nobody */
void core_tell_accesses(
        struct core *c, bool on); /* every data access outside the PPB: slow */
void core_tell_insns(struct core *c, bool on); /* every instruction: slow */

/* Blocks become code of the host where it is an x86-64 (so it is from the start),
 * or are interpreted: only the speed differs. Not from inside core_run. */
void core_native(struct core *c, bool on);

/* Reset: registers, SCB, NVIC, MPU, SysTick; SP and PC from 0x00000000. Cycles
 * go on counting. A vector that cannot be read, or an even one, shows when the
 * core runs (B1.5.5). */
void core_reset(struct core *c);

enum core_stop {
    CORE_UNTIL,     /* the cycle asked for has come */
    CORE_BREAK,     /* at a breakpoint of core_break, before the instruction */
    CORE_WATCH,     /* after an instruction that touched a watched place: core_watched */
    CORE_BKPT,      /* at a BKPT: core_bkpt_imm; core_skip goes past it, running again
                        without takes it as a fault (C1.6.3) */
    CORE_STEPPED,   /* one instruction was executed, as asked */
    CORE_LOCKED_UP, /* and only reset or power can change that */
    CORE_RESET_ASKED, /* AIRCR.SYSRESETREQ or VECTRESET */
    CORE_WENT,        /* the bus said CORE_GONE; state is that before the access */
    CORE_UNMODELLED,  /* core_unmodelled names what was met, at the PC */
    CORE_ASKED        /* core_stop was called */
};

/* Run until the cycle count reaches until. While asleep (WFI, WFE) time jumps
 * to until or to SysTick's next interrupt. */
enum core_stop core_run(struct core *c, uint64_t until);
enum core_stop core_step(struct core *c);
/* From inside a call of the bus or the listener: return from core_run at the
 * end of this instruction; or no later than at this cycle. */
void core_stop(struct core *c);
void core_shorten(struct core *c, uint64_t until);
bool core_asleep(const struct core *c);
/* Asleep, and only an interrupt line from outside can wake it: SysTick is off. */
bool core_asleep_for_good(const struct core *c);
unsigned core_bkpt_imm(const struct core *c);
void core_skip(struct core *c);
const char *core_unmodelled(const struct core *c);

uint64_t core_cycles(const struct core *c);
uint64_t core_insns(
        const struct core *c); /* executed since core_new or core_restore's past */
/* The access under way, or the next instruction, waits this long. SysTick and
 * the cycle counter run on; a SysTick that wraps many times pends once. */
void core_stall(struct core *c, uint64_t cycles);

/* ---- interrupts and events from outside ------------------------------------ */

void core_irq(struct core *c, unsigned irq, bool level);
void core_nmi(struct core *c);
void core_event(struct core *c); /* wakes a WFE */

/* ---- memory changed behind the core's back ---------------------------------- */

/* Ask again how these pages may be used (all: addr 0, len 0). */
void core_revoke(struct core *c, uint32_t addr, uint32_t len);
/* Only the leave to store directly, everywhere: at a snapshot. */
void core_revoke_stores(struct core *c);
/* Bytes changed: decoded code of them is forgotten. */
void core_changed(struct core *c, uint32_t addr, uint32_t len);

/* The I-cache of the ART accelerator, for time and for what runs while flash
 * is busy: 64 lines of CORE_LINE bytes (RM0090 3.5.2). A miss costs wait
 * cycles; with prefetch the next line in sequence costs none. */
struct core_art {
    bool cache, prefetch;
    unsigned wait;
    bool data; /* the D-cache is on: direct loads from a line noted already do not wait */
};
void core_art(struct core *c, const struct core_art *art);
void core_art_reset(struct core *c); /* ICRST, reset */
/* The lines of flash that were last loaded from as data, oldest first, without
 * repeats; at most 16. Emptied by the call. */
size_t core_noted(struct core *c, uint32_t lines[16]);

/* ---- looking in --------------------------------------------------------------- */

/* r0-r12, sp, lr, pc, xpsr as gdb numbers them for M-profile: 0-15, 16. */
enum core_reg {
    CORE_R0,
    CORE_SP = 13,
    CORE_LR,
    CORE_PC,
    CORE_XPSR,
    CORE_MSP,
    CORE_PSP,
    CORE_PRIMASK,
    CORE_BASEPRI,
    CORE_FAULTMASK,
    CORE_CONTROL,
    CORE_FPSCR,
    CORE_S0,
    CORE_REGS = CORE_S0 + 32
};
uint32_t core_reg(const struct core *c, enum core_reg reg);
void core_reg_set(struct core *c, enum core_reg reg, uint32_t value);
/* A register of the private peripheral bus, without side effects. */
uint32_t core_ppb(const struct core *c, uint32_t addr);
void core_ppb_set(struct core *c, uint32_t addr, uint32_t value);
bool core_privileged(const struct core *c);

/* What the MPU says to an access now; region -1: no region, the default map. */
bool core_allows(const struct core *c, uint32_t addr, enum core_access access,
        bool privileged, int *region);

void core_break(struct core *c, uint32_t addr, bool on);
/* Stop after a store (or load) to addr..addr+len. len 0 removes all. */
void core_watch(struct core *c, uint32_t addr, uint32_t len, bool loads, bool stores);
uint32_t core_watched(const struct core *c);

/* One line of assembly of the instruction at these bytes (via capstone), for
 * traces and reports; len is 2 or 4 on return. */
size_t core_disassemble(uint32_t addr, const uint8_t bytes[4], char *text, size_t size);

/* ---- snapshots ------------------------------------------------------------------ */

size_t core_state_size(void);
void core_save(const struct core *c, void *state);
/* Listener, breakpoints and watches stay as they are. Pages are asked for
 * anew as after core_revoke. */
void core_restore(struct core *c, const void *state);
/* A hash of what the next instructions can depend on, time left out. */
uint64_t core_hash(const struct core *c);

#endif
