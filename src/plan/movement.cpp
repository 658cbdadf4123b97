#include "plan/movement.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "ops/movement/concat.h"
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

/// What every copy tactic takes: up to eight axes, elements of one to eight whole bytes.
bool canBeCopied(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  const int bits = bitsOf(value.type);
  return value.shape.rank() <= 8 && (bits == 8 || bits == 16 || bits == 32 || bits == 64);
}

}  // namespace

std::optional<Movement> movementOf(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.out.size() != 1 || !canBeCopied(graph, node.out.front()) || !canBeCopied(graph, node.in.front()))
    return std::nullopt;
  if (node.op == &ops::concat) return concatMovement(graph, node);
  if (node.op == &ops::transpose) return transposeMovement(graph, node);
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
