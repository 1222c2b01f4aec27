/* describe.c - what gdb wants to know of the chip: its registers and memory, in
 * XML (gdb's manual, appendices G and E.16).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gdb/gdb_priv.h"

enum { KIB = 1024 };

char *describe_target(void)
{
    static const char *const specials[] = {"primask", "basepri", "faultmask", "control"};
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL) {
        return NULL;
    }
    (void)fputs("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
                "<target version=\"1.0\"><architecture>arm</architecture>"
                "<feature name=\"org.gnu.gdb.arm.m-profile\">",
            to);
    for (int i = 0; i <= 12; i++) {
        (void)fprintf(to,
                "<reg name=\"r%d\" bitsize=\"32\" regnum=\"%d\" type=\"uint32\" "
                "group=\"general\"/>",
                i, i);
    }
    (void)fprintf(to,
            "<reg name=\"sp\" bitsize=\"32\" regnum=\"13\" type=\"data_ptr\"/>"
            "<reg name=\"lr\" bitsize=\"32\" regnum=\"14\"/>"
            "<reg name=\"pc\" bitsize=\"32\" regnum=\"15\" type=\"code_ptr\"/>"
            "<reg name=\"xpsr\" bitsize=\"32\" regnum=\"%d\"/></feature>"
            "<feature name=\"org.gnu.gdb.arm.m-system\">"
            "<reg name=\"msp\" bitsize=\"32\" regnum=\"%d\" type=\"data_ptr\"/>"
            "<reg name=\"psp\" bitsize=\"32\" regnum=\"%d\" type=\"data_ptr\"/>",
            REG_XPSR, REG_MSP, REG_PSP);
    for (int i = 0; i < 4; i++) {
        (void)fprintf(to,
                "<reg name=\"%s\" bitsize=\"8\" regnum=\"%d\" type=\"int8\" "
                "group=\"system\"/>",
                specials[i], REG_PRIMASK + i);
    }
    (void)fputs("</feature><feature name=\"org.gnu.gdb.arm.vfp\">", to);
    for (int i = 0; i < 16; i++) {
        (void)fprintf(to,
                "<reg name=\"d%d\" bitsize=\"64\" regnum=\"%d\" type=\"ieee_double\"/>",
                i, REG_D0 + i);
    }
    (void)fprintf(to,
            "<reg name=\"fpscr\" bitsize=\"32\" regnum=\"%d\" group=\"float\"/></feature>"
            "</target>",
            REG_FPSCR);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

static void put_memory(FILE *to, const char *type, uint32_t addr, uint32_t len)
{
    (void)fprintf(to,
            "<memory type=\"%s\" start=\"0x%" PRIx32 "\" length=\"0x%" PRIx32 "\"/>",
            type, addr, len);
}

static void put_flash(FILE *to, const struct silicon_part *part)
{
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(part, sectors);
    for (size_t i = 0; i < n;) {
        size_t first = i;
        while (i < n && sectors[i].size == sectors[first].size) {
            i++;
        }
        (void)fprintf(to,
                "<memory type=\"flash\" start=\"0x%" PRIx32 "\" length=\"0x%" PRIx32 "\">"
                "<property name=\"blocksize\">0x%" PRIx32 "</property></memory>",
                sectors[first].addr, (uint32_t)(i - first) * sectors[first].size,
                sectors[first].size);
    }
}

char *describe_memory(const struct silicon_part *part)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL) {
        return NULL;
    }
    (void)fputs("<?xml version=\"1.0\"?><!DOCTYPE memory-map PUBLIC "
                "\"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
                "\"http://sourceware.org/gdb/gdb-memory-map.dtd\"><memory-map>",
            to);
    put_memory(to, "rom", 0x00000000, 0x08000000); /* the alias */
    put_flash(to, part);
    put_memory(to, "ram", 0x10000000, 0x00100000);
    put_memory(to, "rom", 0x1FFF0000, 0x00010000);
    put_memory(to, "ram", 0x20000000, 0xE0000000);
    (void)fputs("</memory-map>", to);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* ---- registers -------------------------------------------------------------------- */

size_t register_size(unsigned number)
{
    if (number >= REG_D0 && number < REG_FPSCR) {
        return 8;
    }
    return number >= REG_PRIMASK && number <= REG_CONTROL ? 1 : 4;
}

/* The core's number for a register of one word or byte. */
static enum core_reg core_number(unsigned number)
{
    if (number >= REG_PRIMASK && number <= REG_CONTROL) {
        return (enum core_reg)(CORE_PRIMASK + (number - REG_PRIMASK));
    }
    switch (number) {
    case REG_XPSR: return CORE_XPSR;
    case REG_MSP: return CORE_MSP;
    case REG_PSP: return CORE_PSP;
    case REG_FPSCR: return CORE_FPSCR;
    default: return (enum core_reg)number;
    }
}

static void put_word(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t get_word(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Before its first instruction the core has not read the vector yet; show what
 * it will find. */
static bool read_at_reset(struct gdb *g, unsigned number, uint8_t bytes[8])
{
    const struct core *core = board_core(g->board);
    uint32_t at = number == CORE_PC ? 4 : 0;
    if (core_reg(core, CORE_PC) != 0 || core_reg(core, CORE_SP) != 0 ||
            (number != CORE_PC && number != CORE_SP && number != REG_MSP) ||
            board_peek(g->board, at, bytes, 4) != 4) {
        return false;
    }
    bytes[0] &= number == CORE_PC ? 0xFE : 0xFF;
    return true;
}

void register_read(struct gdb *g, unsigned number, uint8_t bytes[8])
{
    const struct core *core = board_core(g->board);
    if (read_at_reset(g, number, bytes)) {
        return;
    }
    if (register_size(number) == 8) {
        unsigned s = CORE_S0 + 2 * (number - REG_D0);
        put_word(bytes, core_reg(core, (enum core_reg)s));
        put_word(bytes + 4, core_reg(core, (enum core_reg)(s + 1)));
        return;
    }
    put_word(bytes, core_reg(core, core_number(number)));
}

void register_write(struct gdb *g, unsigned number, const uint8_t bytes[8])
{
    struct core *core = board_core(g->board);
    switch (register_size(number)) {
    case 8: {
        unsigned s = CORE_S0 + 2 * (number - REG_D0);
        core_reg_set(core, (enum core_reg)s, get_word(bytes));
        core_reg_set(core, (enum core_reg)(s + 1), get_word(bytes + 4));
        break;
    }
    case 1: core_reg_set(core, core_number(number), bytes[0]); break;
    default: core_reg_set(core, core_number(number), get_word(bytes)); break;
    }
}

/* ---- memory --------------------------------------------------------------------------- */

/* The core answers for the private peripheral bus itself, by words. */
static bool is_private(uint32_t addr)
{
    return addr >= 0xE0000000u && addr < 0xE0100000u;
}

size_t memory_read(struct gdb *g, uint32_t addr, void *bytes, size_t len)
{
    if (!is_private(addr)) {
        return board_peek(g->board, addr, bytes, len);
    }
    for (size_t i = 0; i < len; i++) {
        uint32_t at = addr + (uint32_t)i;
        uint32_t word = core_ppb(board_core(g->board), at & ~3u);
        ((uint8_t *)bytes)[i] = (uint8_t)(word >> 8 * (at & 3));
    }
    return len;
}

size_t memory_write(struct gdb *g, uint32_t addr, const void *bytes, size_t len)
{
    if (!is_private(addr)) {
        return board_poke(g->board, addr, bytes, len);
    }
    if ((addr | len) % 4 != 0) {
        return 0;
    }
    for (size_t i = 0; i < len; i += 4) {
        core_ppb_set(board_core(g->board), addr + (uint32_t)i,
                get_word((const uint8_t *)bytes + i));
    }
    return len;
}
