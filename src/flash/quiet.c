/* SPDX-License-Identifier: MIT */
#include "flash/poll.h"
#include "hw/cm4_scs.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum { SYSTICK = 15, FIRST_IRQ = 16, WORDS = 4 };

/* Does the handler of this entry lie where it can be fetched? */
static bool in_ram(uint32_t entry)
{
    return mmio_read32(reg_at(entry)) >= 0x20000000u;
}

/* Which of 32 enabled interrupts, of whose entries this is the first, have handlers that
 * do not? */
static uint32_t in_flash(uint32_t entry, uint32_t enabled)
{
    uint32_t out = 0;
    for (uint32_t bit = 1; bit != 0; bit <<= 1, entry += 4) {
        if ((enabled & bit) && !in_ram(entry)) {
            out |= bit;
        }
    }
    return out;
}

/* A vector table has up to 118 entries, so it is placed on 512 bytes (ARMv7-M
 * B3.2.5). */
static bool usable(uint32_t vectors)
{
    return vectors % 512 == 0 && vectors >= 0x20000000u && vectors < 0x20060000u;
}

enum etch_err quieten(uint32_t vectors, struct quiet *q)
{
    if (!usable(vectors)) {
        return ETCH_E_ALIGN;
    }
    uint32_t mask = cpu_irq_save();
    for (uint32_t w = 0; w < WORDS; w++) {
        uint32_t enabled = mmio_read32(reg_at(CM4_NVIC_ISER(w)));
        q->irqs[w] = in_flash(vectors + 4 * (FIRST_IRQ + 32 * w), enabled);
        mmio_write32(reg_at(CM4_NVIC_ICER(w)), q->irqs[w]);
    }
    q->systick = 0;
    if (!in_ram(vectors + 4 * SYSTICK)) {
        uint32_t csr = mmio_read32(reg_at(CM4_SYST_CSR));
        q->systick = csr & CM4_SYST_CSR_TICKINT;
        mmio_write32(reg_at(CM4_SYST_CSR), csr & ~CM4_SYST_CSR_TICKINT);
    }
    q->vtor = mmio_read32(reg_at(CM4_SCB_VTOR));
    mmio_write32(reg_at(CM4_SCB_VTOR), vectors);
    cpu_dsb();
    cpu_isb();
    cpu_irq_restore(mask);
    return ETCH_OK;
}

void awaken(const struct quiet *q)
{
    uint32_t mask = cpu_irq_save();
    mmio_write32(reg_at(CM4_SCB_VTOR), q->vtor);
    cpu_dsb();
    for (uint32_t w = 0; w < WORDS; w++) {
        mmio_write32(reg_at(CM4_NVIC_ISER(w)), q->irqs[w]);
    }
    /* No more than its interrupt: somebody may have stopped it meanwhile. */
    mmio_write32(reg_at(CM4_SYST_CSR), mmio_read32(reg_at(CM4_SYST_CSR)) | q->systick);
    cpu_irq_restore(mask);
}
