/* SPDX-License-Identifier: MIT */
#include "oracle/rows.h"

#define ALU16(name, op)                                  \
    {                                                    \
        name, "010000" op "mmmddd", PLAIN, 0, 0, 0, NULL \
    }

/* Data processing, shifted register: with result, and without (A5.3.11). */
#define SHIFTED(name, op)                                                     \
    {                                                                         \
        name, "1110101" op "x nnnn 0xxx dddd xxxx mmmm", PLAIN, 0, 0, 0, NULL \
    }
#define SHIFTED_TEST(name, op, rules)                                             \
    {                                                                             \
        name, "1110101" op "1 nnnn 0xxx 1111 xxxx mmmm", PLAIN, 0, 0, rules, NULL \
    }
/* The same with a modified immediate (A5.3.1). */
#define MODIMM(name, op)                                                            \
    {                                                                               \
        name, "11110i0" op "x nnnn 0iii dddd iiiiiiii", PLAIN, 0, 0, MODIFIED, NULL \
    }
#define MODIMM_TEST(name, op, rules)                                                     \
    {                                                                                    \
        name, "11110i0" op "1 nnnn 0iii 1111 iiiiiiii", PLAIN, 0, 0, MODIFIED | (rules), \
                NULL                                                                     \
    }

#define INDEX16(name, op, width, rules)                                       \
    {                                                                         \
        name " reg T1", "0101" op "mmmnnnttt", INDEXED, width, 0, rules, "mn" \
    }

/* The nine forms of a 32-bit single load or store; top: the first 9 bits
 * without U, size: the two of the size and L. */
#define SINGLE(name, top, size, width, rules)                                            \
    {name " imm12", top "1" size "nnnn tttt iiiiiiiiiiii", MEMORY, width, 1, rules,      \
            NULL},                                                                       \
            {name " imm8 -", top "0" size "nnnn tttt 1100 iiiiiiii", MEMORY, width, 1,   \
                    (rules) | NEGATIVE, NULL},                                           \
            {name " imm8 pre", top "0" size "nnnn tttt 11u1 iiiiiiii", MEMORY, width, 1, \
                    rules, "nt"},                                                        \
            {name " imm8 post", top "0" size "nnnn tttt 10u1 iiiiiiii", MEMORY, width,   \
                    1, (rules) | POST, "nt"},                                            \
            {name "T", top "0" size "nnnn tttt 1110 iiiiiiii", MEMORY, width, 1, rules,  \
                    NULL},                                                               \
    {                                                                                    \
        name " reg", top "0" size "nnnn tttt 000000 kk mmmm", INDEXED, width, 0, rules,  \
                "mn"                                                                     \
    }
#define LITERAL(name, top, size)                                                     \
    {                                                                                \
        name " literal", top "u" size "1111 tttt iiiiiiiiiiii", PLAIN, 0, 0, 0, NULL \
    }

#define DUAL(name, load, rules, other, more)                                           \
    {name " off", "1110100 1u10" load "nnnn tttt hhhh iiiiiiii", MEMORY, 8, 4,         \
            (rules) | ALIGNED, other},                                                 \
            {name " pre", "1110100 1u11" load "nnnn tttt hhhh iiiiiiii", MEMORY, 8, 4, \
                    (rules) | ALIGNED, other more},                                    \
    {                                                                                  \
        name " post", "1110100 0u11" load "nnnn tttt hhhh iiiiiiii", MEMORY, 8, 4,     \
                (rules) | ALIGNED | POST, other more                                   \
    }

#define REGISTER_OP(name, op1, op2)                                            \
    {                                                                          \
        name, "11111010" op1 "nnnn 1111 dddd" op2 "mmmm", PLAIN, 0, 0, 0, NULL \
    }
#define EXTEND_OP(adding, name, op)                                          \
    REGISTER_OP(adding, op, "10xx"),                                         \
    {                                                                        \
        name, "11111010" op "1111 1111 dddd 10xx mmmm", PLAIN, 0, 0, 0, NULL \
    }
#define MISC_OP(name, op1, op2)                                                   \
    {                                                                             \
        name, "11111010" op1 "nnnn 1111 dddd" op2 "mmmm", PLAIN, 0, 0, SAME, NULL \
    }

#define PARALLEL(prefix, kind)                                                           \
    REGISTER_OP(prefix "ADD8", "1000", kind), REGISTER_OP(prefix "ADD16", "1001", kind), \
            REGISTER_OP(prefix "ASX", "1010", kind),                                     \
            REGISTER_OP(prefix "SAX", "1110", kind),                                     \
            REGISTER_OP(prefix "SUB16", "1101", kind),                                   \
            REGISTER_OP(prefix "SUB8", "1100", kind)

#define MULTIPLY(name, op1, ra, op2)                                             \
    {                                                                            \
        name, "11111011 0" op1 "nnnn" ra "dddd" op2 "mmmm", PLAIN, 0, 0, 0, NULL \
    }
#define LONG(name, op1, op2)                                                     \
    {                                                                            \
        name, "11111011 1" op1 "nnnn hhhh dddd" op2 "mmmm", PLAIN, 0, 0, 0, "hd" \
    }

#define FP3(name, op1, op2)                                                    \
    {                                                                          \
        name, "11101110" op1 "xxxx xxxx 1010" op2 "xxxx", PLAIN, 0, 0, 0, NULL \
    }
#define FP2(name, op2, op3)                                                   \
    {                                                                         \
        name, "111011101x11" op2 "xxxx 1010" op3 "xxxx", PLAIN, 0, 0, 0, NULL \
    }

#define FP_MEMORY(name, load)                                                            \
    {name " S", "11101101 ux0" load "nnnn xxxx 1010 iiiiiiii", MEMORY, 4, 4, ALIGNED,    \
            NULL},                                                                       \
    {                                                                                    \
        name " D", "11101101 u00" load "nnnn xxxx 1011 iiiiiiii", MEMORY, 8, 4, ALIGNED, \
                NULL                                                                     \
    }
#define FP_MULTIPLE(name, load)                                                          \
    {name "IA S", "11101100 1e0" load "nnnn eeee 1010 iiiiiiii", FP_LIST, 4, 1, ALIGNED, \
            NULL},                                                                       \
            {name "IA! S", "11101100 1e1" load "nnnn eeee 1010 iiiiiiii", FP_LIST, 4, 1, \
                    ALIGNED, NULL},                                                      \
            {name "DB! S", "11101101 0e1" load "nnnn eeee 1010 iiiiiiii", FP_LIST, 4, 1, \
                    ALIGNED | DOWN, NULL},                                               \
            {name "IA D", "11101100 1e0" load "nnnn eeee 1011 iiiiiiii", FP_LIST, 4, 2,  \
                    ALIGNED, NULL},                                                      \
            {name "IA! D", "11101100 1e1" load "nnnn eeee 1011 iiiiiiii", FP_LIST, 4, 2, \
                    ALIGNED, NULL},                                                      \
    {                                                                                    \
        name "DB! D", "11101101 0e1" load "nnnn eeee 1011 iiiiiiii", FP_LIST, 4, 2,      \
                ALIGNED | DOWN, NULL                                                     \
    }

#define READ_SPECIAL(name, number)                                             \
    {                                                                          \
        "MRS " name, "1111001111101111 1000 dddd" number, PLAIN, 0, 0, 0, NULL \
    }
#define WRITE_SPECIAL(name, mask, number, shape)                                        \
    {                                                                                   \
        "MSR " name, "111100111000 nnnn 1000" mask "00" number, shape, 0, 0, NOT_IN_IT, \
                NULL                                                                    \
    }

#define PLAIN_ROW(name, bits)            \
    {                                    \
        name, bits, PLAIN, 0, 0, 0, NULL \
    }
#define RULED(name, bits, rules)             \
    {                                        \
        name, bits, PLAIN, 0, 0, rules, NULL \
    }

const struct row rows[] = {
        /* ---- 16 bits: shift, add, subtract, move, compare (A5.2.1) ---- */
        RULED("LSL imm T1", "00000 iiiii mmm ddd", NOT_ZERO),
        RULED("MOV reg T2", "00000 00000 mmm ddd", NOT_IN_IT),
        PLAIN_ROW("LSR imm T1", "00001 iiiii mmm ddd"),
        PLAIN_ROW("ASR imm T1", "00010 iiiii mmm ddd"),
        PLAIN_ROW("ADD reg T1", "0001100 mmm nnn ddd"),
        PLAIN_ROW("SUB reg T1", "0001101 mmm nnn ddd"),
        PLAIN_ROW("ADD imm T1", "0001110 iii nnn ddd"),
        PLAIN_ROW("SUB imm T1", "0001111 iii nnn ddd"),
        PLAIN_ROW("MOV imm T1", "00100 ddd iiiiiiii"),
        PLAIN_ROW("CMP imm T1", "00101 nnn iiiiiiii"),
        PLAIN_ROW("ADD imm T2", "00110 ddd iiiiiiii"),
        PLAIN_ROW("SUB imm T2", "00111 ddd iiiiiiii"),

        /* ---- 16 bits: data processing (A5.2.2) ---- */
        ALU16("AND reg T1", "0000"),
        ALU16("EOR reg T1", "0001"),
        ALU16("LSL reg T1", "0010"),
        ALU16("LSR reg T1", "0011"),
        ALU16("ASR reg T1", "0100"),
        ALU16("ADC reg T1", "0101"),
        ALU16("SBC reg T1", "0110"),
        ALU16("ROR reg T1", "0111"),
        ALU16("TST reg T1", "1000"),
        ALU16("RSB imm T1", "1001"),
        ALU16("CMP reg T1", "1010"),
        ALU16("CMN reg T1", "1011"),
        ALU16("ORR reg T1", "1100"),
        ALU16("MUL T1", "1101"),
        ALU16("BIC reg T1", "1110"),
        ALU16("MVN reg T1", "1111"),

        /* ---- 16 bits: special data, branch and exchange (A5.2.3) ---- */
        RULED("ADD reg T2", "01000100 d mmmm ddd", M_SP | M_PC),
        {"ADD SP reg T2", "01000100 1 mmmm 101", SP_SUM, 0, 0, NOT_IN_IT, NULL},
        {"ADD PC reg T2", "01000100 1 mmmm 111", JUMP_SUM, 0, 0, LAST_IN_IT, NULL},
        RULED("CMP reg T2", "01000101 n mmmm nnn", N_SP | M_SP | HIGH),
        RULED("MOV reg T1", "01000110 d mmmm ddd", M_SP | M_PC),
        {"MOV SP reg T1", "01000110 1 mmmm 101", SP_COPY, 0, 0, NOT_IN_IT, NULL},
        {"MOV PC reg T1", "01000110 1 mmmm 111", JUMP, 0, 0, LAST_IN_IT | LOOSE, NULL},
        {"BX", "010001110 mmmm 000", JUMP, 0, 0, LAST_IN_IT, NULL},
        {"BLX reg", "010001111 mmmm 000", JUMP, 0, 0, LAST_IN_IT, NULL},

        /* ---- 16 bits: loads and stores (A5.2.4) ---- */
        PLAIN_ROW("LDR literal T1", "01001 ttt iiiiiiii"),
        INDEX16("STR", "000", 4, STORES),
        INDEX16("STRH", "001", 2, STORES),
        INDEX16("STRB", "010", 1, STORES),
        INDEX16("LDRSB", "011", 1, 0),
        INDEX16("LDR", "100", 4, 0),
        INDEX16("LDRH", "101", 2, 0),
        INDEX16("LDRB", "110", 1, 0),
        INDEX16("LDRSH", "111", 2, 0),
        {"STR imm T1", "01100 iiiii nnn ttt", MEMORY, 4, 4, STORES, NULL},
        {"LDR imm T1", "01101 iiiii nnn ttt", MEMORY, 4, 4, 0, NULL},
        {"STRB imm T1", "01110 iiiii nnn ttt", MEMORY, 1, 1, STORES, NULL},
        {"LDRB imm T1", "01111 iiiii nnn ttt", MEMORY, 1, 1, 0, NULL},
        {"STRH imm T1", "10000 iiiii nnn ttt", MEMORY, 2, 2, STORES, NULL},
        {"LDRH imm T1", "10001 iiiii nnn ttt", MEMORY, 2, 2, 0, NULL},
        {"STR imm T2", "10010 ttt iiiiiiii", SP_BASED, 4, 4, STORES | NOT_IN_IT, NULL},
        {"LDR imm T2", "10011 ttt iiiiiiii", SP_BASED, 4, 4, NOT_IN_IT, NULL},

        /* ---- 16 bits: addresses, SP, miscellaneous (A5.2.5) ---- */
        PLAIN_ROW("ADR T1", "10100 ddd iiiiiiii"),
        PLAIN_ROW("ADD SP imm T1", "10101 ddd iiiiiiii"),
        {"ADD SP imm T2", "101100000 iiiiiii", SP_MOVE, 0, 4, NOT_IN_IT, NULL},
        {"SUB SP imm T1", "101100001 iiiiiii", SP_MOVE, 0, 4, NOT_IN_IT | NEGATIVE, NULL},
        {"CBZ", "101100 i1 iiiii nnn", BRANCH, 0, OFFSET_CB, NOT_IN_IT, NULL},
        {"CBNZ", "101110 i1 iiiii nnn", BRANCH, 0, OFFSET_CB, NOT_IN_IT, NULL},
        PLAIN_ROW("SXTH T1", "1011001000 mmm ddd"),
        PLAIN_ROW("SXTB T1", "1011001001 mmm ddd"),
        PLAIN_ROW("UXTH T1", "1011001010 mmm ddd"),
        PLAIN_ROW("UXTB T1", "1011001011 mmm ddd"),
        {"PUSH T1", "1011010 l llllllll", PUSH, 0, 1, 0, NULL},
        {"POP T1", "10111100 llllllll", POP, 0, 1, 0, NULL},
        {"POP PC T1", "10111101 llllllll", POP_PC, 0, 1, NOT_IN_IT, NULL},
        PLAIN_ROW("REV T1", "1011101000 mmm ddd"),
        PLAIN_ROW("REV16 T1", "1011101001 mmm ddd"),
        PLAIN_ROW("REVSH T1", "1011101011 mmm ddd"),
        RULED("CPS i", "10110110011 x 0010", NOT_IN_IT),
        {"CPSID f", "1011011001110001", SET_FAULTMASK, 0, 0, NOT_IN_IT, NULL},
        PLAIN_ROW("NOP T1", "1011111100000000"),
        PLAIN_ROW("YIELD T1", "1011111100010000"),
        {"WFE T1", "1011111100100000", WAIT_EVENT, 0, 0, NOT_IN_IT, NULL},
        {"WFI T1", "1011111100110000", WAIT_INTERRUPT, 0, 0, NOT_IN_IT | RARE, NULL},
        PLAIN_ROW("SEV T1", "1011111101000000"),
        PLAIN_ROW("hint T1", "10111111 1xxx 0000"),
        {"IT", "10111111 cccc xxxx", CONDITION, 0, 0, NOT_IN_IT, NULL},

        /* ---- 16 bits: multiple, branches, calls (A5.2) ---- */
        {"STM T1", "11000 nnn llllllll", LIST, 4, 0, ALIGNED | STORES, NULL},
        {"LDM T1", "11001 nnn llllllll", LIST, 4, 0, ALIGNED, NULL},
        {"B T1", "1101 cccc iiiiiiii", BRANCH, 0, OFFSET_8, NOT_IN_IT, NULL},
        {"B T2", "11100 iiiiiiiiiii", BRANCH, 0, OFFSET_11, LAST_IN_IT, NULL},
        RULED("SVC", "11011111 0xxxxxxx", 0),
        RULED("UDF T1", "11011110 xxxxxxxx", FAULTS),

        /* ---- 32 bits: multiple (A5.3.5) ---- */
        {"STM T2", "1110100010 x0 nnnn llllllllllllllll", LIST, 4, 0, ALIGNED | STORES,
                NULL},
        {"LDM T2", "1110100010 x1 nnnn llllllllllllllll", LIST, 4, 0, ALIGNED, NULL},
        {"STMDB", "1110100100 x0 nnnn llllllllllllllll", LIST, 4, 0,
                ALIGNED | STORES | DOWN, NULL},
        {"LDMDB", "1110100100 x1 nnnn llllllllllllllll", LIST, 4, 0, ALIGNED | DOWN,
                NULL},
        {"LDM PC", "1110100010 x1 nnnn llllllllllllllll", LIST_PC, 4, 0, NOT_IN_IT, NULL},
        {"LDMDB PC", "1110100100 x1 nnnn llllllllllllllll", LIST_PC, 4, 0,
                NOT_IN_IT | DOWN, NULL},
        {"PUSH T2", "1110100100101101 llllllllllllllll", PUSH, 0, 1, 0, NULL},
        {"POP T2", "1110100010111101 llllllllllllllll", POP, 0, 1, 0, NULL},
        {"POP PC T2", "1110100010111101 llllllllllllllll", POP_PC, 0, 1, NOT_IN_IT, NULL},
        {"PUSH T3", "1111100001001101 tttt 110100000100", PUSH, 0, 0, 0, NULL},
        {"POP T3", "1111100001011101 tttt 101100000100", POP, 0, 0, 0, NULL},
        {"POP PC T3", "1111100001011101 1111 101100000100", POP_PC, 0, 0, NOT_IN_IT,
                NULL},

        /* ---- 32 bits: dual, exclusive, table branch (A5.3.6) ---- */
        DUAL("STRD", "0", STORES, "", "ntnh"),
        DUAL("LDRD", "1", 0, "th", "ntnh"),
        {"LDRD literal", "11101001 u101 1111 tttt hhhh iiiiiiii", PLAIN, 0, 0, 0, "th"},
        {"LDREX", "111010000101 nnnn tttt 1111 iiiiiiii", EXCLUSIVE, 4, 4,
                ALIGNED | NOT_IN_IT, NULL},
        {"STREX", "111010000100 nnnn tttt dddd iiiiiiii", EXCLUSIVE, 4, 4,
                ALIGNED | STORES | NOT_IN_IT, "dtdn"},
        {"LDREXB", "111010001101 nnnn tttt 1111 0100 1111", EXCLUSIVE, 1, 0,
                ALIGNED | NOT_IN_IT, NULL},
        {"STREXB", "111010001100 nnnn tttt 1111 0100 dddd", EXCLUSIVE, 1, 0,
                ALIGNED | STORES | NOT_IN_IT, "dtdn"},
        {"LDREXH", "111010001101 nnnn tttt 1111 0101 1111", EXCLUSIVE, 2, 0,
                ALIGNED | NOT_IN_IT, NULL},
        {"STREXH", "111010001100 nnnn tttt 1111 0101 dddd", EXCLUSIVE, 2, 0,
                ALIGNED | STORES | NOT_IN_IT, "dtdn"},
        {"TBB", "111010001101 nnnn 11110000 0000 mmmm", TABLE, 1, 0, NOT_IN_IT, "nm"},
        {"TBH", "111010001101 nnnn 11110000 0001 mmmm", TABLE, 2, 0, NOT_IN_IT, "nm"},
        {"TBB PC", "111010001101 1111 11110000 0000 mmmm", TABLE, 1, 0, NOT_IN_IT, NULL},
        {"TBH PC", "111010001101 1111 11110000 0001 mmmm", TABLE, 2, 0, NOT_IN_IT, NULL},

        /* ---- 32 bits: data processing, shifted register (A5.3.11) ---- */
        SHIFTED("AND reg T2", "0000"),
        SHIFTED_TEST("TST reg T2", "0000", 0),
        SHIFTED("BIC reg T2", "0001"),
        SHIFTED("ORR reg T2", "0010"),
        PLAIN_ROW("MOV reg T3", "11101010010x1111 0000 dddd 0000 mmmm"),
        RULED("LSL imm T2", "11101010010x1111 0iii dddd ii00 mmmm", NOT_ZERO),
        PLAIN_ROW("LSR imm T2", "11101010010x1111 0iii dddd ii01 mmmm"),
        PLAIN_ROW("ASR imm T2", "11101010010x1111 0iii dddd ii10 mmmm"),
        RULED("ROR imm", "11101010010x1111 0iii dddd ii11 mmmm", NOT_ZERO),
        PLAIN_ROW("RRX", "11101010010x1111 0000 dddd 0011 mmmm"),
        SHIFTED("ORN reg", "0011"),
        PLAIN_ROW("MVN reg T2", "11101010011x1111 0xxx dddd xxxx mmmm"),
        SHIFTED("EOR reg T2", "0100"),
        SHIFTED_TEST("TEQ reg", "0100", 0),
        PLAIN_ROW("PKHBT", "111010101100 nnnn 0xxx dddd xx00 mmmm"),
        PLAIN_ROW("PKHTB", "111010101100 nnnn 0xxx dddd xx10 mmmm"),
        SHIFTED("ADD reg T3", "1000"),
        SHIFTED_TEST("CMN reg T2", "1000", N_SP),
        SHIFTED("ADC reg T2", "1010"),
        SHIFTED("SBC reg T2", "1011"),
        SHIFTED("SUB reg T2", "1101"),
        SHIFTED_TEST("CMP reg T3", "1101", N_SP),
        SHIFTED("RSB reg", "1110"),
        PLAIN_ROW("ADD SP reg T3", "11101011000x1101 0xxx dddd xxxx mmmm"),
        PLAIN_ROW("SUB SP reg T1", "11101011101x1101 0xxx dddd xxxx mmmm"),
        {"ADD SP SP reg T3", "1110101100001101 0000 1101 kk00 mmmm", SP_SUM, 0, 0,
                NOT_IN_IT, NULL},
        {"SUB SP SP reg T1", "1110101110101101 0000 1101 kk00 mmmm", SP_SUM, 0, 0,
                NOT_IN_IT | NEGATIVE, NULL},

        /* ---- 32 bits: data processing, modified immediate (A5.3.1) ---- */
        MODIMM("AND imm", "0000"),
        MODIMM_TEST("TST imm", "0000", 0),
        MODIMM("BIC imm", "0001"),
        MODIMM("ORR imm", "0010"),
        RULED("MOV imm T2", "11110i00010x1111 0iii dddd iiiiiiii", MODIFIED),
        MODIMM("ORN imm", "0011"),
        RULED("MVN imm", "11110i00011x1111 0iii dddd iiiiiiii", MODIFIED),
        MODIMM("EOR imm", "0100"),
        MODIMM_TEST("TEQ imm", "0100", 0),
        MODIMM("ADD imm T3", "1000"),
        MODIMM_TEST("CMN imm", "1000", N_SP),
        MODIMM("ADC imm", "1010"),
        MODIMM("SBC imm", "1011"),
        MODIMM("SUB imm T3", "1101"),
        MODIMM_TEST("CMP imm T2", "1101", N_SP),
        MODIMM("RSB imm T2", "1110"),
        RULED("ADD SP imm T3", "11110i01000x1101 0iii dddd iiiiiiii", MODIFIED),
        RULED("SUB SP imm T2", "11110i01101x1101 0iii dddd iiiiiiii", MODIFIED),
        {"ADD SP SP imm T3", "111100010000 1101 0000 1101 iiiiii00", SP_MOVE, 0, 4,
                NOT_IN_IT, NULL},
        {"SUB SP SP imm T2", "111100011010 1101 0000 1101 iiiiii00", SP_MOVE, 0, 4,
                NOT_IN_IT | NEGATIVE, NULL},

        /* ---- 32 bits: plain immediate (A5.3.3) ---- */
        PLAIN_ROW("ADD imm T4", "11110i100000 nnnn 0iii dddd iiiiiiii"),
        PLAIN_ROW("SUB imm T4", "11110i101010 nnnn 0iii dddd iiiiiiii"),
        PLAIN_ROW("ADD SP imm T4", "11110i1000001101 0iii dddd iiiiiiii"),
        PLAIN_ROW("SUB SP imm T3", "11110i1010101101 0iii dddd iiiiiiii"),
        {"ADD SP SP imm T4", "111100100000 1101 0iii 1101 iiiiii00", SP_MOVE, 0, 4,
                NOT_IN_IT, NULL},
        {"SUB SP SP imm T3", "111100101010 1101 0iii 1101 iiiiii00", SP_MOVE, 0, 4,
                NOT_IN_IT | NEGATIVE, NULL},
        PLAIN_ROW("ADR T3", "11110i1000001111 0iii dddd iiiiiiii"),
        PLAIN_ROW("ADR T2", "11110i1010101111 0iii dddd iiiiiiii"),
        PLAIN_ROW("MOV imm T3", "11110i100100 iiii 0iii dddd iiiiiiii"),
        PLAIN_ROW("MOVT", "11110i101100 iiii 0iii dddd iiiiiiii"),
        PLAIN_ROW("SSAT LSL", "111100110000 nnnn 0xxx dddd xx0 xxxxx"),
        RULED("SSAT ASR", "111100110010 nnnn 0iii dddd ii0 xxxxx", NOT_ZERO),
        PLAIN_ROW("SSAT16", "111100110010 nnnn 0000 dddd 0000 xxxx"),
        PLAIN_ROW("USAT LSL", "111100111000 nnnn 0xxx dddd xx0 xxxxx"),
        RULED("USAT ASR", "111100111010 nnnn 0iii dddd ii0 xxxxx", NOT_ZERO),
        PLAIN_ROW("USAT16", "111100111010 nnnn 0000 dddd 0000 xxxx"),
        RULED("SBFX", "111100110100 nnnn 0iii dddd ii0 wwwww", FIELD),
        RULED("UBFX", "111100111100 nnnn 0iii dddd ii0 wwwww", FIELD),
        RULED("BFI", "111100110110 nnnn 0iii dddd ii0 wwwww", TOP_BIT),
        RULED("BFC", "1111001101101111 0iii dddd ii0 wwwww", TOP_BIT),

        /* ---- 32 bits: branches and control (A5.3.4) ---- */
        {"B T3", "11110 0 cccc 000000 10 0 0 0 00000000000", BRANCH, 0, OFFSET_20,
                NOT_IN_IT, NULL},
        {"B T4", "11110 0 0000000000 10 0 1 0 00000000000", BRANCH, 0, OFFSET_24,
                LAST_IN_IT, NULL},
        {"BL", "11110 0 0000000000 11 0 1 0 00000000000", BRANCH, 0, OFFSET_24,
                LAST_IN_IT, NULL},
        PLAIN_ROW("MSR APSR nzcvq", "111100111000 nnnn 1000 1000 00000000"),
        PLAIN_ROW("MSR APSR g", "111100111000 nnnn 1000 0100 00000000"),
        PLAIN_ROW("MSR APSR nzcvqg", "111100111000 nnnn 1000 1100 00000000"),
        PLAIN_ROW("MSR xPSR", "111100111000 nnnn 1000 1000 000000xx"),
        PLAIN_ROW("MSR IEPSR", "111100111000 nnnn 1000 1000 000001x1"),
        WRITE_SPECIAL("MSP", "10", "00001000", SET_SP),
        WRITE_SPECIAL("PSP", "10", "00001001", SET_SP),
        WRITE_SPECIAL("PRIMASK", "10", "00010000", PLAIN),
        WRITE_SPECIAL("BASEPRI", "10", "00010001", SET_PRIORITY),
        WRITE_SPECIAL("BASEPRI_MAX", "10", "00010010", SET_PRIORITY),
        WRITE_SPECIAL("FAULTMASK", "10", "00010011", SET_FAULTMASK),
        WRITE_SPECIAL("CONTROL", "10", "00010100", SET_CONTROL),
        READ_SPECIAL("APSR", "000000xx"),
        READ_SPECIAL("EPSR", "000001x1"),
        READ_SPECIAL("IEPSR", "00000110"),
        READ_SPECIAL("MSP", "00001000"),
        READ_SPECIAL("PSP", "00001001"),
        READ_SPECIAL("PRIMASK", "00010000"),
        READ_SPECIAL("BASEPRI", "00010001"),
        READ_SPECIAL("BASEPRI_MAX", "00010010"),
        READ_SPECIAL("FAULTMASK", "00010011"),
        READ_SPECIAL("CONTROL", "00010100"),
        PLAIN_ROW("NOP T2", "1111001110101111 1000000000000000"),
        PLAIN_ROW("YIELD T2", "1111001110101111 1000000000000001"),
        {"WFE T2", "1111001110101111 1000000000000010", WAIT_EVENT, 0, 0, NOT_IN_IT,
                NULL},
        {"WFI T2", "1111001110101111 1000000000000011", WAIT_INTERRUPT, 0, 0,
                NOT_IN_IT | RARE, NULL},
        PLAIN_ROW("SEV T2", "1111001110101111 1000000000000100"),
        PLAIN_ROW("DBG", "1111001110101111 100000001111xxxx"),
        PLAIN_ROW("CLREX", "1111001110111111 1000111100101111"),
        PLAIN_ROW("DSB", "1111001110111111 100011110100 1111"),
        PLAIN_ROW("DMB", "1111001110111111 100011110101 1111"),
        PLAIN_ROW("ISB", "1111001110111111 100011110110 1111"),
        RULED("UDF T2", "111101111111 xxxx 1010 xxxxxxxxxxxx", FAULTS),

        /* ---- 32 bits: single loads and stores (A5.3.7 - A5.3.10) ---- */
        SINGLE("STRB", "11111000", "000", 1, STORES),
        SINGLE("STRH", "11111000", "010", 2, STORES),
        SINGLE("STR", "11111000", "100", 4, STORES),
        SINGLE("LDRB", "11111000", "001", 1, 0),
        SINGLE("LDRSB", "11111001", "001", 1, 0),
        SINGLE("LDRH", "11111000", "011", 2, 0),
        SINGLE("LDRSH", "11111001", "011", 2, 0),
        SINGLE("LDR", "11111000", "101", 4, 0),
        LITERAL("LDRB", "11111000", "001"),
        LITERAL("LDRSB", "11111001", "001"),
        LITERAL("LDRH", "11111000", "011"),
        LITERAL("LDRSH", "11111001", "011"),
        LITERAL("LDR", "11111000", "101"),
        PLAIN_ROW("PLD imm12", "111110001001 nnnn 1111 iiiiiiiiiiii"),
        PLAIN_ROW("PLD imm8", "111110000001 nnnn 1111 1100 iiiiiiii"),
        PLAIN_ROW("PLD literal", "11111000u0011111 1111 iiiiiiiiiiii"),
        PLAIN_ROW("PLD reg", "111110000001 nnnn 1111 000000 kk mmmm"),
        PLAIN_ROW("PLI imm12", "111110011001 nnnn 1111 iiiiiiiiiiii"),
        PLAIN_ROW("PLI imm8", "111110010001 nnnn 1111 1100 iiiiiiii"),
        PLAIN_ROW("PLI literal", "11111001u0011111 1111 iiiiiiiiiiii"),
        PLAIN_ROW("PLI reg", "111110010001 nnnn 1111 000000 kk mmmm"),
        {"LDR PC imm12", "111110001101 nnnn 1111 iiiiiiiiiiii", LOAD_PC, 4, 1, LAST_IN_IT,
                NULL},
        {"LDR PC imm8 -", "111110000101 nnnn 1111 1100 iiiiiiii", LOAD_PC, 4, 1,
                LAST_IN_IT | NEGATIVE, NULL},
        {"LDR PC pre", "111110000101 nnnn 1111 11u1 iiiiiiii", LOAD_PC, 4, 1, LAST_IN_IT,
                NULL},
        {"LDR PC post", "111110000101 nnnn 1111 10u1 iiiiiiii", LOAD_PC, 4, 1,
                LAST_IN_IT | POST, NULL},
        {"LDR PC reg", "111110000101 nnnn 1111 000000 kk mmmm", LOAD_PC_INDEXED, 4, 0,
                LAST_IN_IT, "mn"},

        /* ---- 32 bits: data processing, register (A5.3.12 - A5.3.15) ---- */
        REGISTER_OP("LSL reg T2", "000x", "0000"),
        REGISTER_OP("LSR reg T2", "001x", "0000"),
        REGISTER_OP("ASR reg T2", "010x", "0000"),
        REGISTER_OP("ROR reg T2", "011x", "0000"),
        EXTEND_OP("SXTAH", "SXTH T2", "0000"),
        EXTEND_OP("UXTAH", "UXTH T2", "0001"),
        EXTEND_OP("SXTAB16", "SXTB16", "0010"),
        EXTEND_OP("UXTAB16", "UXTB16", "0011"),
        EXTEND_OP("SXTAB", "SXTB T2", "0100"),
        EXTEND_OP("UXTAB", "UXTB T2", "0101"),
        PARALLEL("S", "0000"),
        PARALLEL("Q", "0001"),
        PARALLEL("SH", "0010"),
        PARALLEL("U", "0100"),
        PARALLEL("UQ", "0101"),
        PARALLEL("UH", "0110"),
        REGISTER_OP("QADD", "1000", "1000"),
        REGISTER_OP("QDADD", "1000", "1001"),
        REGISTER_OP("QSUB", "1000", "1010"),
        REGISTER_OP("QDSUB", "1000", "1011"),
        MISC_OP("REV T2", "1001", "1000"),
        MISC_OP("REV16 T2", "1001", "1001"),
        MISC_OP("RBIT", "1001", "1010"),
        MISC_OP("REVSH T2", "1001", "1011"),
        REGISTER_OP("SEL", "1010", "1000"),
        MISC_OP("CLZ", "1011", "1000"),

        /* ---- 32 bits: multiply and divide (A5.3.16, A5.3.17) ---- */
        MULTIPLY("MLA", "000", "aaaa", "0000"),
        MULTIPLY("MUL T2", "000", "1111", "0000"),
        MULTIPLY("MLS", "000", "aaaa", "0001"),
        MULTIPLY("SMLAxy", "001", "aaaa", "00xx"),
        MULTIPLY("SMULxy", "001", "1111", "00xx"),
        MULTIPLY("SMLAD", "010", "aaaa", "000x"),
        MULTIPLY("SMUAD", "010", "1111", "000x"),
        MULTIPLY("SMLAW", "011", "aaaa", "000x"),
        MULTIPLY("SMULW", "011", "1111", "000x"),
        MULTIPLY("SMLSD", "100", "aaaa", "000x"),
        MULTIPLY("SMUSD", "100", "1111", "000x"),
        MULTIPLY("SMMLA", "101", "aaaa", "000x"),
        MULTIPLY("SMMUL", "101", "1111", "000x"),
        MULTIPLY("SMMLS", "110", "aaaa", "000x"),
        MULTIPLY("USADA8", "111", "aaaa", "0000"),
        MULTIPLY("USAD8", "111", "1111", "0000"),
        LONG("SMULL", "000", "0000"),
        {"SDIV", "111110111001 nnnn 1111 dddd 1111 mmmm", DIVIDE, 0, 0, 0, NULL},
        LONG("UMULL", "010", "0000"),
        {"UDIV", "111110111011 nnnn 1111 dddd 1111 mmmm", DIVIDE, 0, 0, 0, NULL},
        LONG("SMLAL", "100", "0000"),
        LONG("SMLALxy", "100", "10xx"),
        LONG("SMLALD", "100", "110x"),
        LONG("SMLSLD", "101", "110x"),
        LONG("UMLAL", "110", "0000"),
        LONG("UMAAL", "110", "0110"),

        /* ---- floating point (A6.4 - A6.7) ---- */
        FP3("VMLA", "0x00", "x0x0"),
        FP3("VMLS", "0x00", "x1x0"),
        FP3("VNMLS", "0x01", "x0x0"),
        FP3("VNMLA", "0x01", "x1x0"),
        FP3("VMUL", "0x10", "x0x0"),
        FP3("VNMUL", "0x10", "x1x0"),
        FP3("VADD", "0x11", "x0x0"),
        FP3("VSUB", "0x11", "x1x0"),
        FP3("VDIV", "1x00", "x0x0"),
        FP3("VFNMS", "1x01", "x0x0"),
        FP3("VFNMA", "1x01", "x1x0"),
        FP3("VFMA", "1x10", "x0x0"),
        FP3("VFMS", "1x10", "x1x0"),
        PLAIN_ROW("VMOV imm", "111011101x11 xxxx xxxx 1010 0000 xxxx"),
        FP2("VMOV reg", "0000", "01x0"),
        FP2("VABS", "0000", "11x0"),
        FP2("VNEG", "0001", "01x0"),
        FP2("VSQRT", "0001", "11x0"),
        FP2("VCVTB from half", "0010", "01x0"),
        FP2("VCVTT from half", "0010", "11x0"),
        FP2("VCVTB to half", "0011", "01x0"),
        FP2("VCVTT to half", "0011", "11x0"),
        FP2("VCMP", "0100", "01x0"),
        FP2("VCMPE", "0100", "11x0"),
        PLAIN_ROW("VCMP zero", "111011101x110101 xxxx 1010 0100 0000"),
        PLAIN_ROW("VCMPE zero", "111011101x110101 xxxx 1010 1100 0000"),
        FP2("VCVT from U32", "1000", "01x0"),
        FP2("VCVT from S32", "1000", "11x0"),
        FP2("VCVTR to U32", "1100", "01x0"),
        FP2("VCVT to U32", "1100", "11x0"),
        FP2("VCVTR to S32", "1101", "01x0"),
        FP2("VCVT to S32", "1101", "11x0"),
        PLAIN_ROW("VCVT from fixed S16", "111011101x111010 xxxx 1010 01x0 0xxx"),
        PLAIN_ROW("VCVT from fixed U16", "111011101x111011 xxxx 1010 01x0 0xxx"),
        PLAIN_ROW("VCVT to fixed S16", "111011101x111110 xxxx 1010 01x0 0xxx"),
        PLAIN_ROW("VCVT to fixed U16", "111011101x111111 xxxx 1010 01x0 0xxx"),
        PLAIN_ROW("VCVT from fixed 16 .0", "111011101x11101x xxxx 1010 0100 1000"),
        PLAIN_ROW("VCVT to fixed 16 .0", "111011101x11111x xxxx 1010 0100 1000"),
        FP2("VCVT from fixed S32", "1010", "11x0"),
        FP2("VCVT from fixed U32", "1011", "11x0"),
        FP2("VCVT to fixed S32", "1110", "11x0"),
        FP2("VCVT to fixed U32", "1111", "11x0"),
        PLAIN_ROW("VMOV to S", "111011100000 xxxx tttt 1010 x001 0000"),
        PLAIN_ROW("VMOV from S", "111011100001 xxxx tttt 1010 x001 0000"),
        PLAIN_ROW("VMOV to 2 S", "111011000100 hhhh tttt 1010 00x1 0xxx"),
        {"VMOV from 2 S", "111011000101 hhhh tttt 1010 00x1 0xxx", PLAIN, 0, 0, 0, "th"},
        PLAIN_ROW("VMOV to D", "111011000100 hhhh tttt 1011 0001 xxxx"),
        {"VMOV from D", "111011000101 hhhh tttt 1011 0001 xxxx", PLAIN, 0, 0, 0, "th"},
        PLAIN_ROW("VMOV to D[x]", "1110111000x0 xxxx tttt 1011 0001 0000"),
        PLAIN_ROW("VMOV from D[x]", "1110111000x1 xxxx tttt 1011 0001 0000"),
        PLAIN_ROW("VMRS", "1110111011110001 tttt 1010 0001 0000"),
        PLAIN_ROW("VMRS APSR", "1110111011110001 1111 1010 0001 0000"),
        PLAIN_ROW("VMSR", "1110111011100001 tttt 1010 0001 0000"),
        FP_MEMORY("VLDR", "1"),
        FP_MEMORY("VSTR", "0"),
        PLAIN_ROW("VLDR literal S", "11101101 ux01 1111 xxxx 1010 iiiiiiii"),
        PLAIN_ROW("VLDR literal D", "11101101 u001 1111 xxxx 1011 iiiiiiii"),
        FP_MULTIPLE("VLDM", "1"),
        FP_MULTIPLE("VSTM", "0"),
        {"VPUSH S", "11101101 0e10 1101 eeee 1010 iiiiiiii", FP_LIST, 4, 1,
                NOT_IN_IT | DOWN | N_SP, NULL},
        {"VPUSH D", "11101101 0e10 1101 eeee 1011 iiiiiiii", FP_LIST, 4, 2,
                NOT_IN_IT | DOWN | N_SP, NULL},
        {"VPOP S", "11101100 1e11 1101 eeee 1010 iiiiiiii", FP_LIST, 4, 1,
                NOT_IN_IT | N_SP, NULL},
        {"VPOP D", "11101100 1e11 1101 eeee 1011 iiiiiiii", FP_LIST, 4, 2,
                NOT_IN_IT | N_SP, NULL},

        /* ---- what is not there ---- */
        RULED("CDP p0-7", "11101110 xxxxxxxxxxxx 0xxx xxx0 xxxx", FAULTS),
        RULED("MCR MRC p0-7", "11101110 xxxxxxxxxxxx 0xxx xxx1 xxxx", FAULTS),
        RULED("LDC STC p0-7", "11101101 xxxxxxxxxxxx 0xxx xxxxxxxx", FAULTS),
        RULED("VADD.F64", "111011100011 xxxx xxxx 1011 00x0 xxxx", FAULTS),
        RULED("VCVT F64 F32", "111011101x110111 xxxx 1010 11x0 xxxx", FAULTS),
        RULED("VSQRT.F64", "111011101011 0001 xxxx 1011 1100 xxxx", FAULTS),

        /* ---- exceptions asked for by a store ---- */
        {"STR ICSR PENDSVSET", "111110001100 nnnn tttt 000000000000", PEND, 4, 0,
                NOT_IN_IT, "nt"},
        {"STR ICSR NMIPENDSET", "111110001100 nnnn tttt 000000000000", PEND, 4, 1,
                NOT_IN_IT, "nt"},
        {"STR NVIC_ISPR", "111110001100 nnnn tttt 000000000000", PEND, 4, 2, NOT_IN_IT,
                "nt"},
};

const size_t row_count = sizeof(rows) / sizeof(*rows);
