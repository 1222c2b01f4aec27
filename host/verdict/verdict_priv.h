/* verdict_priv.h - what the rules share: the state of a judgement, and how a
 * finding is made.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_VERDICT_VERDICT_PRIV_H
#define ETCH_VERDICT_VERDICT_PRIV_H

#include "silicon/silicon.h"
#include "verdict/verdict.h"

#define SCB_VTOR   0xE000ED08u
#define EXC_RETURN 0xFFFFFFE0u /* LR of a handler, and above (B1.5.8) */

/* The codes, in the order of finding_codes. */
enum code {
    /* errors */
    CODE_MPU_REFUSED_STORE,
    CODE_MPU_REFUSED_LOAD,
    CODE_RAM_NOT_EXECUTABLE,
    CODE_CCM_NOT_EXECUTABLE,
    CODE_NOT_EXECUTABLE,
    CODE_NULL_POINTER_STORE,
    CODE_STORE_WITHOUT_PG,
    CODE_STORE_OUTSIDE_FLASH,
    CODE_WIDTH_NOT_PSIZE,
    CODE_UNALIGNED_STORE,
    CODE_CROSSES_ROW,
    CODE_WRITE_PROTECTED,
    CODE_PCROP,
    CODE_OTP_LOCKED,
    CODE_X64_WITHOUT_VPP,
    CODE_SUPPLY_WIDTH,
    CODE_SLOW_CLOCK,
    CODE_WAIT_STATES,
    CODE_BITS_LOST,
    CODE_STALE_CACHE,
    CODE_STALE_FLAGS,
    CODE_WRONG_KEY,
    CODE_KEY_WHEN_OPEN,
    CODE_LOCKED_CR,
    CODE_SNB_INVALID,
    CODE_SNB_NOT_CLEARED,
    CODE_BANK_MODE,
    CODE_STRT_EMPTY,
    CODE_ERASED_VECTORS,
    CODE_ERASED_RUNNING_CODE,
    CODE_IMAGE_IN_ERASED_SECTOR,
    CODE_PROGRAMMED_CODE,
    CODE_VECTOR_ERASED,
    CODE_BLANK_CODE,
    CODE_ABSENT_FLASH,
    CODE_WATCHDOG_IN_STALL,
    CODE_RESET_IN_OPERATION,
    CODE_UART_OVERRUN,
    CODE_DMA_ERROR,
    CODE_EOP_WITHOUT_EOPIE,
    CODE_CONST_FOLDED,
    CODE_STACK_OVERFLOW,
    CODE_FAULT,
    CODE_LOCKUP,
    /* warnings */
    CODE_ONLY_COPY_ERASED,
    CODE_WATCHDOG_MARGIN,
    CODE_TIMEOUT_CANNOT_FIRE,
    CODE_OPTIONS_TOUCHED,
    CODE_OPTIONS_NOT_STARTED,
    CODE_ERASE_MODES,
    CODE_CACHE_RESET_IGNORED,
    CODE_RWW_DCACHE,
    CODE_BANK_SWAPPED,
    CODE_HANDLER_HANGS,
    /* notes */
    CODE_IMAGE_DATA_ERASED,
    CODE_STALL,
    CODE_WATCHDOG_RESET,
    CODE_IRQ_LATE,
    CODE_LEFT_UNLOCKED,
    CODE_WEAR,
    CODE_NO_BARRIER,
    CODE_STORE_WHILE_BUSY,
    CODE_UNSTABLE_READ,
    CODES
};

/* Where something happened: enough to name it later. */
struct spot {
    bool known;
    uint32_t pc;
    uint64_t ns;
    const char *chain[FINDING_CHAIN];
    size_t chain_n;
};

/* A finding in the making. Two with the same code and key are one. */
struct item {
    struct finding f;
    enum code code;
    uint64_t key;
    bool fatal;  /* it ended the program: a fault, a reset */
    bool hidden; /* explained by another */
    unsigned seq;
};

enum {
    ITEMS = 96, /* of different kind and place; more are dropped, the last ones first */
    SECTORS = SILICON_SECTORS_MAX,
    REGIONS = CORE_REGIONS,
    FLAGS = 9,            /* SR bits 0 to 8 */
    OBJECTS = 64,         /* named flash objects that are programmed */
    IRQS = CORE_IRQS + 1, /* SysTick is the last */
    USARTS = 7,
    DOGS = 2,
    DOUBTS = 16, /* lines that are remembered: the data cache has 8 */
    TEXT_BUCKETS = 256
};

/* Who raised an error flag that still stands, or stood until cleared. */
struct flag_owner {
    struct spot spot;
    struct item *item; /* what that store was found guilty of */
    uint32_t addr;
    uint8_t width;
};

struct sector_life {
    uint32_t erases;
    struct spot erased;     /* last */
    uint64_t programmed_ns; /* last; 0: not in this run */
    struct item *image;     /* the finding that it held the program */
    /* What an erase destroyed, if it was the only copy; NULL: it was not. */
    uint8_t *lost;
    uint32_t lost_bytes; /* of words that were not blank */
    struct spot lost_at;
    uint64_t erase_end_ns; /* of the last erase */
    uint64_t replaced_ns;  /* last program of those that followed closely; 0: none */
    bool differs;          /* and not all of it as it was */
    bool begun;            /* all written since the erase followed it closely ... */
    uint64_t cut_ns;       /* ... and power failed in it, or in the erase; 0: not */
};

/* The operation in flight, or the last one. */
struct op {
    bool active;
    bool erase, options; /* neither: a program */
    uint64_t number, from_ns, ns;
    uint32_t pc;
    int sector;
    uint32_t addr, size;
    unsigned psize;
};

struct pg_window {
    bool open;
    bool met_array;  /* a store reached the controller, for better or worse */
    uint32_t pc;     /* that set PG */
    uint32_t caller; /* where that would have returned to */
    bool leaked;     /* there is a store that was meant for the array ... */
    bool waited;     /* ... and FLASH_SR was read after it */
    uint32_t target; /* ... and this address was in what it overwrote; 0: none */
    uint32_t leak_pc, leak_addr, leak_value;
    unsigned leak_width;
};

struct object {
    char name[64];
    uint32_t addr, size;
    struct spot programmed;
    bool loaded; /* after it was programmed */
};

struct dog {
    bool running;
    struct spot started;
    uint64_t period_ns, fed_ns;
    bool handler_in_flash; /* of its early wakeup, when it bit */
};

struct doubt { /* a line that the data cache took beside a busy bank */
    struct item *it;
    uint32_t row;
    uint64_t ns;
};

struct lateness {
    uint64_t worst_ns, count, lost;
    bool masked; /* the worst: by PRIMASK while the flash was waited for */
};

struct verdict {
    struct board *b;
    struct silicon *s;
    const struct file *image;
    struct symbols *symbols;
    const struct board_event *now; /* while verdict_event runs */

    struct text *texts[TEXT_BUCKETS]; /* all that verdict_say made */
    size_t n;
    struct item items[ITEMS];
    struct finding out[ITEMS];

    /* rules of stores */
    struct silicon_event first; /* of the laws broken by the access under judgement ... */
    uint64_t first_insns;
    uint32_t pending; /* ... which are these */
    uint32_t bits_addr;
    struct flag_owner owner[FLAGS];
    struct pg_window pg;
    uint32_t psize_pc; /* who last changed PSIZE */
    struct {
        uint32_t pc;
        uint64_t insns, key;
    } copying; /* the last refused store of a copying routine */
    uint32_t last_program_addr;
    uint64_t last_program_insns;
    bool bits_lost;
    bool options_refused; /* a store to OPTCR met a law */
    uint32_t poll_pc;     /* who read FLASH_SR last; 0: nobody since the reset ... */
    uint64_t done_ns;     /* ... and when an operation ended; 0: none did */

    /* sessions: from unlock to lock */
    bool open;
    uint32_t inherited_flags;
    uint64_t session_ops;
    struct spot unlocked;
    struct flag_owner inherited; /* flags that this session found and cleared */
    struct spot inherited_at;

    /* sectors */
    struct sector_life sector[SECTORS];
    struct sector_life *changed; /* that the last erase or program was in; or NULL */
    struct spot options;
    struct object object[OBJECTS];
    size_t objects;
    int asked_snb; /* the number that the code ORed into CR, -1: unknown */
    int cut_snb;   /* the number it wrote, of which the part kept some bits; -1: all */

    struct doubt doubt[DOUBTS];
    unsigned doubts;
    struct {
        bool unused; /* SER or MER is set, and nothing was erased by it yet ... */
        unsigned set_in,
                in;       /* ... by the handler of this exception, and in this one ... */
        struct spot lost; /* ... it was cleared: here */
    } mode;

    /* time */
    struct op op;
    uint64_t stall_ns, stall_longest, stall_until, stall_last;
    struct op stall_op;
    uint32_t stall_pc;
    bool stall_masked; /* the last one */
    struct lateness late[IRQS];
    struct dog dog[DOGS];
    struct {
        const char *why; /* SysTick's interrupt cannot come; NULL: it can, or no wait */
        struct spot erase;
    } tick; /* in the erase whose wait is not known yet */
    struct {
        uint64_t lost, otherwise; /* because of the flash, and not */
        struct op op;
        uint64_t first_ns, last_ns;
    } usart[USARTS];

    /* the core */
    struct spot mpu_writer[REGIONS]; /* of RASR ... */
    uint32_t mpu_rights[REGIONS];    /* ... which is this, but for ENABLE */
    struct item *suspect;            /* explains the next bus fault */
    uint64_t suspect_cycle;
    struct item *fatal; /* explains the state the program is in */
    uint32_t mpu_rnr;
    uint32_t vtor_pc;             /* who wrote VTOR; 0: nobody since the reset */
    uint64_t fault_ns;            /* the last fault */
    uint64_t resets, reset_insns; /* how many; what had been executed at the last one */
};

/* ---- words (words.c) ----------------------------------------------------------- */

/* Formatted text that lives as long as v. */
__attribute__((format(printf, 2, 3))) const char *verdict_say(
        struct verdict *v, const char *format, ...);
void verdict_forget_texts(struct verdict *v);
size_t verdict_text_count(const struct verdict *v);
/* "0x08060000 (sector 7)", or with the name of the memory. */
const char *verdict_addr(struct verdict *v, uint32_t addr);
/* The function at pc, "code at 0x08000123" if it has no name. */
const char *verdict_func(struct verdict *v, uint32_t pc);
/* "main main.c:12": function, file and line as far as known; an object's name. */
const char *verdict_at(struct verdict *v, uint32_t addr);
const char *verdict_place(struct verdict *v, const struct symbols_place *place);
/* "250 ms", "14.3 us". */
const char *verdict_time(struct verdict *v, uint64_t ns);
/* "PGSERR|PGPERR (0xC0)". */
const char *verdict_flags(struct verdict *v, uint32_t sr);
/* "SysTick", "USART2", "interrupt 12". */
const char *verdict_irq(struct verdict *v, int n);
/* The same, by the number of the exception: "BusFault". */
const char *verdict_exception(struct verdict *v, unsigned n);
struct op;
/* "the erase of sector 7 that FLASH_Erase_Sector began". */
const char *verdict_op(struct verdict *v, const struct op *op);
/* list += text, as far as it fits. */
void verdict_append(char *list, size_t size, const char *text);
/* "the whole flash", "bank 2". */
const char *verdict_bank(struct verdict *v, uint32_t addr, uint32_t size);
/* "x32". */
const char *verdict_psize(unsigned psize);

/* ---- places (place.c) ------------------------------------------------------------- */

/* The spot of the event under way: pc and who called whom. */
struct spot verdict_spot(struct verdict *v, uint32_t pc);
/* Function, file and line of pc: the innermost that is not an accessor inlined
 * from a header. False: nothing is known. */
bool verdict_locate(struct verdict *v, uint32_t pc, struct symbols_place *place);
/* The program counters of all who run or wait for a callee, innermost first;
 * certain: without those that a word on the stack only suggests. */
size_t verdict_calls(struct verdict *v, uint32_t pcs[SYMBOLS_CALLS_MAX], bool certain);
/* Both in one function? */
bool verdict_same_function(struct verdict *v, uint32_t a, uint32_t b);
/* The program counter behind a silicon event. */
uint32_t verdict_caller(const struct verdict *v, const struct silicon_event *ev);
/* The array's own address of one that may be in the alias at 0. */
uint32_t verdict_die(const struct verdict *v, uint32_t addr);
/* The sector that holds addr, alias included; NULL: none. */
const struct silicon_sector *verdict_sector(const struct verdict *v, uint32_t addr);
const struct silicon_sector *verdict_sector_by_snb(const struct verdict *v, unsigned snb);
const struct silicon_sector *verdict_sector_by_number(
        const struct verdict *v, int number);
/* Where the vector table is, in the array if it is seen through the alias. */
uint32_t verdict_vectors(const struct verdict *v);
uint32_t verdict_ppb(const struct verdict *v, uint32_t addr);

/* SRAM, CCM or backup SRAM of this part. */
bool verdict_is_ram(const struct verdict *v, uint32_t addr);
/* SP of who called, as far as it is certain; 0: it is not. */
uint32_t verdict_frame_end(struct verdict *v);

/* How much of the image lies in a range, and what. */
struct cover {
    uint32_t bytes;
    bool code;      /* instructions or the program's own constants among them */
    uint32_t first; /* address of the first byte */
};
struct cover verdict_cover(const struct verdict *v, uint32_t addr, uint32_t size);

/* ---- findings (finding.c) ------------------------------------------------------------ */

/* The finding of this code and key: new, with spot and the table's severity, or
 * the one there is, counted once more (then *fresh is false). NULL: too many. */
struct item *verdict_add(struct verdict *v, enum code code, uint64_t key,
        const struct spot *spot, bool *fresh);
/* The same for what is only known at the end, which may be asked for again. */
struct item *verdict_sum(struct verdict *v, enum code code, uint64_t key,
        const struct spot *spot, bool *fresh);
struct item *verdict_find(struct verdict *v, enum code code, uint64_t key);
void verdict_recode(struct item *it, enum code code);
void verdict_address(struct verdict *v, struct item *it, uint32_t addr);
/* Its function, file and line are those of pc. */
void verdict_source(struct verdict *v, struct item *it, uint32_t pc);
void verdict_fact(struct item *it, const char *name, const char *value);
/* FLASH_SR, FLASH_CR and what stands in them, as evidence. */
void verdict_fact_flash(struct verdict *v, struct item *it);
/* That this finding ended the program. */
void verdict_fatal(struct verdict *v, struct item *it);

/* ---- rules ------------------------------------------------------------------------------ */

void rule_store_breach(struct verdict *v, const struct silicon_event *ev);
void rule_store_flags(struct verdict *v, const struct silicon_event *ev);
void rule_store_program(struct verdict *v, const struct silicon_event *ev);
void rule_store_cr(struct verdict *v, const struct silicon_event *ev);

void rule_leak_cr(struct verdict *v, const struct silicon_event *ev);
void rule_leak_store(struct verdict *v, const struct board_event *ev);
void rule_leak_poll(struct verdict *v);
void rule_leak_fault(struct verdict *v); /* it explains that nothing was programmed */

void rule_flags_raised(struct verdict *v, uint32_t raised, struct flag_owner owner);
void rule_flags_cleared(struct verdict *v, const struct silicon_event *ev);
void rule_flags_stale(struct verdict *v, const struct silicon_event *ev);
void rule_flags_session(struct verdict *v); /* a session ends */

void rule_control_breach(struct verdict *v, const struct silicon_event *ev);
void rule_control_lock(struct verdict *v, const struct silicon_event *ev);
void rule_control_options(struct verdict *v, const struct silicon_event *ev);
void rule_control_finish(struct verdict *v, enum board_stop how);

/* What was asked of a sector (a sentence's object) met its protection. */
void verdict_tell_protected(struct verdict *v, struct item *it,
        const struct silicon_sector *sector, const char *what);
void rule_erase_cr(struct verdict *v, const struct silicon_event *ev);
void rule_erase_empty(struct verdict *v, struct item *it); /* STRT with no mode */
void rule_erase_refused(struct verdict *v, const struct silicon_event *ev);
void rule_erase_start(struct verdict *v, const struct silicon_event *ev);
void rule_erase_all(struct verdict *v, const struct silicon_event *ev); /* by RDP */
void rule_wear_finish(struct verdict *v);

void rule_data_erase(struct verdict *v, const struct silicon_sector *sector,
        const struct spot *spot, uint64_t erase_ns);
void rule_data_program(struct verdict *v, const struct silicon_event *ev);
void rule_data_cut(struct verdict *v, const struct silicon_event *ev);
void rule_data_read(struct verdict *v, const struct board_event *ev);
void rule_data_doubt(struct verdict *v, struct item *it, uint32_t addr);
void rule_data_stale(struct verdict *v, uint32_t addr, unsigned width, uint32_t pc);
void rule_data_finish(struct verdict *v);
void rule_data_free(struct verdict *v);

void rule_time_flash(struct verdict *v, const struct silicon_event *ev);
void rule_time_board(struct verdict *v, const struct board_event *ev);
void rule_time_reset(struct verdict *v);
void rule_time_finish(struct verdict *v);

void rule_dog_event(struct verdict *v, const struct board_event *ev);
void rule_dog_done(struct verdict *v);
void rule_dog_reset(struct verdict *v, const struct board_event *ev);

void rule_tick_erase(struct verdict *v); /* one starts ... */
void rule_tick_poll(struct verdict *v);  /* ... somebody reads FLASH_SR ... */
void rule_tick_over(struct verdict *v);  /* ... and has done waiting */

void rule_wait_poll(struct verdict *v);
void rule_wait_done(struct verdict *v);
void rule_wait_end(struct verdict *v, uint32_t pc); /* the program ends, at pc */
void rule_dma(struct verdict *v, const struct board_event *ev);

void rule_fault(struct verdict *v, const struct core_fault *fault);
void rule_fault_lockup(struct verdict *v, const struct core_fault *fault);
/* A finding of its own, which ended the program. NULL: known already. */
struct item *rule_fault_add(
        struct verdict *v, enum code code, const struct core_fault *f);
/* An earlier finding explains this fault. */
void rule_fault_explained(struct verdict *v, struct item *it, const struct core_fault *f);
/* Frames that could not be stored or read, and stores where the stack is; false:
 * it is neither. */
bool rule_stack(struct verdict *v, const struct core_fault *f);
/* A store that the flash refused was one to the stack: SP is there. NULL: it was
 * not. */
struct item *rule_stack_in_flash(struct verdict *v, const struct silicon_event *ev);
/* Faults of execution; false: it is none, or has no rule of its own. */
bool rule_fetch(struct verdict *v, const struct core_fault *f);
void rule_mpu_store(struct verdict *v, const struct core_says *says);
void rule_mpu_reset(struct verdict *v);

void rule_hang_finish(struct verdict *v, enum board_stop how);

void rule_clock(struct verdict *v, const struct board_event *ev);
void rule_clock_finish(struct verdict *v);

/* ---- MPU regions (region.c) ------------------------------------------------------------ */

struct region {
    uint32_t rbar, rasr;
};
struct region verdict_region(const struct verdict *v, int n);
/* "0x00000000-0x0FFFFFFF": the span after its disabled eighths, in one or more
 * pieces. */
const char *verdict_region_span(struct verdict *v, struct region r);
/* "read-only, executable". */
const char *verdict_region_rights(struct verdict *v, struct region r);
/* Does the default map hold where no region covers (B3.5.4)? */
bool verdict_default_map(const struct verdict *v, bool privileged);
/* "MPU region 0 (0x00000000-0x0FFFFFFF: read-only, executable), set by ...,": who
 * refuses, n being -1 where no region covers. Its settings become evidence. */
const char *verdict_refuser(struct verdict *v, struct item *it, int n, bool privileged);
/* "the MPU (no region covers it, and ...)": who refuses if it does not. */
const char *verdict_no_region(struct verdict *v, bool privileged);

enum framework {
    FRAMEWORK_NONE,
    FRAMEWORK_MBED,
    FRAMEWORK_ZEPHYR,
    FRAMEWORK_FREERTOS_MPU,
    FRAMEWORK_FREERTOS_MPU_10, /* up to 10.3: the kernel's regions first */
    FRAMEWORK_RIOT,
    FRAMEWORK_CUBEMX
};
/* By the settings themselves (their source files agree on them for years). */
enum framework verdict_framework(const struct verdict *v);
const char *verdict_framework_name(enum framework framework);

/* ---- faults in words (deed.c) ------------------------------------------------------ */

/* "caused a bus error": for CFSR, by its first bit that says something. */
const char *verdict_did(const struct core_fault *f);
/* Who did that and, as far as it is known, where; and what to do about it. */
const char *verdict_deed(struct verdict *v, const struct core_fault *f);
const char *verdict_deed_fix(struct verdict *v, const struct core_fault *f);

#endif
