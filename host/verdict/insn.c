/* insn.c - the few things that a rule must know of an instruction: how wide a
 * store is, what was ORed, which constants and calls a function has.
 *
 * Encodings: ARMv7-M A5.2 to A5.3 and A7.7.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

static bool matches(uint32_t bits, uint32_t mask, uint32_t value)
{
    return (bits & mask) == value;
}

static void narrow_branch(struct insn *in, uint32_t addr, uint32_t op)
{
    if (matches(op, 0xF800, 0xE000)) {
        in->kind = INSN_BRANCH;
        in->ends = true;
        in->value = addr + 4 + ((op & 0x7FFu) << 1) - ((op & 0x400u) << 2);
    } else if (matches(op, 0xF000, 0xD000) && (op >> 8 & 15u) < 14) {
        in->kind = INSN_BRANCH;
        in->value = addr + 4 + ((op & 0xFFu) << 1) - ((op & 0x80u) << 2);
    } else if (matches(op, 0xF500, 0xB100)) { /* CBZ, CBNZ */
        in->kind = INSN_BRANCH;
        in->value = addr + 4 + (op >> 3 & 0x40u) + (op >> 2 & 0x3Eu);
    } else if (matches(op, 0xFF80, 0x4780)) { /* BLX */
        in->kind = INSN_CALL;
    } else {
        in->ends = matches(op, 0xFF80, 0x4700) || matches(op, 0xFF00, 0xBD00);
    }
}

static void narrow_store(struct insn *in, uint32_t op)
{
    static const struct {
        uint32_t mask, value;
        unsigned width, rn, rt; /* bit numbers of the registers */
    } stores[] = {{0xFE00, 0x5000, 4, 3, 0}, {0xFE00, 0x5200, 2, 3, 0},
            {0xFE00, 0x5400, 1, 3, 0}, {0xF800, 0x6000, 4, 3, 0},
            {0xF800, 0x7000, 1, 3, 0}, {0xF800, 0x8000, 2, 3, 0},
            {0xF800, 0xC000, 4, 8, 0}};
    bool immediate = op >> 13 == 3 || op >> 12 == 8;
    for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
        if (matches(op, stores[i].mask, stores[i].value)) {
            in->kind = INSN_STORE;
            in->width = stores[i].width;
            in->rn = (int)(op >> stores[i].rn & 7u);
            in->rd = op >> stores[i].rt & 7u;
            in->rm = immediate ? -1 : (int)(op >> 6 & 7u);
            in->value = immediate ? (op >> 6 & 31u) * in->width : 0;
        }
    }
}

static struct insn narrow(struct verdict *v, uint32_t addr, uint32_t op)
{
    struct insn in = {.len = 2, .kind = INSN_OTHER, .rm = -1};
    narrow_store(&in, op);
    if (matches(op, 0xF800, 0x9000) || matches(op, 0xFE00, 0xB400)) {
        in.kind = INSN_STORE; /* to the stack */
        in.width = 4;
        in.rn = CORE_SP;
        in.rd = op >> 8 & 7u;
    } else if (matches(op, 0xFFC0, 0x4300)) {
        in.kind = INSN_ORR;
        in.rd = op & 7u;
        in.rn = (int)in.rd;
        in.rm = (int)(op >> 3 & 7u);
    } else if (matches(op, 0xF800, 0x4800)) {
        in.kind = INSN_LITERAL;
        in.rd = op >> 8 & 7u;
        (void)board_peek(v->b, ((addr + 4) & ~3u) + (op & 0xFFu) * 4, &in.value, 4);
    } else if (matches(op, 0xF800, 0x6800)) {
        in.kind = INSN_LOAD;
        in.rd = op & 7u;
        in.rn = (int)(op >> 3 & 7u);
        in.value = (op >> 6 & 31u) * 4;
    } else {
        narrow_branch(&in, addr, op);
    }
    return in;
}

/* ThumbExpandImm (A5.3.2). */
static uint32_t expand(uint32_t first, uint32_t second)
{
    uint32_t imm12 =
            (first >> 10 & 1u) << 11 | (second >> 12 & 7u) << 8 | (second & 0xFFu);
    uint32_t byte = imm12 & 0xFFu;
    switch (imm12 >> 8) {
    case 0: return byte;
    case 1: return byte << 16 | byte;
    case 2: return byte << 24 | byte << 8;
    case 3: return byte << 24 | byte << 16 | byte << 8 | byte;
    default: break;
    }
    uint32_t rotation = imm12 >> 7; /* 8 to 31 */
    uint32_t value = 0x80u | (imm12 & 0x7Fu);
    return value >> rotation | value << (32 - rotation);
}

static void wide_store(struct insn *in, uint32_t first, uint32_t second)
{
    static const struct {
        uint32_t mask, value;
        unsigned width;
    } stores[] = {{0xFF70, 0xF800, 1}, {0xFF70, 0xF820, 2}, {0xFF70, 0xF840, 4},
            {0xFE50, 0xE840, 4}, {0xFFD0, 0xE880, 4}, {0xFFD0, 0xE900, 4},
            {0xFF30, 0xED00, 4}};
    for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
        if (matches(first, stores[i].mask, stores[i].value)) {
            in->kind = INSN_STORE;
            in->width = stores[i].width;
            in->rn = (int)(first & 15u);
            in->rd = second >> 12 & 15u;
            in->rm = matches(first, 0xFF80, 0xF880) ? -1 : 0;
            in->value = in->rm < 0 ? second & 0xFFFu : 0;
        }
    }
}

static uint32_t call_target(uint32_t addr, uint32_t first, uint32_t second)
{
    uint32_t s = first >> 10 & 1u;
    uint32_t i1 = ~((second >> 13 & 1u) ^ s) & 1u;
    uint32_t i2 = ~((second >> 11 & 1u) ^ s) & 1u;
    uint32_t off = s << 24 | i1 << 23 | i2 << 22 | (first & 0x3FFu) << 12 |
                   (second & 0x7FFu) << 1;
    return addr + 4 + off - (s << 25);
}

/* TBB and TBH, POP and LDR of the PC. */
static bool leaves(uint32_t first, uint32_t second)
{
    return (matches(first, 0xFFF0, 0xE8D0) && matches(second, 0xF0E0, 0xF000)) ||
           (first == 0xE8BD && matches(second, 0x8000, 0x8000)) ||
           (first == 0xF85D && second == 0xFB04);
}

/* BL, B, and B under a condition, of which 14 and 15 are something else. */
static void wide_branch(struct insn *in, uint32_t addr, uint32_t first, uint32_t second)
{
    if (matches(second, 0x5000, 0)) {
        uint32_t off = (first & 0x3Fu) << 12 | (second & 0x7FFu) << 1 |
                       (second >> 13 & 1u) << 18 | (second >> 11 & 1u) << 19;
        bool branches = (first >> 6 & 15u) < 14;
        in->kind = branches ? INSN_BRANCH : INSN_OTHER;
        in->value = addr + 4 + off - (first >> 10 & 1u) * (1u << 20);
        return;
    }
    bool call = matches(second, 0x4000, 0x4000);
    in->kind = call ? INSN_CALL : INSN_BRANCH;
    in->ends = !call;
    in->value = call_target(addr, first, second);
}

static struct insn wide(struct verdict *v, uint32_t addr, uint32_t first, uint32_t second)
{
    struct insn in = {.len = 4, .kind = INSN_OTHER, .rm = -1};
    in.rd = second >> 8 & 15u;
    in.rn = (int)(first & 15u);
    if (matches(first, 0xFFE0, 0xEA40) && matches(second, 0x0030, 0)) {
        in.kind = INSN_ORR; /* shifted left, if at all */
        in.rm = (int)(second & 15u);
        in.shift = (second >> 12 & 7u) << 2 | (second >> 6 & 3u);
    } else if (matches(first, 0xFBE0, 0xF040) && matches(second, 0x8000, 0)) {
        in.kind = INSN_ORR;
        in.value = expand(first, second);
    } else if (matches(first, 0xFB70, 0xF240) && matches(second, 0x8000, 0)) {
        in.kind = (first & 0x80u) != 0 ? INSN_MOVT : INSN_MOVW;
        in.value = (first & 15u) << 12 | (first >> 10 & 1u) << 11 |
                   (second >> 12 & 7u) << 8 | (second & 0xFFu);
    } else if (matches(first, 0xFF7F, 0xF85F)) {
        uint32_t base = (addr + 4) & ~3u;
        uint32_t off = second & 0xFFFu;
        in.kind = INSN_LITERAL;
        in.rd = second >> 12 & 15u;
        (void)board_peek(
                v->b, (first & 0x80u) != 0 ? base + off : base - off, &in.value, 4);
    } else if (matches(first, 0xFFF0, 0xF8D0)) {
        in.kind = INSN_LOAD;
        in.rd = second >> 12 & 15u;
        in.value = second & 0xFFFu;
    } else if (matches(first, 0xF800, 0xF000) && matches(second, 0x8000, 0x8000)) {
        wide_branch(&in, addr, first, second);
    } else {
        wide_store(&in, first, second);
        in.ends = leaves(first, second);
    }
    return in;
}

struct insn insn_read(struct verdict *v, uint32_t addr)
{
    uint16_t half[2] = {0, 0};
    addr &= ~1u;
    if (board_peek(v->b, addr, half, sizeof(half)) < 2) {
        return (struct insn){.len = 2, .kind = INSN_OTHER, .rm = -1};
    }
    bool is_wide = half[0] >> 11 >= 0x1D;
    return is_wide ? wide(v, addr, half[0], half[1]) : narrow(v, addr, half[0]);
}
