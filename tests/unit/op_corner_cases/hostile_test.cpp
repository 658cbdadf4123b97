// Bombs and nonsense: inference allocates nothing large, nothing crashes, every op meets every kind of input.
#include <limits>
#include <random>

#include "ops/list.h"
#include "support/graph_maker.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(Hostile, BombsAreErrorsOfInference) {
  const Tensor x = f32({1, 2, 3});
  EXPECT_THROW(run(ops::tile, {x, i64({kMax})}), Error);
  EXPECT_THROW(run(ops::tile, {x, i64({int64_t{1} << 40})}), Error);
  EXPECT_THROW(run(ops::expand, {x, i64({int64_t{1} << 40, 3})}), Error);
  EXPECT_THROW(run(ops::constantOfShape, {i64({kMax, kMax})}), Error);
  EXPECT_THROW(run(ops::constantOfShape, {i64({-1})}), Error);
  EXPECT_THROW(
      run(ops::rangeOf, {Tensor::scalar(-kMax - 1), Tensor::scalar(kMax), Tensor::scalar(int64_t{1})}),
      Error);
  EXPECT_THROW(run(ops::rangeOf, {Tensor::scalar(0.0f), Tensor::scalar(3e38f), Tensor::scalar(1e-38f)}),
               Error);
  EXPECT_THROW(run(ops::pad, {x, i64({int64_t{1} << 45, 0})}), Error);
  EXPECT_THROW(run(ops::depthToSpace, {iota({1, 4, 1, 1})}, {{"blocksize", kMax}}), Error);
  EXPECT_THROW(run(ops::reshape, {x, i64({kMax, kMax})}), Error);
  EXPECT_THROW(run(ops::reshape, {x, i64(std::vector<int64_t>(40, 1))}), Error);
  EXPECT_THROW(run(ops::cast, {x}, {{"to", kMax}}), Error);
  EXPECT_THROW(run(ops::cast, {x}, {{"to", static_cast<int64_t>(DType::string)}}), Error);
}

// Concatenating a vector with itself 60 times would have 2^60 known contents.
TEST(Hostile, ContentsDoNotExplode) {
  GraphMaker g;
  ValueId v = g.ints("v", {1});
  for (int step = 0; step < 50; ++step)
    v = g.node(ops::concat, {v, v}, std::string(static_cast<size_t>(step) + 2, 'v'), {{"axis", int64_t{0}}});
  const Graph graph = g.finish();
  EXPECT_EQ(graph.value(v).shape.count(), int64_t{1} << 50);
  EXPECT_FALSE(graph.value(v).contents);
}

Tensor randomTensor(std::mt19937& random) {
  constexpr DType kTypes[] = {DType::f32,     DType::i64,    DType::i32,    DType::u8,
                              DType::boolean, DType::f16,    DType::i4,     DType::bf16,
                              DType::u64,     DType::f8e5m2, DType::f4e2m1, DType::complex64};
  const auto pick = [&](int64_t most) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(most));
  };
  const DType type = pick(3) ? kTypes[pick(2)] : kTypes[pick(12)];
  Dims dims(static_cast<size_t>(pick(5)));
  for (int64_t& dim : dims) dim = pick(4);
  Tensor tensor = Tensor::allocate(type, dims);
  if (type == DType::i64) {
    for (int64_t& value : tensor.mutableAs<int64_t>())
      value = pick(20) ? pick(7) - 3 : (pick(2) ? kMax : -kMax - 1);
  } else {
    for (std::byte& byte : tensor.mutableBytes()) byte = static_cast<std::byte>(random());
  }
  return tensor;
}

AttributeMap randomAttributes(std::mt19937& random) {
  AttributeMap map;
  const int64_t values[] = {-2, -1, 0, 1, 2, 3, 7, kMax, -kMax - 1};
  for (const char* name : {"axis", "blocksize", "to", "block_size", "output_dtype", "start", "end",
                           "num_outputs", "batch_dims", "k", "dtype", "output_datatype", "sample_size"})
    map.set(name, values[random() % 9]);
  for (const char* name : {"fmod", "allowzero", "sorted", "exclusive", "reverse", "center_point_box"})
    map.set(name, values[random() % 2 + 2]);
  return map;
}

// Any op on any inputs gives a result or an Error.
TEST(Hostile, AnyInputGivesAResultOrAnError) {
  std::mt19937 random(7);
  int results = 0;
  for (const Op* op : allOps()) {
    if (!op->bodies.empty()) continue;  // import gives these their bodies
    for (int round = 0; round < 250; ++round) {
      const AttributeMap map = randomAttributes(random);
      AttributeReader reader(map);
      std::vector<Tensor> inputs;
      const auto count = random() % 5 + 1;
      const Tensor first = randomTensor(random);
      for (uint64_t at = 0; at < count; ++at)
        inputs.push_back(at == 0 || random() % 3 == 0 ? first : randomTensor(random));
      if (random() % 4 == 0) inputs.back() = Tensor();
      try {
        Node node{.op = op, .attrs = nullptr, .in = {}, .out = {0}, .name = "n", .origins = {}};
        for (const Tensor& input : inputs) node.in.push_back(input.type() == DType::undefined ? kNoValue : 0);
        if (op->attributes) node.attrs = op->attributes(reader);
        if (random() % 3 == 0) node.out = {0, 1};
        evaluateNode(node, inputs);
        ++results;
      } catch (const Error& error) {
        EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
      }
    }
  }
  EXPECT_GT(results, 1000);  // not everything is refused
}

}  // namespace
}  // namespace ridge::test
