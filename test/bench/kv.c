/* kv.c - the store under the workloads that ten others were measured with.
 *
 * Flash as on an STM32F405 at x32: 16 us a program step, 250 ms, 550 ms or 1 s
 * an erase (typical); the processor's own time is not counted. A fifth of the
 * updates warms up. The application tidies when etch_kv_stat says there is
 * something to erase, so puts need not.
 *
 *   W1  32 keys of 4 bytes, uniform, 100,000 updates
 *   W2  32 keys of 32 bytes, the same
 *   W3  a counter among 31 cold keys of 4 bytes, 100,000 increments
 *   W4  256 keys of 4 to 128 bytes, zipf, 50,000 updates on 4 x 16 KB
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "kv/kv.h"
#include "support/ram_nor.h"

enum { KEYS = 256, BUCKETS = 1 << 16, BUCKET_US = 16 };

struct load {
    const char *name;
    uint32_t sector[RAM_NOR_SECTORS];
    unsigned keys;
    unsigned least, most; /* bytes */
    unsigned updates;
    bool zipf, counter;
};

struct result {
    double wa;         /* bytes of flash taken for each byte of the user's */
    double programmed; /* bytes programmed; a commit programs 4 once more */
    double erases_per_10k, put_erases;
    double mean_us, p50_us, p999_us, max_us;
    double put_reads; /* most in a put */
    double get_reads, get_bytes, mount_bytes, mount_reads, mount_programs;
};

struct bed {
    struct ram_nor flash;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[KEYS];
    unsigned len[KEYS];
    double sum[KEYS]; /* of zipf weights */
    uint64_t random;
    uint32_t histogram[BUCKETS];
};

static uint32_t draw(struct bed *bed, uint32_t below)
{
    bed->random = bed->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((bed->random >> 32) * below >> 32);
}

static void must(enum etch_err err, const char *what)
{
    if (err) {
        fprintf(stderr, "bench: %s: %s\n", what, etch_err_name(err));
        exit(3);
    }
}

static void start(struct bed *bed, const struct load *load)
{
    double sum = 0;
    memset(bed, 0, sizeof(*bed));
    bed->random = 1;
    ram_nor_open(&bed->flash, load->sector, 4, false);
    bed->config = (struct etch_kv_config){.nor = &bed->flash.nor,
            .log = &etch_kv_plain,
            .index = bed->index,
            .keys = (uint16_t)load->keys};
    must(etch_kv_format(&bed->kv, &bed->config), "format");
    for (unsigned k = 0; k < load->keys; k++) {
        bed->len[k] = load->least + draw(bed, load->most - load->least + 1);
        sum += 1.0 / (k + 1);
        bed->sum[k] = sum;
    }
}

static unsigned pick(struct bed *bed, const struct load *load)
{
    if (!load->zipf) {
        return draw(bed, load->keys);
    }
    double at = bed->sum[load->keys - 1] * draw(bed, 1u << 30) / (1u << 30);
    unsigned k = 0;
    while (k + 1 < load->keys && bed->sum[k] < at) {
        k++;
    }
    return k;
}

static unsigned put(struct bed *bed, const struct load *load, unsigned key)
{
    uint8_t value[128];
    if (load->counter && key == 0) {
        must(etch_kv_put_tick(&bed->kv, 0), "tick");
        return 4;
    }
    for (unsigned i = 0; i < bed->len[key]; i++) {
        value[i] = (uint8_t)draw(bed, 256);
    }
    must(etch_kv_put(&bed->kv, (uint16_t)key, value, (uint16_t)bed->len[key]), "put");
    return bed->len[key];
}

static void tidy(struct bed *bed)
{
    struct etch_kv_stat stat;
    etch_kv_stat(&bed->kv, &stat);
    if (stat.tidy.typ_us != 0) {
        must(etch_kv_tidy(&bed->kv), "tidy");
    }
}

static double percentile(const struct bed *bed, uint64_t of, double part)
{
    uint64_t want = (uint64_t)((double)of * part);
    uint64_t seen = 0;
    unsigned i = 0;
    while (i + 1 < BUCKETS && (seen += bed->histogram[i]) <= want) {
        i++;
    }
    return i * (double)BUCKET_US;
}

static void measure_reads(struct bed *bed, const struct load *load, struct result *r)
{
    uint8_t value[128];
    struct ram_nor *f = &bed->flash;
    for (unsigned k = 0; k < load->keys; k++) {
        uint16_t len;
        ram_nor_zero(f);
        must(etch_kv_get(&bed->kv, (uint16_t)k, value, sizeof(value), &len), "get");
        r->get_reads = (double)f->reads > r->get_reads ? (double)f->reads : r->get_reads;
        double more = (double)f->read_bytes - len;
        r->get_bytes = more > r->get_bytes ? more : r->get_bytes;
    }
}

/* Boots all along a cycle of the log. */
static void measure_mounts(struct bed *bed, const struct load *load, struct result *r)
{
    struct ram_nor *f = &bed->flash;
    unsigned n = 40;
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < 50; k++) {
            (void)put(bed, load, pick(bed, load));
        }
        ram_nor_zero(f);
        must(etch_kv_open(&bed->kv, &bed->config), "open");
        r->mount_bytes += (double)f->read_bytes / n;
        r->mount_reads += (double)f->reads / n;
        double programs = (double)f->programs;
        r->mount_programs = programs > r->mount_programs ? programs : r->mount_programs;
        tidy(bed);
    }
}

static struct result measure(struct bed *bed, const struct load *load)
{
    struct result r = {0};
    struct ram_nor *f = &bed->flash;
    uint64_t user = 0;
    uint64_t programs = 0;
    uint64_t taken = 0;
    uint64_t erases = 0;
    uint64_t us = 0;
    start(bed, load);
    for (unsigned k = 0; k < load->keys; k++) {
        (void)put(bed, load, k);
    }
    for (unsigned i = 0; i < load->updates; i++) {
        bool counts = i >= load->updates / 5;
        unsigned key = load->counter ? 0 : pick(bed, load);
        ram_nor_zero(f);
        unsigned len = put(bed, load, key);
        if (counts) {
            user += len;
            us += f->us;
            r.put_erases += (double)f->erases;
            r.max_us = (double)f->us > r.max_us ? (double)f->us : r.max_us;
            r.put_reads = (double)f->reads > r.put_reads ? (double)f->reads : r.put_reads;
            bed->histogram[f->us / BUCKET_US < BUCKETS ? f->us / BUCKET_US
                                                       : BUCKETS - 1]++;
        }
        if (i % 16 == 0) {
            tidy(bed);
        }
        programs += counts ? f->programs : 0;
        taken += counts ? f->taken : 0;
        erases += counts ? f->erases : 0;
    }
    uint64_t puts = load->updates - load->updates / 5;
    r.wa = (double)taken / (double)user;
    r.programmed = 4.0 * (double)programs / (double)user;
    r.erases_per_10k = 10000.0 * (double)erases / (double)puts;
    r.mean_us = (double)us / (double)puts;
    r.p50_us = percentile(bed, puts, 0.5);
    r.p999_us = percentile(bed, puts, 0.999);
    measure_reads(bed, load, &r);
    measure_mounts(bed, load, &r);
    ram_nor_close(f);
    return r;
}

/* ---- against others -------------------------------------------------------------- */

/* Measured with the same workloads and flash: bytes for a byte on W1, W2 and
 * W4; the longest put of W2, ms; bytes read by a mount and by a get; text. The
 * stores as published in 2026. */
static const struct peer {
    const char *name;
    double w1, w2, w4, max_ms, mount, get, text;
} peers[] = {
        {"FlashDB, word", 12.18, 2.65, 3.14, 259.6, 21730, 176, 7042},
        {"EasyFlash, word", 12.22, 2.66, 5.17, 259.9, 22851, 454, 6369},
        {"Zephyr NVS", 3.08, 1.36, 1.57, 255.3, 33302, 281, 2440},
        {"Zephyr NVS, data CRC", 4.13, 1.51, 0, 255.9, 33302, 281, 2610},
        {"Zephyr ZMS", 4.15, 1.66, 1.86, 256.6, 10599, 533, 3636},
        {"mbed TDBStore", 8.56, 2.13, 5.79, 258.1, 16257, 120, 7079},
        {"littlefs, file a key", 7.24, 1.92, 5.13, 255.9, 12823, 9840, 15172},
        {"ST AN3969 (no CRC)", 2.03, 2.29, 0, 266.9, 8196, 71078, 1020},
        {"sequential-storage", 4.13, 1.51, 1.65, 255.8, 0, 8971, 0},
};

static void print_peers(const struct result r[4], double text)
{
    printf("\n%-22s %7s %7s %7s %9s %9s %8s %7s\n", "", "W1", "W2", "W4", "put ms",
            "mount B", "get B", "text B");
    printf("%-22s %7.2f %7.2f %7.2f %9.2f %9.0f %8.0f %7.0f\n", "etch", r[0].wa, r[1].wa,
            r[3].wa, r[1].max_us / 1000, r[1].mount_bytes, r[1].get_bytes + 32, text);
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
        const struct peer *p = &peers[i];
        printf("%-22s %7.2f %7.2f %7.2f %9.2f %9.0f %8.0f %7.0f\n", p->name, p->w1, p->w2,
                p->w4, p->max_ms, p->mount, p->get, p->text);
    }
    printf("(put ms: the longest put of W2, no erase in ours; 0: not possible or not "
           "measured)\n");
}

static void print_result(const char *name, const struct result *r)
{
    printf("%-6s wa %6.3f (%6.3f programmed)  erases/10k %5.1f (in puts %g)  us: mean "
           "%6.1f p50 %5.0f p99.9 "
           "%6.0f max %6.0f (%5.0f reads)  mount %6.0f B %4.0f reads  get %2.0f reads\n",
            name, r->wa, r->programmed, r->erases_per_10k, r->put_erases, r->mean_us,
            r->p50_us, r->p999_us, r->max_us, r->put_reads, r->mount_bytes,
            r->mount_reads, r->get_reads);
}

static void add_figures(struct bench *b, const struct result r[4])
{
    char name[32];
    double erases = 0;
    for (int i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof(name), "kv.w%d.wa", i + 1);
        bench_add(b, name, r[i].wa);
        (void)snprintf(name, sizeof(name), "kv.w%d.put_max_ms", i + 1);
        bench_add(b, name, r[i].max_us / 1000);
        (void)snprintf(name, sizeof(name), "kv.w%d.put_p999_ms", i + 1);
        bench_add(b, name, r[i].p999_us / 1000);
        (void)snprintf(name, sizeof(name), "kv.w%d.put_reads", i + 1);
        bench_add(b, name, r[i].put_reads);
        erases += r[i].put_erases;
    }
    bench_add(b, "kv.put_erases", erases);
    bench_add(b, "kv.counter_bytes", r[2].wa * 4);
    bench_add(b, "kv.get_reads", r[1].get_reads);
    bench_add(b, "kv.mount_bytes", r[1].mount_bytes);
    bench_add(b, "kv.mount_programs", r[1].mount_programs);
}

/* What the ledger says of the deepest call of a put, the flash's part apart. */
static void add_stack(struct bench *b)
{
    FILE *ledger = fopen(ETCH_SOURCE_DIR "/size.csv", "r");
    char line[128];
    unsigned stack;
    while (ledger && fgets(line, sizeof(line), ledger)) {
        if (sscanf(line, "kv/put,%*u,%*u,%*u,%u", &stack) == 1) {
            bench_add(b, "kv.put_stack_bytes", stack);
        }
    }
    if (ledger) {
        (void)fclose(ledger);
    }
}

void bench_kv(struct bench *b)
{
    static const struct load loads[] = {
            {"W1", {0x4000, 0x4000}, 32, 4, 4, 100000, false, false},
            {"W2", {0x4000, 0x4000}, 32, 32, 32, 100000, false, false},
            {"W3", {0x4000, 0x4000}, 32, 4, 4, 100000, false, true},
            {"W4", {0x4000, 0x4000, 0x4000, 0x4000}, 256, 4, 128, 50000, true, false},
            {"W2-128", {0x20000, 0x20000}, 32, 32, 32, 100000, false, false},
            {"W2-mix", {0x4000, 0x4000, 0x10000}, 32, 32, 32, 100000, false, false},
    };
    static struct bed bed;
    struct result r[6];
    printf("The store: bytes programmed for each byte put, latency, reads\n");
    for (int i = 0; i < 6; i++) {
        r[i] = measure(&bed, &loads[i]);
        print_result(loads[i].name, &r[i]);
    }
    add_figures(b, r);
    bench_add_json(b,
            "python3 " ETCH_SOURCE_DIR "/tools/budget.py --json " ETCH_SOURCE_DIR
            "/build/cortex-m4/libetch.a",
            "kv.");
    add_stack(b);
    print_peers(r, bench_get(b, "kv.text_bytes"));
}
