/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"

enum etch_err etch_flash_wait_alive(const struct etch_flash *f, uint32_t cr)
{
    struct quiet q;
    enum etch_err err = poll_refuses(f);
    if (!err) {
        err = quieten(f->config->wait->ram_vectors, &q);
    }
    if (!err) {
        err = poll_run(f, cr);
        awaken(&q);
    }
    return err;
}
