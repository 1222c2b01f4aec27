/* test_file.c - firmware files: what is read, what is refused and in which
 * words, and that what is written is read back.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file/file.h"

#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cm.h"

#define ELF_PATH ETCH_FIRMWARE_DIR "/chain.elf"

/* ---- helpers ----------------------------------------------------------------- */

static struct file parse(const char *name, const void *bytes, size_t len)
{
    struct file f;
    char why[FILE_WHY] = "";
    if (!file_parse(&f, name, bytes, len, why)) {
        fail_msg("%s", why);
    }
    return f;
}

static struct file parse_text(const char *text)
{
    return parse("fw", text, strlen(text));
}

/* The refusal must say word, in one line, and leave nothing behind. */
static void refused(const char *name, const void *bytes, size_t len, const char *word)
{
    struct file f;
    char why[FILE_WHY] = "";
    assert_false(file_parse(&f, name, bytes, len, why));
    assert_null(f.segments);
    assert_null(f.path);
    assert_null(strchr(why, '\n'));
    if (strstr(why, word) == NULL || strstr(why, name) != why) {
        fail_msg("'%s' does not say '%s'", why, word);
    }
}

static void refused_text(const char *text, const char *word)
{
    refused("fw", text, strlen(text), word);
}

static void is_segment(const struct file *f, size_t i, uint32_t addr, const char *hex)
{
    assert_true(i < f->n);
    const struct file_segment *seg = &f->segments[i];
    assert_int_equal(seg->addr, addr);
    assert_int_equal(seg->runs_at, addr);
    char text[64] = "";
    for (uint32_t k = 0; k < seg->len && k < 31; k++) {
        (void)sprintf(text + 2 * k, "%02X", seg->bytes[k]);
    }
    assert_string_equal(text, hex);
}

/* ---- Intel HEX ------------------------------------------------------------------ */

static void hex_pieces_are_sorted_and_joined(void **state)
{
    struct file f = parse_text(":020000040800F2\r\n"
                               ":020004000506EF\n"
                               "\n"
                               "  :0400000001020304F2  \n"
                               ":0200100009CE17\n"
                               ":0400000508000101ED\n"
                               ":00000001FF\n");
    assert_int_equal(f.format, FILE_HEX);
    assert_int_equal(f.n, 2);
    is_segment(&f, 0, 0x08000000, "010203040506");
    is_segment(&f, 1, 0x08000010, "09CE");
    assert_int_equal(f.entry, 0x08000101);
    assert_int_equal(file_size(&f), 8);
    assert_string_equal(f.segments[0].name, "");
    file_free(&f);
}

static void hex_knows_segment_addresses(void **state)
{
    struct file f = parse_text(":020000021000EC\n:0100200055"
                               "8A\n:00000001FF\n");
    is_segment(&f, 0, 0x00010020, "55");
    file_free(&f);
}

static void hex_faults_are_named_with_their_line(void **state)
{
    refused_text(":020000040800F2\n:02000400050610\n:00000001FF\n",
            "line 2: wrong checksum 0x10; the bytes make 0xEF");
    refused_text(":02000400050G0F\n", "line 1: 'G' is no hexadecimal digit");
    refused_text(":020004000506\n", "line 1: the record is not as long as it says");
    refused_text(":02000400050\n", "cut off?");
    refused_text(":020004000506EF\n", "no end record");
    refused_text(":020004060506E9\n:00000001FF\n", "line 1: no record type 06");
    refused_text(":020004000506EF\n:00000001FF\n:020004000506EF\n",
            "line 3: goes on behind the end record");
    refused_text(":020004000506EF\n020004000506\n", "line 2: an Intel HEX line starts");
    refused_text(":00000001FF\n", "nothing in it to be loaded");
    refused_text(":0100000400"
                 "FB\n",
            "line 1: a record of type 04 has 2 bytes, not 1");
    refused_text(":02000004FFFFFC\n:02FFFF000102"
                 "FD\n:00000001FF\n",
            "line 2: bytes beyond the address 0xFFFFFFFF");
}

static void an_overlap_is_refused_with_both_lines(void **state)
{
    refused_text(":020004000506EF\n:0400000001020304F2\n:010005000"
                 "7F3\n:00000001FF\n",
            "overlap: 0x00000005 is given twice, from line 1 and from line 3 on");
}

/* ---- S-record --------------------------------------------------------------------- */

static void srec_of_all_address_widths_is_read(void **state)
{
    struct file f = parse_text("S00600004844521B\n"
                               "S1050010AABB85\n"
                               "S206010010CCDD3F\n"
                               "S30708000010EEFFF3\n"
                               "S5030003F9\n"
                               "S70508000101F0\n");
    assert_int_equal(f.format, FILE_SREC);
    assert_int_equal(f.n, 3);
    is_segment(&f, 0, 0x00000010, "AABB");
    is_segment(&f, 1, 0x00010010, "CCDD");
    is_segment(&f, 2, 0x08000010, "EEFF");
    assert_int_equal(f.entry, 0x08000101);
    file_free(&f);
}

static void srec_faults_are_named_with_their_line(void **state)
{
    refused_text("S1050010AABB86\n", "line 1: wrong checksum 0x86; the bytes make 0x85");
    refused_text("S1050010AABB85\n", "no end record");
    refused_text("S1050010AABB85\nS5030002FA\nS9030000FC\n", "line 2: counts 2 data");
    refused_text("S4050010AABB85\n", "line 1: no record type S4");
    refused_text("S1050010AA85\n", "not as long as it says");
    refused_text("S1050010AABB85\nX\n", "line 2: an S-record starts");
    refused_text("S9030000FC\nS1050010AABB85\n", "line 2: goes on behind");
}

/* ---- UF2 ---------------------------------------------------------------------------- */

enum { BLOCK = 512 };

static void put_word(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static void make_block(uint8_t *b, uint32_t addr, uint32_t number, uint32_t count)
{
    memset(b, 0, BLOCK);
    put_word(b, 0x0A324655);
    put_word(b + 4, 0x9E5D5157);
    put_word(b + 8, 0x2000);
    put_word(b + 12, addr);
    put_word(b + 16, 4);
    put_word(b + 20, number);
    put_word(b + 24, count);
    put_word(b + 28, 0x57755A57);
    put_word(b + 32, 0x04030201 + number);
    put_word(b + 508, 0x0AB16F30);
}

static void uf2_is_read(void **state)
{
    uint8_t b[2 * BLOCK];
    make_block(b, 0x08000000, 0, 2);
    make_block(b + BLOCK, 0x08000004, 1, 2);
    struct file f = parse("fw", b, sizeof b);
    assert_int_equal(f.format, FILE_UF2);
    assert_int_equal(f.n, 1);
    is_segment(&f, 0, 0x08000000, "0102030402020304");
    file_free(&f);
}

static void uf2_for_another_family_is_refused_by_name(void **state)
{
    uint8_t b[BLOCK];
    make_block(b, 0x10000000, 0, 1);
    put_word(b + 28, 0xE48BFF56);
    refused("fw", b, sizeof b, "the family is RP2040");
}

static void uf2_faults_are_named_with_their_block(void **state)
{
    uint8_t b[2 * BLOCK];
    make_block(b, 0x08000000, 0, 2);
    make_block(b + BLOCK, 0x08000004, 1, 2);
    refused("fw", b, sizeof b - 1, "no whole number of UF2 blocks");
    refused("fw", b, BLOCK, "cut off: 1 of 2 blocks");
    put_word(b + BLOCK + 20, 0);
    refused("fw", b, sizeof b, "block 1: numbered 0 of 2, where 1");
    put_word(b + BLOCK + 20, 1);
    put_word(b + BLOCK + 16, 477);
    refused("fw", b, sizeof b, "block 1: 477 bytes");
    put_word(b + BLOCK + 16, 4);
    put_word(b + BLOCK + 508, 0);
    refused("fw", b, sizeof b, "block 1: lacks the marks");
    make_block(b + BLOCK, 0x08000002, 1, 2);
    refused("fw", b, sizeof b, "overlap: 0x08000002");
}

/* ---- raw bytes, and files on disk -------------------------------------------------------- */

static char dir[] = "/tmp/etch-test-file-XXXXXX";

static const char *path(const char *name)
{
    static char text[sizeof dir + 64];
    (void)snprintf(text, sizeof text, "%s/%s", dir, name);
    return text;
}

static void put_file(const char *name, const void *bytes, size_t len)
{
    FILE *to = fopen(path(name), "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, len, to), len);
    assert_int_equal(fclose(to), 0);
}

static void not_read(const char *name, const char *word)
{
    struct file f;
    char why[FILE_WHY] = "";
    assert_false(file_read(&f, path(name), FILE_NO_ADDRESS, why));
    assert_null(f.segments);
    if (strstr(why, word) == NULL || strchr(why, '\n') != NULL) {
        fail_msg("'%s' does not say '%s'", why, word);
    }
}

static void raw_bytes_belong_where_they_are_said_to(void **state)
{
    static const char *const names[] = {
            "raw.bin@0x08004000", "raw.bin@08004000", "raw.bin@0X8004000"};
    struct file f;
    char why[FILE_WHY];
    put_file("raw.bin", "\1\2\3", 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(file_read(&f, path(names[i]), FILE_NO_ADDRESS, why));
        assert_int_equal(f.format, FILE_RAW);
        is_segment(&f, 0, 0x08004000, "010203");
        assert_string_equal(f.path, path("raw.bin"));
        file_free(&f);
    }
    assert_true(file_read(&f, path("raw.bin"), 0x08000000, why));
    is_segment(&f, 0, 0x08000000, "010203");
    file_free(&f);
    assert_true(file_read(&f, path("raw.bin@8"), 0x08000000, why));
    is_segment(&f, 0, 8, "010203");
    file_free(&f);
}

static void raw_bytes_without_a_place_are_refused_with_the_way_to_say_it(void **state)
{
    put_file("raw.bin", "\1\2\3", 3);
    not_read("raw.bin", "raw.bin@0x08000000");
    not_read("raw.bin@", "'' is no address");
    not_read("raw.bin@flash", "'flash' is no address");
    not_read("raw.bin@0x100000000", "is no address");
    not_read("raw.bin@-1", "is no address");
    not_read("raw.bin@FFFFFFFE", "beyond the address 0xFFFFFFFF");
}

static void a_name_with_an_at_sign_is_no_address(void **state)
{
    struct file f;
    char why[FILE_WHY];
    put_file("a@b.hex", ":0100000001FE\n:00000001FF\n", 26);
    assert_true(file_read(&f, path("a@b.hex"), FILE_NO_ADDRESS, why));
    file_free(&f);
}

static void what_brings_its_own_addresses_takes_no_other(void **state)
{
    put_file("fw.hex", ":0100000001FE\n:00000001FF\n", 26);
    not_read("fw.hex@08000000", "Intel HEX brings its own addresses");
}

static void missing_empty_and_misnamed_files_are_told_apart(void **state)
{
    put_file("empty.elf", "", 0);
    put_file("wrong.elf", "hello, world", 12);
    put_file("wrong.hex", "hello, world", 12);
    not_read("none.elf", "none.elf: No such file");
    not_read("empty.elf", "empty.elf: the file is empty");
    not_read("wrong.elf", "not ELF, whatever the name says");
    not_read("wrong.hex", "not Intel HEX, whatever the name says");
    not_read(".", "Is a directory");
}

/* ---- ELF ------------------------------------------------------------------------------------ */

static uint8_t elf[1u << 20];
static size_t elf_len;

static void load_elf(void)
{
    FILE *from = fopen(ELF_PATH, "rb");
    assert_non_null(from);
    elf_len = fread(elf, 1, sizeof elf, from);
    (void)fclose(from);
    assert_true(elf_len > sizeof(Elf32_Ehdr) && elf_len < sizeof elf);
}

/* The section of that name; the test ends where there is none. */
static const struct file_section *section(const struct file *f, const char *name)
{
    size_t i = 0;
    while (i < f->sections_n && strcmp(f->sections[i].name, name) != 0) {
        i++;
    }
    assert_in_range(i, 0, f->sections_n - 1);
    return &f->sections[i];
}

static void elf_gives_what_a_programmer_would_write(void **state)
{
    struct file f;
    char why[FILE_WHY];
    assert_true(file_read(&f, ELF_PATH, FILE_NO_ADDRESS, why));
    assert_int_equal(f.format, FILE_ELF);
    assert_int_equal(f.segments[0].addr, 0x08000000);
    assert_string_equal(f.segments[0].name, ".isr_vector");
    assert_int_equal(f.entry & 1, 1);
    /* Nothing but the flash is written, RAM has other addresses at run time. */
    for (size_t i = 0; i < f.n; i++) {
        assert_int_equal(f.segments[i].addr >> 24, 0x08);
    }
    const struct file_section *data = section(&f, ".data");
    const struct file_section *bss = section(&f, ".bss");
    assert_int_equal(data->addr >> 24, 0x08);
    assert_int_equal(data->runs_at >> 24, 0x20);
    assert_true(data->writable && data->bytes);
    assert_false(bss->bytes);
    assert_int_equal(bss->addr >> 24, 0x20);
    assert_true(section(&f, ".text")->code);
    file_free(&f);
}

/* Place the program headers of the ELF where they can be changed. */
static Elf32_Phdr header(size_t i)
{
    Elf32_Ehdr h;
    Elf32_Phdr p;
    memcpy(&h, elf, sizeof h);
    memcpy(&p, elf + h.e_phoff + i * sizeof p, sizeof p);
    return p;
}

static void set_header(size_t i, Elf32_Phdr p)
{
    Elf32_Ehdr h;
    memcpy(&h, elf, sizeof h);
    memcpy(elf + h.e_phoff + i * sizeof p, &p, sizeof p);
}

static void elf_of_another_machine_is_refused_by_its_name(void **state)
{
    load_elf();
    elf[18] = EM_X86_64;
    refused("a.out", elf, elf_len, "a program for x86-64");
    elf[18] = EM_RISCV;
    refused("a.out", elf, elf_len, "a program for RISC-V");
    elf[18] = 77;
    refused("a.out", elf, elf_len, "another processor (ELF machine 77)");
    elf[18] = EM_ARM;
    elf[5] = ELFDATA2MSB;
    elf[18] = 0;
    elf[19] = EM_ARM;
    refused("a.out", elf, elf_len, "big-endian");
}

static void elf_that_is_no_program_is_refused(void **state)
{
    load_elf();
    elf[16] = ET_REL;
    refused("a.o", elf, elf_len, "not linked yet");
    elf[16] = ET_CORE;
    refused("core", elf, elf_len, "a core dump");
    elf[16] = ET_EXEC;
    elf[44] = 0; /* e_phnum */
    refused("a.elf", elf, elf_len, "no program headers");
}

static void elf_cut_off_anywhere_is_refused(void **state)
{
    load_elf();
    for (size_t len = 4; len < elf_len; len += len < 200 ? 1 : 997) {
        refused("a.elf", elf, len, "a.elf: ");
    }
    refused("a.elf", elf, elf_len - 1, "cut off");
    refused("a.elf", elf, 20, "not even an ELF header");
    Elf32_Phdr p = header(0);
    p.p_filesz = 0x7FFFFFFF;
    set_header(0, p);
    refused("a.elf", elf, elf_len, "cut off");
}

static void elf_segments_that_overlap_are_refused(void **state)
{
    load_elf();
    struct file f = parse("a.elf", elf, elf_len);
    assert_true(f.n >= 2);
    file_free(&f);
    for (size_t i = 1; i < 8; i++) {
        Elf32_Phdr p = header(i);
        if (p.p_type == PT_LOAD && p.p_filesz > 0) {
            p.p_paddr = header(0).p_paddr;
            set_header(i, p);
            refused("a.elf", elf, elf_len, "is given twice, from segment 0 and from");
            return;
        }
    }
    fail();
}

/* A linker may start the first segment below the first section, with the ELF's
 * own header. */
static void elf_headers_are_not_for_the_chip(void **state)
{
    load_elf();
    Elf32_Phdr p = header(0);
    uint32_t before = p.p_offset;
    p.p_offset -= before;
    p.p_vaddr -= before;
    p.p_paddr -= before;
    p.p_filesz += before;
    p.p_memsz += before;
    set_header(0, p);
    struct file f = parse("a.elf", elf, elf_len);
    assert_int_equal(f.segments[0].addr, 0x08000000);
    assert_string_equal(f.segments[0].name, ".isr_vector");
    file_free(&f);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static const struct file_segment pieces[] = {
        {.addr = 0x0800FFF9, .len = 9, .bytes = (uint8_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9}},
        {.addr = 0x08010100, .len = 2, .bytes = (uint8_t[]){0xAA, 0x55}},
};

static void what_is_written_is_read_back(void **state)
{
    static const char *const names[] = {"out.hex", "out.s19", "out.uf2"};
    struct file f;
    char why[FILE_WHY];
    for (size_t i = 0; i < 3; i++) {
        const char *to = path(names[i]);
        assert_true(file_write(to, file_format_of(to), pieces, 2, why));
        assert_true(file_read(&f, to, FILE_NO_ADDRESS, why));
        assert_int_equal(f.format, file_format_of(to));
        assert_int_equal(f.n, 2);
        is_segment(&f, 0, 0x0800FFF9, "010203040506070809");
        is_segment(&f, 1, 0x08010100, "AA55");
        file_free(&f);
    }
}

static void gaps_in_raw_bytes_are_erased_flash(void **state)
{
    struct file f;
    char why[FILE_WHY];
    assert_true(file_write(path("out.bin"), FILE_RAW, pieces, 2, why));
    assert_true(file_read(&f, path("out.bin"), 0x0800FFF9, why));
    assert_int_equal(f.segments[0].len, 0x08010102 - 0x0800FFF9);
    uint8_t bytes[4] = {0};
    assert_int_equal(file_bytes(&f, 0x080100FF, bytes, 4), 3);
    assert_memory_equal(bytes, "\xFF\xAA\x55\0", 4);
    file_free(&f);
}

static void bytes_are_gathered_over_gaps(void **state)
{
    struct file_segment copy[] = {pieces[0], pieces[1]};
    struct file f = {.segments = copy, .n = 2};
    uint8_t bytes[0x110];
    memset(bytes, 0xEE, sizeof bytes);
    assert_int_equal(file_bytes(&f, 0x08010000, bytes, sizeof bytes), 4);
    assert_memory_equal(bytes, "\x08\x09\xEE", 3);
    assert_memory_equal(bytes + 0xFF, "\xEE\xAA\x55\xEE", 4);
    assert_int_equal(file_bytes(&f, 0x07000000, bytes, 4), 0);
}

static void what_cannot_be_written_is_refused_and_leaves_the_old_file(void **state)
{
    const struct file_segment wrong[] = {pieces[1], pieces[0]};
    const struct file_segment far[] = {
            pieces[0], {.addr = 0x20000000, .len = 1, .bytes = (uint8_t[]){1}}};
    char why[FILE_WHY];
    put_file("old.hex", "old", 3);
    assert_false(file_write(path("old.hex"), FILE_HEX, wrong, 2, why));
    assert_non_null(strstr(why, "overlap at 0x0800FFF9"));
    assert_false(file_write(path("old.hex"), FILE_RAW, far, 2, why));
    assert_non_null(strstr(why, "too far for raw bytes"));
    assert_false(file_write(path("old.hex"), FILE_ELF, pieces, 2, why));
    assert_non_null(strstr(why, "an ELF is not written"));
    assert_false(file_write(path("old.hex"), FILE_HEX, pieces, 0, why));
    assert_non_null(strstr(why, "nothing to write"));
    assert_false(file_write(path("none/out.hex"), FILE_HEX, pieces, 2, why));
    assert_non_null(strstr(why, "cannot be written: No such file"));
    struct stat there;
    assert_int_equal(stat(path("old.hex"), &there), 0);
    assert_int_equal(there.st_size, 3);
    assert_int_not_equal(stat(path("old.hex.part"), &there), 0);
}

static void a_full_disk_is_an_error(void **state)
{
    char why[FILE_WHY];
    assert_false(file_write("/dev/full", FILE_HEX, pieces, 2, why));
    assert_non_null(strstr(why, "cannot be written: No space"));
}

static void a_file_that_does_not_fit_leaves_the_old_one_and_no_other(void **state)
{
    const struct rlimit small = {.rlim_cur = 20, .rlim_max = RLIM_INFINITY};
    const struct rlimit large = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    char why[FILE_WHY];
    struct stat there;
    put_file("old.hex", "old", 3);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool wrote = file_write(path("old.hex"), FILE_HEX, pieces, 2, why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &large), 0);
    assert_false(wrote);
    assert_non_null(strstr(why, "cannot be written: File too large"));
    assert_int_equal(stat(path("old.hex"), &there), 0);
    assert_int_equal(there.st_size, 3);
    assert_int_not_equal(stat(path("old.hex.part"), &there), 0);
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
            cmocka_unit_test(hex_pieces_are_sorted_and_joined),
            cmocka_unit_test(hex_knows_segment_addresses),
            cmocka_unit_test(hex_faults_are_named_with_their_line),
            cmocka_unit_test(an_overlap_is_refused_with_both_lines),
            cmocka_unit_test(srec_of_all_address_widths_is_read),
            cmocka_unit_test(srec_faults_are_named_with_their_line),
            cmocka_unit_test(uf2_is_read),
            cmocka_unit_test(uf2_for_another_family_is_refused_by_name),
            cmocka_unit_test(uf2_faults_are_named_with_their_block),
            cmocka_unit_test(raw_bytes_belong_where_they_are_said_to),
            cmocka_unit_test(
                    raw_bytes_without_a_place_are_refused_with_the_way_to_say_it),
            cmocka_unit_test(a_name_with_an_at_sign_is_no_address),
            cmocka_unit_test(what_brings_its_own_addresses_takes_no_other),
            cmocka_unit_test(missing_empty_and_misnamed_files_are_told_apart),
            cmocka_unit_test(elf_gives_what_a_programmer_would_write),
            cmocka_unit_test(elf_of_another_machine_is_refused_by_its_name),
            cmocka_unit_test(elf_that_is_no_program_is_refused),
            cmocka_unit_test(elf_cut_off_anywhere_is_refused),
            cmocka_unit_test(elf_segments_that_overlap_are_refused),
            cmocka_unit_test(elf_headers_are_not_for_the_chip),
            cmocka_unit_test(what_is_written_is_read_back),
            cmocka_unit_test(gaps_in_raw_bytes_are_erased_flash),
            cmocka_unit_test(bytes_are_gathered_over_gaps),
            cmocka_unit_test(what_cannot_be_written_is_refused_and_leaves_the_old_file),
            cmocka_unit_test(a_full_disk_is_an_error),
            cmocka_unit_test(a_file_that_does_not_fit_leaves_the_old_one_and_no_other),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
