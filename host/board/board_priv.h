/* board_priv.h - what the board's own files share. Nobody else includes it
 * (tests do, to drive the bus without a program).
 *
 * Names that cross a file here begin with bd_; board_ is the public face.
 *
 * One clock: nanoseconds since power-on, made from the core's cycles and HCLK.
 * A peripheral never counts; it knows since when it has been running and works
 * out what its registers read now, and when it will next do something by
 * itself. Those moments are the deadlines, one slot each; the core runs from
 * one to the next, and a stall lives through them in their order.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BOARD_PRIV_H
#define ETCH_BOARD_PRIV_H

#include <stdatomic.h>

#include "board/board.h"

#define BD_NEVER       UINT64_MAX
#define BD_PERIPHERALS 0x40000000u

/* ---- ram.c: memory in pages that copies share ------------------------------ */

enum { BD_PAGES_MAX = 100, BD_PLACES_MAX = 8 };

struct bd_page {
    atomic_uint refs;
    bool open;                 /* its bytes may change without a new id */
    uint64_t id;               /* of these bytes, never used for others */
    atomic_uint_fast64_t hash; /* of the bytes while not open; 0: not known yet */
    uint8_t bytes[CORE_PAGE];
};

enum bd_memory { BD_SRAM, BD_CCM, BD_BACKUP };

struct bd_place {
    const char *name;
    uint32_t base, size;
    enum bd_memory kind;
    unsigned first; /* its first page, of struct bd_state */
};

/* ---- devices ------------------------------------------------------------------ */

/* The bit of an RCC enable register that clocks a peripheral; reg 0: always on. */
struct bd_gate {
    uint8_t reg, bit;
};

/* A kind of peripheral: a chapter of the manual. Registers are whole words
 * here; device.c sees to narrow accesses. Any call but read may be NULL. */
struct bd_kind {
    void (*reset)(struct board *b, unsigned unit);
    /* look: a debugger's, without side effects. */
    uint32_t (*read)(struct board *b, unsigned unit, uint32_t off, bool look);
    void (*write)(struct board *b, unsigned unit, uint32_t off, uint32_t value);
    /* The clocks are about to change; they have changed. */
    void (*settle)(struct board *b, unsigned unit);
    void (*plan)(struct board *b, unsigned unit);
};

struct bd_device {
    const char *name;
    uint32_t base, size;
    struct bd_gate gate;
    uint8_t unit;
    bool ahb; /* not behind a bridge that repeats narrow stores in all lanes */
    const struct bd_kind *kind;
};

/* What parts of this family have somewhere, without a model: the narrowest
 * first, the last without a name. */
struct bd_range {
    uint32_t base, size;
    const char *name;
};
extern const struct bd_range bd_ranges[];

extern const struct bd_device bd_devices[];
extern const size_t bd_device_count;

extern const struct bd_kind bd_rcc, bd_pwr, bd_gpio, bd_usart, bd_tim, bd_dma, bd_iwdg,
        bd_wwdg, bd_exti, bd_syscfg, bd_dbgmcu, bd_rtc, bd_crc;

/* ---- the peripherals' state ----------------------------------------------------- */

enum {
    BD_USARTS = 6,
    BD_TIMS = 14,
    BD_PORTS = 11,
    BD_DMAS = 2,
    BD_STREAMS = 8,
    BD_CHANNELS = 4, /* capture/compare, of a timer */
    BD_KEPT = 512,
    BD_QUEUE_PAGES = 16,
    BD_QUEUE_BYTES = BD_QUEUE_PAGES * CORE_PAGE,
    BD_MARKS = 16
};

/* What all else is timed by, in Hz. */
struct bd_clocks {
    uint32_t sys, hclk, pclk1, pclk2, tim1, tim2;
};

enum bd_osc { BD_HSI, BD_HSE, BD_PLL, BD_PLLI2S, BD_PLLSAI, BD_LSE, BD_LSI, BD_OSCS };

struct bd_rcc_state {
    uint32_t reg[38]; /* CR .. DCKCFGR2, without ready and status bits */
    uint32_t sws;     /* which clock is SYSCLK, as CFGR.SWS tells */
    uint32_t causes;  /* CSR's reset flags */
    uint64_t ready[BD_OSCS];
    struct bd_clocks hz;
};

struct bd_pwr_state {
    uint32_t cr, csr, vdd_mv;
};

struct bd_gpio_state {
    uint32_t reg[10];
    uint32_t driven, level; /* from outside */
};

struct bd_usart_state {
    uint32_t sr, rdr, tdr, brr, cr1, cr2, cr3, gtpr;
    uint32_t sr_seen;    /* flags that the last read of SR showed: the first half of
                            the clearing sequences */
    uint32_t shift;      /* going out */
    uint64_t tx_ns;      /* when it will be out; BD_NEVER: idle */
    uint64_t rx_ns;      /* when the next frame is complete, or the line has idled */
    uint64_t rx_free_ns; /* since when the line has been free */
    bool idle_due;       /* rx_ns is an idle line's */
};

/* Bytes on their way to a receiver: a ring of pages, and marks that say from
 * when on the bytes after a place may come. */
struct bd_queue {
    uint64_t put, got; /* bytes ever */
    unsigned marks;
    struct bd_mark {
        uint64_t at, ns;
    } mark[BD_MARKS];
    struct bd_page *page[BD_QUEUE_PAGES];
};

struct bd_tim_state {
    uint32_t reg[21];  /* CR1 .. OR, as written; CNT is worked out */
    uint32_t psc, arr; /* in force */
    uint32_t rep;      /* rounds until the next update, less one */
    uint32_t from;     /* place in the cycle (tim.c) ... */
    uint64_t from_ns;  /* ... at this time */
    uint64_t seen;     /* ticks since then that were lived through */
};

struct bd_stream {
    uint32_t cr, ndtr, par, m0ar, m1ar, fcr;
    uint32_t reload, p, m; /* NDTR at enable; how many items are done; unused */
};

struct bd_dma_state {
    uint32_t isr[2];
    struct bd_stream stream[BD_STREAMS];
};

struct bd_iwdg_state {
    uint32_t pr, rlr;
    bool open, on;
    uint64_t busy_ns; /* PVU and RVU until then */
    uint64_t from_ns; /* of the last reload */
};

struct bd_wwdg_state {
    uint32_t cr, cfr, sr;
    uint64_t from_ns; /* when T had the value in cr */
};

struct bd_exti_state {
    uint32_t imr, emr, rtsr, ftsr, pr;
};

struct bd_syscfg_state {
    uint32_t memrmp, pmc, exticr[4], cmpcr;
};

struct bd_rtc_state {
    uint32_t reg[40]; /* 20 registers, 20 backup words */
};

struct bd_crc_state {
    uint32_t dr, idr;
};

/* Addresses without a model that were used. */
struct bd_kept {
    uint32_t addr, value, pc;
};

/* Deadlines. Those of one moment come in this order. */
enum bd_slot {
    BD_SLOT_FLASH,
    BD_SLOT_RCC,
    BD_SLOT_TIM,
    BD_SLOT_TX = BD_SLOT_TIM + BD_TIMS,
    BD_SLOT_RX = BD_SLOT_TX + BD_USARTS,
    BD_SLOT_DMA = BD_SLOT_RX + BD_USARTS,
    BD_SLOT_WWDG = BD_SLOT_DMA + BD_DMAS * BD_STREAMS,
    BD_SLOT_IWDG,
    BD_SLOTS
};

/* Everything that decides what comes next, but the core, silicon and pages. */
struct bd_state {
    uint64_t base_cycle, base_ns; /* of the clock; HCLK has not changed since */
    uint64_t due[BD_SLOTS], next; /* next is the earliest, ... */
    uint64_t next_cycle;          /* ... which comes at this cycle */
    uint8_t line[CORE_IRQS];      /* who holds each interrupt line up */
    bool calm;                    /* flash: no operation, nothing on its way */
    bool off;                     /* no power */
    uint64_t stale[9];            /* flash pages that D-cache lines may lie about */
    struct bd_rcc_state rcc;
    struct bd_pwr_state pwr;
    struct bd_gpio_state gpio[BD_PORTS];
    struct bd_usart_state usart[BD_USARTS];
    struct bd_tim_state tim[BD_TIMS];
    struct bd_dma_state dma[BD_DMAS];
    struct bd_iwdg_state iwdg;
    struct bd_wwdg_state wwdg;
    struct bd_exti_state exti;
    struct bd_syscfg_state syscfg;
    struct bd_rtc_state rtc;
    struct bd_crc_state crc;
    uint32_t dbgmcu[4];
    uint32_t kepts;
    struct bd_kept kept[BD_KEPT];         /* board_hash ends with these */
    struct bd_queue queue[BD_USARTS + 1]; /* 0: semihosting's */
    struct bd_page *ram[BD_PAGES_MAX];
};

/* What a modelled peripheral is asked for and does not do. */
enum bd_gap { BD_GAP_EDGES, BD_GAP_TIMER_DMA, BD_GAP_CALENDAR, BD_GAPS };

/* ---- the board ---------------------------------------------------------------------- */

enum { BD_LISTENERS = 8, BD_LINE = 240, BD_WHY = 160, BD_BLOCKS = 512 };

/* What is under way in the access or the slice at hand. */
enum bd_gone { BD_HERE, BD_GONE_CUT, BD_GONE_RESET };

struct bd_console {
    size_t len;
    char text[BD_LINE + 1];
};

struct board {
    struct bd_state st;
    struct board_config config;
    struct core *core;
    struct core_bus *bus;
    struct silicon *silicon;
    /* The map, fixed by the part. */
    const struct bd_line *line;
    size_t places;
    struct bd_place place[BD_PLACES_MAX];
    unsigned pages;
    struct bd_page *rubbish[BD_PAGES_MAX]; /* what RAM holds at power-on */
    uint8_t block[BD_BLOCKS];              /* KiB from 0x40000000: device + 1 */
    /* The run. */
    uint64_t event_ns; /* of the deadline being served; BD_NEVER: none */
    enum bd_gone gone;
    enum board_reset reset; /* of BD_GONE_RESET */
    bool moving;            /* a DMA stream serves a request */
    bool asked, left, unmodelled, online;
    uint32_t exit_code;
    char why[BD_WHY];
    uint32_t gap[BD_GAPS]; /* who asked first; 0: nobody */
    /* Who listens, and what only they need. */
    size_t listeners;
    struct {
        board_listener *call;
        void *ctx;
    } listener[BD_LISTENERS];
    unsigned tell;
    bool leaking;       /* PG is set and nothing programmed since */
    uint32_t polled_pc; /* who read SR last; 0: nobody since CR changed */
    board_output *output;
    void *output_ctx;
    struct bd_console console[BD_USARTS + 1];
    uint64_t taken[CORE_IRQS];
    uint32_t again[CORE_IRQS];       /* raised while waiting */
    uint64_t stall_ns, stall_end_ns; /* the last one */
    uint32_t *fresh[512];            /* words changed and not read since, by flash page */
};

/* ---- board.c, say.c ---------------------------------------------------------------- */

/* Fill in when and where, and tell. */
void bd_say(struct board *b, struct board_event ev);
void bd_core_says(void *ctx, const struct core_says *says);
/* A byte leaves a USART, 1 to 6, or 0: semihosting. */
void bd_output(struct board *b, unsigned usart, uint8_t byte);
/* Stop the run: this is not modelled. */
void bd_unmodelled(struct board *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The instruction under way asks for what is not done. */
void bd_gap(struct board *b, enum bd_gap gap);
uint32_t bd_pc(const struct board *b);

/* ---- clock.c ------------------------------------------------------------------------- */

uint64_t bd_now(const struct board *b);
uint64_t bd_cycle_at(const struct board *b, uint64_t ns); /* the first not before ns */
uint64_t bd_ns_at(const struct board *b, uint64_t cycle);
/* Whole ticks of hz in ns; and ns after which that many ticks are complete. */
uint64_t bd_ticks(uint64_t ns, uint32_t hz);
uint64_t bd_ticks_ns(uint64_t ticks, uint32_t hz);
void bd_due(struct board *b, unsigned slot, uint64_t ns);
void bd_due_none(struct board *b);
/* Serve the deadlines that have come. */
void bd_catch_up(struct board *b);
/* Let time pass inside an access, and everything live through it. */
void bd_wait(struct board *b, uint64_t until_ns);
/* HCLK becomes hz from now on. */
void bd_rebase(struct board *b, uint32_t hz);

/* ---- irq.c --------------------------------------------------------------------------- */

/* An interrupt line is the OR of up to eight sources. */
void bd_line_set(struct board *b, unsigned irq, unsigned source, bool level);
/* It would have been raised again, but still waits. */
void bd_again(struct board *b, unsigned irq);

/* ---- ram.c ---------------------------------------------------------------------------- */

struct bd_page *bd_page_new(void);
struct bd_page *bd_page_share(struct bd_page *p);
void bd_page_drop(struct bd_page *p);
/* Make *slot a page that may be written in place; true if it became another
 * page or got another id. */
bool bd_page_open(struct bd_page **slot);
uint64_t bd_page_hash(struct bd_page *p);

/* Lay out the part's memory; with the same rubbish as another board's. */
void bd_map(struct board *b, const struct board *like);
void bd_unmap(struct board *b);
void bd_ram_rubbish(struct board *b, bool keep_backup);
/* The place of RAM at addr, aliases resolved (*addr becomes the place's own
 * address); NULL: none. */
const struct bd_place *bd_ram_at(const struct board *b, uint32_t *addr);
/* Bytes of RAM as a master other than the core sees them; stops at a page's end. */
size_t bd_ram_read(const struct board *b, uint32_t addr, void *data, size_t len);
size_t bd_ram_write(struct board *b, uint32_t addr, const void *data, size_t len);
uint8_t *bd_ram_bytes(const struct board *b, const struct bd_place *p, uint32_t addr);
/* The page of RAM at addr, in place p, will be written in place. The core asks
 * again for it under each of its names but the one that it asked for itself. */
void bd_ram_open(
        struct board *b, const struct bd_place *p, uint32_t addr, uint32_t asked);
#define BD_NOBODY 1u /* no page's address */

/* ---- flash.c: silicon and the core's view of it ------------------------------------------ */

void bd_flash_start(struct board *b);
void bd_flash_page(struct board *b, uint32_t addr, struct core_page *page);
enum core_end bd_flash_read(
        struct board *b, uint32_t addr, unsigned width, uint32_t *value);
enum core_end bd_flash_write(
        struct board *b, uint32_t addr, unsigned width, uint32_t value, unsigned beat);
enum core_end bd_flash_line(
        struct board *b, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait);
enum core_end bd_flash_barrier(struct board *b);
void bd_flash_due(struct board *b, unsigned unit);
/* Silicon was changed from outside or reset: all is asked for anew. */
void bd_flash_refresh(struct board *b);
/* A copy was restored. */
void bd_flash_restored(struct board *b);
/* Load cells from outside; how many of the bytes. */
size_t bd_flash_load(struct board *b, uint32_t addr, const uint8_t *data, size_t len);
void bd_flash_forget(struct board *b);           /* what was read and what was not */
bool bd_flash_starts_dog(const struct board *b); /* OPTCR.WDG_SW, RM0090 3.7.1 */

/* ---- bus.c ---------------------------------------------------------------------------------- */

extern const struct core_bus bd_bus; /* ctx to be filled in */
enum core_end bd_read(void *ctx, uint32_t addr, unsigned width, uint32_t *value);
enum core_end bd_write(
        void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat);

/* ---- device.c -------------------------------------------------------------------------------- */

const struct bd_device *bd_device_at(const struct board *b, uint32_t addr);
uint32_t bd_device_read(
        struct board *b, const struct bd_device *d, uint32_t addr, bool look);
void bd_device_write(struct board *b, const struct bd_device *d, uint32_t addr,
        unsigned width, uint32_t value);
void bd_devices_map(struct board *b);
void bd_devices_reset(struct board *b);
void bd_devices_settle(struct board *b);
void bd_devices_plan(struct board *b);
/* What is there on this part, modelled or not; NULL: nothing. */
const char *bd_device_name(const struct board *b, uint32_t addr);
struct bd_kept *bd_kept(struct board *b, uint32_t addr, bool store);

/* What a line of the family has of each kind. */
struct bd_line {
    uint16_t dev_id;
    uint16_t tims, ports; /* bit n: TIM n + 1; GPIO port n, 0 is A */
    uint8_t usarts;       /* bit n: USART n + 1 */
    bool pllr;            /* SYSCLK can be PLL's R output: the F446 */
    uint32_t pwr_cr;      /* reset value */
};
extern const struct bd_line bd_lines[];
const struct bd_line *bd_line_of(const struct silicon_part *part);

/* ---- peripherals, for each other ---------------------------------------------------------------- */

void bd_rcc_start(struct board *b); /* the clocks of a new board */
void bd_rcc_due(struct board *b, unsigned unit);
void bd_rcc_cause(struct board *b, enum board_reset why);
bool bd_rcc_gate(const struct board *b, struct bd_gate gate);
void bd_rcc_lsi_on(struct board *b); /* IWDG keeps it running */
uint32_t bd_rcc_lsi_hz(const struct board *b);
void bd_rtc_power(struct board *b); /* VBAT and VDD were gone */
void bd_pwr_vdd(struct board *b, uint32_t mv);
bool bd_pwr_backup_open(const struct board *b); /* DBP */
void bd_exti_edge(struct board *b, unsigned line, bool rising);
unsigned bd_syscfg_port(const struct board *b, unsigned pin); /* EXTICR: 0 is A */
void bd_gpio_drive(struct board *b, unsigned port, unsigned pin, bool high);
bool bd_gpio_out(const struct board *b, unsigned port, unsigned pin);
void bd_usart_tx_due(struct board *b, unsigned unit);
void bd_usart_rx_due(struct board *b, unsigned unit);
bool bd_usart_on(const struct board *b, unsigned unit); /* its receiver */
void bd_usart_arriving(struct board *b, unsigned unit); /* bytes were queued */
/* The USART as a DMA sees it: does it ask, and the data register. */
bool bd_usart_asks(const struct board *b, unsigned unit, bool transmit);
/* A USART's DMA request changed: serve it. */
void bd_dma_request(struct board *b, unsigned usart, bool transmit);
void bd_dma_due(struct board *b, unsigned unit);
void bd_tim_due(struct board *b, unsigned unit);
void bd_iwdg_due(struct board *b, unsigned unit);
void bd_wwdg_due(struct board *b, unsigned unit);
bool bd_dog_on(const struct board *b);

/* ---- queue.c ------------------------------------------------------------------------------------- */

bool bd_queue_put(struct bd_queue *q, const uint8_t *data, size_t len, uint64_t ns);
size_t bd_queue_room(const struct bd_queue *q);
/* Is there a byte, and from when on may it come? */
bool bd_queue_next(const struct bd_queue *q, uint64_t *ns);
uint8_t bd_queue_get(struct bd_queue *q);
void bd_queue_drop(struct bd_queue *q);
void bd_queue_share(struct bd_queue *q); /* a copy was made: its pages are shared */

/* ---- board.c, look.c, semihost.c --------------------------------------------------------------------------- */

void bd_semihost(struct board *b);
/* A board of the same kind, without a state. NULL: no memory. */
struct board *bd_make_like(const struct board *b);
bool bd_is_memory(const struct board *b, uint32_t addr);
/* A reset is due; silicon has it now, the rest follows when the access ends. */
void bd_reset_now(struct board *b, enum board_reset why);
void bd_reset_rest(struct board *b, enum board_reset why);

#endif
