/* SPDX-License-Identifier: MIT */
#include "oracle/machine.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle/layout.h"

enum { PLACES = 4, BKPT_SEMIHOST = 0xAB };

const struct machine_place machine_mps2[] = {{.addr = 0x00000000, .len = 64 << 10},
        {.addr = 0x20000000, .len = 4 << 20},
        {.addr = BATCH_AT, .len = BATCH_BYTES, .mixed = true}, {.len = 0}};

const struct machine_place machine_netduino[] = {
        {.addr = 0x08000000, .len = 1 << 20, .flash = true},
        {.addr = 0x00000000, .len = 1 << 20, .same = true, .flash = true},
        {.addr = 0x20000000, .len = 128 << 10}, {.len = 0}};

struct machine {
    struct core *core;
    struct core_bus bus;
    const struct machine_place *places;
    uint8_t *bytes[PLACES];
    uint32_t loaded; /* behind the last byte */
    uint32_t from;
    void (*each)(void *ctx, uint32_t pc);
    void *ctx;
    char end[128];
    bool over;
};

static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- memory ---------------------------------------------------------------------- */

static const struct machine_place *place_of(const struct machine *m, uint32_t addr)
{
    const struct machine_place *place = m->places;
    while (place->len != 0 && addr - place->addr >= place->len) {
        place++;
    }
    return place->len != 0 ? place : NULL;
}

uint8_t *machine_bytes(const struct machine *m, uint32_t addr)
{
    const struct machine_place *place = place_of(m, addr);
    return place == NULL ? NULL : m->bytes[place - m->places] + (addr - place->addr);
}

static void page(void *ctx, uint32_t addr, bool store, struct core_page *p)
{
    (void)store;
    const struct machine *m = ctx;
    const struct machine_place *place = place_of(m, addr);
    p->bytes = machine_bytes(m, addr);
    bool there = p->bytes != NULL;
    p->read = p->write = p->fetch = there;
    p->no_fetch = !there;
    p->art = there && (place->flash || (place->mixed && (addr / CORE_PAGE) % 2 != 0));
    p->noted = there && place->flash;
    p->id = addr | 1; /* only the processor itself writes */
}

static enum core_end read_word(void *ctx, uint32_t addr, unsigned width, uint32_t *value)
{
    const uint8_t *bytes = machine_bytes(ctx, addr);
    *value = 0;
    if (bytes == NULL) {
        return CORE_ERROR;
    }
    memcpy(value, bytes, width);
    return CORE_OK;
}

/* QEMU's bus errors are all precise; so are they here. */
static enum core_end write_word(
        void *ctx, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    (void)beat;
    uint8_t *bytes = machine_bytes(ctx, addr);
    if (bytes == NULL) {
        return CORE_PRECISE_ERROR;
    }
    memcpy(bytes, &value, width);
    return CORE_OK;
}

static enum core_end line(
        void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    const uint8_t *from = machine_bytes(ctx, addr);
    *wait = 0;
    if (from == NULL) {
        return CORE_ERROR;
    }
    memcpy(bytes, from, CORE_LINE);
    return CORE_OK;
}

static enum core_end barrier(void *ctx)
{
    (void)ctx;
    return CORE_OK;
}

/* ---- loading ---------------------------------------------------------------------- */

static bool load_segments(struct machine *m, Elf *elf, const char *raw)
{
    size_t n;
    Elf32_Phdr *segment = elf32_getphdr(elf);
    if (segment == NULL || elf_getphdrnum(elf, &n) != 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t *to = machine_bytes(m, segment[i].p_paddr);
        if (segment[i].p_type == PT_LOAD && segment[i].p_filesz != 0 && to != NULL) {
            memcpy(to, raw + segment[i].p_offset, segment[i].p_filesz);
            uint32_t end = segment[i].p_paddr + segment[i].p_filesz;
            m->loaded = end > m->loaded ? end : m->loaded;
        }
    }
    return true;
}

static bool load(struct machine *m, const char *path)
{
    int fd = open(path, O_RDONLY);
    bool loaded = false;
    if (fd >= 0 && elf_version(EV_CURRENT) != EV_NONE) {
        Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
        const char *raw = elf == NULL ? NULL : elf_rawfile(elf, NULL);
        loaded = raw != NULL && load_segments(m, elf, raw);
        (void)elf_end(elf);
    }
    (void)close(fd);
    return loaded;
}

struct machine *machine_new(const char *elf, const struct machine_place *places)
{
    static const struct core_config config = {.irqs = 32};
    struct machine *m = need(calloc(1, sizeof(*m)));
    m->bus = (struct core_bus){page, read_word, write_word, line, barrier, NULL, m};
    m->places = places;
    for (size_t i = 0; places[i].len != 0; i++) {
        m->bytes[i] = places[i].same ? m->bytes[i - 1] : need(calloc(1, places[i].len));
    }
    m->core = need(core_new(&config, &m->bus));
    core_art(m->core,
            &(const struct core_art){.cache = true, .prefetch = true, .wait = 5});
    if (!load(m, elf)) {
        machine_free(m);
        return NULL;
    }
    return m;
}

void machine_free(struct machine *m)
{
    if (m == NULL) {
        return;
    }
    core_free(m->core);
    for (size_t i = 0; m->places[i].len != 0; i++) {
        free(m->places[i].same ? NULL : m->bytes[i]);
    }
    free(m);
}

struct core *machine_core(struct machine *m)
{
    return m->core;
}

size_t machine_loaded(const struct machine *m, uint32_t addr)
{
    return m->loaded - addr;
}

/* ---- telling ------------------------------------------------------------------------- */

static void listen(void *ctx, const struct core_says *says)
{
    struct machine *m = ctx;
    if (says->kind == CORE_SAYS_INSN) {
        m->each(m->ctx, says->pc);
    }
}

void machine_tell(struct machine *m, uint32_t from, uint32_t to,
        void (*each)(void *ctx, uint32_t pc), void *ctx)
{
    m->each = each;
    m->ctx = ctx;
    m->from = from;
    core_listen(m->core, listen, m);
    core_break(m->core, from, true);
    core_break(m->core, to, true);
}

void machine_change(struct machine *m, unsigned reg, uint32_t bits)
{
    enum core_reg which = (enum core_reg)reg;
    core_reg_set(m->core, which, core_reg(m->core, which) ^ bits);
}

/* ---- semihosting --------------------------------------------------------------------- */

enum {
    SYS_OPEN = 1,
    SYS_WRITE = 5,
    SYS_EXIT = 0x18,
    APPLICATION_EXIT = 0x20026,
    FILE_NUMBER = 1
};

static void fail(struct machine *m, const char *what)
{
    (void)snprintf(
            m->end, sizeof(m->end), "%s at 0x%08x", what, core_reg(m->core, CORE_PC));
    m->over = true;
}

/* What the firmware asks for. True: something was written. */
static bool serve(struct machine *m, const void **data, size_t *len)
{
    uint32_t argument = core_reg(m->core, (enum core_reg)1);
    const uint32_t *arguments =
            (const uint32_t *)(const void *)machine_bytes(m, argument);
    uint32_t operation = core_reg(m->core, CORE_R0);
    bool written = operation == SYS_WRITE;
    if (written) {
        *data = machine_bytes(m, arguments[1]);
        *len = arguments[2];
    } else if (operation == SYS_EXIT) {
        m->over = true;
        if (argument != APPLICATION_EXIT) {
            fail(m, "the firmware gave up");
        }
    } else if (operation != SYS_OPEN) {
        fail(m, "unknown semihosting");
    }
    core_reg_set(m->core, CORE_R0, written ? 0 : FILE_NUMBER);
    core_skip(m->core);
    return written;
}

bool machine_run(struct machine *m, const void **written, size_t *len)
{
    const uint64_t patience = UINT64_C(100000000000); /* cycles */
    uint64_t until = core_cycles(m->core) + patience;
    while (!m->over) {
        enum core_stop stop = core_run(m->core, until);
        if (stop == CORE_BKPT && core_bkpt_imm(m->core) == BKPT_SEMIHOST) {
            if (serve(m, written, len)) {
                return true;
            }
        } else if (stop == CORE_BREAK) { /* being told is slow: only where asked */
            core_tell_insns(m->core, core_reg(m->core, CORE_PC) == m->from);
        } else if (stop == CORE_UNMODELLED) {
            fail(m, core_unmodelled(m->core));
        } else if (stop == CORE_LOCKED_UP) {
            fail(m, "locked up");
        } else {
            fail(m, stop == CORE_UNTIL ? "never ends" : "stopped");
        }
    }
    return false;
}

const char *machine_end(const struct machine *m)
{
    return m->end[0] != 0 ? m->end : NULL;
}
