/* f4_sys.h - the few STM32F4 registers outside the flash block that a flash
 * driver must look at.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_HW_F4_SYS_H
#define ETCH_HW_F4_SYS_H

#include <stdint.h>

#define F4_DBGMCU_IDCODE 0xE0042000u /* RM0090 38.6.1 */
#define F4_DBGMCU_DEV_ID 0x00000FFFu

#define F4_RCC_APB2ENR          0x40023844u /* RM0090 7.3.14 */
#define F4_RCC_APB2ENR_SYSCFGEN (1u << 14)

#define F4_SYSCFG_MEMRMP         0x40013800u /* RM0090 9.3.1 */
#define F4_SYSCFG_MEMRMP_FB_MODE (1u << 8)   /* bank 2 at 0x08000000 */

#endif
