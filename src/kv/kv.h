/* kv.h - a key-value store for flash whose sectors are few, huge and unequal.
 *
 * What it is: values of up to some kilobytes under numbers. A put appends to a
 * log; it never erases, unless the configuration lets it when no sector is left to
 * copy to. Long work, an erase above all, is done by etch_kv_tidy, when the
 * application can afford it. SPEC.md has the bytes, DESIGN.md the reasons.
 *
 * What it remembers: struct etch_kv and, 2 bytes a key, where the newest record
 * of each key is; both in the caller's memory. All else is on flash.
 *
 * What it never does: allocate; wait, but for the flash; trust a length, a
 * blank cell or a header that a power cut may have left.
 *
 * Who may call it: one caller at a time. With lock hooks the store sees to that
 * itself, in calls that write; format and open take no lock, nor does what reads.
 * etch_kv_get and etch_kv_count of an indexed key may be called from an interrupt at any
 * time after open; they see the value before a put or the one after it. (While a call
 * settles what an earlier one has left that failed, they may see an older value or
 * none.) While a sector's move ends, they read through the log. A task that others which
 * write may preempt takes the lock around all reads: they may find nothing, or
 * ETCH_E_VERIFY, for what has not changed.
 *
 * What rot does, a bit of what has been written that reads otherwise later: the value it
 * is in is told as lost (ETCH_E_VERIFY), by get, count and name, until it is put again (a
 * counter that was ticked only until the next start, and then has a wrong number).
 * In a record's first word (or tag, or trailer) rot can hide the record, or those behind
 * it in the sector that it seems to reach over, so that what they replaced is there
 * again; or tell an id that it seems to be as lost. In the header of a sector it takes
 * all that is in the sector; if that sector had replaced another that has not been erased
 * since, the other's values are there again. `etch image check` says what is damaged, a
 * header too, and with --rescue etch image reads what that hides. Puts may then fail once
 * for each word that was to be blank and is not; and updates in a nearly full store get
 * ETCH_E_NOSPACE, as records may seem longer, or what they replace be hidden.
 *
 * What power loss does: "Cut" in each comment. A call that has returned is
 * never undone; a call cut short happened, or did not, as a whole, and whichever
 * the next etch_kv_open finds, all later ones find too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_KV_H
#define ETCH_KV_KV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "nor/nor.h"

enum {
    ETCH_KV_ID_MAX = 65534,
    ETCH_KV_NAME_MAX = 48 /* bytes of a name */
};

/* How records lie on flash; which one is decided when a store is formatted.
 * Linked is only what is named. */
struct etch_kv_log;
/* For a unit of at most 4 bytes whose bits may be cleared again: F2, F4, F7. */
extern const struct etch_kv_log etch_kv_plain;
/* For every other flash, cells of 8 to 32 bytes, written once. */
extern const struct etch_kv_log etch_kv_once;
/* The same, for firmware that only reads: no code that writes is linked. */
extern const struct etch_kv_log etch_kv_plain_view, etch_kv_once_view;

enum etch_kv_policy {
    ETCH_KV_ERASE_WHEN_FORCED, /* a put may erase if nothing has been tidied */
    ETCH_KV_NEVER_ERASE        /* it returns ETCH_E_TIDY instead */
};

/* Used in place, with all it points to: it must stay as long as the store is used. */
struct etch_kv_config {
    /* 2 to 16 sectors, 65536 cells in all: of 4 bytes in a plain log, so 256 KiB; of
     * the unit in a once log, of 8 at least. None of less than 19 cells in a plain log
     * (76 bytes, and values of no bytes: see etch_kv_stat's largest), 25 in a once log;
     * what has no room for a header may be read beyond.
     * Erased 0xFF (nor/inverted.h turns others round). A later firmware may add sectors,
     * with anything in them but another store; it must not take any away: what is in
     * those is lost without a word. */
    const struct etch_nor *nor;
    const struct etch_kv_log *log;

    /* Where the newest record of ids 0 .. keys - 1 is, and behind those the newest name
     * of ids 0 .. names - 1: keys + names places, the store's to fill.
     * Other ids and names work, too; but each access to them reads through the log,
     * and so does, where the store is nearly full, a put by which it grows or a sector
     * begins to move, once for each of their records there: a few that hardly change do
     * no harm, many make such a put take seconds. NULL and 0: all are such. */
    uint16_t *index;
    uint16_t keys, names;

    uint8_t policy; /* enum etch_kv_policy */

    /* Called before every call that writes, e.g. to take an RTOS's mutex. NULL:
     * the caller sees to it. */
    void (*lock)(void *arg);
    /* Called after it. */
    void (*unlock)(void *arg);
    void *lock_arg;
};

enum { ETCH_KV_SECTORS_MAX = 16 };

/* The store's; 64 bytes on a 32-bit machine. */
struct etch_kv {
    const struct etch_kv_config *config;
    const struct etch_nor *nor;    /* the config's ... */
    const struct etch_kv_log *log; /* ... both */
    int32_t err;                   /* enum etch_err: the first of this call */
    uint8_t state;
    uint8_t cell;     /* bytes of a cell */
    uint8_t head;     /* sector that records go to */
    uint8_t victim;   /* sector being copied ... */
    uint8_t draft;    /* ... to this one; 0xFF: none is */
    uint8_t running;  /* counters that count in place */
    uint8_t mark;     /* the last mark, with which it ends */
    bool settles;     /* what a cut has left: may erase, whatever the policy is */
    uint16_t trigger; /* draft: begin when so many cells are left; 0: not known */
    bool others;      /* records without a place in the index */
    uint8_t crowded;  /* by deletions: tidy moves what they hide */
    uint8_t sector[ETCH_KV_SECTORS_MAX]; /* what each is */
    uint32_t largest;                    /* bytes that a change may take */
    uint32_t end;   /* of the newest sector's log: where the next record goes */
    uint32_t from;  /* draft: where in the victim's log copying goes on */
    uint32_t to;    /* draft: where in it the next copy goes */
    uint32_t since; /* draft: where the newest sector's log ended when it began */
};

/* ---- begin ---------------------------------------------------------------- */

/* Make an empty store of all sectors of config->nor. What was there is gone.
 *
 * Cut: ETCH_E_FORMAT from open, or what was there before, as far as it is left;
 * format again.
 * Cost: erases every sector.
 * Errors: those of the flash; ETCH_E_RANGE: too few (2), too many (16), too
 * small or too large sectors, or a unit that this log cannot have.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_format(
        struct etch_kv *kv, const struct etch_kv_config *config);

/* Open the store and, after a power cut, settle what it left in doubt: what is
 * found is what every later open finds. kv needs no preparation.
 *
 * Cut: as if it had not been called.
 * Cost: reads the first words of each record. Programs nothing if nothing was
 * written since the last open, else two units (five of 1 byte); after a cut up to six,
 * or some 60 if it was in the first word of a record (of a batch or a long value as many
 * as it has), and the three words of a header cut before an erase; a counter that was
 * ticked is put once. Erases only if so many opens in a row were cut that a sector has
 * no cell left for marks, or no room for a counter to come to rest; then whatever the
 * policy is.
 * Errors: ETCH_E_FORMAT (no store here, or one that has lost its newest sector's
 * header); ETCH_E_PROTECTED: the log of the config is one of those that only read;
 * ETCH_E_FOREIGN: one that a later version has made, or another log, or one with other
 * cells; no sector with a header is touched, and it is not to be formatted unawares (a
 * downgrade would lose it); ETCH_E_RANGE: too few sectors, too many, or too many cells;
 * those of the flash;
 * ETCH_E_NOSPACE: in unequal sectors, so many starts were cut in a row that the newest
 * cannot be settled, nor copied to any other (DESIGN.md 10); etch_kv_view reads it.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_open(
        struct etch_kv *kv, const struct etch_kv_config *config);

/* Open it to read only: get, count, next, name, find. Writes nothing, so what a put
 * cut short has left in doubt stays so: it may read old or new until somebody
 * opens the store to write; of a batch, each value for itself.
 *
 * Errors: as etch_kv_open.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_view(
        struct etch_kv *kv, const struct etch_kv_config *config);

/* ---- read ------------------------------------------------------------------ */

/* Copy the value of id to data, size bytes at most; *len is the whole length,
 * also if that is more. A counter is its value in 4 bytes.
 *
 * Cost: two words and the value. Errors: ETCH_E_NOENT; ETCH_E_VERIFY: the
 * value's CRC is wrong, it is lost (data is what is there).
 */
ETCH_MUST_CHECK enum etch_err etch_kv_get(
        const struct etch_kv *kv, uint16_t id, void *data, uint16_t size, uint16_t *len);

/* The value of the counter id. Errors: ETCH_E_NOENT: none, or no counter;
 * ETCH_E_VERIFY. */
ETCH_MUST_CHECK enum etch_err etch_kv_count(
        const struct etch_kv *kv, uint16_t id, uint32_t *value);

/* Make *id the lowest indexed id from *id on that has a value, and *len that
 * value's length. ETCH_E_NOENT: there is none. To see all, begin with 0 and go
 * on with the id behind. */
ETCH_MUST_CHECK enum etch_err etch_kv_next(
        const struct etch_kv *kv, uint16_t *id, uint16_t *len);

/* The name of id, with a 0 behind it, cut to size bytes with the 0.
 *
 * Cost: reads through the log, if it has no place in the index. Errors: ETCH_E_NOENT: it
 * has none, or size is 0; ETCH_E_VERIFY: its CRC is wrong. */
ETCH_MUST_CHECK enum etch_err etch_kv_name(
        const struct etch_kv *kv, uint16_t id, char *name, uint16_t size);

/* The indexed id with this name. Cost: keys times etch_kv_name. Errors:
 * ETCH_E_NOENT: none has it. */
ETCH_MUST_CHECK enum etch_err etch_kv_find(
        const struct etch_kv *kv, const char *name, uint16_t *id);

/* ---- write ----------------------------------------------------------------- */

/* Errors of all that follow: those of the flash, after which the store is as
 * after a cut (what was asked for may have happened or not; open, or the next
 * call that writes, settles that); ETCH_E_NOSPACE: what must be kept would be
 * more than etch_kv_stat's capacity, or the store has been worn beyond counting
 * (16,777,215 sectors filled since format, a million for each of 16);
 * ETCH_E_TIDY: nothing is left without an erase, and the policy forbids that; or
 * deletions leave too little for what is new, whatever the policy is, and
 * etch_kv_tidy moves what they hide; ETCH_E_RANGE: id or length. After the last
 * three nothing has changed. But for that wear, an update of an existing key with a
 * value that is not longer never gets ETCH_E_NOSPACE. (If counters have been ticked in
 * this session, one whose record with 24 bytes and 8 for each of them is larger than
 * the largest value may, in a full store of three sectors and more; so may any in
 * sectors of a few dozen cells.) */

/* Give id the value of len bytes at data, up to etch_kv_stat's largest: a quarter of
 * the smallest sector, and below 16 KB. What is there already is not written again: nor
 * is a name, or a counter that is set; a batch is.
 *
 * Cut: the old value or the new one.
 * Cost: a program step for each unit of the value, filled up to whole cells (of 4 bytes;
 * in a once log see etch_kv_stat), and three more (six of units of 1); and up to four
 * times that to copy older records along. An erase if the policy lets it. When what is
 * kept grows and when copying begins, a look at each id with a place in the index; while
 * a sector is copied, 256 bytes of its log are read through for each byte put. The whole
 * log is only read for ids and names without a place (etch_kv_config); and, with three
 * sectors and more, once for each deletion in what is copied.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_put(
        struct etch_kv *kv, uint16_t id, const void *data, uint16_t len);

/* Take id's value away, a counter too. ETCH_OK also if there was none.
 *
 * Cut: the old value or none.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_delete(struct etch_kv *kv, uint16_t id);

enum etch_kv_kind {
    ETCH_KV_VALUE,    /* the id's value */
    ETCH_KV_NAME,     /* its name: up to ETCH_KV_NAME_MAX bytes; none takes it away */
    ETCH_KV_DELETION, /* no value; len is 0 */
    ETCH_KV_COUNTER   /* a counter at this value: 4 bytes, little-endian */
};

struct etch_kv_change {
    const void *data;
    uint16_t id;
    uint16_t len;
    uint8_t kind; /* enum etch_kv_kind */
};

/* Make n changes, of different ids or of the name and the value of one, as one (the
 * last of several of one id counts). 1 <= n <= 1022; their records take no more than
 * that of the largest value.
 *
 * Cut: all of them or none.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_put_batch(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n);

/* Add 1 to the counter id; one that does not exist begins at 0, and behind 0xFFFFFFFF
 * comes 0. A value of another kind under this id is replaced. Indexed ids up to 1022. In
 * sectors of less than 448 bytes there may be no room for it when the store is full:
 * ETCH_E_NOSPACE, or ETCH_E_TIDY however often it is tidied; and each time that is found
 * out, sectors may have been moved.
 *
 * Cut: it counted or it did not.
 * Cost: one program operation, but for the first in a session and one in 192,
 * which are a put of 28 bytes. In a once log each is a put of 4 bytes.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_put_tick(struct etch_kv *kv, uint16_t id);

/* Set the counter id, indexed and up to 1022. Cut: the old value or the new one. */
ETCH_MUST_CHECK enum etch_err etch_kv_put_counter(
        struct etch_kv *kv, uint16_t id, uint32_t value);

/* Name id, for people and tools: up to ETCH_KV_NAME_MAX bytes of UTF-8; "" takes
 * the name away. The id need not have a value.
 *
 * Cut: the old name or the new one. */
ETCH_MUST_CHECK enum etch_err etch_kv_put_name(
        struct etch_kv *kv, uint16_t id, const char *name);

/* Delete id and make what its values were unreadable, in every sector: where
 * bits can be cleared by zeroing them in place. Where they cannot, *left is how
 * many bytes of old values are still on flash, until the sectors they are in have
 * been moved and etch_kv_tidy has erased these. NULL: do not tell.
 *
 * Cut: the old value or none; some copies may still be readable. Do it again.
 * Cost: reads through all logs; a program step for each unit zeroed.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_delete_purge(
        struct etch_kv *kv, uint16_t id, uint32_t *left);

/* ---- housekeeping ----------------------------------------------------------- */

/* Do now what takes long: erase all that holds nothing any more. For when a
 * stall does no harm; then no put is forced to until a whole sector is full. If a put
 * has found too little room for the deletions that are kept, sectors are moved until
 * these have gone, two rounds at most: each move copies what a sector keeps and erases
 * one. (Where one holds more than fits in any other, as unequal sectors may, its
 * deletions stay.)
 *
 * Cut: no value changes.
 * Cost: etch_kv_stat tells before, but for those moves.
 */
ETCH_MUST_CHECK enum etch_err etch_kv_tidy(struct etch_kv *kv);

struct etch_kv_stat {
    uint32_t capacity;         /* bytes that records of all that is kept may take */
    uint32_t used;             /* bytes they take */
    uint32_t largest;          /* longest value; up to 232, 8 less for ids above 1022 */
    uint32_t room;             /* bytes of records before an erase is forced */
    uint32_t erases;           /* of the sector erased most often */
    struct etch_nor_time tidy; /* what etch_kv_tidy would take for erases now */
};

/* What there is and what is left. A record takes 4 bytes and its value, rounded
 * up to words; 12 and its value if that has more than 232 bytes or an id above
 * 1022. In a once log of cells of C bytes it takes a cell for each C - 1 bytes of the
 * value begun, one at least, and one more; a put takes two besides.
 *
 * room is for records of up to a sixteenth of the smallest sector, in place of others as
 * long; new ones count twice. With ETCH_KV_ERASE_WHEN_FORCED it ends where copying
 * begins, if that has to erase. Counters that are ticked may take 24 bytes and 8 for each
 * off it in every sector; ids without a place in the index that are put often, more.
 *
 * Cost: reads through the log, and once more for each record of a name or an id
 * without a place in the index. */
void etch_kv_stat(const struct etch_kv *kv, struct etch_kv_stat *stat);

#endif
