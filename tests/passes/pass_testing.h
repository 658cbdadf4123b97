// Running passes in tests and looking at what they made.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ir/dump.h"
#include "ir/verifier.h"
#include "ops/evaluate.h"
#include "passes/driver.h"
#include "passes/pass_list.h"
#include "support/graph_maker.h"

namespace ridge::test {

/// Runs one pass to its fixpoint.
inline PassReport runPass(Graph& graph, std::string_view name) {
  const Pass* pass = findPass(name);
  if (!pass) {
    ADD_FAILURE() << "no pass " << name;
    return {};
  }
  PassReport report;
  runPasses(graph, {pass, 1}, {}, report);
  EXPECT_EQ(problemOf(graph), "");
  return report;
}

/// How many live nodes are of this op.
inline int count(const Graph& graph, const Op& op) {
  int found = 0;
  for (const NodeId id : graph.order()) found += graph.node(id).op == &op ? 1 : 0;
  return found;
}

inline std::vector<std::string> declinedSentences(const PassReport& report) {
  std::vector<std::string> sentences;
  for (const auto& entry : report.declined) sentences.push_back(entry.sentence);
  return sentences;
}

/// A tensor of repeatable numbers in [-2, 2) for every input; symbols are 2.
inline std::map<std::string, Tensor> someInputs(const Graph& graph, unsigned seed = 1) {
  std::map<std::string, Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    Dims dims;
    for (const Dim& dim : graph.value(id).shape.dims()) dims.push_back(dim.isInteger() ? dim.value() : 2);
    std::vector<double> values(static_cast<size_t>(elementCount(dims)));
    for (double& value : values) {
      seed = seed * 1664525 + 1013904223;
      value = static_cast<double>(seed >> 8) / 4194304.0 - 2;
    }
    inputs.emplace(graph.value(id).name, fromDoubles(graph.value(id).type, dims, values));
  }
  return inputs;
}

/// Both graphs answer alike: every output within `tolerance` of its range.
inline void expectSameAnswers(const Graph& before, const Graph& after, double tolerance = 1e-5) {
  const auto inputs = someInputs(before);
  const auto wanted = evaluate(before, inputs);
  const auto got = evaluate(after, inputs);
  ASSERT_EQ(wanted.size(), got.size());
  for (size_t at = 0; at < wanted.size(); ++at) {
    EXPECT_EQ(wanted[at].dims(), got[at].dims());
    const auto expected = toDoubles(wanted[at]), actual = toDoubles(got[at]);
    ASSERT_EQ(expected.size(), actual.size());
    double range = 1e-3;
    for (const double value : expected) range = std::max(range, std::abs(value));
    for (size_t element = 0; element < expected.size(); ++element)
      ASSERT_NEAR(expected[element], actual[element], tolerance * range)
          << "output " << at << " element " << element;
  }
}

}  // namespace ridge::test
