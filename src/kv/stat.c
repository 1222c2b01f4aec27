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

/* Bytes of records that fit in sectors which may be used without an erase, copies and
 * all; and what erasing the others takes. In cells written once these go first. */
static uint32_t add_sectors(const struct etch_kv *kv, struct etch_kv_stat *stat)
{
    uint32_t sum = 0;
    bool first = false;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        uint32_t erases = kv_erases(kv, i);
        stat->erases = erases > stat->erases ? erases : stat->erases;
        if (i == kv->draft) {
            sum += kv_base(kv, i + 1) - kv->to;
        } else if (kv->sector[i] == SECTOR_READY) {
            /* The next record may not fit in the last of it. */
            sum += kv_usable(kv, i) - kv->largest / 4;
        } else if (kv->sector[i] <= SECTOR_REPLACED) {
            add_erase(kv, i, &stat->tidy);
            first = kv->log->once && kv->draft == NONE;
        }
    }
    return first ? 0 : sum;
}

/* ... of which copies take as much, and what is put meanwhile and copied again; all that
 * is put is, when a draft has begun. The newest sector may fill up before it is moved. If
 * a put may erase, it does when copying should begin. */
static uint32_t room(const struct etch_kv *kv, uint32_t sum, const struct kv_survey *s)
{
    uint32_t live = s->victim == kv->head ? s->used : s->live;
    bool may = kv->config->policy == ETCH_KV_ERASE_WHEN_FORCED;
    uint32_t keep = kv->largest / 2 + (sum ? live * 3 / 2 : 0) +
                    (may ? kv_lead(kv, s, s->used) : 0);
    sum += kv->draft == NONE ? kv_room(kv) : 0;
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
    stat->room = room(kv, add_sectors(kv, stat), &s);
}
