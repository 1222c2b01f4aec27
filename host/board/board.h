/* board.h - a whole STM32F4 on a bench: processor, flash, memories and the
 * peripherals that firmware needs to start, keep time, talk, and be reset.
 *
 * What it is: the memory map of every part in silicon's table around one core
 * and one silicon, with one clock. Firmware runs on it unchanged. It speaks to
 * the world through USARTs and semihosting, and everything that matters for
 * writing flash is told, in order, to whoever listens: struct board_event.
 *
 * What it remembers: all of it can be copied in microseconds (board_save), RAM
 * by pages that were touched. Time is the chip's own: the same image and the
 * same input give the same run, to the instruction.
 *
 * What it does not know: an address where this part has something that is not
 * modelled reads 0 and keeps what is written, and is named once at the end
 * (board_unknown). What is modelled and used in a way that is not stops the run.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BOARD_BOARD_H
#define ETCH_BOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "silicon/silicon.h"

struct board;

/* ---- events ---------------------------------------------------------------- */

enum board_event_kind {
    BOARD_EV_FLASH,   /* silicon: as silicon/silicon.h says */
    BOARD_EV_CORE,    /* core: fault, exception, lockup, store to the PPB, stale code */
    BOARD_EV_RESET,   /* reset: why; the run goes on from the reset vector */
    BOARD_EV_OVERRUN, /* unit lost a received byte: n is the USART, value the byte */
    BOARD_EV_DOG, /* a watchdog was started, fed or bit: n 0 IWDG, 1 WWDG; value 0, 1, 2;
                         duration_ns: how long until it bites unless fed again */
    BOARD_EV_LATE, /* interrupt n (-1: SysTick) was entered duration_ns after it was raised,
                         because of a flash stall that began at from_ns */
    BOARD_EV_LOST_TICK, /* interrupt n (-1: SysTick) was raised again while still waiting:
                         value times; told when it is entered at last */
    BOARD_EV_READ, /* a data load from array cells programmed or erased in this run: addr,
                         width, value (first one per word and change) */
    BOARD_EV_LEAK, /* a store outside flash, of PSIZE's width, while CR.PG was set and
                         nothing programmed since: addr, width, value, before (what
                         was there) */
    BOARD_EV_POLL, /* FLASH_SR was read: once for each place in a row that reads it, and
                         anew after a store to CR or a leak */
    BOARD_EV_REMAP,   /* SYSCFG_MEMRMP or VTOR changed: addr says which, value */
    BOARD_EV_CLOCK,   /* HCLK changed: value in Hz */
    BOARD_EV_UNKNOWN, /* first access to something not modelled: addr, value 1 if a store */
    BOARD_EV_DMA_ERROR, /* stream n (DMA2 from 8 on) was turned off by a transfer error: at
                           addr, or for the reason in text */
    BOARD_EV_CONSOLE, /* a line of text from the firmware: text (USART n, or -1 semihosting) */
    BOARD_EV_EXIT /* the firmware left: value */
};

enum board_reset {
    BOARD_RESET_POWER,
    BOARD_RESET_PIN,
    BOARD_RESET_SOFTWARE,
    BOARD_RESET_IWDG,
    BOARD_RESET_WWDG,
    BOARD_RESET_LOW_POWER
};

/* One thing that happened. Fields that mean nothing for the kind are zero. */
struct board_event {
    enum board_event_kind kind;
    uint64_t ns;    /* chip time since power-on */
    uint64_t cycle; /* of the core clock */
    uint64_t insns; /* executed so far */
    uint32_t pc;    /* of the instruction under way */
    const struct silicon_event *flash;
    const struct core_says *core;
    enum board_reset reset;
    int n;
    uint32_t addr, value, before;
    unsigned width;
    uint64_t duration_ns, from_ns;
    const char *text;
};

/* Called as it happens, the machine at rest inside the instruction: registers
 * and memory may be looked at (board_peek, core_reg), not changed. */
typedef void board_listener(void *ctx, const struct board_event *ev);

/* ---- life -------------------------------------------------------------------- */

enum board_mpu { BOARD_MPU_NONE, BOARD_MPU_MBED };

struct board_config {
    const struct silicon_part *part;
    struct silicon_conditions conditions;
    enum board_mpu mpu; /* set before the first instruction, as a framework would have */
    const char *args;   /* for SYS_GET_CMDLINE; NULL: "" */
    uint32_t hse_hz;    /* crystal; 0: 8 MHz */
    uint32_t lsi_hz;    /* 0: 32 kHz */
    bool battery;       /* on VBAT: backup SRAM and registers outlive a power cycle */
};

/* Powered and factory-fresh, not reset yet. NULL: no memory. */
struct board *board_new(const struct board_config *config);
void board_free(struct board *b);
struct core *board_core(struct board *b);
struct silicon *board_silicon(struct board *b);
const struct board_config *board_config(const struct board *b);

/* Several may listen; in the order they came. */
void board_listen(struct board *b, board_listener *listener, void *ctx);
/* Also tell of every exception entry and return, and of data accesses as
 * core_tell_accesses: slow. */
enum board_tell {
    BOARD_TELL_EXCEPTIONS = 1,
    BOARD_TELL_ACCESSES = 2,
    BOARD_TELL_INSNS = 4
};
void board_tell(struct board *b, unsigned what);

/* Bytes for memory that keeps them without power (flash, OTP, options) or as a
 * debugger would load them (RAM). False: this part has no memory there. */
bool board_load(struct board *b, uint32_t addr, const void *data, size_t len);
/* Reset as the given cause does: the core starts at its vector. RAM stays. */
void board_reset(struct board *b, enum board_reset why);

/* ---- running ------------------------------------------------------------------ */

enum board_stop {
    BOARD_LEFT,  /* the firmware left: board_exit_code */
    BOARD_TIME,  /* the limit has come */
    BOARD_STUCK, /* a branch to itself with nothing that can interrupt it, or
                         asleep with nothing to wake it */
    BOARD_LOCKED_UP,
    BOARD_CUT,        /* power was lost as planned: board_power_cycle goes on */
    BOARD_BREAK,      /* breakpoint, watch, step: for a debugger */
    BOARD_UNMODELLED, /* board_why names it */
    BOARD_ASKED       /* board_stop, from a listener */
};

enum board_stop board_run(struct board *b, uint64_t until_ns);
enum board_stop board_step(struct board *b);
void board_stop(struct board *b);
uint32_t board_exit_code(const struct board *b);
const char *board_why(const struct board *b); /* of STUCK, LOCKED_UP and UNMODELLED */
uint64_t board_ns(const struct board *b);
uint32_t board_hclk(const struct board *b);

/* ---- power --------------------------------------------------------------------- */

/* Power fails in flash operation number op (silicon_plan_cut). */
void board_plan_cut(struct board *b, uint64_t op, struct silicon_tear tear);
/* Off now (unless it is, after BOARD_CUT); then on: RAM holds rubbish from the
 * seed, but for the backup SRAM if a battery is there; the core starts at its
 * vector. */
void board_power_cycle(struct board *b, struct silicon_tear tear);

/* ---- the world outside ------------------------------------------------------------ */

/* Bytes leaving a USART, 1 to 6; and semihosting's console as 0. May be NULL. */
typedef void board_output(void *ctx, int usart, const uint8_t *data, size_t len);
void board_on_output(struct board *b, board_output *output, void *ctx);
/* Bytes for a USART, arriving one after the other at its baud rate from now or
 * from the time given on. False: the queue (64 KiB) is full. */
bool board_input(
        struct board *b, int usart, const uint8_t *data, size_t len, uint64_t at_ns);
size_t board_input_room(const struct board *b, int usart);
/* Has the part a USART of that number? */
bool board_has_usart(const struct board *b, int usart);
/* The sender waits until the receiver is on. The lowest USART whose receiver
 * is; 0: none yet. 0 as usart above is what semihosting reads. */
int board_receiver(const struct board *b);
/* More input may come: a program asleep until a USART receives is not stuck. */
void board_online(struct board *b, bool online);
/* A level at a pin, port 'A'.. and 0..15 (EXTI lines see it); what the
 * firmware drives there. */
void board_pin(struct board *b, char port, unsigned pin, bool level);
bool board_pin_out(const struct board *b, char port, unsigned pin);
/* The supply, for PVD and for what silicon makes of it. */
void board_vdd(struct board *b, uint32_t mv);

/* ---- looking in --------------------------------------------------------------------- */

/* Memory as a debugger sees it: no time, no side effect; peripherals that have
 * a harmless read. How many bytes could be read or written from addr on. */
size_t board_peek(struct board *b, uint32_t addr, void *data, size_t len);
size_t board_poke(struct board *b, uint32_t addr, const void *data, size_t len);
/* What is at addr: "flash", "SRAM1", "CCM", "USART2", "system memory"; NULL: nothing. */
const char *board_place(const struct board *b, uint32_t addr);
/* Addresses without a model that were used: how many, and the i-th. */
size_t board_unknown(const struct board *b, size_t i, uint32_t *addr, uint32_t *pc);
/* What modelled peripherals were asked for and do not do: the i-th, and who asked
 * first. NULL: there are no more. */
const char *board_gap(const struct board *b, size_t i, uint32_t *pc);
uint64_t board_irq_count(const struct board *b, unsigned irq); /* times taken */

/* ---- snapshots ------------------------------------------------------------------------ */

struct board_state;
/* A copy of the whole machine, listeners and hooks apart. RAM pages that did
 * not change since the last save or restore are shared. NULL: no memory. */
struct board_state *board_save(struct board *b);
void board_restore(struct board *b, const struct board_state *state);
void board_state_free(struct board_state *state);
/* A second machine of its own in that state, without listeners: for a thread. */
struct board *board_clone(struct board *b);
/* Hash of all that decides what comes next, time and wear left out. */
uint64_t board_hash(const struct board *b);

#endif
