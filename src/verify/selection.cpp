#include "verify/selection.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ops/ops.h"

namespace ridge {

namespace {

enum class Order { none, kept, free };  // in what order selected rows come; none: nothing is selected

// A row with more numbers than this is not taken for the coordinates of one item.
constexpr int64_t kMostCoordinates = 16;
// Comparing every row left over with every other stops here.
constexpr size_t kMostComparisons = size_t{1} << 27;

constexpr const Op* kReordering[] = {&ops::topK,   &ops::nonMaxSuppression, &ops::nonZero, &ops::compress,
                                     &ops::unique, &ops::multinomial};
constexpr const Op* kPicking[] = {&ops::argMax, &ops::argMin};

Order orderOf(const Node& node) {
  Order order = Order::none;
  if (std::count(std::begin(kPicking), std::end(kPicking), node.op) > 0) order = Order::kept;
  if (std::count(std::begin(kReordering), std::end(kReordering), node.op) > 0) order = Order::free;
  for (const auto& body : node.bodies)
    for (NodeId id : body->order()) order = std::max(order, orderOf(body->node(id)));
  return order;
}

std::vector<Order> ordersOfOutputs(const Graph& graph) {
  std::vector<Order> orders(static_cast<size_t>(graph.valueCount()), Order::none);
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    Order order = orderOf(node);
    for (ValueId in : node.in)
      if (in != kNoValue) order = std::max(order, orders[static_cast<size_t>(in)]);
    for (ValueId out : node.out)
      if (out != kNoValue) orders[static_cast<size_t>(out)] = order;
  }
  std::vector<Order> outputs;
  for (const Graph::Output& output : graph.outputs())
    outputs.push_back(orders[static_cast<size_t>(output.value)]);
  return outputs;
}

bool startsWith(const Dims& dims, const Dims& prefix) {
  return prefix.size() <= dims.size() && std::equal(prefix.begin(), prefix.end(), dims.begin());
}

/// Leading axes of `dims` that count items; the others are the numbers of one item.
Dims itemsOf(const Dims& dims, const std::vector<Dims>& all) {
  Dims best;
  for (const Dims& other : all) {
    const bool item = other.size() + 1 < dims.size() || dims.back() <= kMostCoordinates;
    if (other.size() > best.size() && other.size() < dims.size() && startsWith(dims, other) && item)
      best = other;
  }
  if (!best.empty()) return best;
  const bool shared = std::any_of(all.begin(), all.end(), [&](const Dims& other) {
    return other.size() > dims.size() && startsWith(other, dims);
  });
  if (shared || std::count(all.begin(), all.end(), dims) > 1 || dims.size() < 2 ||
      dims.back() > kMostCoordinates)
    return dims;
  return {dims.begin(), dims.end() - 1};
}

/// Integers [batch, k] with both sizes known before the run list k items each: indices of TopK. Else the last
/// axis may hold the numbers of one item.
bool isIndexList(const Graph& graph, size_t output) {
  const Value& value = graph.value(graph.outputs()[output].value);
  if (!isInteger(value.type) || !value.shape.ranked() || value.shape.rank() != 2) return false;
  const Dim& first = value.shape[0];
  const auto leads = [&](ValueId input) {
    const Shape& shape = graph.value(input).shape;
    return shape.ranked() && shape.rank() > 0 && shape[0] == first;
  };
  return first.isInteger() ||
         (first.isSymbol() && std::any_of(graph.inputs().begin(), graph.inputs().end(), leads));
}

/// The numbers of one output, as rows.
struct Column {
  std::vector<double> got, want;
  size_t width = 1;
  double tolerance = 0;

  bool agree(size_t gotRow, size_t wantRow) const {
    for (size_t at = 0; at < width; ++at) {
      const double a = got[gotRow * width + at], b = want[wantRow * width + at];
      if (!(a == b || std::abs(a - b) <= tolerance || (std::isnan(a) && std::isnan(b)))) return false;
    }
    return true;
  }
};

double toleranceOf(const Tensor& tensor, const std::vector<double>& values) {
  if (!isFloat(tensor.type())) return 0;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (double value : values)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  return high > low ? kRowTolerance * (high - low) : kRowTolerance * std::abs(high);
}

/// Rows of one batch item after the other; the number of rows may differ in the last of the item axes.
class RowSets {
 public:
  RowSets(const Dims& got, const Dims& want)
      : cells_(static_cast<size_t>(elementCount({want.begin(), want.end() - 1}))),
        got_(static_cast<size_t>(got.back())),
        want_(static_cast<size_t>(want.back())) {}

  double share(const std::vector<Column>& columns, Order order) const {
    size_t matched = 0;
    for (size_t cell = 0; cell < cells_; ++cell) matched += matchedIn(cell, columns, order);
    const size_t rows = cells_ * std::max(got_, want_);
    return rows == 0 ? 1.0 : static_cast<double>(matched) / static_cast<double>(rows);
  }

 private:
  size_t matchedIn(size_t cell, const std::vector<Column>& columns, Order order) const {
    const auto agree = [&](size_t got, size_t want) {
      return std::all_of(columns.begin(), columns.end(), [&](const Column& column) {
        return column.agree(cell * got_ + got, cell * want_ + want);
      });
    };
    // Most rows are where they belong; what is left is compared with all that is left.
    std::vector<size_t> gotLeft, wantLeft;
    for (size_t row = 0; row < std::max(got_, want_); ++row) {
      if (row < got_ && row < want_ && agree(row, row)) continue;
      if (row < got_) gotLeft.push_back(row);
      if (row < want_) wantLeft.push_back(row);
    }
    size_t matched = got_ - gotLeft.size();
    if (order == Order::kept || gotLeft.size() * wantLeft.size() > kMostComparisons) return matched;
    for (size_t got : gotLeft) {
      const auto partner =
          std::find_if(wantLeft.begin(), wantLeft.end(), [&](size_t want) { return agree(got, want); });
      if (partner == wantLeft.end()) continue;
      wantLeft.erase(partner);
      ++matched;
    }
    return matched;
  }

  size_t cells_, got_, want_;
};

bool isComparable(const Tensor& got, const Tensor& want) {
  const auto isNumber = [](DType type) { return isFloat(type) || isInteger(type) || type == DType::boolean; };
  return got.defined() && want.defined() && got.type() == want.type() && isNumber(want.type()) &&
         got.dims().size() == want.dims().size();
}

/// The share of one group of outputs, whose first axes `items` count the same things.
double shareOf(const std::vector<size_t>& group, const Dims& items, const std::vector<Tensor>& got,
               const std::vector<Tensor>& want, Order order) {
  std::optional<Dims> gotItems;
  std::vector<Column> columns;
  for (size_t at : group) {
    const Dims &g = got[at].dims(), &w = want[at].dims();
    for (size_t axis = 0; axis < w.size(); ++axis)
      if (axis + 1 != items.size() && g[axis] != w[axis]) return 0;
    const Dims own(g.begin(), g.begin() + static_cast<std::ptrdiff_t>(items.size()));
    if (gotItems && *gotItems != own) return 0;
    gotItems = own;
    Column column{toDoubles(got[at]), toDoubles(want[at])};
    column.width = 1;
    for (size_t axis = items.size(); axis < w.size(); ++axis) column.width *= static_cast<size_t>(w[axis]);
    column.tolerance = toleranceOf(want[at], column.want);
    columns.push_back(std::move(column));
  }
  return RowSets(*gotItems, items).share(columns, order);
}

}  // namespace

std::vector<std::optional<double>> matchedShares(const Graph& graph, const std::vector<Tensor>& got,
                                                 const std::vector<Tensor>& want) {
  const std::vector<Order> orders = ordersOfOutputs(graph);
  std::vector<std::optional<double>> shares(want.size());
  std::vector<Dims> all;  // of the outputs that list items: a lone number lists nothing
  const auto lists = [&](size_t at) { return !want[at].dims().empty() && want[at].dims() != Dims{1}; };
  for (size_t at = 0; at < want.size(); ++at)
    if (orders[at] != Order::none && isComparable(got[at], want[at]) && lists(at))
      all.push_back(want[at].dims());

  std::map<std::pair<Order, Dims>, std::vector<size_t>> groups;
  for (size_t at = 0; at < want.size(); ++at) {
    if (orders[at] == Order::none) continue;
    shares[at] = 0;
    if (!isComparable(got[at], want[at])) continue;
    const Dims& dims = want[at].dims();
    if (dims.empty())
      shares[at] = shareOf({0}, {1}, {got[at].reshaped({1})}, {want[at].reshaped({1})}, orders[at]);
    else
      groups[{orders[at], isIndexList(graph, at) ? dims : itemsOf(dims, all)}].push_back(at);
  }
  for (const auto& [key, group] : groups) {
    double share = shareOf(group, key.second, got, want, key.first);
    // Or every number along the last axis is an item.
    if (share < kMatchedShare && group.size() == 1)
      share = std::max(share, shareOf(group, want[group[0]].dims(), got, want, key.first));
    for (size_t at : group) shares[at] = share;
  }
  return shares;
}

}  // namespace ridge
