/* main.c - `./dev bench [--json FILE] [SUITE...]`: measure, and compare with
 * what others reach.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static const struct bench_suite suites[] = {
        {"kv", bench_kv},
        {"sim", bench_sim},
        {"cuts", bench_cuts},
        {"chip", bench_chip},
};
enum { SUITES = sizeof(suites) / sizeof(suites[0]) };

struct bench {
    cJSON *figures;
};

void bench_add(struct bench *b, const char *name, double value)
{
    cJSON_DeleteItemFromObject(b->figures, name);
    if (cJSON_AddNumberToObject(b->figures, name, value) == NULL) {
        abort();
    }
}

double bench_get(const struct bench *b, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(b->figures, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

int bench_add_json(struct bench *b, const char *command, const char *begins)
{
    static char text[1 << 16];
    FILE *from = popen(command, "r");
    if (from == NULL) {
        return 0;
    }
    size_t n = fread(text, 1, sizeof(text) - 1, from);
    text[n] = '\0';
    int good = pclose(from) == 0;
    cJSON *all = cJSON_Parse(text);
    for (const cJSON *item = all ? all->child : NULL; item; item = item->next) {
        if (cJSON_IsNumber(item) && strncmp(item->string, begins, strlen(begins)) == 0) {
            bench_add(b, item->string, item->valuedouble);
        }
    }
    good = good && all != NULL;
    cJSON_Delete(all);
    return good;
}

static int write_json(const struct bench *b, const char *path)
{
    char *text = cJSON_Print(b->figures);
    FILE *to = text ? fopen(path, "w") : NULL;
    int good = to != NULL && fputs(text, to) >= 0 && fputc('\n', to) != EOF;
    if (to != NULL && fclose(to) != 0) {
        good = 0;
    }
    free(text);
    if (!good) {
        fprintf(stderr, "bench: cannot write %s\n", path);
    }
    return good;
}

static int usage(void)
{
    fputs("usage: bench [--json FILE] [SUITE...]\nsuites:", stderr);
    for (size_t i = 0; i < SUITES; i++) {
        fprintf(stderr, " %s", suites[i].name);
    }
    fputc('\n', stderr);
    return 2;
}

static int run(struct bench *b, const char *name)
{
    int found = 0;
    for (size_t i = 0; i < SUITES; i++) {
        if (name == NULL || strcmp(name, suites[i].name) == 0) {
            suites[i].run(b);
            found = 1;
        }
    }
    return found;
}

int main(int argc, char *argv[])
{
    struct bench b = {cJSON_CreateObject()};
    const char *json = NULL;
    int ran = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
            json = argv[++i];
        } else if (run(&b, argv[i])) {
            ran = 1;
        } else {
            return usage();
        }
    }
    if (!ran) {
        run(&b, NULL);
    }
    int good = json == NULL || write_json(&b, json);
    cJSON_Delete(b.figures);
    return good ? 0 : 3;
}
