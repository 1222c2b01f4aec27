/* SPDX-License-Identifier: MIT */
#include "settings/place.h"

static enum etch_err open_store(struct etch_settings_place *place)
{
    place->kv_config = (struct etch_kv_config){.nor = &place->nor.nor,
            .log = &etch_kv_plain,
            .index = place->index,
            .keys = place->keys,
            .names = place->keys};
    enum etch_err err = etch_kv_open(&place->kv, &place->kv_config);
    place->formatted = err == ETCH_E_FORMAT;
    return place->formatted ? etch_kv_format(&place->kv, &place->kv_config) : err;
}

enum etch_err etch_settings_start(struct etch_settings_place *place)
{
    place->settings.kv = &place->kv;
    enum etch_err err = etch_flash_open(&place->flash, &place->config);
    if (err == ETCH_OK) {
        err = etch_flash_nor(&place->nor, &place->flash, place->first, place->sectors);
    }
    if (err == ETCH_OK) {
        err = open_store(place);
    }
    return err == ETCH_OK ? etch_settings_open(&place->settings) : err;
}
