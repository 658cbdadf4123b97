#include "onnx/external_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text.h"

namespace ridge::onnx {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& location, const char* why) {
  failInput(fmt::format("the external data file {} {}", ridge::inQuotes(location), why));
}

bool startsWith(const fs::path& path, const fs::path& prefix) {
  return std::mismatch(prefix.begin(), prefix.end(), path.begin(), path.end()).first == prefix.end();
}

// The file's real path, which lies inside `directory` with all links followed.
fs::path resolve(const fs::path& directory, const std::string& location) {
  if (location.empty() || location.find('\0') != std::string::npos) refuse(location, "has no usable name");
  const fs::path relative(location);
  if (relative.is_absolute()) refuse(location, "is named by an absolute path; it must lie beside the model");
  if (std::find(relative.begin(), relative.end(), "..") != relative.end())
    refuse(location, "is named with \"..\"; it must lie beside the model");
  std::error_code problem;
  const fs::path base = fs::canonical(directory, problem);
  if (problem) refuse(location, "is in a directory that cannot be read");
  fs::path real = fs::canonical(base / relative, problem);
  if (problem) refuse(location, "is not there");
  if (!startsWith(real, base)) refuse(location, "is a link that leads out of the model's directory");
  if (!fs::is_regular_file(real, problem)) refuse(location, "is not a regular file");
  return real;
}

}  // namespace

const FileSlice& ExternalData::map(const std::string& location) {
  if (const auto known = files_.find(location); known != files_.end()) return known->second;
  if (!directory_) refuse(location, "cannot be opened: this model was not read from a file");
  auto file = MappedFile::open(resolve(*directory_, location).string());
  const std::span<const std::byte> bytes = file->bytes();
  return files_.emplace(location, FileSlice{bytes, std::move(file)}).first->second;
}

FileSlice ExternalData::slice(const std::string& location, uint64_t offset, uint64_t size) {
  const FileSlice& file = map(location);
  if (offset > file.bytes.size() || size > file.bytes.size() - offset)
    failInput(fmt::format("the external data file {} has {} bytes; bytes {} to {} were asked for",
                          ridge::inQuotes(location), file.bytes.size(), offset, offset + size));
  return {file.bytes.subspan(offset, size), file.owner};
}

}  // namespace ridge::onnx
