/* image.h - a second reader of the store's format.
 *
 * What it is: everything that SPEC.md lets one know about the bytes of a
 * store: its sectors and their states, every record and what became of it,
 * what is damaged and by which rule. It was written from SPEC.md alone and
 * shares nothing with the store, so that the two can be held against each
 * other. Rules are named by the sections of SPEC.md.
 *
 * What it remembers: nothing; a struct image owns all it points to. It trusts
 * no byte: any input gives an answer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_IMAGE_IMAGE_H
#define ETCH_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_VERSION = 2 }; /* of the format */

/* ---- what is read --------------------------------------------------------- */

struct image_place {
    uint32_t off, len;
};

/* Bytes of a flash, and what must be known beside them (SPEC 1). */
struct image_medium {
    const uint8_t *bytes;
    uint32_t size;
    /* As long as bytes, not 0 where a byte could not be read. NULL: all could. */
    const uint8_t *unreadable;
    const struct image_place *sector; /* ascending, within size */
    unsigned sectors;
    bool erased_is_zero;
    /* Read what is in sectors whose header has rotted, which a firmware would not. */
    bool rescue;
};

/* ---- what is found ---------------------------------------------------------- */

enum image_state {
    IMAGE_DIRTY,
    IMAGE_READY,
    IMAGE_DRAFT,
    IMAGE_REPLACED,
    IMAGE_OPEN,
    IMAGE_FOREIGN /* another version of the format: not understood */
};

struct image_sector {
    uint32_t off, len;
    enum image_state state;
    bool known;   /* its kind and cell are: A is valid, or it is open without */
    bool placed;  /* sequence, age and copies are: USED is set and B is valid */
    bool once;    /* kind of its log */
    uint8_t cell; /* bytes */
    uint8_t version;
    uint32_t erases; /* 0: A does not say */
    uint32_t sequence, age;
    uint32_t log, copies_end; /* offsets in the sector */
    uint32_t end;             /* open, replaced: where the log ends */
    bool decided;             /* placed: the verdict on it is final (SPEC 2.3) */
    bool settled; /* open: the verdict on its log's last thing is (3.4, 4.3) */
    bool lost;    /* was open, and its header has rotted: a firmware reads the state */
};

enum image_kind {
    IMAGE_VALUE,
    IMAGE_COUNTER,
    IMAGE_DELETION,
    IMAGE_NAME,
    IMAGE_BATCH,   /* plain log: holds the records behind it that are members */
    IMAGE_PART,    /* once log: data without a trailer */
    IMAGE_STUMP,   /* plain log: a torn word (SPEC 3.1) */
    IMAGE_STRANGE, /* damaged, or of a kind that this version does not know */
    /* Marks, no records: what stands behind a thing decides on it (SPEC 2.3). */
    IMAGE_KEEP,
    IMAGE_DROP,
    IMAGE_VOID
};

enum image_fate {
    IMAGE_CURRENT,    /* counts, and is the last of its id */
    IMAGE_SUPERSEDED, /* counted until a later one came */
    IMAGE_TORN,       /* never committed */
    IMAGE_DROPPED,    /* decided against by a DROP */
    IMAGE_LOST,       /* once log: committed, but its checksum is wrong */
    IMAGE_STALE,      /* in a sector that does not count any more */
    IMAGE_MARK        /* no record */
};

struct image_record {
    uint32_t off, len; /* in the medium, header and padding included */
    unsigned sector;
    enum image_kind kind;
    enum image_fate fate;
    bool alive;
    bool committed; /* its own say (SPEC 2.3); a once log has none */
    bool verdict;   /* SPEC 2.3: alive; it counts if it also is what may */
    bool final;     /* the verdict cannot change any more */
    bool member;    /* of the batch at `thing` */
    bool copy;      /* in the copies of its sector */
    bool sum_wrong; /* its checksum; if alive, a value is lost */
    bool running;   /* a counter that is counted up in place */
    uint16_t id;
    uint32_t thing;       /* offset of what the verdict is on: the record itself, its
                             batch, its group */
    uint32_t rank;        /* of its segment */
    uint32_t count;       /* counter: its value; batch: its members; marks: how many */
    uint32_t claims;      /* stump: where what it claims ends, in the medium */
    const uint8_t *bytes; /* value or name */
    uint32_t bytes_len;
};

struct image_damage {
    uint32_t off;     /* in the medium */
    const char *rule; /* section of SPEC.md: "3.3" */
    char text[120];
};

enum { IMAGE_DAMAGES = 64 }; /* kept ones */

struct image {
    struct image_sector *sector;
    unsigned sectors;
    struct image_record *record; /* by place; those of open sectors in their order
                                    are found by image_find */
    uint32_t records, room;
    struct image_damage damage[IMAGE_DAMAGES];
    unsigned damages; /* kept ones */
    uint32_t damaged; /* all */
    unsigned open;    /* sectors that hold data */
    uint8_t *arena;   /* bytes of values */
    size_t used, arena_len;
    bool no_memory;
};

/* Read a store. NULL: no memory. Cost: linear in its size. */
struct image *image_read(const struct image_medium *m);
void image_drop(struct image *image);

/* The current record of an id: a value, a counter or a deletion; or its name.
 * NULL: there is none. One that has sum_wrong is lost. */
const struct image_record *image_find(const struct image *image, uint16_t id);
const struct image_record *image_name(const struct image *image, uint16_t id);

/* "open", "superseded", "counter": for people. */
const char *image_state_name(enum image_state state);
const char *image_fate_name(enum image_fate fate);
const char *image_kind_name(enum image_kind kind);
/* What a state or a fate means: a sentence without its end. */
const char *image_state_text(enum image_state state);
const char *image_fate_text(enum image_fate fate);

/* ---- where there is a store ---------------------------------------------------- */

enum { IMAGE_SECTORS = 64, IMAGE_STORES = 16 };

/* A store found in some bytes by looking for sector headers. */
struct image_store {
    uint32_t off, len;                        /* in those bytes */
    struct image_place sector[IMAGE_SECTORS]; /* from off; those that were recognised,
                                                 and the holes between them */
    unsigned sectors;
    bool erased_is_zero;
};

/* Look for stores. ends: where sectors of that flash end, ascending; a sector
 * reaches to the next of them, to the next header, or to the end of the bytes.
 * How many were found, at most IMAGE_STORES. */
unsigned image_search(const uint8_t *bytes, uint32_t len, const uint32_t *ends,
        unsigned ends_n, struct image_store stores[IMAGE_STORES]);

#endif
