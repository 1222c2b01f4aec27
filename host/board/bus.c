/* bus.c - what answers at an address of the chip.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

enum { AHB3ENR = 0x38 }; /* 7.3.12 */

static uint32_t lanes(unsigned width)
{
    return width == 4 ? ~0u : (1u << width * 8) - 1;
}

/* ---- the backup SRAM has a clock and a lock, RM0090 5.1.2 ---------------------- */

static const struct bd_gate bkpsram_gate = {0x30, 18};

static bool backup_clocked(const struct board *b)
{
    return bd_rcc_gate(b, bkpsram_gate);
}

static bool may_write(const struct board *b, const struct bd_place *p)
{
    return p->kind != BD_BACKUP || (backup_clocked(b) && bd_pwr_backup_open(b));
}

static bool may_read(const struct board *b, const struct bd_place *p)
{
    return p->kind != BD_BACKUP || backup_clocked(b);
}

/* ---- pages ------------------------------------------------------------------------ */

static void page(void *ctx, uint32_t addr, bool store, struct core_page *page)
{
    struct board *b = ctx;
    memset(page, 0, sizeof(*page));
    addr &= ~(CORE_PAGE - 1u);
    uint32_t own = addr;
    const struct bd_place *p = bd_ram_at(b, &own);
    if (p == NULL) {
        if (silicon_answers(b->silicon, addr)) {
            bd_flash_page(b, addr, page);
        }
        return;
    }
    page->no_fetch = p->kind == BD_CCM;
    page->read = may_read(b, p);
    if (store && may_write(b, p)) {
        bd_ram_open(b, p, own, addr);
        page->write = true;
    }
    struct bd_page *bytes = b->st.ram[p->first + (own - p->base) / CORE_PAGE];
    page->bytes = page->read ? bytes->bytes : NULL;
    page->id = bytes->id;
    page->fetch = page->read && !page->no_fetch;
}

/* ---- single accesses -------------------------------------------------------------- */

static enum core_end read_ram(struct board *b, const struct bd_place *p, uint32_t addr,
        unsigned width, uint32_t *value)
{
    *value = 0;
    if (may_read(b, p)) {
        (void)bd_ram_read(b, addr, value, width);
    }
    return CORE_OK;
}

/* Memory that the FMC or the QUADSPI would answer for is not on the bench: with
 * the clock of one on, the run ends here; else nothing answers (2.3, 7.3.12). */
static enum core_end nothing_at(struct board *b, uint32_t addr)
{
    static const struct {
        struct bd_gate clock;
        uint32_t base, size;
        const char *name;
    } outside[] = {{{AHB3ENR, 1}, 0x90000000u, 0x10000000u, "QUADSPI"},
            {{AHB3ENR, 0}, 0x60000000u, 0x40000000u, "FMC (FSMC)"},
            {{AHB3ENR, 0}, 0xC0000000u, 0x20000000u, "FMC"}};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        if (addr - outside[i].base < outside[i].size &&
                bd_rcc_gate(b, outside[i].clock)) {
            bd_unmodelled(b, "external memory at the %s, 0x%08x", outside[i].name,
                    (unsigned)addr);
            return CORE_GONE;
        }
    }
    return CORE_ERROR;
}

static enum core_end read_kept(
        struct board *b, uint32_t addr, unsigned width, uint32_t *value)
{
    if (bd_device_name(b, addr) == NULL) {
        return nothing_at(b, addr);
    }
    struct bd_kept *kept = bd_kept(b, addr & ~3u, false);
    *value = kept == NULL ? 0 : kept->value >> addr % 4 * 8 & lanes(width);
    return CORE_OK;
}

/* Registers first: programs poll them. */
static enum core_end read_some(
        struct board *b, uint32_t addr, unsigned width, uint32_t *value)
{
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        *value = bd_device_read(b, d, addr, false) >> addr % 4 * 8 & lanes(width);
        return b->unmodelled ? CORE_GONE : CORE_OK;
    }
    if (silicon_answers(b->silicon, addr)) {
        return bd_flash_read(b, addr, width, value);
    }
    uint32_t own = addr;
    const struct bd_place *p = bd_ram_at(b, &own);
    return p != NULL ? read_ram(b, p, own, width, value)
                     : read_kept(b, addr, width, value);
}

enum core_end bd_read(void *ctx, uint32_t addr, unsigned width, uint32_t *value)
{
    struct board *b = ctx;
    *value = 0;
    bd_catch_up(b);
    return b->gone != BD_HERE ? CORE_GONE : read_some(b, addr, width, value);
}

static enum core_end write_ram(struct board *b, const struct bd_place *p, uint32_t addr,
        unsigned width, uint32_t value)
{
    if (may_write(b, p)) {
        (void)bd_ram_write(b, addr, &value, width);
    }
    return CORE_OK;
}

static enum core_end write_kept(
        struct board *b, uint32_t addr, unsigned width, uint32_t value)
{
    if (bd_device_name(b, addr) == NULL) {
        return nothing_at(b, addr);
    }
    struct bd_kept *kept = bd_kept(b, addr & ~3u, true);
    if (kept != NULL) {
        unsigned shift = addr % 4 * 8;
        uint32_t mask = lanes(width) << shift;
        kept->value = (kept->value & ~mask) | (value << shift & mask);
    }
    return CORE_OK;
}

enum core_end bd_write(
        void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    struct board *b = ctx;
    bd_catch_up(b);
    if (b->gone != BD_HERE) {
        return CORE_GONE;
    }
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        bd_device_write(b, d, addr, width, value);
        return b->gone != BD_HERE || b->unmodelled ? CORE_GONE : CORE_OK;
    }
    if (silicon_answers(b->silicon, addr)) {
        return bd_flash_write(b, addr, width, value, beat);
    }
    uint32_t own = addr;
    const struct bd_place *p = bd_ram_at(b, &own);
    return p != NULL ? write_ram(b, p, own, width, value)
                     : write_kept(b, addr, width, value);
}

static enum core_end line(
        void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    struct board *b = ctx;
    *wait = 0;
    bd_catch_up(b);
    if (b->gone != BD_HERE) {
        return CORE_GONE;
    }
    return silicon_answers(b->silicon, addr) ? bd_flash_line(b, addr, bytes, wait)
                                             : CORE_ERROR;
}

static enum core_end barrier(void *ctx)
{
    struct board *b = ctx;
    return bd_flash_barrier(b);
}

static void taken(void *ctx, unsigned irq)
{
    struct board *b = ctx;
    b->taken[irq]++;
}

const struct core_bus bd_bus = {page, bd_read, bd_write, line, barrier, taken, NULL};
