#include "plan/grow.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"

namespace ridge {

namespace {

constexpr size_t kMaxMembers = 24;
constexpr int64_t kMaxRank = 8;

/// Axes of `out` along which `in` varies; numpy alignment.
AxisMask variesAlong(const Dims& in, const Dims& out) {
  AxisMask mask = 0;
  const size_t shift = out.size() - in.size();
  for (size_t axis = 0; axis < in.size(); ++axis)
    if (in[axis] != 1) mask |= AxisMask{1} << (axis + shift);
  return mask;
}

bool broadcastsTo(const Dims& in, const Dims& out) {
  if (in.size() > out.size()) return false;
  const size_t shift = out.size() - in.size();
  for (size_t axis = 0; axis < in.size(); ++axis)
    if (in[axis] != 1 && in[axis] != out[axis + shift]) return false;
  return true;
}

/// Inlines elementwise nodes, in order, into one expression over a region's output shape.
class Inliner {
 public:
  Inliner(const Graph& graph, Dims shape) : graph_(graph), shape_(std::move(shape)) {}

  void accumulator(ValueId value) { instrOf_[value] = operand({kNoValue, ~AxisMask{0}, DType::f32}); }

  bool add(NodeId id) {
    const Node& node = graph_.node(id);
    const ValueId out = node.out.front();
    if (graph_.value(out).shape.staticDims() != shape_) return false;
    std::vector<uint16_t> inputs;
    for (ValueId input : node.in) {
      const auto instr = read(input);
      if (!instr) return false;
      inputs.push_back(*instr);
    }
    ExprBuilder builder(expr_, std::move(inputs));
    if (!node.op->expr(node, builder)) return false;
    instrOf_[out] = builder.result();
    return true;
  }

  /// The expression with these results. Every output must be a member's (or the accumulator's).
  Expr finish(const std::vector<ValueId>& outputs) const {
    Expr expr = expr_;
    for (ValueId value : outputs) expr.out.push_back({instrOf_.at(value), value, graph_.value(value).type});
    return expr;
  }

 private:
  std::optional<uint16_t> read(ValueId id) {
    if (id == kNoValue) return ExprBuilder::kAbsent;
    if (auto known = instrOf_.find(id); known != instrOf_.end()) return known->second;
    const Value& value = graph_.value(id);
    if (value.type != DType::f32 || !value.shape.isStatic()) return std::nullopt;
    const Dims dims = value.shape.staticDims();
    if (!broadcastsTo(dims, shape_)) return std::nullopt;
    ExprBuilder builder(expr_, {});
    const uint16_t instr = value.isConstant() && value.constant.count() == 1
                               ? builder.constant(value.constant.as<float>()[0])
                               : operand({id, variesAlong(dims, shape_), DType::f32});
    instrOf_[id] = instr;
    return instr;
  }

  uint16_t operand(Operand fresh) {
    expr_.in.push_back(fresh);
    ExprBuilder builder(expr_, {});
    return builder.emit(ExprOp::operand, static_cast<uint16_t>(expr_.in.size() - 1));
  }

  const Graph& graph_;
  Dims shape_;
  Expr expr_;
  std::map<ValueId, uint16_t> instrOf_;
};

/// Grows one region step by step.
class Growth {
 public:
  Growth(const Graph& graph, NodeId seed, int position, const Assignment& assigned,
         const std::set<ValueId>& taps)
      : graph_(graph),
        position_(position),
        assigned_(assigned),
        taps_(taps),
        inliner_(graph, outputDims(seed)) {
    members_.push_back(seed);
    pointwise_ = hasExpression(graph, seed);
    if (pointwise_)
      check(inliner_.add(seed), "a node with an expression can be inlined");
    else
      inliner_.accumulator(graph.node(seed).out.front());
  }

  Region region() const {
    Region made;
    made.members = members_;
    if (!pointwise_) {
      made.anchors = {members_.front()};
      made.inputs = graph_.node(members_.front()).in;
    }
    made.outputs = outputs();
    if (pointwise_ || members_.size() > 1) made.epilogue = inliner_.finish(made.outputs);
    for (const Operand& operand : made.epilogue.in)
      if (!operand.isAccumulator() &&
          std::find(made.inputs.begin(), made.inputs.end(), operand.value) == made.inputs.end())
        made.inputs.push_back(operand.value);
    return made;
  }

  /// Adds the first following elementwise node that may join; false when there is none.
  bool step() {
    if (members_.size() >= kMaxMembers) return false;
    for (NodeId member : members_) {
      for (NodeId user : graph_.users(graph_.node(member).out.front())) {
        if (!mayJoin(user) || !inliner_.add(user)) continue;
        members_.push_back(user);
        return true;
      }
    }
    return false;
  }

 private:
  Dims outputDims(NodeId node) const {
    return graph_.value(graph_.node(node).out.front()).shape.staticDims();
  }
  bool isMember(NodeId node) const {
    return std::find(members_.begin(), members_.end(), node) != members_.end();
  }

  bool mayJoin(NodeId node) const {
    if (isMember(node) || assigned_.positionOf(node) != Assignment::kFree || !hasExpression(graph_, node))
      return false;
    const auto& in = graph_.node(node).in;
    return std::all_of(in.begin(), in.end(),
                       [&](ValueId value) { return value == kNoValue || isReady(value); });
  }

  bool isReady(ValueId value) const {
    const NodeId producer = graph_.producer(value);
    if (producer == kNoNode || isMember(producer)) return true;
    const int position = assigned_.positionOf(producer);
    return position != Assignment::kFree && position < position_;
  }

  std::vector<ValueId> outputs() const {
    std::vector<ValueId> needed;
    for (NodeId member : members_) {
      const Node& node = graph_.node(member);
      for (size_t at = 0; at < node.out.size(); ++at) {
        const ValueId value = node.out[at];
        if (value == kNoValue) continue;
        // Of several outputs a kernel may leave out only optional ones.
        const bool needs = node.op->maxOutputs < 0 || static_cast<int>(at) < node.op->minOutputs;
        const bool always = node.out.size() > 1 && needs;
        const auto users = graph_.users(value);
        const bool outside =
            std::any_of(users.begin(), users.end(), [&](NodeId user) { return !isMember(user); });
        if (always || outside || graph_.isOutput(value) || taps_.contains(value)) needed.push_back(value);
      }
    }
    return needed;
  }

  const Graph& graph_;
  int position_;
  const Assignment& assigned_;
  const std::set<ValueId>& taps_;
  Inliner inliner_;
  std::vector<NodeId> members_;
  bool pointwise_ = false;
};

bool allFloat(const Graph& graph, const std::vector<ValueId>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](ValueId id) { return id == kNoValue || graph.value(id).type == DType::f32; });
}

}  // namespace

Assignment::Assignment(const Graph& graph) : position_(static_cast<size_t>(graph.nodeCount()), kFree) {}

void Assignment::assign(const Region& region, int position) {
  for (NodeId member : region.members) position_[static_cast<size_t>(member)] = position;
}

void Assignment::reserve(const std::vector<NodeId>& nodes) {
  for (NodeId node : nodes) position_[static_cast<size_t>(node)] = std::numeric_limits<int>::max();
}

bool hasExpression(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (!node.op->expr || !node.op->traits.elementwise || node.out.size() != 1) return false;
  if (!allFloat(graph, node.in) || !allFloat(graph, node.out)) return false;
  const Shape& shape = graph.value(node.out.front()).shape;
  if (!shape.isStatic() || shape.rank() > kMaxRank) return false;
  return Inliner(graph, shape.staticDims()).add(id);
}

std::vector<Region> growRegions(const Graph& graph, NodeId seed, int position, const Assignment& assigned,
                                const std::set<ValueId>& taps) {
  Growth growth(graph, seed, position, assigned, taps);
  std::vector<Region> nested{growth.region()};
  const Node& node = graph.node(seed);
  const bool grows = node.out.size() == 1 && allFloat(graph, node.out);
  while (grows && growth.step()) nested.push_back(growth.region());
  return nested;
}

}  // namespace ridge
