/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"

bool etch_fault_knows(const struct etch_fault *f, enum etch_fault_word word)
{
    return f->known[word / 32u] >> (word % 32u) & 1;
}

uint32_t etch_fault_get(const struct etch_fault *f, enum etch_fault_word word)
{
    return etch_fault_knows(f, word) ? f->word[word] : 0;
}

void etch_fault_set(struct etch_fault *f, enum etch_fault_word word, uint32_t value)
{
    f->word[word] = value;
    f->known[word / 32u] |= 1u << (word % 32u);
}
