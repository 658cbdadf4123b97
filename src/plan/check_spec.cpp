#include "plan/check_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "plan/backend.h"

namespace ridge {

void failSpec(const KernelSpec& spec, const std::string& sentence) {
  failInput(fmt::format("a step of the plan is not valid: {}", sentence),
            fmt::format("tactic {}", escaped(spec.tactic)), "build the engine again");
}

void requireData(const KernelSpec& spec, size_t index) {
  requireSpec(index < spec.in.size() && spec.in[index].at.space != Space::none, spec,
              "it reads an array that has no place");
}

int64_t extentOf(const ArraySpec& array) {
  if (array.dims.size() != array.strides.size())
    failInput("an array of the plan has strides for another rank");
  if (elementCount(array.dims) == 0) return 0;
  int64_t extent = 1;
  for (size_t axis = 0; axis < array.dims.size(); ++axis) {
    int64_t reach = 0;
    if (array.strides[axis] < 0 ||
        __builtin_mul_overflow(array.dims[axis] - 1, array.strides[axis], &reach) ||
        __builtin_add_overflow(extent, reach, &extent))
      failInput("an array of the plan has strides out of range");
  }
  return extent;
}

bool isDensePlain(const ArraySpec& array) {
  int64_t pitch = 1;
  for (size_t axis = array.dims.size(); axis-- > 0;) {
    if (array.dims[axis] != 1 && array.strides[axis] != pitch) return false;
    pitch *= array.dims[axis];
  }
  return true;
}

bool isOneToOne(const ArraySpec& array) {
  std::vector<std::pair<int64_t, int64_t>> axes;  // stride, size
  for (size_t axis = 0; axis < array.dims.size(); ++axis) {
    if (array.dims[axis] == 0) return true;
    if (array.dims[axis] > 1) axes.emplace_back(array.strides[axis], array.dims[axis]);
  }
  std::sort(axes.begin(), axes.end());
  int64_t reach = 1;  // elements that the axes before take up
  for (const auto& [stride, size] : axes) {
    if (stride < reach) return false;
    reach = stride * (size - 1) + reach;
  }
  return true;
}

namespace {

std::byte* arenaOf(size_t index, const Buffers& buffers) {
  return index == 0 ? buffers.arena : buffers.deviceArenas[index - 1];
}

}  // namespace

const std::byte* addressOf(const Location& at, const Buffers& buffers) {
  const auto index = static_cast<size_t>(at.index);
  switch (at.space) {
    case Space::none:
      return nullptr;
    case Space::input:
      return buffers.inputs[index] + at.offset;
    case Space::output:
      return buffers.outputs[index] + at.offset;
    case Space::arena:
      return arenaOf(index, buffers) + at.offset;
    case Space::weights:
      return buffers.weights[index] + at.offset;
  }
  return nullptr;
}

std::byte* writableAddressOf(const Location& at, const Buffers& buffers) {
  check(at.space == Space::arena || at.space == Space::output, "kernels write to the arena and to outputs");
  const auto index = static_cast<size_t>(at.index);
  return (at.space == Space::arena ? arenaOf(index, buffers) : buffers.outputs[index]) + at.offset;
}

}  // namespace ridge
