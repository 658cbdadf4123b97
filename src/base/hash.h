// Content keys: fast, not cryptographic (xxHash XXH3). The values are stored in files, so they never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace ridge {

struct Hash128 {
  uint64_t low = 0, high = 0;
  bool operator==(const Hash128&) const = default;
  auto operator<=>(const Hash128&) const = default;
};

Hash128 hash128(std::span<const std::byte> bytes);
uint64_t hash64(std::span<const std::byte> bytes);
uint64_t hash64(std::string_view text);

/// Order matters, unlike with xor.
uint64_t combineHashes(uint64_t seed, uint64_t next);

/// Hash of a sequence of pieces. Lengths are not part of it: add them where pieces could run into each other.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& add(std::span<const std::byte> bytes);
  Hasher& add(uint64_t number);
  Hasher& addText(std::string_view text);  ///< with its length

  Hash128 digest128() const;
  uint64_t digest64() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ridge
