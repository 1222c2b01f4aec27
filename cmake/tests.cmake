# Tests. Labels steer `./dev test`:
#   heavy  too slow for sanitizers: test/test_*_heavy.c
#   once   says the same whatever compiled the code: checks on the chip build,
#          tests of the scripts
#   deep   only with --all: the mutants, README's figures, test/test_*_deep.c
#   long   goes one way ten thousand times, or starts the tool hundreds of times: one
#          compiler's sanitizers are enough
# Everything else runs under sanitizers, with --all under those of two compilers.
# What is slow is begun first (COST, until ctest has measured), so that no processor
# idles at the end.
enable_testing()
set(chip_build ${PROJECT_SOURCE_DIR}/build/cortex-m4)

# What several tests share.
add_library(etch_test INTERFACE)
target_include_directories(etch_test INTERFACE ${PROJECT_SOURCE_DIR}/test)
target_compile_definitions(etch_test INTERFACE
        _GNU_SOURCE
        ETCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
        ETCH_FIRMWARE_DIR="${chip_build}/firmware")
# cmocka hands every test a state that few of them want.
target_compile_options(etch_test INTERFACE -Wno-unused-parameter)
target_link_libraries(etch_test INTERFACE etch_host etch PkgConfig::CMOCKA m)

file(GLOB support_sources CONFIGURE_DEPENDS test/support/*.c)
if(support_sources)
    add_library(etch_test_support STATIC ${support_sources})
    etch_language(etch_test_support)
    target_link_libraries(etch_test_support PUBLIC etch_test)
else()
    add_library(etch_test_support INTERFACE)
    target_link_libraries(etch_test_support INTERFACE etch_test)
endif()

# The deep campaigns, a program of its own: `./dev explore`.
file(GLOB explore_sources CONFIGURE_DEPENDS test/explore/*.c)
if(explore_sources)
    add_executable(explore ${explore_sources})
    etch_language(explore)
    target_link_libraries(explore PRIVATE etch_test_support)
endif()

# What made test/images; not run by any test.
if(EXISTS ${PROJECT_SOURCE_DIR}/test/images/make.c)
    add_executable(make_images test/images/make.c)
    etch_language(make_images)
    set_target_properties(make_images PROPERTIES EXCLUDE_FROM_ALL ${ETCH_SANITIZED_ONLY})
    target_link_libraries(make_images PRIVATE etch_test_support)
endif()
# The oracle: the simulated processor beside QEMU, for its test and the bench.
file(GLOB oracle_sources CONFIGURE_DEPENDS test/oracle/*.c)
add_library(etch_oracle STATIC ${oracle_sources})
etch_language(etch_oracle)
target_link_libraries(etch_oracle PUBLIC etch_test)
if(TARGET bench)
    target_link_libraries(bench PRIVATE etch_oracle)
endif()

file(GLOB test_sources CONFIGURE_DEPENDS test/test_*.c)
foreach(source IN LISTS test_sources)
    cmake_path(GET source STEM program)
    string(REPLACE "test_" "" name ${program})
    add_executable(${program} ${source})
    etch_language(${program})
    target_link_libraries(${program} PRIVATE etch_test_support etch_oracle)
    set_target_properties(${program} PROPERTIES
            RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
    if(name MATCHES "_(heavy|deep)$" AND ETCH_SANITIZED_ONLY)
        set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL ON)
        continue()
    endif()
    add_test(NAME ${name} COMMAND ${program})
    if(name MATCHES "_(heavy|deep)$")
        set_tests_properties(${name} PROPERTIES
                LABELS ${CMAKE_MATCH_1} TIMEOUT 600 COST 100)
    else()
        set_tests_properties(${name} PROPERTIES TIMEOUT 120)
    endif()
endforeach()

set_tests_properties(explore explore_states image_cuts image_fuzz kv_cuts kv_moves
        PROPERTIES LABELS long)

# etch_script(NAME [LABEL label] ARGS...): a test that is a Python script.
function(etch_script name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "")
    add_test(NAME ${name}
            COMMAND ${Python3_EXECUTABLE} ${arg_UNPARSED_ARGUMENTS}
            WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${arg_LABEL}"
            ENVIRONMENT "ETCH_TOOL=$<TARGET_FILE:etch_tool>;ETCH_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

# The tool from outside: its words, streams and exit codes.
file(GLOB cli_tests CONFIGURE_DEPENDS test/cli/test_*.py)
foreach(script IN LISTS cli_tests)
    cmake_path(GET script STEM stem)
    string(REPLACE "test_" "cli_" name ${stem})
    etch_script(${name} LABEL long ${script})
endforeach()

# The scripts of tools/, each with a fixture that it must refuse.
file(GLOB tool_tests CONFIGURE_DEPENDS test/tools/test_*.py)
foreach(script IN LISTS tool_tests)
    cmake_path(GET script STEM stem)
    string(REPLACE "test_" "tools_" name ${stem})
    etch_script(${name} LABEL once ${script})
endforeach()
# What the chip build must keep.
etch_script(size LABEL once tools/size.py --check --build ${chip_build})
etch_script(budget LABEL once tools/budget.py ${chip_build}/libetch.a)
etch_script(ramcode LABEL once tools/ramcode.py ${chip_build})
etch_script(faults LABEL once tools/faults.py --check)
etch_script(sessions LABEL once tools/readme.py --check --sessions)
etch_script(readme LABEL deep tools/readme.py --check)
etch_script(spec LABEL once tools/spec.py --check)
etch_script(symbols LABEL once tools/symbols.py ${chip_build}/libetch.a)

# One-line damages that some test must notice; they relink this build's tests.
# Each list keeps one processor busy, so that ctest can share them out.
file(GLOB mutant_lists CONFIGURE_DEPENDS test/mutants/*.txt)
foreach(list IN LISTS mutant_lists)
    cmake_path(GET list STEM stem)
    etch_script(mutants_${stem} LABEL deep
            tools/mutants.py --build ${CMAKE_BINARY_DIR} --no-build --jobs 1 ${list})
    set_tests_properties(mutants_${stem} PROPERTIES COST 50 TIMEOUT 600)
endforeach()
