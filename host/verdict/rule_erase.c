/* rule_erase.c - erases: of the right sector, of one that exists, of one that
 * the program can do without; and what they wear.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/verdict_priv.h"

enum { SNB_SHIFT = 3, ENDURANCE = 10000, MINUTE = 60 };
#define CR_SER (1u << 1)
#define CR_SNB (0x1Fu << 3)
#define SNB_FIX                                                                      \
    "Take the number from the part's sector map (etch part): on two-bank parts SNB " \
    "is the number + 4 from sector 12 on, on F413/F423 it is the number"
#define CR_MERS (1u << 2 | 1u << 15)

static unsigned snb_of(const struct verdict *v, uint32_t cr)
{
    return (cr & CR_SNB) >> SNB_SHIFT & ((1u << silicon_part(v->s)->snb_bits) - 1);
}

/* ---- the number that the code meant ------------------------------------------------ */

/* What was ORed into CR by the instructions that end in the store at pc; the
 * operand is still in its register, since only the sum was overwritten. */
static bool ored_in(struct verdict *v, uint32_t pc, uint32_t before, uint32_t *bits)
{
    const struct core *core = board_core(v->b);
    struct insn store = insn_read(v, pc);
    struct insn sum = insn_read(v, pc - 4);
    if (sum.kind != INSN_ORR || sum.len != 4) {
        sum = insn_read(v, pc - 2);
    }
    if (store.kind != INSN_STORE || sum.kind != INSN_ORR || sum.rd != store.rd) {
        return false;
    }
    if (sum.rm < 0) {
        *bits = sum.value;
        return true;
    }
    bool rm_kept = sum.rm != (int)sum.rd;
    bool rn_kept = sum.rn != (int)sum.rd && sum.rn != CORE_PC;
    uint32_t rm = core_reg(core, (enum core_reg)sum.rm) << sum.shift;
    uint32_t rn = rn_kept ? core_reg(core, (enum core_reg)sum.rn) : 0;
    if (!rm_kept && !rn_kept) {
        return false;
    }
    *bits = rm_kept && (!rn_kept || rm != before) ? rm : rn;
    return true;
}

/* The number in the register that was stored, where it has bits that SNB has not
 * got on this part; -1: none were cut off, as far as can be seen. */
static int cut_off(struct verdict *v, uint32_t pc)
{
    struct insn store = insn_read(v, pc);
    if (store.kind != INSN_STORE || store.width != 4) {
        return -1;
    }
    uint32_t stored = core_reg(board_core(v->b), (enum core_reg)store.rd);
    unsigned snb = (stored & CR_SNB) >> SNB_SHIFT;
    return snb != snb_of(v, stored) ? (int)snb : -1;
}

void rule_erase_cr(struct verdict *v, const struct silicon_event *ev)
{
    uint32_t bits;
    int cut = cut_off(v, verdict_caller(v, ev));
    if (cut >= 0 || ((ev->before ^ ev->value) & CR_SNB) != 0) {
        v->cut_snb = cut;
    }
    if (ored_in(v, verdict_caller(v, ev), ev->before, &bits) &&
            ((ev->before | bits) & CR_SNB) == (ev->value & CR_SNB)) {
        if ((bits & CR_SNB) != 0) {
            v->asked_snb = (int)snb_of(v, bits);
        }
    } else if (((ev->before ^ ev->value) & CR_SNB) != 0) {
        v->asked_snb = -1; /* written in full, or cleared */
    }
}

static const char *sector_name(struct verdict *v, unsigned snb)
{
    const struct silicon_sector *sector = verdict_sector_by_snb(v, snb);
    return sector != NULL ? verdict_say(v, "sector %u", sector->number)
                          : verdict_say(v, "SNB %u", snb);
}

static void check_asked(
        struct verdict *v, const struct silicon_sector *sector, const struct spot *spot)
{
    bool fresh;
    if (v->asked_snb < 0 || v->asked_snb == sector->snb) {
        return;
    }
    struct item *it = verdict_add(v, CODE_SNB_NOT_CLEARED, sector->snb, spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_address(v, it, sector->addr);
    it->f.text = verdict_say(v,
            "%s ORed sector number %d into FLASH_CR without clearing SNB first: the bits "
            "of the last erase stayed, so sector %u (0x%08" PRIX32
            ") was erased and %s was "
            "not",
            verdict_func(v, spot->pc), v->asked_snb, sector->number, sector->addr,
            sector_name(v, (unsigned)v->asked_snb));
    it->f.fix = "Clear SNB before ORing a new number in (FLASH->CR &= ~FLASH_CR_SNB), or "
                "write CR in full";
    verdict_fact(it, "SNB asked for", verdict_say(v, "%d", v->asked_snb));
    verdict_fact(it, "SNB in CR", verdict_say(v, "%u", sector->snb));
}

/* F405 to F417 and all parts with one bank have four bits of SNB (3.9.7). */
static void check_cut(
        struct verdict *v, const struct silicon_sector *sector, const struct spot *spot)
{
    enum { CUT = 1 << 8 }; /* no key of an SNB that was refused */
    bool fresh;
    if (v->cut_snb < 0) {
        return;
    }
    struct item *it =
            verdict_add(v, CODE_SNB_INVALID, CUT | (unsigned)v->cut_snb, spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_address(v, it, sector->addr);
    it->f.text = verdict_say(v,
            "%s asked to erase with SNB %d, but SNB has %u bits on this part (%s): the "
            "rest was cut off, and sector %u (0x%08" PRIX32 ") was erased",
            verdict_func(v, spot->pc), v->cut_snb, silicon_part(v->s)->snb_bits,
            silicon_part(v->s)->name, sector->number, sector->addr);
    it->f.fix = SNB_FIX;
}

/* ---- refused ------------------------------------------------------------------------- */

/* The sector of that SNB if DB1M were the other way; false: none, or no choice. */
static bool other_mode(struct verdict *v, unsigned snb, struct silicon_sector *found)
{
    const struct silicon_part *part = silicon_part(v->s);
    const struct silicon_part *other =
            silicon_part_db1m(part, part->banks == SILICON_DB1M_OFF);
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(other, sectors);
    for (size_t i = 0; i < n && other != part; i++) {
        if (sectors[i].snb == snb) {
            *found = sectors[i];
            return true;
        }
    }
    return false;
}

static void tell_bank_mode(struct verdict *v, struct item *it, unsigned snb,
        const struct silicon_sector *meant)
{
    bool divided = silicon_part(v->s)->banks == SILICON_DB1M_ON;
    const struct silicon_sector *here = verdict_sector(v, meant->addr);
    verdict_recode(it, CODE_BANK_MODE);
    it->f.has_address = true;
    it->f.address = meant->addr;
    it->f.sector = meant->number;
    it->f.text = verdict_say(v,
            "%s asked to erase sector %u (SNB %u), which exists only with DB1M = %d; "
            "this "
            "chip has DB1M = %d (%s), where 0x%08" PRIX32
            " lies in sector %u (%u KiB, SNB "
            "%u): nothing was erased (WRPERR)",
            verdict_func(v, it->f.pc), meant->number, snb, !divided, divided,
            divided ? "two banks" : "one bank", meant->addr, here->number,
            (unsigned)(here->size / 1024), here->snb);
    it->f.fix = verdict_say(v,
            "Read FLASH_OPTCR.DB1M at run time and choose the sector by address: with "
            "DB1M "
            "= %d erase sector %u (SNB %u) for 0x%08" PRIX32,
            divided, here->number, here->snb, meant->addr);
    verdict_fact(it, "FLASH_OPTCR",
            verdict_say(v, "0x%08" PRIX32, silicon_reg(v->s, SILICON_OPTCR)));
}

static void tell_refused(struct verdict *v, struct item *it, unsigned snb)
{
    struct silicon_sector meant;
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    if (other_mode(v, snb, &meant) && verdict_sector(v, meant.addr) != NULL) {
        tell_bank_mode(v, it, snb, &meant);
        return;
    }
    it->f.text = verdict_say(v,
            "%s asked to erase with SNB %u, which names no sector of this part (%s, the "
            "last sector is %u with SNB %u): nothing was erased (WRPERR)",
            verdict_func(v, it->f.pc), snb, silicon_part(v->s)->name,
            sectors[n - 1].number, sectors[n - 1].snb);
    it->f.fix = SNB_FIX;
}

void rule_erase_refused(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    uint32_t cr = silicon_reg(v->s, SILICON_CR);
    unsigned snb = snb_of(v, cr);
    const struct silicon_sector *sector = verdict_sector_by_snb(v, snb);
    bool missing = ev->law == LAW_SNB;
    struct spot spot = verdict_spot(v, pc);
    struct item *it = verdict_add(v, missing ? CODE_SNB_INVALID : CODE_WRITE_PROTECTED,
            missing ? snb : (uint64_t)pc << 8 | snb, &spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_fact_flash(v, it);
    if (missing) {
        tell_refused(v, it, snb);
        return;
    }
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    bool mass = (cr & CR_MERS) != 0;
    for (size_t i = 0; i < n && mass; i++) {
        sector = silicon_protected(v->s, &sectors[i]) ? &sectors[i] : sector;
    }
    if (sector != NULL) {
        verdict_tell_protected(v, it, sector, mass ? "a mass erase" : "an erase");
    }
}

/* ---- what was in it -------------------------------------------------------------------- */

static bool in_sector(
        const struct verdict *v, const struct silicon_sector *sector, uint32_t addr)
{
    return verdict_die(v, addr) - sector->addr < sector->size;
}

/* A function that runs now, or will when its callees return, in the sector. */
static bool runs_from(
        struct verdict *v, const struct silicon_sector *sector, uint32_t *where)
{
    uint32_t pcs[SYMBOLS_CALLS_MAX];
    size_t n = verdict_calls(v, pcs, true);
    for (size_t i = 0; i < n; i++) {
        if (in_sector(v, sector, pcs[i])) {
            *where = pcs[i];
            return true;
        }
    }
    return false;
}

static void tell_image(struct verdict *v, struct item *it,
        const struct silicon_sector *sector, const struct cover *cover)
{
    const char *range = verdict_say(v, "sector %u (0x%08" PRIX32 "-0x%08" PRIX32 ")",
            sector->number, sector->addr, sector->addr + sector->size - 1);
    uint32_t end = cover->first + cover->bytes;
    if (it->code == CODE_ERASED_VECTORS) {
        it->f.text = verdict_say(v,
                "%s erased %s, which holds the vector table (VTOR 0x%08" PRIX32
                ") and %u bytes of the running program: every exception and the next "
                "reset "
                "will read 0xFFFFFFFF",
                verdict_func(v, it->f.pc), range, verdict_vectors(v),
                (unsigned)cover->bytes);
    } else if (it->code == CODE_IMAGE_DATA_ERASED) {
        it->f.text = verdict_say(v,
                "%s erased %s, with %u bytes of data that came with the image: they are "
                "back only after it is flashed again",
                verdict_func(v, it->f.pc), range, (unsigned)cover->bytes);
        it->f.fix = "Nothing, if these are defaults that are meant to be replaced";
        return;
    } else {
        it->f.text = verdict_say(v,
                "%s erased %s, which holds %u bytes of the running program itself",
                verdict_func(v, it->f.pc), range, (unsigned)cover->bytes);
    }
    it->f.fix = verdict_say(v,
            "Erase a sector behind the image (it reaches to 0x%08" PRIX32
            " here), keep the program out of this one in the linker script, and let the "
            "linker assert it",
            end);
}

static void check_image(
        struct verdict *v, const struct silicon_sector *sector, const struct spot *spot)
{
    struct cover cover = verdict_cover(v, sector->addr, sector->size);
    struct sector_life *life = &v->sector[sector - silicon_sectors(v->s, &(size_t){0})];
    uint32_t where = 0;
    bool runs = runs_from(v, sector, &where);
    bool vectors = in_sector(v, sector, verdict_vectors(v));
    if (cover.bytes == 0 && !runs && !vectors) {
        return;
    }
    enum code code = vectors      ? CODE_ERASED_VECTORS
                     : runs       ? CODE_ERASED_RUNNING_CODE
                     : cover.code ? CODE_IMAGE_IN_ERASED_SECTOR
                                  : CODE_IMAGE_DATA_ERASED;
    bool fresh;
    struct item *it = verdict_add(v, code, sector->number, spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_address(v, it, sector->addr);
    tell_image(v, it, sector, &cover);
    if (runs) {
        it->f.text = verdict_say(v, "%s; %s, which is running, is in it", it->f.text,
                verdict_at(v, where));
    }
    if (code != CODE_IMAGE_DATA_ERASED) {
        life->image = it;
    }
}

/* ---- erases that start ------------------------------------------------------------------- */

static void begin(struct verdict *v, const struct silicon_sector *sector,
        const struct spot *spot, uint64_t ns)
{
    size_t n;
    struct sector_life *life = &v->sector[sector - silicon_sectors(v->s, &n)];
    check_image(v, sector, spot);
    rule_data_erase(v, sector, spot, ns);
    life->erases++;
    life->erased = *spot;
}

void rule_erase_start(struct verdict *v, const struct silicon_event *ev)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    struct spot spot = verdict_spot(v, verdict_caller(v, ev));
    for (size_t i = 0; i < n; i++) {
        if (sectors[i].addr - ev->addr < ev->size) {
            begin(v, &sectors[i], &spot, ev->ns);
            if (ev->kind == SILICON_EV_ERASE) {
                check_asked(v, &sectors[i], &spot);
                check_cut(v, &sectors[i], &spot);
            }
        }
    }
    v->asked_snb = -1;
    v->cut_snb = -1;
    rule_tick_erase(v);
}

/* ---- wear ---------------------------------------------------------------------------------- */

static const char *life_time(struct verdict *v, double seconds)
{
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{365.0 * 24 * 60 * 60, "years"}, {24.0 * 60 * 60, "days"},
            {60.0 * 60, "hours"}, {MINUTE, "minutes"}};
    size_t i = 0;
    while (i < 3 && seconds < 2 * units[i].seconds) {
        i++;
    }
    return verdict_say(v, "%.3g %s", seconds / units[i].seconds, units[i].unit);
}

void rule_erase_finish(struct verdict *v)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    uint32_t most = 0;
    size_t worst = 0;
    char list[200] = "";
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(list);
        if (v->sector[i].erases != 0 && used < sizeof(list) - 30) {
            verdict_append(list, sizeof(list),
                    verdict_say(v, "%s%u: %u", used != 0 ? ", " : "", sectors[i].number,
                            v->sector[i].erases));
        }
        if (v->sector[i].erases > most) {
            most = v->sector[i].erases;
            worst = i;
        }
    }
    if (most == 0) {
        return;
    }
    bool fresh;
    const struct sector_life *life = &v->sector[worst];
    struct item *it = verdict_sum(v, CODE_WEAR, 0, &life->erased, &fresh);
    if (it == NULL) {
        return;
    }
    it->f.times = most;
    verdict_address(v, it, sectors[worst].addr);
    double seconds = (double)board_ns(v->b) / 1e9;
    it->f.text = verdict_say(v,
            "Sector %u was erased %u time%s in this run of %.3g s: its %d cycles last %u "
            "runs "
            "like this, %s of running",
            sectors[worst].number, most, most == 1 ? "" : "s", seconds, ENDURANCE,
            ENDURANCE / most, life_time(v, seconds * ENDURANCE / most));
    it->f.fix =
            "Append records and erase only when a sector is full; spread over sectors";
    verdict_fact(it, "erases by sector", verdict_say(v, "%s", list));
}
