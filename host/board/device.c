/* device.c - which peripheral is at an address, and accesses to its registers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

#define DBGMCU 0xE0042000u

enum { KIB = 1024 };

const struct bd_line *bd_line_of(const struct silicon_part *part)
{
    const struct bd_line *line = bd_lines;
    while (line->dev_id != 0 && line->dev_id != part->dev_id) {
        line++;
    }
    return line;
}

static bool on_part(const struct board *b, const struct bd_device *d)
{
    if (d->kind == &bd_usart) {
        return (b->line->usarts >> d->unit & 1u) != 0;
    }
    if (d->kind == &bd_tim) {
        return (b->line->tims >> d->unit & 1u) != 0;
    }
    if (d->kind == &bd_gpio) {
        return (b->line->ports >> d->unit & 1u) != 0;
    }
    return true;
}

bool board_has_usart(const struct board *b, int usart)
{
    return usart > 0 && (b->line->usarts >> (usart - 1) & 1u) != 0;
}

void bd_devices_map(struct board *b)
{
    b->line = bd_line_of(b->config.part);
    for (size_t i = 0; i < bd_device_count; i++) {
        const struct bd_device *d = &bd_devices[i];
        if (d->base - BD_PERIPHERALS < BD_BLOCKS * KIB && on_part(b, d)) {
            b->block[(d->base - BD_PERIPHERALS) / KIB] = (uint8_t)(i + 1);
        }
    }
}

const struct bd_device *bd_device_at(const struct board *b, uint32_t addr)
{
    size_t i = 0;
    if (addr - BD_PERIPHERALS < BD_BLOCKS * KIB) {
        i = b->block[(addr - BD_PERIPHERALS) / KIB];
    } else if (addr - DBGMCU < KIB) {
        i = bd_device_count; /* the table's last */
    }
    return i == 0 ? NULL : &bd_devices[i - 1];
}

const char *bd_device_name(const struct board *b, uint32_t addr)
{
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        return d->name;
    }
    const struct bd_range *r = bd_ranges;
    while (r->name != NULL && addr - r->base >= r->size) {
        r++;
    }
    return r->name;
}

struct bd_kept *bd_kept(struct board *b, uint32_t addr, bool store)
{
    struct bd_state *st = &b->st;
    for (uint32_t i = 0; i < st->kepts; i++) {
        if (st->kept[i].addr == addr) {
            return &st->kept[i];
        }
    }
    if (st->kepts == BD_KEPT) {
        return NULL;
    }
    struct bd_kept *kept = &st->kept[st->kepts++];
    *kept = (struct bd_kept){.addr = addr, .pc = bd_pc(b)};
    bd_say(b, (struct board_event){
                      .kind = BOARD_EV_UNKNOWN, .addr = addr, .value = store ? 1 : 0});
    return kept;
}

/* Registers without a clock read 0 and take nothing (RM0090 7.3.10 and on). */
static bool asleep(const struct board *b, const struct bd_device *d)
{
    return d->gate.reg != 0 && !bd_rcc_gate(b, d->gate);
}

uint32_t bd_device_read(
        struct board *b, const struct bd_device *d, uint32_t addr, bool look)
{
    if (asleep(b, d)) {
        return 0;
    }
    return d->kind->read(b, d->unit, (addr - d->base) & ~3u, look);
}

/* Behind an APB bridge a narrow store arrives in all lanes (RM0090 2.1); the
 * others take just its bytes. */
static uint32_t widen(struct board *b, const struct bd_device *d, uint32_t addr,
        unsigned width, uint32_t value)
{
    if (width == 4) {
        return value;
    }
    if (!d->ahb) {
        value &= width == 1 ? 0xFFu : 0xFFFFu;
        return width == 1 ? value * 0x01010101u : value * 0x00010001u;
    }
    uint32_t old = d->kind->read(b, d->unit, (addr - d->base) & ~3u, true);
    unsigned shift = addr % 4 * 8;
    uint32_t mask = (width == 1 ? 0xFFu : 0xFFFFu) << shift;
    return (old & ~mask) | (value << shift & mask);
}

void bd_device_write(struct board *b, const struct bd_device *d, uint32_t addr,
        unsigned width, uint32_t value)
{
    if (asleep(b, d)) {
        return;
    }
    uint32_t word = widen(b, d, addr, width, value);
    d->kind->write(b, d->unit, (addr - d->base) & ~3u, word);
}

/* ---- all of them ---------------------------------------------------------------------- */

void bd_devices_settle(struct board *b)
{
    for (size_t i = 0; i < bd_device_count; i++) {
        if (bd_devices[i].kind->settle != NULL) {
            bd_devices[i].kind->settle(b, bd_devices[i].unit);
        }
    }
}

void bd_devices_plan(struct board *b)
{
    for (size_t i = 0; i < bd_device_count; i++) {
        if (bd_devices[i].kind->plan != NULL) {
            bd_devices[i].kind->plan(b, bd_devices[i].unit);
        }
    }
}

void bd_devices_reset(struct board *b)
{
    bd_due_none(b);
    for (unsigned i = 0; i < CORE_IRQS; i++) {
        if (b->st.line[i] != 0) {
            b->st.line[i] = 0;
            core_irq(b->core, i, false);
        }
    }
    for (size_t i = 0; i < bd_device_count; i++) {
        bd_devices[i].kind->reset(b, bd_devices[i].unit);
    }
}
