/* update.c - settings.c, one version later. The limit counts in tenths now, so its
 * version has gone up and what devices hold is migrated; and there is a ramp.
 *
 * A start writes nothing for that: the new value is stored when it is next set, and
 * until then the old version finds its own again. "change 5", "done N" and "check N"
 * are those of settings.c and go on from its turns, so that the explorer can try the
 * update on a dump of a device: docs/exploring.md.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "semihost.h"
#include "settings/place.h"
#include "startup.h"

enum { TENTHS = 10 };

static bool to_tenths(const struct etch_setting_old *old, void *value)
{
    uint32_t limit;
    if (strcmp(old->type, "u32") != 0) {
        return false;
    }
    memcpy(&limit, old->data, sizeof(limit));
    limit *= TENTHS;
    memcpy(value, &limit, sizeof(limit));
    return true;
}

ETCH_SETTING_ARRAY(1, char, 4, user_config, (1, 2, 3, 4));
ETCH_SETTING(2, uint32_t, motor_limit, 15000, ETCH_RANGE(uint32_t, 1000, 1000000),
        .version = 1, .migrate = to_tenths);
ETCH_SETTING(3, uint16_t, ramp_ms, 200);

static struct etch_part part;
ETCH_SETTINGS_PLACE(place, &part, 1, 2, .supply = ETCH_FLASH_FROM_2V7);

static int say(const char *text, uint32_t n)
{
    sh_puts(text);
    sh_dec(n);
    sh_puts("\n");
    return 0;
}

static int show(void)
{
    say("user_config[0] = ", (uint32_t)user_config[0]);
    say("motor_limit = ", motor_limit);
    return say("ramp_ms = ", ramp_ms);
}

/* The turn that a setting tells of; 0: of none. */
static uint32_t config_turn(void)
{
    bool of_a_turn = user_config[2] == 0 && user_config[3] == 0;
    return of_a_turn ? (uint32_t)(user_config[0] | user_config[1] << 7) : 0;
}

static uint32_t limit_turn(void)
{
    uint32_t limit = motor_limit / TENTHS;
    return limit < 2000 ? 0 : limit - 2000;
}

static enum etch_err change(uint32_t turns)
{
    enum etch_err err = ETCH_OK;
    uint32_t last = limit_turn() + turns;
    for (uint32_t n = limit_turn() + 1; n <= last && err == ETCH_OK; n++) {
        char a = (char)(n & 127);
        char b = (char)(n >> 7 & 127);
        err = ETCH_SET(&place.settings, user_config, a, b, 0, 0);
        if (err == ETCH_OK) {
            err = ETCH_SET(&place.settings, motor_limit, (2000 + n) * TENTHS);
        }
        if (err == ETCH_OK) {
            say("done ", n);
        }
    }
    return err;
}

static int check(bool known, uint32_t done)
{
    uint32_t first = config_turn();
    uint32_t second = limit_turn();
    bool whole = second == first || second + 1 == first;
    if (whole && (!known || (second >= done && first <= done + 1))) {
        return 0;
    }
    say("user_config is of turn ", first);
    say("motor_limit is of turn ", second);
    return known ? say("last turn done was ", done) + 1 : 1;
}

/* The number behind the last space. */
static uint32_t number(const char *text)
{
    uint32_t n = 0;
    for (; *text != '\0'; text++) {
        n = *text == ' ' ? 0 : n * 10 + (uint32_t)(*text - '0');
    }
    return n;
}

int main(void)
{
    const char *args = sh_args();
    enum etch_err err = etch_part_detect(&part);
    if (err == ETCH_OK) {
        err = etch_settings_start(&place);
    }
    if (err == ETCH_OK && strncmp(args, "check", 5) == 0) {
        return check(args[5] == ' ', number(args));
    }
    if (err == ETCH_OK && strncmp(args, "change ", 7) == 0) {
        err = change(number(args));
    }
    if (err != ETCH_OK) {
        sh_puts(etch_err_name(err));
        sh_puts("\n");
        return 1;
    }
    return show();
}
