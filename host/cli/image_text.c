/* image_text.c - etch image for people.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli/image_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/utf8.h"
#include "sheet/keys.h"

enum { PREVIEW = 32, NAME = 20 };

/* ---- keys ---------------------------------------------------------------------------- */

static int by_id(const void *left, const void *right)
{
    const struct image_record *const *a = left;
    const struct image_record *const *b = right;
    return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

unsigned image_keys(const struct image *image, const struct image_record **keys)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        bool key = r->kind == IMAGE_VALUE || r->kind == IMAGE_COUNTER;
        if (key && r->fate == IMAGE_CURRENT) {
            keys[n++] = r;
        }
    }
    qsort(keys, n, sizeof(const struct image_record *), by_id);
    return n;
}

uint32_t image_text_len(const struct image_record *r)
{
    uint32_t len = r->bytes_len;
    len -= len > 1 && r->bytes[len - 1] == 0;
    return text_is_plain(r->bytes, len) ? len : 0;
}

/* As much of a text as width holds; what is behind is hinted at. */
static void print_text(const uint8_t *text, uint32_t len, unsigned width)
{
    uint32_t shown = 0;
    while (shown < len && shown + utf8_len(text + shown, len - shown) <= width) {
        shown += (uint32_t)utf8_len(text + shown, len - shown);
    }
    printf("\"%.*s\"%s", (int)shown, (const char *)text, shown < len ? " ..." : "");
}

/* A value as hexadecimal, or as text if it is such; not more than width. */
static void print_bytes(const struct image_record *r, unsigned width)
{
    uint32_t text = image_text_len(r);
    bool all = r->bytes_len <= width;
    if (text > 0) {
        print_text(r->bytes, text, width);
        return;
    }
    for (uint32_t i = 0; i < (all ? r->bytes_len : width); i++) {
        printf(i == 0 ? "%02X" : " %02X", r->bytes[i]);
    }
    fputs(all ? "" : " ...", stdout);
}

static void print_name(const struct image *image, uint16_t id)
{
    const struct image_record *name = image_name(image, id);
    uint32_t len = name != NULL ? image_text_len(name) : 0;
    int pad = NAME;
    for (uint32_t at = 0; at < len; pad--) {
        at += (uint32_t)utf8_len(name->bytes + at, len - at);
    }
    printf("  %.*s%*s", (int)len, len > 0 ? (const char *)name->bytes : "",
            pad > 0 ? pad : 0, "");
}

/* As the type says that the value's name ends in, or an empty string. False: it is
 * neither. */
static bool print_typed(const struct image *image, const struct image_record *r)
{
    char text[KEYS_NAME_MAX + 1];
    struct type type;
    const struct image_record *name = image_name(image, r->id);
    if (name == NULL || name->sum_wrong || name->bytes_len > KEYS_NAME_MAX) {
        return false;
    }
    memcpy(text, name->bytes, name->bytes_len);
    text[name->bytes_len] = '\0';
    const struct key key = {
            .id = r->id, .name = text, .bytes = r->bytes, .len = r->bytes_len};
    if (!keys_type(&key, NULL, &type) && !keys_is_empty_string(&key)) {
        return false;
    }
    keys_print_value(&key, NULL, stdout);
    return true;
}

/* Bytes as they lie. */
static void print_stored(const struct image_record *r)
{
    if (r->sum_wrong) {
        fputs("lost: its checksum is wrong", stdout);
    } else if (r->kind == IMAGE_COUNTER) {
        printf("%" PRIu32, r->count);
    } else {
        print_bytes(r, PREVIEW);
    }
}

void image_print_value(
        const struct image *image, const struct image_record *r, unsigned width)
{
    bool plain = r->kind == IMAGE_VALUE && !r->sum_wrong;
    if (!plain) {
        print_stored(r);
    } else if (r->bytes_len > width || !print_typed(image, r)) {
        print_bytes(r, width);
    }
}

void image_print_keys(const struct image_found *found)
{
    const struct image *image = found->image;
    const struct image_record **keys =
            calloc((size_t)image->records + 1, sizeof(const struct image_record *));
    if (keys == NULL) {
        return;
    }
    unsigned n = image_keys(image, keys);
    if (n == 0) {
        puts("  no keys");
    } else {
        printf("     id  %-*s  kind     bytes  value\n", NAME, "name");
    }
    for (unsigned i = 0; i < n; i++) {
        printf("  %5u", keys[i]->id);
        print_name(image, keys[i]->id);
        printf("  %-7s  %5" PRIu32 "  ", image_kind_name(keys[i]->kind),
                keys[i]->kind == IMAGE_COUNTER ? 4 : keys[i]->bytes_len);
        image_print_value(image, keys[i], PREVIEW);
        putchar('\n');
    }
    free((void *)keys);
}

/* ---- the store as a whole ----------------------------------------------------------------- */

void image_print_head(const struct image_found *found)
{
    unsigned n = found->image->sectors;
    printf("store at 0x%08" PRIX32 ": %u %s, %u with data\n", found->addr, n,
            n == 1 ? "sector" : "sectors", found->image->open);
}

/* The end of the newest log. In use, or cut: a reader cannot know which, and
 * need not. */
static void print_unsettled(const struct image_found *found)
{
    const struct image_sector *last = NULL;
    for (unsigned i = 0; i < found->image->sectors; i++) {
        const struct image_sector *s = &found->image->sector[i];
        bool later = last == NULL || s->sequence > last->sequence;
        last = s->state == IMAGE_OPEN && later ? s : last;
    }
    if (last != NULL && !last->settled) {
        printf("  0x%08" PRIX32
               "  the log ends here and is in use, or power failed in it; "
               "the next boot sees to that\n",
                found->addr + last->off + last->end);
    }
}

void image_print_lost(const struct image_found *found)
{
    const struct image *image = found->image;
    unsigned n = 0;
    unsigned read = 0;
    for (unsigned i = 0; i < image->sectors; i++) {
        n += image->sector[i].lost;
        read += image->sector[i].lost && image->sector[i].state == IMAGE_OPEN;
    }
    if (n == 0) {
        return;
    }
    printf("  %u %s lost to a firmware, as the header has rotted", n,
            n == 1 ? "sector is" : "sectors are");
    if (found->medium.rescue) {
        printf("; %u rescued\n", read);
    } else {
        puts("; --rescue reads it");
    }
}

/* Older values that rotted: neither damage (nobody reads them) nor purged, which makes
 * all of their bytes zero (SPEC 5.5). */
static unsigned count_rotten(const struct image *image)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        bool written = false;
        for (uint32_t k = 0; k < r->bytes_len; k++) {
            written = written || r->bytes[k] != 0;
        }
        n += r->fate == IMAGE_SUPERSEDED && r->sum_wrong && written;
    }
    return n;
}

static void print_rotten(const struct image_found *found)
{
    unsigned n = count_rotten(found->image);
    if (n > 0) {
        printf("  %u %s replaced since %s a wrong checksum, which harms nobody; 'etch "
               "image explain' shows %s\n",
                n, n == 1 ? "record" : "records", n == 1 ? "has" : "have",
                n == 1 ? "it" : "them");
    }
}

void image_print_damage(const struct image_found *found)
{
    const struct image *image = found->image;
    for (unsigned i = 0; i < image->damages; i++) {
        const struct image_damage *d = &image->damage[i];
        printf("  0x%08" PRIX32 "  SPEC %-4s  %s\n", found->addr + d->off, d->rule,
                d->text);
    }
    if (image->damaged > image->damages) {
        printf("  and %" PRIu32 " more\n", image->damaged - image->damages);
    }
    image_print_lost(found);
    print_rotten(found);
    if (image->damaged == 0) {
        print_unsettled(found);
        puts("  no damage");
    }
}

/* ---- everything ------------------------------------------------------------------------------ */

static void print_sector(const struct image_found *found, const struct image_sector *s)
{
    printf("\nsector 0x%08" PRIX32 " .. 0x%08" PRIX32 "  %s: %s\n", found->addr + s->off,
            found->addr + s->off + s->len - 1, image_state_name(s->state),
            image_state_text(s->state));
    if (s->known) {
        printf("  %s log in cells of %u bytes, erased ", s->once ? "once" : "plain",
                s->cell);
        if (s->erases == 0) {
            printf("nobody knows how often");
        } else {
            printf("%" PRIu32 " %s", s->erases, s->erases == 1 ? "time" : "times");
        }
        if (s->placed) {
            printf(", sequence %" PRIu32 ", age %" PRIu32, s->sequence, s->age);
        }
        putchar('\n');
    }
}

static void print_record(const struct image_found *found, const struct image_record *r)
{
    printf("  0x%08" PRIX32 "  %-10s  %-8s", found->addr + r->off,
            image_fate_name(r->fate), image_kind_name(r->kind));
    if (r->kind == IMAGE_BATCH) {
        printf("  of the %" PRIu32 " records behind it\n", r->count);
        return;
    }
    if (r->kind == IMAGE_STUMP) {
        puts("  a record begun, and nothing of it behind");
        return;
    }
    if (r->kind == IMAGE_PART) {
        printf("  %" PRIu32 " bytes of a record that has no end\n", r->len);
        return;
    }
    printf("  id %5u", r->id);
    print_name(found->image, r->id);
    fputs("  ", stdout);
    if (r->kind == IMAGE_DELETION) {
        fputs(r->sum_wrong ? "its checksum is wrong" : "", stdout);
    } else if ((r->fate == IMAGE_TORN || r->fate == IMAGE_DROPPED) && r->sum_wrong) {
        fputs("cut while it was written", stdout);
    } else {
        print_stored(r);
    }
    putchar('\n');
}

/* What a mark says (SPEC 2.3). */
static const char *text_of_mark(enum image_kind kind)
{
    switch (kind) {
    case IMAGE_KEEP: return "what is before counts";
    case IMAGE_DROP: return "what is before does not count";
    case IMAGE_VOID: return "says nothing";
    case IMAGE_VALUE:
    case IMAGE_COUNTER:
    case IMAGE_DELETION:
    case IMAGE_NAME:
    case IMAGE_BATCH:
    case IMAGE_PART:
    case IMAGE_STUMP:
    case IMAGE_STRANGE:
    default: return "";
    }
}

static void print_mark(const struct image_found *found, const struct image_record *r)
{
    printf("  0x%08" PRIX32 "  %-10s  %-8s  %" PRIu32 " %s: %s\n", found->addr + r->off,
            "", image_kind_name(r->kind), r->count, r->count == 1 ? "cell" : "cells",
            text_of_mark(r->kind));
}

static void print_damage_in(const struct image_found *found, uint32_t off, uint32_t end)
{
    const struct image *image = found->image;
    for (unsigned i = 0; i < image->damages; i++) {
        const struct image_damage *d = &image->damage[i];
        if (d->off >= off && d->off < end) {
            printf("  0x%08" PRIX32 "  DAMAGE      SPEC %s: %s\n", found->addr + d->off,
                    d->rule, d->text);
        }
    }
}

static void print_log(const struct image_found *found, unsigned sector, bool every)
{
    const struct image *image = found->image;
    const struct image_sector *s = &image->sector[sector];
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        if (r->sector != sector) {
            continue;
        }
        if (r->fate != IMAGE_MARK) {
            print_record(found, r);
        } else if (every) {
            print_mark(found, r);
        }
    }
    if (s->state == IMAGE_OPEN) {
        printf("  0x%08" PRIX32 "  end of the log, %s, %" PRIu32 " bytes behind it\n",
                found->addr + s->off + s->end, s->settled ? "settled" : "not settled",
                s->len - s->end);
    }
    print_damage_in(found, s->off, s->off + s->len);
}

/* What the words in the second column mean: only those that occur. */
static void print_legend(const struct image *image)
{
    static const enum image_fate fates[] = {IMAGE_CURRENT, IMAGE_SUPERSEDED, IMAGE_TORN,
            IMAGE_DROPPED, IMAGE_LOST, IMAGE_STALE};
    putchar('\n');
    for (unsigned k = 0; k < sizeof(fates) / sizeof(fates[0]); k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < image->records; i++) {
            n += image->record[i].fate == fates[k];
        }
        if (n > 0) {
            printf("%6" PRIu32 " %-10s  %s\n", n, image_fate_name(fates[k]),
                    image_fate_text(fates[k]));
        }
    }
}

void image_print_all(const struct image_found *found, bool every)
{
    image_print_head(found);
    for (unsigned i = 0; i < found->image->sectors; i++) {
        print_sector(found, &found->image->sector[i]);
        print_log(found, i, every);
    }
    print_legend(found->image);
}
