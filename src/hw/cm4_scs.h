/* cm4_scs.h - the Cortex-M4 system control space (ARMv7-M B3).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_HW_CM4_SCS_H
#define ETCH_HW_CM4_SCS_H

#include <stdint.h>

#define CM4_SYST_CSR         0xE000E010u /* B3.3.3 */
#define CM4_SYST_CSR_TICKINT (1u << 1)

#define CM4_NVIC_ISER(n) (0xE000E100u + 4u * (n)) /* B3.4.4 */
#define CM4_NVIC_ICER(n) (0xE000E180u + 4u * (n)) /* B3.4.5 */

#define CM4_SCB_VTOR  0xE000ED08u /* B3.2.5 */
#define CM4_SCB_AIRCR 0xE000ED0Cu /* B3.2.6 */
#define CM4_SCB_CCR   0xE000ED14u /* B3.2.8 */
#define CM4_SCB_SHCSR 0xE000ED24u /* B3.2.13; CFSR, HFSR, DFSR, MMFAR, BFAR follow */

#define CM4_SCB_AIRCR_SYSRESETREQ 0x05FA0004u /* with its key */
#define CM4_SCB_CCR_BFHFNMIGN     (1u << 8)

#define CM4_SCB_SHCSR_MEMFAULTENA (1u << 16)
#define CM4_SCB_SHCSR_BUSFAULTENA (1u << 17)
#define CM4_SCB_SHCSR_USGFAULTENA (1u << 18)

/* CFSR (B3.2.15): MMFSR, BFSR and UFSR in one. */
#define CM4_CFSR_IACCVIOL    (1u << 0)
#define CM4_CFSR_DACCVIOL    (1u << 1)
#define CM4_CFSR_MUNSTKERR   (1u << 3)
#define CM4_CFSR_MSTKERR     (1u << 4)
#define CM4_CFSR_MLSPERR     (1u << 5)
#define CM4_CFSR_MMARVALID   (1u << 7)
#define CM4_CFSR_IBUSERR     (1u << 8)
#define CM4_CFSR_PRECISERR   (1u << 9)
#define CM4_CFSR_IMPRECISERR (1u << 10)
#define CM4_CFSR_UNSTKERR    (1u << 11)
#define CM4_CFSR_STKERR      (1u << 12)
#define CM4_CFSR_LSPERR      (1u << 13)
#define CM4_CFSR_BFARVALID   (1u << 15)
#define CM4_CFSR_UNDEFINSTR  (1u << 16)
#define CM4_CFSR_INVSTATE    (1u << 17)
#define CM4_CFSR_INVPC       (1u << 18)
#define CM4_CFSR_NOCP        (1u << 19)
#define CM4_CFSR_UNALIGNED   (1u << 24)
#define CM4_CFSR_DIVBYZERO   (1u << 25)

#define CM4_HFSR_VECTTBL  (1u << 1) /* B3.2.16 */
#define CM4_HFSR_FORCED   (1u << 30)
#define CM4_HFSR_DEBUGEVT (1u << 31)

#endif
