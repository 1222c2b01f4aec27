/* test_core_native.c - blocks as code of the host: another way to the same end.
 *
 * Whether each instruction does the same is the oracle's; here whole runs are
 * compared, with what is between instructions: time, lines of flash, room.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "core/core_priv.h"
#include "core/native.h"
#include "oracle/mix.h"
#include "support/cm.h"
#include "support/core_rig.h"

enum { SRAM = 0x20000000, SRAM_BYTES = 128 << 10 };

/* How a run went, as far as one can see. */
struct run {
    uint64_t instructions, cycles, hash;
    uint32_t lines[16];
    size_t noted;
    uint8_t *memory;
};

enum way { NATIVE, TIGHT_NATIVE, INTERPRETED, STEPPED };

static void nothing(void *ctx, uint32_t pc)
{
    (void)ctx;
    (void)pc;
}

static struct run run_firmware(const char *elf, enum way way)
{
    struct run run = {0};
    const void *written = NULL;
    size_t len = 0;
    struct machine *m = mix_machine(elf, 1);
    assert_non_null(m);
    struct core *c = machine_core(m);
    core_native(c, way != INTERPRETED);
    if (way == TIGHT_NATIVE) {
        c->native_bytes = (size_t)BLOCK_RECORDS * NATIVE_RECORD + 4096;
    } else if (way == STEPPED) {
        machine_tell(m, 0, 0, nothing, NULL);
        core_tell_insns(c, true);
    }
    assert_false(machine_run(m, &written, &len));
    assert_null(machine_end(m));
    assert_true(c->native_used + c->native_ways_out <= c->native_bytes);
    run.instructions = core_insns(c);
    run.cycles = core_cycles(c);
    run.hash = core_hash(c);
    run.noted = core_noted(c, run.lines);
    run.memory = malloc(SRAM_BYTES);
    assert_non_null(run.memory);
    memcpy(run.memory, machine_bytes(m, SRAM), SRAM_BYTES);
    machine_free(m);
    return run;
}

static void assert_same_run(struct run a, struct run b)
{
    assert_int_equal(a.instructions, b.instructions);
    assert_int_equal(a.cycles, b.cycles);
    assert_int_equal(a.hash, b.hash);
    assert_int_equal(a.noted, b.noted);
    assert_memory_equal(a.lines, b.lines, a.noted * sizeof(*a.lines));
    assert_memory_equal(a.memory, b.memory, SRAM_BYTES);
    free(a.memory);
    free(b.memory);
}

#define MIX   ETCH_FIRMWARE_DIR "/mix.elf"
#define STEPS ETCH_FIRMWARE_DIR "/steps_os.elf"

static void all_ways_are_the_same_run(void **state)
{
    assert_same_run(run_firmware(MIX, NATIVE), run_firmware(MIX, INTERPRETED));
    assert_same_run(run_firmware(STEPS, NATIVE), run_firmware(STEPS, INTERPRETED));
    assert_same_run(run_firmware(STEPS, NATIVE), run_firmware(STEPS, STEPPED));
}

static void code_is_made_again_when_its_place_is_used_up(void **state)
{
    assert_same_run(run_firmware(MIX, TIGHT_NATIVE), run_firmware(MIX, INTERPRETED));
}

/* movs r0,#0; movs r1,#200; adds r0,r0,r1; subs r1,#1; bne; b . */
static struct cpu *with_a_sum(void)
{
    struct cpu *r = cpu_open();
    cpu_code(r, CPU_CODE, "2000 21c8 1840 3901 d1fc e7fe");
    cpu_go(r, CPU_CODE);
    return r;
}

enum { SUM = 200 * 201 / 2 };

static void a_core_goes_on_where_it_was_the_other_way(void **state)
{
    for (uint64_t cut = 1; cut < 1000; cut += 7) {
        struct cpu *r = with_a_sum();
        core_native(r->c, cut % 2 != 0);
        cpu_run(r, cut);
        core_native(r->c, cut % 2 == 0);
        cpu_run(r, 2000);
        assert_int_equal(cpu_reg(r, CORE_R0), SUM);
        cpu_close(r);
    }
}

static void code_that_is_stored_over_is_made_again(void **state)
{
    struct cpu *r = with_a_sum();
    cpu_run(r, 2000);
    cpu_code(r, CPU_CODE, "2000 21c8 3001"); /* adds r0,#1 */
    core_changed(r->c, CPU_CODE, 6);
    cpu_go(r, CPU_CODE);
    cpu_run(r, 2000);
    assert_int_equal(cpu_reg(r, CORE_R0), 200);
    cpu_close(r);
}

/* ldr r0,[r1]; adds r2,#1; ldr r0,[r3]; b . : the second load is refused. */
static void a_fault_is_at_its_instruction(void **state)
{
    for (int native = 0; native < 2; native++) {
        struct cpu *r = cpu_open();
        core_native(r->c, native != 0);
        cpu_code(r, CPU_CODE, "6808 3201 6818 e7fe");
        cpu_ppb_set(r, SHCSR, 0x70000);
        cpu_go(r, CPU_CODE);
        cpu_set(r, (enum core_reg)1, CPU_RAM);
        cpu_set(r, (enum core_reg)2, 0);
        cpu_set(r, (enum core_reg)3, CPU_HOLE);
        cpu_run(r, 100);
        assert_int_equal(cpu_exception(r), CORE_BUS_FAULT);
        assert_int_equal(cpu_ppb(r, BFAR), CPU_HOLE);
        assert_int_equal(cpu_last(r, CORE_SAYS_FAULT)->fault.pc, CPU_CODE + 4);
        assert_int_equal(cpu_reg(r, (enum core_reg)2), 1);
        cpu_close(r);
    }
}

/* What an instruction with r1, r2 as given leaves in r0 and C, both ways. */
static void assert_gives(
        const char *hex, uint32_t r1, uint32_t r2, uint32_t r0, bool carry)
{
    for (int native = 0; native < 2; native++) {
        struct cpu *r = cpu_open();
        core_native(r->c, native != 0);
        cpu_set(r, (enum core_reg)1, r1);
        cpu_set(r, (enum core_reg)2, r2);
        cpu_try(r, hex);
        assert_int_equal(cpu_reg(r, CORE_R0), r0);
        assert_int_equal(cpu_reg(r, CORE_XPSR) >> 29 & 1, carry);
        cpu_close(r);
    }
}

static void logic_takes_its_carry_from_the_shifter(void **state)
{
    assert_gives("ea11 0042", 6, 0x80000003, 6, true); /* ands r0,r1,r2,lsl #1 */
    assert_gives("ea11 0042", 6, 0x00000003, 6, false);
    assert_gives("ea51 0052", 8, 0x00000003, 9, true);    /* orrs r0,r1,r2,lsr #1 */
    assert_gives("ea91 0012", 8, 0x80000000, 8, true);    /* eors r0,r1,r2,lsr #32 */
    assert_gives("ea81 0022", 8, 0x80000000, ~8u, false); /* eor r0,r1,r2,asr #32 */
    assert_gives("eb11 0032", 1, 0x80000001, 0x40000001, false); /* adds ...,rrx */
}

/* cmp r1,r2; tst r2,r2; it eq; cmpeq r1,r1; bcs over the movs; movs r0,#7; movs r3 */
static void flags_of_what_is_passed_over_are_not_taken(void **state)
{
    const char *code = "4291 4212 bf08 4289 d200 2007 2300";
    assert_gives(code, 1, 2, 7, false);
    assert_gives(code, 3, 2, 0, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(all_ways_are_the_same_run),
            cmocka_unit_test(code_is_made_again_when_its_place_is_used_up),
            cmocka_unit_test(a_core_goes_on_where_it_was_the_other_way),
            cmocka_unit_test(code_that_is_stored_over_is_made_again),
            cmocka_unit_test(a_fault_is_at_its_instruction),
            cmocka_unit_test(logic_takes_its_carry_from_the_shifter),
            cmocka_unit_test(flags_of_what_is_passed_over_are_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
