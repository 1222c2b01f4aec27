/* disassemble.c - one line of assembly, by capstone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core.h"

#include <inttypes.h>
#include <stdio.h>

#include <capstone.h>

/* A3.1, A5.1: an instruction is two halfwords if the first starts with 0b11101,
 * 0b11110 or 0b11111. */
static size_t length(const uint8_t bytes[4])
{
    return bytes[1] >> 3 >= 0x1D ? 4 : 2;
}

/* Opening is slow and traces are long: one handle for each thread, for ever. */
static csh handle(void)
{
    static _Thread_local csh opened;
    if (opened == 0 &&
            cs_open(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS, &opened) != CS_ERR_OK) {
        opened = 0;
    }
    return opened;
}

static void write_undecoded(const uint8_t bytes[4], char *text, size_t size)
{
    unsigned first = bytes[0] | (unsigned)bytes[1] << 8;
    unsigned second = bytes[2] | (unsigned)bytes[3] << 8;
    if (length(bytes) == 4) {
        (void)snprintf(text, size, ".inst.w 0x%04x%04x", first, second);
    } else {
        (void)snprintf(text, size, ".inst.n 0x%04x", first);
    }
}

size_t core_disassemble(uint32_t addr, const uint8_t bytes[4], char *text, size_t size)
{
    size_t len = length(bytes);
    csh capstone = handle();
    cs_insn *insn = NULL;
    size_t n = capstone != 0 ? cs_disasm(capstone, bytes, len, addr, 1, &insn) : 0;
    if (n == 1 && insn->size == len) {
        (void)snprintf(text, size, insn->op_str[0] != '\0' ? "%s %s" : "%s",
                insn->mnemonic, insn->op_str);
    } else {
        write_undecoded(bytes, text, size);
    }
    cs_free(insn, n);
    return len;
}
