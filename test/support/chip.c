/* SPDX-License-Identifier: MIT */
#include "support/chip.h"

#include <string.h>

#include "support/cm.h"

static void on_event(void *ctx, const struct silicon_event *ev)
{
    struct chip *c = ctx;
    c->kinds[ev->kind]++;
    c->last[ev->kind] = *ev;
    if (ev->kind == SILICON_EV_BREACH) {
        c->laws[ev->law]++;
    }
}

static void on_strict(void *ctx, const struct silicon_event *ev)
{
    struct chip *c = ctx;
    c->stopped++;
    c->stopped_by = ev->law;
}

static void on_power_lost(void *ctx)
{
    ((struct chip *)ctx)->lost++;
}

static uint64_t now(void *ctx)
{
    return ((const struct chip *)ctx)->now_ns;
}

static void wait_until(void *ctx, uint64_t ns)
{
    ((struct chip *)ctx)->now_ns = ns;
}

static void on_irq(void *ctx, bool level)
{
    ((struct chip *)ctx)->irq = level;
}

void chip_open(
        struct chip *c, const char *part, const struct silicon_conditions *conditions)
{
    memset(c, 0, sizeof(*c));
    const struct silicon_part *row = silicon_part_find(part);
    assert_non_null(row);
    c->s = silicon_new(row, conditions);
    assert_non_null(c->s);
    const struct silicon_hooks hooks = {.event = on_event,
            .strict = on_strict,
            .power_lost = on_power_lost,
            .irq = on_irq,
            .ctx = c};
    const struct silicon_clock clock = {now, wait_until, c};
    silicon_attach(c->s, &clock, &hooks);
}

void chip_close(struct chip *c)
{
    silicon_free(c->s);
    c->s = NULL;
}

uint32_t chip_get_narrow(struct chip *c, uint32_t addr, unsigned width)
{
    uint32_t value = 0;
    assert_int_equal(silicon_read(c->s, addr, width, &value), SILICON_OK);
    return value;
}

uint32_t chip_get(struct chip *c, uint32_t addr)
{
    return chip_get_narrow(c, addr, 4);
}

void chip_put_narrow(struct chip *c, uint32_t addr, unsigned width, uint32_t value)
{
    assert_int_equal(silicon_write(c->s, addr, width, value, 0), SILICON_OK);
}

void chip_put(struct chip *c, uint32_t addr, uint32_t value)
{
    chip_put_narrow(c, addr, 4, value);
}

void chip_put_fails(struct chip *c, uint32_t addr, uint32_t value)
{
    assert_int_equal(silicon_write(c->s, addr, 4, value, 0), SILICON_BUS_ERROR);
}

void chip_get_fails(struct chip *c, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(silicon_read(c->s, addr, 4, &value), SILICON_BUS_ERROR);
}

void chip_unlock(struct chip *c)
{
    chip_put(c, FLASH_KEYR, KEY1);
    chip_put(c, FLASH_KEYR, KEY2);
}

void chip_wait(struct chip *c)
{
    silicon_drain(c->s);
    uint64_t until = silicon_busy_until(c->s);
    c->now_ns = until > c->now_ns ? until : c->now_ns;
    silicon_settle(c->s);
}

uint32_t chip_store_narrow(
        struct chip *c, uint32_t cr, uint32_t addr, unsigned width, uint32_t value)
{
    chip_put(c, FLASH_CR, cr);
    chip_put_narrow(c, addr, width, value);
    chip_wait(c);
    return chip_get(c, FLASH_SR);
}

uint32_t chip_store(struct chip *c, uint32_t cr, uint32_t addr, uint32_t value)
{
    return chip_store_narrow(c, cr, addr, 4, value);
}

void chip_program(struct chip *c, uint32_t addr, uint32_t value)
{
    assert_int_equal(chip_store(c, CR_PG | CR_X32, addr, value) & SR_ALL, 0);
}

uint32_t chip_start(struct chip *c, uint32_t cr)
{
    chip_put(c, FLASH_CR, cr | CR_STRT);
    chip_wait(c);
    return chip_get(c, FLASH_SR);
}

uint32_t chip_cell(const struct chip *c, uint32_t addr)
{
    uint32_t word;
    silicon_peek(c->s, addr, &word, NULL, sizeof(word));
    return word;
}

uint32_t chip_loose(const struct chip *c, uint32_t addr)
{
    uint32_t word;
    uint32_t loose;
    silicon_peek(c->s, addr, &word, &loose, sizeof(word));
    return loose;
}

bool chip_blank(const struct chip *c, uint32_t addr, uint32_t len)
{
    for (uint32_t i = 0; i < len; i += 4) {
        if (chip_cell(c, addr + i) != ~0u) {
            return false;
        }
    }
    return true;
}
