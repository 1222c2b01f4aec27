/* write.c - segments into files.
 *
 * The whole file is made in memory first and then put under its name in one
 * step, so that an old one is never half overwritten.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/file_priv.h"

enum { PER_LINE = 16 };

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- the formats ------------------------------------------------------------- */

static void put_bytes(FILE *to, const uint8_t *bytes, size_t n, uint8_t *sum)
{
    for (size_t i = 0; i < n; i++) {
        (void)fprintf(to, "%02X", bytes[i]);
        *sum = (uint8_t)(*sum + bytes[i]);
    }
}

static void put_hex_record(
        FILE *to, uint8_t type, uint16_t addr, const uint8_t *data, uint8_t len)
{
    const uint8_t head[] = {len, (uint8_t)(addr >> 8), (uint8_t)addr, type};
    uint8_t sum = 0;
    (void)fputc(':', to);
    put_bytes(to, head, sizeof head, &sum);
    put_bytes(to, data, len, &sum);
    (void)fprintf(to, "%02X\n", (uint8_t)-sum);
}

static void write_hex(FILE *to, const struct file_segment *segments, size_t n)
{
    uint32_t upper = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t step;
        for (uint32_t off = 0; off < segments[i].len; off += step) {
            uint32_t addr = segments[i].addr + off;
            if (addr >> 16 != upper) {
                upper = addr >> 16;
                const uint8_t data[] = {(uint8_t)(upper >> 8), (uint8_t)upper};
                put_hex_record(to, 4, 0, data, sizeof data);
            }
            step = smaller(segments[i].len - off, PER_LINE - addr % PER_LINE);
            put_hex_record(to, 0, (uint16_t)addr, segments[i].bytes + off, (uint8_t)step);
        }
    }
    put_hex_record(to, 1, 0, NULL, 0);
}

static void put_srec_record(
        FILE *to, char type, uint32_t addr, const uint8_t *data, uint8_t len)
{
    const uint8_t head[] = {(uint8_t)(len + 5), (uint8_t)(addr >> 24),
            (uint8_t)(addr >> 16), (uint8_t)(addr >> 8), (uint8_t)addr};
    uint8_t sum = 0;
    (void)fprintf(to, "S%c", type);
    put_bytes(to, head, sizeof head, &sum);
    put_bytes(to, data, len, &sum);
    (void)fprintf(to, "%02X\n", (uint8_t)~sum);
}

static void write_srec(FILE *to, const struct file_segment *segments, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t step;
        for (uint32_t off = 0; off < segments[i].len; off += step) {
            uint32_t addr = segments[i].addr + off;
            step = smaller(segments[i].len - off, PER_LINE - addr % PER_LINE);
            put_srec_record(to, '3', addr, segments[i].bytes + off, (uint8_t)step);
        }
    }
    put_srec_record(to, '7', 0, NULL, 0);
}

static void put_word(FILE *to, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8),
            (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    (void)fwrite(bytes, 1, sizeof bytes, to);
}

struct uf2_block {
    uint32_t addr, len;
    const uint8_t *bytes;
    uint32_t number, count;
};

static void put_uf2_block(FILE *to, const struct uf2_block *b)
{
    static const uint8_t zeros[UF2_DATA_MAX];
    put_word(to, UF2_MAGIC_0);
    put_word(to, UF2_MAGIC_1);
    put_word(to, UF2_HAS_FAMILY);
    put_word(to, b->addr);
    put_word(to, b->len);
    put_word(to, b->number);
    put_word(to, b->count);
    put_word(to, UF2_FAMILY_ST_4);
    (void)fwrite(b->bytes, 1, b->len, to);
    (void)fwrite(zeros, 1, UF2_DATA_MAX - b->len, to);
    put_word(to, UF2_MAGIC_END);
}

/* Called twice: without a stream it only counts. */
static uint32_t put_uf2_blocks(
        FILE *to, const struct file_segment *segments, size_t n, uint32_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t step;
        for (uint32_t off = 0; off < segments[i].len; off += step, number++) {
            uint32_t addr = segments[i].addr + off;
            step = smaller(segments[i].len - off, UF2_PAYLOAD - addr % UF2_PAYLOAD);
            if (to != NULL) {
                put_uf2_block(to, &(struct uf2_block){addr, step, segments[i].bytes + off,
                                          number, count});
            }
        }
    }
    return number;
}

static void write_uf2(FILE *to, const struct file_segment *segments, size_t n)
{
    uint32_t count = put_uf2_blocks(NULL, segments, n, 0);
    (void)put_uf2_blocks(to, segments, n, count);
}

static void write_raw(FILE *to, const struct file_segment *segments, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            uint32_t at = segments[i - 1].addr + segments[i - 1].len;
            for (; at != segments[i].addr; at++) {
                (void)fputc(0xFF, to);
            }
        }
        (void)fwrite(segments[i].bytes, 1, segments[i].len, to);
    }
}

/* ---- the file ----------------------------------------------------------------- */

static bool check_order(
        const struct source *dst, const struct file_segment *segments, size_t n)
{
    if (n == 0) {
        return refuse(dst, "nothing to write");
    }
    for (size_t i = 1; i < n; i++) {
        const struct file_segment *a = &segments[i - 1];
        if (segments[i].addr < a->addr || segments[i].addr - a->addr < a->len) {
            return refuse(dst, "overlap at 0x%08" PRIX32, segments[i].addr);
        }
    }
    return true;
}

static bool refuse_elf(const struct source *dst)
{
    return refuse(dst, "an ELF is not written; name it .hex, .srec, .uf2 or .bin");
}

static bool check_format(const struct source *dst, enum file_format format,
        const struct file_segment *segments, size_t n)
{
    if (format == FILE_ELF) {
        return refuse_elf(dst);
    }
    uint64_t last = (uint64_t)segments[n - 1].addr + segments[n - 1].len;
    if (format == FILE_RAW && last - segments[0].addr > FILE_MAX) {
        return refuse(dst,
                "0x%08" PRIX32 " to 0x%08" PRIX32 " is too far for raw bytes; name it "
                ".hex",
                segments[0].addr, (uint32_t)(last - 1));
    }
    return true;
}

static bool render(
        FILE *to, enum file_format format, const struct file_segment *segments, size_t n)
{
    switch (format) {
    case FILE_HEX: write_hex(to, segments, n); break;
    case FILE_SREC: write_srec(to, segments, n); break;
    case FILE_UF2: write_uf2(to, segments, n); break;
    case FILE_RAW:
    case FILE_ELF:
    default: write_raw(to, segments, n); break;
    }
    return ferror(to) == 0;
}

/* old: the file that it replaces, which may be nobody else's to read; or NULL. */
static bool put_file(const char *path, const struct source *dst, const struct stat *old)
{
    enum { PERMISSIONS = 07777 };
    FILE *to = fopen(path, "wbe");
    if (to == NULL) {
        return refuse(dst, "cannot be written: %s", strerror(errno));
    }
    bool wrote = (old == NULL || fchmod(fileno(to), old->st_mode & PERMISSIONS) == 0) &&
                 fwrite(dst->bytes, 1, dst->len, to) == dst->len;
    int error = errno;
    if (fclose(to) != 0) {
        wrote = false;
        error = errno;
    }
    return wrote || refuse(dst, "cannot be written: %s", strerror(error));
}

/* What was opened for us is written as it is: it may be a file that others have
 * written to, and /dev/stdout then leads to a regular file of which a copy would
 * be nobody's. */
static bool put_out(const struct source *dst)
{
    bool wrote =
            fwrite(dst->bytes, 1, dst->len, stdout) == dst->len && fflush(stdout) == 0;
    return wrote || refuse(dst, "cannot be written: %s", strerror(errno));
}

/* All or nothing: beside the file, then in its place. */
static bool replace_file(
        const char *path, const struct source *dst, const struct stat *old)
{
    size_t len = strlen(path);
    char *part = malloc(len + sizeof ".part");
    if (part == NULL) {
        return refuse_memory(dst);
    }
    memcpy(part, path, len);
    memcpy(part + len, ".part", sizeof ".part");
    bool put = put_file(part, dst, old);
    if (put && rename(part, path) != 0) {
        put = refuse(dst, "cannot be written: %s", strerror(errno));
    }
    if (!put) {
        (void)remove(part); /* best effort: why is already said */
    }
    free(part);
    return put;
}

/* What is there and no regular file (a pipe, a terminal) has no old contents to
 * be kept, and must not be replaced; nor must a link, but what it leads to. */
static bool put_under_name(const struct source *dst)
{
    struct stat there;
    if (strcmp(dst->name, "/dev/stdout") == 0) {
        return put_out(dst);
    }
    bool exists = stat(dst->name, &there) == 0;
    if (exists && !S_ISREG(there.st_mode)) {
        return put_file(dst->name, dst, NULL);
    }
    char *real = realpath(dst->name, NULL); /* NULL: a new file */
    bool put = replace_file(real != NULL ? real : dst->name, dst, exists ? &there : NULL);
    free(real);
    return put;
}

/* A new file, or one that is put in the place of the old, needs its folder. */
static bool check_folder(const char *path, const struct source *dst)
{
    char *folder = strdup(path);
    if (folder == NULL) {
        return refuse_memory(dst);
    }
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        slash[slash == folder] = '\0';
    }
    int error = access(slash != NULL ? folder : ".", W_OK | X_OK) == 0 ? 0 : errno;
    free(folder);
    return error == 0 || refuse(dst, "cannot be written: %s", strerror(error));
}

bool file_writable(const char *path,
        char why[FILE_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    const struct source dst = {.name = path, .why = why};
    struct stat there;
    if (file_format_of(path) == FILE_ELF) {
        return refuse_elf(&dst);
    }
    bool exists = stat(path, &there) == 0;
    if (exists && S_ISDIR(there.st_mode)) {
        return refuse(&dst, "cannot be written: %s", strerror(EISDIR));
    }
    if (exists && !S_ISREG(there.st_mode)) {
        return access(path, W_OK) == 0 ||
               refuse(&dst, "cannot be written: %s", strerror(errno));
    }
    char *real = realpath(path, NULL); /* NULL: a new file */
    bool good = check_folder(real != NULL ? real : path, &dst);
    free(real);
    return good;
}

bool file_write(const char *path, enum file_format format,
        const struct file_segment *segments, size_t n,
        char why[FILE_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    struct source dst = {.name = path, .why = why};
    if (!check_order(&dst, segments, n) || !check_format(&dst, format, segments, n)) {
        return false;
    }
    char *text = NULL;
    FILE *memory = open_memstream(&text, &dst.len);
    if (memory == NULL) {
        return refuse_memory(&dst);
    }
    bool made = render(memory, format, segments, n);
    made = fclose(memory) == 0 && made;
    dst.bytes = (const uint8_t *)text;
    bool wrote = made ? put_under_name(&dst) : refuse_memory(&dst);
    free(text);
    return wrote;
}
