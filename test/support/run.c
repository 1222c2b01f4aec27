/* run.c - see run.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

#define SECOND UINT64_C(1000000000)

static void load(struct run *r, const char *firmware)
{
    char path[256];
    char why[FILE_WHY] = "";
    (void)snprintf(path, sizeof(path), "%s/%s.elf", ETCH_FIRMWARE_DIR, firmware);
    if (!file_read(&r->image, path, FILE_NO_ADDRESS, why)) {
        fail_msg("%s", why);
    }
    r->symbols = symbols_open(path, why);
    if (r->symbols == NULL) {
        fail_msg("%s", why);
    }
    for (size_t i = 0; i < r->image.n; i++) {
        const struct file_segment *segment = &r->image.segments[i];
        assert_true(board_load(r->board, segment->addr, segment->bytes, segment->len));
    }
}

static void send(struct run *r, size_t len)
{
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_true(board_input(r->board, 2, bytes, len, 0));
    free(bytes);
}

void run_open(struct run *r, const struct run_setup *setup)
{
    const struct silicon_part *part =
            silicon_part_find(setup->part != NULL ? setup->part : "stm32f446re");
    assert_non_null(part);
    *r = (struct run){.how = BOARD_LEFT};
    const struct board_config config = {.part = part,
            .conditions = setup->conditions,
            .mpu = setup->mpu,
            .args = setup->args};
    r->board = board_new(&config);
    assert_non_null(r->board);
    load(r, setup->firmware);
    if (setup->optcr != 0) {
        silicon_set_options(board_silicon(r->board), setup->optcr, 0x0FFF0000);
    }
    r->verdict = verdict_new(r->board, &r->image, r->symbols);
    assert_non_null(r->verdict);
    board_reset(r->board, BOARD_RESET_POWER);
    if (setup->serial != 0) {
        send(r, setup->serial);
    }
}

void run_go(struct run *r, const struct run_setup *setup)
{
    uint64_t limit = setup->limit_ns != 0 ? setup->limit_ns : 10 * SECOND;
    r->how = board_run(r->board, limit);
    if (r->how == BOARD_UNMODELLED) {
        fail_msg("%s: %s", setup->firmware, board_why(r->board));
    }
    r->findings = verdict_findings(r->verdict, r->how, &r->n);
}

void run_firmware(struct run *r, const struct run_setup *setup)
{
    run_open(r, setup);
    run_go(r, setup);
}

void run_close(struct run *r)
{
    board_free(r->board);
    verdict_free(r->verdict);
    symbols_close(r->symbols);
    file_free(&r->image);
}

const struct finding *run_find(const struct run *r, const char *code)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->findings[i].code, code) == 0) {
            return &r->findings[i];
        }
    }
    return NULL;
}

size_t run_complaints(const struct run *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->n; i++) {
        count += r->findings[i].severity != FINDING_NOTE;
    }
    return count;
}

void run_print(const struct run *r)
{
    (void)fprintf(stderr, "-- stop %d (%s), exit %" PRIu32 ", %.6f s, %zu findings\n",
            r->how, board_why(r->board) != NULL ? board_why(r->board) : "",
            board_exit_code(r->board), (double)board_ns(r->board) / 1e9, r->n);
    for (size_t i = 0; i < r->n; i++) {
        const struct finding *f = &r->findings[i];
        (void)fprintf(stderr, "%s: %s: %s\n  fix: %s\n",
                finding_severity_name(f->severity), f->code, f->text, f->fix);
        (void)fprintf(stderr,
                "  at 0x%08" PRIx32 " %s %s:%u, address 0x%08" PRIx32
                ", sector %d, %" PRIu64 " times\n",
                f->pc, f->function != NULL ? f->function : "?",
                f->file != NULL ? f->file : "?", f->line, f->address, f->sector,
                f->times);
        for (size_t k = 0; k < f->chain_n; k++) {
            (void)fprintf(stderr, "    %s\n", f->chain[k]);
        }
        for (size_t k = 0; k < f->evidence_n; k++) {
            (void)fprintf(
                    stderr, "    %s: %s\n", f->evidence[k].name, f->evidence[k].value);
        }
    }
}
