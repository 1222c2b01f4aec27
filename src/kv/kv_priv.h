/* kv_priv.h - the inside of the store.
 *
 *   cell.c      reading and programming through nor.h
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
 * Errors stick: the first goes to kv->err, and from then on nothing is
 * programmed or erased, until a call begins (kv_enter). So what follows a write
 * need not ask whether it went well, unless it goes round in a loop.
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
    SEQ_BITS = 24,
    CHANGE_BITS = 14, /* bytes of a change's records: a first word counts 4095 words */
    TICKS = 24,       /* bytes of them, in a counter that counts in place */
    TAIL = 6          /* cells at a sector's end that records leave free */
};

/* What a record is found by: its id; of a name, with KEY_NAME. */
enum { KEY_NAME = 0x10000 };

/* kv->state */
enum {
    STATE_VIEW,    /* reads only, or a write has failed: settle first */
    STATE_SETTLED, /* as the last session left it: cells behind may be touched */
    STATE_OURS,    /* this session has written the last cell */
    STATE_MOVING   /* the same; the index is being set to copies: the log itself tells */
};

/* kv->crowded: do deletions take the room that is wanted? */
enum {
    CROWDED_UNKNOWN,
    CROWDED,        /* tidy moves what they hide */
    CROWDED_NO_MORE /* it has: they did */
};

/* For what is called before the calls go deeper: its frame shall be gone then. */
#define KV_OWN_FRAME __attribute__((noinline))
/* For what is smaller as a call, whatever the compiler thinks. */
#define KV_ONE_COPY __attribute__((noinline))

/* ---- cells: cell.c ----------------------------------------------------------- */

uint32_t kv_whole_cells(const struct etch_kv *kv, uint32_t len);
/* False: they cannot be read. */
bool kv_read(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len);
uint32_t kv_word(const struct etch_kv *kv, uint32_t at); /* 0: cannot be read */
/* All erased? */
bool kv_blank(const struct etch_kv *kv, uint32_t at, uint32_t len);
/* Program whole units. */
void kv_program_units(struct etch_kv *kv, uint32_t at, const void *data, uint32_t len);
/* Program len bytes, padded to whole cells; returns where they end. */
uint32_t kv_program(struct etch_kv *kv, uint32_t at, const void *data, uint32_t len);
/* Program up to CELL_MAX bytes to zeros. */
void kv_zero(struct etch_kv *kv, uint32_t at, uint32_t len);

/* ---- records -------------------------------------------------------------------- */

/* enum etch_kv_kind, and: */
enum {
    KIND_RUNNING = ETCH_KV_COUNTER + 1, /* a counter that counts in place */
    KIND_BATCH                          /* or the torn beginning of a group */
};

/* The verdicts as the truth values they are. */
enum kv_mark {
    MARK_DROP,
    MARK_KEEP,
    MARK_VOID = 3,
    MARK_NONE,
    MARK_ITEM = MARK_NONE,
    MARK_END
};

/* A way through a log, the thing it has come to (a record, or a sector's B), and
 * what the marks behind it say. */
struct kv_walk {
    uint8_t kind;
    uint8_t mark; /* the last one on it, enum kv_mark; MARK_NONE */
    bool alive;   /* its own say, and then the verdict */
    bool final;
    uint16_t len;    /* of the value; of a running counter its base */
    uint32_t key;    /* id, ORed with KEY_NAME; not of a KIND_BATCH */
    uint32_t end;    /* of the segment */
    uint32_t next;   /* where it goes on */
    uint32_t copies; /* copies end: what is before it counts */
    uint32_t seq;    /* of the sector */
    uint32_t at;     /* the thing ... */
    uint32_t data;   /* ... the first byte of its value */
    uint32_t behind; /* the first mark on it; and then what is behind the last */
    uint32_t word;   /* plain log: the thing's first word, as it has been read */
    union {
        uint32_t rank; /* of the sector's copies; seq: it has none */
        uint32_t
                claim; /* plain log: how far a torn record would reach if it were whole */
    };
};

struct etch_kv_log {
    bool once;
    /* Cells of a sector that all records together leave free: TAIL, and what commits
     * the copies and the change that may follow them. */
    uint8_t kept;
    uint8_t commits; /* cells that a change takes behind its records */
    uint32_t stamp;  /* KV_STAMP, see kv_stamp */
    /* Go on to the next record, alive or not. False: there is none, and all but
     * w->next is as it was. */
    bool (*step)(const struct etch_kv *kv, struct kv_walk *w);
    /* What is in the cell at `at`. */
    enum kv_mark (*look)(const struct etch_kv *kv, uint32_t at);
    /* Where a log between `from` and `to` must end. */
    uint32_t (*limit)(const struct etch_kv *kv, uint32_t from, uint32_t to);
    /* Copy len bytes of the record's value from its byte off on. */
    bool (*read)(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
            uint8_t *data, uint32_t len);
    /* Is its CRC right? The value has been read to data, or NULL. */
    bool (*check)(const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data);

    /* To write; NULL in a log that is only read: */

    /* Bytes that the record takes. */
    uint32_t (*size)(const struct etch_kv *kv, uint32_t key, uint32_t len);
    /* Write a record at *at, and move *at behind it; `counts`: its own say is alive.
     * A KIND_BATCH is only the beginning of one that len bytes of records fill. */
    void (*append)(struct etch_kv *kv, uint32_t *at, const struct etch_kv_change *r,
            bool counts);
    /* Commit the thing at `at`; kv->end is where the log ends. */
    void (*commit)(struct etch_kv *kv, uint32_t at);
    /* A change has been written, *tries times before: once more, because cells that cuts
     * have touched have spoilt it? NULL: never. */
    bool (*again)(struct etch_kv *kv, uint32_t *tries);
    /* Write a mark. */
    void (*mark)(struct etch_kv *kv, uint32_t at, enum kv_mark mark);
    /* Write the verdict n times side by side behind the log. */
    void (*decide)(struct etch_kv *kv, enum kv_mark verdict, uint32_t n);
    /* Program a thing's first word again as it has been read; and forget its claim if
     * it cannot be right. */
    void (*firm)(struct etch_kv *kv, struct kv_walk *w);
};

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
    SECTOR_DRAFT,
    SECTOR_REPLACED, /* up to here: it holds nothing, and is not erased */
    SECTOR_OPEN,     /* and not replaced */
    SECTOR_READY,
    SECTOR_FOREIGN
};

enum kv_field { FIELD_CLEAN, FIELD_USED, FIELD_B, FIELD_LOG };
/* Where sector i begins; and, for i + 1, where it ends. */
uint32_t kv_base(const struct etch_kv *kv, uint32_t i);
/* Where a field of sector i is. */
uint32_t kv_field(const struct etch_kv *kv, uint32_t i, enum kv_field field);
/* What B says: seq, rank and copies. Is it valid? */
bool kv_header(const struct etch_kv *kv, uint32_t i, struct kv_walk *w);
/* What sector i is; and if it may be open, the verdict on it. Then a walk through
 * its rest may follow. */
enum kv_state kv_examine(const struct etch_kv *kv, uint32_t i, struct kv_walk *w);
/* What A begins with, and B of a once log: magic, version and shape. */
uint32_t kv_stamp(const struct etch_kv *kv);
/* The same, without the size of a cell. */
#define KV_STAMP(once) (MAGIC | VERSION << 16 | (31u + (once)*8u) << 24)
/* How often sector i has been erased; 0: it does not say. */
uint32_t kv_erases(const struct etch_kv *kv, uint32_t i);

/* Begin with a segment: the first whose order is above *order, which becomes its
 * order. Start with 0. False: there is none. */
bool kv_segment(const struct etch_kv *kv, uint32_t *order, struct kv_walk *w);
/* Begin with all of an open sector's log. Is B valid? It is read once. */
bool kv_whole(const struct etch_kv *kv, uint32_t i, struct kv_walk *w);
/* The place of a key in the index. NULL: it has none. */
uint16_t *kv_slot(const struct etch_kv *kv, uint32_t key);
/* Where the newest record with this key is: by index, or by reading through the
 * log, on this walk. 0: there is none. */
uint32_t kv_where(const struct etch_kv *kv, uint32_t key, struct kv_walk *on);
/* The same, always by reading, without the sector `except`. */
uint32_t kv_find(
        const struct etch_kv *kv, uint32_t key, uint32_t except, struct kv_walk *on);
/* The record itself. False: there is none. */
bool kv_locate(const struct etch_kv *kv, uint32_t key, struct kv_walk *w);
bool kv_at(const struct etch_kv *kv, uint32_t at, struct kv_walk *w);
/* Is there a counter that counts in place, and what has it come to? */
bool kv_runs(const struct etch_kv *kv, uint32_t id, uint32_t *value);
/* A counter's value. */
bool kv_counter(const struct etch_kv *kv, const struct kv_walk *w, uint32_t *value);

/* view.c: what each sector is, and which is the newest. For each sector i in
 * doubt, as w says, call settle, or NULL. */
typedef void kv_settle(struct etch_kv *kv, uint32_t i, struct kv_walk *w);
int32_t kv_mount(
        struct etch_kv *kv, const struct etch_kv_config *config, kv_settle *settle);
void kv_fill_index(struct etch_kv *kv);
/* Records from w on are the newest of their ids. */
void kv_index(struct etch_kv *kv, struct kv_walk *w);

/* ---- writing: what fails says so in kv->err ----------------------------------------- */

/* open.c: a call that writes begins, with all doubt ended. False: it cannot. */
bool kv_enter(struct etch_kv *kv);
/* ... and ends. */
enum etch_err kv_leave(struct etch_kv *kv);
/* A mark behind the log of the newest sector. */
void kv_mark(struct etch_kv *kv, enum kv_mark mark);
/* Before the first record of a session. */
void kv_begin_session(struct etch_kv *kv);

/* The key of what is changed. */
static inline uint32_t kv_key(const struct etch_kv_change *change)
{
    return change->id | (change->kind == ETCH_KV_NAME ? KEY_NAME : 0);
}
/* get.c: is it so already? */
bool kv_same(const struct etch_kv *kv, const struct etch_kv_change *change);
/* put.c: a call's one change, if it is one. */
enum etch_err kv_put(struct etch_kv *kv, const struct etch_kv_change *change);
/* n records as one change. */
void kv_write(struct etch_kv *kv, const struct etch_kv_change *change, uint32_t n);
/* Bytes that the record would take elsewhere. */
uint32_t kv_copy_size(const struct kv_walk *w);

/* counter.c: may this id be a counter? */
bool kv_may_count(const struct etch_kv *kv, uint32_t id);

/* room.c: see to it that a change of size bytes fits behind kv->end. */
void kv_make_room(struct etch_kv *kv, uint32_t size);
uint32_t kv_room(const struct etch_kv *kv); /* bytes left in the newest sector */
/* Bytes of records that fit in sector i. */
uint32_t kv_usable(const struct etch_kv *kv, uint32_t i);
/* What all records together may take. */
uint32_t kv_capacity(const struct etch_kv *kv);

/* draft.c: moving house, of what is best moved, of the eldest sector or of the newest. */
enum kv_draft {
    DRAFT_EARLY, /* there is room yet */
    DRAFT_NOW,
    DRAFT_ELDEST,
    DRAFT_NEWEST
};
/* The first two not if two sectors are ready: one can be opened as it is. */
void kv_draft_begin(struct etch_kv *kv, enum kv_draft how);
void kv_draft_copy(struct etch_kv *kv, uint32_t bytes);
/* Copy all that is left, and open it. */
void kv_draft_finish(struct etch_kv *kv);
/* Bytes that all records that are kept take elsewhere; the sector to be moved
 * next, and those in it. With more than these, is it within the capacity? To know that a
 * way through the log may be needed for each record without a place in the index; if it
 * is not, the bytes may be a little too many. */
struct kv_survey {
    uint32_t used, gone; /* all, and those that say that there is nothing */
    uint32_t live;
    uint8_t victim;
    uint8_t eldest; /* sector, but for the newest if there is another */
};
bool kv_survey(const struct etch_kv *kv, struct kv_survey *found, uint32_t more);
/* room.c: with so many bytes left, copying so many of the victim should begin, that all
 * its log has been gone through when the room ends. */
uint32_t kv_lead(const struct etch_kv *kv, const struct kv_survey *s, uint32_t live);

/* erase.c */
void kv_erase(struct etch_kv *kv, uint32_t i);
void kv_set_flag(struct etch_kv *kv, uint32_t i, enum kv_field flag);
/* Make sector i, where USED is set, the newest, with copies up to an offset of
 * the sector with this sequence, or 0. */
void kv_open_sector(struct etch_kv *kv, uint32_t i, uint32_t replaced, uint32_t copies);
/* How many sectors are ready, and one of them. */
uint32_t kv_ready(const struct etch_kv *kv, uint32_t *one);

#endif
