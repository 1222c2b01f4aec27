/* SPDX-License-Identifier: MIT */
#include "base/err.h"

const char *etch_err_name(enum etch_err err)
{
    switch (err) {
    case ETCH_OK: return "ok";
    case ETCH_E_RANGE: return "out of range";
    case ETCH_E_ALIGN: return "misaligned";
    case ETCH_E_LOCKED: return "controller locked";
    case ETCH_E_PROGRAM: return "controller error flag";
    case ETCH_E_VERIFY: return "read-back differs";
    case ETCH_E_NOENT: return "no such key";
    case ETCH_E_PROTECTED: return "sector protected";
    case ETCH_E_SELF: return "sector holds running code";
    case ETCH_E_BITS: return "bit already programmed";
    case ETCH_E_SUPPLY: return "supply too low for width";
    case ETCH_E_WATCHDOG: return "longer than watchdog";
    case ETCH_E_TIMEOUT: return "controller stays busy";
    case ETCH_E_BUSY: return "operation under way";
    case ETCH_E_PART: return "part unknown";
    case ETCH_E_MPU: return "MPU refuses access";
    case ETCH_E_NOSPACE: return "no space";
    case ETCH_E_TIDY: return "tidy first";
    case ETCH_E_FORMAT: return "no store";
    case ETCH_E_SWAPPED: return "banks swapped";
    case ETCH_E_FOREIGN: return "store of another version";
    case ETCH_E_RIGHTS: return "caller unprivileged";
    }
    return "unknown";
}
