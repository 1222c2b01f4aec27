/* flags.c - flags of the status registers by their names, and the sentences that stand
 * for them: PRECISERR = 1, [x] UNALIGNED, Data Access Violation: false.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "why/why_priv.h"

/* ---- is it set? --------------------------------------------------------------------- */

/* Of a list of check boxes, [ ] IACCVIOL [x] PRECISERR, or with the boxes behind: does
 * an empty one belong to what lies between begin and end? */
static bool is_unticked(const char *line, const char *begin, const char *end)
{
    static const char *const empty[] = {"[ ]", "[]", "( )"};
    size_t len = strlen(line);
    bool behind = len > 0 && (line[len - 1] == ']' || line[len - 1] == ')');
    begin -= begin > line && begin[-1] == ' ' ? 1 : 0;
    end += *end == ' ' ? 1 : 0;
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
        size_t n = strlen(empty[i]);
        bool is_before =
                (size_t)(begin - line) >= n && strncmp(begin - n, empty[i], n) == 0;
        if (behind ? strncmp(end, empty[i], n) == 0 : is_before) {
            return true;
        }
    }
    return false;
}

/* Handlers that list all causes say of each whether it is the one: "Data Access
 * Violation: false", "DACCVIOL = 0"; what stands behind the name itself counts. */
static bool is_denied(const char *line, const char *behind)
{
    static const char no[] = "false";
    static const char yes[] = "true";
    size_t len = strlen(line);
    uint32_t value;
    behind += strspn(behind, ") ");
    bool is_value = *behind == ':' || *behind == '=';
    if (is_value && hex_at(behind + 1, &value) != NULL) {
        return value == 0;
    }
    bool is_true = is_value && strncmp(behind + 1, yes, strlen(yes)) == 0;
    return !is_true && len >= strlen(no) && strcmp(line + len - strlen(no), no) == 0;
}

static bool is_off(const char *line, const struct phrase *p, const char *end)
{
    size_t len = strlen(p->text);
    bool fits = (size_t)(end - line) >= len;
    return is_denied(line, end) || (fits && is_unticked(line, end - len, end));
}

/* ---- a sentence in a longer one ------------------------------------------------------- */

/* "Precise data access violation" is no "data access violation": the longer one tells. */
static bool is_covered(const char *line, const struct phrase *p, const char *end)
{
    size_t len = strlen(p->text);
    for (size_t i = 0; i < phrases_n; i++) {
        const struct phrase *q = &phrases[i];
        if (!is_flag(q) || strlen(q->text) <= len || strstr(q->text, p->text) == NULL) {
            continue;
        }
        for (const char *at = line; (at = find_phrase(at, q->text)) != NULL;) {
            if (at >= end && at - strlen(q->text) <= end - len) {
                return true;
            }
        }
    }
    return false;
}

/* Of words that Zephyr has for MemManage alone: they stand behind "bus fault" in the
 * same clause. */
static bool is_of_bus(const char *line, const struct phrase *p, const char *end)
{
    static const char *const names[] = {"bus fault", "busfault"};
    bool of_memory = p->tells == TELLS_CFSR && p->value <= 0xFF;
    const char *begin = end - strlen(p->text);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && of_memory; i++) {
        const char *name = strchr(p->text, ' ') == NULL ? NULL : strstr(line, names[i]);
        if (name != NULL && name < begin && name + strcspn(name, ".;,|(") >= begin) {
            return true;
        }
    }
    return false;
}

/* ---- a name that is a word of prose ----------------------------------------------------- */

static size_t word_len(const char *at)
{
    size_t n = 0;
    while (is_word_char(at[n])) {
        n++;
    }
    return n;
}

static bool is_one_of(const char *at, size_t len, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) == len && strncmp(at, words[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* Another flag's name, or another thing that flags stand beside. */
static bool is_flags_neighbour(const char *at, size_t len)
{
    static const char *const words[] = {"cfsr", "ufsr", "usagefault", "fault", "flag",
            "flags", "x", "mmarvalid", "bfarvalid"};
    for (size_t i = 0; i < phrases_n; i++) {
        const char *name = phrases[i].text;
        if (phrases[i].tells == TELLS_CFSR && strchr(name, ' ') == NULL &&
                strlen(name) == len && strncmp(at, name, len) == 0) {
            return true;
        }
    }
    return is_one_of(at, len, words, sizeof(words) / sizeof(*words));
}

/* UNALIGNED=1, UNALIGNED: true */
static bool is_said_to_be_set(const char *end)
{
    static const char *const words[] = {"true", "yes", "set", "on"};
    uint32_t value;
    if (*end != ':' && *end != '=') {
        return false;
    }
    end++;
    const char *behind = hex_at(end, &value);
    bool is_bit =
            behind != NULL && (*behind == '\0' || strchr(" ,;|)]", *behind) != NULL);
    return (is_bit && (value == 1 || value == 1u << 8 || value == 1u << 24)) ||
           is_one_of(end, word_len(end), words, sizeof(words) / sizeof(*words));
}

static const char marks[] = " ,;|/+&()[]<>-*";

/* UNALIGNED is set; UFSR: UNALIGNED NOCP; or alone in its line. An adjective has its
 * noun behind it, and what is unaligned stands before the verb. */
static bool stands_as_flag(const char *line, const char *begin, const char *end)
{
    static const char *const verbs[] = {"set", "flag", "bit"};
    const char *next = end + strspn(end, marks);
    next += strncmp(next, "is set", strlen("is set")) == 0 ? strlen("is ") : 0;
    size_t len = word_len(next);
    bool is_verb = is_one_of(next, len, verbs, sizeof(verbs) / sizeof(*verbs));
    if (len > 0 && (is_verb || is_flags_neighbour(next, len))) {
        return true;
    }
    if (len > 0 || *next != '\0') {
        return false;
    }
    while (begin > line && strchr(":= ,;|/+&()[]<>-*", begin[-1]) != NULL) {
        begin--;
    }
    const char *word = begin;
    while (word > line && is_word_char(word[-1])) {
        word--;
    }
    bool in_brackets = begin[0] == ' ' && begin[1] == '(';
    return begin == line || is_flags_neighbour(word, (size_t)(begin - word)) ||
           (in_brackets && is_one_of(word, (size_t)(begin - word),
                                   (const char *const[]){"access"}, 1));
}

/* ---- the whole --------------------------------------------------------------------------- */

static bool is_told(const char *line, const struct phrase *p, const char *end)
{
    if (is_off(line, p, end) || is_covered(line, p, end) || is_of_bus(line, p, end)) {
        return false;
    }
    const char *begin = end - strlen(p->text);
    return p->tells != TELLS_CFSR_WORD || is_said_to_be_set(end) ||
           stands_as_flag(line, begin, end);
}

const char *find_flag(const char *line, const struct phrase *p)
{
    for (const char *end = line; (end = find_phrase(end, p->text)) != NULL;) {
        if (is_told(line, p, end)) {
            return end;
        }
    }
    return NULL;
}
