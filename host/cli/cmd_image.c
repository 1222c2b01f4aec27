/* cmd_image.c - etch image: a store without its chip.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/image_args.h"
#include "cli/image_keys.h"
#include "cli/image_text.h"
#include "cli/json.h"
#include "cli/pick.h"

static const char help[] =
        "usage: etch image list FILE       what keys there are, and their values\n"
        "       etch image get FILE KEY    one value; KEY is a name, or an id if\n"
        "                                   no key has that name\n"
        "       etch image check FILE      is anything damaged?\n"
        "       etch image explain FILE    every record, and what became of it\n"
        "\n"
        "       etch image diff A B        what differs between two of them\n"
        "       etch image export FILE     all keys as CSV or JSON, which create takes "
        "back\n"
        "       etch image create KEYS.csv ... -o OUT.hex     a store for new devices\n"
        "       etch image set FILE KEY=VALUE... -o OUT.hex   change values\n"
        "       etch image rm FILE KEY... -o OUT.hex          remove keys\n"
        "\n"
        "These five have a help of their own: 'etch image create --help'. Of the first\n"
        "four:\n"
        "\n"
        "FILE is a dump of a whole chip or of some sectors, or a firmware with its\n"
        "data: ELF, Intel HEX, S-record, UF2, or raw bytes, with @ADDRESS behind the\n"
        "name if addresses are to be right. Stores in it are found by themselves.\n"
        "\n"
        "  --part NAME      sectors end where this part's do, not just any STM32F4's\n"
        "  --at ADDRESS     only the store that begins here\n"
        "  --sectors SIZES  its sectors, for other flash: 16K,16K,64K, with --at\n"
        "  --rescue         also what a firmware has lost, as a sector's header has "
        "rotted\n"
        "  --all            explain: the marks between them as well\n"
        "  --raw            get: the bytes themselves, for a file or a pipe\n"
        "  --json           for scripts: one document on stdout\n"
        "\n"
        "Damage is what a firmware meets: a wrong checksum in a record that was "
        "replaced\n"
        "since harms nobody, and check only mentions it.\n"
        "\n"
        "Exit status 1: damage was found (check), or there is no such key (get).\n"
        "\n"
        "  etch image check dump.bin@08000000 --part stm32f446re\n"
        "  etch image get dump.hex serial --raw | xxd\n";

struct image_command {
    struct image_where where;
    const char *key;
    bool json, raw, all;
};

/* ---- list ------------------------------------------------------------------------------ */

static enum etch_exit print_stores(const struct image_input *in, bool every)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *stores = cJSON_AddArrayToObject(root, "stores");
    for (unsigned i = 0; i < in->n; i++) {
        (void)cJSON_AddItemToArray(stores, image_json_store(&in->store[i], every));
    }
    return json_print(root, stdout);
}

static enum etch_exit list_keys(
        const struct image_command *cmd, const struct image_input *in)
{
    if (cmd->json) {
        return print_stores(in, false);
    }
    for (unsigned i = 0; i < in->n; i++) {
        image_print_head(&in->store[i]);
        image_print_keys(&in->store[i]);
        image_print_lost(&in->store[i]);
    }
    return ETCH_EXIT_FINE;
}

/* ---- get -------------------------------------------------------------------------------- */

/* As set and rm find it: by name, by name without its type, then by id. */
static enum etch_exit find_key(
        const struct image *image, const char *text, const struct image_record **found)
{
    struct keys keys;
    if (!image_keys_of(image, &keys)) {
        return ETCH_EXIT_BROKEN;
    }
    const struct key *key = keys_find(&keys, text);
    *found = key != NULL ? image_find(image, key->id) : NULL;
    keys_free(&keys);
    return ETCH_EXIT_FINE;
}

static void write_value(const struct image *image, const struct image_record *r, bool raw)
{
    if (raw && r->kind == IMAGE_COUNTER) {
        const uint8_t bytes[4] = {(uint8_t)r->count, (uint8_t)(r->count >> 8),
                (uint8_t)(r->count >> 16), (uint8_t)(r->count >> 24)};
        (void)fwrite(bytes, 1, sizeof(bytes), stdout);
    } else if (raw) {
        (void)fwrite(r->bytes, 1, r->bytes_len, stdout);
    } else {
        image_print_value(image, r, UINT16_MAX);
        putchar('\n');
    }
}

static enum etch_exit refuse_key(
        const struct image_command *cmd, const struct image_input *in)
{
    for (unsigned i = 0; i < in->n; i++) {
        (void)image_warn_lost(cmd->where.path, &in->store[i]);
    }
    (void)cli_refuse("%s: no key '%s'; 'etch image list' shows those there are",
            cmd->where.path, cmd->key);
    return ETCH_EXIT_FAULT;
}

static enum etch_exit get(const struct image_command *cmd, const struct image_input *in)
{
    const struct image_record *found = NULL;
    const struct image_found *store = NULL;
    for (unsigned i = 0; i < in->n; i++) {
        const struct image_record *r;
        enum etch_exit status = find_key(in->store[i].image, cmd->key, &r);
        if (status != ETCH_EXIT_FINE) {
            return status;
        }
        if (r != NULL && found != NULL) {
            return cli_refuse(
                    "%s: more than one store has '%s'; choose with --at 0x%08" PRIX32
                    " or 0x%08" PRIX32,
                    cmd->where.path, cmd->key, store->addr, in->store[i].addr);
        }
        store = r != NULL ? &in->store[i] : store;
        found = r != NULL ? r : found;
    }
    if (found == NULL) {
        return refuse_key(cmd, in);
    }
    if (cmd->json) {
        enum etch_exit status = json_print(image_json_record(store, found), stdout);
        return found->sum_wrong ? ETCH_EXIT_FAULT : status;
    }
    if (found->sum_wrong) {
        (void)cli_refuse("%s: '%s' is lost: the checksum of its record at 0x%08" PRIX32
                         " is wrong; 'etch image explain' shows older ones",
                cmd->where.path, cmd->key, store->addr + found->off);
        return ETCH_EXIT_FAULT;
    }
    write_value(store->image, found, cmd->raw);
    return ETCH_EXIT_FINE;
}

/* ---- check and explain --------------------------------------------------------------------- */

static bool damaged(const struct image_input *in)
{
    bool any = false;
    for (unsigned i = 0; i < in->n; i++) {
        any = any || in->store[i].image->damaged != 0;
    }
    return any;
}

static enum etch_exit check(const struct image_command *cmd, const struct image_input *in)
{
    if (cmd->json) {
        enum etch_exit status = print_stores(in, false);
        return status == ETCH_EXIT_FINE && damaged(in) ? ETCH_EXIT_FAULT : status;
    }
    for (unsigned i = 0; i < in->n; i++) {
        image_print_head(&in->store[i]);
        image_print_damage(&in->store[i]);
    }
    return damaged(in) ? ETCH_EXIT_FAULT : ETCH_EXIT_FINE;
}

static enum etch_exit explain(
        const struct image_command *cmd, const struct image_input *in)
{
    if (cmd->json) {
        enum etch_exit status = print_stores(in, true);
        return status == ETCH_EXIT_FINE && damaged(in) ? ETCH_EXIT_FAULT : status;
    }
    for (unsigned i = 0; i < in->n; i++) {
        if (i > 0) {
            putchar('\n');
        }
        image_print_all(&in->store[i], cmd->all);
    }
    return damaged(in) ? ETCH_EXIT_FAULT : ETCH_EXIT_FINE;
}

/* ---- the command line ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int arguments; /* file included */
    enum etch_exit (*run)(const struct image_command *cmd, const struct image_input *in);
} words[] = {{"list", 1, list_keys}, {"get", 2, get}, {"check", 1, check},
        {"explain", 1, explain}};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* Options that only one of the words has a use for. */
static const char *useless(const char *word, const struct image_command *cmd)
{
    if (cmd->all && strcmp(word, "explain") != 0) {
        return "--all";
    }
    return cmd->raw && strcmp(word, "get") != 0 ? "--raw" : NULL;
}

static bool take_option(struct image_command *cmd, int option)
{
    switch (option) {
    case 'p': cmd->where.part = pick_part(optarg); return cmd->where.part != NULL;
    case 'a': return image_pick_address(optarg, &cmd->where);
    case 's': return image_pick_sectors(optarg, &cmd->where);
    case 'R': cmd->where.rescue = true; return true;
    case 'A': cmd->all = true; return true;
    case 'r': cmd->raw = true; return true;
    case 'j': cmd->json = true; return true;
    default: return false;
    }
}

/* Options may stand anywhere; what is left over are the arguments. */
static bool read_options(
        int argc, char *argv[], struct image_command *cmd, bool *want_help)
{
    static const struct option options[] = {{"part", required_argument, NULL, 'p'},
            {"at", required_argument, NULL, 'a'},
            {"sectors", required_argument, NULL, 's'}, {"rescue", no_argument, NULL, 'R'},
            {"all", no_argument, NULL, 'A'}, {"raw", no_argument, NULL, 'r'},
            {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
            {NULL, 0, NULL, 0}};
    int option;
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == 'h') {
            *want_help = true;
        } else if (option == '?' || option == ':') {
            (void)cli_refuse_option("image", argv[optind - 1], option);
            return false;
        } else if (!take_option(cmd, option)) {
            return false;
        }
    }
    return true;
}

static enum etch_exit run_word(
        unsigned w, struct image_command *cmd, int argc, char *argv[])
{
    if (argc != words[w].arguments) {
        return cli_refuse("image %s wants %s; 'etch image --help' shows how",
                words[w].name, words[w].arguments == 1 ? "one file" : "a file and a key");
    }
    const char *option = useless(words[w].name, cmd);
    if (option != NULL) {
        return cli_refuse("image %s: no use for %s; 'etch image --help' shows what there "
                          "is",
                words[w].name, option);
    }
    if (cmd->where.sectors > 0 && !cmd->where.at_given) {
        return cli_refuse("--sectors says how long sectors are; --at must say where");
    }
    cmd->where.path = argv[0];
    cmd->key = argc > 1 ? argv[1] : NULL;
    struct image_input in;
    enum etch_exit status = image_input_open(&in, &cmd->where);
    if (status == ETCH_EXIT_FINE) {
        status = words[w].run(cmd, &in);
    }
    image_input_close(&in);
    return status;
}

/* Words with a command line of their own; they come first in it. */
static const struct {
    const char *name;
    enum etch_exit (*run)(int argc, char *argv[]);
} others[] = {{"create", image_create}, {"set", image_set}, {"rm", image_rm},
        {"diff", image_diff}, {"export", image_export}};
enum { OTHERS = sizeof(others) / sizeof(others[0]) };

enum etch_exit cmd_image(int argc, char *argv[])
{
    for (unsigned w = 0; argc > 1 && w < OTHERS; w++) {
        if (strcmp(argv[1], others[w].name) == 0) {
            return others[w].run(argc - 1, argv + 1);
        }
    }
    struct image_command cmd;
    memset(&cmd, 0, sizeof(cmd));
    bool want_help = false;
    if (!read_options(argc, argv, &cmd, &want_help)) {
        return ETCH_EXIT_USAGE;
    }
    if (want_help) {
        fputs(help, stdout);
        return ETCH_EXIT_FINE;
    }
    if (optind == argc) {
        fputs(help, stderr);
        return ETCH_EXIT_USAGE;
    }
    for (unsigned w = 0; w < WORDS; w++) {
        if (strcmp(argv[optind], words[w].name) == 0) {
            return run_word(w, &cmd, argc - optind - 1, argv + optind + 1);
        }
    }
    for (unsigned w = 0; w < OTHERS; w++) {
        if (strcmp(argv[optind], others[w].name) == 0) {
            return cli_refuse(
                    "image: options come behind '%s', not before it", others[w].name);
        }
    }
    return cli_refuse("image: no word '%s'; there are list, get, check, explain, diff, "
                      "export, create, set and rm",
            argv[optind]);
}
