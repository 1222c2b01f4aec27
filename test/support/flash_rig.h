/* flash_rig.h - a driver on a chip of its own, for tests of src/flash.
 *
 * The chip is strict: a law that the driver breaks ends the test, except where
 * a test says otherwise.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_FLASH_RIG_H
#define ETCH_TEST_FLASH_RIG_H

#include "flash/flash.h"
#include "silicon/native.h"

enum { RIG_PARTS = 42 };

struct rig {
    struct silicon_native *board;
    struct silicon *chip;
    struct etch_part part; /* as detected */
    struct etch_flash_config config;
    struct etch_flash flash;
};

extern struct rig rig;

/* A fresh board of this row with a driver for it: detected, x32, typical
 * times, a 16 MHz clock, running from SRAM. */
void rig_new(const struct silicon_part *row);
void rig_new_named(const char *part);
void rig_free(void);
/* Open the driver again after a change of rig.config. */
void rig_open(void);

/* Run body(arg) on the board; it must return. */
void rig_run(void (*body)(void *arg), void *arg);

/* The calls of the driver, each run on the board. */
enum etch_err rig_program(uint32_t addr, const void *data, uint32_t len);
enum etch_err rig_erase(unsigned sector);
enum etch_err rig_verify(uint32_t addr, const void *data, uint32_t len);

uint32_t rig_cell(uint32_t addr); /* what the array holds */
void rig_fill(uint32_t addr, uint8_t byte, uint32_t len);
/* Registers as a program would read them, from outside. */
uint32_t rig_cr(void);
uint32_t rig_sr(void);
uint32_t rig_acr(void);

/* What the driver has stored to since rig_watch: array stores, and stores to
 * the controller's registers but ACR. */
struct rig_seen {
    unsigned array, control, acr;
    uint32_t first, last; /* array bytes, first and one after the last */
};
extern struct rig_seen rig_seen;
void rig_watch(void);

#endif
