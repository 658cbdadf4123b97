// Constants with the same type, dimensions and bytes become one.
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "passes/pass.h"

namespace ridge::passes {
namespace {

using Kind = std::pair<DType, Dims>;
using Content = std::tuple<DType, Dims, uint64_t, uint64_t>;

Rewrite run(const Graph& graph, const PassContext&) {
  // Hashing reads every byte, so only constants that have company are hashed.
  std::map<Kind, int> company;
  const auto eligible = [&](ValueId id) {
    const Tensor* tensor = graph.constant(id);
    return tensor && tensor->type() != DType::string && graph.useCount(id) > 0;
  };
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (eligible(id)) ++company[{graph.value(id).constant.type(), graph.value(id).constant.dims()}];

  GraphBuilder builder(graph, {});
  std::map<Content, ValueId> first;
  int dropped = 0;
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    if (!eligible(id)) continue;
    const Tensor& tensor = graph.value(id).constant;
    if (company[{tensor.type(), tensor.dims()}] < 2) continue;
    const Hash128 hash = tensor.hash();
    const auto [place, isNew] = first.try_emplace({tensor.type(), tensor.dims(), hash.low, hash.high}, id);
    // Equal hashes are compared too: a crafted collision must not change a network.
    if (isNew || graph.isOutput(id) || !tensor.sameAs(graph.value(place->second).constant)) continue;
    builder.replace(id, place->second);
    ++dropped;
  }
  if (dropped == 0) return NoMatch{};
  return builder.finish(fmt::format("{} copies of constants dropped", dropped));
}

}  // namespace

extern const Pass duplicateConstants{
    .name = "duplicate_constants", .summary = "keeps one of several equal constants", .runGraph = run};

}  // namespace ridge::passes
