/* hello.c - the least that runs on the bench: a line of text, and the arguments
 * it was given.
 *
 * SPDX-License-Identifier: MIT
 */
#include "semihost.h"
#include "startup.h"

int main(void)
{
    sh_puts("hello ");
    sh_puts(sh_args());
    sh_puts("\n");
    return 0;
}
