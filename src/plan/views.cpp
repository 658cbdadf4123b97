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

}  // namespace

ViewPlanner::ViewPlanner(const Cover& cover, const Formats& formats, Layout& layout)
    : cover_(cover),
      formats_(formats),
      layout_(layout),
      readers_(layout.storages.size()),
      views_(layout.storages.size(), 0) {
  for (size_t step = 0; step < layout.steps.size(); ++step) {
    const RawStep& raw = layout.steps[step];
    const bool moves = raw.kind == RawStep::Kind::movement;
    const size_t pieces = moves ? std::max<size_t>(1, region(raw).movement->pieces.size()) : 1;
    settled_.emplace_back(pieces, false);
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

bool ViewPlanner::writersTakeStrides(int at) const {
  const RawStep& writer = layout_.steps[static_cast<size_t>(storage(at).def)];
  return writer.kind != RawStep::Kind::region || candidate(writer).stridedOutputs;
}

bool ViewPlanner::readersTakeStrides(int at, const Dims& strides) const {
  const auto& readers = readers_[static_cast<size_t>(at)];
  const bool dense = innermostStride(storage(at).dims, strides, storage(at).order) == 1;
  return std::all_of(readers.begin(), readers.end(), [&](size_t step) {
    const RawStep& reader = layout_.steps[step];
    if (reader.kind == RawStep::Kind::movement)
      return !region(reader).movement->reshape ||
             reshapedStrides(storage(at).dims, strides, storage(reader.out.front()).dims).has_value();
    return reader.kind == RawStep::Kind::copy ||
           (candidate(reader).stridedInputs && (dense || candidate(reader).scatteredInputs));
  });
}

bool ViewPlanner::becomeChild(int child, int parent, const Dims& strides, int64_t offset) {
  const bool unchanged = sameStrides(storage(child).dims, storage(child).strides, strides);
  if (!isFreeRoot(child) ||
      (!unchanged && (views_[static_cast<size_t>(child)] > 0 || !writersTakeStrides(child) ||
                      !readersTakeStrides(child, strides))))
    return false;
  storage(child).parent = parent;
  storage(child).strides = strides;
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
    if (raw.kind != RawStep::Kind::movement) continue;
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
