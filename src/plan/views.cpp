#include "plan/views.h"

#include <algorithm>
#include <optional>

#include "plan/memory.h"

namespace ridge {

namespace {

/// Same places for every element; strides of axes with one element do not matter.
bool sameStrides(const Dims& dims, const Dims& a, const Dims& b) {
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if (dims[axis] > 1 && a[axis] != b[axis]) return false;
  return true;
}

bool isDensePlain(const Storage& storage) {
  return sameStrides(storage.dims, storage.strides, rowMajorStrides(storage.dims));
}

/// One flag for each piece of a movement: blocks without elements need neither copy nor view.
std::vector<bool> emptyPieces(const Movement& movement, const Storage& out) {
  if (movement.pieces.empty()) return {elementCount(out.dims) == 0};
  std::vector<bool> empty;
  for (const Piece& piece : movement.pieces) empty.push_back(elementCount(piece.dims) == 0);
  return empty;
}

}  // namespace

ViewPlanner::ViewPlanner(const Cover& cover, const Formats& formats, Layout& layout)
    : cover_(cover),
      formats_(formats),
      layout_(layout),
      readers_(layout.storages.size()),
      views_(layout.storages.size(), 0) {
  for (size_t step = 0; step < layout.steps.size(); ++step) {
    const RawStep& raw = layout.steps[step];
    settled_.push_back(raw.kind == RawStep::Kind::movement
                           ? emptyPieces(*region(raw).movement, storage(raw.out.front()))
                           : std::vector<bool>{false});
    for (int in : raw.in)
      if (in >= 0) readers_[static_cast<size_t>(in)].push_back(step);
  }
}

const Candidate& ViewPlanner::candidate(const RawStep& step) const {
  return region(step).choices[formats_.choice[static_cast<size_t>(step.region)]].candidate;
}

bool ViewPlanner::isFreeRoot(int at) const {
  const Storage& s = storage(at);
  return s.space == Space::arena && s.parent < 0 && s.def >= 0;
}

bool ViewPlanner::writersTakeStrides(int at, const Dims& strides) const {
  const RawStep& writer = layout_.steps[static_cast<size_t>(storage(at).def)];
  if (writer.kind != RawStep::Kind::region) return writer.kind != RawStep::Kind::transfer;
  // Who writes rows needs them dense; who writes pixels finds one channel anywhere.
  const bool dense = innermostStride(storage(at).dims, strides, Order::plain) == 1;
  for (size_t index = 0; index < writer.out.size(); ++index)
    if (writer.out[index] == at && candidate(writer).outputOrders[index] == Order::plain && !dense)
      return false;
  return candidate(writer).stridedOutputs &&
         ordersFit(writer.out, candidate(writer).outputOrders, at, strides);
}

bool ViewPlanner::readersTakeStrides(int at, const Dims& strides) const {
  const auto& readers = readers_[static_cast<size_t>(at)];
  const bool dense = innermostStride(storage(at).dims, strides, storage(at).order) == 1;
  return std::all_of(readers.begin(), readers.end(), [&](size_t step) {
    const RawStep& reader = layout_.steps[step];
    if (reader.kind == RawStep::Kind::movement)
      return !region(reader).movement->reshape ||
             reshapedStrides(storage(at).dims, strides, storage(reader.out.front()).dims).has_value();
    if (reader.kind != RawStep::Kind::region) return reader.kind == RawStep::Kind::copy;
    return (candidate(reader).stridedInputs && (dense || candidate(reader).scatteredInputs) &&
            ordersFit(reader.in, candidate(reader).inputOrders, at, strides));
  });
}

/// Where a kernel has asked for channels last, they stay side by side. (Of one pixel both orders are the
/// same: a slice of a plain array would do by its size alone.)
bool ViewPlanner::ordersFit(const std::vector<int>& storages, const std::vector<Order>& orders, int at,
                            const Dims& strides) const {
  const Dims& dims = storage(at).dims;
  if (dims.size() < 3 || dims[1] == 1 || strides[1] == 1) return true;
  for (size_t index = 0; index < storages.size(); ++index)
    if (storages[index] == at && orders[index] == Order::channelsLast) return false;
  return true;
}

bool ViewPlanner::becomeChild(int child, int parent, const Dims& strides, int64_t offset) {
  // A device's copies of constants are its programs' own: transfers do not reach them.
  const bool away = storage(child).space == Space::arena && storage(child).index > 0;
  if (away && storage(rootOf(layout_, parent)).space == Space::weights) return false;
  const bool unchanged = sameStrides(storage(child).dims, storage(child).strides, strides);
  if (!isFreeRoot(child) ||
      (!unchanged && (views_[static_cast<size_t>(child)] > 0 || !writersTakeStrides(child, strides) ||
                      !readersTakeStrides(child, strides))))
    return false;
  storage(child).parent = parent;
  // An axis of one element keeps its dense stride: kernels find the innermost axis by it.
  for (size_t axis = 0; axis < strides.size(); ++axis)
    if (storage(child).dims[axis] != 1) storage(child).strides[axis] = strides[axis];
  storage(child).offset = offset;
  ++views_[static_cast<size_t>(parent)];
  return true;
}

void ViewPlanner::placeConcatInputs() {
  for (size_t step = layout_.steps.size(); step-- > 0;) {
    const RawStep& raw = layout_.steps[step];
    if (raw.kind != RawStep::Kind::movement || region(raw).movement->pieces.size() < 2) continue;
    const auto& pieces = region(raw).movement->pieces;
    for (size_t at = 0; at < pieces.size(); ++at) {
      if (settled_[step][at]) continue;
      const int child = raw.in[static_cast<size_t>(pieces[at].input)];
      const int parent = raw.out.front();
      const int64_t offset = targetOffset(pieces[at], storage(parent).strides);
      settled_[step][at] = becomeChild(child, parent, storage(parent).strides, offset);
    }
  }
}

void ViewPlanner::aliasMovements() {
  for (size_t step = 0; step < layout_.steps.size(); ++step) {
    const RawStep& raw = layout_.steps[step];
    if (raw.kind != RawStep::Kind::movement || settled_[step][0]) continue;
    if (region(raw).movement->reshape)
      aliasReshape(step);
    else if (region(raw).movement->pieces.size() == 1)
      aliasPiece(step);
  }
}

void ViewPlanner::aliasReshape(size_t step) {
  const int in = layout_.steps[step].in.front(), out = layout_.steps[step].out.front();
  const auto strides = reshapedStrides(storage(in).dims, storage(in).strides, storage(out).dims);
  if (strides && becomeChild(out, in, *strides, 0)) {
    settled_[step][0] = true;
  } else if (!isDensePlain(storage(in))) {
    return;
  } else if (storage(out).space == Space::output && storage(out).parent < 0 && isDensePlain(storage(out))) {
    settled_[step][0] = becomeChild(in, out, storage(in).strides, 0);
  }
}

void ViewPlanner::aliasPiece(size_t step) {
  const RawStep& raw = layout_.steps[step];
  const Piece& piece = region(raw).movement->pieces.front();
  const int in = raw.in[static_cast<size_t>(piece.input)], out = raw.out.front();
  const PieceSource source = sourceOf(piece, storage(in).strides);
  settled_[step][0] = becomeChild(out, in, source.strides, source.offset);
}

int ViewPlanner::reuseDyingInputs() {
  int count = 0;
  for (size_t step = 0; step < layout_.steps.size(); ++step)
    if (layout_.steps[step].kind == RawStep::Kind::region) reuseInput(step, count);
  return count;
}

void ViewPlanner::reuseInput(size_t step, int& count) {
  const RawStep& raw = layout_.steps[step];
  const int which = candidate(raw).inPlaceInput;
  if (which < 0 || raw.in[static_cast<size_t>(which)] < 0) return;
  const int in = raw.in[static_cast<size_t>(which)], out = raw.out.front();
  const Storage &source = storage(in), &target = storage(out);
  const bool readOnce = std::count(raw.in.begin(), raw.in.end(), in) == 1;
  // Only whole roots whose bytes nobody else looks at: not a slice of a concat, not a reshape that lives on.
  const bool lone = source.parent < 0 && views_[static_cast<size_t>(in)] == 0 && source.space == Space::arena;
  if (!readOnce || !lone || !isFreeRoot(out) || views_[static_cast<size_t>(out)] > 0) return;
  if (source.lastUse != static_cast<int>(step) || source.dims != target.dims || source.type != target.type ||
      source.strides != target.strides)
    return;
  storage(in).parent = out;
  ++count;
}

}  // namespace ridge
