// Reshape.
#include "ops/shape/reshape.h"

#include <algorithm>
#include <optional>

#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

// Finds the output's dimensions by cancelling what input and output have in common.
class Resolution {
 public:
  Resolution(InferContext& c, const std::vector<Dim>& wanted) : c_(c), dims_(wanted) {
    if (c.shape(0).ranked()) left_ = c.shape(0).dims();
    takeSpecial();
  }

  std::vector<Dim> dims() {
    if (c_.shape(0).ranked()) {
      if (!open_) openSingleUnknown();
      resolve();
    }
    return std::move(dims_);
  }

 private:
  // 0 copies a dimension, -1 is the open one.
  void takeSpecial() {
    const bool copyZeros = !c_.attrs<ReshapeAttributes>().allowZero;
    for (size_t at = 0; at < dims_.size(); ++at) {
      if (!dims_[at].isInteger()) continue;
      const int64_t value = dims_[at].value();
      c_.require(value >= -1, "the new shape has a negative dimension");
      if (value == -1) {
        c_.require(!open_, "the new shape has more than one -1");
        open_ = at;
        required_ = true;
        dims_[at] = Dim();
      } else if (value == 0 && copyZeros) {
        copyDim(at);
      }
    }
  }

  void copyDim(size_t at) {
    dims_[at] = Dim();
    copied_.push_back(at);
    if (!c_.shape(0).ranked()) return;
    c_.require(at < left_.size(), "a 0 of the new shape stands behind the last dimension of the input");
    dims_[at] = left_[at];
    left_[at] = Dim(1);  // cancelled, even if it is unknown
  }

  bool isCopied(size_t at) const { return std::find(copied_.begin(), copied_.end(), at) != copied_.end(); }

  // One unknown dimension is as good as a -1, but nothing is promised.
  void openSingleUnknown() {
    for (size_t at = 0; at < dims_.size(); ++at) {
      if (!dims_[at].isUnknown() || isCopied(at)) continue;
      if (open_) {
        open_.reset();
        return;
      }
      open_ = at;
    }
  }

  void resolve() {
    std::vector<int64_t> fixed;
    bool known = true;  // all but the open dimension
    for (size_t at = 0; at < dims_.size(); ++at) {
      if (at == open_ || isCopied(at)) continue;
      if (dims_[at].isInteger())
        fixed.push_back(dims_[at].value());
      else if (!cancel(dims_[at]))
        known = false;
    }
    if (!known) return;
    const int64_t divisor = elementCount(fixed);
    const auto [product, others] = remaining();
    if (open_)
      dims_[*open_] = quotient(product, others, divisor);
    else if (others.empty())
      requireFit(product == divisor);
  }

  bool cancel(const Dim& dim) {
    const auto same = std::find_if(left_.begin(), left_.end(), [&](const Dim& d) { return d.sameAs(dim); });
    if (same == left_.end()) return false;
    *same = Dim(1);
    return true;
  }

  std::pair<int64_t, std::vector<Dim>> remaining() const {
    std::vector<int64_t> integers;
    std::vector<Dim> others;
    for (const Dim& dim : left_) {
      if (dim.isInteger())
        integers.push_back(dim.value());
      else
        others.push_back(dim);
    }
    return {elementCount(integers), std::move(others)};
  }

  Dim quotient(int64_t product, const std::vector<Dim>& others, int64_t divisor) const {
    if (others.empty()) {
      if (divisor == 0) {
        requireFit(product == 0 && !required_);
        return Dim();
      }
      requireFit(product % divisor == 0);
      return product / divisor;
    }
    return others.size() == 1 && product == divisor && product != 0 ? others.front() : Dim();
  }

  void requireFit(bool fits) const {
    if (fits) return;
    c_.fail("a tensor of shape " + c_.shape(0).toString() + " does not fit the new shape " +
            Shape(dims_).toString());
  }

  InferContext& c_;
  std::vector<Dim> dims_;       // of the output
  std::vector<Dim> left_;       // the input's, 1 where cancelled
  std::optional<size_t> open_;  // place of the -1, or of the only unknown dimension
  bool required_ = false;       // it was a -1
  std::vector<size_t> copied_;
};

void infer(InferContext& c) {
  Shape result;
  if (const auto wanted = c.contents(1)) {
    result = Shape(Resolution(c, *wanted).dims());
  } else if (const Shape& length = c.shape(1);
             length.ranked() && length.rank() == 1 && length[0].isInteger()) {
    const int64_t rank = length[0].value();
    c.require(rank >= 0 && rank <= 32, "the new shape has more than 32 dimensions");
    result = unknownShape(rank);
  }
  c.output(0, c.type(0), result);
  passContents(c, result);
}

int sinceFor(const Node& node, const Graph& graph) {
  return std::max(node.as<ReshapeAttributes>().allowZero ? 14 : 5,
                  sinceOfType({.base = 5}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op reshape{
    .name = "Reshape",
    .since = 5,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = ReshapeAttributes::read,
    .infer = infer,
    .reference = copyKernel,
    .traits = kView,
};

}  // namespace ridge::ops
