/* cuts.c - five hundred words appended to sector 7, a little work before each:
 * what the speed of cutting is measured on.
 *
 * At each start it reads through what is there; then, unless it was asked to
 * "check", appends the rest. Leaves with 0, or 1 if a word is not what it was
 * to be; a word that a cut has torn is skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raw.h"
#include "semihost.h"
#include "startup.h"

enum { FIRST = 0x08060000, WORDS = 500, BLANK = -1 };

static uint32_t value_of(uint32_t i)
{
    return i * 2654435761u;
}

/* Bits of the right word, or fewer cleared. */
static int is_torn(uint32_t found, uint32_t i)
{
    return (found & value_of(i)) == value_of(i);
}

static uint32_t read_through(void)
{
    uint32_t i = 0;
    while (i < WORDS && *word_at(FIRST + 4 * i) == value_of(i)) {
        i++;
    }
    return i;
}

int main(void)
{
    uint32_t i = read_through();
    if (i < WORDS && !is_torn(*word_at(FIRST + 4 * i), i)) {
        return 1;
    }
    if (sh_args()[0] != '\0') {
        return 0;
    }
    raw_unlock();
    for (; i < WORDS; i++) {
        raw_pause(27);
        raw_program(FIRST + 4 * i, value_of(i));
    }
    raw_lock();
    return read_through() == WORDS ? 0 : 1;
}
