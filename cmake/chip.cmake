# The build for the chip: the library as it ships, and firmware for the bench.
target_compile_options(etch PRIVATE
        "$<$<COMPILE_LANGUAGE:C>:-fstack-usage;-Wstack-usage=256;-fcallgraph-info=su>")

# Firmware: test/firmware/NAME.c, test/firmware/NAME/ or examples/NAME.c becomes
# firmware/NAME.elf, and so does each file of the shelves cases/ and sins/; linked
# with the common start-up and linker script. Beside the file, or inside the
# folder, these replace or extend the common ones:
#   NAME.ld     link.ld         the linker script
#               startup.c       start-up, instead of common/*
#   NAME.cmake  firmware.cmake  anything else; the target is ${firmware}
set(firmware_dir ${PROJECT_SOURCE_DIR}/test/firmware)
set(firmware_common ${firmware_dir}/common)

set(firmware_shelves cases sins)
file(GLOB firmware_scripts CONFIGURE_DEPENDS ${firmware_common}/*.ld
        ${PROJECT_SOURCE_DIR}/examples/*.ld)

file(GLOB common_sources CONFIGURE_DEPENDS ${firmware_common}/*.c ${firmware_common}/*.S)
if(common_sources)
    add_library(firmware_common OBJECT ${common_sources})
    etch_language(firmware_common)
    target_include_directories(firmware_common PUBLIC ${firmware_common})
    target_compile_options(firmware_common PRIVATE
            -ffreestanding -ffunction-sections -fdata-sections)
    target_link_libraries(firmware_common PUBLIC etch)
endif()

# Named only to be watched: one that appears later takes part at once.
file(GLOB firmware_settings CONFIGURE_DEPENDS
        ${firmware_dir}/*.ld ${firmware_dir}/*.cmake
        ${firmware_dir}/*/*.ld ${firmware_dir}/*/*.cmake)

function(etch_firmware name own_script own_start own_cmake)
    set(firmware firmware_${name})
    set(script ${firmware_common}/link.ld)
    if(EXISTS ${own_script})
        set(script ${own_script})
    elseif(NOT EXISTS ${script})
        message(WARNING "firmware ${name} is left out: there is no ${script}")
        return()
    endif()
    add_executable(${firmware} ${ARGN})
    etch_language(${firmware})
    target_include_directories(${firmware} PRIVATE ${firmware_common}
            ${PROJECT_SOURCE_DIR}/examples)
    target_compile_options(${firmware} PRIVATE
            -ffreestanding -fno-common -ffunction-sections -fdata-sections)
    target_link_libraries(${firmware} PRIVATE etch)
    if(TARGET firmware_common AND NOT EXISTS ${own_start})
        target_link_libraries(${firmware} PRIVATE firmware_common)
    endif()
    target_link_options(${firmware} PRIVATE
            -nostartfiles --specs=nano.specs -T${script} -L${firmware_common}
            -L${PROJECT_SOURCE_DIR}/examples
            -Wl,--gc-sections -Wl,-Map=$<TARGET_FILE:${firmware}>.map)
    set_target_properties(${firmware} PROPERTIES
            OUTPUT_NAME ${name} SUFFIX .elf
            RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/firmware
            LINK_DEPENDS "${script};${firmware_scripts}")
    if(EXISTS ${own_cmake})
        include(${own_cmake})
    endif()
endfunction()

list(TRANSFORM firmware_shelves REPLACE "(.+)" "${firmware_dir}/\\1/*.c"
        OUTPUT_VARIABLE shelf_globs)
file(GLOB singles CONFIGURE_DEPENDS ${firmware_dir}/*.c ${PROJECT_SOURCE_DIR}/examples/*.c
        ${shelf_globs})
foreach(source IN LISTS singles)
    cmake_path(REMOVE_EXTENSION source OUTPUT_VARIABLE base)
    cmake_path(GET source STEM name)
    set(own_script ${base}.ld)
    # Examples are linked by a layout: the settings' sectors lie within the code.
    if(base MATCHES "/examples/" AND NOT EXISTS ${own_script})
        set(own_script ${PROJECT_SOURCE_DIR}/examples/link.ld)
    endif()
    etch_firmware(${name} ${own_script} "" ${base}.cmake ${source})
endforeach()

file(GLOB folder_sources CONFIGURE_DEPENDS ${firmware_dir}/*/*.c ${firmware_dir}/*/*.S)
list(JOIN firmware_shelves "|" shelves)
list(FILTER folder_sources EXCLUDE REGEX "/firmware/(common|${shelves})/")
set(folders "")
foreach(source IN LISTS folder_sources)
    cmake_path(GET source PARENT_PATH folder)
    list(APPEND folders ${folder})
endforeach()
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
    cmake_path(GET folder FILENAME name)
    set(sources ${folder_sources})
    list(FILTER sources INCLUDE REGEX "/firmware/${name}/")
    etch_firmware(${name} ${folder}/link.ld ${folder}/startup.c ${folder}/firmware.cmake
            ${sources})
endforeach()

# cmake --install: what a project needs to say find_package(Etch). A project
# with another floating-point convention builds Etch as a part of itself, or
# installs it with its own toolchain file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Etch)
install(TARGETS etch EXPORT EtchTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/etch)
install(DIRECTORY src/ DESTINATION include/etch
        FILES_MATCHING PATTERN "*.h" PATTERN "*_priv.h" EXCLUDE
        PATTERN "kv/plain.h" EXCLUDE PATTERN "kv/once.h" EXCLUDE)
install(EXPORT EtchTargets NAMESPACE etch:: DESTINATION ${package_dir})
configure_package_config_file(cmake/EtchConfig.cmake.in
        ${CMAKE_BINARY_DIR}/EtchConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/EtchConfigVersion.cmake
        COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/EtchConfig.cmake ${CMAKE_BINARY_DIR}/EtchConfigVersion.cmake
        DESTINATION ${package_dir})
