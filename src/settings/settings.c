/* SPDX-License-Identifier: MIT */
#include "settings/settings.h"

#include <string.h>

#include "port/cpu.h"
#include "settings/settings_priv.h"

/* The linker's names for the two ends of the list; absent if it is empty. */
extern const struct etch_setting *const list_start[] __asm("__start_etch_settings")
        __attribute__((weak));
extern const struct etch_setting *const list_stop[] __asm("__stop_etch_settings")
        __attribute__((weak));

const struct etch_setting *const *etch_settings_all(size_t *n)
{
    /* cppcheck-suppress comparePointers ; two ends of one list */
    *n = (size_t)(list_stop - list_start);
    return list_start;
}

const struct etch_setting *etch_setting_find(const char *name)
{
    size_t n;
    const struct etch_setting *const *all = etch_settings_all(&n);
    for (size_t i = 0; i < n; i++) {
        if (is_same_text(all[i]->name, name)) {
            return all[i];
        }
    }
    return NULL;
}

/* ---- at start ------------------------------------------------------------- */

static void tell(struct etch_settings *settings, const struct etch_setting *s,
        enum etch_setting_news news)
{
    settings->news++;
    if (settings->report) {
        settings->report(s, news);
    }
}

/* Put a value where it is read, in one piece for whoever interrupts. */
static void show(const struct etch_setting *s, const void *value)
{
    uint32_t mask = cpu_irq_save();
    memcpy(s->value, value, s->len);
    cpu_irq_restore(mask);
}

/* At value, make what the setting is to be: of an old value, or as it is stored. False:
 * that cannot be had. */
static bool make(struct etch_settings *settings, const struct etch_setting *s,
        const struct etch_setting_old *old, void *value, enum etch_err *err)
{
    if (old) {
        memcpy(value, s->initial, s->len); /* it may change a part only */
        return s->migrate(old, value) && is_allowed(s, value);
    }
    uint16_t len;
    *err = etch_kv_get(settings->kv, s->number, value, s->len, &len);
    return *err == ETCH_OK && len == s->len && is_allowed(s, value);
}

/* Nobody may see a value before it is whole and known to be allowed. So it is made aside
 * or, where it is too long for that, in its place with interrupts masked. False: the
 * setting is what it was, the initial value. */
static bool take_made(struct etch_settings *settings, const struct etch_setting *s,
        const struct etch_setting_old *old, enum etch_err *err)
{
    _Alignas(8) uint8_t aside[ETCH_SETTING_ASIDE_MAX];
    bool made;
    if (s->len <= sizeof(aside)) {
        made = make(settings, s, old, aside, err);
        if (made) {
            show(s, aside);
        }
    } else {
        uint32_t mask = cpu_irq_save();
        made = make(settings, s, old, s->value, err);
        if (!made) {
            show(s, s->initial);
        }
        cpu_irq_restore(mask);
    }
    return made;
}

/* The stored value is of another type: ask for a new one made of it. */
static enum etch_err take_old(
        struct etch_settings *settings, const struct etch_setting *s, const char *label)
{
    _Alignas(8) uint8_t data[ETCH_SETTING_OLD_MAX];
    uint16_t len;
    enum etch_err err = etch_kv_get(settings->kv, s->number, data, sizeof(data), &len);
    if (err != ETCH_OK && err != ETCH_E_VERIFY) {
        return err;
    }
    struct etch_setting_old old = {.data = data, .len = len, .type = label_type(label)};
    bool taken = err == ETCH_OK && len <= sizeof(data) && s->migrate &&
                 take_made(settings, s, &old, &err);
    tell(settings, s,
            taken            ? ETCH_SETTING_MIGRATED
            : err == ETCH_OK ? ETCH_SETTING_OTHER
                             : ETCH_SETTING_LOST);
    return ETCH_OK;
}

/* The stored value is of this type: take it if it may be had. */
static enum etch_err take_value(
        struct etch_settings *settings, const struct etch_setting *s)
{
    enum etch_err err;
    if (take_made(settings, s, NULL, &err)) {
        return ETCH_OK;
    }
    if (err == ETCH_OK || err == ETCH_E_VERIFY) {
        tell(settings, s, err == ETCH_OK ? ETCH_SETTING_REFUSED : ETCH_SETTING_LOST);
        return ETCH_OK;
    }
    return err;
}

/* Is the stored value of this setting's type? */
static bool is_same_type(const struct etch_setting *s, const char *stored)
{
    char label[ETCH_KV_NAME_MAX + 1];
    (void)etch_setting_label(s, label);
    *s->known = is_same_text(label, stored);
    return is_same_text(label_type(label), label_type(stored));
}

static enum etch_err take(struct etch_settings *settings, const struct etch_setting *s)
{
    uint16_t len;
    char label[ETCH_KV_NAME_MAX + 1];
    enum etch_err err = etch_kv_get(settings->kv, s->number, label, 0, &len);
    if (err == ETCH_E_NOENT) {
        return ETCH_OK; /* never changed */
    }
    err = etch_kv_name(settings->kv, s->number, label, sizeof(label));
    if (err == ETCH_E_NOENT) { /* stored by something else; its length must do */
        return take_value(settings, s);
    }
    if (err == ETCH_E_VERIFY) { /* nobody knows of which type it is */
        tell(settings, s, ETCH_SETTING_LOST);
        return ETCH_OK;
    }
    if (err != ETCH_OK) {
        return err;
    }
    return is_same_type(s, label) ? take_value(settings, s)
                                  : take_old(settings, s, label);
}

enum etch_err etch_settings_open(struct etch_settings *settings)
{
    size_t n;
    const struct etch_setting *const *all = etch_settings_all(&n);
    settings->news = 0;
    for (size_t i = 0; i < n; i++) {
        show(all[i], all[i]->initial);
        *all[i]->known = false;
    }
    for (size_t i = 0; i < n; i++) {
        enum etch_err err = take(settings, all[i]);
        if (err != ETCH_OK) {
            return err;
        }
    }
    return ETCH_OK;
}

/* ---- changes ---------------------------------------------------------------- */

static void change(const struct etch_setting *s, const void *value)
{
    bool differs = memcmp(s->value, value, s->len) != 0;
    show(s, value);
    if (differs && s->changed) {
        s->changed(s);
    }
}

/* The value and, where it is not known that the store has this setting's label
 * beside it, that too, as one. */
static enum etch_err store(
        struct etch_settings *settings, const struct etch_setting *s, const void *value)
{
    char label[ETCH_KV_NAME_MAX + 1];
    if (!settings->kv) {
        return ETCH_E_FORMAT;
    }
    if (*s->known) {
        return etch_kv_put(settings->kv, s->number, value, s->len);
    }
    struct etch_kv_change both[] = {
            {.id = s->number, .data = label, .kind = ETCH_KV_NAME},
            {.id = s->number, .len = s->len, .data = value},
    };
    both[0].len = etch_setting_label(s, label);
    enum etch_err err = etch_kv_put_batch(settings->kv, both, 2);
    *s->known = err == ETCH_OK;
    return err;
}

enum etch_err etch_setting_set(struct etch_settings *settings,
        const struct etch_setting *setting, const void *value, uint16_t len)
{
    if (len != setting->len || !is_allowed(setting, value)) {
        return ETCH_E_RANGE;
    }
    enum etch_err err = store(settings, setting, value);
    if (err == ETCH_OK) {
        change(setting, value);
    }
    return err;
}

enum etch_err etch_setting_reset(
        struct etch_settings *settings, const struct etch_setting *setting)
{
    enum etch_err err = ETCH_E_FORMAT;
    if (settings->kv) {
        err = etch_kv_delete(settings->kv, setting->number);
    }
    if (err == ETCH_OK) {
        change(setting, setting->initial);
    }
    return err;
}

enum etch_err etch_settings_reset(
        struct etch_settings *settings, bool (*which)(const struct etch_setting *setting))
{
    size_t n;
    const struct etch_setting *const *all = etch_settings_all(&n);
    for (size_t i = 0; i < n; i++) {
        if (which && !which(all[i])) {
            continue;
        }
        enum etch_err err = etch_setting_reset(settings, all[i]);
        if (err != ETCH_OK) {
            return err;
        }
    }
    return ETCH_OK;
}
