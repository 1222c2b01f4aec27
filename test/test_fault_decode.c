/* test_fault_decode.c - decode.h: what status registers mean, and the words.
 *
 * The cases are those that were tried one by one on QEMU's Cortex-M4 (mps2-an386
 * and netduinoplus2) and, where known, reports from silicon.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fault/decode.h"
#include "guard/plan.h"

#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/pmsa.h"

enum { HARD = 3, MEM, BUS, USAGE };

static struct etch_fault f;
static struct etch_fault_finding d;

static void set(enum etch_fault_word word, uint32_t value)
{
    etch_fault_set(&f, word, value);
}

static void set_mpu(const char *layout)
{
    const struct pmsa *m = &pmsa_layout(layout)->mpu;
    set(ETCH_FAULT_MPU_CTRL, m->ctrl);
    for (uint32_t n = 0; n < 8; n++) {
        set(ETCH_FAULT_RBAR0 + 2 * n, (m->region[n].rbar & ~31u) | n);
        set(ETCH_FAULT_RASR0 + 2 * n, m->region[n].rasr);
    }
}

static void start(uint32_t vector, uint32_t cfsr, uint32_t hfsr)
{
    memset(&f, 0, sizeof(f));
    set(ETCH_FAULT_VECTOR, vector);
    set(ETCH_FAULT_CFSR, cfsr);
    set(ETCH_FAULT_HFSR, hfsr);
}

static enum etch_fault_cause decode(void)
{
    d = etch_fault_decode(&f);
    return d.cause;
}

/* ---- text, taken down ------------------------------------------------------- */

static char text[4000];
static size_t text_len;

static void put(void *ctx, char c)
{
    assert_true(text_len + 1 < sizeof(text));
    text[text_len++] = c;
    text[text_len] = '\0';
}

static const struct etch_fault_sink sink = {put, NULL};

static const char *explained(void)
{
    text_len = 0;
    text[0] = '\0';
    etch_fault_explain(&f, &sink);
    assert_true(text_len > 0 && text[text_len - 1] == '\n');
    assert_null(strstr(text, "  "));
    assert_null(strstr(text, " \n"));
    return text;
}

#define assert_says(words)   assert_non_null(strstr(explained(), words))
#define assert_hushes(words) assert_null(strstr(explained(), words))

/* ---- every case of the oracle -------------------------------------------------- */

struct tried {
    const char *name;
    uint32_t vector, cfsr, hfsr;
    uint32_t far; /* MMFAR or BFAR, where its flag is set */
    uint32_t exc_return, pc;
    enum etch_fault_cause cause;
};

#define RAM      0x20011000u
#define OP       0x00000460u
#define DEBUGEVT 0x80000000u
#define FORCED   0x40000000u
#define ANYWHERE 0x00004228u

static const struct tried oracle[] = {
        {"write, read-only, disabled", HARD, 0x82, FORCED, RAM, 0xFFFFFFF9, OP,
                ETCH_FAULT_ACCESS_REFUSED},
        {"write, read-only, enabled", MEM, 0x82, 0, RAM, 0xFFFFFFF9, OP,
                ETCH_FAULT_ACCESS_REFUSED},
        {"byte at offset 3", MEM, 0x82, 0, RAM + 3, 0xFFFFFFF9, OP,
                ETCH_FAULT_ACCESS_REFUSED},
        {"in an SVC of the same priority", HARD, 0x82, FORCED, RAM, 0xFFFFFFF1, OP,
                ETCH_FAULT_ACCESS_REFUSED},
        {"in MemManage", HARD, 0x82, FORCED, RAM, 0xFFFFFFF1, ANYWHERE,
                ETCH_FAULT_ACCESS_REFUSED},
        {"VSTR", MEM, 0x82, 0, RAM, 0xFFFFFFE9, OP, ETCH_FAULT_ACCESS_REFUSED},
        {"execute never", MEM, 0x01, 0, 0, 0xFFFFFFF9, RAM, ETCH_FAULT_EXEC_REFUSED},
        {"a peripheral, default map", MEM, 0x01, 0, 0, 0xFFFFFFF9, 0x40001000,
                ETCH_FAULT_EXEC_REFUSED},
        {"the PPB", MEM, 0x01, 0, 0, 0xFFFFFFF9, 0xE000E000, ETCH_FAULT_EXEC_REFUSED},
        {"nothing mapped, disabled", HARD, 0x100, FORCED, 0, 0xFFFFFFF9, 0x61000000,
                ETCH_FAULT_BUS_FETCH},
        {"an even target", USAGE, 0x20000, 0, 0, 0xFFFFFFF9, RAM, ETCH_FAULT_NOT_THUMB},
        {"no background, no region, fetch", HARD, 0x11, FORCED, 0, 0xFFFFFFF1, 0,
                ETCH_FAULT_EXEC_REFUSED},
        {"unaligned, trapped, disabled", HARD, 0x01000000, FORCED, 0, 0xFFFFFFF9, OP,
                ETCH_FAULT_UNALIGNED},
        {"unaligned, trapped, enabled", USAGE, 0x01000000, 0, 0, 0xFFFFFFF9, OP,
                ETCH_FAULT_UNALIGNED},
        {"undefined instruction", HARD, 0x10000, FORCED, 0, 0xFFFFFFF9, OP,
                ETCH_FAULT_UNDEFINED},
        {"no coprocessor", USAGE, 0x80000, 0, 0, 0xFFFFFFF9, OP, ETCH_FAULT_NO_FPU},
        {"BKPT without a debugger, silicon", HARD, 0, 0x80000000, 0, 0xFFFFFFF9, OP,
                ETCH_FAULT_BREAKPOINT},
        {"bus fault, write", BUS, 0x8200, 0, 0x60000000, 0xFFFFFFF9, OP,
                ETCH_FAULT_BUS_ABSENT},
        {"SVC with interrupts masked", HARD, 0, FORCED, 0, 0xFFFFFFF9, 0xED6,
                ETCH_FAULT_SVC_REFUSED},
        {"vector not readable", HARD, 0x20000, 0x40000002, 0, 0xFFFFFFF1, 0,
                ETCH_FAULT_VECTOR_READ},
        {"stacking refused on SVC", MEM, 0x10, 0, 0, 0xFFFFFFFD, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"overflow into a guard, disabled", HARD, 0x92, FORCED, 0x200080F8, 0xFFFFFFFD, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"overflow into 32 bytes", MEM, 0x92, 0, 0x20008018, 0xFFFFFFFD, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"unstacking refused", HARD, 0x08, FORCED, 0, 0xFFFFFFFD, OP,
                ETCH_FAULT_UNSTACK_REFUSED},
        {"lazy floating point", MEM, 0x20, 0, 0, 0xFFFFFFF1, OP, ETCH_FAULT_LAZY_FP},
        {"stacking to nothing", BUS, 0x9200, 0, 0x60000FF8, 0xFFFFFFFD, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"stacking to nothing on SVC", BUS, 0x1000, 0, 0, 0xFFFFFFFD, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"MSP refused, MPU on in HardFault", HARD, 0x10010, FORCED, 0, 0xFFFFFFF9, 0,
                ETCH_FAULT_STACK_OVERFLOW},
        {"unprivileged, no region", MEM, 0x11, 0, 0, 0xFFFFFFF9, 0,
                ETCH_FAULT_EXEC_REFUSED},
        {"unprivileged, PPB, enabled", BUS, 0x8200, 0, 0xE000ED94, 0xFFFFFFF9, OP,
                ETCH_FAULT_PPB_UNPRIVILEGED},
        {"unprivileged, PPB, disabled", HARD, 0x8200, FORCED, 0xE000ED94, 0xFFFFFFF9, OP,
                ETCH_FAULT_PPB_UNPRIVILEGED},
        {"guard's own code closed by itself", HARD, 0x01, FORCED, 0, 0xFFFFFFF1, 0x80,
                ETCH_FAULT_NULL_CALL},
        {"store to flash under Mbed", HARD, 0x82, FORCED, 0x08060000, 0xFFFFFFF9,
                0x08000298, ETCH_FAULT_WRITE_REFUSED},
        {"call into RAM under Mbed", HARD, 0x01, FORCED, 0, 0xFFFFFFF9, RAM,
                ETCH_FAULT_EXEC_REFUSED},
        {"jump to the boot loader under Mbed", HARD, 0x01, FORCED, 0, 0xFFFFFFF9,
                0x1FFF0000, ETCH_FAULT_EXEC_REFUSED},
        {"vector of an interrupt erased", HARD, 0x01, FORCED, 0, 0xFFFFFFF1, 0xFFFFFFFE,
                ETCH_FAULT_ERASED_VECTOR},
        {"a pointer of ones, called", MEM, 0x01, 0, 0, 0xFFFFFFF9, 0xFFFFFFFE,
                ETCH_FAULT_ERASED_CALL},
        {"wrong key, silicon", HARD, 0x400, FORCED, 0, 0xFFFFFFF9, 0x08000400,
                ETCH_FAULT_BUS_IMPRECISE},
        {"wrong key, precise", BUS, 0x8200, 0, 0x40023C04, 0xFFFFFFF9, 0x08000400,
                ETCH_FAULT_WRONG_KEY},
        {"store behind the end of flash", BUS, 0x8200, 0, 0x08100000, 0xFFFFFFF9,
                0x08000400, ETCH_FAULT_BUS_ABSENT},
        {"code in CCM", HARD, 0x100, FORCED, 0, 0xFFFFFFF9, 0x10000100,
                ETCH_FAULT_CCM_FETCH},
        {"a NULL function pointer", USAGE, 0x20000, 0, 0, 0xFFFFFFF9, 0,
                ETCH_FAULT_NULL_CALL},
        {"a bad return", USAGE, 0x40000, 0, 0, 0xFFFFFFF9, OP, ETCH_FAULT_BAD_RETURN},
        {"division by zero", USAGE, 0x02000000, 0, 0, 0xFFFFFFF9, OP, ETCH_FAULT_DIVIDE},
        {"nothing at all", HARD, 0, 0, 0, 0xFFFFFFF9, OP, ETCH_FAULT_NONE},
};

static void case_of(const struct tried *t)
{
    start(t->vector, t->cfsr, t->hfsr);
    if (t->cfsr & 0x80) {
        set(ETCH_FAULT_MMFAR, t->far);
    }
    if (t->cfsr & 0x8000) {
        set(ETCH_FAULT_BFAR, t->far);
    }
    set(ETCH_FAULT_EXC_RETURN, t->exc_return);
    set(ETCH_FAULT_PC, t->pc);
}

static void every_case_of_the_oracle_has_its_cause(void **state)
{
    for (size_t i = 0; i < sizeof(oracle) / sizeof(*oracle); i++) {
        case_of(&oracle[i]);
        if (decode() != oracle[i].cause) {
            fail_msg("%s: %s", oracle[i].name, etch_fault_cause_name(d.cause));
        }
        assert_int_equal(d.no_frame, (oracle[i].cfsr & 0x1818) != 0);
        bool forced = (oracle[i].hfsr & FORCED) != 0 && oracle[i].cfsr != 0;
        assert_int_equal(d.escalation, forced ? ETCH_FAULT_ESCALATED : ETCH_FAULT_DIRECT);
        (void)explained();
    }
}

static void every_cause_has_words(void **state)
{
    bool seen[ETCH_FAULT_CAUSES] = {false};
    seen[ETCH_FAULT_UNDECIDED] = seen[ETCH_FAULT_NULL_POINTER] = true;
    seen[ETCH_FAULT_ERASED_CODE] = true;
    for (size_t i = 0; i < sizeof(oracle) / sizeof(*oracle); i++) {
        seen[oracle[i].cause] = true;
    }
    for (int cause = 0; cause < ETCH_FAULT_CAUSES; cause++) {
        assert_true(seen[cause]);
        assert_true(strlen(etch_fault_cause_name((enum etch_fault_cause)cause)) > 3);
    }
    assert_string_equal(etch_fault_cause_name(ETCH_FAULT_CAUSES), "undecided");
}

/* ---- the question ------------------------------------------------------------------ */

static void seed(void)
{
    start(HARD, 0x82, FORCED);
    set(ETCH_FAULT_MMFAR, 0x08060000);
    set(ETCH_FAULT_SHCSR, 0);
    set(ETCH_FAULT_PC, 0x08000298);
    set(ETCH_FAULT_LR, 0x0800031F);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    set(ETCH_FAULT_FLASH_SR, 0);
    set(ETCH_FAULT_FLASH_CR, 0x201);
    set_mpu("mbed");
}

static void the_question_is_answered(void **state)
{
    seed();
    assert_int_equal(decode(), ETCH_FAULT_WRITE_REFUSED);
    assert_int_equal(d.region, 0);
    assert_int_equal(d.first, 0);
    assert_int_equal(d.last, 0x0FFFFFFF);
    assert_int_equal(d.framework, ETCH_FAULT_MBED);
    assert_int_equal(d.escalation, ETCH_FAULT_DISABLED);
    assert_true(d.is_write);
    assert_int_equal(d.need, 0);
    assert_string_equal(explained(),
            "HardFault, forced from MemManage, which is not enabled in SHCSR: the MPU "
            "refused "
            "a write to 0x08060000 (flash, sector 7), by code at PC 0x08000298 (LR "
            "0x0800031F).\n"
            "MPU region 0 makes 0x00000000-0x0FFFFFFF read-only. This is how Mbed OS "
            "locks "
            "flash against writing.\n"
            "FLASH_SR is clear: the controller never saw the store. FLASH_CR is open "
            "with PG "
            "set: clear it before anything else.\n"
            "Hold mbed::ScopedRomWriteLock (mbed_mpu_manager_lock_rom_write()) around "
            "the "
            "store, use FlashIAP, which does, or give the driver etch_guard as its gate, "
            "which "
            "opens 32 bytes instead of all flash.\n");
}

static void code_in_ram_is_another_fault(void **state)
{
    start(HARD, 0x01, FORCED);
    set(ETCH_FAULT_PC, 0x20011000);
    set(ETCH_FAULT_LR, 0x0800031F);
    set_mpu("mbed");
    assert_int_equal(decode(), ETCH_FAULT_EXEC_REFUSED);
    assert_int_equal(d.region, 1);
    assert_int_equal(d.first, 0x20000000);
    assert_int_equal(d.last, 0x3FFFFFFF);
    assert_says("may not execute 0x20011000 (SRAM), called from LR 0x0800031F");
    assert_says(
            "MPU region 1 makes 0x20000000-0x3FFFFFFF for all to read and write and not "
            "executable.");
    assert_says("ScopedRamExecutionLock");
}

static void the_boot_loader_wants_the_mpu_off(void **state)
{
    start(HARD, 0x01, FORCED);
    set(ETCH_FAULT_PC, 0x1FFF0000);
    set_mpu("mbed");
    assert_int_equal(decode(), ETCH_FAULT_EXEC_REFUSED);
    assert_int_equal(d.region, 3);
    assert_says("mbed_mpu_manager_deinit()");
}

/* ---- why it is HardFault -------------------------------------------------------------- */

static void disabled_and_masked_are_told_apart(void **state)
{
    static const uint32_t cfsr[] = {0x82, 0x8200, 0x10000};
    static const char *const names[] = {"MemManage", "BusFault", "UsageFault"};
    for (unsigned i = 0; i < 3; i++) {
        start(HARD, cfsr[i], FORCED);
        (void)decode();
        assert_int_equal(d.escalation, ETCH_FAULT_ESCALATED);
        assert_true(d.need & ETCH_FAULT_NEED_SHCSR);
        set(ETCH_FAULT_SHCSR, 0x70000 & ~(0x10000u << i));
        (void)decode();
        assert_int_equal(d.escalation, ETCH_FAULT_DISABLED);
        set(ETCH_FAULT_SHCSR, 0x10000u << i);
        (void)decode();
        assert_int_equal(d.escalation, ETCH_FAULT_MASKED);
        assert_false(d.need & ETCH_FAULT_NEED_SHCSR);
        assert_says("could not interrupt what was running");
        assert_says(names[i]);
    }
}

static void a_fault_with_a_handler_of_its_own_is_not_escalated(void **state)
{
    start(MEM, 0x82, 0);
    (void)decode();
    assert_int_equal(d.escalation, ETCH_FAULT_DIRECT);
    /* What an earlier HardFault left in the sticky flags is not this one. */
    start(MEM, 0x82 | 0x8200 | 0x10000, FORCED);
    set(ETCH_FAULT_MMFAR, 0x20000000);
    set(ETCH_FAULT_BFAR, 0x40023C04);
    (void)decode();
    assert_int_equal(d.escalation, ETCH_FAULT_DIRECT);
    assert_int_equal(d.cause, ETCH_FAULT_ACCESS_REFUSED);
    start(BUS, 0x82 | 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x40023C04);
    assert_int_equal(decode(), ETCH_FAULT_WRONG_KEY);
    start(USAGE, 0x82 | 0x02000000, 0);
    assert_int_equal(decode(), ETCH_FAULT_DIVIDE);
}

static void hfsr_alone_says_that_it_was_a_hard_fault(void **state)
{
    memset(&f, 0, sizeof(f));
    set(ETCH_FAULT_CFSR, 0x82);
    set(ETCH_FAULT_HFSR, FORCED);
    (void)decode();
    assert_int_equal(d.vector, HARD);
    assert_int_equal(d.escalation, ETCH_FAULT_ESCALATED);
    set(ETCH_FAULT_CFSR, 0);
    set(ETCH_FAULT_HFSR, DEBUGEVT);
    assert_int_equal(decode(), ETCH_FAULT_BREAKPOINT);
    assert_int_equal(d.vector, HARD);
}

static void without_forced_the_flags_of_cfsr_are_old(void **state)
{
    static const uint32_t its_own[] = {DEBUGEVT, 2};
    static const enum etch_fault_cause causes[] = {
            ETCH_FAULT_BREAKPOINT, ETCH_FAULT_VECTOR_READ};
    for (size_t i = 0; i < 2; i++) {
        start(HARD, 0x10000, its_own[i]);
        set(ETCH_FAULT_PC, 0x08001234);
        assert_int_equal(decode(), causes[i]);
        assert_int_equal(d.escalation, ETCH_FAULT_DIRECT);
        assert_false(d.has_addr);
        assert_says(
                "CFSR shows UNDEFINSTR: flags stay until they are cleared, and without "
                "HFSR.FORCED they are of an earlier fault.");
        start(HARD, 0x92, its_own[i]); /* nor is there a frame missing */
        set(ETCH_FAULT_PC, 0x08001234);
        (void)decode();
        assert_false(d.no_frame);
        start(HARD, 0, its_own[i]);
        assert_hushes("CFSR shows");
        /* What was taken by a handler of its own is no HardFault. */
        start(USAGE, 0x10000, its_own[i]);
        assert_int_equal(decode(), ETCH_FAULT_UNDEFINED);
    }
    start(HARD, 0x10000, DEBUGEVT | FORCED);
    assert_int_equal(decode(), ETCH_FAULT_UNDEFINED);
    assert_hushes("CFSR shows");
    start(HARD, 0x10000, 0);
    assert_int_equal(decode(), ETCH_FAULT_UNDEFINED);
}

static void an_svc_is_no_breakpoint(void **state)
{
    start(HARD, 0, FORCED);
    set(ETCH_FAULT_PC, 0x08001234);
    assert_int_equal(decode(), ETCH_FAULT_SVC_REFUSED);
    assert_says("HardFault: an SVC where none can be taken");
    assert_hushes("debugger");
    assert_hushes("is set. ");
    set(ETCH_FAULT_BASEPRI, 0x10);
    assert_says("BASEPRI is set. ");
    set(ETCH_FAULT_PRIMASK, 1);
    assert_says("PRIMASK is set. ");
    set(ETCH_FAULT_INSN, 0xBE00); /* QEMU's way */
    assert_int_equal(decode(), ETCH_FAULT_BREAKPOINT);
    start(HARD, 0, DEBUGEVT);
    assert_says("a BKPT without a debugger");
    assert_hushes("SVC");
}

/* ---- reads and writes ------------------------------------------------------------------- */

static void access(const char *layout, uint32_t addr)
{
    start(MEM, 0x82, 0);
    set(ETCH_FAULT_MMFAR, addr);
    set(ETCH_FAULT_PC, 0x20001000);
    set_mpu(layout);
    (void)decode();
}

static void what_may_be_read_was_written(void **state)
{
    access("mbed", 0x08060000);
    assert_true(d.is_write && !d.is_read);
    access("zephyr", 0x08060000); /* AP 7 */
    assert_true(d.is_write);
    access("freertos", 0x08000010); /* AP 5 */
    assert_true(d.is_write);
    access("no-access", 0x08060000);
    assert_false(d.is_write || d.is_read);
    assert_int_equal(d.cause, ETCH_FAULT_ACCESS_REFUSED);
    assert_true(d.need & ETCH_FAULT_NEED_INSN);
    assert_says("an access to");
}

static void for_unprivileged_code_other_rights_hold(void **state)
{
    access("zephyr-allow-write", 0x08060000);
    assert_false(d.is_write); /* privileged code may do all of it: then what? */
    set(ETCH_FAULT_CONTROL, 1);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    (void)decode();
    assert_true(d.unprivileged && d.is_write);
    assert_says("by unprivileged code");
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF1); /* in a handler CONTROL says nothing */
    (void)decode();
    assert_false(d.unprivileged);
    f.known[ETCH_FAULT_EXC_RETURN / 32] &= ~(1u << ETCH_FAULT_EXC_RETURN % 32);
    set(ETCH_FAULT_PSR, 0x61000000);
    (void)decode();
    assert_true(d.unprivileged);
}

static void the_instruction_tells_a_load_from_a_store(void **state)
{
    static const struct {
        uint32_t insn;
        bool load;
    } insns[] = {{0x6008, false} /* STR r0,[r1] */, {0x6808, true}, {0x5088, false},
            {0x5288, false}, {0x5488, false}, {0x5688, true}, {0x5888, true},
            {0x5E88, true}, {0x7008, false}, {0x7808, true}, {0x8008, false},
            {0x8808, true}, {0x9000, false}, {0x9800, true}, {0xB501, false} /* PUSH */,
            {0xBD01, true} /* POP */, {0xC006, false}, {0xC806, true},
            {0x0001F8C1, false} /* STR.W */, {0x0001F8D1, true},
            {0x2300E9C1, false} /* STRD */, {0x2300E9D1, true},
            {0x0A00ED81, false} /* VSTR */, {0x0A00ED91, true},
            {0x000CE8A1, false} /* STM */, {0x000CE8B1, true}};
    for (size_t i = 0; i < sizeof(insns) / sizeof(*insns); i++) {
        access("no-access", 0x08060000);
        set(ETCH_FAULT_INSN, insns[i].insn);
        (void)decode();
        assert_int_equal(d.is_read, insns[i].load);
        assert_int_equal(d.is_write, !insns[i].load);
    }
    set(ETCH_FAULT_INSN, 0x6808);
    assert_says("a read of");
}

static void flash_may_be_read_unless_a_region_says_otherwise(void **state)
{
    start(HARD, 0x82, FORCED); /* no MPU registers: what people paste */
    set(ETCH_FAULT_MMFAR, 0x08060000);
    assert_int_equal(decode(), ETCH_FAULT_WRITE_REFUSED);
    assert_false(d.need & ETCH_FAULT_NEED_INSN);
    assert_true(d.need & ETCH_FAULT_NEED_MPU);
    assert_says("RBAR and RASR");
    assert_says("CONFIG_MPU_ALLOW_FLASH_WRITE"); /* it could be any of them */
    set(ETCH_FAULT_MMFAR, 0x00020000);           /* seen at 0, where nobody runs */
    assert_int_equal(decode(), ETCH_FAULT_ACCESS_REFUSED);
    assert_false(d.is_write);
    set(ETCH_FAULT_MMFAR, 0x3FC); /* many a set-up closes this against NULL pointers */
    assert_int_equal(decode(), ETCH_FAULT_NULL_POINTER);
    assert_false(d.is_write);
    assert_says("an access to 0x000003FC");
}

/* ---- what it was not meant to be ---------------------------------------------------- */

static void near_zero_is_a_null_pointer_and_no_lock_to_lift(void **state)
{
    seed();
    set(ETCH_FAULT_MMFAR, 0x3FC);
    assert_int_equal(decode(), ETCH_FAULT_NULL_POINTER);
    assert_says("NULL pointer");
    assert_hushes("ScopedRomWriteLock");
    assert_says("Do not lift the lock");
    set(ETCH_FAULT_MMFAR, 0x400);
    assert_int_equal(decode(), ETCH_FAULT_WRITE_REFUSED);
    start(MEM, 0x01, 0);
    set(ETCH_FAULT_PC, 0x3FE);
    assert_int_equal(decode(), ETCH_FAULT_NULL_CALL);
    /* Where there is no flash at 0, it is the bus that refuses. */
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x3FC);
    assert_int_equal(decode(), ETCH_FAULT_NULL_POINTER);
    assert_hushes("lock");
    set(ETCH_FAULT_BFAR, 0x400);
    assert_int_equal(decode(), ETCH_FAULT_BUS_ABSENT);
}

static void a_stray_store_is_no_reason_to_lift_the_lock(void **state)
{
    seed();
    set(ETCH_FAULT_FLASH_CR, 0x80000000);
    assert_says("the lock did its job");
    assert_hushes("ScopedRomWriteLock");
    /* The driver had it in hand; CR is shut when somebody looks later. */
    set(ETCH_FAULT_OP_ADDR, 0x08060000);
    set(ETCH_FAULT_OP_DATA, 0x20000100);
    set(ETCH_FAULT_OP_LEN, 4);
    assert_says("ScopedRomWriteLock");
    set(ETCH_FAULT_OP_ADDR, 0x08060004);
    assert_says("the lock did its job");
}

static void writing_what_is_no_flash_is_a_wild_pointer(void **state)
{
    access("strict", 0x08020000);
    access("no-access", 0x08060000);
    assert_says("not for this code");
    assert_hushes("Is SP close");
    access("riot", 0x20000010);
    assert_says("Is SP close");
    assert_int_equal(d.cause, ETCH_FAULT_WRITE_REFUSED);
    assert_int_equal(d.region, 1);
    assert_int_equal(d.first, 0x20000000);
    assert_int_equal(d.last, 0x2000001F);
    assert_says("not to be written");
    assert_hushes("locks flash");
}

static void erased_code_is_told_by_its_instruction(void **state)
{
    for (uint32_t cfsr = 0x10000; cfsr <= 0x80000; cfsr *= 8) {
        start(USAGE, cfsr, 0);
        set(ETCH_FAULT_PC, 0x08004000);
        (void)decode();
        assert_true(d.need & ETCH_FAULT_NEED_INSN);
        set(ETCH_FAULT_INSN, 0xFFFFFFFF);
        assert_int_equal(decode(), ETCH_FAULT_ERASED_CODE);
        assert_says("sector 1");
        set(ETCH_FAULT_INSN, 0xDEFF);
        (void)decode();
        assert_int_equal(
                d.cause, cfsr == 0x10000 ? ETCH_FAULT_UNDEFINED : ETCH_FAULT_NO_FPU);
    }
}

/* ---- jumps ------------------------------------------------------------------------------- */

static void jump(uint32_t cfsr, uint32_t pc, uint32_t lr, uint32_t psr)
{
    start(HARD, cfsr, 0x40000000);
    set(ETCH_FAULT_PC, pc);
    set(ETCH_FAULT_LR, lr);
    set(ETCH_FAULT_PSR, psr);
    (void)decode();
}

static void a_jump_into_data_is_no_missing_bit(void **state)
{
    jump(0x20000, 0x20002CB4, 0x08001235, 0);
    assert_int_equal(d.cause, ETCH_FAULT_NOT_THUMB);
    assert_says("That is no code");
    assert_hushes("bit 0 set");
    jump(0x20000, 0x08004000, 0x08001235, 0);
    assert_says("bit 0 set");
    assert_says("a stack that is too small");
    assert_hushes("That is no code");
    jump(0x20000, 0x00004000, 0x08001235, 0);
    assert_says("bit 0 set");
}

static void a_fetch_from_zero_is_a_null_call_whoever_refuses_it(void **state)
{
    static const uint32_t cfsr[] = {0x01, 0x100, 0x20000};
    for (size_t i = 0; i < sizeof(cfsr) / sizeof(*cfsr); i++) {
        jump(cfsr[i], 0, 0x08001235, 0);
        assert_int_equal(d.cause, ETCH_FAULT_NULL_CALL);
        assert_int_equal(d.entered, 0);
        assert_says("LR tells who called");
    }
}

static void an_exception_that_was_just_entered_has_a_wrong_vector(void **state)
{
    jump(0x20000, 0, 0xFFFFFFE9, 18);
    assert_int_equal(d.entered, 18);
    assert_says("exception 18 (IRQ 2) had just been entered");
    assert_hushes("LR tells who called");
    jump(0x01, 0xF101900A, 0xFFFFFFF9, 0x8000000E);
    assert_int_equal(d.cause, ETCH_FAULT_EXEC_REFUSED);
    assert_says("exception 14 had just been entered");
    jump(0x100, 0x07000000, 0xFFFFFFF1, 16);
    assert_says("exception 16 (IRQ 0) had just been entered");
    /* A thread has no vector, nor has a load; and whoever was called has a caller. */
    jump(0x20000, 0, 0xFFFFFFF9, 0x20000000);
    assert_int_equal(d.entered, 0);
    jump(0x20000, 0, 0x08001235, 18);
    assert_int_equal(d.entered, 0);
    jump(0x8200, 0x08001234, 0xFFFFFFF9, 0x01000012);
    assert_int_equal(d.entered, 0);
}

static void an_exit_to_nowhere_without_an_address_has_a_remedy(void **state)
{
    start(MEM, 0x01, 0);
    assert_int_equal(decode(), ETCH_FAULT_EXEC_REFUSED);
    assert_says("Find the pointer that was called");
}

static void a_bad_return_names_its_value(void **state)
{
    static const struct {
        uint32_t value;
        bool good;
    } values[] = {{0xFFFFFFF1, true}, {0xFFFFFFE1, true}, {0xFFFFFFE9, true},
            {0xFFFFFFED, true}, {0xFFFFFFBC, true}, {0xFFFFFFF2, false},
            {0xFFFFFFE5, false}, {0xFFFFFFFF, false}, {0xF8001234, false}};
    jump(0x40000, 0x08001234, 0x08001235, 0x01000000);
    assert_int_equal(d.cause, ETCH_FAULT_BAD_RETURN);
    assert_says(
            "with a value that is no EXC_RETURN, or to a state that is gone. It was to "
            "return to code at PC 0x08001234 (LR 0x08001235).");
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        char wanted[80];
        set(ETCH_FAULT_EXC_RETURN, values[i].value);
        (void)snprintf(wanted, sizeof(wanted), "an exception returned with 0x%08X, %s",
                (unsigned)values[i].value,
                values[i].good ? "to a state that is gone." : "which is no EXC_RETURN.");
        assert_says(wanted);
    }
}

static void a_frame_that_was_not_read_back_is_none(void **state)
{
    static const uint32_t cfsr[] = {0x08, 0x0800};
    for (size_t i = 0; i < 2; i++) {
        jump(cfsr[i], 0x2BF1FD18, 0x442274DB, 0x1DA3607A);
        set_mpu("riot");
        assert_int_equal(decode(), ETCH_FAULT_UNSTACK_REFUSED);
        assert_true(d.no_frame && !d.has_addr);
        set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
        set(ETCH_FAULT_PSP, 0x20000010);
        set(ETCH_FAULT_MSP, 0x20010000);
        assert_says("could not be read back on return, from 0x20000010 (SRAM). The frame "
                    "may be none, so PC, LR and R0 to R3 are not known.");
        assert_hushes("2BF1FD18");
        assert_hushes("IRQ");
        assert_int_equal(strstr(explained(), "MPU region") != NULL, i == 0);
        assert_says("The stack pointer is wrong");
    }
}

static void without_cfsr_the_frame_may_decide(void **state)
{
    memset(&f, 0, sizeof(f));
    set(ETCH_FAULT_VECTOR, HARD);
    set(ETCH_FAULT_PC, 0);
    set(ETCH_FAULT_PSR, 0x20000000);
    assert_int_equal(decode(), ETCH_FAULT_NULL_CALL);
    assert_int_equal(d.need, 0);
    set(ETCH_FAULT_PC, 0x08004000);
    assert_int_equal(decode(), ETCH_FAULT_NOT_THUMB);
    set(ETCH_FAULT_PSR, 0x21000000);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    assert_int_equal(d.need, ETCH_FAULT_NEED_CFSR);
    /* What is no frame: code in PC's place or in PSR's. */
    set(ETCH_FAULT_PC, 0x08004001);
    set(ETCH_FAULT_PSR, 0x20000000);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    set(ETCH_FAULT_PC, 0x08004000);
    set(ETCH_FAULT_PSR, 0x08007900);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    /* A chip held in reset: no exception has stored that. */
    set(ETCH_FAULT_PSR, 0x00000001);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    memset(&f, 0, sizeof(f));
    set(ETCH_FAULT_PC, 0);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
}

static void erased_flash_that_is_called_is_no_vector(void **state)
{
    static const struct {
        uint32_t lr, psr, exc_return;
        enum etch_fault_cause cause;
    } calls[] = {
            {0x08001235, 0x01000000, 0, ETCH_FAULT_ERASED_CALL},
            {0x08001235, 0x01000015, 0, ETCH_FAULT_ERASED_CALL}, /* in a handler */
            {0xFFFFFFFF, 0x01000000, 0, ETCH_FAULT_ERASED_CALL}, /* LR as after reset */
            {0xFFFFFFF9, 0x01000015, 0, ETCH_FAULT_ERASED_VECTOR},
            {0xFFFFFFF9, 0x01000015, 0xFFFFFFF1, ETCH_FAULT_ERASED_VECTOR},
            {0xFFFFFFF9, 0x01000015, 0xFFFFFFFD, ETCH_FAULT_ERASED_CALL},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        jump(0x01, 0xFFFFFFFE, calls[i].lr, calls[i].psr);
        if (calls[i].exc_return) {
            set(ETCH_FAULT_EXC_RETURN, calls[i].exc_return);
        }
        assert_int_equal(decode(), calls[i].cause);
    }
    jump(0x01, 0xFFFFFFFE, 0x08001235, 0x01000000);
    set(ETCH_FAULT_R3, 0xFFFFFFFF);
    assert_says("read from erased flash was called: execution went to 0xFFFFFFFE, called "
                "from LR 0x08001235");
    assert_says("R3 holds that address");
    assert_says("Check the value before the call");
    assert_hushes("vector");
    start(MEM, 0x01, 0); /* nothing speaks against a vector */
    set(ETCH_FAULT_PC, 0xFFFFFFFE);
    assert_int_equal(decode(), ETCH_FAULT_ERASED_VECTOR);
}

static void a_register_tells_a_call_from_a_return(void **state)
{
    static const enum etch_fault_word words[] = {
            ETCH_FAULT_R0, ETCH_FAULT_R3, ETCH_FAULT_R12, ETCH_FAULT_R4, ETCH_FAULT_R11};
    static const char *const names[] = {"R0", "R3", "R12", "R4", "R11"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        char wanted[40];
        (void)snprintf(wanted, sizeof(wanted), "%s holds that address", names[i]);
        jump(0x01, 0xEDF7FF20, 0x0800AB23, 0);
        assert_hushes("holds that address");
        set(words[i], 0xEDF7FF21);
        assert_says(wanted);
        set(words[i], 0xEDF7FF22);
        assert_hushes("holds that address");
    }
    /* LR and PSP are no pointers, many registers are 0, and data is not called. */
    jump(0x01, 0x20000040, 0x20000040, 0);
    set(ETCH_FAULT_PSP, 0x20000040);
    assert_hushes("holds that address");
    set(ETCH_FAULT_R0, 0x20000041); /* BX LR */
    assert_hushes("holds that address");
    jump(0x20000, 0, 0x0800AB23, 0);
    set(ETCH_FAULT_R3, 0);
    assert_hushes("holds that address");
    jump(0x1000000, 0x08001234, 0x0800AB23, 0);
    set(ETCH_FAULT_R3, 0x08001234);
    assert_hushes("holds that address");
}

static void flash_that_may_not_run_is_perhaps_the_handlers_pc(void **state)
{
    jump(0x01, 0x080008C8, 0x08001235, 0x01000000);
    assert_says("this PC is the handler's");
    set_mpu("riot");
    assert_hushes("this PC is the handler's");
    set_mpu("mbed");
    set(ETCH_FAULT_RASR0, 0x1602F039); /* XN */
    assert_says("not executable");
    assert_hushes("this PC is the handler's");
    jump(0x01, 0xEDF7FF20, 0x08001235, 0);
    assert_hushes("this PC is the handler's");
}

static void whose_handler_it_was_is_told(void **state)
{
    jump(0x8200, 0x08001234, 0x08001235, 0x0100001B);
    assert_says("(LR 0x08001235), in the handler of IRQ 11.");
    jump(0x8200, 0x08001234, 0x08001235, 0x0100000B);
    assert_says(", in SVCall.");
    jump(0x8200, 0x08001234, 0x08001235, 0x0100000E);
    assert_says(", in PendSV.");
    jump(0x8200, 0x08001234, 0x08001235, 0x0100000F);
    assert_says(", in SysTick.");
    static const uint32_t none[] = {0x01000000, 0x0100000D, 0x01000100, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        jump(0x8200, 0x08001234, 0x08001235, none[i]);
        assert_hushes(", in ");
    }
}

static void flash_that_does_not_answer_may_be_protected(void **state)
{
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x080004D4);
    assert_says("RDP level 1");
    set(ETCH_FAULT_BFAR, 0x20030000);
    assert_hushes("RDP");
}

static void a_stack_that_is_nowhere_is_not_too_small(void **state)
{
    static const struct {
        uint32_t addr;
        bool nowhere;
    } stacks[] = {{0x1FFFBFEC, true}, {0x1FFFFFE0, false}, {0x20000A18, false},
            {0x10000010, false}, {0x0FFFFFE0, false}, {0x0FFFEFE0, true},
            {0x08004000, true}, {0x60000000, false}, {0xA5A5A585, false}, {0, true}};
    for (size_t i = 0; i < sizeof(stacks) / sizeof(*stacks); i++) {
        start(BUS, 0x9000, 0);
        set(ETCH_FAULT_BFAR, stacks[i].addr);
        if (stacks[i].nowhere) {
            assert_says("SP was wrong before");
        } else {
            assert_says("Give this stack more room");
        }
    }
    start(BUS, 0x1000, 0);
    assert_says("Give this stack more room");
}

static void a_limit_of_armv8_m_is_an_overflow(void **state)
{
    start(USAGE, 0x00100000, 0);
    set(ETCH_FAULT_PC, 0x08001234);
    assert_int_equal(decode(), ETCH_FAULT_STACK_OVERFLOW);
    assert_false(d.no_frame);
    assert_says("by code at PC 0x08001234");
    assert_hushes("division");
}

static void a_fill_pattern_is_no_memory_to_open(void **state)
{
    static const struct {
        uint32_t pc, cfsr;
        bool fill;
    } jumps[] = {{0xA5A5A5A4, 0x01, true}, {0xA5A5A5A5, 0x01, true},
            {0xDEADBEEE, 0x01, true}, {0xFEEEFEEE, 0x20000, true},
            {0xCCCCCCCC, 0x20000, true}, {0x55555554, 0x01, true},
            {0x11111110, 0x100, true}, {0xDEADBEEC, 0x01, false},
            {0xC0000000, 0x01, false}, {0x08080808, 0x20000, false},
            {0xA5A5A5A6, 0x20000, false}};
    for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
        jump(jumps[i].cfsr, jumps[i].pc, 0x08001235, 0);
        if (jumps[i].fill) {
            assert_says("(a fill pattern)");
            assert_says("memory is filled before it is used");
            assert_says("a stack that is too small");
            assert_hushes("XN");
        } else {
            assert_hushes("fill");
        }
    }
    jump(0x01, 0xFFFFFFFE, 0x08001235, 0);
    assert_hushes("fill");
    jump(0x01, 0, 0x08001235, 0);
    assert_hushes("fill");
}

static void a_register_with_a_fill_pattern_was_not_called(void **state)
{
    jump(0x01, 0xA5A5A5A4, 0x08001235, 0);
    set(ETCH_FAULT_R3, 0xA5A5A5A5);
    assert_hushes("holds that address");
    assert_says("called from LR 0x08001235");
    set(ETCH_FAULT_LR, 0xA5A5A5A5);
    assert_hushes("holds that address");
    assert_hushes("called from");
    assert_says(", with LR 0xA5A5A5A5");
    set(ETCH_FAULT_PC, 0x20000100);
    set(ETCH_FAULT_R3, 0x20000101);
    assert_hushes("holds that address");
}

/* ---- no region ----------------------------------------------------------------------------- */

/* All regions off, or not of this address. */
static void no_region(uint32_t cfsr, uint32_t ctrl)
{
    start(MEM, cfsr, 0);
    set(ETCH_FAULT_PC, 0x08001234);
    set(ETCH_FAULT_MMFAR, 0x20008000);
    for (uint32_t n = 0; n < 8; n++) {
        set(ETCH_FAULT_RBAR0 + 2 * n, n);
        set(ETCH_FAULT_RASR0 + 2 * n, 0);
    }
    set(ETCH_FAULT_MPU_CTRL, ctrl);
}

static void flash_without_a_region_has_no_background(void **state)
{
    no_region(0x01, 1);
    assert_says("No MPU region covers it. There is no background");
    assert_says("Give flash a region that this code may use, or set "
                "MPU_CTRL.PRIVDEFENA");
    assert_hushes("default memory map");
    assert_hushes("RBAR and RASR");
    assert_hushes("stack that is too small");
    no_region(0x01, 5);
    assert_says("The background is not for unprivileged code");
    set(ETCH_FAULT_CONTROL, 3);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    assert_says("The background is not for unprivileged code");
    assert_says("Give flash a region that this code may use.");
    no_region(0x82, 1);
    assert_says("There is no background");
    no_region(0x01, 1);
    set(ETCH_FAULT_PC, 0x40020000);
    assert_says("the default memory map has no code there");
}

static void a_background_that_is_not_known_is_left_open(void **state)
{
    no_region(0x01, 1);
    f.known[ETCH_FAULT_MPU_CTRL / 32] &= ~(1u << ETCH_FAULT_MPU_CTRL % 32);
    f.word[ETCH_FAULT_MPU_CTRL] = 0;
    assert_says("Either MPU_CTRL.PRIVDEFENA is clear, or the code was unprivileged");
    set(ETCH_FAULT_CONTROL, 1); /* of a thread or of a handler? */
    assert_says("Either MPU_CTRL.PRIVDEFENA is clear, or the code was unprivileged");
    set(ETCH_FAULT_CONTROL, 0);
    assert_says("There is no background");
    set(ETCH_FAULT_CONTROL, 1);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    assert_says("The background is not for unprivileged code");
}

static void what_the_mpu_allows_now_it_did_not_refuse_so(void **state)
{
    no_region(0x01, 0);
    assert_says("As the MPU is set here, it allows that");
    assert_says("this PC is the handler's");
    no_region(0x01, 5);
    set(ETCH_FAULT_CONTROL, 0);
    assert_says("As the MPU is set here, it allows that");
    no_region(0x82, 5);
    set(ETCH_FAULT_CONTROL, 0);
    assert_says("As the MPU is set here, it allows that");
    no_region(0x01, 1);
    set(ETCH_FAULT_CONTROL, 0);
    assert_hushes("As the MPU is set here");
}

static void without_a_right_to_the_stack_there_is_no_frame(void **state)
{
    no_region(0x11, 5);
    set(ETCH_FAULT_CONTROL, 1);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    set(ETCH_FAULT_MSP, 0x2000FF98);
    assert_says("No MPU region covers the stack, nor that. The background is not");
    assert_says("Give flash and the stack regions that this code may use.");
    assert_hushes("too small");
    assert_hushes("The stacked PC");
    start(BUS, 0x1100, 0); /* a bus error is no matter of regions */
    set_mpu("riot");
    set(ETCH_FAULT_SP, 0x20000010);
    assert_hushes("MPU");
}

static void regions_that_are_known_are_not_asked_for(void **state)
{
    no_region(0x11, 5); /* no frame: where it was is not known */
    (void)decode();
    assert_false(d.need & ETCH_FAULT_NEED_MPU);
    start(MEM, 0x01, 0);
    set(ETCH_FAULT_PC, 0x20001000);
    (void)decode();
    assert_true(d.need & ETCH_FAULT_NEED_MPU);
    set(ETCH_FAULT_PC, 0xF0001000); /* nobody lets that run */
    (void)decode();
    assert_int_equal(d.need, 0);
}

static void each_key_has_its_lock(void **state)
{
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x40023C04);
    assert_says("Write KEY1 and KEY2 once, in this order and only while CR.LOCK is set");
    set(ETCH_FAULT_BFAR, 0x40023C08);
    assert_int_equal(decode(), ETCH_FAULT_WRONG_KEY);
    assert_says(
            "Write OPTKEY1 and OPTKEY2 once, in this order and only while OPTCR.OPTLOCK");
}

/* ---- the frame's place ------------------------------------------------------------------- */

static void what_was_executed_was_where_code_can_run(void **state)
{
    static const uint32_t cfsr[] = {0x8200, 0x82, 0x10000, 0x80000, 0x1000000, 0x2000000};
    for (size_t i = 0; i < sizeof(cfsr) / sizeof(*cfsr); i++) {
        jump(cfsr[i], 0xFFFFFFFD, 0xA5A5A5A5, 0x080078C2);
        assert_true(d.misplaced);
        assert_false(d.has_addr);
        assert_true(d.need & ETCH_FAULT_NEED_PC);
        assert_false(d.need & ETCH_FAULT_NEED_INSN);
        assert_says("No code runs at 0xFFFFFFFD");
        assert_says("a naked function");
        assert_hushes("0xA5A5A5A5");
        jump(cfsr[i], 0x08001234, 0x08001235, 0x01000000);
        assert_false(d.misplaced);
        assert_says("0x08001234");
    }
    jump(0x8200, 0x3FFFFFFE, 0, 0x01000000);
    assert_false(d.misplaced);
    jump(0x8200, 0x40000000, 0, 0x01000000);
    assert_true(d.misplaced);
    jump(0x8200, 0x5FFFFFFE, 0, 0x01000000);
    assert_true(d.misplaced);
    jump(0x8200, 0x60000000, 0, 0x01000000);
    assert_false(d.misplaced);
    jump(0x8200, 0xA0000000, 0, 0x01000000);
    assert_true(d.misplaced);
}

static void a_jump_may_have_gone_anywhere(void **state)
{
    jump(0x01, 0xF101900A, 0x08001235, 0);
    assert_false(d.misplaced);
    jump(0x20000, 0xF101900A, 0x08001235, 0);
    assert_false(d.misplaced);
    assert_says("0xF101900A");
}

/* ---- what else is to be known ---------------------------------------------------------- */

static void the_end_of_ram_is_known(void **state)
{
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x20020000);
    assert_says("RAM of 128 KB ends there");
    set(ETCH_FAULT_BFAR, 0x2001803C);
    assert_says("RAM of 96 KB ends there");
    set(ETCH_FAULT_BFAR, 0x20020040);
    assert_hushes("ends there");
    set(ETCH_FAULT_BFAR, 0x2001FFFC);
    assert_hushes("ends there");
}

/* On an STM32F4 a peripheral without its clock is no bus error. */
static void a_clock_is_named_for_peripherals_alone(void **state)
{
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_BFAR, 0x20020000);
    assert_says("Check the address: memory that this part does not have");
    assert_hushes("clock");
    set(ETCH_FAULT_BFAR, 0x40080000);
    assert_says("a peripheral that this part does not have, or a wild pointer. On other "
                "chips than an STM32F4 it may be one without its clock.");
    start(BUS, 0x200, 0);
    assert_says("memory or a peripheral that this part does not have, or a wild pointer");
    assert_hushes("clock");
    start(BUS, 0x400, 0);
    assert_hushes("clock");
}

static void flags_of_several_faults_are_named(void **state)
{
    start(HARD, 0x60500, 0x40000000);
    assert_says("CFSR shows IBUSERR IMPRECISERR INVSTATE INVPC: flags stay");
    start(HARD, 0x20002, 0x40000000);
    assert_says("CFSR shows DACCVIOL INVSTATE:");
    start(HARD, 0x0202, 0x40000000);
    assert_says("CFSR shows DACCVIOL PRECISERR:");
    static const uint32_t one[] = {0x92, 0x8200, 0x30000, 0x101, 0x80};
    for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++) {
        start(HARD, one[i], 0x40000000);
        assert_hushes("CFSR shows");
    }
}

static void an_address_that_may_be_old_is_told_as_such(void **state)
{
    memset(&f, 0, sizeof(f));
    set(ETCH_FAULT_MMFAR, 0);
    set(ETCH_FAULT_BFAR, 0x20020014);
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    assert_says("If its bit 7 is set, the access was to 0x00000000");
    assert_says("If its bit 15 is set, the access was to 0x20020014 (SRAM)");
    set(ETCH_FAULT_BFAR, 0xE000ED38);
    assert_hushes("bit 15");
}

/* ---- stacks ------------------------------------------------------------------------------ */

static void an_overflow_names_the_stack_and_no_place(void **state)
{
    start(MEM, 0x10, 0);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    set(ETCH_FAULT_PSP, 0x20000A18);
    set(ETCH_FAULT_MSP, 0x20001000);
    set(ETCH_FAULT_PC, 0x12345678); /* noise: it was not stacked */
    set_mpu("riot");
    assert_int_equal(decode(), ETCH_FAULT_STACK_OVERFLOW);
    assert_int_equal(d.addr, 0x20000A18);
    assert_int_equal(d.region, 2);
    assert_says("The frame was not stored, so PC, LR and R0 to R3 are not known.");
    assert_hushes("12345678");
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    (void)decode();
    assert_int_equal(d.addr, 0x20001000);
}

static void a_store_into_a_guard_that_has_no_room_for_the_frame_is_an_overflow(
        void **state)
{
    start(MEM, 0x92, 0);
    set(ETCH_FAULT_MMFAR, 0x20000A00);
    assert_int_equal(decode(), ETCH_FAULT_STACK_OVERFLOW);
    assert_int_equal(d.addr, 0x20000A00);
    start(BUS, 0x9200, 0);
    set(ETCH_FAULT_BFAR, 0x1FFFFFF8);
    set(ETCH_FAULT_SP, 0x20000A00);
    assert_int_equal(decode(), ETCH_FAULT_STACK_OVERFLOW);
    assert_int_equal(d.addr, 0x1FFFFFF8);
}

static void where_sp_leads_is_the_stack(void **state)
{
    static const struct {
        uint32_t sp, addr;
        bool stack;
    } at[] = {{0x20002100, 0x20002000, true}, {0x20002101, 0x20002000, false},
            {0x20002000, 0x200021FF, true}, {0x20002000, 0x20002200, false},
            {0x100, 0x40, false}, {0x08060000, 0x0805FFF0, true}};
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        start(MEM, 0x82, 0);
        set(ETCH_FAULT_PC, 0x08001234);
        set(ETCH_FAULT_MMFAR, at[i].addr);
        set(ETCH_FAULT_SP, at[i].sp);
        assert_int_equal(decode() == ETCH_FAULT_STACK_OVERFLOW, at[i].stack);
        assert_int_equal(d.no_frame, 0);
    }
    start(MEM, 0x82, 0);
    set(ETCH_FAULT_PC, 0x08001234);
    set(ETCH_FAULT_MMFAR, 0x20000010);
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    set(ETCH_FAULT_PSP, 0x20000020);
    set(ETCH_FAULT_MSP, 0x20010000);
    set_mpu("riot");
    assert_says(
            "the stack has overflowed, near 0x20000010 (SRAM), by code at PC 0x08001234");
    assert_says("read-only and not executable. SP leads there");
    assert_says("Give this stack more room");
    assert_hushes("Find the pointer");
    set(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    assert_says("Find the pointer");
    assert_hushes("Is SP close");
}

static void an_access_by_sp_is_the_stack(void **state)
{
    static const struct {
        uint32_t insn;
        bool by_sp;
    } insns[] = {{0xB500 /* PUSH */, true}, {0x9001 /* STR r0,[sp,#4] */, true},
            {0x6008, false}, {0x4FF0E92D /* PUSH.W */, true}, {0x8B02ED2D, true},
            {0x0001F8CD, true}, {0x0001F8C1, false}, {0xA000, false}};
    for (size_t i = 0; i < sizeof(insns) / sizeof(*insns); i++) {
        access("no-access", 0x20002000);
        assert_says("Is SP close to it?");
        set(ETCH_FAULT_INSN, insns[i].insn);
        assert_int_equal(decode() == ETCH_FAULT_STACK_OVERFLOW, insns[i].by_sp);
    }
}

static void a_stack_may_leave_ram_by_its_bottom(void **state)
{
    start(BUS, 0x8200, 0);
    set(ETCH_FAULT_PC, 0x08001234);
    set(ETCH_FAULT_BFAR, 0x1FFFFFF8);
    assert_int_equal(decode(), ETCH_FAULT_BUS_ABSENT);
    set(ETCH_FAULT_SP, 0x20000010);
    assert_int_equal(decode(), ETCH_FAULT_STACK_OVERFLOW);
    assert_says("SP leads there");
    set(ETCH_FAULT_BFAR, 0x20020000); /* popped empty */
    set(ETCH_FAULT_SP, 0x2001FFF0);
    assert_int_equal(decode(), ETCH_FAULT_BUS_ABSENT);
    assert_hushes("SP leads there");
}

/* ---- whose set-up ---------------------------------------------------------------------- */

static void frameworks_are_known_by_their_regions(void **state)
{
    static const struct {
        const char *layout;
        enum etch_fault_framework framework;
    } known[] = {{"mbed", ETCH_FAULT_MBED}, {"zephyr", ETCH_FAULT_ZEPHYR},
            {"zephyr-threads", ETCH_FAULT_ZEPHYR}, {"freertos", ETCH_FAULT_FREERTOS},
            {"riot", ETCH_FAULT_RIOT}, {"cubemx", ETCH_FAULT_CUBEMX},
            {"nuttx-protected", ETCH_FAULT_ANY}, {"strict", ETCH_FAULT_ANY},
            {"full", ETCH_FAULT_ANY}, {"no-access", ETCH_FAULT_ANY}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        access(known[i].layout, 0x08060000);
        assert_int_equal(d.framework, known[i].framework);
        (void)explained();
    }
    /* Mbed with its lock lifted, and its regions with another end of ROM. */
    seed();
    set(ETCH_FAULT_RASR0, 0x0602F038);
    (void)decode();
    assert_int_equal(d.framework, ETCH_FAULT_MBED);
    set(ETCH_FAULT_RASR0, 0x06020039);
    (void)decode();
    assert_int_equal(d.framework, ETCH_FAULT_MBED);
}

static void whose_dump_it_is_counts_where_the_regions_are_not_known(void **state)
{
    start(HARD, 0x82, FORCED);
    set(ETCH_FAULT_MMFAR, 0x08060000);
    set(ETCH_FAULT_PC, 0x08000298);
    set(ETCH_FAULT_FRAMEWORK, ETCH_FAULT_MBED);
    (void)decode();
    assert_int_equal(d.framework, ETCH_FAULT_MBED);
    assert_says("This is how Mbed OS locks flash");
    set_mpu("zephyr");
    (void)decode();
    assert_int_equal(d.framework, ETCH_FAULT_ZEPHYR);
}

static void spans_end_where_eighths_are_off(void **state)
{
    seed();
    set_mpu("strict");
    set(ETCH_FAULT_RASR0, 0x06024225); /* 512 KB, eighths 1 and 6 off */
    set(ETCH_FAULT_MMFAR, 0x08030000);
    (void)decode();
    assert_int_equal(d.first, 0x08020000);
    assert_int_equal(d.last, 0x0805FFFF);
    set(ETCH_FAULT_MMFAR, 0x08000400);
    (void)decode();
    assert_int_equal(d.first, 0x08000000);
    assert_int_equal(d.last, 0x0800FFFF);
    set(ETCH_FAULT_MMFAR, 0x0807FFFC);
    (void)decode();
    assert_int_equal(d.first, 0x08070000);
    assert_int_equal(d.last, 0x0807FFFF);
    set(ETCH_FAULT_MMFAR, 0x08010000); /* off, and there is no background */
    (void)decode();
    assert_int_equal(d.region, ETCH_FAULT_NO_REGION);
    assert_says("No MPU region covers it");
    seed();
    set_mpu("no-access");
    set(ETCH_FAULT_MMFAR, 0x08010000); /* 4 GB */
    (void)decode();
    assert_int_equal(d.first, 0);
    assert_int_equal(d.last, 0xFFFFFFFF);
}

static void regions_without_meaning_decide_nothing(void **state)
{
    for (uint32_t size = 0; size < 4; size++) {
        seed();
        set(ETCH_FAULT_RBAR0 + 14, 0x08060007);
        set(ETCH_FAULT_RASR0 + 14, size << 1 | 1);
        (void)decode();
        assert_int_equal(d.region, 0);
    }
}

/* ---- regions that are not what they were meant to be ------------------------------------ */

static void set_region(uint32_t n, uint32_t base, uint32_t rasr)
{
    set(ETCH_FAULT_RBAR0 + 2 * n, base | n);
    set(ETCH_FAULT_RASR0 + 2 * n, rasr);
}

static void a_region_that_allows_it_is_no_reason(void **state)
{
    static const char allows[] = "As the MPU is set here, it allows that";
    no_region(0x82, 5);
    set_region(1, 0x20008000, 0x03000023); /* 256 KB, for all */
    assert_says(allows);
    assert_hushes("MPU region 1");
    set_region(1, 0x20008000, 0x02000023); /* unprivileged code may not write */
    assert_says("MPU region 1 makes");
    set(ETCH_FAULT_CONTROL, 0);
    assert_says(allows);
    set(ETCH_FAULT_CONTROL, 1);
    set(ETCH_FAULT_PSR, 0x01000000);
    assert_says("MPU region 1 makes");
    set(ETCH_FAULT_PSR, 0x01000010); /* a handler is privileged */
    assert_says(allows);
    set_region(1, 0x20000000, 0x06000023);
    set(ETCH_FAULT_INSN, 0x6808); /* a load */
    assert_says(allows);
    set(ETCH_FAULT_INSN, 0x6008); /* a store */
    assert_says("makes 0x20000000-0x2003FFFF read-only.");
    no_region(0x01, 5);
    set(ETCH_FAULT_PC, 0x20000010);
    set_region(0, 0x20000000, 0x03000023);
    assert_says(allows);
    set_region(0, 0x20000000, 0x13000023);
    assert_says("and not executable.");
    set_region(0, 0x20000000, 0x00000023);
    assert_says("out of bounds.");
    no_region(0x10, 5); /* where SP is is not where the frame was to go */
    set(ETCH_FAULT_SP, 0x20008000);
    set_region(0, 0x20000000, 0x03000023);
    assert_hushes(allows);
    assert_hushes("MPU region");
}

/* B3.5.8: what is below the size does not count. */
static void a_base_that_is_not_aligned_is_told(void **state)
{
    static const char slip[] =
            "The base of region 1, 0x08024000, is not aligned to its size, and counts "
            "without the bits below that (B3.5.8): the region is 0x08020000-0x0802FFFF.";
    no_region(0x82, 5);
    set_region(0, 0x08000000, 0x06000025);
    set_region(1, 0x08024000, 0x1300001F);
    set(ETCH_FAULT_MMFAR, 0x08030004);
    assert_says("MPU region 0 makes 0x08000000-0x0807FFFF read-only. The base");
    assert_says(slip);
    set_region(1, 0x08024000, 0x1600001F);
    set(ETCH_FAULT_MMFAR, 0x08020004);
    assert_says("MPU region 1 makes 0x08020000-0x0802FFFF read-only and not executable.");
    assert_says(slip);
    set(ETCH_FAULT_MMFAR, 0x08028004); /* there both ways */
    assert_says("MPU region 1 makes");
    assert_hushes("The base");
    set_region(1, 0x08024000, 0x1300001E); /* off */
    set(ETCH_FAULT_MMFAR, 0x08030004);
    assert_hushes("The base");
    set_region(1, 0x08024000, 0x1300001F);
    set(ETCH_FAULT_MPU_CTRL, 0);
    assert_hushes("The base");
}

/* B3.5.9 */
static void a_size_that_is_reserved_is_told(void **state)
{
    no_region(0x82, 5);
    set(ETCH_FAULT_CONTROL, 0);
    set_region(2, 0x20008000, 0x00000003);
    assert_says(
            "RASR.SIZE of region 2 is 1, which is reserved: 4, 32 bytes, is the least");
    assert_hushes("it allows that");
    set_region(0, 0x20000000, 0x06000023);
    set(ETCH_FAULT_INSN, 0x6008);
    assert_says("makes 0x20000000-0x2003FFFF read-only. RASR.SIZE of region 2");
    set_region(2, 0x20008000, 0x00000002);
    assert_hushes("RASR.SIZE");
}

/* ---- the rest of the state ------------------------------------------------------------- */

static void the_state_of_the_controller_is_told(void **state)
{
    seed();
    set(ETCH_FAULT_FLASH_SR, 0xC0);
    assert_says("FLASH_SR shows PGPERR PGSERR. ");
    set(ETCH_FAULT_FLASH_SR, 0x10132);
    assert_says("OPERR WRPERR PGAERR RDERR BSY.");
    set(ETCH_FAULT_FLASH_CR, 0x80000000);
    assert_hushes("FLASH_CR is open");
    set(ETCH_FAULT_FLASH_CR, 0);
    assert_says("FLASH_CR is open.");
}

static void windows_and_the_last_call_are_told(void **state)
{
    seed();
    assert_hushes("The guard");
    set(ETCH_FAULT_WINDOW0 + 2, 0);
    assert_says("The guard has no window open.");
    set(ETCH_FAULT_WINDOW0 + 5, 0x08020000);
    set(ETCH_FAULT_WINDOW0 + 6, 256);
    set(ETCH_FAULT_WINDOW0 + 7, 1);
    assert_says("The guard has a window of 256 bytes open at 0x08020000, for writing.");
    set(ETCH_FAULT_WINDOW0 + 7, 2);
    assert_says("for executing");
    set(ETCH_FAULT_WINDOW0 + 7, ETCH_GUARD_WRITE); /* as guards say it now */
    assert_says("open at 0x08020000, for writing.");
    set(ETCH_FAULT_WINDOW0 + 7, ETCH_GUARD_EXEC);
    assert_says("open at 0x08020000, for executing.");
    set(ETCH_FAULT_WINDOW0 + 6, 0); /* closed: what it was for may be left */
    assert_says("The guard has no window open.");
    set(ETCH_FAULT_WINDOW0 + 6, 256);
    set(ETCH_FAULT_OP_ADDR, 0x08060000);
    set(ETCH_FAULT_OP_DATA, 0x20000000);
    set(ETCH_FAULT_OP_LEN, 123);
    set(ETCH_FAULT_OP_AT, 0x08060010);
    assert_says("programming or comparing 123 bytes from 0x08060000, and came to "
                "0x08060010.");
}

static void what_is_missing_is_asked_for(void **state)
{
    memset(&f, 0, sizeof(f));
    assert_int_equal(decode(), ETCH_FAULT_UNDECIDED);
    assert_says("CFSR (0xE000ED28) would tell the cause. The stacked PC and LR");
    start(MEM, 0x02, 0);
    (void)decode();
    assert_true(d.need & ETCH_FAULT_NEED_MMFAR);
    assert_says("MMFAR (0xE000ED34)");
    start(BUS, 0x200, 0);
    (void)decode();
    assert_true(d.need & ETCH_FAULT_NEED_BFAR);
    start(MEM, 0x01, 0);
    (void)decode();
    assert_true(d.need & ETCH_FAULT_NEED_PC);
    start(BUS, 0x400, 0);
    assert_says("DISDEFWBUF");
}

/* ---- the record ---------------------------------------------------------------------------- */

static void a_dump_has_every_known_word_by_its_name(void **state)
{
    seed();
    text_len = 0;
    etch_fault_dump(&f, &sink);
    assert_non_null(strstr(text, "CFSR=0x00000082"));
    assert_non_null(strstr(text, "RASR3=0x13020F39"));
    assert_null(strstr(text, "BFAR="));
    assert_true(strncmp(text, "++ etch fault ++\n", 17) == 0);
    assert_non_null(strstr(text, "\n-- etch fault --\n"));
    memset(&f, 0, sizeof(f));
    text_len = 0;
    for (uint32_t w = 0; w < ETCH_FAULT_WORDS; w++) {
        etch_fault_set(&f, w, w);
        assert_true(etch_fault_word_name(w)[0] >= 'A');
    }
    etch_fault_dump(&f, &sink);
    for (uint32_t w = 0; w < ETCH_FAULT_WORDS; w++) {
        char line[40];
        (void)snprintf(
                line, sizeof(line), "%s=0x%08X", etch_fault_word_name(w), (unsigned)w);
        assert_non_null(strstr(text, line));
    }
    assert_string_equal(etch_fault_word_name(ETCH_FAULT_WORDS), "");
}

/* Any words at all: the decoder ends, and says something. */
static void any_record_is_decoded(void **state)
{
    uint32_t seed_word = 12345;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t *word = (uint32_t *)(void *)&f;
        for (size_t i = 0; i < sizeof(f) / sizeof(*word); i++) {
            seed_word = seed_word * 1664525u + 1013904223u;
            word[i] = seed_word ^ seed_word >> 13;
        }
        if (round % 2) {
            f.word[ETCH_FAULT_CFSR] &= 1u << seed_word % 32;
        }
        (void)explained();
        assert_true(d.cause < ETCH_FAULT_CAUSES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_case_of_the_oracle_has_its_cause),
            cmocka_unit_test(every_cause_has_words),
            cmocka_unit_test(the_question_is_answered),
            cmocka_unit_test(code_in_ram_is_another_fault),
            cmocka_unit_test(the_boot_loader_wants_the_mpu_off),
            cmocka_unit_test(disabled_and_masked_are_told_apart),
            cmocka_unit_test(a_fault_with_a_handler_of_its_own_is_not_escalated),
            cmocka_unit_test(hfsr_alone_says_that_it_was_a_hard_fault),
            cmocka_unit_test(without_forced_the_flags_of_cfsr_are_old),
            cmocka_unit_test(an_svc_is_no_breakpoint),
            cmocka_unit_test(what_may_be_read_was_written),
            cmocka_unit_test(for_unprivileged_code_other_rights_hold),
            cmocka_unit_test(the_instruction_tells_a_load_from_a_store),
            cmocka_unit_test(flash_may_be_read_unless_a_region_says_otherwise),
            cmocka_unit_test(near_zero_is_a_null_pointer_and_no_lock_to_lift),
            cmocka_unit_test(a_stray_store_is_no_reason_to_lift_the_lock),
            cmocka_unit_test(writing_what_is_no_flash_is_a_wild_pointer),
            cmocka_unit_test(erased_code_is_told_by_its_instruction),
            cmocka_unit_test(a_jump_into_data_is_no_missing_bit),
            cmocka_unit_test(a_fetch_from_zero_is_a_null_call_whoever_refuses_it),
            cmocka_unit_test(an_exception_that_was_just_entered_has_a_wrong_vector),
            cmocka_unit_test(an_exit_to_nowhere_without_an_address_has_a_remedy),
            cmocka_unit_test(erased_flash_that_is_called_is_no_vector),
            cmocka_unit_test(flash_without_a_region_has_no_background),
            cmocka_unit_test(a_background_that_is_not_known_is_left_open),
            cmocka_unit_test(what_the_mpu_allows_now_it_did_not_refuse_so),
            cmocka_unit_test(without_a_right_to_the_stack_there_is_no_frame),
            cmocka_unit_test(regions_that_are_known_are_not_asked_for),
            cmocka_unit_test(a_register_tells_a_call_from_a_return),
            cmocka_unit_test(a_fill_pattern_is_no_memory_to_open),
            cmocka_unit_test(each_key_has_its_lock),
            cmocka_unit_test(a_register_with_a_fill_pattern_was_not_called),
            cmocka_unit_test(flash_that_may_not_run_is_perhaps_the_handlers_pc),
            cmocka_unit_test(whose_handler_it_was_is_told),
            cmocka_unit_test(flash_that_does_not_answer_may_be_protected),
            cmocka_unit_test(a_stack_that_is_nowhere_is_not_too_small),
            cmocka_unit_test(a_limit_of_armv8_m_is_an_overflow),
            cmocka_unit_test(a_bad_return_names_its_value),
            cmocka_unit_test(a_frame_that_was_not_read_back_is_none),
            cmocka_unit_test(without_cfsr_the_frame_may_decide),
            cmocka_unit_test(what_was_executed_was_where_code_can_run),
            cmocka_unit_test(a_jump_may_have_gone_anywhere),
            cmocka_unit_test(the_end_of_ram_is_known),
            cmocka_unit_test(a_clock_is_named_for_peripherals_alone),
            cmocka_unit_test(flags_of_several_faults_are_named),
            cmocka_unit_test(an_address_that_may_be_old_is_told_as_such),
            cmocka_unit_test(an_overflow_names_the_stack_and_no_place),
            cmocka_unit_test(
                    a_store_into_a_guard_that_has_no_room_for_the_frame_is_an_overflow),
            cmocka_unit_test(where_sp_leads_is_the_stack),
            cmocka_unit_test(an_access_by_sp_is_the_stack),
            cmocka_unit_test(a_stack_may_leave_ram_by_its_bottom),
            cmocka_unit_test(frameworks_are_known_by_their_regions),
            cmocka_unit_test(whose_dump_it_is_counts_where_the_regions_are_not_known),
            cmocka_unit_test(spans_end_where_eighths_are_off),
            cmocka_unit_test(regions_without_meaning_decide_nothing),
            cmocka_unit_test(a_region_that_allows_it_is_no_reason),
            cmocka_unit_test(a_base_that_is_not_aligned_is_told),
            cmocka_unit_test(a_size_that_is_reserved_is_told),
            cmocka_unit_test(the_state_of_the_controller_is_told),
            cmocka_unit_test(windows_and_the_last_call_are_told),
            cmocka_unit_test(what_is_missing_is_asked_for),
            cmocka_unit_test(a_dump_has_every_known_word_by_its_name),
            cmocka_unit_test(any_record_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
