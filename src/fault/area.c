/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"

/* What an STM32F4 may have (RM0090 2.3, 3.4): a part has some of it. */
static const struct {
    uint32_t first, len;
    enum area area;
} areas[] = {
        {0x00000000, 0x00200000, AREA_ALIAS},
        {0x08000000, 0x00200000, AREA_FLASH},
        {0x10000000, 0x00010000, AREA_CCM},
        {0x1FFEC000, 0x00000010, AREA_OPTIONS},
        {0x1FFF0000, 0x00007800, AREA_SYSTEM},
        {0x1FFF7800, 0x00000210, AREA_OTP},
        {0x1FFFC000, 0x00000010, AREA_OPTIONS},
        {0x20000000, 0x00060000, AREA_SRAM},
        {0x22000000, 0x00C00000, AREA_SRAM}, /* bits of it */
        {0x40000000, 0x20000000, AREA_PERIPHERAL},
        {0x60000000, 0x80000000, AREA_EXTERNAL},
        {0xE0000000, 0x00100000, AREA_PPB},
};

enum area area_of(uint32_t addr)
{
    for (uint32_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
        if (addr - areas[i].first < areas[i].len) {
            return areas[i].area;
        }
    }
    return AREA_NOTHING;
}

bool could_run(uint32_t pc)
{
    return pc < 0x40000000u || pc - 0x60000000u < 0x40000000u;
}

bool is_below_ram(uint32_t addr)
{
    enum { FARTHEST = 0x1000 };
    return 0x20000000u - addr <= FARTHEST || 0x10000000u - addr <= FARTHEST;
}

bool is_fill(uint32_t value)
{
    static const uint32_t words[] = {
            0xDEADBEEF, 0xDEADDEAD, 0xFEEEFEEE, 0xBAADF00D, 0xCAFEBABE};
    uint32_t byte = value >> 24;
    if ((value ^ byte * 0x01010101u) <= 1) {
        return byte != 0 && byte != 0xFF && !is_flash(value);
    }
    for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((value ^ words[i]) <= 1) {
            return true;
        }
    }
    return false;
}
