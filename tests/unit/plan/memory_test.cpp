// Plans are walked symbolically: every element of every array must be the one that its reader expects,
// whatever shares memory with it.
#include "plan/memory.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ops/evaluate.h"
#include "plan/planner.h"
#include "random_graph.h"
#include "support/graph_maker.h"
#include "toy_backend.h"

namespace ridge::test {
namespace {

using Tokens = std::vector<int64_t>;

/// A number for each element of each value; ops that move elements move the numbers.
std::map<std::string, Tokens> tokensOf(const Graph& graph) {
  std::map<std::string, Tokens> known;
  int64_t next = 1;
  const auto fresh = [&](ValueId id) {
    Tokens& tokens = known[graph.value(id).name];
    for (int64_t at = 0; at < graph.value(id).shape.count().value(); ++at) tokens.push_back(next++);
  };
  for (ValueId id : graph.inputs()) fresh(id);
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (!movementOf(graph, id)) {
      fresh(node.out[0]);
      continue;
    }
    std::vector<Tensor> inputs;
    for (ValueId in : node.in) {
      const Value& value = graph.value(in);
      inputs.push_back(value.isConstant() ? value.constant
                                          : Tensor::of(value.shape.staticDims(),
                                                       std::span<const int64_t>(known.at(value.name))));
    }
    const Tensor moved = evaluateNode(node, inputs).front();
    const auto numbers = moved.as<int64_t>();
    known[graph.value(node.out[0]).name] = Tokens(numbers.begin(), numbers.end());
  }
  return known;
}

class Walker {
 public:
  Walker(const Graph& graph, const Plan& plan) : plan_(plan), expected_(tokensOf(graph)) {
    for (const Port& port : plan.inputs) store(arrayOf(port.array), expectedOf(port.array));
  }

  void run() {
    for (const Step& step : plan_.steps) {
      SCOPED_TRACE(step.name);
      if (step.kernel.tactic == "copy")
        copy(step);
      else
        compute(step);
      if (testing::Test::HasFailure()) return;
    }
    for (const Port& port : plan_.outputs) expectHolds(arrayOf(port.array), expectedOf(port.array));
  }

 private:
  using Place = std::pair<int, uint64_t>;  // memory, float within it

  const ArraySpec& arrayOf(int32_t at) const { return plan_.arrays[static_cast<size_t>(at)].array; }
  const Tokens& expectedOf(int32_t at) const {
    return expected_.at(plan_.values[static_cast<size_t>(plan_.arrays[static_cast<size_t>(at)].value)].name);
  }

  uint64_t floatsOf(const Location& at) const {
    if (at.space == Space::arena) return plan_.arenaBytes / 4;
    const auto& ports = at.space == Space::input ? plan_.inputs : plan_.outputs;
    return static_cast<uint64_t>(elementCount(arrayOf(ports.at(static_cast<size_t>(at.index)).array).dims));
  }

  std::vector<Place> placesOf(const ArraySpec& array) const {
    std::vector<Place> places;
    const int memory = static_cast<int>(array.at.space) * 1000 + array.at.index;
    const Dims plain = rowMajorStrides(array.dims);
    for (int64_t element = 0; element < elementCount(array.dims); ++element) {
      int64_t place = static_cast<int64_t>(array.at.offset / 4), rest = element;
      for (size_t axis = 0; axis < array.dims.size(); ++axis) {
        place += rest / plain[axis] * array.strides[axis];
        rest %= plain[axis];
      }
      EXPECT_LT(static_cast<uint64_t>(place), floatsOf(array.at));
      places.emplace_back(memory, static_cast<uint64_t>(place));
    }
    return places;
  }

  void store(const ArraySpec& array, const Tokens& tokens) {
    const std::vector<Place> places = placesOf(array);
    EXPECT_EQ(std::set<Place>(places.begin(), places.end()).size(), places.size())
        << "elements share a place";
    for (size_t at = 0; at < places.size(); ++at) memory_[places[at]] = tokens[at];
  }

  Tokens load(const ArraySpec& array) {
    Tokens tokens;
    for (const Place& place : placesOf(array)) tokens.push_back(memory_[place]);
    return tokens;
  }

  void expectHolds(const ArraySpec& array, const Tokens& tokens) { EXPECT_EQ(load(array), tokens); }

  void copy(const Step& step) { store(step.kernel.out[0], load(step.kernel.in[0])); }

  void compute(const Step& step) {
    const ToyParams params(step.kernel.params);
    for (size_t at = 0; at < step.reads.size(); ++at) {
      const int32_t read = step.reads[at];
      if (read < 0 || arrayOf(read).at.space == Space::weights) continue;
      expectHolds(arrayOf(read), expectedOf(read));
      expectLaidOut(step.kernel.in[at], params.in, params.stridedInputs);
      expectApart(step, at, params);
    }
    for (size_t at = 0; at < step.writes.size(); ++at) {
      expectLaidOut(step.kernel.out[at], params.out, params.stridedOutputs);
      store(step.kernel.out[at], expectedOf(step.writes[at]));
    }
    for (int32_t write : step.writes) expectHolds(arrayOf(write), expectedOf(write));
  }

  static void expectLaidOut(const ArraySpec& array, Order order, bool strided) {
    const Dims dense = denseStrides(array.dims, order);
    for (size_t axis = 0; axis < array.dims.size() && !strided; ++axis)
      if (array.dims[axis] > 1) {
        EXPECT_EQ(array.strides[axis], dense[axis]) << "axis " << axis;
      }
  }

  /// A kernel writes over nothing that it reads, but the input that it said it could.
  void expectApart(const Step& step, size_t input, const ToyParams& params) const {
    const std::vector<Place> in = placesOf(step.kernel.in[input]);
    const std::set<Place> read(in.begin(), in.end());
    for (const ArraySpec& out : step.kernel.out) {
      const std::vector<Place> written = placesOf(out);
      if (params.inPlaceInput == static_cast<int64_t>(input) && written == in) continue;
      for (const Place& place : written) EXPECT_FALSE(read.contains(place)) << "input " << input;
    }
  }

  const Plan& plan_;
  std::map<std::string, Tokens> expected_;
  std::map<Place, int64_t> memory_;
};

Plan planOf(const Graph& graph, const Backend& backend, std::vector<std::string> taps = {}) {
  PlanOptions options;
  options.backends = {&backend};
  options.taps = std::move(taps);
  WeightStore weights;
  return makePlan(graph, options, weights);
}

TEST(Memory, EveryReaderFindsWhatItExpects) {
  int views = 0, copies = 0;
  for (unsigned seed = 0; seed < 600 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph graph = randomGraph(seed);
    const ToyBackend backend(seed * 7919);
    const Plan plan = planOf(graph, backend);
    Walker(graph, plan).run();
    for (const Step& step : plan.steps) copies += step.kernel.tactic == "copy";
    views += static_cast<int>(graph.order().size()) - static_cast<int>(plan.steps.size());
  }
  // The graphs are of use only if both happen.
  EXPECT_GT(copies, 100);
  EXPECT_GT(views, 100);
}

TEST(Memory, TapsChangeNothingElse) {
  for (unsigned seed = 600; seed < 700 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph graph = randomGraph(seed);
    std::vector<std::string> taps;
    for (NodeId node : graph.order())
      if (node % 2) taps.push_back(graph.value(graph.node(node).out[0]).name);
    const Plan plan = planOf(graph, ToyBackend(seed), taps);
    Walker(graph, plan).run();
    for (const std::string& tap : taps) {
      bool there = false;
      for (const PlannedValue& value : plan.values) there = there || value.name == tap;
      EXPECT_TRUE(there) << tap;
    }
  }
}

/// Plain orders, everything allowed.
class EasyBackend : public ToyBackend {
 public:
  explicit EasyBackend(bool inPlace) : ToyBackend(0), inPlace_(inPlace) {}
  void propose(const Graph&, const Region& region, Proposals& proposals) const override {
    Candidate candidate;
    candidate.tactic = "toy";
    candidate.inputOrders.assign(region.inputs.size(), Order::plain);
    candidate.outputOrders.assign(region.outputs.size(), Order::plain);
    candidate.stridedInputs = candidate.stridedOutputs = true;
    candidate.inPlaceInput = inPlace_ ? 0 : -1;
    candidate.params = {1, 1, candidate.inPlaceInput, 0, 0};
    if (region.members.size() == 1) proposals.candidates.push_back(std::move(candidate));
  }

 private:
  bool inPlace_;
};

Graph chain(int length) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 16, 4, 4});
  for (int at = 0; at < length; ++at) x = m.node(ops::relu, {x}, "relu" + std::to_string(at));
  m.output("y", x);
  return m.finish();
}

TEST(Memory, AChainNeedsTwoBuffersAndInPlaceOne) {
  constexpr uint64_t kBuffer = 16 * 4 * 4 * 4;
  EXPECT_EQ(planOf(chain(20), EasyBackend(false)).arenaBytes, 2 * kBuffer);
  EXPECT_EQ(planOf(chain(20), EasyBackend(true)).arenaBytes, kBuffer);
  // The last one writes to the caller's buffer.
  EXPECT_EQ(planOf(chain(1), EasyBackend(true)).arenaBytes, 0U);
}

TEST(Memory, NothingIsReusedWhileSomebodyReadsIt) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 4, 4});
  const ValueId a = m.node(ops::relu, {x}, "a"), b = m.node(ops::relu, {a}, "b");
  m.output("y", m.node(ops::add, {b, a}, "sum"));
  const Graph graph = m.finish();
  const Plan plan = planOf(graph, EasyBackend(true));
  EXPECT_EQ(plan.arenaBytes, 2U * 16 * 4 * 4 * 4);
  Walker(graph, plan).run();
}

}  // namespace
}  // namespace ridge::test
