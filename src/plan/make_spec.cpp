#include "plan/make_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/thread_pool.h"

namespace ridge {

namespace {

Expr renumbered(const Expr& expr, const Region& region) {
  Expr made = expr;
  for (Operand& operand : made.in) {
    if (operand.isAccumulator()) continue;
    const auto found = std::find(region.inputs.begin(), region.inputs.end(), operand.value);
    check(found != region.inputs.end(), "an operand of a region's expression is an input of the region");
    operand.value = static_cast<ValueId>(found - region.inputs.begin());
  }
  for (ExprOutput& output : made.out) {
    const auto found = std::find(region.outputs.begin(), region.outputs.end(), output.value);
    check(found != region.outputs.end(), "a result of a region's expression is an output of the region");
    output.value = static_cast<ValueId>(found - region.outputs.begin());
  }
  return made;
}

ArraySpec packedArray(const Graph& graph, const Backend& backend, const Packing& packing,
                      WeightStore& weights) {
  std::string key = fmt::format("{} {} {}", backend.name(), packing.kind, fmt::join(packing.params, ","));
  std::vector<Tensor> constants;
  for (ValueId id : packing.constants) {
    constants.push_back(graph.value(id).constant);
    const Hash128 hash = constants.back().hash();
    key += fmt::format(" {:016x}{:016x}", hash.high, hash.low);
  }
  const int32_t blob = weights.add(key, [&] { return backend.pack(packing, constants); });
  const Tensor& bytes = weights.blobs()[static_cast<size_t>(blob)].bytes;
  return {bytes.type(), {bytes.count()}, {1}, {Space::weights, blob, 0}};
}

/// Waking threads and waiting for them takes about two microseconds. Estimates are for all threads together.
constexpr double kWorthSharingNs = 4000;

bool isSmall(double estimateNs) {
  return estimateNs * ThreadPool::instance().threads() < kWorthSharingNs;
}

}  // namespace

KernelSpec makeSpec(const Graph& graph, const Region& region, const Choice& choice, std::vector<ArraySpec> in,
                    std::vector<ArraySpec> out, WeightStore& weights) {
  KernelSpec spec;
  spec.backend = choice.backend->name();
  spec.tactic = choice.candidate.tactic;
  spec.params = choice.candidate.params;
  spec.in = std::move(in);
  spec.out = std::move(out);
  for (const Packing& packing : choice.candidate.packings)
    spec.packed.push_back(packedArray(graph, *choice.backend, packing, weights));
  spec.epilogue = renumbered(region.epilogue, region);
  spec.prologue = renumbered(region.prologue, region);
  spec.workspace = choice.candidate.workspace;
  spec.serial = isSmall(choice.candidate.estimateNs);
  choice.backend->describe(graph, region, spec);
  return spec;
}

KernelSpec makeCopySpec(const Backend& backend, std::string_view tactic, ArraySpec in, ArraySpec out) {
  KernelSpec spec;
  spec.backend = backend.name();
  spec.tactic = tactic;
  spec.serial = isSmall(backend.copyNs(2 * bytesOf(out.type, elementCount(out.dims))));
  spec.in = {std::move(in)};
  spec.out = {std::move(out)};
  return spec;
}

}  // namespace ridge
