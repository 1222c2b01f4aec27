/* gpio.c - general-purpose pins (RM0090 chapter 8).
 *
 * A pin reads what drives it: the program as an output, the world outside, or
 * a pull-up. Alternate functions are not connected here; the peripherals
 * reach their pins by themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 8.4.1 to 8.4.10 */
enum {
    MODER = 0x00,
    OSPEEDR = 0x08,
    PUPDR = 0x0C,
    IDR = 0x10,
    ODR = 0x14,
    BSRR = 0x18,
    END = 0x28
};

enum { PINS = 16, MODE_OUTPUT = 1, PULL_UP = 1 };

static uint32_t field(uint32_t reg, unsigned pin)
{
    return reg >> pin * 2 & 3u;
}

static bool level(const struct bd_gpio_state *g, unsigned pin)
{
    if (field(g->reg[MODER / 4], pin) == MODE_OUTPUT) {
        return (g->reg[ODR / 4] >> pin & 1u) != 0;
    }
    if ((g->driven >> pin & 1u) != 0) {
        return (g->level >> pin & 1u) != 0;
    }
    return field(g->reg[PUPDR / 4], pin) == PULL_UP;
}

static uint32_t levels(const struct bd_gpio_state *g)
{
    uint32_t all = 0;
    for (unsigned pin = 0; pin < PINS; pin++) {
        all |= level(g, pin) ? 1u << pin : 0;
    }
    return all;
}

static uint32_t gpio_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)look;
    const struct bd_gpio_state *g = &b->st.gpio[unit];
    if (off == IDR) {
        return levels(g);
    }
    return off >= END || off == BSRR ? 0 : g->reg[off / 4];
}

/* EXTI sees the pins that it listens to change. */
static void tell_exti(struct board *b, unsigned unit, uint32_t before)
{
    uint32_t after = levels(&b->st.gpio[unit]);
    for (unsigned pin = 0; pin < PINS && before != after; pin++) {
        if (((before ^ after) >> pin & 1u) != 0 && bd_syscfg_port(b, pin) == unit) {
            bd_exti_edge(b, pin, (after >> pin & 1u) != 0);
        }
    }
}

static void gpio_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    struct bd_gpio_state *g = &b->st.gpio[unit];
    uint32_t before = levels(g);
    if (off == BSRR) {
        uint32_t *odr = &g->reg[ODR / 4]; /* 8.4.7: setting has priority */
        *odr = (*odr & ~(value >> 16)) | (value & 0xFFFFu);
    } else if (off == ODR) {
        g->reg[ODR / 4] = value & 0xFFFFu;
    } else if (off < END && off != IDR) {
        g->reg[off / 4] = value;
    }
    tell_exti(b, unit, before);
}

void bd_gpio_drive(struct board *b, unsigned port, unsigned pin, bool high)
{
    struct bd_gpio_state *g = &b->st.gpio[port];
    uint32_t before = levels(g);
    g->driven |= 1u << pin;
    g->level = high ? g->level | 1u << pin : g->level & ~(1u << pin);
    tell_exti(b, port, before);
}

bool bd_gpio_out(const struct board *b, unsigned port, unsigned pin)
{
    const struct bd_gpio_state *g = &b->st.gpio[port];
    return field(g->reg[MODER / 4], pin) == MODE_OUTPUT && level(g, pin);
}

static void gpio_reset(struct board *b, unsigned unit)
{
    struct bd_gpio_state *g = &b->st.gpio[unit];
    memset(g->reg, 0, sizeof(g->reg)); /* 8.4.1 to 8.4.4: the debug port has its pins */
    if (unit == 0) {
        g->reg[MODER / 4] = 0xA8000000u;
        g->reg[OSPEEDR / 4] = 0x0C000000u;
        g->reg[PUPDR / 4] = 0x64000000u;
    } else if (unit == 1) {
        g->reg[MODER / 4] = 0x00000280u;
        g->reg[OSPEEDR / 4] = 0x000000C0u;
        g->reg[PUPDR / 4] = 0x00000100u;
    }
}

const struct bd_kind bd_gpio = {
        .reset = gpio_reset, .read = gpio_read, .write = gpio_write};
