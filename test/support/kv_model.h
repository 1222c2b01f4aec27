/* kv_model.h - any change of a store, and what it must hold then: for tests that make
 * up long histories from a seed.
 *
 * A step makes one change that nobody has chosen: of a value, of several keys at once, a
 * counter, a name; a deletion, a purge; or it tidies. What the store says to it must be
 * what kv.h allows. While a change is under way there are two contents that may be found
 * afterwards; the first look decides which, for ever.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_MODEL_H
#define ETCH_TEST_KV_MODEL_H

#include "kv/kv.h"

enum {
    MODEL_IDS = 16,
    MODEL_KEYS = 14, /* of them have a place in the index; two more are above it */
    MODEL_TEXT = 120,
    MODEL_TOLD = 32,
    MODEL_VALUE_MAX = 700
};

struct kv_model_item {
    enum { MODEL_NONE, MODEL_VALUE, MODEL_COUNTER } kind;
    uint16_t len;
    uint32_t count;
    char name[ETCH_KV_NAME_MAX + 1];
    uint8_t value[MODEL_VALUE_MAX];
};

struct kv_model {
    uint64_t seed;
    bool plain;       /* ids in the index only, and no names */
    uint32_t largest; /* etch_kv_stat's, which does not change; 0: not asked yet */
    struct kv_model_item now[MODEL_IDS];
    struct kv_model_item then[MODEL_IDS]; /* if the change under way has happened */
    bool under_way;
    bool ticked; /* since the store was opened */
    char wrong[MODEL_TEXT];
    char told[MODEL_TOLD][MODEL_TEXT]; /* what was done last, a ring */
    unsigned done;
};

/* Nothing is there. */
void kv_model_begin(struct kv_model *m, uint64_t seed);
uint32_t kv_model_any(struct kv_model *m, uint32_t below);
/* Note what is done, for people. */
void kv_model_tell(struct kv_model *m, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* A change. False: the store must not say what it says, m->wrong has it. Not while one is
 * under way. ETCH_E_PROGRAM is taken for a flash that has failed: the change stays under
 * way. */
bool kv_model_step(struct kv_model *m, struct etch_kv *kv);
/* Does the store hold what it must? Then nothing is under way any more. */
bool kv_model_agrees(struct kv_model *m, const struct etch_kv *kv);
/* Do the indexed ids hold now what they did before the change under way, or do after it?
 * For calls from where an interrupt may come. */
bool kv_model_peek(struct kv_model *m, const struct etch_kv *kv);
/* Put values in place of others as long, while etch_kv_stat's room lasts: none may be
 * refused. They come from a store where all is `plain` and nothing has been ticked; its
 * policy must forbid to erase. */
bool kv_model_use_room(struct kv_model *m, struct etch_kv *kv);

#endif
