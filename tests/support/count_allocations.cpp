#include "support/count_allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> count{0};

void* counted(size_t size, size_t alignment) {
  ++count;
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (void* place = std::aligned_alloc(alignment, rounded)) return place;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<size_t>(alignment));
}
void operator delete(void* place) noexcept {
  std::free(place);
}
void operator delete(void* place, size_t) noexcept {
  std::free(place);
}
void operator delete(void* place, std::align_val_t) noexcept {
  std::free(place);
}
void operator delete(void* place, size_t, std::align_val_t) noexcept {
  std::free(place);
}

namespace ridge::test {

long allocations() {
  return count;
}

}  // namespace ridge::test
