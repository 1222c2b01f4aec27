/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "why/why_priv.h"

/* Other names than decode.h's; all in lower case. Some are slips of the pen in
 * handlers that are in wide use. */
static const struct {
    const char *name;
    enum etch_fault_word word;
} aliases[] = {
        {"r13", ETCH_FAULT_SP},
        {"r14", ETCH_FAULT_LR},
        {"r15", ETCH_FAULT_PC},
        {"ip", ETCH_FAULT_R12},
        {"sl", ETCH_FAULT_R10},
        {"sb", ETCH_FAULT_R9},
        {"xpsr", ETCH_FAULT_PSR},
        {"cpsr", ETCH_FAULT_PSR},
        {"prs", ETCH_FAULT_PSR}, /* Tock */
        {"ipsr", ETCH_FAULT_VECTOR},
        {"exc_ret", ETCH_FAULT_EXC_RETURN},
        {"cfaults", ETCH_FAULT_CFSR},         /* NuttX before 2022 */
        {"nvic_fault_stat", ETCH_FAULT_CFSR}, /* TI */
        {"dbg_fault_stat", ETCH_FAULT_DFSR},  /* Keil */
        {"csfr", ETCH_FAULT_CFSR},            /* rusEFI */
        {"hfaults", ETCH_FAULT_HFSR},
        {"hard_fault_stat", ETCH_FAULT_HFSR}, /* Keil */
        {"hfault_stat", ETCH_FAULT_HFSR},
        {"hsfr", ETCH_FAULT_HFSR}, /* Tock */
        {"htsr", ETCH_FAULT_HFSR}, /* Teensy */
        {"dfaults", ETCH_FAULT_DFSR},
        {"mmar", ETCH_FAULT_MMFAR},
        {"mm_addr", ETCH_FAULT_MMFAR},
        {"mm_fault_addr", ETCH_FAULT_MMFAR},
        {"memmanage_address", ETCH_FAULT_MMFAR},
        {"bfaultaddr", ETCH_FAULT_BFAR},
        {"fault_addr", ETCH_FAULT_BFAR},
        {"bus_fault_addr", ETCH_FAULT_BFAR},
        {"flash_status", ETCH_FAULT_FLASH_SR},
};

static const struct {
    const char *name;
    enum part_of_cfsr part;
} parts[] = {
        {"mmfsr", PART_MMFSR},
        {"mfsr", PART_MMFSR},
        {"mmsr", PART_MMFSR},
        {"mm_fault_stat", PART_MMFSR},
        {"bfsr", PART_BFSR},
        {"bus_fault_stat", PART_BFSR},
        {"ufsr", PART_UFSR},
        {"usg_fault_stat", PART_UFSR},
};

/* RBAR[3], MPU_RBAR3, RBAR3. */
static bool is_region_word(const char *name, uint32_t *word)
{
    if (strncmp(name, "mpu_", 4) == 0) {
        name += 4;
    }
    bool is_rasr = strncmp(name, "rasr", 4) == 0;
    bool is_rbar = strncmp(name, "rbar", 4) == 0;
    if (!is_rasr && !is_rbar) {
        return false;
    }
    const char *digit = name[4] == '[' ? name + 5 : name + 4;
    const char *tail = digit + 1;
    if (*digit < '0' || *digit > '7' || strcmp(tail, name[4] == '[' ? "]" : "") != 0) {
        return false;
    }
    *word = ETCH_FAULT_RBAR0 + 2u * (unsigned)(*digit - '0') + (is_rasr ? 1u : 0u);
    return true;
}

static bool is_word(const char *name, uint32_t *word)
{
    for (uint32_t w = 0; w < ETCH_FAULT_WORDS; w++) {
        if (strcasecmp(name, etch_fault_word_name(w)) == 0) {
            *word = w;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            *word = aliases[i].word;
            return true;
        }
    }
    return is_region_word(name, word);
}

static bool is_exactly(const char *name, struct meaning *m)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        if (strcmp(name, parts[i].name) == 0) {
            *m = (struct meaning){.is_part = true, .which = parts[i].part};
            return true;
        }
    }
    *m = (struct meaning){0};
    return is_word(name, &m->which);
}

/* Names that mean nothing else, whatever is in front of them. */
static bool is_unmistakable(const struct meaning *m)
{
    uint32_t w = m->which;
    return m->is_part || w <= ETCH_FAULT_PSR || w == ETCH_FAULT_MSP ||
           w == ETCH_FAULT_PSP || (w >= ETCH_FAULT_EXC_RETURN && w <= ETCH_FAULT_VTOR);
}

/* r00 to r09, as RT-Thread writes them; SCB->CFSR as SCB_CFSR, and FLASH->SR as
 * FLASH_SR. */
static void plain_name(const char *at, size_t len, char name[NAME_MAX_CHARS])
{
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < NAME_MAX_CHARS; i++) {
        if (at[i] == '-') {
            continue; /* of an arrow */
        }
        name[n] = at[i];
        if (at[i] == '>' || at[i] == '.') {
            name[n] = '_';
        }
        n++;
    }
    name[n] = '\0';
    if (n == 3 && name[0] == 'r' && name[1] == '0') {
        memmove(name + 1, name + 2, 2);
    }
}

/* stacked_pc, stack_pc, StackPC: the rest; or NULL. */
static const char *behind_stacked(const char *name)
{
    static const char *const words[] = {"stacked", "stack"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t len = strlen(words[i]);
        if (strncmp(name, words[i], len) == 0) {
            return name + len + strspn(name + len, "_");
        }
    }
    return NULL;
}

bool name_means(const char *at, size_t len, struct meaning *m)
{
    char name[NAME_MAX_CHARS];
    plain_name(at, len, name);
    if (is_exactly(name, m)) {
        return true;
    }
    const char *rest = behind_stacked(name);
    if (rest != NULL && is_exactly(rest, m) && !m->is_part &&
            m->which <= ETCH_FAULT_PSR) {
        m->stacked = true;
        return true;
    }
    for (rest = strchr(name, '_'); rest != NULL; rest = strchr(rest, '_')) {
        rest++;
        if (is_exactly(rest, m)) {
            return is_unmistakable(m);
        }
    }
    return false;
}
