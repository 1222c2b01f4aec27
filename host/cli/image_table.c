/* image_table.c - etch image create --table: as many images as devices.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cJSON.h>

#include "cli/image_create.h"
#include "cli/image_diff.h"
#include "cli/json.h"
#include "sheet/table.h"

struct job {
    const struct image_maker *maker;
    const struct sheet *base;
    struct table table;
    char **path; /* of each device */
    uint8_t *bytes;
    time_t shown;
};

/* ---- progress -------------------------------------------------------------------- */

static void show_progress(struct job *job, const char *what, size_t done)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (isatty(STDERR_FILENO) == 0 || now.tv_sec == job->shown) {
        return;
    }
    job->shown = now.tv_sec;
    (void)fprintf(stderr, "\r%zu of %zu %s \033[K", done, job->table.n, what);
}

static void hide_progress(void)
{
    if (isatty(STDERR_FILENO) != 0) {
        (void)fputs("\r\033[K", stderr);
    }
}

/* ---- checking -------------------------------------------------------------------- */

static bool make_device(const struct job *job, size_t i)
{
    const struct firmware *fw = job->maker->fw.path != NULL ? &job->maker->fw : NULL;
    struct sheet rows;
    struct keys keys;
    if (!table_rows(&job->table, i, job->base, fw, &rows)) {
        (void)cli_refuse("not enough memory");
        return false;
    }
    bool good = image_make(job->maker, &rows, &keys, job->bytes);
    if (good) {
        keys_free(&keys);
    }
    sheet_free(&rows);
    return good;
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;
    return strcmp(*a, *b);
}

static bool check_paths(const struct job *job)
{
    char **order = calloc(job->table.n + 1, sizeof(*order));
    if (order == NULL) {
        (void)cli_refuse("not enough memory");
        return false;
    }
    memcpy(order, job->path, job->table.n * sizeof(*order));
    qsort(order, job->table.n, sizeof(*order), by_text);
    bool good = true;
    for (size_t i = 1; i < job->table.n && good; i++) {
        good = strcmp(order[i - 1], order[i]) != 0;
        if (!good) {
            (void)cli_refuse(
                    "%s: two devices would get %s; name a column that differs in "
                    "each, as in -o 'out/{serial}.hex'",
                    job->maker->args->table, order[i]);
        }
    }
    free(order);
    return good;
}

static bool check_devices(struct job *job)
{
    char why[SHEET_WHY];
    const struct firmware *fw = job->maker->fw.path != NULL ? &job->maker->fw : NULL;
    const char *pattern = job->maker->args->out;
    if (!table_check(&job->table, job->base, fw, pattern, why)) {
        (void)cli_refuse("%s", why);
        return false;
    }
    for (size_t i = 0; i < job->table.n; i++) {
        job->path[i] = table_path(&job->table, i, pattern, why);
        if (job->path[i] == NULL) {
            (void)cli_refuse("%s", why);
            return false;
        }
        if (!make_device(job, i)) {
            return false;
        }
        show_progress(job, "checked", i + 1);
    }
    return check_paths(job);
}

/* ---- writing ------------------------------------------------------------------------ */

/* The folder of the first image, if only the last of its names is missing. */
static void make_folder(const struct job *job)
{
    char *folder = strdup(job->path[0]);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0777); /* if it cannot be, writing says why */
    }
    free(folder);
}

static enum etch_exit write_devices(struct job *job, size_t *written)
{
    const struct image_target *t = &job->maker->target;
    make_folder(job);
    for (size_t i = 0; i < job->table.n; i++) {
        if (!make_device(job, i)) {
            return ETCH_EXIT_USAGE;
        }
        enum etch_exit status =
                image_write(job->maker->args, job->path[i], t->addr, job->bytes, t->size);
        if (status != ETCH_EXIT_FINE) {
            return status;
        }
        *written = i + 1;
        show_progress(job, "written", i + 1);
    }
    return ETCH_EXIT_FINE;
}

static void report(const struct job *job, size_t written)
{
    const struct image_target *t = &job->maker->target;
    if (job->maker->args->json) {
        cJSON *root = cJSON_CreateObject();
        cJSON *list = cJSON_AddArrayToObject(root, "images");
        for (size_t i = 0; i < written; i++) {
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(job->path[i]));
        }
        (void)cJSON_AddNumberToObject(root, "devices", (double)job->table.n);
        (void)json_print(root, stdout);
    } else {
        printf("%zu of %zu images for %s: %s%s%s\n", written, job->table.n, t->text,
                written > 0 ? job->path[0] : "none", written > 1 ? " to " : "",
                written > 1 ? job->path[written - 1] : "");
    }
}

static enum etch_exit make_all(struct job *job)
{
    size_t written = 0;
    bool good = check_devices(job);
    hide_progress();
    if (!good) {
        return ETCH_EXIT_USAGE;
    }
    enum etch_exit status = write_devices(job, &written);
    hide_progress();
    report(job, written);
    return status;
}

enum etch_exit image_make_table(const struct image_maker *maker, const struct sheet *base,
        uint8_t *bytes) /* NOLINT(readability-non-const-parameter): written to */
{
    struct job job = {.maker = maker, .base = base, .bytes = bytes};
    const char *path = maker->args->table;
    char why[SHEET_WHY];
    size_t len;
    char *text = sheet_load(path, &len, why);
    bool good = text != NULL && table_parse(&job.table, path, text, len, why);
    free(text);
    if (!good) {
        return cli_refuse("%s", why);
    }
    enum etch_exit status = ETCH_EXIT_BROKEN;
    job.path = calloc(job.table.n, sizeof(*job.path));
    if (job.path != NULL) {
        status = make_all(&job);
    } else {
        (void)cli_refuse("not enough memory");
    }
    for (size_t i = 0; job.path != NULL && i < job.table.n; i++) {
        free(job.path[i]);
    }
    free(job.path);
    table_free(&job.table);
    return status;
}
