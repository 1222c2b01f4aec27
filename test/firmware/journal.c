/* journal.c - a firmware without a fault, for the tool's own tests: it appends
 * one word to sector 7 at each start, and talks.
 *
 * What it is asked (--args) decides what else it does: "exit" leaves with 7,
 * "echo" answers one line at its USART, "loop" never ends, "sleep" for good,
 * "reset" once by software, "boast" says that it has done more than fits a line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

enum { FIRST = 0x08060000, WORDS = 64, BLANK = -1, FINISHED = 0x00C0FFEE };

/* Outlives a reset, not power. */
static uint32_t restarted __attribute__((section(".noinit")));
volatile uint32_t starts; /* found in flash, this one included */

static volatile const uint32_t *word(uint32_t i)
{
    return (volatile const uint32_t *)FIRST + i;
}

static uint32_t count_words(void)
{
    uint32_t n = 0;
    while (n < WORDS && *word(n) != (uint32_t)BLANK) {
        n++;
    }
    return n;
}

static void append(uint32_t i, uint32_t value)
{
    (void)HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, FIRST + 4 * i, value);
    (void)HAL_FLASH_Lock();
}

static void echo(void)
{
    char text[2] = "";
    int c;
    uart_init(115200);
    uart_put("say: ");
    while ((c = uart_get(1000)) >= 0 && c != '\n') {
        text[0] = (char)c;
        uart_put(text);
    }
    uart_put("!\n");
}

static void sleep_for_good(void)
{
    SysTick->CTRL = 0;
    for (;;) {
        __asm volatile("wfi");
    }
}

int main(void)
{
    HAL_Init();
    starts = count_words();
    append(starts, 0xB0070000 + starts);
    append(starts + 1, FINISHED);
    starts = count_words();
    sh_puts("words in flash: ");
    sh_dec(starts);
    sh_puts("\n");
    if (sh_asked("echo")) {
        echo();
    } else if (sh_asked("sleep")) {
        sleep_for_good();
    } else if (sh_asked("reset") && restarted != FINISHED) {
        restarted = FINISHED;
        system_reset();
    }
    for (int i = sh_asked("boast") ? 8 : 0; i > 0; i--) {
        sh_puts(i == 8 ? "done " : "and more, ");
    }
    for (bool loop = sh_asked("loop"); loop;) {
    }
    return sh_asked("exit") ? 7 : 0;
}
