// How many cycles a matrix product takes on scalar and on matrix units, and what padding wastes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/machine/device.h"

namespace ridge::analyze {

/// C(m x n) = A(m x k) B(k x n).
struct Product {
  int64_t m = 1, n = 1, k = 1;
  double multiplyAdds() const {
    return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
};

inline constexpr int64_t kLargestSide = int64_t{1} << 20;

/// "16x8x32": M, N, K. Error{usage} naming --gemm unless each is 1 to kLargestSide.
Product productFromText(const std::string& text);

/// A product on `units` that each multiply a block in a step. Blocks of C are dealt out evenly; the depth k
/// of one stays with its unit.
struct Steps {
  int64_t steps = 0;  ///< one after another
  Product padded;     ///< to whole blocks
  double waste = 0;   ///< 0..1: share of the padded product that is padding
  double busy = 0;    ///< 0..1: useful multiply-adds of all that the units could do in these steps
};

/// The block lies as it stands or with m and n exchanged (the product transposed), whichever takes fewer
/// steps.
Steps stepsOf(const Product& product, const Block& block, int64_t units);

struct GemmRow {
  std::string unit;  ///< "16 CUDA cores (fp32)", "mma m16n8k16"
  Block block;       ///< of one step
  Steps steps;
  double cycles = 0;
  std::optional<double> seconds;  ///< of the whole device
  bool matrix = false, sparse = false;
};

/// From one unit to the whole device. Error{usage} for a precision that it has no units for, naming those
/// that there are.
std::vector<GemmRow> gemmOn(const Device& device, const Product& product, Precision precision);

}  // namespace ridge::analyze
