/* finding.c - making findings, and putting them in order.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/verdict_priv.h"

struct item *verdict_find(struct verdict *v, enum code code, uint64_t key)
{
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].code == code && v->items[i].key == key) {
            return &v->items[i];
        }
    }
    return NULL;
}

void verdict_recode(struct item *it, enum code code)
{
    it->code = code;
    it->f.code = finding_codes[code].code;
    it->f.severity = finding_codes[code].severity;
}

void verdict_source(struct verdict *v, struct item *it, uint32_t pc)
{
    struct symbols_place at;
    if (verdict_locate(v, pc, &at)) {
        it->f.function = at.function;
        it->f.file = at.file;
        it->f.line = at.line;
    }
}

static void place(struct verdict *v, struct item *it, const struct spot *spot)
{
    struct finding *f = &it->f;
    f->has_pc = true;
    f->pc = spot->pc;
    f->ns = spot->ns;
    f->chain_n = spot->chain_n;
    memcpy(f->chain, spot->chain, sizeof(f->chain));
    verdict_source(v, it, spot->pc);
}

struct item *verdict_add(struct verdict *v, enum code code, uint64_t key,
        const struct spot *spot, bool *fresh)
{
    struct item *it = verdict_find(v, code, key);
    *fresh = it == NULL;
    if (it != NULL) {
        it->f.times++;
        return it;
    }
    if (v->n == ITEMS) {
        return NULL;
    }
    it = &v->items[v->n];
    *it = (struct item){.key = key, .seq = (unsigned)v->n};
    v->n++;
    verdict_recode(it, code);
    it->f.sector = -1;
    it->f.times = 1;
    it->f.ns = board_ns(v->b);
    if (spot != NULL && spot->known) {
        place(v, it, spot);
    }
    return it;
}

struct item *verdict_sum(struct verdict *v, enum code code, uint64_t key,
        const struct spot *spot, bool *fresh)
{
    struct item *it = verdict_add(v, code, key, spot, fresh);
    if (it != NULL) {
        it->f.times = 1;
    }
    return it;
}

void verdict_address(struct verdict *v, struct item *it, uint32_t addr)
{
    const struct silicon_sector *sector = verdict_sector(v, addr);
    it->f.has_address = true;
    it->f.address = addr;
    it->f.sector = sector != NULL ? sector->number : -1;
}

void verdict_fact(struct item *it, const char *name, const char *value)
{
    for (size_t i = 0; i < it->f.evidence_n; i++) {
        if (strcmp(it->f.evidence[i].name, name) == 0) {
            it->f.evidence[i].value = value;
            return;
        }
    }
    if (it->f.evidence_n < FINDING_FACTS) {
        it->f.evidence[it->f.evidence_n++] = (struct finding_fact){name, value};
    }
}

void verdict_fact_flash(struct verdict *v, struct item *it)
{
    uint32_t cr = silicon_reg(v->s, SILICON_CR);
    verdict_fact(it, "FLASH_SR", verdict_flags(v, silicon_reg(v->s, SILICON_SR)));
    verdict_fact(it, "FLASH_CR",
            verdict_say(v, "0x%08" PRIX32 " (%s, PSIZE %s%s%s)", cr,
                    cr >> 31 != 0 ? "locked" : "unlocked", verdict_psize(cr >> 8 & 3u),
                    (cr & 1u) != 0 ? ", PG set" : "", (cr & 2u) != 0 ? ", SER set" : ""));
}

void verdict_fatal(struct verdict *v, struct item *it)
{
    if (it == NULL) {
        return;
    }
    if (v->fatal == NULL) {
        it->fatal = true;
        v->fatal = it;
    }
}

/* ---- order ------------------------------------------------------------------------ */

/* What ended the program comes first, then what happened first. */
static bool before(const struct item *x, const struct item *y)
{
    if (x->f.severity != y->f.severity) {
        return x->f.severity < y->f.severity;
    }
    return x->fatal != y->fatal ? x->fatal : x->seq < y->seq;
}

const struct finding *verdict_findings(struct verdict *v, enum board_stop how, size_t *n)
{
    const struct item *order[ITEMS];
    rule_control_finish(v, how);
    rule_wear_finish(v);
    rule_data_finish(v);
    rule_time_finish(v);
    rule_clock_finish(v);
    rule_hang_finish(v, how);
    rule_wait_end(v, core_reg(board_core(v->b), CORE_PC));
    *n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].hidden) {
            continue;
        }
        size_t at = (*n)++;
        for (; at > 0 && before(&v->items[i], order[at - 1]); at--) {
            order[at] = order[at - 1];
        }
        order[at] = &v->items[i];
    }
    for (size_t i = 0; i < *n; i++) {
        v->out[i] = order[i]->f;
    }
    return v->out;
}
