/* queue.c - bytes on their way to a receiver: a ring in pages that copies of a
 * board share.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

size_t bd_queue_room(const struct bd_queue *q)
{
    return BD_QUEUE_BYTES - (size_t)(q->put - q->got);
}

static void append(struct bd_queue *q, uint8_t byte)
{
    uint64_t at = q->put++ % BD_QUEUE_BYTES;
    struct bd_page **slot = &q->page[at / CORE_PAGE];
    if (*slot == NULL) {
        *slot = bd_page_new();
        memset((*slot)->bytes, 0, CORE_PAGE);
    }
    (void)bd_page_open(slot);
    (*slot)->bytes[at % CORE_PAGE] = byte;
}

/* A time that is no later than the one before it says nothing new: bytes come
 * one after the other. */
static bool mark(struct bd_queue *q, uint64_t ns)
{
    if (q->put == q->got) {
        q->marks = 0;
    }
    if (q->marks > 0 && ns <= q->mark[q->marks - 1].ns) {
        return true;
    }
    if (q->marks == BD_MARKS) {
        return false;
    }
    q->mark[q->marks++] = (struct bd_mark){q->put, ns};
    return true;
}

bool bd_queue_put(struct bd_queue *q, const uint8_t *data, size_t len, uint64_t ns)
{
    if (len > bd_queue_room(q) || !mark(q, ns)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        append(q, data[i]);
    }
    return true;
}

bool bd_queue_next(const struct bd_queue *q, uint64_t *ns)
{
    *ns = q->marks == 0 ? 0 : q->mark[0].ns;
    return q->put != q->got;
}

uint8_t bd_queue_get(struct bd_queue *q)
{
    uint64_t at = q->got++ % BD_QUEUE_BYTES;
    uint8_t byte = q->page[at / CORE_PAGE]->bytes[at % CORE_PAGE];
    /* The first mark is the one that holds for the next byte. */
    if (q->marks > 1 && q->mark[1].at <= q->got) {
        q->marks--;
        memmove(q->mark, q->mark + 1, q->marks * sizeof(*q->mark));
    }
    return byte;
}

void bd_queue_drop(struct bd_queue *q)
{
    for (size_t i = 0; i < BD_QUEUE_PAGES; i++) {
        bd_page_drop(q->page[i]);
        q->page[i] = NULL;
    }
}

void bd_queue_share(struct bd_queue *q)
{
    for (size_t i = 0; i < BD_QUEUE_PAGES; i++) {
        (void)bd_page_share(q->page[i]);
    }
}
