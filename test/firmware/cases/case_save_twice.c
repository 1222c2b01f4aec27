/* case_save_twice.c - after one stray store the first save stores nothing, and
 * the second works. The twin clears the flags and saves once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

enum { WORDS = 1024 };
#define LAST 0x080E0000u /* sector 11 */

static IWDG_HandleTypeDef unused_dog; /* nobody set Instance */

static void save(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 11,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    if (sh_asked("clean")) {
        __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    }
    if (HAL_FLASHEx_Erase(&erase, &where) == HAL_OK) {
        for (uint32_t i = 0; i < WORDS; i++) {
            (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, LAST + 4 * i, 0x1000 + i);
        }
    }
    HAL_FLASH_Lock(); /* and not a word about it */
}

int main(void)
{
    HAL_Init();
    if (!sh_asked("clean")) {
        HAL_IWDG_Refresh(&unused_dog);
    }
    save();
    uint32_t first = *word_at(LAST);
    if (!sh_asked("clean")) {
        save();
    }
    sh_hex(first);
    return *word_at(LAST) == 0x1000 ? 0 : 1;
}
