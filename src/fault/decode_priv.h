/* decode_priv.h - the inside of the decoder.
 *
 *   decode.c   which cause the status registers show
 *   region.c   which region of the MPU decided, and whose set-up that is
 *   area.c     what lies at an address
 *   text.c  reason.c  fix.c   the words; text_table.c: most of them
 *   record.c   dump.c   the record itself
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FAULT_DECODE_PRIV_H
#define ETCH_FAULT_DECODE_PRIV_H

#include "fault/decode.h"

/* Numbers of exceptions (B1.5.2). */
enum {
    NMI = 2,
    HARDFAULT,
    MEMMANAGE,
    BUSFAULT,
    USAGEFAULT,
    SVCALL = 11,
    PENDSV = 14,
    SYSTICK,
    IRQ0,
    IRQ_END = IRQ0 + 240
};

/* Addresses so near 0 are meant by nobody: a member behind a NULL pointer. */
enum { NEAR_NULL = 0x400 };

enum area {
    AREA_ALIAS,
    AREA_FLASH,
    AREA_CCM,
    AREA_SYSTEM,
    AREA_OTP,
    AREA_OPTIONS,
    AREA_SRAM,
    AREA_PERIPHERAL,
    AREA_EXTERNAL,
    AREA_PPB,
    AREA_NOTHING
};

enum area area_of(uint32_t addr);

/* The default memory map lets code run there, and no MPU allows more (B3.1). */
bool could_run(uint32_t pc);

/* Is it what memory is filled with that nobody has used yet, or any more? A jump
 * clears bit 0. */
bool is_fill(uint32_t value);

/* Below the lowest RAM is where a stack ends that grew out of it. */
bool is_below_ram(uint32_t addr);

static inline bool is_flash(uint32_t addr)
{
    return area_of(addr) == AREA_FLASH || area_of(addr) == AREA_ALIAS;
}

/* Did a jump go to where no code is? */
static inline bool is_jump(enum etch_fault_cause cause)
{
    return cause == ETCH_FAULT_NULL_CALL || cause == ETCH_FAULT_NOT_THUMB ||
           cause == ETCH_FAULT_EXEC_REFUSED || cause == ETCH_FAULT_BUS_FETCH ||
           cause == ETCH_FAULT_ERASED_CALL;
}

/* Does the record have all regions, or it could be one that it lacks that decided? */
bool knows_regions(const struct etch_fault *f);

/* What privileged or unprivileged code may do: 1 read, 2 write. */
uint32_t rights_of(uint32_t rasr, bool unprivileged);

/* Would the region that was found have allowed the access? */
bool region_allows(const struct etch_fault *f, const struct etch_fault_finding *d);

/* How a region that is on is not what it was meant to be. */
enum slip {
    SLIP_NONE,
    SLIP_SIZE, /* reserved; first: the field's value */
    SLIP_BASE  /* not aligned, which matters for addr; first, last: what it covers */
};
enum { ETCH_FAULT_REGIONS = 8 }; /* of every Cortex-M4 */
enum slip find_slip(const struct etch_fault *f, uint32_t n, uint32_t addr,
        uint32_t *first, uint32_t *last);

/* Would the background have allowed it, as the MPU is set in the record? */
bool background_allows(const struct etch_fault *f);

/* Fill in region, rasr, first and last of d for d->addr; leave them unknown if
 * the record has no regions. */
void find_region(const struct etch_fault *f, struct etch_fault_finding *d);

/* Whose regions these are, or whose dump. */
enum etch_fault_framework find_framework(const struct etch_fault *f);

/* The stack that was in use, if it is known. */
bool find_stack(const struct etch_fault *f, uint32_t *sp);

/* Is the driver, or somebody with CR.PG set, in the middle of writing addr? */
bool is_deliberate(const struct etch_fault *f, uint32_t addr);
/* Is it certain that nobody was? */
bool is_stray(const struct etch_fault *f, uint32_t addr);

/* ---- words ------------------------------------------------------------------- */

/* Say format: %x an address, %u a number, %s a text, %a an address and what
 * lies there. */
void say(const struct etch_fault_sink *to, const char *format, ...);

extern const char *const cause_names[ETCH_FAULT_CAUSES];
/* What happened; %a stands for the address. */
extern const char *const cause_clauses[ETCH_FAULT_CAUSES];
/* The same where the address is not known. */
extern const char *const cause_clauses_blind[ETCH_FAULT_CAUSES];
extern const char *const cause_fixes[ETCH_FAULT_CAUSES];
extern const char *const area_names[AREA_NOTHING + 1];
extern const char *const framework_names[ETCH_FAULT_CUBEMX + 1];
extern const char *const word_names[ETCH_FAULT_WORDS];

static inline bool locks_flash(const struct etch_fault_finding *d)
{
    return d->cause == ETCH_FAULT_WRITE_REFUSED && is_flash(d->addr);
}

void say_why(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to);
void say_fix(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to);

#endif
