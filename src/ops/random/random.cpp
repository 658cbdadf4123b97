#include "ops/random/random.h"

#include <bit>

#include "base/hash.h"

namespace ridge::ops {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int turn = 0; turn < kRounds; ++turn) {
    const uint64_t product0 = kMultiplier0 * counter[0], product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

uint64_t randomKey(const Node& node, const std::optional<float>& seed) {
  return combineHashes(hash64(node.op->name), std::bit_cast<uint32_t>(seed.value_or(0.0f)));
}

float seedFromName(std::string_view name) {
  return static_cast<float>(hash64(name) & 0xFFFFFF);
}

Uniforms uniformsAt(uint64_t key, int64_t element) {
  const auto low = [](uint64_t x) { return static_cast<uint32_t>(x); };
  const auto high = [](uint64_t x) { return static_cast<uint32_t>(x >> 32); };
  const auto counter = static_cast<uint64_t>(element);
  const auto words = philox({low(counter), high(counter), 0, 0}, {low(key), high(key)});
  const auto unit = [](uint64_t upper, uint64_t lower) {
    return static_cast<double>((upper << 32 | lower) >> 11) * 0x1p-53;
  };
  return {unit(words[0], words[1]), unit(words[2], words[3])};
}

double standardNormal(const Uniforms& u) {
  return std::sqrt(-2.0 * std::log(1.0 - u.first)) * std::cos(2.0 * std::numbers::pi * u.second);
}

namespace {

DType drawnType(const InferContext& c, const std::optional<int64_t>& dtype, DType otherwise) {
  const DType type = dtype ? typeOfNumber(c, *dtype) : otherwise;
  if (type != DType::undefined && !isFloat(type))
    c.fail("elements of type " + std::string(name(type)) + " cannot be drawn, floating-point ones can");
  return type;
}

}  // namespace

void inferShapedRandom(InferContext& c, const std::optional<int64_t>& dtype,
                       const std::vector<int64_t>& shape) {
  c.output(0, drawnType(c, dtype, DType::f32), Shape::of(shape));
}

void inferRandomLike(InferContext& c, const std::optional<int64_t>& dtype) {
  c.output(0, drawnType(c, dtype, c.type(0)), c.shape(0));
}

int sinceOfRandom(const Node& node, const Graph& graph, const std::optional<int64_t>& dtype, int base) {
  const SinceTable table{.base = base, .bf16 = 22};
  const DType drawn = dtype ? static_cast<DType>(*dtype) : DType::f32;
  return std::max(sinceOfType(table, drawn), sinceOfType(table, inputType(node, graph, 0)));
}

}  // namespace ridge::ops
