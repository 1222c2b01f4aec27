/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static void erase_all(struct etch_kv *kv)
{
    for (uint32_t i = 0; i < kv->nor->sectors && !kv->err; i++) {
        if (kv->sector[i] <= SECTOR_REPLACED && i != kv->draft) {
            kv_erase(kv, i);
        }
    }
}

/* Sectors are moved, the eldest first, until there are no deletions, or for two rounds:
 * what one hides may be older than the sector that it is in. */
static void thin_out(struct etch_kv *kv)
{
    struct kv_survey s;
    kv->crowded = CROWDED_NO_MORE;
    kv_begin_session(kv);
    for (uint32_t n = 2u * kv->nor->sectors; n > 0 && !kv->err; n--) {
        (void)kv_survey(kv, &s, 0);
        if (s.gone == 0) {
            break;
        }
        if (kv->draft == NONE) {
            kv_draft_begin(kv, DRAFT_ELDEST);
        }
        kv_draft_finish(kv);
        if (kv->err == ETCH_E_NOSPACE) {
            kv->err = ETCH_OK; /* it did not fit */
        }
        erase_all(kv);
    }
}

enum etch_err etch_kv_tidy(struct etch_kv *kv)
{
    if (kv_enter(kv)) {
        erase_all(kv);
        if (kv->crowded == CROWDED) {
            thin_out(kv);
        }
    }
    return kv_leave(kv);
}
