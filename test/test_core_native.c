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

enum { SRAM = 0x20000000, SRAM_BYTES = 128 << 10, TIGHT = 4096 };

/* How a run went, as far as one can see. */
struct run {
    uint64_t instructions, cycles, hash;
    uint32_t lines[16];
    size_t noted;
    uint8_t *memory;
};

static struct run run_mix(bool native, size_t room)
{
    struct run run = {0};
    const void *written = NULL;
    size_t len = 0;
    struct machine *m = mix_machine(ETCH_FIRMWARE_DIR "/mix.elf", 1);
    assert_non_null(m);
    struct core *c = machine_core(m);
    core_native(c, native);
    c->native_bytes = room != 0 ? room : c->native_bytes;
    assert_false(machine_run(m, &written, &len));
    assert_null(machine_end(m));
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

static void both_ways_are_the_same_run(void **state)
{
    assert_same_run(run_mix(true, 0), run_mix(false, 0));
}

static void code_is_made_again_when_its_place_is_used_up(void **state)
{
    size_t block = (size_t)BLOCK_RECORDS * NATIVE_RECORD;
    assert_same_run(run_mix(true, block + TIGHT), run_mix(false, 0));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(both_ways_are_the_same_run),
            cmocka_unit_test(code_is_made_again_when_its_place_is_used_up),
            cmocka_unit_test(a_core_goes_on_where_it_was_the_other_way),
            cmocka_unit_test(code_that_is_stored_over_is_made_again),
            cmocka_unit_test(a_fault_is_at_its_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
