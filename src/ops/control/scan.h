// Attributes of Scan: plans run it too.
#pragma once

#include <vector>

#include "ops/infer.h"

namespace ridge::ops {

struct ScanAttributes : AttributesOf<ScanAttributes> {
  int64_t scanInputs = 0;
  std::vector<int64_t> inputAxes, inputDirections, outputAxes, outputDirections;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("num_scan_inputs", self.scanInputs);
    v("scan_input_axes", self.inputAxes);
    v("scan_input_directions", self.inputDirections);
    v("scan_output_axes", self.outputAxes);
    v("scan_output_directions", self.outputDirections);
  }

  /// Lists may be left out: axis 0, forward.
  static int64_t entry(const std::vector<int64_t>& list, size_t at) {
    return at < list.size() ? list[at] : 0;
  }
};

}  // namespace ridge::ops
