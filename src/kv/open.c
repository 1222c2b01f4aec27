/* open.c - end all doubt that a power cut has left, then show what is there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

/* A sector is open or it is not: what one look at its first mark says is made
 * so before the next. */
static enum etch_err decide(const struct etch_kv *kv, uint32_t i)
{
    struct kv_sector s;
    uint32_t cell = kv_cell(kv);
    enum etch_err err = ETCH_OK;
    kv_sector(kv, i, &s);
    if (s.state == SECTOR_OPEN && kv_blank(kv, s.copies + cell, cell)) {
        err = kv_writer(kv)->mark(kv, s.copies);
        err = err ? err : kv_writer(kv)->mark(kv, s.copies + cell);
    } else if (s.doubtful && !kv_flag(kv, &s, FIELD_DROPPED)) {
        err = kv_set_flag(kv, i, FIELD_DROPPED);
    }
    return err;
}

static enum etch_err settle(struct etch_kv *kv, struct kv_tail *t, bool *again)
{
    bool did;
    enum etch_err err = kv_writer(kv)->settle(kv, t, &did, again);
    if (kv_sector_of(kv, t->first) == kv->head) {
        kv->end = kv->mine = t->end;
        if (did || kv->state == STATE_VIEW) {
            kv->state = did ? STATE_OURS : STATE_SETTLED;
        }
    }
    return err;
}

/* A counter that counts in place may have an unstable last tick: write down
 * what is read now. */
static enum etch_err rest_counters(struct etch_kv *kv)
{
    struct kv_walk w;
    uint32_t key = 0;
    uint32_t before = kv->end;
    enum etch_err err = ETCH_OK;
    while (!err && kv_segment(kv, &key, &w)) {
        while (!err && kv_next_alive(kv, &w)) {
            uint8_t value[4];
            uint32_t n;
            const struct kv_record r = {
                    .data = value, .id = w.id, .len = 4, .kind = KIND_COUNTER};
            if (w.kind == KIND_RUNNING && kv_newest(kv, &w) && kv_room(kv) >= 8) {
                err = kv->state == STATE_SETTLED ? kv_begin(kv) : ETCH_OK;
                (void)kv_counter(kv, &w, &n);
                etch_put32(value, n);
                err = err ? err : kv_append(kv, &r);
            }
        }
    }
    if (!err && kv->end != before) {
        err = kv_writer(kv)->mark(kv, kv->end);
        kv->end += kv_cell(kv);
        kv->mine = kv->end;
    }
    return err;
}

static enum etch_err settle_all(struct etch_kv *kv)
{
    kv->draft = NONE;
    enum etch_err err = kv_fill_index(kv, settle);
    err = err ? err : rest_counters(kv);
    if (err) {
        kv->state = STATE_VIEW;
    }
    return err;
}

enum etch_err kv_begin(struct etch_kv *kv)
{
    struct kv_sector s;
    enum etch_err err = ETCH_OK;
    if (kv->state == STATE_VIEW) {
        return kv_writer(kv) ? settle_all(kv) : ETCH_E_PROTECTED;
    }
    if (kv->state == STATE_OURS) {
        return ETCH_OK;
    }
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        kv_sector(kv, i, &s);
        if (s.doubtful) {
            err = kv_set_flag(kv, i, FIELD_DROPPED);
        }
    }
    kv_place(kv, kv->head, &s);
    err = err ? err : kv_writer(kv)->begin(kv, s.base + s.len);
    kv->mine = kv->end;
    kv->state = err ? STATE_VIEW : STATE_OURS;
    return err;
}

enum etch_err etch_kv_open(struct etch_kv *kv, const struct etch_kv_config *config)
{
    enum etch_err err = ETCH_OK;
    memset(kv, 0, sizeof(*kv));
    kv->config = config;
    for (uint32_t i = 0; i < config->nor->sectors && !err; i++) {
        err = decide(kv, i);
    }
    err = err ? err : kv_mount(kv, config);
    return err ? err : settle_all(kv);
}
