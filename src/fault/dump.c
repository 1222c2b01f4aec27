/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"

const char *etch_fault_word_name(enum etch_fault_word word)
{
    return word < ETCH_FAULT_WORDS ? word_names[word] : "";
}

void etch_fault_dump(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    say(to, "++ etch fault ++\n");
    uint32_t in_line = 0;
    for (uint32_t w = 0; w < ETCH_FAULT_WORDS; w++) {
        if (etch_fault_knows(f, w)) {
            say(to, "%s%s=%x", in_line ? " " : "", word_names[w], f->word[w]);
            in_line++;
        }
        if (in_line == 4 || (in_line && w == ETCH_FAULT_WORDS - 1)) {
            to->emit(to->ctx, '\n');
            in_line = 0;
        }
    }
    say(to, "-- etch fault --\n");
}
