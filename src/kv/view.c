/* view.c - from flash to the index.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

static void add(const struct etch_kv *kv, const struct kv_walk *w)
{
    const struct etch_kv_config *c = kv->config;
    if (w->alive && w->id < c->keys && w->kind != KIND_NAME && w->kind != KIND_BATCH) {
        c->index[w->id] = (uint16_t)(w->at / kv_cell(kv));
    }
}

/* Through a segment; t is how it ends. */
static void pass(const struct etch_kv *kv, struct kv_walk *w, struct kv_tail *t)
{
    memset(t, 0, sizeof(*t));
    t->first = w->next;
    t->limit = w->end;
    while (kv->config->log->walk(kv, w)) {
        add(kv, w);
        if (w->alive) {
            t->loose = 0;
        } else if (t->loose == 0) {
            t->loose = w->at;
        }
        t->last = *w;
    }
    t->end = w->at;
}

enum etch_err kv_fill_index(struct etch_kv *kv, kv_each_end *each)
{
    const struct etch_kv_config *c = kv->config;
    struct kv_walk w;
    struct kv_tail t;
    enum etch_err err = ETCH_OK;
    bool again = true;
    for (int turn = 0; again && turn < 3 && !err; turn++) {
        uint32_t key = 0;
        again = false;
        for (uint32_t i = 0; i < c->keys; i++) {
            c->index[i] = 0;
        }
        while (!err && kv_segment(kv, &key, &w)) {
            pass(kv, &w, &t);
            /* Copies were all written before their sector was opened. */
            err = each && key & 1 ? each(kv, &t, &again) : ETCH_OK;
        }
    }
    return err;
}

enum etch_err kv_mount(struct etch_kv *kv, const struct etch_kv_config *config)
{
    uint32_t newest = 0;
    memset(kv, 0, sizeof(*kv));
    kv->config = config;
    kv->draft = NONE;
    for (uint32_t i = 0; i < config->nor->sectors; i++) {
        struct kv_sector s;
        kv_sector(kv, i, &s);
        if (s.state == SECTOR_FOREIGN) {
            return ETCH_E_FORMAT;
        }
        if (s.state == SECTOR_OPEN && s.seq > newest) {
            newest = s.seq;
            kv->head = (uint8_t)i;
        }
    }
    return newest ? ETCH_OK : ETCH_E_FORMAT;
}

enum etch_err etch_kv_view(struct etch_kv *kv, const struct etch_kv_config *config)
{
    enum etch_err err = kv_mount(kv, config);
    return err ? err : kv_fill_index(kv, NULL);
}
