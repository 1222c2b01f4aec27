/* report.c - what the model says to its owner: events, flags, the interrupt.
 *
 * SPDX-License-Identifier: MIT
 */
#include <execinfo.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "silicon/silicon_priv.h"

uint64_t si_now(const struct silicon *s)
{
    return s->clock.now != NULL ? s->clock.now(s->clock.ctx) : s->st.idle_ns;
}

void si_report(struct silicon *s, struct silicon_event ev)
{
    if (s->hooks.event == NULL) {
        return;
    }
    if (ev.at_ns == 0) {
        ev.at_ns = si_now(s);
    }
    if (ev.caller == 0 && s->hooks.caller != NULL) {
        ev.caller = s->hooks.caller(s->hooks.ctx);
    }
    s->hooks.event(s->hooks.ctx, &ev);
}

void si_breach(struct silicon *s, enum silicon_law law, const struct si_access *a)
{
    struct silicon_event ev = {.kind = SILICON_EV_BREACH,
            .law = law,
            .at_ns = si_now(s),
            .addr = a->addr,
            .value = a->value,
            .width = a->width,
            .sector = -1,
            .caller = a->caller};
    if (ev.caller == 0 && s->hooks.caller != NULL) {
        ev.caller = s->hooks.caller(s->hooks.ctx);
    }
    const struct silicon_sector *sector = silicon_sector_at(s, a->addr);
    if (sector != NULL) {
        ev.sector = (int8_t)sector->number;
    }
    si_report(s, ev);
    if ((s->strict >> law & 1u) == 0) {
        return;
    }
    if (s->hooks.strict == NULL) {
        si_stop(&ev);
    }
    s->hooks.strict(s->hooks.ctx, &ev);
}

_Noreturn void si_stop(const struct silicon_event *ev)
{
    const struct silicon_law_text *text = silicon_law_text(ev->law);
    (void)fprintf(stderr, "silicon: law %s broken (%s): %s\n", text->name,
            text->reference, text->rule);
    (void)fprintf(stderr,
            "silicon: at 0x%08" PRIx32 ", %u bytes, value 0x%" PRIx32 ", %" PRIu64
            " ns after power-on\n",
            ev->addr, ev->width, ev->value, ev->at_ns);
    /* The caller of native code is an address in this program. */
    void *caller = (void *)(uintptr_t)ev->caller; /* NOLINT(performance-no-int-to-ptr) */
    char **name = backtrace_symbols(&caller, 1);
    (void)fprintf(stderr, "silicon: by %s\n", name != NULL ? name[0] : "?");
    free(name);
    abort();
}

_Noreturn void si_out_of_memory(void)
{
    (void)fprintf(stderr, "silicon: out of memory\n");
    abort();
}

void si_irq_update(struct silicon *s)
{
    struct si_state *st = &s->st;
    bool done = (st->sr & SI_SR_EOP) != 0 && (st->cr & SI_CR_EOPIE) != 0;
    bool failed = (st->sr & SI_SR_ERRORS) != 0 && (st->cr & SI_CR_ERRIE) != 0;
    bool level = done || failed;
    if (level == st->irq) {
        return;
    }
    st->irq = level;
    if (s->hooks.irq != NULL) {
        s->hooks.irq(s->hooks.ctx, level);
    }
}

void si_raise(struct silicon *s, uint32_t flags, const struct si_access *a)
{
    struct si_state *st = &s->st;
    uint32_t before = st->sr;
    st->sr |= flags & st->geo.sr;
    if ((st->cr & SI_CR_ERRIE) != 0) {
        st->sr |= SI_SR_OPERR; /* RM0090 3.9.5: only with ERRIE */
    }
    si_report(s, (struct silicon_event){.kind = SILICON_EV_FLAGS,
                         .addr = a->addr,
                         .before = before,
                         .value = st->sr,
                         .width = a->width,
                         .sector = -1,
                         .caller = a->caller});
    si_irq_update(s);
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and any state is a good one. */
uint64_t si_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t si_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    return si_mix(*state);
}
