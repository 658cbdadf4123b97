// A dynamic island: the evaluator runs its graph, results go to arrays and to the context's slots.
#include <cstring>

#include "base/error.h"
#include "ops/evaluate.h"
#include "plan/check_spec.h"
#include "reference/steps.h"

namespace ridge::reference {

namespace {

class IslandStep : public CompiledStep {
 public:
  explicit IslandStep(const KernelSpec& spec)
      : graph_(spec.island), in_(spec.in), out_(spec.out), slotsIn_(spec.slotsIn), slotsOut_(spec.slotsOut) {
    requireSpec(graph_ && graph_->inputs().size() == in_.size() + slotsIn_.size() &&
                    graph_->outputs().size() == out_.size() + slotsOut_.size(),
                spec, "its island takes or gives another number of values");
    for (size_t at = 0; at < in_.size(); ++at) {
      requireData(spec, at);
      requireSpec(isDensePlain(in_[at]), spec, "an island reads dense arrays");
    }
    for (const ArraySpec& array : out_)
      requireSpec(isDensePlain(array), spec, "an island writes dense arrays");
  }

  void run(const Buffers& buffers) const override {
    std::vector<Datum> inputs;
    for (const ArraySpec& array : in_) {
      // A copy: what is handed through to a slot must not look into memory that others write.
      Tensor copy = Tensor::allocate(array.type, array.dims);
      if (copy.byteSize() > 0)
        std::memcpy(copy.mutableBytes().data(), addressOf(array.at, buffers), copy.byteSize());
      inputs.push_back(std::move(copy));
    }
    for (int32_t slot : slotsIn_) inputs.push_back(buffers.slots[static_cast<size_t>(slot)]);
    std::vector<Datum> outputs = evaluateBody(*graph_, inputs);
    for (size_t at = 0; at < out_.size(); ++at) store(out_[at], outputs[at].tensor, buffers);
    for (size_t at = 0; at < slotsOut_.size(); ++at)
      buffers.slots[static_cast<size_t>(slotsOut_[at])] = std::move(outputs[out_.size() + at]);
  }

 private:
  static void store(const ArraySpec& array, const Tensor& made, const Buffers& buffers) {
    if (made.type() != array.type || made.dims() != array.dims)
      failInput("a result has another shape than was planned");
    if (made.byteSize() > 0)
      std::memcpy(writableAddressOf(array.at, buffers), made.bytes().data(), made.byteSize());
  }

  std::shared_ptr<const Graph> graph_;
  std::vector<ArraySpec> in_, out_;
  std::vector<int32_t> slotsIn_, slotsOut_;
};

}  // namespace

std::unique_ptr<CompiledStep> compileIsland(const KernelSpec& spec) {
  return std::make_unique<IslandStep>(spec);
}

}  // namespace ridge::reference
