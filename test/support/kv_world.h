/* kv_world.h - the store as scenarios for the explorer, and the memory of what
 * it must hold.
 *
 * A value is made from its key and a small version number, so the memory is a
 * few bytes a key. Versions turn round, and among them are values of zeros
 * only and of erased bytes only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_WORLD_H
#define ETCH_TEST_KV_WORLD_H

#include "explore/explore.h"
#include "explore/simnor.h"
#include "kv/kv.h"

enum {
    WORLD_KEYS = 48,
    WORLD_NONE = 0xFF,
    WORLD_LEN = 2048,
    WORLD_CHIPS = 64,
    WORLD_BALLAST = 400,
    WORLD_STRIDE = 100 /* an operation of the body that is not to be cut: much is put */
};

/* What a body's operations do, in this order, as far as chosen. */
enum world_op {
    WORLD_PUT = 1,    /* the next key's next version */
    WORLD_DELETE = 2, /* the next key */
    WORLD_BATCH = 4,  /* three keys: two puts and a deletion */
    WORLD_TICK = 8,   /* the counter */
    WORLD_TIDY = 16,
    WORLD_PURGE = 32,  /* the next key */
    WORLD_NAME = 64,   /* of key 0 */
    WORLD_REPUT = 128, /* put the same key as last time, its next version */
};

/* Of a case. */
struct world_param {
    struct simnor_shape shape;
    /* Not NULL: on this chip instead, its sectors from `first` on, programmed by
     * this enum etch_flash_width. */
    const char *part;
    uint8_t first, sectors, width;
    uint8_t chip; /* which of these cases, from 0, below WORLD_CHIPS */
    const struct etch_kv_log *log;
    uint8_t keys;     /* ids 0 .. keys - 1 */
    uint8_t versions; /* how many there are */
    uint16_t len;     /* of the values: len, but every third is a bit longer */
    bool same_len;
    uint16_t last_len; /* of the last key's values; 0: as the others */
    /* Values that are written once, only moved from then on and read at every boot:
     * what makes a big store full. Their ids follow the counter's. */
    uint16_t ballast, ballast_len;
    uint8_t stride; /* how many of them a stride writes over; 0: 1 */
    bool unindexed;
    uint8_t policy;
    uint8_t ops;   /* enum world_op, ORed */
    uint8_t steps; /* operations of a body; 0: 1 */
};

struct world {
    uint8_t now[WORLD_KEYS];  /* version; WORLD_NONE: no value */
    uint8_t next[WORLD_KEYS]; /* what an operation in flight makes of it */
    uint32_t count, count_next;
    uint8_t name, name_next;
    uint8_t in_flight;
    uint8_t agreed;   /* the second reader has seen what is there */
    uint8_t turn;     /* which key comes next */
    uint16_t ballast; /* and of those that are not changed */
};

extern const struct explore_scenario world_scenario;
/* The same, and a boot after a boot must begin no operation. */
extern const struct explore_scenario world_quiet_scenario;

/* Small flashes of many shapes: number, and what is done there. */
extern const struct explore_case world_small[];
extern const unsigned world_small_n;
/* Chips: 2 x 16, 4 x 16, 2 x 128 and 16 + 16 + 64 KB; x8, x32; 30 and 75 % full;
 * and write-once cells of 8 bytes. Long values; and short ones, to go all the way
 * round the store (see the table). */
extern const struct explore_case world_real[], world_rounds[];
extern const unsigned world_real_n, world_rounds_n;

struct explore_machine *world_machine(const void *param);

/* The value: its bytes, and how many. */
uint16_t world_value(const struct world_param *p, unsigned key, unsigned version,
        uint8_t value[WORLD_LEN]);

#endif
