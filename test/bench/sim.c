/* sim.c - the simulated processor: is it right, how fast is it?
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>

#include "bench/bench.h"
#include "oracle/mix.h"
#include "oracle/oracle.h"

static void measure_speed(struct bench *b)
{
    enum { ROUNDS = 3000 }; /* 220 million instructions */
    struct mix_speed speed;
    mix_measure(ETCH_FIRMWARE_DIR "/mix.elf", ROUNDS, &speed);
    if (speed.failed != NULL || speed.ours <= 0 || speed.qemu <= 0) {
        (void)printf("sim: no speed: %s\n",
                speed.failed != NULL ? speed.failed : "too short to measure");
        return;
    }
    double millions = (double)speed.instructions * 1e-6;
    double ratio = speed.qemu / speed.ours;
    (void)printf("sim: %.0f million instructions, a mixture, MPU and flash cache on: "
                 "%.0f MIPS; QEMU %.0f MIPS; ratio %.2f\n",
            millions, millions / speed.ours, millions / speed.qemu, ratio);
    bench_add(b, "sim.mips_ratio_qemu", ratio);
}

static void compare_with_qemu(struct bench *b)
{
    const struct oracle_config config = {.harness = ETCH_FIRMWARE_DIR "/oracle.elf",
            .seed = 1,
            .blocks = 30000,
            .runs = 8,
            .report = stderr};
    struct oracle_result r;
    oracle_run(&config, &r);
    if (r.failed != NULL) {
        (void)printf("sim: no comparison: %s\n", r.failed);
    } else {
        (void)printf("sim: %" PRIu64 " instructions compared with QEMU, %" PRIu64
                     " cases of %" PRIu64 " differ\n",
                r.instructions, r.differences, r.cases);
        bench_add(b, "sim.oracle_instructions", (double)r.instructions);
        bench_add(b, "sim.oracle_differences", (double)r.differences);
    }
    oracle_free(&r);
}

void bench_sim(struct bench *b)
{
    measure_speed(b);
    compare_with_qemu(b);
}
