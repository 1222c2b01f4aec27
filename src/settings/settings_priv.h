/* settings_priv.h - what the files of the settings share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SETTINGS_SETTINGS_PRIV_H
#define ETCH_SETTINGS_SETTINGS_PRIV_H

#include "settings/settings.h"

static inline bool is_number(const struct etch_setting *setting)
{
    return setting->kind == ETCH_SETTING_UNSIGNED ||
           setting->kind == ETCH_SETTING_SIGNED || setting->kind == ETCH_SETTING_FLOAT;
}

/* The part of a label that is the type: behind the colon, or all of it. */
const char *label_type(const char *label);

bool is_same_text(const char *a, const char *b);

/* May the setting have this value: its range and its valid say. */
bool is_allowed(const struct etch_setting *setting, const void *value);

#endif
