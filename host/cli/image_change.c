/* image_change.c - etch image set and rm: repair a store without its chip.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/image_diff.h"
#include "cli/image_target.h"
#include "cli/json.h"

#define COMMON_HELP                                                                      \
    "  -o, --out OUT    the changed file; its format is by the name's ending, or by\n"   \
    "  --format F       bin, hex, srec, uf2\n"                                           \
    "  --in-place       or change FILE itself; it is replaced when all is written\n"     \
    "  --rewrite        write the whole store anew: no older value stays readable\n"     \
    "  --elf FW.elf     the firmware: numbers, types and limits of its settings\n"       \
    "  --layout FILE [--store NAME], --part NAME, --at ADDRESS, --sectors SIZES\n"       \
    "                   where the store is, if it is not found by itself\n"              \
    "  --rescue         take over what is in sectors whose header has rotted\n"          \
    "  --json           what was done, for scripts\n"                                    \
    "\n"                                                                                 \
    "The change is written as a firmware would write it: behind what the log holds,\n"   \
    "and no other byte of FILE changes. If there is no room, or power failed in the\n"   \
    "log, the whole store is written anew with all keys it has, known or not; it says\n" \
    "so.\n"                                                                              \
    "\n"

static const char set_help[] =
        "usage: etch image set FILE KEY=VALUE... -o OUT | --in-place\n"
        "\n"
        "Gives keys of the store in FILE (a dump, a .hex) new values. KEY is a name,\n"
        "or an id if no key has that name; its type is as its name in the store says\n"
        "it, or as the firmware's, or said: KEY:ENCODING=VALUE, with the encodings of\n"
        "'etch image create'. A key that the store does not have is added, if it has\n"
        "an id: a setting of --elf, or an id alone.\n"
        "\n" COMMON_HELP "  etch image set dump.hex motor_limit=1800 -o fixed.hex\n"
        "  etch image set dump.bin@08000000 9:string=etch 12:counter=0 --in-place\n";

static const char rm_help[] =
        "usage: etch image rm FILE KEY... -o OUT | --in-place\n"
        "\n"
        "Removes keys from the store in FILE (a dump, a .hex). KEY is a name, or an\n"
        "id if no key has that name. A setting that is not there has its initial\n"
        "value again. The old bytes stay readable, as on a chip, but with --rewrite.\n"
        "\n"
        "exit status 1: there is no such key\n"
        "\n" COMMON_HELP
        "  etch image rm dump.hex wifi_password --rewrite -o clean.hex\n";

static const struct image_word set_word = {"set", set_help, "aefijlopsSwR"};
static const struct image_word rm_word = {"rm", rm_help, "aefijlopsSwR"};

enum { LIKELY_MAX = 128 * 1024 }; /* bytes of a sector */

/* All that is known of a change. */
struct change {
    const struct image_args *args;
    const char *path;
    struct firmware fw;
    struct file file;
    struct image_input in;
    struct image_found *store; /* the one in `in` */
    struct keys before, after;
    struct keys known;        /* before, and what only has a name */
    struct image_items items; /* what of `after` is new, and deletions */
    uint8_t *bytes;           /* the store's, changed */
    uint32_t erases[IMAGE_SECTORS];
    bool lost;            /* a sector's header has rotted */
    bool anew;            /* all was written anew ... */
    char why[ENCODE_WHY]; /* ... for this reason */
};

/* ---- opening -------------------------------------------------------------------------- */

/* Where the store is, if it was told in one of the ways of create. */
static bool find_where(const struct image_args *args, struct image_where *where)
{
    struct image_target target;
    *where = args->where;
    where->path = args->rest[0];
    if (args->layout == NULL && args->store == NULL && args->where.sectors == 0) {
        return true;
    }
    if (!image_target_find(args, &target)) {
        return false;
    }
    where->at = target.addr;
    where->at_given = true;
    where->sectors = target.sectors;
    memcpy(where->sector, target.sector, sizeof(where->sector));
    return true;
}

/* The last sector that was found reaches to the end of the file. It may be that
 * the file ends amid it, or goes on behind it. */
static bool check_end(const struct change *c)
{
    const struct image_medium *m = &c->store->medium;
    const struct image_place *last = &m->sector[m->sectors - 1];
    uint32_t end = c->store->addr + m->size;
    uint32_t sector_end = 0;
    if (c->args->layout != NULL || c->args->store != NULL || c->args->where.sectors > 0) {
        return true; /* told */
    }
    bool known = image_sector_ends(&c->args->where, end, &sector_end);
    bool blind = !known && c->args->where.part == NULL;
    bool likely = last->len <= LIKELY_MAX && (last->len & (last->len - 1)) == 0;
    if (known ? end == sector_end : !blind || likely) {
        return true;
    }
    (void)cli_refuse(
            "%s: where the last sector of the store ends does not show; say --part "
            "stm32f446re or the like, or --layout, or --at and --sectors",
            c->path);
    return false;
}

static enum etch_exit check_sector(struct change *c, const struct image_sector *s)
{
    c->lost = c->lost || s->lost;
    if (s->once || s->state == IMAGE_FOREIGN) {
        return cli_refuse("%s: %s", c->path,
                s->once ? "its store is one for flash whose cells are written once; "
                          "only stores of an STM32F4 and its like are written"
                        : "its store is of another version of the format");
    }
    return ETCH_EXIT_FINE;
}

static enum etch_exit open_all(struct change *c)
{
    struct image_where where;
    char why[FILE_WHY];
    if (!image_args_firmware(c->args, &c->fw) || !find_where(c->args, &where)) {
        return ETCH_EXIT_USAGE;
    }
    c->path = where.path;
    if (!file_read(&c->file, c->path, 0, why)) {
        return cli_refuse("%s", why);
    }
    enum etch_exit status = image_input_one(&c->in, &where);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    c->store = &c->in.store[0];
    if (!check_end(c)) {
        return ETCH_EXIT_USAGE;
    }
    const struct image *image = c->store->image;
    for (unsigned i = 0; i < image->sectors && status == ETCH_EXIT_FINE; i++) {
        status = check_sector(c, &image->sector[i]);
    }
    if (status != ETCH_EXIT_FINE || image_warn_lost(c->path, c->store)) {
        return ETCH_EXIT_USAGE;
    }
    return image_keys_of(image, &c->before) && image_known_of(image, &c->known)
                   ? ETCH_EXIT_FINE
                   : ETCH_EXIT_BROKEN;
}

static void close_all(struct change *c)
{
    free(c->bytes);
    image_items_free(&c->items);
    keys_free(&c->before);
    keys_free(&c->known);
    keys_free(&c->after);
    image_input_close(&c->in);
    file_free(&c->file);
    firmware_free(&c->fw);
}

/* ---- what changes ------------------------------------------------------------------------ */

static enum etch_exit out_of_memory(void)
{
    (void)cli_refuse("not enough memory");
    return ETCH_EXIT_BROKEN;
}

/* `after` is `before` with these keys put in, or taken out. */
static bool merge(struct change *c, const struct keys *put, const bool *taken)
{
    bool good = true;
    for (size_t i = 0; i < c->before.n && good; i++) {
        const struct key *key = &c->before.key[i];
        bool replaced = put != NULL && keys_id(put, key->id) != NULL;
        good = replaced || (taken != NULL && taken[i]) || keys_add(&c->after, key);
    }
    for (size_t i = 0; put != NULL && i < put->n && good; i++) {
        good = keys_add(&c->after, &put->key[i]);
    }
    keys_sort(&c->after);
    return good;
}

static enum etch_exit plan_set(struct change *c, const struct sheet *rows)
{
    const struct keys_config config = {
            .fw = c->fw.path != NULL ? &c->fw : NULL, .known = &c->known};
    struct keys put;
    char why[SHEET_WHY];
    if (!keys_read(&put, rows, &config, why)) {
        return cli_refuse("%s", why);
    }
    bool good = merge(c, &put, NULL);
    for (size_t i = 0; i < put.n && good; i++) {
        const struct key *old = keys_id(&c->before, put.key[i].id);
        const struct key *new = keys_id(&c->after, put.key[i].id);
        const struct key *known = keys_id(&c->known, new->id);
        bool name = known == NULL || strcmp(known->name, new->name) != 0;
        good = (old != NULL && keys_same(old, new)) ||
               image_items_key(&c->items, new, name);
    }
    keys_free(&put);
    return good ? ETCH_EXIT_FINE : out_of_memory();
}

static enum etch_exit plan_rm(struct change *c)
{
    bool *taken = calloc(c->before.n + 1, sizeof(*taken));
    enum etch_exit status = taken != NULL ? ETCH_EXIT_FINE : out_of_memory();
    for (int i = 1; i < c->args->rest_n && status == ETCH_EXIT_FINE; i++) {
        const struct key *key = keys_find(&c->before, c->args->rest[i]);
        if (key == NULL) {
            (void)cli_refuse("%s: no key '%s'; 'etch image list' shows those there are",
                    c->path, c->args->rest[i]);
            status = ETCH_EXIT_FAULT;
        } else if (!taken[key - c->before.key]) {
            const struct encode_item item = {.kind = IMAGE_DELETION, .id = key->id};
            taken[key - c->before.key] = true;
            status = image_items_add(&c->items, &item) ? status : ETCH_EXIT_BROKEN;
        }
    }
    if (status == ETCH_EXIT_FINE && !merge(c, NULL, taken)) {
        status = out_of_memory();
    }
    free(taken);
    return status;
}

/* ---- writing it anew ----------------------------------------------------------------------- */

/* What cannot be taken along must not be thrown away. */
static enum etch_exit check_rewrite(const struct change *c)
{
    const struct image *image = c->store->image;
    for (size_t i = 0; i < c->after.n; i++) {
        if (c->after.key[i].lost) {
            (void)cli_refuse(
                    "%s: %s, and to write all anew would lose id %u, whose value is "
                    "damaged; set it or remove it as well",
                    c->path, c->why, c->after.key[i].id);
            return ETCH_EXIT_FAULT;
        }
    }
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        if (r->kind == IMAGE_STRANGE && r->fate == IMAGE_CURRENT) {
            (void)cli_refuse(
                    "%s: %s, and to write all anew would lose the record at 0x%08" PRIX32
                    ", of a kind that is not known",
                    c->path, c->why, c->store->addr + r->off);
            return ETCH_EXIT_FAULT;
        }
    }
    return ETCH_EXIT_FINE;
}

/* Names of keys without a value stay as well, but for those that go now. */
static bool add_all(const struct change *c, struct image_items *all)
{
    bool good = true;
    for (size_t i = 0; i < c->after.n && good; i++) {
        good = image_items_key(all, &c->after.key[i], true);
    }
    for (size_t i = 0; i < c->known.n && good; i++) {
        const struct key *key = &c->known.key[i];
        bool orphan = keys_id(&c->before, key->id) == NULL &&
                      keys_id(&c->after, key->id) == NULL;
        const struct encode_item item = {.kind = IMAGE_NAME,
                .id = key->id,
                .bytes = (const uint8_t *)key->name,
                .len = (uint32_t)strlen(key->name)};
        good = !orphan || image_items_add(all, &item);
    }
    return good;
}

static enum etch_exit rewrite(
        struct change *c, const struct encode_flash *flash, struct encode_items all)
{
    char why[ENCODE_WHY];
    c->anew = true;
    enum etch_exit status = check_rewrite(c);
    if (status == ETCH_EXIT_FINE && !encode_new(flash, all, c->bytes, why)) {
        status = cli_refuse("%s: %s; and anew: %s", c->path, c->why, why);
    }
    return status;
}

/* ---- making it ------------------------------------------------------------------------ */

/* As a firmware would refuse it: more than the store can move. Less is always
 * fine. */
static bool check_fits(
        const struct change *c, const struct encode_flash *flash, struct encode_items all)
{
    char why[ENCODE_WHY];
    bool more = false;
    for (size_t i = 0; i < c->items.n; i++) {
        more = more || c->items.item[i].kind != IMAGE_DELETION;
    }
    if (more && flash->sectors < 2) {
        (void)cli_refuse("%s: only one sector of the store shows; where the others are "
                         "--layout says, or --part and --store 1-2",
                c->path);
        return false;
    }
    if (more && !encode_fits(flash, all, why)) {
        (void)cli_refuse("%s: %s", c->path, why);
        return false;
    }
    return true;
}

static enum etch_exit make_bytes(struct change *c, struct encode_items all)
{
    const struct image_medium *m = &c->store->medium;
    const struct encode_flash flash = {.sector = m->sector,
            .sectors = m->sectors,
            .size = m->size,
            .erases = c->erases,
            .erased_is_zero = m->erased_is_zero};
    for (unsigned i = 0; i < m->sectors; i++) {
        const struct image_sector *s = &c->store->image->sector[i];
        c->erases[i] = s->known ? s->erases : 0;
    }
    memcpy(c->bytes, m->bytes, m->size);
    if (!check_fits(c, &flash, all)) {
        return ETCH_EXIT_USAGE;
    }
    if (c->args->rewrite || c->lost) {
        (void)snprintf(c->why, sizeof(c->why), "%s",
                c->lost ? "a sector's header has rotted" : "--rewrite was given");
        return rewrite(c, &flash, all);
    }
    bool added = c->items.n == 0 || encode_more(m, c->store->image,
                                            image_items_all(&c->items), c->bytes, c->why);
    return added ? ETCH_EXIT_FINE : rewrite(c, &flash, all);
}

static enum etch_exit make(struct change *c)
{
    struct image_medium m = c->store->medium;
    struct image_items all = {.n = 0};
    c->bytes = malloc((size_t)m.size + 1);
    enum etch_exit status = c->bytes != NULL && add_all(c, &all)
                                    ? make_bytes(c, image_items_all(&all))
                                    : out_of_memory();
    image_items_free(&all);
    m.bytes = c->bytes;
    if (status == ETCH_EXIT_FINE && !image_holds(&m, &c->after)) {
        (void)cli_refuse(
                "%s: what was made does not read back; nothing is written", c->path);
        status = ETCH_EXIT_BROKEN;
    }
    return status;
}

static const char *out_path(const struct change *c)
{
    return c->args->in_place ? c->file.path : c->args->out;
}

static enum etch_exit write_out(const struct change *c)
{
    static const char *const formats[] = {[FILE_ELF] = NULL,
            [FILE_HEX] = "hex",
            [FILE_SREC] = "srec",
            [FILE_UF2] = "uf2",
            [FILE_RAW] = "bin"};
    struct image_args args = *c->args;
    const struct file_segment piece = {.addr = c->store->addr,
            .runs_at = c->store->addr,
            .len = c->store->medium.size,
            .bytes = c->bytes};
    if (args.in_place && args.format == NULL) {
        args.format = formats[c->file.format];
    }
    return image_write_into(&args, out_path(c), &c->file, &piece);
}

static enum etch_exit report(const struct change *c)
{
    const char *how = c->items.n == 0 ? "nothing to change" : "added to the log";
    how = c->anew ? "written anew" : how;
    if (c->args->json) {
        cJSON *root = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(root, "out", out_path(c));
        (void)cJSON_AddStringToObject(root, "how", how);
        (void)cJSON_AddStringToObject(root, "why", c->why);
        (void)cJSON_AddItemToObject(
                root, "changes", image_json_changes(&c->before, &c->after, &c->fw));
        return json_print(root, c->args->talk);
    }
    (void)image_print_changes(&c->before, &c->after, &c->fw, c->args->talk);
    (void)fprintf(c->args->talk, "%s: %s%s%s\n", out_path(c), how,
            c->why[0] != '\0' ? ": " : "", c->why);
    return ETCH_EXIT_FINE;
}

/* ---- the words -------------------------------------------------------------------------------- */

static enum etch_exit finish(struct change *c)
{
    enum etch_exit status = make(c);
    if (status == ETCH_EXIT_FINE) {
        status = write_out(c);
    }
    return status == ETCH_EXIT_FINE ? report(c) : status;
}

static bool check_args(const struct image_word *word, const struct image_args *args)
{
    enum file_format format;
    if (args->rest_n < 2) {
        (void)cli_refuse(
                "image %s wants a file and keys; 'etch image %s --help' shows how",
                word->name, word->name);
        return false;
    }
    if ((args->out == NULL) != args->in_place) {
        (void)cli_refuse("image %s: where to? either -o OUT or --in-place", word->name);
        return false;
    }
    return image_format(
            args->in_place ? args->rest[0] : args->out, args->format, &format);
}

enum etch_exit image_set(int argc, char *argv[])
{
    struct image_args args;
    struct sheet rows = {.n = 0};
    char why[SHEET_WHY];
    enum etch_exit status;
    if (!image_args_read(&set_word, argc, argv, &args, &status)) {
        return status;
    }
    if (!check_args(&set_word, &args)) {
        return ETCH_EXIT_USAGE;
    }
    struct change c = {.args = &args};
    for (int i = 1; i < args.rest_n; i++) {
        if (!sheet_add_word(&rows, args.rest[i], why)) {
            sheet_free(&rows);
            return cli_refuse("%s", why);
        }
    }
    status = open_all(&c);
    if (status == ETCH_EXIT_FINE) {
        status = plan_set(&c, &rows);
    }
    if (status == ETCH_EXIT_FINE) {
        status = finish(&c);
    }
    close_all(&c);
    sheet_free(&rows);
    return status;
}

enum etch_exit image_rm(int argc, char *argv[])
{
    struct image_args args;
    enum etch_exit status;
    if (!image_args_read(&rm_word, argc, argv, &args, &status)) {
        return status;
    }
    if (!check_args(&rm_word, &args)) {
        return ETCH_EXIT_USAGE;
    }
    struct change c = {.args = &args};
    status = open_all(&c);
    if (status == ETCH_EXIT_FINE) {
        status = plan_rm(&c);
    }
    if (status == ETCH_EXIT_FINE) {
        status = finish(&c);
    }
    close_all(&c);
    return status;
}
