/* SPDX-License-Identifier: MIT */
#include "cli/exploring.h"

#include <cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/pick.h"
#include "file/utf8.h"

/* ---- what to type next ------------------------------------------------------------ */

/* A word as a shell takes it. */
static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=:,./@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, stdout);
    } else if (strpbrk(word, "\"$`\\!") == NULL) {
        printf("\"%s\"", word);
    } else {
        putchar('\'');
        for (; *word != '\0'; word++) {
            if (*word == '\'') {
                fputs("'\\'", stdout);
            }
            putchar(*word);
        }
        putchar('\'');
    }
}

static void print_option(const char *option, const char *value)
{
    printf(" %s ", option);
    print_word(value);
}

/* The same firmware in the same world; args: what it is started with, or NULL. */
static void print_command(const char *verb, const struct exploring *e, const char *args)
{
    const struct board_config *config = &e->load.config;
    printf("etch %s ", verb);
    print_word(e->load.firmware);
    print_option("--part", config->part->name);
    if (e->load.flash) {
        print_option("--flash", e->load.flash);
    }
    if (args) {
        print_option("--args", args);
    }
    if (config->mpu == BOARD_MPU_MBED) {
        print_option("--mpu", "mbed");
    }
    if (config->conditions.vdd_mv != 0) {
        printf(" --vdd %" PRIu32 "mV", config->conditions.vdd_mv);
    }
    if (config->conditions.speed != SILICON_MEASURED) {
        print_option("--times", pick_times_name(config->conditions.speed));
    }
    if (e->how.limit_ns != 0) {
        printf(" --limit %" PRIu64 "ns", e->how.limit_ns);
    }
}

static void print_replay(const struct exploring *e, const char *why, const char *id)
{
    printf("%s: ", why);
    print_command("explore", e, e->load.config.args);
    if (e->how.done) {
        print_option("--done", e->how.done);
    }
    printf(" --replay %s\n", id);
}

/* It did not take a cut: `etch run` explains a fault, a replay what a check says. */
static void print_without_cut(const struct exploring *e, const struct explore_failure *f)
{
    char check[sizeof("check ") + EXPLORE_DONE_MAX];
    bool at_check = strpbrk(strchr(f->id, ':') + 1, ":") == NULL;
    const char *done = e->how.done ? e->how.done : "";
    if (at_check && f->end == EXPLORE_WRONG) {
        print_replay(e, "it fails without a cut; see how", f->id);
        return;
    }
    if (f->end == EXPLORE_HANG) {
        puts("it never left: a firmware to be explored leaves by itself, with 0 when all "
             "is "
             "right\n(semihosting's SYS_EXIT, as examples/settings.c); --limit gives it "
             "longer");
    }
    snprintf(check, sizeof(check), "check%s%s", done[0] ? " " : "", done);
    fputs("it fails without a cut; see why: ", stdout);
    print_command("run", e, at_check ? check : e->load.config.args);
    putchar('\n');
}

/* ---- results ------------------------------------------------------------------------ */

void exploring_print(const struct exploring *e, const struct explore_report *r)
{
    for (unsigned i = 0; i < r->n; i++) {
        printf("%s  %s\n    ", explore_end_name(r->failure[i].end), r->failure[i].id);
        utf8_print(stdout, r->failure[i].text);
        putchar('\n');
    }
    if (r->failed > r->n) {
        printf("and %" PRIu64 " more\n", r->failed - r->n);
    }
    printf("%" PRIu64 " cut points, %" PRIu64 " cuts, %" PRIu64
           " starts after them, %" PRIu64 " states: ",
            r->points, r->cuts, r->boots, r->states);
    if (r->failed == 0) {
        puts(r->points == 0   ? "nothing was cut"
                : r->complete ? "nothing was lost"
                              : "nothing was lost, but not all was done");
        return;
    }
    printf("%" PRIu64 " %s\n", r->failed, r->failed == 1 ? "failure" : "failures");
    if (r->points == 0) {
        print_without_cut(e, &r->failure[0]);
    } else {
        print_replay(e, "see one", r->failure[0].id);
    }
}

/* ---- what nobody asked about ----------------------------------------------------------- */

static bool had_data(const struct file *f, const struct silicon_sector *sector)
{
    enum { CHUNK = 1024 };
    uint8_t data[CHUNK];
    for (uint32_t off = 0; off < sector->size; off += CHUNK) {
        memset(data, 0xFF, CHUNK);
        (void)file_bytes(f, sector->addr + off, data, CHUNK);
        for (uint32_t i = 0; i < CHUNK; i++) {
            if (data[i] != 0xFF) {
                return true;
            }
        }
    }
    return false;
}

/* The sectors where --flash had something, and that were erased before anybody had said
 * what was done: so no check was asked for it. How many. */
static size_t list_erased(const struct exploring *e, int sectors[SILICON_SECTORS_MAX])
{
    size_t all;
    size_t n = 0;
    const struct silicon_sector *sector =
            silicon_sectors(board_silicon(e->load.board), &all);
    for (; all > 0; all--, sector++) {
        bool erased = (atomic_load(&e->noticed.erased) >> sector->number & 1u) != 0;
        if (erased && had_data(&e->load.before, sector)) {
            sectors[n++] = sector->number;
        }
    }
    return n;
}

static void warn_of_erased(const struct exploring *e)
{
    int sectors[SILICON_SECTORS_MAX];
    char list[100] = "";
    size_t len = 0;
    size_t n = list_erased(e, sectors);
    for (size_t i = 0; i < n && len < sizeof(list); i++) {
        len += (size_t)snprintf(
                list + len, sizeof(list) - len, "%s%d", i == 0 ? "" : ", ", sectors[i]);
    }
    if (n != 0) {
        (void)cli_refuse("erased before that, with data of %s in %s: %s %s",
                e->load.flash, n == 1 ? "it" : "them", n == 1 ? "sector" : "sectors",
                list);
    }
}

void exploring_warn(const struct exploring *e)
{
    bool told = e->how.done && e->how.done[0] != '\0';
    if (!told && !atomic_load(&e->noticed.done)) {
        (void)cli_refuse("%s says no \"done X\", so what is lost shows only if a start "
                         "fails ('etch explore --help')",
                e->load.firmware);
    }
    if (!e->how.done && e->load.flash) {
        (void)cli_refuse("no check asks for what %s holds until the firmware says \"done "
                         "X\"; --done X says what is done in it",
                e->load.flash);
        warn_of_erased(e);
    }
}

static void add_text(cJSON *to, const char *name, const char *text)
{
    if (text) {
        cJSON_AddStringToObject(to, name, text);
    } else {
        cJSON_AddNullToObject(to, name);
    }
}

void exploring_json(const struct exploring *e, const struct explore_report *r)
{
    int sectors[SILICON_SECTORS_MAX];
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "firmware", e->load.image.path);
    cJSON_AddStringToObject(all, "part", e->load.config.part->name);
    add_text(all, "flash", e->load.flash);
    add_text(all, "done", e->how.done);
    cJSON_AddNumberToObject(all, "points", (double)r->points);
    cJSON_AddNumberToObject(all, "cuts", (double)r->cuts);
    cJSON_AddNumberToObject(all, "boots", (double)r->boots);
    cJSON_AddNumberToObject(all, "states", (double)r->states);
    cJSON_AddNumberToObject(all, "failed", (double)r->failed);
    cJSON_AddBoolToObject(all, "complete", r->complete);
    cJSON_AddBoolToObject(all, "said_done", atomic_load(&e->noticed.done));
    cJSON_AddItemToObject(all, "erased_unasked",
            cJSON_CreateIntArray(sectors, (int)list_erased(e, sectors)));
    cJSON *failures = cJSON_AddArrayToObject(all, "failures");
    for (unsigned i = 0; i < r->n; i++) {
        cJSON *f = cJSON_CreateObject();
        cJSON_AddStringToObject(f, "id", r->failure[i].id);
        cJSON_AddStringToObject(f, "end", explore_end_name(r->failure[i].end));
        cJSON_AddStringToObject(f, "text", r->failure[i].text);
        cJSON_AddItemToArray(failures, f);
    }
    (void)json_print(all, stdout);
}
