#include "plan/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "ir/dynamic.h"

namespace ridge {

namespace {

/// The elements of a plain tensor, laid out in `order`.
Tensor inOrder(const Tensor& plain, Order order) {
  if (order == Order::plain || ordersCoincide(plain.dims())) return plain;
  const size_t size = bytesOf(plain.type(), 1);
  const Dims strides = denseStrides(plain.dims(), order);
  Tensor moved = Tensor::allocate(plain.type(), plain.dims());
  const std::span<std::byte> target = moved.mutableBytes();
  Dims at(plain.dims().size(), 0);
  for (int64_t element = 0; element < plain.count(); ++element) {
    int64_t place = 0;
    for (size_t axis = 0; axis < at.size(); ++axis) place += at[axis] * strides[axis];
    std::memcpy(&target[static_cast<size_t>(place) * size],
                &plain.bytes()[static_cast<size_t>(element) * size], size);
    for (size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < plain.dims()[axis]) break;
      at[axis] = 0;
    }
  }
  return moved;
}

class LayoutMaker {
 public:
  LayoutMaker(const Graph& graph, const Cover& cover, const Formats& formats, const Memories& memories,
              WeightStore& weights)
      : graph_(graph), cover_(cover), formats_(formats), memories_(memories), weights_(weights) {}

  Layout run() {
    noteReaders();
    for (size_t at = 0; at < graph_.inputs().size(); ++at) {
      const int storage =
          addStorage(graph_.inputs()[at], Order::plain, Space::input, static_cast<int32_t>(at));
      layout_.inputs.push_back(storage);
      addReformat(graph_.inputs()[at]);
    }
    for (size_t at = 0; at < cover_.regions.size(); ++at) addRegion(static_cast<int>(at));
    for (size_t at = 0; at < graph_.outputs().size(); ++at) addOutput(static_cast<int32_t>(at));
    return std::move(layout_);
  }

 private:
  using Key = std::tuple<ValueId, Order, int>;  // the memory last; constants are everywhere and count as 0

  Order effective(ValueId value, Order order) const {
    return ordersCoincide(graph_.value(value).shape.staticDims()) ? Order::plain : order;
  }

  int addStorage(ValueId id, Order order, Space space, int32_t index) {
    const Value& value = graph_.value(id);
    Storage storage;
    storage.value = id;
    storage.order = effective(id, order);
    storage.type = value.type;
    storage.dims = value.shape.staticDims();
    storage.strides = denseStrides(storage.dims, storage.order);
    storage.space = space;
    storage.index = index;
    layout_.storages.push_back(std::move(storage));
    const auto made = static_cast<int>(layout_.storages.size()) - 1;
    known_.emplace(Key{id, effective(id, order), space == Space::arena ? index : 0}, made);
    return made;
  }

  int constantStorage(ValueId id, Order order) {
    const Tensor& tensor = graph_.value(id).constant;
    const Order stored = effective(id, order);
    const int32_t blob = weights_.add(constantKey(tensor, stored), [&] { return inOrder(tensor, stored); });
    return addStorage(id, stored, Space::weights, blob);
  }

  /// May add a transfer before the step that is being made.
  int storageOf(ValueId id, Order order, int memory) {
    const bool constant = graph_.value(id).isConstant();
    const auto known = known_.find({id, effective(id, order), constant ? 0 : memory});
    if (known != known_.end()) return known->second;
    return constant ? constantStorage(id, order) : transferred(id, order, memory);
  }

  int transferred(ValueId id, Order order, int to) {
    int device = to;
    for (int memory = 1; to == 0 && memory < memories_.count(); ++memory)
      if (known_.contains({id, effective(id, order), memory})) device = memory;
    check(device > 0, "a value has been produced before it is read");
    const int source = to == 0 ? known_.at({id, effective(id, order), device}) : storageOf(id, order, 0);
    const int target = produce(id, order, to);
    push({RawStep::Kind::transfer, -1, {source}, {target}, device});
    return target;
  }

  /// Who reads a value in an order, by memory: a reformat is made there if it can be.
  void noteReaders() {
    for (size_t at = 0; at < cover_.regions.size(); ++at) {
      const CoverRegion& cover = cover_.regions[at];
      const Candidate& candidate = cover.choices[formats_.choice[at]].candidate;
      for (size_t input = 0; input < cover.region.inputs.size(); ++input)
        readers_[{cover.region.inputs[input], candidate.inputOrders[input]}].insert(
            cover.choices[formats_.choice[at]].memory);
    }
    for (const Graph::Output& output : graph_.outputs()) readers_[{output.value, Order::plain}].insert(0);
  }

  /// On a device that copies: the one that has made the value, or that alone reads the result; else the host.
  int reformatMemory(ValueId value, Order made, Order wanted) const {
    for (int memory = memories_.count() - 1; memory > 0; --memory)
      if (known_.contains({value, effective(value, made), memory}) && memories_.copier(memory)) return memory;
    const auto readers = readers_.find({value, wanted});
    if (readers != readers_.end() && readers->second.size() == 1 &&
        memories_.copier(*readers->second.begin()))
      return *readers->second.begin();
    return 0;
  }

  void addRegion(int at) {
    const CoverRegion& cover = cover_.regions[static_cast<size_t>(at)];
    const Candidate& candidate = cover.choices[formats_.choice[static_cast<size_t>(at)]].candidate;
    RawStep step;
    step.kind = cover.movement ? RawStep::Kind::movement : RawStep::Kind::region;
    step.region = at;
    step.memory = cover.choices[formats_.choice[static_cast<size_t>(at)]].memory;
    for (size_t input = 0; input < cover.region.inputs.size(); ++input) {
      const ValueId value = cover.region.inputs[input];
      const auto& unread = candidate.unread;
      const bool absent = value == kNoValue || std::find(unread.begin(), unread.end(), value) != unread.end();
      step.in.push_back(absent ? -1 : storageOf(value, candidate.inputOrders[input], step.memory));
    }
    for (size_t output = 0; output < cover.region.outputs.size(); ++output)
      step.out.push_back(produce(cover.region.outputs[output], candidate.outputOrders[output], step.memory));
    push(std::move(step));
    for (ValueId value : cover.region.outputs) addReformat(value);
  }

  /// The storage that a step writes: a graph output goes straight to the caller's buffer when it is plain.
  int produce(ValueId value, Order order, int memory) {
    if (memory == 0 && effective(value, order) == Order::plain)
      for (size_t at = 0; at < graph_.outputs().size(); ++at)
        if (graph_.outputs()[at].value == value)
          return addStorage(value, Order::plain, Space::output, static_cast<int32_t>(at));
    return addStorage(value, order, Space::arena, memory);
  }

  void addReformat(ValueId value) {
    const auto orders = formats_.values.find(value);
    if (orders == formats_.values.end() || !orders->second.both) return;
    const Order produced = orders->second.produced;
    const Order other = produced == Order::plain ? Order::channelsLast : Order::plain;
    const int memory = reformatMemory(value, produced, other);
    const int source = storageOf(value, produced, memory);
    push({RawStep::Kind::copy, -1, {source}, {produce(value, other, memory)}, memory});
  }

  void addOutput(int32_t at) {
    const ValueId value = graph_.outputs()[static_cast<size_t>(at)].value;
    if (isDynamic(graph_.value(value))) {
      layout_.outputs.push_back(-1);
      return;
    }
    const int plain = storageOf(value, Order::plain, 0);
    const Storage& storage = layout_.storages[static_cast<size_t>(plain)];
    if (storage.space == Space::output && storage.index == at) {
      layout_.outputs.push_back(plain);
      return;
    }
    // An input, a constant, or a value that is an output twice.
    const int copy = addStorage(value, Order::plain, Space::output, at);
    push({RawStep::Kind::copy, -1, {plain}, {copy}});
    layout_.outputs.push_back(copy);
  }

  void push(RawStep step) {
    const auto at = static_cast<int>(layout_.steps.size());
    for (int storage : step.in)
      if (storage >= 0) layout_.storages[static_cast<size_t>(storage)].lastUse = at;
    for (int storage : step.out) {
      layout_.storages[static_cast<size_t>(storage)].def = at;
      layout_.storages[static_cast<size_t>(storage)].lastUse = at;
    }
    layout_.steps.push_back(std::move(step));
  }

  const Graph& graph_;
  const Cover& cover_;
  const Formats& formats_;
  const Memories& memories_;
  WeightStore& weights_;
  Layout layout_;
  std::map<Key, int> known_;
  std::map<std::pair<ValueId, Order>, std::set<int>> readers_;
};

}  // namespace

std::string constantKey(const Tensor& tensor, Order order) {
  const Hash128 hash = tensor.hash();
  return fmt::format("{:016x}{:016x} {}", hash.high, hash.low, name(order));
}

Layout layOut(const Graph& graph, const Cover& cover, const Formats& formats, const Memories& memories,
              WeightStore& weights) {
  return LayoutMaker(graph, cover, formats, memories, weights).run();
}

}  // namespace ridge
