#include "ir/matcher.h"

#include <cmath>
#include <cstring>

#include "base/error.h"

namespace ridge {

NodeId producerOf(const Graph& graph, ValueId value, const Op& op) {
  if (value == kNoValue) return kNoNode;
  const NodeId id = graph.producer(value);
  return id != kNoNode && graph.node(id).op == &op ? id : kNoNode;
}

bool usedOnce(const Graph& graph, ValueId value) {
  return graph.users(value).size() == 1 && graph.useCount(value) == 1;
}

NodeId soleUser(const Graph& graph, ValueId value) {
  return usedOnce(graph, value) ? graph.users(value).front() : kNoNode;
}

ValueId inputOf(const Node& node, size_t index) {
  return index < node.in.size() ? node.in[index] : kNoValue;
}

namespace {
bool isNumeric(DType type) {
  return isFloat(type) || isInteger(type) || type == DType::boolean;
}

// Types whose elements are whole bytes: their equality is that of their bytes.
bool isUniform(const Tensor& tensor) {
  const auto width = static_cast<size_t>(bitsOf(tensor.type())) / 8;
  const auto bytes = tensor.bytes();
  return width > 0 && (bytes.size() == width ||
                       std::memcmp(bytes.data(), bytes.data() + width, bytes.size() - width) == 0);
}

double firstElement(const Tensor& tensor) {
  const auto width = static_cast<size_t>(bitsOf(tensor.type())) / 8;
  return toDoubles(Tensor::view(tensor.type(), {}, tensor.bytes().first(width), nullptr)).front();
}
}  // namespace

std::optional<double> uniformConstant(const Graph& graph, ValueId value) {
  const Tensor* tensor = graph.constant(value);
  if (!tensor || !isNumeric(tensor->type()) || tensor->count() == 0 || !isUniform(*tensor))
    return std::nullopt;
  return firstElement(*tensor);
}

std::optional<double> scalarConstant(const Graph& graph, ValueId value) {
  const Tensor* tensor = graph.constant(value);
  if (!tensor || tensor->count() != 1) return std::nullopt;
  return uniformConstant(graph, value);
}

std::optional<std::vector<int64_t>> knownIntegers(const Graph& graph, ValueId value) {
  if (value == kNoValue) return std::nullopt;
  if (const Tensor* tensor = graph.constant(value)) {
    if (!isInteger(tensor->type()) || tensor->rank() > 1) return std::nullopt;
    return toInts(*tensor);
  }
  const auto& contents = graph.value(value).contents;
  if (!contents) return std::nullopt;
  std::vector<int64_t> integers;
  for (const Dim& dim : *contents) {
    if (!dim.isInteger()) return std::nullopt;
    integers.push_back(dim.value());
  }
  return integers;
}

bool sameShape(const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked() || a.rank() != b.rank()) return false;
  for (int64_t axis = 0; axis < a.rank(); ++axis)
    if (!a[axis].sameAs(b[axis])) return false;
  return true;
}

std::optional<ConstantOperand> constantOperand(const Graph& graph, const Node& node) {
  if (node.in.size() != 2 || node.in[0] == kNoValue || node.in[1] == kNoValue) return std::nullopt;
  const bool first = graph.constant(node.in[0]) != nullptr;
  const bool second = graph.constant(node.in[1]) != nullptr;
  if (first == second) return std::nullopt;
  return ConstantOperand{
      .variable = node.in[first ? 1 : 0], .constant = node.in[first ? 0 : 1], .constantFirst = first};
}

Pattern Pattern::slot(int index) {
  Pattern made;
  made.slot_ = index;
  return made;
}

Pattern Pattern::number(double value) {
  Pattern made;
  made.kind_ = Kind::number;
  made.number_ = value;
  return made;
}

Pattern Pattern::node(const Op& op, std::vector<Pattern> in) {
  Pattern made;
  made.kind_ = Kind::node;
  made.op_ = &op;
  made.in_ = std::move(in);
  return made;
}

Pattern Pattern::commutative(const Op& op, Pattern a, Pattern b) {
  Pattern made = node(op, {std::move(a), std::move(b)});
  made.commutative_ = true;
  return made;
}

Pattern Pattern::where(bool (*accepts)(const Node&)) && {
  accepts_ = accepts;
  return std::move(*this);
}

class PatternMatcher {
 public:
  explicit PatternMatcher(const Graph& graph) : graph_(graph) {}

  bool node(NodeId id, const Pattern& pattern, Match& found) const {
    const Node& candidate = graph_.node(id);
    if (candidate.op != pattern.op_ || (pattern.accepts_ && !pattern.accepts_(candidate))) return false;
    if (!hasInputs(candidate, pattern.in_.size())) return false;
    found.nodes.push_back(id);
    if (inOrder(candidate, pattern, found, false)) return true;
    return pattern.commutative_ && inOrder(candidate, pattern, found, true);
  }

 private:
  static bool hasInputs(const Node& node, size_t count) {
    size_t present = node.in.size();
    while (present > 0 && node.in[present - 1] == kNoValue) --present;
    return present == count;
  }

  // Leaves `found` as it was when the inputs do not fit.
  bool inOrder(const Node& node, const Pattern& pattern, Match& found, bool swapped) const {
    Match attempt = found;
    for (size_t at = 0; at < pattern.in_.size(); ++at) {
      const size_t place = swapped ? pattern.in_.size() - 1 - at : at;
      if (!value(node.in[place], pattern.in_[at], attempt)) return false;
    }
    found = std::move(attempt);
    return true;
  }

  bool value(ValueId id, const Pattern& pattern, Match& found) const {
    if (id == kNoValue) return false;
    switch (pattern.kind_) {
      case Pattern::Kind::slot:
        return bind(id, pattern.slot_, found);
      case Pattern::Kind::number:
        return isNumber(id, pattern.number_);
      case Pattern::Kind::node:
        break;
    }
    const NodeId made = graph_.producer(id);
    return made != kNoNode && graph_.node(made).out[0] == id && usedOnce(graph_, id) &&
           node(made, pattern, found);
  }

  static bool bind(ValueId id, int slot, Match& found) {
    const auto index = static_cast<size_t>(slot);
    if (found.slots.size() <= index) found.slots.resize(index + 1, kNoValue);
    if (found.slots[index] == kNoValue) found.slots[index] = id;
    return found.slots[index] == id;
  }

  // Exporters write 1/6 with six to nine digits.
  bool isNumber(ValueId id, double wanted) const {
    const auto number = uniformConstant(graph_, id);
    return number && std::abs(*number - wanted) <= 1e-6 * std::abs(wanted);
  }

  const Graph& graph_;
};

std::optional<Match> match(const Graph& graph, NodeId root, const Pattern& pattern) {
  Match found;
  if (!PatternMatcher(graph).node(root, pattern, found)) return std::nullopt;
  return found;
}

}  // namespace ridge
