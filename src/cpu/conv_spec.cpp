#include "cpu/conv_step.h"

#include <algorithm>
#include <initializer_list>

#include "ops/conv/conv.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kSpatial = 3, kGroups = 3 * kSpatial, kHasBias = kGroups + 1;
static_assert(kConvParams == kHasBias + 1);
constexpr int64_t kLargestParam = int64_t{1} << 30, kLargestProduct = int64_t{1} << 40;

/// The product of sizes that are at least one stays below what any network needs, so that sums and multiples
/// of it do not overflow.
void requireProduct(std::initializer_list<int64_t> sizes, const KernelSpec& spec) {
  int64_t product = 1;
  for (int64_t size : sizes)
    requireSpec(!__builtin_mul_overflow(product, size, &product) && product < kLargestProduct, spec,
                "a convolution is too large");
}

/// A kernel's strip of input and its table of taps are as large as these products at most.
void requireProducts(const ConvShape& shape, const KernelSpec& spec) {
  const auto span = [&](size_t axis) {
    return (shape.out[axis] - 1) * shape.stride[axis] + (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
  };
  requireProduct({span(0), span(1), span(2), shape.inChannels}, spec);
  requireProduct({shape.kernel[0], shape.kernel[1], shape.kernel[2], shape.inChannels, shape.outChannels},
                 spec);
  requireProduct({shape.kernel[0], shape.kernel[1], shape.kernel[2], shape.stride[2]}, spec);
}

bool isFloatStatic(const Graph& graph, ValueId id) {
  return id == kNoValue || (graph.value(id).type == DType::f32 && graph.value(id).shape.isStatic());
}

}  // namespace

std::vector<int64_t> convParams(const Graph& graph, NodeId conv) {
  const Node& node = graph.node(conv);
  const auto& attrs = node.as<ConvAttributes>();
  const Dims input = graph.value(node.in[0]).shape.staticDims(),
             weight = graph.value(node.in[1]).shape.staticDims();
  const auto axes = withThreeAxes(resolveConv(attrs, input, weight).axes);
  std::vector<int64_t> params;
  for (const WindowAxis& axis : axes) params.push_back(axis.stride);
  for (const WindowAxis& axis : axes) params.push_back(axis.dilation);
  for (const WindowAxis& axis : axes) params.push_back(axis.padBegin);
  params.push_back(attrs.group);
  params.push_back(node.in.size() > 2 && node.in[2] != kNoValue);
  return params;
}

ConvShape convShapeOf(const KernelSpec& spec) {
  const ConvShape shape = convShapeOf(spec, spec.params);
  requireSpec(spec.in[0].type == DType::f32 && spec.out[0].type == DType::f32, spec,
              "a convolution computes in float32");
  return shape;
}

ConvShape convShapeOf(const KernelSpec& spec, std::span<const int64_t> params) {
  requireSpec(params.size() == kConvParams, spec, "a convolution has eleven parameters");
  requireSpec(spec.in.size() >= 2 && !spec.out.empty(), spec, "a convolution has data and weights");
  const ArraySpec &in = spec.in[0], &weights = spec.in[1], &out = spec.out[0];
  const size_t rank = in.dims.size();
  requireSpec(rank >= 3 && rank <= 5 && weights.dims.size() == rank && out.dims.size() == rank &&
                  in.strides.size() == rank && out.strides.size() == rank,
              spec, "a convolution has one to three spatial axes");
  ConvShape shape;
  shape.batch = in.dims[0];
  shape.groups = params[kGroups];
  shape.inChannels = in.dims[1];
  shape.outChannels = out.dims[1];
  for (size_t axis = 0; axis + 2 < rank; ++axis) {
    const size_t place = kSpatial - (rank - 2) + axis;
    shape.in[place] = in.dims[axis + 2];
    shape.out[place] = out.dims[axis + 2];
    shape.kernel[place] = weights.dims[axis + 2];
  }
  for (size_t axis = 0; axis < kSpatial; ++axis) {
    shape.stride[axis] = params[axis];
    shape.dilation[axis] = params[kSpatial + axis];
    shape.padBegin[axis] = params[2 * kSpatial + axis];
    requireSpec(shape.stride[axis] >= 1 && shape.dilation[axis] >= 1 && shape.padBegin[axis] >= 0, spec,
                "strides and dilations are at least one, pads not negative");
    requireSpec(std::min({shape.in[axis], shape.out[axis], shape.kernel[axis]}) >= 1, spec,
                "an empty convolution");
    requireSpec(std::max({shape.stride[axis], shape.dilation[axis], shape.padBegin[axis], shape.in[axis],
                          shape.out[axis], shape.kernel[axis]}) < kLargestParam,
                spec, "a size of a convolution is out of range");
    // The first window starts before the padding ends, so every pad is used; offsets stay far from overflow.
    requireSpec(shape.out[axis] * shape.stride[axis] < kLargestParam &&
                    shape.kernel[axis] * shape.dilation[axis] < kLargestParam,
                spec, "a window of a convolution is out of range");
  }
  requireSpec(std::min({shape.batch, shape.inChannels, shape.outChannels}) >= 1, spec,
              "an empty convolution");
  const bool groupsFit =
      shape.groups >= 1 && shape.inChannels % shape.groups == 0 && shape.outChannels % shape.groups == 0 &&
      weights.dims[1] == shape.inChannels / shape.groups && weights.dims[0] == shape.outChannels;
  requireSpec(groupsFit && out.dims[0] == in.dims[0], spec,
              "the channels of a convolution do not fit each other");
  requireProducts(shape, spec);
  return shape;
}

ActivationStrides activationStrides(const ArraySpec& array) {
  ActivationStrides strides;
  strides.batch = array.strides[0];
  // A lone channel may carry any stride.
  strides.channel = array.dims[1] == 1 ? 1 : array.strides[1];
  const size_t rank = array.dims.size();
  for (size_t axis = 0; axis + 2 < rank; ++axis)
    strides.space[kSpatial - (rank - 2) + axis] = array.strides[axis + 2];
  return strides;
}

bool isChannelsLast(const ArraySpec& array) {
  return array.dims[1] == 1 || array.strides[1] == 1;
}

bool isPlainConv(const Graph& graph, const Region& region, std::string& why) {
  if (region.anchors.size() != 1 || graph.node(region.anchor()).op != &ops::conv) return false;
  const Node& node = graph.node(region.anchor());
  const int64_t rank = graph.value(node.in[0]).shape.ranked() ? graph.value(node.in[0]).shape.rank() : 0;
  if (rank < 3 || rank > 5) why = "convolutions with one to three spatial axes only";
  const bool floats = std::all_of(region.inputs.begin(), region.inputs.end(),
                                  [&](ValueId id) { return isFloatStatic(graph, id); });
  if (!floats) why = "float32 with known shapes only";
  if (!graph.constant(node.in[1])) why = "its weights are not constant";
  if (node.in.size() > 2 && node.in[2] != kNoValue && !graph.constant(node.in[2]))
    why = "its bias is not constant";
  return why.empty();
}

bool hasBias(const KernelSpec& spec) {
  return spec.params[kHasBias] != 0;
}

const float* biasAddress(const KernelSpec& spec, const Buffers& buffers) {
  return hasBias(spec) ? reinterpret_cast<const float*>(addressOf(spec.in[2].at, buffers)) : nullptr;
}

void checkBias(const KernelSpec& spec, int64_t channels) {
  if (!hasBias(spec)) return;
  requireSpec(spec.in.size() > 2 && spec.in[2].at.space == Space::weights && spec.in[2].dims.size() == 1,
              spec, "a bias is a constant");
  const ArraySpec& bias = spec.in[2];
  requireSpec(bias.type == DType::f32 && bias.dims[0] == channels && isDensePlain(bias), spec,
              "a bias has one float for each output channel");
}

void checkPacked(const KernelSpec& spec, int64_t floats) {
  requireSpec(spec.packed.size() == 1 && spec.packed[0].type == DType::f32 && isDensePlain(spec.packed[0]) &&
                  elementCount(spec.packed[0].dims) == floats,
              spec, "its packed weights have another size");
}

Candidate convCandidate(const Graph& graph, const Region& region, Order input) {
  Candidate candidate;
  candidate.params = convParams(graph, region.anchor());
  candidate.inputOrders.assign(region.inputs.size(), Order::channelsLast);
  const int64_t rank = graph.value(region.outputs[0]).shape.rank();
  for (size_t at = 0; at < region.inputs.size(); ++at) {
    const ValueId id = region.inputs[at];
    // Channels of an operand with fewer axes are not its axis 1.
    if (id != kNoValue && graph.value(id).shape.rank() != rank) candidate.inputOrders[at] = Order::plain;
  }
  candidate.inputOrders[0] = input;
  candidate.outputOrders.assign(region.outputs.size(), Order::channelsLast);
  candidate.unread = {graph.node(region.anchor()).in[1]};
  candidate.stridedInputs = candidate.stridedOutputs = true;
  return candidate;
}

ConvShape shapeOfWeights(const Tensor& weights, int64_t groups) {
  ConvShape shape;
  shape.groups = groups;
  shape.outChannels = weights.dims()[0];
  shape.inChannels = weights.dims()[1] * groups;
  const size_t spatial = weights.dims().size() - 2;
  for (size_t axis = 0; axis < spatial; ++axis)
    shape.kernel[kSpatial - spatial + axis] = weights.dims()[axis + 2];
  return shape;
}

}  // namespace ridge::cpu
