/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static void add_erase(const struct etch_kv *kv, uint32_t i, struct etch_nor_time *sum)
{
    const struct etch_nor *nor = kv->nor;
    if (nor->erase_time) {
        struct etch_nor_time t = nor->erase_time(nor, i);
        sum->typ_us += t.typ_us;
        sum->max_us += t.max_us;
    }
}

/* What the newest sector takes before copying must begin, and what one that is
 * ready takes behind the copies. */
static uint32_t room(const struct etch_kv *kv, uint32_t live, uint32_t capacity)
{
    uint32_t ready = 0;
    uint32_t sum = kv_room(kv);
    /* Copies, what is put meanwhile and copied again, and where that begins. */
    uint32_t keep = live / 2 + capacity / 16 + TAIL * kv->cell;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        if (kv->sector[i] == SECTOR_READY || i == kv->draft) {
            sum += kv_usable(kv, i);
            ready++;
        }
    }
    keep += ready ? live * 2 : 0;
    return sum > keep ? sum - keep : 0;
}

void etch_kv_stat(const struct etch_kv *kv, struct etch_kv_stat *stat)
{
    struct kv_survey s;
    stat->capacity = kv_capacity(kv);
    (void)kv_survey(kv, &s, stat->capacity + 1); /* does not fit, so this is exact */
    stat->used = s.used;
    stat->erases = 0;
    stat->tidy.typ_us = 0;
    stat->tidy.max_us = 0;
    uint32_t most = kv->largest >> CHANGE_BITS ? (1u << CHANGE_BITS) - 1 : kv->largest;
    stat->largest = most;
    while (kv->log->size(kv, 0, stat->largest) > most) {
        stat->largest--;
    }
    stat->room = room(kv, s.live, stat->capacity);
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        uint32_t erases = kv_erases(kv, i);
        uint8_t state = kv->sector[i];
        stat->erases = erases > stat->erases ? erases : stat->erases;
        if (state != SECTOR_OPEN && state != SECTOR_READY && i != kv->draft) {
            add_erase(kv, i, &stat->tidy);
        }
    }
}
