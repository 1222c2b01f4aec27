/* factory.c - settings of every kind, in a store that an image brought along.
 *
 * The arguments say where: "1 2" is two sectors from number 1 on; "x8 " before
 * them has it write a byte at a time, "put " changes one setting and counts a
 * start. Then each setting is shown as it is in memory, and whether the store
 * calls it what this firmware does.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "semihost.h"
#include "settings/place.h"
#include "startup.h"

struct point {
    int16_t x, y;
};

enum { STARTS = 30 }; /* a key that is no setting */

static bool is_near(const void *value)
{
    const struct point *p = value;
    return p->x < 1000 && p->y < 1000;
}

ETCH_SETTING(1, uint8_t, channel, 6, ETCH_RANGE(uint8_t, 1, 13));
ETCH_SETTING(2, int64_t, offset, -5);
ETCH_SETTING(3, float, gain, 1.5F, ETCH_RANGE(float, 0, 10));
ETCH_SETTING(4, bool, armed, false);
ETCH_SETTING_ARRAY(5, char, 12, host, ("etch"));
ETCH_SETTING_ARRAY(6, uint16_t, 3, curve, (1, 2, 3), .version = 2);
ETCH_SETTING_STRUCT(1022, struct point, origin, (0, 0), .valid = is_near);

static struct etch_part part;
ETCH_SETTINGS_PLACE(place, &part, 1, 2);

static void show(const struct etch_setting *s)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *value = s->value;
    char text[3] = "";
    sh_puts(s->name);
    sh_puts(" ");
    for (unsigned i = 0; i < s->len; i++) {
        text[0] = digits[value[i] >> 4];
        text[1] = digits[value[i] & 15];
        sh_puts(text);
    }
    sh_puts(*s->known ? " known\n" : "\n");
}

static void show_all(void)
{
    size_t n;
    uint32_t starts = 0;
    const struct etch_setting *const *all = etch_settings_all(&n);
    for (size_t i = 0; i < n; i++) {
        show(all[i]);
    }
    if (etch_kv_count(&place.kv, STARTS, &starts) == ETCH_OK) {
        sh_puts("starts ");
        sh_dec(starts);
        sh_puts("\n");
    }
    sh_puts("news ");
    sh_dec(place.settings.news);
    sh_puts(place.formatted ? " formatted\n" : "\n");
}

static enum etch_err change(void)
{
    enum etch_err err = ETCH_SET(&place.settings, curve, 7, 8, 9);
    return err == ETCH_OK ? etch_kv_put_tick(&place.kv, STARTS) : err;
}

static uint8_t take_number(const char **text)
{
    uint32_t n = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        n = n * 10 + (uint32_t)(**text - '0');
    }
    *text += **text == ' ';
    return (uint8_t)n;
}

static bool take_word(const char **text, const char *word)
{
    size_t len = strlen(word);
    bool is = strncmp(*text, word, len) == 0;
    *text += is ? len : 0;
    return is;
}

int main(void)
{
    const char *args = sh_args();
    bool x8 = take_word(&args, "x8 ");
    bool put = take_word(&args, "put ");
    place.config.supply = x8 ? ETCH_FLASH_FROM_1V8 : ETCH_FLASH_FROM_2V7;
    if (*args != '\0') {
        place.first = take_number(&args);
        place.sectors = take_number(&args);
    }
    enum etch_err err = etch_part_detect(&part);
    if (err == ETCH_OK) {
        err = etch_settings_start(&place);
    }
    if (err == ETCH_OK && put) {
        err = change();
    }
    if (err != ETCH_OK) {
        sh_puts(etch_err_name(err));
        sh_puts("\n");
        return 1;
    }
    show_all();
    return 0;
}
