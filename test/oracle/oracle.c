/* SPDX-License-Identifier: MIT */
#include "oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/batch.h"
#include "oracle/layout.h"
#include "oracle/machine.h"
#include "oracle/qemu.h"
#include "oracle/rows.h"
#include "oracle/shrink.h"

enum { INPUTS = 1024, SHRUNK_MOST = 5, RECORD_BYTES = 4 * OUT_WORDS };

static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static uint64_t seed_of(const struct oracle_config *config, size_t block)
{
    return config->seed * 1000003 + block * 7919;
}

/* ---- counting ------------------------------------------------------------------------ */

/* Which instructions our side executes; the one before is known to be done. */
struct counter {
    const struct batch *batch;
    struct oracle_result *result;
    struct spoiler spoiler;
};

static void count(void *ctx, uint32_t pc)
{
    struct counter *counter = ctx;
    if (pc - BATCH_AT >= BATCH_BYTES) {
        return; /* the harness, or one of its handlers */
    }
    uint16_t row = counter->batch->row_at[(pc - BATCH_AT) / 2];
    spoil(&counter->spoiler, counter->batch, pc);
    if (row != 0) {
        counter->result->times[row - 1]++;
        counter->result->instructions++;
    }
}

/* ---- comparing ------------------------------------------------------------------------ */

/* Two processors of ours: one at full speed, one that is told of every
 * instruction, so that both ways of executing are compared. */
struct trial {
    struct batch batch;
    struct qemu qemu;
    struct machine *fast, *told;
    struct counter counter;
    size_t next;                 /* record */
    size_t failing[SHRUNK_MOST]; /* the first records that differ, a block each */
    size_t failures;
};

static void note_difference(
        const struct oracle_config *config, struct trial *t, struct oracle_result *r)
{
    size_t block = t->next / config->runs;
    r->differences++;
    bool known =
            t->failures == SHRUNK_MOST ||
            (t->failures != 0 && t->failing[t->failures - 1] / config->runs == block);
    if (!known) {
        t->failing[t->failures++] = t->next;
    }
}

/* True: all three wrote as much, and it was compared. */
static bool compare_some(
        const struct oracle_config *config, struct trial *t, struct oracle_result *r)
{
    static uint8_t theirs[RECORD_BYTES * 1024];
    const void *fast;
    const void *told;
    size_t len;
    size_t told_len = 0;
    if (!machine_run(t->fast, &fast, &len)) {
        return false;
    }
    if (!machine_run(t->told, &told, &told_len) || told_len != len ||
            len > sizeof(theirs) || !qemu_read(&t->qemu, theirs, len)) {
        r->failed = "the sides do not write equally much";
        return false;
    }
    for (size_t at = 0; at < len; at += RECORD_BYTES, t->next++) {
        if (memcmp((const uint8_t *)fast + at, theirs + at, RECORD_BYTES) != 0 ||
                memcmp((const uint8_t *)told + at, theirs + at, RECORD_BYTES) != 0) {
            note_difference(config, t, r);
        }
    }
    return true;
}

static void finish(struct trial *t, struct oracle_result *r)
{
    r->cases = t->next;
    if (r->failed == NULL && t->next != t->batch.records) {
        r->failed = "not all blocks were run";
    }
    if (machine_end(t->fast) != NULL) {
        r->failed = "our processor went astray";
    }
    if (!qemu_end(&t->qemu) && r->failed == NULL) {
        r->failed = "QEMU did not end in good order";
    }
}

static void compare_all(
        const struct oracle_config *config, struct trial *t, struct oracle_result *r)
{
    if (!qemu_start_batch(&t->qemu, config->harness, &t->batch)) {
        r->failed = "QEMU does not start";
        return;
    }
    t->counter = (struct counter){.batch = &t->batch, .result = r};
    t->fast = batch_machine(&t->batch, config->harness);
    t->told = batch_machine(&t->batch, config->harness);
    if (t->fast == NULL || t->told == NULL) {
        r->failed = "the harness cannot be read";
    } else {
        machine_tell(t->told, CASE_ENTER, CASE_EXIT, count, &t->counter);
        spoiler_set(&t->counter.spoiler, t->told, config->spoiled);
        while (compare_some(config, t, r)) {
        }
        finish(t, r);
    }
    machine_free(t->fast);
    machine_free(t->told);
}

static void shrink_all(const struct oracle_config *config, const struct trial *t)
{
    for (size_t i = 0; i < t->failures && config->report != NULL; i++) {
        size_t block = t->failing[i] / config->runs;
        const struct shrink_case found = {
                .harness = config->harness,
                .spoiled = config->spoiled,
                .seed = seed_of(config, block),
                .input_seed = config->seed,
                .inputs = INPUTS,
                .input = (uint32_t)(t->failing[i] % INPUTS),
                .entry = t->batch.entry[block],
        };
        shrink_report(&found, config->report);
    }
}

void oracle_run(const struct oracle_config *config, struct oracle_result *result)
{
    *result = (struct oracle_result){0};
    result->times = need(calloc(row_count, sizeof(*result->times)));
    struct batch_block *blocks = need(calloc(config->blocks, sizeof(*blocks)));
    for (size_t i = 0; i < config->blocks; i++) {
        blocks[i] = (struct batch_block){seed_of(config, i), SIZE_MAX,
                (uint32_t)(i * config->runs % INPUTS), config->runs};
    }
    struct trial t = {.next = 0};
    batch_build(&t.batch, blocks, config->blocks, config->seed, INPUTS);
    free(blocks);
    compare_all(config, &t, result);
    shrink_all(config, &t);
    batch_free(&t.batch);
}

void oracle_free(struct oracle_result *result)
{
    free(result->times);
}
