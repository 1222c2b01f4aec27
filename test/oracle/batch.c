/* SPDX-License-Identifier: MIT */
#include "oracle/batch.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/gen.h"
#include "oracle/layout.h"

enum { PAD = 4096 + 64 }; /* literals may lie that far from an instruction */

static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static void put_word(struct batch *b, size_t at, uint32_t word)
{
    memcpy(b->bytes + at, &word, sizeof(word));
}

static size_t input_at(const struct batch *b)
{
    return 4 * (HEADER_WORDS + ENTRY_WORDS * b->blocks);
}

const uint32_t *batch_input(const struct batch *b, uint32_t i)
{
    return (const uint32_t *)(const void *)(b->bytes + input_at(b)) +
           (size_t)i * IN_WORDS;
}

static void put_header(struct batch *b)
{
    put_word(b, 0, 0xF000F8DF); /* LDR.W PC, [PC] */
    put_word(b, 4, CASE_EXIT | 1);
    put_word(b, 8, (uint32_t)b->blocks);
    put_word(b, 12, b->inputs);
    put_word(b, 16, BATCH_AT + 4 * HEADER_WORDS);
    put_word(b, 20, BATCH_AT + (uint32_t)input_at(b));
}

static void put_inputs(struct batch *b, uint64_t seed)
{
    for (uint32_t i = 0; i < b->inputs; i++) {
        uint32_t words[IN_WORDS];
        gen_input(seed + i, words);
        memcpy(b->bytes + input_at(b) + (size_t)i * sizeof(words), words, sizeof(words));
    }
}

static size_t put_block(
        struct batch *b, size_t i, const struct batch_block *block, size_t at)
{
    static struct gen g;
    gen_block(&g, block->seed, BATCH_AT + (uint32_t)at, block->slots);
    if (at + 2 * g.n + PAD > BATCH_BYTES) {
        abort();
    }
    memcpy(b->bytes + at, g.code, 2 * g.n);
    memcpy(b->row_at + at / 2, g.row_at, 2 * g.n);
    size_t entry = 4 * (HEADER_WORDS + ENTRY_WORDS * i);
    put_word(b, entry, g.addr | 1);
    put_word(b, entry + 4, g.mode);
    put_word(b, entry + 8, block->first % b->inputs);
    put_word(b, entry + 12, block->runs);
    b->entry[i] = g.addr;
    b->records += block->runs;
    return at + 2 * g.n;
}

void batch_build(struct batch *b, const struct batch_block *blocks, size_t n,
        uint64_t seed, uint32_t inputs)
{
    *b = (struct batch){.blocks = n, .inputs = inputs};
    b->bytes = need(calloc(1, BATCH_BYTES));
    b->row_at = need(calloc(BATCH_BYTES / 2, sizeof(*b->row_at)));
    b->entry = need(calloc(n + 1, sizeof(*b->entry)));
    put_header(b);
    put_inputs(b, seed);
    size_t at = input_at(b) + 4 * IN_WORDS * (size_t)inputs + PAD;
    for (size_t i = 0; i < n; i++) {
        at = put_block(b, i, &blocks[i], at);
    }
    b->entry[n] = BATCH_AT + (uint32_t)at;
    b->len = at + PAD;
}

void batch_free(struct batch *b)
{
    free(b->bytes);
    free(b->row_at);
    free(b->entry);
}

struct machine *batch_machine(const struct batch *b, const char *harness)
{
    struct machine *m = machine_new(harness, machine_mps2);
    if (m != NULL) {
        memcpy(machine_bytes(m, BATCH_AT), b->bytes, b->len);
        core_reset(machine_core(m));
    }
    return m;
}
