/* SPDX-License-Identifier: MIT */
#include "cli/pick.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"

enum etch_exit cli_refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("etch: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return ETCH_EXIT_USAGE;
}

enum etch_exit cli_no_memory(void)
{
    (void)cli_refuse("not enough memory");
    return ETCH_EXIT_BROKEN;
}

enum etch_exit cli_refuse_option(const char *verb, const char *option, int value)
{
    const char *wrong = value == ':' ? "wants a value" : "no such option";
    if (strncmp(option, "--", 2) != 0 && optopt != 0) {
        return cli_refuse(
                "-%c: %s; 'etch %s --help' shows what there is", optopt, wrong, verb);
    }
    return cli_refuse(
            "%s: %s; 'etch %s --help' shows what there is", option, wrong, verb);
}

/* ---- parts --------------------------------------------------------------------- */

static const char *skip_family(const char *name)
{
    return strncasecmp(name, "stm32", 5) == 0 ? name + 5 : name;
}

static int upper(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* The x of a row fits any letter. */
static bool fits(char marking, char row)
{
    int c = upper(marking);
    return row == 'x' ? c >= 'A' && c <= 'Z' : row != '\0' && c == row;
}

/* How many characters of the marking fit the row, each in its place. */
static size_t fitting(const char *marking, const char *row)
{
    const char *mine = skip_family(row);
    size_t n = 0;
    for (size_t i = 0; marking[i] != '\0' && mine[i] != '\0'; i++) {
        n += fits(marking[i], mine[i]);
    }
    return n;
}

/* The rows that fit best, "STM32F446xC, STM32F446xE": but for one character, and
 * the line at least ("F44"). */
static void name_nearest(const char *marking, char *names, size_t size)
{
    enum { ENOUGH = 3, ALL = 6 }; /* ALL: "F446RE"; behind it is the package */
    size_t chars = strnlen(marking, ALL);
    size_t best = chars > ENOUGH ? chars - 1 : ENOUGH;
    size_t len = 0;
    names[0] = '\0';
    for (size_t i = 0; i < silicon_part_count; i++) {
        size_t n = fitting(marking, silicon_parts[i].name);
        best = n > best ? n : best;
    }
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *row = &silicon_parts[i];
        if (fitting(marking, row->name) == best && row->banks != SILICON_DB1M_ON &&
                len < size) {
            len += (size_t)snprintf(
                    names + len, size - len, "%s%s", len == 0 ? "" : ", ", row->name);
        }
    }
}

/* "F446RE" in "nucleo-f446re"; else behind the family's name. */
static const char *find_line(const char *text)
{
    const char *at = strcasestr(text, "f4");
    return at != NULL ? at : skip_family(text);
}

const struct silicon_part *pick_part(const char *text)
{
    const struct silicon_part *part = silicon_part_find(text);
    char names[200];
    if (part != NULL) {
        return part;
    }
    name_nearest(find_line(text), names, sizeof names);
    if (names[0] != '\0') {
        (void)cli_refuse("no STM32F4 is marked '%s'; near it: %s ('etch part' lists all)",
                text, names);
    } else {
        (void)cli_refuse("no STM32F4 is marked '%s'; 'etch part' lists all", text);
    }
    return NULL;
}

/* ---- quantities ------------------------------------------------------------------ */

struct unit {
    const char *text;
    double factor;
};

/* A number and one of the units, "" among them, of which the list ends with
 * NULL. NAN: it is none. */
static double quantity(const char *text, const struct unit *units)
{
    char *end = NULL;
    if (!isdigit((unsigned char)text[0])) {
        return (double)NAN;
    }
    double value = strtod(text, &end);
    while (*end == ' ') {
        end++;
    }
    for (; units->text != NULL; units++) {
        if (strcasecmp(end, units->text) == 0) {
            return value * units->factor;
        }
    }
    return (double)NAN;
}

bool pick_volts(const char *text, uint32_t *mv)
{
    static const struct unit units[] = {
            {"", 1000.0}, {"V", 1000.0}, {"mV", 1.0}, {NULL, 0.0}};
    double value = quantity(text, units);
    if (!(value >= 1700.0 && value <= 3600.0)) {
        (void)cli_refuse("no supply for an STM32F4: '%s'; from 1.7V to 3.6V", text);
        return false;
    }
    *mv = (uint32_t)(value + 0.5);
    return true;
}

bool pick_time(const char *text, uint64_t *ns)
{
    static const struct unit units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3},
            {"ns", 1.0}, {"min", 60e9}, {NULL, 0.0}};
    double value = quantity(text, units);
    if (!(value >= 1.0 && value <= 1e13)) {
        (void)cli_refuse(
                "no time: '%s'; one looks like 10s, 500ms, 20us or 2min, up to 10000s",
                text);
        return false;
    }
    *ns = (uint64_t)(value + 0.5);
    return true;
}

bool pick_number(
        const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    *value = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 0) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || *value < min || *value > max) {
        (void)cli_refuse("no %s: '%s'; a number from %llu to %llu", what, text,
                (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    return true;
}

/* ---- the chip ---------------------------------------------------------------------- */

bool pick_mpu(const char *text, enum board_mpu *mpu)
{
    if (strcmp(text, "mbed") != 0 && strcmp(text, "none") != 0) {
        (void)cli_refuse("--mpu %s: mbed or none", text);
        return false;
    }
    *mpu = text[0] == 'm' ? BOARD_MPU_MBED : BOARD_MPU_NONE;
    return true;
}

const char *pick_times_name(enum silicon_speed speed)
{
    static const char *const names[] = {[SILICON_MEASURED] = "measured",
            [SILICON_TYPICAL] = "typical",
            [SILICON_MAXIMUM] = "longest"};
    return names[speed];
}

bool pick_times(const char *text, enum silicon_speed *speed)
{
    for (unsigned i = SILICON_MEASURED; i <= SILICON_MAXIMUM; i++) {
        *speed = (enum silicon_speed)i;
        if (strcmp(pick_times_name(*speed), text) == 0) {
            return true;
        }
    }
    (void)cli_refuse("--times %s: measured, typical or longest", text);
    return false;
}

/* ---- cuts ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum silicon_tear_kind kind;
    bool masked; /* =VALUE is the mask, not the seed */
} tears[] = {
        {"none", SILICON_TEAR_NONE, false},
        {"done", SILICON_TEAR_DONE, false},
        {"random", SILICON_TEAR_RANDOM, false},
        {"unstable", SILICON_TEAR_UNSTABLE, false},
        {"zeroed", SILICON_TEAR_ZEROED, false},
        {"prefix", SILICON_TEAR_PREFIX, true},
        {"marginal", SILICON_TEAR_MARGINAL, false},
        {"mask", SILICON_TEAR_MASK, true},
};

static bool pick_tear(const char *text, struct silicon_tear *tear)
{
    size_t len = strcspn(text, "=");
    uint64_t value = 1;
    for (size_t i = 0; i < sizeof tears / sizeof *tears; i++) {
        if (strlen(tears[i].name) != len || strncmp(tears[i].name, text, len) != 0) {
            continue;
        }
        if (text[len] == '=' &&
                !pick_number("value of a tear", text + len + 1, 0, UINT32_MAX, &value)) {
            return false;
        }
        bool half = tears[i].masked && text[len] != '=';
        uint32_t mask = half ? 0x80 : (uint32_t)value;
        *tear = (struct silicon_tear){.kind = tears[i].kind,
                .seed = tears[i].masked ? 1 : (uint32_t)value,
                .mask = tears[i].masked ? mask : 0};
        return true;
    }
    (void)cli_refuse("no way to tear an operation: '%s'; one of none, done, random, "
                     "unstable, zeroed, prefix, marginal, mask",
            text);
    return false;
}

bool pick_cut(const char *text, uint64_t *op, struct silicon_tear *tear)
{
    char number[24];
    size_t len = strcspn(text, ":");
    (void)snprintf(number, sizeof number, "%.*s", (int)len, text);
    *tear = (struct silicon_tear){.kind = SILICON_TEAR_UNSTABLE, .seed = 1};
    return pick_number("flash operation to cut in", number, 1, UINT32_MAX, op) &&
           (text[len] == '\0' || pick_tear(text + len + 1, tear));
}
