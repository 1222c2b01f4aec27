/* native_x86.h - instructions of an x86-64, as far as native_*.c need them.
 *
 * Operands in memory are fields of struct core, whose address is in rdi. "Volume"
 * and sections: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_NATIVE_X86_H
#define ETCH_CORE_NATIVE_X86_H

#include <stddef.h>
#include <string.h>

#include "core/native.h"

/* Registers by number; the calling convention leaves all of these to us. */
enum { AX, CX, DX, SI = 6 };

/* Conditions by number (appendix B.1.4.7). */
enum {
    IF_O,
    IF_NO,
    IF_B,
    IF_AE,
    IF_E,
    IF_NE,
    IF_BE,
    IF_A,
    IF_S,
    IF_NS,
    IF_L = 12,
    IF_GE,
    IF_LE,
    IF_G
};

/* Arithmetic by number: 81 /number with a constant, 8 x number + 3 from memory. */
enum { X_ADD, X_OR, X_ADC, X_SBB, X_AND, X_SUB, X_XOR, X_CMP };

/* Shifts by number: C1 /number. */
enum { X_ROR = 1, X_SHL = 4, X_SHR = 5, X_SAR = 7 };

#define FIELD(name) ((uint32_t)offsetof(struct core, name))
#define NZ_LOW      FIELD(st.nz) /* a number of 64 bits, the low half first */
#define NZ_HIGH     (FIELD(st.nz) + 4)

static inline uint32_t guest(unsigned reg)
{
    return FIELD(st.r) + 4 * reg;
}

static inline void put8(struct native *n, unsigned byte)
{
    *n->at++ = (uint8_t)byte;
}

static inline void put32_of(struct native *n, uint32_t x)
{
    memcpy(n->at, &x, sizeof(x));
    n->at += sizeof(x);
}

static inline void put64_of(struct native *n, uint64_t x)
{
    memcpy(n->at, &x, sizeof(x));
    n->at += sizeof(x);
}

/* The bytes of an instruction, first one highest. */
static inline void put_bytes(struct native *n, uint64_t bytes, unsigned count)
{
    while (count-- != 0) {
        put8(n, (unsigned)(bytes >> 8 * count) & 0xFF);
    }
}

/* ModRM for [rdi + field]: reg is a register or a number of the instruction. */
static inline void put_field(struct native *n, unsigned reg, uint32_t field)
{
    if (field < 0x80) {
        put8(n, 0x47 | reg << 3);
        put8(n, field);
    } else {
        put8(n, 0x87 | reg << 3);
        put32_of(n, field);
    }
}

static inline void load_field(struct native *n, unsigned reg, uint32_t field)
{
    put8(n, 0x8B);
    put_field(n, reg, field);
}

static inline void store_field(struct native *n, uint32_t field, unsigned reg)
{
    put8(n, 0x89);
    put_field(n, reg, field);
}

static inline void load_guest(struct native *n, unsigned reg, unsigned r)
{
    load_field(n, reg, guest(r));
}

static inline void store_guest(struct native *n, unsigned r, unsigned reg)
{
    store_field(n, guest(r), reg);
}

static inline void store_constant(struct native *n, uint32_t field, uint32_t x)
{
    put8(n, 0xC7);
    put_field(n, 0, field);
    put32_of(n, x);
}

static inline void store_constant8(struct native *n, uint32_t field, unsigned x)
{
    put8(n, 0xC6);
    put_field(n, 0, field);
    put8(n, x);
}

static inline void load_constant(struct native *n, unsigned reg, uint32_t x)
{
    put8(n, 0xB8 | reg);
    put32_of(n, x);
}

static inline void load_constant64(struct native *n, unsigned reg, uint64_t x)
{
    put8(n, 0x48);
    put8(n, 0xB8 | reg);
    put64_of(n, x);
}

/* From here, behind so many bytes and four for the distance itself. */
static inline bool is_near(
        const struct native *n, const void *place, unsigned bytes, int32_t *distance)
{
    int64_t far = (int64_t)((uintptr_t)place - (uintptr_t)n->at - bytes - 4);
    *distance = (int32_t)far;
    return far >= INT32_MIN && far <= INT32_MAX;
}

/* reg = what code (some bytes, the highest first) loads from a place outside of
 * struct core. */
static inline void load_place(
        struct native *n, uint32_t code, unsigned bytes, unsigned reg, const void *place)
{
    int32_t distance = 0;
    bool near = is_near(n, place, bytes + 1, &distance);
    if (!near) {
        load_constant64(n, reg, (uintptr_t)place);
    }
    put_bytes(n, code, bytes);
    put8(n, near ? 5 | reg << 3 : reg << 3 | reg);
    if (near) {
        put32_of(n, (uint32_t)distance);
    }
}

static inline void load_address(struct native *n, unsigned reg, const void *place)
{
    int32_t distance = 0;
    if (is_near(n, place, 3, &distance)) {
        put_bytes(n, 0x488D05 | reg << 3, 3); /* lea */
        put32_of(n, (uint32_t)distance);
    } else {
        load_constant64(n, reg, (uintptr_t)place);
    }
}

/* reg op= constant. */
static inline void op_constant(struct native *n, unsigned op, unsigned reg, uint32_t x)
{
    bool small = x + 0x80 < 0x100; /* a byte that is extended with its sign */
    put8(n, small ? 0x83 : 0x81);
    put8(n, 0xC0 | op << 3 | reg);
    if (small) {
        put8(n, x & 0xFF);
    } else {
        put32_of(n, x);
    }
}

static inline void op_field(struct native *n, unsigned op, unsigned reg, uint32_t field)
{
    put8(n, op << 3 | 3);
    put_field(n, reg, field);
}

static inline void op_reg(struct native *n, unsigned op, unsigned to, unsigned from)
{
    put8(n, op << 3 | 3);
    put8(n, 0xC0 | to << 3 | from);
}

static inline void shift_constant(
        struct native *n, unsigned op, unsigned reg, unsigned by)
{
    put8(n, 0xC1);
    put8(n, 0xC0 | op << 3 | reg);
    put8(n, by);
}

/* A byte of the core with a constant, a word with zero. */
static inline void compare8(struct native *n, uint32_t field, unsigned x)
{
    put8(n, 0x80);
    put_field(n, 7, field);
    put8(n, x);
}

static inline void compare_constant(struct native *n, uint32_t field, uint32_t x)
{
    put8(n, 0x81);
    put_field(n, 7, field);
    put32_of(n, x);
}

static inline void compare_zero(struct native *n, uint32_t field)
{
    put8(n, 0x83);
    put_field(n, 7, field);
    put8(n, 0);
}

/* The byte becomes 0 or 1. */
static inline void set_field_if(struct native *n, unsigned condition, uint32_t field)
{
    put8(n, 0x0F);
    put8(n, 0x90 | condition);
    put_field(n, 0, field);
}

/* A jump whose distance comes later; the place behind it. */
static inline uint8_t *jump_if(struct native *n, unsigned condition)
{
    put8(n, 0x0F);
    put8(n, 0x80 | condition);
    put32_of(n, 0);
    return n->at;
}

static inline uint8_t *jump_away(struct native *n)
{
    put8(n, 0xE9);
    put32_of(n, 0);
    return n->at;
}

/* The same, over less than 128 bytes. */
static inline uint8_t *hop_if(struct native *n, unsigned condition)
{
    put8(n, 0x70 | condition);
    put8(n, 0);
    return n->at;
}

static inline void land_hop(uint8_t *hop, const uint8_t *at)
{
    hop[-1] = (uint8_t)(at - hop);
}

static inline void land(uint8_t *jump, const uint8_t *at)
{
    int32_t distance = (int32_t)(at - jump);
    memcpy(jump - sizeof(distance), &distance, sizeof(distance));
}

#endif
