/* name.c - names of ids, to be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* The name that a walk has come to. */
static enum etch_err read_name(
        const struct etch_kv *kv, const struct kv_walk *w, char *name, uint32_t size)
{
    uint32_t n = w->len < size ? w->len : size - 1u;
    bool good = kv->log->read(kv, w, 0, (uint8_t *)name, n);
    name[n] = '\0';
    if (good && kv->log->check(kv, w, NULL)) {
        return w->len != 0 ? ETCH_OK : ETCH_E_NOENT;
    }
    return ETCH_E_VERIFY;
}

enum etch_err etch_kv_name(
        const struct etch_kv *kv, uint16_t id, char *name, uint16_t size)
{
    struct kv_walk w;
    if (size == 0 || !kv_locate(kv, id | KEY_NAME, &w)) {
        return ETCH_E_NOENT;
    }
    return read_name(kv, &w, name, size);
}

void etch_kv_names(const struct etch_kv *kv, etch_kv_told *told, void *arg)
{
    char name[ETCH_KV_NAME_MAX + 1];
    struct kv_walk w;
    uint32_t order = 0;
    while (kv_segment(kv, &order, &w)) {
        while (kv_next_alive(kv, &w)) {
            if (w.key >= KEY_NAME) {
                enum etch_err err = read_name(kv, &w, name, sizeof(name));
                told(arg, (uint16_t)w.key, err == ETCH_E_VERIFY ? NULL : name);
            }
        }
    }
}

/* ---- an id by its name ------------------------------------------------------------- */

struct search {
    const struct etch_kv *kv;
    const char *name;
    uint32_t id; /* the lowest */
};

enum { NO_ID = 0x10000 };

KV_ONE_COPY static bool is_sought(const struct search *s, const char *name)
{
    const char *sought = s->name;
    while (*sought != '\0' && *sought == *name) {
        sought++;
        name++;
    }
    return *sought == *name;
}

/* This id had it once. Has it still? */
static void look(void *arg, uint16_t id, const char *name)
{
    char now[ETCH_KV_NAME_MAX + 1];
    struct search *s = arg;
    if (name && id < s->id && is_sought(s, name) &&
            etch_kv_name(s->kv, id, now, sizeof(now)) == ETCH_OK && is_sought(s, now)) {
        s->id = id;
    }
}

enum etch_err etch_kv_find(const struct etch_kv *kv, const char *name, uint16_t *id)
{
    struct search s = {.kv = kv, .name = name, .id = NO_ID};
    etch_kv_names(kv, look, &s);
    if (s.id == NO_ID) {
        return ETCH_E_NOENT;
    }
    *id = (uint16_t)s.id;
    return ETCH_OK;
}
