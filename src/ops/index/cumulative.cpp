// CumSum and CumProd: running sums and products along an axis.
#include "ops/cost_support.h"
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct CumulativeAttributes : AttributesOf<CumulativeAttributes> {
  bool exclusive = false;  // an element is not part of its own sum
  bool reverse = false;    // from the end

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("exclusive", self.exclusive);
    v("reverse", self.reverse);
  }
};

void infer(InferContext& c) {
  const DType type = c.type(0);
  c.require(type == DType::undefined || isFloat(type) || isInteger(type), "numbers are needed");
  requireRank(c, 0, 1);
  const auto axis = knownScalar(c, 1);
  if (axis && c.shape(0).ranked()) axisOf(c, *axis, c.shape(0).rank());
  inferSameAsInput(c);
}

// Integers wrap around.
template <class T, bool kProduct>
T combined(T x, T y) {
  using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  const auto a = static_cast<Wide>(x), b = static_cast<Wide>(y);
  return static_cast<T>(kProduct ? a * b : a + b);
}

template <class T, bool kProduct>
void accumulate(const KernelContext& k, const Lines& lines) {
  const auto& attrs = k.attrs<CumulativeAttributes>();
  parallelRanges(lines.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      T running = kProduct ? T{1} : T{0};
      for (int64_t at = 0; at < lines.length; ++at) {
        const int64_t along = attrs.reverse ? lines.length - 1 - at : at;
        const int64_t place = lines.first(line) + along * lines.stride;
        const T next = combined<T, kProduct>(running, loadNumber<T>(k.input(0), place));
        storeNumber<T>(k.output(0), place, attrs.exclusive ? running : next);
        running = next;
      }
    }
  });
}

template <bool kProduct>
void reference(KernelContext& k) {
  const auto dims = k.input(0).dims;
  const int64_t axis = normalizeAxis(scalarOf(k, 1), static_cast<int64_t>(dims.size()));
  if (bitsOf(k.input(0).type) < 8)
    k.fail("there is no kernel for elements of type " + std::string(name(k.input(0).type)));
  if (k.input(0).count() == 0) return;
  const Lines lines = linesOf(dims, static_cast<size_t>(axis));
  withArithmeticClass(k.input(0).type, [&]<class T>() { accumulate<T, kProduct>(k, lines); });
}

constexpr Op cumulative(std::string_view name, int since, int (*sinceFor)(const Node&, const Graph&),
                        void (*kernel)(KernelContext&)) {
  return {.name = name,
          .since = since,
          .sinceFor = sinceFor,
          .minInputs = 2,
          .maxInputs = 2,
          .attributes = CumulativeAttributes::read,
          .infer = infer,
          .reference = kernel,
          .cost = costPerOutput<1>};
}

int sinceOfSum(const Node& node, const Graph& graph) {
  const DType type = inputType(node, graph, 0);
  return type == DType::f16 ? 14 : sinceOfType({.base = 11, .bf16 = 14}, type);
}

}  // namespace

constinit const Op cumProd = cumulative("CumProd", 26, nullptr, reference<true>);
constinit const Op cumSum = cumulative("CumSum", 14, sinceOfSum, reference<false>);

}  // namespace ridge::ops
