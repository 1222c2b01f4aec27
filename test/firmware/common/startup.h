/* startup.h - what start-up offers a firmware and wants of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_STARTUP_H
#define ETCH_COMMON_STARTUP_H

#include <stdint.h>

enum { VECTORS = 16 + 98 };
extern const uint32_t flash_vectors[VECTORS]; /* vectors.S */
extern uint32_t image_end[];                  /* end of the image in flash */
extern uint32_t stack_top[];

int main(void);
void Reset_Handler(void);
void SystemInit(void);
/* A loop, for exceptions that nobody wants. */
void Default_Handler(void);

/* Reset by software, as NVIC_SystemReset does. */
_Noreturn void system_reset(void);

/* Handlers that firmware may define. */
void HardFault_Handler(void);
void MemManage_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);
void SysTick_Handler(void);
void WWDG_IRQHandler(void);
void FLASH_IRQHandler(void);
void TIM2_IRQHandler(void);
void NMI_Handler(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void USART2_IRQHandler(void);
void DMA1_Stream5_IRQHandler(void);

#endif
