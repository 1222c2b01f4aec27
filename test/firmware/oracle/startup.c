/* startup.c - the harness: every block on each of its inputs, results out
 * through semihosting.
 *
 * It uses next to nothing of the processor, so that a defect shows in a block
 * and not here. The layouts are those of test/oracle/layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>

#define BATCH  ((const struct batch *)0x21000000u)
#define BUFFER ((uint32_t *)0x20010000u)

enum { INPUT_WORDS = 212, RESULT_WORDS = 224, BUFFERED = 1024 };

struct block {
    uint32_t entry, mode, first, runs; /* runs inputs, from the one called first */
};

struct batch {
    uint32_t trampoline[2];
    uint32_t blocks;
    uint32_t inputs;
    const struct block *block;
    const uint32_t *input;
};

enum { SYS_OPEN = 1, SYS_WRITE = 5, SYS_EXIT = 0x18 };

void reset(void);
void unexpected(void);
void run_case(uint32_t entry, uint32_t mode, const uint32_t *input, uint32_t *result);

static uint32_t ask(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void leave(uint32_t reason)
{
    register uint32_t r0 __asm__("r0") = SYS_EXIT;
    register uint32_t r1 __asm__("r1") = reason;
    __asm__ volatile("bkpt 0xAB" : : "r"(r0), "r"(r1) : "memory");
}

void unexpected(void)
{
    leave(0x20023); /* ADP_Stopped_RunTimeErrorUnknown */
}

static uint32_t open_output(void)
{
    static const char name[] = "/dev/fd/3";
    const uint32_t arguments[3] = {(uint32_t)name, 5, sizeof(name) - 1};
    return ask(SYS_OPEN, arguments);
}

static void flush(uint32_t file, uint32_t records)
{
    const uint32_t arguments[3] = {file, (uint32_t)BUFFER, records * RESULT_WORDS * 4};
    if (ask(SYS_WRITE, arguments) != 0) {
        unexpected();
    }
}

/* One region for all that blocks may see unprivileged: 1 GiB from 0. Region 7
 * is the harness's, over the watched bytes. */
static void set_regions(void)
{
    volatile uint32_t *rbar = (volatile uint32_t *)0xE000ED9Cu;
    rbar[0] = 0x00000010u;
    rbar[1] = 3u << 24 | 0x00020000u | 29u << 1 | 1u;
}

void reset(void)
{
    *(volatile uint32_t *)0xE000E100u = 0xFFFFFFFFu; /* NVIC_ISER0 */
    set_regions();
    uint32_t file = open_output();
    uint32_t records = 0;
    for (uint32_t i = 0; i < BATCH->blocks; i++) {
        const struct block *block = &BATCH->block[i];
        uint32_t input = block->first;
        for (uint32_t run = 0; run < block->runs; run++) {
            run_case(block->entry, block->mode, BATCH->input + input * INPUT_WORDS,
                    BUFFER + records * RESULT_WORDS);
            input = input + 1 == BATCH->inputs ? 0 : input + 1;
            if (++records == BUFFERED) {
                flush(file, records);
                records = 0;
            }
        }
    }
    flush(file, records);
    leave(0x20026); /* ADP_Stopped_ApplicationExit */
}
