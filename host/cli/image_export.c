/* image_export.c - etch image export: a store as rows that create takes back.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/image_args.h"
#include "cli/image_keys.h"

static const char help[] =
        "usage: etch image export FILE [OPTION]...\n"
        "\n"
        "Prints the keys of the store in FILE as CSV, or as JSON, so that 'etch image\n"
        "create' makes the same keys of them: same ids, names, types and bytes.\n"
        "\n"
        "FILE is a dump of a chip or of some sectors, or a firmware with its data: ELF,\n"
        "Intel HEX, S-record, UF2, or raw bytes.\n"
        "\n"
        "  --json           JSON instead of CSV\n"
        "  --elf FW.elf     types from this firmware's settings, for keys whose names in "
        "the\n"
        "                   store do not say them\n"
        "  -o, --out OUT    into this file instead of the standard output\n"
        "  --part NAME, --at ADDRESS, --sectors SIZES, --rescue     as for 'etch image\n"
        "                   list'\n"
        "\n"
        "Values are left out that are lost; it says so, and the exit status is 1.\n"
        "\n"
        "  etch image export dump.bin@08000000 -o settings.csv\n"
        "  etch image export dump.hex --json | jq '.[] | select(.key == "
        "\"serial\").value'\n";

static const struct image_word word = {"export", help, "aejopsR"};

static void print(const struct image_args *args, const struct firmware *fw,
        const struct keys *keys, FILE *to)
{
    size_t nameless =
            args->json ? keys_print_json(keys, fw, to) : keys_print_csv(keys, fw, to);
    if (nameless > 0) {
        (void)fprintf(stderr, "etch: %zu %s no text, and left out; their ids are there\n",
                nameless, nameless == 1 ? "name is" : "names are");
    }
}

static enum etch_exit print_to_file(
        const struct image_args *args, const struct firmware *fw, const struct keys *keys)
{
    FILE *to = fopen(args->out, "we");
    if (to == NULL) {
        return cli_refuse("%s: %s", args->out, strerror(errno));
    }
    print(args, fw, keys, to);
    bool good = ferror(to) == 0;
    good = fclose(to) == 0 && good;
    return good ? ETCH_EXIT_FINE
                : cli_refuse("%s: cannot be written: %s", args->out, strerror(errno));
}

static enum etch_exit report_lost(
        const char *path, const struct image_found *store, const struct keys *keys)
{
    enum etch_exit status =
            image_warn_lost(path, store) ? ETCH_EXIT_FAULT : ETCH_EXIT_FINE;
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->key[i].lost) {
            (void)cli_refuse("%s: the value of id %u is lost and left out; 'etch image "
                             "explain' shows older ones",
                    path, keys->key[i].id);
            status = ETCH_EXIT_FAULT;
        }
    }
    return status;
}

static enum etch_exit print_keys(const struct image_args *args, const struct firmware *fw)
{
    struct keys keys;
    struct image_input in;
    struct image_where where = args->where;
    where.path = args->rest[0];
    enum etch_exit status = image_input_one(&in, &where);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    if (!image_keys_of(in.store[0].image, &keys)) {
        image_input_close(&in);
        return ETCH_EXIT_BROKEN;
    }
    if (args->out != NULL && args->talk != stderr) {
        status = print_to_file(args, fw, &keys);
    } else {
        print(args, fw, &keys, stdout);
    }
    if (status == ETCH_EXIT_FINE) {
        status = report_lost(where.path, &in.store[0], &keys);
    }
    keys_free(&keys);
    image_input_close(&in);
    return status;
}

enum etch_exit image_export(int argc, char *argv[])
{
    struct image_args args;
    struct firmware fw;
    enum etch_exit status;
    if (!image_args_read(&word, argc, argv, &args, &status)) {
        return status;
    }
    if (args.rest_n != 1) {
        return cli_refuse(
                "image export wants one file; 'etch image export --help' shows how");
    }
    if (!image_args_firmware(&args, &fw)) {
        return ETCH_EXIT_USAGE;
    }
    status = print_keys(&args, &fw);
    firmware_free(&fw);
    return status;
}
