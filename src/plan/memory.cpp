#include "plan/memory.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "plan/views.h"

namespace ridge {

namespace {

constexpr uint64_t kAlignment = 64;

struct Block {
  int root = 0;
  int first = 0, last = 0;  // raw steps during which somebody needs the bytes
  uint64_t bytes = 0, offset = 0;
};

uint64_t alignedBytes(const Storage& storage) {
  const uint64_t bytes = bytesOf(storage.type, elementCount(storage.dims));
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::vector<Block> arenaBlocks(const Layout& layout, int memory) {
  std::vector<Block> blocks;
  std::vector<int> blockOf(layout.storages.size(), -1);
  for (size_t at = 0; at < layout.storages.size(); ++at) {
    const Storage& storage = layout.storages[at];
    const int root = rootOf(layout, static_cast<int>(at));
    const Storage& owner = layout.storages[static_cast<size_t>(root)];
    if (owner.space != Space::arena || owner.index != memory) continue;
    int& index = blockOf[static_cast<size_t>(root)];
    if (index < 0) {
      index = static_cast<int>(blocks.size());
      blocks.push_back({root, storage.def, storage.lastUse, 0, 0});
    }
    Block& block = blocks[static_cast<size_t>(index)];
    block.first = std::min(block.first, storage.def);
    block.last = std::max(block.last, storage.lastUse);
    block.bytes = std::max(block.bytes, alignedBytes(storage));
  }
  return blocks;
}

bool overlapInTime(const Block& a, const Block& b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Greedy by size: each block takes the lowest gap that no block alive at the same time occupies.
uint64_t placeBlocks(std::vector<Block>& blocks) {
  std::vector<size_t> bySize(blocks.size());
  std::iota(bySize.begin(), bySize.end(), size_t{0});
  std::stable_sort(bySize.begin(), bySize.end(),
                   [&](size_t a, size_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::vector<size_t> placed;  // in order of offset
  uint64_t end = 0;
  for (size_t at : bySize) {
    uint64_t offset = 0;
    for (size_t other : placed) {
      if (!overlapInTime(blocks[at], blocks[other])) continue;
      if (offset + blocks[at].bytes <= blocks[other].offset) break;
      offset = std::max(offset, blocks[other].offset + blocks[other].bytes);
    }
    blocks[at].offset = offset;
    end = std::max(end, offset + blocks[at].bytes);
    const auto later = [&](size_t other) { return blocks[other].offset > offset; };
    placed.insert(std::find_if(placed.begin(), placed.end(), later), at);
  }
  return end;
}

PlacedCopy wholeCopy(const Layout& layout, int in, int out) {
  const Storage& source = layout.storages[static_cast<size_t>(in)];
  const Storage& target = layout.storages[static_cast<size_t>(out)];
  return {in, out, target.dims, source.strides, target.strides, 0, 0};
}

PlacedCopy reshapeCopy(const Layout& layout, int in, int out) {
  const Storage& source = layout.storages[static_cast<size_t>(in)];
  const Storage& target = layout.storages[static_cast<size_t>(out)];
  auto strides = reshapedStrides(source.dims, source.strides, target.dims);
  check(strides.has_value(), "what a Reshape reads can be read under its new dimensions");
  return {in, out, target.dims, std::move(*strides), target.strides, 0, 0};
}

PlacedCopy pieceCopy(const Layout& layout, const Piece& piece, int in, int out) {
  const Storage& target = layout.storages[static_cast<size_t>(out)];
  PieceSource source = sourceOf(piece, layout.storages[static_cast<size_t>(in)].strides);
  return {in,
          out,
          piece.dims,
          std::move(source.strides),
          target.strides,
          source.offset,
          targetOffset(piece, target.strides)};
}

std::vector<PlacedStep> placedSteps(const Cover& cover, const Layout& layout, const ViewPlanner& views) {
  std::vector<PlacedStep> steps;
  for (size_t at = 0; at < layout.steps.size(); ++at) {
    const RawStep& raw = layout.steps[at];
    PlacedStep step{static_cast<int>(at), {}};
    if (raw.kind == RawStep::Kind::copy || raw.kind == RawStep::Kind::transfer) {
      step.copies.push_back(wholeCopy(layout, raw.in.front(), raw.out.front()));
    } else if (raw.kind == RawStep::Kind::movement) {
      const Movement& movement = *cover.regions[static_cast<size_t>(raw.region)].movement;
      if (movement.reshape && !views.settled(at, 0))
        step.copies.push_back(reshapeCopy(layout, raw.in.front(), raw.out.front()));
      for (size_t piece = 0; piece < movement.pieces.size(); ++piece)
        if (!views.settled(at, piece))
          step.copies.push_back(pieceCopy(layout, movement.pieces[piece],
                                          raw.in[static_cast<size_t>(movement.pieces[piece].input)],
                                          raw.out.front()));
      if (step.copies.empty()) continue;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

int rootOf(const Layout& layout, int storage) {
  while (layout.storages[static_cast<size_t>(storage)].parent >= 0)
    storage = layout.storages[static_cast<size_t>(storage)].parent;
  return storage;
}

int64_t offsetInRoot(const Layout& layout, int storage) {
  int64_t offset = 0;
  for (int at = storage; at >= 0; at = layout.storages[static_cast<size_t>(at)].parent)
    offset += layout.storages[static_cast<size_t>(at)].offset;
  return offset;
}

MemoryPlan planMemory(const Cover& cover, const Formats& formats, const Memories& memories, Layout& layout) {
  ViewPlanner views(cover, formats, layout);
  views.placeConcatInputs();
  views.aliasMovements();
  MemoryPlan plan;
  plan.inPlace = views.reuseDyingInputs();
  for (int memory = 0; memory < memories.count(); ++memory) {
    std::vector<Block> blocks = arenaBlocks(layout, memory);
    plan.arenaBytes.push_back(placeBlocks(blocks));
    for (const Block& block : blocks)
      layout.storages[static_cast<size_t>(block.root)].arenaOffset = block.offset;
  }
  plan.steps = placedSteps(cover, layout, views);
  return plan;
}

}  // namespace ridge
