/* suite_priv.h - what suite.c and suite_json.c share. Nobody else includes it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_SUITE_PRIV_H
#define ETCH_EXPLORE_SUITE_PRIV_H

#include "explore/suite.h"

/* A result with the words that tell which it is. */
struct suite_result {
    char name[64]; /* "toy:g0" */
    char way[20];
    char about[128];
    struct explore_report report;
    double seconds; /* it took; 0: not known */
};

struct suite_results {
    struct suite_result *at;
    unsigned n, room;
};

/* A new one at the end, zeroed. NULL: no memory. */
struct suite_result *suite_add(struct suite_results *all);

/* One document for all. False: no memory. */
bool suite_print_json(const struct suite_results *all, FILE *to);
/* Add what a document holds; equal name, way and about are one. False: the
 * file cannot be used, as was said on stderr. */
bool suite_read_json(struct suite_results *all, const char *path);

#endif
