# Every dependency of the project, all from Debian 12 (docs/design.md, "Dependencies"; scripts/setup.sh installs them).
# All are looked for before any is complained about, so that one line names everything that is missing.

set(RIDGE_MISSING "")

# ridge_need(fmt) finds the package or notes that it is missing.
macro(ridge_need package)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    list(APPEND RIDGE_MISSING ${package})
  endif()
endmacro()

ridge_need(Threads)
ridge_need(fmt)
ridge_need(nlohmann_json)
ridge_need(CLI11)
ridge_need(Protobuf)
ridge_need(flatbuffers CONFIG NAMES flatbuffers FlatBuffers)  # older releases capitalise the file
ridge_need(JPEG)
ridge_need(PNG)
ridge_need(ZLIB)
ridge_need(GTest)
ridge_need(benchmark)

if(Protobuf_FOUND AND NOT TARGET protobuf::protoc)
  list(APPEND RIDGE_MISSING protoc)
endif()
if(GTest_FOUND AND NOT TARGET GTest::gmock)
  list(APPEND RIDGE_MISSING GMock)
endif()

# The schema compiler has a package of its own, with or without a CMake target.
if(NOT TARGET flatbuffers::flatc)
  find_program(RIDGE_FLATC flatc)
  if(RIDGE_FLATC)
    add_executable(flatbuffers::flatc IMPORTED GLOBAL)
    set_target_properties(flatbuffers::flatc PROPERTIES IMPORTED_LOCATION ${RIDGE_FLATC})
  else()
    list(APPEND RIDGE_MISSING flatc)
  endif()
endif()

# xxHash comes without CMake files in Debian 12.
if(NOT TARGET xxhash::xxhash)
  find_path(RIDGE_XXHASH_INCLUDE xxhash.h)
  find_library(RIDGE_XXHASH_LIBRARY xxhash)
  if(RIDGE_XXHASH_INCLUDE AND RIDGE_XXHASH_LIBRARY)
    add_library(xxhash::xxhash UNKNOWN IMPORTED GLOBAL)
    set_target_properties(xxhash::xxhash PROPERTIES
      IMPORTED_LOCATION ${RIDGE_XXHASH_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${RIDGE_XXHASH_INCLUDE})
  else()
    list(APPEND RIDGE_MISSING xxHash)
  endif()
endif()

# Chart.js goes into the pages of reports (src/report).
find_file(RIDGE_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist NO_DEFAULT_PATH)
if(NOT RIDGE_CHART_JS)
  list(APPEND RIDGE_MISSING Chart.js)
endif()

if(RIDGE_MISSING)
  list(JOIN RIDGE_MISSING ", " RIDGE_MISSING)
  message(FATAL_ERROR "missing: ${RIDGE_MISSING}. Run scripts/setup.sh: it installs them or prints the apt line.")
endif()
