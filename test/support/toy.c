/* SPDX-License-Identifier: MIT */
#include "support/toy.h"

#include "explore/simnor.h"
#include "nor/nor.h"

/* A copy is two words: value and a sequence number of two bits, and a check of
 * that (the complement would not do: an erase that stops byte by byte can leave
 * 5AFFFFFF and A5000000). A copy that reads right may have been cut, in its own
 * program or in the erase that was to remove it, and then reads otherwise the
 * next time; programming what was read, once more, settles it either way. So
 * boot takes the newest copy that reads right, settles it, and only then
 * erases the other sector, whatever that one looks like. */

enum { MAGIC = 0x5A000000, SEQ = 4 };

struct memory {
    uint32_t right;   /* what must be there */
    uint32_t pending; /* or this, if not 0 */
};

struct copy {
    uint32_t head, check;
};

static const struct toy *toy_of(const struct explore_ctx *c)
{
    return c->param;
}

static uint32_t place(const struct toy *t, unsigned n, unsigned word)
{
    return t->sector[n] + word * t->far;
}

static void program(const struct explore_ctx *c, uint32_t off, uint32_t word)
{
    enum etch_err err = c->nor->program(c->nor, off, &word, sizeof(word));
    explore_expect(err == ETCH_OK, "a word does not read back");
}

static void erase(const struct explore_ctx *c, unsigned n)
{
    enum etch_err err = c->nor->erase(c->nor, n);
    explore_expect(err == ETCH_OK, "a sector cannot be erased");
}

static struct copy read_copy(const struct explore_ctx *c, unsigned n)
{
    const struct toy *t = toy_of(c);
    struct copy copy;
    bool good = c->nor->read(c->nor, place(t, n, 0), &copy.head, 4) == ETCH_OK &&
                c->nor->read(c->nor, place(t, n, 1), &copy.check, 4) == ETCH_OK;
    explore_expect(good, "a word cannot be read");
    return copy;
}

static uint32_t check_of(uint32_t head)
{
    return (head ^ head >> 15) * 0x85EBCA6Bu;
}

static bool valid(struct copy copy)
{
    return copy.check == check_of(copy.head) && (copy.head & 0xFF000000u) == MAGIC;
}

static uint32_t seq_of(struct copy copy)
{
    return copy.head % SEQ;
}

/* The sector with the newest copy; -1: there is none. */
static int choose(const struct explore_ctx *c, struct copy copy[2])
{
    copy[0] = read_copy(c, 0);
    copy[1] = read_copy(c, 1);
    if (valid(copy[0]) && valid(copy[1])) {
        bool ordered = toy_of(c)->flaw != TOY_FORGETS_ORDER;
        return ordered && seq_of(copy[1]) == (seq_of(copy[0]) + 1) % SEQ ? 1 : 0;
    }
    return valid(copy[0]) ? 0 : valid(copy[1]) ? 1 : -1;
}

static void write_copy(const struct explore_ctx *c, unsigned n, struct copy copy)
{
    const struct toy *t = toy_of(c);
    program(c, place(t, n, 0), copy.head);
    program(c, place(t, n, 1), copy.check);
}

static void clear(const struct explore_ctx *c, unsigned n, struct copy copy)
{
    const struct toy *t = toy_of(c);
    bool blank = t->flaw == TOY_TRUSTS_MARKER && copy.head == ~0u;
    if (t->flaw != TOY_REPROGRAMS && !blank) {
        erase(c, n);
    }
}

/* Boot: which sector holds the number. */
static unsigned boot(const struct explore_ctx *c, struct copy copy[2])
{
    const struct toy *t = toy_of(c);
    int winner = choose(c, copy);
    while (t->flaw == TOY_ASSUMES_ONE && winner < 0) {
        winner = choose(c, copy);
    }
    explore_expect(winner >= 0, "there is no number any more");
    unsigned n = (unsigned)winner;
    if (t->flaw == TOY_SETTLES_LATE) {
        clear(c, 1 - n, copy[1 - n]);
    }
    if (t->flaw != TOY_TRUSTS_UNSTABLE) {
        write_copy(c, n, copy[n]);
    }
    if (t->flaw != TOY_SETTLES_LATE) {
        clear(c, 1 - n, copy[1 - n]);
    }
    return n;
}

static void put(const struct explore_ctx *c, unsigned n, struct copy old, uint32_t value)
{
    const struct toy *t = toy_of(c);
    uint32_t head = MAGIC | value << 8 | (seq_of(old) + 1) % SEQ;
    if (t->flaw == TOY_ERASES_FIRST || t->flaw == TOY_ASSUMES_ONE) {
        erase(c, n);
    }
    write_copy(c, 1 - n, (struct copy){head, check_of(head)});
}

/* ---- the scenario -------------------------------------------------------------------- */

static void setup(struct explore_ctx *c)
{
    struct memory *m = c->world;
    const uint32_t head = MAGIC | 1 << 8;
    write_copy(c, 0, (struct copy){head, check_of(head)});
    m->right = 1;
}

static unsigned look(struct explore_ctx *c, struct copy copy[2])
{
    struct memory *m = c->world;
    unsigned n = boot(c, copy);
    uint32_t value = copy[n].head >> 8 & 0xFF;
    explore_expect(value == m->right || (m->pending != 0 && value == m->pending),
            "the number is %u, not %u", (unsigned)value, (unsigned)m->right);
    m->right = value;
    m->pending = 0;
    return n;
}

static void check(struct explore_ctx *c)
{
    struct copy copy[2];
    (void)look(c, copy);
}

static void body(struct explore_ctx *c)
{
    struct memory *m = c->world;
    struct copy copy[2];
    unsigned n = look(c, copy);
    m->pending = c->op + 1;
    put(c, n, copy[n], c->op + 1);
    m->right = m->pending;
    m->pending = 0;
}

static void after(struct explore_ctx *c)
{
    struct copy copy[2];
    struct memory *m = c->world;
    unsigned n = look(c, copy);
    put(c, n, copy[n], 9);
    m->right = 9;
}

static const char *op_name(const void *param, unsigned op)
{
    static const char *const names[] = {"put 1", "put 2", "put 3"};
    (void)param;
    return names[op];
}

const struct explore_scenario toy_scenario = {
        .name = "toy",
        .world_size = sizeof(struct memory),
        .ops = 3,
        .op_name = op_name,
        .setup = setup,
        .body = body,
        .check = check,
        .after = after,
};

/* ---- on a small NOR ------------------------------------------------------------------- */

static struct explore_machine *nor_machine(const void *param)
{
    static const struct simnor_shape shape = {.sector = {64, 64}, .unit = 4};
    (void)param;
    return simnor_new(&shape);
}

#define TOY_ON_NOR(f)                             \
    {                                             \
        .flaw = (f), .sector = {0, 64}, .far = 28 \
    }
#define TOY_CASE(f)                                                                      \
    {                                                                                    \
        .scenario = &toy_scenario, .geometry = (f), .about = "a number in 2 x 64 bytes", \
        .machine = nor_machine, .param = &toys[f]                                        \
    }

static const struct toy toys[] = {TOY_ON_NOR(TOY_RIGHT), TOY_ON_NOR(TOY_ERASES_FIRST),
        TOY_ON_NOR(TOY_FORGETS_ORDER), TOY_ON_NOR(TOY_TRUSTS_MARKER),
        TOY_ON_NOR(TOY_TRUSTS_UNSTABLE), TOY_ON_NOR(TOY_SETTLES_LATE),
        TOY_ON_NOR(TOY_ASSUMES_ONE), TOY_ON_NOR(TOY_REPROGRAMS)};

static const struct explore_case cases[] = {TOY_CASE(TOY_RIGHT),
        TOY_CASE(TOY_ERASES_FIRST), TOY_CASE(TOY_FORGETS_ORDER),
        TOY_CASE(TOY_TRUSTS_MARKER), TOY_CASE(TOY_TRUSTS_UNSTABLE),
        TOY_CASE(TOY_SETTLES_LATE), TOY_CASE(TOY_ASSUMES_ONE), TOY_CASE(TOY_REPROGRAMS)};

const struct explore_case *toy_case(enum toy_flaw flaw)
{
    return &cases[flaw];
}
