// MaxPool (without indices) and AveragePool, channels-last or plain.
#include <algorithm>
#include <optional>

#include "base/thread_pool.h"
#include "cpu/conv_spec.h"
#include "cpu/cost.h"
#include "cpu/kernels/pool/pool.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

// Params: kind, count padding, then kernel, stride, dilation, begin and end pads of three spatial axes.
constexpr size_t kSpatial = 3, kWindow = 2, kParams = kWindow + 5 * kSpatial;
constexpr int64_t kLargestParam = int64_t{1} << 30, kMostTaps = int64_t{1} << 24;

struct PoolNode {
  PoolKind kind;
  const WindowAttributes* window;
  bool ceilMode, countPadding;
};

std::optional<PoolNode> poolNode(const Node& node) {
  if (node.op == &ops::maxPool) {
    const auto& attrs = node.as<MaxPoolAttributes>();
    return PoolNode{PoolKind::max, &attrs, attrs.ceilMode, false};
  }
  if (node.op == &ops::averagePool) {
    const auto& attrs = node.as<AveragePoolAttributes>();
    return PoolNode{PoolKind::average, &attrs, attrs.ceilMode, attrs.countIncludePad};
  }
  return std::nullopt;
}

std::vector<int64_t> paramsOf(const PoolNode& pool, const Dims& input) {
  const std::span<const int64_t> spatial = std::span(input).subspan(2);
  const auto axes =
      withThreeAxes(resolveWindow(*pool.window, pool.window->kernelShape, spatial, pool.ceilMode));
  std::vector<int64_t> params{static_cast<int64_t>(pool.kind), pool.countPadding};
  for (const WindowAxis& axis : axes) params.push_back(axis.kernel);
  for (const WindowAxis& axis : axes) params.push_back(axis.stride);
  for (const WindowAxis& axis : axes) params.push_back(axis.dilation);
  for (const WindowAxis& axis : axes) params.push_back(axis.padBegin);
  for (const WindowAxis& axis : axes) params.push_back(axis.padEnd);
  return params;
}

/// What an average over no elements is (0 / 0) only the reference kernel knows.
bool hasEmptyWindow(const std::vector<int64_t>& params, const Dims& input) {
  const size_t missing = kSpatial - (input.size() - 2);
  for (size_t axis = missing; axis < kSpatial; ++axis) {
    const auto param = [&](size_t which) { return params[kWindow + which * kSpatial + axis]; };
    const int64_t padding = std::max(param(3), param(4));
    // Dilated taps may also step over a short input.
    const bool stepsOver = padding > 0 && param(2) > input[axis - missing + 2];
    if (padding > (param(0) - 1) * param(2) || stepsOver) return true;
  }
  return false;
}

PoolShape shapeOf(const KernelSpec& spec) {
  requireSpec(spec.params.size() == kParams && spec.in.size() == 1 && spec.out.size() == 1, spec,
              "a pool has one input, one output and seventeen parameters");
  const ArraySpec &in = spec.in[0], &out = spec.out[0];
  const size_t rank = in.dims.size();
  requireSpec(rank >= 3 && rank <= 5 && out.dims.size() == rank && in.dims[0] == out.dims[0] &&
                  in.dims[1] == out.dims[1] && in.type == DType::f32 && out.type == DType::f32,
              spec, "a pool keeps batch and channels");
  PoolShape shape;
  shape.batch = in.dims[0];
  shape.channels = in.dims[1];
  shape.countPadding = spec.params[1] != 0;
  for (size_t axis = 0; axis + 2 < rank; ++axis) {
    shape.in[kSpatial - (rank - 2) + axis] = in.dims[axis + 2];
    shape.out[kSpatial - (rank - 2) + axis] = out.dims[axis + 2];
  }
  for (size_t axis = 0; axis < kSpatial; ++axis) {
    const auto param = [&](size_t which) { return spec.params[kWindow + which * kSpatial + axis]; };
    shape.kernel[axis] = param(0);
    shape.stride[axis] = param(1);
    shape.dilation[axis] = param(2);
    shape.padBegin[axis] = param(3);
    shape.padEnd[axis] = param(4);
    requireSpec(
        std::min({param(0), param(1), param(2)}) >= 1 && std::min(param(3), param(4)) >= 0 &&
            std::max({param(0), param(1), param(2), param(3), param(4), shape.in[axis]}) < kLargestParam &&
            shape.out[axis] * shape.stride[axis] < kLargestParam && param(0) * param(2) < kLargestParam,
        spec, "a window of a pool is out of range");
  }
  // Each is below 2^30, so that a product of two does not overflow.
  const int64_t plane = shape.kernel[0] * shape.kernel[1];
  requireSpec(plane <= kMostTaps && plane * shape.kernel[2] <= kMostTaps, spec, "a window has too many taps");
  return shape;
}

class PoolStep : public CompiledStep {
 public:
  explicit PoolStep(const KernelSpec& spec)
      : pool_(checkedPool(spec)), in_(spec.in[0].at), out_(spec.out[0].at) {
    requireData(spec, 0);
    requireSpec(spec.workspace >= pool_.workspace(1), spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    const auto* in = reinterpret_cast<const float*>(addressOf(in_, buffers));
    auto* out = reinterpret_cast<float*>(writableAddressOf(out_, buffers));
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread -
                           pool_.workspace(1) * static_cast<size_t>(part);
      pool_.run(in, out, scratch, part, buffers.threads);
    });
  }

 private:
  static Pool checkedPool(const KernelSpec& spec) {
    const auto shape = shapeOf(spec);  // first: it requires the arrays whose strides are read below
    const ActivationStrides in = activationStrides(spec.in[0]), out = activationStrides(spec.out[0]);
    requireSpec(Pool::accepts(in, out), spec, "a pool has the same axis side by side in input and output");
    return {spec.params[0] == 0 ? PoolKind::max : PoolKind::average, shape, in, out};
  }

  Pool pool_;
  Location in_, out_;
};

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty()) return;
  const Node& node = graph.node(region.anchor());
  const auto pool = poolNode(node);
  if (!pool) return;
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"pool", why}); };
  if (region.members.size() > 1) return refuse("a pool has no epilogue");
  if (region.outputs.size() != 1 || region.outputs[0] != node.out[0]) return refuse("no indices");
  const Value& in = graph.value(node.in[0]);
  if (in.type != DType::f32) return refuse("float32 only");
  if (in.shape.rank() < 3 || in.shape.rank() > 5) return refuse("one to three spatial axes only");
  const Dims inDims = in.shape.staticDims();
  const std::vector<int64_t> params = paramsOf(*pool, inDims);
  if (static_cast<double>(params[2]) * static_cast<double>(params[3]) * static_cast<double>(params[4]) >
      static_cast<double>(kMostTaps))
    return refuse("a window has more than 2^24 taps");
  if (hasEmptyWindow(params, inDims)) return refuse("a window may lie in the padding only");
  for (Order order : {Order::channelsLast, Order::plain}) {
    Candidate candidate;
    candidate.tactic = "pool";
    candidate.params = params;
    candidate.inputOrders = {order};
    candidate.outputOrders = {order};
    candidate.stridedInputs = candidate.stridedOutputs = true;
    const Dims outDims = graph.value(node.out[0]).shape.staticDims();
    KernelSpec spec;
    spec.params = candidate.params;
    spec.in = {{DType::f32, inDims, denseStrides(inDims, order), {}}};
    spec.out = {{DType::f32, outDims, denseStrides(outDims, order), {}}};
    const ActivationStrides from = activationStrides(spec.in[0]), to = activationStrides(spec.out[0]);
    if (!Pool::accepts(from, to)) continue;
    candidate.workspace = Pool(pool->kind, shapeOf(spec), from, to).workspace(1);
    const double taps = static_cast<double>(node.op->cost(node, graph).operations);
    candidate.estimateNs = taps / (order == Order::plain ? 2 : 8) + memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<PoolStep>(spec);
}

}  // namespace

const Tactic kPool{"pool", propose, compile, nullptr};

}  // namespace ridge::cpu
