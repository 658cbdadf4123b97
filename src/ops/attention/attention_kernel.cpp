#include "ops/attention/attention_kernel.h"

#include <cmath>
#include <limits>

#include "ops/attention/attention.h"
#include "ops/cost_support.h"
#include "ops/reference_support.h"

namespace ridge {
namespace {

constexpr int64_t kRows = 8;    // queries of one head that are computed together
constexpr int64_t kSlots = 64;  // pieces of scratch; each is used by one thread at a time
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Doubles of one piece: queries, scores, biases and sums of kRows queries, and one key or value.
int64_t slotSize(const AttentionShape& s) {
  int64_t perRow = 0, all = 0;
  const bool fits = !__builtin_mul_overflow(s.keys(), int64_t{2}, &perRow) &&
                    !__builtin_add_overflow(perRow, s.head + s.valueHead, &perRow) &&
                    !__builtin_mul_overflow(perRow, kRows, &all) &&
                    !__builtin_add_overflow(all, std::max(s.head, s.valueHead), &all);
  if (!fits) failInput("this attention is too large for any memory");
  return all;
}

int64_t taskCount(const AttentionShape& s) {
  const int64_t tasks = saturatingProduct(saturatingProduct(s.batch, s.queryHeads),
                                          s.queries / kRows + (s.queries % kRows != 0));
  if (tasks > int64_t{1} << 50) failInput("this attention is too large for any machine");
  return tasks;
}

// Where the elements of a head of one of Q, K, V, Y are.
struct HeadPlace {
  int64_t heads, length, head;
  bool flat;
  int64_t at(int64_t batch, int64_t which, int64_t position) const {
    return flat ? ((batch * length + position) * heads + which) * head
                : ((batch * heads + which) * length + position) * head;
  }
};

class Attention {
 public:
  explicit Attention(const KernelContext& k)
      : k_(k),
        attrs_(k.attrs<AttentionAttributes>()),
        s_(attrs_, k.input(0).dims, k.input(1).dims, k.input(2).dims,
           k.has(4) ? k.input(4).dims : std::span<const int64_t>()),
        q_{s_.queryHeads, s_.queries, s_.head, s_.flat},
        y_{s_.queryHeads, s_.queries, s_.valueHead, s_.flat},
        scale_(attrs_.scale ? static_cast<double>(*attrs_.scale)
                            : 1.0 / std::sqrt(static_cast<double>(s_.head))) {
    maskStrides();
  }

  void run() {
    for (size_t at = 0; at < k_.inputCount(); ++at)
      if (k_.has(at)) numberClassOf(k_.input(at).type);
    copyPresent(1, 4, s_.head);
    copyPresent(2, 5, s_.valueHead);
    const int64_t tasks = taskCount(s_), slots = std::min(tasks, kSlots), size = slotSize(s_);
    auto* scratch = reinterpret_cast<double*>(k_.scratch().data());
    parallelRanges(slots, 1, [&](int64_t begin, int64_t end) {
      for (int64_t slot = begin; slot < end; ++slot)
        for (int64_t task = tasks * slot / slots; task < tasks * (slot + 1) / slots; ++task)
          rows(task, scratch + slot * size);
    });
  }

 private:
  struct Work {
    int64_t batch, head, first, count;             // queries first, ... of a query head
    double *queries, *scores, *bias, *sums, *row;  // [element][kRows], [key][kRows] twice, [element][kRows]
  };

  void maskStrides() {
    if (!k_.has(3)) return;
    const auto dims = k_.input(3).dims;
    int64_t stride = 1;
    for (size_t back = 1; back <= dims.size(); ++back) {
      const int64_t extent = dims[dims.size() - back];
      maskStride_[4 - back] = extent == 1 && back > 1 ? 0 : stride;
      stride *= extent;
    }
    maskKeys_ = dims.back();
  }

  // Key or value `position` of a key head: those of the past come first.
  void load(size_t input, size_t past, int64_t size, int64_t batch, int64_t head, int64_t position,
            double* out) const {
    if (position < s_.pastKeys) {
      loadNumbers(k_.input(past), ((batch * s_.keyHeads + head) * s_.pastKeys + position) * size, 1, size,
                  out);
    } else {
      const HeadPlace place{s_.keyHeads, s_.newKeys, size, s_.flat};
      loadNumbers(k_.input(input), place.at(batch, head, position - s_.pastKeys), 1, size, out);
    }
  }

  void copyPresent(size_t input, size_t past, int64_t size) const {
    if (!k_.wants(input)) return;  // present_key is output 1, of input 1
    auto* row = reinterpret_cast<double*>(k_.scratch().data());
    for (int64_t at = 0; at < s_.batch * s_.keyHeads * s_.keys(); ++at) {
      const int64_t head = at / s_.keys();
      load(input, past, size, head / s_.keyHeads, head % s_.keyHeads, at % s_.keys(), row);
      storeNumbers(k_.output(input), at * size, size, row);
    }
  }

  void rows(int64_t task, double* scratch) const {
    const int64_t blocks = (s_.queries + kRows - 1) / kRows;
    const int64_t first = task % blocks * kRows, head = task / blocks;
    Work w{head / s_.queryHeads,
           head % s_.queryHeads,
           first,
           std::min(kRows, s_.queries - first),
           scratch,
           nullptr,
           nullptr,
           nullptr,
           nullptr};
    w.scores = w.queries + s_.head * kRows;
    w.bias = w.scores + s_.keys() * kRows;
    w.sums = w.bias + s_.keys() * kRows;
    w.row = w.sums + s_.valueHead * kRows;
    multiplyKeys(w);
    expose(w, 0);
    if (attrs_.softcap > 0) {
      const auto cap = static_cast<double>(attrs_.softcap);
      for (int64_t at = 0; at < s_.keys() * kRows; ++at) w.scores[at] = cap * std::tanh(w.scores[at] / cap);
    }
    expose(w, 1);
    for (int64_t row = 0; row < w.count; ++row) addBias(w, row);
    expose(w, 2);
    for (int64_t row = 0; row < w.count; ++row) softmax(w, row);
    expose(w, 3);
    multiplyValues(w);
  }

  void multiplyKeys(const Work& w) const {
    std::fill_n(w.queries, s_.head * kRows, 0.0);
    for (int64_t row = 0; row < w.count; ++row) {
      loadNumbers(k_.input(0), q_.at(w.batch, w.head, w.first + row), 1, s_.head, w.row);
      for (int64_t at = 0; at < s_.head; ++at) w.queries[at * kRows + row] = w.row[at];
    }
    for (int64_t key = 0; key < s_.keys(); ++key) {
      load(1, 4, s_.head, w.batch, keyHead(w.head), key, w.row);
      double sums[kRows] = {};
      for (int64_t at = 0; at < s_.head; ++at)
        for (int64_t row = 0; row < kRows; ++row) sums[row] += w.queries[at * kRows + row] * w.row[at];
      for (int64_t row = 0; row < kRows; ++row) w.scores[key * kRows + row] = sums[row] * scale_;
    }
  }

  // Keys [0, count) of a query that neither causality nor padding nor window hide.
  struct Visible {
    int64_t first, last;  // inclusive
  };
  Visible visible(int64_t batch, int64_t query) const {
    const int64_t valid = k_.has(6) ? loadNumber<int64_t>(k_.input(6), batch) : s_.keys();
    // Position of the query among the keys; not before -queries, whatever the contents say.
    const int64_t place =
        query + (k_.has(6) ? std::clamp<int64_t>(valid, 0, s_.keys()) - s_.queries : s_.pastKeys);
    Visible keys{0, std::min(valid, s_.keys()) - 1};
    if (attrs_.causal) keys.last = std::min(keys.last, place);
    if (attrs_.rightWindow >= 0 && attrs_.rightWindow < s_.keys() + s_.queries)
      keys.last = std::min(keys.last, place + attrs_.rightWindow);
    if (attrs_.leftWindow >= 0 && attrs_.leftWindow < s_.keys() + s_.queries)
      keys.first = std::max(keys.first, place - attrs_.leftWindow);
    return keys;
  }

  void addBias(const Work& w, int64_t row) const {
    const Visible keys = visible(w.batch, w.first + row);
    const auto masked = [&](int64_t key) { return key < keys.first || key > keys.last; };
    for (int64_t key = 0; key < s_.keys(); ++key) w.bias[key * kRows + row] = masked(key) ? -kInfinity : 0.0;
    if (k_.has(3)) addMask(w, row);
    for (int64_t key = 0; key < s_.keys(); ++key) w.scores[key * kRows + row] += w.bias[key * kRows + row];
  }

  void addMask(const Work& w, int64_t row) const {
    constexpr int64_t kBlock = 256;
    const TensorView& mask = k_.input(3);
    const int64_t start =
        w.batch * maskStride_[0] + w.head * maskStride_[1] + (w.first + row) * maskStride_[2];
    double block[kBlock];
    for (int64_t at = 0; at < maskKeys_; at += kBlock) {
      const int64_t count = std::min(kBlock, maskKeys_ - at);
      loadNumbers(mask, start + at, 1, count, block);
      for (int64_t i = 0; i < count; ++i) {
        const double own = mask.type == DType::boolean ? (block[i] != 0 ? 0.0 : -kInfinity) : block[i];
        w.bias[(at + i) * kRows + row] += own;
      }
    }
    for (int64_t key = maskKeys_; key < s_.keys(); ++key) w.bias[key * kRows + row] = -kInfinity;
  }

  // A query that sees no key gets zeros.
  void softmax(const Work& w, int64_t row) const {
    double most = -kInfinity, sum = 0;
    bool sees = false;
    for (int64_t at = row; at < s_.keys() * kRows; at += kRows) {
      sees = sees || w.bias[at] != -kInfinity;
      most = w.scores[at] > most || std::isnan(w.scores[at]) ? w.scores[at] : most;
    }
    sees = sees && most != -kInfinity;
    for (int64_t at = row; at < s_.keys() * kRows; at += kRows) {
      w.scores[at] = sees ? std::exp(w.scores[at] - most) : 0.0;
      sum += w.scores[at];
    }
    for (int64_t at = row; sees && at < s_.keys() * kRows; at += kRows) w.scores[at] /= sum;
  }

  void multiplyValues(const Work& w) const {
    std::fill_n(w.sums, s_.valueHead * kRows, 0.0);
    for (int64_t key = 0; key < s_.keys(); ++key) {
      load(2, 5, s_.valueHead, w.batch, keyHead(w.head), key, w.row);
      for (int64_t row = 0; row < w.count; ++row) {
        const double weight = w.scores[key * kRows + row];
        double* sums = w.sums + row * s_.valueHead;
        if (weight == 0) continue;  // what nobody sees may be anything, NaN too
        for (int64_t at = 0; at < s_.valueHead; ++at) sums[at] += weight * w.row[at];
      }
    }
    for (int64_t row = 0; row < w.count; ++row)
      storeNumbers(k_.output(0), y_.at(w.batch, w.head, w.first + row), s_.valueHead,
                   w.sums + row * s_.valueHead);
  }

  // Output 3, if this is the stage that it shows.
  void expose(const Work& w, int64_t stage) const {
    constexpr int64_t kBlock = 256;
    if (!k_.wants(3) || attrs_.outputMode != stage) return;
    double block[kBlock];
    for (int64_t row = 0; row < w.count; ++row) {
      const int64_t start = ((w.batch * s_.queryHeads + w.head) * s_.queries + w.first + row) * s_.keys();
      for (int64_t at = 0; at < s_.keys(); at += kBlock) {
        const int64_t count = std::min(kBlock, s_.keys() - at);
        for (int64_t i = 0; i < count; ++i) block[i] = w.scores[(at + i) * kRows + row];
        storeNumbers(k_.output(3), start + at, count, block);
      }
    }
  }

  int64_t keyHead(int64_t head) const { return head / (s_.queryHeads / s_.keyHeads); }

  const KernelContext& k_;
  const AttentionAttributes& attrs_;
  const AttentionShape s_;
  const HeadPlace q_, y_;
  const double scale_;
  std::array<int64_t, 4> maskStride_{};
  int64_t maskKeys_ = 0;  // that the mask speaks of
};

}  // namespace

AttentionShape::AttentionShape(const AttentionAttributes& attrs, std::span<const int64_t> query,
                               std::span<const int64_t> key, std::span<const int64_t> value,
                               std::span<const int64_t> pastKey)
    : batch(query[0]), pastKeys(pastKey.empty() ? 0 : pastKey[2]), flat(query.size() == 3) {
  queryHeads = flat ? *attrs.queryHeads : query[1];
  keyHeads = flat ? *attrs.keyHeads : key[1];
  queries = query[flat ? 1 : 2];
  newKeys = key[flat ? 1 : 2];
  head = flat ? query[2] / queryHeads : query[3];
  valueHead = flat ? value[2] / keyHeads : value[3];
}

std::optional<AttentionShape> AttentionShape::of(const Node& node, const Graph& graph) {
  std::array<Dims, 4> dims;
  for (size_t at = 0; at < 4; ++at) {
    const size_t input = at < 3 ? at : 4;
    if (input >= node.in.size() || node.in[input] == kNoValue) continue;
    const Shape& shape = graph.value(node.in[input]).shape;
    if (!shape.isStatic()) return std::nullopt;
    dims[at] = shape.staticDims();
  }
  return AttentionShape(node.as<AttentionAttributes>(), dims[0], dims[1], dims[2], dims[3]);
}

void attentionKernel(KernelContext& k) {
  Attention(k).run();
}

size_t attentionScratch(const Node& node, const Graph& graph) {
  const auto shape = AttentionShape::of(node, graph);
  if (!shape) return 0;
  // Present keys and values pass through one piece even where there are no queries.
  const int64_t slots = std::max<int64_t>(1, std::min(taskCount(*shape), kSlots));
  int64_t bytes = 0;
  if (__builtin_mul_overflow(slotSize(*shape), slots * static_cast<int64_t>(sizeof(double)), &bytes))
    failInput("this attention is too large for any memory");
  return static_cast<size_t>(bytes);
}

}  // namespace ridge
