/* settings.h - variables that outlive the power.
 *
 * What it is: a setting is declared where it is used, in plain C:
 *
 *     ETCH_SETTING(1, uint32_t, motor_limit, 1500, ETCH_RANGE(uint32_t, 100, 3000));
 *     ETCH_SETTING_ARRAY(2, char, 4, user_config, (1, 2, 3, 4));
 *
 * read like any variable (`if (speed > motor_limit)`) and changed by a call:
 *
 *     err = ETCH_SET(&settings, motor_limit, 1800);
 *
 * The initial value is in the image; a changed one is in the store, under the
 * setting's number, and comes back at the next start. The variable is const to
 * the compiler, so an assignment that nobody would save does not compile, and
 * volatile, so that no read is folded into the initial value.
 *
 * Numbers are for ever: a setting that is gone leaves its number unused. Two
 * settings with one number, however it is written, do not link (in one file, do not
 * compile). A name and a type go into the store
 * beside the value, so that dumps explain themselves. The store's other keys,
 * those of a newer firmware among them, stay as they are.
 *
 * When the stored value has another type or version than this firmware's, the
 * setting's migrate function is asked; without one, or if it declines, the
 * initial value holds and that is reported. The stored value itself stays
 * until the setting is changed: a downgrade finds it again.
 *
 * What it remembers: the values, in RAM; struct etch_settings.
 *
 * What it never does: allocate; write when a value is read, or at start, but
 * for what etch_kv_open has to settle; erase (the store's policy says when).
 *
 * Who may call it: one caller at a time, with lock hooks in the store (kv.h) as well: a
 * change is first in the store and then, when its lock has been given back, in RAM; if
 * another comes between, the variable has one of the two and the next start the other. So
 * who sets from two tasks takes a mutex of its own around each set and reset; and around
 * all else that writes to the store, if that has no hooks. Reading is for everyone at any
 * time, while etch_settings_open is under way as well: what is there is allowed, and it is
 * whole, as far as it has up to 4 bytes, or whoever reads it interrupts; for it is written
 * with interrupts masked.
 *
 * What power loss does: "Cut" in each comment.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SETTINGS_SETTINGS_H
#define ETCH_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "kv/kv.h"

enum etch_setting_kind {
    ETCH_SETTING_BYTES, /* anything: a struct, say */
    ETCH_SETTING_BOOL,
    ETCH_SETTING_UNSIGNED,
    ETCH_SETTING_SIGNED,
    ETCH_SETTING_FLOAT,
    ETCH_SETTING_CHAR
};

enum {
    ETCH_SETTING_NAME_MAX = 28,   /* characters */
    ETCH_SETTING_LEN_MAX = 16308, /* bytes; see etch_setting_set */
    ETCH_SETTING_OLD_MAX = 128,   /* bytes of a value that can be migrated */
    ETCH_SETTING_ASIDE_MAX = 128 /* bytes of one that open does not mask interrupts for */
};

/* A stored value that is not of this firmware's type or version. */
struct etch_setting_old {
    const void *data;
    uint16_t len;
    const char *type; /* as it was declared: "u16", "char[4]", "bytes[12].2" */
};

/* What a setting is; made by ETCH_SETTING. The last five may be given there, as
 * .valid = is_prime, say. */
struct etch_setting {
    const char *name;
    void *value; /* in RAM */
    bool *known; /* in RAM: the store has this label with it */
    const void *initial;
    uint16_t number; /* its key in the store */
    uint16_t len;    /* bytes */
    uint8_t kind;    /* enum etch_setting_kind, of an element ... */
    uint8_t width;   /* ... of so many bytes */

    /* Count up when the meaning changes and the type does not: millimetres
     * that become inches. */
    uint8_t version;
    /* Least and greatest value of a number: ETCH_RANGE. NULL: no limit. */
    const void *min, *max;
    /* Is this a value the setting may have? Asked of what is set, and of what
     * comes from the store. NULL: each is. */
    bool (*valid)(const void *value);
    /* Make a value of an old one, at value, which need not be where the setting is;
     * what is there is the initial one. False: it cannot be. Called at start; the result
     * is stored when the setting is next set. */
    bool (*migrate)(const struct etch_setting_old *old, void *value);
    /* The value has changed, by a call; not at start. Runs inside that call. */
    void (*changed)(const struct etch_setting *setting);
    uint8_t end_; /* so that the list of fields in ETCH_SETTING may be empty */
};

/* ---- declaring ------------------------------------------------------------ */

/* A setting: its number in the store (a constant, 0..1022), its type, its
 * name, its initial value; then, if wanted, ETCH_RANGE and fields of struct
 * etch_setting. At file scope. */
#define ETCH_SETTING(number_, type_, name_, ...)                    \
    typedef type_ etch_type_##name_;                                \
    ETCH_SETTING_DEFINE(name_, ETCH_SETTING_FIRST(__VA_ARGS__, 0)); \
    ETCH_SETTING_DESCRIBE(                                          \
            number_, name_, type_, ETCH_SETTING_REST(__VA_ARGS__, .end_ = 0))

/* A setting that is an array: number, element type, count, name, initial
 * values in parentheses; then as above. Text is an array of char. */
#define ETCH_SETTING_ARRAY(number_, type_, count_, name_, ...)                          \
    typedef type_ etch_type_##name_[count_];                                            \
    ETCH_SETTING_DEFINE(name_, ETCH_SETTING_FIRST(ETCH_SETTING_BRACES __VA_ARGS__, 0)); \
    ETCH_SETTING_DESCRIBE(                                                              \
            number_, name_, type_, ETCH_SETTING_REST(__VA_ARGS__, .end_ = 0))

/* A setting that is a struct: number, type, name, initial values of its fields
 * in parentheses; then as above. */
#define ETCH_SETTING_STRUCT(number_, type_, name_, ...)                                 \
    typedef type_ etch_type_##name_;                                                    \
    ETCH_SETTING_DEFINE(name_, ETCH_SETTING_FIRST(ETCH_SETTING_BRACES __VA_ARGS__, 0)); \
    ETCH_SETTING_DESCRIBE(                                                              \
            number_, name_, type_, ETCH_SETTING_REST(__VA_ARGS__, .end_ = 0))

/* Least and greatest value of a number, or of each in an array. Another type than the
 * setting's does not compile. */
#define ETCH_RANGE(type_, min_, max_)                        \
    .min = &(const type_){min_} + ETCH_SETTING_IS_OF(type_), \
    .max = &(const type_){max_} + ETCH_SETTING_IS_OF(type_)

/* The setting as another file sees it, that does not declare it; of an array the type
 * is char[4], say. */
#define ETCH_SETTING_ELSEWHERE(type_, name_)       \
    typedef __typeof__(type_) etch_type_##name_;   \
    extern const volatile etch_type_##name_ name_; \
    extern const struct etch_setting etch_setting_##name_

/* ---- using ----------------------------------------------------------------- */

/* What etch_settings_open found, setting by setting; others are as stored, or
 * were never changed. */
enum etch_setting_news {
    ETCH_SETTING_MIGRATED, /* an old value was taken over */
    ETCH_SETTING_OTHER,    /* another type or version: initial value */
    ETCH_SETTING_REFUSED,  /* the stored value is out of range or not valid: initial */
    ETCH_SETTING_LOST      /* the stored value or its type cannot be read: initial */
};

struct etch_settings {
    struct etch_kv *kv; /* NULL: there is none, so no setting can be changed */
    /* Told at open of each setting that is not as it was. Or NULL. */
    void (*report)(const struct etch_setting *setting, enum etch_setting_news news);
    uint16_t news; /* how many that were */
};

/* Take the values from an open store; kv and report are set by the caller. To be called
 * before any setting is set, and again after etch_kv_format. Where etch_kv_open fails
 * because nothing can be written, etch_kv_view is enough to read them.
 *
 * Cut: nothing is written.
 * Cost: a get of the store for each setting, and a name for each that has been changed;
 * without names in the store's index (kv.h) that is a way through the whole log. A value
 * of more than ETCH_SETTING_ASIDE_MAX bytes is made where it is read, with interrupts
 * masked for that get and for its valid or migrate: some 80 cycles a byte, 5 ms for 1000
 * at 16 MHz; and the way through the log, where its number has no place in the index.
 * Errors: those of the flash; the settings not reached have their initial
 * value.
 */
ETCH_MUST_CHECK enum etch_err etch_settings_open(struct etch_settings *settings);

/* Give a setting a value of len bytes, in RAM and in the store.
 *
 * Cut: the old value or the new one.
 * Cost: etch_kv_put; the first time in the life of a store also a batch with
 * the label, for which there must be room beside the value: in a plain log the longest
 * setting is 12 bytes and its label, rounded up to words, shorter than the longest value
 * (etch_kv_stat's largest): 60 at most, and never longer than ETCH_SETTING_LEN_MAX.
 * Errors: ETCH_E_RANGE (len, the range or valid say no), ETCH_E_FORMAT (there is no
 * store, settings->kv is NULL), and those of etch_kv_put; the value then is as before.
 */
ETCH_MUST_CHECK enum etch_err etch_setting_set(struct etch_settings *settings,
        const struct etch_setting *setting, const void *value, uint16_t len);

/* The same by name and type: ETCH_SET(&settings, motor_limit, 1800). The value
 * of an array is its elements: ETCH_SET(&settings, user_config, 4, 3, 2, 1). */
#define ETCH_SET(settings_, name_, ...)                \
    etch_setting_set(settings_, &etch_setting_##name_, \
            &(const etch_type_##name_){__VA_ARGS__}, sizeof(etch_type_##name_))

/* The value for code that takes no volatile: a pointer to its type, good for as
 * long as nobody sets it meanwhile. strcmp(*ETCH_VALUE(host), "etch"). */
#define ETCH_VALUE(name_) ((const etch_type_##name_ *)etch_setting_##name_.value)

/* Back to the initial value; the stored one is deleted.
 *
 * Cut: the old value or the initial one.
 * Errors: those of etch_kv_delete; ETCH_E_FORMAT (there is no store).
 */
ETCH_MUST_CHECK enum etch_err etch_setting_reset(
        struct etch_settings *settings, const struct etch_setting *setting);

/* Factory reset: all settings for which `which` says so, all with NULL, are
 * reset. Keys that no setting of this firmware has stay.
 *
 * Cut: some are reset and others not yet; do it again.
 * Errors: as etch_setting_reset; those before are reset.
 */
ETCH_MUST_CHECK enum etch_err etch_settings_reset(struct etch_settings *settings,
        bool (*which)(const struct etch_setting *setting));

/* All settings of the firmware: *n of them, in the order of the link. */
const struct etch_setting *const *etch_settings_all(size_t *n);

/* The setting with this name; NULL: there is none. */
const struct etch_setting *etch_setting_find(const char *name);

/* "motor_limit:u32", "user_config:char[4]", "trim:f32[3].2": the text that
 * names a setting in the store; with a 0 behind it at most ETCH_KV_NAME_MAX + 1
 * bytes. Returns its length without. */
uint16_t etch_setting_label(const struct etch_setting *setting, char *label);

/* ---- behind the macros -------------------------------------------------------- */

#define ETCH_SETTING_FIRST(first_, ...) first_
#define ETCH_SETTING_REST(first_, ...)  __VA_ARGS__
#define ETCH_SETTING_BRACES(...)        ETCH_SETTING_BRACED({__VA_ARGS__})
#define ETCH_SETTING_BRACED(...)        __VA_ARGS__

/* The variable has two names: the one that is written, and the one that is
 * read. */
#define ETCH_SETTING_DEFINE(name_, ...)                                \
    static const etch_type_##name_ etch_initial_##name_ = __VA_ARGS__; \
    static bool etch_known_##name_;                                    \
    static etch_type_##name_ etch_value_##name_ = __VA_ARGS__;         \
    extern const volatile etch_type_##name_ name_                      \
            __attribute__((alias("etch_value_" #name_)))

/* The description, and its place in the list that the linker makes. */
#define ETCH_SETTING_DESCRIBE(number_, name_, type_, ...)                          \
    _Static_assert(sizeof(#name_) <= ETCH_SETTING_NAME_MAX + 1, "name too long");  \
    _Static_assert(sizeof(etch_type_##name_) <= ETCH_SETTING_LEN_MAX, "too long"); \
    _Static_assert((number_) <= 1022, "numbers are 0 to 1022");                    \
    ETCH_SETTING_NUMBER(number_, name_)                                            \
    ETCH_SETTING_CHECK(name_, type_, __VA_ARGS__)                                  \
    const struct etch_setting etch_setting_##name_ = {.name = #name_,              \
            .value = &etch_value_##name_,                                          \
            .known = &etch_known_##name_,                                          \
            .initial = &etch_initial_##name_,                                      \
            .number = (number_),                                                   \
            .len = sizeof(etch_type_##name_),                                      \
            .kind = ETCH_SETTING_KIND(type_),                                      \
            .width = sizeof(type_) > 255 ? 1 : sizeof(type_),                      \
            __VA_ARGS__};                                                          \
    static const struct etch_setting *const etch_entry_##name_                     \
            __attribute__((section("etch_settings"), used)) = &etch_setting_##name_

/* A label with the number in its name, which then nobody else can have: the assembler
 * refuses a second one in this file, the linker one in another. The compiler writes the
 * number there, so it is the same for 16, 0x10 and an enumerator. A naked function that
 * has nothing else has no bytes. */
#define ETCH_SETTING_NUMBER(number_, name_)                            \
    __attribute__((naked, used)) static void etch_number_##name_(void) \
    {                                                                  \
        __asm volatile(".global etch_setting_number_%c0\n"             \
                       "etch_setting_number_%c0:" ::"i"(number_));     \
    }

/* To ETCH_RANGE the type of an element is what the nearest struct of this name says: in
 * the description, where it may be anything, this one; in the function that looks at what
 * was given for the setting, and of which nothing is compiled, one with the setting's. */
struct etch_setting_element {
    const struct etch_setting_element *is;
};

#define ETCH_SETTING_CHECK(name_, type_, ...)                           \
    __attribute__((unused)) static inline void etch_check_##name_(void) \
    {                                                                   \
        struct etch_setting_element {                                   \
            type_ is;                                                   \
        };                                                              \
        (void)sizeof((const struct etch_setting){__VA_ARGS__});         \
    }

#define ETCH_SETTING_ELEMENT __typeof__(((struct etch_setting_element *)0)->is)

/* 0, where type_ is a number of the kind and width that the setting has. */
#define ETCH_SETTING_IS_OF(type_)                                                  \
    (0 * sizeof(struct {                                                           \
        _Static_assert(                                                            \
                ETCH_SETTING_IS_ANY ||                                             \
                        (ETCH_SETTING_IS_NUMBER(type_) &&                          \
                                ETCH_SETTING_KIND(type_) ==                        \
                                        ETCH_SETTING_KIND(ETCH_SETTING_ELEMENT) && \
                                sizeof(type_) == sizeof(ETCH_SETTING_ELEMENT)),    \
                "the range is of another type than the setting");                  \
        char c_;                                                                   \
    }))
#define ETCH_SETTING_IS_ANY                                                       \
    _Generic(*(ETCH_SETTING_ELEMENT *)0, const struct etch_setting_element * : 1, \
            default : 0)
#define ETCH_SETTING_IS_NUMBER(type_)                     \
    (ETCH_SETTING_KIND(type_) >= ETCH_SETTING_UNSIGNED && \
            ETCH_SETTING_KIND(type_) <= ETCH_SETTING_FLOAT)

#define ETCH_SETTING_KIND(type_)                         \
    _Generic(*(type_ *)0, _Bool                          \
             : ETCH_SETTING_BOOL, char                   \
             : ETCH_SETTING_CHAR, signed char            \
             : ETCH_SETTING_SIGNED, short                \
             : ETCH_SETTING_SIGNED, int                  \
             : ETCH_SETTING_SIGNED, long                 \
             : ETCH_SETTING_SIGNED, long long            \
             : ETCH_SETTING_SIGNED, unsigned char        \
             : ETCH_SETTING_UNSIGNED, unsigned short     \
             : ETCH_SETTING_UNSIGNED, unsigned           \
             : ETCH_SETTING_UNSIGNED, unsigned long      \
             : ETCH_SETTING_UNSIGNED, unsigned long long \
             : ETCH_SETTING_UNSIGNED, float              \
             : ETCH_SETTING_FLOAT, double                \
             : ETCH_SETTING_FLOAT, default               \
             : ETCH_SETTING_BYTES)

#endif
