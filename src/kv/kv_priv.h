/* kv_priv.h - the inside of the store.
 *
 *   cell.c      words, blanks and programming through nor.h
 *   verdict.c   what counts, and what does not
 *   sector.c    what a sector's header says; segments in order of rank
 *   plain.c     once.c: the two logs, reading; plain_write.c, once_write.c
 *   view.c      the index; get.c, name.c, stat.c: reading
 *   open.c      settling; the first write of a session
 *   put.c       batch, delete, counter, purge: changes
 *   room.c      where the next record goes; draft.c: moving house; tidy.c
 *   erase.c     the life of a sector; format.c
 *
 * Offsets are of the whole flash, not of a sector, unless they say so.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_KV_PRIV_H
#define ETCH_KV_KV_PRIV_H

#include <stddef.h>

#include "kv/kv.h"

enum {
    NONE = 0xFF,
    CELL_MAX = 32,
    VERSION = 2,
    MAGIC = 0x7E45,
    TAIL = 6, /* cells at a sector's end that records leave free */
    KV_NO_ID = 0xFFFF
};

/* kv->state */
enum {
    STATE_VIEW,    /* reads only, or a write has failed: settle first */
    STATE_SETTLED, /* as the last session left it: cells behind may be touched */
    STATE_OURS     /* this session has written the last cell */
};

/* ---- cells: cell.c ----------------------------------------------------------- */

uint32_t kv_whole_cells(const struct etch_kv *kv, uint32_t len);
/* Read bytes as they are, or as words, in which erased is ones. False: they
 * cannot be read. */
bool kv_read(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len);
bool kv_read_flipped(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len);
uint32_t kv_word(const struct etch_kv *kv, uint32_t at);
/* All erased? */
bool kv_blank(const struct etch_kv *kv, uint32_t at, uint32_t len);
/* Program len bytes, padded to whole cells; data has room for that and is
 * changed. */
enum etch_err kv_program(
        const struct etch_kv *kv, uint32_t at, uint8_t *data, uint32_t len);
enum etch_err kv_program_flipped(
        const struct etch_kv *kv, uint32_t at, uint8_t *data, uint32_t len);
/* Program up to CELL_MAX bytes to zeros, in which nothing is erased. */
enum etch_err kv_zero(const struct etch_kv *kv, uint32_t at, uint32_t len);

/* ---- records -------------------------------------------------------------------- */

enum kv_kind {
    KIND_VALUE,
    KIND_NAME,
    KIND_DELETION,
    KIND_COUNTER,
    KIND_RUNNING,
    KIND_BATCH /* or the torn beginning of a group */
};

enum kv_mark { MARK_VOID, MARK_KEEP, MARK_DROP, MARK_ITEM, MARK_END };

/* A way through a log, the thing it has come to (a record, or a sector's B), and
 * what the marks behind it say. */
struct kv_walk {
    uint32_t end;    /* of the segment */
    uint32_t next;   /* where it goes on */
    uint32_t copies; /* copies end: what is before it counts */
    uint32_t at;     /* the thing ... */
    uint32_t data;   /* ... the first byte of its value */
    uint32_t marks;  /* the first mark on it ... */
    uint32_t behind; /* ... and what is behind the last */
    uint32_t word;   /* plain log: the thing's first word, as it has been read */
    uint16_t id;
    uint16_t len;
    uint8_t kind; /* enum kv_kind */
    uint8_t mark; /* the last one, enum kv_mark */
    bool alive;   /* its own say, and then the verdict */
    bool final;
};

/* A record to be written. */
struct kv_record {
    const uint8_t *data;
    uint16_t id;
    uint16_t len;
    uint8_t kind; /* not KIND_BATCH */
};

struct kv_writer {
    /* Bytes that a record with len bytes takes. */
    uint32_t (*size)(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len);
    /* Begin a batch of so many bytes at *at. NULL: it needs no beginning. */
    enum etch_err (*batch)(const struct etch_kv *kv, uint32_t *at, uint32_t len);
    /* Write a record at *at, and move *at behind it; `counts`: its own say is alive. */
    enum etch_err (*append)(const struct etch_kv *kv, uint32_t *at,
            const struct kv_record *r, bool counts);
    /* Commit the thing at `at`; kv->end is where the log ends. */
    enum etch_err (*commit)(struct etch_kv *kv, uint32_t at);
    /* Write a mark. */
    enum etch_err (*mark)(const struct etch_kv *kv, uint32_t at, enum kv_mark mark);
    /* Program a thing's first word again as it has been read. */
    enum etch_err (*firm)(const struct etch_kv *kv, uint32_t at, uint32_t word);
    /* How far what is torn at `at` might reach. */
    uint32_t (*claim)(uint32_t at, uint32_t word);
    uint8_t commits; /* cells that a change takes besides its records, if it is a batch ... */
    uint8_t commits_one; /* ... or a single record */
    uint8_t tries;       /* of a change, when cells that cuts have touched spoil it */
};

struct etch_kv_log {
    bool once;
    /* Go on to the next record, alive or not. False: there is none, and all but
     * w->next is as it was. */
    bool (*step)(const struct etch_kv *kv, struct kv_walk *w);
    /* What is in the cell at `at`. */
    enum kv_mark (*mark)(const struct etch_kv *kv, uint32_t at);
    /* Where a log between `from` and `to` must end. */
    uint32_t (*limit)(const struct etch_kv *kv, uint32_t from, uint32_t to);
    /* Copy len bytes of the record's value from its byte off on. */
    bool (*read)(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
            uint8_t *data, uint32_t len);
    /* Is its CRC right? The value has been read to data, or NULL. */
    bool (*check)(const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data);
    const struct kv_writer *writer;
};

static inline const struct etch_kv_log *kv_log(const struct etch_kv *kv)
{
    return kv->config->log;
}

static inline const struct kv_writer *kv_writer(const struct etch_kv *kv)
{
    return kv->config->log->writer;
}

/* verdict.c: from the thing's own say and the marks behind it. w->next is behind
 * the thing. */
void kv_verdict(const struct etch_kv *kv, struct kv_walk *w);
/* The next record with its verdict; a batch counts as one. */
bool kv_next(const struct etch_kv *kv, struct kv_walk *w);
/* The next record that is alive, members of batches, too. */
bool kv_next_alive(const struct etch_kv *kv, struct kv_walk *w);

/* ---- sectors: sector.c --------------------------------------------------------- */

/* kv->sector[] */
enum kv_state {
    SECTOR_DIRTY,
    SECTOR_READY,
    SECTOR_DRAFT,
    SECTOR_REPLACED,
    SECTOR_OPEN, /* and not replaced */
    SECTOR_FOREIGN
};

struct kv_sector {
    uint32_t base, len;
    uint32_t seq;
    uint32_t copies; /* where the copies end */
    uint32_t rank;   /* of the copies; seq: there are none */
};

enum kv_field { FIELD_CLEAN, FIELD_USED, FIELD_B, FIELD_LOG };
/* Offset of a field in a sector. */
uint32_t kv_field(const struct etch_kv *kv, enum kv_field field);
void kv_place(const struct etch_kv *kv, uint32_t i, struct kv_sector *s); /* base, len */
/* All of a sector where B is, as far as it is valid. */
bool kv_header(const struct etch_kv *kv, uint32_t i, struct kv_sector *s);
/* Look at all of it: what it is, all that is known, and the verdict on it. */
enum kv_state kv_examine(
        const struct etch_kv *kv, uint32_t i, struct kv_sector *s, struct kv_walk *w);
uint8_t kv_shape(const struct etch_kv *kv);
/* How often sector i has been erased; 0: it does not say. */
uint32_t kv_erases(const struct etch_kv *kv, uint32_t i);

/* Begin with a segment: the first whose key is above *key, which becomes its
 * key. Start with 0. False: there is none. */
bool kv_segment(const struct etch_kv *kv, uint32_t *key, struct kv_walk *w);
/* Begin with all of an open sector's log. */
void kv_whole(
        const struct etch_kv *kv, uint32_t i, struct kv_sector *s, struct kv_walk *w);
/* The newest record of an id: a name, or anything else. By index, or by
 * reading through the log. */
bool kv_locate(const struct etch_kv *kv, uint16_t id, struct kv_walk *w);
bool kv_find(const struct etch_kv *kv, uint16_t id, bool name, struct kv_walk *w);
/* Is this record the newest of its id? */
bool kv_newest(const struct etch_kv *kv, const struct kv_walk *w);
/* A counter's value. */
bool kv_counter(const struct etch_kv *kv, const struct kv_walk *w, uint32_t *value);

/* view.c: what each sector is, and which is the newest. For each sector i in
 * doubt, as w says, call settle, or NULL. */
typedef enum etch_err kv_settle(struct etch_kv *kv, uint32_t i, struct kv_walk *w);
enum etch_err kv_mount(
        struct etch_kv *kv, const struct etch_kv_config *config, kv_settle *settle);
void kv_fill_index(const struct etch_kv *kv);
/* Records from w on are the newest of their ids. */
void kv_index(const struct etch_kv *kv, struct kv_walk *w);

/* ---- writing ----------------------------------------------------------------------- */

static inline void kv_lock(const struct etch_kv *kv)
{
    if (kv->config->lock) {
        kv->config->lock(kv->config->lock_arg);
    }
}

static inline enum etch_err kv_unlock(const struct etch_kv *kv, enum etch_err err)
{
    if (kv->config->unlock) {
        kv->config->unlock(kv->config->lock_arg);
    }
    return err;
}

/* open.c: before a write; the first of a session, or one after an error, ends
 * doubt first. */
enum etch_err kv_begin(struct etch_kv *kv);

/* put.c: n records as one change, when all doubt has ended; and after ending it. */
enum etch_err kv_write(struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint8_t kind);
enum etch_err kv_change(struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint8_t kind);
/* Bytes that the record would take elsewhere. */
uint32_t kv_copy_size(const struct etch_kv *kv, const struct kv_walk *w);

/* room.c: see to it that a change of size bytes fits behind kv->end. */
enum etch_err kv_make_room(struct etch_kv *kv, uint32_t size);
uint32_t kv_room(const struct etch_kv *kv); /* bytes left in the newest sector */
/* Bytes of records that fit in a sector of this length. */
uint32_t kv_usable(const struct etch_kv *kv, uint32_t len);
/* What all records together may take, and one. */
uint32_t kv_capacity(const struct etch_kv *kv);
uint32_t kv_largest(const struct etch_kv *kv);

/* draft.c: moving house, of the newest sector or of what is best moved. */
enum etch_err kv_draft_begin(struct etch_kv *kv, bool newest);
enum etch_err kv_draft_copy(struct etch_kv *kv, uint32_t bytes);
enum etch_err kv_draft_open(struct etch_kv *kv);
/* Bytes that what is kept of a sector takes elsewhere; and of all. */
uint32_t kv_live(const struct etch_kv *kv, uint32_t i);
uint32_t kv_used(const struct etch_kv *kv);
/* The sector to be moved next, and the bytes that would be copied. */
uint32_t kv_victim(const struct etch_kv *kv, uint32_t *live);

/* erase.c */
enum etch_err kv_erase(struct etch_kv *kv, uint32_t i);
enum etch_err kv_set_flag(const struct etch_kv *kv, uint32_t i, enum kv_field flag);
/* Make sector i, where USED is set, the newest, with copies up to an offset of
 * the sector with this sequence, or 0. */
enum etch_err kv_open_sector(
        struct etch_kv *kv, uint32_t i, uint32_t replaced, uint32_t copies);
/* How many sectors are ready, and one of them. */
uint32_t kv_ready(const struct etch_kv *kv, uint32_t *one);

#endif
