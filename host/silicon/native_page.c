/* native_page.c - the short way for loads of cells that nothing will change.
 *
 * A store looks through its log word by word, and an explorer lets it do so a
 * million times. While no operation is under way, no store is buffered, no cache,
 * no MPU and no watchdog is on, such a load can only return the word and take its
 * time, so that is all that is done.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/native_priv.h"

void native_page(struct silicon_native *n, uint32_t addr)
{
    const struct silicon *s = n->chip;
    struct si_place at = si_find(s, addr);
    bool calm = n->alone && n->running && n->watch == NULL && n->st.mpu.ctrl == 0 &&
                n->st.dog_ns == 0 && silicon_busy_until(s) == 0 &&
                (s->st.acr & SI_ACR_DCEN) == 0;
    n->page_len = 0;
    if (calm && si_calm(s, at, false)) {
        const struct si_page *page = s->page[at.off / SILICON_PAGE];
        n->page = (const uint8_t *)page->word;
        n->loose = page->soft == NULL ? NULL : page->soft->loose;
        n->page_addr = addr & ~(SILICON_PAGE - 1u);
        n->page_len = SILICON_PAGE;
    }
}
