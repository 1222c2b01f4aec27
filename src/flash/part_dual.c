/* SPDX-License-Identifier: MIT */
#include "flash/part.h"
#include "hw/f4_flash.h"
#include "hw/f4_sys.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum { PER_BANK = 12, SNB_BANK_2 = 16 };

static bool swapped(void)
{
    uint32_t mask = cpu_irq_save();
    uint32_t enabled = mmio_read32(reg_at(F4_RCC_APB2ENR));
    /* SYSCFG reads 0 without its clock, and the clock must run before the
     * register can be read. */
    mmio_write32(reg_at(F4_RCC_APB2ENR), enabled | F4_RCC_APB2ENR_SYSCFGEN);
    cpu_dsb();
    uint32_t memrmp = mmio_read32(reg_at(F4_SYSCFG_MEMRMP));
    mmio_write32(reg_at(F4_RCC_APB2ENR), enabled);
    cpu_irq_restore(mask);
    return (memrmp & F4_SYSCFG_MEMRMP_FB_MODE) != 0;
}

static bool split(const struct etch_part *part)
{
    const volatile struct f4_flash_regs *regs = reg_at(F4_FLASH_REGS);
    return part->kib > 1024 ||
           (part->kib == 1024 && (mmio_read32(&regs->optcr[0]) & F4_FLASH_OPTCR_DB1M));
}

/* Look in one bank, then make it the second where it is. The manual counts 12
 * sectors to a bank, CR.SNB 16 codes (RM0090 3.9.8). */
enum etch_err etch_part_two_banks(const struct etch_part *part, uint32_t number,
        uint32_t addr, struct etch_sector *sector)
{
    if (!split(part)) {
        return etch_part_one_bank(part, number, addr, sector);
    }
    if (swapped()) {
        return ETCH_E_SWAPPED;
    }
    const struct etch_part bank = {.kib = part->kib / 2};
    uint32_t len = bank.kib * 1024u;
    bool second =
            number == ETCH_NO_SECTOR ? addr - F4_FLASH_BASE >= len : number >= PER_BANK;
    if (!second) {
        return etch_part_one_bank(&bank, number, addr, sector);
    }
    uint32_t local = number == ETCH_NO_SECTOR ? number : number - PER_BANK;
    enum etch_err err = etch_part_one_bank(&bank, local, addr - len, sector);
    sector->addr += len;
    sector->number = (uint8_t)(sector->number + PER_BANK);
    sector->snb = (uint8_t)(sector->snb + SNB_BANK_2);
    sector->wrp_reg = 1;
    return err;
}
