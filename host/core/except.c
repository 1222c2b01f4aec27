/* except.c - entering and leaving exceptions (B1.5.6 - B1.5.8).
 *
 * An exception that is entered stays pending until its vector was read. What
 * goes wrong on the way raises another one; then the higher of all that are
 * pending is taken, with the frame as it is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

enum {
    FRAME = 0x20,
    FP_FRAME = 0x68,
    FP_WORDS = 16,
    ENTRY_CYCLES = 12,
    TAIL_CYCLES = 6,
    RETURN_CYCLES = 10,
    FP_CYCLES = 17 /* more, where registers of the unit are moved */
};

#define EXC_RETURN_MSP_HANDLER 0x1u
#define EXC_RETURN_MSP_THREAD  0x9u
#define EXC_RETURN_PSP_THREAD  0xDu
#define EXC_RETURN_NO_FP       0x10u
#define XPSR_ALIGN             0x200u

/* ---- stacking ----------------------------------------------------------------------- */

static bool put_words(struct core *c, struct access *a, const uint32_t *from, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        a->value = from[k];
        if (!core_access(c, a)) {
            return false;
        }
        a->addr += 4;
    }
    return true;
}

static bool get_words(struct core *c, struct access *a, uint32_t *to, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        if (!core_access(c, a)) {
            return false;
        }
        to[k] = c->val;
        a->addr += 4;
    }
    return true;
}

/* Could this exception be entered if it were pended now? For FPCCR. */
static uint32_t ready(const struct core *c, unsigned exception, uint32_t bit)
{
    bool can = core_exc_enabled(c, exception) &&
               core_group(c, core_priority(c, exception)) < c->running;
    return can ? bit : 0;
}

/* Room for the registers of the unit is kept; they are stored when the handler
 * first uses it (UpdateFPCCR). */
static void keep_for_later(struct core *c, uint32_t frame)
{
    struct scb *s = &c->st.scb;
    s->fpcar = frame + FRAME;
    s->fpccr = (s->fpccr & (FPCCR_ASPEN | FPCCR_LSPEN)) | FPCCR_LSPACT |
               (core_privileged(c) ? 0 : FPCCR_USER) |
               (core_in_handler(c) ? 0 : FPCCR_THREAD) |
               (c->running > -1 ? FPCCR_HFRDY : 0) |
               ready(c, CORE_MEM_MANAGE, FPCCR_MMRDY) |
               ready(c, CORE_BUS_FAULT, FPCCR_BFRDY) |
               ((s->demcr & DEMCR_MON_EN) != 0 ? FPCCR_MONRDY : 0);
}

static bool push_fp(struct core *c, struct access *a)
{
    if ((c->st.scb.fpccr & FPCCR_LSPEN) != 0) {
        keep_for_later(c, a->addr - FRAME);
        return true;
    }
    c->t -= CYCLES(FP_CYCLES);
    return put_words(c, a, c->st.s, FP_WORDS) && put_words(c, a, &c->st.fpscr, 1);
}

/* SP is lowered whatever happens to the words (PushStack). */
static bool push_frame(struct core *c)
{
    struct core_state *st = &c->st;
    bool fp = (st->control & CONTROL_FPCA) != 0;
    bool align = fp || (st->scb.ccr & CCR_STKALIGN) != 0;
    uint32_t sp = st->r[CORE_SP];
    bool padded = align && (sp & 4) != 0;
    uint32_t frame = (sp - (fp ? FP_FRAME : FRAME)) & ~(align ? 4u : 0);
    uint32_t words[8] = {st->r[0], st->r[1], st->r[2], st->r[3], st->r[12],
            st->r[CORE_LR], core_here_pc(c), core_xpsr(c) & ~XPSR_ALIGN};
    words[7] |= padded ? XPSR_ALIGN : 0;
    struct access a = {frame, 0, 4, 0, CORE_STACK, core_privileged(c)};
    st->r[CORE_SP] = frame;
    return put_words(c, &a, words, 8) && (!fp || push_fp(c, &a));
}

static uint32_t return_code(const struct core *c)
{
    uint32_t code = 0xFFFFFFE0u;
    code |= (c->st.control & CONTROL_FPCA) != 0 ? 0 : EXC_RETURN_NO_FP;
    if (core_in_handler(c)) {
        return code | EXC_RETURN_MSP_HANDLER;
    }
    bool psp = (c->st.control & CONTROL_SPSEL) != 0;
    return code | (psp ? EXC_RETURN_PSP_THREAD : EXC_RETURN_MSP_THREAD);
}

/* ---- entry ------------------------------------------------------------------------------ */

/* A table that is not aligned to its size, in powers of two, leaves it open which word
 * is the vector where adding and replacing bits of the address differ (B1.5.3). */
static bool read_vector(struct core *c, unsigned n, uint32_t *vector)
{
    if ((c->st.scb.vtor & 4 * n) != 0) {
        core_unmodelled_stop(c,
                "vector %u of a table at 0x%08X that is not aligned to its size: "
                "UNPREDICTABLE",
                n, (unsigned)c->st.scb.vtor);
        return false;
    }
    struct access a = {.addr = c->st.scb.vtor + 4 * n,
            .width = 4,
            .kind = CORE_VECTOR,
            .privileged = true};
    bool read = core_access(c, &a);
    *vector = c->val;
    return read;
}

static void begin_handler(struct core *c, unsigned n, uint32_t code, uint32_t vector)
{
    struct core_state *st = &c->st;
    uint32_t from = st->ipsr;
    struct core_says says = {.kind = CORE_SAYS_ENTRY, .n = n, .from = from};
    says.pended = st->since[n];
    c->led.to = NO_TAG;
    st->r[CORE_LR] = code;
    core_select_sp(c, st->control & CONTROL_NPRIV, n);
    bit_put(st->active, n, true);
    bit_put(st->pend, n, false);
    st->pc = vector & ~1u;
    st->thumb = (vector & 1) != 0;
    st->it = 0;
    st->monitor = false;
    st->event = true;
    st->asleep = false;
    st->bkpt_told = false;
    core_nvic_update(c);
    core_refresh(c);
    core_tell(c, &says);
    if (n >= CORE_IRQ0 && c->bus->taken != NULL) {
        c->bus->taken(c->bus->ctx, n - CORE_IRQ0);
    }
}

/* Take what is pending now, the frame being made. A vector that cannot be read
 * raises HardFault, whose own vector may fail: lockup (B1.5.15). The first
 * fault counts as raised by the exception's priority. */
static void take(struct core *c, uint32_t code)
{
    uint32_t vector = 0;
    c->leave = LEAVE_NONE;
    while (c->pending != 0) {
        unsigned n = (unsigned)c->pending;
        if (read_vector(c, n, &vector)) {
            begin_handler(c, n, code, vector);
            return;
        }
        if (c->leave == LEAVE_STOP) {
            return;
        }
        c->leave = LEAVE_NONE;
        if (n <= CORE_HARD_FAULT) {
            core_lockup(c);
            return;
        }
    }
}

/* From running code. The chain is left; st.pc and st.it are where it was. */
void core_enter_exception(struct core *c)
{
    uint32_t code = return_code(c);
    c->at = NULL;
    c->led_before = c->led;
    c->led_before.to = c->led.to == c->st.pc ? c->st.pc : NO_TAG;
    c->leave = LEAVE_NONE;
    if (!core_drain(c)) {
        return;
    }
    bool pushed = push_frame(c);
    if (!pushed && c->leave == LEAVE_STOP) {
        return;
    }
    c->t -= CYCLES(ENTRY_CYCLES);
    take(c, code);
}

/* From an exception that ends, without unstacking: the frame serves again. */
static void tail_chain(struct core *c, uint32_t code)
{
    c->t -= CYCLES(TAIL_CYCLES);
    take(c, code);
}

/* ---- return ------------------------------------------------------------------------------- */

static unsigned active_count(const struct core *c)
{
    unsigned count = 0;
    for (unsigned w = 0; w < EXC_WORDS; w++) {
        count += (unsigned)__builtin_popcount(c->st.active[w]);
    }
    return count;
}

/* EXC_RETURN must fit what is active (ExceptionReturn). */
static bool fits(const struct core *c, uint32_t code)
{
    unsigned nested = active_count(c);
    bool base = nested == 1 || (c->st.scb.ccr & CCR_NONBASETHRD) != 0;
    if ((code & 0x0FFFFFE0u) != 0x0FFFFFE0u || !bit_get(c->st.active, c->st.ipsr)) {
        return false;
    }
    switch (code & 15) {
    case EXC_RETURN_MSP_HANDLER: return nested > 1;
    case EXC_RETURN_MSP_THREAD:
    case EXC_RETURN_PSP_THREAD: return base;
    default: return false;
    }
}

/* A line that is still high pends its interrupt again (B3.4.1). */
static void deactivate(struct core *c, unsigned n)
{
    bit_put(c->st.active, n, false);
    if (n != CORE_NMI) {
        c->st.faultmask = false;
    }
    if (n >= CORE_IRQ0 && bit_get(c->st.level, n)) {
        core_pend(c, n);
    }
    core_nvic_update(c);
}

static void invalid_return(struct core *c, uint32_t code)
{
    core_raise_usage(c, CFSR_INVPC);
    if (c->leave != LEAVE_STOP) {
        tail_chain(c, 0xF0000000u | (code & 0x0FFFFFFFu));
    }
}

/* The unit's registers come back, unless nobody touched them. */
static bool pop_fp(struct core *c, struct access *a)
{
    uint32_t words[FP_WORDS + 1];
    if ((c->st.scb.fpccr & FPCCR_LSPACT) != 0) {
        c->st.scb.fpccr &= ~FPCCR_LSPACT;
        return true;
    }
    c->t -= CYCLES(FP_CYCLES);
    if (!get_words(c, a, words, FP_WORDS + 1)) {
        return false;
    }
    for (unsigned k = 0; k < FP_WORDS; k++) {
        c->st.s[k] = words[k];
    }
    c->st.fpscr = words[FP_WORDS] & 0xF7C0009Fu;
    return true;
}

/* The frame leads to where execution goes on; unless a jump had, and was
 * interrupted before anything was fetched there. */
static void led_by_frame(struct core *c, uint32_t frame)
{
    c->led.to = c->st.pc;
    c->led.frame = frame;
    c->led.fresh = true;
    if (c->led_before.to == c->st.pc) {
        c->led = c->led_before;
    }
    c->led_before.to = NO_TAG;
}

static void resume(struct core *c, const uint32_t words[8], uint32_t sp)
{
    struct core_state *st = &c->st;
    for (unsigned k = 0; k < 4; k++) {
        st->r[k] = words[k];
    }
    st->r[12] = words[4];
    st->r[CORE_LR] = words[5];
    st->r[CORE_SP] = sp;
    st->pc = words[6] & ~1u;
    st->thumb = (words[7] & XPSR_T) != 0;
    st->it = (words[7] >> 25 & 3) | (words[7] >> 10 & 0x3F) << 2;
    core_flags_set(c, words[7]);
    st->monitor = false;
    st->event = true;
}

/* The stacked IPSR must be of the mode that is returned to; else the frame is
 * made again and UsageFault taken. */
static void check_mode(struct core *c, uint32_t code, uint32_t stacked)
{
    bool handler = (code & 15) == EXC_RETURN_MSP_HANDLER;
    if (((stacked & 0x1FF) != 0) == handler) {
        return;
    }
    core_raise_usage(c, CFSR_INVPC);
    if (c->leave != LEAVE_STOP && push_frame(c)) {
        take(c, 0xF0000000u | (code & 0x0FFFFFFFu));
    }
}

static void pop_frame(struct core *c, uint32_t code)
{
    uint32_t words[8];
    bool handler = (code & 15) == EXC_RETURN_MSP_HANDLER;
    bool fp = (code & EXC_RETURN_NO_FP) == 0;
    uint32_t from = c->st.ipsr;
    uint32_t control = (c->st.control & CONTROL_NPRIV) |
                       ((code & 15) == EXC_RETURN_PSP_THREAD ? CONTROL_SPSEL : 0);
    bool unprivileged = !handler && (control & CONTROL_NPRIV) != 0;
    uint32_t sp = core_reg(c, (control & CONTROL_SPSEL) != 0 ? CORE_PSP : CORE_MSP);
    const uint32_t frame = sp;
    struct access a = {sp, 0, 4, 0, CORE_UNSTACK, !unprivileged};
    if (!get_words(c, &a, words, 8) || (fp && !pop_fp(c, &a))) {
        if (c->leave != LEAVE_STOP) {
            tail_chain(c, code);
        }
        return;
    }
    uint32_t ipsr = handler ? words[7] & 0x1FF : 0;
    bool aligned = fp || (c->st.scb.ccr & CCR_STKALIGN) != 0;
    core_select_sp(c, control | (fp ? CONTROL_FPCA : 0), ipsr);
    sp = (sp + (fp ? FP_FRAME : FRAME)) |
         (aligned && (words[7] & XPSR_ALIGN) != 0 ? 4 : 0);
    resume(c, words, sp);
    led_by_frame(c, frame);
    core_nvic_update(c);
    core_refresh(c);
    struct core_says says = {.kind = CORE_SAYS_RETURN, .n = from};
    core_tell(c, &says);
    check_mode(c, code, words[7]);
}

void core_return_exception(struct core *c, uint32_t code)
{
    unsigned from = c->st.ipsr;
    bool fitting = fits(c, code);
    bool to_thread = (code & 15) != EXC_RETURN_MSP_HANDLER;
    c->leave = LEAVE_NONE;
    c->led = (struct led){.by = c->st.pc, .to = NO_TAG, .back = code};
    if (!core_drain(c)) {
        return;
    }
    deactivate(c, from);
    if (!fitting) {
        invalid_return(c, code);
        return;
    }
    if (c->pending != 0) {
        struct core_says says = {.kind = CORE_SAYS_RETURN, .n = from};
        core_tell(c, &says);
        tail_chain(c, code);
        return;
    }
    c->t -= CYCLES(RETURN_CYCLES);
    pop_frame(c, code);
    if (to_thread && c->leave == LEAVE_NONE && !core_in_handler(c) &&
            (c->st.scb.scr & SCR_SLEEPONEXIT) != 0) {
        c->st.asleep = true;
        c->st.for_event = false;
    }
}

/* ---- the unit's earlier context (B1.5.7) ---------------------------------------------------- */

/* Store what keep_for_later left, with the rights of its owner. */
static bool preserve(struct core *c)
{
    struct scb *s = &c->st.scb;
    struct access a = {
            s->fpcar & ~7u, 0, 4, 0, CORE_LAZY_FP, (s->fpccr & FPCCR_USER) == 0};
    if (!put_words(c, &a, c->st.s, FP_WORDS) || !put_words(c, &a, &c->st.fpscr, 1)) {
        return false;
    }
    s->fpccr &= ~FPCCR_LSPACT;
    c->t -= CYCLES(FP_CYCLES);
    return true;
}

bool core_fp_allowed(struct core *c)
{
    unsigned access = c->st.scb.cpacr >> 20 & 3;
    if (access != 3 && (access != 1 || !core_privileged(c))) {
        core_raise_usage(c, CFSR_NOCP);
        return false;
    }
    return true;
}

bool core_fp_prepare(struct core *c)
{
    struct scb *s = &c->st.scb;
    if (!core_fp_allowed(c)) {
        return false;
    }
    if ((s->fpccr & FPCCR_LSPACT) != 0 && !preserve(c)) {
        return false;
    }
    if ((s->fpccr & FPCCR_ASPEN) != 0 && (c->st.control & CONTROL_FPCA) == 0) {
        c->st.control |= CONTROL_FPCA;
        c->st.fpscr = s->fpdscr & 0x07C00000u;
    }
    core_refresh(c);
    return true;
}
