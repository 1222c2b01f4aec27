/* rule_control.c - keys, locks, option bytes, caches and barriers: the laws of
 * the controller's registers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { OPTCR_OFF = 0x14 };
#define FLASH_REGS   0x40023C00u
#define CR_REQUESTS  0x00018007u /* PG, SER, MER, MER1, STRT */
#define CR_LOCK      (1u << 31)
#define OPTION_WORD0 0x1FFFC000u
#define OPTION_WORD1 0x1FFFC008u
#define OPTCR_LOCK   1u
#define OPTCR_BYTES  0x0000FFECu /* RDP, user bits, BOR */
#define NWRP         0x0FFF0000u
#define OPTION_WORD3 0x1FFEC008u

/* ---- sentences for laws that need no more than their place ----------------------- */

struct simple {
    enum silicon_law law;
    enum code code;
    const char *did; /* between the function and the address ... */
    const char *so;  /* ... and behind that */
    const char *fix;
};

static const struct simple simples[] = {
        {LAW_SUPPLY, CODE_SUPPLY_WIDTH,
                "asked the controller for more bits at a time than the supply "
                "allows, at ",
                ": it may read back right today and be gone tomorrow",
                "Choose PSIZE for the lowest supply: x8 below 2.1 V, x16 from 2.1 "
                "V, x32 from 2.7 V"},
        {LAW_CLOCK, CODE_SLOW_CLOCK, "programmed or erased at ",
                " with HCLK below 1 MHz: the bits do not last",
                "Raise HCLK to 1 MHz or more before programming or erasing"},
        {LAW_ABSENT, CODE_ABSENT_FLASH, "accessed ",
                ", where this part has no memory: bus error",
                "Compare the address with the part's flash size (etch part)"},
        {LAW_STRT_EMPTY, CODE_STRT_EMPTY, "set STRT with neither SER nor MER (",
                "): nothing is erased and no flag tells",
                "Set SER and SNB (or MER) before STRT"},
        {LAW_ERASE_MODES, CODE_ERASE_MODES,
                "set STRT with more than one of SER, MER and PG (",
                "): manuals disagree about what is erased then",
                "Write CR in full: SER and SNB alone, or MER alone"},
        {LAW_CACHE_RESET, CODE_CACHE_RESET_IGNORED,
                "set ICRST or DCRST while that cache is on (",
                "): ignored, old lines stay",
                "Disable the cache, reset it, release the reset bit, enable it "
                "again"},
        {LAW_RWW_DCACHE, CODE_RWW_DCACHE, "read ",
                " while the other bank was busy, with the data cache on: the line "
                "it took may be corrupted (ES0206 2.2.12)",
                "Clear DCEN before programming or erasing, and reset the cache "
                "before setting it again"},
        {LAW_SWAPPED, CODE_BANK_SWAPPED, "asked for an erase (",
                ") while SYSCFG swaps the banks: SNB then does not name the sector "
                "at that address",
                "Erase with the banks in order, or from code that knows they are "
                "swapped"},
        {LAW_SR_BARRIER, CODE_NO_BARRIER, "read FLASH_SR (",
                ") before the store that starts the operation had arrived: it sees "
                "BSY clear too early",
                "Put a DSB between the store and the first look at FLASH_SR"},
        {LAW_WRITE_BUSY, CODE_STORE_WHILE_BUSY, "stored to ",
                " while an operation was under way: the store waited",
                "Wait for BSY before the next store"},
        {LAW_UNSTABLE, CODE_UNSTABLE_READ, "read ",
                ", where a cut left cells undecided: they may read differently "
                "next time",
                "Check what was read by a CRC, and write it anew before trusting it"},
};

static void add_simple(
        struct verdict *v, const struct simple *rule, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    struct item *it = verdict_find(v, rule->code, pc);
    struct spot spot = it == NULL ? verdict_spot(v, pc) : (struct spot){.known = false};
    it = verdict_add(v, rule->code, pc, &spot, &fresh);
    if (it == NULL) {
        return;
    }
    if (fresh) {
        verdict_address(v, it, ev->addr);
        it->f.text = verdict_say(v, "%s %s%s%s", verdict_func(v, pc), rule->did,
                verdict_addr(v, ev->addr), rule->so);
        it->f.fix = rule->fix;
        verdict_fact_flash(v, it);
    }
    if (rule->law == LAW_RWW_DCACHE) {
        rule_data_doubt(v, it, ev->addr);
    }
    if (rule->law == LAW_STRT_EMPTY && fresh) {
        rule_erase_empty(v, it);
    }
    if (rule->law == LAW_ABSENT) {
        v->suspect = it;
        v->suspect_cycle = v->now->cycle;
    }
}

/* ---- keys ------------------------------------------------------------------------- */

static void add_key(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    bool options = ev->law == LAW_OPTKEY;
    enum code code = ev->law == LAW_KEY_OPEN ? CODE_KEY_WHEN_OPEN : CODE_WRONG_KEY;
    uint32_t pc = verdict_caller(v, ev);
    struct spot spot = verdict_spot(v, pc);
    struct item *it = verdict_add(v, code, options, &spot, &fresh);
    if (it == NULL) {
        return;
    }
    v->suspect = it;
    v->suspect_cycle = v->now->cycle;
    if (!fresh) {
        return;
    }
    const char *reg = options ? "FLASH_OPTKEYR" : "FLASH_KEYR";
    verdict_address(v, it, ev->addr);
    if (code == CODE_KEY_WHEN_OPEN) {
        it->f.text = verdict_say(v,
                "%s wrote a key to %s while FLASH_CR was unlocked already (%s): that is "
                "a "
                "wrong sequence, answered by an imprecise bus fault, and CR stays locked "
                "until the next reset",
                verdict_func(v, pc), reg,
                v->unlocked.known
                        ? verdict_say(v, "since %s", verdict_at(v, v->unlocked.pc))
                        : "left so by what ran before");
        it->f.fix = "Test FLASH_CR.LOCK first and write the keys only if it is set; let "
                    "the code that leaves it open lock it";
        return;
    }
    it->f.text = verdict_say(v,
            "%s wrote 0x%08" PRIX32 " to %s, which is not the key expected there: bus "
            "error, and locked until the next reset",
            verdict_func(v, pc), ev->value, reg);
    it->f.fix =
            options ? "Write 0x08192A3B, then 0x4C5D6E7F, as two words, with no other "
                      "store to OPTKEYR between"
                    : "Write 0x45670123, then 0xCDEF89AB, as two words, with no other "
                      "store to KEYR between (mask interrupts that use flash)";
}

/* A request that the lock swallowed; tidying up behind a lock loses nothing. */
static bool is_request(const struct verdict *v, const struct silicon_event *ev)
{
    if (ev->addr >= FLASH_REGS + OPTCR_OFF) {
        return true;
    }
    return (ev->value & ~silicon_reg(v->s, SILICON_CR) & CR_REQUESTS) != 0;
}

static void add_locked(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    if (!is_request(v, ev)) {
        return;
    }
    if (verdict_find(v, CODE_WRONG_KEY, 0) != NULL ||
            verdict_find(v, CODE_KEY_WHEN_OPEN, 0) != NULL) {
        return;
    }
    uint32_t pc = verdict_caller(v, ev);
    struct spot spot = verdict_spot(v, pc);
    struct item *it = verdict_add(v, CODE_LOCKED_CR, ev->addr, &spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    bool options = ev->addr >= FLASH_REGS + OPTCR_OFF;
    verdict_address(v, it, ev->addr);
    it->f.text = verdict_say(v,
            "%s wrote 0x%08" PRIX32 " to %s while it was locked: the store was lost, so "
            "nothing is programmed or erased",
            verdict_func(v, pc), ev->value, options ? "FLASH_OPTCR" : "FLASH_CR");
    it->f.fix = options ? "Unlock with FLASH_OPTKEYR first"
                        : "Unlock with FLASH_KEYR first (HAL_FLASH_Unlock), and check "
                          "that it worked";
}

void rule_control_breach(struct verdict *v, const struct silicon_event *ev)
{
    if (ev->addr - (FLASH_REGS + OPTCR_OFF) < 8) {
        v->options_refused = true;
    }
    for (size_t i = 0; i < sizeof(simples) / sizeof(simples[0]); i++) {
        if (simples[i].law == ev->law) {
            add_simple(v, &simples[i], ev);
            return;
        }
    }
    switch ((unsigned)ev->law) {
    case LAW_KEY:
    case LAW_KEY_OPEN:
    case LAW_OPTKEY: add_key(v, ev); break;
    case LAW_CR_LOCKED: add_locked(v, ev); break;
    case LAW_STALE_FLAGS: rule_flags_stale(v, ev); break;
    case LAW_STALE_READ:
        rule_data_stale(v, ev->addr, ev->width, verdict_caller(v, ev));
        break;
    case LAW_BITS:
        v->bits_lost = true;
        v->bits_addr = ev->addr;
        break;
    default: break;
    }
}

/* ---- locks and option bytes --------------------------------------------------------- */

void rule_control_lock(struct verdict *v, const struct silicon_event *ev)
{
    if (ev->kind == SILICON_EV_UNLOCK) {
        v->open = true;
        v->session_ops = 0;
        v->inherited_flags = 0;
        uint32_t pc = verdict_caller(v, ev);
        if (!v->unlocked.known || v->unlocked.pc != pc) {
            v->unlocked = verdict_spot(v, pc); /* who called is looked up once */
        }
        v->unlocked.ns = v->now->ns;
        return;
    }
    rule_flags_session(v);
    v->open = false;
}

/* OPTCR1 as it is stored: a write of it does not tell (RM0090 table 14). */
static uint32_t stored_optcr1(const struct verdict *v)
{
    uint16_t half = 0;
    silicon_peek(v->s, OPTION_WORD3, &half, NULL, sizeof(half));
    return (uint32_t)half << 16;
}

static bool has_optcr1(const struct verdict *v)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    return sectors[n - 1].wrp_reg != 0;
}

/* "OPTCR 0x... to 0x...": what is new in it. */
static const char *options_change(struct verdict *v, const struct silicon_event *ev)
{
    uint32_t one = has_optcr1(v) ? stored_optcr1(v) & NWRP : 0;
    uint32_t next = has_optcr1(v) ? silicon_reg(v->s, SILICON_OPTCR1) & NWRP : 0;
    uint32_t before = ev->before & ~3u;
    uint32_t after = ev->value & ~3u;
    if (before == after && one == next) {
        return verdict_say(v, "OPTCR 0x%08" PRIX32 ", as it was", after);
    }
    const char *first = before == after
                                ? ""
                                : verdict_say(v, "OPTCR 0x%08" PRIX32 " to 0x%08" PRIX32,
                                          before, after);
    return one == next
                   ? first
                   : verdict_say(v, "%s%sOPTCR1 nWRP 0x%03" PRIX32 " to 0x%03" PRIX32,
                             first, first[0] != '\0' ? ", " : "", one >> 16, next >> 16);
}

static unsigned rdp_level(uint32_t optcr)
{
    uint32_t rdp = optcr >> 8 & 0xFFu;
    return rdp == 0xAA ? 0 : rdp == 0xCC ? 2 : 1;
}

/* The level of protection that is new; 0: none, or a lower one. */
static unsigned raised_rdp(const struct silicon_event *ev)
{
    unsigned level = rdp_level(ev->value);
    return level > rdp_level(ev->before) ? level : 0;
}

static void tell_rdp(
        struct verdict *v, struct item *it, unsigned level, const char *change)
{
    const char *who = verdict_func(v, it->f.pc);
    if (level == 2) {
        it->f.text = verdict_say(v,
                "%s set RDP level 2 (%s), which is for good: no debugger, no boot from "
                "RAM or system memory, and no option byte changes on this chip any more, "
                "whoever asks",
                who, change);
        it->f.fix = "If that is not meant for each chip that this runs on, write any RDP "
                    "but 0xCC; 0xAA is level 0, all others are level 1";
        return;
    }
    it->f.text = verdict_say(v,
            "%s set RDP level 1 (%s): a debugger does not see the flash any more, and "
            "the way back to level 0 erases it all",
            who, change);
    it->f.fix = "Set option bytes once, in manufacturing, with a solid supply, and keep "
                "what is in flash elsewhere too";
}

void rule_control_options(struct verdict *v, const struct silicon_event *ev)
{
    bool fresh;
    uint32_t pc = verdict_caller(v, ev);
    unsigned level = raised_rdp(ev);
    v->options = verdict_spot(v, pc);
    if (ev->size != 0) {
        rule_erase_all(v, ev);
    }
    struct item *it = verdict_add(v, CODE_OPTIONS_TOUCHED, level, &v->options, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    const char *change = options_change(v, ev);
    if (level != 0) {
        tell_rdp(v, it, level, change);
        return;
    }
    it->f.text = verdict_say(v,
            "%s rewrote the option bytes (%s): their sector is erased and programmed "
            "each time, and a loss of power inside can leave the chip protected for good",
            verdict_func(v, pc), change);
    it->f.fix = "Set option bytes once, in manufacturing, with a solid supply; never at "
                "each start";
}

/* The bits of OPTCR that this part stores, without those of one or two banks. */
static uint32_t stored_bits(const struct verdict *v)
{
    uint32_t bits = OPTCR_BYTES;
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    for (size_t i = 0; i < n; i++) {
        bits |= sectors[i].wrp_reg == 0 ? 1u << sectors[i].wrp_bit : 0;
    }
    return bits;
}

/* What OPTCR shows, locked again, is not what is stored: OPTSTRT was not set. */
static void finish_options(struct verdict *v)
{
    bool fresh;
    uint16_t half[2] = {0, 0};
    uint16_t loose[2] = {0, 0};
    silicon_peek(v->s, OPTION_WORD0, &half[0], &loose[0], sizeof(half[0]));
    silicon_peek(v->s, OPTION_WORD1, &half[1], &loose[1], sizeof(half[1]));
    uint32_t shown = silicon_reg(v->s, SILICON_OPTCR);
    uint32_t stored = (uint32_t)half[1] << 16 | half[0];
    uint32_t bits = stored_bits(v);
    bool writes = v->op.active && v->op.options;
    if ((shown & OPTCR_LOCK) == 0 || v->options_refused || writes ||
            (loose[0] | loose[1]) != 0 || ((shown ^ stored) & bits) == 0) {
        return;
    }
    struct item *it = verdict_sum(v, CODE_OPTIONS_NOT_STARTED, 0, NULL, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    it->f.text = verdict_say(v,
            "FLASH_OPTCR was changed (to 0x%08" PRIX32
            ") and locked again without OPTSTRT: the option bytes still hold 0x%08" PRIX32
            ", and after a reset OPTCR shows that again",
            shown & bits, stored & bits);
    it->f.fix = "Set OPTSTRT after the new value, and wait for BSY to clear, before "
                "OPTLOCK (HAL_FLASH_OB_Launch)";
}

void rule_control_finish(struct verdict *v, enum board_stop how)
{
    (void)how;
    finish_options(v);
    rule_flags_session(v);
    if ((silicon_reg(v->s, SILICON_CR) & CR_LOCK) != 0) {
        return;
    }
    bool fresh;
    struct item *it = verdict_sum(v, CODE_LEFT_UNLOCKED, 0, &v->unlocked, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    it->f.text = verdict_say(v,
            "FLASH_CR was still unlocked at the end (unlocked by %s): a stray store with "
            "PG set would be programmed",
            v->unlocked.known ? verdict_at(v, v->unlocked.pc) : "what ran before");
    it->f.fix = "Set FLASH_CR.LOCK when done (HAL_FLASH_Lock), on the ways out after an "
                "error too";
    verdict_fact_flash(v, it);
}
