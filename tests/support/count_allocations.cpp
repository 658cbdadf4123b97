#include "support/count_allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
std::atomic<long> count{0};
}  // namespace

#ifdef __SANITIZE_ADDRESS__
// The sanitizer has its own operators and tells of what they do; GCC ships no header that says how.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, size_t),
                                                         void (*freed)(const volatile void*));

namespace {
const int hooked = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) { ++count; },
                                                             [](const volatile void*) {});
}  // namespace

#else

namespace {

void* counted(size_t size, size_t alignment) noexcept {
  ++count;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* countedOrThrow(size_t size, size_t alignment) {
  if (void* place = counted(size, alignment)) return place;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) {
  return countedOrThrow(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return countedOrThrow(size, static_cast<size_t>(alignment));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(size, alignof(std::max_align_t));
}
void operator delete(void* place) noexcept {
  std::free(place);
}
void operator delete(void* place, size_t) noexcept {
  std::free(place);
}
void operator delete(void* place, const std::nothrow_t&) noexcept {
  std::free(place);
}
void operator delete(void* place, std::align_val_t) noexcept {
  std::free(place);
}
void operator delete(void* place, size_t, std::align_val_t) noexcept {
  std::free(place);
}

#endif

namespace ridge::test {

long allocations() {
  return count;
}

}  // namespace ridge::test
