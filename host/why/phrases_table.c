/* phrases_table.c - the sentences in which crash handlers tell what the
 * registers say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "why/why_priv.h"

/* A phrase that holds another one comes before it. */
const struct phrase phrases[] = {
        /* whose it is */
        {"++ etch fault ++", TELLS_FORMAT, WHY_ETCH},
        {"mbedos fault handler", TELLS_FORMAT, WHY_MBED},
        {"***** mpu fault", TELLS_FORMAT, WHY_ZEPHYR},
        {"***** bus fault", TELLS_FORMAT, WHY_ZEPHYR},
        {"***** usage fault", TELLS_FORMAT, WHY_ZEPHYR},
        {"***** hard fault", TELLS_FORMAT, WHY_ZEPHYR},
        {"zephyr fatal error", TELLS_FORMAT, WHY_ZEPHYR},
        {"registers information=", TELLS_FORMAT, WHY_CMBACKTRACE},
        /* Mbed OS */
        {"faulttype:hardfault", TELLS_VECTOR, 3},
        {"faulttype:memmanagefault", TELLS_VECTOR, 4},
        {"faulttype:busfault", TELLS_VECTOR, 5},
        {"faulttype:usagefault", TELLS_VECTOR, 6},
        {"mode:thread", TELLS_MODE_THREAD, 0},
        {"mode:handler", TELLS_MODE_HANDLER, 0},
        {"stack:psp", TELLS_STACK_PSP, 0},
        {"stack:msp", TELLS_STACK_MSP, 0},
        {"priv:user", TELLS_USER, 0},
        /* Zephyr */
        {"***** mpu fault", TELLS_VECTOR, 4},
        {"***** bus fault", TELLS_VECTOR, 5},
        {"***** usage fault", TELLS_VECTOR, 6},
        {"***** hard fault", TELLS_VECTOR, 3},
        {"fault escalation", TELLS_HFSR, 1u << 30},
        {"bus fault on vector table read", TELLS_HFSR, 1u << 1},
        {"instruction access violation", TELLS_CFSR, 0x00000001},
        {"data access violation", TELLS_CFSR, 0x00000002},
        {"unstacking error", TELLS_UNSTACKING, 0},
        {"stacking error", TELLS_STACKING, 0},
        {"floating-point lazy state preservation", TELLS_LAZY, 0},
        {"imprecise data bus error", TELLS_CFSR, 0x00000400},
        {"precise data bus error", TELLS_CFSR, 0x00000200},
        {"instruction bus error", TELLS_CFSR, 0x00000100},
        {"execute undefined instruction", TELLS_CFSR, 0x00010000},
        {"illegal use of the epsr", TELLS_CFSR, 0x00020000},
        {"illegal load of exc_return into pc", TELLS_CFSR, 0x00040000},
        {"no coprocessor instructions", TELLS_CFSR, 0x00080000},
        {"unaligned memory access", TELLS_CFSR, 0x01000000},
        {"division by zero", TELLS_CFSR, 0x02000000},
        {"stack overflow (context area not valid)", TELLS_STACKING, 0},
        {"faulting instruction address", TELLS_WORD, ETCH_FAULT_PC},
        {"mmfar address", TELLS_WORD, ETCH_FAULT_MMFAR},
        {"bfar address", TELLS_WORD, ETCH_FAULT_BFAR},
        /* CmBacktrace; what it says of an access is told by the fault it names */
        {"caused by failed vector fetch", TELLS_HFSR, 1u << 1},
        {"bus fault is caused by imprecise data access", TELLS_CFSR, 0x00000400},
        {"bus fault is caused by precise data access", TELLS_CFSR, 0x00000200},
        {"bus fault is caused by instruction access", TELLS_CFSR, 0x00000100},
        {"bus fault is caused by stacking", TELLS_CFSR, 0x00001000},
        {"bus fault is caused by unstacking", TELLS_CFSR, 0x00000800},
        {"bus fault is caused by floating-point", TELLS_CFSR, 0x00002000},
        {"execute an undefined instruction", TELLS_CFSR, 0x00010000},
        {"switch to an invalid state", TELLS_CFSR, 0x00020000},
        {"bad value in the exc_return number", TELLS_CFSR, 0x00040000},
        {"execute a coprocessor instruction", TELLS_CFSR, 0x00080000},
        {"unaligned access fault has taken place", TELLS_CFSR, 0x01000000},
        {"divide by zero has taken place", TELLS_CFSR, 0x02000000},
        {"memory management fault occurred address is", TELLS_WORD, ETCH_FAULT_MMFAR},
        {"bus fault occurred address is", TELLS_WORD, ETCH_FAULT_BFAR},
};

const size_t phrases_n = sizeof(phrases) / sizeof(*phrases);
