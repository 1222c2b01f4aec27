/* f4_flash.h - the STM32F4 flash interface registers (RM0090 3.9; the same
 * block in RM0368, RM0383, RM0386, RM0390, RM0401, RM0402 and RM0430).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_HW_F4_FLASH_H
#define ETCH_HW_F4_FLASH_H

#include <stdint.h>

struct f4_flash_regs {
    uint32_t acr;
    uint32_t keyr;
    uint32_t optkeyr;
    uint32_t sr;
    uint32_t cr;
    uint32_t optcr[2]; /* OPTCR, and OPTCR1 on two-bank parts */
};

#define F4_FLASH_REGS 0x40023C00u
#define F4_FLASH_BASE 0x08000000u
#define F4_FLASH_SIZE 0x1FFF7A22u /* 16 bits: KiB of array (RM0090 39.2) */

#define F4_FLASH_KEY1 0x45670123u
#define F4_FLASH_KEY2 0xCDEF89ABu

#define F4_FLASH_ACR_ICEN  (1u << 9)
#define F4_FLASH_ACR_DCEN  (1u << 10)
#define F4_FLASH_ACR_ICRST (1u << 11)
#define F4_FLASH_ACR_DCRST (1u << 12)

/* SR: flags are cleared by writing one; never read-modify-write them. RDERR
 * (bit 8) does not exist on F405..F417, where writing it does nothing. */
#define F4_FLASH_SR_EOP    (1u << 0)
#define F4_FLASH_SR_OPERR  (1u << 1)
#define F4_FLASH_SR_WRPERR (1u << 4)
#define F4_FLASH_SR_PGAERR (1u << 5)
#define F4_FLASH_SR_PGPERR (1u << 6)
#define F4_FLASH_SR_PGSERR (1u << 7)
#define F4_FLASH_SR_RDERR  (1u << 8)
#define F4_FLASH_SR_BSY    (1u << 16)
#define F4_FLASH_SR_ERRORS 0x000001F2u

#define F4_FLASH_CR_PG       (1u << 0)
#define F4_FLASH_CR_SER      (1u << 1)
#define F4_FLASH_CR_SNB(n)   ((uint32_t)(n) << 3)
#define F4_FLASH_CR_PSIZE(n) ((uint32_t)(n) << 8) /* 0: x8, 1: x16, 2: x32 */
#define F4_FLASH_CR_STRT     (1u << 16)
#define F4_FLASH_CR_LOCK     (1u << 31)

#define F4_FLASH_OPTCR_NWRP0_POS  16 /* OPTCR1 likewise */
#define F4_FLASH_OPTCR_DB1M       (1u << 30)
#define F4_FLASH_OPTCR_SPRMOD_POS 31

#endif
