/* SPDX-License-Identifier: MIT */
#include "base/err.h"

int main(void)
{
    return etch_err_name(ETCH_OK)[0];
}
