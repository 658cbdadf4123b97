#include "ir/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace ridge {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMostBytes = size_t{1} << 39;  // no machine has more; sanitizers abort instead of refusing

// Zeroed memory; large pieces cost nothing until they are touched.
std::shared_ptr<std::byte> allocateZeroed(size_t size) {
  void* block = size <= kMostBytes ? std::calloc(1, size + kAlignment) : nullptr;
  if (!block)
    failMachine(fmt::format("out of memory for a tensor of {} bytes", size), {},
                "use smaller shapes or a larger machine");
  std::shared_ptr<void> owner(block, std::free);
  const auto address = reinterpret_cast<uintptr_t>(block);
  const size_t shift = (kAlignment - address % kAlignment) % kAlignment;
  return {owner, static_cast<std::byte*>(block) + shift};
}

size_t alignmentOf(DType type) {
  const int bits = bitsOf(type);
  return bits <= 8 ? 1 : static_cast<size_t>(std::min(bits, 64)) / 8;
}

}  // namespace

struct Tensor::Shared {
  std::shared_ptr<const void> owner;
  bool writable = false;
  std::vector<std::string> strings;
  std::once_flag hashOnce;
  std::atomic<bool> hashed = false;
  Hash128 hash;
};

int64_t elementCount(std::span<const int64_t> dims) {
  int64_t product = 1;
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0) failInput(fmt::format("a tensor has the negative dimension {}", dim), toString(dims));
    if (dim == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, dim, &product))
      failInput("a tensor has more elements than can be counted", toString(dims));
  }
  return empty ? 0 : product;
}

Dims rowMajorStrides(std::span<const int64_t> dims) {
  elementCount(dims);
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t axis = dims.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= dims[axis];
  }
  return strides;
}

std::string toString(std::span<const int64_t> dims) {
  return dims.empty() ? "scalar" : fmt::format("{}", fmt::join(dims, "x"));
}

Tensor Tensor::allocate(DType type, Dims dims) {
  check(isKnown(type), "a tensor is allocated with a known type");
  const int64_t count = elementCount(dims);
  if (type == DType::string)
    return ofStrings(std::move(dims), std::vector<std::string>(static_cast<size_t>(count)));
  const size_t size = bytesOf(type, count);
  std::shared_ptr<std::byte> memory = allocateZeroed(size);

  Tensor tensor;
  tensor.type_ = type;
  tensor.dims_ = std::move(dims);
  tensor.count_ = count;
  tensor.bytes_ = {memory.get(), size};
  tensor.shared_ = std::make_shared<Shared>();
  tensor.shared_->owner = std::move(memory);
  tensor.shared_->writable = true;
  return tensor;
}

Tensor Tensor::view(DType type, Dims dims, std::span<const std::byte> bytes,
                    std::shared_ptr<const void> owner) {
  check(isKnown(type) && type != DType::string, "a tensor over bytes has a type with a size");
  const int64_t count = elementCount(dims);
  if (bytes.size() != bytesOf(type, count))
    failInput(fmt::format("a {} tensor of shape {} needs {} bytes, there are {}", name(type), toString(dims),
                          bytesOf(type, count), bytes.size()));
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignmentOf(type) != 0) {
    Tensor copy = allocate(type, std::move(dims));
    if (!bytes.empty()) std::memcpy(copy.mutableBytes().data(), bytes.data(), bytes.size());
    return copy;
  }
  Tensor tensor;
  tensor.type_ = type;
  tensor.dims_ = std::move(dims);
  tensor.count_ = count;
  tensor.bytes_ = bytes;
  tensor.shared_ = std::make_shared<Shared>();
  tensor.shared_->owner = std::move(owner);
  return tensor;
}

Tensor Tensor::ofStrings(Dims dims, std::vector<std::string> values) {
  Tensor tensor;
  tensor.type_ = DType::string;
  tensor.count_ = elementCount(dims);
  if (values.size() != static_cast<size_t>(tensor.count_))
    failInput(fmt::format("a string tensor of shape {} has {} values", toString(dims), values.size()));
  tensor.dims_ = std::move(dims);
  tensor.shared_ = std::make_shared<Shared>();
  tensor.shared_->strings = std::move(values);
  return tensor;
}

std::span<std::byte> Tensor::mutableBytes() {
  if (bytes_.empty()) return {};
  check(shared_->writable, "a tensor over bytes of something else is not written");
  check(!shared_->hashed.load(std::memory_order_relaxed), "a tensor whose content was hashed is not written");
  return {const_cast<std::byte*>(bytes_.data()), bytes_.size()};
}

const std::vector<std::string>& Tensor::strings() const {
  static const std::vector<std::string> none;
  return shared_ ? shared_->strings : none;
}

Tensor Tensor::reshaped(Dims dims) const {
  if (elementCount(dims) != count_)
    failInput(fmt::format("a tensor of shape {} cannot have the shape {}", toString(dims_), toString(dims)));
  Tensor tensor = *this;
  tensor.dims_ = std::move(dims);
  if (!shared_) return tensor;
  tensor.shared_ = std::make_shared<Shared>();  // the hash covers the dimensions
  tensor.shared_->owner = shared_->owner;
  tensor.shared_->writable = shared_->writable;
  tensor.shared_->strings = shared_->strings;
  return tensor;
}

Hash128 Tensor::hash() const {
  if (!shared_) return {};
  std::call_once(shared_->hashOnce, [this] {
    Hasher hasher;
    hasher.add(static_cast<uint64_t>(type_)).add(dims_.size()).add(std::as_bytes(std::span(dims_)));
    for (const std::string& text : shared_->strings) hasher.addText(text);
    shared_->hash = hasher.add(bytes_).digest128();
    shared_->hashed.store(true, std::memory_order_relaxed);
  });
  return shared_->hash;
}

bool Tensor::sameAs(const Tensor& other) const {
  if (type_ != other.type_ || dims_ != other.dims_ || bytes_.size() != other.bytes_.size()) return false;
  if (shared_ == other.shared_) return true;
  if (type_ == DType::string) return strings() == other.strings();
  return bytes_.empty() || std::memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
}

}  // namespace ridge
