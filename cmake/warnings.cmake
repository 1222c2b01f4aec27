# etch_language(TARGET): C11 without extensions and, when Etch is built for
# its own sake, every warning that pays, as an error. A project that includes
# Etch decides about warnings itself.

set(ETCH_WARNINGS
        -Wall -Wextra -Wpedantic -Werror
        -Wconversion -Wsign-conversion -Wshadow -Wundef
        -Wcast-align -Wcast-qual -Wpointer-arith -Wwrite-strings
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
        -Wredundant-decls -Wswitch-enum -Wformat=2 -Wvla
        -Wdouble-promotion -Wnull-dereference -Wimplicit-fallthrough)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND ETCH_WARNINGS
            -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)
    # The checks that ASan weaves in confuse GCC's flow analysis: these two then
    # accuse correct code. The host preset, without ASan, still has them.
    if(CMAKE_C_FLAGS MATCHES "-fsanitize")
        list(APPEND ETCH_WARNINGS -Wno-null-dereference -Wno-maybe-uninitialized)
    endif()
endif()

function(etch_language target)
    set_target_properties(${target} PROPERTIES
            C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
    if(ETCH_TOP)
        target_compile_options(${target} PRIVATE
                "$<$<COMPILE_LANGUAGE:C>:${ETCH_WARNINGS}>")
    endif()
endfunction()
