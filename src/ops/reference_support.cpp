#include "ops/reference_support.h"

namespace ridge {

namespace {

// Strides of every input along the output's axes, 0 where it is repeated.
InlineVector<int64_t, 96> broadcastStrides(size_t rank, std::span<const std::span<const int64_t>> inputs) {
  InlineVector<int64_t, 96> strides(rank * inputs.size());
  for (size_t input = 0; input < inputs.size(); ++input) {
    const auto dims = inputs[input];
    check(dims.size() <= rank, "a broadcast input has at most the rank of the output");
    int64_t stride = 1;
    for (size_t back = 1; back <= dims.size(); ++back) {
      const int64_t extent = dims[dims.size() - back];
      if (extent != 1) strides[(rank - back) * inputs.size() + input] = stride;
      stride *= extent;
    }
  }
  return strides;
}

}  // namespace

StridedRuns::StridedRuns(std::span<const int64_t> dims, size_t arrays, std::span<const int64_t> strides)
    : arrays_(arrays) {
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == 1) continue;
    const auto here = strides.subspan(axis * arrays, arrays);
    bool mergeable = !dims_.empty();
    for (size_t array = 0; array < arrays && mergeable; ++array)
      mergeable = strides_[strides_.size() - arrays + array] == here[array] * dims[axis];
    if (mergeable) {
      dims_.back() *= dims[axis];
      std::copy(here.begin(), here.end(), strides_.end() - arrays);
    } else {
      dims_.push_back(dims[axis]);
      for (int64_t stride : here) strides_.push_back(stride);
    }
  }
  if (dims_.empty()) {
    dims_.push_back(1);
    strides_.resize(arrays);
  }
  innerStrides_.resize(arrays);
  std::copy(strides_.end() - arrays, strides_.end(), innerStrides_.begin());
}

void StridedRuns::locate(int64_t at, std::span<int64_t> offsets) const {
  std::fill(offsets.begin(), offsets.end(), 0);
  for (size_t axis = dims_.size(); axis-- > 0;) {
    const int64_t index = at % dims_[axis];
    at /= dims_[axis];
    for (size_t array = 0; array < arrays_; ++array)
      offsets[array] += index * strides_[axis * arrays_ + array];
  }
}

BroadcastRuns::BroadcastRuns(std::span<const int64_t> output,
                             std::span<const std::span<const int64_t>> inputs)
    : StridedRuns(output, inputs.size(), broadcastStrides(output.size(), inputs)) {}

std::vector<int64_t> allInts(const TensorView& view) {
  std::vector<int64_t> values(static_cast<size_t>(view.count()));
  loadNumbers(view, 0, 1, view.count(), values.data());
  return values;
}

}  // namespace ridge
