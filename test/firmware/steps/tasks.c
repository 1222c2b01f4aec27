/* tasks.c - three tasks on stacks of their own, one without privilege, that yield
 * and are preempted. Ticks are not asked of a clock but pended by software, so they
 * come at the same instructions everywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "steps.h"

enum { TASKS = 3, STACK_WORDS = 160, TURNS = 12, TICK_PRIORITY = 0x40 };
enum { SVC_YIELD = 1, SVC_TICK, SVC_END };

#define ICSR         0xE000ED04u
#define ICSR_SVSET   (1u << 28)
#define ICSR_TICKSET (1u << 26)

struct task {
    uint32_t *sp; /* what tasks_pendsv stacked lies there */
    uint32_t control;
    uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));
};

static struct task task[TASKS];
static volatile uint32_t current, ticks, ended, switches;
static uint32_t sum[TASKS];
static volatile uint32_t shared;

/* ---- what tasks ask for --------------------------------------------------------------- */

#define CALL(number) __asm__ volatile("svc %0" : : "i"(number) : "memory")

/* Adds by LDREX and STREX: others do, too. */
static void add_shared(uint32_t n)
{
    uint32_t value;
    uint32_t failed;
    do {
        __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(&shared) : "memory");
        __asm__ volatile("strex %0, %1, [%2]"
                         : "=&r"(failed)
                         : "r"(value + n), "r"(&shared)
                         : "memory");
    } while (failed != 0);
}

static uint32_t mask_ticks(uint32_t priority)
{
    uint32_t old;
    __asm__ volatile("mrs %0, basepri\n\tmsr basepri, %1"
                     : "=&r"(old)
                     : "r"(priority)
                     : "memory");
    return old;
}

/* Works on integers, and yields. */
static void task_yields(void)
{
    for (uint32_t i = 0; i < TURNS; i++) {
        sum[0] = sum[0] * 33 + i + shared;
        add_shared(i);
        CALL(SVC_YIELD);
    }
    CALL(SVC_END);
}

/* Has floats in its registers when others come, and asks for ticks. */
static void task_floats(void)
{
    float x = 1.0f;
    float y = 0.5f;
    for (uint32_t i = 0; i < TURNS; i++) {
        x = x * 1.25f - y;
        if (i % 3 == 0) {
            CALL(SVC_TICK);
        }
        y = y * 0.75f + x;
        add_shared((uint32_t)(int32_t)(y * 16.0f));
    }
    sum[1] += (uint32_t)(int32_t)(x * 1000.0f) ^ (uint32_t)(int32_t)(y * 1000.0f);
    CALL(SVC_END);
}

/* Is privileged: it pends ticks itself, and holds them back for a while. */
static void task_masks(void)
{
    for (uint32_t i = 0; i < TURNS; i++) {
        uint32_t old = mask_ticks(TICK_PRIORITY);
        *steps_reg(ICSR) = ICSR_TICKSET;
        __asm__ volatile("dsb\n\tisb" : : : "memory");
        sum[2] = sum[2] * 31 + ticks;
        (void)mask_ticks(old);
        __asm__ volatile("isb" : : : "memory");
        sum[2] += ticks;
        add_shared(3);
    }
    CALL(SVC_END);
}

/* ---- switching ---------------------------------------------------------------------------- */

void tasks_systick(void)
{
    ticks++;
    *steps_reg(ICSR) = ICSR_SVSET;
}

static void serve(const uint32_t *frame)
{
    const uint8_t *behind = (const uint8_t *)frame[6];
    switch (behind[-2]) {
    case SVC_TICK: *steps_reg(ICSR) = ICSR_TICKSET; break;
    case SVC_END:
        ended |= 1u << current;
        *steps_reg(ICSR) = ICSR_SVSET;
        break;
    default: *steps_reg(ICSR) = ICSR_SVSET; break;
    }
}

void steps_serve(const uint32_t *frame);
void steps_serve(const uint32_t *frame)
{
    serve(frame);
}

__attribute__((naked)) void tasks_svc(void)
{
    __asm__ volatile("tst lr, #4\n\t"
                     "ite eq\n\t"
                     "mrseq r0, msp\n\t"
                     "mrsne r0, psp\n\t"
                     "b steps_serve");
}

/* The stack that PendSV goes on with; NULL: back to where tasks_run waits. */
uint32_t *steps_next(uint32_t *sp);
uint32_t *steps_next(uint32_t *sp)
{
    uint32_t control = 0;
    if (current < TASKS) {
        task[current].sp = sp;
    }
    switches++;
    for (uint32_t i = 1; i <= TASKS; i++) {
        uint32_t next = (current + i) % TASKS;
        if ((ended >> next & 1) == 0) {
            current = next;
            control = task[next].control;
            __asm__ volatile("msr control, %0\n\tisb" : : "r"(control) : "memory");
            return task[next].sp;
        }
    }
    __asm__ volatile("msr control, %0\n\tisb" : : "r"(control) : "memory");
    return NULL;
}

/* r4 to r11 and EXC_RETURN of the one task, with s16 to s31 where it had floats;
 * those of the next. The first time and the last it is the main stack's turn. */
__attribute__((naked)) void tasks_pendsv(void)
{
    __asm__ volatile("tst lr, #4\n\t"
                     "bne 1f\n\t"
                     "push {r4-r11, lr}\n\t" /* from tasks_run */
                     "movs r0, #0\n\t"
                     "bl steps_next\n\t"
                     "b 2f\n"
                     "1:\n\t"
                     "mrs r0, psp\n\t"
                     "tst lr, #16\n\t"
                     "bne 4f\n\t"
                     "vstmdb r0!, {s16-s31}\n"
                     "4:\n\t"
                     "stmdb r0!, {r4-r11, lr}\n\t"
                     "bl steps_next\n\t"
                     "cbz r0, 3f\n"
                     "2:\n\t"
                     "ldmia r0!, {r4-r11, lr}\n\t"
                     "tst lr, #16\n\t"
                     "bne 5f\n\t"
                     "vldmia r0!, {s16-s31}\n"
                     "5:\n\t"
                     "msr psp, r0\n\t"
                     "bx lr\n"
                     "3:\n\t"
                     "pop {r4-r11, pc}");
}

static void make(struct task *t, void (*run)(void), bool privileged)
{
    enum { FRAME = 8, SAVED = 9 };
    uint32_t *sp = t->stack + STACK_WORDS - FRAME;
    for (int i = 0; i < FRAME; i++) {
        sp[i] = 0;
    }
    sp[6] = (uint32_t)run & ~1u;
    sp[7] = 0x01000000u;
    sp -= SAVED;
    for (int i = 0; i < SAVED - 1; i++) {
        sp[i] = (uint32_t)i;
    }
    sp[SAVED - 1] = 0xFFFFFFFDu; /* thread mode, process stack, no floats yet */
    t->sp = sp;
    t->control = privileged ? 0 : 1;
}

uint32_t tasks_run(uint32_t round)
{
    current = TASKS;
    ended = 0;
    shared = round;
    make(&task[0], task_yields, false);
    make(&task[1], task_floats, false);
    make(&task[2], task_masks, true);
    *steps_reg(0xE000ED1Cu) = 0x80u << 24;                                 /* SVC */
    *steps_reg(0xE000ED20u) = (uint32_t)TICK_PRIORITY << 24 | 0xF0u << 16; /* PendSV */
    *steps_reg(ICSR) = ICSR_SVSET;
    __asm__ volatile("dsb\n\tisb" : : : "memory");
    return sum[0] ^ sum[1] ^ sum[2] ^ shared ^ ticks << 8 ^ switches << 16;
}
