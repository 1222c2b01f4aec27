/* SPDX-License-Identifier: MIT
 */
#include "cli/load.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/guess.h"

enum { KIB = 1024 };
#define FLASH_BASE 0x08000000u

/* ---- which chip ------------------------------------------------------------------- */

static enum etch_exit choose_part(struct load *l)
{
    if (l->config.part == NULL) {
        l->config.part =
                guess_part_aloud(&l->image, l->symbols, l->guessed, sizeof l->guessed);
    }
    return l->config.part != NULL ? ETCH_EXIT_FINE : ETCH_EXIT_USAGE;
}

/* ---- memory ------------------------------------------------------------------------- */

static enum etch_exit load_segment(
        struct load *l, const struct file *f, const struct file_segment *seg)
{
    if (board_load(l->board, seg->addr, seg->bytes, seg->len)) {
        return ETCH_EXIT_FINE;
    }
    const struct silicon_part *part = l->config.part;
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

static enum etch_exit load_file(struct load *l, const struct file *f)
{
    for (size_t i = 0; i < f->n; i++) {
        enum etch_exit status = load_segment(l, f, &f->segments[i]);
        if (status != ETCH_EXIT_FINE) {
            return status;
        }
    }
    return ETCH_EXIT_FINE;
}

/* What was in flash before: a dump, or what --save left. */
static enum etch_exit load_flash(struct load *l)
{
    char why[FILE_WHY];
    if (l->flash == NULL) {
        return ETCH_EXIT_FINE;
    }
    if (!file_read(&l->before, l->flash, FLASH_BASE, why)) {
        return cli_refuse("%s", why);
    }
    return load_file(l, &l->before);
}

/* ---- where it starts ------------------------------------------------------------------ */

static uint32_t word_at(struct load *l, uint32_t addr)
{
    uint8_t b[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    (void)board_peek(l->board, addr, b, sizeof b);
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A stack in RAM, and a reset handler in Thumb code that the image brings. */
static bool is_vector_table(struct load *l, uint32_t addr)
{
    uint32_t stack = word_at(l, addr);
    uint32_t start = word_at(l, addr + 4);
    uint8_t half[2];
    bool in_ram = stack % 4 == 0 && (stack >> 24 == 0x20 || stack >> 24 == 0x10);
    return in_ram && start % 2 == 1 &&
           file_bytes(&l->image, start - 1, half, sizeof half) == sizeof half;
}

/* A program for behind a boot loader, or for RAM, brings no vector at the start
 * of flash. Without the boot loader, a copy of its own table is put there: so
 * it starts, and starts again after each reset. */
static enum etch_exit find_start(struct load *l)
{
    uint32_t start = FLASH_BASE;
    if (word_at(l, start) != 0xFFFFFFFF || word_at(l, start + 4) != 0xFFFFFFFF) {
        return ETCH_EXIT_FINE;
    }
    for (size_t i = 0; i < l->image.n; i++) {
        const struct file_segment *seg = &l->image.segments[i];
        if (!is_vector_table(l, seg->addr)) {
            continue;
        }
        uint32_t len = l->config.part->vectors * 4u;
        len = seg->len < len ? seg->len : len;
        if (!board_load(l->board, FLASH_BASE, seg->bytes, len)) {
            return cli_no_memory();
        }
        (void)fprintf(stderr,
                "etch: %s starts at 0x%08" PRIX32 ", with nothing at 0x%08X before it; a "
                "copy of its\n"
                "etch: vector table is put there (--flash BOOT.hex brings a boot "
                "loader)\n",
                l->image.path, seg->addr, FLASH_BASE);
        return ETCH_EXIT_FINE;
    }
    return cli_refuse("%s: nothing at 0x%08X, where the chip starts, and no vector table "
                      "elsewhere in it; --flash BOOT.hex brings a boot loader",
            l->image.path, FLASH_BASE);
}

/* A program for a part with more RAM has its first stack above that of this one, and
 * fails at its first push, in a fault that tells nothing of why. */
static void warn_of_stack(struct load *l)
{
    const struct silicon_part *part = l->config.part;
    uint32_t stack = word_at(l, FLASH_BASE);
    uint32_t end = 0;
    char lines[100];
    for (size_t i = 0; i < sizeof(part->sram) / sizeof(part->sram[0]); i++) {
        uint32_t bank = part->sram[i].base + part->sram[i].kib * KIB;
        end = part->sram[i].kib > 0 && bank > end ? bank : end;
    }
    if (stack >> 24 != end >> 24 || stack <= end) {
        return;
    }
    guess_lines(stack, lines, sizeof lines);
    (void)fprintf(stderr,
            "etch: %s was linked for a part with more RAM: its stack begins at "
            "0x%08" PRIX32 ",\netch: and the RAM of an %s ends at 0x%08" PRIX32 "%s%s\n",
            l->image.path, stack, part->name, end,
            lines[0] != '\0' ? "; it does there in " : "", lines);
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
static void find_program(struct load *l)
{
    enum { LONG = 1024 };
    l->program = l->image;
    if (l->image.format == FILE_ELF) {
        return;
    }
    const struct file_segment *seg = &l->image.segments[0];
    while (seg + 1 < l->image.segments + l->image.n && !is_vector_table(l, seg->addr)) {
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
    l->program_segment = *seg;
    l->program_segment.len = (uint32_t)end;
    l->program.segments = &l->program_segment;
    l->program.n = end > 0;
}

/* ---- all of it --------------------------------------------------------------------------- */

static enum etch_exit make_board(struct load *l)
{
    l->board = board_new(&l->config);
    return l->board != NULL ? ETCH_EXIT_FINE : cli_no_memory();
}

enum etch_exit load_board(struct load *l)
{
    char why[FILE_WHY];
    if (!file_read(&l->image, l->firmware, FILE_NO_ADDRESS, why)) {
        return cli_refuse("%s", why);
    }
    if (l->image.format == FILE_ELF) {
        l->symbols = symbols_open(l->firmware, why);
        if (l->symbols == NULL) {
            return cli_refuse("%s", why);
        }
    }
    enum etch_exit status = choose_part(l);
    if (status == ETCH_EXIT_FINE) {
        status = make_board(l);
    }
    if (status == ETCH_EXIT_FINE) {
        status = load_flash(l);
    }
    if (status == ETCH_EXIT_FINE) {
        status = load_file(l, &l->image);
    }
    if (status == ETCH_EXIT_FINE) {
        status = find_start(l);
        warn_of_stack(l);
        find_program(l);
    }
    return status;
}

void load_free(struct load *l)
{
    board_free(l->board);
    symbols_close(l->symbols);
    file_free(&l->before);
    file_free(&l->image);
}
