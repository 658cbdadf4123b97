#include "ops/control/control.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "ops/since_support.h"

namespace ridge::ops {

namespace {

constexpr int64_t kMostBytes = 2LL << 30;  // of one tensor, as everywhere in the evaluator
constexpr int kDeepInference = 3;          // bodies around; deeper loops are inferred once only

Shape either(const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked() || a.rank() != b.rank()) return {};
  std::vector<Dim> dims = a.dims();
  for (int64_t axis = 0; axis < a.rank(); ++axis)
    if (!a[axis].sameAs(b[axis])) dims[static_cast<size_t>(axis)] = Dim();
  return Shape(std::move(dims));
}

Container either(const InferContext& c, Container a, Container b) {
  if (a == b) return a;
  const auto isSequence = [](Container kind) {
    return kind == Container::sequence || kind == Container::optionalSequence;
  };
  if (isSequence(a) != isSequence(b)) c.fail("a value would be a tensor or a sequence, as it comes");
  return isSequence(a) ? Container::optionalSequence : Container::optional;
}

}  // namespace

ValueType either(const InferContext& c, const ValueType& a, const ValueType& b) {
  if (a.type != DType::undefined && b.type != DType::undefined && a.type != b.type)
    c.fail("a value would be of type " + std::string(name(a.type)) + " or " + std::string(name(b.type)) +
           ", as it comes");
  ValueType result{.type = a.type == DType::undefined ? b.type : a.type,
                   .shape = either(a.shape, b.shape),
                   .container = either(c, a.container, b.container)};
  if (a.contents && b.contents && *a.contents == *b.contents) result.contents = a.contents;
  return result;
}

ValueType withoutShape(ValueType type) {
  type.shape = Shape();
  type.contents.reset();
  return type;
}

bool sameType(const ValueType& a, const ValueType& b) {
  return a.type == b.type && a.shape == b.shape && a.container == b.container && a.contents == b.contents;
}

std::vector<ValueType> inferCarried(InferContext& c, std::vector<ValueType>& formal, size_t firstCarried,
                                    size_t count, size_t firstResult) {
  const auto carried = [&](size_t at) -> ValueType& { return formal[firstCarried + at]; };
  const int tries = InferContext::bodyDepth() < kDeepInference ? 3 : 1;
  for (size_t at = 0; at < count; ++at) carried(at).contents.reset();  // a counter never holds
  for (int attempt = 1;; ++attempt) {
    if (attempt == tries)
      for (size_t at = 0; at < count; ++at) carried(at) = withoutShape(carried(at));
    std::vector<ValueType> results = c.inferBody(0, formal);
    c.require(results.size() >= firstResult + count, "the body gives fewer values back than are carried");
    bool holds = true;
    for (size_t at = 0; at < count; ++at) {
      ValueType next = either(c, carried(at), results[firstResult + at]);
      next.contents.reset();
      if (attempt < tries) holds = holds && sameType(next, carried(at));
      carried(at) = std::move(next);
    }
    if (holds) return results;
  }
}

int sinceOfValues(const Node& node, const Graph& graph, int base) {
  int since = base;
  const std::span<const ValueId> in(node.in.data(), node.in.size() - static_cast<size_t>(node.captures));
  for (const std::span<const ValueId> list : {in, std::span<const ValueId>(node.out)})
    for (const ValueId id : list) {
      if (id == kNoValue) continue;
      const Container container = graph.value(id).container;
      since = std::max(since, sinceOfType({.base = base, .bf16 = 16}, graph.value(id).type));
      if (container == Container::sequence) since = std::max(since, 13);
      if (container == Container::optional || container == Container::optionalSequence)
        since = std::max(since, 16);
    }
  return since;
}

bool truthOf(const EvaluateContext& c, const Tensor& tensor) {
  if (tensor.type() != DType::boolean || tensor.count() != 1) c.fail("the condition is not one boolean");
  return tensor.as<uint8_t>()[0] != 0;
}

void Stack::add(const EvaluateContext& c, const Datum& slice) {
  if (!slice.tensor.defined()) c.fail("a value that is collected over the iterations is no tensor");
  if (!slices_.empty() &&
      (slice.tensor.dims() != slices_.front().dims() || slice.tensor.type() != slices_.front().type()))
    c.fail("a value that is collected over the iterations has the shape " + toString(slice.tensor.dims()) +
           " once and " + toString(slices_.front().dims()) + " before");
  bytes_ += static_cast<int64_t>(slice.tensor.byteSize());
  if (bytes_ > kMostBytes) c.fail("the values collected over the iterations would take more than 2 GiB");
  slices_.push_back(slice.tensor);
}

Tensor Stack::join(const EvaluateContext& c, int64_t axis, bool reversed, const Value& inferred) const {
  Dims slice;
  if (!slices_.empty()) {
    slice = slices_.front().dims();
  } else if (inferred.shape.ranked()) {
    for (const Dim& dim : inferred.shape.dims()) slice.push_back(dim.isInteger() ? dim.value() : 0);
  }
  const DType type = slices_.empty() ? inferred.type : slices_.front().type();
  if (type == DType::undefined) c.fail("the type of an output cannot be told without an iteration");
  const auto at = static_cast<size_t>(normalizeAxis(axis, static_cast<int64_t>(slice.size()) + 1));
  Dims dims = slice;
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(at), static_cast<int64_t>(slices_.size()));
  if (type == DType::string) c.fail("strings cannot be collected over the iterations");

  Tensor joined = Tensor::allocate(type, dims);
  if (joined.count() == 0) return joined;
  const int64_t outer = elementCount(std::span(slice).first(at));
  const int64_t inner = elementCount(std::span(slice).subspan(at));
  const int bits = bitsOf(type);
  if (inner * bits % 8 != 0) c.fail("values of less than a byte cannot be collected here");
  const auto run = static_cast<size_t>(inner * bits / 8);
  for (size_t index = 0; index < slices_.size(); ++index) {
    const std::byte* from = slices_[reversed ? slices_.size() - 1 - index : index].bytes().data();
    for (int64_t row = 0; row < outer; ++row)
      std::memcpy(joined.mutableBytes().data() + (static_cast<size_t>(row) * slices_.size() + index) * run,
                  from + static_cast<size_t>(row) * run, run);
  }
  return joined;
}

}  // namespace ridge::ops
