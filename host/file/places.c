/* places.c - from an address to function, file and line, with libdw.
 *
 * Which unit speaks of an address is looked up in a table of our own: the one
 * in .debug_aranges is optional, and units of functions that the linker threw
 * away claim addresses from 0 on.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/symbols_priv.h"

/* ---- units ------------------------------------------------------------------- */

static bool grow(void **array, size_t *room, size_t n, size_t size)
{
    if (n < *room) {
        return true;
    }
    size_t more = *room == 0 ? 64 : 2 * *room;
    void *bigger = realloc(*array, more * size);
    if (bigger == NULL) {
        return false;
    }
    *array = bigger;
    *room = more;
    return true;
}

static bool add_range(struct symbols *s, const struct unit_range *range)
{
    void *array = s->units;
    bool room = grow(&array, &s->units_room, s->units_n, sizeof *s->units);
    s->units = array;
    if (room) {
        s->units[s->units_n++] = *range;
    }
    return room;
}

static bool add_source(struct symbols *s, const char *name)
{
    void *array = s->sources;
    bool room = grow(&array, &s->sources_room, s->sources_n, sizeof *s->sources);
    s->sources = array;
    if (room && name != NULL) {
        s->sources[s->sources_n++] = name;
    }
    return room;
}

const char *symbols_source(const struct symbols *s, size_t i)
{
    return i < s->sources_n ? s->sources[i] : NULL;
}

/* False: no more memory. Damaged information just ends. */
static bool add_unit(struct symbols *s, Dwarf_Die *unit)
{
    if (!add_source(s, dwarf_diename(unit))) {
        return false;
    }
    Dwarf_Addr base;
    Dwarf_Addr from;
    Dwarf_Addr to;
    ptrdiff_t at = 0;
    while ((at = dwarf_ranges(unit, at, &base, &from, &to)) > 0) {
        if (from >= to || to > UINT32_MAX || !symbols_is_code(s, (uint32_t)from)) {
            continue;
        }
        struct unit_range range = {.from = (uint32_t)from,
                .to = (uint32_t)(to - 1),
                .die = dwarf_dieoffset(unit)};
        if (!add_range(s, &range)) {
            return false;
        }
    }
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct unit_range *x = a;
    const struct unit_range *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return x->die < y->die ? -1 : x->die > y->die;
}

static void add_units(struct symbols *s)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    uint8_t type;
    while (dwarf_get_units(s->dwarf, cu, &cu, NULL, &type, &unit, NULL) == 0) {
        if (type == DW_UT_compile && !add_unit(s, &unit)) {
            break;
        }
    }
    if (s->units_n > 1) {
        qsort(s->units, s->units_n, sizeof *s->units, by_address);
    }
    uint32_t reach = 0;
    for (size_t i = 0; i < s->units_n; i++) {
        reach = s->units[i].to > reach ? s->units[i].to : reach;
        s->units[i].reach = reach;
    }
}

void symbols_read_debug(struct symbols *s)
{
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    if (s->dwarf == NULL) {
        return;
    }
    s->cfi = dwarf_getcfi(s->dwarf);
    add_units(s);
}

static bool find_unit(const struct symbols *s, uint32_t addr, Dwarf_Die *unit)
{
    size_t low = 0;
    size_t high = s->units_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->units[middle].from <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low > 0 && s->units[low - 1].reach >= addr; low--) {
        if (s->units[low - 1].to >= addr) {
            return dwarf_offdie(s->dwarf, s->units[low - 1].die, unit) != NULL;
        }
    }
    return false;
}

/* ---- names ------------------------------------------------------------------------ */

/* Follow an inlined or out-of-class function to where it was declared. */
static Dwarf_Die declaration(Dwarf_Die die)
{
    static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        Dwarf_Attribute attr;
        Dwarf_Die next;
        if (dwarf_attr(&die, links[i], &attr) != NULL &&
                dwarf_formref_die(&attr, &next) != NULL) {
            die = next;
        }
    }
    return die;
}

static bool is_named_scope(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);
    return (tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
                   tag == DW_TAG_namespace) &&
           dwarf_diename(die) != NULL;
}

static const char *keep_name(struct symbols *s, const char *text)
{
    for (const struct made_name *old = s->made; old != NULL; old = old->next) {
        if (strcmp(old->text, text) == 0) {
            return old->text;
        }
    }
    size_t size = strlen(text) + 1;
    struct made_name *made = malloc(sizeof *made + size);
    if (made == NULL) {
        return NULL;
    }
    memcpy(made->text, text, size);
    made->next = s->made;
    s->made = made;
    return made->text;
}

/* "mbed::FlashIAP::program": a method's bare name says too little. */
static const char *function_name(struct symbols *s, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);
    Dwarf_Die declared = declaration(*die);
    Dwarf_Die *scopes = NULL;
    int n = name != NULL ? dwarf_getscopes_die(&declared, &scopes) : 0;
    char text[256] = "";
    size_t len = 0;
    for (int i = n - 1; i > 0; i--) {
        if (is_named_scope(&scopes[i]) && len < sizeof text) {
            len += (size_t)snprintf(
                    text + len, sizeof text - len, "%s::", dwarf_diename(&scopes[i]));
        }
    }
    free(scopes);
    if (len == 0 || len >= sizeof text) {
        return name;
    }
    (void)snprintf(text + len, sizeof text - len, "%s", name);
    const char *kept = keep_name(s, text);
    return kept != NULL ? kept : name;
}

/* ---- places ---------------------------------------------------------------------------- */

struct search {
    struct symbols *s;
    Dwarf_Die unit;
    struct symbols_place *places;
    size_t n, max;
};

/* Where the inlined function of this scope was called. */
static void find_call(struct search *at, Dwarf_Die *scope, struct symbols_place *next)
{
    Dwarf_Attribute attr;
    Dwarf_Word value;
    Dwarf_Files *files;
    size_t count;
    if (dwarf_formudata(dwarf_attr(scope, DW_AT_call_line, &attr), &value) == 0) {
        next->line = (unsigned)value;
    }
    if (dwarf_formudata(dwarf_attr(scope, DW_AT_call_file, &attr), &value) == 0 &&
            dwarf_getsrcfiles(&at->unit, &files, &count) == 0 && value < count) {
        next->file = dwarf_filesrc(files, value, NULL, NULL);
    }
}

/* scopes: from the innermost to the unit. */
static void name_scopes(struct search *at, Dwarf_Die *scopes, int n)
{
    for (int i = 0; i < n; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) {
            continue;
        }
        struct symbols_place *place = &at->places[at->n++];
        place->function = function_name(at->s, &scopes[i]);
        place->inlined = tag == DW_TAG_inlined_subroutine;
        if (!place->inlined || at->n == at->max) {
            return;
        }
        at->places[at->n] = (struct symbols_place){0};
        find_call(at, &scopes[i], &at->places[at->n]);
    }
}

static void find_scopes(struct search *at, uint32_t addr)
{
    Dwarf_Die *lexical = NULL;
    Dwarf_Die *scopes = NULL;
    if (dwarf_getscopes(&at->unit, addr, &lexical) > 0) {
        /* These jump to where an inlined function was written; the scopes
         * around the innermost one say where it was put. */
        int n = dwarf_getscopes_die(&lexical[0], &scopes);
        name_scopes(at, scopes, n);
    }
    free(scopes);
    free(lexical);
}

size_t symbols_at(
        struct symbols *s, uint32_t addr, struct symbols_place *places, size_t max)
{
    struct search at = {.s = s, .places = places, .max = max};
    addr &= ~1u;
    places[0] = (struct symbols_place){0};
    if (find_unit(s, addr, &at.unit)) {
        Dwarf_Line *line = dwarf_getsrc_die(&at.unit, addr);
        int number = 0;
        if (line != NULL && dwarf_lineno(line, &number) == 0 && number > 0) {
            places[0].line = (unsigned)number;
            places[0].file = dwarf_linesrc(line, NULL, NULL);
        }
        find_scopes(&at, addr);
    }
    struct symbols_symbol symbol;
    if (places[0].function == NULL && symbols_is_code(s, addr) &&
            symbols_holding(s, addr, &symbol)) {
        places[0].function = symbol.name;
    }
    bool known = places[0].function != NULL || places[0].line > 0;
    return at.n > 0 ? at.n : known;
}

const char *symbols_text(struct symbols *s, uint32_t addr, char *text, size_t size)
{
    struct symbols_place places[1];
    if (s == NULL || symbols_at(s, addr, places, 1) == 0) {
        (void)snprintf(text, size, "0x%08X", addr);
        return text;
    }
    const struct symbols_place *place = &places[0];
    const char *slash = place->file != NULL ? strrchr(place->file, '/') : NULL;
    const char *file = slash != NULL ? slash + 1 : place->file;
    const char *function = place->function != NULL ? place->function : "?";
    if (file != NULL) {
        (void)snprintf(text, size, "%s %s:%u", function, file, place->line);
    } else {
        (void)snprintf(text, size, "%s", function);
    }
    return text;
}
