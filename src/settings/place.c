/* SPDX-License-Identifier: MIT */
#include "settings/place.h"

_Static_assert(sizeof(void *) != 4 || sizeof(struct etch_settings_place) == 308,
        "as place.h says");

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

/* What cannot be written can be read, most often. */
static enum etch_err open_all(struct etch_settings_place *place)
{
    place->settings.kv = &place->kv;
    enum etch_err written = open_store(place);
    enum etch_err read =
            written == ETCH_OK ? ETCH_OK : etch_kv_view(&place->kv, &place->kv_config);
    if (read == ETCH_OK) {
        read = etch_settings_open(&place->settings);
    }
    return written == ETCH_OK ? read : written;
}

enum etch_err etch_settings_start(struct etch_settings_place *place)
{
    place->settings.kv = NULL; /* until it knows its flash */
    enum etch_err err = etch_flash_open(&place->flash, &place->config);
    if (err == ETCH_OK) {
        err = etch_flash_nor(&place->nor, &place->flash, place->first, place->sectors);
    }
    return err == ETCH_OK ? open_all(place) : err;
}
