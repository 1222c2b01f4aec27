/* serial.h - a board's serial ports on this machine: standard input and output,
 * or a pseudo-terminal that any terminal program opens.
 *
 * What the firmware sends on whatever USART comes out; what comes in goes to
 * the first USART whose receiver is on (it is kept until one is), and to
 * semihosting's console. What semihosting prints goes to standard output
 * either way.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BOARD_SERIAL_H
#define ETCH_BOARD_SERIAL_H

#include "board/board.h"

struct board_serial;

enum board_serial_kind {
    BOARD_SERIAL_STDIO,
    BOARD_SERIAL_PTY,
    BOARD_SERIAL_NONE /* USARTs go nowhere; semihosting still prints */
};

/* Becomes the board's output (board_on_output). NULL: errno says why. */
struct board_serial *board_serial_open(struct board *b, enum board_serial_kind kind);
/* Where to connect to: "/dev/pts/5". NULL: not a pseudo-terminal. */
const char *board_serial_path(const struct board_serial *s);

/* Between two runs: write what has gathered, take what has come. How long to
 * wait for something to come; 0: not at all. False: no input will ever come. */
bool board_serial_pump(struct board_serial *s, unsigned timeout_ms);
void board_serial_close(struct board_serial *s); /* writes the rest */

#endif
