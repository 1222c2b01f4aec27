/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "flash/part.h"
#include "hw/f4_flash.h"
#include "hw/f4_sys.h"
#include "hw/reg.h"
#include "port/mmio.h"

/* A line of parts shares a device id; the size word tells its members apart. */
struct line {
    uint16_t dev_id;
    uint16_t max_kib;
};

static const struct line lines[] = {
        {0x413, 1024}, /* F405, F407, F415, F417 */
        {0x419, 2048}, /* F427, F429, F437, F439 */
        {0x421, 512},  /* F446 */
        {0x423, 256},  /* F401xB, F401xC */
        {0x431, 512},  /* F411 */
        {0x433, 512},  /* F401xD, F401xE */
        {0x434, 2048}, /* F469, F479 */
        {0x441, 1024}, /* F412 */
        {0x458, 128},  /* F410 */
        {0x463, 1536}, /* F413, F423 */
};

enum { DEV_F405 = 0x413, DEV_F405_REV_A = 0x411, SMALLEST_KIB = 64, DUAL_KIB = 2048 };

enum etch_err etch_part_detect(struct etch_part *part)
{
    uint32_t id = mmio_read32(reg_at(F4_DBGMCU_IDCODE)) & F4_DBGMCU_DEV_ID;
    if (id == DEV_F405_REV_A) {
        id = DEV_F405;
    }
    uint32_t kib = mmio_read16(reg_at(F4_FLASH_SIZE));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct line *l = &lines[i];
        if (l->dev_id == id && kib >= SMALLEST_KIB && kib <= l->max_kib) {
            part->dev_id = (uint16_t)id;
            part->kib = (uint16_t)kib;
            /* The lines that reach 2 MiB are those with two banks. */
            part->sector =
                    l->max_kib == DUAL_KIB ? etch_part_two_banks : etch_part_one_bank;
            return ETCH_OK;
        }
    }
    return ETCH_E_PART;
}
