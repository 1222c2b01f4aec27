/* file.c - find out what a file is, and hand it to its reader.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/file.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "file/file_priv.h"

bool refuse(const struct source *src, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = snprintf(src->why, FILE_WHY, "%s: ", src->name);
    if (n >= 0 && n < FILE_WHY) {
        (void)vsnprintf(src->why + n, FILE_WHY - (size_t)n, format, args);
    }
    va_end(args);
    /* One line, whatever a name in the file may hold. */
    for (char *c = src->why; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c)) {
            *c = '?';
        }
    }
    return false;
}

bool refuse_memory(const struct source *src)
{
    return refuse(src, "not enough memory");
}

/* ---- reading ---------------------------------------------------------------- */

static bool read_stream(FILE *stream, struct source *src, uint8_t **bytes)
{
    size_t room = 1u << 16;
    for (;;) {
        uint8_t *more = realloc(*bytes, room);
        if (more == NULL) {
            return refuse_memory(src);
        }
        *bytes = more;
        src->bytes = more;
        src->len += fread(more + src->len, 1, room - src->len, stream);
        if (ferror(stream)) {
            return refuse(src, "%s", strerror(errno));
        }
        if (src->len < room) {
            return true;
        }
        if (room >= FILE_MAX) {
            return refuse(src, "larger than %d MiB: no firmware", FILE_MAX >> 20);
        }
        room *= 2;
    }
}

bool read_whole(struct source *src, uint8_t **bytes)
{
    FILE *stream = fopen(src->name, "rbe");
    if (stream == NULL) {
        return refuse(src, "%s", strerror(errno));
    }
    bool read = read_stream(stream, src, bytes);
    (void)fclose(stream); /* it was only read */
    return read;
}

/* ---- what it is --------------------------------------------------------------- */

struct ending {
    const char *text;
    enum file_format format;
};

static const struct ending endings[] = {
        {".elf", FILE_ELF},
        {".axf", FILE_ELF},
        {".hex", FILE_HEX},
        {".ihx", FILE_HEX},
        {".ihex", FILE_HEX},
        {".srec", FILE_SREC},
        {".s19", FILE_SREC},
        {".s28", FILE_SREC},
        {".s37", FILE_SREC},
        {".mot", FILE_SREC},
        {".uf2", FILE_UF2},
};

enum file_format file_format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(dot, endings[i].text) == 0) {
            return endings[i].format;
        }
    }
    return FILE_RAW;
}

const char *file_format_name(enum file_format format)
{
    static const char *const names[] = {
            [FILE_ELF] = "ELF",
            [FILE_HEX] = "Intel HEX",
            [FILE_SREC] = "S-record",
            [FILE_UF2] = "UF2",
            [FILE_RAW] = "raw binary",
    };
    return names[format];
}

static bool starts(const struct source *src, const char *magic)
{
    size_t len = strlen(magic);
    return src->len >= len && memcmp(src->bytes, magic, len) == 0;
}

static enum file_format detect(const struct source *src)
{
    if (starts(src, "\177ELF")) {
        return FILE_ELF;
    }
    if (starts(src, "UF2\n")) {
        return FILE_UF2;
    }
    size_t off = 0;
    struct line line;
    if (next_line(src, &off, &line) && line.len >= 4) {
        bool digits = isxdigit((unsigned char)line.text[2]) &&
                      isxdigit((unsigned char)line.text[3]);
        if (line.text[0] == ':' && digits) {
            return FILE_HEX;
        }
        if (line.text[0] == 'S' && isdigit((unsigned char)line.text[1]) && digits) {
            return FILE_SREC;
        }
    }
    return FILE_RAW;
}

static bool read_raw(const struct source *src, struct file *f, uint32_t addr)
{
    if (addr == FILE_NO_ADDRESS) {
        return refuse(src,
                "raw bytes do not say where they belong; add the address: "
                "%s@0x08000000",
                src->name);
    }
    struct draft draft = {.src = src, .unit = "byte"};
    if (!draft_add(&draft, addr, src->bytes, (uint32_t)src->len, 0)) {
        draft_free(&draft);
        return false;
    }
    return draft_finish(&draft, f);
}

static bool read_as(const struct source *src, struct file *f, uint32_t raw_addr)
{
    switch (f->format) {
    case FILE_ELF: return read_elf(src, f);
    case FILE_HEX: return read_hex(src, f);
    case FILE_SREC: return read_srec(src, f);
    case FILE_UF2: return read_uf2(src, f);
    case FILE_RAW:
    default: return read_raw(src, f, raw_addr);
    }
}

/* addr: from "@ADDRESS", or FILE_NO_ADDRESS; then raw_addr counts. */
static bool parse(
        const struct source *src, struct file *f, uint32_t addr, uint32_t raw_addr)
{
    if (src->len == 0) {
        return refuse(src, "the file is empty");
    }
    f->format = detect(src);
    if (addr != FILE_NO_ADDRESS && f->format != FILE_RAW) {
        return refuse(src, "%s brings its own addresses; leave out @0x%08X",
                file_format_name(f->format), addr);
    }
    enum file_format named = file_format_of(src->name);
    if (f->format == FILE_RAW && named != FILE_RAW && addr == FILE_NO_ADDRESS) {
        return refuse(src, "not %s, whatever the name says", file_format_name(named));
    }
    f->path = strdup(src->name);
    if (f->path == NULL) {
        return refuse_memory(src);
    }
    return read_as(src, f, addr != FILE_NO_ADDRESS ? addr : raw_addr);
}

bool file_parse(struct file *f, const char *name, const void *bytes, size_t len,
        char why[FILE_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    struct source src = {.name = name, .bytes = bytes, .len = len, .why = why};
    memset(f, 0, sizeof *f);
    if (!parse(&src, f, FILE_NO_ADDRESS, FILE_NO_ADDRESS)) {
        file_free(f);
        return false;
    }
    return true;
}

/* Split "dump.bin@0x08000000" in place. False: the address is none. A file
 * that really has this name is meant as it is. */
static bool split_address(char *path, uint32_t *addr, char *why)
{
    *addr = FILE_NO_ADDRESS;
    char *at = strrchr(path, '@');
    FILE *whole = at != NULL ? fopen(path, "rbe") : NULL;
    if (whole != NULL) {
        (void)fclose(whole); /* it was only looked for */
        return true;
    }
    if (at == NULL) {
        return true;
    }
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(at + 1, &end, 16);
    if (!isxdigit((unsigned char)at[1]) || *end != '\0' || errno != 0 ||
            value >= FILE_NO_ADDRESS) {
        (void)snprintf(why, FILE_WHY,
                "%.200s: '%.40s' is no address; one looks like 0x08000000", path, at + 1);
        return false;
    }
    *at = '\0';
    *addr = (uint32_t)value;
    return true;
}

bool file_read(struct file *f, const char *path, uint32_t raw_addr, char why[FILE_WHY])
{
    memset(f, 0, sizeof *f);
    char *name = strdup(path);
    struct source src = {.name = name != NULL ? name : path, .why = why};
    if (name == NULL) {
        return refuse_memory(&src);
    }
    uint32_t addr;
    uint8_t *bytes = NULL;
    bool read = split_address(name, &addr, why) && read_whole(&src, &bytes) &&
                parse(&src, f, addr, raw_addr);
    if (!read) {
        file_free(f);
    }
    free(bytes);
    free(name);
    return read;
}

/* ---- what was read --------------------------------------------------------------- */

void file_free(struct file *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->segments[i].bytes);
        free(f->segments[i].name);
    }
    for (size_t i = 0; i < f->sections_n; i++) {
        free(f->sections[i].name);
    }
    free(f->segments);
    free(f->sections);
    free(f->path);
    memset(f, 0, sizeof *f);
}

size_t file_bytes(const struct file *f, uint32_t addr, void *out, size_t len)
{
    size_t said = 0;
    uint64_t end = (uint64_t)addr + len;
    for (size_t i = 0; i < f->n; i++) {
        const struct file_segment *seg = &f->segments[i];
        uint64_t from = seg->addr > addr ? seg->addr : addr;
        uint64_t to = (uint64_t)seg->addr + seg->len;
        to = to < end ? to : end;
        if (from < to) {
            memcpy((uint8_t *)out + (from - addr), seg->bytes + (from - seg->addr),
                    to - from);
            said += to - from;
        }
    }
    return said;
}

uint64_t file_size(const struct file *f)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < f->n; i++) {
        sum += f->segments[i].len;
    }
    return sum;
}
