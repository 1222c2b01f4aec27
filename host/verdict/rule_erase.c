/* rule_erase.c - erases: of the right sector, of one that exists, of one that
 * the program can do without.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

enum { SNB_SHIFT = 3 };
#define CR_SER (1u << 1)
#define CR_SNB (0x1Fu << 3)
#define SNB_FIX                                                                      \
    "Take the number from the part's sector map (etch part): on two-bank parts SNB " \
    "is the number + 4 from sector 12 on, on F413/F423 it is the number"
#define CR_MERS  (1u << 2 | 1u << 15)
#define CR_MODES (CR_SER | CR_MERS)

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

/* ---- the way that it meant ----------------------------------------------------------- */

/* SER or MER that is taken back before it was used: by whom? */
static void follow_mode(struct verdict *v, const struct silicon_event *ev)
{
    bool was = (ev->before & CR_MODES) != 0;
    bool is = (ev->value & CR_MODES) != 0;
    unsigned active = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    if (!was && is) {
        v->mode.unused = true;
        v->mode.set_in = active;
        v->mode.lost.known = false;
    } else if (was && !is && v->mode.unused) {
        v->mode.unused = false;
        v->mode.in = active;
        v->mode.lost = verdict_spot(v, verdict_caller(v, ev));
    }
}

static void forget_mode(struct verdict *v)
{
    v->mode.unused = false;
    v->mode.lost.known = false;
}

void rule_erase_empty(struct verdict *v, struct item *it)
{
    const struct spot *lost = &v->mode.lost;
    if (!lost->known) {
        return;
    }
    bool handler = v->mode.in != 0 && v->mode.in != v->mode.set_in;
    it->f.text = verdict_say(v,
            "%s set STRT, but SER or MER, which had been set before, was gone: %s%s "
            "cleared it %s earlier; nothing is erased and no flag tells",
            verdict_func(v, it->f.pc), verdict_at(v, lost->pc),
            handler ? verdict_say(v, ", in the handler of %s,",
                              verdict_exception(v, v->mode.in))
                    : "",
            verdict_time(v, v->now->ns - lost->ns));
    it->f.fix = handler ? "Mask the interrupts whose handlers use the flash from SER to "
                          "the end of the erase, or keep all use of the flash out of "
                          "handlers"
                        : "Write CR in full (SER, SNB and PSIZE), then set STRT, with no "
                          "other store to CR between: one lock around both";
}

void rule_erase_cr(struct verdict *v, const struct silicon_event *ev)
{
    follow_mode(v, ev);
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
    forget_mode(v);
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

/* What one erase takes: a sector, a bank, or all. */
struct extent {
    enum { BY_SER, BY_MER, BY_RDP } way;
    int sector; /* by SER */
    uint32_t addr, size;
};

static bool within(const struct verdict *v, const struct extent *e, uint32_t addr)
{
    return verdict_die(v, addr) - e->addr < e->size;
}

/* A function that runs now, or will when its callees return, in what is erased. */
static bool runs_from(struct verdict *v, const struct extent *e, uint32_t *where)
{
    uint32_t pcs[SYMBOLS_CALLS_MAX];
    size_t n = verdict_calls(v, pcs, true);
    for (size_t i = 0; i < n; i++) {
        if (within(v, e, pcs[i])) {
            *where = pcs[i];
            return true;
        }
    }
    return false;
}

/* "sector 5 (0x...-0x...)". Other ways than SER are named: they were not meant, often. */
static const char *range_text(struct verdict *v, const struct extent *e)
{
    static const char *const ways[] = {
            [BY_SER] = "", [BY_MER] = ", by MER", [BY_RDP] = ""};
    const char *what = e->way == BY_SER ? verdict_say(v, "sector %d", e->sector)
                                        : verdict_bank(v, e->addr, e->size);
    return verdict_say(v, "%s (0x%08" PRIX32 "-0x%08" PRIX32 "%s)", what, e->addr,
            e->addr + e->size - 1, ways[e->way]);
}

static const char *image_fix(
        struct verdict *v, const struct extent *e, const struct cover *cover)
{
    uint32_t end = cover->first + cover->bytes;
    switch (e->way) {
    case BY_RDP:
        return "Leave RDP at level 1: going back to level 0 erases the whole flash. A "
               "tool does that, and programs the image anew";
    case BY_MER:
        return verdict_say(v,
                "MER erases a whole bank: to erase one sector set SER and SNB, without "
                "MER, and choose one behind the image (it reaches to 0x%08" PRIX32
                " here)",
                end);
    case BY_SER:
    default:
        return verdict_say(v,
                "Erase a sector behind the image (it reaches to 0x%08" PRIX32
                " here), keep the program out of this one in the linker script, and let "
                "the linker assert it",
                end);
    }
}

static void tell_image(struct verdict *v, struct item *it, const struct extent *e,
        const struct cover *cover)
{
    const char *range = range_text(v, e);
    const char *did =
            e->way == BY_RDP ? "lifted RDP from level 1 to 0 and so erased" : "erased";
    if (it->code == CODE_ERASED_VECTORS) {
        it->f.text = verdict_say(v,
                "%s %s %s, which holds the vector table (VTOR 0x%08" PRIX32
                ") and %u bytes of the running program: every exception and the next "
                "reset "
                "will read 0xFFFFFFFF",
                verdict_func(v, it->f.pc), did, range, verdict_vectors(v),
                (unsigned)cover->bytes);
    } else if (it->code == CODE_IMAGE_DATA_ERASED) {
        it->f.text = verdict_say(v,
                "%s %s %s, with %u bytes of data that came with the image: they are "
                "back only after it is flashed again",
                verdict_func(v, it->f.pc), did, range, (unsigned)cover->bytes);
        it->f.fix = "Nothing, if these are defaults that are meant to be replaced";
        return;
    } else {
        it->f.text = verdict_say(v,
                "%s %s %s, which holds %u bytes of the running program itself",
                verdict_func(v, it->f.pc), did, range, (unsigned)cover->bytes);
    }
    it->f.fix = image_fix(v, e, cover);
}

/* What is reached later in there is explained by the erase. */
static void blame(struct verdict *v, const struct extent *e, struct item *it)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    for (size_t i = 0; i < n; i++) {
        if (sectors[i].addr - e->addr < e->size) {
            v->sector[i].image = it;
        }
    }
}

static void check_image(
        struct verdict *v, const struct extent *e, const struct spot *spot)
{
    struct cover cover = verdict_cover(v, e->addr, e->size);
    uint32_t where = 0;
    bool runs = runs_from(v, e, &where);
    bool vectors = within(v, e, verdict_vectors(v));
    if (cover.bytes == 0 && !runs && !vectors) {
        return;
    }
    enum code code = vectors      ? CODE_ERASED_VECTORS
                     : runs       ? CODE_ERASED_RUNNING_CODE
                     : cover.code ? CODE_IMAGE_IN_ERASED_SECTOR
                                  : CODE_IMAGE_DATA_ERASED;
    bool fresh;
    uint64_t key = e->way == BY_SER ? (uint64_t)e->sector
                                    : (uint64_t)e->size << 32 | e->addr | e->way;
    struct item *it = verdict_add(v, code, key, spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_address(v, it, e->addr);
    it->f.sector = e->way == BY_SER ? e->sector : -1;
    tell_image(v, it, e, &cover);
    if (runs) {
        it->f.text = verdict_say(v, "%s; %s, which is running, is in it", it->f.text,
                verdict_at(v, where));
    }
    if (code != CODE_IMAGE_DATA_ERASED) {
        blame(v, e, it);
    }
}

/* ---- erases that start ------------------------------------------------------------------- */

static void begin(
        struct verdict *v, const struct extent *e, const struct spot *spot, uint64_t ns)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    check_image(v, e, spot);
    for (size_t i = 0; i < n; i++) {
        if (sectors[i].addr - e->addr < e->size) {
            rule_data_erase(v, &sectors[i], spot, ns);
            v->sector[i].erases++;
            v->sector[i].erased = *spot;
        }
    }
}

void rule_erase_start(struct verdict *v, const struct silicon_event *ev)
{
    struct spot spot = verdict_spot(v, verdict_caller(v, ev));
    const struct silicon_sector *sector = verdict_sector(v, ev->addr);
    bool one = ev->kind == SILICON_EV_ERASE && sector != NULL;
    const struct extent e = {.way = one ? BY_SER : BY_MER,
            .sector = one ? (int)sector->number : -1,
            .addr = ev->addr,
            .size = ev->size};
    begin(v, &e, &spot, ev->ns);
    if (one) {
        check_asked(v, sector, &spot);
        check_cut(v, sector, &spot);
    }
    v->asked_snb = -1;
    v->cut_snb = -1;
    forget_mode(v);
    rule_tick_erase(v);
}

void rule_erase_all(struct verdict *v, const struct silicon_event *ev)
{
    struct spot spot = verdict_spot(v, verdict_caller(v, ev));
    size_t n;
    const struct extent e = {
            .way = BY_RDP, .addr = silicon_sectors(v->s, &n)->addr, .size = ev->size};
    begin(v, &e, &spot, ev->ns);
}
