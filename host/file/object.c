/* object.c - what an object was declared to be, with libdw.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dwarf.h>

#include "file/symbols_priv.h"

static bool lies_at(Dwarf_Die *variable, uint32_t addr)
{
    Dwarf_Attribute attr;
    Dwarf_Op *ops;
    size_t n;
    return dwarf_attr_integrate(variable, DW_AT_location, &attr) != NULL &&
           dwarf_getlocation(&attr, &ops, &n) == 0 && n == 1 &&
           ops[0].atom == DW_OP_addr && ops[0].number == addr;
}

static bool has_variables(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);
    return tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
           tag == DW_TAG_namespace;
}

/* The variable of file scope, or static in a function, that lies at addr. */
static bool find_in(Dwarf_Die *unit, uint32_t addr, Dwarf_Die *found)
{
    enum { SCOPES = 5 };
    Dwarf_Die at[SCOPES];
    int depth = dwarf_child(unit, &at[0]) == 0 ? 0 : -1;
    while (depth >= 0) {
        Dwarf_Die *die = &at[depth];
        if (dwarf_tag(die) == DW_TAG_variable && lies_at(die, addr)) {
            *found = *die;
            return true;
        }
        if (has_variables(die) && depth + 1 < SCOPES &&
                dwarf_child(die, &at[depth + 1]) == 0) {
            depth++;
            continue;
        }
        while (depth >= 0 && dwarf_siblingof(&at[depth], &at[depth]) != 0) {
            depth--;
        }
    }
    return false;
}

bool symbols_constant(struct symbols *s, uint32_t addr)
{
    enum { TYPES = 16 };
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    Dwarf_Die die;
    uint8_t kind;
    bool found = false;
    while (s->dwarf != NULL && !found &&
            dwarf_get_units(s->dwarf, cu, &cu, NULL, &kind, &unit, NULL) == 0) {
        found = kind == DW_UT_compile && find_in(&unit, addr, &die);
    }
    bool is_const = false;
    bool is_volatile = false;
    for (int i = 0; found && i < TYPES; i++) {
        Dwarf_Attribute attr;
        if (dwarf_formref_die(dwarf_attr_integrate(&die, DW_AT_type, &attr), &die) ==
                NULL) {
            break;
        }
        int tag = dwarf_tag(&die);
        is_const = is_const || tag == DW_TAG_const_type;
        is_volatile = is_volatile || tag == DW_TAG_volatile_type;
        if (tag == DW_TAG_pointer_type) {
            break; /* what it points to is not the object */
        }
    }
    return is_const && !is_volatile;
}
