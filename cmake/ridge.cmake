# Build rules shared by every folder: one library target per folder of src/, one test program per folder of tests/.

get_filename_component(RIDGE_ROOT ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()

# Helpers that only make builds faster: used when they are there. ccache's depend mode does not preprocess twice (a cold
# build of base and ir: 42 s of processor time instead of 47); base directory: a fresh clone elsewhere finds what this one
# has built.
if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(RIDGE_CCACHE ccache)
  if(RIDGE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_DEPEND=1 CCACHE_BASEDIR=${RIDGE_ROOT} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${RIDGE_CCACHE})
  endif()
endif()
find_program(RIDGE_LLD ld.lld)
if(RIDGE_LLD AND NOT CMAKE_EXE_LINKER_FLAGS MATCHES "-fuse-ld")
  add_link_options(-fuse-ld=lld)
endif()

# -ffp-contract=off: an expression rounds where its text says so, whatever the compiler (docs/design.md, idea 2).
add_library(ridge_options INTERFACE)
target_compile_options(ridge_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror -ffp-contract=off)
target_include_directories(ridge_options INTERFACE ${RIDGE_ROOT}/src ${RIDGE_ROOT}/include)

# Precompiled headers of what nearly every file includes: a third of the compile time of tests and of sanitizer builds. The
# libraries of the release and debug presets go without, so that a missing include is still found.
option(RIDGE_PRECOMPILED "Precompile the headers of the standard library and fmt for the libraries too" OFF)
set(RIDGE_COMMON_HEADERS
  <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
  <unordered_map> <variant> <vector> <fmt/format.h>)

# Tests wait for what they call, which is optimized fully; their own code had better compile fast.
function(ridge_optimize_less target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# Libraries share one precompiled header, test programs (compiled as -fPIE) another.
function(ridge_precompile target kind)
  if(kind STREQUAL "library" AND NOT RIDGE_PRECOMPILED)
    return()
  endif()
  if(NOT TARGET ridge_precompiled_${kind})
    file(WRITE ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp "int main() {}\n")
    if(kind STREQUAL "library")
      add_library(ridge_precompiled_library STATIC ${CMAKE_BINARY_DIR}/precompiled_library.cpp)
      target_precompile_headers(ridge_precompiled_library PRIVATE ${RIDGE_COMMON_HEADERS})
    else()
      add_executable(ridge_precompiled_test EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled_test.cpp)
      target_link_libraries(ridge_precompiled_test PRIVATE GTest::gmock)
      target_precompile_headers(ridge_precompiled_test
        PRIVATE ${RIDGE_COMMON_HEADERS} <gtest/gtest.h> <gmock/gmock.h>)
    endif()
    target_link_libraries(ridge_precompiled_${kind} PRIVATE ridge_options fmt::fmt Threads::Threads)
    if(kind STREQUAL "test")
      ridge_optimize_less(ridge_precompiled_test)
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ridge_precompiled_${kind})
endfunction()

# ridge_library(base SOURCES a.cpp b.cpp USES ir PUBLIC fmt::fmt PRIVATE ZLIB::ZLIB)
function(ridge_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PUBLIC;PRIVATE" ${ARGN})
  add_library(ridge_${name} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND ridge_)
  target_link_libraries(ridge_${name} PUBLIC ridge_options ${ARG_USES} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  ridge_precompile(ridge_${name} library)
endfunction()

# ridge_isa_objects(cpu_kernels SOURCES a.cpp ...) compiles the sources once per instruction set, with RIDGE_ISA as name and
# RIDGE_VEC_HEADER as vocabulary: targets ridge_cpu_kernels_{generic,avx2,avx512}, whose objects are in RIDGE_ISA_OBJECTS.
set(RIDGE_ISA_FLAGS_generic)
set(RIDGE_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c)
# GCC 12 calls the deliberately undefined operand inside its own AVX-512 intrinsics uninitialized.
set(RIDGE_ISA_FLAGS_avx512
  -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma -mf16c -Wno-maybe-uninitialized -Wno-uninitialized)
function(ridge_isa_objects name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  set(objects)
  foreach(isa generic avx2 avx512)
    set(target ridge_${name}_${isa})
    add_library(${target} OBJECT ${ARG_SOURCES})
    target_link_libraries(${target} PRIVATE ridge_options)
    # Unrolled tiles under UBSan's checks compile for minutes; under ASan they stay checked where it is on.
    target_compile_options(${target} PRIVATE ${RIDGE_ISA_FLAGS_${isa}} -fno-sanitize=undefined)
    target_compile_definitions(${target} PRIVATE RIDGE_ISA=${isa} RIDGE_VEC_HEADER="cpu/simd/${isa}/vec.h")
    list(APPEND objects $<TARGET_OBJECTS:${target}>)
  endforeach()
  set(RIDGE_ISA_OBJECTS ${objects} PARENT_SCOPE)
endfunction()

# ridge_test(base SOURCES error_test.cpp USES base LABELS models): one gtest program `test_base`, one ctest entry.
function(ridge_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LINK;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND ridge_)
  target_link_libraries(test_${name} PRIVATE ridge_options ${ARG_USES} ${ARG_LINK} GTest::gmock GTest::gtest_main)
  ridge_precompile(test_${name} test)
  # GCC 12 sees bounds exceeded inside its own std::string once the header is precompiled.
  ridge_optimize_less(test_${name})
  target_compile_options(test_${name} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${RIDGE_ROOT})
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()
