/* reason.c - why the MPU refused: the region that decided, or none, or one that is
 * not set up as it was meant.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fault/decode_priv.h"
#include "hw/cm4_mpu.h"
#include "hw/cm4_scs.h"

static const char it_allows_that[] =
        "As the MPU is set here, it allows that: it was set otherwise then, or the flag "
        "in CFSR is old.";

static uint32_t get(const struct etch_fault *f, enum etch_fault_word word)
{
    return etch_fault_get(f, word);
}

static const char *rights(uint32_t rasr)
{
    static const char *const names[8] = {"out of bounds", "for privileged code only",
            "read-only for unprivileged code", "for all to read and write", "reserved",
            "read-only, for privileged code", "read-only", "read-only"};
    return names[rasr >> 24 & 7];
}

static void say_region(
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    say(to, "MPU region %u makes %x-%x %s", (uint32_t)d->region, d->first, d->last,
            rights(d->rasr));
    say(to, "%s.", d->rasr >> 28 & 1 ? " and not executable" : "");
}

/* Where no region decided, the background did: the default memory map, and only with
 * PRIVDEFENA, and only for privileged code (B3.5.1). */
static void say_background(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    bool known = etch_fault_knows(f, ETCH_FAULT_MPU_CTRL);
    bool privileged =
            etch_fault_knows(f, ETCH_FAULT_CONTROL) && !(get(f, ETCH_FAULT_CONTROL) & 1);
    const char *what = " Either MPU_CTRL.PRIVDEFENA is clear, or the code was "
                       "unprivileged (CONTROL.nPRIV).";
    if (background_allows(f)) {
        say(to, "%s", it_allows_that);
        return;
    }
    if (d->unprivileged || (get(f, ETCH_FAULT_MPU_CTRL) & CM4_MPU_CTRL_PRIVDEFENA)) {
        what = " The background is not for unprivileged code (CONTROL.nPRIV).";
    } else if (known || privileged) {
        what = " There is no background (MPU_CTRL.PRIVDEFENA is clear).";
    }
    say(to, "No MPU region covers %s.%s", d->has_addr ? "it" : "the stack, nor that",
            what);
}

/* ---- what was not meant ----------------------------------------------------- */

/* Were there regions that could have been set up wrongly? */
static bool regions_count(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    bool off = etch_fault_knows(f, ETCH_FAULT_MPU_CTRL) &&
               !(get(f, ETCH_FAULT_MPU_CTRL) & CM4_MPU_CTRL_ENABLE);
    return !off && d->has_addr && d->region != ETCH_FAULT_REGION_UNKNOWN;
}

/* Nobody knows what a region without a size does. */
static bool is_unknown(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    bool unknown = false;
    for (uint32_t n = 0; n < ETCH_FAULT_REGIONS && regions_count(f, d); n++) {
        uint32_t first;
        uint32_t last;
        unknown = unknown || find_slip(f, n, d->addr, &first, &last) == SLIP_SIZE;
    }
    return unknown;
}

/* Mistakes in the set-up of regions that have to do with this address. */
static void say_slips(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    for (uint32_t n = 0; n < ETCH_FAULT_REGIONS && regions_count(f, d); n++) {
        uint32_t first;
        uint32_t last;
        enum slip slip = find_slip(f, n, d->addr, &first, &last);
        if (slip == SLIP_SIZE) {
            say(to,
                    " RASR.SIZE of region %u is %u, which is reserved: 4, 32 bytes, is "
                    "the least (B3.5.9), and what it covers is not defined.",
                    n, first);
        } else if (slip == SLIP_BASE) {
            say(to,
                    " The base of region %u, %x, is not aligned to its size, and counts "
                    "without the bits below that (B3.5.8): the region is %x-%x.",
                    n, get(f, ETCH_FAULT_RBAR0 + 2 * n) & CM4_MPU_RBAR_ADDR, first, last);
        }
    }
}

/* ---- the whole ------------------------------------------------------------- */

/* Which of the regions decided, or that none did. */
static void say_decider(const struct etch_fault *f, const struct etch_fault_finding *d,
        bool unknown, const struct etch_fault_sink *to)
{
    bool fetch = is_jump(d->cause) || d->cause == ETCH_FAULT_ERASED_VECTOR;
    if (region_allows(f, d)) {
        /* Where no frame was stored the address is that of SP, and not certain. */
        say(to, "%s", d->no_frame || unknown ? "" : it_allows_that);
    } else if (d->region >= 0) {
        say_region(d, to);
    } else if (d->region == ETCH_FAULT_NO_REGION && fetch && !could_run(d->addr)) {
        say(to, "No MPU region allows it, and the default memory map has no code there.");
    } else if (d->region == ETCH_FAULT_NO_REGION && !(unknown && background_allows(f))) {
        say_background(f, d, to);
    }
}

void say_why(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    say_decider(f, d, is_unknown(f, d), to);
    say_slips(f, d, to);
    if (d->cause == ETCH_FAULT_STACK_OVERFLOW &&
            (get(f, ETCH_FAULT_CFSR) & (CM4_CFSR_DACCVIOL | CM4_CFSR_PRECISERR)) &&
            !d->no_frame) {
        say(to, " SP leads there: it is the stack, and hardly a wild pointer.");
    }
    if (d->framework == ETCH_FAULT_ANY) {
        return;
    }
    const char *name = framework_names[d->framework];
    bool ram = d->cause == ETCH_FAULT_EXEC_REFUSED && area_of(d->addr) == AREA_SRAM;
    if (locks_flash(d) && d->framework != ETCH_FAULT_RIOT) {
        say(to, " This is how %s locks flash against writing.", name);
    } else if (ram) {
        say(to, " This is how %s keeps code out of RAM.", name);
    } else if (d->region >= 0) {
        say(to, " The regions are those of %s.", name);
    }
}
