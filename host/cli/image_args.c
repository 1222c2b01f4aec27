/* SPDX-License-Identifier: MIT */
#include "cli/image_args.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/pick.h"

#define STANDARD_OUTPUT "/dev/stdout" /* as file_write knows it */

static const struct option known[] = {
        {"part", required_argument, NULL, 'p'},
        {"at", required_argument, NULL, 'a'},
        {"sectors", required_argument, NULL, 's'},
        {"layout", required_argument, NULL, 'l'},
        {"store", required_argument, NULL, 'S'},
        {"elf", required_argument, NULL, 'e'},
        {"out", required_argument, NULL, 'o'},
        {"format", required_argument, NULL, 'f'},
        {"table", required_argument, NULL, 't'},
        {"number", required_argument, NULL, 'n'},
        {"in-place", no_argument, NULL, 'i'},
        {"rewrite", no_argument, NULL, 'w'},
        {"json", no_argument, NULL, 'j'},
        {"rescue", no_argument, NULL, 'R'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static const char *option_name(int letter)
{
    const struct option *o = known;
    while (o->name != NULL && o->val != letter) {
        o++;
    }
    return o->name;
}

static bool take_number(struct image_args *args)
{
    uint64_t first;
    if (!pick_number("id", optarg, 0, 65534, &first)) {
        return false;
    }
    args->numbered = true;
    args->first = (uint16_t)first;
    return true;
}

/* "-" is the standard output, which then has the file and nothing else. */
static void take_out(struct image_args *args)
{
    args->out = strcmp(optarg, "-") == 0 ? STANDARD_OUTPUT : optarg;
    args->talk = strcmp(args->out, STANDARD_OUTPUT) == 0 ? stderr : stdout;
}

static bool take_option(struct image_args *args, int option)
{
    switch (option) {
    case 'p': args->where.part = pick_part(optarg); return args->where.part != NULL;
    case 'a': return image_pick_address(optarg, &args->where);
    case 's': return image_pick_sectors(optarg, &args->where);
    case 'l': args->layout = optarg; return true;
    case 'S': args->store = optarg; return true;
    case 'e': args->elf = optarg; return true;
    case 'o': take_out(args); return true;
    case 'f': args->format = optarg; return true;
    case 't': args->table = optarg; return true;
    case 'n': return take_number(args);
    case 'i': args->in_place = true; return true;
    case 'w': args->rewrite = true; return true;
    case 'j': args->json = true; return true;
    case 'R': args->where.rescue = true; return true;
    default: return false;
    }
}

static enum etch_exit refuse_option(
        const struct image_word *word, const char *option, int value)
{
    char verb[40];
    (void)snprintf(verb, sizeof(verb), "image %s", word->name);
    return cli_refuse_option(verb, option, value);
}

bool image_args_read(const struct image_word *word, int argc, char *argv[],
        struct image_args *args, enum etch_exit *status)
{
    int option;
    memset(args, 0, sizeof(*args));
    args->talk = stdout;
    *status = ETCH_EXIT_USAGE;
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":ho:", known, NULL)) != -1) {
        if (option == 'h') {
            fputs(word->help, stdout);
            *status = ETCH_EXIT_FINE;
            return false;
        }
        if (option == '?' || option == ':') {
            (void)refuse_option(word, argv[optind - 1], option);
            return false;
        }
        if (strchr(word->options, option) == NULL) {
            (void)cli_refuse(
                    "image %s: no use for --%s; 'etch image %s --help' shows what "
                    "there is",
                    word->name, option_name(option), word->name);
            return false;
        }
        if (!take_option(args, option)) {
            return false;
        }
    }
    args->rest = argv + optind;
    args->rest_n = argc - optind;
    return true;
}

bool image_args_firmware(const struct image_args *args, struct firmware *fw)
{
    char why[FILE_WHY];
    *fw = (struct firmware){.path = NULL};
    if (args->elf == NULL || firmware_read(fw, args->elf, why)) {
        return true;
    }
    (void)cli_refuse("%s", why);
    return false;
}
