/* SPDX-License-Identifier: MIT */
#include "oracle/mix.h"

#include <string.h>
#include <time.h>

#include "oracle/qemu.h"

enum { ROUNDS_AT = MIX_AT + 0x40 };

struct machine *mix_machine(const char *elf, uint32_t rounds)
{
    struct machine *m = machine_new(elf, machine_netduino);
    if (m != NULL) {
        memcpy(machine_bytes(m, ROUNDS_AT), &rounds, sizeof(rounds));
        core_reset(machine_core(m));
    }
    return m;
}

size_t mix_len(const struct machine *m)
{
    return machine_loaded(m, MIX_AT);
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* One run on each side. */
static void run_both(const char *elf, uint32_t rounds, struct mix_speed *speed)
{
    static const char *const arguments[] = {
            "-M", "netduinoplus2", "-kernel", "image", NULL};
    const void *written;
    size_t len;
    struct qemu q;
    struct machine *m = mix_machine(elf, rounds);
    *speed = (struct mix_speed){0};
    if (m == NULL) {
        speed->failed = "the firmware cannot be read";
        return;
    }
    if (!qemu_start(&q, arguments, machine_bytes(m, MIX_AT), mix_len(m)) ||
            !qemu_end(&q)) {
        speed->failed = "QEMU does not run the firmware";
    }
    double start = now();
    (void)machine_run(m, &written, &len);
    speed->ours = now() - start;
    speed->qemu = q.cpu_s;
    speed->instructions = core_insns(machine_core(m));
    if (machine_end(m) != NULL) {
        speed->failed = "our processor went astray";
    }
    machine_free(m);
}

static void take_less(double *least, double value)
{
    *least = value < *least ? value : *least;
}

void mix_measure(const char *elf, uint32_t rounds, struct mix_speed *speed)
{
    enum { RUNS = 7 };
    struct mix_speed start = {0};
    struct mix_speed run = {0};
    run_both(elf, 0, &start);
    run_both(elf, rounds, speed);
    for (int i = 1; i < RUNS; i++) {
        run_both(elf, rounds, &run);
        take_less(&speed->ours, run.ours);
        take_less(&speed->qemu, run.qemu);
    }
    speed->ours -= start.ours;
    speed->qemu -= start.qemu;
    speed->instructions -= start.instructions;
    speed->failed = start.failed != NULL ? start.failed : speed->failed;
}
