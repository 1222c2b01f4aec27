/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"
#include "port/cpu.h"

enum { FASTEST_MHZ = 180 };
/* Twice the longest operation there is: 128 KiB at x8 (DS8626 table 40). */
#define LIMIT_US 8000000u

enum etch_err etch_flash_open(
        struct etch_flash *f, const struct etch_flash_config *config)
{
    f->config = config;
    f->regs = (struct f4_flash_regs *)(uintptr_t)F4_FLASH_REGS;
    f->erasing = false;
    f->dcen = 0;
    f->psize = config->width ? (uint8_t)(config->width - ETCH_FLASH_X8) : config->supply;
    f->limit = LIMIT_US * (config->clock_mhz ? config->clock_mhz : FASTEST_MHZ);
    cpu_cycles_start();
    return f->psize > config->supply ? ETCH_E_SUPPLY : ETCH_OK;
}
