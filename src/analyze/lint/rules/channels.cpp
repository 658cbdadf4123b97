// Channels that matrix units must pad.
#include <fmt/format.h>

#include "analyze/lint/support.h"
#include "analyze/product_extent.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

std::string nearest(int64_t count, int64_t multiple) {
  const int64_t up = roundedUp(count, multiple);
  return up == multiple ? fmt::format("{}", up) : fmt::format("{} or {}", up - multiple, up);
}

void judge(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  const auto found = productExtentOf(graph, node);
  if (!found || found->isVector()) return;  // no matrix product: low-intensity speaks of it
  const ProductExtent& extent = *found;
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
  widened.flops = toCount(static_cast<double>(widened.flops) * padded / real);
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
