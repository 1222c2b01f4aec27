/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"
#include "port/cpu.h"

/* This function may be in flash: nothing of it is fetched between the start
 * of the erase and its end. */
enum etch_err etch_flash_wait_ram(const struct etch_flash *f, uint32_t cr)
{
    enum etch_err err = poll_refuses(f);
    if (!err) {
        uint32_t mask = cpu_irq_save();
        err = poll_run(f, cr);
        cpu_irq_restore(mask);
    }
    return err;
}
