/* words.c - faults explained: the decoder, its sentences, its dump.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "fault/decode.h"
#include "steps.h"

/* A fault as somebody may paste it: words and values. */
struct pasted {
    uint32_t cfsr, hfsr, far, pc, lr, shcsr, rbar, rasr;
};

static const struct pasted faults[] = {
        {0x00000082, 0x40000000, 0x08060000, 0x08000412, 0x0800040B, 0, 0x10, 0x06020037},
        {0x00000001, 0x40000000, 0, 0x20000100, 0x08000221, 0, 0x11, 0x13060021},
        {0x00008200, 0, 0x40023C04, 0x08000500, 0x08000499, 0x20000, 0x10, 0x06020037},
        {0x00000400, 0x40000000, 0, 0x08001234, 0x08001200, 0, 0x10, 0x06020037},
        {0x00020000, 0x40000000, 0, 0x00000000, 0x08000333, 0, 0x10, 0x06020037},
        {0x02000000, 0, 0, 0x08000777, 0x08000701, 0x40000, 0x10, 0x06020037},
        {0x00001000, 0x40000000, 0, 0x08000900, 0x08000881, 0, 0x12, 0x1304001F},
        {0x00000000, 0x00000002, 0, 0xFFFFFFFE, 0xFFFFFFF9, 0, 0x10, 0x06020037},
};
enum { FAULTS = sizeof(faults) / sizeof(*faults) };

struct counted {
    uint32_t sum, len;
};

static void take(void *ctx, char c)
{
    struct counted *counted = ctx;
    counted->sum = counted->sum * 31 + (uint8_t)c;
    counted->len++;
}

static void fill(struct etch_fault *f, const struct pasted *p, uint32_t round)
{
    memset(f, 0, sizeof(*f));
    etch_fault_set(f, ETCH_FAULT_CFSR, p->cfsr);
    etch_fault_set(f, ETCH_FAULT_HFSR, p->hfsr);
    etch_fault_set(f, ETCH_FAULT_SHCSR, p->shcsr);
    etch_fault_set(f, ETCH_FAULT_MMFAR, p->far);
    etch_fault_set(f, ETCH_FAULT_BFAR, p->far);
    etch_fault_set(f, ETCH_FAULT_PC, p->pc);
    etch_fault_set(f, ETCH_FAULT_LR, p->lr);
    etch_fault_set(f, ETCH_FAULT_VECTOR, 3 + round % 4);
    if (round % 3 != 0) {
        etch_fault_set(f, ETCH_FAULT_MPU_CTRL, 5);
        etch_fault_set(f, ETCH_FAULT_RBAR0, p->rbar);
        etch_fault_set(f, ETCH_FAULT_RASR0, p->rasr);
    }
    if (round % 2 != 0) {
        etch_fault_set(f, ETCH_FAULT_FLASH_SR, 0xC0);
        etch_fault_set(f, ETCH_FAULT_FLASH_CR, 0x80000000u);
    }
}

uint32_t words_run(uint32_t round)
{
    struct etch_fault f;
    struct counted counted = {0, 0};
    const struct etch_fault_sink sink = {take, &counted};
    for (uint32_t i = 0; i < 3; i++) {
        fill(&f, &faults[(3 * round + i) % FAULTS], round + i);
        struct etch_fault_finding finding = etch_fault_decode(&f);
        const char *name = etch_fault_cause_name(finding.cause);
        counted.sum = steps_fold(counted.sum, name, strlen(name));
        etch_fault_explain(&f, &sink);
    }
    etch_fault_dump(&f, &sink);
    return counted.sum ^ counted.len;
}
