// One op on literal tensors, in few lines.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "ops/evaluate.h"
#include "ops/ops.h"
#include "support/expect_error.h"

namespace ridge::test {

using Attribute = std::pair<std::string, AttributeValue>;
using AttributeList = std::vector<Attribute>;

inline Node makeNode(const Op& op, const AttributeList& attributes, size_t outputs = 1) {
  AttributeMap map;
  for (const auto& [name, value] : attributes) map.set(name, value);
  AttributeReader reader(map);
  Node node{.op = &op,
            .attrs = op.attributes ? op.attributes(reader) : nullptr,
            .in = {},
            .out = {},
            .name = "n",
            .origins = {}};
  reader.expectAllRead();
  for (size_t at = 0; at < outputs; ++at) node.out.push_back(static_cast<ValueId>(at));
  return node;
}

inline std::vector<Tensor> runAll(const Op& op, const std::vector<Tensor>& inputs,
                                  const AttributeList& attributes = {}, size_t outputs = 1) {
  return evaluateNode(makeNode(op, attributes, outputs), inputs);
}

inline Tensor run(const Op& op, const std::vector<Tensor>& inputs, const AttributeList& attributes = {}) {
  return runAll(op, inputs, attributes).front();
}

/// Any numeric type from literal numbers.
inline Tensor of(DType type, Dims dims, std::vector<double> values) {
  return fromDoubles(type, std::move(dims), values);
}
inline Tensor f32(std::vector<double> values) {
  const auto count = static_cast<int64_t>(values.size());
  return of(DType::f32, {count}, std::move(values));
}
inline Tensor f32(Dims dims, std::vector<double> values) {
  return of(DType::f32, std::move(dims), std::move(values));
}
inline Tensor i64(std::vector<int64_t> values) {
  return Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values));
}
/// 0, 1, 2, ... in a shape.
inline Tensor iota(Dims dims, DType type = DType::f32) {
  std::vector<double> values(static_cast<size_t>(elementCount(dims)));
  for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<double>(at);
  return of(type, std::move(dims), values);
}

inline std::vector<double> numbers(const Tensor& tensor) {
  return toDoubles(tensor);
}
inline std::vector<int64_t> integers(const Tensor& tensor) {
  return toInts(tensor);
}

using testing::ElementsAre;
using testing::ElementsAreArray;

}  // namespace ridge::test
