/* image_args.h - the command lines of those words of etch image that write or
 * compare.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_ARGS_H
#define ETCH_CLI_IMAGE_ARGS_H

#include <stdio.h>

#include "cli/image_input.h"
#include "sheet/firmware.h"

struct image_args {
    struct image_where where;
    const char *out, *format, *elf, *layout, *store, *table;
    FILE *talk; /* where what was done is said: stderr if out is the standard output */
    bool in_place, rewrite, json, numbered;
    uint16_t first; /* of the numbers, if numbered */
    char **rest;    /* what is no option */
    int rest_n;
};

/* A word, and which options it takes. */
struct image_word {
    const char *name;
    const char *help;
    const char *options; /* letters of image_args.c */
};

/* Read them. False: there is nothing more to do, and *status says why: the help
 * was shown, or something refused. */
bool image_args_read(const struct image_word *word, int argc, char *argv[],
        struct image_args *args, enum etch_exit *status);

/* The firmware that --elf names; without it, *fw is empty. False: refused. */
bool image_args_firmware(const struct image_args *args, struct firmware *fw);

/* The words, each in its file. */
enum etch_exit image_create(int argc, char *argv[]);
enum etch_exit image_set(int argc, char *argv[]);
enum etch_exit image_rm(int argc, char *argv[]);
enum etch_exit image_diff(int argc, char *argv[]);
enum etch_exit image_export(int argc, char *argv[]);

#endif
