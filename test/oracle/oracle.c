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

/* Three processors of ours, so that every way of executing is compared: as code of
 * the host, interpreted, and told of every instruction, one at a time. */
enum way { NATIVE, INTERPRETED, TOLD, WAYS };

struct trial {
    struct batch batch;
    struct qemu qemu;
    struct machine *machine[WAYS];
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

/* True: all of ours wrote as much. */
static bool run_all(struct trial *t, const uint8_t *written[WAYS], size_t *len)
{
    for (enum way way = 0; way < WAYS; way++) {
        const void *bytes = NULL;
        size_t n = 0;
        bool more = machine_run(t->machine[way], &bytes, &n);
        if (!more || (way != NATIVE && n != *len)) {
            return false;
        }
        written[way] = bytes;
        *len = n;
    }
    return true;
}

/* True: all sides wrote as much, and it was compared. */
static bool compare_some(
        const struct oracle_config *config, struct trial *t, struct oracle_result *r)
{
    static uint8_t theirs[RECORD_BYTES * 1024];
    const uint8_t *ours[WAYS] = {NULL};
    size_t len = 0;
    if (!run_all(t, ours, &len)) {
        r->failed = len == 0 ? r->failed : "our sides do not write equally much";
        return false;
    }
    if (len > sizeof(theirs) || !qemu_read(&t->qemu, theirs, len)) {
        r->failed = "QEMU does not write as much as we do";
        return false;
    }
    for (size_t at = 0; at < len; at += RECORD_BYTES, t->next++) {
        bool same = true;
        for (enum way way = 0; way < WAYS; way++) {
            same = same && memcmp(ours[way] + at, theirs + at, RECORD_BYTES) == 0;
        }
        if (!same) {
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
    for (enum way way = 0; way < WAYS; way++) {
        if (machine_end(t->machine[way]) != NULL) {
            r->failed = "our processor went astray";
        }
    }
    if (!qemu_end(&t->qemu) && r->failed == NULL) {
        r->failed = "QEMU did not end in good order";
    }
}

static bool make_machines(const struct oracle_config *config, struct trial *t)
{
    for (enum way way = 0; way < WAYS; way++) {
        t->machine[way] = batch_machine(&t->batch, config->harness);
        if (t->machine[way] == NULL) {
            return false;
        }
    }
    core_native(machine_core(t->machine[INTERPRETED]), false);
    return true;
}

static void compare_all(
        const struct oracle_config *config, struct trial *t, struct oracle_result *r)
{
    if (!qemu_start_batch(&t->qemu, config->harness, &t->batch)) {
        r->failed = "QEMU does not start";
        return;
    }
    t->counter = (struct counter){.batch = &t->batch, .result = r};
    if (!make_machines(config, t)) {
        r->failed = "the harness cannot be read";
    } else {
        machine_tell(t->machine[TOLD], CASE_ENTER, CASE_EXIT, count, &t->counter);
        spoiler_set(&t->counter.spoiler, t->machine[TOLD], config->spoiled);
        while (compare_some(config, t, r)) {
        }
        finish(t, r);
    }
    for (enum way way = 0; way < WAYS; way++) {
        machine_free(t->machine[way]);
    }
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
