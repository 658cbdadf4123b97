// Checks of kernel specifications that every backend shares. Engines may come from anywhere.
#pragma once

#include <cstdint>
#include <string>

#include "plan/kernel_spec.h"

namespace ridge {

/// Throws Error{input} "step 3 (conv): SENTENCE".
[[noreturn]] void failSpec(const KernelSpec& spec, const std::string& sentence);
inline void requireSpec(bool holds, const KernelSpec& spec, const char* sentence) {
  if (!holds) failSpec(spec, sentence);
}

/// Input `index` is there and has a place in memory; fails by failSpec else.
void requireData(const KernelSpec& spec, size_t index);

/// Elements between the first and one past the last that the array touches; strides must not be negative.
int64_t extentOf(const ArraySpec& array);

bool isDensePlain(const ArraySpec& array);

/// No two elements share a place: strides are those of some dense order, or farther apart. Work over such an
/// array is bounded by its memory.
bool isOneToOne(const ArraySpec& array);

/// Base address of an array in one execution; null for Space::none.
struct Buffers;
const std::byte* addressOf(const Location& at, const Buffers& buffers);
std::byte* writableAddressOf(const Location& at, const Buffers& buffers);

}  // namespace ridge
