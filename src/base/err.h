/* err.h - the one list of errors.
 *
 * Every call that can fail returns enum etch_err and nothing else; results
 * travel through pointers. Values are negative so that the code survives a
 * trip through an int-returning RTOS hook, and frozen: fault records on flash
 * hold them. An outcome the caller must expect (ETCH_E_NOENT) is an error
 * code too; a caller's bug is not, it is an assertion.
 *
 * Nothing is remembered, allocated, waited for or locked; any context may
 * call; power loss has nothing to spoil.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BASE_ERR_H
#define ETCH_BASE_ERR_H

enum etch_err {
    ETCH_OK = 0,
    ETCH_E_RANGE = -1,     /* address or length outside the part */
    ETCH_E_ALIGN = -2,     /* not on a write unit */
    ETCH_E_LOCKED = -3,    /* controller refused the keys */
    ETCH_E_PROGRAM = -4,   /* controller raised an error flag */
    ETCH_E_VERIFY = -5,    /* array does not read back as written */
    ETCH_E_NOENT = -6,     /* no such key */
    ETCH_E_PROTECTED = -7, /* sector write-protected or PCROP */
    ETCH_E_SELF = -8,      /* sector holds the running code or the vector table */
    ETCH_E_BITS = -9,      /* a 0 bit would have to become 1 */
    ETCH_E_SUPPLY = -10,   /* supply not declared for this width */
    ETCH_E_WATCHDOG = -11, /* longer than the declared watchdog period */
    ETCH_E_TIMEOUT = -12,  /* the controller stayed busy past its limit */
    ETCH_E_BUSY = -13,     /* an operation is already under way */
    ETCH_E_PART = -14,     /* part unknown or its layout cannot be trusted */
    ETCH_E_MPU = -15,      /* the MPU would refuse the access */
    ETCH_E_NOSPACE = -16,  /* what must be kept leaves no room */
    ETCH_E_TIDY = -17,     /* no room until the store has been tidied */
    ETCH_E_FORMAT = -18,   /* no store here */
    ETCH_E_SWAPPED = -19,  /* the banks are swapped: sector numbers would lie */
    ETCH_E_FOREIGN = -20,  /* a store, but of another version or log */
    ETCH_E_RIGHTS = -21,   /* the caller may not touch the registers of the processor */
};

#define ETCH_MUST_CHECK __attribute__((warn_unused_result))

/* Name of err, for people. Lives in its own file: unused, it costs nothing.
 *
 * A value that is no error of the list is "unknown"; never NULL.
 */
const char *etch_err_name(enum etch_err err);

#endif
