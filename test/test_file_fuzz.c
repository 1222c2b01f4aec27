/* test_file_fuzz.c - damaged firmware files: never a crash, never a hang, and
 * what is accepted keeps the promises of file.h.
 *
 * Mutations are seeded, so a failure comes again. ETCH_FUZZ_ROUNDS asks for
 * more of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/file.h"
#include "file/symbols.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/cm.h"

#define ELF_PATH ETCH_FIRMWARE_DIR "/chain.elf"

enum { ROUNDS = 1500, SYMBOL_ROUNDS = 250, MAX = 1 << 20 };

static uint8_t seedling[MAX], mutant[2 * MAX];
static char dir[] = "/tmp/etch-test-fuzz-XXXXXX";
static uint64_t state_of_chance;

static uint32_t chance(uint32_t below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return below == 0 ? 0 : (uint32_t)(state_of_chance >> 33) % below;
}

static unsigned rounds(unsigned usual)
{
    const char *more = getenv("ETCH_FUZZ_ROUNDS");
    return more != NULL ? (unsigned)strtoul(more, NULL, 10) : usual;
}

static const char *path(const char *name)
{
    static char text[sizeof dir + 64];
    (void)snprintf(text, sizeof text, "%s/%s", dir, name);
    return text;
}

static size_t load(const char *from)
{
    FILE *stream = fopen(from, "rb");
    assert_non_null(stream);
    size_t len = fread(seedling, 1, sizeof seedling, stream);
    (void)fclose(stream);
    assert_true(len > 0 && len < sizeof seedling);
    return len;
}

/* Damage near the front more often: headers are there. */
static size_t place(size_t len)
{
    return chance((uint32_t)(chance(2) == 0 && len > 512 ? 512 : len));
}

static size_t mutate(size_t len)
{
    static const uint32_t values[] = {
            0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x08000000};
    memcpy(mutant, seedling, len);
    for (uint32_t n = 1 + chance(6); n > 0 && len > 8; n--) {
        size_t at = place(len - 4);
        switch (chance(6)) {
        case 0: mutant[at] ^= (uint8_t)(1u << chance(8)); break;
        case 1: mutant[at] = (uint8_t)chance(256); break;
        case 2: memcpy(mutant + at, &values[chance(7)], 4); break;
        case 3: len = at + 1; break;
        case 4: { /* a piece once more */
            size_t piece = chance((uint32_t)(len - at)) % 600;
            memmove(mutant + at + piece, mutant + at, len - at);
            len += piece;
            break;
        }
        default: { /* a piece from elsewhere */
            size_t from = place(len - 4);
            memmove(mutant + at, mutant + from, 4);
            break;
        }
        }
    }
    return len;
}

/* What file.h promises of any file that is accepted. */
static void check(const struct file *f)
{
    assert_true(f->n > 0);
    for (size_t i = 0; i < f->n; i++) {
        const struct file_segment *seg = &f->segments[i];
        assert_true(seg->len > 0);
        assert_true((uint64_t)seg->addr + seg->len <= UINT64_C(1) << 32);
        assert_non_null(seg->name);
        assert_true(i == 0 || seg->addr >= seg[-1].addr + seg[-1].len);
    }
}

static unsigned fuzz(const char *from, unsigned n)
{
    struct file f;
    char why[FILE_WHY];
    size_t len = load(from);
    unsigned accepted = 0;
    for (unsigned i = 0; i < n; i++) {
        state_of_chance = i;
        size_t mutant_len = mutate(len);
        memset(why, 0, sizeof why);
        if (file_parse(&f, "fw", mutant, mutant_len, why)) {
            accepted++;
            check(&f);
            file_free(&f);
        } else {
            assert_true(strncmp(why, "fw: ", 4) == 0 && strlen(why) > 10);
            assert_null(strchr(why, '\n'));
        }
    }
    return accepted;
}

static void write_as(const char *to)
{
    struct file f;
    char why[FILE_WHY];
    assert_true(file_read(&f, ELF_PATH, FILE_NO_ADDRESS, why));
    if (!file_write(to, file_format_of(to), f.segments, f.n, why)) {
        fail_msg("%s", why);
    }
    file_free(&f);
}

static void damaged_elf_is_read_or_refused(void **state)
{
    assert_true(fuzz(ELF_PATH, rounds(ROUNDS)) > 0);
}

static void damaged_text_is_refused_and_never_believed(void **state)
{
    write_as(path("fw.hex"));
    write_as(path("fw.srec"));
    (void)fuzz(path("fw.hex"), rounds(ROUNDS));
    (void)fuzz(path("fw.srec"), rounds(ROUNDS));
}

static void damaged_uf2_is_read_or_refused(void **state)
{
    write_as(path("fw.uf2"));
    (void)fuzz(path("fw.uf2"), rounds(ROUNDS));
}

static bool no_memory(void *ctx, uint32_t addr, void *data, size_t len)
{
    return false;
}

/* Ask everything of the symbols in a damaged ELF. */
static void ask(struct symbols *s)
{
    struct symbols_symbol found;
    struct symbols_place places[4];
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_regs regs = {.r = {[13] = 0x20001000, [14] = 0x08000101}};
    for (size_t i = 0; i < 40 && symbols_nth(s, i * 3, &found); i++) {
        (void)symbols_at(s, found.addr, places, 4);
        (void)symbols_holding(s, found.addr + 2, &found);
        regs.r[15] = found.addr;
        (void)symbols_unwind(s, &regs, no_memory, NULL, calls);
    }
    for (uint32_t i = 0; i < 40; i++) {
        (void)symbols_at(s, 0x08000000 + chance(0x1000), places, 4);
    }
    (void)symbols_find(s, "main", &found);
}

static void symbols_of_damaged_elf_answer_or_refuse(void **state)
{
    char why[FILE_WHY];
    size_t len = load(ELF_PATH);
    unsigned opened = 0;
    for (unsigned i = 0; i < rounds(SYMBOL_ROUNDS); i++) {
        state_of_chance = i + 7777;
        size_t mutant_len = mutate(len);
        FILE *to = fopen(path("fw.elf"), "wb");
        assert_non_null(to);
        assert_int_equal(fwrite(mutant, 1, mutant_len, to), mutant_len);
        assert_int_equal(fclose(to), 0);
        struct symbols *s = symbols_open(path("fw.elf"), why);
        if (s != NULL) {
            opened++;
            ask(s);
            symbols_close(s);
        }
    }
    assert_true(opened > 0);
}

/* libdw forgets a few bytes when it gives up on damaged line tables. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdw";
}

static int make_dir(void **state)
{
    return mkdtemp(dir) == NULL;
}

static int remove_dir(void **state)
{
    char command[sizeof dir + 16];
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(damaged_elf_is_read_or_refused),
            cmocka_unit_test(damaged_text_is_refused_and_never_believed),
            cmocka_unit_test(damaged_uf2_is_read_or_refused),
            cmocka_unit_test(symbols_of_damaged_elf_answer_or_refuse),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
