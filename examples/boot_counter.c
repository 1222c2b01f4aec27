/* boot_counter.c - how often has this board been started?
 *
 * A counter in the store: the first tick after a start writes a record of its
 * own, each further one clears a single bit. A tick is done or not done when
 * the power fails.
 *
 * SPDX-License-Identifier: MIT
 */
#include "semihost.h"
#include "settings/place.h"
#include "startup.h"

enum { BOOTS = 0 }; /* the counter's number in the store */

static struct etch_part part;
ETCH_SETTINGS_PLACE(place, &part, 1, 2); /* sectors 1 and 2: see etch.layout */

static enum etch_err count_this_start(uint32_t *boots)
{
    enum etch_err err = etch_part_detect(&part);
    if (err == ETCH_OK) {
        err = etch_settings_start(&place);
    }
    if (err == ETCH_OK && place.formatted) {
        err = etch_kv_put_name(&place.kv, BOOTS, "boots");
    }
    if (err == ETCH_OK) {
        err = etch_kv_put_tick(&place.kv, BOOTS);
    }
    return err == ETCH_OK ? etch_kv_count(&place.kv, BOOTS, boots) : err;
}

int main(void)
{
    uint32_t boots;
    enum etch_err err = count_this_start(&boots);
    if (err != ETCH_OK) {
        sh_puts(etch_err_name(err));
        sh_puts("\n");
        return 1;
    }
    sh_puts("start number ");
    sh_dec(boots);
    sh_puts("\n");
    return 0;
}
