/* sin_data.c - erases and programs that take away what is still needed, each in one
 * way, and its twin.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "hal.h"
#include "raw.h"
#include "sin.h"
#include "startup.h"

#define SECTOR5 0x08020000u
#define SECTOR7 0x08060000u

static void erase(uint32_t snb)
{
    raw_unlock();
    raw_erase(snb);
    raw_lock();
}

static void erase_free(void)
{
    erase(5);
}

/* ---- erased-vectors --------------------------------------------------------------- */

static void erased_vectors(void)
{
    erase(0);
}

/* ---- erased-running-code, image-in-erased-sector ------------------------------------- */

__attribute__((section(".sector6"), noinline)) static void erase_from_sector6(
        uint32_t snb)
{
    erase(snb);
    raw_pause(1);
}

static void erased_running_code(void)
{
    erase_from_sector6(6);
}

static void erased_running_code_clean(void)
{
    erase_from_sector6(5);
}

static void image_in_erased_sector(void)
{
    erase(6);
}

/* ---- image-data-erased: a note ---------------------------------------------------------- */

__attribute__((section(".user_data"),
        used)) static const volatile uint32_t defaults[4] = {1, 2, 3, 4};

static void image_data_erased(void)
{
    erase(7);
}

/* ---- only-copy-erased ---------------------------------------------------------------------- */

static void save(uint32_t addr, uint32_t value)
{
    raw_unlock();
    raw_program(addr, value);
    raw_lock();
}

static void only_copy_erased(void)
{
    save(SECTOR5, 0xC0FFEE01);
    raw_unlock();
    raw_erase(5);
    raw_program(SECTOR5, 0xC0FFEE02);
    raw_lock();
}

static void only_copy_erased_clean(void)
{
    save(SECTOR5, 0xC0FFEE01);
    save(SECTOR7 + 64, 0xC0FFEE01);
    raw_unlock();
    raw_erase(5);
    raw_program(SECTOR5, 0xC0FFEE01);
    raw_lock();
}

/* ---- wear: a note ---------------------------------------------------------------------------- */

static void program_only(void)
{
    save(SECTOR5, 1);
}

int main(void)
{
    static const struct sin sins[] = {{"erased-vectors", erased_vectors, erase_free},
            {"erased-running-code", erased_running_code, erased_running_code_clean},
            {"image-in-erased-sector", image_in_erased_sector, erase_free},
            {"image-data-erased", image_data_erased, erase_free},
            {"only-copy-erased", only_copy_erased, only_copy_erased_clean},
            {"wear", erase_free, program_only}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
