/* Made by `etch layout` for STM32F446xE: change the layout, not this file. */
/* clang-format off */
#ifndef ETCH_LAYOUT_H
#define ETCH_LAYOUT_H

/* code: sector 0 */
#define LAYOUT_CODE_ADDR 0x08000000u
#define LAYOUT_CODE_LEN 0x00004000u

/* store: sectors 1 to 2 */
#define LAYOUT_STORE_ADDR 0x08004000u
#define LAYOUT_STORE_LEN 0x00008000u
#define LAYOUT_STORE_SECTORS 1, 2

/* keep: sector 3 */
#define LAYOUT_FAULTS_ADDR 0x0800C000u
#define LAYOUT_FAULTS_LEN 0x00004000u
#define LAYOUT_FAULTS_SECTORS 3

/* code: sectors 4 to 7 */
#define LAYOUT_APP_ADDR 0x08010000u
#define LAYOUT_APP_LEN 0x00070000u

#endif
