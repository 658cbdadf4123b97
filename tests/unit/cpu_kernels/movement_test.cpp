// Pooling, reductions, softmax and copies against the definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "cpu/kernels/copy/copy.h"
#include "cpu/kernels/pool/pool.h"
#include "cpu/kernels/reduce/reduce.h"
#include "cpu/kernels/softmax/softmax.h"
#include "ir/tensor.h"
#include "reference.h"

namespace ridge::cpu {
namespace {

PoolShape pool2d(int64_t channels, int64_t hw, int64_t out, int64_t k, int64_t s, int64_t p, int64_t d,
                 bool count) {
  PoolShape shape;
  shape.batch = 2, shape.channels = channels;
  shape.in = {1, hw, hw}, shape.out = {1, out, out}, shape.kernel = {1, k, k}, shape.stride = {1, s, s};
  shape.dilation = {1, d, d}, shape.padBegin = shape.padEnd = {0, p, p};
  shape.countPadding = count;
  return shape;
}

std::vector<PoolShape> poolShapes() {
  PoolShape deep = pool2d(6, 5, 4, 2, 1, 0, 1, false);
  deep.in[0] = 4, deep.out[0] = 2, deep.kernel[0] = 3, deep.stride[0] = 2, deep.padBegin[0] = 1;
  return {pool2d(70, 12, 6, 3, 2, 1, 1, false), pool2d(20, 9, 9, 3, 1, 1, 1, true),
          pool2d(5, 7, 4, 2, 2, 0, 1, true),    pool2d(17, 11, 7, 3, 1, 0, 2, false),
          pool2d(3, 40, 38, 3, 1, 0, 1, false), deep};
}

double pooled(const PoolShape& s, PoolKind kind, const std::vector<float>& in,
              const ActivationStrides& strides, int64_t n, int64_t c, const std::array<int64_t, 3>& out) {
  double sum = 0, best = -std::numeric_limits<double>::infinity();
  int64_t counted = 0;
  forEachElement(1, 1, s.kernel, [&](int64_t, int64_t, int64_t kd, int64_t kh, int64_t kw) {
    const std::array<int64_t, 3> k{kd, kh, kw};
    std::array<int64_t, 3> i;
    bool inside = true, padded = true;
    for (size_t axis = 0; axis < 3; ++axis) {
      i[axis] = out[axis] * s.stride[axis] - s.padBegin[axis] + k[axis] * s.dilation[axis];
      inside = inside && i[axis] >= 0 && i[axis] < s.in[axis];
      padded = padded && i[axis] < s.in[axis] + s.padEnd[axis];
    }
    counted += s.countPadding ? padded : inside;
    if (!inside) return;
    const auto x = static_cast<double>(in[at(strides, n, c, i[0], i[1], i[2])]);
    sum += x, best = std::max(best, x);
  });
  if (kind == PoolKind::max) return best;
  return counted == 0 ? 0.0 : sum / static_cast<double>(counted);
}

TEST(Pool, EqualsTheDefinitionInBothOrders) {
  for (const Isa isa : isasHere())
    for (const PoolShape& s : poolShapes())
      for (const bool plain : {false, true})
        for (const PoolKind kind : {PoolKind::max, PoolKind::average}) {
          const auto strides = [&](const std::array<int64_t, 3>& extent) {
            return plain ? ActivationStrides::plain(s.channels, extent)
                         : ActivationStrides::channelsLast(s.channels, extent);
          };
          const ActivationStrides inStrides = strides(s.in), outStrides = strides(s.out);
          const std::vector<float> in = randomFloats(s.batch * s.channels * extentOf(s.in), 1);
          std::vector<float> out(static_cast<size_t>(s.batch * s.channels * extentOf(s.out)), 7.0f);
          std::vector<double> want(out.size());
          const Pool pool(kind, s, inStrides, outStrides, isa);
          std::vector<std::byte> storage;
          auto* workspace = reinterpret_cast<std::byte*>(align64(storage, pool.workspace(3)));
          for (int part = 0; part < 3; ++part) pool.run(in.data(), out.data(), workspace, part, 3);
          forEachElement(
              s.batch, s.channels, s.out, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                want[at(outStrides, n, c, d, h, w)] = pooled(s, kind, in, inStrides, n, c, {d, h, w});
              });
          EXPECT_EQ(difference(plain ? "plain" : "channels last", out, want, 1e-6), "") << name(isa);
        }
}

struct Layout {
  Dims dims, strides;
};
std::vector<Layout> layouts() {
  return {{{2, 33, 6, 7}, {33 * 42, 42, 7, 1}},    // plain
          {{2, 33, 6, 7}, {33 * 42, 1, 231, 33}},  // channels last
          {{3, 500}, {500, 1}},
          {{4, 5, 6}, {90, 18, 3}}};  // no dense axis
}
int64_t room(const Layout& layout) {
  int64_t last = 0;
  for (size_t i = 0; i < layout.dims.size(); ++i) last += (layout.dims[i] - 1) * layout.strides[i];
  return last + 1;
}
/// Calls visit(index) for every index.
template <class Visit>
void forEachIndex(const Dims& dims, Visit visit) {
  int64_t count = 1;
  for (const int64_t n : dims) count *= n;
  Dims index(dims.size());
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    for (size_t axis = dims.size(); axis-- > 0; rest /= dims[axis]) index[axis] = rest % dims[axis];
    visit(index);
  }
}
size_t dot(const Dims& index, const Dims& strides) {
  int64_t sum = 0;
  for (size_t i = 0; i < index.size(); ++i) sum += index[i] * strides[i];
  return static_cast<size_t>(sum);
}

void expectReduced(const Layout& layout, unsigned mask, ReduceKind kind, Isa isa) {
  const size_t rank = layout.dims.size();
  Dims outDims = layout.dims;
  bool reduced[8] = {};
  double count = 1;
  for (size_t i = 0; i < rank; ++i)
    if ((reduced[i] = mask >> i & 1)) count *= static_cast<double>(layout.dims[i]), outDims[i] = 1;
  Dims outStrides = rowMajorStrides(outDims);
  const std::vector<float> in = randomFloats(room(layout), 1, 0.5f, 1.0f);
  int64_t outCount = 1;
  for (const int64_t n : outDims) outCount *= n;
  const bool sums = kind == ReduceKind::sum || kind == ReduceKind::mean;
  std::vector<float> out(static_cast<size_t>(outCount), 7.0f);
  std::vector<double> want(out.size(), sums ? 0.0 : kind == ReduceKind::max ? -1.0 : 2.0);
  for (size_t i = 0; i < rank; ++i)
    if (reduced[i]) outStrides[i] = 0;
  forEachIndex(layout.dims, [&](const Dims& index) {
    const auto x = static_cast<double>(in[dot(index, layout.strides)]);
    double& to = want[dot(index, outStrides)];
    to = sums ? to + x : kind == ReduceKind::max ? std::max(to, x) : std::min(to, x);
  });
  for (double& x : want)
    if (kind == ReduceKind::mean) x /= count;
  const Reduce reduce(kind, layout.dims, std::span(reduced, rank), layout.strides, outStrides, isa);
  std::vector<std::byte> storage;
  auto* workspace = reinterpret_cast<std::byte*>(align64(storage, reduce.workspace(2)));
  for (int part = 0; part < 2; ++part) reduce.run(in.data(), out.data(), workspace, part, 2);
  EXPECT_EQ(difference("reduce", out, want, 3e-7 * (kind == ReduceKind::sum ? count : 1.0)), "")
      << name(isa) << " mask " << mask << " rank " << rank << " kind " << static_cast<int>(kind);
}

TEST(Reduce, EqualsTheDefinitionForAnyAxes) {
  for (const Isa isa : isasHere())
    for (const Layout& layout : layouts())
      for (unsigned mask = 0; mask < 1u << layout.dims.size(); ++mask)
        for (const ReduceKind kind : {ReduceKind::sum, ReduceKind::mean, ReduceKind::max, ReduceKind::min})
          expectReduced(layout, mask, kind, isa);
}

TEST(Reduce, InfiniteSumsStayInfinite) {
  const std::vector<float> in(64, std::numeric_limits<float>::infinity());
  for (const bool across : {false, true}) {
    const Dims dims{8, 8}, strides{8, 1}, outStrides{across ? 0 : 1, across ? 1 : 0};
    const bool reduced[] = {across, !across};
    std::vector<float> out(8);
    const Reduce reduce(ReduceKind::mean, dims, reduced, strides, outStrides);
    std::vector<std::byte> storage;
    reduce.run(in.data(), out.data(), reinterpret_cast<std::byte*>(align64(storage, reduce.workspace(1))), 0,
               1);
    for (const float x : out) EXPECT_EQ(x, std::numeric_limits<float>::infinity());
  }
}

TEST(Softmax, EqualsTheDefinitionAlongAnyAxis) {
  for (const Isa isa : isasHere())
    for (const Layout& layout : layouts())
      for (size_t axis = 0; axis < layout.dims.size(); ++axis) {
        std::vector<float> in = randomFloats(room(layout), 1, -30.0f, 30.0f), out = in;
        std::vector<double> want(in.begin(), in.end());
        forEachIndex(layout.dims, [&](const Dims& index) {
          double best = -1e30, sum = 0;
          Dims i = index;
          for (i[axis] = 0; i[axis] < layout.dims[axis]; ++i[axis])
            best = std::max(best, static_cast<double>(in[dot(i, layout.strides)]));
          for (i[axis] = 0; i[axis] < layout.dims[axis]; ++i[axis])
            sum += std::exp(static_cast<double>(in[dot(i, layout.strides)]) - best);
          const size_t to = dot(index, layout.strides);
          want[to] = std::exp(static_cast<double>(in[to]) - best) / sum;
        });
        const Softmax softmax(layout.dims, axis, layout.strides, layout.strides, isa);
        for (int part = 0; part < 3; ++part) softmax.run(in.data(), out.data(), part, 3);
        EXPECT_EQ(difference("softmax", out, want, 4e-7), "") << name(isa) << " axis " << axis;
      }
}

template <class T>
void expectCopied(const Dims& dims, const Dims& inStrides, const Dims& outStrides, int parts) {
  std::vector<T> in(60000), out(60000, T{1}), want = out;
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<T>(i * 2654435761u);
  forEachIndex(dims, [&](const Dims& index) { want[dot(index, outStrides)] = in[dot(index, inStrides)]; });
  const StridedCopy copy(dims, inStrides, outStrides, sizeof(T));
  for (int part = 0; part < parts; ++part) copy.run(in.data(), out.data(), part, parts);
  EXPECT_TRUE(out == want) << sizeof(T) << " bytes, " << dims.size() << " axes";
}

TEST(StridedCopy, MovesEveryElementOnceForAnyStrides) {
  struct Case {
    Dims dims, in, out;
  };
  const std::vector<Case> cases{
      {{2, 33, 10, 11}, {3630, 110, 11, 1}, {3630, 1, 363, 33}},  // plain to channels last
      {{2, 33, 10, 11}, {3630, 1, 363, 33}, {3630, 110, 11, 1}},  // and back
      {{2, 3, 50, 51}, {7650, 2550, 51, 1}, {7650, 1, 153, 3}},   // few channels
      {{2, 30, 40}, {1200, 40, 1}, {2600, 65, 1}},                // into a larger array
      {{5, 6, 7, 3}, {3, 15, 90, 1}, {126, 21, 3, 1}},            // permuted
      {{40, 50}, {0, 0}, {50, 1}},                                // filled
      {{40, 50}, {0, 1}, {50, 1}},                                // repeated
      {{7, 9}, {1, 7}, {1, 7}},
      {{}, {}, {}},
      {{1, 5000}, {5000, 1}, {5000, 1}}};
  for (const Case& test : cases)
    for (const int parts : {1, 3}) {
      expectCopied<uint8_t>(test.dims, test.in, test.out, parts);
      expectCopied<uint16_t>(test.dims, test.in, test.out, parts);
      expectCopied<uint32_t>(test.dims, test.in, test.out, parts);
      expectCopied<uint64_t>(test.dims, test.in, test.out, parts);
    }
}

}  // namespace
}  // namespace ridge::cpu
