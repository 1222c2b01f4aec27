/* file_priv.h - what the readers of host/file/ share.
 *
 * A reader gets a struct source and adds what it finds to a struct draft;
 * draft_finish sorts, refuses overlaps and makes the segments. Everybody
 * refuses with refuse(), which is false.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FILE_FILE_PRIV_H
#define ETCH_FILE_FILE_PRIV_H

#include "file/file.h"

/* A file's bytes, and where to complain. */
struct source {
    const char *name;
    const uint8_t *bytes;
    size_t len;
    char *why; /* FILE_WHY of them */
};

/* Write "NAME: " and the message to why. Returns false. */
bool refuse(const struct source *src, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
bool refuse_memory(const struct source *src);

/* Read the file src->name into *bytes, for the caller to free in any case. */
bool read_whole(struct source *src, uint8_t **bytes);

/* Bytes found so far, in the order found. */
struct draft_piece {
    uint32_t addr, runs_at;
    uint32_t len;
    size_t off;          /* into bytes */
    unsigned long where; /* line, block or segment it starts in */
    const char *name;    /* "" or in the file's bytes */
};

struct draft {
    const struct source *src;
    const char *unit; /* what where counts: "line" */
    bool apart;       /* pieces that touch are not joined */
    struct draft_piece *pieces;
    size_t n, room;
    uint8_t *bytes;
    size_t len, bytes_room;
};

/* Add len bytes; false, with why, if they reach beyond 32 bits of address or
 * memory ends. A piece that goes on where the last one ended is joined to it. */
bool draft_add(struct draft *d, uint32_t addr, const void *bytes, uint32_t len,
        unsigned long where);
/* Into f->segments. Frees the draft in any case. */
bool draft_finish(struct draft *d, struct file *f);
void draft_free(struct draft *d);

/* ---- text formats ------------------------------------------------------- */

struct line {
    const char *text; /* not terminated; without blanks around it */
    size_t len;
    unsigned long number; /* from 1 */
};

/* The next line that is not blank, from *off on. */
bool next_line(const struct source *src, size_t *off, struct line *line);

enum { RECORD_MAX = 260 };

/* Decode the hexadecimal digits of a line from its skip-th character on into
 * at most RECORD_MAX bytes. */
bool decode_record(const struct source *src, const struct line *line, size_t skip,
        uint8_t bytes[RECORD_MAX], size_t *n);

/* ---- readers: fill f, or refuse ------------------------------------------- */

bool read_elf(const struct source *src, struct file *f);
bool read_hex(const struct source *src, struct file *f);
bool read_srec(const struct source *src, struct file *f);
bool read_uf2(const struct source *src, struct file *f);

/* ---- constants of UF2 (github.com/microsoft/uf2) ------------------------------ */

enum {
    UF2_BLOCK = 512,
    UF2_DATA = 32, /* offset of the payload */
    UF2_DATA_MAX = 476,
    UF2_END = 508, /* offset of the last magic number */
    UF2_PAYLOAD = 256,
    UF2_NOT_MAIN_FLASH = 0x00000001,
    UF2_HAS_FAMILY = 0x00002000
};
#define UF2_MAGIC_0     0x0A324655u
#define UF2_MAGIC_1     0x9E5D5157u
#define UF2_MAGIC_END   0x0AB16F30u
#define UF2_FAMILY_ST_4 0x57755A57u

#endif
