#include "pipeline/file_bytes.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "base/error.h"

namespace ridge::pipeline {

std::vector<std::byte> readBytes(const std::filesystem::path& file, int64_t limit, int64_t offset,
                                 int64_t count) {
  std::error_code ignored;
  // Opening a pipe would wait for a writer, so look before.
  if (!std::filesystem::exists(file, ignored))
    failInput("the file does not exist", file.string(), "check the path");
  if (!std::filesystem::is_regular_file(file, ignored))
    failInput("this is not a regular file", file.string(), "copy it to a file first");
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) failInput("the file cannot be opened", file.string(), "check its permissions");
  const auto size = static_cast<int64_t>(stream.tellg());
  if (count < 0) count = size - offset;
  if (offset < 0 || count < 0 || offset > size || count > size - offset)
    failInput("the file has become shorter", file.string(), "write it again");
  if (count > limit)
    failInput(fmt::format("the file has {} bytes, over the limit of {}", count, limit), file.string(),
              "give a smaller file");
  std::vector<std::byte> bytes(static_cast<size_t>(count));
  stream.seekg(offset);
  stream.read(reinterpret_cast<char*>(bytes.data()), count);
  if (stream.gcount() != count)
    failInput("the file cannot be read to its end", file.string(), "check the disk");
  return bytes;
}

}  // namespace ridge::pipeline
