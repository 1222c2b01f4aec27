/* test_why.c - why.h: what a text says of a fault. The formats whole are tested
 * through the program (test/cli/test_why.py).
 *
 * SPDX-License-Identifier: MIT
 */
#include "why/why.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"

static struct why w;

static void read_text(const char *text)
{
    why_read(&w, text, strlen(text));
}

static void assert_word(enum etch_fault_word word, uint32_t value)
{
    assert_true(etch_fault_knows(&w.fault, word));
    assert_int_equal(etch_fault_get(&w.fault, word), value);
}

static void the_parts_of_cfsr_are_put_together(void **state)
{
    read_text("MMFSR: 00000082\nBFSR : 00000082\nUFSR : 00000201\n");
    assert_word(ETCH_FAULT_CFSR, 0x02018282);
    read_text("MFSR=82");
    assert_word(ETCH_FAULT_CFSR, 0x82);
}

static void every_word_can_be_read_back_by_its_name(void **state)
{
    for (uint32_t word = 0; word < ETCH_FAULT_WORDS; word++) {
        char text[80];
        uint32_t value = word == ETCH_FAULT_CFSR   ? 0x8080
                         : word == ETCH_FAULT_HFSR ? 0xC0000002
                                                   : 0x8080 + word * 0x10000;
        (void)snprintf(text, sizeof(text), "CFSR=0x8080 %s=0x%08X",
                etch_fault_word_name(word), value);
        read_text(text);
        assert_word(word, value);
    }
}

static void an_address_without_its_flag_is_noise(void **state)
{
    read_text("CFSR=0x8002 MMFAR=0x10 BFAR=0x20");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_MMFAR));
    assert_word(ETCH_FAULT_BFAR, 0x20);
    read_text("CFSR=0x0280 MMFAR=0x10 BFAR=0x20");
    assert_word(ETCH_FAULT_MMFAR, 0x10);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_BFAR));
}

static void numbers_that_are_none_are_passed_over(void **state)
{
    static const char *const texts[] = {"PC=", "PC=0x", "PC: no", "PC=9999999999",
            "PC=0x123456789", "PC=12.5", "PC=12z", "PC 12345678", "x PC 0x12345678",
            "PCX=0x10", "XPC=0x10", "PC=_1"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i]);
        if (w.words != 0) {
            fail_msg("%s", texts[i]);
        }
    }
}

static void a_number_ends_where_the_next_name_begins(void **state)
{
    read_text("SP = 0x20001F40LR = 0x08000431ab");
    assert_word(ETCH_FAULT_SP, 0x20001F40);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_LR));
    read_text("PSP = 0x00000000CFSR = 0x00000400MSP: 20001f40r0: 0");
    assert_word(ETCH_FAULT_PSP, 0);
    assert_word(ETCH_FAULT_CFSR, 0x400);
    assert_word(ETCH_FAULT_MSP, 0x20001F40);
    assert_word(ETCH_FAULT_R0, 0);
}

static void a_number_may_be_written_in_halves(void **state)
{
    read_text("HFSR=0x4000 0000\nCFSR = 0x0000_0082, MMFAR: 0x0806 0000 PC=8000254");
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 0x08060000);
    assert_word(ETCH_FAULT_PC, 0x08000254);
    read_text("HFSR=0x4000.0000 LR: 0xFFFF.FFF9");
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    assert_word(ETCH_FAULT_LR, 0xFFFFFFF9);
    read_text("lr             0x1893   6291\npc             0x1874   0x1874 <f+4>\n");
    assert_word(ETCH_FAULT_LR, 0x1893);
    assert_word(ETCH_FAULT_PC, 0x1874);
    read_text("CFSR=0x82 1234 MSP=0x4000 12345 SHCSR=7000 1234");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MSP, 0x4000);
    assert_word(ETCH_FAULT_SHCSR, 0x7000);
}

static void a_name_may_have_another_in_brackets(void **state)
{
    read_text("LR [R14] = 8000431  subroutine call return address\n"
              "PC [R15] = 8000254  program counter\nCFSR = 82\n");
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_PC, 0x08000254);
}

static void brackets_between_a_name_and_its_value_are_passed_over(void **state)
{
    read_text("SP(R13)= 2001FF88, r0 (/32): 0x00000010\npc (R15)  0x08001316\n"
              "Fault Status Register (CFSR):       0x00000101\n");
    assert_word(ETCH_FAULT_SP, 0x2001FF88);
    assert_word(ETCH_FAULT_R0, 0x10);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_CFSR, 0x101);
    read_text("CFSR (UFSR:BFSR:MMFSR) = 0x0200:0x82:0x01");
    assert_word(ETCH_FAULT_CFSR, 0x02008201);
}

static void what_stands_before_a_name_does_not_matter(void **state)
{
    read_text("_CFSR=0x82 debug_hardfault_pc=0x08001316 regs.lr=0x08000431 "
              "SCB_CFSR_BFSR:0x82 frame->r0=1");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_R0, 1);
    /* but of names that others use, too, it does */
    read_text("clock_control=0x82 irq_vector=0x10 stack_size=0x400 stack_cfsr=0x400");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_CONTROL));
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_VECTOR));
}

static void two_names_may_have_one_value(void **state)
{
    read_text("CFSR=0x8280, BFAR=MMFAR=0x20020000 (wild)");
    assert_word(ETCH_FAULT_BFAR, 0x20020000);
    assert_word(ETCH_FAULT_MMFAR, 0x20020000);
}

static void a_value_may_be_in_a_sentence(void **state)
{
    read_text("The CFSR value is 0x00000082, HFSR reads 0x40000000, PC -> 0x08001316.");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    read_text("read the CFSR at 0xE000ED28, MMFAR, located at 0xE000ED34, and PC is 82");
    assert_int_equal(w.words, 0);
}

static void what_a_register_cannot_hold_is_none_of_its_values(void **state)
{
    read_text("SCB->CFSR = 0xFFFFFFFF; HFSR: 0xe000ed2c\n#define SCB_CFSR 0xE000ED28\n"
              "if (cfsr == 0x400) BFSR (0xE000ED29) MMFSR=0x44 UFSR=0x10000\n"
              "BFAR - 0xE000ED38\n");
    assert_int_equal(w.words, 0);
    read_text("volatile uint32_t hfsr = *(uint32_t *)0xE000ED2C;\nCFSR = 0x82\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_int_equal(w.words, 1);
    read_text("the entire CFSR 0x008200, BFSR 0x82");
    assert_word(ETCH_FAULT_CFSR, 0x8200);
}

static void ends_of_lines_may_be_written_out(void **state)
{
    read_text("{\"text\": "
              "\"fault:\\npc=0x8002468\\r\\ncfsr=0x8200\\tbfar=0xC0DE0004\\n\"}");
    assert_word(ETCH_FAULT_PC, 0x08002468);
    assert_word(ETCH_FAULT_CFSR, 0x8200);
    assert_word(ETCH_FAULT_BFAR, 0xC0DE0004);
}

static void columns_need_no_sign_between_them(void **state)
{
    read_text("HFSR  40000000\nr0  0x10 r1  0x11, pc 0x08001316 psr 0x61000000\n");
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    assert_word(ETCH_FAULT_R0 + 1, 0x11);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_PSR, 0x61000000);
    read_text("tag: r12 0x00000002 lr 0x08000431 pc 0x08001316\n");
    assert_word(ETCH_FAULT_R12, 2);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    read_text("CFSR 82 lines\nsee pc 0x08001316\nR0 40000000\n");
    assert_int_equal(w.words, 0);
}

static void what_is_called_stacked_is_not_the_handlers(void **state)
{
    read_text("PC = 080001F4\nLR = FFFFFFF9\nstacked LR = 08000431\n"
              "Stacked faulting PC = 08001316\nCFSR = 82\n");
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    read_text("stacked_pc=0x08001316 StackR0=1 stack_r1=2 CFSR=82");
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_R0, 1);
    assert_word(ETCH_FAULT_R1, 2);
}

static void the_first_lr_may_be_the_handlers(void **state)
{
    read_text("LR=FFFFFFED R0=0 LR=08000431");
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFED);
    read_text("LR : 08000431\nLR/EXC_RETURN= FFFFFFE9");
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFE9);
    read_text("LR=08000431 R0=0 LR=FFFFFFED");
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_EXC_RETURN));
}

static void a_lockup_is_known_by_its_pc(void **state)
{
    read_text("target halted, current mode: Handler HardFault\n"
              "xPSR: 0x01000003 pc: 0xfffffffe msp: 0xffffffd8\n");
    assert_true(w.locked_up);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
    read_text("CFSR=1 PC=0xFFFFFFFE PSR=0x61000000"); /* an erased vector */
    assert_false(w.locked_up);
}

static void the_core_is_known_by_cpuid_or_by_the_debugger(void **state)
{
    read_text("CPUID: 410FC241\nCFSR=82");
    assert_string_equal(w.core, "Cortex-M4");
    assert_false(w.no_cfsr);
    read_text("Found Cortex-M0+ r0p1, Little endian.\nPC = 080001F4");
    assert_string_equal(w.core, "Cortex-M0+");
    assert_true(w.no_cfsr);
    read_text("Cortex-M7 identified.\nCFSR=82");
    assert_string_equal(w.core, "Cortex-M7");
    read_text("I have a Cortex-M7 board, and a Cortex-M0, cpuid: 12345678.\nCFSR=82");
    assert_null(w.core);
}

static void what_is_denied_is_not_told(void **state)
{
    read_text("PC=0x100\nData Access Violation: false\nPrecise Data Bus Error: true\n"
              "(DACCVIOL) = 0, INVSTATE: 0x0, IBUSERR is set\n");
    assert_word(ETCH_FAULT_CFSR, 0x300);
    read_text("IMPRECISERR, MUNSTKERR, UNDEFINSTR_Msk");
    assert_word(ETCH_FAULT_CFSR, 0x408);
}

static void assert_cfsr_of(const char *text, uint32_t cfsr)
{
    read_text(text);
    if (etch_fault_get(&w.fault, ETCH_FAULT_CFSR) != cfsr) {
        fail_msg("%s: %x", text, (unsigned)etch_fault_get(&w.fault, ETCH_FAULT_CFSR));
    }
}

static void a_sentence_in_a_longer_one_tells_nothing(void **state)
{
    assert_cfsr_of("Bus Fault: Precise data access violation (PRECISERR)", 0x200);
    assert_cfsr_of("Bus fault detected\n Imprecise data access violation", 0x400);
    assert_cfsr_of("Bus fault: data access violation, PC=0x8001316", 0);
    assert_cfsr_of("NODACCVIOL, SCB_IBUSERR", 0); /* nor does a name in a longer one */
    assert_cfsr_of("no bus fault, data access violation", 2);
    assert_cfsr_of("precise data access violation, and a data access violation", 0x202);
    read_text("Precise data access violation (PRECISERR)\n"
              "BusFault Address Register: 0x20030000\n");
    assert_word(ETCH_FAULT_CFSR, 0x8200);
    assert_word(ETCH_FAULT_BFAR, 0x20030000);
    read_text("Data access violation\nMemManage Fault Address Register (MMFAR): 0x24\n");
    assert_word(ETCH_FAULT_MMFAR, 0x24);
    read_text("PRECISERR\nBusFault Address Register 0xE000ED38\n");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_BFAR));
}

static void a_sentence_counts_where_no_number_says_more(void **state)
{
    assert_cfsr_of("BFSR: 0x82 Data access violation BFAR=0x20030000", 0x8200);
    assert_cfsr_of("MMFSR: 0x00\nData access violation, UNDEFINSTR", 0x10000);
    assert_cfsr_of("MMFSR: 0x00 BFSR: 0x00\nUNDEFINSTR", 0x10000);
    assert_cfsr_of("CFSR=0x8200 Data access violation", 0x8200);
}

static void a_flag_may_be_a_word_of_prose(void **state)
{
    static const char *const set[] = {"UNALIGNED", "UNALIGNED=1", "UNALIGNED: 1",
            "UNALIGNED = true", "[x] UNALIGNED\n[ ] DIVBYZERO", "UFSR: UNALIGNED",
            "UsageFault (UNALIGNED)", "an unaligned access (UNALIGNED)",
            "the flag UNALIGNED is set", "UFSR: UNALIGNED=0x100 NOCP=0",
            "NOCP=0 UNALIGNED=1 IACCVIOL=0", "UNALIGNED=true, DIVBYZERO=false"};
    static const char *const clear[] = {"UNALIGNED=0", "UNALIGNED: 0", "[ ] UNALIGNED",
            "UNALIGNED: false", "unaligned access", "a buffer, unaligned, of 3 bytes",
            "the pointer is unaligned", "spi: unaligned: 12 bytes", "unaligned, length 3",
            "DMA buffer unaligned", "unaligned.", "unaligned: 17"};
    for (size_t i = 0; i < sizeof(set) / sizeof(*set); i++) {
        assert_cfsr_of(set[i], 0x01000000);
    }
    for (size_t i = 0; i < sizeof(clear) / sizeof(*clear); i++) {
        assert_cfsr_of(clear[i], 0);
    }
    assert_cfsr_of("Usage fault: unaligned access at 0x8001234", 0x01000000);
    assert_cfsr_of("UFSR: UNALIGNED DIVBYZERO", 0x03000000);
    assert_cfsr_of("UFSR: DIVBYZERO, UNALIGNED", 0x03000000);
}

static void a_number_with_too_many_digits_is_decimal(void **state)
{
    read_text("CFSR=82 MMFAR=134610944");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 0x08060000);
    assert_true(w.mixed);
    read_text("CFSR=130 MMFAR=134610944");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_false(w.mixed);
    read_text("CFSR=82\nthe HFSR 1073741824 here");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_HFSR));
    assert_false(w.mixed);
    read_text("CFSR=82\nHFSR 1073741824");
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
}

static void an_h_behind_a_number_says_that_it_is_hexadecimal(void **state)
{
    read_text("CFSR 00000082h\nMMFAR 08060000h\nPC=8001316h LR=16h HFSR=1073741824");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 0x08060000);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_LR, 0x16);
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    read_text("PC=12hours");
    assert_int_equal(w.words, 0);
}

static void what_cannot_be_is_kept_to_be_said(void **state)
{
    read_text("HFSR = 0x00000082\nCFSR = 0x40000000\n");
    assert_int_equal(w.words, 0);
    assert_int_equal(w.bad_hfsr, 0x82);
    assert_int_equal(w.bad_cfsr, 0x40000000);
    read_text("SCB->CFSR = 0xFFFFFFFF; HFSR: 0xe000ed2c CFSR=0x82\nMMFSR=0x44");
    assert_int_equal(w.bad_cfsr | w.bad_hfsr, 0);
}

static void other_cores_are_known(void **state)
{
    read_text(
            "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)\nPC : 0x400d1f4b");
    assert_string_equal(w.other_core, "an ESP32");
    read_text("MEPC : 0x42007a3c\n");
    assert_string_equal(w.other_core, "a RISC-V");
    read_text("CFSR=0x82");
    assert_null(w.other_core);
}

static void an_address_belongs_to_the_fault_that_is_told(void **state)
{
    read_text("(DACCVIOL) Data Access Violation\nAccessed Address: 0x2 (nullptr)\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 2);
    read_text("***** BUS FAULT *****\n  Precise data bus error\n  Address: 0x10\n");
    assert_word(ETCH_FAULT_CFSR, 0x8200);
    assert_word(ETCH_FAULT_BFAR, 0x10);
    read_text("cfsr:0x8200 mmfsr:0x00000054 bfsr:0x00000054"); /* PX4's names */
    assert_word(ETCH_FAULT_BFAR, 0x54);
    read_text("CFSR=0x8200 BFSR=0x82");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_BFAR));
    read_text("MMFSR=02 BFSR=00 MMFAR=E000ED34"); /* the number says that it is noise */
    assert_word(ETCH_FAULT_CFSR, 0x02);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_MMFAR));
}

static void registers_come_in_rows_too(void **state)
{
    read_text("R0: 08060000 0000007b 00000001 00000003 00000004 00000005 00000006 "
              "00000007\n"
              "R8: 00000008 00000009 0000000a 0000000b 0000000c 2001ffd8 08000431 "
              "08000254\n"
              "xPSR: 61000000 BASEPRI: 000000f0 CONTROL: 00000001\nCFSR: 00000082\n");
    assert_word(ETCH_FAULT_R0, 0x08060000);
    assert_word(ETCH_FAULT_R1, 0x7B);
    assert_word(ETCH_FAULT_R4 + 3, 7);
    assert_word(ETCH_FAULT_R12, 12);
    assert_word(ETCH_FAULT_SP, 0x2001FFD8);
    assert_word(ETCH_FAULT_LR, 0x08000431);
    assert_word(ETCH_FAULT_PC, 0x08000254);
    assert_word(ETCH_FAULT_PSR, 0x61000000);
    assert_word(ETCH_FAULT_BASEPRI, 0xF0);
    read_text("R1: 00000001 12 RBAR0: 00000010 00000020 R15: 00000003 00000004 CFSR=82");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_R2));
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_RASR0));
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PSR));
}

static void regions_have_several_names(void **state)
{
    read_text("RBAR0=0x1 RASR[1]=0x2 MPU_RBAR[2]=0x3 MPU->RASR3=0x4 MPU_RASR7=0x5 "
              "RASR8=0x6");
    assert_word(ETCH_FAULT_RBAR0, 1);
    assert_word(ETCH_FAULT_RASR0 + 2, 2);
    assert_word(ETCH_FAULT_RBAR0 + 4, 3);
    assert_word(ETCH_FAULT_RASR0 + 6, 4);
    assert_word(ETCH_FAULT_RASR0 + 14, 5);
    assert_int_equal(w.words, 5);
}

static void the_first_of_two_values_counts(void **state)
{
    read_text("CFSR=0x82 MMFAR=0x10\nCFSR=0x400 MMFAR=0x20\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 0x10);
    assert_true(w.two_crashes);
    assert_false(w.later);
    read_text("CFSR=0x82\nCFSR=0x82\n");
    assert_false(w.two_crashes);
}

static void numbers_of_two_crashes_are_never_mixed(void **state)
{
    read_text("CFSR=0x82 HFSR=0x40000000\nLR=0x10 CFSR=0x400 PC=0x20\n");
    assert_true(w.two_crashes && w.later);
    assert_word(ETCH_FAULT_CFSR, 0x400);
    assert_word(ETCH_FAULT_PC, 0x20);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_HFSR));
    read_text("CFSR=0x82 PC=0x20\nLR=0x10 CFSR=0x400 PC=0x20\n");
    assert_true(w.two_crashes && !w.later);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_LR));
}

static void a_reboot_ends_a_crash(void **state)
{
    read_text("***** MPU FAULT *****\n  Data Access Violation\n"
              "*** Booting Zephyr OS build v3.6.0 ***\n"
              "***** BUS FAULT *****\n  Imprecise data bus error\n"
              "Faulting instruction address (r15/pc): 0x08001316\n");
    assert_word(ETCH_FAULT_CFSR, 0x400);
    assert_word(ETCH_FAULT_VECTOR, 5);
    assert_true(w.two_crashes && w.later);
    read_text("***** HARD FAULT *****\n  Fault escalation (see below)\n"
              "***** MPU FAULT *****\n  Data Access Violation\n"
              "Faulting instruction address (r15/pc): 0x08001316\n");
    assert_false(w.two_crashes);
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
}

static void a_short_number_ends_where_a_register_begins(void **state)
{
    read_text("SCB->CFSR: 400MSP: 20001f40 r12: 0LR: 800124dBFAR: 8PC=8001316");
    assert_word(ETCH_FAULT_CFSR, 0x400);
    assert_word(ETCH_FAULT_MSP, 0x20001F40);
    assert_word(ETCH_FAULT_R12, 0);
    assert_word(ETCH_FAULT_LR, 0x0800124D);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    read_text("CFSR=400MHz PC=12lr");
    assert_int_equal(w.words, 0);
}

static void the_type_of_a_variable_may_stand_before_its_value(void **state)
{
    read_text("cfsr volatile uint32_t 0x20000 (Hex)\nlr const unsigned long 0x12f89\n"
              "pc volatile pointer 0x08001316\n");
    assert_word(ETCH_FAULT_CFSR, 0x20000);
    assert_word(ETCH_FAULT_LR, 0x12F89);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
}

static void a_backtrace_tells_what_was_interrupted(void **state)
{
    static const char *const texts[] = {
            "#0 HardFault_Handler () at a.c:1\n#1 <signal handler called>\n"
            "#2  0x08001316 in f (p=0x20000010)\n#3 0x0800124c in main ()\n",
            "  0: 0x08001c20 @ HardFault\n <exception entry>\n  1: 0x08001316 @ f\n",
            "HardFault_Handler() at it.c:89 0x80062fa\t\n<signal handler called>() at "
            "0xffffffe9\t\nf() at f.c:1 384 0x8001316\t\ng() at g.c:775 0x800124c\t\n",
            "Frame 0: \"HardFault handler. Cause: Unknown\" @ 0x08001c1c\n  a.rs:1\n"
            "Frame 1: f @ 0x0000000008001316 inline\nFrame 2: g @ 0x0800124c\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i]);
        assert_word(ETCH_FAULT_PC, 0x08001316);
        assert_int_equal(w.words, 1);
    }
    /* Without an exception these are calls, and arguments are no places. */
    read_text("#0 0x08001316 in f ()\n#1 0x0800124c in main ()\n");
    assert_int_equal(w.words, 0);
    read_text("#1 <signal handler called>\n#2 f (p=0x20000010) at a.c:1\n"
              "#3 0x0800124c in main ()\n");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
    assert_string_equal(w.function, "f (p=0x20000010) at a.c:1");
    read_text(" <exception entry>\n  1: app::f\n   at a.rs:2\n  2: app::g\n");
    assert_string_equal(w.function, "app::f");
    assert_int_equal(w.words, 1);
    read_text("  1: app::f\n  2: app::g\n");
    assert_int_equal(w.words, 0);
    read_text("<signal handler called>() at 0xffffffe9\nf() at f.c:1\nf() at 0x0\n");
    assert_word(ETCH_FAULT_PC, 0);
    read_text("#1 <signal handler called>\n#2 0x123456789 in ?? ()\n");
    assert_int_equal(w.words, 0);
}

static void a_backtrace_counts_more_than_the_handlers_registers(void **state)
{
    read_text("(gdb) info registers\nlr 0xfffffff9 -7\npc 0x8001c20 0x8001c20 <h>\n"
              "xpsr 0x61000003 1627389955\n(gdb) bt\n#1 <signal handler called>\n"
              "#2 0x08001316 in f ()\n");
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    assert_false(w.in_handler);
}

static void ardupilots_line_has_fields_of_its_own(void **state)
{
    read_text("WDG: T-3 SL0 FL100 FT5 FAe000ed38 FTP183 FLR80124d1 FICSR4196355 MM0");
    assert_word(ETCH_FAULT_VECTOR, 5);
    assert_word(ETCH_FAULT_BFAR, 0xE000ED38);
    assert_word(ETCH_FAULT_LR, 0x080124D1);
    read_text("WDOG {FL : 100, FT : 4, FA : 16, FP : 183, LR : 134358225}");
    assert_word(ETCH_FAULT_VECTOR, 4);
    assert_word(ETCH_FAULT_MMFAR, 16);
    assert_word(ETCH_FAULT_LR, 0x080224D1);
    read_text("WDG: T-3 SL0 FL217 FT3 FA2 FTP178 FLR0");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_LR));
    static const char *const others[] = {"WDG: T-3 SL0 FL217 FT2 FA2 FLR80124d1",
            "WDG: T-3 SL0 FL217 FT7 FA2 FLR80124d1", "WDG: T-3 FA2",
            "ft3 fa2 flr80124d1"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        read_text(others[i]);
        assert_int_equal(w.words, 0);
    }
}

static void output_that_the_next_crash_cut_off_is_of_the_last(void **state)
{
    read_text(
            "lr:0x08005e01 pc:0x08001000\nxpsr:0x61000000 basepri:0xarm_hardfault: Hard "
            "Fault: CFAULTS: 00008200 BFAULTADDR: 08100000\nPC: 08001316\n");
    assert_true(w.two_crashes && w.later);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PSR));
    read_text("CFSR=0x8200 pc:0x08001000 xpsr:\n r0:1 lr:0x08005e01 arm_hardfault: Hard "
              "Fault: PC: 08001316\n");
    assert_word(ETCH_FAULT_PC, 0x08001000);
    assert_word(ETCH_FAULT_LR, 0x08005E01);
}

static void a_place_may_have_a_name(void **state)
{
    read_text("Crash location = f [0x08001316] (based on PC)\n"
              "Caller location = add [0x0800124D] (based on LR)\n");
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_word(ETCH_FAULT_LR, 0x0800124D);
    read_text("Crash location = 0x08001316 [0x10]\nCaller location = two words [0x10]\n");
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_LR));
}

static void flags_of_a_title_are_those_of_the_dump(void **state)
{
    read_text("Hard fault, INVPC, at boot\n Thread Operating System\n pc: 0x08001316\n");
    assert_word(ETCH_FAULT_CFSR, 0x40000);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_false(w.two_crashes);
}

static void what_only_armv8_m_has_tells_the_core(void **state)
{
    static const char *const texts[] = {"EXC_RETURN: ffffffbc", "EXC_RETURN: ffffffa8",
            "CFSR=0x1 SFSR=0", "CFSR=0x1 MSP_NS: 0x20001040",
            "CFSR=0x1 PSPLIM=0x20001000", "CFSR=0x101 PC=0xEFFFFFFE", "CFSR=0x00100000"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i]);
        assert_non_null(w.core);
        assert_string_equal(w.core, "core of Armv8-M");
        assert_int_equal(w.locked_up, i == 5);
        assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
    }
    static const char *const plain[] = {"EXC_RETURN: ffffffe1", "EXC_RETURN: fffffffd",
            "CFSR=0x1 PC=0xFFFFFFFE", "CPUID: 410FC241 EXC_RETURN: ffffffbc"};
    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
        read_text(plain[i]);
        assert_true(w.core == NULL || strcmp(w.core, "Cortex-M4") == 0);
        assert_false(w.locked_up);
    }
}

static void a_pc_that_no_frame_has_is_a_lockup(void **state)
{
    read_text("current mode: Thread\nxPSR: 0x01000000 pc: 0xfffffffe msp: 0xfffffffc\n");
    assert_true(w.locked_up);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
    read_text("CFSR=0x1 PC=0xFFFFFFFE");
    assert_false(w.locked_up);
    assert_word(ETCH_FAULT_PC, 0xFFFFFFFE);
}

static void shcsr_knows_the_handler(void **state)
{
    static const struct {
        const char *text;
        uint32_t vector;
    } active[] = {{"CFSR=0x8200 SHCSR=0x70002", 5}, {"CFSR=0x82 SHCSR=0x70001", 4},
            {"CFSR=0x10000 SHCSR=0x70008", 6}};
    for (size_t i = 0; i < sizeof(active) / sizeof(*active); i++) {
        read_text(active[i].text);
        assert_word(ETCH_FAULT_VECTOR, active[i].vector);
    }
    read_text("CFSR=0x82 SHCSR=0x70000");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_VECTOR));
}

static void a_stack_that_is_used_up_has_overflowed(void **state)
{
    read_text("CFSR=0x1\nsize: 00000400\nused: 0000013c\nsize: 0x2ec\nused: 000002ec\n");
    assert_true(w.overflown);
    read_text("CFSR=0x1\nsize: 00000400\nused: 000003fc\nused: 00000800\n");
    assert_false(w.overflown);
    read_text("CFSR=0x1\nsize: none\nused: 0\n");
    assert_false(w.overflown);
}

static void a_text_may_have_its_numbers_in_decimal(void **state)
{
    static const struct {
        const char *text;
        uint32_t cfsr, decimal; /* as it is read, and as it may be meant */
    } texts[] = {{"CFSR = 33280\nHFSR = 1073741824", 0x8200, 0},
            {"CFSR=33280 BFAR=1073741840", 0x8200, 0},
            {"SCB->CFSR volatile uint32_t 33280\nSCB->HFSR volatile uint32_t 1073741824",
                    0x8200, 0},
            {"CFSR=33280 HFSR=0x40000000", 0x33280, 0x8200},
            {"CFSR=33280 HFSR=40000000", 0x33280, 0}, /* HFSR is hexadecimal */
            {"CFSR=33280 R0=00000001 BFAR=1073741840", 0x33280, 0},
            {"CFSR=33280 R0=a5a5a5a5 BFAR=1073741840", 0x33280, 0},
            {"CFSR=0x33280 HFSR=1073741824", 0x33280, 0},
            {"CFSR=400 HFSR=0x40000000", 0x400, 0},
            {"CFSR=8200 R0=0 R1=20000000", 0x8200, 0}, {"CFSR=1", 1, 0},
            {"CFSR=0x82 SP=9999999999 at 12345678901 1073741824", 0x82, 0}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i].text);
        if (etch_fault_get(&w.fault, ETCH_FAULT_CFSR) != texts[i].cfsr ||
                w.decimal_cfsr != texts[i].decimal) {
            fail_msg("%s: %x, perhaps %x", texts[i].text,
                    (unsigned)etch_fault_get(&w.fault, ETCH_FAULT_CFSR),
                    (unsigned)w.decimal_cfsr);
        }
    }
    read_text("CFSR = 130\nHFSR = 1073741824\nMMFAR = 134610944\nPC = 0x8001316");
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_MMFAR), 0x08060000);
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_PC), 0x08001316);
}

static void names_and_words_may_stand_in_a_row(void **state)
{
    read_text("UsageFault: UNALIGNED\npc 0800a2c4 lr 0800a1b1 cfsr 01000000\n");
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_PC), 0x0800A2C4);
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_LR), 0x0800A1B1);
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_CFSR), 0x01000000);
    read_text("cfsr 01000000 pc 0800a2c4");
    assert_int_equal(w.words, 2);
    read_text("pc 0800a2c4 lr 123 pc 0800a2c4 lines\npc 0800a2c is odd\nlr 0800a1b1 is "
              "not\nlr 12345 pc 678");
    assert_int_equal(w.words, 0);
}

static void a_debuggers_names_are_not_mixed_up(void **state)
{
    read_text("DBG_FAULT_STAT: 0x00000009\nAUX_FAULT_STAT: 0x00000001");
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_CFSR));
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_DFSR), 9);
    read_text("NVIC_FAULT_STAT = 0x00000400");
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_CFSR), 0x400);
}

static void an_empty_box_is_no_flag(void **state)
{
    static const char *const texts[] = {"[ ] IACCVIOL [x] PRECISERR",
            "IACCVIOL [ ]  PRECISERR [x]", "( ) IACCVIOL (x) PRECISERR",
            "[x] PRECISERR\n[ ] IACCVIOL", "PRECISERR[X] IACCVIOL[]",
            "[ ] Stacking error [x] PRECISERR [ ] DACCVIOL",
            "Stacking error: false\nPRECISERR: true"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i]);
        assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_CFSR), 0x200);
    }
    read_text("IACCVIOL (bit 0)");
    assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_CFSR), 0x01);
}

static void what_is_no_fault_of_the_core_is_told_apart(void **state)
{
    read_text("CFSR=0x1 >>> ZEPHYR FATAL ERROR 4: Kernel panic on CPU 0");
    assert_true(w.panicked);
    read_text("CFSR=0x1 >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0");
    assert_false(w.panicked);
    read_text("PC=0x08001316 PANIC!!! NMI received");
    assert_true(w.nmi);
    read_text("BFAR=0x20002d00 CFSR=0x8200 NXP MPU error, port 3");
    assert_true(w.nxp_mpu);
    read_text("CFSR=0x8200");
    assert_false(w.panicked || w.nmi || w.nxp_mpu);
}

static void a_line_without_end_is_cut_between_words(void **state)
{
    size_t n = 0;
    static char line[4000];
    while (n < 3000) {
        n += (size_t)snprintf(line + n, sizeof(line) - n, "nothing at all, ");
    }
    (void)snprintf(line + n, sizeof(line) - n, "CFSR=0x82 PC=0x08001316");
    read_text(line);
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_PC, 0x08001316);
}

static void zephyrs_sentences_depend_on_the_fault_they_are_about(void **state)
{
    static const struct {
        const char *text;
        uint32_t cfsr, hfsr;
    } said[] = {
            {"***** MPU FAULT *****\n  Stacking error (context area might be not valid)",
                    0x10, 0},
            {"***** MPU FAULT *****\n  Unstacking error", 0x08, 0},
            {"***** MPU FAULT *****\n  Floating-point lazy state preservation error",
                    0x20, 0},
            {"***** MPU FAULT *****\n  Instruction Access Violation", 0x01, 0},
            {"***** BUS FAULT *****\n  Stacking error", 0x1000, 0},
            {"***** BUS FAULT *****\n  Unstacking error", 0x0800, 0},
            {"***** BUS FAULT *****\n  Floating-point lazy state preservation error",
                    0x2000, 0},
            {"***** BUS FAULT *****\n  Precise data bus error\n  BFAR Address: "
             "0x40023c04",
                    0x8200, 0},
            {"***** BUS FAULT *****\n  Imprecise data bus error", 0x400, 0},
            {"***** BUS FAULT *****\n  Instruction bus error", 0x100, 0},
            {"***** USAGE FAULT *****\n  Division by zero", 0x02000000, 0},
            {"***** USAGE FAULT *****\n  Unaligned memory access", 0x01000000, 0},
            {"***** USAGE FAULT *****\n  No coprocessor instructions", 0x80000, 0},
            {"***** USAGE FAULT *****\n  Illegal load of EXC_RETURN into PC", 0x40000, 0},
            {"***** USAGE FAULT *****\n  Illegal use of the EPSR", 0x20000, 0},
            {"***** HARD FAULT *****\n  Fault escalation (see below)\n***** MPU FAULT "
             "*****\n"
             "  Data Access Violation",
                    0x02, 0x40000000},
            {"***** HARD FAULT *****\n  Bus fault on vector table read", 0, 0x02},
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        read_text(said[i].text);
        assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_CFSR), said[i].cfsr);
        assert_int_equal(etch_fault_get(&w.fault, ETCH_FAULT_HFSR), said[i].hfsr);
        assert_int_equal(w.format, WHY_ZEPHYR);
    }
}

static void cmbacktraces_sentences_are_understood(void **state)
{
    static const struct {
        const char *text;
        uint32_t cfsr;
    } said[] = {
            {"Memory management fault is caused by instruction access violation", 0x01},
            {"Memory management fault is caused by data access violation", 0x02},
            {"Memory management fault is caused by unstacking error", 0x08},
            {"Memory management fault is caused by stacking error", 0x10},
            {"Memory management fault is caused by floating-point lazy state "
             "preservation",
                    0x20},
            {"Bus fault is caused by instruction access violation", 0x100},
            {"Bus fault is caused by precise data access violation", 0x200},
            {"Bus fault is caused by imprecise data access violation", 0x400},
            {"Bus fault is caused by unstacking error", 0x800},
            {"Bus fault is caused by stacking error", 0x1000},
            {"Bus fault is caused by floating-point lazy state preservation", 0x2000},
            {"Usage fault is caused by attempts to execute an undefined instruction",
                    0x10000},
            {"Usage fault is caused by attempts to switch to an invalid state (e.g., "
             "ARM)",
                    0x20000},
            {"Usage fault is caused by attempts to execute a coprocessor instruction",
                    0x80000},
            {"Usage fault is caused by indicates that an unaligned access fault has "
             "taken place",
                    0x01000000},
            {"Usage fault is caused by Indicates a divide by zero has taken place",
                    0x02000000},
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        char text[300];
        (void)snprintf(
                text, sizeof(text), "=== Registers information ===\n%s\n", said[i].text);
        read_text(text);
        assert_word(ETCH_FAULT_CFSR, said[i].cfsr);
        assert_word(ETCH_FAULT_HFSR, 0x40000000);
        assert_word(ETCH_FAULT_VECTOR, 3);
        assert_int_equal(w.format, WHY_CMBACKTRACE);
    }
}

static void a_debugger_in_the_handler_shows_the_handlers_registers(void **state)
{
    read_text(
            "r0 0x1 1\nlr 0xfffffffd 4294967293\npc 0x80001f4 0x80001f4 <h>\n"
            "xpsr 0x21000003 5\npsp 0x20000100 0x20000100\nmsp 0x20002000 0x20002000\n");
    assert_true(w.in_handler);
    assert_int_equal(w.format, WHY_GDB);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_PC));
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_R0));
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    assert_word(ETCH_FAULT_VECTOR, 3);
    /* Outside a handler they are what they say. */
    read_text("r0 0x1 1\npc 0x80001f4 0x80001f4 <main>\nxpsr 0x21000000 5\n");
    assert_false(w.in_handler);
    assert_word(ETCH_FAULT_PC, 0x080001F4);
}

static void answers_of_gdb_belong_to_its_questions(void **state)
{
    read_text("(gdb) p/x *(uint32_t *)0xE000ED28\n$1 = 0x82\n(gdb) p SCB->MMFAR\n"
              "$2 = 134610944\n(gdb) p/x $pc\n$3 = 0x8001316\n$4 = 0x1234\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_MMFAR, 0x08060000);
    assert_word(ETCH_FAULT_PC, 0x08001316);
    assert_int_equal(w.format, WHY_GDB);
    read_text(
            "p/x *(uint8_t*)0xE000ED29\n$1 = 0x82\np/x *(uint16_t*)0xE000ED2A\n$2 = 0x1\n"
            "p/x *(char*)0xE000ED2C\n$3 = 0x40\n");
    assert_word(ETCH_FAULT_CFSR, 0x00018200);
    assert_false(etch_fault_knows(&w.fault, ETCH_FAULT_HFSR));
    read_text("CFSR 0x8200\nGDB: print/x *(uint32_t *) 0xE000ED38\n-> 0x3a40001c\n");
    assert_word(ETCH_FAULT_BFAR, 0x3A40001C);
    read_text("$2 = {stacked_pc = 134218240, shp = {1, 2}, _CFSR = 33280, _BFAR = "
              "0x40023c04}\n");
    assert_word(ETCH_FAULT_CFSR, 0x8200);
    assert_word(ETCH_FAULT_PC, 0x08000200);
    assert_word(ETCH_FAULT_BFAR, 0x40023C04);
    read_text("$1 = {\n  CFSR = 130,\n  SHP = {0, 0},\n  HFSR = 1073741824,\n}\nMMFAR = "
              "10\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
    assert_word(ETCH_FAULT_MMFAR, 0x10);
    read_text("p/x *(uint32_t *)0xE000ED28\n$1 = 0x82\n$2 = 0x400\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_false(w.two_crashes);
    read_text("p *SCB\n$1 = {CPUID = 0x410fc241, CFSR = 0x82, HFSR = 0x40000000}\n");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    assert_word(ETCH_FAULT_HFSR, 0x40000000);
}

static void every_debuggers_memory_is_read(void **state)
{
    static const char *const texts[] = {"0xe000ed24:\t0x00000001\t0x00000082\n", /* gdb */
            "0xe000ed24: 00000001 00000082 \n", /* OpenOCD */
            "E000ED24 = 00000001 00000082 \n",  /* J-Link */
            "e000ed24:  00000001 00000082    |....|\n",
            "stack: 0xE000ED24: 0x00000001 0x00000082\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_text(texts[i]);
        assert_word(ETCH_FAULT_SHCSR, 1);
        assert_word(ETCH_FAULT_CFSR, 0x82);
    }
    read_text("0xE000ED28 = 0x82");
    assert_word(ETCH_FAULT_CFSR, 0x82);
    read_text("0x20000100: 0x12 0x34 0x56 0x78\n0x20000100: 0x12\ncafe0001: nothing\n");
    assert_int_equal(w.memory_n, 0); /* bytes */
}

static void memory_is_kept_and_registers_in_it_are_found(void **state)
{
    read_text("0x20000100 <stack+16>:\t0x00000001\t0x00000002\n"
              "0xe000ed28:\t0x00000082\n  addr: 20000108    data: 0000beef\n");
    uint32_t value;
    assert_true(why_memory(&w, 0x20000104, &value));
    assert_int_equal(value, 2);
    assert_true(why_memory(&w, 0x20000108, &value));
    assert_int_equal(value, 0xBEEF);
    assert_false(why_memory(&w, 0x2000010C, &value));
    assert_word(ETCH_FAULT_CFSR, 0x82);
}

static void more_memory_than_there_is_room_for_is_passed_over(void **state)
{
    char text[40 * (WHY_MEMORY + 10)];
    size_t n = 0;
    for (unsigned i = 0; i < WHY_MEMORY + 10; i++) {
        n += (size_t)snprintf(
                text + n, sizeof(text) - n, "0x%08x: 0x00000001\n", 0x20000000 + 4 * i);
    }
    why_read(&w, text, n);
    assert_int_equal(w.memory_n, WHY_MEMORY);
}

static void modes_in_words_become_exc_return(void **state)
{
    read_text("MbedOS Fault Handler\nMode : Thread\nPriv : User\nStack: PSP\n");
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFFD);
    assert_word(ETCH_FAULT_CONTROL, 1);
    read_text("MbedOS Fault Handler\nMode : Thread\nPriv : Privileged\nStack: MSP\n");
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF9);
    assert_word(ETCH_FAULT_CONTROL, 0);
    read_text("MbedOS Fault Handler\nMode : Handler\nPriv : Privileged\nStack: MSP\n");
    assert_word(ETCH_FAULT_EXC_RETURN, 0xFFFFFFF1);
    assert_word(ETCH_FAULT_FRAMEWORK, ETCH_FAULT_MBED);
}

/* ---- any text at all ----------------------------------------------------------- */

static char text[65536];
static uint32_t seed = 7;

static uint32_t any(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void put_nowhere(void *ctx, char c)
{
    (void)ctx;
    (void)c;
}

static void damage(size_t n)
{
    for (unsigned i = 0; i < 1 + any() % 12; i++) {
        size_t at = any() % n;
        switch (any() % 4) {
        case 0: text[at] = (char)any(); break;
        case 1: text[at] = "0xX:=<>()[]-_./ \t\r\n"[any() % 19]; break;
        case 2: memmove(text + at, text + at / 2, n - at); break;
        default: text[at] = '\0'; break;
        }
    }
}

static void damaged_dumps_never_do_harm(void **state)
{
    const struct etch_fault_sink sink = {put_nowhere, NULL};
    DIR *folder = opendir(ETCH_SOURCE_DIR "/test/dumps");
    assert_non_null(folder);
    unsigned dumps = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[600];
        (void)snprintf(
                path, sizeof(path), ETCH_SOURCE_DIR "/test/dumps/%s", entry->d_name);
        FILE *in = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (in == NULL) {
            continue;
        }
        size_t n = fread(text, 1, sizeof(text), in);
        char *whole = malloc(n);
        assert_non_null(whole);
        memcpy(whole, text, n);
        (void)fclose(in);
        for (unsigned round = 0; round < 200; round++) {
            memcpy(text, whole, n);
            damage(n);
            why_read(&w, text, 1 + any() % n);
            etch_fault_explain(&w.fault, &sink);
        }
        free(whole);
        dumps++;
    }
    (void)closedir(folder);
    assert_true(dumps > 10);
}

static void noise_is_no_dump(void **state)
{
    for (unsigned round = 0; round < 50; round++) {
        for (size_t i = 0; i < 4000; i++) {
            text[i] = (char)any();
        }
        why_read(&w, text, 4000);
    }
    memset(text, 'A', sizeof(text)); /* a line without end */
    why_read(&w, text, sizeof(text));
    assert_int_equal(w.words, 0);
    why_read(&w, text, 0);
    assert_int_equal(w.words, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_parts_of_cfsr_are_put_together),
            cmocka_unit_test(every_word_can_be_read_back_by_its_name),
            cmocka_unit_test(an_address_without_its_flag_is_noise),
            cmocka_unit_test(numbers_that_are_none_are_passed_over),
            cmocka_unit_test(a_number_ends_where_the_next_name_begins),
            cmocka_unit_test(a_number_may_be_written_in_halves),
            cmocka_unit_test(a_name_may_have_another_in_brackets),
            cmocka_unit_test(brackets_between_a_name_and_its_value_are_passed_over),
            cmocka_unit_test(what_stands_before_a_name_does_not_matter),
            cmocka_unit_test(two_names_may_have_one_value),
            cmocka_unit_test(a_value_may_be_in_a_sentence),
            cmocka_unit_test(what_a_register_cannot_hold_is_none_of_its_values),
            cmocka_unit_test(ends_of_lines_may_be_written_out),
            cmocka_unit_test(columns_need_no_sign_between_them),
            cmocka_unit_test(what_is_called_stacked_is_not_the_handlers),
            cmocka_unit_test(the_first_lr_may_be_the_handlers),
            cmocka_unit_test(a_lockup_is_known_by_its_pc),
            cmocka_unit_test(the_core_is_known_by_cpuid_or_by_the_debugger),
            cmocka_unit_test(what_is_denied_is_not_told),
            cmocka_unit_test(a_sentence_in_a_longer_one_tells_nothing),
            cmocka_unit_test(a_sentence_counts_where_no_number_says_more),
            cmocka_unit_test(a_flag_may_be_a_word_of_prose),
            cmocka_unit_test(a_number_with_too_many_digits_is_decimal),
            cmocka_unit_test(an_h_behind_a_number_says_that_it_is_hexadecimal),
            cmocka_unit_test(what_cannot_be_is_kept_to_be_said),
            cmocka_unit_test(other_cores_are_known),
            cmocka_unit_test(an_address_belongs_to_the_fault_that_is_told),
            cmocka_unit_test(registers_come_in_rows_too),
            cmocka_unit_test(regions_have_several_names),
            cmocka_unit_test(the_first_of_two_values_counts),
            cmocka_unit_test(numbers_of_two_crashes_are_never_mixed),
            cmocka_unit_test(a_reboot_ends_a_crash),
            cmocka_unit_test(a_short_number_ends_where_a_register_begins),
            cmocka_unit_test(the_type_of_a_variable_may_stand_before_its_value),
            cmocka_unit_test(a_backtrace_tells_what_was_interrupted),
            cmocka_unit_test(a_backtrace_counts_more_than_the_handlers_registers),
            cmocka_unit_test(ardupilots_line_has_fields_of_its_own),
            cmocka_unit_test(output_that_the_next_crash_cut_off_is_of_the_last),
            cmocka_unit_test(a_place_may_have_a_name),
            cmocka_unit_test(flags_of_a_title_are_those_of_the_dump),
            cmocka_unit_test(what_only_armv8_m_has_tells_the_core),
            cmocka_unit_test(a_pc_that_no_frame_has_is_a_lockup),
            cmocka_unit_test(shcsr_knows_the_handler),
            cmocka_unit_test(a_stack_that_is_used_up_has_overflowed),
            cmocka_unit_test(a_text_may_have_its_numbers_in_decimal),
            cmocka_unit_test(names_and_words_may_stand_in_a_row),
            cmocka_unit_test(a_debuggers_names_are_not_mixed_up),
            cmocka_unit_test(an_empty_box_is_no_flag),
            cmocka_unit_test(what_is_no_fault_of_the_core_is_told_apart),
            cmocka_unit_test(a_line_without_end_is_cut_between_words),
            cmocka_unit_test(zephyrs_sentences_depend_on_the_fault_they_are_about),
            cmocka_unit_test(cmbacktraces_sentences_are_understood),
            cmocka_unit_test(a_debugger_in_the_handler_shows_the_handlers_registers),
            cmocka_unit_test(answers_of_gdb_belong_to_its_questions),
            cmocka_unit_test(every_debuggers_memory_is_read),
            cmocka_unit_test(memory_is_kept_and_registers_in_it_are_found),
            cmocka_unit_test(more_memory_than_there_is_room_for_is_passed_over),
            cmocka_unit_test(modes_in_words_become_exc_return),
            cmocka_unit_test(damaged_dumps_never_do_harm),
            cmocka_unit_test(noise_is_no_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
