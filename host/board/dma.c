/* dma.c - the two DMA controllers (RM0090 chapter 10), for what the modelled
 * peripherals ask: USARTs in both directions; and from memory to memory.
 *
 * An item moves at once when it is asked for. Reading flash while its bank is
 * busy makes the stream wait, as the bus would. The core-coupled memory is not
 * on the DMA's bus: a transfer there is an error (2.3.1).
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 10.5.1 to 10.5.11 */
enum {
    LISR = 0x00,
    HISR = 0x04,
    LIFCR = 0x08,
    HIFCR = 0x0C,
    STREAM0 = 0x10,
    STEP = 0x18
};
enum {
    S_CR = 0x00,
    S_NDTR = 0x04,
    S_PAR = 0x08,
    S_M0AR = 0x0C,
    S_M1AR = 0x10,
    S_FCR = 0x14
};

#define CR_EN     0x00000001u
#define CR_ASKS   0x0000001Eu /* DMEIE, TEIE, HTIE, TCIE, each a bit below its flag */
#define CR_CIRC   0x00000100u
#define CR_PINC   0x00000200u
#define CR_MINC   0x00000400u
#define CR_DBM    0x00040000u
#define CR_CT     0x00080000u
#define FCR_DMDIS 0x00000004u
#define FCR_RESET 0x00000021u
#define FLAG_DMEI 0x00000004u
#define FLAG_TEI  0x00000008u
#define FLAG_HTI  0x00000010u
#define FLAG_TCI  0x00000020u

#define SRAM_BASE 0x20000000u
#define CCM_BASE  0x10000000u
#define ROM_BASE  0x08000000u

enum direction { FROM_PERIPHERAL, TO_PERIPHERAL, IN_MEMORY };
enum outcome { DONE, WAITS, FAILED };
enum { ITEM_CYCLES = 6 }; /* of one item from memory to memory, about */

/* Tables 42 and 43: who asks on which stream and channel. */
static const struct request {
    uint8_t usart; /* from 0 */
    bool transmit;
    uint8_t dma, stream, channel;
} requests[] = {
        {4, false, 0, 0, 4},
        {2, false, 0, 1, 4},
        {3, false, 0, 2, 4},
        {2, true, 0, 3, 4},
        {3, true, 0, 4, 4},
        {2, true, 0, 4, 7},
        {1, false, 0, 5, 4},
        {1, true, 0, 6, 4},
        {4, true, 0, 7, 4},
        {5, false, 1, 1, 5},
        {0, false, 1, 2, 4},
        {5, false, 1, 2, 5},
        {0, false, 1, 5, 4},
        {5, true, 1, 6, 5},
        {0, true, 1, 7, 4},
        {5, true, 1, 7, 5},
};

static struct bd_stream *stream_of(struct board *b, unsigned dma, unsigned n)
{
    return &b->st.dma[dma].stream[n];
}

static unsigned flag_shift(unsigned n)
{
    static const uint8_t shift[] = {0, 6, 16, 22};
    return shift[n % 4];
}

static enum direction direction(const struct bd_stream *s)
{
    return (enum direction)(s->cr >> 6 & 3u);
}

static void update(struct board *b, unsigned dma, unsigned n)
{
    static const uint8_t irqs[BD_DMAS][BD_STREAMS] = {
            {11, 12, 13, 14, 15, 16, 17, 47}, {56, 57, 58, 59, 60, 68, 69, 70}};
    uint32_t flags = b->st.dma[dma].isr[n / 4] >> flag_shift(n);
    uint32_t asked = (stream_of(b, dma, n)->cr & CR_ASKS) << 1;
    bd_line_set(b, irqs[dma][n], 0, (flags & asked) != 0);
}

static void raise(struct board *b, unsigned dma, unsigned n, uint32_t flag)
{
    b->st.dma[dma].isr[n / 4] |= flag << flag_shift(n);
    update(b, dma, n);
}

/* ---- one item --------------------------------------------------------------------- */

/* RAM that is on the DMA's bus. */
static bool reaches(const struct board *b, uint32_t addr)
{
    const struct bd_place *p = bd_ram_at(b, &addr);
    return addr >= SRAM_BASE && p != NULL && p->kind == BD_SRAM;
}

static enum outcome get(struct board *b, uint32_t addr, unsigned width, uint32_t *value)
{
    *value = 0;
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        *value = bd_device_read(b, d, addr, false) >> addr % 4 * 8;
        return DONE;
    }
    if (reaches(b, addr)) {
        (void)bd_ram_read(b, addr, value, width);
        return DONE;
    }
    if (addr >= ROM_BASE && addr < CCM_BASE &&
            silicon_sector_at(b->silicon, addr) != NULL) {
        if (!b->st.calm && !silicon_plain(b->silicon, addr, true)) {
            return WAITS;
        }
        silicon_peek(b->silicon, addr, value, NULL, width);
        return DONE;
    }
    return bd_device_name(b, addr) != NULL ? DONE : FAILED;
}

static enum outcome put(struct board *b, uint32_t addr, unsigned width, uint32_t value)
{
    const struct bd_device *d = bd_device_at(b, addr);
    if (d != NULL) {
        bd_device_write(b, d, addr, width, value);
        return DONE;
    }
    if (reaches(b, addr)) {
        (void)bd_ram_write(b, addr, &value, width);
        return DONE;
    }
    return bd_device_name(b, addr) != NULL ? DONE : FAILED;
}

/* bad: the address that did not answer. */
static enum outcome move(struct board *b, const struct bd_stream *s, uint32_t *bad)
{
    unsigned width = 1u << (s->cr >> 11 & 3u);
    uint32_t i = s->reload - s->ndtr;
    uint32_t memory = (s->cr & CR_CT) != 0 ? s->m1ar : s->m0ar;
    uint32_t peripheral = s->par + ((s->cr & CR_PINC) != 0 ? i * width : 0);
    memory += (s->cr & CR_MINC) != 0 ? i * width : 0;
    bool out = direction(s) == TO_PERIPHERAL;
    uint32_t value;
    *bad = out ? memory : peripheral;
    enum outcome r = get(b, *bad, width, &value);
    if (r == DONE) {
        *bad = out ? peripheral : memory;
        r = put(b, *bad, width, value);
    }
    return r;
}

/* Counts an item; at the end starts over, or stops. */
static void count(struct board *b, unsigned dma, unsigned n)
{
    struct bd_stream *s = stream_of(b, dma, n);
    s->ndtr--;
    if (s->ndtr == s->reload / 2) {
        raise(b, dma, n, FLAG_HTI);
    }
    if (s->ndtr != 0) {
        return;
    }
    if ((s->cr & (CR_CIRC | CR_DBM)) != 0) {
        s->ndtr = s->reload;
        s->cr ^= (s->cr & CR_DBM) != 0 ? CR_CT : 0;
    } else {
        s->cr &= ~CR_EN;
    }
    raise(b, dma, n, FLAG_TCI);
}

/* Turned off by itself (10.3.18); why: NULL: the address says it. */
static void fail(
        struct board *b, unsigned dma, unsigned n, uint32_t addr, const char *why)
{
    stream_of(b, dma, n)->cr &= ~CR_EN;
    raise(b, dma, n, FLAG_TEI);
    bd_say(b, (struct board_event){.kind = BOARD_EV_DMA_ERROR,
                      .n = (int)(dma * BD_STREAMS + n),
                      .addr = addr,
                      .text = why});
}

static enum outcome step(struct board *b, unsigned dma, unsigned n)
{
    struct bd_stream *s = stream_of(b, dma, n);
    uint32_t bad;
    enum outcome r = move(b, s, &bad);
    if (r == WAITS) {
        bd_due(b, BD_SLOT_DMA + dma * BD_STREAMS + n, silicon_busy_until(b->silicon));
    } else if (r == FAILED) {
        fail(b, dma, n, bad, NULL);
    } else {
        count(b, dma, n);
    }
    return r;
}

/* ---- requests ------------------------------------------------------------------------- */

static bool serves(struct board *b, const struct request *q)
{
    const struct bd_stream *s = stream_of(b, q->dma, q->stream);
    enum direction way = q->transmit ? TO_PERIPHERAL : FROM_PERIPHERAL;
    return (s->cr & CR_EN) != 0 && s->ndtr != 0 && (s->cr >> 25 & 7u) == q->channel &&
           direction(s) == way;
}

/* A USART that a stream writes to may ask again at once: the loop sees it. */
static void serve(struct board *b, const struct request *q)
{
    if (b->moving) {
        return;
    }
    b->moving = true;
    while (serves(b, q) && bd_usart_asks(b, q->usart, q->transmit)) {
        if (step(b, q->dma, q->stream) == WAITS) {
            break;
        }
    }
    b->moving = false;
}

void bd_dma_request(struct board *b, unsigned usart, bool transmit)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        if (requests[i].usart == usart && requests[i].transmit == transmit) {
            serve(b, &requests[i]);
        }
    }
}

static void serve_stream(struct board *b, unsigned dma, unsigned n)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        if (requests[i].dma == dma && requests[i].stream == n) {
            serve(b, &requests[i]);
        }
    }
}

void bd_dma_due(struct board *b, unsigned unit)
{
    unsigned dma = unit / BD_STREAMS;
    unsigned n = unit % BD_STREAMS;
    struct bd_stream *s = stream_of(b, dma, n);
    if (direction(s) != IN_MEMORY) {
        serve_stream(b, dma, n);
        return;
    }
    while ((s->cr & CR_EN) != 0 && step(b, dma, n) == DONE) {
    }
}

/* ---- registers ---------------------------------------------------------------------------- */

static void start(struct board *b, unsigned dma, unsigned n)
{
    struct bd_stream *s = stream_of(b, dma, n);
    uint32_t psize = s->cr >> 11 & 3u;
    uint32_t msize = s->cr >> 13 & 3u;
    s->reload = s->ndtr;
    if (direction(s) == IN_MEMORY && (dma == 0 || s->ndtr == 0)) {
        fail(b, dma, n, 0,
                dma == 0 ? "only DMA2 moves from memory to memory"
                         : "NDTR is 0"); /* 10.3.6 */
        return;
    }
    if ((s->fcr & FCR_DMDIS) != 0 && psize != msize) {
        bd_unmodelled(
                b, "DMA%u stream %u packs items (MSIZE differs from PSIZE)", dma + 1, n);
        return;
    }
    if (direction(s) == IN_MEMORY) {
        uint64_t ns = bd_ticks_ns((uint64_t)s->ndtr * ITEM_CYCLES, b->st.rcc.hz.hclk);
        bd_due(b, BD_SLOT_DMA + dma * BD_STREAMS + n, bd_now(b) + ns);
    } else {
        serve_stream(b, dma, n);
    }
}

/* While a stream is on its settings are locked but for the interrupts and EN;
 * turned off by the program it tells so by TCIF (10.3.14, 10.5.5). */
static void write_cr(struct board *b, unsigned dma, unsigned n, uint32_t value)
{
    struct bd_stream *s = stream_of(b, dma, n);
    value &= 0x0FEFFFFFu;
    if ((s->cr & CR_EN) == 0) {
        s->cr = value;
        if ((value & CR_EN) != 0) {
            start(b, dma, n);
        }
    } else {
        s->cr = (s->cr & ~(CR_ASKS | CR_EN)) | (value & (CR_ASKS | CR_EN));
        if ((value & CR_EN) == 0) {
            bd_due(b, BD_SLOT_DMA + dma * BD_STREAMS + n, BD_NEVER);
            raise(b, dma, n, FLAG_TCI);
        }
    }
    update(b, dma, n);
}

static void write_stream(
        struct board *b, unsigned dma, unsigned n, uint32_t off, uint32_t value)
{
    struct bd_stream *s = stream_of(b, dma, n);
    bool on = (s->cr & CR_EN) != 0;
    if (off == S_CR) {
        write_cr(b, dma, n, value);
    } else if (off == S_M0AR && !(on && (s->cr & CR_CT) == 0)) {
        s->m0ar = value;
    } else if (off == S_M1AR && !(on && (s->cr & CR_CT) != 0)) {
        s->m1ar = value;
    } else if (!on) {
        switch (off) {
        case S_NDTR: s->ndtr = value & 0xFFFFu; break;
        case S_PAR: s->par = value; break;
        case S_FCR: s->fcr = value & 0x87u; break;
        default: break;
        }
    }
}

static void clear(struct board *b, unsigned dma, unsigned half, uint32_t flags)
{
    b->st.dma[dma].isr[half] &= ~flags;
    for (unsigned n = half * 4; n < half * 4 + 4; n++) {
        update(b, dma, n);
    }
}

static void dma_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    if (off == LIFCR || off == HIFCR) {
        clear(b, unit, off == HIFCR ? 1 : 0, value);
    } else if (off >= STREAM0 && off < STREAM0 + BD_STREAMS * STEP) {
        write_stream(b, unit, (off - STREAM0) / STEP, (off - STREAM0) % STEP, value);
    }
}

static uint32_t dma_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)look;
    if (off == LISR || off == HISR) {
        return b->st.dma[unit].isr[off / 4];
    }
    if (off < STREAM0 || off >= STREAM0 + BD_STREAMS * STEP) {
        return 0;
    }
    const struct bd_stream *s = stream_of(b, unit, (off - STREAM0) / STEP);
    switch ((off - STREAM0) % STEP) {
    case S_CR: return s->cr;
    case S_NDTR: return s->ndtr;
    case S_PAR: return s->par;
    case S_M0AR: return s->m0ar;
    case S_M1AR: return s->m1ar;
    case S_FCR:
    default: return s->fcr;
    }
}

static void dma_reset(struct board *b, unsigned unit)
{
    memset(&b->st.dma[unit], 0, sizeof(b->st.dma[unit]));
    for (unsigned n = 0; n < BD_STREAMS; n++) {
        stream_of(b, unit, n)->fcr = FCR_RESET;
        bd_due(b, BD_SLOT_DMA + unit * BD_STREAMS + n, BD_NEVER);
        update(b, unit, n);
    }
}

const struct bd_kind bd_dma = {.reset = dma_reset, .read = dma_read, .write = dma_write};
