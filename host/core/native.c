/* native.c - where host code is kept, and how that of a block is put together.
 *
 * SPDX-License-Identifier: MIT
 */
#include <sys/mman.h>
#include <sys/utsname.h>

#include "core/exec.h"
#include "core/native_x86.h"
#include "core/ops.h"

/* ---- the place ---------------------------------------------------------------------- */

static bool host_is_known(void)
{
    struct utsname host;
    return sizeof(void *) == 8 && sizeof(long) == 8 && uname(&host) == 0 &&
           strcmp(host.machine, "x86_64") == 0;
}

/* Hosts that let nobody write code and run it get none. */
static uint8_t *open_place(void)
{
    void *code = mmap(NULL, NATIVE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED ? NULL : code;
}

void core_native(struct core *c, bool on)
{
    if (on == (c->native != NULL)) {
        return;
    }
    if (on) {
        c->native = host_is_known() ? open_place() : NULL;
        c->native_bytes = NATIVE_BYTES;
    } else {
        (void)munmap(c->native, NATIVE_BYTES);
        c->native = NULL;
    }
    core_native_begin(c);
}

/* All code is made again, from the beginning of its place. */
void core_native_begin(struct core *c)
{
    core_code_forget(c);
    c->native_used = 0;
    c->native_ways_out = 0;
}

bool core_native_full(const struct core *c)
{
    size_t used = c->native_used + c->native_ways_out;
    return c->native != NULL &&
           c->native_bytes - used < (size_t)BLOCK_RECORDS * NATIVE_RECORD;
}

/* ---- ways out -------------------------------------------------------------------------- */

void native_slow_if(
        struct native *n, unsigned condition, const void *argument, uintptr_t run)
{
    n->slow[n->slows++] = (struct native_slow){jump_if(n, condition), argument, run};
}

static void put_slow(struct native *n, const struct native_slow *slow)
{
    land(slow->jump, n->at);
    load_address(n, SI, slow->argument);
    load_constant64(n, AX, slow->run);
    put_bytes(n, 0xFFE0, 2); /* jmp rax */
}

/* The record's function does it. */
static void call(struct native *n)
{
    load_address(n, SI, n->i);
    put_bytes(n, 0xFF26, 2); /* jmp [rsi] */
    n->flags = HOST_NOTHING;
}

/* ---- blocks ----------------------------------------------------------------------------- */

/* An instruction of an IT block can be passed over: to here. */
static void arrive(struct native *n)
{
    if (n->skip != NULL && n->skip_to == n->i) {
        land(n->skip, n->at);
        n->skip = NULL;
        n->flags = HOST_NOTHING;
    }
}

static bool translate(struct native *n)
{
    return native_alu(n) || native_mem(n) || native_flow(n) || native_mul(n);
}

void core_native_block(struct core *c, struct insn *first, const struct insn *end)
{
    struct native n = {.at = c->native + c->native_used};
    for (struct insn *i = first; i != end; i++) {
        n.i = i;
        arrive(&n);
        uintptr_t at = (uintptr_t)n.at;
        if (translate(&n)) {
            i->run = (op_fn *)at;
        } else {
            call(&n);
        }
    }
    c->native_used = (size_t)(n.at - c->native);
    c->native_ways_out += (size_t)n.slows * NATIVE_WAY_OUT;
    n.at = c->native + c->native_bytes - c->native_ways_out;
    for (unsigned k = 0; k < n.slows; k++) {
        put_slow(&n, &n.slow[k]);
    }
}
