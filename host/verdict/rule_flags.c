/* rule_flags.c - error flags that outlive what raised them, and who left them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { ERRORS = 0x1F2, REGS_SIZE = 0x20 };
#define FLASH_REGS 0x40023C00u

void rule_flags_raised(struct verdict *v, uint32_t raised, struct flag_owner owner)
{
    for (unsigned i = 0; i < FLAGS; i++) {
        if ((raised >> i & 1u) != 0) {
            v->owner[i] = owner;
        }
    }
}

/* The owner of the highest of these flags; NULL: they were there before us. */
static const struct flag_owner *owner_of(const struct verdict *v, uint32_t flags)
{
    for (int i = FLAGS - 1; i >= 0; i--) {
        if ((flags >> i & 1u) != 0 && v->owner[i].spot.known) {
            return &v->owner[i];
        }
    }
    return NULL;
}

static const char *left_by(
        struct verdict *v, const struct flag_owner *owner, uint64_t now)
{
    if (owner == NULL) {
        return "what ran before";
    }
    const char *what =
            owner->addr - FLASH_REGS < REGS_SIZE
                    ? "request"
                    : verdict_say(v, "store to %s", verdict_addr(v, owner->addr));
    return verdict_say(v, "%s, whose %s was refused %s earlier",
            verdict_at(v, owner->spot.pc), what, verdict_time(v, now - owner->spot.ns));
}

/* Flags cleared in a session that has not begun anything: they are not its own. */
void rule_flags_cleared(struct verdict *v, const struct silicon_event *ev)
{
    uint32_t cleared = ev->before & ~ev->value & ERRORS;
    const struct flag_owner *owner = owner_of(v, cleared);
    if (owner != NULL && owner->item != NULL && owner->item->f.times == 1) {
        verdict_fact(owner->item, "flags cleared by",
                verdict_say(v, "%s, %s later", verdict_at(v, verdict_caller(v, ev)),
                        verdict_time(v, v->now->ns - owner->spot.ns)));
    }
    if (!v->open || cleared == 0) {
        return;
    }
    if (owner != NULL && owner->spot.ns >= v->unlocked.ns) {
        return; /* raised in this session: its own failure */
    }
    if (v->inherited_flags == 0) {
        v->inherited_at = verdict_spot(v, verdict_caller(v, ev));
    }
    v->inherited_flags |= cleared;
    v->inherited = owner != NULL ? *owner : (struct flag_owner){.addr = 0};
}

/* One finding for each who left flags, however many found them. */
static uint64_t key_of(const struct flag_owner *owner)
{
    return owner != NULL ? owner->spot.pc : 0;
}

static void tell(struct verdict *v, const struct spot *spot, uint32_t flags,
        const struct flag_owner *owner, const char *what)
{
    bool fresh;
    struct item *it = verdict_add(v, CODE_STALE_FLAGS, key_of(owner), spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    if (owner != NULL) {
        verdict_address(v, it, owner->addr);
        verdict_fact(it, "flags raised by", verdict_at(v, owner->spot.pc));
        verdict_fact(it, "flags raised at", verdict_time(v, owner->spot.ns));
    }
    it->f.text = verdict_say(v, "%s found FLASH_SR %s already set, left by %s: %s",
            verdict_func(v, spot->pc), verdict_flags(v, flags),
            left_by(v, owner, spot->ns), what);
    it->f.fix = "Clear the error flags before each operation, check what each call "
                "returns, and mend the store that raised them";
}

/* An operation did start, under flags that are not its own. */
void rule_flags_stale(struct verdict *v, const struct silicon_event *ev)
{
    uint32_t flags = silicon_reg(v->s, SILICON_SR) & ERRORS;
    uint32_t pc = verdict_caller(v, ev);
    const struct flag_owner *owner = owner_of(v, flags);
    struct spot spot = {.known = true, .pc = pc};
    if (verdict_find(v, CODE_STALE_FLAGS, key_of(owner)) == NULL) {
        spot = verdict_spot(v, pc);
    }
    tell(v, &spot, flags, owner,
            "the operation it begins runs, but whoever reads FLASH_SR after it takes "
            "them "
            "for its failure");
}

/* The store that caused it all says what came of it. */
static void tell_origin(struct verdict *v, struct item *it)
{
    if (it != NULL && it->f.text != NULL) {
        it->f.text = verdict_say(v,
                "%s; %s then found them, %s later, and did not start what it was asked "
                "for",
                it->f.text, verdict_at(v, v->inherited_at.pc),
                verdict_time(v, v->inherited_at.ns - it->f.ns));
    }
}

void rule_flags_session(struct verdict *v)
{
    if (v->open && v->inherited_flags != 0 && v->session_ops == 0) {
        struct flag_owner owner = v->inherited;
        const struct flag_owner *who = owner.spot.known ? &owner : NULL;
        bool fresh = verdict_find(v, CODE_STALE_FLAGS, key_of(who)) == NULL;
        tell(v, &v->inherited_at, v->inherited_flags, who,
                "it took them for a failure of its own, so the operation was never "
                "started; a second try works only because the flags are cleared by then");
        if (fresh) {
            tell_origin(v, owner.item);
        }
    }
    v->inherited_flags = 0;
}
