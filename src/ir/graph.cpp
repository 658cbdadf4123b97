#include "ir/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>

#include "base/error.h"
#include "ir/patch.h"

namespace ridge {

namespace {
size_t index(int32_t id) {
  return static_cast<size_t>(id);
}
}  // namespace

std::string displayName(const Op& op) {
  return op.domain.empty() ? std::string(op.name) : fmt::format("{}.{}", op.domain, op.name);
}

Origins mergeOrigins(const Origins& a, const Origins& b) {
  Origins merged;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(merged));
  return merged;
}

std::string Graph::uniqueName(std::string_view wanted) const {
  std::string candidate(wanted.empty() ? "value" : wanted);
  const std::string stem = candidate;
  for (int suffix = 1; names_.contains(candidate); ++suffix) candidate = fmt::format("{}.{}", stem, suffix);
  return candidate;
}

ValueId Graph::addValue(const std::string& wanted, DType type, Shape shape) {
  const auto id = valueCount();
  Value value{.name = uniqueName(wanted), .type = type, .shape = std::move(shape)};
  names_.emplace(value.name, id);
  values_.push_back(std::move(value));
  producers_.push_back(kNoNode);
  users_.emplace_back();
  return id;
}

ValueId Graph::addConstant(const std::string& wanted, Tensor tensor) {
  const ValueId id = addValue(wanted, tensor.type(), Shape::of(tensor.dims()));
  value(id).constant = std::move(tensor);
  return id;
}

ValueId Graph::addInput(const std::string& wanted, DType type, Shape shape) {
  const ValueId id = addValue(wanted, type, std::move(shape));
  inputs_.push_back(id);
  return id;
}

void Graph::addOutput(std::string outputName, ValueId id) {
  outputs_.push_back({std::move(outputName), id});
}

NodeId Graph::addNode(Node node) {
  check(node.op != nullptr, "a node has an op");
  if (!node.attrs && node.op->attributes) {
    // Whoever looks at attributes finds the defaults.
    const AttributeMap none;
    AttributeReader reader(none);
    node.attrs = node.op->attributes(reader);
  }
  const auto id = nodeCount();
  for (ValueId input : node.in)
    if (input != kNoValue) users_[index(input)].push_back(id);
  for (ValueId output : node.out) {
    if (output == kNoValue) continue;
    check(producers_[index(output)] == kNoNode && !value(output).isConstant(), "a value has one producer");
    producers_[index(output)] = id;
  }
  nodes_.push_back(std::move(node));
  return id;
}

void Graph::rename(ValueId id, std::string fresh) {
  if (value(id).name == fresh) return;
  check(!names_.contains(fresh), "a value is renamed to a free name");
  names_.erase(value(id).name);
  names_.emplace(fresh, id);
  value(id).name = std::move(fresh);
}

void Graph::removeInput(size_t at) {
  inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(at));
}

bool Graph::isInput(ValueId id) const {
  return std::find(inputs_.begin(), inputs_.end(), id) != inputs_.end();
}

bool Graph::isOutput(ValueId id) const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [&](const Output& output) { return output.value == id; });
}

int Graph::useCount(ValueId id) const {
  const auto asOutput = std::count_if(outputs_.begin(), outputs_.end(),
                                      [&](const Output& output) { return output.value == id; });
  return static_cast<int>(users(id).size()) + static_cast<int>(asOutput);
}

std::optional<ValueId> Graph::find(std::string_view wanted) const {
  const auto found = names_.find(std::string(wanted));
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

const Tensor* Graph::constant(ValueId id) const {
  if (id == kNoValue || !value(id).isConstant()) return nullptr;
  return &value(id).constant;
}

std::vector<NodeId> Graph::order() const {
  std::vector<int> waiting(nodes_.size(), 0);
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
  size_t live = 0;
  for (NodeId id = 0; id < nodeCount(); ++id) {
    if (!alive(id)) continue;
    ++live;
    for (ValueId input : node(id).in)
      if (input != kNoValue && producer(input) != kNoNode) ++waiting[index(id)];
    if (waiting[index(id)] == 0) ready.push(id);
  }
  std::vector<NodeId> sorted;
  sorted.reserve(live);
  while (!ready.empty()) {
    const NodeId id = ready.top();
    ready.pop();
    sorted.push_back(id);
    for (ValueId output : node(id).out) {
      if (output == kNoValue) continue;
      for (NodeId user : users(output))
        if (--waiting[index(user)] == 0) ready.push(user);
    }
  }
  if (sorted.size() != live) failInput("the graph has a cycle", name);
  return sorted;
}

std::vector<NodeId> Graph::apply(Patch patch) {
  for (Value& fresh : patch.values) {
    const ValueId id = addValue(fresh.name, fresh.type, std::move(fresh.shape));
    value(id).constant = std::move(fresh.constant);
    value(id).contents = std::move(fresh.contents);
    value(id).container = fresh.container;
  }
  const NodeId firstNew = nodeCount();
  std::vector<NodeId> added;
  for (Node& fresh : patch.nodes) added.push_back(addNode(std::move(fresh)));

  for (auto [old, fresh] : patch.replace) {
    if (value(fresh).source.empty()) value(fresh).source = value(old).source;
    std::vector<NodeId> kept;
    for (NodeId user : users_[index(old)]) {
      if (user >= firstNew) {  // a new node may read the value that it replaces
        kept.push_back(user);
        continue;
      }
      auto& in = node(user).in;
      *std::find(in.begin(), in.end(), old) = fresh;
      users_[index(fresh)].push_back(user);
    }
    users_[index(old)] = std::move(kept);
    for (Output& output : outputs_)
      if (output.value == old) output.value = fresh;
  }
  for (auto [old, fresh] : patch.replace) removeIfDead(producer(old));
  return added;
}

void Graph::removeIfDead(NodeId id) {
  std::vector<NodeId> pending{id};
  while (!pending.empty()) {
    const NodeId candidate = pending.back();
    pending.pop_back();
    if (candidate == kNoNode || !alive(candidate)) continue;
    const auto& out = node(candidate).out;
    const bool needed = std::any_of(
        out.begin(), out.end(), [&](ValueId output) { return output != kNoValue && useCount(output) > 0; });
    if (needed) continue;
    for (ValueId input : node(candidate).in)
      if (input != kNoValue) pending.push_back(producer(input));
    unlink(candidate);
  }
}

void Graph::unlink(NodeId id) {
  Node& dead = node(id);
  for (ValueId input : dead.in) {
    if (input == kNoValue) continue;
    auto& users = users_[index(input)];
    users.erase(std::find(users.begin(), users.end(), id));
  }
  for (ValueId output : dead.out)
    if (output != kNoValue) producers_[index(output)] = kNoNode;
  dead = Node{};
}

void Graph::removeDeadNodes() {
  for (NodeId id = nodeCount() - 1; id >= 0; --id) removeIfDead(id);
}

void Graph::compact() {
  std::vector<bool> used(values_.size(), false);
  for (ValueId id : inputs_) used[index(id)] = true;
  for (const Output& output : outputs_) used[index(output.value)] = true;
  const std::vector<NodeId> sorted = order();
  for (NodeId id : sorted)
    for (const auto* list : {&node(id).in, &node(id).out})
      for (ValueId value : *list)
        if (value != kNoValue) used[index(value)] = true;

  Graph fresh;
  fresh.name = std::move(name);
  fresh.metadata = std::move(metadata);
  fresh.docString = std::move(docString);
  std::vector<ValueId> moved(values_.size(), kNoValue);
  for (ValueId id = 0; id < valueCount(); ++id) {
    if (!used[index(id)]) continue;
    moved[index(id)] = fresh.addValue(value(id).name);
    fresh.value(moved[index(id)]) = std::move(value(id));
  }
  const auto renumber = [&](ValueId& id) { id = id == kNoValue ? kNoValue : moved[index(id)]; };
  for (ValueId id : inputs_) fresh.inputs_.push_back(moved[index(id)]);
  for (Output& output : outputs_) fresh.addOutput(std::move(output.name), moved[index(output.value)]);
  for (NodeId id : sorted) {
    Node kept = std::move(node(id));
    for (ValueId& input : kept.in) renumber(input);
    for (ValueId& output : kept.out) renumber(output);
    fresh.addNode(std::move(kept));
  }
  *this = std::move(fresh);
}

}  // namespace ridge
