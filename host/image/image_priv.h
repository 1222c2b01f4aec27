/* image_priv.h - what the reader's own files share. Nobody else includes it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_IMAGE_PRIV_H
#define ETCH_IMAGE_PRIV_H

#include "image/image.h"

/* SPEC 1.1 */
/* What a byte makes of a sum of 0: sums_table.c. */
extern const uint32_t sum32_of[256];
extern const uint16_t sum10_of[256];
uint32_t sum32(uint32_t sum, const uint8_t *bytes, uint32_t len);
uint16_t sum10(uint16_t sum, const uint8_t *bytes, uint32_t len);
enum { SUM10_START = 0x3FF };
#define SUM32_START UINT32_MAX

/* ---- bytes: medium.c. Offsets are the medium's. --------------------------------- */

/* SPEC 1: where the erased value is 0x00, everything is stored complemented. It is
 * turned round where it comes in or goes out, in image_read, image_search and
 * encode_..; in all that is said here erased is ones. from may be to. */
void complement(uint8_t *to, const uint8_t *from, uint32_t len);
uint32_t get_word(const struct image_medium *m, uint32_t off);
bool all_erased(const struct image_medium *m, uint32_t off, uint32_t n);
bool all_readable(const struct image_medium *m, uint32_t off, uint32_t n);
uint16_t little16(const uint8_t *at);
uint32_t little32(const uint8_t *at);

/* ---- verdicts: verdict.c ---------------------------------------------------------- */

/* SPEC 2.3, of both logs: what the marks behind a thing make of it. */
struct verdict {
    bool alive, final;
    bool dropped;         /* a DROP had a say in it */
    bool closed;          /* another thing follows */
    uint32_t marks;       /* met */
    enum image_kind last; /* of them */
};

struct verdict verdict_begin(bool own_say);
/* The next mark behind it: IMAGE_KEEP, IMAGE_DROP or IMAGE_VOID. */
void verdict_mark(struct verdict *v, enum image_kind mark);
/* Behind its marks another thing begins. */
void verdict_close(struct verdict *v);

/* ---- sectors: sector.c --------------------------------------------------------------- */

enum { FREE_CELLS = 6 }; /* at a sector's end, for marks (SPEC 5.4) */

enum header { HEADER_NONE, HEADER_GOOD, HEADER_B, HEADER_FOREIGN };
enum {
    HEADER_LEN = 12, /* of A */
    B_LEN = 16,
    B_FIELDS = 4, /* in B: sequence, age and copies end, behind its word */
    B_OPEN = 1,
    B_SIZED = 2 /* of B's word */
};

/* Where the rows of a header are: offsets in the sector. */
struct rows {
    uint32_t clean, used, b, log;
};

/* Is there a valid A at off? Its fields if so; shape.once and cell are checked.
 * HEADER_B: no, but a B that does not need it. */
enum header header_read(
        const struct image_medium *m, uint32_t off, struct image_sector *s);
/* The same for B, of a sector with a valid A; whether copies end lies in the log
 * is not looked at. */
void header_place(const struct image_medium *m, struct image_sector *s);
struct rows header_rows(const struct image_sector *s);
/* What these 16 bytes would say as B. Are they valid, copies end left aside? */
bool header_b(struct image_sector *s, const uint8_t *b);
uint32_t header_word(const struct image_medium *m, const struct image_sector *s);
/* What it is by its own header: never IMAGE_REPLACED. once and cell are known. */
enum image_state sector_state(const struct image_medium *m, struct image_sector *s);
/* SPEC 2.3, of a sector whose B is known. */
struct verdict sector_verdict(const struct image_medium *m, const struct image_sector *s);

/* rotten.c: was this sector open, of which its header says otherwise? What B says of it is
 * in *s then, and *off and *text say what has rotted. */
bool sector_lost(const struct image_medium *m, const struct image *image,
        struct image_sector *s, uint32_t *off, const char **text);
/* Without a valid A, is there a B of a plain log that is committed? What it says is in *s
 * then; if not, what is in *s means nothing. */
bool header_lost(const struct image_medium *m, uint32_t off, struct image_sector *s);
/* All sectors and their states. */
void sectors_read(const struct image_medium *m, struct image *image);

/* ---- logs --------------------------------------------------------------------------- */

/* A stretch of a sector's log: its copies or its rest. */
struct segment {
    unsigned sector;
    uint32_t begin, limit; /* in the medium */
    uint32_t rank;
    bool copy;
    bool counts;       /* in an open sector that is not replaced */
    uint32_t first, n; /* records, once read */
};

/* The verdict on what ends at off, from the marks there; end: of the segment; for
 * a once log: of the log. Cost: linear in the marks. */
struct verdict plain_verdict(
        const struct image_medium *m, uint32_t off, uint32_t end, bool own_say);
struct verdict once_verdict(
        const struct image_medium *m, const struct image_sector *s, uint32_t off);
/* Where a once log ends (SPEC 4.1): in the medium. */
uint32_t once_end(const struct image_medium *m, const struct image_sector *s);

/* Read a segment's records; sets end and settled of its sector. */
void plain_read(const struct image_medium *m, struct image *image, struct segment *g);
void once_read(const struct image_medium *m, struct image *image, struct segment *g);

/* Fates of all records, and what is wrong with them. */
void resolve(struct image *image, struct segment *segments, unsigned n);

/* ---- results: image.c ------------------------------------------------------------------- */

/* A new record at the end, zeroed but for what the segment says and a thing of
 * its own; NULL: no memory, as image->no_memory says from then on. */
struct image_record *record_add(
        struct image *image, const struct segment *g, uint32_t off);
/* Room for n bytes of a record. NULL: records overlap more often than any store's
 * can. */
uint8_t *bytes_add(struct image *image, uint32_t n);
void damage_add(struct image *image, uint32_t off, const char *rule, const char *format,
        ...) __attribute__((format(printf, 4, 5)));
/* Another mark, in one entry with those of its kind before. */
void mark_add(struct image *image, const struct segment *g, enum image_kind kind,
        uint32_t off, uint32_t len);

#endif
