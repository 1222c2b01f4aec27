# The native build: the model of the chip, the tool, and every test.
find_package(PkgConfig REQUIRED)
pkg_check_modules(HOST_NEEDS REQUIRED IMPORTED_TARGET libdw libelf capstone libcjson)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# The model: host/ without the tool. The library calls the model through the
# register seam and the model's users call the library, so each names the other.
file(GLOB host_sources CONFIGURE_DEPENDS host/*/*.c)
list(FILTER host_sources EXCLUDE REGEX "/host/cli/")
if(host_sources)
    add_library(etch_host STATIC ${host_sources})
    etch_language(etch_host)
    target_compile_definitions(etch_host PRIVATE _GNU_SOURCE)
    target_link_libraries(etch_host PUBLIC etch PkgConfig::HOST_NEEDS)
    target_link_libraries(etch PUBLIC etch_host)
else()
    add_library(etch_host INTERFACE)
    target_link_libraries(etch_host INTERFACE etch PkgConfig::HOST_NEEDS)
endif()
# Every user names all libraries; only those used are worth loading.
target_link_options(etch_host INTERFACE LINKER:--as-needed)

# The tool. Its folder is a setting because only one preset may own build/etch,
# and never the binary folder itself, where Ninja knows the library as "etch".
set(ETCH_TOOL_DIR ${CMAKE_BINARY_DIR}/bin CACHE PATH "Where the program etch goes")
file(GLOB tool_sources CONFIGURE_DEPENDS host/cli/*.c)
add_executable(etch_tool ${tool_sources})
etch_language(etch_tool)
set_target_properties(etch_tool PROPERTIES
        OUTPUT_NAME etch RUNTIME_OUTPUT_DIRECTORY ${ETCH_TOOL_DIR})
target_compile_definitions(etch_tool PRIVATE
        _GNU_SOURCE ETCH_VERSION="${PROJECT_VERSION}")
target_link_libraries(etch_tool PRIVATE etch_host)

# The bench: measures what the project promises; `./dev bench`.
file(GLOB bench_sources CONFIGURE_DEPENDS test/bench/*.c)
if(bench_sources)
    add_executable(bench ${bench_sources})
    etch_language(bench)
    set_target_properties(bench PROPERTIES EXCLUDE_FROM_ALL ${ETCH_SANITIZED_ONLY})
    target_compile_definitions(bench PRIVATE _GNU_SOURCE
            ETCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
            ETCH_FIRMWARE_DIR="${PROJECT_SOURCE_DIR}/build/cortex-m4/firmware")
    target_link_libraries(bench PRIVATE etch_test_support)
endif()

include(GNUInstallDirs)
install(TARGETS etch_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

include(cmake/tests.cmake)
