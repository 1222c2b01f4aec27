/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/pick.h"

enum { TEXT_MAX = 16384 + 2 };

static bool read_text(const char *path, char text[TEXT_MAX])
{
    FILE *from = fopen(path, "r");
    if (!from) {
        return false;
    }
    size_t n = fread(text, 1, TEXT_MAX - 1, from);
    text[n] = '\0';
    bool fine = !ferror(from);
    return fclose(from) == 0 && fine;
}

bool pick_layout(const char *name, struct layout *layout)
{
    char text[TEXT_MAX];
    struct layout_problem problem;
    const struct silicon_part *part = silicon_part_find(name);
    errno = 0;
    if (!read_text(name, text) && (!part || !layout_ready(part, text, sizeof(text)))) {
        if (errno != ENOENT) {
            (void)cli_refuse("%s: %s", name, strerror(errno));
        } else {
            (void)cli_refuse("'%s' is neither a file nor an STM32F4; 'etch part' lists "
                             "the parts",
                    name);
        }
        return false;
    }
    if (layout_read(text, layout, &problem)) {
        return true;
    }
    if (problem.line) {
        (void)cli_refuse("%s:%u: %s", name, problem.line, problem.text);
    } else {
        (void)cli_refuse("%s: %s", name, problem.text);
    }
    return false;
}

bool pick_same_part(
        const char *name, const struct layout *layout, const struct silicon_part *part)
{
    if (part == NULL || part == silicon_part_db1m(layout->part, false)) {
        return true;
    }
    (void)cli_refuse("--part %s: %s is for an %s; leave --part away", part->name, name,
            layout->part->name);
    return false;
}
