// A graph that grows node by node together with its values, so that every node is tame and every result's
// rounding error is known.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "support/graph_maker.h"

namespace ridge::test {

/// Something that the project should not do: an assertion of its own, inference against its evaluation.
struct Finding : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A value of the growing graph, what it holds for the sample's inputs, and how far rounding may move it.
struct Known {
  ValueId id = kNoValue;
  Datum data = {};
  double noise = 0;  ///< absolute; 0: the same bits however it is computed

  const Tensor& tensor() const { return data.tensor; }
  DType type() const { return data.tensor.type(); }
  const Dims& dims() const { return data.tensor.dims(); }
  int64_t rank() const { return data.tensor.rank(); }
  int64_t count() const { return data.tensor.count(); }
};

enum class Rounding {
  exact,    ///< moves, selects, integer arithmetic: no error of its own
  rounded,  ///< float arithmetic; errors are relative to the results
  cancels,  ///< errors are relative to the inputs
  jumps     ///< a small change of the input may change the result much: only of inputs without noise
};

struct NodeWish {
  const Op& op;
  std::vector<Known> in;  ///< an absent input has no id
  std::vector<GraphMaker::Attribute> attributes = {};
  Rounding rounding = Rounding::exact;
  int outputs = 1;
  std::vector<std::shared_ptr<const Graph>> bodies = {};
  int captures = 0;
};

/// How often each op was accepted and refused.
using OpCounts = std::map<std::string_view, std::pair<int, int>>;

class Grower {
 public:
  using Random = std::mt19937_64;
  Grower(std::shared_ptr<Random> random, OpCounts& counts, int depth = 0)
      : random_(std::move(random)), counts_(counts), depth_(depth) {}
  /// A body over these values as its inputs.
  Grower child(const std::vector<Known>& formals) const;

  // --- chance
  int64_t pick(int64_t choices);  ///< 0 to choices - 1
  bool chance(int percent) { return pick(100) < percent; }
  template <class T>
  T oneOf(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(pick(static_cast<int64_t>(choices.size())))];
  }
  Dims someDims(int64_t rank);
  /// An axis of the rank as an attribute may say it: from the end half of the time.
  int64_t spelled(int64_t axis, int64_t rank) { return chance(50) ? axis - rank : axis; }
  /// Tame numbers of a type: quarters from -2 to 2, small integers, booleans.
  Tensor someTensor(DType type, const Dims& dims);

  // --- values
  Known input(DType type, const Dims& dims);
  Known constant(Tensor tensor);
  Known constant(DType type, Dims dims, const std::vector<double>& values) {
    return constant(fromDoubles(type, std::move(dims), values));
  }
  Known ints(const Ints& values) {
    return constant(Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values)));
  }
  Known someConstant(DType type, const Dims& dims) { return constant(someTensor(type, dims)); }
  /// A tensor that fits, the newer the likelier; none when there is none.
  std::optional<Known> choose(const std::function<bool(const Known&)>& fits);
  std::optional<Known> chooseFloat(int64_t leastRank = 0);
  const std::vector<Known>& values() const { return values_; }

  // --- nodes
  /// All outputs; empty when the node is not valid, or its results are too large, too wild or too uncertain.
  std::vector<Known> addAll(const NodeWish& wish);
  std::optional<Known> add(const NodeWish& wish) {
    const std::vector<Known> made = addAll(wish);
    return made.empty() ? std::nullopt : std::optional(made.front());
  }

  Graph& graph() { return graph_; }
  const std::map<std::string, Tensor>& inputs() const { return inputs_; }
  int depth() const { return depth_; }

 private:
  Node nodeOf(const NodeWish& wish) const;
  Tensor withOddNumber(const Tensor& tensor);  ///< one element is NaN, infinite or -0
  std::string fresh(const std::string& stem) { return stem + std::to_string(next_++); }
  std::optional<std::vector<double>> noises(const NodeWish& wish, const Node& node,
                                            const std::vector<Datum>& results);
  void requireInferred(NodeId node, const std::vector<Datum>& results);

  std::shared_ptr<Random> random_;
  OpCounts& counts_;
  int depth_;
  int next_ = 0;
  Graph graph_;
  std::vector<Known> values_;
  std::map<std::string, Tensor> inputs_;
};

/// What adds a node of some kind, or nothing when the values at hand do not suit it.
struct NodeMaker {
  void (*add)(Grower&);
  int weight = 1;
};
std::vector<NodeMaker> elementwiseMakers();
std::vector<NodeMaker> movementMakers();
std::vector<NodeMaker> windowMakers();  ///< convolutions, pools, products, normalizations
std::vector<NodeMaker> reductionMakers();
std::vector<NodeMaker> indexMakers();
std::vector<NodeMaker> bodyMakers();
std::vector<NodeMaker> specialMakers();  ///< attention, detection, quantized products, losses
std::vector<NodeMaker> patternMakers();  ///< several nodes that passes look for

/// Adds about so many nodes.
void grow(Grower& grower, int64_t nodes);

/// Distance of one and the next number of a float type.
double epsilonOf(DType type);

/// No element is NaN or infinite; true of everything that is no float.
bool isFinite(const Tensor& tensor);

}  // namespace ridge::test
