/* SPDX-License-Identifier: MIT */
#include "support/flash_rig.h"

#include <string.h>

#include "support/cm.h"

struct rig rig;
struct rig_seen rig_seen;

enum { RCC_APB2ENR = 0x40023844 };

static void detect(void *arg)
{
    assert_int_equal(etch_part_detect(arg), ETCH_OK);
}

static void open_flash(void *arg)
{
    (void)arg;
    assert_int_equal(etch_flash_open(&rig.flash, &rig.config), ETCH_OK);
}

void rig_open(void)
{
    rig_run(open_flash, NULL);
}

void rig_new(const struct silicon_part *row)
{
    const struct silicon_conditions c = {.speed = SILICON_TYPICAL, .hclk_hz = 16000000};
    memset(&rig, 0, sizeof(rig));
    rig.board = silicon_native_new(row, &c);
    assert_non_null(rig.board);
    rig.chip = silicon_native_chip(rig.board);
    silicon_strict_all(rig.chip, true);
    silicon_native_limit(rig.board, 40000000);
    silicon_native_poke(rig.board, RCC_APB2ENR, 0);
    rig_run(detect, &rig.part);
    rig.config = (struct etch_flash_config){
            .part = &rig.part, .supply = ETCH_FLASH_FROM_2V7, .clock_mhz = 16};
    rig_open();
}

void rig_new_named(const char *part)
{
    const struct silicon_part *row = silicon_part_find(part);
    assert_non_null(row);
    rig_new(row);
}

void rig_free(void)
{
    silicon_native_free(rig.board);
    rig.board = NULL;
}

void rig_run(void (*body)(void *arg), void *arg)
{
    enum silicon_end end = silicon_native_run(rig.board, body, arg);
    if (end != SILICON_RETURNED) {
        const struct silicon_event *why = silicon_native_why(rig.board);
        fail_msg("the run ended with %d, law %s at 0x%08X", (int)end,
                silicon_law_text(why->law)->name, (unsigned)why->addr);
    }
}

struct call {
    uint32_t addr;
    const void *data;
    uint32_t len;
    enum etch_err err;
};

static void program(void *arg)
{
    struct call *c = arg;
    c->err = etch_flash_program(&rig.flash, c->addr, c->data, c->len);
}

static void verify(void *arg)
{
    struct call *c = arg;
    c->err = etch_flash_verify(&rig.flash, c->addr, c->data, c->len);
}

static void erase(void *arg)
{
    struct call *c = arg;
    c->err = etch_flash_erase(&rig.flash, c->addr);
}

enum etch_err rig_program(uint32_t addr, const void *data, uint32_t len)
{
    struct call c = {addr, data, len, ETCH_OK};
    rig_run(program, &c);
    return c.err;
}

enum etch_err rig_verify(uint32_t addr, const void *data, uint32_t len)
{
    struct call c = {addr, data, len, ETCH_OK};
    rig_run(verify, &c);
    return c.err;
}

enum etch_err rig_erase(unsigned sector)
{
    struct call c = {.addr = sector};
    rig_run(erase, &c);
    return c.err;
}

uint32_t rig_cell(uint32_t addr)
{
    uint32_t value;
    silicon_peek(rig.chip, addr, &value, NULL, sizeof(value));
    return value;
}

void rig_fill(uint32_t addr, uint8_t byte, uint32_t len)
{
    uint8_t bytes[256];
    memset(bytes, byte, sizeof(bytes));
    for (uint32_t i = 0; i < len; i += sizeof(bytes)) {
        uint32_t n = len - i < sizeof(bytes) ? len - i : (uint32_t)sizeof(bytes);
        silicon_poke(rig.chip, addr + i, bytes, n);
    }
}

uint32_t rig_cr(void)
{
    return silicon_reg(rig.chip, SILICON_CR);
}

uint32_t rig_sr(void)
{
    return silicon_reg(rig.chip, SILICON_SR);
}

uint32_t rig_acr(void)
{
    return silicon_reg(rig.chip, SILICON_ACR);
}

static void on_access(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)value;
    if (store && addr - 0x08000000u < 0x200000u) {
        if (rig_seen.array++ == 0 || addr < rig_seen.first) {
            rig_seen.first = addr;
        }
        if (addr + width > rig_seen.last) {
            rig_seen.last = addr + width;
        }
    } else if (store && addr == 0x40023C00u) {
        rig_seen.acr++;
    } else if (store && addr - 0x40023C00u < 0x400u) {
        rig_seen.control++;
    }
}

void rig_watch(void)
{
    memset(&rig_seen, 0, sizeof(rig_seen));
    silicon_native_on_access(rig.board, on_access, NULL);
}
