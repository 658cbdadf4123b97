#include "base/hash.h"

#include <xxhash.h>

#include <new>

namespace ridge {

struct Hasher::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (!xxh) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hash128 hash128(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

uint64_t hash64(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

uint64_t hash64(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

uint64_t combineHashes(uint64_t seed, uint64_t next) {
  const uint64_t pair[2] = {seed, next};
  return XXH3_64bits(pair, sizeof(pair));
}

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add(uint64_t number) {
  return add(std::as_bytes(std::span(&number, 1)));
}

Hasher& Hasher::addText(std::string_view text) {
  add(text.size());
  return add(std::as_bytes(std::span(text.data(), text.size())));
}

Hash128 Hasher::digest128() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh);
  return {hash.low64, hash.high64};
}

uint64_t Hasher::digest64() const {
  const Hash128 hash = digest128();
  return combineHashes(hash.low, hash.high);
}

}  // namespace ridge
