// Plans to FlatBuffers and back. The reverse trusts only what the FlatBuffers verifier vouches for: sizes of
// vectors.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/engine_data.h"

namespace ridge::engine {

/// Where blob i lies in the section of weights.
struct BlobPlace {
  uint64_t offset = 0, bytes = 0;
};

std::vector<std::byte> encodeMetadata(const EngineData& data, std::span<const BlobPlace> places);

/// `weights` is the section; `owner` keeps it alive.
EngineData decodeMetadata(std::span<const std::byte> metadata, std::span<const std::byte> weights,
                          const std::shared_ptr<const void>& owner);

}  // namespace ridge::engine
