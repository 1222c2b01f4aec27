/* usart.c - asynchronous serial ports (RM0090 chapter 30), each frame at its
 * time in both directions.
 *
 * A receiver that nobody reads loses what comes next and says so: ORE, and
 * BOARD_EV_OVERRUN. A sender outside waits until the receiver is on, and then
 * sends frame after frame. Synchronous, smartcard, LIN, IrDA and half-duplex
 * modes and hardware flow control change nothing here.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 30.6.1 to 30.6.7 */
enum {
    SR = 0x00,
    DR = 0x04,
    BRR = 0x08,
    CR1 = 0x0C,
    CR2 = 0x10,
    CR3 = 0x14,
    GTPR = 0x18
};

#define SR_ERRORS  0x0000000Fu /* PE, FE, NF, ORE */
#define SR_ORE     0x00000008u
#define SR_IDLE    0x00000010u
#define SR_RXNE    0x00000020u
#define SR_TC      0x00000040u
#define SR_TXE     0x00000080u
#define SR_RC_W0   0x00000360u /* CTS, LBD, TC, RXNE: a 0 clears */
#define CR1_RE     0x00000004u
#define CR1_TE     0x00000008u
#define CR1_IDLEIE 0x00000010u
#define CR1_RXNEIE 0x00000020u
#define CR1_TCIE   0x00000040u
#define CR1_TXEIE  0x00000080u
#define CR1_PS     0x00000200u
#define CR1_PCE    0x00000400u
#define CR1_M      0x00001000u
#define CR1_UE     0x00002000u
#define CR1_OVER8  0x00008000u
#define CR3_EIE    0x00000001u
#define CR3_DMAR   0x00000040u
#define CR3_DMAT   0x00000080u

static struct bd_usart_state *state(struct board *b, unsigned unit)
{
    return &b->st.usart[unit];
}

static void update(struct board *b, unsigned unit)
{
    static const uint8_t irqs[BD_USARTS] = {37, 38, 39, 52, 53, 71};
    const struct bd_usart_state *u = state(b, unit);
    uint32_t asked = 0;
    asked |= (u->cr1 & CR1_TXEIE) != 0 ? SR_TXE : 0;
    asked |= (u->cr1 & CR1_TCIE) != 0 ? SR_TC : 0;
    asked |= (u->cr1 & CR1_RXNEIE) != 0 ? SR_RXNE | SR_ORE : 0;
    asked |= (u->cr1 & CR1_IDLEIE) != 0 ? SR_IDLE : 0;
    /* 30.4: with DMA reception errors ask by EIE. */
    bool by_dma = (u->cr3 & CR3_EIE) != 0 && (u->cr3 & CR3_DMAR) != 0;
    asked |= by_dma ? SR_ORE : 0;
    bool on = (u->cr1 & CR1_UE) != 0;
    bd_line_set(b, irqs[unit], 0, on && (u->sr & asked) != 0);
}

/* ---- time ------------------------------------------------------------------------ */

static uint32_t clock_hz(const struct board *b, unsigned unit)
{
    enum { USART1 = 0, USART6 = 5 };
    return unit == USART1 || unit == USART6 ? b->st.rcc.hz.pclk2 : b->st.rcc.hz.pclk1;
}

/* 30.3.4: clocks of one bit. */
static uint32_t bit_clocks(const struct bd_usart_state *u)
{
    bool over8 = (u->cr1 & CR1_OVER8) != 0;
    return over8 ? (u->brr >> 4) * 8 + (u->brr & 7u) : u->brr;
}

static uint64_t frame_ns(const struct board *b, unsigned unit)
{
    static const uint8_t stop_halves[] = {2, 1, 4, 3}; /* CR2.STOP: 1, 0.5, 2, 1.5 */
    const struct bd_usart_state *u = &b->st.usart[unit];
    uint32_t data = (u->cr1 & CR1_M) != 0 ? 9 : 8;
    uint32_t halves = 2 * (1 + data) + stop_halves[u->cr2 >> 12 & 3u];
    return bd_ticks_ns((uint64_t)bit_clocks(u) * halves / 2, clock_hz(b, unit));
}

bool bd_usart_on(const struct board *b, unsigned unit)
{
    const struct bd_usart_state *u = &b->st.usart[unit];
    const uint32_t on = CR1_UE | CR1_RE;
    return (u->cr1 & on) == on && bit_clocks(u) != 0;
}

/* ---- the data bits of a frame --------------------------------------------------------- */

/* With parity the last data bit is not the program's (30.3.7). */
static uint32_t data_mask(const struct bd_usart_state *u)
{
    unsigned bits = (u->cr1 & CR1_M) != 0 ? 9 : 8;
    bits -= (u->cr1 & CR1_PCE) != 0 ? 1 : 0;
    return (1u << bits) - 1;
}

static uint32_t with_parity(const struct bd_usart_state *u, uint32_t data)
{
    uint32_t mask = data_mask(u);
    data &= mask;
    if ((u->cr1 & CR1_PCE) == 0) {
        return data;
    }
    uint32_t odd = (u->cr1 & CR1_PS) != 0 ? 1 : 0;
    for (uint32_t rest = data; rest != 0; rest &= rest - 1) {
        odd ^= 1u;
    }
    return odd != 0 ? data | (mask + 1) : data;
}

/* ---- sending ------------------------------------------------------------------------------ */

bool bd_usart_asks(const struct board *b, unsigned unit, bool transmit)
{
    const struct bd_usart_state *u = &b->st.usart[unit];
    if (transmit) {
        return (u->cr3 & CR3_DMAT) != 0 && (u->sr & SR_TXE) != 0 &&
               (u->cr1 & (CR1_UE | CR1_TE)) == (CR1_UE | CR1_TE);
    }
    return (u->cr3 & CR3_DMAR) != 0 && (u->sr & SR_RXNE) != 0;
}

/* The data register's word moves to the shift register. */
static void start_frame(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    u->shift = u->tdr;
    u->sr |= SR_TXE;
    u->tx_ns = bd_now(b) + frame_ns(b, unit);
    bd_due(b, BD_SLOT_TX + unit, u->tx_ns);
}

static void send(struct board *b, unsigned unit, uint32_t data)
{
    struct bd_usart_state *u = state(b, unit);
    const uint32_t on = CR1_UE | CR1_TE;
    if ((u->cr1 & on) != on || bit_clocks(u) == 0) {
        return;
    }
    if ((u->sr_seen & SR_TC) != 0) {
        u->sr &= ~SR_TC; /* 30.6.1: read SR, write DR */
    }
    u->tdr = data;
    u->sr &= ~SR_TXE; /* what waited there is lost, as on the chip */
    if (u->tx_ns == BD_NEVER) {
        start_frame(b, unit);
        bd_dma_request(b, unit, true);
    }
}

void bd_usart_tx_due(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    u->tx_ns = BD_NEVER;
    bd_output(b, unit + 1, (uint8_t)(u->shift & data_mask(u)));
    if ((u->sr & SR_TXE) == 0) {
        start_frame(b, unit);
        bd_dma_request(b, unit, true);
    } else {
        u->sr |= SR_TC;
    }
    update(b, unit);
}

/* ---- receiving ------------------------------------------------------------------------------ */

/* When the next frame will be complete, or the line will have been idle for
 * one, whichever comes first. */
static void plan_receive(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    uint64_t at;
    u->rx_ns = BD_NEVER;
    if (bd_usart_on(b, unit)) {
        uint64_t frame = frame_ns(b, unit);
        uint64_t idle = u->idle_due ? u->rx_free_ns + frame : BD_NEVER;
        if (bd_queue_next(&b->st.queue[unit + 1], &at)) {
            uint64_t start = at > u->rx_free_ns ? at : u->rx_free_ns;
            u->rx_ns = start < idle ? start + frame : idle;
        } else {
            u->rx_ns = idle;
        }
    }
    bd_due(b, BD_SLOT_RX + unit, u->rx_ns);
}

static void receive(struct board *b, unsigned unit, uint8_t byte)
{
    struct bd_usart_state *u = state(b, unit);
    if ((u->sr & SR_RXNE) != 0) {
        u->sr |= SR_ORE; /* 30.3.3: the one that waits stays, this one is lost */
        bd_say(b, (struct board_event){
                          .kind = BOARD_EV_OVERRUN, .n = (int)unit + 1, .value = byte});
        return;
    }
    u->rdr = with_parity(u, byte);
    u->sr |= SR_RXNE;
    bd_dma_request(b, unit, false);
}

void bd_usart_rx_due(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    struct bd_queue *q = &b->st.queue[unit + 1];
    uint64_t now = bd_now(b);
    uint64_t frame = frame_ns(b, unit);
    uint64_t at = BD_NEVER;
    bool more = bd_queue_next(q, &at);
    if (u->idle_due && now == u->rx_free_ns + frame && (!more || at >= now)) {
        u->idle_due = false;
        u->sr |= SR_IDLE;
    } else if (more) {
        u->rx_free_ns = now;
        u->idle_due = true;
        receive(b, unit, bd_queue_get(q));
    }
    plan_receive(b, unit);
    update(b, unit);
}

void bd_usart_arriving(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    if (u->rx_ns == BD_NEVER || u->idle_due) {
        plan_receive(b, unit);
    }
}

/* ---- registers ---------------------------------------------------------------------------------- */

static uint32_t read_data(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    uint32_t data = u->rdr;
    u->sr &= ~SR_RXNE;
    u->sr &= ~(u->sr_seen & (SR_ERRORS | SR_IDLE)); /* read SR, read DR */
    u->sr_seen = 0;
    update(b, unit);
    return data;
}

static uint32_t usart_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    struct bd_usart_state *u = state(b, unit);
    switch (off) {
    case SR:
        if (!look) {
            u->sr_seen = u->sr;
        }
        return u->sr;
    case DR: return look ? u->rdr : read_data(b, unit);
    case BRR: return u->brr;
    case CR1: return u->cr1;
    case CR2: return u->cr2;
    case CR3: return u->cr3;
    case GTPR: return u->gtpr;
    default: return 0;
    }
}

static void write_cr1(struct board *b, unsigned unit, uint32_t value)
{
    struct bd_usart_state *u = state(b, unit);
    bool was_on = bd_usart_on(b, unit);
    u->cr1 = value & 0xFFFFu;
    if (!was_on && bd_usart_on(b, unit)) {
        uint64_t now = bd_now(b);
        u->rx_free_ns = now > u->rx_free_ns ? now : u->rx_free_ns;
        u->idle_due = false;
    }
}

static void usart_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    struct bd_usart_state *u = state(b, unit);
    switch (off) {
    case SR: u->sr &= value | ~SR_RC_W0; break;
    case DR: send(b, unit, value & 0x1FFu); break;
    case BRR: u->brr = value & 0xFFFFu; break;
    case CR1: write_cr1(b, unit, value); break;
    case CR2: u->cr2 = value & 0x7FFFu; break;
    case CR3: u->cr3 = value & 0x0FFFu; break;
    case GTPR: u->gtpr = value & 0xFFFFu; break;
    default: return;
    }
    if (off != DR && off != SR) {
        plan_receive(b, unit);
        bd_dma_request(b, unit, true);
        bd_dma_request(b, unit, false);
    }
    update(b, unit);
}

static void usart_plan(struct board *b, unsigned unit)
{
    plan_receive(b, unit);
}

static void usart_reset(struct board *b, unsigned unit)
{
    struct bd_usart_state *u = state(b, unit);
    memset(u, 0, sizeof(*u));
    u->sr = SR_TXE | SR_TC; /* 30.6.1 */
    u->tx_ns = BD_NEVER;
    bd_due(b, BD_SLOT_TX + unit, BD_NEVER);
    plan_receive(b, unit);
    update(b, unit);
}

const struct bd_kind bd_usart = {.reset = usart_reset,
        .read = usart_read,
        .write = usart_write,
        .plan = usart_plan};
