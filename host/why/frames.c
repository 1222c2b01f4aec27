/* frames.c - of a backtrace, the frame that an exception interrupted:
 *
 *   #1  <signal handler called>
 *   #2  0x08001316 in store (to=0x20000010) at store.c:12
 *
 * or, in an IDE,
 *
 *   <signal handler called>() at 0xfffffff9
 *   store() at store.c:12 0x8001316
 *
 * Only it has a PC that is no return address.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

/* What debuggers write where the exception's own frame is: gdb, probe-run, probe-rs. */
static bool is_exception(const char *line)
{
    static const char *const marks[] = {
            "<signal handler called>", "<exception entry>", "handler. cause:"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (strstr(line, marks[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Behind a frame's number: "#2 ", "1:", "frame 4:". NULL: it is no frame. */
static const char *skip_frame_number(const char *at)
{
    static const char word[] = "frame ";
    bool is_word = strncmp(at, word, strlen(word)) == 0;
    bool is_hash = *at == '#';
    at += is_word ? strlen(word) : is_hash ? 1 : 0;
    size_t digits = strspn(at, "0123456789");
    bool ends = at[digits] == (is_hash ? ' ' : ':');
    return digits > 0 && ends ? at + digits + 1 : NULL;
}

/* The address stands first, or behind the name and an @; arguments may be addresses,
 * too. */
static const char *find_frame_address(const char *at)
{
    static const char hex[] = "0x";
    const char *behind = strstr(at, "@ 0x");
    if (strncmp(at, hex, strlen(hex)) == 0) {
        return at;
    }
    return behind == NULL ? NULL : behind + 2;
}

/* An IDE's call stack: store() at store.c:12 0x8001316. NULL: the line is none. */
static const char *find_call_address(const char *line)
{
    const char *at = strstr(line, "() at ");
    return at == NULL ? NULL : strstr(at, " 0x");
}

/* probe-run may print no addresses: then the function is all there is to tell. */
static void keep_function(struct why *w, const char *frame)
{
    size_t len = strlen(frame);
    if (w->function[0] == '\0' && len > 0 && len < sizeof(w->function)) {
        memcpy(w->function, frame, len + 1);
        w->words++;
    }
}

void read_frames(struct reader *r)
{
    if (is_exception(r->line)) {
        r->behind_exception = true;
        return;
    }
    const char *frame = r->behind_exception ? skip_frame_number(r->line) : NULL;
    const char *call = r->behind_exception ? find_call_address(r->line) : NULL;
    if (frame == NULL && call == NULL) {
        return; /* of the last frame: file and line, arguments */
    }
    r->behind_exception = false;
    const char *at = frame == NULL ? call : find_frame_address(frame);
    if (at == NULL) {
        keep_function(r->w, frame);
        return;
    }
    unsigned long long addr = strtoull(at, NULL, 16);
    if (addr <= UINT32_MAX) {
        const struct meaning pc = {.stacked = true, .which = ETCH_FAULT_PC};
        found_meaning(r, pc, (uint32_t)addr);
    }
}
