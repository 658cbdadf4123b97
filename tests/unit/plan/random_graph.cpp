#include "random_graph.h"

#include <algorithm>
#include <random>

#include "support/graph_maker.h"

namespace ridge::test {

namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Graph graph() {
    values_ = {{m_.input("x", {1, 4, 2, 3}), {1, 4, 2, 3}}};
    if (pick(2)) values_.push_back({m_.input("z", {1, 2, 2, 3}), {1, 2, 2, 3}});
    const int nodes = 3 + pick(14);
    for (int at = 0; at < nodes; ++at) addNode();
    m_.output("out", values_.back().id);
    for (int more = pick(4); more > 0; --more)
      m_.output("out" + std::to_string(more), any().id);  // perhaps an input, perhaps one more than once
    return m_.finish();
  }

 private:
  struct Known {
    ValueId id;
    Dims dims;
  };

  int pick(int choices) { return static_cast<int>(random_() % static_cast<unsigned>(choices)); }
  std::string fresh(const std::string& stem) { return stem + std::to_string(next_++); }
  Known any() { return values_[static_cast<size_t>(pick(static_cast<int>(values_.size())))]; }
  Known recent() { return pick(3) ? values_.back() : any(); }
  void add(ValueId id, Dims dims) { values_.push_back({id, std::move(dims)}); }

  void addNode() {
    switch (pick(7)) {
      case 0:
        return conv(recent());
      case 1:
        return pointwise(recent());
      case 2:
        return sum(recent());
      case 3:
      case 4:
        return concat(recent());
      case 5:
        return transpose(recent());
      default:
        return reshape(recent());
    }
  }

  void conv(const Known& x) {
    if (x.dims.size() != 4) return pointwise(x);
    const std::string name = fresh("conv");
    const int64_t channels = 1 + pick(4);
    const ValueId weights = m_.weights(name + "_w", {channels, x.dims[1], 1, 1});
    add(m_.node(ops::conv, {x.id, weights}, name), {x.dims[0], channels, x.dims[2], x.dims[3]});
  }

  void pointwise(const Known& x) {
    add(m_.node(pick(2) ? ops::relu : ops::exp, {x.id}, fresh("point")), x.dims);
  }

  void sum(const Known& x) {
    std::vector<Known> fitting;
    for (const Known& other : values_)
      if (other.dims == x.dims) fitting.push_back(other);
    const Known& other = fitting[static_cast<size_t>(pick(static_cast<int>(fitting.size())))];
    add(m_.node(ops::add, {x.id, other.id}, fresh("sum")), x.dims);
  }

  // Any axis; parts may be the same value twice.
  void concat(const Known& x) {
    const auto axis = static_cast<size_t>(pick(static_cast<int>(x.dims.size())));
    std::vector<ValueId> parts;
    Dims dims = x.dims;
    dims[axis] = 0;
    const int count = 2 + pick(2);
    for (size_t at = values_.size(); at-- > 0 && static_cast<int>(parts.size()) < count;) {
      const Known& part = values_[at];
      if (part.dims.size() != dims.size() || (pick(3) == 0 && !parts.empty())) continue;
      bool fits = true;
      for (size_t other = 0; other < dims.size(); ++other)
        fits = fits && (other == axis || part.dims[other] == dims[other]);
      if (!fits) continue;
      parts.push_back(part.id);
      dims[axis] += part.dims[axis];
    }
    if (elementCount(dims) > 2000 || parts.size() < 2) return pointwise(x);
    const ValueId joined =
        m_.node(ops::concat, std::move(parts), fresh("concat"), {{"axis", static_cast<int64_t>(axis)}});
    add(joined, std::move(dims));
  }

  void transpose(const Known& x) {
    Ints perm(x.dims.size());
    for (size_t axis = 0; axis < perm.size(); ++axis) perm[axis] = static_cast<int64_t>(axis);
    std::shuffle(perm.begin(), perm.end(), random_);
    if (pick(2) && perm.size() == 4) perm = pick(2) ? Ints{0, 2, 3, 1} : Ints{0, 3, 1, 2};
    Dims dims;
    for (int64_t axis : perm) dims.push_back(x.dims[static_cast<size_t>(axis)]);
    add(m_.node(ops::transpose, {x.id}, fresh("turn"), {{"perm", perm}}), std::move(dims));
  }

  void reshape(const Known& x) {
    Dims dims = x.dims;
    if (dims.size() == 4 && pick(2))
      dims = {dims[0], dims[1], dims[2] * dims[3]};
    else if (dims.size() >= 2)
      dims = {1, dims[1], elementCount(x.dims) / dims[1], 1};
    const std::string name = fresh("shape");
    const ValueId shape = m_.ints(name + "_to", Ints(dims.begin(), dims.end()));
    add(m_.node(ops::reshape, {x.id, shape}, name), std::move(dims));
  }

  std::mt19937 random_;
  GraphMaker m_;
  std::vector<Known> values_;
  int next_ = 0;
};

}  // namespace

Graph randomGraph(unsigned seed) {
  return Maker(seed).graph();
}

}  // namespace ridge::test
