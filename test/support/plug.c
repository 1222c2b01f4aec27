/* SPDX-License-Identifier: MIT */
#include "support/plug.h"

#include "silicon/native.h"

static struct silicon_native *chip;

int plug_in(void **state)
{
    (void)state;
    chip = silicon_native_new(silicon_part_find("f446re"), NULL);
    return chip ? 0 : -1;
}

int unplug(void **state)
{
    (void)state;
    silicon_native_free(chip);
    return 0;
}
