/* native_priv.h - what native.c and native_bus.c share. Nobody else includes it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_NATIVE_PRIV_H
#define ETCH_SILICON_NATIVE_PRIV_H

#include <setjmp.h>
#include <string.h>

#include "silicon/native.h"
#include "silicon/silicon_priv.h"

#define NATIVE_FB_MODE 0x00000100u /* SYSCFG_MEMRMP: the banks are swapped */

/* Words of RAM and registers that were poked, sorted by address. */
struct native_words {
    struct native_word {
        uint32_t addr, value;
    } * at;
    size_t n, room;
};

struct native_mpu {
    uint32_t ctrl, rnr;
    uint32_t rbar[8], rasr[8];
    bool unprivileged; /* the running code */
};

struct native_state {
    uint64_t now_ns;
    uint32_t hclk_hz; /* for which access_ns holds */
    uint64_t access_ns;
    uint64_t poll_until, poll_ns;   /* of the operation being polled */
    uint64_t dog_period_ns, dog_ns; /* 0: no watchdog; when it bites */
    uint64_t caller;
    uint32_t primask;
    uint32_t pc;           /* where the code is said to be */
    bool frozen;           /* the cycle counter */
    uint32_t cycles;       /* its value */
    uint64_t cycles_at_ns; /* when it had it */
    uint32_t demcr, dwt_ctrl, vtor, shcsr, prigroup, memrmp;
    enum silicon_law law; /* last broken, in this access */
    struct native_mpu mpu;
    unsigned kinds[SILICON_EV_RESET + 1];
    unsigned laws[LAW_COUNT];
};

struct silicon_native {
    struct silicon *chip;
    struct native_state st;
    struct native_words words;
    /* What belongs to a run or to the tester, not to the board: */
    jmp_buf home;
    bool running, biting;
    bool told; /* the chip has reported this access's bus error */
    enum silicon_end end;
    uint64_t used, limit;
    unsigned polls;
    struct silicon_event why, cut, fault;
    silicon_native_watch *watch;
    void *watch_ctx;
    silicon_native_begins *begins;
    void *begins_ctx;
    bool alone;
    const uint8_t *page;          /* loads from here may be short ... */
    uint32_t page_addr, page_len; /* 0: none may */
    const uint32_t *loose;        /* ... where no bit of this is set; NULL: anywhere */
};

/* Stop the run. Does not return while one is on; else prints and aborts,
 * because there is nowhere to go back to. */
_Noreturn void native_stop(struct silicon_native *n, enum silicon_end end);
void native_reset_cpu(struct silicon_native *n);
/* Move the clock; here the watchdog bites. */
void native_wait(struct silicon_native *n, uint64_t until_ns);
uint32_t native_cycles(const struct silicon_native *n);
void native_cycles_set(struct silicon_native *n, uint32_t cycles);

uint32_t *native_word(const struct silicon_native *n, uint32_t addr); /* NULL: none */
void native_word_put(struct silicon_native *n, uint32_t addr, uint32_t value);

/* The board that this thread's accesses go to; aborts if there is none. */
struct silicon_native *native_selected(void);

/* The MPU's registers, as below; and the access it may refuse: does not return
 * then. */
bool native_mpu_read(const struct silicon_native *n, uint32_t addr, uint32_t *value);
bool native_mpu_write(struct silicon_native *n, uint32_t addr, uint32_t value);
void native_mpu_check(struct silicon_native *n, uint32_t addr, bool store);

/* After a load from addr: may those that follow in its page take the short way? */
void native_page(struct silicon_native *n, uint32_t addr);
/* Take it; false: it must be a load like any other. */
static inline bool native_glance(
        struct silicon_native *n, uint32_t addr, unsigned width, uint32_t *value)
{
    uint32_t off = addr - n->page_addr;
    if (off >= n->page_len || addr % width != 0 || n->used >= n->limit ||
            (n->loose != NULL && n->loose[off / 4] != 0)) {
        return false;
    }
    n->used++;
    n->st.now_ns += n->st.access_ns;
    memcpy(value, n->page + off, width);
    return true;
}

/* The registers outside the flash block. False: there is none at addr. */
bool native_reg_read(const struct silicon_native *n, uint32_t addr, uint32_t *value);
bool native_reg_write(struct silicon_native *n, uint32_t addr, uint32_t value);

#endif
