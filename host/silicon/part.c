/* SPDX-License-Identifier: MIT */
#include "silicon/part.h"

#include <ctype.h>
#include <string.h>

enum { KIB = 1024, FLASH_BASE = 0x08000000, LETTERS_AFTER_SIZE = 8 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool same_letter(char a, char b)
{
    return lower(a) == lower(b);
}

static const char *skip_family(const char *name)
{
    static const char family[] = "STM32";
    size_t i = 0;
    while (family[i] != '\0' && same_letter(name[i], family[i])) {
        i++;
    }
    return family[i] == '\0' ? name + i : name;
}

/* The row's name is "STM32F446xE": its x stands for any package letter. */
static bool names_row(const char *marking, const char *row)
{
    const char *mine = skip_family(row);
    size_t i = 0;
    for (; mine[i] != '\0'; i++) {
        bool package = mine[i] == 'x' && isalpha((unsigned char)marking[i]);
        if (!package && !same_letter(marking[i], mine[i])) {
            return false;
        }
    }
    size_t rest = strspn(marking + i,
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    return rest <= LETTERS_AFTER_SIZE && marking[i + rest] == '\0';
}

const struct silicon_part *silicon_part_find(const char *name)
{
    const char *marking = skip_family(name);
    for (size_t i = 0; i < silicon_part_count; i++) {
        /* A part's DB1M_OFF row stands before its DB1M_ON row. */
        if (names_row(marking, silicon_parts[i].name)) {
            return &silicon_parts[i];
        }
    }
    return NULL;
}

const struct silicon_part *silicon_part_db1m(const struct silicon_part *part, bool on)
{
    enum silicon_banks want = on ? SILICON_DB1M_ON : SILICON_DB1M_OFF;
    for (size_t i = 0; i < silicon_part_count; i++) {
        const struct silicon_part *row = &silicon_parts[i];
        if (row->banks == want && strcmp(row->name, part->name) == 0) {
            return row;
        }
    }
    return part;
}

/* "4x16" at *text: 4 and 16. Moves *text behind it and behind a '+'. */
static unsigned read_number(const char **text)
{
    unsigned n = 0;
    while (isdigit((unsigned char)**text)) {
        n = n * 10 + (unsigned)(**text - '0');
        (*text)++;
    }
    if (**text == 'x' || **text == '+') {
        (*text)++;
    }
    return n;
}

/* RM0090 3.9.8: the second bank's SNB codes start at 16 although the manual's
 * sector numbers go on with 12. On F413/F423, one bank of 16 sectors, code and
 * number agree (RM0430), and nWRP bit 14 is for sectors 14 and 15. */
static struct silicon_sector describe(
        const struct silicon_part *part, unsigned bank, unsigned local)
{
    unsigned bits = part->nwrp[bank];
    return (struct silicon_sector){
            .number = (uint8_t)(bank * 12 + local),
            .snb = (uint8_t)(bank * 16 + local),
            .bank = (uint8_t)bank,
            .wrp_reg = (uint8_t)bank,
            .wrp_bit = (uint8_t)(16 + (local < bits ? local : bits - 1)),
    };
}

size_t silicon_part_sectors(
        const struct silicon_part *part, struct silicon_sector out[SILICON_SECTORS_MAX])
{
    size_t n = 0;
    uint32_t addr = FLASH_BASE;
    unsigned bank = 0;
    unsigned local = 0;
    const char *text = part->layout;
    while (*text != '\0') {
        if (*text == '|') {
            text++;
            bank++;
            local = 0;
        }
        unsigned count = read_number(&text);
        unsigned kib = read_number(&text);
        for (; count > 0 && n < SILICON_SECTORS_MAX; count--, local++, n++) {
            out[n] = describe(part, bank, local);
            out[n].addr = addr;
            out[n].size = kib * KIB;
            addr += out[n].size;
        }
    }
    return n;
}
