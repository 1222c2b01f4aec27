/* SPDX-License-Identifier: MIT */
#include "cli/guess.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"

enum { FAMILY = 5, LINE = 4 }; /* lengths of "STM32" and "F446" */

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- Etch's own driver ----------------------------------------------------------- */

/* Is etch_part_f446xe among the symbols, for STM32F446xE? */
static bool names_part(const struct symbols *symbols, const struct silicon_part *row)
{
    char name[32];
    struct symbols_symbol symbol;
    int n = snprintf(name, sizeof name, "etch_part_%s", row->name + FAMILY);
    for (int i = 0; i < n; i++) {
        name[i] = (char)lower(name[i]);
    }
    return symbols_find(symbols, name, &symbol);
}

static const struct silicon_part *from_driver(const struct symbols *symbols)
{
    const struct silicon_part *found = NULL;
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *row = &silicon_parts[i];
        if (row->banks == SILICON_DB1M_ON || !names_part(symbols, row)) {
            continue;
        }
        if (found != NULL) { /* a table of all of them says nothing */
            return NULL;
        }
        found = row;
    }
    return found;
}

/* ---- names --------------------------------------------------------------------------- */

/* "f446re" anywhere in the file's name: "nucleo_F446RE-app.elf". */
static const struct silicon_part *from_file_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (strncasecmp(at, "f4", 2) != 0) {
            continue;
        }
        char word[20];
        size_t len = 0;
        while (len + 1 < sizeof word && isalnum((unsigned char)at[len])) {
            word[len] = at[len];
            len++;
        }
        word[len] = '\0';
        const struct silicon_part *part = silicon_part_find(word);
        if (part != NULL) {
            return part;
        }
    }
    return NULL;
}

/* Where the line begins in a source's name: at "f446xx" of "stm32f446xx.h". NULL:
 * it names none. */
static const char *find_line(const char *name)
{
    const char *at = strcasestr(name, "stm32f4");
    if (at == NULL) {
        return NULL;
    }
    at += FAMILY;
    if (strncasecmp(at, "f40_41", 6) == 0) {
        return "f407"; /* F405 to F417: the F407 is the usual one */
    }
    return isdigit((unsigned char)at[2]) && isdigit((unsigned char)at[3]) ? at : NULL;
}

/* "f411xe" names a size of flash, "f411xx" does not. */
static bool names_size(const char *line, const char *row)
{
    return line[LINE] != '\0' && lower(row[LINE + 1]) == lower(line[LINE + 1]);
}

/* Of several sizes the largest: its sectors begin as those of the others do. */
static const struct silicon_part *from_source_name(const char *name)
{
    const struct silicon_part *best = NULL;
    const char *line = find_line(name);
    for (size_t i = 0; line != NULL && i < silicon_part_count; i++) {
        const struct silicon_part *row = &silicon_parts[i];
        if (row->banks == SILICON_DB1M_ON ||
                strncasecmp(row->name + FAMILY, line, LINE) != 0) {
            continue;
        }
        if (names_size(line, row->name + FAMILY)) {
            return row;
        }
        best = best == NULL || row->flash_kib > best->flash_kib ? row : best;
    }
    return best;
}

static const struct silicon_part *from_sources(
        const struct symbols *symbols, char *how, size_t size)
{
    const char *name;
    for (size_t i = 0; (name = symbols_source(symbols, i)) != NULL; i++) {
        const struct silicon_part *part = from_source_name(base_name(name));
        if (part != NULL) {
            (void)snprintf(how, size, "its source %.60s", base_name(name));
            return part;
        }
    }
    return NULL;
}

const struct silicon_part *guess_part(
        const struct file *image, const struct symbols *symbols, char *how, size_t size)
{
    const struct silicon_part *part = symbols != NULL ? from_driver(symbols) : NULL;
    if (part != NULL) {
        (void)snprintf(how, size, "the part its driver is for");
        return part;
    }
    part = from_file_name(base_name(image->path));
    part = part != NULL ? part : from_source_name(base_name(image->path));
    if (part != NULL) {
        (void)snprintf(how, size, "the file's name");
        return part;
    }
    return symbols != NULL ? from_sources(symbols, how, size) : NULL;
}

/* ---- RAM ------------------------------------------------------------------------------- */

static bool ram_ends_at(const struct silicon_part *part, uint32_t addr)
{
    for (int i = 0; i < 3; i++) {
        const struct silicon_ram *ram = &part->sram[i];
        if (ram->kib > 0 && ram->base + ram->kib * 1024 == addr) {
            return true;
        }
    }
    return false;
}

/* 0: it has none. */
static uint32_t first_stack(const struct file *image)
{
    uint8_t b[4];
    if (image->n == 0 || file_bytes(image, image->segments[0].addr, b, 4) != 4) {
        return 0;
    }
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

void guess_lines(uint32_t stack, char *lines, size_t size)
{
    size_t len = 0;
    lines[0] = '\0';
    for (size_t i = 0; i < silicon_part_count; i++) {
        const char *name = silicon_parts[i].name + FAMILY;
        char line[LINE + 1];
        (void)snprintf(line, sizeof line, "%s", name);
        if (ram_ends_at(&silicon_parts[i], stack) && strstr(lines, line) == NULL &&
                len < size) {
            len += (size_t)snprintf(
                    lines + len, size - len, "%s%s", len == 0 ? "" : ", ", line);
        }
    }
}

/* ---- aloud ----------------------------------------------------------------------------- */

const struct silicon_part *guess_part_aloud(
        const struct file *image, const struct symbols *symbols, char *how, size_t size)
{
    char lines[100];
    const struct silicon_part *part = guess_part(image, symbols, how, size);
    if (part != NULL) {
        (void)fprintf(stderr,
                "etch: taking it for an %s, from %s; --part says otherwise\n", part->name,
                how);
        return part;
    }
    guess_lines(first_stack(image), lines, sizeof lines);
    if (lines[0] != '\0') {
        (void)cli_refuse("which chip is %s for? Say --part stm32f446re or the like; its "
                         "stack ends where RAM does in %s",
                image->path, lines);
    } else {
        (void)cli_refuse(
                "which chip is %s for? Say --part stm32f446re or the like ('etch "
                "part' lists them)",
                image->path);
    }
    return NULL;
}
