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

#define CM4_SCB_VTOR 0xE000ED08u /* B3.2.5 */

#endif
