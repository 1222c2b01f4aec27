/* law.h - the rules of the flash controller, by name.
 *
 * Each law has a short name for messages and switches, the manual's section,
 * and a sentence. A breach is always reported as an event. In the mode "as
 * hardware" the model then does what the chip does (raise a flag, fault,
 * stall, lose the bits, do nothing); in the mode "strict" it stops the run,
 * naming the law and the caller. Every law has a test that breaks it in both
 * modes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_LAW_H
#define ETCH_SILICON_LAW_H

enum silicon_law {
    LAW_KEY,         /* KEYR takes KEY1 then KEY2, nothing else */
    LAW_KEY_OPEN,    /* no key while CR is unlocked already */
    LAW_KEY_DEAD,    /* no key after a wrong one until reset */
    LAW_OPTKEY,      /* the same for OPTKEYR */
    LAW_CR_LOCKED,   /* a store to CR or OPTCR while it is locked is lost */
    LAW_CR_BUSY,     /* a store to CR while BSY stalls the bus */
    LAW_READ_BUSY,   /* a read of a busy bank stalls the bus */
    LAW_WRITE_BUSY,  /* a store into the array while BSY stalls the bus */
    LAW_NO_PG,       /* a store into the array needs PG: PGSERR */
    LAW_WIDTH,       /* its width must be PSIZE's: PGPERR */
    LAW_ROW,         /* it must not cross a 128-bit row: PGAERR */
    LAW_X64_VPP,     /* x64 needs Vpp */
    LAW_SUPPLY,      /* the supply must allow PSIZE, for erase as well */
    LAW_BITS,        /* programming only clears bits: a 1 over a 0 is lost */
    LAW_PROTECTED,   /* write-protected sector, system memory, options: WRPERR */
    LAW_PCROP,       /* D-bus read of a PCROP sector: RDERR */
    LAW_SNB,         /* SNB must name a sector that exists: WRPERR */
    LAW_ERASE_MODES, /* STRT wants one of SER and MER, and no PG */
    LAW_STRT_EMPTY,  /* STRT with neither SER nor MER */
    LAW_STALE_FLAGS, /* an operation begun with error flags of an earlier one */
    LAW_SR_BARRIER,  /* SR read before the store that started the work arrived */
    LAW_STALE_READ,  /* a cached read that is not what the array holds */
    LAW_CACHE_RESET, /* ICRST/DCRST only while that cache is off */
    LAW_RWW_DCACHE,  /* read-while-write with DCEN set (ES0206 2.2.12) */
    LAW_ABSENT,      /* access where this part has no memory: bus error */
    LAW_CLOCK,       /* HCLK of at least 1 MHz to program or erase */
    LAW_OTP_LOCKED,  /* store into a locked OTP block: WRPERR */
    LAW_UNSTABLE,    /* a cell cut in mid-change was read */
    LAW_RESET_BUSY, /* system reset inside an operation; a cut is the owner's and only EV_CUT */
    LAW_SWAPPED, /* erase or protection asked while the banks are swapped */
    LAW_COUNT
};

struct silicon_law_text {
    const char *name;      /* "sr-barrier" */
    const char *reference; /* "RM0090 3.6.4" */
    const char *rule;      /* a sentence: what must hold and what happens else */
};

/* Never NULL for law < LAW_COUNT. */
const struct silicon_law_text *silicon_law_text(enum silicon_law law);

#endif
