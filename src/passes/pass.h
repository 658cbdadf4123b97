// A pass: a named rewrite that returns a patch, nothing, or a sentence that says why not.
#pragma once

#include <string_view>

#include "ir/patch.h"

namespace ridge {

/// What a pass may know besides the graph.
struct PassContext {
  int64_t foldLimitBytes = int64_t{64} << 20;
  int64_t addedConstantBytes = 0;  ///< by how much constants have grown since the list began to run
};

/// Either kind is a pure function: same graph, same answer. A pass promises that every replaced value equals
/// its replacement, to float rounding.
struct Pass {
  std::string_view name;     ///< as --disable-pass takes it
  std::string_view summary;  ///< one line for --list-passes
  /// Looks at one node, usually the last of its pattern.
  Rewrite (*run)(const Graph&, NodeId, const PassContext&) = nullptr;
  /// Looks at the whole graph, again after each of its patches. An empty patch only removes dead nodes.
  Rewrite (*runGraph)(const Graph&, const PassContext&) = nullptr;
  /// Kernels rely on what it does: it cannot be switched off.
  bool required = false;
};

}  // namespace ridge
