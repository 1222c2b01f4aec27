/* test_verdict_sins.c - for each code a firmware that commits that sin, and its
 * clean twin: the first is told by name, place and reason, the second passes
 * without an error or a warning.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

#define NOWHERE UINT32_MAX

struct sin {
    const char *firmware, *code;
    const char *function; /* NULL: whichever */
    uint32_t address;     /* NOWHERE: whichever */
    const char *says;     /* part of the text */
    const char *evidence; /* part of a fact; NULL: whichever */
    const char *part;
    struct silicon_conditions conditions;
    size_t serial;
    const char *name;              /* of the sin, where it is not its code */
    bool alone;                    /* no other error is found */
    enum { FIRST, ANYWHERE } rank; /* notes come behind what they accompany */
};

static const struct sin sins[] = {
        /* stores */
        {"sin_stores", "null-pointer-store", "HAL_IWDG_Refresh", 0, "NULL pointer",
                "0xC0", .rank = FIRST},
        {"sin_stores", "store-without-pg", "store_without_pg", 0x08060000, "PG was clear",
                .evidence = "0x80"},
        {"sin_stores", "store-without-pg", "memcpy_words", 0x08060000,
                "memcpy_words (called by sin_run", "0x80", .name = "copied",
                .alone = true},
        {"sin_stores", "store-outside-flash", "store_outside_flash", NOWHERE,
                "is not flash", .evidence = NULL},
        {"sin_stores", "store-outside-flash", "put", NOWHERE,
                "is not flash but held the address 0x08060000 (sector 7)", NULL,
                .name = "address-of-target", .alone = true},
        {"sin_stores", "store-outside-flash", "pg_by_helper", NOWHERE,
                "is not flash:", NULL, .name = "pg-by-helper", .alone = true},
        {"sin_stores", "width-not-psize", "width_not_psize", 0x08060000,
                "stored a byte to 0x08060000 (sector 7) while FLASH_CR.PSIZE was x32",
                .evidence = "PG"},
        {"sin_stores", "unaligned-store", "program_two", 0x08060001,
                "0x08060001 (sector 7), which is not a multiple of 4", .evidence = NULL},
        {"sin_stores", "crosses-row", "program_double", 0x0806000C, "across a row", NULL,
                .conditions = {.vpp = true, .strd_is_x64 = true}},
        {"sin_stores", "x64-without-vpp", NULL, 0x08060000, "Vpp", .evidence = NULL},
        {"sin_stores", "x64-without-vpp", "x64_erase", 0x08060000,
                "it may look erased now, and not last", NULL, .name = "x64-erase",
                .alone = true},
        {"sin_stores", "otp-locked", NULL, 0x1FFF7800, "OTP block that is locked",
                .evidence = NULL},
        {"sin_stores", "supply-width", "raw_program", 0x08060000,
                "than the supply allows", NULL, .conditions = {.vdd_mv = 2200}},
        {"sin_stores", "slow-clock", "raw_program", 0x08060000, "HCLK below 1 MHz",
                .evidence = NULL},
        {"sin_stores", "bits-lost", "raw_program", 0x08060000,
                "programmed 0x11111111 over 0x78563412", .evidence = "0x10101010"},
        {"sin_stores", "null-pointer-store", "HAL_IWDG_Refresh", 0,
                "address 0 is an alias", .evidence = NULL},
        {"sin_stores", "stale-flags", NULL, 0x08060000, "left by stale_flags", NULL,
                .rank = ANYWHERE},
        {"sin_stores", "absent-flash", "raw_program", 0x08080000, "no memory",
                .evidence = "BusFault"},
        {"sin_stores", "programmed-code", "raw_program", 0x0800003C,
                "where the running program itself lies", .evidence = NULL},
        {"sin_stores", "store-while-busy", "store_while_busy", 0x08060004,
                "while an operation was under way", .evidence = NULL},
        {"sin_stores", "no-barrier", "store_and_poll", NOWHERE, "before the store",
                .evidence = NULL},
        /* the controller's registers */
        {"sin_control", "wrong-key", "wrong_key", 0x40023C04, "0xCDEF89AB",
                .evidence = "BusFault"},
        {"sin_control", "key-when-open", "key_when_open", 0x40023C04, "since raw_unlock",
                .evidence = NULL},
        {"sin_control", "locked-cr", "raw_erase", 0x40023C10, "the store was lost",
                .evidence = NULL},
        {"sin_control", "left-unlocked", "raw_unlock", NOWHERE, "still unlocked",
                .evidence = NULL},
        {"sin_control", "snb-invalid", "raw_erase", NOWHERE, "SNB 12", .evidence = NULL},
        {"sin_control", "snb-invalid", "erase_numbered", 0x0800C000,
                "SNB 19, but SNB has 4 bits on this part (STM32F446xE): the rest was cut "
                "off, and sector 3",
                NULL, .name = "snb-cut-off", .alone = true},
        {"sin_control", "wait-states", "run_fast", NOWHERE,
                "HCLK is 96 MHz and FLASH_ACR.LATENCY says 2 wait states, where it takes "
                "3",
                NULL, .alone = true},
        {"sin_control", "bank-mode", "raw_erase", 0x0808C000,
                "exists only with DB1M = 1; this chip has DB1M = 0", NULL,
                .part = "stm32f429zg"},
        {"sin_control", "snb-not-cleared", "erase_ored", 0x08060000,
                "ORed sector number 6", .evidence = "7"},
        {"sin_control", "strt-empty", "strt_empty", NOWHERE, "neither SER nor MER",
                .evidence = NULL},
        {"sin_control", "erase-modes", "erase_modes", NOWHERE, "SER, MER and PG",
                .evidence = NULL},
        {"sin_control", "reset-in-operation", NULL, 0x08060000, "during the erase",
                .evidence = NULL},
        {"sin_control", "write-protected", "raw_erase", 0x08040000,
                "sector 6 (0x08040000-0x0805FFFF) is write-protected by option bytes "
                "(OPTCR "
                "bit 22 is 0)",
                .evidence = NULL},
        {"sin_control", "pcrop", "pcrop", 0x08040000, "RDERR", .evidence = NULL},
        {"sin_control", "options-touched", "set_options", NOWHERE,
                "rewrote the option bytes", .evidence = NULL},
        {"sin_control", "options-not-started", NULL, NOWHERE, "without OPTSTRT",
                .evidence = NULL, .alone = true},
        {"sin_control", "eop-without-eopie", "erase_until_eop", NOWHERE,
                "the erase of sector 7 that erase_until_eop began ended", NULL,
                .alone = true},
        {"sin_control", "dma-error", NULL, 0x10000000,
                "DMA2 stream 0 ended in a transfer error (TEIF) at 0x10000000, where "
                "nothing answers",
                NULL, .alone = true},
        {"sin_control", "stale-cache", "first_blank", 0x08060000,
                "the flash itself holds 0xFFFFFFFF", .evidence = NULL},
        {"sin_control", "cache-reset-ignored", "cache_reset_ignored", NOWHERE, "ignored",
                .evidence = NULL},
        {"sin_control", "rww-dcache", "read_beside", NOWHERE, "the other bank was busy",
                NULL, .part = "stm32f429zi"},
        /* faults */
        {"sin_faults", "mpu-refused-store", NULL, 0x08060000,
                "MPU region 0 (0x00000000-0x0FFFFFFF: read-only, executable), set by "
                "set_region",
                .evidence = "0x0602F039"},
        {"sin_faults", "mpu-refused-load", "peep", NOWHERE, "no access",
                .evidence = NULL},
        {"sin_faults", "ram-not-executable", "in_ram", NOWHERE,
                "MPU region 1 (0x20000000-0x3FFFFFFF", .evidence = NULL},
        {"sin_ccm", "ccm-not-executable", "in_ccm", 0x10000000, "data RAM", NULL,
                .part = "stm32f407vg"},
        {"sin_faults", "not-executable", NULL, 0x1FFF0000, "MPU region 3",
                .evidence = NULL},
        {"sin_faults", "not-executable", "drop_privilege", NOWHERE,
                "unprivileged code has no default map", "its frame could not be stored",
                .name = "unprivileged", .alone = true},
        {"sin_faults", "fault", "nowhere", NOWHERE,
                "stored to 0xC0000000, where nothing answers", "0x00000400",
                .name = "nowhere", .alone = true},
        {"sin_faults", "vector-erased", NULL, 0x08020038, "The vector of PendSV",
                .evidence = NULL},
        {"sin_faults", "blank-code", NULL, 0x08020000, "where the flash is blank",
                .evidence = NULL},
        {"sin_faults", "stack-overflow", NULL, NOWHERE, "frame of an exception",
                .evidence = NULL},
        {"sin_faults", "fault", "fault", NOWHERE, "undefined instruction, UDF",
                .evidence = "UsageFault"},
        {"sin_faults", "lockup", "lockup", NOWHERE, "locked up", NULL, .rank = ANYWHERE},
        /* calls, vectors, exceptions, returns */
        {"sin_traps", "fault", "bkpt", NOWHERE, "bkpt met a BKPT", "0x80000000",
                .name = "bkpt", .alone = true},
        {"sin_traps", "fault", "svc", NOWHERE,
                "executed an SVC with interrupts masked (PRIMASK)",
                "SVCall, taken as HardFault", .name = "svc-masked", .alone = true},
        {"sin_traps", "fault", "svc", NOWHERE, "executed an SVC while BASEPRI masks it",
                NULL, .name = "svc-basepri", .alone = true},
        {"sin_traps", "fault", "PendSV_Handler", NOWHERE,
                "in the handler of PendSV, of SVCall's priority or above", NULL,
                .name = "svc-in-handler", .alone = true},
        {"sin_traps", "not-executable", NULL, 0xFFFFFFFE,
                "called 0xFFFFFFFF, which is no function", .evidence = "call sin_traps",
                .name = "call-ones", .alone = true},
        {"sin_traps", "not-executable", NULL, 0xFFFFFFF8, "no address but an EXC_RETURN",
                NULL, .name = "call-return", .alone = true},
        {"sin_traps", "not-executable", NULL, 0xFFFFFFFE, "The vector of PendSV, at 0x2",
                "0xFFFFFFF9", .name = "vector-of-ones", .alone = true},
        {"sin_traps", "fault", NULL, 0, "led to 0x00000000 (an alias of flash, sector 0)",
                NULL, .name = "no-handler", .alone = true},
        {"sin_traps", "fault", "vector_unread", 0x1804002C,
                "The vector of SVCall could not be read at 0x1804002C, where nothing "
                "answers: VTOR is 0x18040000, set by vector_unread",
                "the processor locked up", .name = "vector-unread", .alone = true},
        {"sin_traps", "fault", "SVC_Handler", 0x30000000,
                "could not be read back at 0x30000000, where PSP points: nothing answers",
                NULL, .name = "unstacked", .alone = true},
        {"sin_traps", "fault", "SVC_Handler", 0x20010000,
                "MPU region 6 (0x20010000-0x200103FF: no access, not executable), set by "
                "unstacked_by_mpu",
                NULL, .name = "unstacked-by-mpu", .alone = true},
        {"sin_jumps", "fault", "call", NOWHERE,
                "called address 0: a NULL function pointer", NULL, .name = "null-call",
                .alone = true},
        {"sin_jumps", "fault", "raw_flush", NOWHERE,
                "(raw_flush) without bit 0, which is set for Thumb code", NULL,
                .name = "even-call", .alone = true},
        {"sin_jumps", "absent-flash", "call", 0x08100000,
                "called 0x08100000, where this part has no memory", NULL,
                .name = "absent-call", .alone = true},
        {"sin_jumps", "not-executable", "jump", 0xFFFFFFFE, "jumped to 0xFFFFFFFF", NULL,
                .name = "jump-away", .alone = true},
        {"sin_jumps", "not-executable", "return_to", 0x41414140,
                "returned to 0x41414140, which the default memory map does not let "
                "execute: it took that from its stack, at 0x2",
                NULL, .name = "smashed-return", .alone = true},
        {"sin_jumps", "fault", "PendSV_Handler", 0,
                "by EXC_RETURN 0xFFFFFFFD, but 0x00000000 (an alias of flash, sector 0), "
                "where PSP pointed, is no frame",
                "which flash does not take", .name = "psp-unset", .alone = true},
        {"sin_jumps", "stack-overflow", "deep", NOWHERE,
                "no access, not executable), set by guard", NULL, .name = "into-guard",
                .alone = true},
        {"sin_jumps", "fault", "closed_variable", NOWHERE,
                "no access, not executable), set by closed_variable", NULL,
                .name = "closed-variable", .alone = true},
        {"sin_jumps", "stack-overflow", "deep", 0x1FFFFFE0,
                "where nothing answers: the stack has run out of its memory", NULL,
                .name = "out-of-ram", .alone = true},
        {"sin_jumps", "fault", "beyond_ram", NOWHERE,
                "where nothing answers (SRAM2 of this part ends at 0x2001FFFF)", NULL,
                .name = "beyond-ram", .alone = true},
        {"sin_jumps", "fault", "unprivileged", 0xE000ED08,
                "the processor's own registers, without privilege", NULL,
                .name = "unprivileged", .alone = true},
        {"sin_jumps", "lockup", "read_nowhere", 0x30000000, "with FAULTMASK set",
                "lockup with FAULTMASK set", .name = "faultmask", .alone = true},
        {"sin_jumps", "handler-hangs", "SysTick_Handler", NOWHERE,
                "The handler of SysTick, SysTick_Handler", NULL, .alone = true},
        /* data and code */
        {"sin_data", "erased-vectors", "raw_erase", 0x08000000, "holds the vector table",
                .evidence = NULL},
        {"sin_data", "erased-running-code", "raw_erase", 0x08040000,
                "which is running, is in it", .evidence = NULL},
        {"sin_data", "image-in-erased-sector", "raw_erase", 0x08040000,
                "bytes of the running program", .evidence = NULL},
        {"sin_data", "image-data-erased", "raw_erase", 0x08060000, "came with the image",
                .evidence = NULL},
        {"sin_data", "only-copy-erased", "raw_erase", 0x08020000,
                "the only copy of 4 bytes", .evidence = NULL},
        {"sin_data", "wear", "raw_erase", 0x08020000, "erased 1 time in this run",
                .evidence = "5: 1"},
        {"sin_folded", "const-folded", "raw_program", NOWHERE, "'folded'",
                .evidence = NULL},
        /* time */
        {"sin_time", "stall", NULL, 0x08060000, "the erase of sector 7",
                .evidence = NULL},
        {"sin_time", "irq-late", NULL, NOWHERE, "SysTick was up to", .evidence = NULL},
        {"sin_time", "watchdog-in-stall", "raw_erase", 0x08060000,
                "independent watchdog (IWDG), started by", .evidence = NULL},
        {"sin_time", "watchdog-margin", "raw_erase", 0x08060000, "may take up to 2 s",
                .evidence = NULL},
        {"sin_time", "watchdog-reset", NULL, NOWHERE, "was not fed", .evidence = NULL},
        {"sin_time", "timeout-cannot-fire", NULL, NOWHERE,
                "'uwTick', which SysTick's handler advances, while interrupts are masked",
                .evidence = NULL},
        {"sin_time", "timeout-cannot-fire", "start_erase", NOWHERE,
                "'uwTick', which SysTick's handler advances, while interrupts are masked",
                NULL, .name = "wait-by-call", .alone = true},
        {"sin_time", "timeout-cannot-fire", "start_erase", NOWHERE, "'uwTick'", NULL,
                .name = "wait-out-of-line", .alone = true},
        {"sin_time", "uart-overrun", "raw_erase", 0x08060000, "USART2 lost", NULL,
                .serial = 4000},
};

enum { SINS = sizeof(sins) / sizeof(sins[0]) };

static bool has_fact(const struct finding *f, const char *part)
{
    for (size_t i = 0; i < f->evidence_n; i++) {
        if (strstr(f->evidence[i].value, part) != NULL) {
            return true;
        }
    }
    return false;
}

/* NULL: the verdict is what it should be. */
static const char *wrong(const struct sin *sin, const struct run *r)
{
    const struct finding *f = run_find(r, sin->code);
    if (f == NULL) {
        return "not found";
    }
    bool first = f == &r->findings[0];
    if (!first && f->severity == FINDING_ERROR && sin->rank == FIRST) {
        return "not the first finding";
    }
    if (sin->alone && run_complaints(r) != 1) {
        return "not the only complaint";
    }
    if (sin->function != NULL &&
            (f->function == NULL || strcmp(f->function, sin->function) != 0)) {
        return "another function";
    }
    if (sin->address != NOWHERE && (!f->has_address || f->address != sin->address)) {
        return "another address";
    }
    if (strstr(f->text, sin->says) == NULL) {
        return "the text does not say so";
    }
    if (sin->evidence != NULL && !has_fact(f, sin->evidence)) {
        return "evidence is missing";
    }
    return f->fix == NULL || f->fix[0] == '\0' ? "no fix" : NULL;
}

static void judge_one(const struct sin *sin, bool clean, unsigned *failed)
{
    struct run r;
    char args[64];
    (void)snprintf(args, sizeof(args), "%s%s", sin->name != NULL ? sin->name : sin->code,
            clean ? " clean" : "");
    const struct run_setup setup = {.firmware = sin->firmware,
            .part = sin->part,
            .args = args,
            .conditions = sin->conditions,
            .serial = sin->serial};
    run_firmware(&r, &setup);
    const char *why = clean ? NULL : wrong(sin, &r);
    if (clean && run_complaints(&r) != 0) {
        why = "the clean twin is accused";
    } else if (clean && run_find(&r, sin->code) != NULL) {
        why = "the clean twin has the same finding";
    } else if (clean && (r.how != BOARD_LEFT || board_exit_code(r.board) != 0)) {
        why = "the clean twin did not get through";
    }
    if (why != NULL) {
        (void)fprintf(stderr, "== %s %s: %s\n", sin->firmware, args, why);
        run_print(&r);
        (*failed)++;
    }
    run_close(&r);
}

static void each_sin_is_found_where_it_is_committed(void **state)
{
    unsigned failed = 0;
    for (size_t i = 0; i < SINS; i++) {
        judge_one(&sins[i], false, &failed);
    }
    assert_int_equal(failed, 0);
}

static void no_clean_twin_gets_an_error_or_a_warning(void **state)
{
    unsigned failed = 0;
    for (size_t i = 0; i < SINS; i++) {
        judge_one(&sins[i], true, &failed);
    }
    assert_int_equal(failed, 0);
}

/* Reads of torn cells need a cut: the tests of events have that one. */
static void each_code_has_its_sin(void **state)
{
    for (size_t i = 0; i < finding_code_count; i++) {
        const char *code = finding_codes[i].code;
        bool found =
                strcmp(code, "unstable-read") == 0 || strcmp(code, "bank-swapped") == 0;
        for (size_t k = 0; k < SINS && !found; k++) {
            found = strcmp(sins[k].code, code) == 0;
        }
        if (!found) {
            fail_msg("no firmware commits %s", code);
        }
    }
}

int main(int argc, char *argv[])
{
    /* One by name, with all that is found: test_verdict_sins CODE [clean]. */
    for (size_t i = 0; i < SINS && argc > 1; i++) {
        unsigned failed = 0;
        if (strcmp(sins[i].code, argv[1]) == 0) {
            judge_one(&sins[i], argc > 2, &failed);
            return (int)failed;
        }
    }
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(each_sin_is_found_where_it_is_committed),
            cmocka_unit_test(no_clean_twin_gets_an_error_or_a_warning),
            cmocka_unit_test(each_code_has_its_sin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
