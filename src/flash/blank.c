/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "flash/flash.h"

enum etch_err etch_flash_blank(struct etch_flash *f, uint32_t addr, uint32_t len)
{
    return etch_flash_verify(f, addr, NULL, len);
}
