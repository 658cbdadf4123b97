// Ops that only move elements (Concat, Transpose, Slice, Reshape) seen as strided copies, so that the memory
// planner can make views of them instead of running anything.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// One block of the output, copied from one input. Axis i of the block walks input axis `inAxis[i]`.
struct Piece {
  int input = 0;  ///< index into the node's inputs
  Dims dims;      ///< of the block, in output axes
  Dims outStart;  ///< where the block begins in the output, in elements of each axis
  Dims inStart;   ///< by output axis: first element on the input's axis
  Dims inStep;    ///< by output axis: positive
  std::vector<int> inAxis;
};

struct Movement {
  bool reshape = false;       ///< the output is input 0 in row-major order under other dimensions; no pieces
  std::vector<Piece> pieces;  ///< cover the output without overlap
};

/// Empty for ops that compute, or whose movement is not a set of strided blocks.
std::optional<Movement> movementOf(const Graph& graph, NodeId node);

/// Strides and first element (in elements) of a piece's source inside an input with these strides.
struct PieceSource {
  Dims strides;
  int64_t offset = 0;
};
PieceSource sourceOf(const Piece& piece, const Dims& inputStrides);

/// First element of a piece's target inside an output with these strides.
int64_t targetOffset(const Piece& piece, const Dims& outputStrides);

}  // namespace ridge
