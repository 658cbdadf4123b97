#include "plan/cover.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "plan/cover_reasons.h"
#include "plan/grow.h"

namespace ridge {

namespace {

// What a pointwise node costs when it runs alone: it reads and writes main memory or the last cache level.
constexpr double kNsPerByte = 0.05;
constexpr double kNsPerStep = 500;

uint64_t bytesOfValue(const Graph& graph, ValueId id) {
  if (id == kNoValue) return 0;
  const Value& value = graph.value(id);
  return bytesOf(value.type, value.shape.count().value_or(0));
}

/// Read where it is, the piece still has its innermost axis dense.
bool keepsInnermost(const Piece& piece, const Dims& inDims, Order order) {
  return innermostStride(piece.dims, sourceOf(piece, denseStrides(inDims, order)).strides, order) == 1;
}

/// Orders that a movement can be planned in, with the cost of its copies if no view is found.
std::vector<Choice> movementChoices(const Graph& graph, const Region& region, const Movement& movement,
                                    const Backend& copier, int memory) {
  const Dims out = graph.value(region.outputs.front()).shape.staticDims();
  const double copyNs = copier.copyNs(2 * bytesOfValue(graph, region.outputs.front()));
  std::vector<Choice> choices;
  const auto offer = [&](Order in, Order result, double cost) {
    Candidate candidate;
    candidate.tactic = "view";
    candidate.inputOrders.assign(region.inputs.size(), in);
    candidate.outputOrders = {result};
    candidate.estimateNs = cost;
    candidate.stridedInputs = candidate.stridedOutputs = true;
    choices.push_back({nullptr, std::move(candidate), 0, memory});
  };
  if (movement.reshape) {
    offer(Order::plain, Order::plain, 0);
    return choices;
  }
  const bool concat = movement.pieces.size() > 1;
  for (Order in : {Order::plain, Order::channelsLast})
    for (Order result : {Order::plain, Order::channelsLast}) {
      if (concat && in != result) continue;
      const Piece& piece = movement.pieces.front();
      const Dims inDims = graph.value(region.inputs[static_cast<size_t>(piece.input)]).shape.staticDims();
      const bool isView =
          !concat && sourceOf(piece, denseStrides(inDims, in)).strides == denseStrides(out, result);
      // Concats are written in place, slices read there, unless a neighbour cannot.
      const bool mayBeView = in == result && (concat || keepsInnermost(piece, inDims, in));
      offer(in, result, isView ? 0 : mayBeView ? copyNs / 4 : copyNs);
    }
  return choices;
}

/// Weights that are packed may be an operand of the epilogue too, or the other side of the product.
void keepWhatIsRead(const Graph& graph, const Region& region, Candidate& candidate) {
  const auto isRead = [&](ValueId id) {
    const auto reads = [&](const Operand& operand) {
      return !operand.isAccumulator() && operand.value == id;
    };
    const auto readsTwice = [&](NodeId anchor) {
      const std::vector<ValueId>& in = graph.node(anchor).in;
      return std::count(in.begin(), in.end(), id) > 1;
    };
    return std::any_of(region.prologue.in.begin(), region.prologue.in.end(), reads) ||
           std::any_of(region.epilogue.in.begin(), region.epilogue.in.end(), reads) ||
           std::any_of(region.anchors.begin(), region.anchors.end(), readsTwice);
  };
  candidate.unread.erase(std::remove_if(candidate.unread.begin(), candidate.unread.end(), isRead),
                         candidate.unread.end());
}

class Coverer {
 public:
  Coverer(const Graph& graph, const std::vector<const Backend*>& backends, const std::set<ValueId>& taps)
      : graph_(graph), backends_(backends), memories_(backends), taps_(taps), assigned_(graph) {}

  Cover run() {
    const std::vector<bool> live = liveNodes();
    findControl(live);
    std::set<NodeId> planned;
    for (const auto& [id, region] : control_) planned.insert(id);
    const std::vector<int> levels = islandLevels(graph_, planned);
    std::map<int, std::vector<NodeId>> byLevel;
    for (NodeId id : graph_.order())
      if (live[static_cast<size_t>(id)]) byLevel[levels[static_cast<size_t>(id)]].push_back(id);
    for (const auto& [level, nodes] : byLevel)
      if (level % 2 == 1) assigned_.reserve(nodes);
    for (auto& [level, nodes] : byLevel) {
      if (level % 2 == 1) {
        add(coverIsland(std::move(nodes)));
        continue;
      }
      for (NodeId seed : nodes)
        if (assigned_.positionOf(seed) == Assignment::kFree)
          add(control_.contains(seed) ? coverControl(seed) : coverFrom(seed, position_));
    }
    return std::move(cover_);
  }

 private:
  void add(CoverRegion chosen) {
    assigned_.assign(chosen.region, position_++);
    cover_.regions.push_back(std::move(chosen));
  }

  /// Nodes whose bodies are planned; why not, for the others.
  void findControl(const std::vector<bool>& live) {
    for (NodeId id : graph_.order()) {
      if (!live[static_cast<size_t>(id)] || graph_.node(id).bodies.empty()) continue;
      auto found = controlOf(graph_, id, taps_);
      if (auto* region = std::get_if<ControlRegion>(&found))
        control_.emplace(id, std::move(*region));
      else
        unplanned_.emplace(id, std::move(std::get<std::string>(found)));
    }
  }

  CoverRegion coverControl(NodeId id) {
    ControlRegion& found = control_.at(id);
    CoverRegion made;
    made.control = std::move(found.control);
    made.region = std::move(found.region);
    made.choices.push_back(onHost(made.region, "bodies"));
    return made;
  }

  /// Dense arrays in host memory.
  Choice onHost(const Region& region, const char* tactic) const {
    Candidate candidate;
    candidate.tactic = tactic;
    candidate.inputOrders.assign(region.inputs.size(), Order::plain);
    candidate.outputOrders.assign(region.outputs.size(), Order::plain);
    return {backends_.back(), std::move(candidate), 0};
  }

  /// The last backend evaluates what no plan can hold.
  CoverRegion coverIsland(std::vector<NodeId> members) {
    CoverRegion made;
    made.island = islandOf(graph_, std::move(members), taps_);
    made.region.members = made.island->members;
    made.region.inputs = made.island->inputs;
    made.region.outputs = made.island->outputs;
    made.fallback = true;
    made.choices.push_back(onHost(made.region, "island"));
    for (NodeId member : made.region.members)
      if (std::string why = whyDynamic(member, made.region.members.size()); !why.empty())
        made.decisions.push_back({DecisionKind::island, displayName(graph_, member), {}, std::move(why)});
    return made;
  }

  /// Why this member makes an island of its neighbourhood; "" for those that only read what it makes.
  std::string whyDynamic(NodeId id, size_t size) const {
    const Node& node = graph_.node(id);
    if (const auto found = unplanned_.find(id); found != unplanned_.end())
      return fmt::format("its bodies are not planned: {}", found->second);
    if (!node.op->evaluate || node.op->reference) return {};
    return fmt::format(
        "{} makes results whose shapes are known only when it has run: its island of {} nodes is "
        "evaluated by the reference kernels",
        displayName(*node.op), size);
  }

  /// Nodes that an output or a tap depends on; the pass that removes the others may be switched off.
  std::vector<bool> liveNodes() const {
    std::vector<bool> live(static_cast<size_t>(graph_.nodeCount()), false);
    const std::vector<NodeId> order = graph_.order();
    for (auto node = order.rbegin(); node != order.rend(); ++node)
      for (ValueId value : graph_.node(*node).out) {
        if (value == kNoValue) continue;
        const auto users = graph_.users(value);
        const bool read = std::any_of(users.begin(), users.end(),
                                      [&](NodeId user) { return live[static_cast<size_t>(user)]; });
        if (read || graph_.isOutput(value) || taps_.contains(value)) live[static_cast<size_t>(*node)] = true;
      }
    return live;
  }

  CoverRegion coverFrom(NodeId seed, int position) {
    std::vector<Region> nested = growRegions(graph_, seed, position, assigned_, taps_);
    if (auto moved = tryMovement(seed, nested.front())) return std::move(*moved);
    std::vector<Offer> offers;
    for (const Region& region : nested) {
      offers.push_back(ask(region));
      offers.back().cost += leftOverNs(nested.back(), region);
    }
    // Of equals the largest.
    const auto best = std::min_element(offers.rbegin(), offers.rend(),
                                       [](const Offer& a, const Offer& b) { return a.cost < b.cost; });
    if (best->region.choices.empty()) refuseNode(seed, offers.front().refusals);
    const auto at = static_cast<size_t>(offers.rend() - best) - 1;
    CoverRegion chosen = std::move(offers[at].region);
    chosen.decisions = reasonsOf(graph_, offers, at, chosen);
    // Where a backend has cut the region short, what follows has its reason already.
    if (at + 1 == offers.size())
      for (Decision& decision :
           reasonsOf(graph_, chosen, outsidersOf(graph_, chosen.region, position, assigned_)))
        chosen.decisions.push_back(std::move(decision));
    return chosen;
  }

  std::optional<CoverRegion> tryMovement(NodeId seed, const Region& region) {
    std::optional<Movement> movement = movementOf(graph_, seed);
    if (!movement) return std::nullopt;
    std::vector<Choice> choices;
    for (int memory = 0; memory < memories_.count(); ++memory)
      if (const Backend* here = memories_.copier(memory))
        for (Choice& choice : movementChoices(graph_, region, *movement, *here, memory))
          choices.push_back(std::move(choice));
    if (choices.empty()) return std::nullopt;
    CoverRegion made;
    made.region = region;
    made.movement = std::move(movement);
    made.choices = std::move(choices);
    return made;
  }

  /// All candidates of the first backend of each memory that offers any; of the last backend only where no
  /// other does.
  Offer ask(const Region& region) const {
    Offer offer;
    offer.region.region = region;
    std::set<int> offering;
    for (const Backend* backend : backends_) {
      const int memory = memories_.of(*backend);
      if (offering.contains(memory) || (!offering.empty() && backend == backends_.back())) continue;
      Proposals proposals;
      backend->propose(graph_, region, proposals);
      offer.refusals.insert(offer.refusals.end(), std::make_move_iterator(proposals.refusals.begin()),
                            std::make_move_iterator(proposals.refusals.end()));
      if (proposals.candidates.empty()) continue;
      offering.insert(memory);
      for (Candidate& candidate : proposals.candidates) {
        offer.cost = std::min(offer.cost, candidate.estimateNs);
        keepWhatIsRead(graph_, region, candidate);
        offer.region.choices.push_back({backend, std::move(candidate), 0, memory});
      }
      offer.region.fallback = backends_.size() > 1 && backend == backends_.back();
    }
    return offer;
  }

  double leftOverNs(const Region& largest, const Region& taken) const {
    double total = 0;
    for (size_t at = taken.members.size(); at < largest.members.size(); ++at) {
      const Node& node = graph_.node(largest.members[at]);
      for (ValueId input : node.in) total += kNsPerByte * static_cast<double>(bytesOfValue(graph_, input));
      total += kNsPerByte * static_cast<double>(bytesOfValue(graph_, node.out.front())) + kNsPerStep;
    }
    return total;
  }

  [[noreturn]] void refuseNode(NodeId seed, const std::vector<Refusal>& refused) const {
    const std::string reason = refused.empty() ? "no backend has a kernel for it"
                                               : fmt::format("{} did not take it: {}", refused.back().tactic,
                                                             refused.back().sentence);
    failInput(fmt::format("no kernel for {}: {}", displayName(*graph_.node(seed).op), reason),
              fmt::format("node {}", escaped(displayName(graph_, seed))),
              "replace the op, or ask for it to be added");
  }

  const Graph& graph_;
  const std::vector<const Backend*>& backends_;
  const Memories memories_;
  const std::set<ValueId>& taps_;
  Assignment assigned_;
  std::map<NodeId, ControlRegion> control_;
  std::map<NodeId, std::string> unplanned_;  // with bodies, and why they are not planned
  int position_ = 0;
  Cover cover_;
};

}  // namespace

std::string displayName(const Graph& graph, const Region& region) {
  return displayName(graph, region.anchors.empty() ? region.members.back() : region.anchors.front());
}

Cover coverGraph(const Graph& graph, const std::vector<const Backend*>& backends,
                 const std::set<ValueId>& taps) {
  return Coverer(graph, backends, taps).run();
}

}  // namespace ridge
