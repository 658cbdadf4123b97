// The suite of cases per op: single-node graphs, inputs and the answers of ONNX Runtime. Every backend runs
// it.
#pragma once

#include <cstddef>
#include <map>
#include <span>
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

/// A seeded case of one version of an op and some of its types (generate.py): a model of its own, so that the
/// importer's upgrades run too.
struct GeneratedCase {
  std::string name;               ///< "Add-7 T=f32"
  std::vector<std::string> keys;  ///< "T=f32", ...: which type each of the op's type parameters has here
  Graph graph;
  std::map<std::string, Tensor> inputs;
  std::vector<Tensor> expected;
};

/// Ops with an archive in tests/ops/generated, sorted.
std::vector<std::string> generatedOps();

/// The files of an op's cases; Error{input} from `generatedCase` when our importer refuses one.
std::vector<std::vector<std::byte>> generatedModels(const std::string& op);
GeneratedCase generatedCase(std::span<const std::byte> model, const std::string& name);

/// Empty when equal: type and shape exactly, integers exactly, floats within what the summation order of
/// their type allows. Else a sentence.
std::string difference(const Tensor& actual, const Tensor& expected);

}  // namespace ridge::test
