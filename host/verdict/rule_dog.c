/* rule_dog.c - watchdogs that bite while the flash is busy, or nearly.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { IWDG, WWDG };
enum { WWDG_VECTOR = 16 };
enum { LSI_HZ = 32000, LSI_FASTEST_HZ = 47000 }; /* DS10693 table 41 */
#define ISER0     0xE000E100u
#define FLASH_TOP 0x08200000u

static const char *dog_name(int n)
{
    return n == WWDG ? "window watchdog (WWDG)" : "independent watchdog (IWDG)";
}

/* The early-wakeup interrupt is on, and could be served only from flash. */
static bool wakes_from_flash(const struct verdict *v)
{
    uint32_t handler = 0;
    (void)board_peek(v->b, verdict_ppb(v, SCB_VTOR) + WWDG_VECTOR * 4, &handler, 4);
    return (verdict_ppb(v, ISER0) & 1u) != 0 && handler < FLASH_TOP;
}

void rule_dog_event(struct verdict *v, const struct board_event *ev)
{
    enum { STARTED, FED, BIT };
    if (ev->n < 0 || ev->n >= DOGS) {
        return;
    }
    struct dog *dog = &v->dog[ev->n];
    if (ev->value == BIT) {
        dog->handler_in_flash = ev->n == WWDG && wakes_from_flash(v);
        return;
    }
    if (!dog->running || ev->value == STARTED) {
        dog->started = verdict_spot(v, ev->pc);
    }
    dog->running = true;
    dog->period_ns = ev->duration_ns;
    dog->fed_ns = ev->ns;
}

/* ---- it bit ------------------------------------------------------------------------- */

static uint64_t longest(const struct verdict *v)
{
    const struct silicon_sector *sector = verdict_sector_by_number(v, v->op.sector);
    unsigned kib = v->op.size / 1024;
    return sector != NULL ? silicon_erase_ns(SILICON_MAXIMUM, v->op.psize, kib)
                          : silicon_mass_ns(SILICON_MAXIMUM, v->op.psize, kib);
}

static const char *wwdg_fix(bool waits)
{
    return waits ? "Do not erase while the WWDG runs (its longest period is about 50 "
                   "ms), "
                   "or wait and feed it from code and vectors in RAM; the IWDG can be "
                   "set "
                   "longer than an erase"
                 : "Feed it in the loop that waits for the flash, or do not erase while "
                   "the WWDG runs (its longest period is about 50 ms)";
}

/* A bank may take longer than the longest period: 4096 * 256 cycles of the LSI. */
static const char *iwdg_fix(struct verdict *v, bool waits)
{
    const uint64_t most = UINT64_C(4096) * 256 * 1000000000 / LSI_FASTEST_HZ;
    if (!waits) {
        return "Feed it in the loop that waits for the flash";
    }
    if (!v->op.erase) {
        return "Make its period longer than that and feed it just before";
    }
    const char *takes = verdict_say(v, "%s can take up to %s at %s by the data sheet",
            v->op.sector >= 0 ? "this erase" : "the erase of a bank",
            verdict_time(v, longest(v)), verdict_psize(v->op.psize));
    return longest(v) < most
                   ? verdict_say(v,
                             "Make its period longer than the erase (%s) and feed it "
                             "just "
                             "before, or feed it from a wait in RAM",
                             takes)
                   : verdict_say(v,
                             "Erase sector by sector and feed it before each, or feed it "
                             "from a wait in RAM: %s, longer than its longest period",
                             takes);
}

static void tell_bite(struct verdict *v, struct item *it, int n, bool stalled)
{
    const struct dog *dog = &v->dog[n];
    const char *period = verdict_time(v, dog->period_ns);
    const char *by = dog->started.known ? verdict_say(v, ", started by %s",
                                                  verdict_at(v, dog->started.pc))
                                        : "";
    if (!stalled) {
        it->f.text = verdict_say(v,
                "The %s%s reset the chip: it was not fed for %s, and the flash is not "
                "why",
                dog_name(n), by, period);
        it->f.fix = "Feed it more often, or find what keeps the program from it";
        return;
    }
    /* Told before it is lived through, a stall ends after now. */
    bool waits = v->stall_until > v->now->ns;
    it->f.text = verdict_say(v,
            "The %s%s reset the chip %s into %s, which takes %s: its period is %s, and "
            "nobody %s%s",
            dog_name(n), by, verdict_time(v, v->now->ns - v->op.from_ns),
            verdict_op(v, &v->op), verdict_time(v, v->op.ns), period,
            waits ? "feeds it while the processor waits for the flash"
                  : "fed it meanwhile, though the processor did not wait for the flash",
            waits && dog->handler_in_flash
                    ? "; its early-wakeup handler is in flash and cannot run either"
                    : "");
    it->f.fix = n == WWDG ? wwdg_fix(waits) : iwdg_fix(v, waits);
    if (v->op.sector >= 0) {
        verdict_address(v, it, v->op.addr);
    }
}

static void bite(struct verdict *v, const struct board_event *ev, bool busy)
{
    int n = ev->reset == BOARD_RESET_WWDG ? WWDG : IWDG;
    bool fresh;
    bool stalled = busy && v->op.from_ns < v->now->ns;
    struct spot spot = {
            .known = true, .pc = stalled ? v->op.pc : ev->pc, .ns = v->now->ns};
    struct item *it =
            verdict_add(v, stalled ? CODE_WATCHDOG_IN_STALL : CODE_WATCHDOG_RESET,
                    (uint64_t)n, &spot, &fresh);
    if (it == NULL) {
        return;
    }
    if (fresh) {
        tell_bite(v, it, n, stalled);
    }
    it->hidden = v->fatal != NULL && fresh; /* the program was dead already */
    verdict_fatal(v, it);
}

static void tear(struct verdict *v, const struct board_event *ev)
{
    bool fresh;
    struct spot spot = verdict_spot(v, ev->pc);
    struct item *it = verdict_add(v, CODE_RESET_IN_OPERATION, 0, &spot, &fresh);
    if (it != NULL && fresh) {
        verdict_address(v, it, v->op.addr);
        it->f.text = verdict_say(v,
                "%s reset the chip during %s: what those cells hold now is undefined",
                verdict_func(v, ev->pc), verdict_op(v, &v->op));
        it->f.fix = "Wait for BSY to clear before a reset";
    }
}

void rule_dog_reset(struct verdict *v, const struct board_event *ev)
{
    bool busy = v->op.active && v->op.from_ns + v->op.ns > v->now->ns;
    if (ev->reset == BOARD_RESET_IWDG || ev->reset == BOARD_RESET_WWDG) {
        bite(v, ev, busy);
    } else if (busy && ev->reset == BOARD_RESET_SOFTWARE) {
        tear(v, ev);
    }
    for (int i = 0; i < DOGS; i++) {
        v->dog[i].running = false;
    }
}

/* ---- it nearly bit ------------------------------------------------------------------ */

void rule_dog_done(struct verdict *v)
{
    if (!v->op.active || !v->op.erase || v->op.size < 16 * 1024) {
        return;
    }
    for (int n = 0; n < DOGS; n++) {
        const struct dog *dog = &v->dog[n];
        if (!dog->running || dog->fed_ns > v->op.from_ns) {
            continue; /* off, or fed meanwhile */
        }
        uint64_t waits = v->op.from_ns - dog->fed_ns + longest(v);
        uint64_t least =
                n == IWDG ? dog->period_ns / LSI_FASTEST_HZ * LSI_HZ : dog->period_ns;
        if (waits < least) {
            continue;
        }
        bool fresh;
        struct spot spot = {.known = true, .pc = v->op.pc, .ns = v->op.from_ns};
        struct item *it =
                verdict_add(v, CODE_WATCHDOG_MARGIN, (uint64_t)n, &spot, &fresh);
        if (it == NULL || !fresh) {
            continue;
        }
        verdict_address(v, it, v->op.addr);
        it->f.text = verdict_say(v,
                "%s may take up to %s by the data sheet, and the %s, last fed %s before "
                "it, "
                "bites after %s%s: this time it was fast enough",
                verdict_op(v, &v->op), verdict_time(v, longest(v)), dog_name(n),
                verdict_time(v, v->op.from_ns - dog->fed_ns), verdict_time(v, least),
                n == IWDG ? " at the fastest LSI" : "");
        it->f.fix = "Feed it just before the erase and make its period longer than the "
                    "sheet's maximum, or feed it from a wait that runs in RAM";
    }
}
