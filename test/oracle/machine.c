/* SPDX-License-Identifier: MIT */
#include "oracle/machine.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle/layout.h"

enum {
    CODE_BYTES = 64 << 10,
    SRAM_BYTES = 4 << 20,
    SRAM_AT = 0x20000000,
    BKPT_SEMIHOST = 0xAB
};

struct machine {
    struct core *core;
    struct core_bus bus;
    uint8_t *code, *sram, *batch;
    void (*each)(void *ctx, uint32_t pc);
    void *ctx;
    char end[128];
    bool over;
};

/* ---- memory ---------------------------------------------------------------------- */

static uint8_t *at(const struct machine *m, uint32_t addr)
{
    if (addr < CODE_BYTES) {
        return m->code + addr;
    }
    if (addr - SRAM_AT < SRAM_BYTES) {
        return m->sram + (addr - SRAM_AT);
    }
    if (addr - BATCH_AT < BATCH_BYTES) {
        return m->batch + (addr - BATCH_AT);
    }
    return NULL;
}

/* Every other page of code goes through the cache for flash, whose lines the
 * processor executes in another way. */
static void page(void *ctx, uint32_t addr, bool store, struct core_page *p)
{
    (void)store;
    p->art = addr - BATCH_AT < BATCH_BYTES && (addr / CORE_PAGE) % 2 != 0;
    p->bytes = at(ctx, addr);
    bool there = p->bytes != NULL;
    p->read = p->write = p->fetch = there;
    p->no_fetch = !there;
    p->id = addr | 1; /* only the processor itself writes */
}

static enum core_end read_word(void *ctx, uint32_t addr, unsigned width, uint32_t *value)
{
    const uint8_t *bytes = at(ctx, addr);
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
    uint8_t *bytes = at(ctx, addr);
    if (bytes == NULL) {
        return CORE_PRECISE_ERROR;
    }
    memcpy(bytes, &value, width);
    return CORE_OK;
}

static enum core_end line(
        void *ctx, uint32_t addr, uint8_t bytes[CORE_LINE], unsigned *wait)
{
    const uint8_t *from = at(ctx, addr);
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

/* ---- the harness ------------------------------------------------------------------ */

static bool load_segments(struct machine *m, Elf *elf, const char *raw)
{
    size_t n;
    Elf32_Phdr *segment = elf32_getphdr(elf);
    if (segment == NULL || elf_getphdrnum(elf, &n) != 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t *to = at(m, segment[i].p_paddr);
        if (segment[i].p_type == PT_LOAD && segment[i].p_filesz != 0 && to != NULL) {
            memcpy(to, raw + segment[i].p_offset, segment[i].p_filesz);
        }
    }
    return true;
}

static bool load(struct machine *m, const char *path)
{
    int fd = open(path, O_RDONLY);
    Elf *elf = NULL;
    bool loaded = false;
    if (fd >= 0 && elf_version(EV_CURRENT) != EV_NONE) {
        elf = elf_begin(fd, ELF_C_READ, NULL);
        const char *raw = elf == NULL ? NULL : elf_rawfile(elf, NULL);
        loaded = raw != NULL && load_segments(m, elf, raw);
        (void)elf_end(elf);
    }
    (void)close(fd);
    return loaded;
}

static void listen(void *ctx, const struct core_says *says)
{
    struct machine *m = ctx;
    if (says->kind == CORE_SAYS_INSN && says->pc - BATCH_AT < BATCH_BYTES) {
        m->each(m->ctx, says->pc);
    }
}

struct machine *machine_new(const char *harness, const struct batch *b,
        void (*each)(void *ctx, uint32_t pc), void *ctx)
{
    static const struct core_config config = {.irqs = 32};
    struct machine *m = calloc(1, sizeof(*m));
    if (m == NULL) {
        abort();
    }
    m->code = calloc(1, CODE_BYTES);
    m->sram = calloc(1, SRAM_BYTES);
    m->batch = calloc(1, BATCH_BYTES);
    m->bus = (struct core_bus){page, read_word, write_word, line, barrier, NULL, m};
    m->core = core_new(&config, &m->bus);
    if (m->code == NULL || m->sram == NULL || m->batch == NULL || m->core == NULL) {
        abort();
    }
    m->each = each;
    m->ctx = ctx;
    memcpy(m->batch, b->bytes, b->len);
    if (!load(m, harness)) {
        machine_free(m);
        return NULL;
    }
    if (each != NULL) {
        core_listen(m->core, listen, m);
        core_break(m->core, CASE_ENTER, true);
        core_break(m->core, CASE_EXIT, true);
    }
    core_art(m->core,
            &(const struct core_art){.cache = true, .prefetch = true, .wait = 5});
    core_reset(m->core);
    return m;
}

void machine_free(struct machine *m)
{
    if (m == NULL) {
        return;
    }
    core_free(m->core);
    free(m->code);
    free(m->sram);
    free(m->batch);
    free(m);
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

/* What the harness asks for. True: records were written. */
static bool serve(struct machine *m, const uint32_t **records, size_t *len)
{
    uint32_t argument = core_reg(m->core, 1);
    const uint32_t *arguments = (const uint32_t *)(const void *)at(m, argument);
    uint32_t operation = core_reg(m->core, CORE_R0);
    bool written = operation == SYS_WRITE;
    if (written) {
        *records = (const uint32_t *)(const void *)at(m, arguments[1]);
        *len = arguments[2];
    } else if (operation == SYS_EXIT) {
        m->over = true;
        if (argument != APPLICATION_EXIT) {
            fail(m, "the harness gave up");
        }
    } else if (operation != SYS_OPEN) {
        fail(m, "unknown semihosting");
    }
    core_reg_set(m->core, CORE_R0, written ? 0 : FILE_NUMBER);
    core_skip(m->core);
    return written;
}

bool machine_records(struct machine *m, const uint32_t **records, size_t *len)
{
    enum { PATIENCE = 1000000000 }; /* cycles for a buffer of records */
    uint64_t until = core_cycles(m->core) + PATIENCE;
    while (!m->over) {
        enum core_stop stop = core_run(m->core, until);
        if (stop == CORE_BKPT && core_bkpt_imm(m->core) == BKPT_SEMIHOST) {
            if (serve(m, records, len)) {
                return true;
            }
        } else if (stop == CORE_BREAK) { /* being told is slow: only in blocks */
            core_tell_insns(m->core, core_reg(m->core, CORE_PC) == CASE_ENTER);
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

void machine_change(struct machine *m, unsigned reg, uint32_t bits)
{
    core_reg_set(
            m->core, (enum core_reg)reg, core_reg(m->core, (enum core_reg)reg) ^ bits);
}
