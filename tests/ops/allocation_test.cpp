// Kernels of the truth run inside plans too, where nothing may be allocated.
#include <gtest/gtest.h>

#include "cases.h"
#include "ops/infer.h"
#include "ops/kernel_context.h"
#include "support/count_allocations.h"

namespace ridge::test {
namespace {

long allocationsOf(const OpCase& one) {
  const Node& node = one.graph.node(one.graph.order().front());
  std::vector<Tensor> results = one.expected;
  std::vector<TensorView> in, out;
  alignas(64) static std::byte empty[64];
  const auto view = [](const Tensor& tensor, std::byte* data) {
    return TensorView{tensor.type(), tensor.dims(), tensor.byteSize() == 0 ? empty : data};
  };
  for (ValueId id : node.in) {
    if (id == kNoValue) {
      in.push_back({});
      continue;
    }
    const Value& value = one.graph.value(id);
    const Tensor& tensor = value.isConstant() ? value.constant : one.inputs.at(value.name);
    in.push_back(view(tensor, const_cast<std::byte*>(tensor.bytes().data())));
  }
  for (Tensor& tensor : results) {
    tensor = Tensor::allocate(tensor.type(), tensor.dims());
    out.push_back(view(tensor, tensor.mutableBytes().data()));
  }
  Graph sized = one.graph;  // as in a plan, where every shape that `scratch` looks at is known
  for (size_t at = 0; at < node.out.size(); ++at)
    if (node.out[at] != kNoValue) sized.value(node.out[at]).shape = Shape::of(results[at].dims());
  inferShapes(sized);
  const size_t scratchBytes = node.op->scratch ? node.op->scratch(node, sized) : 0;
  Tensor scratch = Tensor::allocate(DType::u8, {static_cast<int64_t>(scratchBytes)});
  KernelContext context(node, in, out, scratch.mutableBytes());
  node.op->reference(context);  // starts the threads
  const long before = allocations();
  node.op->reference(context);
  return allocations() - before;
}

// Ops with `evaluate` make their results while they run: how large those are depends on contents.
bool runsInPlans(const OpCase& one) {
  return !one.graph.node(one.graph.order().front()).op->evaluate;
}

TEST(ReferenceKernels, AllocateNothing) {
  for (const std::string& family : opFamilies())
    for (const OpCase& one : opCases(family))
      if (runsInPlans(one)) {
        EXPECT_EQ(allocationsOf(one), 0) << one.name;
      }
}

}  // namespace
}  // namespace ridge::test
