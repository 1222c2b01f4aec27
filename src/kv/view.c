/* view.c - from flash to what is known in RAM.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

_Static_assert(sizeof(void *) != 4 || sizeof(struct etch_kv) == 64, "as kv.h says");

void kv_index(struct etch_kv *kv, struct kv_walk *w)
{
    while (kv_next_alive(kv, w)) {
        uint16_t *slot = kv_slot(kv, w->key);
        if (slot) {
            *slot = (uint16_t)(w->at / kv->cell);
        } else {
            kv->others = true;
        }
    }
}

void kv_fill_index(struct etch_kv *kv)
{
    struct kv_walk w;
    uint32_t order = 0;
    kv->others = false;
    for (uint32_t i = kv->config->keys + kv->config->names; i > 0; i--) {
        kv->config->index[i - 1] = 0;
    }
    while (kv_segment(kv, &order, &w)) {
        kv_index(kv, &w);
    }
}

/* What has been copied into another open sector is replaced. A header of which bits are
 * in doubt (an erase was cut) may be another than it was: that of a sector that is open
 * reads right each time, so one that does not is of what had been replaced. */
static void find_replaced(struct etch_kv *kv)
{
    struct kv_walk w;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        if (!kv_header(kv, i, &w) && kv->sector[i] == SECTOR_OPEN) {
            kv->sector[i] = SECTOR_DIRTY;
        }
        uint32_t seq = w.seq;
        for (uint32_t k = 0; k < kv->nor->sectors && kv->sector[i] == SECTOR_OPEN; k++) {
            if (k != i &&
                    (kv->sector[k] == SECTOR_OPEN || kv->sector[k] == SECTOR_REPLACED) &&
                    kv_header(kv, k, &w) && w.rank == seq) {
                kv->sector[i] = SECTOR_REPLACED;
            }
        }
    }
}

int32_t kv_mount(
        struct etch_kv *kv, const struct etch_kv_config *config, kv_settle *settle)
{
    uint32_t newest = 0;
    uint32_t head = 0;
    uint32_t least = 4u << config->log->once;
    kv->config = config;
    kv->nor = config->nor;
    kv->log = config->log;
    kv->cell = config->nor->unit > least ? config->nor->unit : (uint8_t)least;
    kv->state = STATE_VIEW;
    kv->err = ETCH_OK;
    kv->draft = NONE;
    kv->trigger = 0;
    kv->running = 0;
    kv->crowded = CROWDED_UNKNOWN;
    if (config->nor->sectors - 2u > ETCH_KV_SECTORS_MAX - 2u ||
            config->nor->erased != 0xFF ||
            kv_base(kv, config->nor->sectors) > 0x10000u * kv->cell) {
        return ETCH_E_RANGE;
    }
    for (uint32_t i = 0; i < config->nor->sectors; i++) {
        struct kv_walk w;
        kv->sector[i] = (uint8_t)kv_examine(kv, i, &w);
        if (kv->sector[i] == SECTOR_FOREIGN) {
            return ETCH_E_FOREIGN;
        }
        if (settle && !w.final) {
            settle(kv, i, &w);
        }
        if (kv->sector[i] == SECTOR_OPEN && w.seq > newest) {
            newest = w.seq;
            head = i;
        }
    }
    kv->head = (uint8_t)head;
    find_replaced(kv);
    return kv->err || newest ? kv->err : ETCH_E_FORMAT;
}

enum etch_err etch_kv_view(struct etch_kv *kv, const struct etch_kv_config *config)
{
    int32_t err = kv_mount(kv, config, NULL);
    if (!err) {
        kv_fill_index(kv);
    }
    return (enum etch_err)err;
}
