// Random small networks answer alike before and after the passes: all together, each one left out, and up to
// every single patch.
#include <random>

#include "passes/lower.h"
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

// Grows a network of four-dimensional values by blocks that passes look for.
class RandomNetwork {
 public:
  explicit RandomNetwork(unsigned seed) : random_(seed) {
    values_.push_back({m_.input("x", {Dim::symbol("N"), 4, 6, 6}), 4, 6});
    const int blocks = 3 + pick(10);
    for (int at = 0; at < blocks; ++at) grow();
    m_.output("y", values_.back().id);
    if (pick(2) == 0) m_.output("also", any().id);
    head();
  }

  Graph finish() { return m_.finish(); }

 private:
  struct Image {
    ValueId id;
    int64_t channels, size;
  };

  int pick(int choices) { return static_cast<int>(random_() % static_cast<unsigned>(choices)); }
  std::string name(const std::string& stem) { return stem + std::to_string(next_++); }
  Image any() { return values_[static_cast<size_t>(pick(static_cast<int>(values_.size())))]; }
  // The newest one mostly, so that chains arise.
  Image recent() { return pick(4) == 0 ? any() : values_.back(); }

  void grow() {
    switch (pick(10)) {
      case 0:
        return conv(recent());
      case 1:
        return batchNorm(recent());
      case 2:
        return arithmetic(recent());
      case 3:
        return activation(recent());
      case 4:
        return pad(recent());
      case 5:
        return transposes(recent());
      case 6:
        return reshapes(recent());
      case 7:
        return concat();
      case 8:
        return nothing(recent());
      default:
        return pool(recent());
    }
  }

  void add(ValueId id, int64_t channels, int64_t size) { values_.push_back({id, channels, size}); }

  void conv(Image x) {
    const int64_t group = x.channels % 2 == 0 && pick(2) == 0 ? 2 : 1, out = 2 + 2 * pick(3);
    const int64_t pad = x.size < 3 ? 1 : pick(2);
    std::vector<ValueId> in{x.id, m_.weights(name("w"), {out, x.channels / group, 3, 3}, 0.5F)};
    if (pick(2) == 0) in.push_back(m_.weights(name("b"), {out}));
    add(m_.node(ops::conv, in, name("conv"), {{"group", group}, {"pads", Ints{pad, pad, pad, pad}}}), out,
        x.size + 2 * pad - 2);
  }

  void batchNorm(Image x) {
    const std::string bn = name("bn");
    const Floats variance(static_cast<size_t>(x.channels), 0.7F);
    add(m_.node(ops::batchNormalization,
                {x.id, m_.weights(bn + ".s", {x.channels}), m_.weights(bn + ".b", {x.channels}),
                 m_.weights(bn + ".m", {x.channels}), m_.floats(bn + ".v", {x.channels}, variance)},
                bn),
        x.channels, x.size);
  }

  void arithmetic(Image x) {
    const Op* op = std::array{&ops::add, &ops::sub, &ops::mul}[static_cast<size_t>(pick(3))];
    const Dims dims = pick(3) == 0 ? Dims{} : pick(3) == 0 ? Dims{x.size} : Dims{x.channels, 1, 1};
    const ValueId constant = m_.weights(name("c"), dims);
    const auto in = pick(2) == 0 ? std::vector{x.id, constant} : std::vector{constant, x.id};
    add(m_.node(*op, in, name("arithmetic")), x.channels, x.size);
  }

  void activation(Image x) {
    switch (pick(3)) {
      case 0:
        return add(m_.node(ops::relu, {x.id}, name("relu")), x.channels, x.size);
      case 1: {
        const ValueId gate = m_.node(ops::sigmoid, {x.id}, name("sigmoid"));
        return add(m_.node(ops::mul, {x.id, gate}, name("silu")), x.channels, x.size);
      }
      default: {
        const ValueId sum = m_.node(ops::add, {x.id, m_.scalar(name("three"), 3)}, name("sum"));
        const ValueId six = m_.scalar(name("six"), 6);
        const ValueId clip = m_.node(ops::clip, {sum, m_.scalar(name("zero"), 0), six}, name("clip"));
        const ValueId product = m_.node(ops::mul, {x.id, clip}, name("product"));
        return add(m_.node(ops::div, {product, six}, name("swish")), x.channels, x.size);
      }
    }
  }

  void pad(Image x) {
    const ValueId pads = m_.ints(name("pads"), {0, 0, 1, 1, 0, 0, 1, 1});
    add(m_.node(ops::pad, {x.id, pads}, name("pad")), x.channels, x.size + 2);
    if (pick(3) != 0) return pick(2) == 0 ? conv(values_.back()) : pool(values_.back());
  }

  void pool(Image x) {
    if (x.size < 2) return;
    const bool max = pick(2) == 0;
    const ValueId pooled = m_.node(max ? ops::maxPool : ops::averagePool, {x.id}, name("pool"),
                                   {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{0, 0, 1, 1}}});
    add(pooled, x.channels, x.size);
  }

  void transposes(Image x) {
    const ValueId a = m_.node(ops::transpose, {x.id}, name("nhwc"), {{"perm", Ints{0, 2, 3, 1}}});
    const ValueId b = pick(2) == 0 ? a : m_.node(ops::relu, {a}, name("relu"));
    add(m_.node(ops::transpose, {b}, name("nchw"), {{"perm", Ints{0, 3, 1, 2}}}), x.channels, x.size);
  }

  void reshapes(Image x) {
    const ValueId flat = m_.node(ops::flatten, {x.id}, name("flat"));
    const ValueId wide = m_.node(ops::unsqueeze, {flat, m_.ints(name("axes"), {1})}, name("wide"));
    const ValueId shape = m_.node(ops::shapeOf, {x.id}, name("shape"));
    add(m_.node(ops::reshape, {wide, shape}, name("back")), x.channels, x.size);
  }

  void concat() {
    const Image x = recent();
    std::vector<ValueId> parts;
    int64_t channels = 0;
    for (const Image& other : values_)
      if (other.size == x.size && channels < 12) {
        parts.push_back(other.id);
        channels += other.channels;
      }
    add(m_.node(ops::concat, parts, name("concat"), {{"axis", int64_t{1}}}), channels, x.size);
  }

  void nothing(Image x) {
    const ValueId same = m_.node(ops::identity, {x.id}, name("identity"));
    add(m_.node(ops::mul, {same, m_.scalar(name("one"), 1)}, name("once")), x.channels, x.size);
  }

  void head() {
    const Image x = values_.back();
    const ValueId mean = m_.node(ops::reduceMean, {x.id, m_.ints(name("axes"), {2, 3})}, name("mean"),
                                 {{"keepdims", int64_t{pick(2)}}});
    const ValueId flat = m_.node(ops::flatten, {mean}, name("head"));
    m_.output("z",
              m_.node(ops::gemm, {flat, m_.weights(name("w"), {3, x.channels}), m_.weights(name("b"), {3})},
                      name("gemm"), {{"transB", int64_t{1}}, {"alpha", 0.5F}}));
  }

  std::mt19937 random_;
  GraphMaker m_;
  std::vector<Image> values_;
  int next_ = 0;
};

const std::vector<BoundShape> kBound{{"x", {2, 4, 6, 6}}};

// Both lists, as a build runs them.
Graph optimized(const Graph& imported, const PassOptions& options, PassReport& report) {
  Graph graph = imported;
  runPasses(graph, portablePasses(), options, report);
  return lower(graph, kBound, options, report);
}

TEST(Equivalence, allPassesKeepTheAnswers) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const Graph imported = RandomNetwork(seed).finish();
    PassReport report;
    Graph portable = imported;
    runPasses(portable, portablePasses(), {}, report);
    EXPECT_EQ(problemOf(portable), "");
    expectSameAnswers(imported, portable, 1e-4);
    const Graph lowered = lower(portable, kBound, {}, report);
    EXPECT_EQ(problemOf(lowered), "");
    expectSameAnswers(imported, lowered, 1e-4);
    if (HasFatalFailure() || HasNonfatalFailure()) {
      for (const auto& patch : report.patches)
        std::cerr << patch.pass << " " << patch.nodes.front() << ": " << patch.sentence << "\n";
      FAIL() << dump(imported);
    }
  }
}

TEST(Equivalence, eachPassCanBeLeftOut) {
  std::vector<std::string> names;
  for (const auto list : {portablePasses(), lowerPasses()})
    for (const Pass& pass : list)
      if (!pass.required) names.emplace_back(pass.name);
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Graph imported = RandomNetwork(seed).finish();
    for (const std::string& off : names) {
      SCOPED_TRACE(off);
      PassReport report;
      expectSameAnswers(imported, optimized(imported, {.disabled = {off}}, report), 1e-4);
      for (const auto& patch : report.patches) EXPECT_NE(patch.pass, off);
    }
  }
}

TEST(Equivalence, everyPrefixOfThePatchesKeepsTheAnswers) {
  const Graph imported = RandomNetwork(3).finish();
  PassReport all;
  optimized(imported, {}, all);
  const auto total = static_cast<int64_t>(all.patches.size());
  ASSERT_GT(total, 10);
  for (int64_t limit = 0; limit <= total; ++limit) {
    SCOPED_TRACE(limit);
    PassReport report;
    expectSameAnswers(imported, optimized(imported, {.stopAfterPatches = limit}, report), 1e-4);
    ASSERT_EQ(static_cast<int64_t>(report.patches.size()), limit);
    for (size_t at = 0; at < report.patches.size(); ++at)
      EXPECT_EQ(report.patches[at].nodes, all.patches[at].nodes) << "a prefix is the same patches";
  }
}

TEST(Equivalence, sameGraphSameResult) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Graph imported = RandomNetwork(seed).finish();
    PassReport first, second;
    EXPECT_EQ(dump(optimized(imported, {}, first)), dump(optimized(imported, {}, second)));
  }
}

TEST(Equivalence, runningTheListAgainChangesNothing) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    PassReport report;
    Graph graph = RandomNetwork(seed).finish();
    runPasses(graph, portablePasses(), {}, report);
    const size_t patches = report.patches.size();
    runPasses(graph, portablePasses(), {}, report);
    EXPECT_EQ(report.patches.size(), patches) << report.patches.back().pass << "\n" << dump(graph);
  }
}

}  // namespace
}  // namespace ridge::test
