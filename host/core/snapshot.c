/* snapshot.c - copies of the state, and what makes two states the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/core_priv.h"

size_t core_state_size(void)
{
    return sizeof(struct core_state);
}

void core_save(const struct core *c, void *state)
{
    memcpy(state, &c->st, sizeof(c->st));
}

void core_restore(struct core *c, const void *state)
{
    memcpy(&c->st, state, sizeof(c->st));
    c->t = 0;
    c->open = false;
    c->at = NULL;
    c->leave = LEAVE_NONE;
    c->stood_at = NO_TAG;
    c->raw_addr = NO_TAG;
    c->led.to = NO_TAG;
    c->led_before.to = NO_TAG;
    core_nvic_update(c);
    core_refresh(c);
    core_revoke(c, 0, 0);
}

/* ---- hash --------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (; len >= 4; len -= 4, p += 4) {
        uint32_t word = 0;
        memcpy(&word, p, sizeof(word));
        h = (h ^ word) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    for (; len > 0; len--) {
        h = (h ^ *p++) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

static uint64_t mix32(uint64_t h, uint32_t word)
{
    return mix(h, &word, sizeof(word));
}

/* Flags as the program sees them: the same N, Z, C and V may be kept in
 * different words. */
static uint64_t mix_registers(const struct core *c, uint64_t h)
{
    const struct core_state *st = &c->st;
    bool unit = (st->scb.cpacr >> 20 & 3) != 0;
    h = mix(h, st->r, 15 * sizeof(*st->r));
    h = mix32(h, st->sp_other);
    h = mix32(h, core_xpsr(c));
    h = mix32(h, core_here_pc(c));
    h = mix32(h, st->control | st->basepri << 8 | (uint32_t)st->primask << 16 |
                         (uint32_t)st->faultmask << 17 | (uint32_t)st->monitor << 18 |
                         (uint32_t)st->event << 19 | (uint32_t)st->asleep << 20 |
                         (uint32_t)st->locked << 21 | (uint32_t)st->for_event << 22 |
                         (uint32_t)st->starting << 23);
    if (unit) {
        h = mix(h, st->s, sizeof(st->s));
        h = mix32(h, st->fpscr);
    }
    return h;
}

/* Left out: cycles, SysTick's and CYCCNT's count, which lines are cached or
 * were loaded from; but stale code counts, it decides what is executed. */
uint64_t core_hash(const struct core *c)
{
    const struct core_state *st = &c->st;
    uint64_t h = mix_registers(c, 0x243F6A8885A308D3u);
    h = mix(h, st->pend, sizeof(st->pend));
    h = mix(h, st->enable, sizeof(st->enable));
    h = mix(h, st->active, sizeof(st->active));
    h = mix(h, st->level, sizeof(st->level));
    h = mix(h, st->priority, sizeof(st->priority));
    h = mix(h, &st->scb, sizeof(st->scb));
    h = mix(h, &st->mpu, sizeof(st->mpu));
    h = mix32(h, st->tick.ctrl);
    h = mix32(h, st->tick.load);
    h = mix32(h, st->dwt.ctrl);
    for (unsigned i = 0; st->art.stale != 0 && i < ART_LINES; i++) {
        if ((st->art.stale >> i & 1) != 0) {
            h = mix32(h, st->art.tag[i]);
            h = mix(h, st->art.bytes[i], CORE_LINE);
        }
    }
    return h;
}
