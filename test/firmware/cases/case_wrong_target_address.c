/* case_wrong_target_address.c - the program call gets the address of the
 * variable that holds the address. With "word" the width is right, and nothing
 * else. The twin passes the value.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "hal.h"
#include "semihost.h"
#include "startup.h"

#define TARGET 0x08008000u

__attribute__((noinline)) static bool write_flash(uint32_t target, uint32_t type)
{
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_SR_EOP | FLASH_SR_OPERR | FLASH_SR_WRPERR |
                           FLASH_SR_PGAERR | FLASH_SR_PGSERR);
    uint32_t address = sh_asked("clean") ? target : (uint32_t)(uintptr_t)&target;
    HAL_StatusTypeDef status = HAL_FLASH_Program(type, address, 0xAAAAAAAAu);
    HAL_FLASH_Lock();
    return status == HAL_OK;
}

int main(void)
{
    bool narrow = sh_asked("word") || sh_asked("clean");
    uint32_t type = narrow ? FLASH_TYPEPROGRAM_WORD : FLASH_TYPEPROGRAM_DOUBLEWORD;
    HAL_Init();
    return write_flash(TARGET, type) ? 0 : 1;
}
