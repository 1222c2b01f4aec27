/* flash.c - silicon as the flash of this board, and how the core sees it.
 *
 * Settled flash is lent to the core by the page, so that a program that only
 * runs and reads costs no call. The loan is called in as soon as anything is
 * on its way to the array, and given again when all is settled. What the
 * D-cache would have kept meanwhile is told to silicon before the next access
 * that could make a difference: the core notes the lines it loads from.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "board/board_priv.h"

#define ARRAY_BASE  0x08000000u
#define SYSTEM_BASE 0x1FFF0000u
#define ACR_LATENCY 0x0000000Fu
#define ACR_PRFTEN  0x00000100u
#define ACR_ICEN    0x00000200u
#define ACR_DCEN    0x00000400u
#define ACR_ICRST   0x00000800u
#define ACR_DCRST   0x00001000u
#define CR_PG       0x00000001u
#define REGS        0x40023C00u
#define SR          0x0Cu
#define CR          0x10u
#define OPTCR_WDGSW 0x00000020u

enum { FLASH_IRQ = 4, ROM_SIZE = 0x7800, WORDS = SILICON_PAGE / 4, REGS_SIZE = 0x400 };

static uint32_t array_bytes(const struct board *b)
{
    return silicon_part(b->silicon)->flash_kib * 1024u;
}

/* Which page of the array an address of the chip names; false: none. The
 * alias at 0 counts. */
static bool page_of(const struct board *b, uint32_t addr, uint32_t *n)
{
    uint32_t off = addr >= ARRAY_BASE ? addr - ARRAY_BASE : addr;
    *n = off / SILICON_PAGE;
    return off < array_bytes(b) && silicon_answers(b->silicon, addr);
}

/* From the alias at 0 to the end of the array: nothing else is in between. */
static void call_in(struct board *b)
{
    core_revoke(b->core, 0, ARRAY_BASE + array_bytes(b));
}

static void tell_core_of_caches(struct board *b)
{
    uint32_t acr = silicon_reg(b->silicon, SILICON_ACR);
    const struct core_art art = {.cache = (acr & ACR_ICEN) != 0,
            .prefetch = (acr & ACR_PRFTEN) != 0,
            .wait = acr & ACR_LATENCY,
            .data = (acr & ACR_DCEN) != 0};
    core_art(b->core, &art);
}

/* ---- words that changed and were not read since ------------------------------- */

/* The bits of one page's words from addr on, to the end of the page at most. */
static void mark_page(uint32_t *bits, uint32_t addr, uint32_t size)
{
    uint32_t first = addr % SILICON_PAGE / 4;
    uint32_t end = (addr % SILICON_PAGE + size + 3) / 4;
    for (uint32_t word = first; word < end && word < WORDS; word++) {
        bits[word / 32] |= 1u << word % 32;
    }
}

static void mark_fresh(struct board *b, uint32_t addr, uint32_t size)
{
    uint32_t end = addr + size;
    uint32_t n;
    while (addr < end && page_of(b, addr, &n)) {
        if (b->fresh[n] == NULL) {
            b->fresh[n] = calloc(WORDS / 32, sizeof(uint32_t));
        }
        if (b->fresh[n] != NULL) { /* else nobody is told of its reads */
            mark_page(b->fresh[n], addr, end - addr);
        }
        addr = (addr & ~(SILICON_PAGE - 1u)) + SILICON_PAGE;
    }
}

static void tell_read(struct board *b, uint32_t addr, unsigned width, uint32_t value)
{
    uint32_t n;
    if (!page_of(b, addr, &n) || b->fresh[n] == NULL) {
        return;
    }
    uint32_t word = addr % SILICON_PAGE / 4;
    uint32_t *bits = &b->fresh[n][word / 32];
    if ((*bits >> word % 32 & 1u) == 0) {
        return;
    }
    *bits &= ~(1u << word % 32);
    uint32_t left = 0;
    for (uint32_t i = 0; i < WORDS / 32; i++) {
        left |= b->fresh[n][i];
    }
    if (left == 0) {
        free(b->fresh[n]);
        b->fresh[n] = NULL;
        core_revoke(b->core, addr & ~(SILICON_PAGE - 1u), SILICON_PAGE);
    }
    bd_say(b,
            (struct board_event){
                    .kind = BOARD_EV_READ, .addr = addr, .width = width, .value = value});
}

void bd_flash_forget(struct board *b)
{
    for (size_t i = 0; i < sizeof(b->fresh) / sizeof(*b->fresh); i++) {
        free(b->fresh[i]);
        b->fresh[i] = NULL;
    }
}

/* ---- after anything that silicon was told ---------------------------------------- */

static void end_leak(struct board *b)
{
    if (b->leaking) {
        b->leaking = false;
        core_tell_accesses(b->core, (b->tell & BOARD_TELL_ACCESSES) != 0);
    }
}

static void follow(struct board *b)
{
    uint64_t until = silicon_busy_until(b->silicon);
    bool calm = until == 0;
    bd_due(b, BD_SLOT_FLASH, calm ? BD_NEVER : until);
    if (calm != b->st.calm) {
        b->st.calm = calm;
        call_in(b);
    }
}

void bd_flash_due(struct board *b, unsigned unit)
{
    (void)unit;
    silicon_settle(b->silicon);
    follow(b);
}

/* ---- silicon's hooks ----------------------------------------------------------------- */

static uint64_t clock_now(void *ctx)
{
    return bd_now(ctx);
}

static void clock_wait(void *ctx, uint64_t ns)
{
    bd_wait(ctx, ns);
}

/* The D-cache has a line of what is changing, or may have. */
static void mark_stale(struct board *b, uint32_t addr, uint32_t size)
{
    uint32_t n;
    for (uint32_t i = 0; i < size; i += SILICON_PAGE) {
        if (page_of(b, addr + i, &n)) {
            b->st.stale[n / 64] |= UINT64_C(1) << n % 64;
        }
    }
}

static void hear(struct board *b, const struct silicon_event *ev)
{
    switch (ev->kind) {
    case SILICON_EV_PROGRAM:
    case SILICON_EV_ERASE:
    case SILICON_EV_MASS:
        mark_stale(b, ev->addr, ev->size);
        if (b->listeners > 0) {
            mark_fresh(b, ev->addr, ev->size);
        }
        end_leak(b);
        break;
    case SILICON_EV_DONE:
        call_in(b); /* its pages may lie elsewhere now */
        if (ev->size > 0) {
            core_changed(b->core, ev->addr, ev->size);
        }
        break;
    case SILICON_EV_CUT:
    case SILICON_EV_RESET: call_in(b); break; /* something may have been torn */
    case SILICON_EV_STALL:
        b->stall_ns = ev->at_ns;
        b->stall_end_ns = ev->at_ns + ev->ns;
        break;
    case SILICON_EV_BREACH:
    case SILICON_EV_UNLOCK:
    case SILICON_EV_LOCK:
    case SILICON_EV_CR:
    case SILICON_EV_OPTIONS:
    case SILICON_EV_FLAGS:
    case SILICON_EV_CLEARED:
    case SILICON_EV_FAULT:
    default: break;
    }
}

static void on_event(void *ctx, const struct silicon_event *ev)
{
    struct board *b = ctx;
    hear(b, ev);
    if (b->listeners > 0) {
        bd_say(b, (struct board_event){.kind = BOARD_EV_FLASH, .flash = ev});
    }
}

static void on_strict(void *ctx, const struct silicon_event *ev)
{
    (void)ev; /* the event has been told; the access goes on as hardware does */
    board_stop(ctx);
}

static void on_power_lost(void *ctx)
{
    struct board *b = ctx;
    b->gone = BD_GONE_CUT;
    b->st.off = true;
    core_stop(b->core);
}

static void on_irq(void *ctx, bool level)
{
    bd_line_set(ctx, FLASH_IRQ, 0, level);
}

static uint64_t caller(void *ctx)
{
    return bd_pc(ctx);
}

void bd_flash_start(struct board *b)
{
    const struct silicon_clock clock = {clock_now, clock_wait, b};
    const struct silicon_hooks hooks = {
            on_event, on_strict, on_power_lost, on_irq, caller, b};
    silicon_attach(b->silicon, &clock, &hooks);
    b->st.calm = true;
}

void bd_flash_refresh(struct board *b)
{
    memset(b->st.stale, 0, sizeof(b->st.stale)); /* a reset empties the D-cache */
    end_leak(b);
    b->st.calm = silicon_busy_until(b->silicon) == 0;
    bd_due(b, BD_SLOT_FLASH, b->st.calm ? BD_NEVER : silicon_busy_until(b->silicon));
    core_revoke(b->core, 0, 0);
    tell_core_of_caches(b);
    core_art_reset(b->core);
}

void bd_flash_restored(struct board *b)
{
    b->leaking = false;
    b->polled_pc = 0;
    core_tell_accesses(b->core, (b->tell & BOARD_TELL_ACCESSES) != 0);
    bd_flash_forget(b);
    tell_core_of_caches(b);
}

/* By the die's own addresses, whatever is swapped or at 0. */
size_t bd_flash_load(struct board *b, uint32_t addr, const uint8_t *data, size_t len)
{
    uint32_t size = array_bytes(b);
    uint32_t die = addr < size ? addr + ARRAY_BASE : addr;
    uint32_t off = die - ARRAY_BASE;
    size_t n = off >= size ? 1 : len < size - off ? len : size - off;
    silicon_poke(b->silicon, die, data, n);
    call_in(b);
    core_changed(b->core, die, (uint32_t)n);
    return n;
}

/* ---- the core's accesses ---------------------------------------------------------------- */

void bd_flash_page(struct board *b, uint32_t addr, struct core_page *page)
{
    uint32_t n;
    page->art = page_of(b, addr, &n);
    if (!page->art) {
        return; /* registers, OTP, options, system memory: a call each time */
    }
    uint32_t acr = silicon_reg(b->silicon, SILICON_ACR);
    bool cached = (acr & ACR_DCEN) != 0;
    bool stale = (b->st.stale[n / 64] >> n % 64 & 1u) != 0;
    const uint8_t *bytes = silicon_page(b->silicon, addr, &page->id);
    page->fetch = silicon_plain(b->silicon, addr, true);
    page->read = silicon_plain(b->silicon, addr, false) && !(cached && stale) &&
                 b->fresh[n] == NULL;
    page->noted = cached || (acr & ACR_LATENCY) != 0;
    /* Lines that the core has already are still these bytes while the bank is
     * busy. Nothing is ever lent for writing. */
    page->bytes = (uint8_t *)(uintptr_t)bytes;
}

/* Let silicon's D-cache live through the loads that the core did by itself. */
static void replay(struct board *b)
{
    uint32_t lines[16];
    bool cached = (silicon_reg(b->silicon, SILICON_ACR) & ACR_DCEN) != 0;
    size_t n = core_noted(b->core, lines);
    n = cached ? n : 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t value;
        (void)silicon_read(b->silicon, lines[i], 4, &value);
    }
}

static enum core_end end_of(struct board *b, enum silicon_result r)
{
    follow(b);
    if (b->gone != BD_HERE || r == SILICON_POWER_LOST) {
        return CORE_GONE;
    }
    return r == SILICON_OK ? CORE_OK : CORE_ERROR;
}

enum core_end bd_flash_read(
        struct board *b, uint32_t addr, unsigned width, uint32_t *value)
{
    uint32_t n;
    bool array = page_of(b, addr, &n);
    if (array && b->st.calm) { /* else it has done none that the cache saw */
        replay(b);
    }
    enum core_end end = end_of(b, silicon_read(b->silicon, addr, width, value));
    if (array && end == CORE_OK) {
        tell_read(b, addr, width, *value);
    } else if (addr == REGS + SR && bd_pc(b) != b->polled_pc) {
        b->polled_pc = bd_pc(b);
        bd_say(b, (struct board_event){.kind = BOARD_EV_POLL, .value = *value});
    }
    return end;
}

/* A store to ACR may have emptied a cache or turned one on. */
static void follow_acr(struct board *b, uint32_t before, uint32_t value)
{
    uint32_t acr = silicon_reg(b->silicon, SILICON_ACR);
    tell_core_of_caches(b);
    if ((value & ACR_ICRST) != 0 && (before & ACR_ICEN) == 0) {
        core_art_reset(b->core);
    }
    if ((acr & ~before & ACR_DCRST) != 0) {
        memset(b->st.stale, 0, sizeof(b->st.stale));
    }
    if (((acr ^ before) & (ACR_DCEN | ACR_DCRST | ACR_LATENCY)) != 0) {
        call_in(b);
    }
}

static void follow_pg(struct board *b)
{
    bool pg = (silicon_reg(b->silicon, SILICON_CR) & CR_PG) != 0;
    if (!pg) {
        end_leak(b);
    } else if (!b->leaking && b->listeners > 0 && b->st.calm) {
        b->leaking = true;
        core_tell_accesses(b->core, true);
    }
}

enum core_end bd_flash_write(
        struct board *b, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    bool control = addr - REGS < REGS_SIZE;
    uint32_t acr = silicon_reg(b->silicon, SILICON_ACR);
    uint32_t cr = silicon_reg(b->silicon, SILICON_CR);
    replay(b);
    enum silicon_result r = silicon_write(b->silicon, addr, width, value, beat);
    if (control && r == SILICON_OK) {
        if (addr == REGS) {
            follow_acr(b, acr, value);
        } else if (addr - (REGS + CR) < 4) {
            b->polled_pc = 0;
        }
        if (((silicon_reg(b->silicon, SILICON_CR) ^ cr) & CR_PG) != 0) {
            follow_pg(b);
        }
    }
    return end_of(b, r);
}

enum core_end bd_flash_line(
        struct board *b, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    if (addr - SYSTEM_BASE < ROM_SIZE) {
        bd_unmodelled(b, "the boot loader in system memory was called at 0x%08x",
                (unsigned)addr);
        return CORE_GONE;
    }
    return end_of(b, silicon_fetch_array(b->silicon, addr, bytes, wait));
}

enum core_end bd_flash_barrier(struct board *b)
{
    if (b->st.calm) {
        return CORE_OK;
    }
    silicon_drain(b->silicon);
    return end_of(b, SILICON_OK);
}

bool bd_flash_starts_dog(const struct board *b)
{
    return (silicon_reg(b->silicon, SILICON_OPTCR) & OPTCR_WDGSW) == 0;
}
