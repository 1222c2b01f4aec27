/* cmd_layout.c - etch layout: who owns which sectors, and what a file does to
 * them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cJSON.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/guess.h"
#include "cli/json.h"
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
        "  --svg FILE      write a picture; - is the standard output, for each of them\n"
        "\n"
        "  check FW        an ELF, HEX, S-record, UF2 or BIN@ADDRESS: does it meet the\n"
        "                  store, are its vectors in place, is code in CCM, was it "
        "linked\n"
        "                  for this layout, and which sectors will be erased when it\n"
        "                  is flashed\n"
        "  --layout FILE   the layout; without it an ELF that was linked with the\n"
        "                  fragment says itself where the store is\n"
        "  --part PART     the part, where no layout says it; else a guess is made\n"
        "  --json          what check found, for scripts\n"
        "\n"
        "  A layout is a few lines: `etch layout ready stm32f446re > my.layout`.\n"
        "\n"
        "exit status: 0 fine, 1 the file is at fault, 2 input unusable\n";

enum { TEXT_MAX = 16384 };

struct options {
    const char *ld, *header, *svg, *layout, *part;
    bool json;
};

/* ---- what is made of it -------------------------------------------------------- */

static const char standard_output[] = "/dev/stdout";

static bool write_file(const char *path, const struct layout *layout,
        void (*writer)(const struct layout *layout, FILE *to))
{
    if (!path) {
        return true;
    }
    if (strcmp(path, standard_output) == 0) {
        writer(layout, stdout);
        return true; /* main sees to it that all of it arrives */
    }
    FILE *to = fopen(path, "we");
    if (!to) {
        (void)cli_refuse("%s: cannot be written: %s", path, strerror(errno));
        return false;
    }
    writer(layout, to);
    bool fine = !ferror(to);
    fine = fclose(to) == 0 && fine;
    if (!fine) {
        (void)cli_refuse("%s: cannot be written: %s", path, strerror(errno));
    }
    return fine;
}

static bool same_file(const char *a, const char *b)
{
    struct stat first;
    struct stat second;
    return strcmp(a, b) == 0 ||
           (stat(a, &first) == 0 && stat(b, &second) == 0 &&
                   first.st_dev == second.st_dev && first.st_ino == second.st_ino);
}

/* No file is written over another, nor over the layout. */
static bool check_outputs(const char *layout, const struct options *o)
{
    const char *files[] = {layout, o->ld, o->header, o->svg};
    enum { FILES = sizeof(files) / sizeof(*files) };
    for (int i = 0; i < FILES; i++) {
        for (int k = i + 1; files[i] && k < FILES; k++) {
            if (files[k] && same_file(files[i], files[k])) {
                (void)cli_refuse("%s: it %s; give each its own name", files[k],
                        i == 0 ? "is the layout itself" : "would be written twice");
                return false;
            }
        }
    }
    return true;
}

static enum etch_exit make_files(
        const char *path, const struct layout *layout, const struct options *o)
{
    if (!check_outputs(path, o)) {
        return ETCH_EXIT_USAGE;
    }
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

/* "sectors 0, 4" and the areas among them that are not the image's own. */
static void print_erased(const struct layout *layout, const bool erased[])
{
    size_t n = 0;
    for (size_t i = 0; i < layout->sectors; i++) {
        n += erased[i];
    }
    const char *between = n == 1 ? "erases sector" : "erases sectors";
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

static void print_report(const struct layout *layout, const struct file *file,
        const struct layout_fault *faults, size_t n)
{
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
}

/* ---- for scripts ----------------------------------------------------------------- */

static void add_flasher(
        cJSON *list, const struct layout *layout, const struct file *file, int way)
{
    static const char *const names[] = {[LAYOUT_BY_SECTOR] = "sector",
            [LAYOUT_BY_RANGE] = "range",
            [LAYOUT_WHOLE_CHIP] = "chip"};
    bool erased[SILICON_SECTORS_MAX];
    cJSON *object = cJSON_CreateObject();
    layout_erased_by(layout, file, (enum layout_flasher)way, erased);
    (void)cJSON_AddStringToObject(object, "by", names[way]);
    (void)cJSON_AddStringToObject(
            object, "how", layout_flasher_text((enum layout_flasher)way));
    cJSON *sectors = cJSON_AddArrayToObject(object, "erases");
    for (size_t i = 0; i < layout->sectors; i++) {
        if (erased[i]) {
            (void)cJSON_AddItemToArray(
                    sectors, cJSON_CreateNumber(layout->sector[i].number));
        }
    }
    (void)cJSON_AddItemToArray(list, object);
}

static enum etch_exit print_json(const struct layout *layout, const struct file *file,
        const struct layout_fault *faults, size_t n)
{
    cJSON *root = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(root, "file", file->path);
    (void)cJSON_AddStringToObject(root, "part", layout->part->name);
    cJSON *flashing = cJSON_AddArrayToObject(root, "flashing");
    for (int way = 0; way < LAYOUT_FLASHERS; way++) {
        add_flasher(flashing, layout, file, way);
    }
    cJSON *list = cJSON_AddArrayToObject(root, "faults");
    for (size_t i = 0; i < n && i < LAYOUT_FAULTS_MAX; i++) {
        cJSON *fault = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(fault, "code", faults[i].code);
        (void)cJSON_AddStringToObject(fault, "text", faults[i].text);
        (void)cJSON_AddStringToObject(fault, "fix", faults[i].fix);
        (void)cJSON_AddItemToArray(list, fault);
    }
    return json_print(root, stdout);
}

/* ---- check ------------------------------------------------------------------------- */

static enum etch_exit report(
        const struct layout *layout, const struct file *file, const struct options *o)
{
    struct layout_fault faults[LAYOUT_FAULTS_MAX];
    size_t n = layout_check(layout, file, faults);
    enum etch_exit status = ETCH_EXIT_FINE;
    if (o->json) {
        status = print_json(layout, file, faults, n);
    } else {
        print_report(layout, file, faults, n);
    }
    return status == ETCH_EXIT_FINE && n ? ETCH_EXIT_FAULT : status;
}

/* The part, by --part or else as the firmware looks. NULL: refused. */
static const struct silicon_part *find_part(
        const struct file *file, const struct options *o)
{
    char why[FILE_WHY];
    char from[100];
    struct symbols *symbols = NULL;
    if (o->part) {
        return pick_part(o->part);
    }
    if (file->format == FILE_ELF && !(symbols = symbols_open(file->path, why))) {
        (void)cli_refuse("%s", why);
        return NULL;
    }
    const struct silicon_part *part = guess_part_aloud(file, symbols, from, sizeof(from));
    symbols_close(symbols);
    return part;
}

/* The layout by --layout, or as the file carries it. False: refused. */
static bool find_layout(
        const struct file *file, const struct options *o, struct layout *layout)
{
    if (o->layout) {
        const struct silicon_part *part = o->part ? pick_part(o->part) : NULL;
        return (!o->part || part) && pick_layout(o->layout, layout) &&
               pick_same_part(o->layout, layout, part);
    }
    const struct silicon_part *part = find_part(file, o);
    if (part && !layout_from_file(part, file, layout)) {
        (void)fprintf(stderr,
                "etch: %s does not say where its store is; --layout FILE would\n",
                file->path);
    }
    return part != NULL;
}

static enum etch_exit check_file(const char *path, const struct options *o)
{
    struct layout layout;
    struct file file;
    char why[FILE_WHY];
    if (!file_read(&file, path, FILE_NO_ADDRESS, why)) {
        return cli_refuse("%s", why);
    }
    enum etch_exit status =
            find_layout(&file, o, &layout) ? report(&layout, &file, o) : ETCH_EXIT_USAGE;
    file_free(&file);
    return status;
}

/* ---- the verb ------------------------------------------------------------------------ */

/* "-" is the standard output. */
static const char *output(const char *path)
{
    return strcmp(path, "-") == 0 ? standard_output : path;
}

static bool read_options(int argc, char *argv[], struct options *o)
{
    static const struct option known[] = {
            {"ld", required_argument, NULL, 'l'},
            {"header", required_argument, NULL, 'c'},
            {"svg", required_argument, NULL, 's'},
            {"layout", required_argument, NULL, 'y'},
            {"part", required_argument, NULL, 'p'},
            {"json", no_argument, NULL, 'j'},
            {"help", no_argument, NULL, 'h'},
            {0},
    };
    for (int c; (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        switch (c) {
        case 'l': o->ld = output(optarg); break;
        case 'c': o->header = output(optarg); break;
        case 's': o->svg = output(optarg); break;
        case 'y': o->layout = optarg; break;
        case 'p': o->part = optarg; break;
        case 'j': o->json = true; break;
        case 'h': fputs(usage, stdout); exit(ETCH_EXIT_FINE);
        default: (void)cli_refuse_option("layout", argv[optind - 1], c); return false;
        }
    }
    return true;
}

/* An option given that this word, "check", "ready" or "" for a map, has no use for.
 * NULL: none. */
static const char *useless(const char *word, const struct options *o)
{
    const struct {
        const char *name, *given, *word;
    } known[] = {{"--ld", o->ld, ""}, {"--header", o->header, ""}, {"--svg", o->svg, ""},
            {"--layout", o->layout, "check"}, {"--part", o->part, "check"},
            {"--json", o->json ? "given" : NULL, "check"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (known[i].given && strcmp(known[i].word, word) != 0) {
            return known[i].name;
        }
    }
    return NULL;
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
    int words = argc - optind;
    bool ready = strcmp(word, "ready") == 0;
    bool check = strcmp(word, "check") == 0;
    if ((ready || check) && words != 2) {
        return cli_refuse("layout %s wants one %s; 'etch layout --help' shows how", word,
                ready ? "part" : "firmware");
    }
    if (!ready && !check && words != 1) {
        return cli_refuse("one layout at a time: '%s' is too much", argv[optind + 1]);
    }
    const char *option = useless(ready || check ? word : "", &o);
    if (option) {
        return cli_refuse("layout %s: no use for %s; 'etch layout --help' shows what "
                          "there is",
                word, option);
    }
    if (ready) {
        return print_ready(argv[optind + 1]);
    }
    if (check) {
        return check_file(argv[optind + 1], &o);
    }
    return pick_layout(word, &layout) ? make_files(word, &layout, &o) : ETCH_EXIT_USAGE;
}
