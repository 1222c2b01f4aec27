/* layout.h - what the harness on the processor and the host agree on: a batch
 * of blocks and inputs going in, a record for each run coming out. The twin of
 * these numbers is in test/firmware/oracle/.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_LAYOUT_H
#define ETCH_ORACLE_LAYOUT_H

/* Addresses. */
#define BATCH_AT    0x21000000u /* trampoline, header, tables, code: 16 MiB */
#define CASE_EXIT   0x00000100u /* where the trampoline and faults lead */
#define CASE_ENTER  0x00000104u /* the last instruction before a block */
#define WINDOW_AT   0x20001000u /* data, main stack, process stack */
#define MAIN_SP     0x20001130u
#define PROCESS_SP  0x20001230u
#define BAND_AT     0x22000000u /* bit-band alias of SRAM */
#define UNMAPPED_AT 0x61000000u /* nothing is there: bus error */
#define OUTPUT_FD   3

enum {
    BATCH_BYTES = 16 << 20,
    HEADER_WORDS = 6, /* trampoline (2), blocks, inputs, table, inputs' place */
    ENTRY_WORDS = 4,  /* a block in the table: entry, mode, first input, runs */

    DATA_BYTES = 128,  /* of the window, for loads and stores */
    WATCHED_FROM = 64, /* of them: 32 bytes with an MPU region of their own */
    WATCHED_TO = 96,

    /* An input, in words. */
    IN_LR = 13,
    IN_APSR = 14,
    IN_FPSCR = 15,
    IN_SKEW = 16,
    IN_S = 20,
    IN_WINDOW = 52,
    IN_WORDS = 212,

    /* A record, in words. */
    OUT_SP = 13,
    OUT_LR,
    OUT_APSR,
    OUT_FPSCR,
    OUT_PRIMASK,
    OUT_BASEPRI,
    OUT_FAULTMASK,
    OUT_CONTROL,
    OUT_MSP,
    OUT_PSP,
    OUT_EXCEPTION,
    OUT_EXC_RETURN,
    OUT_CFSR,
    OUT_HFSR,
    OUT_MMFAR,
    OUT_BFAR,
    OUT_FAULT_PC,
    OUT_FAULT_XPSR,
    OUT_LOG,
    OUT_S = 32,
    OUT_WINDOW = 64,
    OUT_WORDS = 224
};

/* How a block is run. */
enum mode {
    MODE_UNPRIVILEGED = 1 << 0, /* these three are CONTROL */
    MODE_PROCESS_STACK = 1 << 1,
    MODE_FP_ACTIVE = 1 << 2,
    MODE_TRAP_UNALIGNED = 1 << 3,
    MODE_TRAP_ZERO = 1 << 4,
    MODE_FAULTS_ENABLED = 1 << 5,
    MODE_NO_FPU = 1 << 6,
    MODE_MPU = 1 << 7,
    MODE_AP_SHIFT = 8,
    MODE_LAZY = 1 << 12,     /* FPCCR.LSPEN */
    MODE_STACKS_FP = 1 << 13 /* FPCCR.ASPEN */
};

#endif
