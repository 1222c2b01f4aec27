/* sin.h - firmware that does one thing wrong, or the same thing right.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_SIN_H
#define ETCH_COMMON_SIN_H

/* Its name is the finding's code; a second sin of one code has one of its own. */
struct sin {
    const char *name;
    void (*commit)(void);
    void (*avoid)(void); /* the clean twin */
};

/* Do what the arguments say, "NAME" or "NAME clean". The table ends with an
 * empty name. 0, or 90: no such sin. */
int sin_run(const struct sin *table);

#endif
