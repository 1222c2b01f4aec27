/* SPDX-License-Identifier: MIT */
#include "sheet/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool_block {
    struct pool_block *before;
    max_align_t bytes[];
};

void *pool_take(struct pool *pool, size_t size)
{
    struct pool_block *block = calloc(1, sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    block->before = pool->last;
    pool->last = block;
    return block->bytes;
}

char *pool_copy(struct pool *pool, const char *text, size_t len)
{
    char *copy = pool_take(pool, len + 1);
    if (copy != NULL && len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = len < 0 ? NULL : pool_take(pool, (size_t)len + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    va_end(args);
    return text;
}

void pool_free(struct pool *pool)
{
    while (pool->last != NULL) {
        struct pool_block *block = pool->last;
        pool->last = block->before;
        free(block);
    }
}
