/* cmd_layout.c - etch layout: who owns which sectors, and what a file does to
 * them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/pick.h"
#include "layout/check.h"

static const char usage[] =
        "usage: etch layout ready PART                  a layout to start from, as text\n"
        "       etch layout FILE|PART [OPTIONS]         read it, show the map\n"
        "       etch layout check FW [--layout FILE] [--part PART]\n"
        "\n"
        "  --ld FILE       write a fragment for GNU ld; its first lines say how to use "
        "it\n"
        "  --header FILE   write the same places as C constants\n"
        "  --svg FILE      write a picture\n"
        "\n"
        "  check FW        an ELF, HEX, S-record, UF2 or BIN@ADDRESS: does it meet the\n"
        "                  store, are its vectors in place, is code in CCM, and which\n"
        "                  sectors will be erased when it is flashed\n"
        "  --layout FILE   the layout; without it an ELF that was linked with the\n"
        "                  fragment says itself where the store is\n"
        "  --part PART     the part, where no layout says it\n"
        "\n"
        "  A layout is a few lines: `etch layout ready stm32f446re > my.layout`.\n"
        "\n"
        "exit status: 0 fine, 1 the file is at fault, 2 input unusable\n";

enum { TEXT_MAX = 16384 };

struct options {
    const char *ld, *header, *svg, *layout, *part;
};

/* ---- what is made of it -------------------------------------------------------- */

static bool write_file(const char *path, const struct layout *layout,
        void (*writer)(const struct layout *layout, FILE *to))
{
    if (!path) {
        return true;
    }
    FILE *to = fopen(path, "w");
    if (!to) {
        perror(path);
        return false;
    }
    writer(layout, to);
    bool fine = !ferror(to);
    fine = fclose(to) == 0 && fine;
    if (!fine) {
        perror(path);
    }
    return fine;
}

static enum etch_exit make_files(const struct layout *layout, const struct options *o)
{
    bool fine = write_file(o->ld, layout, layout_write_ld);
    fine = write_file(o->header, layout, layout_write_header) && fine;
    fine = write_file(o->svg, layout, layout_write_svg) && fine;
    if (!o->ld && !o->header && !o->svg) {
        layout_write_map(layout, stdout);
    }
    return fine ? ETCH_EXIT_FINE : ETCH_EXIT_USAGE;
}

static enum etch_exit print_ready(const char *name)
{
    char text[TEXT_MAX];
    const struct silicon_part *part = pick_part(name);
    if (!part || !layout_ready(part, text, sizeof(text))) {
        return ETCH_EXIT_USAGE;
    }
    fputs(text, stdout);
    return ETCH_EXIT_FINE;
}

/* ---- checking a file ------------------------------------------------------------- */

static void print_pieces(const struct layout *layout, const struct file *file)
{
    printf("%s on %s:\n", file->path, layout->part->name);
    for (size_t i = 0; i < file->n; i++) {
        const struct file_segment *s = &file->segments[i];
        const struct layout_area *area = layout_area_at(layout, s->addr);
        printf("  0x%08" PRIX32 "  %7" PRIu32 " bytes  %-14s %s\n", s->addr, s->len,
                s->name, area ? area->name : "not in flash");
    }
}

/* "sectors 0 to 5" and the areas among them that are not the image's own. */
static void print_erased(const struct layout *layout, const bool erased[])
{
    const char *between = "erases sectors";
    for (size_t i = 0; i < layout->sectors; i++) {
        if (erased[i]) {
            printf("%s %u", between, layout->sector[i].number);
            between = ",";
        }
    }
    puts(between[0] == 'e' ? "erases nothing" : "");
    for (size_t a = 0; a < layout->areas; a++) {
        const struct layout_area *area = &layout->area[a];
        bool hit = false;
        for (size_t i = area->first; i < area->first + area->n; i++) {
            hit = hit || erased[i];
        }
        if (hit && area->use != LAYOUT_CODE && area->use != LAYOUT_FREE) {
            printf("      and with them %s\n", area->name);
        }
    }
}

static enum etch_exit report(const struct layout *layout, const struct file *file)
{
    struct layout_fault faults[LAYOUT_FAULTS_MAX];
    size_t n = layout_check(layout, file, faults);
    print_pieces(layout, file);
    puts("\nflashing it:");
    for (int way = 0; way < LAYOUT_FLASHERS; way++) {
        bool erased[SILICON_SECTORS_MAX];
        layout_erased_by(layout, file, (enum layout_flasher)way, erased);
        printf("  %s\n    ", layout_flasher_text((enum layout_flasher)way));
        print_erased(layout, erased);
    }
    for (size_t i = 0; i < n && i < LAYOUT_FAULTS_MAX; i++) {
        printf("\nerror: %s: %s\n  fix: %s\n", faults[i].code, faults[i].text,
                faults[i].fix);
    }
    if (n > LAYOUT_FAULTS_MAX) {
        printf("\nand %zu more of the kind\n", n - LAYOUT_FAULTS_MAX);
    }
    puts(n ? "" : "\nno fault found");
    return n ? ETCH_EXIT_FAULT : ETCH_EXIT_FINE;
}

static enum etch_exit check_file(const char *path, const struct options *o)
{
    struct layout layout;
    struct file file;
    char why[FILE_WHY];
    const struct silicon_part *part = o->part ? pick_part(o->part) : NULL;
    if (!o->layout && !o->part) {
        return cli_refuse(
                "%s: for which chip? say --layout FILE or --part stm32f446re", path);
    }
    if ((o->part && !part) || (o->layout && !pick_layout(o->layout, &layout))) {
        return ETCH_EXIT_USAGE;
    }
    if (!file_read(&file, path, FILE_NO_ADDRESS, why)) {
        return cli_refuse("%s", why);
    }
    if (!o->layout && !layout_from_file(part, &file, &layout)) {
        fprintf(stderr, "etch: %s does not say where its store is; --layout FILE would\n",
                path);
    }
    enum etch_exit status = report(&layout, &file);
    file_free(&file);
    return status;
}

/* ---- the verb ------------------------------------------------------------------------ */

static bool read_options(int argc, char *argv[], struct options *o)
{
    static const struct option known[] = {
            {"ld", required_argument, NULL, 'l'},
            {"header", required_argument, NULL, 'c'},
            {"svg", required_argument, NULL, 's'},
            {"layout", required_argument, NULL, 'y'},
            {"part", required_argument, NULL, 'p'},
            {"help", no_argument, NULL, 'h'},
            {0},
    };
    for (int c; (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        switch (c) {
        case 'l': o->ld = optarg; break;
        case 'c': o->header = optarg; break;
        case 's': o->svg = optarg; break;
        case 'y': o->layout = optarg; break;
        case 'p': o->part = optarg; break;
        case 'h': fputs(usage, stdout); exit(ETCH_EXIT_FINE);
        default: (void)cli_refuse_option("layout", argv[optind - 1], c); return false;
        }
    }
    return true;
}

enum etch_exit cmd_layout(int argc, char *argv[])
{
    struct options o = {0};
    struct layout layout;
    if (!read_options(argc, argv, &o)) {
        return ETCH_EXIT_USAGE;
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return ETCH_EXIT_USAGE;
    }
    const char *word = argv[optind];
    bool two = strcmp(word, "ready") == 0 || strcmp(word, "check") == 0;
    if (argc - optind != (two ? 2 : 1)) {
        fputs(usage, stderr);
        return ETCH_EXIT_USAGE;
    }
    if (strcmp(word, "ready") == 0) {
        return print_ready(argv[optind + 1]);
    }
    if (strcmp(word, "check") == 0) {
        return check_file(argv[optind + 1], &o);
    }
    return pick_layout(word, &layout) ? make_files(&layout, &o) : ETCH_EXIT_USAGE;
}
