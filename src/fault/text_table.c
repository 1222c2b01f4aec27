/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"

const char *const cause_names[ETCH_FAULT_CAUSES] = {
        [ETCH_FAULT_UNDECIDED] = "undecided",
        [ETCH_FAULT_NONE] = "none",
        [ETCH_FAULT_WRITE_REFUSED] = "write-refused",
        [ETCH_FAULT_ACCESS_REFUSED] = "access-refused",
        [ETCH_FAULT_EXEC_REFUSED] = "execution-refused",
        [ETCH_FAULT_NULL_POINTER] = "null-pointer",
        [ETCH_FAULT_NULL_CALL] = "null-call",
        [ETCH_FAULT_ERASED_VECTOR] = "erased-vector",
        [ETCH_FAULT_ERASED_CALL] = "erased-call",
        [ETCH_FAULT_ERASED_CODE] = "erased-code",
        [ETCH_FAULT_STACK_OVERFLOW] = "stack-overflow",
        [ETCH_FAULT_UNSTACK_REFUSED] = "unstacking-refused",
        [ETCH_FAULT_LAZY_FP] = "lazy-fp",
        [ETCH_FAULT_WRONG_KEY] = "wrong-key",
        [ETCH_FAULT_PPB_UNPRIVILEGED] = "ppb-unprivileged",
        [ETCH_FAULT_BUS_ABSENT] = "bus-absent",
        [ETCH_FAULT_BUS_IMPRECISE] = "bus-imprecise",
        [ETCH_FAULT_BUS_FETCH] = "bus-fetch",
        [ETCH_FAULT_CCM_FETCH] = "ccm-fetch",
        [ETCH_FAULT_UNDEFINED] = "undefined-instruction",
        [ETCH_FAULT_NOT_THUMB] = "not-thumb",
        [ETCH_FAULT_BAD_RETURN] = "bad-return",
        [ETCH_FAULT_NO_FPU] = "no-fpu",
        [ETCH_FAULT_UNALIGNED] = "unaligned",
        [ETCH_FAULT_DIVIDE] = "divide-by-zero",
        [ETCH_FAULT_VECTOR_READ] = "vector-read",
        [ETCH_FAULT_BREAKPOINT] = "breakpoint",
        [ETCH_FAULT_SVC_REFUSED] = "svc-refused",
};

const char *const cause_clauses[ETCH_FAULT_CAUSES] = {
        [ETCH_FAULT_WRITE_REFUSED] = "the MPU refused a write to %a",
        [ETCH_FAULT_ACCESS_REFUSED] = "the MPU refused %s %a",
        [ETCH_FAULT_EXEC_REFUSED] = "the processor may not execute %a",
        [ETCH_FAULT_NULL_POINTER] = "%s %a through a NULL pointer was refused",
        [ETCH_FAULT_NULL_CALL] =
                "a NULL function pointer was called: execution went to %x",
        [ETCH_FAULT_ERASED_VECTOR] =
                "an exception's vector read as 0xFFFFFFFF: the vector "
                "table is erased flash, and execution went to %x",
        [ETCH_FAULT_ERASED_CALL] =
                "a pointer that was read from erased flash was called: execution went to "
                "%x",
        [ETCH_FAULT_ERASED_CODE] = "the instruction at %a is erased flash (0xFFFF)",
        [ETCH_FAULT_UNSTACK_REFUSED] =
                "the frame of an exception could not be read back on return, from %a",
        [ETCH_FAULT_WRONG_KEY] =
                "a store to the key register of the flash controller, %x, "
                "was answered with a bus error",
        [ETCH_FAULT_PPB_UNPRIVILEGED] = "unprivileged code may not touch %a",
        [ETCH_FAULT_BUS_ABSENT] = "nothing answers at %a",
        [ETCH_FAULT_BUS_FETCH] = "there is nothing to execute at %a",
        [ETCH_FAULT_CCM_FETCH] =
                "execution went to %a, which the processor reaches for data "
                "only",
        [ETCH_FAULT_UNDEFINED] = "there is no such instruction as the one at %a",
        [ETCH_FAULT_NOT_THUMB] =
                "a jump to %a had bit 0 of its target clear: not Thumb code",
        [ETCH_FAULT_NO_FPU] =
                "a coprocessor instruction (floating point, as a rule) at %a, and "
                "that coprocessor is off or not there",
        [ETCH_FAULT_UNALIGNED] =
                "an unaligned access, which this instruction or CCR does "
                "not allow, at %a",
        [ETCH_FAULT_DIVIDE] = "a division by zero at %a",
};

const char *const cause_clauses_blind[ETCH_FAULT_CAUSES] = {
        [ETCH_FAULT_UNDECIDED] = "the cause cannot be told from what is known",
        [ETCH_FAULT_NONE] = "the status registers show no fault",
        [ETCH_FAULT_WRITE_REFUSED] = "the MPU refused a write",
        [ETCH_FAULT_ACCESS_REFUSED] = "the MPU refused a load or a store",
        [ETCH_FAULT_EXEC_REFUSED] = "the MPU refused to let an instruction be fetched",
        [ETCH_FAULT_NULL_POINTER] = "a NULL pointer was used",
        [ETCH_FAULT_NULL_CALL] = "a NULL function pointer was called",
        [ETCH_FAULT_ERASED_VECTOR] = "an exception's vector is erased flash",
        [ETCH_FAULT_ERASED_CODE] = "the instruction is erased flash (0xFFFF)",
        [ETCH_FAULT_UNSTACK_REFUSED] =
                "the frame of an exception could not be read back on the "
                "return from it",
        [ETCH_FAULT_LAZY_FP] = "the floating-point registers could not be saved to the "
                               "frame that was reserved for them",
        [ETCH_FAULT_WRONG_KEY] = "the flash controller was given a wrong key",
        [ETCH_FAULT_PPB_UNPRIVILEGED] =
                "unprivileged code touched the processor's registers",
        [ETCH_FAULT_BUS_ABSENT] = "nothing answers at the address of a load or store",
        [ETCH_FAULT_BUS_IMPRECISE] =
                "a store ended in a bus error some instructions before this one",
        [ETCH_FAULT_BUS_FETCH] = "there is nothing to execute where execution went",
        [ETCH_FAULT_CCM_FETCH] = "execution went to CCM RAM",
        [ETCH_FAULT_UNDEFINED] = "there is no such instruction",
        [ETCH_FAULT_NOT_THUMB] = "a jump had bit 0 of its target clear: not Thumb code",
        [ETCH_FAULT_BAD_RETURN] = "an exception returned with a value that is no "
                                  "EXC_RETURN, or to a state that is gone",
        [ETCH_FAULT_NO_FPU] =
                "a coprocessor instruction (floating point, as a rule), and that "
                "coprocessor is off or not there",
        [ETCH_FAULT_UNALIGNED] =
                "an unaligned access, which the instruction or CCR does not "
                "allow",
        [ETCH_FAULT_DIVIDE] = "a division by zero",
        [ETCH_FAULT_VECTOR_READ] =
                "an exception's vector could not be read: VTOR does not "
                "point to a table",
        [ETCH_FAULT_BREAKPOINT] = "a BKPT without a debugger",
        [ETCH_FAULT_SVC_REFUSED] =
                "an SVC where none can be taken (interrupts masked, or from a handler)",
};

const char *const cause_fixes[ETCH_FAULT_CAUSES] = {
        [ETCH_FAULT_EXEC_REFUSED] =
                "Find the pointer that was called, or the return address that was "
                "overwritten: a stack that is too small, as a rule.",
        [ETCH_FAULT_NULL_POINTER] = "Find the pointer that was never set, often a handle "
                                    "whose initialisation was left out.",
        [ETCH_FAULT_NULL_CALL] =
                "Find the function pointer that was never set, often a callback; LR "
                "tells "
                "who called. If LR leads nowhere, a return address was overwritten: look "
                "for a stack that is too small.",
        [ETCH_FAULT_ERASED_VECTOR] =
                "The sector with the vector table was erased, or VTOR "
                "points to one that is: keep data out of the sectors "
                "of the image, the first above all.",
        [ETCH_FAULT_ERASED_CALL] =
                "Check the value before the call: erased flash reads as 0xFFFFFFFF, in a "
                "table, in settings, in an application that is not there. If nobody "
                "calls it, a return address was overwritten.",
        [ETCH_FAULT_ERASED_CODE] =
                "The sector with this code was erased: keep data out of "
                "the sectors of the image.",
        [ETCH_FAULT_STACK_OVERFLOW] =
                "Give this stack more room, or the function less to "
                "put on it; large buffers belong elsewhere.",
        [ETCH_FAULT_UNSTACK_REFUSED] =
                "The stack pointer is wrong, or the MPU changed meanwhile: look for what "
                "has overwritten it, in a context switch above all, or for a change in a "
                "handler that is not undone.",
        [ETCH_FAULT_LAZY_FP] =
                "The stack was exchanged, or the MPU closed over it, between "
                "exception entry and the handler's first floating-point "
                "instruction.",
        [ETCH_FAULT_WRONG_KEY] = "Write %s1 and %s2 once, in this order and only while "
                                 "%s is set; after a wrong key only a reset unlocks.",
        [ETCH_FAULT_PPB_UNPRIVILEGED] =
                "Do this in privileged code, or ask it by an SVC.",
        [ETCH_FAULT_BUS_ABSENT] =
                "Check the address: memory%s that this part does not have, or a wild "
                "pointer.",
        [ETCH_FAULT_BUS_IMPRECISE] =
                "Look at the stores before PC: a wild pointer, memory or a peripheral "
                "that "
                "this part does not have. In code that writes flash "
                "it is the key: KEY1 and KEY2 once, in this order and only while CR.LOCK "
                "is set.",
        [ETCH_FAULT_BUS_FETCH] =
                "Check the pointer that was called, or the return address: the stack may "
                "have been overwritten, or be too small.",
        [ETCH_FAULT_CCM_FETCH] =
                "Link code that shall run from RAM to SRAM at 0x20000000; "
                "the vendor's linker scripts mark CCM executable and are "
                "wrong.",
        [ETCH_FAULT_UNDEFINED] =
                "Look at what lies there. UDF is put where a program must not come: a "
                "failed assertion, abort(), a panic, and the callers tell which. Else it "
                "is data, code for another processor, or a sector written in the wrong "
                "place.",
        [ETCH_FAULT_NOT_THUMB] =
                "Was that address made by hand, or read from a table (a vector, a jump "
                "to "
                "an application)? It needs bit 0 set, which the compiler does. If not, a "
                "return address or a pointer was overwritten: look for a stack that is "
                "too small.",
        [ETCH_FAULT_BAD_RETURN] =
                "Look for what has overwritten LR or the stack: a stack that is too "
                "small, a buffer written past its end. At an RTOS's first switch it is "
                "the EXC_RETURN that the new thread was given.",
        [ETCH_FAULT_NO_FPU] =
                "Switch the FPU on first (CPACR, bits 20 to 23), also in a boot loader's "
                "application. If it was on: that is data, or code for another core.",
        [ETCH_FAULT_UNALIGNED] = "Align the object, or access it by bytes; LDM, LDRD and "
                                 "exclusive accesses always want it.",
        [ETCH_FAULT_DIVIDE] = "Check the divisor; CCR.DIV_0_TRP makes a fault of it.",
        [ETCH_FAULT_VECTOR_READ] =
                "Set VTOR to a table that exists, aligned to its size.",
        [ETCH_FAULT_BREAKPOINT] = "Look at the instruction at PC: an assertion's BKPT "
                                  "stops a debugger and faults without one.",
        [ETCH_FAULT_SVC_REFUSED] =
                "The SVC is before PC, perhaps in a system call. Do not use it with "
                "PRIMASK, FAULTMASK or BASEPRI set, nor from a handler that SVCall "
                "cannot interrupt. (QEMU shows a BKPT so, too.)",
};

const char *const area_names[AREA_NOTHING + 1] = {
        [AREA_ALIAS] = "flash, seen at 0",
        [AREA_FLASH] = "flash",
        [AREA_CCM] = "CCM RAM",
        [AREA_SYSTEM] = "system memory, ST's boot loader",
        [AREA_OTP] = "OTP",
        [AREA_OPTIONS] = "option bytes",
        [AREA_SRAM] = "SRAM",
        [AREA_PERIPHERAL] = "a peripheral",
        [AREA_EXTERNAL] = "external memory",
        [AREA_PPB] = "the processor's own registers",
        [AREA_NOTHING] = "no memory",
};

const char *const framework_names[ETCH_FAULT_CUBEMX + 1] = {
        [ETCH_FAULT_ANY] = "",
        [ETCH_FAULT_MBED] = "Mbed OS",
        [ETCH_FAULT_ZEPHYR] = "Zephyr",
        [ETCH_FAULT_FREERTOS] = "FreeRTOS-MPU",
        [ETCH_FAULT_RIOT] = "RIOT",
        [ETCH_FAULT_CUBEMX] = "CubeMX",
};

#define REGION(n) \
    [ETCH_FAULT_RBAR0 + 2 * (n)] = "RBAR" #n, [ETCH_FAULT_RASR0 + 2 * (n)] = "RASR" #n
#define WINDOW(n)                                                                       \
    [ETCH_FAULT_WINDOW0 + 5 * (n)] = "WINDOW" #n "_ADDR",                               \
                              [ETCH_FAULT_WINDOW0 + 5 * (n) + 1] = "WINDOW" #n "_LEN",  \
                              [ETCH_FAULT_WINDOW0 + 5 * (n) + 2] = "WINDOW" #n "_KIND", \
                              [ETCH_FAULT_WINDOW0 + 5 * (n) + 3] = "WINDOW" #n "_ID",   \
                              [ETCH_FAULT_WINDOW0 + 5 * (n) + 4] = "WINDOW" #n "_PLAN"

const char *const word_names[ETCH_FAULT_WORDS] = {
        [ETCH_FAULT_R0] = "R0",
        [ETCH_FAULT_R1] = "R1",
        [ETCH_FAULT_R2] = "R2",
        [ETCH_FAULT_R3] = "R3",
        [ETCH_FAULT_R12] = "R12",
        [ETCH_FAULT_LR] = "LR",
        [ETCH_FAULT_PC] = "PC",
        [ETCH_FAULT_PSR] = "PSR",
        [ETCH_FAULT_MPU_CTRL] = "MPU_CTRL",
        [ETCH_FAULT_MSP] = "MSP",
        [ETCH_FAULT_PSP] = "PSP",
        [ETCH_FAULT_CONTROL] = "CONTROL",
        [ETCH_FAULT_PRIMASK] = "PRIMASK",
        [ETCH_FAULT_BASEPRI] = "BASEPRI",
        [ETCH_FAULT_VECTOR] = "VECTOR",
        [ETCH_FAULT_EXC_RETURN] = "EXC_RETURN",
        [ETCH_FAULT_R4] = "R4",
        [ETCH_FAULT_R5] = "R5",
        [ETCH_FAULT_R6] = "R6",
        [ETCH_FAULT_R7] = "R7",
        [ETCH_FAULT_R8] = "R8",
        [ETCH_FAULT_R9] = "R9",
        [ETCH_FAULT_R10] = "R10",
        [ETCH_FAULT_R11] = "R11",
        [ETCH_FAULT_SHCSR] = "SHCSR",
        [ETCH_FAULT_CFSR] = "CFSR",
        [ETCH_FAULT_HFSR] = "HFSR",
        [ETCH_FAULT_DFSR] = "DFSR",
        [ETCH_FAULT_MMFAR] = "MMFAR",
        [ETCH_FAULT_BFAR] = "BFAR",
        [ETCH_FAULT_VTOR] = "VTOR",
        [ETCH_FAULT_FLASH_SR] = "FLASH_SR",
        [ETCH_FAULT_FLASH_CR] = "FLASH_CR",
        [ETCH_FAULT_OP_ADDR] = "OP_ADDR",
        [ETCH_FAULT_OP_DATA] = "OP_DATA",
        [ETCH_FAULT_OP_LEN] = "OP_LEN",
        [ETCH_FAULT_OP_SR] = "OP_SR",
        [ETCH_FAULT_OP_STALE] = "OP_STALE",
        [ETCH_FAULT_OP_AT] = "OP_AT",
        REGION(0),
        REGION(1),
        REGION(2),
        REGION(3),
        REGION(4),
        REGION(5),
        REGION(6),
        REGION(7),
        WINDOW(0),
        WINDOW(1),
        WINDOW(2),
        WINDOW(3),
        [ETCH_FAULT_SP] = "SP",
        [ETCH_FAULT_INSN] = "INSN",
        [ETCH_FAULT_FRAMEWORK] = "FRAMEWORK",
};
