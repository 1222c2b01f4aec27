/* board.c - a board's life: parts put together, images loaded, resets.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "board/board_priv.h"

enum { FIRST_IRQ = 16 };

/* ---- new and gone ------------------------------------------------------------- */

static bool assemble(struct board *b)
{
    const struct core_config core = {
            .irqs = b->config.part->vectors - FIRST_IRQ, .systick_calib = 0};
    struct core_bus *bus = malloc(sizeof(*bus));
    if (bus == NULL) {
        return false;
    }
    *bus = bd_bus;
    bus->ctx = b;
    b->bus = bus;
    b->core = core_new(&core, bus);
    b->silicon = silicon_new(b->config.part, &b->config.conditions);
    return b->core != NULL && b->silicon != NULL;
}

/* All that new and cloned boards have in common. */
static struct board *make(const struct board_config *config)
{
    struct board *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        return NULL;
    }
    b->config = *config;
    b->event_ns = BD_NEVER;
    bd_devices_map(b);
    bd_rcc_start(b);
    bd_due_none(b);
    if (!assemble(b)) {
        board_free(b);
        return NULL;
    }
    core_listen(b->core, bd_core_says, b);
    bd_flash_start(b);
    return b;
}

struct board *bd_make_like(const struct board *b)
{
    struct board *twin = make(&b->config);
    if (twin != NULL) {
        bd_map(twin, b);
    }
    return twin;
}

struct board *board_new(const struct board_config *config)
{
    struct board *b = make(config);
    if (b == NULL) {
        return NULL;
    }
    bd_map(b, NULL);
    bd_rtc_power(b);
    bd_devices_reset(b);
    return b;
}

void board_free(struct board *b)
{
    if (b == NULL) {
        return;
    }
    bd_unmap(b);
    bd_flash_forget(b);
    for (size_t i = 0; i < sizeof(b->st.queue) / sizeof(*b->st.queue); i++) {
        bd_queue_drop(&b->st.queue[i]);
    }
    core_free(b->core);
    silicon_free(b->silicon);
    free(b->bus);
    free(b);
}

struct core *board_core(struct board *b)
{
    return b->core;
}

struct silicon *board_silicon(struct board *b)
{
    return b->silicon;
}

const struct board_config *board_config(const struct board *b)
{
    return &b->config;
}

/* ---- loading ----------------------------------------------------------------------- */

bool board_load(struct board *b, uint32_t addr, const void *data, size_t len)
{
    enum { STEP = 16 }; /* no memory here begins or ends inside of one */
    for (size_t i = 0; i < len; i += STEP - (addr + i) % STEP) {
        if (!bd_is_memory(b, addr + (uint32_t)i)) {
            return false;
        }
    }
    return board_poke(b, addr, data, len) == len;
}

/* ---- resets -------------------------------------------------------------------------- */

/* A framework's set-up that is in force before main (Mbed OS 5.11 and later):
 * flash read-only, RAM not executable, both for privileged code too. */
static void preset_mpu(struct board *b)
{
    static const struct {
        uint32_t rbar, rasr;
    } mbed[] = {
            {0x00000010, 0x0602F039}, /* 0 - 0x0FFFFFFF: read-only, may execute */
            {0x00000011, 0x130BF53F}, /* 0x20000000, 0x60000000 and on: XN */
            {0x80000012, 0x13020039}, /* external RAM, write-through: XN */
            {0x00000013, 0x13020F39}, /* 0x10000000 - 0x1FFFFFFF: XN */
    };
    const uint32_t ctrl = 0xE000ED94;
    const uint32_t rbar = 0xE000ED9C;
    const uint32_t rasr = 0xE000EDA0;
    const uint32_t on = 7; /* ENABLE, HFNMIENA, PRIVDEFENA */
    if (b->config.mpu != BOARD_MPU_MBED) {
        return;
    }
    for (size_t i = 0; i < sizeof(mbed) / sizeof(*mbed); i++) {
        core_ppb_set(b->core, rbar, mbed[i].rbar);
        core_ppb_set(b->core, rasr, mbed[i].rasr);
    }
    core_ppb_set(b->core, ctrl, on);
}

void bd_reset_now(struct board *b, enum board_reset why)
{
    if (b->gone != BD_HERE) {
        return;
    }
    b->gone = BD_GONE_RESET;
    b->reset = why;
    silicon_reset(b->silicon);
    core_stop(b->core);
}

void bd_reset_rest(struct board *b, enum board_reset why)
{
    b->gone = BD_HERE;
    b->left = false;
    bd_rcc_cause(b, why);
    bd_devices_reset(b);
    bd_flash_refresh(b);
    core_reset(b->core);
    preset_mpu(b);
    memset(b->again, 0, sizeof(b->again));
    b->stall_ns = b->stall_end_ns = 0;
    bd_say(b, (struct board_event){.kind = BOARD_EV_RESET, .reset = why});
}

void board_reset(struct board *b, enum board_reset why)
{
    b->st.off = false;
    if (why == BOARD_RESET_POWER) {
        silicon_power_on(b->silicon);
    } else {
        silicon_reset(b->silicon);
    }
    bd_reset_rest(b, why);
}

/* ---- power ------------------------------------------------------------------------------ */

void board_plan_cut(struct board *b, uint64_t op, struct silicon_tear tear)
{
    silicon_plan_cut(b->silicon, op, tear);
}

void board_power_cycle(struct board *b, struct silicon_tear tear)
{
    bool battery = b->config.battery;
    if (!b->st.off) {
        silicon_power_off(b->silicon, tear);
    }
    bd_ram_rubbish(b, battery);
    memset(b->st.dbgmcu, 0, sizeof(b->st.dbgmcu));
    if (!battery) {
        bd_rtc_power(b);
    }
    board_reset(b, BOARD_RESET_POWER);
}

/* ---- the world outside -------------------------------------------------------------------- */

bool board_input(
        struct board *b, int usart, const uint8_t *data, size_t len, uint64_t at_ns)
{
    if (usart < 0 || usart > BD_USARTS) {
        return false;
    }
    uint64_t now = bd_now(b);
    bool room = bd_queue_put(&b->st.queue[usart], data, len, at_ns > now ? at_ns : now);
    if (room && usart > 0) {
        bd_usart_arriving(b, (unsigned)usart - 1);
    }
    return room;
}

size_t board_input_room(const struct board *b, int usart)
{
    return usart < 0 || usart > BD_USARTS ? 0 : bd_queue_room(&b->st.queue[usart]);
}

int board_receiver(const struct board *b)
{
    for (unsigned i = 0; i < BD_USARTS; i++) {
        if (bd_usart_on(b, i)) {
            return (int)i + 1;
        }
    }
    return 0;
}

void board_online(struct board *b, bool online)
{
    b->online = online;
}

static bool pin_exists(char port, unsigned pin)
{
    return port >= 'A' && port < 'A' + BD_PORTS && pin < 16;
}

void board_pin(struct board *b, char port, unsigned pin, bool level)
{
    if (pin_exists(port, pin)) {
        bd_gpio_drive(b, (unsigned)(port - 'A'), pin, level);
    }
}

bool board_pin_out(const struct board *b, char port, unsigned pin)
{
    return pin_exists(port, pin) && bd_gpio_out(b, (unsigned)(port - 'A'), pin);
}

void board_vdd(struct board *b, uint32_t mv)
{
    bd_pwr_vdd(b, mv);
}
