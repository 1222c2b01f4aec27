/* SPDX-License-Identifier: MIT */
#include "silicon/law.h"

#include <stddef.h>

static const struct silicon_law_text texts[LAW_COUNT] = {
        [LAW_KEY] = {"key", "RM0090 3.6.1",
                "FLASH_KEYR takes KEY1, then KEY2, as words; anything else is a bus "
                "error and locks FLASH_CR until the next reset"},
        [LAW_KEY_OPEN] = {"key-open", "RM0090 3.6.1",
                "a key while FLASH_CR is unlocked is a wrong sequence too: bus "
                "error, locked until reset; test LOCK first"},
        [LAW_KEY_DEAD] = {"key-dead", "RM0090 3.6.1",
                "after a wrong key even the right ones are bus errors; only a reset "
                "helps"},
        [LAW_OPTKEY] = {"optkey", "RM0090 3.7.1",
                "FLASH_OPTKEYR takes OPTKEY1, then OPTKEY2, while OPTLOCK is set; "
                "anything else is a bus error and locks FLASH_OPTCR until the next "
                "reset"},
        [LAW_CR_LOCKED] = {"cr-locked", "RM0090 3.6.1",
                "FLASH_CR and FLASH_OPTCR take no value while their lock bit is "
                "set: the store is lost without a flag"},
        [LAW_CR_BUSY] = {"cr-busy", "RM0090 3.6.1",
                "a store to FLASH_CR or FLASH_OPTCR while BSY is set stalls the bus "
                "until the operation ends"},
        [LAW_READ_BUSY] = {"read-busy", "RM0090 3.6",
                "reading a bank that is being programmed or erased stalls the bus "
                "until the operation ends"},
        [LAW_WRITE_BUSY] = {"write-busy", "RM0090 3.6.4",
                "a store into the array must wait for BSY: it stalls the bus until "
                "the operation ends"},
        [LAW_NO_PG] = {"no-pg", "RM0090 3.9.5",
                "a store into the array needs FLASH_CR.PG: else PGSERR, and nothing "
                "is written"},
        [LAW_WIDTH] = {"width", "RM0090 3.9.5",
                "a store into the array must be as wide as PSIZE says: else PGPERR, "
                "and nothing is written"},
        [LAW_ROW] = {"row", "RM0090 3.6.4",
                "a store into the array must not cross a 16-byte row: else PGAERR, "
                "and nothing is written"},
        [LAW_X64_VPP] = {"x64-vpp", "RM0090 3.6.2", "PSIZE x64 needs 8 to 9 V on Vpp"},
        [LAW_SUPPLY] = {"supply", "RM0090 3.6.2",
                "the supply must allow PSIZE (x16 from 2.1 V, x32 from 2.7 V), for "
                "erasing too: else the bits read back right and do not last"},
        [LAW_BITS] = {"bits", "RM0090 3.6.4",
                "programming only clears bits: a 1 over a 0 leaves 0 and raises no "
                "flag"},
        [LAW_PROTECTED] = {"protected", "RM0090 3.7.4",
                "write-protected sectors, system memory, option bytes and protected "
                "option changes take nothing: WRPERR"},
        [LAW_PCROP] = {"pcrop", "RM0090 3.7.5",
                "a sector under PCROP can be executed but not read as data: RDERR"},
        [LAW_SNB] = {"snb", "RM0090 3.9.8",
                "FLASH_CR.SNB must name a sector that this part has: else WRPERR, "
                "and nothing is erased"},
        [LAW_ERASE_MODES] = {"erase-modes", "RM0090 3.9.7",
                "STRT wants one of SER and MER, not both, and PG clear"},
        [LAW_STRT_EMPTY] = {"strt-empty", "RM0090 3.9.7",
                "STRT with neither SER nor a bank to erase: unpredictable, no flag "
                "promised"},
        [LAW_STALE_FLAGS] = {"stale-flags", "RM0090 3.6.4",
                "an operation should begin with FLASH_SR clear: old error flags are "
                "taken for its own"},
        [LAW_SR_BARRIER] = {"sr-barrier", "ARMv7-M A3.7.3",
                "a DSB belongs between the store into the array and the first read "
                "of FLASH_SR: the read overtakes the store and sees BSY clear"},
        [LAW_STALE_READ] = {"stale-read", "RM0090 3.6.4",
                "a cached line is not what the array holds: flush the caches after "
                "erasing, and after programming what was not blank"},
        [LAW_CACHE_RESET] = {"cache-reset", "RM0090 3.9.1",
                "ICRST and DCRST work only while that cache is disabled: else "
                "ignored"},
        [LAW_RWW_DCACHE] = {"rww-dcache", "ES0206 2.2.12",
                "reading one bank while the other is busy, with DCEN set, may leave "
                "a corrupted data-cache line: clear DCEN first, reset the cache "
                "after"},
        [LAW_ABSENT] = {"absent", "RM0090 3.3",
                "this part has no memory at that address: bus error"},
        [LAW_CLOCK] = {"clock", "RM0090 3.6",
                "programming and erasing need HCLK of at least 1 MHz: else the bits "
                "do not last"},
        [LAW_OTP_LOCKED] = {"otp-locked", "RM0090 3.8",
                "a locked OTP block takes nothing: WRPERR"},
        [LAW_UNSTABLE] = {"unstable", "RM0090 3.6",
                "a cell cut in mid-change reads 0 or 1, anew each time, until it is "
                "erased or programmed to 0"},
        [LAW_RESET_BUSY] = {"reset-busy", "RM0090 3.6",
                "a reset inside an operation leaves the cells concerned undefined"},
        [LAW_SWAPPED] = {"swapped", "RM0090 3.4",
                "while FB_MODE swaps the banks, SNB and nWRP do not name what the "
                "addresses say"},
};

const struct silicon_law_text *silicon_law_text(enum silicon_law law)
{
    static const struct silicon_law_text unknown = {"?", "?", "?"};
    return (unsigned)law < LAW_COUNT ? &texts[law] : &unknown;
}
