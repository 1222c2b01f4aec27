/* store.c - a store in an F407's flash, in a project of its own: start-up, linker
 * script and configuration by what the headers say. Leaves with 0, or with the
 * error by which it ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include "flash/nor.h"
#include "kv/kv.h"

extern uint32_t data_image[], data_start[], data_end[], bss_start[], bss_end[];
extern const uint32_t stack_end[];

static const struct etch_flash_wait wait = {.how = etch_flash_wait_ram};
static const struct etch_flash_config flash_config = {
        .part = &etch_part_f407xg, .supply = ETCH_FLASH_FROM_2V7, .wait = &wait};
static struct etch_flash flash;
static struct etch_flash_nor nor;
static uint16_t index_of_keys[8];
static const struct etch_kv_config kv_config = {
        .nor = &nor.nor, .log = &etch_kv_plain, .index = index_of_keys, .keys = 8};
static struct etch_kv kv;

static enum etch_err open_store(void)
{
    enum etch_err err = etch_flash_open(&flash, &flash_config);
    if (err == ETCH_OK) {
        err = etch_flash_nor(&nor, &flash, 1, 2);
    }
    if (err == ETCH_OK) {
        err = etch_kv_open(&kv, &kv_config);
    }
    return err == ETCH_E_FORMAT ? etch_kv_format(&kv, &kv_config) : err;
}

int main(void)
{
    uint32_t value = 0;
    uint16_t len = 0;
    enum etch_err err = open_store();
    for (uint32_t n = 0; n < 50 && err == ETCH_OK; n++) {
        err = etch_kv_put(&kv, (uint16_t)(n % 8), &n, sizeof n);
    }
    if (err == ETCH_OK) {
        err = etch_kv_get(&kv, 1, &value, sizeof value, &len);
    }
    return err != ETCH_OK ? -err : value != 49;
}

static void leave(int code)
{
    const uint32_t block[2] = {0x20026, (uint32_t)code};
    register uint32_t call __asm__("r0") = 0x20; /* SYS_EXIT_EXTENDED */
    register const uint32_t *arg __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(call) : "r"(arg) : "memory");
}

static void reset(void)
{
    for (uint32_t *to = data_start, *from = data_image; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    leave(main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {
        stack_end, (const void *)reset};
