/* run.c - letting the chip run, from one deadline to the next, and seeing when
 * it never will again.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "board/board_priv.h"

#define SYST_CSR  0xE000E010u
#define NVIC_ISER 0xE000E100u
#define NVIC_IPR  0xE000E400u
#define AIRCR     0xE000ED0Cu
#define SCR       0xE000ED10u
#define SHPR1     0xE000ED18u
#define SLEEPDEEP 0x00000004u
#define TICKING   0x00000003u /* ENABLE, TICKINT */

enum { SLICE_NS = 1000000, GOING = -1, SEMIHOSTING = 0xAB, THREAD_PRIORITY = 256 };

void board_stop(struct board *b)
{
    b->asked = true;
    core_stop(b->core);
}

uint32_t board_exit_code(const struct board *b)
{
    return b->exit_code;
}

const char *board_why(const struct board *b)
{
    return b->why;
}

uint64_t board_ns(const struct board *b)
{
    return bd_now(b);
}

uint32_t board_hclk(const struct board *b)
{
    return b->st.rcc.hz.hclk;
}

/* ---- what could still interrupt (B1.5.4) ------------------------------------------ */

static uint32_t ppb_byte(const struct board *b, uint32_t addr)
{
    return core_ppb(b->core, addr & ~3u) >> addr % 4 * 8 & 0xFFu;
}

/* The part of a priority that decides about preemption. */
static uint32_t group(const struct board *b, uint32_t priority)
{
    uint32_t prigroup = core_ppb(b->core, AIRCR) >> 8 & 7u;
    return priority & ~((2u << prigroup) - 1);
}

static uint32_t priority_of(const struct board *b, uint32_t exception)
{
    if (exception <= CORE_HARD_FAULT) {
        return 0; /* below 0, and nothing here is */
    }
    uint32_t addr = exception < CORE_IRQ0 ? SHPR1 + exception - CORE_MEM_MANAGE
                                          : NVIC_IPR + exception - CORE_IRQ0;
    return group(b, ppb_byte(b, addr));
}

/* Exceptions of lower values than this can come; 0: none. */
static uint32_t running_priority(const struct board *b)
{
    uint32_t active = core_reg(b->core, CORE_XPSR) & 0x1FFu;
    uint32_t basepri = group(b, core_reg(b->core, CORE_BASEPRI));
    uint32_t now = active == 0 ? THREAD_PRIORITY : priority_of(b, active);
    bool masked = ((core_reg(b->core, CORE_PRIMASK) | core_reg(b->core, CORE_FAULTMASK)) &
                          1u) != 0;
    now = basepri != 0 && basepri < now ? basepri : now;
    return masked ? 0 : now;
}

static bool enabled_above(const struct board *b, uint32_t running)
{
    for (uint32_t n = 0; n < CORE_IRQS; n++) {
        uint32_t iser = core_ppb(b->core, NVIC_ISER + n / 32 * 4);
        if ((iser >> n % 32 & 1u) != 0 && priority_of(b, CORE_IRQ0 + n) < running) {
            return true;
        }
    }
    return false;
}

/* Something will come by itself, or may from outside. */
static bool eventful(const struct board *b)
{
    return b->st.next != BD_NEVER || (b->online && board_receiver(b) != 0);
}

static bool interruptible(const struct board *b)
{
    uint32_t running = running_priority(b);
    bool ticking = (core_ppb(b->core, SYST_CSR) & TICKING) == TICKING;
    return (ticking && priority_of(b, CORE_SYSTICK) < running) ||
           (eventful(b) && enabled_above(b, running));
}

/* ---- stuck ---------------------------------------------------------------------------- */

/* A loop of nothing but NOP and unconditional branches. */
static bool spins(struct board *b)
{
    enum { STEPS = 8, NOP = 0xBF00, WIDE_SELF_1 = 0xF7FF, WIDE_SELF_2 = 0xBFFE };
    uint32_t start = core_reg(b->core, CORE_PC);
    uint32_t pc = start;
    for (unsigned i = 0; i < STEPS; i++) {
        uint16_t op[2];
        if (board_peek(b, pc, op, sizeof(op)) != sizeof(op)) {
            return false;
        }
        if (op[0] == WIDE_SELF_1 && op[1] == WIDE_SELF_2) {
            return true;
        }
        if (op[0] == NOP) {
            pc += 2;
        } else if (op[0] >> 11 == 0x1C) { /* B, encoding T2 (A7.7.12) */
            uint32_t offset = op[0] & 0x7FFu;
            pc += 4 + 2 * ((offset ^ 0x400u) - 0x400u);
        } else {
            return false;
        }
        if (pc == start) {
            return true;
        }
    }
    return false;
}

static int stuck(struct board *b, const char *how)
{
    uint32_t active = core_reg(b->core, CORE_XPSR) & 0x1FFu;
    const char *where = active == 0 ? "" : " in an exception handler";
    (void)snprintf(b->why, sizeof(b->why), "%s at 0x%08x%s", how,
            (unsigned)core_reg(b->core, CORE_PC), where);
    return BOARD_STUCK;
}

static int look_for_end(struct board *b)
{
    if (core_asleep(b->core)) {
        if ((core_ppb(b->core, SCR) & SLEEPDEEP) != 0) {
            bd_unmodelled(b, "Stop or Standby mode (WFI with SCR.SLEEPDEEP)");
            return BOARD_UNMODELLED;
        }
        bool for_good = core_asleep_for_good(b->core) && !eventful(b);
        return for_good ? stuck(b, "asleep with nothing to wake it") : GOING;
    }
    bool for_good = !bd_dog_on(b) && spins(b) && !interruptible(b);
    return for_good ? stuck(b, "a loop that nothing can interrupt") : GOING;
}

/* ---- stops of the core ------------------------------------------------------------------- */

/* Only a watchdog gets a locked-up core going again. */
static int locked_up(struct board *b)
{
    while (bd_dog_on(b) && b->gone == BD_HERE) {
        bd_wait(b, b->st.next + 1);
    }
    if (b->gone != BD_HERE) {
        return GOING;
    }
    (void)snprintf(b->why, sizeof(b->why), "locked up at 0x%08x",
            (unsigned)core_reg(b->core, CORE_PC));
    return BOARD_LOCKED_UP;
}

static int unmodelled(struct board *b)
{
    bd_unmodelled(b, "%s", core_unmodelled(b->core));
    return BOARD_UNMODELLED;
}

/* What the core stopped for; GOING: nothing that ends the run. */
static int judge(struct board *b, enum core_stop stop)
{
    switch (stop) {
    case CORE_UNTIL: return look_for_end(b);
    case CORE_BREAK:
    case CORE_WATCH:
    case CORE_STEPPED: return BOARD_BREAK;
    case CORE_BKPT:
        if (core_bkpt_imm(b->core) == SEMIHOSTING) {
            bd_semihost(b);
        }
        return GOING; /* any other: running on takes it as the fault that it is */
    case CORE_LOCKED_UP: return locked_up(b);
    case CORE_RESET_ASKED: bd_reset_now(b, BOARD_RESET_SOFTWARE); return GOING;
    case CORE_UNMODELLED: return unmodelled(b);
    case CORE_WENT:
    case CORE_ASKED:
    default: return GOING;
    }
}

/* What has come up meanwhile, in the board or from a listener. */
static int aftermath(struct board *b)
{
    if (b->gone == BD_GONE_CUT) {
        b->gone = BD_HERE;
        return BOARD_CUT;
    }
    if (b->gone == BD_GONE_RESET) {
        bd_reset_rest(b, b->reset);
    }
    if (b->left) {
        return BOARD_LEFT;
    }
    if (b->unmodelled) {
        return BOARD_UNMODELLED;
    }
    return b->asked ? BOARD_ASKED : GOING;
}

static int step_or_run(struct board *b, uint64_t until_ns, bool step)
{
    bd_catch_up(b);
    int stop = aftermath(b);
    uint64_t now = bd_now(b);
    if (stop != GOING || now >= until_ns) {
        return stop != GOING ? stop : BOARD_TIME;
    }
    uint64_t limit = now + SLICE_NS;
    limit = until_ns < limit ? until_ns : limit;
    limit = b->st.next < limit ? b->st.next : limit;
    stop = judge(b, step ? core_step(b->core) : core_run(b->core, bd_cycle_at(b, limit)));
    int after = aftermath(b);
    return after != GOING ? after : stop;
}

static bool begin(struct board *b)
{
    b->asked = false;
    b->unmodelled = false;
    return !b->st.off;
}

enum board_stop board_run(struct board *b, uint64_t until_ns)
{
    if (!begin(b)) {
        return BOARD_CUT; /* still without power */
    }
    int stop = GOING;
    while (stop == GOING) {
        stop = step_or_run(b, until_ns, false);
    }
    return (enum board_stop)stop;
}

enum board_stop board_step(struct board *b)
{
    if (!begin(b)) {
        return BOARD_CUT;
    }
    int stop = step_or_run(b, BD_NEVER, true);
    return stop == GOING ? BOARD_BREAK : (enum board_stop)stop;
}
