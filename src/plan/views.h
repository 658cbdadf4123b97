// Views: outputs of Concat's inputs written straight into the parent, Reshape, Transpose and Slice without a
// copy, results that take over their input's memory.
#pragma once

#include "plan/assign_formats.h"
#include "plan/layout.h"

namespace ridge {

/// Facts about storages that views must respect.
class ViewPlanner {
 public:
  ViewPlanner(const Cover& cover, const Formats& formats, Layout& layout);

  /// Concat: every input that can be written in place of its slice becomes a child of the output. Outermost
  /// first.
  void placeConcatInputs();
  /// Reshape, Transpose, Slice: the output becomes a view of the input where strides allow (or the reverse,
  /// when the output is the caller's buffer).
  void aliasMovements();
  /// Kernels that may overwrite an input that dies.
  int reuseDyingInputs();

  /// The piece `at` of the movement in raw step `step` has nothing to copy any more.
  bool settled(size_t step, size_t at) const { return settled_[step][at]; }

 private:
  Storage& storage(int at) { return layout_.storages[static_cast<size_t>(at)]; }
  const Storage& storage(int at) const { return layout_.storages[static_cast<size_t>(at)]; }
  const CoverRegion& region(const RawStep& step) const {
    return cover_.regions[static_cast<size_t>(step.region)];
  }
  const Candidate& candidate(const RawStep& step) const;
  bool isFreeRoot(int at) const;
  bool writersTakeStrides(int at, const Dims& strides) const;
  bool readersTakeStrides(int at, const Dims& strides) const;
  bool ordersFit(const std::vector<int>& storages, const std::vector<Order>& orders, int at,
                 const Dims& strides) const;
  bool becomeChild(int child, int parent, const Dims& strides, int64_t offset);
  void aliasReshape(size_t step);
  void aliasPiece(size_t step);
  void reuseInput(size_t step, int& count);

  const Cover& cover_;
  const Formats& formats_;
  Layout& layout_;
  std::vector<std::vector<bool>> settled_;
  std::vector<std::vector<size_t>> readers_;  // raw steps that read a storage
  std::vector<int> views_;  // live storages inside this one; not inputs that it has taken over
};

}  // namespace ridge
