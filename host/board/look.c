/* look.c - the board as a debugger sees it: no time, no side effect.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

#define ARRAY_BASE  0x08000000u
#define SYSTEM_BASE 0x1FFF0000u
#define SYSTEM_SIZE 0x00008000u
#define OTP_BASE    0x1FFF7800u
#define PPB_BASE    0xE0000000u
#define PPB_SIZE    0x00100000u

enum { OTP_SIZE = 528, KIB = 1024 };

static bool in(uint32_t addr, uint32_t base, uint32_t size)
{
    return addr - base < size;
}

static bool in_array(const struct board *b, uint32_t addr)
{
    uint32_t size = silicon_part(b->silicon)->flash_kib * (uint32_t)KIB;
    return in(addr, ARRAY_BASE, size) ||
           (addr < size && silicon_answers(b->silicon, addr));
}

static bool in_special(const struct board *b, uint32_t addr)
{
    return in(addr, SYSTEM_BASE, SYSTEM_SIZE) ||
           (addr >= ARRAY_BASE * 2 && silicon_answers(b->silicon, addr) &&
                   bd_device_name(b, addr) == NULL);
}

const char *board_place(const struct board *b, uint32_t addr)
{
    uint32_t own = addr;
    const struct bd_place *p = bd_ram_at(b, &own);
    if (p != NULL) {
        return p->name;
    }
    if (in_array(b, addr)) {
        return "flash";
    }
    if (in(addr, OTP_BASE, OTP_SIZE)) {
        return "OTP";
    }
    if (in(addr, SYSTEM_BASE, SYSTEM_SIZE)) {
        return "system memory";
    }
    if (in_special(b, addr)) {
        return "option bytes";
    }
    return silicon_answers(b->silicon, addr) && addr >= BD_PERIPHERALS
                   ? "FLASH registers"
                   : bd_device_name(b, addr);
}

bool bd_is_memory(const struct board *b, uint32_t addr)
{
    uint32_t own = addr;
    bool rom = in(addr, SYSTEM_BASE, SYSTEM_SIZE) && !in(addr, OTP_BASE, OTP_SIZE);
    return bd_ram_at(b, &own) != NULL || in_array(b, addr) ||
           (in_special(b, addr) && !rom);
}

/* ---- reading ----------------------------------------------------------------------- */

/* The array is peeked by the die's own addresses: swapped banks and the alias
 * are resolved by asking silicon for the page. */
static size_t peek_array(const struct board *b, uint32_t addr, uint8_t *data, size_t len)
{
    uint64_t id;
    const uint8_t *page = silicon_page(b->silicon, addr, &id);
    size_t room = SILICON_PAGE - addr % SILICON_PAGE;
    len = len < room ? len : room;
    memcpy(data, page + addr % SILICON_PAGE, len);
    return len;
}

static uint32_t flash_register(const struct board *b, uint32_t addr)
{
    static const enum silicon_reg regs[] = {SILICON_ACR, SILICON_KEYR, SILICON_OPTKEYR,
            SILICON_SR, SILICON_CR, SILICON_OPTCR, SILICON_OPTCR1};
    uint32_t i = (addr & 0x3FFu) / 4;
    return i < sizeof(regs) / sizeof(*regs) ? silicon_reg(b->silicon, regs[i]) : 0;
}

/* The register that holds this byte; false: there is none. */
static bool peek_register(struct board *b, uint32_t addr, uint32_t *word)
{
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        *word = bd_device_read(b, d, addr & ~3u, true);
        return true;
    }
    if (addr >= BD_PERIPHERALS && silicon_answers(b->silicon, addr)) {
        *word = flash_register(b, addr);
        return true;
    }
    if (in(addr, PPB_BASE, PPB_SIZE)) {
        *word = core_ppb(b->core, addr & ~3u);
        return true;
    }
    if (bd_device_name(b, addr) == NULL) {
        return false;
    }
    *word = 0;
    for (uint32_t i = 0; i < b->st.kepts; i++) {
        *word = b->st.kept[i].addr == (addr & ~3u) ? b->st.kept[i].value : *word;
    }
    return true;
}

static size_t peek_some(struct board *b, uint32_t addr, uint8_t *data, size_t len)
{
    size_t n = bd_ram_read(b, addr, data, len);
    if (n > 0) {
        return n;
    }
    if (in_array(b, addr)) {
        return peek_array(b, addr, data, len);
    }
    if (in_special(b, addr)) {
        silicon_peek(b->silicon, addr, data, NULL, 1);
        return 1;
    }
    uint32_t word;
    if (!peek_register(b, addr, &word)) {
        return 0;
    }
    n = 4 - addr % 4;
    n = len < n ? len : n;
    word >>= addr % 4 * 8;
    memcpy(data, &word, n);
    return n;
}

size_t board_peek(struct board *b, uint32_t addr, void *data, size_t len)
{
    uint8_t *to = data;
    size_t done = 0;
    while (done < len) {
        size_t n = peek_some(b, addr + (uint32_t)done, to + done, len - done);
        if (n == 0) {
            break;
        }
        done += n;
    }
    return done;
}

/* ---- writing --------------------------------------------------------------------------- */

static size_t poke_some(struct board *b, uint32_t addr, const uint8_t *data, size_t len)
{
    size_t n = bd_ram_write(b, addr, data, len);
    if (n > 0) {
        return n;
    }
    if (in_array(b, addr) || in_special(b, addr)) {
        return bd_flash_load(b, addr, data, len);
    }
    uint32_t word;
    if (len < 4 || addr % 4 != 0) {
        return 0; /* a register is a whole word */
    }
    memcpy(&word, data, 4);
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        bd_device_write(b, d, addr, 4, word);
        return 4;
    }
    if (in(addr, PPB_BASE, PPB_SIZE)) {
        core_ppb_set(b->core, addr, word);
        return 4;
    }
    return 0;
}

size_t board_poke(struct board *b, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *from = data;
    size_t done = 0;
    while (done < len) {
        size_t n = poke_some(b, addr + (uint32_t)done, from + done, len - done);
        if (n == 0) {
            break;
        }
        done += n;
    }
    return done;
}

/* ---- lists ------------------------------------------------------------------------------- */

size_t board_unknown(const struct board *b, size_t i, uint32_t *addr, uint32_t *pc)
{
    if (i < b->st.kepts) {
        *addr = b->st.kept[i].addr;
        *pc = b->st.kept[i].pc;
    }
    return b->st.kepts;
}

const char *board_gap(const struct board *b, size_t i, uint32_t *pc)
{
    static const char *const names[BD_GAPS] = {
            [BD_GAP_EDGES] = "edges and triggers at the inputs of timers",
            [BD_GAP_TIMER_DMA] = "DMA requests of timers",
            [BD_GAP_CALENDAR] = "the running of the RTC: calendar, alarms, wake-up"};
    for (size_t gap = 0; gap < BD_GAPS; gap++) {
        if (b->gap[gap] != 0 && i-- == 0) {
            *pc = b->gap[gap] & ~1u;
            return names[gap];
        }
    }
    return NULL;
}

uint64_t board_irq_count(const struct board *b, unsigned irq)
{
    return irq < CORE_IRQS ? b->taken[irq] : 0;
}
