/* case_program_without_erase.c - a word that is not blank is programmed, and
 * what comes back is the AND of both. The twin uses a fresh place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

enum { WORDS = 64 };
#define SECTOR15 0x08160000u /* of an STM32F413: no gap in its numbers */

int main(void)
{
    uint32_t where;
    HAL_Init();
    HAL_FLASH_Unlock();
    FLASH->CR = FLASH_CR_SER | 15u << 3 | 2u << 8; /* SNB 15 */
    FLASH->CR |= FLASH_CR_STRT;
    (void)FLASH_WaitForLastOperation(5000);
    FLASH->CR = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR15 + 4 * i, 0x78563412u);
    }
    where = sh_asked("clean") ? SECTOR15 + 4 * WORDS : SECTOR15;
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, where, 0x11111111u);
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, where + 4, 0x00000111u);
    HAL_FLASH_Lock();
    sh_hex(*word_at(where));
    return 0;
}
