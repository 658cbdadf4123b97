// --top K: the largest elements of an output.
#pragma once

#include "common/output.h"
#include "ir/tensor.h"

namespace ridge::tool {

/// Prints and returns the `k` largest numbers, best first, ties by place, NaN never among them. Of one row of
/// scores: [{"index", "score"}]. Of a few rows (along the last axis): of each, with "row", its place among
/// the rows. Of anything larger: of all elements, with "index" into the flattened tensor and "at", its place.
Json printTop(const Tensor& tensor, int k, const Output& out);

}  // namespace ridge::tool
