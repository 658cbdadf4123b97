#include "plan/grow.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/text.h"

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

/// An operand of a region with results of this shape. What members make always is.
bool isOperand(const Graph& graph, ValueId id, const Dims& shape) {
  if (id == kNoValue) return true;
  const Value& value = graph.value(id);
  return value.type == DType::f32 && value.shape.isStatic() && broadcastsTo(value.shape.staticDims(), shape);
}

/// Why types and shapes keep an elementwise node out of such a region.
Outsider misfitOf(const Graph& graph, NodeId id, const Dims& shape) {
  const Node& node = graph.node(id);
  if (graph.value(node.out.front()).shape.staticDims() != shape) return {id, Objection::otherShape};
  for (const ValueId input : node.in)
    if (!isOperand(graph, input, shape)) return {id, Objection::otherOperand, input};
  return {id};
}

/// Inlines elementwise nodes, in order, into one expression over a region's output shape.
class Inliner {
 public:
  Inliner(const Graph& graph, Dims shape) : graph_(graph), shape_(std::move(shape)) {}

  void accumulator(ValueId value) { instrOf_[value] = operand({kNoValue, ~AxisMask{0}, DType::f32}); }

  bool add(NodeId id) {
    if (misfitOf(graph_, id, shape_).objection != Objection::none) return false;
    const Node& node = graph_.node(id);
    const ValueId out = node.out.front();
    std::vector<uint16_t> inputs;
    for (ValueId input : node.in) inputs.push_back(read(input));
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
  uint16_t read(ValueId id) {
    if (id == kNoValue) return ExprBuilder::kAbsent;
    if (auto known = instrOf_.find(id); known != instrOf_.end()) return known->second;
    const Value& value = graph_.value(id);
    const Dims dims = value.shape.staticDims();
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

Dims outputDims(const Graph& graph, NodeId node) {
  const ValueId out = graph.node(node).out.front();
  return out == kNoValue ? Dims() : graph.value(out).shape.staticDims();
}

/// `members` make the value, or it is there before the region at `position` runs.
bool isReady(const Graph& graph, const std::vector<NodeId>& members, int position, const Assignment& assigned,
             ValueId value) {
  const NodeId producer = value == kNoValue ? kNoNode : graph.producer(value);
  if (producer == kNoNode || std::count(members.begin(), members.end(), producer) > 0) return true;
  const int made = assigned.positionOf(producer);
  return made != Assignment::kFree && made < position;
}

/// Grows one region step by step.
class Growth {
 public:
  Growth(const Graph& graph, NodeId seed, int position, const Assignment& assigned,
         const std::set<ValueId>& taps)
      : graph_(graph),
        position_(position),
        assigned_(assigned),
        taps_(taps),
        inliner_(graph, outputDims(graph, seed)) {
    members_.push_back(seed);
    pointwise_ = hasExpression(graph, seed);
    if (pointwise_)
      check(inliner_.add(seed), "a node with an expression can be inlined");
    else if (graph.node(seed).out.front() != kNoValue)  // the first output of an LSTM may be left out
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
  bool isMember(NodeId node) const {
    return std::find(members_.begin(), members_.end(), node) != members_.end();
  }

  bool mayJoin(NodeId node) const {
    if (isMember(node) || assigned_.positionOf(node) != Assignment::kFree || !hasExpression(graph_, node))
      return false;
    const auto& in = graph_.node(node).in;
    return std::all_of(in.begin(), in.end(),
                       [&](ValueId value) { return isReady(graph_, members_, position_, assigned_, value); });
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

bool mayGrow(const Graph& graph, NodeId seed) {
  const std::vector<ValueId>& out = graph.node(seed).out;
  return out.size() == 1 && allFloat(graph, out);
}

Outsider outsiderOf(const Graph& graph, const Region& region, int position, const Assignment& assigned,
                    NodeId id) {
  if (assigned.positionOf(id) != Assignment::kFree) return {id, Objection::elsewhere};
  if (!hasExpression(graph, id)) return {id, Objection::noExpression};
  for (const ValueId input : graph.node(id).in)
    if (!isReady(graph, region.members, position, assigned, input)) return {id, Objection::later, input};
  const Outsider misfit = misfitOf(graph, id, outputDims(graph, region.members.front()));
  if (misfit.objection != Objection::none) return misfit;
  return {id, region.members.size() >= kMaxMembers ? Objection::tooMany : Objection::none};
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
  while (mayGrow(graph, seed) && growth.step()) nested.push_back(growth.region());
  return nested;
}

std::vector<Outsider> outsidersOf(const Graph& graph, const Region& region, int position,
                                  const Assignment& assigned) {
  std::vector<Outsider> outsiders;
  if (!mayGrow(graph, region.members.front())) return outsiders;
  std::set<NodeId> seen(region.members.begin(), region.members.end());
  for (const NodeId member : region.members)
    for (const NodeId user : graph.users(graph.node(member).out.front())) {
      if (!graph.node(user).op->traits.elementwise || !seen.insert(user).second) continue;
      const Outsider outsider = outsiderOf(graph, region, position, assigned, user);
      if (outsider.objection != Objection::none) outsiders.push_back(outsider);
    }
  return outsiders;
}

std::string sentenceOf(const Graph& graph, const Outsider& outsider) {
  const auto value = [&] { return escaped(graph.value(outsider.value).name); };
  switch (outsider.objection) {
    case Objection::noExpression:
      return fmt::format(
          "no kernel computes {} as a part of another: its types or attributes have no expression",
          displayName(*graph.node(outsider.node).op));
    case Objection::elsewhere:
      return "it belongs to an island that the evaluator runs";
    case Objection::later:
      return fmt::format("it also reads {}, which is computed later", value());
    case Objection::otherShape:
      return "its result has another shape: it is broadcast";
    case Objection::otherOperand:
      return fmt::format("its operand {} cannot be broadcast to this shape, or is no float32", value());
    case Objection::tooMany:
      return fmt::format("one step holds no more than {} nodes", kMaxMembers);
    case Objection::none:
      break;
  }
  return {};
}

}  // namespace ridge
