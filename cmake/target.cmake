# ETCH_FOR_CHIP: does the compiler, with the project's flags, make code for a
# bare-metal Arm? Asked of the compiler: CMAKE_SYSTEM_PROCESSOR is whatever a
# toolchain file calls it ("arm", "ARM", "cortex-m4", "STM32F407"), or nothing.
include(CheckCSourceCompiles)

block()
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY) # there may be nothing to link with
    check_c_source_compiles("
#if !defined(__arm__) || defined(__linux__)
#error not the chip
#endif
" ETCH_FOR_CHIP)
endblock()
