#!/usr/bin/env python3
"""tools/ramcode.py: clean RAM code passes; each way into flash is refused."""
import subprocess
import unittest

from fixture import ToolTest

LINK = """
ENTRY(main)
SECTIONS {
    .text 0x08000000 : { *(.text*) *(.rodata*) }
    . = 0x20000000;
    .data : { *(.data*) }
    %s
    .bss : { *(.bss*) }
    /DISCARD/ : { *(.ARM.*) }
}
"""
OWN_SECTION = ".ramfunc : { *(.ramfunc*) }"
IN_DATA = ".more : { __ramfunc_start = .; *(.ramfunc*) __ramfunc_end = .; }"
FORGOTTEN = ". = 0x08010000; .ramfunc : { *(.ramfunc*) }"

HEAD = """
#include <stddef.h>
#include <stdint.h>
#define RAMFUNC __attribute__((section(".ramfunc"), noinline, used))
void *memset(void *at, int c, size_t n);
__attribute__((noinline, used)) int far(int a) { return a * 3; }
int wait_a_while(volatile uint32_t *sr);
int main(void) { return wait_a_while((volatile uint32_t *)0x40023C0C); }
"""


class RamCode(ToolTest):
    def build(self, body, link=OWN_SECTION, flags=()):
        """Compile and link HEAD and body; (object, program)."""
        source = self.write("a.c", HEAD + body)
        script = self.write("link.ld", LINK % link)
        libc = self.write("libc.c", "#include <stddef.h>\n"
                          "void *memset(void *at, int c, size_t n)\n"
                          "{ for (char *p = at; n; n--) *p++ = (char)c; return at; }\n")
        gcc = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding",
               "-fno-tree-loop-distribute-patterns", *flags]
        made = self.dir / "a.o", self.dir / "a.elf"
        subprocess.run([*gcc, "-c", source, "-o", made[0]], check=True)
        subprocess.run([*gcc, "-c", libc, "-o", self.dir / "libc.o"], check=True)
        subprocess.run([*gcc, "-nostdlib", f"-T{script}", made[0], self.dir / "libc.o",
                        "-Wl,--no-warn-rwx-segments", "-o", made[1]], check=True)
        return made

    def refused(self, body, in_object, in_program, **how):
        object_, program = self.build(body, **how)
        self.assert_refuses(in_object, "ramcode.py", object_)
        self.assert_refuses(in_program, "ramcode.py", program)

    def test_registers_ram_and_other_ram_code_are_clean(self):
        body = """
        static uint32_t polls;
        static uint32_t limit = 1000000;
        RAMFUNC static int again(uint32_t v) { return v & 0x10000 && polls++ < limit; }
        RAMFUNC static void feed(void) { *(volatile uint32_t *)0x40003000 = 0xAAAA; }
        RAMFUNC int wait_a_while(volatile uint32_t *sr)
        {
            while (again(*sr)) { feed(); }
            return polls > 123456;
        }
        """
        for link in (OWN_SECTION, IN_DATA):
            object_, program = self.build(body, link)
            self.assert_accepts("ramcode.py", object_)
            self.assert_accepts("ramcode.py", program)

    def test_a_jump_table_inside_ram_code_is_clean(self):
        body = """
        RAMFUNC int wait_a_while(volatile uint32_t *sr)
        {
            switch (*sr) {
            case 0: sr[1] = 1; break;
            case 1: sr[2] = 1; break;
            case 2: sr[3] = *sr; break;
            case 3: return 5;
            case 4: sr[0] = 9; break;
            case 5: sr[5] = sr[6]; break;
            case 6: sr[7]++; break;
            }
            return 0;
        }
        """
        object_, program = self.build(body)
        self.assert_accepts("ramcode.py", object_, program)

    def test_a_call_to_flash_through_a_literal_is_refused(self):
        self.refused("RAMFUNC int wait_a_while(volatile uint32_t *sr) { return far((int)*sr) + 1; }",
                     "wants far, which lies in flash",
                     "wait_a_while: at", flags=["-mlong-calls"])

    def test_a_call_to_flash_through_a_veneer_is_refused(self):
        self.refused("RAMFUNC int wait_a_while(volatile uint32_t *sr) { return far((int)*sr) + 1; }",
                     "wait_a_while: wants far, which lies in flash",
                     "__far_veneer: at")

    def test_a_veneer_is_seen_past_the_marks_in_data(self):
        self.refused("RAMFUNC int wait_a_while(volatile uint32_t *sr) { return far((int)*sr) + 1; }",
                     "wants far", "points to far", link=IN_DATA)

    def test_an_address_made_by_movw_and_movt_is_refused(self):
        self.refused("""
        static const int table[4] = {1, 2, 3, 5};
        RAMFUNC int wait_a_while(volatile uint32_t *sr) { return table[*sr & 3]; }
        """, "which lies in flash (.rodata", "makes the address of table", flags=["-O2", "-mslow-flash-data"])

    def test_a_table_in_flash_is_refused(self):
        self.refused("""
        static const uint8_t table[] = {1, 7, 3, 5};
        RAMFUNC int wait_a_while(volatile uint32_t *sr) { return table[*sr & 3]; }
        """, "which lies in flash (.rodata", "points to table")

    def test_a_switch_turned_into_a_table_is_refused(self):
        self.refused("""
        RAMFUNC int wait_a_while(volatile uint32_t *sr)
        {
            switch (*sr) {
            case 0: return 11;
            case 1: return 27;
            case 2: return 31;
            case 3: return 4;
            case 4: return 55;
            case 5: return 60;
            case 6: return 717;
            }
            return 0;
        }
        """, "which lies in flash (.rodata", "points to CSWTCH")

    def test_a_hidden_call_of_memset_is_refused(self):
        self.refused("""
        struct big { uint32_t words[40]; };
        void use(struct big *b);
        __attribute__((section(".ramfunc"), noinline)) void use(struct big *b) { b->words[1]++; }
        RAMFUNC int wait_a_while(volatile uint32_t *sr)
        {
            struct big b = {{0}};
            use(&b);
            return (int)(b.words[1] + *sr);
        }
        """, "wants memset, which no object here defines", "points to memset")

    def test_ram_code_that_the_linker_script_left_in_flash_is_refused(self):
        _, program = self.build(
            "RAMFUNC int wait_a_while(volatile uint32_t *sr) { return (int)*sr; }", FORGOTTEN)
        self.assert_refuses("not RAM", "ramcode.py", program)

    def test_a_program_that_is_meant_to_be_wrong_can_say_so(self):
        _, program = self.build(
            "RAMFUNC int wait_a_while(volatile uint32_t *sr) { return far((int)*sr) + 1; }",
            flags=["-Wl,--defsym=ramcode_unchecked=0"])
        self.assertIn("skipped", self.assert_accepts("ramcode.py", program))


if __name__ == "__main__":
    unittest.main()
