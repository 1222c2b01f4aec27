/* debug.c - breakpoints, watches, BKPT.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/core_priv.h"

bool core_is_break(const struct core *c, uint32_t addr)
{
    for (unsigned i = 0; i < c->n_breaks; i++) {
        if (c->breaks[i] == addr) {
            return true;
        }
    }
    return false;
}

void core_break(struct core *c, uint32_t addr, bool on)
{
    unsigned i = 0;
    addr &= ~1u;
    while (i < c->n_breaks && c->breaks[i] != addr) {
        i++;
    }
    if (on && i == c->n_breaks && i < BREAKS) {
        c->breaks[c->n_breaks++] = addr;
    } else if (!on && i < c->n_breaks) {
        c->breaks[i] = c->breaks[--c->n_breaks];
    }
    core_code_redo(c, addr);
}

void core_watch(struct core *c, uint32_t addr, uint32_t len, bool loads, bool stores)
{
    if (len == 0) {
        c->watches = 0;
    } else if (c->watches < WATCHES) {
        c->watch[c->watches++] = (struct watch){addr, len, loads, stores};
    }
    core_tlb_flush(c);
}

uint32_t core_watched(const struct core *c)
{
    return c->watched;
}

unsigned core_bkpt_imm(const struct core *c)
{
    return c->bkpt_imm;
}

/* BKPT has 16 bits and is never conditional; in an IT block the state moves on. */
void core_skip(struct core *c)
{
    uint32_t it = c->st.it;
    c->st.pc += 2;
    c->st.it = (it & 7) == 0 ? 0 : (it & 0xE0) | (it << 1 & 0x1F);
    c->st.bkpt_told = false;
}
