// Einsum: the sum, over the indices that the result does not have, of products of the operands' elements.
#include "ops/matmul/einsum.h"

#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

constexpr size_t kLabels = EinsumEquation::kLabels;

void infer(InferContext& c) {
  const DType type = requireSameType(c);
  InlineVector<int64_t, 16> ranks;
  for (size_t at = 0; at < c.inputCount(); ++at) {
    if (!c.shape(at).ranked()) return c.output(0, type, {});
    ranks.push_back(c.shape(at).rank());
  }
  const EinsumEquation equation(c.attrs<EinsumAttributes>().equation, ranks);
  std::array<std::optional<Dim>, kLabels> extents;
  for (size_t at = 0; at < equation.operands(); ++at) {
    for (size_t axis = 0; axis < equation.operand(at).size(); ++axis) {
      std::optional<Dim>& known = extents[static_cast<size_t>(equation.operand(at)[axis])];
      const Dim& dim = c.shape(at).dims()[axis];
      known = known ? broadcast(Shape({*known}), Shape({dim}))[0] : dim;
    }
  }
  std::vector<Dim> dims;
  for (EinsumLabel label : equation.result()) dims.push_back(*extents[static_cast<size_t>(label)]);
  c.output(0, type, Shape(std::move(dims)));
}

// Some of the labels as one index space in row-major order, in which every operand moves by its own strides.
struct LabelSpace {
  InlineVector<int64_t, 32> extents;
  InlineVector<int64_t, 64> strides;  // [label][operand]
  size_t operands = 0;

  int64_t count() const { return elementCount(extents); }
  int64_t inner() const { return extents.empty() ? 1 : extents.back(); }
  int64_t stride(size_t label, size_t operand) const { return strides[label * operands + operand]; }
  int64_t innerStride(size_t operand) const {
    return extents.empty() ? 0 : stride(extents.size() - 1, operand);
  }
  /// Offset of an operand's element for an index of the space.
  int64_t offset(int64_t index, size_t operand) const {
    int64_t offset = 0;
    for (size_t label = extents.size(); label-- > 0;) {
      offset += index % extents[label] * stride(label, operand);
      index /= extents[label];
    }
    return offset;
  }
};

// An equation with its operands' shapes.
class Einsum {
 public:
  explicit Einsum(const KernelContext& k) : equation_(k.attrs<EinsumAttributes>().equation, ranksOf(k)) {
    std::fill(extents_.begin(), extents_.end(), 1);
    for (size_t at = 0; at < equation_.operands(); ++at) measure(k, at);
  }

  size_t operands() const { return equation_.operands(); }
  bool inResult(size_t label) const {
    const EinsumTerm& result = equation_.result();
    return std::find(result.begin(), result.end(), static_cast<EinsumLabel>(label)) != result.end();
  }
  bool inOperand(size_t label, size_t operand) const { return used_[operand][label]; }
  bool isUsed(size_t label) const {
    return std::any_of(used_.begin(), used_.end(), [&](const auto& used) { return used[label]; });
  }

  /// The result's labels for which `wanted` holds, in the result's order.
  template <class Wanted>
  LabelSpace resultSpace(Wanted wanted) const {
    LabelSpace space = emptySpace();
    for (EinsumLabel label : equation_.result())
      if (wanted(static_cast<size_t>(label))) add(space, static_cast<size_t>(label));
    return space;
  }
  /// All other labels: they are summed over.
  LabelSpace summedSpace() const {
    LabelSpace space = emptySpace();
    for (size_t label = 0; label < kLabels; ++label)
      if (isUsed(label) && !inResult(label)) add(space, label);
    return space;
  }
  /// The result's strides along the labels that `wanted` holds for, as those of operand 0.
  template <class Wanted>
  LabelSpace outputSpace(Wanted wanted) const {
    LabelSpace space{.extents = {}, .strides = {}, .operands = 1};
    const EinsumTerm& result = equation_.result();
    for (size_t axis = 0; axis < result.size(); ++axis) {
      if (!wanted(static_cast<size_t>(result[axis]))) continue;
      int64_t stride = 1;
      for (size_t behind = axis + 1; behind < result.size(); ++behind)
        stride *= extents_[static_cast<size_t>(result[behind])];
      space.extents.push_back(extents_[static_cast<size_t>(result[axis])]);
      space.strides.push_back(stride);
    }
    return space;
  }

 private:
  static InlineVector<int64_t, 16> ranksOf(const KernelContext& k) {
    InlineVector<int64_t, 16> ranks;
    for (size_t at = 0; at < k.inputCount(); ++at)
      ranks.push_back(static_cast<int64_t>(k.input(at).dims.size()));
    return ranks;
  }

  void measure(const KernelContext& k, size_t operand) {
    const EinsumTerm& term = equation_.operand(operand);
    const auto dims = k.input(operand).dims;
    int64_t stride = 1;
    for (size_t axis = dims.size(); axis-- > 0;) {
      const auto label = static_cast<size_t>(term[axis]);
      used_[operand][label] = true;
      if (dims[axis] != 1 && extents_[label] != 1 && dims[axis] != extents_[label])
        k.fail("an index of the equation has several extents");
      if (dims[axis] != 1) {
        extents_[label] = dims[axis];
        strides_[operand][label] += stride;  // a repeated index walks along a diagonal
      }
      stride *= dims[axis];
    }
  }

  LabelSpace emptySpace() const { return {.extents = {}, .strides = {}, .operands = operands()}; }
  void add(LabelSpace& space, size_t label) const {
    space.extents.push_back(extents_[label]);
    for (size_t operand = 0; operand < operands(); ++operand)
      space.strides.push_back(strides_[operand][label]);
  }

  EinsumEquation equation_;
  std::array<int64_t, kLabels> extents_;
  std::array<std::array<int64_t, kLabels>, EinsumEquation::kMostOperands> strides_{};
  std::array<std::array<bool, kLabels>, EinsumEquation::kMostOperands> used_{};
};

// Two operands: batches of matrix products. Indices of both that stay are batches, indices of one that stay
// are its rows or columns, and whatever is summed over is the depth.
class Products {
 public:
  Products(const KernelContext& k, const Einsum& einsum) : k_(k), depth_(einsum.summedSpace()) {
    const auto isBatch = [&](size_t label) {
      return einsum.inOperand(label, 0) && einsum.inOperand(label, 1);
    };
    const auto isRow = [&](size_t label) {
      return einsum.inOperand(label, 0) && !einsum.inOperand(label, 1);
    };
    const auto isColumn = [&](size_t label) { return !einsum.inOperand(label, 0); };
    batches_ = einsum.resultSpace(isBatch);
    rows_ = einsum.resultSpace(isRow);
    columns_ = einsum.resultSpace(isColumn);
    batchOut_ = einsum.outputSpace(isBatch);
    rowOut_ = einsum.outputSpace(isRow);
    columnOut_ = einsum.outputSpace(isColumn);
  }

  DotShape shape() const { return {batches_.count(), rows_.count(), columns_.count(), depth_.count()}; }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    load(0, batches_.offset(batch, 0) + rows_.offset(row, 0), depth_, depth, count, out);
  }
  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* out) const {
    load(1, batches_.offset(batch, 1) + depth_.offset(depth, 1), columns_, column, count, out);
  }
  void store(int64_t batch, int64_t row, int64_t column, int64_t count, const double* sums) const {
    const int64_t base = batchOut_.offset(batch, 0) + rowOut_.offset(row, 0);
    if (columnOut_.extents.empty() || columnOut_.innerStride(0) == 1) {
      runs(columnOut_, column, count, [&](int64_t at, int64_t length, int64_t done) {
        storeNumbers(k_.output(0), base + columnOut_.offset(at, 0), length, sums + done);
      });
      return;
    }
    for (int64_t at = 0; at < count; ++at)
      storeNumber(k_.output(0), base + columnOut_.offset(column + at, 0), sums[at]);
  }

 private:
  // Calls fn(index, length, done) for runs along the innermost label.
  template <class Fn>
  static void runs(const LabelSpace& space, int64_t index, int64_t count, Fn&& fn) {
    for (int64_t done = 0; done < count;) {
      const int64_t length = std::min(space.inner() - index % space.inner(), count - done);
      fn(index, length, done);
      index += length;
      done += length;
    }
  }

  void load(size_t operand, int64_t base, const LabelSpace& space, int64_t index, int64_t count,
            double* out) const {
    runs(space, index, count, [&](int64_t at, int64_t length, int64_t done) {
      loadNumbers(k_.input(operand), base + space.offset(at, operand), space.innerStride(operand), length,
                  out + done);
    });
  }

  const KernelContext& k_;
  LabelSpace batches_, rows_, columns_, depth_, batchOut_, rowOut_, columnOut_;
};

// Any number of operands, one output element after another. Integers wrap around.
template <class T>
void sumProducts(const KernelContext& k, const Einsum& einsum) {
  constexpr int64_t kBlock = 256;
  using Sum = std::conditional_t<std::is_same_v<T, double>, double, uint64_t>;
  const LabelSpace result = einsum.resultSpace([](size_t) { return true; }), summed = einsum.summedSpace();
  const int64_t terms = summed.count();
  parallelRanges(k.output(0).count(), 1, [&](int64_t begin, int64_t end) {
    T values[kBlock];
    Sum products[kBlock];
    for (int64_t at = begin; at < end; ++at) {
      Sum sum{};
      for (int64_t first = 0, length = 0; first < terms; first += length) {
        length = std::min({summed.inner() - first % summed.inner(), kBlock, terms - first});
        std::fill_n(products, length, Sum{1});
        for (size_t operand = 0; operand < einsum.operands(); ++operand) {
          loadNumbers(k.input(operand), result.offset(at, operand) + summed.offset(first, operand),
                      summed.innerStride(operand), length, values);
          for (int64_t i = 0; i < length; ++i) products[i] *= static_cast<Sum>(values[i]);
        }
        for (int64_t i = 0; i < length; ++i) sum += products[i];
      }
      storeNumber(k.output(0), at, static_cast<T>(sum));
    }
  });
}

void reference(KernelContext& k) {
  const Einsum einsum(k);
  withArithmeticClass(k.output(0).type, [&]<class T>() {
    if (std::is_same_v<T, double> && einsum.operands() == 2) {
      const Products products(k, einsum);
      dotProducts(products.shape(), products);
    } else {
      sumProducts<T>(k, einsum);
    }
  });
}

// Every combination of indices multiplies once for every operand but the first, and adds.
Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  InlineVector<int64_t, 16> ranks;
  for (ValueId id : node.in) {
    if (!graph.value(id).shape.isStatic()) return cost;
    ranks.push_back(graph.value(id).shape.rank());
  }
  const EinsumEquation equation(node.as<EinsumAttributes>().equation, ranks);
  std::array<int64_t, kLabels> extents;
  extents.fill(1);
  for (size_t at = 0; at < equation.operands(); ++at)
    for (size_t axis = 0; axis < equation.operand(at).size(); ++axis) {
      int64_t& extent = extents[static_cast<size_t>(equation.operand(at)[axis])];
      const int64_t dim = graph.value(node.in[at]).shape.dims()[axis].value();
      if (dim != 1) extent = dim;
    }
  int64_t combinations = 1;
  for (int64_t extent : extents) combinations = saturatingProduct(combinations, extent);
  if (equation.operands() == 1)
    cost.operations = combinations;
  else
    cost.macs = saturatingProduct(combinations, static_cast<int64_t>(equation.operands()) - 1);
  return cost;
}

}  // namespace

constinit const Op einsum{.name = "Einsum",
                          .since = 12,
                          .sinceFor = sinceByType<SinceTable{.base = 12, .bf16 = 28}>,
                          .minInputs = 1,
                          .maxInputs = -1,
                          .attributes = EinsumAttributes::read,
                          .infer = infer,
                          .reference = reference,
                          .cost = cost};

}  // namespace ridge::ops
