#include "plan/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

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
  LayoutMaker(const Graph& graph, const Cover& cover, const Formats& formats, WeightStore& weights)
      : graph_(graph), cover_(cover), formats_(formats), weights_(weights) {}

  Layout run() {
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
  using Key = std::pair<ValueId, Order>;

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
    known_.emplace(Key{id, effective(id, order)}, made);
    return made;
  }

  int constantStorage(ValueId id, Order order) {
    const Tensor& tensor = graph_.value(id).constant;
    const Order stored = effective(id, order);
    const int32_t blob = weights_.add(constantKey(tensor, stored), [&] { return inOrder(tensor, stored); });
    return addStorage(id, stored, Space::weights, blob);
  }

  int storageOf(ValueId id, Order order) {
    if (auto known = known_.find({id, effective(id, order)}); known != known_.end()) return known->second;
    check(graph_.value(id).isConstant(), "a value has been produced before it is read");
    return constantStorage(id, order);
  }

  void addRegion(int at) {
    const CoverRegion& cover = cover_.regions[static_cast<size_t>(at)];
    const Candidate& candidate = cover.choices[formats_.choice[static_cast<size_t>(at)]].candidate;
    RawStep step;
    step.kind = cover.movement ? RawStep::Kind::movement : RawStep::Kind::region;
    step.region = at;
    for (size_t input = 0; input < cover.region.inputs.size(); ++input) {
      const ValueId value = cover.region.inputs[input];
      const auto& unread = candidate.unread;
      const bool absent = value == kNoValue || std::find(unread.begin(), unread.end(), value) != unread.end();
      step.in.push_back(absent ? -1 : storageOf(value, candidate.inputOrders[input]));
    }
    for (size_t output = 0; output < cover.region.outputs.size(); ++output)
      step.out.push_back(produce(cover.region.outputs[output], candidate.outputOrders[output]));
    push(std::move(step));
    for (ValueId value : cover.region.outputs) addReformat(value);
  }

  /// The storage that a region writes: a graph output goes straight to the caller's buffer when it is plain.
  int produce(ValueId value, Order order) {
    if (effective(value, order) == Order::plain)
      for (size_t at = 0; at < graph_.outputs().size(); ++at)
        if (graph_.outputs()[at].value == value)
          return addStorage(value, Order::plain, Space::output, static_cast<int32_t>(at));
    return addStorage(value, order, Space::arena, 0);
  }

  void addReformat(ValueId value) {
    const auto orders = formats_.values.find(value);
    if (orders == formats_.values.end() || !orders->second.both) return;
    const Order produced = orders->second.produced;
    const Order other = produced == Order::plain ? Order::channelsLast : Order::plain;
    const int source = storageOf(value, produced);
    push({RawStep::Kind::copy, -1, {source}, {produce(value, other)}});
  }

  void addOutput(int32_t at) {
    const ValueId value = graph_.outputs()[static_cast<size_t>(at)].value;
    if (isDynamic(graph_.value(value))) {
      layout_.outputs.push_back(-1);
      return;
    }
    const int plain = storageOf(value, Order::plain);
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
  WeightStore& weights_;
  Layout layout_;
  std::map<Key, int> known_;
};

}  // namespace

std::string constantKey(const Tensor& tensor, Order order) {
  const Hash128 hash = tensor.hash();
  return fmt::format("{:016x}{:016x} {}", hash.high, hash.low, name(order));
}

Layout layOut(const Graph& graph, const Cover& cover, const Formats& formats, WeightStore& weights) {
  return LayoutMaker(graph, cover, formats, weights).run();
}

}  // namespace ridge
