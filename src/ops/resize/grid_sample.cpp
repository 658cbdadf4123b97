// GridSample: every output point reads the input at its place in the grid, for any number of spatial axes.
#include <algorithm>
#include <array>
#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct GridSampleAttributes : AttributesOf<GridSampleAttributes> {
  bool alignCorners = false;
  std::string mode = "linear";
  std::string paddingMode = "zeros";

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("align_corners", self.alignCorners);
    v("mode", self.mode);
    v("padding_mode", self.paddingMode);
  }

  // Opset 16 had other names.
  static AttributesPtr read(AttributeReader& reader) {
    auto made = std::make_shared<GridSampleAttributes>();
    visit(*made, reader);
    if (made->mode == "bilinear") made->mode = "linear";
    if (made->mode == "bicubic") made->mode = "cubic";
    return made;
  }
};

enum class Mode { nearest, linear, cubic };
enum class Padding { zeros, border, reflection };
constexpr size_t kMostAxes = 3;

std::optional<Mode> modeFrom(const std::string& name) {
  if (name == "nearest") return Mode::nearest;
  if (name == "linear") return Mode::linear;
  if (name == "cubic") return Mode::cubic;
  return std::nullopt;
}

std::optional<Padding> paddingFrom(const std::string& name) {
  if (name == "zeros") return Padding::zeros;
  if (name == "border") return Padding::border;
  if (name == "reflection") return Padding::reflection;
  return std::nullopt;
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<GridSampleAttributes>();
  if (!modeFrom(attrs.mode)) c.fail("there is no sampling mode " + attrs.mode);
  if (!paddingFrom(attrs.paddingMode)) c.fail("there is no padding mode " + attrs.paddingMode);
  requireFloat(c, 1);
  requireRank(c, 0, 3, 5);
  const Shape &input = c.shape(0), &grid = c.shape(1);
  if (!input.ranked() || !grid.ranked())
    return c.output(0, c.type(0),
                    input.ranked()  ? unknownShape(input.rank())
                    : grid.ranked() ? unknownShape(grid.rank())
                                    : Shape());
  requireRank(c, 1, input.rank(), input.rank());
  merge(grid[grid.rank() - 1], Dim(input.rank() - 2));
  std::vector<Dim> dims = {merge(input[0], grid[0]), input[1]};
  dims.insert(dims.end(), grid.dims().begin() + 1, grid.dims().end() - 1);
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// What decides where a coordinate leads.
struct Sampling {
  Mode mode = Mode::linear;
  Padding padding = Padding::zeros;
  bool alignCorners = false;

  double low() const { return alignCorners ? 0.0 : -0.5; }
  double high(int64_t size) const { return static_cast<double>(size) - (alignCorners ? 1.0 : 0.5); }
};

// Folds a place back and forth into [low, high].
double reflected(double place, double low, double high) {
  const double range = high - low;
  if (range <= 0) return low;
  if (place >= low && place <= high) return place;
  const double rest = std::fmod(std::fabs(place - low), 2 * range);
  return low + (rest <= range ? rest : 2 * range - rest);
}

// The elements of one axis that a point is made of. Element -1 is padding, and 0.
struct Taps {
  int count = 1;
  std::array<int64_t, 4> element{};
  std::array<double, 4> weight{1.0};
};

int64_t elementOf(const Sampling& how, double place, int64_t size) {
  const double last = static_cast<double>(size - 1);
  if (how.padding == Padding::zeros) return place >= 0 && place <= last ? static_cast<int64_t>(place) : -1;
  if (how.padding == Padding::reflection) place = std::trunc(reflected(place, how.low(), how.high(size)));
  return static_cast<int64_t>(std::fmin(std::fmax(place, 0.0), last));
}

void cubicWeights(double s, std::array<double, 4>& weight) {
  constexpr double kA = -0.75;
  const auto outer = [](double x) { return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA; };
  const auto inner = [](double x) { return ((kA + 2) * x - (kA + 3)) * x * x + 1; };
  weight = {outer(s + 1), inner(s), inner(1 - s), outer(2 - s)};
}

Taps tapsOf(const Sampling& how, double normalized, int64_t size) {
  const auto extent = static_cast<double>(size);
  double place = how.alignCorners ? (normalized + 1) / 2 * (extent - 1) : ((normalized + 1) * extent - 1) / 2;
  // Far places and NaN have no neighbours to tell apart.
  if (!(std::fabs(place) < 1e15))
    place = how.padding == Padding::zeros || std::isnan(place) ? -1e15 : std::copysign(1e15, place);
  if (how.mode == Mode::nearest) place = std::nearbyint(place);
  if (how.mode != Mode::cubic) {
    if (how.padding == Padding::border) place = std::clamp(place, 0.0, extent - 1);
    if (how.padding == Padding::reflection) place = reflected(place, how.low(), how.high(size));
  }
  Taps taps;
  const double floor = std::floor(place);
  double first = floor;
  if (how.mode == Mode::nearest) {
    first = std::nearbyint(place);
  } else if (how.mode == Mode::linear) {
    taps.count = 2;
    taps.weight = {1 - (place - floor), place - floor};
  } else {
    taps.count = 4;
    first -= 1;
    cubicWeights(place - floor, taps.weight);
  }
  for (int at = 0; at < taps.count; ++at)
    taps.element[static_cast<size_t>(at)] = elementOf(how, first + at, size);
  return taps;
}

// One output point: a value of the input's plane for every combination of taps.
class Point {
 public:
  /// `coordinates` has one element per axis, x (the last axis) first.
  Point(const Sampling& how, std::span<const double> coordinates, std::span<const int64_t> spatial) {
    const size_t axes = spatial.size();
    for (size_t axis = 0; axis < axes; ++axis)
      add(tapsOf(how, coordinates[axes - 1 - axis], spatial[axis]), spatial[axis]);
  }

  template <class T>
  T sample(const TensorView& in, int64_t plane) const {
    if constexpr (!std::is_same_v<T, double>) {
      if (count_ == 1) return offsets_[0] < 0 ? T{} : loadNumber<T>(in, plane + offsets_[0]);
    }
    double sum = 0;
    for (size_t at = 0; at < count_; ++at)
      if (offsets_[at] >= 0) sum += weights_[at] * loadNumber<double>(in, plane + offsets_[at]);
    return static_cast<T>(sum);
  }
  bool single() const { return count_ == 1; }

 private:
  void add(const Taps& taps, int64_t size) {
    std::array<int64_t, 64> offsets{};
    std::array<double, 64> weights{};
    size_t count = 0;
    for (size_t old = 0; old < count_; ++old) {
      for (size_t at = 0; at < static_cast<size_t>(taps.count); ++at, ++count) {
        const bool inside = offsets_[old] >= 0 && taps.element[at] >= 0;
        offsets[count] = inside ? offsets_[old] * size + taps.element[at] : -1;
        weights[count] = weights_[old] * taps.weight[at];
      }
    }
    offsets_ = offsets;
    weights_ = weights;
    count_ = count;
  }

  size_t count_ = 1;
  std::array<int64_t, 64> offsets_{};
  std::array<double, 64> weights_{1.0};
};

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<GridSampleAttributes>();
  const Sampling how{*modeFrom(attrs.mode), *paddingFrom(attrs.paddingMode), attrs.alignCorners};
  const TensorView &in = k.input(0), &grid = k.input(1), &out = k.output(0);
  const auto spatial = in.dims.subspan(2);
  const auto axes = static_cast<int64_t>(spatial.size());
  if (spatial.size() > kMostAxes || out.count() == 0) return;
  const int64_t channels = in.dims[1], pixels = elementCount(spatial),
                points = elementCount(out.dims.subspan(2));
  if (pixels == 0) k.fail("there is nothing to sample in an empty input");
  numberClassOf(grid.type);
  withNumberClass(in.type, [&]<class T>() {
    parallelRanges(out.dims[0] * points, 64, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        std::array<double, kMostAxes> coordinates{};
        loadNumbers(grid, at * axes, 1, axes, coordinates.data());
        const Point point(how, {coordinates.data(), spatial.size()}, spatial);
        for (int64_t channel = 0; channel < channels; ++channel) {
          const int64_t plane = at / points * channels + channel;
          if (std::is_same_v<T, double> || point.single())
            storeNumber(out, plane * points + at % points, point.sample<T>(in, plane * pixels));
          else
            storeNumber(out, plane * points + at % points, point.sample<double>(in, plane * pixels));
        }
      }
    });
  });
}

Cost cost(const Node& node, const Graph& graph) {
  const auto mode = modeFrom(node.as<GridSampleAttributes>().mode).value_or(Mode::linear);
  const Shape& shape = graph.value(node.in[0]).shape;
  int64_t taps = 1;
  for (int64_t axis = 2; shape.ranked() && axis < shape.rank(); ++axis)
    taps *= mode == Mode::nearest ? 1 : mode == Mode::linear ? 2 : 4;
  return elementwiseCost(node, graph, 2 * taps);
}

int sinceFor(const Node& node, const Graph& graph) {
  constexpr SinceTable kTable{.base = 20, .bf16 = 22};
  return std::max(sinceOfType(kTable, inputType(node, graph, 0)),
                  sinceOfType(kTable, inputType(node, graph, 1)));
}

}  // namespace

constinit const Op gridSample{.name = "GridSample",
                              .since = 20,
                              .sinceFor = sinceFor,
                              .minInputs = 2,
                              .maxInputs = 2,
                              .attributes = GridSampleAttributes::read,
                              .infer = infer,
                              .reference = reference,
                              .cost = cost};

}  // namespace ridge::ops
