/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "support/maker.h"

static const uint8_t zeros[40];
static const char ones[] = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
static const char sentence[] =
        "a value of more than fifty-eight bytes wants a long record: here is one";
static const char far[] = "an id beyond the index";

/* Sector 0 was replaced by sector 1; 2 was opened between, 3 is kept in reserve. */
enum { OLD, NEW, MIDDLE, RESERVE };

/* ---- plain ------------------------------------------------------------------------------ */

static void write_kept(struct maker *k)
{
    maker_value(k, 0, "the first", false);
    maker_long(k, 1, 0, "greeting");
    maker_bytes(k, 1, zeros, sizeof(zeros));
    maker_long(k, 0, 2000, far);
}

static void write_middle(struct maker *k)
{
    maker_bytes(k, 2, ones, sizeof(ones) - 1);
    maker_keep(k);
    maker_void(k);
    maker_running(k, 3, 1000, 150);
    maker_value(k, 4, "to be deleted", false);
    maker_deletion(k, 4);
    maker_value(k, 5, "", false);
    maker_value(k, 6, "never committed", true);
    maker_void(k);
    maker_drop(k);
    maker_drop(k);
    maker_void(k);
    maker_value(k, 6, sentence, false);
    maker_value(k, 7, "round 147", false);
    maker_value(k, 8, "round 148", true); /* its commit was in doubt ... */
    maker_void(k);
    maker_keep(k);
    maker_keep(k); /* ... and read as made */
    maker_stump(k, 9, 3);
    for (unsigned i = 0; i < 4; i++) {
        maker_void(k);
    }
    maker_value(k, 9, "round 149", false);
}

static void write_new(struct maker *k)
{
    maker_batch(k);
    maker_value(k, 0, "the batch", false);
    maker_deletion(k, 7);
    maker_value(k, 10, "new", false);
    maker_batched(k, false);
    maker_keep(k);
    maker_void(k);
    maker_value(k, 0, "cut while this was written", true);
}

/* ---- once ------------------------------------------------------------------------------- */

static void put_once(struct maker *k, uint16_t id, const char *text)
{
    maker_once(k, 0, id, text, (uint32_t)strlen(text));
}

static void write_kept_once(struct maker *k)
{
    put_once(k, 0, "the first");
    maker_once(k, 1, 0, "greeting", 8);
    maker_once(k, 0, 1, (const char *)zeros, sizeof(zeros));
    put_once(k, 2000, far);
}

static void write_middle_once(struct maker *k)
{
    maker_once(k, 0, 2, ones, sizeof(ones) - 1);
    maker_cells(k, 'K', 2);
    maker_once(k, 3, 3, "\x7E\x04\0\0", 4);
    put_once(k, 5, "");
    maker_cells(k, 'K', 2);
    put_once(k, 6, "never committed");
    maker_cells(k, MAKER_VOID, 1);
    maker_cells(k, 'x', 2);
    maker_cells(k, MAKER_VOID, 1);
    put_once(k, 6, sentence);
    put_once(k, 7, "round 147");
    put_once(k, 8, "round 148");
    maker_cells(k, MAKER_VOID, 1); /* its commit was in doubt ... */
    maker_cells(k, MAKER_VOID, 1);
    maker_cells(k, 'K', 2); /* ... and read as made */
    put_once(k, 9, "round 149");
    maker_cells(k, 'K', 2);
}

static void write_new_once(struct maker *k)
{
    put_once(k, 0, "the batch");
    maker_once(k, 2, 7, "", 0);
    put_once(k, 10, "new");
    maker_cells(k, 'K', 2);
    put_once(k, 0, "cut while this was written");
}

/* ---- both ------------------------------------------------------------------------------- */

void maker_story(struct maker *k, uint8_t cell, bool zero)
{
    bool plain = cell == 4;
    void (*kept)(struct maker *) = plain ? write_kept : write_kept_once;
    maker_begin(k, cell, zero);
    maker_open(k, OLD, 1, 0);
    kept(k);
    if (!plain) {
        maker_cells(k, 'K', 2);
    }
    maker_open(k, MIDDLE, 2, 0);
    (plain ? write_middle : write_middle_once)(k);
    maker_draft(k, NEW);
    kept(k);
    maker_copied(k, 3, 2);
    (plain ? write_new : write_new_once)(k);
    maker_ready(k, RESERVE, 5);
}

void maker_example(struct maker *k)
{
    maker_begin(k, 4, false);
    k->sector_len = MAKER_EXAMPLE;
    maker_open(k, 0, 1, 0);
    maker_long(k, 1, 1, "greeting");
    maker_value(k, 1, "hello", false);
    maker_running(k, 2, 1000, 3);
    maker_batch(k);
    maker_value(k, 1, "goodbye", false);
    maker_deletion(k, 3);
    maker_batched(k, false);
    maker_value(k, 1, "cut", true); /* and the start that followed */
    maker_void(k);
    maker_drop(k);
    maker_drop(k);
    maker_void(k); /* before the first record of the next session */
    maker_value(k, 3, "on", false);
    maker_ready(k, 1, 1);
}
