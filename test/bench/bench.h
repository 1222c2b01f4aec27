/* bench.h - measurements and the figures promised, by part.
 *
 * A suite prints what it found for people and adds figures by name for
 * machines. main.c knows the suites.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BENCH_H
#define ETCH_BENCH_H

struct bench; /* the figures so far */

/* Add a figure; its name is frozen once others read it. */
void bench_add(struct bench *b, const char *name, double value);
double bench_get(const struct bench *b, const char *name); /* 0: there is none */
/* The same for each figure in a flat JSON object that a command prints; those
 * whose names begin so. False: the command failed. */
int bench_add_json(struct bench *b, const char *command, const char *begins);

struct bench_suite {
    const char *name;
    void (*run)(struct bench *b);
};

/* The suites, each in a file of its own. */
void bench_kv(struct bench *b);
void bench_sim(struct bench *b);
void bench_cuts(struct bench *b);
void bench_chip(struct bench *b);

#endif
