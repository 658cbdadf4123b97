// Random numbers for the Random* ops: Philox 4x32-10 keyed by op, seed and element, so that the truth and
// every plan draw the same ones.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {

/// Philox 4x32-10 (Salmon et al., 2011): four random words for a counter under a key.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// Of a node: its op and its seed, which the importer gives to nodes that have none. Nodes have no other
/// identity that a stored plan keeps.
uint64_t randomKey(const Node& node, const std::optional<float>& seed);

/// A seed for a node that has none, out of its name; exact in float.
float seedFromName(std::string_view name);

/// Two independent numbers in [0, 1) for an element.
struct Uniforms {
  double first, second;
};
Uniforms uniformsAt(uint64_t key, int64_t element);

/// Normally distributed with mean 0 and deviation 1.
double standardNormal(const Uniforms& u);

inline constexpr Traits kRandom{.foldable = false, .deterministic = false};

/// output 0 = fn(Uniforms), element by element.
template <class Fn>
void fillRandom(const KernelContext& k, uint64_t key, Fn fn) {
  constexpr int64_t kBlock = 512;
  const TensorView& out = k.output(0);
  numberClassOf(out.type);
  parallelRanges(out.count(), kBlock, [&](int64_t begin, int64_t end) {
    std::array<double, kBlock> block;
    for (int64_t at = begin; at < end; at += kBlock) {
      const int64_t count = std::min(kBlock, end - at);
      for (int64_t i = 0; i < count; ++i) block[static_cast<size_t>(i)] = fn(uniformsAt(key, at + i));
      storeNumbers(out, at, count, block.data());
    }
  });
}

/// How RandomNormal, RandomUniform and their Like forms say what they draw; absent dtype: float32, or the
/// input's.
struct NormalAttributes {
  std::optional<int64_t> dtype;
  float mean = 0.0f;
  float scale = 1.0f;
  std::optional<float> seed;

  template <class Self, class V>
  static void visitFields(Self& self, V& v) {
    v("dtype", self.dtype);
    v("mean", self.mean);
    v("scale", self.scale);
    v("seed", self.seed);
  }
  double draw(const Uniforms& u) const {
    return static_cast<double>(mean) + static_cast<double>(scale) * standardNormal(u);
  }
};

struct UniformAttributes {
  std::optional<int64_t> dtype;
  float high = 1.0f;
  float low = 0.0f;
  std::optional<float> seed;

  template <class Self, class V>
  static void visitFields(Self& self, V& v) {
    v("dtype", self.dtype);
    v("high", self.high);
    v("low", self.low);
    v("seed", self.seed);
  }
  double draw(const Uniforms& u) const {
    return static_cast<double>(low) + (static_cast<double>(high) - static_cast<double>(low)) * u.first;
  }
};

/// RandomNormal or RandomUniform: the shape is an attribute.
template <class Distribution>
struct ShapedRandom : AttributesOf<ShapedRandom<Distribution>>, Distribution {
  std::vector<int64_t> shape;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    Distribution::visitFields(self, v);
    v.required("shape", self.shape);
  }
};

/// RandomNormalLike or RandomUniformLike: the shape is the input's.
template <class Distribution>
struct RandomLike : AttributesOf<RandomLike<Distribution>>, Distribution {
  template <class Self, class V>
  static void visit(Self& self, V& v) {
    Distribution::visitFields(self, v);
  }
};

void inferShapedRandom(InferContext& c, const std::optional<int64_t>& dtype,
                       const std::vector<int64_t>& shape);
void inferRandomLike(InferContext& c, const std::optional<int64_t>& dtype);

/// 22 when the drawn type or the input's is bf16, else `base`.
int sinceOfRandom(const Node& node, const Graph& graph, const std::optional<int64_t>& dtype, int base);

template <class Attributes>
void randomKernel(KernelContext& k) {
  const auto& attrs = k.attrs<Attributes>();
  fillRandom(k, randomKey(k.node(), attrs.seed), [&](const Uniforms& u) { return attrs.draw(u); });
}

template <class Distribution>
constexpr Op shapedRandom(std::string_view name) {
  using Attributes = ShapedRandom<Distribution>;
  return {.name = name,
          .sinceFor =
              [](const Node& node, const Graph& graph) {
                return sinceOfRandom(node, graph, node.as<Attributes>().dtype, 1);
              },
          .minInputs = 0,
          .maxInputs = 0,
          .attributes = Attributes::read,
          .infer =
              [](InferContext& c) {
                inferShapedRandom(c, c.attrs<Attributes>().dtype, c.attrs<Attributes>().shape);
              },
          .reference = randomKernel<Attributes>,
          .traits = kRandom};
}

template <class Distribution>
constexpr Op randomLike(std::string_view name) {
  using Attributes = RandomLike<Distribution>;
  return {.name = name,
          .sinceFor =
              [](const Node& node, const Graph& graph) {
                return sinceOfRandom(node, graph, node.as<Attributes>().dtype, 1);
              },
          .attributes = Attributes::read,
          .infer = [](InferContext& c) { inferRandomLike(c, c.attrs<Attributes>().dtype); },
          .reference = randomKernel<Attributes>,
          .traits = kRandom};
}

}  // namespace ridge::ops
