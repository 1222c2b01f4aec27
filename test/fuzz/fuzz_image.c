/* fuzz_image.c - libFuzzer on the reader of stores:
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Ihost -Itest \
 *         test/fuzz/fuzz_image.c test/support/image_any.c host/image/[a-z]*.c -o fuzz_image
 *     ./fuzz_image test/images
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/image_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    image_any(data, size);
    return 0;
}
