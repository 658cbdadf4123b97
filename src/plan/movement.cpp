#include "plan/movement.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "ir/matcher.h"
#include "ops/movement/concat.h"
#include "ops/movement/slice.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"

namespace ridge {

namespace {

Dims dimsOf(const Graph& graph, ValueId id) {
  return graph.value(id).shape.staticDims();
}

/// A block that walks the input's axes in their own order, from the start.
Piece straightPiece(int input, Dims dims) {
  const size_t rank = dims.size();
  Piece piece{input, std::move(dims), Dims(rank, 0), Dims(rank, 0), Dims(rank, 1), std::vector<int>(rank)};
  std::iota(piece.inAxis.begin(), piece.inAxis.end(), 0);
  return piece;
}

Movement concatMovement(const Graph& graph, const Node& node) {
  const Dims out = dimsOf(graph, node.out.front());
  const auto axis = static_cast<size_t>(
      normalizeAxis(node.as<ops::ConcatAttributes>().axis, static_cast<int64_t>(out.size())));
  Movement movement;
  int64_t start = 0;
  for (size_t input = 0; input < node.in.size(); ++input) {
    Piece piece = straightPiece(static_cast<int>(input), dimsOf(graph, node.in[input]));
    piece.outStart[axis] = start;
    start += piece.dims[axis];
    movement.pieces.push_back(std::move(piece));
  }
  return movement;
}

Movement transposeMovement(const Graph& graph, const Node& node) {
  Piece piece = straightPiece(0, dimsOf(graph, node.out.front()));
  const auto& perm = node.as<ops::TransposeAttributes>().perm;
  for (size_t axis = 0; axis < piece.dims.size(); ++axis)
    piece.inAxis[axis] =
        static_cast<int>(perm ? (*perm)[axis] : static_cast<int64_t>(piece.dims.size() - 1 - axis));
  return {false, {std::move(piece)}};
}

/// Steps forward only: strides are not negative.
std::optional<Movement> sliceMovement(const Graph& graph, const Node& node) {
  const Dims in = dimsOf(graph, node.in.front());
  const auto starts = knownIntegers(graph, node.in[1]), ends = knownIntegers(graph, node.in[2]);
  if (!starts || !ends || starts->size() != ends->size()) return std::nullopt;
  std::vector<int64_t> axes(starts->size()), steps(starts->size(), 1);
  std::iota(axes.begin(), axes.end(), 0);
  const auto replaceBy = [&](size_t input, std::vector<int64_t>& list) {
    if (inputOf(node, input) == kNoValue) return true;
    auto known = knownIntegers(graph, node.in[input]);
    if (known) list = std::move(*known);
    return known && list.size() == starts->size();
  };
  if (!replaceBy(3, axes) || !replaceBy(4, steps)) return std::nullopt;
  Piece piece = straightPiece(0, dimsOf(graph, node.out.front()));
  for (size_t at = 0; at < axes.size(); ++at) {
    if (steps[at] <= 0) return std::nullopt;
    const auto axis = static_cast<size_t>(normalizeAxis(axes[at], static_cast<int64_t>(in.size())));
    const ops::SliceRange range = ops::sliceRange((*starts)[at], (*ends)[at], steps[at], in[axis]);
    // A step past the only element would overflow the strides.
    piece.inStart[axis] = range.count > 0 ? range.start : 0;
    piece.inStep[axis] = range.count > 1 ? range.step : 1;
  }
  return Movement{false, {std::move(piece)}};
}

/// What every copy tactic takes: up to eight axes, elements of one to eight whole bytes.
bool canBeCopied(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  const int bits = bitsOf(value.type);
  return value.shape.rank() <= 8 && (bits == 8 || bits == 16 || bits == 32 || bits == 64);
}

}  // namespace

std::optional<Movement> movementOf(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.in.empty() || node.out.size() != 1 || !canBeCopied(graph, node.out.front()) ||
      !canBeCopied(graph, node.in.front()))
    return std::nullopt;
  if (node.op == &ops::concat) return concatMovement(graph, node);
  if (node.op == &ops::transpose) return transposeMovement(graph, node);
  if (node.op == &ops::slice) return sliceMovement(graph, node);
  if (node.op->traits.view) return Movement{.reshape = true, .pieces = {}};
  return std::nullopt;
}

PieceSource sourceOf(const Piece& piece, const Dims& inputStrides) {
  PieceSource source{Dims(piece.dims.size()), 0};
  for (size_t axis = 0; axis < piece.dims.size(); ++axis) {
    const int64_t stride = inputStrides[static_cast<size_t>(piece.inAxis[axis])];
    source.strides[axis] = stride * piece.inStep[axis];
    source.offset += stride * piece.inStart[axis];
  }
  return source;
}

int64_t targetOffset(const Piece& piece, const Dims& outputStrides) {
  return std::inner_product(piece.outStart.begin(), piece.outStart.end(), outputStrides.begin(), int64_t{0});
}

}  // namespace ridge
