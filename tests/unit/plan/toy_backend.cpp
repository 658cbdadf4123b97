#include "toy_backend.h"

namespace ridge::test {

namespace {

unsigned hashOf(const std::string& text, unsigned seed) {
  for (const char letter : text) seed = seed * 31 + static_cast<unsigned char>(letter);
  return seed;
}

/// An input as large as the result that only this region's position decides about.
int64_t inPlaceInput(const Graph& graph, const Region& region) {
  if (region.outputs.size() != 1) return -1;
  const Shape& shape = graph.value(region.outputs.front()).shape;
  for (size_t at = 0; at < region.inputs.size(); ++at)
    if (!graph.value(region.inputs[at]).isConstant() && graph.value(region.inputs[at]).shape == shape)
      return static_cast<int64_t>(at);
  return -1;
}

}  // namespace

void ToyBackend::propose(const Graph& graph, const Region& region, Proposals& proposals) const {
  std::mt19937 random(hashOf(displayName(graph, region), seed_));
  const auto chance = [&](unsigned in) { return random() % in == 0; };
  if (region.members.size() > 1 && chance(3)) {
    proposals.refusals.push_back({"toy", "it does not want to"});
    return;
  }
  const unsigned count = 1 + static_cast<unsigned>(random() % 3);
  for (unsigned at = 0; at < count; ++at) {
    Candidate candidate;
    candidate.tactic = "toy";
    const Order in = chance(2) ? Order::plain : Order::channelsLast;
    const Order out = chance(2) ? in : chance(2) ? Order::plain : Order::channelsLast;
    candidate.inputOrders.assign(region.inputs.size(), in);
    candidate.outputOrders.assign(region.outputs.size(), out);
    candidate.stridedInputs = chance(2);
    candidate.stridedOutputs = chance(2);
    if (in == out && chance(2)) candidate.inPlaceInput = static_cast<int>(inPlaceInput(graph, region));
    candidate.estimateNs = static_cast<double>(random() % 1000);
    candidate.params = {candidate.stridedInputs, candidate.stridedOutputs, candidate.inPlaceInput,
                        static_cast<int64_t>(in), static_cast<int64_t>(out)};
    proposals.candidates.push_back(std::move(candidate));
  }
}

}  // namespace ridge::test
