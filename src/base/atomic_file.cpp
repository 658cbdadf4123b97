#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"

namespace ridge {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

// Paths of temporaries, where a signal handler may read them: fixed memory, no locks. When all places are
// taken, a temporary is only removed by its owner.
enum class SlotState { free, filling, used };
struct Slot {
  std::atomic<SlotState> state{SlotState::free};
  char path[PATH_MAX] = {};
};
static_assert(std::atomic<SlotState>::is_always_lock_free, "a signal handler reads it");
std::array<Slot, 32> slots;

int remember(const std::string& path) {
  if (path.size() >= PATH_MAX) return -1;
  for (size_t at = 0; at < slots.size(); ++at) {
    SlotState expected = SlotState::free;
    if (!slots[at].state.compare_exchange_strong(expected, SlotState::filling)) continue;
    std::memcpy(slots[at].path, path.c_str(), path.size() + 1);
    slots[at].state = SlotState::used;
    return static_cast<int>(at);
  }
  return -1;
}

void forget(int slot) {
  if (slot >= 0) slots[static_cast<size_t>(slot)].state = SlotState::free;
}

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

std::string folderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// A rename survives a power failure once the folder is synced; folders that cannot be synced are left alone.
void syncFolder(const std::string& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.valid()) fsync(descriptor.get());
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  if (path_.empty() || path_.find('\0') != std::string::npos) fail(ENOENT);
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    openDirectly();
    return;
  }
  if (exists && access(path_.c_str(), W_OK) != 0) fail(errno);
  path_ = resolved(path_);
  openTemporary();
  if (exists && fchmod(file_.get(), status.st_mode & 0777) != 0 && errno != EPERM) {
    const int reason = errno;
    discard();  // no destructor runs for an object that was never made
    fail(reason);
  }
}

AtomicFile::~AtomicFile() {
  discard();
}

void AtomicFile::discard() noexcept {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
  forget(std::exchange(slot_, -1));
}

void AtomicFile::fail(int reason) const {
  const char* const todo = reason == ENOSPC || reason == EDQUOT ? "free some space" : "choose another path";
  failMachine(fmt::format("cannot write the file, {}", std::strerror(reason)), escaped(path_), todo);
}

void AtomicFile::openDirectly() {
  for (;;) {  // a pipe is waited for until somebody reads from it
    file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (file_.valid()) return;
    if (errno != EINTR) fail(errno);
    throwIfInterrupted();
  }
}

void AtomicFile::openTemporary() {
  static std::atomic<unsigned> counter{0};
  const std::string folder = path_.find('/') == std::string::npos ? "" : folderOf(path_);
  const std::string name = path_.substr(folder.size(), 200);  // names are at most 255 bytes long
  if (name.empty()) fail(EISDIR);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string candidate = fmt::format("{}.{}.{}-{}.tmp", folder, name, getpid(), counter++);
    slot_ = remember(candidate);
    file_ = FileDescriptor(::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file_.valid()) {
      temporary_ = candidate;
      return;
    }
    const int reason = errno;
    forget(slot_);
    slot_ = -1;
    if (reason != EEXIST) fail(reason);
  }
  fail(EEXIST);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  check(file_.valid(), "nothing is written to a file after its commit");
  written_ += static_cast<int64_t>(bytes.size());
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes)
    writeNow(bytes);
  else
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::align(size_t alignment) {
  static constexpr std::array<std::byte, 4096> zeros{};
  const size_t past = static_cast<size_t>(written_) % alignment;
  for (size_t left = past == 0 ? 0 : alignment - past; left > 0;) {
    const size_t count = std::min(left, zeros.size());
    write(std::span(zeros).first(count));
    left -= count;
  }
}

void AtomicFile::flush() {
  writeNow(buffer_);
  buffer_.clear();
}

void AtomicFile::writeNow(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      throwIfInterrupted();
      continue;
    }
    if (count < 0) fail(errno);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void AtomicFile::commit() {
  check(file_.valid(), "a file is committed once");
  flush();
  while (!temporary_.empty() && fsync(file_.get()) != 0) {
    if (errno == EINVAL || errno == EROFS) break;  // a file system that cannot
    if (errno != EINTR) fail(errno);
    throwIfInterrupted();
  }
  if (!file_.close() && errno != EINTR) fail(errno);  // interrupted, it is closed all the same
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  temporary_.clear();
  forget(std::exchange(slot_, -1));
  syncFolder(folderOf(path_));
}

void writeFileAtomically(const std::string& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void writeFileAtomically(const std::string& path, std::string_view text) {
  writeFileAtomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

void removeTemporaries() noexcept {
  for (Slot& slot : slots)
    if (slot.state.load() == SlotState::used) ::unlink(slot.path);
}

}  // namespace ridge
