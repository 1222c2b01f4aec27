/* exti.c - external interrupts and events (RM0090 chapter 12), and the choice
 * of their pins and of what is at address 0 (chapter 9, SYSCFG).
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 12.3 */
enum { IMR = 0x00, EMR = 0x04, RTSR = 0x08, FTSR = 0x0C, SWIER = 0x10, PR = 0x14 };

enum { LINES = 23 };
#define LINE_MASK ((1u << LINES) - 1)

/* Which interrupt a line asks for (12.1, table 61); sources of one interrupt
 * are told apart by their line, so several may hold it up. */
static unsigned irq_of(unsigned line)
{
    static const uint8_t first[] = {6, 7, 8, 9, 10};
    static const uint8_t last[] = {1, 41, 42, 62, 76, 2, 3}; /* from line 16 */
    enum { EXTI9_5 = 23, EXTI15_10 = 40, LINE_5 = 5, LINE_10 = 10, LINE_16 = 16 };
    if (line < LINE_5) {
        return first[line];
    }
    if (line < LINE_10) {
        return EXTI9_5;
    }
    return line < LINE_16 ? EXTI15_10 : last[line - LINE_16];
}

static void update(struct board *b)
{
    const struct bd_exti_state *e = &b->st.exti;
    uint32_t up = e->pr & e->imr;
    for (unsigned line = 0; line < LINES; line++) {
        unsigned irq = irq_of(line);
        unsigned same = line;
        bool level = false;
        while (same < LINES && irq_of(same) == irq) {
            level = level || (up >> same & 1u) != 0;
            same++;
        }
        bd_line_set(b, irq, 0, level);
        line = same - 1;
    }
}

static void raise(struct board *b, uint32_t lines)
{
    struct bd_exti_state *e = &b->st.exti;
    for (unsigned line = 0; line < LINES; line++) {
        if ((lines & e->pr & e->imr) >> line & 1u) {
            bd_again(b, irq_of(line));
        }
    }
    e->pr |= lines & e->imr; /* 12.2.5: an unmasked line only */
    if ((lines & e->emr) != 0) {
        core_event(b->core);
    }
    update(b);
}

void bd_exti_edge(struct board *b, unsigned line, bool rising)
{
    const struct bd_exti_state *e = &b->st.exti;
    if (((rising ? e->rtsr : e->ftsr) >> line & 1u) != 0) {
        raise(b, 1u << line);
    }
}

static uint32_t exti_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    const struct bd_exti_state *e = &b->st.exti;
    switch (off) {
    case IMR: return e->imr;
    case EMR: return e->emr;
    case RTSR: return e->rtsr;
    case FTSR: return e->ftsr;
    case SWIER:
    case PR: return e->pr;
    default: return 0;
    }
}

static void exti_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    struct bd_exti_state *e = &b->st.exti;
    value &= LINE_MASK;
    switch (off) {
    case IMR: e->imr = value; break;
    case EMR: e->emr = value; break;
    case RTSR: e->rtsr = value; break;
    case FTSR: e->ftsr = value; break;
    case SWIER: raise(b, value & ~e->pr); break;
    case PR: e->pr &= ~value; break;
    default: break;
    }
    update(b);
}

static void exti_reset(struct board *b, unsigned unit)
{
    (void)unit;
    memset(&b->st.exti, 0, sizeof(b->st.exti));
}

const struct bd_kind bd_exti = {
        .reset = exti_reset, .read = exti_read, .write = exti_write};
