/* kv_priv.h - the inside of the store.
 *
 *   cell.c      words, blanks and copies through nor.h
 *   sector.c    what a sector's header says; segments in order of rank
 *   plain.c     once.c: the two logs, reading; plain_write.c, once_write.c
 *   view.c      the index; find.c, get.c, name.c, stat.c: reading
 *   open.c      settling; session.c: the first write after it
 *   put.c       batch, delete, counter, purge: changes
 *   room.c      where the next record goes; draft.c: moving house; tidy.c
 *   format.c    erasing and the first sector
 *
 * Offsets are of the whole flash, not of a sector, unless they say so.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_KV_PRIV_H
#define ETCH_KV_KV_PRIV_H

#include <stddef.h>
#include <string.h>

#include "kv/kv.h"

enum {
    NONE = 0xFF,
    SECTORS_MAX = 16,
    CHUNK = 32,
    VERSION = 1,
    MAGIC = 0x7E45,
    KV_NO_ID = 0xFFFF
};

/* kv->state */
enum {
    STATE_VIEW,    /* reads only, or a write has failed: settle first */
    STATE_SETTLED, /* as the last session left it: cells behind may be touched */
    STATE_OURS     /* this session has written the last cell */
};

/* ---- cells: cell.c ----------------------------------------------------------- */

/* Bytes of a cell. */
uint32_t kv_cell(const struct etch_kv *kv);
uint32_t kv_whole_cells(const struct etch_kv *kv, uint32_t len);
static inline uint8_t kv_flip(const struct etch_kv *kv)
{
    return (uint8_t)~kv->config->nor->erased;
}
/* Read bytes as they are, or as words, in which erased is ones. False: they
 * cannot be read. */
bool kv_read(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len);
bool kv_read_flipped(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len);
uint32_t kv_word(const struct etch_kv *kv, uint32_t at);
/* All erased? */
bool kv_blank(const struct etch_kv *kv, uint32_t at, uint32_t len);
/* Program len bytes, padded to whole cells; data is CHUNK bytes and changed. */
enum etch_err kv_program(
        const struct etch_kv *kv, uint32_t at, uint8_t data[CHUNK], uint32_t len);
enum etch_err kv_program_flipped(
        const struct etch_kv *kv, uint32_t at, uint8_t data[CHUNK], uint32_t len);

/* ---- sectors: sector.c --------------------------------------------------------- */

enum kv_state { SECTOR_DIRTY, SECTOR_READY, SECTOR_DRAFT, SECTOR_OPEN, SECTOR_FOREIGN };

struct kv_sector {
    uint32_t base, len;
    uint32_t erases;
    uint32_t seq;
    uint32_t copies; /* where the copies end: the first mark */
    uint16_t age;
    uint8_t state; /* enum kv_state */
    bool doubtful; /* B is valid, and yet it is not open */
};

enum kv_field { FIELD_A, FIELD_CLEAN, FIELD_USED, FIELD_DROPPED, FIELD_B, FIELD_LOG };
/* Offset of a field in a sector. */
uint32_t kv_field(const struct etch_kv *kv, enum kv_field field);
void kv_place(const struct etch_kv *kv, uint32_t i, struct kv_sector *s); /* base, len */
void kv_sector(const struct etch_kv *kv, uint32_t i, struct kv_sector *s);
/* Open, and not replaced by a newer one. */
bool kv_current(const struct etch_kv *kv, uint32_t i, struct kv_sector *s);
/* The sector that holds an offset. */
uint32_t kv_sector_of(const struct etch_kv *kv, uint32_t at);
/* Bytes of records that fit in a sector of this length. */
uint32_t kv_usable(const struct etch_kv *kv, uint32_t len);
/* What all records together may take, and one. */
uint32_t kv_capacity(const struct etch_kv *kv);
uint32_t kv_largest(const struct etch_kv *kv);

/* ---- records -------------------------------------------------------------------- */

enum kv_kind {
    KIND_VALUE,
    KIND_NAME,
    KIND_DELETION,
    KIND_COUNTER,
    KIND_RUNNING,
    KIND_BATCH
};

/* A way through a log, and the record it has come to. */
struct kv_walk {
    uint32_t end;    /* of the segment */
    uint32_t next;   /* where it goes on */
    uint32_t at;     /* the record; after the last one, where the log ends */
    uint32_t data;   /* its first byte */
    uint32_t copies; /* copies end: records before it are alive (once log) */
    uint32_t word;   /* plain log: the record's first word ... */
    uint32_t behind; /* ... and that behind it, 0: not read */
    uint16_t id;
    uint16_t len;
    uint8_t kind; /* enum kv_kind */
    bool alive;
};

/* How a log ends, as one way through it has seen. */
struct kv_tail {
    struct kv_walk last; /* the last record; next is 0: there is none */
    uint32_t loose;      /* the first loose one behind all that are alive; 0: none */
    uint32_t first;      /* where the log begins ... */
    uint32_t end;        /* ... ends */
    uint32_t limit;      /* ... and must end */
};

/* A record to be written. */
struct kv_record {
    const void *data; /* NULL: bytes of the record `from` has come to */
    const struct kv_walk *from;
    uint16_t id;
    uint16_t len;
    uint8_t kind; /* not KIND_BATCH */
};

struct kv_writer {
    /* Bytes that n records with values of len bytes together take at most, and
     * what commits them. */
    uint32_t (*size)(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len);
    /* Write a record at *at, not committed unless `copy`, and move *at behind it. */
    enum etch_err (*append)(
            struct etch_kv *kv, uint32_t *at, const struct kv_record *r, bool copy);
    /* Commit n records, the first of them at `first`, at kv->end. */
    enum etch_err (*commit)(struct etch_kv *kv, uint32_t first, uint32_t n);
    /* Make a mark in an erased cell. */
    enum etch_err (*mark)(const struct etch_kv *kv, uint32_t at);
    /* End all doubt about the log, and say where it ends. *did: whether anything
     * had to be done; *again: whether other records may be alive than were seen. */
    enum etch_err (*settle)(
            const struct etch_kv *kv, struct kv_tail *t, bool *did, bool *again);
    /* Firm the last cell of a settled log and use up the next. */
    enum etch_err (*begin)(struct etch_kv *kv, uint32_t end);
    uint8_t tail;        /* cells at a sector's end that records leave free */
    uint8_t commits;     /* cells that commit a batch ... */
    uint8_t commits_one; /* ... or a single record */
};

struct etch_kv_log {
    bool once;
    /* Go on to the next record, alive or not. False: the log ends at w->at. */
    bool (*walk)(const struct etch_kv *kv, struct kv_walk *w);
    /* Copy len bytes of the record's value from its byte off on. */
    bool (*read)(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
            void *data, uint32_t len);
    /* Is its CRC right? The value has been read to data, or NULL. */
    bool (*check)(const struct etch_kv *kv, const struct kv_walk *w, const void *data);
    const struct kv_writer *writer;
};

static inline const struct kv_writer *kv_writer(const struct etch_kv *kv)
{
    return kv->config->log->writer;
}

/* Begin with a segment: the first whose key is above *key, which becomes its
 * key. Start with 0. False: there is none. */
bool kv_segment(const struct etch_kv *kv, uint32_t *key, struct kv_walk *w);
/* Begin with all of a sector's log. */
void kv_whole(const struct etch_kv *kv, const struct kv_sector *s, struct kv_walk *w);
/* The record that begins at `at`. */
bool kv_at(const struct etch_kv *kv, uint32_t at, struct kv_walk *w);
/* Go on to the next record that is alive. */
bool kv_next_alive(const struct etch_kv *kv, struct kv_walk *w);
/* The newest record of an id: a name, or anything else. By index, or by
 * reading through the log. */
bool kv_locate(const struct etch_kv *kv, uint16_t id, struct kv_walk *w);
bool kv_find(const struct etch_kv *kv, uint16_t id, bool name, struct kv_walk *w);
/* Is this record the newest of its id? */
bool kv_newest(const struct etch_kv *kv, const struct kv_walk *w);
/* A counter's value. */
bool kv_counter(const struct etch_kv *kv, const struct kv_walk *w, uint32_t *value);
/* Find the newest sector. */
enum etch_err kv_mount(struct etch_kv *kv, const struct etch_kv_config *config);
/* Fill the index. For each log's end call `each`, or NULL; *again makes it fill
 * the index once more. */
typedef enum etch_err kv_each_end(struct etch_kv *kv, struct kv_tail *t, bool *again);
enum etch_err kv_fill_index(struct etch_kv *kv, kv_each_end *each);

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

/* put.c: n records as one change. */
enum etch_err kv_change(struct etch_kv *kv, const struct etch_kv_change *change,
        uint16_t n, uint8_t kind);
/* Append a record and commit it; room is there. */
enum etch_err kv_append(struct etch_kv *kv, const struct kv_record *r);
/* Bytes that the record would take elsewhere. */
uint32_t kv_copy_size(const struct etch_kv *kv, const struct kv_walk *w);
/* Bytes that what is kept of a sector takes elsewhere; and of all. */
uint32_t kv_live(const struct etch_kv *kv, const struct kv_sector *s);
uint32_t kv_used(const struct etch_kv *kv);

/* room.c: see to it that a change of size bytes fits behind kv->end. */
enum etch_err kv_make_room(struct etch_kv *kv, uint32_t size);
uint32_t kv_room(const struct etch_kv *kv); /* bytes left in the newest sector */
enum etch_err kv_move_on(struct etch_kv *kv, bool may_erase);
/* With so many bytes left, copying begins. */
uint32_t kv_trigger(struct etch_kv *kv);

/* draft.c: moving house. */
enum etch_err kv_draft_begin(struct etch_kv *kv, bool may_erase);
enum etch_err kv_draft_copy(struct etch_kv *kv, uint32_t bytes);
enum etch_err kv_draft_open(struct etch_kv *kv);
enum etch_err kv_extend(struct etch_kv *kv);
/* The sector to be moved next, and the bytes that would be copied. */
uint32_t kv_victim(const struct etch_kv *kv, uint32_t *live);

/* erase.c */
enum etch_err kv_erase(const struct etch_kv *kv, uint32_t i);
enum etch_err kv_set_flag(const struct etch_kv *kv, uint32_t i, enum kv_field flag);
/* Is a flag set? */
bool kv_flag(const struct etch_kv *kv, const struct kv_sector *s, enum kv_field field);
/* Make sector i the newest, with copies up to an offset of the sector whose
 * sequence is age less; and its two marks. */
enum etch_err kv_open_sector(
        struct etch_kv *kv, uint32_t i, uint32_t age, uint32_t copies);
/* How many sectors are ready, and the least erased of them. */
uint32_t kv_ready(const struct etch_kv *kv, uint32_t *best);
uint8_t kv_shape(const struct etch_kv *kv);

#endif
