// A vector that holds its first elements itself: kernels describe shapes with it and allocate nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace ridge {

template <class T, size_t kInline>
class InlineVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  InlineVector() = default;
  explicit InlineVector(size_t size, T value = {}) { resize(size, value); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return more_.empty() ? few_.data() : more_.data(); }
  const T* data() const { return more_.empty() ? few_.data() : more_.data(); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](size_t at) { return data()[at]; }
  const T& operator[](size_t at) const { return data()[at]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  void push_back(T value) { resize(size_ + 1, value); }
  /// New elements are copies of `value`.
  void resize(size_t size, T value = {}) {
    if (more_.empty() && size <= kInline) {
      std::fill(few_.begin() + std::min(size_, size), few_.begin() + size, value);
    } else {
      if (more_.empty()) more_.assign(few_.begin(), few_.begin() + size_);
      more_.resize(size, value);
    }
    size_ = size;
  }

  friend bool operator==(const InlineVector& a, const InlineVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::array<T, kInline> few_{};
  std::vector<T> more_;  // all elements, once they are too many
  size_t size_ = 0;
};

}  // namespace ridge
