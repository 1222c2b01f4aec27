/* case_leftover_ser.c - an inner function of the vendor is called directly and
 * leaves SER and SNB set; the program after it works all the same. Nothing is
 * wrong here, and nothing may be found.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR11 0x080E0000u

int main(void)
{
    HAL_Init();
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    FLASH_Erase_Sector(11, FLASH_VOLTAGE_RANGE_3);
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_BYTE, SECTOR11, 'A');
    HAL_FLASH_Lock();
    return *byte_at(SECTOR11) == 'A' ? 0 : 1;
}
