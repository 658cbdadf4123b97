#include "base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/interrupt.h"
#include "base/text.h"

namespace ridge {
namespace {

[[noreturn]] void cannotRead(const std::string& path, int reason) {
  const char* const todo = reason == ENOENT   ? "check the path"
                           : reason == EACCES ? "check the file's permissions"
                                              : "check the file";
  failInput(reason == ENOENT ? "there is no such file"
                             : fmt::format("cannot read the file, {}", std::strerror(reason)),
            escaped(path), todo);
}

/// A pipe is waited for until somebody writes into it.
FileDescriptor openedForReading(const std::string& path) {
  for (;;) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.valid()) return file;
    if (errno != EINTR) cannotRead(path, errno);
    throwIfInterrupted();
  }
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path, size_t streamLimit) {
  if (path.find('\0') != std::string::npos) cannotRead(path, ENOENT);
  const FileDescriptor file = openedForReading(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) cannotRead(path, errno);
  if (S_ISDIR(status.st_mode))
    failInput("a file is expected, this is a folder", escaped(path), "name a file");

  const std::shared_ptr<MappedFile> result(new MappedFile);
  result->path_ = path;
  if (S_ISREG(status.st_mode) && status.st_size > 0)
    result->map(file.get(), static_cast<size_t>(status.st_size));
  else
    result->readAll(file.get(), streamLimit);
  return result;
}

void MappedFile::map(int descriptor, size_t size) {
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED && errno == ENOMEM)
    failMachine(fmt::format("there is no room for a file of {}", formatBytes(static_cast<int64_t>(size))),
                escaped(path_), "raise the limit of memory");
  if (address == MAP_FAILED) {  // some file systems cannot
    readAll(descriptor, size);
    return;
  }
  mapping_ = address;
  bytes_ = {static_cast<const std::byte*>(address), size};
}

void MappedFile::readAll(int descriptor, size_t limit) {
  size_t filled = 0;
  for (;;) {
    if (owned_.size() == filled) owned_.resize(std::max<size_t>(size_t{1} << 16, 2 * filled));
    const ssize_t count = read(descriptor, owned_.data() + filled, owned_.size() - filled);
    if (count < 0 && errno == EINTR) {
      throwIfInterrupted();
      continue;
    }
    if (count < 0) cannotRead(path_, errno);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
    if (filled > limit)
      failInput(fmt::format("more than {} were read from a stream", formatBytes(static_cast<int64_t>(limit))),
                escaped(path_), "give a regular file");
  }
  owned_.resize(filled);
  bytes_ = owned_;
}

MappedFile::~MappedFile() {
  if (mapping_) munmap(mapping_, bytes_.size());
}

}  // namespace ridge
