#!/usr/bin/env python3
"""tools/layers.py, limits.py and docs.py: what they refuse, and what they let be."""
import unittest

from fixture import ToolTest

HEADER = """/* {name} - a header.
 *
 * {what}
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_X_H
#define ETCH_X_H

{body}

#endif
"""


class TreeTest(ToolTest):
    tool = ""

    def accepted(self, **files):
        self.write_all(files)
        self.assert_accepts(self.tool, "--root", self.dir)

    def refused(self, what, **files):
        self.write_all(files)
        return self.assert_refuses(what, self.tool, "--root", self.dir)

    def write_all(self, files):
        for name, text in files.items():
            side, folder, stem, suffix = name.split("_", 3)
            self.write(f"{side}/{folder}/{stem}.{suffix}", text)


class Layers(TreeTest):
    tool = "layers.py"

    def test_looking_down_is_fine(self):
        self.accepted(
            src_kv_get_c='#include "kv/kv.h"\n#include "nor/nor.h"\n#include <string.h>\n',
            host_verdict_say_c='#include "fault/decode.h"\n#include "core/core.h"\n#include <stdio.h>\n',
            host_port_mmio_h="", src_port_mmio_h="")

    def test_looking_up_is_not(self):
        self.refused("src/base/ must not include kv/kv.h", src_base_crc_c='#include "kv/kv.h"\n')

    def test_the_store_does_not_know_the_driver(self):
        self.refused("must not include flash/flash.h", src_kv_put_c='#include "flash/flash.h"\n')

    def test_the_model_does_not_borrow_register_names(self):
        self.refused("must not include hw/f4_flash.h",
                     host_silicon_flash_c='#include "hw/f4_flash.h"\n')

    def test_the_second_reader_does_not_borrow_from_the_first(self):
        self.refused("must not include kv/record.h", host_image_reader_c='#include "kv/record.h"\n')

    def test_the_processor_stands_alone(self):
        self.refused("must not include base/err.h", host_core_exec_c='#include "base/err.h"\n')

    def test_the_verdict_sees_one_header_of_fault(self):
        self.refused("must not include fault/capture.h",
                     host_verdict_say_c='#include "fault/capture.h"\n')

    def test_an_include_names_its_folder(self):
        self.refused("name the folder", src_kv_get_c='#include "kv.h"\n')

    def test_the_chip_has_no_stdio(self):
        self.refused("<stdio.h> is not there on the chip", src_kv_get_c="#include <stdio.h>\n")

    def test_features_are_not_conditions(self):
        for line in ("#if ETCH_DEBUG", "# ifdef ETCH_FAST", "#elif 1", "#ifndef NDEBUG"):
            self.refused("no conditional compilation", src_kv_get_c=line + "\n#endif\n")

    def test_guards_and_cplusplus_are_no_features(self):
        self.accepted(src_kv_kv_h="#ifndef ETCH_KV_KV_H\n#ifdef __cplusplus\n#endif\n#endif\n")

    def test_only_port_is_found_first_in_host(self):
        self.refused("give host/kv/ its line", host_kv_kv_h="", src_kv_kv_h="")

    def test_an_example_uses_the_library_alone(self):
        self.write("examples/a.c", '#include "board.h"\n#include "kv/kv.h"\n')
        self.accepted()
        self.write("examples/a.c", '#include "silicon/flash.h"\n')
        self.refused("examples/ must not include silicon/flash.h")


class Limits(TreeTest):
    tool = "limits.py"

    @staticmethod
    def function(lines):
        return "int f(void)\n{\n" + "    g();\n" * (lines - 3) + "}\n"

    def test_sixty_lines_are_a_function_sixty_one_are_not(self):
        self.accepted(src_kv_a_c=self.function(60))
        self.refused("f has 61 lines", src_kv_a_c=self.function(61))

    def test_five_hundred_lines_are_a_file_but_tables_may_be_long(self):
        self.accepted(host_core_a_c="int x;\n" * 500)
        self.write("host/core/opcode_table.c", "int x;\n" * 900)
        self.accepted()
        self.refused("501 lines", host_core_a_c="int x;\n" * 501)


class Docs(TreeTest):
    tool = "docs.py"

    @staticmethod
    def header(body, what="Nothing more."):
        return HEADER.format(name="kv.h", what=what, body=body)

    def test_a_documented_function_is_fine(self):
        self.accepted(src_kv_kv_h=self.header("/* Look. */\nint etch_kv_get(int a,\n        int b);"))

    def test_a_comment_further_up_is_not_directly_above(self):
        self.refused("etch_kv_get has no comment",
                     src_kv_kv_h=self.header("/* Look. */\n\nint etch_kv_get(int a);"))
        self.refused("etch_kv_get has no comment",
                     src_kv_kv_h=self.header("int a; /* Look. */\nint etch_kv_get(int a);"))

    def test_inline_functions_and_function_pointers_count(self):
        self.refused("f has no comment",
                     src_kv_kv_h=self.header("static inline int f(void)\n{\n    return g();\n}"))
        self.refused("read has no comment",
                     src_kv_kv_h=self.header("struct x {\n    int (*read)(int a);\n};"))

    def test_types_macros_and_asserts_do_not(self):
        self.accepted(src_kv_kv_h=self.header(
            "#define F(x) \\\n    g(x)\ntypedef int (*hook)(int);\nenum { A = F(1) };\n"
            "_Static_assert(sizeof(int) == 4, \"\");\nstruct x {\n    int a[F(2)];\n};"))

    def test_what_writes_flash_speaks_of_cuts(self):
        body = "/* Store. {} */\nint etch_kv_put(int a);"
        self.refused('etch_kv_put must say "Cut:"', src_kv_kv_h=self.header(body.format("")))
        self.refused("what power loss does",
                     src_kv_kv_h=self.header(body.format("Cut: old or new.")))
        self.accepted(src_kv_kv_h=self.header(body.format("Cut: old or new."),
                                              "Power loss leaves old or new."))

    def test_the_file_comment_names_the_file(self):
        self.refused('begin with "/* get.h - ', src_kv_get_h=self.header(""))

    def test_private_headers_and_the_seam_are_left_alone(self):
        self.write("src/kv/kv_priv.h", "int f(void);\n")
        self.accepted(src_port_mmio_h="int f(void);\n")


del TreeTest  # has no tests of its own

if __name__ == "__main__":
    unittest.main()
