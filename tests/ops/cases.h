// The suite of cases per op: single-node graphs, inputs and the answers of ONNX Runtime. Every backend runs
// it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge::test {

struct OpCase {
  std::string name;  ///< "conv/padded"
  Graph graph;       ///< one node; integer vectors (axes, sizes) are constants, all else are graph inputs
  std::map<std::string, Tensor> inputs;
  std::vector<Tensor> expected;  ///< one per graph output
};

/// Families with an archive in tests/ops/goldens, sorted.
std::vector<std::string> opFamilies();
std::vector<OpCase> opCases(const std::string& family);

/// Empty when equal: type and shape exactly, integers exactly, floats within what the summation order of
/// their type allows. Else a sentence.
std::string difference(const Tensor& actual, const Tensor& expected);

}  // namespace ridge::test
