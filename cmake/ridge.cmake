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
# has built. A precompiled header would save a fifth of a cold build, and hide missing includes: not taken.
if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(RIDGE_CCACHE ccache)
  if(RIDGE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_DEPEND=1 CCACHE_BASEDIR=${RIDGE_ROOT} CCACHE_NOHASHDIR=1 ${RIDGE_CCACHE})
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

# ridge_library(base SOURCES a.cpp b.cpp USES ir PUBLIC fmt::fmt PRIVATE ZLIB::ZLIB)
function(ridge_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PUBLIC;PRIVATE" ${ARGN})
  add_library(ridge_${name} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND ridge_)
  target_link_libraries(ridge_${name} PUBLIC ridge_options ${ARG_USES} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# ridge_test(base SOURCES error_test.cpp USES base LABELS models): one gtest program `test_base`, one ctest entry.
function(ridge_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LINK;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND ridge_)
  target_link_libraries(test_${name} PRIVATE ridge_options ${ARG_USES} ${ARG_LINK} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${RIDGE_ROOT})
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()
