/* SPDX-License-Identifier: MIT */
#include "sheet/firmware.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "file/symbols.h"

enum { SETTINGS_MAX = 1023, NAME_MAX_LEN = 28, POINTER = 4, LEN_MAX = 65535 };

/* struct etch_setting as the Arm ABI (AAPCS32) lays it out: pointers of 4
 * bytes, members at multiples of their size. */
enum {
    AT_NAME = 0,
    AT_INITIAL = 12,
    AT_NUMBER = 16,
    AT_LEN = 18,
    AT_KIND = 20,
    AT_WIDTH = 21,
    AT_VERSION = 22,
    AT_MIN = 24,
    AT_MAX = 28,
    AT_VALID = 32,
    SETTING_SIZE = 48
};

static const char list_section[] = "etch_settings";

struct reading {
    struct firmware *fw;
    struct symbols *symbols;
    char *why;
};

__attribute__((format(printf, 2, 3))) static bool refuse(
        const struct reading *r, const char *format, ...)
{
    int len = snprintf(r->why, FILE_WHY, "%.200s: ", r->fw->path);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->why + len, FILE_WHY - (size_t)len, format, args);
    va_end(args);
    return false;
}

static uint32_t little(const uint8_t *at, unsigned n)
{
    uint32_t value = 0;
    for (unsigned i = n; i > 0; i--) {
        value = value << 8 | at[i - 1];
    }
    return value;
}

/* ---- bytes of the image ------------------------------------------------------------ */

/* len bytes at addr, in the pool. NULL: not all are in the file, or no memory. */
static const uint8_t *copy_bytes(const struct reading *r, uint32_t addr, uint32_t len)
{
    uint8_t *bytes = addr == 0 ? NULL : pool_take(&r->fw->pool, len);
    if (bytes == NULL || symbols_bytes(r->symbols, addr, bytes, len) != len) {
        return NULL;
    }
    return bytes;
}

/* A C identifier of at most NAME_MAX_LEN characters. NULL: there is none. */
static const char *copy_name(const struct reading *r, uint32_t addr)
{
    char name[NAME_MAX_LEN + 1] = "";
    for (size_t i = 0; i < sizeof(name); i++) {
        if (symbols_bytes(r->symbols, addr + (uint32_t)i, &name[i], 1) != 1) {
            return NULL;
        }
        if (name[i] == '\0') {
            return i == 0 ? NULL : pool_copy(&r->fw->pool, name, i);
        }
        bool letter = (name[i] >= 'a' && name[i] <= 'z') || name[i] == '_' ||
                      (name[i] >= 'A' && name[i] <= 'Z');
        if (!letter && !(i > 0 && name[i] >= '0' && name[i] <= '9')) {
            return NULL;
        }
    }
    return NULL;
}

/* ---- one setting ---------------------------------------------------------------------- */

static bool read_type(struct setting *s, const uint8_t *d)
{
    enum type_kind kind = (enum type_kind)d[AT_KIND];
    uint8_t width = kind == TYPE_BYTES ? 1 : d[AT_WIDTH];
    bool power = width == 1 || width == 2 || width == 4 || width == 8;
    bool fits = kind == TYPE_FLOAT                       ? width >= 4
                : kind == TYPE_BOOL || kind == TYPE_CHAR ? width == 1
                                                         : true;
    s->len = little(d + AT_LEN, 2);
    if (d[AT_KIND] >= TYPE_KINDS || !power || !fits || s->len == 0 ||
            s->len % width != 0) {
        return false;
    }
    s->type = (struct type){.kind = kind,
            .width = width,
            .version = d[AT_VERSION],
            .count = s->len / width};
    return true;
}

static bool read_setting(const struct reading *r, uint32_t addr, struct setting *s)
{
    char type[TYPE_TEXT];
    uint8_t d[SETTING_SIZE];
    if (symbols_bytes(r->symbols, addr, d, sizeof(d)) != sizeof(d) || !read_type(s, d)) {
        return refuse(r, "no setting is at 0x%08X, where its list says so", addr);
    }
    s->name = copy_name(r, little(d + AT_NAME, POINTER));
    if (s->name == NULL) {
        return refuse(r, "the setting at 0x%08X has no name", addr);
    }
    s->number = (uint16_t)little(d + AT_NUMBER, 2);
    s->initial = copy_bytes(r, little(d + AT_INITIAL, POINTER), s->len);
    s->min = copy_bytes(r, little(d + AT_MIN, POINTER), s->type.width);
    s->max = copy_bytes(r, little(d + AT_MAX, POINTER), s->type.width);
    s->judged = little(d + AT_VALID, POINTER) != 0;
    s->label = pool_format(&r->fw->pool, "%s:%s", s->name, type_text(&s->type, type));
    return s->label != NULL || refuse(r, "not enough memory");
}

/* ---- the list ---------------------------------------------------------------------------- */

/* Where the list of pointers is: between the linker's two symbols, or if the
 * file was stripped, in a section of its own. No list: it is empty. */
static bool find_list(const struct reading *r, uint32_t *addr, uint32_t *n)
{
    struct symbols_symbol start;
    struct symbols_symbol stop;
    struct file file;
    if (symbols_find(r->symbols, "__start_etch_settings", &start) &&
            symbols_find(r->symbols, "__stop_etch_settings", &stop) &&
            stop.addr >= start.addr) {
        *addr = start.addr;
        *n = (stop.addr - start.addr) / POINTER;
        return true;
    }
    if (!file_read(&file, r->fw->path, FILE_NO_ADDRESS, r->why)) {
        return false;
    }
    for (size_t i = 0; i < file.sections_n; i++) {
        if (strcmp(file.sections[i].name, list_section) == 0) {
            *addr = file.sections[i].runs_at;
            *n = file.sections[i].len / POINTER;
        }
    }
    file_free(&file);
    return true;
}

static int by_number(const void *left, const void *right)
{
    const struct setting *a = left;
    const struct setting *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static bool read_list(const struct reading *r)
{
    uint32_t addr = 0;
    uint32_t n = 0;
    if (!find_list(r, &addr, &n)) {
        return false;
    }
    if (n > SETTINGS_MAX) {
        return refuse(r, "its list of settings is too long to be one");
    }
    struct setting *settings = pool_take(&r->fw->pool, (n + 1) * sizeof(*settings));
    if (settings == NULL) {
        return refuse(r, "not enough memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        uint8_t pointer[POINTER];
        if (symbols_bytes(r->symbols, addr + i * POINTER, pointer, POINTER) != POINTER) {
            return refuse(r, "the list of its settings is not in the file");
        }
        if (!read_setting(r, little(pointer, POINTER), &settings[i])) {
            return false;
        }
    }
    qsort(settings, n, sizeof(*settings), by_number);
    r->fw->setting = settings;
    r->fw->n = n;
    return true;
}

bool firmware_read(struct firmware *fw, const char *path,
        char why[FILE_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    *fw = (struct firmware){.path = path};
    struct reading r = {.fw = fw, .symbols = symbols_open(path, why), .why = why};
    bool good = r.symbols != NULL && read_list(&r);
    symbols_close(r.symbols);
    if (!good) {
        firmware_free(fw);
    }
    return good;
}

void firmware_free(struct firmware *fw)
{
    pool_free(&fw->pool);
    *fw = (struct firmware){0};
}

/* ---- looking in ---------------------------------------------------------------------------- */

const struct setting *firmware_find(const struct firmware *fw, const char *name)
{
    for (size_t i = 0; i < fw->n; i++) {
        if (strcmp(fw->setting[i].name, name) == 0) {
            return &fw->setting[i];
        }
    }
    return NULL;
}

const struct setting *firmware_number(const struct firmware *fw, uint16_t number)
{
    for (size_t i = 0; i < fw->n; i++) {
        if (fw->setting[i].number == number) {
            return &fw->setting[i];
        }
    }
    return NULL;
}

/* How many single letters must change, come or go (Levenshtein); both texts at
 * most 63 long, or it is many. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 64 };
    unsigned row[MOST];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len >= MOST || b_len >= MOST) {
        return MOST;
    }
    for (unsigned k = 0; k <= b_len; k++) {
        row[k] = k;
    }
    for (size_t i = 0; i < a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < b_len; k++) {
            unsigned change = diagonal + (a[i] != b[k]);
            unsigned other = (row[k] < row[k + 1] ? row[k] : row[k + 1]) + 1;
            diagonal = row[k + 1];
            row[k + 1] = change < other ? change : other;
        }
    }
    return row[b_len];
}

const struct setting *firmware_like(const struct firmware *fw, const char *name)
{
    const struct setting *best = NULL;
    unsigned least = (unsigned)strlen(name) / 2 + 1;
    for (size_t i = 0; i < fw->n; i++) {
        unsigned d = distance(name, fw->setting[i].name);
        if (d < least) {
            least = d;
            best = &fw->setting[i];
        }
    }
    return best;
}
