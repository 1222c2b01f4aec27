/* irq.c - interrupt lines, and what the core says of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

#define SYST_RVR      0xE000E014u
#define SYST_CSR      0xE000E010u
#define CSR_CLKSOURCE 0x00000004u
#define RELOAD_MASK   0x00FFFFFFu

enum { EXTERNAL_DIVIDER = 8 }; /* SysTick's other clock is HCLK/8, RM0090 6.2 */

void bd_line_set(struct board *b, unsigned irq, unsigned source, bool level)
{
    uint8_t *line = &b->st.line[irq];
    uint8_t before = *line;
    uint8_t bit = (uint8_t)(1u << source);
    *line = (uint8_t)(level ? before | bit : before & ~bit);
    if ((before != 0) != (*line != 0)) {
        core_irq(b->core, irq, *line != 0);
    }
}

void bd_again(struct board *b, unsigned irq)
{
    b->again[irq]++;
}

/* How often SysTick came round again since cycle `since`. */
static uint64_t rounds(const struct board *b, uint64_t since, uint64_t now)
{
    uint64_t period = (core_ppb(b->core, SYST_RVR) & RELOAD_MASK) + 1u;
    if ((core_ppb(b->core, SYST_CSR) & CSR_CLKSOURCE) == 0) {
        period *= EXTERNAL_DIVIDER;
    }
    return now > since ? (now - since) / period : 0;
}

static void tell_lost(struct board *b, int n, uint64_t times, uint64_t since_ns)
{
    if (times == 0) {
        return;
    }
    bd_say(b, (struct board_event){.kind = BOARD_EV_LOST_TICK,
                      .n = n,
                      .value = times > UINT32_MAX ? UINT32_MAX : (uint32_t)times,
                      .from_ns = since_ns});
}

static void enter(struct board *b, const struct core_says *says)
{
    bool systick = says->n == CORE_SYSTICK;
    if (!systick && says->n < CORE_IRQ0) {
        return;
    }
    int n = systick ? -1 : (int)(says->n - CORE_IRQ0);
    uint64_t raised_ns = bd_ns_at(b, says->pended);
    uint64_t now = bd_now(b);
    if (b->stall_end_ns > raised_ns && b->stall_ns < now && now > raised_ns) {
        bd_say(b, (struct board_event){.kind = BOARD_EV_LATE,
                          .n = n,
                          .duration_ns = now - raised_ns,
                          .from_ns = b->stall_ns});
    }
    if (systick) {
        tell_lost(b, n, rounds(b, says->pended, says->cycle), raised_ns);
    } else {
        tell_lost(b, n, b->again[n], raised_ns);
        b->again[n] = 0;
    }
}

/* Which of the core's words are told on. */
static bool wanted(const struct board *b, const struct core_says *says)
{
    switch (says->kind) {
    case CORE_SAYS_ENTRY:
    case CORE_SAYS_RETURN: return (b->tell & BOARD_TELL_EXCEPTIONS) != 0;
    case CORE_SAYS_ACCESS: return (b->tell & BOARD_TELL_ACCESSES) != 0;
    case CORE_SAYS_INSN: return (b->tell & BOARD_TELL_INSNS) != 0;
    case CORE_SAYS_FAULT:
    case CORE_SAYS_LOCKUP:
    case CORE_SAYS_PPB:
    case CORE_SAYS_STALE_CODE:
    default: return true;
    }
}

/* A store that is as wide as PSIZE asks for and goes to RAM, between PG and
 * the first program: perhaps it was meant for the array. */
static void look_for_leak(struct board *b, const struct core_says *says)
{
    uint32_t addr = says->addr;
    unsigned psize = silicon_reg(b->silicon, SILICON_CR) >> 8 & 3u;
    unsigned width = psize == 3 ? 4 : 1u << psize;
    if (says->access == CORE_STORE && says->width == width &&
            bd_ram_at(b, &addr) != NULL) {
        bd_say(b, (struct board_event){.kind = BOARD_EV_LEAK,
                          .addr = says->addr,
                          .value = says->value,
                          .before = says->before,
                          .width = says->width});
        b->polled_pc = 0;
    }
}

void bd_core_says(void *ctx, const struct core_says *says)
{
    const uint32_t vtor = 0xE000ED08;
    struct board *b = ctx;
    if (b->listeners == 0) {
        return;
    }
    if (says->kind == CORE_SAYS_ENTRY) {
        enter(b, says);
    }
    if (says->kind == CORE_SAYS_ACCESS && b->leaking) {
        look_for_leak(b, says);
    }
    if (says->kind == CORE_SAYS_PPB && says->addr == vtor) {
        bd_say(b, (struct board_event){
                          .kind = BOARD_EV_REMAP, .addr = vtor, .value = says->value});
    }
    if (wanted(b, says)) {
        bd_say(b, (struct board_event){.kind = BOARD_EV_CORE, .core = says});
    }
}
