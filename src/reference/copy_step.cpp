#include <cstring>

#include "base/error.h"
#include "plan/check_spec.h"
#include "reference/steps.h"

namespace ridge::reference {

namespace {

class CopyStep : public CompiledStep {
 public:
  explicit CopyStep(const KernelSpec& spec) {
    requireSpec(spec.in.size() == 1 && spec.out.size() == 1, spec, "a copy has one source and one target");
    requireData(spec, 0);
    in_ = spec.in.front();
    out_ = spec.out.front();
    requireSpec(in_.type == out_.type && in_.dims == out_.dims, spec, "a copy keeps type and dimensions");
    size_ = bytesOf(in_.type, 1);
  }

  void run(const Buffers& buffers) const override {
    if (elementCount(in_.dims) == 0) return;
    copyAxis(0, addressOf(in_.at, buffers), writableAddressOf(out_.at, buffers));
  }

 private:
  void copyAxis(size_t axis, const std::byte* from, std::byte* to) const {
    if (axis == in_.dims.size()) {
      std::memcpy(to, from, size_);
      return;
    }
    for (int64_t at = 0; at < in_.dims[axis]; ++at)
      copyAxis(axis + 1, from + at * in_.strides[axis] * static_cast<int64_t>(size_),
               to + at * out_.strides[axis] * static_cast<int64_t>(size_));
  }

  ArraySpec in_, out_;
  size_t size_ = 0;
};

}  // namespace

std::unique_ptr<CompiledStep> compileCopy(const KernelSpec& spec) {
  return std::make_unique<CopyStep>(spec);
}

}  // namespace ridge::reference
