/* test_guard_races_heavy.c - what may come between the guard and the MPU, played by
 * firmware on the bench (firmware/races/): eighteen cases, a row for each, and
 * beside it how the same goes wrong without the guard.
 *
 * Exceptions and registers of the faults are those that a real instruction
 * stream gave on QEMU's Cortex-M4 (mps2-an386), where such a case was run there.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

#define MPU_CTRL 0xE000ED94u
#define MPU_RNR  0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RASR 0xE000EDA0u

/* Faults are "COUNT EXCEPTION CFSR HFSR ADDRESS EXC_RETURN" of the first. */
#define NONE       "0"
#define FORCED(at) "1 3 0x00000082 0x40000000 " at " 0xFFFFFFF9" /* MemManage is off */
#define NESTED(at) "1 3 0x00000082 0x40000000 " at " 0xFFFFFFF1" /* in a handler */
#define MEMMAN(at) "1 4 0x00000082 0x00000000 " at " 0xFFFFFFF9"
#define BUS(at)    "1 5 0x00008200 0x00000000 " at " 0xFFFFFFF9"
#define NO_FETCH   "1 3 0x00000001 0x40000000 0x00000000 0xFFFFFFF1" /* nor the handler */

static const struct race {
    const char *args;    /* K and number; with a minus, without the guard */
    const char *name;    /* what it is about */
    const char *faults;  /* that are taken */
    const char *without; /* the same without the guard; NULL: nothing to compare */
} races[] = {
        {"K01", "a window over sector 7: sector 5 stays shut", FORCED("0x08020000"),
                NULL},
        {"K02", "closed, it is shut again", FORCED("0x08060000"), NULL},
        {"K03", "no free region: an eighth of a megabyte", MEMMAN("0x08080000"), NULL},
        {"K04", "sectors 1 to 3 in one region", FORCED("0x08003FFC"), NULL},
        {"K05", "the region that refuses is above all others", NONE,
                MEMMAN("0x08060000")},
        {"K06", "rights patched in place, and put back", MEMMAN("0x08060000"), NULL},
        {"K07", "a region over the running code keeps it running", NONE, NO_FETCH},
        {"K08", "context switches rewrite regions", FORCED("0x08060000"), NULL},
        {"K09", "interrupted between RNR and RASR", NONE, NONE},
        {"K10", "others select by RBAR.VALID", NONE, NULL},
        {"K11", "stray stores into the sector being written", NONE, NULL},
        {"K12", "a stray store from an interrupt, beside a window", NESTED("0x08020010"),
                NULL},
        {"K13", "unprivileged callers", NONE, BUS("0xE000ED98")},
        {"K14", "an unprivileged store into a window", FORCED("0x08060000"), NULL},
        {"K15", "no region is moved while it is on", NONE, NONE},
        {"K16", "switched off, moved, switched on", NONE, NULL},
        {"K17", "a framework's counter that has wrapped round", NONE,
                FORCED("0x08060000")},
        {"K18", "nor with a barrier before its rights are right", NONE, NO_FETCH},
};
enum { RACES = sizeof(races) / sizeof(*races) };

static struct run r;
static char said[400];
static size_t said_len;

static void hear(void *ctx, int usart, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; usart == 0 && i < len && said_len + 1 < sizeof(said); i++) {
        said[said_len++] = (char)bytes[i];
        said[said_len] = '\0';
    }
}

/* The MPU as its registers were stored to: regions moved while they were on. */
static struct {
    uint32_t ctrl, rnr, rbar[8], rasr[8];
    unsigned moved;
} shadow;

static void watch(void *ctx, const struct board_event *ev)
{
    if (ev->kind != BOARD_EV_CORE || ev->core->kind != CORE_SAYS_PPB) {
        return;
    }
    uint32_t value = ev->core->value;
    switch (ev->core->addr) {
    case MPU_CTRL: shadow.ctrl = value; break;
    case MPU_RNR: shadow.rnr = value % 8; break;
    case MPU_RASR: shadow.rasr[shadow.rnr] = value; break;
    case MPU_RBAR:
        shadow.rnr = (value & 0x10) != 0 ? value % 8 : shadow.rnr;
        shadow.moved += (shadow.ctrl & 1) != 0 && (shadow.rasr[shadow.rnr] & 1) != 0 &&
                        (shadow.rbar[shadow.rnr] ^ value) >= 32;
        shadow.rbar[shadow.rnr] = value;
        break;
    default: break;
    }
}

static void play(const char *args, const char *name, const char *faults)
{
    const struct run_setup setup = {.firmware = "races", .args = args};
    char want[100];
    (void)snprintf(want, sizeof(want), "faults %s\n", faults);
    memset(&shadow, 0, sizeof(shadow));
    said_len = 0;
    said[0] = '\0';
    run_open(&r, &setup);
    board_on_output(r.board, hear, NULL);
    board_listen(r.board, watch, NULL);
    run_go(&r, &setup);
    if (r.how != BOARD_LEFT || board_exit_code(r.board) != 0) {
        run_print(&r);
        fail_msg("%s, %s: stopped by %d, step %u", args, name, (int)r.how,
                (unsigned)board_exit_code(r.board));
    }
    if (strcmp(said, want) != 0) {
        fail_msg("%s, %s: %s", args, name, said);
    }
    run_close(&r);
}

static void each_race_ends_as_it_should(void **state)
{
    for (unsigned i = 0; i < RACES; i++) {
        play(races[i].args, races[i].name, races[i].faults);
        /* In K10 others load regions as some kernels do. */
        if (strcmp(races[i].args, "K10") != 0 && shadow.moved != 0) {
            fail_msg("%s, %s: a region was moved while it was on", races[i].args,
                    races[i].name);
        }
    }
}

static void without_the_guard_each_goes_wrong(void **state)
{
    for (unsigned i = 0; i < RACES; i++) {
        if (races[i].without != NULL) {
            char args[8];
            (void)snprintf(args, sizeof(args), "%s-", races[i].args);
            play(args, races[i].name, races[i].without);
            /* What the bench looks at, it sees. */
            bool moves = strcmp(args, "K15-") == 0 || strcmp(args, "K18-") == 0;
            assert_int_equal(shadow.moved > 0, moves);
        }
    }
}

static void there_is_a_row_for_each_number(void **state)
{
    assert_int_equal(RACES, 18);
    for (unsigned i = 0; i < RACES; i++) {
        char args[8];
        (void)snprintf(args, sizeof(args), "K%02u", i + 1);
        assert_string_equal(races[i].args, args);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(each_race_ends_as_it_should),
            cmocka_unit_test(without_the_guard_each_goes_wrong),
            cmocka_unit_test(there_is_a_row_for_each_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
