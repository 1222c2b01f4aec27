/* SPDX-License-Identifier: MIT */
#include "support/pmsa.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

/* First and last address of an eighth, of all (8), in 64 bits: 4 GB is legal. */
static void span(
        const struct pmsa_region *r, unsigned eighth, uint64_t *from, uint64_t *to)
{
    unsigned exponent = (r->rasr >> 1 & 0x1F) + 1;
    uint64_t len = 1ull << exponent;
    uint64_t base = r->rbar & 0xFFFFFFE0u;
    *from = eighth == 8 ? base : base + len / 8 * eighth;
    *to = eighth == 8 ? base + len : *from + len / 8;
}

static bool in_region(const struct pmsa_region *r, uint32_t addr)
{
    if ((r->rasr & 1) == 0) {
        return false;
    }
    uint64_t from;
    uint64_t to;
    span(r, 8, &from, &to);
    if (addr < from || addr >= to) {
        return false;
    }
    if (to - from < 256) {
        return true; /* too small for sub-regions */
    }
    for (unsigned i = 0; i < 8; i++) {
        span(r, i, &from, &to);
        if (addr >= from && addr < to) {
            return (r->rasr & 0x100u << i) == 0;
        }
    }
    return false;
}

int pmsa_region(const struct pmsa *m, uint32_t addr)
{
    int decides = -1;
    for (int i = 0; i < 8; i++) {
        if ((m->ctrl & 1) != 0 && in_region(&m->region[i], addr)) {
            decides = i;
        }
    }
    return decides;
}

static unsigned default_map(uint32_t addr)
{
    unsigned top = addr >> 29;
    bool code = top == 0 || top == 1 || top == 3 || top == 4;
    return PMSA_READ | PMSA_WRITE | (code ? PMSA_EXEC : 0);
}

unsigned pmsa_rights(const struct pmsa *m, uint32_t addr)
{
    if ((m->ctrl & 1) == 0) {
        return default_map(addr) | default_map(addr) << 3;
    }
    int i = pmsa_region(m, addr);
    if (i < 0) {
        return (m->ctrl & 4) != 0 ? default_map(addr) : 0;
    }
    unsigned rights = 0;
    switch (m->region[i].rasr >> 24 & 7) {
    case 1: rights = PMSA_READ | PMSA_WRITE; break;
    case 2: rights = PMSA_READ | PMSA_WRITE | PMSA_USER_READ; break;
    case 3: rights = PMSA_READ | PMSA_WRITE | PMSA_USER_READ | PMSA_USER_WRITE; break;
    case 5: rights = PMSA_READ; break;
    case 6:
    case 7: rights = PMSA_READ | PMSA_USER_READ; break;
    default: break;
    }
    if ((m->region[i].rasr & 1u << 28) == 0) {
        rights |= (rights & PMSA_READ) ? PMSA_EXEC : 0;
        rights |= (rights & PMSA_USER_READ) ? PMSA_USER_EXEC : 0;
    }
    return rights;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

unsigned pmsa_edges(const struct pmsa *m, uint32_t *edges)
{
    unsigned n = 0;
    for (unsigned i = 0; i < 8; i++) {
        if ((m->region[i].rasr & 1) == 0) {
            continue;
        }
        for (unsigned k = 0; k < 8; k++) {
            uint64_t from;
            uint64_t to;
            span(&m->region[i], k, &from, &to);
            edges[n++] = (uint32_t)from;
            if (k == 7) {
                edges[n++] = (uint32_t)to;
            }
        }
    }
    edges[n++] = 0;
    for (uint32_t block = 1; block < 8; block++) {
        edges[n++] = block << 29;
    }
    qsort(edges, n, sizeof(*edges), by_value);
    unsigned kept = 0;
    for (unsigned i = 0; i < n; i++) {
        if (kept == 0 || edges[i] != edges[kept - 1]) {
            edges[kept++] = edges[i];
        }
    }
    return kept;
}

/* As each framework's sources set it up; where a size depends on the firmware,
 * that of a common one. */
const struct pmsa_layout pmsa_layouts[PMSA_LAYOUTS] = {
        {"off", {.region = {{0, 0x0602F039}}, .ctrl = 0}, 0},
        {"mbed",
                {.region = {{0, 0x0602F039}, {1, 0x130BF53F}, {0x80000002, 0x13020039},
                         {3, 0x13020F39}},
                        .ctrl = 7},
                0},
        {"zephyr",
                {.region = {{0x08000000, 0x07020027}, {0x20000001, 0x110B0023}},
                        .ctrl = 5},
                0},
        /* What its threads use above the static regions is theirs. */
        {"zephyr-threads",
                {.region = {{0x08000000, 0x07020027}, {0x20000001, 0x110B0023},
                         {0x20001002, 0x150B0009}, {0x20004003, 0x130B0013}},
                        .ctrl = 5},
                0xFC},
        {"zephyr-allow-write",
                {.region = {{0x08000000, 0x02020029}, {0x20000001, 0x110B0023}},
                        .ctrl = 5},
                0},
        {"freertos",
                {.region = {{0}, {0x20002001, 0x130B0013}, {0}, {0x20003003, 0x130B0015},
                         {0x40000004, 0x13050039}, {0x08000005, 0x06070027},
                         {0x08000006, 0x0507001D}, {0x20000007, 0x1107001B}},
                        .ctrl = 5},
                0x0F},
        {"freertos-512k",
                {.region = {{0}, {0x20002001, 0x130B0013}, {0}, {0x20003003, 0x130B0015},
                         {0x40000004, 0x13050039}, {0x08000005, 0x06070025},
                         {0x08000006, 0x0507001D}, {0x20000007, 0x1107001B}},
                        .ctrl = 5},
                0x0F},
        {"threadx-module",
                {.region = {{0x08040000, 0x06070021}, {0x08060001, 0x0607001F}, {0}, {0},
                         {0x20008004, 0x1307001B}},
                        .ctrl = 5},
                0xFF},
        {"threadx-kernel",
                {.region = {{0x08040000, 0x06070021}, {0x08060001, 0x0607001F}},
                        .ctrl = 4},
                0xFF},
        {"nuttx-protected",
                {.region = {{0x08020000, 0x06020021}, {0x20010001, 0x03060021}},
                        .ctrl = 5},
                0},
        {"riot",
                {.region = {{0x20000000, 0x13080039}, {0x20000001, 0x16080009},
                         {0x20000A02, 0x16080009}},
                        .ctrl = 5},
                0x06},
        {"cubemx", {.region = {{0, 0x1004873F}}, .ctrl = 5}, 0},
        /* No background: what no region covers is refused. */
        {"strict",
                {.region = {{0x08000000, 0x06020025}, {0x20000001, 0x130B0023},
                         {0x40000002, 0x13050039}},
                        .ctrl = 1},
                0},
        /* Every region in use, the highest over flash. */
        {"full",
                {.region = {{0x20000000, 0x130B0021}, {0x10000001, 0x130B001F},
                         {0x40000002, 0x13050039}, {0x60000003, 0x13050039},
                         {0xA0000004, 0x13050039}, {0xC0000005, 0x13050039},
                         {0x1FFF0006, 0x0602001D}, {0x08000007, 0x0602F029}},
                        .ctrl = 5},
                0},
        /* Two regions with different rights over flash, one slot free between. */
        {"mixed",
                {.region = {{0x08000000, 0x06020029}, {0x08000001, 0x1502000F},
                         {0x20000002, 0x130B0023}, {0}, {0x08010004, 0x0302001F},
                         {0x08040005, 0x05020223}, {0x40000006, 0x13050039},
                         {0x20000007, 0x11070009}},
                        .ctrl = 5},
                0},
        /* No right to flash at all, over everything. */
        {"no-access",
                {.region = {{0, 0x1000003F}, {0x20000001, 0x130B0023},
                         {0x40000002, 0x13050039}},
                        .ctrl = 5},
                0},
};

const struct pmsa_layout *pmsa_layout(const char *name)
{
    for (unsigned i = 0; i < PMSA_LAYOUTS; i++) {
        if (strcmp(pmsa_layouts[i].name, name) == 0) {
            return &pmsa_layouts[i];
        }
    }
    fail_msg("no layout %s", name);
    return NULL;
}
