/* exec_system.c - special registers, hints, barriers, calls to the supervisor,
 * and what is undefined.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

/* ---- special registers: imm is SYSm (B5.2.2) ------------------------------------ */

enum {
    SYSM_XPSR = 7,
    SYSM_MSP = 8,
    SYSM_PSP = 9,
    SYSM_PRIMASK = 16,
    SYSM_BASEPRI = 17,
    SYSM_BASEPRI_MAX = 18,
    SYSM_FAULTMASK = 19,
    SYSM_CONTROL = 20
};

/* SYSm 0 to 7: bit 2 leaves the flags out, bit 0 takes IPSR in; EPSR reads 0. */
static uint32_t read_psr(const struct core *c, uint32_t sysm)
{
    uint32_t flags = core_xpsr(c) & 0xF80F0000u;
    uint32_t value = (sysm & 4) == 0 ? flags : 0;
    return (sysm & 1) != 0 ? value | c->st.ipsr : value;
}

static uint32_t read_special(const struct core *c, uint32_t sysm)
{
    if (sysm <= SYSM_XPSR) {
        return read_psr(c, sysm);
    }
    if (!core_privileged(c) && sysm != SYSM_CONTROL) {
        return 0;
    }
    switch (sysm) {
    case SYSM_MSP: return core_reg(c, CORE_MSP);
    case SYSM_PSP: return core_reg(c, CORE_PSP);
    case SYSM_PRIMASK: return c->st.primask;
    case SYSM_BASEPRI:
    case SYSM_BASEPRI_MAX: return c->st.basepri;
    case SYSM_FAULTMASK: return c->st.faultmask;
    default: return c->st.control;
    }
}

void op_mrs(struct core *c, const struct insn *i)
{
    c->st.r[i->d] = read_special(c, i->imm);
    next(c, i);
}

/* s: bit 1 writes N Z C V Q, bit 0 writes GE. */
static void write_apsr(struct core *c, uint32_t value, unsigned mask)
{
    uint32_t old = core_xpsr(c);
    uint32_t lanes =
            ((mask & 2) != 0 ? 0xF8000000u : 0) | ((mask & 1) != 0 ? 0xF0000u : 0);
    core_flags_set(c, (old & ~lanes) | (value & lanes));
}

static void raise_basepri(struct core *c, uint32_t value)
{
    if (value != 0 && (c->st.basepri == 0 || value < c->st.basepri)) {
        c->st.basepri = value;
    }
}

/* CONTROL.SPSEL is ignored in Handler mode (B1.4.4). */
static void write_control(struct core *c, uint32_t value)
{
    uint32_t kept = c->st.ipsr != 0 ? CONTROL_SPSEL : 0;
    uint32_t control = (value & 7 & ~kept) | (c->st.control & kept);
    core_select_sp(c, control, c->st.ipsr);
}

static void write_special(struct core *c, uint32_t sysm, uint32_t value)
{
    switch (sysm) {
    case SYSM_MSP: core_reg_set(c, CORE_MSP, value); break;
    case SYSM_PSP: core_reg_set(c, CORE_PSP, value); break;
    case SYSM_PRIMASK: c->st.primask = (value & 1) != 0; break;
    case SYSM_BASEPRI: c->st.basepri = value & 0xF0; break;
    case SYSM_BASEPRI_MAX: raise_basepri(c, value & 0xF0); break;
    case SYSM_FAULTMASK:
        if ((value & 1) == 0 || c->running > -1) {
            c->st.faultmask = (value & 1) != 0;
        }
        break;
    case SYSM_CONTROL: write_control(c, value); break;
    default: break;
    }
    core_nvic_update(c);
    core_refresh(c);
}

void op_msr(struct core *c, const struct insn *i)
{
    uint32_t value = c->st.r[i->n];
    stop_at(c, i);
    if (i->imm <= 3) {
        write_apsr(c, value, i->s);
    } else if (i->imm > SYSM_XPSR && core_privileged(c)) {
        write_special(c, i->imm, value);
    }
    next_slow(c, i);
}

/* s: 1 disables; imm: bit 1 PRIMASK, bit 0 FAULTMASK. */
void op_cps(struct core *c, const struct insn *i)
{
    bool on = i->s != 0;
    stop_at(c, i);
    if (core_privileged(c)) {
        if ((i->imm & 2) != 0) {
            c->st.primask = on;
        }
        if ((i->imm & 1) != 0 && (!on || c->running > -1)) {
            c->st.faultmask = on;
        }
        core_nvic_update(c);
        core_refresh(c);
    }
    next_slow(c, i);
}

/* ---- waiting --------------------------------------------------------------------------- */

/* Where nothing is pending already, time goes by in core_run. */
void op_wfi(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    c->st.asleep = true;
    c->st.for_event = false;
    core_end_slice(c);
    next_slow(c, i);
}

void op_wfe(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (c->st.event) {
        c->st.event = false;
    } else {
        c->st.asleep = true;
        c->st.for_event = true;
        core_end_slice(c);
    }
    next_slow(c, i);
}

void op_sev(struct core *c, const struct insn *i)
{
    c->st.event = true;
    next(c, i);
}

/* ---- barriers ------------------------------------------------------------------------------ */

void op_barrier(struct core *c, const struct insn *i)
{
    next(c, i);
}

/* What was fetched is fetched again. */
void op_isb(struct core *c, const struct insn *i)
{
    uint32_t it = it_next(i->it);
    spend(c, i, COST_BARRIER);
    if (UNLIKELY(it != 0)) {
        jump_within_it(c, i->pc + 4, it);
    } else {
        jump_to(c, NO_TAG, i->pc + 4);
    }
}

void op_dsb(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (core_drain(c)) {
        next_slow(c, i);
    }
}

/* ---- exceptions on purpose ------------------------------------------------------------------- */

void op_svc(struct core *c, const struct insn *i)
{
    stop_at(c, i + 1);
    c->leave = LEAVE_SVC;
}

/* Told first; whoever goes on without core_skip gets the fault (C1.6.3). */
void op_bkpt(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    c->bkpt_imm = i->imm;
    if (!c->st.bkpt_told) {
        c->st.bkpt_told = true;
        c->leave = LEAVE_STOP;
        c->stop = CORE_BKPT;
        return;
    }
    c->st.bkpt_told = false;
    core_raise_bkpt(c);
}

void op_break(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    c->leave = LEAVE_STOP;
    c->stop = CORE_BREAK;
}

void op_undefined(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    core_raise_usage(c, CFSR_UNDEFINSTR);
}

/* An instruction of a coprocessor that is not there, or is switched off. */
void op_no_coprocessor(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    core_raise_usage(c, CFSR_NOCP);
}

void op_unpredictable(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (i->len == 2) {
        core_unmodelled_stop(c, "UNPREDICTABLE encoding %04X at 0x%08X", (unsigned)i->imm,
                (unsigned)i->pc);
    } else {
        core_unmodelled_stop(c, "UNPREDICTABLE encoding %04X %04X at 0x%08X",
                (unsigned)(i->imm >> 16), (unsigned)(i->imm & 0xFFFF), (unsigned)i->pc);
    }
}
