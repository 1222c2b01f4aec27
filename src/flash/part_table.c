/* SPDX-License-Identifier: MIT */
#include "flash/part.h"

/* Device ids: RM0090 38.6.1 and the same table of the other manuals; sizes and
 * banks: the chapter on embedded flash of each. */
const struct etch_part etch_part_f401xb = {0x423, 128, etch_part_one_bank};
const struct etch_part etch_part_f401xc = {0x423, 256, etch_part_one_bank};
const struct etch_part etch_part_f401xd = {0x433, 384, etch_part_one_bank};
const struct etch_part etch_part_f401xe = {0x433, 512, etch_part_one_bank};
const struct etch_part etch_part_f405xe = {0x413, 512, etch_part_one_bank};
const struct etch_part etch_part_f405xg = {0x413, 1024, etch_part_one_bank};
const struct etch_part etch_part_f407xe = {0x413, 512, etch_part_one_bank};
const struct etch_part etch_part_f407xg = {0x413, 1024, etch_part_one_bank};
const struct etch_part etch_part_f410x8 = {0x458, 64, etch_part_one_bank};
const struct etch_part etch_part_f410xb = {0x458, 128, etch_part_one_bank};
const struct etch_part etch_part_f411xc = {0x431, 256, etch_part_one_bank};
const struct etch_part etch_part_f411xe = {0x431, 512, etch_part_one_bank};
const struct etch_part etch_part_f412xe = {0x441, 512, etch_part_one_bank};
const struct etch_part etch_part_f412xg = {0x441, 1024, etch_part_one_bank};
const struct etch_part etch_part_f413xg = {0x463, 1024, etch_part_one_bank};
const struct etch_part etch_part_f413xh = {0x463, 1536, etch_part_one_bank};
const struct etch_part etch_part_f415xg = {0x413, 1024, etch_part_one_bank};
const struct etch_part etch_part_f417xe = {0x413, 512, etch_part_one_bank};
const struct etch_part etch_part_f417xg = {0x413, 1024, etch_part_one_bank};
const struct etch_part etch_part_f423xh = {0x463, 1536, etch_part_one_bank};
const struct etch_part etch_part_f427xg = {0x419, 1024, etch_part_two_banks};
const struct etch_part etch_part_f427xi = {0x419, 2048, etch_part_two_banks};
const struct etch_part etch_part_f429xe = {0x419, 512, etch_part_one_bank};
const struct etch_part etch_part_f429xg = {0x419, 1024, etch_part_two_banks};
const struct etch_part etch_part_f429xi = {0x419, 2048, etch_part_two_banks};
const struct etch_part etch_part_f437xg = {0x419, 1024, etch_part_two_banks};
const struct etch_part etch_part_f437xi = {0x419, 2048, etch_part_two_banks};
const struct etch_part etch_part_f439xg = {0x419, 1024, etch_part_two_banks};
const struct etch_part etch_part_f439xi = {0x419, 2048, etch_part_two_banks};
const struct etch_part etch_part_f446xc = {0x421, 256, etch_part_one_bank};
const struct etch_part etch_part_f446xe = {0x421, 512, etch_part_one_bank};
const struct etch_part etch_part_f469xe = {0x434, 512, etch_part_one_bank};
const struct etch_part etch_part_f469xg = {0x434, 1024, etch_part_two_banks};
const struct etch_part etch_part_f469xi = {0x434, 2048, etch_part_two_banks};
const struct etch_part etch_part_f479xg = {0x434, 1024, etch_part_two_banks};
const struct etch_part etch_part_f479xi = {0x434, 2048, etch_part_two_banks};
