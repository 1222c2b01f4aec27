/* mem.c - loads and stores with all the rules: MPU, private peripheral bus,
 * bit-band aliases, unaligned accesses, bus errors.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"

static bool is_store(enum core_access kind)
{
    return kind == CORE_STORE || kind == CORE_STACK || kind == CORE_LAZY_FP;
}

/* ---- faults ---------------------------------------------------------------------- */

/* The bits that a refused access and one that the bus answers with an error
 * set; the address is valid for loads and stores of instructions alone. */
struct fault_bits {
    uint32_t mpu, bus;
};
static const struct fault_bits bits_of[] = {
        [CORE_LOAD] = {CFSR_DACCVIOL | CFSR_MMARVALID, CFSR_PRECISERR | CFSR_BFARVALID},
        [CORE_STORE] = {CFSR_DACCVIOL | CFSR_MMARVALID, CFSR_PRECISERR | CFSR_BFARVALID},
        [CORE_FETCH] = {CFSR_IACCVIOL, CFSR_IBUSERR},
        [CORE_STACK] = {CFSR_MSTKERR, CFSR_STKERR},
        [CORE_UNSTACK] = {CFSR_MUNSTKERR, CFSR_UNSTKERR},
        [CORE_LAZY_FP] = {CFSR_MLSPERR, CFSR_LSPERR},
        [CORE_VECTOR] = {0, 0},
};

static struct core_fault fault_of(const struct core *c, const struct access *a)
{
    struct core_fault f = {.addr = a->addr,
            .access = a->kind,
            .value = a->value,
            .width = a->width,
            .privileged = a->privileged};
    core_mpu_rights(c, a->addr, a->privileged, &f.region);
    return f;
}

static bool refused_by_mpu(struct core *c, const struct access *a)
{
    struct core_fault f = fault_of(c, a);
    f.exception = CORE_MEM_MANAGE;
    f.cfsr = bits_of[a->kind].mpu;
    f.addr_valid = (f.cfsr & CFSR_MMARVALID) != 0;
    core_raise(c, &f);
    return false;
}

/* Data errors are ignored in HardFault, NMI and under FAULTMASK if software
 * says so (CCR.BFHFNMIGN, B3.2.8), but not without a trace; what was loaded is
 * not known. */
static bool bus_error(struct core *c, const struct access *a)
{
    struct core_fault f = fault_of(c, a);
    if (a->kind == CORE_VECTOR) {
        f.exception = CORE_HARD_FAULT;
        f.hfsr = HFSR_VECTTBL;
    } else {
        f.exception = CORE_BUS_FAULT;
        f.cfsr = bits_of[a->kind].bus;
        f.addr_valid = (f.cfsr & CFSR_BFARVALID) != 0;
    }
    bool data = a->kind == CORE_LOAD || a->kind == CORE_STORE;
    if (data && c->running < 0 && (c->st.scb.ccr & CCR_BFHFNMIGN) != 0) {
        core_ignore(c, &f);
        c->val = 0;
        return true;
    }
    core_raise(c, &f);
    return false;
}

/* What came back from the bus for a store, which may have been posted. */
static bool store_end(struct core *c, const struct access *a, enum core_end end)
{
    if (end == CORE_GONE) {
        return core_went(c);
    }
    bool posted = end == CORE_ERROR && a->kind == CORE_STORE &&
                  (c->st.scb.actlr & ACTLR_DISDEFWBUF) == 0;
    if (posted) {
        core_imprecise(c, a);
        return true;
    }
    return end == CORE_OK || bus_error(c, a);
}

/* ---- bit-band aliases (B3.1: 0x22000000, 0x42000000) -------------------------------- */

static bool is_alias(uint32_t addr)
{
    return (addr & 0xFE000000u) == 0x22000000u || (addr & 0xFE000000u) == 0x42000000u;
}

/* The place of the alias's bit: an access of the same width. */
static uint32_t alias_place(uint32_t addr, unsigned width, unsigned *bit)
{
    *bit = (addr >> 2) & (8 * width - 1);
    return (addr & 0xF0000000u) + ((addr & 0x01FFFFFFu) >> 5 & ~(width - 1));
}

/* ---- one aligned access that the MPU allows ------------------------------------------ */

/* Vectors come over the bus that instructions come over, in the lower half gigabyte
 * at least: what is no place for code is none for them. */
static bool load_place(struct core *c, const struct access *a, uint32_t addr)
{
    const struct core_page *p = core_page_info(c, addr, false);
    if (a->kind == CORE_VECTOR && p->no_fetch) {
        return bus_error(c, a);
    }
    if (p->bytes != NULL && p->read) {
        c->val = get_width(p->bytes + addr % CORE_PAGE, a->width);
        if (p->noted) {
            c->t -= CYCLES(core_note(c, addr));
        }
        return true;
    }
    uint32_t value = 0;
    enum core_end end = c->bus->read(c->bus->ctx, addr, a->width, &value);
    c->val = value;
    if (end == CORE_GONE) {
        return core_went(c);
    }
    return end == CORE_OK || bus_error(c, a);
}

static bool store_place(
        struct core *c, const struct access *a, uint32_t addr, uint32_t value)
{
    const struct core_page *p = core_page_info(c, addr, true);
    if (p->bytes != NULL && p->write) {
        put_width(p->bytes + addr % CORE_PAGE, a->width, value);
        if (core_code_near(c, p->bytes)) {
            core_code_changed(c, addr, a->width);
        }
        return true;
    }
    return store_end(c, a, c->bus->write(c->bus->ctx, addr, a->width, value, a->beat));
}

static bool alias_access(struct core *c, const struct access *a)
{
    unsigned bit = 0;
    uint32_t place = alias_place(a->addr, a->width, &bit);
    if (!load_place(c, a, place)) {
        return false;
    }
    if (!is_store(a->kind)) {
        c->val = c->val >> bit & 1;
        return true;
    }
    uint32_t value = (c->val & ~(1u << bit)) | (a->value & 1) << bit;
    return store_place(c, a, place, value);
}

/* Unprivileged code gets a bus error, whatever the MPU says (B3.1); only STIR
 * can be opened to it. */
static bool ppb_access(struct core *c, const struct access *a)
{
    const uint32_t stir = 0xE000EF00u;
    bool open = a->addr == stir && (c->st.scb.ccr & CCR_USERSETMPEND) != 0;
    if (!a->privileged && !open) {
        return bus_error(c, a);
    }
    if (is_store(a->kind)) {
        if (!core_ppb_write(c, a->addr, a->width, a->value)) {
            return store_place(c, a, a->addr, a->value);
        }
        return c->leave == LEAVE_NONE;
    }
    uint32_t value = 0;
    if (!core_ppb_read(c, a->addr, a->width, &value)) {
        return load_place(c, a, a->addr);
    }
    c->val = value;
    return true;
}

/* What a store is about to overwrite, for those who look on; 0 where only the bus
 * would know. */
static uint32_t overwritten(struct core *c, const struct access *a)
{
    if (!c->tell_accesses || !is_store(a->kind) || core_is_ppb(a->addr)) {
        return 0;
    }
    const struct core_page *p = core_page_info(c, a->addr, false);
    return p->bytes != NULL ? get_width(p->bytes + a->addr % CORE_PAGE, a->width) : 0;
}

static void look_at(struct core *c, const struct access *a, uint32_t before)
{
    bool store = is_store(a->kind);
    for (unsigned k = 0; k < c->watches; k++) {
        const struct watch *w = &c->watch[k];
        bool touches = a->addr - w->addr < w->len || w->addr - a->addr < a->width;
        if (touches && (store ? w->stores : w->loads)) {
            c->watch_hit = true;
            c->watched = a->addr;
            core_end_slice(c);
        }
    }
    if (c->tell_accesses && !core_is_ppb(a->addr)) {
        struct core_says says = {.kind = CORE_SAYS_ACCESS,
                .addr = a->addr,
                .value = store ? a->value : c->val,
                .before = before,
                .width = a->width,
                .access = a->kind};
        core_tell(c, &says);
    }
}

static bool aligned_access(struct core *c, const struct access *a)
{
    bool done = false;
    bool store = is_store(a->kind);
    int region = 0;
    unsigned wanted = store ? CAN_WRITE : CAN_READ;
    bool vector = a->kind == CORE_VECTOR;
    if (!vector && (core_mpu_rights(c, a->addr, a->privileged, &region) & wanted) == 0) {
        return refused_by_mpu(c, a);
    }
    uint32_t before = overwritten(c, a);
    if (core_is_ppb(a->addr)) {
        done = ppb_access(c, a);
    } else if (is_alias(a->addr)) {
        done = alias_access(c, a);
    } else if (store) {
        done = store_place(c, a, a->addr, a->value);
    } else {
        done = load_place(c, a, a->addr);
    }
    if (done && (c->watches != 0 || c->tell_accesses)) {
        look_at(c, a, before);
    }
    return done;
}

/* ---- any address --------------------------------------------------------------------------- */

bool core_aligned(struct core *c, uint32_t addr, unsigned width)
{
    if (addr % width == 0) {
        return true;
    }
    core_raise_usage(c, CFSR_UNALIGNED);
    return false;
}

/* Halfwords where they are aligned, else bytes; from the lowest address up, so
 * the first part of a store may be there when a later one is refused. */
static bool split_access(struct core *c, const struct access *a)
{
    uint32_t value = 0;
    unsigned done = 0;
    while (done < a->width) {
        struct access part = *a;
        part.addr = a->addr + done;
        part.width = part.addr % 2 == 0 && a->width - done >= 2 ? 2 : 1;
        part.value = a->value >> 8 * done;
        if (part.width == 1) {
            part.value &= 0xFF;
        } else {
            part.value &= 0xFFFF;
        }
        if (!aligned_access(c, &part)) {
            return false;
        }
        value |= c->val << 8 * done;
        done += part.width;
    }
    c->val = value;
    c->t -= CYCLES(1);
    return true;
}

bool core_access(struct core *c, const struct access *a)
{
    if (a->addr % a->width == 0) {
        return aligned_access(c, a);
    }
    if ((c->st.scb.ccr & CCR_UNALIGN_TRP) != 0) {
        core_raise_usage(c, CFSR_UNALIGNED);
        return false;
    }
    return split_access(c, a);
}

bool core_load(struct core *c, uint32_t addr, unsigned width)
{
    struct access a = {.addr = addr,
            .width = width,
            .kind = CORE_LOAD,
            .privileged = core_privileged(c)};
    core_load_tlb(c, addr);
    return core_access(c, &a);
}

bool core_store(struct core *c, uint32_t addr, unsigned width, uint32_t value)
{
    struct access a = {addr, value, width, 0, CORE_STORE, core_privileged(c)};
    core_store_tlb(c, addr);
    return core_access(c, &a);
}

bool core_drain(struct core *c)
{
    if (c->bus->barrier == NULL) {
        return true;
    }
    enum core_end end = c->bus->barrier(c->bus->ctx);
    if (end == CORE_GONE) {
        return core_went(c);
    }
    if (end != CORE_OK) {
        struct access none = {.kind = CORE_STORE};
        core_imprecise(c, &none);
    }
    return true;
}
