// Whole files into memory, with a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ridge::pipeline {

/// Bytes [offset, offset + count) of a regular file, or all of it from `offset` when count is negative.
/// Throws Error{input} when the file is missing, not a regular file, shorter, or the part is larger than
/// `limit` bytes.
std::vector<std::byte> readBytes(const std::filesystem::path& file, int64_t limit, int64_t offset = 0,
                                 int64_t count = -1);

}  // namespace ridge::pipeline
