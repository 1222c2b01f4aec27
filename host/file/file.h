/* file.h - firmware and flash contents in the files people have: ELF, Intel
 * HEX, S-record, UF2 and raw bytes.
 *
 * What it is: a reader that turns each of them into the same thing, pieces of
 * memory in ascending order that never overlap, and a writer that turns them
 * back. The format is told by the contents, not by the name. Gaps stay gaps:
 * what a file does not mention is not ours to fill.
 *
 * What it remembers: nothing; a struct file owns all it points to. It trusts
 * no byte of a file and refuses in one line that names the file, the place in
 * it and, where there is one, the next step. Only the heap limits it, and
 * FILE_MAX.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FILE_FILE_H
#define ETCH_FILE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FILE_WHY = 400,              /* room for a message, its end included */
    FILE_MAX = 64 * 1024 * 1024, /* bytes of a file that is read, or written */
};

/* No chip has flash here: "raw bytes without an address are refused". */
#define FILE_NO_ADDRESS UINT32_MAX

enum file_format { FILE_ELF, FILE_HEX, FILE_SREC, FILE_UF2, FILE_RAW };

/* Bytes that belong at addr. Of an ELF: a PT_LOAD segment with bytes in the
 * file, at its physical address, where a programmer puts it; runs_at is its
 * virtual one, where the program sees it (initialised data, code in RAM: a
 * start-up copies them). Elsewhere the two are the same. */
struct file_segment {
    uint32_t addr;
    uint32_t runs_at;
    uint32_t len; /* never 0 */
    uint8_t *bytes;
    char *name; /* of the first ELF section in it, ".isr_vector"; otherwise "" */
};

/* A section of an ELF that takes memory on the chip. */
struct file_section {
    char *name;
    uint32_t addr; /* as of the segment that holds it; runs_at if none does */
    uint32_t runs_at;
    uint32_t len;
    bool bytes; /* has bytes in the file; false: .bss, a stack, NOLOAD */
    bool code;
    bool writable;
};

struct file {
    enum file_format format;
    char *path; /* as it was opened, without @ADDRESS */
    struct file_segment *segments;
    size_t n;
    struct file_section *sections; /* by runs_at; none but of an ELF */
    size_t sections_n;
    uint32_t entry; /* e_entry, or the start record of HEX and S-record; else 0 */
};

/* Read path, which may end in "@ADDRESS" (hexadecimal, with or without 0x) if it
 * is raw bytes; raw bytes without it belong at raw_addr, or are refused if that
 * is FILE_NO_ADDRESS. False: *f is empty and why one line without a newline. */
bool file_read(struct file *f, const char *path, uint32_t raw_addr, char why[FILE_WHY]);
/* The same of len bytes in memory, from a file of that name. */
bool file_parse(struct file *f, const char *name, const void *bytes, size_t len,
        char why[FILE_WHY]);
/* Frees what file_read made; an empty *f (all zero) is fine. */
void file_free(struct file *f);

/* Copy what the file says of addr..addr+len into out; the rest of out keeps
 * what it has. How many bytes were said. Cost: the number of segments. */
size_t file_bytes(const struct file *f, uint32_t addr, void *out, size_t len);
/* Bytes in all segments. */
uint64_t file_size(const struct file *f);

/* ---- writing ------------------------------------------------------------- */

/* "ELF", "Intel HEX", "S-record", "UF2", "raw binary": for messages. */
const char *file_format_name(enum file_format format);
/* What a name's ending means: .hex .ihx .ihex, .srec .s19 .s28 .s37 .mot, .uf2;
 * anything else is FILE_RAW. .elf and .axf are FILE_ELF, which is not written. */
enum file_format file_format_of(const char *path);

/* Write n pieces, in ascending order and apart from each other, to path in
 * the format. Raw binary has its gaps filled with 0xFF and its first byte at
 * the first piece; that address is the caller's to tell. UF2 has the family of
 * the STM32F4. A file is replaced when all of it is written, or stays as it was; what
 * a link leads to is replaced, not the link; /dev/stdout is the stream. False: why is
 * one line. */
bool file_write(const char *path, enum file_format format,
        const struct file_segment *segments, size_t n, char why[FILE_WHY]);
/* Does it look as if a file of that name, in the format that it says, could be
 * written? For long work to ask first. False: why is one line. */
bool file_writable(const char *path, char why[FILE_WHY]);

#endif
