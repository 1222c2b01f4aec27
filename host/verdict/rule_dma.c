/* rule_dma.c - transfers that end in an error, of which nobody may ever hear: the
 * stream is off then, and its end does not come (RM0090 10.3.18).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/verdict_priv.h"

enum { STREAMS = 8 };

static const char *why_not(struct verdict *v, const struct board_event *ev, bool *ccm)
{
    const char *place = board_place(v->b, ev->addr);
    *ccm = place != NULL && strcmp(place, "CCM") == 0;
    if (*ccm) {
        return "which hangs on the processor's data bus alone";
    }
    return place != NULL ? "which is not on the DMA's bus" : "where nothing answers";
}

void rule_dma(struct verdict *v, const struct board_event *ev)
{
    bool fresh;
    bool ccm = false;
    struct item *it = verdict_add(
            v, CODE_DMA_ERROR, (uint64_t)ev->n << 32 | ev->addr, NULL, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    const char *stream =
            verdict_say(v, "DMA%d stream %d", ev->n / STREAMS + 1, ev->n % STREAMS);
    if (ev->text != NULL) {
        it->f.text = verdict_say(v,
                "%s ended in a transfer error (TEIF): %s; nothing is moved, and TCIF "
                "does not come",
                stream, ev->text);
        it->f.fix = "Take a stream of DMA2, and look at TEIF too while waiting for TCIF";
        return;
    }
    verdict_address(v, it, ev->addr);
    const char *why = why_not(v, ev, &ccm);
    it->f.text = verdict_say(v,
            "%s ended in a transfer error (TEIF) at %s, %s: nothing more is moved, and "
            "TCIF does not come",
            stream, verdict_addr(v, ev->addr), why);
    it->f.fix =
            ccm ? "Put the buffer into SRAM (0x20000000 and up), and look at TEIF too "
                  "while waiting for TCIF"
                : "Correct the address, and look at TEIF too while waiting for TCIF";
}
