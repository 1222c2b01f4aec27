/* state.c - copies of a whole board, and what makes two of them alike.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "board/board_priv.h"

struct board_state {
    struct bd_state st;
    struct silicon *silicon;
    unsigned pages;
    bool left;
    uint32_t exit_code;
    /* The core's bytes follow. */
    max_align_t core[];
};

static void share_pages(struct bd_state *st, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++) {
        (void)bd_page_share(st->ram[i]);
    }
    for (unsigned i = 0; i < BD_USARTS + 1; i++) {
        bd_queue_share(&st->queue[i]);
    }
}

static void drop_pages(struct bd_state *st, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++) {
        bd_page_drop(st->ram[i]);
    }
    for (unsigned i = 0; i < BD_USARTS + 1; i++) {
        bd_queue_drop(&st->queue[i]);
    }
}

struct board_state *board_save(struct board *b)
{
    struct board_state *state = malloc(sizeof(*state) + core_state_size());
    if (state == NULL) {
        return NULL;
    }
    state->silicon = silicon_clone(b->silicon);
    if (state->silicon == NULL) {
        free(state);
        return NULL;
    }
    core_revoke_stores(b->core);
    core_save(b->core, state->core);
    state->st = b->st;
    state->pages = b->pages;
    state->left = b->left;
    state->exit_code = b->exit_code;
    share_pages(&state->st, b->pages);
    return state;
}

/* Pages that are the same already, which most are, cost a comparison. */
static void take_pages(struct bd_page **mine, struct bd_page *const *theirs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (mine[i] != theirs[i]) {
            struct bd_page *old = mine[i];
            mine[i] = bd_page_share(theirs[i]);
            bd_page_drop(old);
        }
    }
}

void board_restore(struct board *b, const struct board_state *state)
{
    take_pages(b->st.ram, state->st.ram, b->pages);
    for (unsigned i = 0; i < BD_USARTS + 1; i++) {
        take_pages(b->st.queue[i].page, state->st.queue[i].page, BD_QUEUE_PAGES);
    }
    b->st = state->st;
    silicon_copy(b->silicon, state->silicon);
    core_restore(b->core, state->core);
    b->left = state->left;
    b->exit_code = state->exit_code;
    b->gone = BD_HERE;
    b->stall_ns = b->stall_end_ns = 0;
    memset(b->again, 0, sizeof(b->again));
    bd_flash_restored(b);
}

void board_state_free(struct board_state *state)
{
    if (state != NULL) {
        drop_pages(&state->st, state->pages);
        silicon_free(state->silicon);
        free(state);
    }
}

struct board *board_clone(struct board *b)
{
    struct board *twin = bd_make_like(b);
    struct board_state *state = board_save(b);
    if (twin == NULL || state == NULL) {
        board_state_free(state);
        board_free(twin);
        return NULL;
    }
    board_restore(twin, state);
    board_state_free(state);
    return twin;
}

/* ---- alike --------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 31;
}

/* An absolute time becomes one from now; what is past is all the same. */
static void from_now(uint64_t *ns, uint64_t now)
{
    if (*ns != BD_NEVER) {
        *ns = *ns > now ? *ns - now : 0;
    }
}

/* And a time since when something runs becomes its age. */
static void age(uint64_t *ns, uint64_t now)
{
    *ns = now - *ns;
}

static void forget_time(struct bd_state *st, uint64_t now)
{
    st->base_cycle = 0;
    st->base_ns = 0;
    from_now(&st->next, now);
    st->next_cycle = 0;
    for (unsigned i = 0; i < BD_SLOTS; i++) {
        from_now(&st->due[i], now);
    }
    for (unsigned i = 0; i < BD_OSCS; i++) {
        from_now(&st->rcc.ready[i], now);
    }
    for (unsigned i = 0; i < BD_USARTS; i++) {
        from_now(&st->usart[i].tx_ns, now);
        from_now(&st->usart[i].rx_ns, now);
        from_now(&st->usart[i].rx_free_ns, now);
    }
    for (unsigned i = 0; i < BD_TIMS; i++) {
        bool counting = (st->tim[i].reg[0] & 1u) != 0;
        age(&st->tim[i].from_ns, now);
        st->tim[i].from_ns = counting ? st->tim[i].from_ns : 0;
    }
    from_now(&st->iwdg.busy_ns, now);
    age(&st->iwdg.from_ns, now);
    st->iwdg.from_ns = st->iwdg.on ? st->iwdg.from_ns : 0;
    age(&st->wwdg.from_ns, now);
    st->wwdg.from_ns = (st->wwdg.cr >> 7 & 1u) != 0 ? st->wwdg.from_ns : 0;
    for (uint32_t i = 0; i < st->kepts; i++) {
        st->kept[i].pc = 0;
    }
}

static uint64_t hash_queue(const struct bd_queue *q, uint64_t hash)
{
    hash = mix(hash, q->put - q->got);
    for (uint64_t at = q->got; at != q->put; at++) {
        const struct bd_page *p = q->page[at % BD_QUEUE_BYTES / CORE_PAGE];
        hash = mix(hash, p->bytes[at % CORE_PAGE]);
    }
    return hash;
}

static uint64_t hash_bytes(const void *data, size_t len, uint64_t hash)
{
    const uint8_t *from = data;
    for (size_t i = 0; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, from + i, sizeof(word));
        hash = mix(hash, word);
    }
    return hash;
}

uint64_t board_hash(const struct board *b)
{
    struct bd_state st = b->st;
    uint64_t hash = mix(core_hash(b->core), silicon_hash(b->silicon));
    for (int reg = SILICON_ACR; reg <= SILICON_OPTCR1; reg++) {
        hash = mix(hash, silicon_reg(b->silicon, (enum silicon_reg)reg));
    }
    for (unsigned i = 0; i < b->pages; i++) {
        hash = mix(hash, bd_page_hash(b->st.ram[i]));
    }
    for (unsigned i = 0; i < BD_USARTS + 1; i++) {
        hash = hash_queue(&b->st.queue[i], hash);
    }
    forget_time(&st, bd_now(b));
    size_t used = offsetof(struct bd_state, kept) + st.kepts * sizeof(*st.kept);
    return hash_bytes(&st, used, hash);
}
