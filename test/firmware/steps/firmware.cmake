# The library's sources once more, so that they take part in what is compared, at
# three levels of optimisation: steps.elf, steps_o2.elf, steps_os.elf.
file(GLOB steps_library CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/kv/*.c)
set(steps_src ${PROJECT_SOURCE_DIR}/src)
list(APPEND steps_library ${steps_src}/base/crc.c ${steps_src}/settings/settings.c
        ${steps_src}/settings/label.c ${steps_src}/settings/range.c
        ${steps_src}/fault/area.c ${steps_src}/fault/decode.c ${steps_src}/fault/dump.c
        ${steps_src}/fault/fix.c ${steps_src}/fault/record.c ${steps_src}/fault/region.c
        ${steps_src}/fault/say.c ${steps_src}/fault/text.c
        ${steps_src}/fault/text_table.c)

function(steps_with firmware)
    target_sources(${firmware} PRIVATE ${steps_library})
    target_include_directories(${firmware} PRIVATE ${steps_src})
    target_compile_options(${firmware} PRIVATE
            -mfpu=fpv4-sp-d16 -mfloat-abi=softfp -fno-math-errno -Wno-sign-conversion
            ${ARGN})
endfunction()

if(firmware STREQUAL firmware_steps)
    steps_with(${firmware} -O0)
    foreach(level o2 os)
        etch_firmware(steps_${level} ${own_script} ${own_start} ${own_cmake} ${ARGN})
    endforeach()
elseif(firmware STREQUAL firmware_steps_o2)
    steps_with(${firmware} -O2)
else()
    steps_with(${firmware} -Os)
endif()
