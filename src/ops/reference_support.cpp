#include "ops/reference_support.h"

namespace ridge {

BroadcastRuns::BroadcastRuns(std::span<const int64_t> output,
                             std::span<const std::span<const int64_t>> inputs)
    : inputs_(inputs.size()) {
  const size_t rank = output.size();
  // Strides of every input along the output's axes, 0 where it is repeated.
  std::vector<int64_t> strides(rank * inputs_, 0);
  for (size_t input = 0; input < inputs_; ++input) {
    const auto dims = inputs[input];
    check(dims.size() <= rank, "a broadcast input has at most the rank of the output");
    int64_t stride = 1;
    for (size_t back = 1; back <= dims.size(); ++back) {
      const int64_t extent = dims[dims.size() - back];
      if (extent != 1) strides[(rank - back) * inputs_ + input] = stride;
      stride *= extent;
    }
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    if (output[axis] == 1) continue;
    const auto here = std::span(strides).subspan(axis * inputs_, inputs_);
    bool mergeable = !dims_.empty();
    for (size_t input = 0; input < inputs_ && mergeable; ++input)
      mergeable = strides_[strides_.size() - inputs_ + input] == here[input] * output[axis];
    if (mergeable) {
      dims_.back() *= output[axis];
      std::copy(here.begin(), here.end(), strides_.end() - static_cast<std::ptrdiff_t>(inputs_));
    } else {
      dims_.push_back(output[axis]);
      strides_.insert(strides_.end(), here.begin(), here.end());
    }
  }
  if (dims_.empty()) {
    dims_.push_back(1);
    strides_.assign(inputs_, 0);
  }
  innerStrides_.assign(strides_.end() - static_cast<std::ptrdiff_t>(inputs_), strides_.end());
}

void BroadcastRuns::locate(int64_t at, std::span<int64_t> offsets) const {
  std::fill(offsets.begin(), offsets.end(), 0);
  for (size_t axis = dims_.size(); axis-- > 0;) {
    const int64_t index = at % dims_[axis];
    at /= dims_[axis];
    for (size_t input = 0; input < inputs_; ++input)
      offsets[input] += index * strides_[axis * inputs_ + input];
  }
}

std::vector<int64_t> allInts(const TensorView& view) {
  std::vector<int64_t> values(static_cast<size_t>(view.count()));
  loadNumbers(view, 0, 1, view.count(), values.data());
  return values;
}

}  // namespace ridge
