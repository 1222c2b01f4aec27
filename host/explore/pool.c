/* pool.c - independent items of work, shared among threads.
 *
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <stdatomic.h>

#include "explore/explore_priv.h"

enum { JOBS_MAX = 64 };

struct pool {
    atomic_uint next;
    unsigned n;
    pool_item *do_item;
    void *items;
};

struct hand {
    struct pool *pool;
    struct worker *worker;
};

static void *work(void *arg)
{
    const struct hand *h = arg;
    for (;;) {
        unsigned i = atomic_fetch_add(&h->pool->next, 1);
        if (i >= h->pool->n) {
            return NULL;
        }
        h->pool->do_item(h->worker, h->pool->items, i);
        worker_progress(h->worker, "runs", i + 1, h->pool->n);
    }
}

/* This thread is the first of the jobs; when others cannot be had it does
 * their part. */
void pool_run(struct worker *workers, unsigned jobs, unsigned n, pool_item *do_item,
        void *items)
{
    struct pool pool = {.n = n, .do_item = do_item, .items = items};
    struct hand hand[JOBS_MAX];
    pthread_t thread[JOBS_MAX];
    unsigned started = 1;
    atomic_init(&pool.next, 0);
    hand[0] = (struct hand){&pool, &workers[0]};
    while (started < jobs && started < n && started < JOBS_MAX) {
        hand[started] = (struct hand){&pool, &workers[started]};
        if (pthread_create(&thread[started], NULL, work, &hand[started]) != 0) {
            break;
        }
        started++;
    }
    (void)work(&hand[0]);
    for (unsigned i = 1; i < started; i++) {
        (void)pthread_join(thread[i], NULL);
    }
}
