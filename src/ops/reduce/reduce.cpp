// ReduceSum, ReduceMean, ... : one kernel, a fold for each.
#include <cmath>
#include <limits>
#include <type_traits>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reduce/reduce_support.h"

namespace ridge {
namespace {

// Integers wrap around: arithmetic on unsigned numbers, where that is defined.
template <class T>
using Wrapping = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;

template <class T>
struct Sum {
  Wrapping<T> total{};
  void add(T x, int64_t) { total += static_cast<Wrapping<T>>(x); }
  T result(int64_t) const { return static_cast<T>(total); }
};

template <class T>
struct Mean : Sum<T> {
  T result(int64_t count) const {
    if constexpr (std::is_integral_v<T>)
      return count == 0 ? T{} : static_cast<T>(static_cast<T>(this->total) / static_cast<T>(count));
    else
      return this->total / static_cast<double>(count);
  }
};

template <class T>
struct Product {
  Wrapping<T> total{1};
  void add(T x, int64_t) { total *= static_cast<Wrapping<T>>(x); }
  T result(int64_t) const { return static_cast<T>(total); }
};

template <class T, bool kMost>
struct Extreme {
  using Limits = std::numeric_limits<T>;
  T best = kMost ? (Limits::has_infinity ? -Limits::infinity() : Limits::lowest())
                 : (Limits::has_infinity ? Limits::infinity() : Limits::max());
  void add(T x, int64_t) {
    const bool better = kMost ? best < x : x < best;
    if constexpr (std::is_floating_point_v<T>)
      best = better || std::isnan(x) ? x : best;
    else
      best = better ? x : best;
  }
  T result(int64_t) const { return best; }
};
template <class T>
using Most = Extreme<T, true>;
template <class T>
using Least = Extreme<T, false>;

template <class T>
struct SumOfMagnitudes {
  Wrapping<T> total{};
  void add(T x, int64_t) {
    total += x < T{} ? Wrapping<T>{} - static_cast<Wrapping<T>>(x) : static_cast<Wrapping<T>>(x);
  }
  T result(int64_t) const { return static_cast<T>(total); }
};

template <class T>
struct SumOfSquares {
  Wrapping<T> total{};
  void add(T x, int64_t) { total += static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(x); }
  T result(int64_t) const { return static_cast<T>(total); }
};

// The last three are real functions; integers get their whole part.
template <class T>
struct Norm {
  double total = 0;
  void add(T x, int64_t) { total += static_cast<double>(x) * static_cast<double>(x); }
  T result(int64_t) const { return static_cast<T>(std::sqrt(total)); }
};

template <class T>
struct LogOfSum {
  double total = 0;
  void add(T x, int64_t) { total += static_cast<double>(x); }
  T result(int64_t) const { return static_cast<T>(std::log(total)); }
};

// sum = sum of exp(x - most), rescaled whenever `most` grows.
template <class T>
struct LogOfSumOfExponentials {
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  void add(T element, int64_t) {
    const auto x = static_cast<double>(element);
    if (x == most) {
      sum += 1;
    } else if (x > most) {
      sum = sum * std::exp(most - x) + 1;
      most = x;
    } else {
      sum += std::exp(x - most);
    }
  }
  T result(int64_t) const { return static_cast<T>(most + std::log(sum)); }
};

template <template <class> class Fold, class T>
void reduceAs(const KernelContext& k) {
  InlineVector<int64_t, 32> axes;
  if (k.has(1)) {
    axes.resize(static_cast<size_t>(k.input(1).count()));
    loadNumbers(k.input(1), 0, 1, k.input(1).count(), axes.data());
  }
  const auto rank = static_cast<int64_t>(k.input(0).dims.size());
  reduceAlong<T, Fold<T>>(k, reducedAxisBits(k.attrs<ReduceAttributes>(), axes, rank));
}

template <template <class> class Fold>
void reduce(KernelContext& k) {
  withArithmeticClass(k.input(0).type, [&]<class T>() { reduceAs<Fold, T>(k); });
}

// Booleans have an order but no arithmetic.
template <template <class> class Fold>
void reduceOrdered(KernelContext& k) {
  withNumberClass(k.input(0).type, [&]<class T>() { reduceAs<Fold, T>(k); });
}

int sinceSum(const Node& node, const Graph& graph) {
  return sinceReduce(node, graph, 13);
}
int sinceOthers(const Node& node, const Graph& graph) {
  return sinceReduce(node, graph, 18);
}

constexpr Op reduction(std::string_view name, void (*kernel)(KernelContext&),
                       int (*since)(const Node&, const Graph&) = sinceOthers) {
  return {.name = name,
          .sinceFor = since,
          .minInputs = 1,
          .maxInputs = 2,
          .attributes = ReduceAttributes::read,
          .infer = inferReduce,
          .reference = kernel,
          .cost = costPerInput<1>};
}

}  // namespace

constinit const Op ops::reduceSum = reduction("ReduceSum", reduce<Sum>, sinceSum);
constinit const Op ops::reduceMean = reduction("ReduceMean", reduce<Mean>);
constinit const Op ops::reduceProd = reduction("ReduceProd", reduce<Product>);
constinit const Op ops::reduceMax = reduction("ReduceMax", reduceOrdered<Most>);
constinit const Op ops::reduceMin = reduction("ReduceMin", reduceOrdered<Least>);
constinit const Op ops::reduceL1 = reduction("ReduceL1", reduce<SumOfMagnitudes>);
constinit const Op ops::reduceL2 = reduction("ReduceL2", reduce<Norm>);
constinit const Op ops::reduceSumSquare = reduction("ReduceSumSquare", reduce<SumOfSquares>);
constinit const Op ops::reduceLogSum = reduction("ReduceLogSum", reduce<LogOfSum>);
constinit const Op ops::reduceLogSumExp = reduction("ReduceLogSumExp", reduce<LogOfSumOfExponentials>);

}  // namespace ridge
