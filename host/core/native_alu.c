/* native_alu.c - moving, adding, logic, shifts, products as host code.
 *
 * Flags go where the functions keep them: the result, extended with its sign, to
 * nz; C and V as bytes. The host's carry is a borrow after subtractions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"
#include "core/native_x86.h"

enum { ANDS, BICS, ORRS, ORNS, EORS, ADDS = 8, ADCS = 10, SBCS, SUBS = 13, RSBS };
enum kind { BY_CONSTANT, BY_REGISTER, BY_SHIFT };

/* An op of the families: which, how its operand is made, what comes of it. */
struct alu {
    unsigned op;
    enum kind kind;
    bool flags, move, compare;
};

static bool find_in(const struct alu_family *families, op_fn *const run, struct alu *a)
{
    for (unsigned op = 0; op < 16; op++) {
        for (unsigned kind = 0; kind < 3; kind++) {
            a->flags = families[op].flags[kind] == run;
            if (a->flags || families[op].plain[kind] == run) {
                a->op = op;
                a->kind = (enum kind)kind;
                return true;
            }
        }
    }
    return false;
}

static bool find(op_fn *const run, struct alu *a)
{
    a->compare = find_in(core_alu_compare, run, a);
    a->move = !a->compare && find_in(core_alu_move, run, a);
    return a->compare || a->move || find_in(core_alu, run, a);
}

/* ---- flags ------------------------------------------------------------------------ */

static void set_nz_of(struct native *n, unsigned reg)
{
    put_bytes(n, 0x4863C8 | reg, 3); /* movsxd rcx, reg */
    put8(n, 0x48);
    store_field(n, NZ_LOW, CX);
}

static void set_carry_if(struct native *n, unsigned condition)
{
    set_field_if(n, condition, FIELD(st.cf));
}

/* The host's carry becomes C; inverted, for what takes a borrow. */
static void carry_in(struct native *n, bool inverted)
{
    compare8(n, FIELD(st.cf), 1);
    if (!inverted) {
        put8(n, 0xF5); /* cmc */
    }
}

static void set_logic_flags(struct native *n)
{
    put_bytes(n, 0x85C0, 2); /* test eax, eax */
    set_nz_of(n, AX);
    n->flags = HOST_RESULT;
}

static void set_sum_flags(struct native *n, bool difference)
{
    set_carry_if(n, difference ? IF_AE : IF_B);
    set_field_if(n, IF_O, FIELD(st.vf));
    set_nz_of(n, AX);
    n->flags = difference ? HOST_DIFFERENCE : HOST_SUM;
}

/* ---- operands ----------------------------------------------------------------------- */

/* ecx: m, shifted; the host's carry is the bit that fell out. False: by 32,
 * which the host cannot. */
static bool shift_operand(struct native *n)
{
    static const uint8_t shifts[] = {
            [LSL] = X_SHL, [LSR] = X_SHR, [ASR] = X_SAR, [ROR] = X_ROR};
    const struct insn *i = n->i;
    if (i->shift != RRX && (i->amount == 0 || i->amount > 31)) {
        return false;
    }
    load_guest(n, CX, i->m);
    if (i->shift == RRX) {
        carry_in(n, false);
        put_bytes(n, 0xD1D9, 2); /* rcr ecx, 1 */
    } else {
        shift_constant(n, shifts[i->shift], CX, i->amount);
    }
    return true;
}

/* eax op= b, or eax = b for a MOV. */
static void apply(struct native *n, enum kind kind, unsigned op)
{
    switch (kind) {
    case BY_CONSTANT: op_constant(n, op, AX, n->i->imm); break;
    case BY_REGISTER: op_field(n, op, AX, guest(n->i->m)); break;
    case BY_SHIFT: op_reg(n, op, AX, CX); break;
    }
}

static void operand_to(struct native *n, enum kind kind, unsigned reg)
{
    switch (kind) {
    case BY_CONSTANT: load_constant(n, reg, n->i->imm); break;
    case BY_REGISTER: load_guest(n, reg, n->i->m); break;
    case BY_SHIFT: put_bytes(n, 0x89C8 | reg, 2); break; /* mov reg, ecx */
    }
}

/* ---- the families ---------------------------------------------------------------------- */

static void logic(struct native *n, const struct alu *a)
{
    bool inverted = a->op == BICS || a->op == ORNS;
    unsigned op = a->op == EORS ? X_XOR : a->op <= BICS ? X_AND : X_OR;
    if (a->flags && a->kind == BY_SHIFT) {
        set_carry_if(n, IF_B);
    }
    if (a->move || inverted) {
        operand_to(n, a->kind, AX);
        if (inverted) {
            put_bytes(n, 0xF7D0, 2); /* not eax */
        }
    }
    if (!a->move && inverted) {
        op_field(n, op, AX, guest(n->i->n));
    } else if (!a->move) {
        load_guest(n, AX, n->i->n);
        apply(n, a->kind, op);
    }
    if (a->flags && a->kind == BY_CONSTANT && n->i->s != 0) {
        store_constant8(n, FIELD(st.cf), n->i->imm >> 31);
    }
}

static void arithmetic(struct native *n, const struct alu *a)
{
    static const uint8_t ops[16] = {
            [ADDS] = X_ADD, [ADCS] = X_ADC, [SBCS] = X_SBB, [SUBS] = X_SUB};
    if (a->op == RSBS) {
        operand_to(n, a->kind, AX);
        op_field(n, X_SUB, AX, guest(n->i->n));
        return;
    }
    load_guest(n, AX, n->i->n);
    if (a->op == ADCS || a->op == SBCS) {
        carry_in(n, a->op == SBCS);
    }
    apply(n, a->kind, ops[a->op]);
}

static bool family_op(struct native *n, const struct alu *a)
{
    bool is_logic = a->op < ADDS;
    n->flags = HOST_NOTHING;
    if (a->kind == BY_SHIFT && !shift_operand(n)) {
        return false;
    }
    if (is_logic) {
        logic(n, a);
    } else {
        arithmetic(n, a);
    }
    if (!a->compare) {
        store_guest(n, n->i->d, AX);
    }
    if (a->flags && is_logic) {
        set_logic_flags(n);
    } else if (a->flags) {
        set_sum_flags(n, a->op >= SBCS);
    }
    return true;
}

/* ---- shifts by a constant ------------------------------------------------------------------ */

static bool plain_shift(struct native *n)
{
    static const struct {
        op_fn *run;
        uint8_t shift;
        bool flags;
    } shifts[] = {{op_lsl_i, X_SHL, false}, {op_lsls_i, X_SHL, true},
            {op_lsr_i, X_SHR, false}, {op_lsrs_i, X_SHR, true}, {op_asr_i, X_SAR, false},
            {op_asrs_i, X_SAR, true}};
    for (unsigned k = 0; k < sizeof(shifts) / sizeof(*shifts); k++) {
        if (shifts[k].run == n->i->run) {
            load_guest(n, AX, n->i->m);
            shift_constant(n, shifts[k].shift, AX, n->i->amount);
            store_guest(n, n->i->d, AX);
            n->flags = HOST_NOTHING;
            if (shifts[k].flags) {
                set_carry_if(n, IF_B);
                set_logic_flags(n);
            }
            return true;
        }
    }
    return false;
}

bool native_alu(struct native *n)
{
    struct alu a = {0};
    if (find(n->i->run, &a)) {
        return family_op(n, &a);
    }
    return plain_shift(n);
}

/* ---- products, extension ------------------------------------------------------------------- */

static void product(struct native *n)
{
    load_guest(n, AX, n->i->n);
    put_bytes(n, 0x0FAF, 2); /* imul eax, m */
    put_field(n, AX, guest(n->i->m));
}

static bool extend(struct native *n)
{
    static const struct {
        op_fn *run;
        uint8_t code;
    } extensions[] = {{op_uxtb, 0xB6}, {op_uxth, 0xB7}, {op_sxtb, 0xBE}, {op_sxth, 0xBF}};
    for (unsigned k = 0; k < sizeof(extensions) / sizeof(*extensions); k++) {
        if (extensions[k].run == n->i->run && n->i->amount == 0) {
            put8(n, 0x0F);
            put8(n, extensions[k].code);
            put_field(n, AX, guest(n->i->m));
            return true;
        }
    }
    return false;
}

static bool field_op(struct native *n)
{
    const struct insn *i = n->i;
    if (i->run == op_ubfx) {
        load_guest(n, AX, i->n);
        shift_constant(n, X_SHR, AX, i->amount);
        op_constant(n, X_AND, AX, i->imm);
    } else if (i->run == op_movt) {
        put_bytes(n, 0x0FB7, 2); /* movzx eax, the lower half of d */
        put_field(n, AX, guest(i->d));
        op_constant(n, X_OR, AX, i->imm << 16);
    } else {
        return extend(n);
    }
    return true;
}

bool native_mul(struct native *n)
{
    const struct insn *i = n->i;
    if (i->run == op_mul || i->run == op_muls) {
        product(n);
    } else if (i->run == op_mla) {
        product(n);
        op_field(n, X_ADD, AX, guest(i->s));
    } else if (i->run == op_mls) {
        product(n);
        put_bytes(n, 0xF7D8, 2); /* neg eax */
        op_field(n, X_ADD, AX, guest(i->s));
    } else if (!field_op(n)) {
        return false;
    }
    store_guest(n, i->d, AX);
    n->flags = HOST_NOTHING;
    if (i->run == op_muls) {
        set_logic_flags(n);
    }
    return true;
}
