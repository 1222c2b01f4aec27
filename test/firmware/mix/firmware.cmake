# Floats in the unit, passed as the C library wants them.
target_compile_options(${firmware} PRIVATE -O2 -mfpu=fpv4-sp-d16 -mfloat-abi=softfp -fno-math-errno)
