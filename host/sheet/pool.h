/* pool.h - texts and bytes that all go at once.
 *
 * What it remembers: what was taken, until pool_free. Zero is an empty pool.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_POOL_H
#define ETCH_SHEET_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
    struct pool_block *last;
};

/* size bytes, all zero, that live as long as the pool. NULL: no memory. */
void *pool_take(struct pool *pool, size_t size);
/* A copy of len bytes with a 0 behind. NULL: no memory. */
char *pool_copy(struct pool *pool, const char *text, size_t len);
char *pool_format(struct pool *pool, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
void pool_free(struct pool *pool);

#endif
