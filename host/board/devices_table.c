/* devices_table.c - where the modelled peripherals are, and on which parts.
 *
 * Addresses: RM0090 2.3, table 1, and its siblings. Bits of the enable
 * registers: RM0090 7.3.10 to 7.3.14 (RM0390 6.3.10 to 6.3.14).
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

#define AHB1ENR 0x30
#define APB1ENR 0x40
#define APB2ENR 0x44
#define ALWAYS \
    {          \
        0, 0   \
    }

#define ROW(name_, base_, reg_, bit_, unit_, kind_)                  \
    {                                                                \
        name_, base_, 0x400, {reg_, bit_}, unit_, false, &bd_##kind_ \
    }
#define PORT(letter_, unit_)                                                          \
    {                                                                                 \
        "GPIO" letter_, 0x40020000u + (unit_)*0x400u, 0x400, {AHB1ENR, unit_}, unit_, \
                true, &bd_gpio                                                        \
    }

const struct bd_device bd_devices[] = {
        /* RCC first: the others' resets want to know their clocks. */
        {"RCC", 0x40023800, 0x400, ALWAYS, 0, true, &bd_rcc},
        ROW("TIM2", 0x40000000, APB1ENR, 0, 1, tim),
        ROW("TIM3", 0x40000400, APB1ENR, 1, 2, tim),
        ROW("TIM4", 0x40000800, APB1ENR, 2, 3, tim),
        ROW("TIM5", 0x40000C00, APB1ENR, 3, 4, tim),
        ROW("TIM6", 0x40001000, APB1ENR, 4, 5, tim),
        ROW("TIM7", 0x40001400, APB1ENR, 5, 6, tim),
        ROW("TIM12", 0x40001800, APB1ENR, 6, 11, tim),
        ROW("TIM13", 0x40001C00, APB1ENR, 7, 12, tim),
        ROW("TIM14", 0x40002000, APB1ENR, 8, 13, tim),
        ROW("RTC", 0x40002800, 0, 0, 0, rtc),
        ROW("WWDG", 0x40002C00, APB1ENR, 11, 0, wwdg),
        ROW("IWDG", 0x40003000, 0, 0, 0, iwdg),
        ROW("USART2", 0x40004400, APB1ENR, 17, 1, usart),
        ROW("USART3", 0x40004800, APB1ENR, 18, 2, usart),
        ROW("UART4", 0x40004C00, APB1ENR, 19, 3, usart),
        ROW("UART5", 0x40005000, APB1ENR, 20, 4, usart),
        ROW("PWR", 0x40007000, APB1ENR, 28, 0, pwr),
        ROW("TIM1", 0x40010000, APB2ENR, 0, 0, tim),
        ROW("TIM8", 0x40010400, APB2ENR, 1, 7, tim),
        ROW("USART1", 0x40011000, APB2ENR, 4, 0, usart),
        ROW("USART6", 0x40011400, APB2ENR, 5, 5, usart),
        ROW("SYSCFG", 0x40013800, APB2ENR, 14, 0, syscfg),
        ROW("EXTI", 0x40013C00, 0, 0, 0, exti),
        ROW("TIM9", 0x40014000, APB2ENR, 16, 8, tim),
        ROW("TIM10", 0x40014400, APB2ENR, 17, 9, tim),
        ROW("TIM11", 0x40014800, APB2ENR, 18, 10, tim), PORT("A", 0), PORT("B", 1),
        PORT("C", 2), PORT("D", 3), PORT("E", 4), PORT("F", 5), PORT("G", 6),
        PORT("H", 7), PORT("I", 8), PORT("J", 9), PORT("K", 10),
        {"CRC", 0x40023000, 0x400, {AHB1ENR, 12}, 0, true, &bd_crc},
        {"DMA1", 0x40026000, 0x400, {AHB1ENR, 21}, 0, true, &bd_dma},
        {"DMA2", 0x40026400, 0x400, {AHB1ENR, 22}, 1, true, &bd_dma},
        {"DBGMCU", 0xE0042000, 0x400, ALWAYS, 0, true, &bd_dbgmcu}, /* the last */
};

const size_t bd_device_count = sizeof(bd_devices) / sizeof(*bd_devices);

/* RM0090 2.3, table 1. Within an APB bridge's range nothing answers with an
 * error. */
const struct bd_range bd_ranges[] = {
        {0x40003400, 0x400, "I2S2ext"},
        {0x40003800, 0x400, "SPI2"},
        {0x40003C00, 0x400, "SPI3"},
        {0x40004000, 0x400, "SPDIF-RX or I2S3ext"},
        {0x40005400, 0x400, "I2C1"},
        {0x40005800, 0x400, "I2C2"},
        {0x40005C00, 0x400, "I2C3"},
        {0x40006000, 0x400, "FMPI2C1"},
        {0x40006400, 0x400, "CAN1"},
        {0x40006800, 0x400, "CAN2"},
        {0x40006C00, 0x400, "CEC"},
        {0x40007400, 0x400, "DAC"},
        {0x40007800, 0x400, "UART7"},
        {0x40007C00, 0x400, "UART8"},
        {0x40012000, 0x400, "ADC"},
        {0x40012C00, 0x400, "SDIO"},
        {0x40013000, 0x400, "SPI1"},
        {0x40013400, 0x400, "SPI4"},
        {0x40015000, 0x400, "SPI5"},
        {0x40015400, 0x400, "SPI6"},
        {0x40015800, 0x400, "SAI1"},
        {0x40015C00, 0x400, "SAI2"},
        {0x40016800, 0x400, "LTDC"},
        {0x40016C00, 0x400, "DSI"},
        {0x40028000, 0x400, "Ethernet"},
        {0x40028400, 0x400, "Ethernet"},
        {0x40028800, 0x400, "Ethernet"},
        {0x40028C00, 0x400, "Ethernet"},
        {0x40029000, 0x400, "Ethernet"},
        {0x4002B000, 0x400, "DMA2D"},
        {0x40040000, 0x40000, "USB OTG HS"},
        {0x50000000, 0x40000, "USB OTG FS"},
        {0x50050000, 0x400, "DCMI"},
        {0x50060000, 0x400, "CRYP"},
        {0x50060400, 0x400, "HASH"},
        {0x50060800, 0x400, "RNG"},
        {0xA0000000, 0x1000, "FMC"},
        {0xA0001000, 0x1000, "QUADSPI"},
        {0xE0000000, 0x1000, "ITM"},
        {0xE0040000, 0x1000, "TPIU"},
        {0xE0041000, 0x1000, "ETM"},
        {0x40000000, 0x8000, "a peripheral on APB1"},
        {0x40010000, 0x8000, "a peripheral on APB2"},
        {0x40020000, 0xBC00, "a peripheral on AHB1"},
        {0x50000000, 0x61000, "a peripheral on AHB2"},
        {0xE0000000, 0x100000, "a debug unit"},
        {0, 0, NULL},
};

/* Bits: USARTs 1-6, timers 1-14, ports A-K, each from bit 0. */
#define USART_126   0x23
#define USART_ALL   0x3F
#define USART_1236  0x27
#define TIMS_F401   0x071F /* 1-5, 9-11 */
#define TIMS_F410   0x0531 /* 1, 5, 6, 9, 11 */
#define TIMS_ALL    0x3FFF
#define PORTS_A_E_H 0x009F
#define PORTS_A_C_H 0x0087
#define PORTS_A_H   0x00FF
#define PORTS_A_I   0x01FF
#define PORTS_A_K   0x07FF
#define VOS_ONE_BIT 0x00004000u /* RM0090 5.4.1 */
#define VOS_SCALE_2 0x00008000u /* RM0383 5.4.1, RM0368 5.4.1 */
#define VOS_SCALE_1 0x0000C000u /* RM0090 5.5.1, RM0390 5.4.1 */

const struct bd_line bd_lines[] = {
        {0x423, TIMS_F401, PORTS_A_E_H, USART_126, false, VOS_SCALE_2},
        {0x433, TIMS_F401, PORTS_A_E_H, USART_126, false, VOS_SCALE_2},
        {0x413, TIMS_ALL, PORTS_A_I, USART_ALL, false, VOS_ONE_BIT},
        {0x458, TIMS_F410, PORTS_A_C_H, USART_126, false, VOS_SCALE_2},
        {0x431, TIMS_F401, PORTS_A_E_H, USART_126, false, VOS_SCALE_2},
        {0x441, TIMS_ALL, PORTS_A_H, USART_1236, false, VOS_SCALE_2},
        {0x463, TIMS_ALL, PORTS_A_H, USART_ALL, false, VOS_SCALE_2},
        {0x419, TIMS_ALL, PORTS_A_K, USART_ALL, false, VOS_SCALE_1},
        {0x421, TIMS_ALL, PORTS_A_H, USART_ALL, true, VOS_SCALE_1},
        {0x434, TIMS_ALL, PORTS_A_K, USART_ALL, false, VOS_SCALE_1},
        {0, TIMS_ALL, PORTS_A_K, USART_ALL, false, VOS_SCALE_1},
};
