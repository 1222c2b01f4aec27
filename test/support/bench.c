/* bench.c - a board as tests want it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "board/board_priv.h"
#include "support/cm.h"

/* ---- what is told ------------------------------------------------------------- */

static void listen(void *ctx, const struct board_event *ev)
{
    struct bench *t = ctx;
    t->seen[ev->kind]++;
    t->last[ev->kind] = *ev;
    if (ev->kind == BOARD_EV_FLASH) {
        t->flash[ev->flash->kind]++;
        if (ev->flash->kind == SILICON_EV_BREACH) {
            t->laws[ev->flash->law]++;
        }
    }
    if (ev->kind == BOARD_EV_CORE && ev->core->fault != NULL) {
        t->fault = *ev->core->fault;
    }
    if (ev->kind == BOARD_EV_CONSOLE) {
        (void)snprintf(t->line, sizeof(t->line), "%s", ev->text);
    }
}

static void output(void *ctx, int usart, const uint8_t *data, size_t len)
{
    struct bench *t = ctx;
    for (size_t i = 0; i < len && (t->port == usart || t->port < 0); i++) {
        t->out[t->outs++ % sizeof(t->out)] = data[i];
    }
}

/* ---- opening -------------------------------------------------------------------- */

void bench_open_with(struct bench *t, const struct board_config *config)
{
    memset(t, 0, sizeof(*t));
    t->port = -1;
    assert_non_null(config->part);
    t->b = board_new(config);
    assert_non_null(t->b);
    board_listen(t->b, listen, t);
    board_on_output(t->b, output, t);
    bench_reset(t, BOARD_RESET_POWER);
}

void bench_open(struct bench *t, const char *part)
{
    struct board_config config = {.part = silicon_part_find(part)};
    bench_open_with(t, &config);
}

void bench_close(struct bench *t)
{
    board_free(t->b);
    t->b = NULL;
}

void bench_reset(struct bench *t, enum board_reset why)
{
    board_reset(t->b, why);
    memset(t->seen, 0, sizeof(t->seen));
    memset(t->flash, 0, sizeof(t->flash));
    memset(t->laws, 0, sizeof(t->laws));
}

/* ---- the bus -------------------------------------------------------------------- */

static void carry_out(struct bench *t)
{
    if (t->b->gone == BD_GONE_RESET) {
        bd_reset_rest(t->b, t->b->reset);
    }
}

uint32_t bench_get_narrow(struct bench *t, uint32_t addr, unsigned width)
{
    uint32_t value;
    assert_int_equal(bd_read(t->b, addr, width, &value), CORE_OK);
    return value;
}

uint32_t bench_get(struct bench *t, uint32_t addr)
{
    return bench_get_narrow(t, addr, 4);
}

void bench_put_narrow(struct bench *t, uint32_t addr, unsigned width, uint32_t value)
{
    enum core_end end = bd_write(t->b, addr, width, value, 0);
    assert_true(end == CORE_OK || t->b->gone == BD_GONE_RESET);
    carry_out(t);
}

void bench_put(struct bench *t, uint32_t addr, uint32_t value)
{
    bench_put_narrow(t, addr, 4, value);
}

void bench_set(struct bench *t, uint32_t addr, uint32_t bits)
{
    bench_put(t, addr, bench_get(t, addr) | bits);
}

void bench_fails(struct bench *t, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(bd_read(t->b, addr, 4, &value), CORE_ERROR);
    assert_int_equal(bd_write(t->b, addr, 4, 0, 0), CORE_ERROR);
}

void bench_pass(struct bench *t, uint64_t ns)
{
    uint64_t until = board_ns(t->b) + ns;
    bd_wait(t->b, until);
    bd_catch_up(t->b);
    carry_out(t);
}

bool bench_line(const struct bench *t, unsigned irq)
{
    return t->b->st.line[irq] != 0;
}

/* ---- programs --------------------------------------------------------------------- */

void bench_vector(struct bench *t, unsigned exception, uint32_t addr)
{
    assert_true(board_load(t->b, 0x08000000 + exception * 4, &addr, sizeof(addr)));
}

void bench_program(struct bench *t, const uint16_t *code, size_t halfwords)
{
    enum { ENTRIES = 128, SELF = 0xE7FE };
    const uint16_t loop = SELF;
    const uint32_t end = BENCH_CODE + (uint32_t)halfwords * 2;
    bench_vector(t, 0, BENCH_STACK);
    for (unsigned i = 1; i < ENTRIES; i++) {
        bench_vector(t, i, i == 1 ? BENCH_CODE | 1u : end | 1u);
    }
    assert_true(board_load(t->b, BENCH_CODE, code, halfwords * 2));
    assert_true(board_load(t->b, end, &loop, sizeof(loop)));
    bench_reset(t, BOARD_RESET_POWER);
}

static void load_segments(struct bench *t, Elf *elf)
{
    size_t size;
    size_t n;
    const char *image = elf_rawfile(elf, &size);
    assert_int_equal(elf_getphdrnum(elf, &n), 0);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;
        assert_non_null(gelf_getphdr(elf, (int)i, &p));
        if (p.p_type == PT_LOAD && p.p_filesz > 0) {
            assert_true(p.p_offset + p.p_filesz <= size);
            assert_true(board_load(
                    t->b, (uint32_t)p.p_paddr, image + p.p_offset, p.p_filesz));
        }
    }
}

void bench_elf(struct bench *t, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof(path), ETCH_FIRMWARE_DIR "/%s.elf", name);
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        bench_close(t);
        skip();
    }
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    assert_non_null(elf);
    load_segments(t, elf);
    (void)elf_end(elf);
    (void)close(fd);
    bench_reset(t, BOARD_RESET_POWER);
}
