/* test_board_usart.c - serial ports: frames at their time, what is lost when
 * nobody reads, interrupts, and DMA in both directions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

#include "board/board_priv.h"

#define RCC_AHB1ENR 0x40023830u
#define RCC_APB1ENR 0x40023840u
#define RCC_APB2ENR 0x40023844u
#define RCC_CFGR    0x40023808u
#define USART1      0x40011000u
#define USART2      0x40004400u
#define DMA1        0x40026000u
#define DMA2        0x40026400u

enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0C, CR2 = 0x10, CR3 = 0x14 };
enum { ORE = 8, IDLE = 16, RXNE = 32, TC = 64, TXE = 128 };
enum { RE = 4, TE = 8, IDLEIE = 16, RXNEIE = 32, TCIE = 64, TXEIE = 128, UE = 0x2000 };
enum { DMAR = 64, DMAT = 128 };
enum { USART2_IRQ = 38, BAUD_DIV = 160 }; /* 100 kBd of 16 MHz: 100 us a frame */
enum { FRAME = 100000, CYCLE = 63 };      /* ns */

/* Streams of DMA1: registers, channel 4 in CR, interrupt numbers. */
#define STREAM(n) (DMA1 + 0x10u + 0x18u * (n))
enum { S_CR = 0, NDTR = 4, PAR = 8, M0AR = 12, M1AR = 16 };
enum { EN = 1, TEIE = 4, HTIE = 8, S_TCIE = 16, OUT = 64, CIRC = 256, MINC = 1024 };
#define CHANNEL4 (4u << 25)
enum { RX_STREAM = 5, TX_STREAM = 6, RX_IRQ = 16, TX_IRQ = 17 };

static void open_usart2(struct bench *t, uint32_t cr1)
{
    bench_open(t, "stm32f446re");
    bench_set(t, RCC_APB1ENR, 1u << 17);
    bench_set(t, RCC_AHB1ENR, 1u << 21 | 1u << 22);
    bench_put(t, USART2 + BRR, BAUD_DIV);
    bench_put(t, USART2 + CR1, UE | cr1);
}

static void input(struct bench *t, const char *text)
{
    assert_true(board_input(t->b, 2, (const uint8_t *)text, strlen(text), 0));
}

/* ---- sending ------------------------------------------------------------------ */

static void a_byte_leaves_after_its_frame(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    assert_int_equal(bench_get(&t, USART2 + SR), TXE | TC);
    bench_put(&t, USART2 + DR, 'A');
    assert_int_equal(bench_get(&t, USART2 + SR), TXE); /* in the shift register */
    bench_pass(&t, FRAME - CYCLE);
    assert_int_equal(t.outs, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(t.outs, 1);
    assert_int_equal(t.out[0], 'A');
    assert_int_equal(bench_get(&t, USART2 + SR), TXE | TC);
    bench_close(&t);
}

static void the_next_byte_waits_in_the_data_register(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    (void)bench_get(&t, USART2 + SR);
    bench_put(&t, USART2 + DR, 'A');
    bench_put(&t, USART2 + DR, 'B');
    assert_int_equal(bench_get(&t, USART2 + SR) & TXE, 0);
    bench_pass(&t, FRAME);
    assert_int_equal(bench_get(&t, USART2 + SR) & (TXE | TC), TXE);
    bench_pass(&t, FRAME);
    assert_int_equal(bench_get(&t, USART2 + SR) & (TXE | TC), TXE | TC);
    assert_memory_equal(t.out, "AB", 2);
    bench_close(&t);
}

static void tc_is_cleared_by_reading_sr_then_writing_dr_or_by_a_zero(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    bench_put(&t, USART2 + DR, 'A');
    bench_pass(&t, FRAME);
    bench_put(&t, USART2 + SR, ~(uint32_t)TC);
    assert_int_equal(bench_get(&t, USART2 + SR) & TC, 0);
    bench_put(&t, USART2 + DR, 'B');
    bench_pass(&t, FRAME);
    assert_int_equal(bench_get(&t, USART2 + SR) & TC, TC);
    bench_put(&t, USART2 + DR, 'C');
    assert_int_equal(bench_get(&t, USART2 + SR) & TC, 0);
    bench_close(&t);
}

static void without_te_or_ue_nothing_is_sent(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    bench_put(&t, USART2 + DR, 'A');
    bench_pass(&t, 10 * FRAME);
    bench_put(&t, USART2 + CR1, TE);
    bench_put(&t, USART2 + DR, 'A');
    bench_pass(&t, 10 * FRAME);
    assert_int_equal(t.outs, 0);
    bench_close(&t);
}

static void the_baud_rate_is_what_brr_and_the_bus_clock_make(void **state)
{
    static const struct {
        uint32_t brr, cr1, cr2, ns;
    } cases[] = {
            {139, 0, 0, 86875},         /* 115107 Bd */
            {139, 1u << 12, 0, 95563},  /* nine data bits */
            {139, 0, 2u << 12, 95563},  /* two stop bits */
            {139, 0, 1u << 12, 82500},  /* half of one */
            {0x83, 1u << 15, 0, 41875}, /* OVER8: 8 * 8 + 3 clocks a bit */
    };
    struct bench t;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        open_usart2(&t, 0);
        bench_put(&t, USART2 + BRR, cases[i].brr);
        bench_put(&t, USART2 + CR2, cases[i].cr2);
        bench_put(&t, USART2 + CR1, UE | TE | cases[i].cr1);
        bench_put(&t, USART2 + DR, 'x');
        bench_pass(&t, cases[i].ns - CYCLE);
        assert_int_equal(t.outs, 0);
        bench_pass(&t, CYCLE);
        assert_int_equal(t.outs, 1);
        bench_close(&t);
    }
    open_usart2(&t, TE);
    bench_put(&t, RCC_CFGR, 4u << 10); /* PCLK1 = HCLK / 2 */
    bench_put(&t, USART2 + DR, 'x');
    bench_pass(&t, 2 * FRAME - CYCLE);
    assert_int_equal(t.outs, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(t.outs, 1);
    bench_close(&t);
}

static void usart1_hangs_on_apb2(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_set(&t, RCC_APB2ENR, 1u << 4);
    bench_put(&t, RCC_CFGR, 4u << 13); /* PCLK2 = HCLK / 2 */
    bench_put(&t, USART1 + BRR, BAUD_DIV / 2);
    bench_put(&t, USART1 + CR1, UE | TE);
    t.port = 1;
    bench_put(&t, USART1 + DR, '1');
    bench_pass(&t, FRAME - CYCLE);
    assert_int_equal(t.outs, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(t.outs, 1);
    bench_close(&t);
}

static void a_line_of_text_is_told(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    for (const char *s = "hello\r\n"; *s != '\0'; s++) {
        bench_put(&t, USART2 + DR, (uint32_t)*s);
        bench_pass(&t, FRAME);
    }
    assert_int_equal(t.seen[BOARD_EV_CONSOLE], 1);
    assert_int_equal(t.last[BOARD_EV_CONSOLE].n, 2);
    assert_string_equal(t.line, "hello");
    bench_close(&t);
}

static void interrupts_of_a_sender(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    assert_false(bench_line(&t, USART2_IRQ));
    bench_put(&t, USART2 + CR1, UE | TE | TXEIE);
    assert_true(bench_line(&t, USART2_IRQ));
    bench_put(&t, USART2 + DR, 'A');
    bench_put(&t, USART2 + DR, 'B');
    assert_false(bench_line(&t, USART2_IRQ));
    bench_pass(&t, FRAME);
    assert_true(bench_line(&t, USART2_IRQ));
    bench_put(&t, USART2 + CR1, UE | TE | TCIE);
    (void)bench_get(&t, USART2 + SR);
    bench_put(&t, USART2 + DR, 'C');
    assert_false(bench_line(&t, USART2_IRQ));
    bench_pass(&t, 2 * FRAME);
    assert_true(bench_line(&t, USART2_IRQ));
    bench_close(&t);
}

/* ---- receiving ------------------------------------------------------------------ */

static void bytes_come_one_frame_after_the_other(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    input(&t, "ab");
    bench_pass(&t, FRAME - CYCLE);
    assert_int_equal(bench_get(&t, USART2 + SR) & RXNE, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(bench_get(&t, USART2 + SR) & RXNE, RXNE);
    assert_int_equal(bench_get(&t, USART2 + DR), 'a');
    assert_int_equal(bench_get(&t, USART2 + SR) & RXNE, 0);
    bench_pass(&t, FRAME);
    assert_int_equal(bench_get(&t, USART2 + DR), 'b');
    bench_close(&t);
}

static void input_can_be_given_a_time(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    uint64_t at = board_ns(t.b) + 1000000;
    assert_true(board_input(t.b, 2, (const uint8_t *)"a", 1, at));
    assert_true(board_input(t.b, 2, (const uint8_t *)"b", 1, at + 500000));
    bench_pass(&t, 1000000 + FRAME - CYCLE);
    assert_int_equal(bench_get(&t, USART2 + SR) & RXNE, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(bench_get(&t, USART2 + DR), 'a');
    bench_pass(&t, 500000 - CYCLE);
    assert_int_equal(bench_get(&t, USART2 + SR) & RXNE, 0);
    bench_pass(&t, CYCLE);
    assert_int_equal(bench_get(&t, USART2 + DR), 'b');
    bench_close(&t);
}

static void what_nobody_reads_is_overrun_and_told(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    input(&t, "abc");
    bench_pass(&t, 3 * FRAME);
    assert_int_equal(t.seen[BOARD_EV_OVERRUN], 2);
    assert_int_equal(t.last[BOARD_EV_OVERRUN].n, 2);
    assert_int_equal(t.last[BOARD_EV_OVERRUN].value, 'c');
    assert_int_equal(bench_get(&t, USART2 + SR) & (ORE | RXNE), ORE | RXNE);
    assert_int_equal(bench_get(&t, USART2 + DR), 'a'); /* the first one stayed */
    assert_int_equal(bench_get(&t, USART2 + SR) & (ORE | RXNE), 0);
    bench_close(&t);
}

static void an_error_flag_needs_sr_read_before_dr(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    input(&t, "ab");
    bench_pass(&t, 2 * FRAME);
    (void)bench_get(&t, USART2 + DR); /* without SR first */
    assert_int_equal(bench_get(&t, USART2 + SR) & ORE, ORE);
    (void)bench_get(&t, USART2 + DR);
    assert_int_equal(bench_get(&t, USART2 + SR) & ORE, 0);
    bench_close(&t);
}

static void an_idle_line_is_told_once(void **state)
{
    struct bench t;
    open_usart2(&t, RE | IDLEIE);
    bench_pass(&t, 10 * FRAME);
    assert_false(bench_line(&t, USART2_IRQ)); /* nothing came yet */
    input(&t, "ab");
    bench_pass(&t, FRAME);
    (void)bench_get(&t, USART2 + DR);
    bench_pass(&t, FRAME);
    assert_false(bench_line(&t, USART2_IRQ));
    bench_pass(&t, FRAME);
    assert_true(bench_line(&t, USART2_IRQ));
    (void)bench_get(&t, USART2 + SR);
    (void)bench_get(&t, USART2 + DR);
    bench_pass(&t, 10 * FRAME);
    assert_false(bench_line(&t, USART2_IRQ));
    bench_close(&t);
}

static void the_sender_waits_for_the_receiver(void **state)
{
    struct bench t;
    open_usart2(&t, TE);
    assert_int_equal(board_receiver(t.b), 0);
    input(&t, "abc");
    bench_pass(&t, 50 * FRAME);
    bench_put(&t, USART2 + CR1, UE | TE | RE | RXNEIE);
    assert_int_equal(board_receiver(t.b), 2);
    bench_pass(&t, FRAME);
    assert_true(bench_line(&t, USART2_IRQ));
    assert_int_equal(bench_get(&t, USART2 + DR), 'a');
    assert_false(bench_line(&t, USART2_IRQ));
    assert_int_equal(t.seen[BOARD_EV_OVERRUN], 0);
    bench_close(&t);
}

static void parity_is_made_and_taken_off(void **state)
{
    enum { PCE = 0x400, PS = 0x200, M = 0x1000 };
    struct bench t;
    open_usart2(&t, RE | TE | PCE | M); /* eight data bits, even */
    input(&t, "a");                     /* 0x61: three ones */
    bench_pass(&t, 2 * FRAME);
    assert_int_equal(bench_get(&t, USART2 + DR), 0x161);
    bench_put(&t, USART2 + CR1, UE | RE | TE | PCE | PS); /* seven, odd */
    input(&t, "a");
    bench_pass(&t, 2 * FRAME);
    assert_int_equal(bench_get(&t, USART2 + DR), 0x61);
    bench_put(&t, USART2 + DR, 0xE1);
    bench_pass(&t, FRAME);
    assert_int_equal(t.out[0], 0x61);
    bench_close(&t);
}

static void the_queue_holds_64_kib_and_says_when_it_is_full(void **state)
{
    static uint8_t data[BD_QUEUE_BYTES + 1];
    struct bench t;
    open_usart2(&t, 0);
    assert_int_equal(board_input_room(t.b, 2), BD_QUEUE_BYTES);
    assert_false(board_input(t.b, 2, data, sizeof(data), 0));
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
    assert_true(board_input(t.b, 2, data, BD_QUEUE_BYTES - 3, 0));
    assert_int_equal(board_input_room(t.b, 2), 3);
    assert_false(board_input(t.b, 2, data, 4, 0));
    bench_put(&t, USART2 + BRR, 16); /* a frame each 10 us */
    bench_put(&t, USART2 + CR1, UE | RE);
    for (size_t i = 0; i < BD_QUEUE_BYTES - 3; i++) {
        bench_pass(&t, FRAME / 10);
        assert_int_equal(bench_get(&t, USART2 + DR), data[i]);
    }
    assert_true(board_input(t.b, 2, data, 8, 0)); /* around the end of the ring */
    bench_pass(&t, FRAME / 10);
    assert_int_equal(bench_get(&t, USART2 + DR), data[0]);
    assert_false(board_input(t.b, 7, data, 1, 0));
    bench_close(&t);
}

/* ---- DMA ---------------------------------------------------------------------------- */

static void start_receive(struct bench *t, uint32_t addr, uint32_t n, uint32_t cr)
{
    bench_put(t, STREAM(RX_STREAM) + PAR, USART2 + DR);
    bench_put(t, STREAM(RX_STREAM) + M0AR, addr);
    bench_put(t, STREAM(RX_STREAM) + NDTR, n);
    bench_put(t, STREAM(RX_STREAM) + S_CR, CHANNEL4 | MINC | cr | EN);
    bench_put(t, USART2 + CR3, DMAR);
}

static void dma_takes_what_is_received(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    start_receive(&t, 0x20000101, 4, S_TCIE | HTIE);
    input(&t, "abcdef");
    bench_pass(&t, 2 * FRAME);
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + NDTR), 2);
    assert_true(bench_line(&t, RX_IRQ)); /* half */
    assert_int_equal(bench_get(&t, DMA1 + 4), 1u << (6 + 4));
    bench_put(&t, DMA1 + 0x0C, 0xFFFFFFFF);
    assert_false(bench_line(&t, RX_IRQ));
    bench_pass(&t, 2 * FRAME);
    assert_true(bench_line(&t, RX_IRQ));
    assert_int_equal(bench_get(&t, DMA1 + 4), 1u << (6 + 5));
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + S_CR) & EN, 0);
    uint8_t got[5] = {0};
    assert_int_equal(board_peek(t.b, 0x20000101, got, 4), 4);
    assert_memory_equal(got, "abcd", 4);
    bench_pass(&t, 2 * FRAME); /* nobody takes the rest */
    assert_int_equal(t.seen[BOARD_EV_OVERRUN], 1);
    bench_close(&t);
}

static void circular_dma_goes_round_and_tells_halves(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    start_receive(&t, 0x20000100, 4, CIRC | S_TCIE);
    input(&t, "abcdef");
    bench_pass(&t, 6 * FRAME);
    uint8_t got[4];
    assert_int_equal(board_peek(t.b, 0x20000100, got, 4), 4);
    assert_memory_equal(got, "efcd", 4);
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + NDTR), 2);
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + S_CR) & EN, EN);
    assert_int_equal(bench_get(&t, DMA1 + 4), 1u << (6 + 4) | 1u << (6 + 5));
    assert_int_equal(t.seen[BOARD_EV_OVERRUN], 0);
    bench_close(&t);
}

static void two_buffers_take_turns(void **state)
{
    enum { DBM = 1 << 18, CT = 1 << 19 };
    struct bench t;
    open_usart2(&t, RE);
    bench_put(&t, STREAM(RX_STREAM) + M1AR, 0x20000200);
    start_receive(&t, 0x20000100, 2, DBM);
    input(&t, "abc");
    bench_pass(&t, 3 * FRAME);
    uint8_t got[2];
    assert_int_equal(board_peek(t.b, 0x20000100, got, 2), 2);
    assert_memory_equal(got, "ab", 2);
    assert_int_equal(board_peek(t.b, 0x20000200, got, 1), 1);
    assert_int_equal(got[0], 'c');
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + S_CR) & CT, CT);
    bench_close(&t);
}

static void dma_sends_from_sram_and_from_flash(void **state)
{
    static const uint32_t sources[] = {0x20000102, 0x08010003};
    struct bench t;
    for (size_t i = 0; i < 2; i++) {
        open_usart2(&t, TE);
        assert_true(board_load(t.b, sources[i], "hello", 5));
        bench_put(&t, STREAM(TX_STREAM) + PAR, USART2 + DR);
        bench_put(&t, STREAM(TX_STREAM) + M0AR, sources[i]);
        bench_put(&t, STREAM(TX_STREAM) + NDTR, 5);
        bench_put(&t, STREAM(TX_STREAM) + S_CR, CHANNEL4 | MINC | OUT | S_TCIE | EN);
        bench_put(&t, USART2 + SR, ~(uint32_t)TC);
        bench_put(&t, USART2 + CR3, DMAT);
        bench_pass(&t, 3 * FRAME);
        assert_true(bench_line(&t, TX_IRQ)); /* the last one waits in DR */
        assert_int_equal(bench_get(&t, USART2 + SR) & TC, 0);
        bench_pass(&t, 2 * FRAME);
        assert_int_equal(t.outs, 5);
        assert_memory_equal(t.out, "hello", 5);
        assert_int_equal(bench_get(&t, USART2 + SR) & TC, TC);
        bench_close(&t);
    }
}

static void dma_does_not_reach_the_ccm(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f407vg");
    bench_set(&t, RCC_APB1ENR, 1u << 17);
    bench_set(&t, RCC_AHB1ENR, 1u << 21);
    bench_put(&t, USART2 + BRR, BAUD_DIV);
    bench_put(&t, USART2 + CR1, UE | RE);
    start_receive(&t, 0x10000000, 4, TEIE);
    input(&t, "a");
    bench_pass(&t, FRAME);
    assert_true(bench_line(&t, RX_IRQ));
    assert_int_equal(bench_get(&t, DMA1 + 4), 1u << (6 + 3));
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + S_CR) & EN, 0);
    bench_close(&t);
}

static void a_stream_of_another_channel_or_direction_takes_nothing(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    start_receive(&t, 0x20000100, 4, 0);
    bench_put(&t, STREAM(RX_STREAM) + S_CR, 0);
    bench_put(&t, DMA1 + 0x0C, 0xFFFFFFFF);
    bench_put(&t, STREAM(RX_STREAM) + S_CR, 3u << 25 | MINC | EN);
    input(&t, "a");
    bench_pass(&t, FRAME);
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + NDTR), 4);
    bench_close(&t);
}

static void turning_a_stream_off_ends_it_with_tcif(void **state)
{
    struct bench t;
    open_usart2(&t, RE);
    start_receive(&t, 0x20000100, 4, S_TCIE);
    bench_put(&t, STREAM(RX_STREAM) + NDTR, 9); /* locked while on */
    assert_int_equal(bench_get(&t, STREAM(RX_STREAM) + NDTR), 4);
    bench_put(&t, STREAM(RX_STREAM) + S_CR, CHANNEL4 | MINC | S_TCIE);
    assert_true(bench_line(&t, RX_IRQ));
    assert_int_equal(bench_get(&t, DMA1 + 4), 1u << (6 + 5));
    bench_close(&t);
}

static void dma2_copies_memory(void **state)
{
    const uint32_t stream0 = DMA2 + 0x10;
    enum { IN_MEMORY = 2 << 6, PINC = 512, WORDS = 2 << 11 | 2 << 13 };
    struct bench t;
    open_usart2(&t, 0);
    bench_put(&t, 0x20000000, 0x11111111);
    bench_put(&t, 0x20000004, 0x22222222);
    bench_put(&t, stream0 + PAR, 0x20000000);
    bench_put(&t, stream0 + M0AR, 0x20001000);
    bench_put(&t, stream0 + NDTR, 2);
    bench_put(&t, stream0 + S_CR, IN_MEMORY | PINC | MINC | WORDS | EN);
    assert_int_equal(bench_get(&t, DMA2), 0);
    bench_pass(&t, 1000);
    assert_int_equal(bench_get(&t, DMA2) & 0x20, 0x20);
    assert_int_equal(bench_get(&t, 0x20001004), 0x22222222);
    bench_put(&t, STREAM(0) + NDTR, 2);
    bench_put(&t, STREAM(0) + S_CR, IN_MEMORY | EN); /* DMA1 cannot */
    assert_int_equal(bench_get(&t, DMA1) & 8, 8);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_byte_leaves_after_its_frame),
            cmocka_unit_test(the_next_byte_waits_in_the_data_register),
            cmocka_unit_test(tc_is_cleared_by_reading_sr_then_writing_dr_or_by_a_zero),
            cmocka_unit_test(without_te_or_ue_nothing_is_sent),
            cmocka_unit_test(the_baud_rate_is_what_brr_and_the_bus_clock_make),
            cmocka_unit_test(usart1_hangs_on_apb2),
            cmocka_unit_test(a_line_of_text_is_told),
            cmocka_unit_test(interrupts_of_a_sender),
            cmocka_unit_test(bytes_come_one_frame_after_the_other),
            cmocka_unit_test(input_can_be_given_a_time),
            cmocka_unit_test(what_nobody_reads_is_overrun_and_told),
            cmocka_unit_test(an_error_flag_needs_sr_read_before_dr),
            cmocka_unit_test(an_idle_line_is_told_once),
            cmocka_unit_test(the_sender_waits_for_the_receiver),
            cmocka_unit_test(parity_is_made_and_taken_off),
            cmocka_unit_test(the_queue_holds_64_kib_and_says_when_it_is_full),
            cmocka_unit_test(dma_takes_what_is_received),
            cmocka_unit_test(circular_dma_goes_round_and_tells_halves),
            cmocka_unit_test(two_buffers_take_turns),
            cmocka_unit_test(dma_sends_from_sram_and_from_flash),
            cmocka_unit_test(dma_does_not_reach_the_ccm),
            cmocka_unit_test(a_stream_of_another_channel_or_direction_takes_nothing),
            cmocka_unit_test(turning_a_stream_off_ends_it_with_tcif),
            cmocka_unit_test(dma2_copies_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
