// Engine files: writing, and reading without believing.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/engine_data.h"

namespace ridge {

/// The bytes do begin like an engine file.
bool looksLikeEngine(std::span<const std::byte> start);

/// Whole or not at all (base/atomic_file.h). The same data gives the same bytes.
void writeEngine(const EngineData& data, const std::string& path);

/// Maps the file; constants are slices of the map. Header, metadata and weights are checked against their
/// checksums, the portable graph when it is first needed (`portableOf`), and every plan is validated
/// (validate.h). Throws Error{input} with one line for anything that is wrong.
class EngineFile {
 public:
  static EngineFile open(const std::string& path);

  const EngineData& data() const { return data_; }  ///< `portable` is not filled in
  bool hasPortable() const { return !portable_.empty(); }
  /// The portable graph's bytes, a slice of the map, checked now.
  Tensor portable() const;

 private:
  EngineFile() = default;
  void checkChunks(uint64_t begin, uint64_t end) const;

  std::string path_;
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_, portable_;
  std::span<const std::byte> checksums_;
  EngineData data_;
};

}  // namespace ridge
