/* qemu.h - one QEMU process.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_QEMU_H
#define ETCH_ORACLE_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "oracle/batch.h"

struct qemu {
    pid_t pid;
    int records; /* the pipe they come through */
    char dir[64];
    double cpu_s; /* processor time that it took, after qemu_end */
};

/* QEMU with these arguments (the last one is NULL), in a folder where the file
 * "image" holds these bytes. What comes out of file descriptor 3 is for
 * qemu_read. False: it could not be started; errno says why. */
bool qemu_start(
        struct qemu *q, const char *const *arguments, const void *image, size_t len);
/* The harness on a batch. */
bool qemu_start_batch(struct qemu *q, const char *harness, const struct batch *b);
/* All len bytes, or false if QEMU ended before. */
bool qemu_read(struct qemu *q, void *bytes, size_t len);
/* Wait for its end and remove its files: did it leave in good order? What it
 * said on the way goes to stderr if not. */
bool qemu_end(struct qemu *q);

#endif
