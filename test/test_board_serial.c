/* test_board_serial.c - a board's serial ports on this machine.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/serial.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/bench.h"
#include "support/cm.h"

#define RCC_APB1ENR 0x40023840u
#define USART2      0x40004400u

enum { DR = 4, BRR = 8, CR1 = 12, UE_TE_RE = 0x200C, FRAME = 100000 };

static void open_usart2(struct bench *t)
{
    bench_open(t, "stm32f446re");
    bench_set(t, RCC_APB1ENR, 1u << 17);
    bench_put(t, USART2 + BRR, 160);
}

static void send(struct bench *t, const char *text)
{
    for (; *text != '\0'; text++) {
        bench_put(t, USART2 + DR, (uint32_t)*text);
        bench_pass(t, FRAME);
    }
}

static void a_terminal_is_connected_both_ways(void **state)
{
    struct bench t;
    open_usart2(&t);
    struct board_serial *s = board_serial_open(t.b, BOARD_SERIAL_PTY);
    assert_non_null(s);
    assert_non_null(board_serial_path(s));
    int fd = open(board_serial_path(s), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);

    assert_int_equal(write(fd, "a\r\x03", 3), 3); /* nothing is eaten or translated */
    assert_true(board_serial_pump(s, 1000));
    bench_put(&t, USART2 + CR1, UE_TE_RE);
    assert_true(board_serial_pump(s, 0)); /* it was kept until the receiver was on */
    static const uint8_t sent[] = {'a', '\r', 3};
    for (size_t i = 0; i < sizeof(sent); i++) {
        bench_pass(&t, FRAME);
        assert_int_equal(bench_get(&t, USART2 + DR), sent[i]);
    }
    send(&t, "hello\n");
    assert_true(board_serial_pump(s, 0));
    char got[8] = {0};
    assert_int_equal(read(fd, got, 6), 6);
    assert_string_equal(got, "hello\n");
    (void)close(fd);
    assert_true(board_serial_pump(s, 0)); /* someone may connect again */
    board_serial_close(s);
    bench_close(&t);
}

static void a_terminal_that_nobody_reads_does_not_stop_the_board(void **state)
{
    struct bench t;
    open_usart2(&t);
    bench_put(&t, USART2 + BRR, 16);
    bench_put(&t, USART2 + CR1, UE_TE_RE);
    struct board_serial *s = board_serial_open(t.b, BOARD_SERIAL_PTY);
    assert_non_null(s);
    for (unsigned i = 0; i < 2000; i++) {
        send(&t, "sixteen letters\n");
    }
    assert_true(board_serial_pump(s, 0));
    board_serial_close(s);
    bench_close(&t);
}

/* Standard input from a file that holds these bytes, output to another. */
static void redirect(const char *input, FILE *out, int kept[2])
{
    FILE *in = tmpfile();
    assert_non_null(in);
    (void)fputs(input, in);
    rewind(in);
    (void)fflush(stdout);
    kept[0] = dup(STDIN_FILENO);
    kept[1] = dup(STDOUT_FILENO);
    assert_true(dup2(fileno(in), STDIN_FILENO) >= 0);
    assert_true(dup2(fileno(out), STDOUT_FILENO) >= 0);
    (void)fclose(in);
}

static void put_back(const int kept[2])
{
    (void)dup2(kept[0], STDIN_FILENO);
    (void)dup2(kept[1], STDOUT_FILENO);
    (void)close(kept[0]);
    (void)close(kept[1]);
}

static void standard_input_ends_and_output_is_written(void **state)
{
    struct bench t;
    open_usart2(&t);
    FILE *out = tmpfile();
    assert_non_null(out);
    int kept[2];
    redirect("xy", out, kept);
    struct board_serial *s = board_serial_open(t.b, BOARD_SERIAL_STDIO);
    bench_put(&t, USART2 + CR1, UE_TE_RE);
    bool more = board_serial_pump(s, 0);
    bool ended = !board_serial_pump(s, 0);
    bench_pass(&t, FRAME);
    uint32_t first = bench_get(&t, USART2 + DR);
    send(&t, "out");
    const char *path = board_serial_path(s);
    board_serial_close(s);
    put_back(kept);

    assert_true(more && ended);
    assert_null(path);
    assert_int_equal(first, 'x');
    char got[8] = {0};
    rewind(out);
    assert_int_equal(fread(got, 1, sizeof(got), out), 3);
    assert_string_equal(got, "out");
    (void)fclose(out);
    bench_close(&t);
}

static void without_a_port_nothing_comes_and_only_semihosting_prints(void **state)
{
    struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .args = "prints"};
    struct bench t;
    bench_open_with(&t, &config);
    bench_elf(&t, "board_probe");
    FILE *out = tmpfile();
    assert_non_null(out);
    int kept[2];
    redirect("xy", out, kept);
    struct board_serial *s = board_serial_open(t.b, BOARD_SERIAL_NONE);
    bool more = board_serial_pump(s, 0);
    enum board_stop stop = board_run(t.b, 1000000000);
    board_serial_close(s);
    put_back(kept);

    assert_false(more);
    assert_int_equal(stop, BOARD_LEFT);
    char got[32] = {0};
    rewind(out);
    assert_int_equal(fread(got, 1, sizeof(got), out), 16);
    assert_string_equal(got, "hello\nc\nwritten\n");
    (void)fclose(out);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_terminal_is_connected_both_ways),
            cmocka_unit_test(a_terminal_that_nobody_reads_does_not_stop_the_board),
            cmocka_unit_test(standard_input_ends_and_output_is_written),
            cmocka_unit_test(without_a_port_nothing_comes_and_only_semihosting_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
