/* load.c - a board with the firmware in its memory, as a programmer leaves it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guess.h"
#include "cli/run.h"

enum { KIB = 1024, SAVE_UNIT = 256 };
#define FLASH_BASE 0x08000000u

static enum etch_exit out_of_memory(void)
{
    (void)cli_refuse("not enough memory");
    return ETCH_EXIT_BROKEN;
}

/* ---- which chip ------------------------------------------------------------------- */

static enum etch_exit choose_part(struct run *r)
{
    if (r->o.part == NULL) {
        r->o.part =
                guess_part_aloud(&r->image, r->symbols, r->guessed, sizeof r->guessed);
    }
    return r->o.part != NULL ? ETCH_EXIT_FINE : ETCH_EXIT_USAGE;
}

/* ---- memory ------------------------------------------------------------------------- */

static enum etch_exit load_segment(
        struct run *r, const struct file *f, const struct file_segment *seg)
{
    if (board_load(r->board, seg->addr, seg->bytes, seg->len)) {
        return ETCH_EXIT_FINE;
    }
    const struct silicon_part *part = r->o.part;
    uint32_t last = seg->addr + (seg->len - 1);
    uint32_t flash_last = FLASH_BASE + part->flash_kib * KIB - 1;
    if (seg->addr >= FLASH_BASE && seg->addr < 0x10000000 && last > flash_last) {
        return cli_refuse("%s: %s%s0x%08" PRIX32 "-0x%08" PRIX32
                          " does not fit: the flash "
                          "of an %s ends at 0x%08" PRIX32 " (%u KiB)",
                f->path, seg->name, seg->name[0] != '\0' ? " at " : "", seg->addr, last,
                part->name, flash_last, part->flash_kib);
    }
    return cli_refuse("%s: an %s has no memory at 0x%08" PRIX32 "-0x%08" PRIX32 "%s%s",
            f->path, part->name, seg->addr, last, seg->name[0] != '\0' ? ", for " : "",
            seg->name);
}

static enum etch_exit load_file(struct run *r, const struct file *f)
{
    for (size_t i = 0; i < f->n; i++) {
        enum etch_exit status = load_segment(r, f, &f->segments[i]);
        if (status != ETCH_EXIT_FINE) {
            return status;
        }
    }
    return ETCH_EXIT_FINE;
}

/* What was in flash before: a dump, or what --save left. */
static enum etch_exit load_flash(struct run *r)
{
    struct file f;
    char why[FILE_WHY];
    if (r->o.flash == NULL) {
        return ETCH_EXIT_FINE;
    }
    if (!file_read(&f, r->o.flash, FLASH_BASE, why)) {
        return cli_refuse("%s", why);
    }
    enum etch_exit status = load_file(r, &f);
    file_free(&f);
    return status;
}

/* ---- where it starts ------------------------------------------------------------------ */

static uint32_t word_at(struct run *r, uint32_t addr)
{
    uint8_t b[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    (void)board_peek(r->board, addr, b, sizeof b);
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A stack in RAM, and a reset handler in Thumb code that the image brings. */
static bool is_vector_table(struct run *r, uint32_t addr)
{
    uint32_t stack = word_at(r, addr);
    uint32_t start = word_at(r, addr + 4);
    uint8_t half[2];
    bool in_ram = stack % 4 == 0 && (stack >> 24 == 0x20 || stack >> 24 == 0x10);
    return in_ram && start % 2 == 1 &&
           file_bytes(&r->image, start - 1, half, sizeof half) == sizeof half;
}

/* A program for behind a boot loader, or for RAM, brings no vector at the start
 * of flash. Without the boot loader, a copy of its own table is put there: so
 * it starts, and starts again after each reset. */
static enum etch_exit find_start(struct run *r)
{
    uint32_t start = FLASH_BASE;
    if (word_at(r, start) != 0xFFFFFFFF || word_at(r, start + 4) != 0xFFFFFFFF) {
        return ETCH_EXIT_FINE;
    }
    for (size_t i = 0; i < r->image.n; i++) {
        const struct file_segment *seg = &r->image.segments[i];
        if (!is_vector_table(r, seg->addr)) {
            continue;
        }
        uint32_t len = r->o.part->vectors * 4u;
        len = seg->len < len ? seg->len : len;
        if (!board_load(r->board, FLASH_BASE, seg->bytes, len)) {
            return out_of_memory();
        }
        (void)fprintf(stderr,
                "etch: %s starts at 0x%08" PRIX32 ", with nothing at 0x%08X before it; a "
                "copy of its\n"
                "etch: vector table is put there (--flash BOOT.hex brings a boot "
                "loader)\n",
                r->image.path, seg->addr, FLASH_BASE);
        return ETCH_EXIT_FINE;
    }
    return cli_refuse("%s: nothing at 0x%08X, where the chip starts, and no vector table "
                      "elsewhere in it; --flash BOOT.hex brings a boot loader",
            r->image.path, FLASH_BASE);
}

/* ---- what the program is ------------------------------------------------------------------ */

static size_t count_blank(const uint8_t *bytes, size_t len)
{
    size_t n = 0;
    while (n < len && bytes[n] == 0xFF) {
        n++;
    }
    return n;
}

/* A dump, or raw bytes, may hold data in other sectors, and firmware that
 * rewrites its data is not at fault. From the vector table on, the program ends
 * at the first long blank. */
static void find_program(struct run *r)
{
    enum { LONG = 1024 };
    r->program = r->image;
    if (r->image.format == FILE_ELF) {
        return;
    }
    const struct file_segment *seg = &r->image.segments[0];
    while (seg + 1 < r->image.segments + r->image.n && !is_vector_table(r, seg->addr)) {
        seg++;
    }
    size_t end = 0;
    while (end < seg->len) {
        size_t blank = count_blank(seg->bytes + end, seg->len - end);
        if (blank >= LONG || end + blank == seg->len) {
            break;
        }
        end += blank + 1;
    }
    r->program_segment = *seg;
    r->program_segment.len = (uint32_t)end;
    r->program.segments = &r->program_segment;
    r->program.n = end > 0;
}

/* ---- all of it --------------------------------------------------------------------------- */

static enum etch_exit make_board(struct run *r)
{
    const struct board_config config = {.part = r->o.part,
            .conditions = {.speed = r->o.speed, .vdd_mv = r->o.vdd_mv},
            .mpu = r->o.mpu,
            .args = r->o.args};
    r->board = board_new(&config);
    return r->board != NULL ? ETCH_EXIT_FINE : out_of_memory();
}

enum etch_exit run_load(struct run *r)
{
    char why[FILE_WHY];
    if (!file_read(&r->image, r->o.firmware, FILE_NO_ADDRESS, why)) {
        return cli_refuse("%s", why);
    }
    if (r->image.format == FILE_ELF) {
        r->symbols = symbols_open(r->o.firmware, why);
        if (r->symbols == NULL) {
            return cli_refuse("%s", why);
        }
    }
    enum etch_exit status = choose_part(r);
    if (status == ETCH_EXIT_FINE) {
        status = make_board(r);
    }
    if (status == ETCH_EXIT_FINE) {
        status = load_flash(r);
    }
    if (status == ETCH_EXIT_FINE) {
        status = load_file(r, &r->image);
    }
    if (status == ETCH_EXIT_FINE) {
        status = find_start(r);
        find_program(r);
    }
    return status;
}

/* ---- --save --------------------------------------------------------------------------------- */

static bool is_blank(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* The written parts of flash; raw bytes get all of it. At least one piece. */
static size_t cut_up(
        uint8_t *flash, size_t len, bool whole, struct file_segment *segments)
{
    size_t n = 0;
    if (whole) {
        segments[0] = (struct file_segment){
                .addr = FLASH_BASE, .len = (uint32_t)len, .bytes = flash};
        return 1;
    }
    for (size_t off = 0; off < len; off += SAVE_UNIT) {
        if (is_blank(flash + off, SAVE_UNIT) && (n > 0 || off + SAVE_UNIT < len)) {
            continue;
        }
        uint32_t addr = FLASH_BASE + (uint32_t)off;
        if (n > 0 && segments[n - 1].addr + segments[n - 1].len == addr) {
            segments[n - 1].len += SAVE_UNIT;
        } else {
            segments[n++] = (struct file_segment){
                    .addr = addr, .len = SAVE_UNIT, .bytes = flash + off};
        }
    }
    return n;
}

enum etch_exit run_save(const struct run *r)
{
    if (r->o.save == NULL) {
        return ETCH_EXIT_FINE;
    }
    size_t len = (size_t)r->o.part->flash_kib * KIB;
    uint8_t *flash = malloc(len);
    struct file_segment *segments = calloc(len / SAVE_UNIT, sizeof *segments);
    enum etch_exit status = ETCH_EXIT_FINE;
    if (flash == NULL || segments == NULL) {
        status = out_of_memory();
    } else {
        char why[FILE_WHY];
        enum file_format format = file_format_of(r->o.save);
        silicon_peek(board_silicon(r->board), FLASH_BASE, flash, NULL, len);
        size_t n = cut_up(flash, len, format == FILE_RAW, segments);
        if (!file_write(r->o.save, format, segments, n, why)) {
            status = cli_refuse("%s", why);
        }
    }
    free(segments);
    free(flash);
    return status;
}
