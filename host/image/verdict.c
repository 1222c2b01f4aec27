/* verdict.c - SPEC 2.3: what the marks behind a thing make of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "image/image_priv.h"

struct verdict verdict_begin(bool own_say)
{
    return (struct verdict){.alive = own_say, .last = IMAGE_VOID};
}

void verdict_mark(struct verdict *v, enum image_kind mark)
{
    if (v->final) {
        return;
    }
    bool again = mark == v->last;
    if (mark == IMAGE_KEEP) {
        v->final = again || (v->marks == 0 && v->alive);
        v->alive = true;
        v->dropped = false;
    } else if (mark == IMAGE_DROP) {
        v->final = again;
        v->alive = false;
        v->dropped = true;
    }
    v->last = mark;
    v->marks++;
}

void verdict_close(struct verdict *v)
{
    v->final = true;
    v->closed = true;
}
