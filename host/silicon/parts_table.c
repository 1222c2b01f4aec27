/* parts_table.c - the rows of part.h.
 *
 * Geometry: RM0090 tables 5 and 6, RM0390 table 4, RM0383 table 4 and their
 * siblings; ends of flash and RAM addresses also as in the vendor's CMSIS
 * device headers (cmsis_device_f4 of 2024-07). What those headers say about
 * *bits* was not taken over: one set of masks serves many parts there, and
 * F446's claims a second bank that the part does not have.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/part.h"

/* A line is a die: parts of one line differ only in what of it is sold. */
#define F401_SMALL                                                             \
    .dev_id = 0x423, .sram = {{0x20000000, 64}}, .max_mhz = 84, .snb_bits = 4, \
    .pcrop = true, .latency_bits = 3, .vectors = 101, .manual = "RM0368"

#define F401_LARGE                                                             \
    .dev_id = 0x433, .sram = {{0x20000000, 96}}, .max_mhz = 84, .snb_bits = 4, \
    .pcrop = true, .latency_bits = 3, .vectors = 101, .manual = "RM0368"

#define F405                                                                          \
    .dev_id = 0x413, .sram = {{0x20000000, 112}, {0x2001C000, 16}}, .ccm_kib = 64,    \
    .max_mhz = 168, .snb_bits = 4, .latency_bits = 3, .bkpsram = true, .vectors = 98, \
    .manual = "RM0090"

#define F410                                                                    \
    .dev_id = 0x458, .sram = {{0x20000000, 32}}, .max_mhz = 100, .snb_bits = 4, \
    .pcrop = true, .latency_bits = 3, .vectors = 114, .manual = "RM0401"

#define F411                                                                     \
    .dev_id = 0x431, .sram = {{0x20000000, 128}}, .max_mhz = 100, .snb_bits = 4, \
    .pcrop = true, .latency_bits = 3, .vectors = 102, .manual = "RM0383"

#define F412                                                                     \
    .dev_id = 0x441, .sram = {{0x20000000, 256}}, .max_mhz = 100, .snb_bits = 4, \
    .pcrop = true, .latency_bits = 3, .vectors = 113, .manual = "RM0402"

#define F413                                                                           \
    .dev_id = 0x463, .sram = {{0x20000000, 256}, {0x20040000, 64}}, .ram_alias = true, \
    .max_mhz = 100, .snb_bits = 4, .pcrop = true, .latency_bits = 3, .vectors = 118,   \
    .manual = "RM0430"

#define F427                                                                          \
    .dev_id = 0x419, .sram = {{0x20000000, 112}, {0x2001C000, 16}, {0x20020000, 64}}, \
    .ccm_kib = 64, .max_mhz = 180, .snb_bits = 5, .pcrop = true, .latency_bits = 4,   \
    .bkpsram = true, .vectors = 107, .manual = "RM0090"

#define F446                                                                          \
    .dev_id = 0x421, .sram = {{0x20000000, 112}, {0x2001C000, 16}}, .max_mhz = 180,   \
    .snb_bits = 4, .pcrop = true, .latency_bits = 4, .bkpsram = true, .vectors = 113, \
    .manual = "RM0390"

#define F469                                                                           \
    .dev_id = 0x434, .sram = {{0x20000000, 160}, {0x20028000, 32}, {0x20030000, 128}}, \
    .ccm_kib = 64, .max_mhz = 180, .snb_bits = 5, .pcrop = true, .latency_bits = 4,    \
    .bkpsram = true, .vectors = 109, .manual = "RM0386"

#define PART(name_, kib_, banks_, layout_, nwrp0_, nwrp1_, note_, line_)          \
    {                                                                             \
        .name = "STM32" name_, .flash_kib = (kib_), .banks = SILICON_##banks_,    \
        .layout = (layout_), .nwrp = {(nwrp0_), (nwrp1_)}, .note = (note_), line_ \
    }

#define K64   "4x16"
#define K128  "4x16+1x64"
#define K256  "4x16+1x64+1x128"
#define K384  "4x16+1x64+2x128"
#define K512  "4x16+1x64+3x128"
#define K1024 "4x16+1x64+7x128"
#define K1536 "4x16+1x64+11x128"

static const char none[] = "";
static const char rev_a[] = "revision A reports DEV_ID 0x411; CCM holds data only";
static const char f405oe[] = "only F405OE is sold; CCM holds data only";
static const char ccm_data[] = "CCM holds data only";
static const char db1m_off[] =
        "OPTCR.DB1M would split it in two banks; CCM holds data only";
static const char db1m_on[] = "split by OPTCR.DB1M: no sectors 8-11; CCM holds data only";
static const char two_banks[] = "SNB 12-15 and 28-31 name no sector; CCM holds data only";
static const char ram_alias[] = "SRAM2 is also at 0x10000000 and executable there";
static const char shared_14[] =
        "nWRP14 is for sectors 14 and 15; SRAM2 is also at 0x10000000";
static const char one_bank[] =
        "one bank, though the vendor's header defines MER2, DB1M and BFB2";

const struct silicon_part silicon_parts[] = {
        PART("F401xB", 128, SINGLE, K128, 5, 0, none, F401_SMALL),
        PART("F401xC", 256, SINGLE, K256, 6, 0, none, F401_SMALL),
        PART("F401xD", 384, SINGLE, K384, 7, 0, none, F401_LARGE),
        PART("F401xE", 512, SINGLE, K512, 8, 0, none, F401_LARGE),
        PART("F405xE", 512, SINGLE, K512, 8, 0, f405oe, F405),
        PART("F405xG", 1024, SINGLE, K1024, 12, 0, rev_a, F405),
        PART("F407xE", 512, SINGLE, K512, 8, 0, rev_a, F405),
        PART("F407xG", 1024, SINGLE, K1024, 12, 0, rev_a, F405),
        PART("F415xG", 1024, SINGLE, K1024, 12, 0, rev_a, F405),
        PART("F417xE", 512, SINGLE, K512, 8, 0, rev_a, F405),
        PART("F417xG", 1024, SINGLE, K1024, 12, 0, rev_a, F405),
        PART("F410x8", 64, SINGLE, K64, 4, 0, none, F410),
        PART("F410xB", 128, SINGLE, K128, 5, 0, none, F410),
        PART("F411xC", 256, SINGLE, K256, 6, 0, none, F411),
        PART("F411xE", 512, SINGLE, K512, 8, 0, none, F411),
        PART("F412xE", 512, SINGLE, K512, 8, 0, none, F412),
        PART("F412xG", 1024, SINGLE, K1024, 12, 0, none, F412),
        PART("F413xG", 1024, SINGLE, K1024, 12, 0, ram_alias, F413),
        PART("F413xH", 1536, SINGLE, K1536, 15, 0, shared_14, F413),
        PART("F423xH", 1536, SINGLE, K1536, 15, 0, shared_14, F413),
        PART("F427xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F427),
        PART("F427xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F427),
        PART("F427xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F427),
        PART("F429xE", 512, SINGLE, K512, 8, 0, ccm_data, F427),
        PART("F429xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F427),
        PART("F429xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F427),
        PART("F429xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F427),
        PART("F437xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F427),
        PART("F437xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F427),
        PART("F437xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F427),
        PART("F439xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F427),
        PART("F439xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F427),
        PART("F439xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F427),
        PART("F446xC", 256, SINGLE, K256, 6, 0, one_bank, F446),
        PART("F446xE", 512, SINGLE, K512, 8, 0, one_bank, F446),
        PART("F469xE", 512, SINGLE, K512, 8, 0, ccm_data, F469),
        PART("F469xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F469),
        PART("F469xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F469),
        PART("F469xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F469),
        PART("F479xG", 1024, DB1M_OFF, K1024, 12, 0, db1m_off, F469),
        PART("F479xG", 1024, DB1M_ON, K512 "|" K512, 8, 8, db1m_on, F469),
        PART("F479xI", 2048, DUAL, K1024 "|" K1024, 12, 12, two_banks, F469),
};

const size_t silicon_part_count = sizeof(silicon_parts) / sizeof(*silicon_parts);
