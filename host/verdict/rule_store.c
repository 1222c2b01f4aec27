/* rule_store.c - stores into the array: refused, or spoilt.
 *
 * The controller judges a store by several laws at once. They are gathered
 * until the flags come up, and the one that explains the others is named.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/insn.h"
#include "verdict/verdict_priv.h"

enum { NULL_SPAN = 0x400 }; /* no peripheral's registers reach further */
enum { REGS_SIZE = 0x20 };
#define FLASH_REGS 0x40023C00u
#define CR_PSIZE   (3u << 8)

#define LAW(law) (1u << (law))
/* Laws whose breach raises a flag, which is told next. */
#define JUDGED                                                             \
    (LAW(LAW_NO_PG) | LAW(LAW_WIDTH) | LAW(LAW_ROW) | LAW(LAW_PROTECTED) | \
            LAW(LAW_OTP_LOCKED) | LAW(LAW_X64_VPP) | LAW(LAW_SNB) | LAW(LAW_PCROP))

static const char *bytes(unsigned width)
{
    return width == 1   ? "byte"
           : width == 2 ? "halfword"
           : width == 8 ? "double word"
                        : "word";
}

/* ---- the C library's stores --------------------------------------------------------- */

/* memcpy() and its kind, whose unrolled loops store from many places. */
static bool copies(struct verdict *v, uint32_t pc)
{
    static const char *const names[] = {"memcpy", "memmove", "memset", "__aeabi_mem",
            "strcpy", "strncpy", "__memcpy", "__memset"};
    struct symbols_symbol at;
    if (v->symbols == NULL || !symbols_holding(v->symbols, pc, &at)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(at.name, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* What makes two refused stores one finding: the instruction; in a copying
 * routine the call, by LR. The last store of one arrives after its return. */
static uint64_t key_of(struct verdict *v, uint32_t pc)
{
    enum { SAME_CALL = 32 }; /* instructions from store to store */
    if (!copies(v, pc)) {
        return pc;
    }
    if (!verdict_same_function(v, pc, v->copying.pc) ||
            v->now->insns - v->copying.insns > SAME_CALL) {
        v->copying.key = 1ull << 32 | core_reg(board_core(v->b), CORE_LR);
    }
    v->copying.pc = pc;
    v->copying.insns = v->now->insns;
    return v->copying.key;
}

/* "main", "memcpy (called by main main.c:12)". */
static const char *who_stored(struct verdict *v, const struct item *it)
{
    const char *name = verdict_func(v, it->f.pc);
    /* chain[0] is the place itself */
    return it->f.chain_n < 2 || !copies(v, it->f.pc)
                   ? name
                   : verdict_say(v, "%s (called by %s)", name, it->f.chain[1]);
}

/* ---- what was wrong ------------------------------------------------------------- */

static void tell_no_pg(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    const char *who = who_stored(v, it);
    bool locked = silicon_reg(v->s, SILICON_CR) >> 31 != 0;
    const char *flags = verdict_flags(v, silicon_reg(v->s, SILICON_SR) & 0x1F2u);
    if (it->code == CODE_NULL_POINTER_STORE) {
        it->f.text = verdict_say(v,
                "%s stored a %s (0x%08" PRIX32 ") to 0x%08" PRIX32
                " through a NULL pointer: address 0 is an alias of flash, so nothing "
                "faulted, nothing was written, and FLASH_SR keeps %s, which the next "
                "flash operation will take for its own failure",
                who, bytes(ev->width), ev->value, ev->addr, flags);
        it->f.fix = verdict_say(v,
                "Initialise the pointer that %s uses (a peripheral handle whose "
                "Instance was never set?), and clear FLASH_SR before each operation",
                who);
        return;
    }
    it->f.text = verdict_say(v,
            "%s stored a %s (0x%08" PRIX32
            ") to %s while FLASH_CR.PG was clear%s: nothing "
            "was written, and FLASH_SR keeps %s",
            who, bytes(ev->width), ev->value, verdict_addr(v, ev->addr),
            locked ? " and the controller locked" : "", flags);
    it->f.fix =
            locked ? "If it was meant to program: unlock, set PSIZE and PG, then store. "
                     "If not, it is a stray pointer"
                   : "Set PG (and PSIZE) before the store; if it was not meant for "
                     "flash, it is a stray pointer";
}

/* A store wider than the pieces that arrived: the processor split it. */
static bool was_split(struct verdict *v, uint32_t pc, unsigned width)
{
    struct insn in = insn_read(v, pc);
    return in.kind == INSN_STORE && in.width > width;
}

static void tell_width(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    uint32_t cr = silicon_reg(v->s, SILICON_CR);
    const char *psize = verdict_psize(cr >> 8 & 3u);
    const char *who = who_stored(v, it);
    if (it->code == CODE_UNALIGNED_STORE) {
        unsigned whole = insn_read(v, it->f.pc).width;
        uint32_t addr = ev->addr;
        if (v->last_program_insns == v->first_insns && v->last_program_addr + 1 == addr) {
            addr = v->last_program_addr; /* its first byte got through */
        }
        verdict_address(v, it, addr);
        it->f.text = verdict_say(v,
                "%s stored a %s to %s, which is not a multiple of %u: the processor "
                "splits such a store, its pieces are not as wide as PSIZE (%s), and the "
                "controller refuses them with %s",
                who, bytes(whole), verdict_addr(v, addr), whole, psize,
                verdict_flags(v, silicon_reg(v->s, SILICON_SR) & 0x1F2u));
        it->f.fix = verdict_say(v,
                "Advance the address by %u for each %s, or program single bytes with "
                "PSIZE x8",
                whole, bytes(whole));
        return;
    }
    const char *by = v->psize_pc != 0
                             ? verdict_say(v, " (set by %s)", verdict_at(v, v->psize_pc))
                             : "";
    it->f.text = verdict_say(v,
            "%s stored a %s to %s while FLASH_CR.PSIZE was %s%s: width and PSIZE differ, "
            "so nothing was written (PGPERR)",
            who, bytes(ev->width), verdict_addr(v, ev->addr), psize, by);
    it->f.fix = verdict_say(v,
            "Set PSIZE to x%u before this store (write CR in full, old bits stay "
            "otherwise), and store with exactly that width",
            ev->width * 8u);
}

void verdict_tell_protected(struct verdict *v, struct item *it,
        const struct silicon_sector *sector, const char *what)
{
    bool first = sector->wrp_reg == 0;
    uint32_t reg = silicon_reg(v->s, first ? SILICON_OPTCR : SILICON_OPTCR1);
    const char *since = "";
    if (v->options.known) {
        since = verdict_say(v, "; %s changed the option bytes %s earlier",
                verdict_at(v, v->options.pc),
                verdict_time(v, v->now->ns - v->options.ns));
    }
    verdict_address(v, it, sector->addr);
    it->f.text = verdict_say(v,
            "%s asked for %s, but sector %u (0x%08" PRIX32 "-0x%08" PRIX32
            ") is %s by option bytes (%s bit %u is %u): nothing happened (WRPERR)%s",
            verdict_func(v, it->f.pc), what, sector->number, sector->addr,
            sector->addr + sector->size - 1,
            it->code == CODE_PCROP ? "under PCROP" : "write-protected",
            first ? "OPTCR" : "OPTCR1", sector->wrp_bit, reg >> sector->wrp_bit & 1u,
            since);
    it->f.fix = verdict_say(v,
            "Lift the protection of sector %u on purpose and once, in manufacturing or "
            "by "
            "a tool; unlocking FLASH_CR does not touch it",
            sector->number);
}

static void tell_protected(
        struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    const struct silicon_sector *sector = verdict_sector(v, ev->addr);
    if (sector == NULL) {
        it->f.text =
                verdict_say(v, "%s tried to program %s, which takes no stores: WRPERR",
                        verdict_func(v, it->f.pc), verdict_addr(v, ev->addr));
        const char *place = board_place(v->b, ev->addr);
        bool options = place != NULL && strcmp(place, "option bytes") == 0;
        it->f.fix = options ? "Write option bytes through the controller: unlock with "
                              "FLASH_OPTKEYR, write FLASH_OPTCR, set OPTSTRT, wait for "
                              "BSY, set OPTLOCK"
                            : "Program the main flash array only";
        return;
    }
    verdict_tell_protected(
            v, it, sector, verdict_say(v, "a program at 0x%08" PRIX32, ev->addr));
    verdict_address(v, it, ev->addr);
}

/* An erase goes ahead; a program is refused. */
static void tell_x64(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    if (ev->kind == SILICON_EV_ERASE || ev->kind == SILICON_EV_MASS) {
        it->f.text = verdict_say(v,
                "%s erased 64 bits at a time (PSIZE x64) at %s, but there is no 8 to 9 V "
                "on Vpp: it may look erased now, and not last",
                verdict_func(v, it->f.pc), verdict_addr(v, ev->addr));
        it->f.fix = "Erase with PSIZE x32 (FLASH_VOLTAGE_RANGE_3)";
        return;
    }
    it->f.text = verdict_say(v,
            "%s asked for 64 bits at a time (PSIZE x64) at %s, but there is no 8 to 9 V "
            "on Vpp: %s",
            verdict_func(v, it->f.pc), verdict_addr(v, ev->addr),
            (v->pending & LAW(LAW_NO_PG)) == 0 && silicon_reg(v->s, SILICON_SR) != 0
                    ? "the store is refused"
                    : "the operation is out of its limits");
    it->f.fix = "Use PSIZE x32 (FLASH_TYPEPROGRAM_WORD, FLASH_VOLTAGE_RANGE_3) and two "
                "words";
}

static void tell_row(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    it->f.text = verdict_say(v,
            "%s stored %u bytes to %s across a row of 16: nothing was written (PGAERR)",
            verdict_func(v, it->f.pc), ev->width, verdict_addr(v, ev->addr));
    it->f.fix = "Align the address to the width of the store";
}

/* ---- judgement ------------------------------------------------------------------- */

static enum code judge(struct verdict *v, uint32_t pc)
{
    uint32_t laws = v->pending;
    const struct silicon_event *ev = &v->first;
    bool pcrop = silicon_reg(v->s, SILICON_OPTCR) >> 31 != 0 && silicon_part(v->s)->pcrop;
    if ((laws & LAW(LAW_NO_PG)) != 0) {
        return ev->addr < NULL_SPAN ? CODE_NULL_POINTER_STORE : CODE_STORE_WITHOUT_PG;
    }
    if ((laws & LAW(LAW_X64_VPP)) != 0) {
        return CODE_X64_WITHOUT_VPP;
    }
    if ((laws & LAW(LAW_OTP_LOCKED)) != 0) {
        return CODE_OTP_LOCKED;
    }
    if ((laws & LAW(LAW_PROTECTED)) != 0) {
        return pcrop ? CODE_PCROP : CODE_WRITE_PROTECTED;
    }
    if ((laws & LAW(LAW_WIDTH)) != 0) {
        return was_split(v, pc, ev->width) ? CODE_UNALIGNED_STORE : CODE_WIDTH_NOT_PSIZE;
    }
    return CODE_CROSSES_ROW;
}

static void tell(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    verdict_address(v, it, ev->addr);
    switch ((unsigned)it->code) {
    case CODE_NULL_POINTER_STORE:
    case CODE_STORE_WITHOUT_PG: tell_no_pg(v, it, ev); break;
    case CODE_X64_WITHOUT_VPP: tell_x64(v, it, ev); break;
    case CODE_PCROP:
    case CODE_WRITE_PROTECTED: tell_protected(v, it, ev); break;
    case CODE_OTP_LOCKED:
        it->f.text =
                verdict_say(v, "%s programmed %s, in an OTP block that is locked: WRPERR",
                        verdict_func(v, it->f.pc), verdict_addr(v, ev->addr));
        it->f.fix = "Use another block; a locked one stays so for good";
        break;
    case CODE_CROSSES_ROW: tell_row(v, it, ev); break;
    default: tell_width(v, it, ev); break;
    }
    verdict_fact_flash(v, it);
}

/* The finding of that code and key; its place is looked up the first time. */
static struct item *found_at(
        struct verdict *v, enum code code, uint64_t key, uint32_t pc, bool *fresh)
{
    struct spot spot = {.known = false};
    if (verdict_find(v, code, key) == NULL) {
        spot = verdict_spot(v, pc);
    }
    struct item *it = verdict_add(v, code, key, &spot, fresh);
    *fresh = *fresh && it != NULL;
    return it;
}

static struct item *resolve_read(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    struct item *it = found_at(v, CODE_PCROP, pc, pc, &fresh);
    if (fresh) {
        verdict_address(v, it, ev->addr);
        it->f.text = verdict_say(v,
                "%s read %s as data, but PCROP allows only execution there (RDERR)",
                verdict_func(v, pc), verdict_addr(v, ev->addr));
        it->f.fix = "Keep constants and literals out of sectors under PCROP";
    }
    return it;
}

static struct item *resolve_store(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    enum code code = judge(v, pc);
    bool both_halves = code == CODE_X64_WITHOUT_VPP; /* one story */
    uint64_t key = both_halves ? 0 : key_of(v, pc);
    struct item *it = found_at(v, code, key, pc, &fresh);
    if (fresh) {
        tell(v, it, ev);
    }
    return it;
}

static struct item *resolve(struct verdict *v)
{
    const struct silicon_event ev = v->first;
    struct item *it = NULL;
    if ((v->pending & LAW(LAW_SNB)) != 0 || ev.addr - FLASH_REGS < REGS_SIZE) {
        rule_erase_refused(v, &ev); /* asked for through CR */
    } else if ((v->pending & LAW(LAW_PCROP)) != 0) {
        it = resolve_read(v, &ev);
    } else {
        it = rule_stack_in_flash(v, &ev);
        it = it != NULL ? it : resolve_store(v, &ev);
    }
    v->pending = 0;
    return it;
}

void rule_store_breach(struct verdict *v, const struct silicon_event *ev)
{
    if ((JUDGED >> ev->law & 1u) == 0) {
        return;
    }
    if (v->pending == 0) {
        v->first = *ev;
        v->first_insns = v->now->insns;
    }
    v->pending |= LAW(ev->law);
    if (ev->addr - FLASH_REGS >= REGS_SIZE) {
        v->pg.met_array = true;
    }
}

void rule_store_flags(struct verdict *v, const struct silicon_event *ev)
{
    uint32_t pc = verdict_caller(v, ev);
    struct item *it = v->pending != 0 ? resolve(v) : NULL;
    rule_flags_raised(v, ev->value & ~ev->before,
            (struct flag_owner){.spot = {.known = true, .pc = pc, .ns = v->now->ns},
                    .item = it,
                    .addr = ev->addr,
                    .width = ev->width});
}

/* ---- operations that start --------------------------------------------------------- */

static bool erased_after(const struct sector_life *it, const struct sector_life *other)
{
    return it->erased.known && it->erased.ns >= other->programmed_ns &&
           (!other->erased.known || it->erased.ns > other->erased.ns);
}

/* The number of a sector is not its SNB in bank 2: was it taken for that, and another
 * one erased (RM0090 3.9.8)? */
static const char *bits_fix(struct verdict *v, const struct silicon_event *ev)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    const struct silicon_sector *sector = verdict_sector(v, ev->addr);
    const struct silicon_sector *other =
            sector != NULL ? verdict_sector_by_snb(v, sector->number) : NULL;
    if (other == NULL || other == sector ||
            !erased_after(&v->sector[other - sectors], &v->sector[sector - sectors])) {
        return "Erase the sector first, or write to a place that is still blank";
    }
    return verdict_say(v,
            "Erase sector %u first: that takes SNB %u. SNB %u, with which %s erased, "
            "names "
            "sector %u (etch part shows them)",
            sector->number, sector->snb, sector->number,
            verdict_at(v, v->sector[other - sectors].erased.pc), other->number);
}

static void tell_bits(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    struct item *it = found_at(v, CODE_BITS_LOST, key_of(v, pc), pc, &fresh);
    if (!fresh) {
        return;
    }
    int digits = (int)ev->width * 2;
    verdict_address(v, it, ev->addr);
    it->f.text = verdict_say(v,
            "%s programmed 0x%0*" PRIX32 " over 0x%0*" PRIX32
            " at %s, which was not erased: "
            "programming only clears bits, so the flash now holds 0x%0*" PRIX32
            ", and no flag tells",
            who_stored(v, it), digits, ev->value, digits, ev->before,
            verdict_addr(v, ev->addr), digits, ev->value & ev->before);
    it->f.fix = bits_fix(v, ev);
    verdict_fact(it, "old", verdict_say(v, "0x%0*" PRIX32, digits, ev->before));
    verdict_fact(it, "wanted", verdict_say(v, "0x%0*" PRIX32, digits, ev->value));
    verdict_fact(
            it, "got", verdict_say(v, "0x%0*" PRIX32, digits, ev->value & ev->before));
}

void rule_store_program(struct verdict *v, const struct silicon_event *ev)
{
    v->session_ops++;
    if ((v->pending & LAW(LAW_X64_VPP)) != 0) {
        bool fresh;
        uint32_t pc = verdict_caller(v, ev);
        struct item *it = found_at(v, CODE_X64_WITHOUT_VPP, 0, pc, &fresh);
        if (fresh) {
            tell(v, it, ev);
        }
    }
    v->pending = 0;
    if (ev->kind != SILICON_EV_PROGRAM) {
        return;
    }
    v->pg.met_array = true;
    v->last_program_addr = ev->addr;
    v->last_program_insns = v->now->insns;
    if (v->bits_lost && v->bits_addr == ev->addr) {
        tell_bits(v, ev);
    }
    v->bits_lost = false;
}

/* ---- the width asked for ---------------------------------------------------------- */

void rule_store_cr(struct verdict *v, const struct silicon_event *ev)
{
    if (((ev->before ^ ev->value) & CR_PSIZE) != 0) {
        v->psize_pc = verdict_caller(v, ev);
    }
}
