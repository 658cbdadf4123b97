// The ways that a graph can be executed, and how each compares with the truth.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "random_graph.h"

namespace ridge::test {

struct Way {
  std::string name;  ///< "cpu", "cpu without noop", "exported", ...
  std::function<std::vector<Tensor>(const Sample&)> outputs;
};

/// All ways of one sample: devices (also the test devices of support/remote_devices.h), all passes off, each
/// pass off that does something to the graph, by way of an ONNX file, by way of an engine file.
std::vector<Way> waysOf(const Sample& sample);

/// Why the results of a way are not the truth; none when they are within the sample's noise.
std::optional<std::string> problemOf(const Way& way, const Sample& sample);
std::optional<std::string> difference(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                                      const std::vector<double>& noise);

/// The smallest part of the sample found that still fails this way.
Sample shrunk(const Way& way, Sample sample);

/// The graph and its inputs as text.
std::string describe(const Sample& sample);

}  // namespace ridge::test
