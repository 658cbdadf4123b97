// Channels that matrix units must pad.
#include <fmt/format.h>

#include "analyze/lint/support.h"
#include "ops/conv/conv.h"
#include "ops/conv/conv_transpose.h"
#include "ops/matmul/matmul.h"

namespace ridge::analyze::lint {
namespace {

/// Depth and width of a product, of one group.
struct Extent {
  int64_t in = 0, out = 0, group = 1;
};

Extent extentOf(const Graph& graph, const Node& node) {
  const Dims left = graph.value(node.in[0]).shape.staticDims(),
             right = graph.value(node.in[1]).shape.staticDims();
  if (node.op == &ops::conv) {
    const int64_t group = node.as<ConvAttributes>().group;
    return {right[1], right[0] / group, group};
  }
  if (node.op == &ops::convTranspose) {
    const int64_t group = node.as<ConvTransposeAttributes>().group;
    return {right[0] / group, right[1], group};
  }
  if (node.op == &ops::gemm) {
    const bool transposed = node.as<GemmAttributes>().transB;
    return {right[transposed ? 1 : 0], right[transposed ? 0 : 1]};
  }
  return {left.back(), right.size() == 1 ? 1 : right.back()};
}

int64_t roundedUp(int64_t count, int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

std::string nearest(int64_t count, int64_t multiple) {
  const int64_t up = roundedUp(count, multiple);
  return up == multiple ? fmt::format("{}", up) : fmt::format("{} or {}", up - multiple, up);
}

void judge(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  const Extent extent = extentOf(graph, node);
  const bool vector = extent.in <= 1 || extent.out <= 1 || (extent.group > 1 && extent.in == 1);
  if (vector) return;  // no matrix product: low-intensity speaks of it
  const int64_t multiple = subject.roof().channelMultiple;
  const bool picture =
      extent.in <= 4 && extent.group == 1 && isConvolution(node.op) && !comesFromProduct(graph, node.in[0]);
  // Units have a special path for the few channels of pictures: four at once.
  const int64_t in = roundedUp(extent.in, picture ? std::min<int64_t>(4, multiple) : multiple);
  // Nobody can choose how many classes there are.
  const int64_t out = feedsProduct(graph, id) ? roundedUp(extent.out, multiple) : extent.out;
  const double real = static_cast<double>(extent.in) * static_cast<double>(extent.out);
  const double padded = static_cast<double>(in) * static_cast<double>(out);
  if (padded <= real) return;

  LayerCost widened = subject.costOf(id);
  widened.flops = static_cast<int64_t>(static_cast<double>(widened.flops) * padded / real);
  std::vector<std::string> off, better;
  const char* noun = isConvolution(node.op) ? "channels" : "columns";
  const char* perGroup = extent.group > 1 ? " a group" : "";
  if (in != extent.in) {
    off.push_back(fmt::format("{} input {}{}", extent.in, noun, perGroup));
    better.push_back(picture ? fmt::format("{} input channels (a channel of zeros)", in)
                             : fmt::format("{} input {}{}", nearest(extent.in, multiple), noun, perGroup));
  }
  if (out != extent.out) {
    off.push_back(fmt::format("{} output {}{}", extent.out, noun, perGroup));
    better.push_back(fmt::format("{} output {}{}", nearest(extent.out, multiple), noun, perGroup));
  }
  findings.push_back(
      {.layers = {displayName(graph, id)},
       .figure = "padding waste " + percent(1 - real / padded),
       .sentence = fmt::format("{} {} no multiple of {}, which the unit for {} takes at once",
                               fmt::join(off, " and "), off.size() == 1 ? "is" : "are",
                               picture && out == extent.out ? std::min<int64_t>(4, multiple) : multiple,
                               name(subject.roof().precision)),
       .remedy = fmt::format("use {}", fmt::join(better, " and ")),
       .seconds = analyze::floorOf(widened, subject.roof()).seconds - subject.floorOf(id)});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  if (subject.roof().channelMultiple <= 1) return;
  for (const NodeId id : subject.graph().order())
    if (isProduct(subject.graph().node(id).op) && subject.costOf(id).macs > 0) judge(subject, id, findings);
}

}  // namespace

extern const Rule channels{"channels", "channels off the multiples that matrix units take: they are padded",
                           look};

}  // namespace ridge::analyze::lint
