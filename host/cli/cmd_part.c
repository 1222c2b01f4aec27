/* cmd_part.c - etch part: what a chip has, and how long its flash takes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/pick.h"
#include "silicon/silicon.h"

static const char help[] =
        "usage: etch part [--json] [NAME]\n"
        "\n"
        "What an STM32F4 has that matters to firmware that writes its own flash:\n"
        "sectors, RAM, how long erasing and programming take, and the limits.\n"
        "Without NAME, all parts there are.\n"
        "\n"
        "NAME is the marking on the package, in any case: stm32f446re, F407VG,\n"
        "STM32F429ZIT6. 'STM32F446xE' in the list stands for every package of that\n"
        "size of flash.\n"
        "\n"
        "  --json   the same for scripts: one document on stdout\n"
        "\n"
        "  etch part stm32f446re\n"
        "  etch part --json f407vg | jq '.sectors[] | select(.number == 5)'\n";

enum { KIB = 1024, PSIZES = 4, ENDURANCE = 10000 };
static const uint64_t ms = 1000000;
static const unsigned kinds_kib[] = {16, 64, 128};

/* What each PSIZE wants of the supply (RM0090 3.6.2, table 7). */
static const struct {
    const char *name;
    unsigned bits;
    unsigned min_mv;
    const char *text;
} psizes[PSIZES] = {
        {"x8", 8, 1700, "1.7 V"},
        {"x16", 16, 2100, "2.1 V"},
        {"x32", 32, 2700, "2.7 V"},
        {"x64", 64, 2700, "with Vpp"},
};

static unsigned bank_kib(const struct silicon_part *part)
{
    bool two = part->banks == SILICON_DUAL || part->banks == SILICON_DB1M_ON;
    return part->flash_kib / (two ? 2u : 1u);
}

static const char *banks_text(const struct silicon_part *part)
{
    switch (part->banks) {
    case SILICON_DUAL: return "two banks";
    case SILICON_DB1M_OFF: return "one bank; two if option bit DB1M is set";
    case SILICON_DB1M_ON: return "two banks: option bit DB1M is set";
    case SILICON_SINGLE:
    default: return "one bank";
    }
}

/* ---- the list ------------------------------------------------------------------- */

static unsigned ram_kib(const struct silicon_part *part)
{
    return part->sram[0].kib + part->sram[1].kib + part->sram[2].kib;
}

/* "4x16+1x64+7x128", or of two equal banks "2x(4x16+1x64+7x128)". */
static const char *layout_text(const struct silicon_part *p, char *text, size_t size)
{
    const char *second = strchr(p->layout, '|');
    if (second == NULL) {
        return p->layout;
    }
    (void)snprintf(text, size, "2x(%s)", second + 1);
    return text;
}

static void print_list(void)
{
    printf("%-13s %9s  %-28s %7s %5s %7s  %s\n", "part", "flash", "sectors, KiB", "RAM",
            "CCM", "clock", "manual");
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *p = &silicon_parts[i];
        if (p->banks == SILICON_DB1M_ON) {
            continue; /* the same part; its own page shows both */
        }
        char ccm[16] = "-";
        char layout[40];
        if (p->ccm_kib > 0) {
            (void)snprintf(ccm, sizeof ccm, "%" PRIu32, p->ccm_kib);
        }
        printf("%-13s %5u KiB  %-28s %3u KiB %5s %3u MHz  %s\n", p->name, p->flash_kib,
                layout_text(p, layout, sizeof(layout)), ram_kib(p), ccm, p->max_mhz,
                p->manual);
    }
    puts("\n'etch part NAME' shows one. x stands for any package letter; 1 MiB parts "
         "with\n"
         "option bit DB1M are listed as delivered, undivided.");
}

/* ---- one part ---------------------------------------------------------------------- */

static void print_memory(const struct silicon_part *p)
{
    printf("  %-9s %u KiB at 0x08000000, %s\n", "flash", p->flash_kib, banks_text(p));
    for (int i = 0; i < 3 && p->sram[i].kib > 0; i++) {
        printf("  SRAM%d     %" PRIu32 " KiB at 0x%08" PRIX32 "\n", i + 1, p->sram[i].kib,
                p->sram[i].base);
    }
    if (p->ccm_kib > 0) {
        printf("  %-9s %" PRIu32
               " KiB at 0x10000000, for data only: no code runs there\n",
                "CCM", p->ccm_kib);
    }
    if (p->bkpsram) {
        printf("  %-9s 4 KiB at 0x40024000\n", "backup");
    }
    printf("  %-9s up to %u MHz\n", "clock", p->max_mhz);
    printf("  %-9s 0x%03X (DBGMCU_IDCODE)\n", "device id", p->dev_id);
    printf("  %-9s %u entries\n", "vectors", p->vectors);
    printf("  %-9s %s\n", "manual", p->manual);
}

static void print_sectors(const struct silicon_part *p)
{
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(p, sectors);
    printf("\n  sector  first       last           size  SNB%s\n",
            bank_kib(p) < p->flash_kib ? "  bank" : "");
    for (size_t i = 0; i < n; i++) {
        const struct silicon_sector *s = &sectors[i];
        printf("  %6u  0x%08" PRIX32 "  0x%08" PRIX32 "  %3" PRIu32 " KiB  %3u",
                s->number, s->addr, s->addr + s->size - 1, s->size / KIB, s->snb);
        if (bank_kib(p) < p->flash_kib) {
            printf("  %4u", s->bank + 1u);
        }
        putchar('\n');
    }
}

static void print_row(const char *what,
        uint64_t (*time)(enum silicon_speed, unsigned, unsigned), unsigned kib)
{
    printf("  %-18s", what);
    for (unsigned i = 0; i < PSIZES; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%" PRIu64 " / %" PRIu64,
                time(SILICON_TYPICAL, i, kib) / ms, time(SILICON_MAXIMUM, i, kib) / ms);
        printf("  %13s", text);
    }
    putchar('\n');
}

static void print_times(const struct silicon_part *p)
{
    printf("\n  %-18s", "PSIZE");
    for (unsigned i = 0; i < PSIZES; i++) {
        printf("  %13s", psizes[i].name);
    }
    printf("\n  %-18s", "supply at least");
    for (unsigned i = 0; i < PSIZES; i++) {
        printf("  %13s", psizes[i].text);
    }
    puts("\n  erasing takes, in ms, typically / at most");
    for (size_t i = 0; i < sizeof kinds_kib / sizeof *kinds_kib; i++) {
        char what[24];
        (void)snprintf(what, sizeof what, "  a %u KiB sector", kinds_kib[i]);
        if (kinds_kib[i] < 128 || bank_kib(p) > 128) {
            print_row(what, silicon_erase_ns, kinds_kib[i]);
        }
    }
    print_row(bank_kib(p) < p->flash_kib ? "  a bank" : "  everything", silicon_mass_ns,
            bank_kib(p));
    printf("  programming takes %" PRIu64 " us, at most %" PRIu64
           ", for each unit of PSIZE\n",
            silicon_program_ns(SILICON_TYPICAL) / 1000,
            silicon_program_ns(SILICON_MAXIMUM) / 1000);
}

static void print_limits(const struct silicon_part *p)
{
    bool two = p->banks == SILICON_DUAL || p->banks == SILICON_DB1M_ON;
    printf("\n  A sector is good for %d erases. x64 needs 8 to 9 V at Vpp: a "
           "programmer's\n"
           "  business, not firmware's. While %s is erased or programmed, every access\n"
           "  to it waits: code that runs there stands still, interrupts too.\n",
            ENDURANCE, two ? "a bank" : "the flash");
    if (p->note[0] != '\0') {
        printf("  Note: %s.\n", p->note);
    }
}

static void print_part(const struct silicon_part *part)
{
    printf("%s\n", part->name);
    print_memory(part);
    print_sectors(part);
    const struct silicon_part *split = silicon_part_db1m(part, true);
    if (split != part) {
        puts("\n  with option bit DB1M set:");
        print_sectors(split);
    }
    print_times(part);
    print_limits(part);
}

/* ---- for scripts ---------------------------------------------------------------------- */

static void add_address(cJSON *to, const char *name, uint32_t addr)
{
    char text[16];
    (void)snprintf(text, sizeof text, "0x%08" PRIX32, addr);
    (void)cJSON_AddStringToObject(to, name, text);
}

static cJSON *json_head(const struct silicon_part *p)
{
    cJSON *part = cJSON_CreateObject();
    char id[16];
    (void)snprintf(id, sizeof id, "0x%03X", p->dev_id);
    (void)cJSON_AddStringToObject(part, "part", p->name);
    (void)cJSON_AddStringToObject(part, "device_id", id);
    (void)cJSON_AddStringToObject(part, "manual", p->manual);
    (void)cJSON_AddNumberToObject(part, "flash_kib", p->flash_kib);
    (void)cJSON_AddNumberToObject(part, "bank_kib", bank_kib(p));
    (void)cJSON_AddBoolToObject(part, "db1m", silicon_part_db1m(p, true) != p);
    (void)cJSON_AddNumberToObject(part, "ram_kib", ram_kib(p));
    (void)cJSON_AddNumberToObject(part, "ccm_kib", p->ccm_kib);
    (void)cJSON_AddNumberToObject(part, "max_mhz", p->max_mhz);
    (void)cJSON_AddStringToObject(part, "layout", p->layout);
    (void)cJSON_AddStringToObject(part, "note", p->note);
    return part;
}

static void json_ram(cJSON *to, const struct silicon_part *p)
{
    cJSON *list = cJSON_AddArrayToObject(to, "ram");
    for (int i = 0; i < 3 && p->sram[i].kib > 0; i++) {
        cJSON *ram = cJSON_CreateObject();
        add_address(ram, "address", p->sram[i].base);
        (void)cJSON_AddNumberToObject(ram, "kib", p->sram[i].kib);
        (void)cJSON_AddItemToArray(list, ram);
    }
}

static void json_sectors(cJSON *to, const char *name, const struct silicon_part *p)
{
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(p, sectors);
    cJSON *list = cJSON_AddArrayToObject(to, name);
    for (size_t i = 0; i < n; i++) {
        cJSON *sector = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(sector, "number", sectors[i].number);
        add_address(sector, "address", sectors[i].addr);
        (void)cJSON_AddNumberToObject(sector, "size", sectors[i].size);
        (void)cJSON_AddNumberToObject(sector, "snb", sectors[i].snb);
        (void)cJSON_AddNumberToObject(sector, "bank", sectors[i].bank + 1);
        (void)cJSON_AddItemToArray(list, sector);
    }
}

static void json_pair(cJSON *to, const char *name, uint64_t typical, uint64_t maximum)
{
    cJSON *pair = cJSON_AddObjectToObject(to, name);
    (void)cJSON_AddNumberToObject(pair, "typical", (double)typical);
    (void)cJSON_AddNumberToObject(pair, "maximum", (double)maximum);
}

static void json_times(cJSON *to, const struct silicon_part *p)
{
    cJSON *list = cJSON_AddArrayToObject(to, "psize");
    for (unsigned i = 0; i < PSIZES; i++) {
        cJSON *row = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(row, "name", psizes[i].name);
        (void)cJSON_AddNumberToObject(row, "bits", psizes[i].bits);
        (void)cJSON_AddNumberToObject(row, "min_mv", psizes[i].min_mv);
        (void)cJSON_AddBoolToObject(row, "needs_vpp", i == PSIZES - 1);
        for (size_t k = 0; k < sizeof kinds_kib / sizeof *kinds_kib; k++) {
            char name[32];
            (void)snprintf(name, sizeof name, "erase_%u_kib_ms", kinds_kib[k]);
            json_pair(row, name, silicon_erase_ns(SILICON_TYPICAL, i, kinds_kib[k]) / ms,
                    silicon_erase_ns(SILICON_MAXIMUM, i, kinds_kib[k]) / ms);
        }
        json_pair(row, "erase_bank_ms",
                silicon_mass_ns(SILICON_TYPICAL, i, bank_kib(p)) / ms,
                silicon_mass_ns(SILICON_MAXIMUM, i, bank_kib(p)) / ms);
        (void)cJSON_AddItemToArray(list, row);
    }
    json_pair(to, "program_ns", silicon_program_ns(SILICON_TYPICAL),
            silicon_program_ns(SILICON_MAXIMUM));
    (void)cJSON_AddNumberToObject(to, "endurance", ENDURANCE);
}

static cJSON *json_part(const struct silicon_part *p)
{
    cJSON *part = json_head(p);
    json_ram(part, p);
    json_sectors(part, "sectors", p);
    if (silicon_part_db1m(p, true) != p) {
        json_sectors(part, "sectors_db1m", silicon_part_db1m(p, true));
    }
    json_times(part, p);
    return part;
}

static cJSON *json_list(void)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *parts = cJSON_AddArrayToObject(root, "parts");
    for (size_t i = 0; i < silicon_part_count; i++) {
        if (silicon_parts[i].banks != SILICON_DB1M_ON) {
            (void)cJSON_AddItemToArray(parts, json_head(&silicon_parts[i]));
        }
    }
    return root;
}

/* ---- the verb ------------------------------------------------------------------------- */

enum etch_exit cmd_part(int argc, char *argv[])
{
    static const struct option options[] = {
            {"help", no_argument, NULL, 'h'}, {"json", no_argument, NULL, 'j'}, {0}};
    bool json = false;
    int option;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (option) {
        case 'h': fputs(help, stdout); return ETCH_EXIT_FINE;
        case 'j': json = true; break;
        default: return cli_refuse_option("part", argv[optind - 1], option);
        }
    }
    if (argc - optind > 1) {
        return cli_refuse("one part at a time: '%s' is too much", argv[optind + 1]);
    }
    if (optind == argc) {
        if (json) {
            return json_print(json_list(), stdout);
        }
        print_list();
        return ETCH_EXIT_FINE;
    }
    const struct silicon_part *part = pick_part(argv[optind]);
    if (part == NULL) {
        return ETCH_EXIT_USAGE;
    }
    if (json) {
        return json_print(json_part(part), stdout);
    }
    print_part(part);
    return ETCH_EXIT_FINE;
}
