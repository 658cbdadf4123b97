// Headers of .npy files (numpy's array format, versions 1 to 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// What a header says, as it says it: nothing is checked against the data yet.
struct NpyHeader {
  std::string descr;          ///< "<f4", "|b1", ">i8"
  bool fortranOrder = false;  ///< the first axis is the fastest
  std::vector<int64_t> dims;  ///< not negative
  size_t dataOffset = 0;      ///< where the elements start in the file
};

/// Error{input} when `file` does not start with a complete header, or describes records or Python objects.
NpyHeader parseNpyHeader(std::span<const std::byte> file);

/// The bytes before the elements of a row-major array; their number is a multiple of 64.
std::string makeNpyHeader(std::string_view descr, std::span<const int64_t> dims);

/// A type code taken apart: "<f4" is little-endian, kind 'f', 4 bytes. Error{input} for codes that are not of
/// this form.
struct NpyType {
  bool bigEndian = false;
  char kind = 0;
  int64_t bytes = 0;
};
NpyType parseNpyType(std::string_view descr);

}  // namespace ridge
