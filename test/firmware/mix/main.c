/* main.c - lists, a state machine, matrices, copying, numbers to text and back,
 * and calls into handlers. A bitwise checksum takes about a sixth of it, as in
 * the benchmarks that firmware people know.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mix.h"

enum { NODES = 64, SIDE = 12, BYTES = 512 };

static uint32_t random_state;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static uint32_t crc(uint32_t sum, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320u : sum >> 1;
        }
    }
    return sum;
}

/* ---- a list, sorted by merging ------------------------------------------------------ */

struct node {
    struct node *next;
    uint32_t key;
};

static struct node *merge(struct node *a, struct node *b)
{
    struct node head = {NULL, 0};
    struct node *last = &head;
    while (a != NULL && b != NULL) {
        struct node **least = a->key <= b->key ? &a : &b;
        last->next = *least;
        last = *least;
        *least = last->next;
    }
    last->next = a != NULL ? a : b;
    return head.next;
}

static struct node *sort(struct node *list, unsigned n)
{
    if (n < 2) {
        if (list != NULL) {
            list->next = NULL;
        }
        return list;
    }
    struct node *half = list;
    for (unsigned i = 0; i < n / 2; i++) {
        half = half->next;
    }
    struct node *b = sort(half, n - n / 2);
    return merge(sort(list, n / 2), b);
}

static uint32_t lists(void)
{
    static struct node nodes[NODES];
    for (unsigned i = 0; i < NODES; i++) {
        nodes[i].key = next_random() >> 8;
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    }
    uint32_t sum = 0;
    for (struct node *n = sort(nodes, NODES); n != NULL; n = n->next) {
        sum = sum * 31 + n->key;
    }
    return sum;
}

/* ---- a state machine over text --------------------------------------------------------- */

enum state { START, SIGN, WHOLE, POINT, PART, EXPONENT, BAD, STATES };

static enum state step(enum state s, char c)
{
    bool digit = c >= '0' && c <= '9';
    switch (s) {
    case START:
        return c == '-' || c == '+' ? SIGN : digit ? WHOLE : c == '.' ? POINT : BAD;
    case SIGN: return digit ? WHOLE : c == '.' ? POINT : BAD;
    case WHOLE: return digit ? WHOLE : c == '.' ? PART : c == 'e' ? EXPONENT : BAD;
    case POINT: return digit ? PART : BAD;
    case PART: return digit ? PART : c == 'e' ? EXPONENT : BAD;
    case EXPONENT: return digit ? EXPONENT : BAD;
    case BAD:
    case STATES: break;
    }
    return BAD;
}

static uint32_t texts(void)
{
    static const char text[] = "12.5,-3e4,+.25,x1,9.9.9,1e5,--2,00017,3.,.e1,77";
    uint32_t count[STATES] = {0};
    enum state s = START;
    for (const char *p = text; *p != 0; p++) {
        if (*p == ',') {
            count[s]++;
            s = START;
        } else {
            s = step(s, *p);
        }
    }
    return crc(0, count, sizeof(count));
}

/* ---- matrices --------------------------------------------------------------------------- */

static uint32_t matrices(void)
{
    static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
    static int32_t c[SIDE][SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        a[i / SIDE][i % SIDE] = (int16_t)next_random();
        b[i % SIDE][i / SIDE] = (int16_t)next_random();
    }
    for (int i = 0; i < SIDE; i++) {
        for (int k = 0; k < SIDE; k++) {
            int32_t sum = 0;
            for (int j = 0; j < SIDE; j++) {
                sum += a[i][j] * b[k][j] >> 4;
            }
            c[i][k] = sum;
        }
    }
    uint32_t fold = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        fold = (fold << 5 | fold >> 27) ^ (uint32_t)c[i / SIDE][i % SIDE];
    }
    return fold;
}

static uint32_t floats(void)
{
    static float wave[64];
    float energy = 0.0f;
    for (int i = 0; i < 64; i++) {
        float x = (float)(int32_t)next_random() * 0x1p-31f;
        wave[i] = __builtin_sqrtf(__builtin_fabsf(x)) + x * x / (1.5f + x);
        energy += wave[i] * wave[i];
    }
    return (uint32_t)(energy * 1000.0f);
}

/* ---- bytes, and what the C library is for --------------------------------------------------- */

static uint32_t copies(void)
{
    static uint8_t from[BYTES], to[BYTES];
    for (size_t i = 0; i < BYTES; i += 4) {
        uint32_t word = next_random();
        memcpy(from + i, &word, 4);
    }
    memcpy(to, from + 1, BYTES - 1);
    memmove(to + 3, to, BYTES - 7);
    memset(to + 100, 0x5A, 33);
    return crc(memcmp(from, to, 64) < 0, to, BYTES / 2);
}

static int by_value(const void *a, const void *b)
{
    int32_t x;
    int32_t y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

static uint32_t library(void)
{
    int32_t values[24];
    char text[64];
    for (int i = 0; i < 24; i++) {
        values[i] = (int32_t)next_random();
    }
    qsort(values, 24, sizeof(*values), by_value);
    int n = snprintf(text, sizeof(text), "%ld:%08lx:%s:%-6d|", (long)values[0],
            (unsigned long)values[23], "etch", (int)(values[7] % 1000));
    double scaled = (double)values[3] / 7.0;
    return crc((uint32_t)strtol(text, NULL, 10) + (uint32_t)(int32_t)scaled, text,
            (size_t)n);
}

/* ---- handlers ----------------------------------------------------------------------------------- */

static volatile uint32_t calls, switches;

void mix_svc(void)
{
    calls++;
    *(volatile uint32_t *)0xE000ED04u = 1u << 28; /* ICSR.PENDSVSET */
}

void mix_pendsv(void)
{
    switches += calls;
}

static uint32_t handlers(void)
{
    __asm__ volatile("svc 1" : : : "memory");
    return calls ^ switches << 8;
}

uint32_t mix_run(uint32_t rounds)
{
    uint32_t sum = 0;
    random_state = 2463534242u;
    for (uint32_t i = 0; i < rounds; i++) {
        sum = crc(sum, &(uint32_t){lists()}, 4);
        sum = crc(sum, &(uint32_t){texts()}, 4);
        sum = crc(sum, &(uint32_t){matrices()}, 4);
        sum = crc(sum, &(uint32_t){floats()}, 4);
        sum = crc(sum, &(uint32_t){copies()}, 4);
        sum = crc(sum, &(uint32_t){library()}, 4);
        sum = crc(sum, &(uint32_t){handlers()}, 4);
    }
    return sum;
}
