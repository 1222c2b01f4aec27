/* suite_json.c - results as a document, and shards' documents added up.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "explore/suite_priv.h"

static const enum explore_end ends[] = {
        EXPLORE_DONE, EXPLORE_CUT, EXPLORE_FAULT, EXPLORE_HANG, EXPLORE_WRONG};
enum { ENDS = sizeof(ends) / sizeof(ends[0]) };

/* The numbers of a report and their names in a document. */
struct number {
    const char *name;
    uint64_t *value;
};

enum { NUMBERS = 11 };

static void numbers_of(struct explore_report *r, struct number numbers[NUMBERS])
{
    const struct number all[NUMBERS] = {{"points", &r->points}, {"cuts", &r->cuts},
            {"boots", &r->boots}, {"states", &r->states}, {"merged", &r->merged},
            {"edges", &r->edges}, {"failed", &r->failed}, {"bodies", &r->bodies},
            {"alike", &r->alike}, {"thinned", &r->thinned}, {"spared", &r->spared}};
    memcpy(numbers, all, sizeof(all));
}

/* ---- writing ------------------------------------------------------------------------- */

static void add_failures(cJSON *object, const struct explore_report *r)
{
    cJSON *list = cJSON_AddArrayToObject(object, "failures");
    for (unsigned i = 0; i < r->n; i++) {
        cJSON *f = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(f, "id", r->failure[i].id);
        (void)cJSON_AddStringToObject(f, "end", explore_end_name(r->failure[i].end));
        (void)cJSON_AddStringToObject(f, "text", r->failure[i].text);
        (void)cJSON_AddItemToArray(list, f);
    }
}

static cJSON *object_of(const struct suite_result *r)
{
    struct explore_report report = r->report;
    struct number numbers[NUMBERS];
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "name", r->name);
    (void)cJSON_AddStringToObject(object, "way", r->way);
    (void)cJSON_AddStringToObject(object, "about", r->about);
    numbers_of(&report, numbers);
    for (unsigned i = 0; i < NUMBERS; i++) {
        (void)cJSON_AddNumberToObject(object, numbers[i].name, (double)*numbers[i].value);
    }
    (void)cJSON_AddNumberToObject(object, "deepest", report.deepest);
    (void)cJSON_AddBoolToObject(object, "complete", report.complete);
    add_failures(object, &report);
    return object;
}

bool suite_print_json(const struct suite_results *all, FILE *to)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "results");
    for (unsigned i = 0; i < all->n; i++) {
        (void)cJSON_AddItemToArray(list, object_of(&all->at[i]));
    }
    char *text = cJSON_Print(root);
    if (text != NULL) {
        (void)fprintf(to, "%s\n", text);
        cJSON_free(text);
    }
    cJSON_Delete(root);
    return text != NULL;
}

/* ---- reading --------------------------------------------------------------------------- */

static bool take_text(const cJSON *object, const char *name, char *to, size_t size)
{
    const char *text =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    if (text == NULL) {
        return false;
    }
    (void)snprintf(to, size, "%s", text);
    return true;
}

static bool take_end(const cJSON *object, enum explore_end *end)
{
    char name[16];
    if (!take_text(object, "end", name, sizeof(name))) {
        return false;
    }
    for (unsigned i = 0; i < ENDS; i++) {
        if (strcmp(name, explore_end_name(ends[i])) == 0) {
            *end = ends[i];
            return true;
        }
    }
    return false;
}

static bool take_failures(const cJSON *object, struct explore_report *r)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "failures");
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        struct explore_failure *f = &r->failure[r->n];
        if (r->n == EXPLORE_FAILURES || !take_text(item, "id", f->id, sizeof(f->id)) ||
                !take_text(item, "text", f->text, sizeof(f->text)) ||
                !take_end(item, &f->end)) {
            return false;
        }
        r->n++;
    }
    return cJSON_IsArray(list);
}

static bool take_result(const cJSON *object, struct suite_result *r)
{
    struct number numbers[NUMBERS];
    memset(r, 0, sizeof(*r));
    numbers_of(&r->report, numbers);
    for (unsigned i = 0; i < NUMBERS; i++) {
        const cJSON *n = cJSON_GetObjectItemCaseSensitive(object, numbers[i].name);
        if (!cJSON_IsNumber(n) || !(n->valuedouble >= 0 && n->valuedouble < 1e18)) {
            return false;
        }
        *numbers[i].value = (uint64_t)n->valuedouble;
    }
    const cJSON *deepest = cJSON_GetObjectItemCaseSensitive(object, "deepest");
    const cJSON *complete = cJSON_GetObjectItemCaseSensitive(object, "complete");
    r->report.deepest = cJSON_IsNumber(deepest) ? (unsigned)deepest->valueint : 0;
    r->report.complete = cJSON_IsTrue(complete);
    return take_text(object, "name", r->name, sizeof(r->name)) &&
           take_text(object, "way", r->way, sizeof(r->way)) &&
           take_text(object, "about", r->about, sizeof(r->about)) &&
           take_failures(object, &r->report) && r->report.n <= r->report.failed;
}

static bool add_result(struct suite_results *all, const struct suite_result *r)
{
    for (unsigned i = 0; i < all->n; i++) {
        struct suite_result *known = &all->at[i];
        if (strcmp(known->name, r->name) == 0 && strcmp(known->way, r->way) == 0 &&
                strcmp(known->about, r->about) == 0) {
            explore_merge(&known->report, &r->report);
            return true;
        }
    }
    struct suite_result *fresh = suite_add(all);
    if (fresh != NULL) {
        *fresh = *r;
    }
    return fresh != NULL;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    (void)fclose(file);
    return text;
}

bool suite_read_json(struct suite_results *all, const char *path)
{
    char *text = read_file(path);
    cJSON *root = text == NULL ? NULL : cJSON_Parse(text);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "results");
    struct suite_result *r = malloc(sizeof(*r));
    bool good = cJSON_IsArray(list) && r != NULL;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        good = good && take_result(item, r) && add_result(all, r);
    }
    if (!good) {
        (void)fprintf(stderr, "explore: %s is not what `explore --json` writes\n", path);
    }
    free(r);
    cJSON_Delete(root);
    free(text);
    return good;
}
