/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"

enum etch_err outlasts_dog(const struct etch_flash *f)
{
    uint32_t period_us = f->config->wait->dog.period_us;
    uint32_t max_us = etch_flash_erase_time(f, f->span.len).max_us;
    return period_us > 0 && max_us > period_us - period_us / 10 ? ETCH_E_WATCHDOG
                                                                : ETCH_OK;
}
