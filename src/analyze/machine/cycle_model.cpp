#include "analyze/machine/cycle_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace ridge::analyze {
namespace {

int64_t blocks(int64_t size, int64_t block) {
  return (size + block - 1) / block;
}

Steps stepsAsItStands(const Product& product, const Block& block, int64_t units) {
  const int64_t down = blocks(product.m, block.m), across = blocks(product.n, block.n);
  const int64_t deep = blocks(product.k, block.k);
  Steps result;
  result.steps = blocks(down * across, units) * deep;
  result.padded = {down * block.m, across * block.n, deep * block.k};
  result.waste = 1 - product.multiplyAdds() / result.padded.multiplyAdds();
  result.busy = product.multiplyAdds() / (static_cast<double>(result.steps) * static_cast<double>(units) *
                                          static_cast<double>(block.multiplyAdds()));
  return result;
}

Block twiceAsDeep(Block block, bool sparse) {
  if (sparse) block.k *= 2;
  return block;
}

std::string shown(const Block& block) {
  return fmt::format("m{}n{}k{}", block.m, block.n, block.k);
}

/// Rows of one device, one product.
class Rows {
 public:
  Rows(const Device& device, const Product& product) : device_(device), product_(product) {}

  /// `count` units that each do the rate's block in a cycle.
  GemmRow& add(std::string unit, const UnitRate& rate, int64_t count, bool sparse = false) {
    return add(std::move(unit), twiceAsDeep(rate.cycle, sparse), count, 1, sparse);
  }

  /// Instructions, one after another on `places` that each hold `rate.together` units.
  GemmRow& addInstructions(std::string unit, const UnitRate& rate, int64_t places, bool sparse) {
    const double cycles = static_cast<double>(rate.instruction->multiplyAdds()) /
                          static_cast<double>(rate.cycle.multiplyAdds() * rate.together);
    return add(std::move(unit), twiceAsDeep(*rate.instruction, sparse), places, cycles, sparse);
  }

  /// Vector units: one, sixteen, those of a core, all. Where they do not know the precision, in fp32.
  void addVector(const UnitRate& scalar, const UnitRate& rate) {
    const std::string& unit = device_.generation->vector.name;
    const std::string inFirst = fmt::format(" ({})", name(scalar.precision));
    if (device_.generation->kind == DeviceKind::gpu) {
      add(counted(1, unit) + inFirst, scalar, 1);
      add(counted(16, unit) + inFirst, scalar, 16);
    } else {
      add(fmt::format("1 {} ({})", unit, name(rate.precision)), rate, 1);
    }
    const std::string in = fmt::format(" ({})", name(rate.precision));
    add(fmt::format("1 {}: {}{}", device_.generation->core, counted(rate.units, unit), in), rate, rate.units);
    whole(counted(rate.units * device_.cores, unit) + in, rate, false, false);
  }

  void addMatrix(const UnitRate& rate, bool sparse) {
    const std::string& unit = device_.generation->matrix.name;
    const std::string with = sparse ? ", 2:4" : "";
    const auto mark = [](GemmRow& row) { row.matrix = true; };
    mark(add(counted(1, unit) + with, rate, 1, sparse));
    if (rate.units > 1)
      mark(add(fmt::format("1 {}: {}{}", device_.generation->core, counted(rate.units, unit), with), rate,
               rate.units, sparse));
    if (rate.instruction)
      mark(addInstructions("instruction " + shown(twiceAsDeep(*rate.instruction, sparse)) + with, rate, 1,
                           sparse));
    whole(counted(rate.units * device_.cores, unit) + with, rate, sparse, true);
  }

  std::vector<GemmRow> take() { return std::move(rows_); }

 private:
  GemmRow& add(std::string unit, const Block& block, int64_t count, double cyclesOfStep, bool sparse) {
    GemmRow row;
    row.unit = std::move(unit);
    row.block = block;
    row.sparse = sparse;
    row.steps = stepsOf(product_, block, count);
    row.cycles = static_cast<double>(row.steps.steps) * cyclesOfStep;
    rows_.push_back(std::move(row));
    return rows_.back();
  }

  /// The device works in whole instructions, where it has them.
  void whole(const std::string& units, const UnitRate& rate, bool sparse, bool matrix) {
    if (device_.cores <= 0) return;
    const int64_t count = rate.units * device_.cores;
    const std::string unit = "device: " + units;
    GemmRow& row = rate.instruction ? addInstructions(unit, rate, count / rate.together, sparse)
                                    : add(unit, rate, count, sparse);
    row.matrix = matrix;
    const double clock = matrix && device_.matrixClockHz > 0 ? device_.matrixClockHz : device_.clockHz;
    if (clock > 0) row.seconds = row.cycles / clock;
  }

  const Device& device_;
  const Product& product_;
  std::vector<GemmRow> rows_;
};

[[noreturn]] void failPrecision(const Device& device, Precision precision) {
  std::vector<std::string_view> known;
  for (const Precision candidate : kPrecisions)
    if (device.generation->matrix.rate(candidate) || device.generation->vector.rate(candidate))
      known.push_back(name(candidate));
  failUsage(fmt::format("{} has no units for {}", escaped(device.name), name(precision)), "--precision",
            known.empty() ? "choose a device whose units are known"
                          : fmt::format("it has them for {}", fmt::join(known, ", ")));
}

}  // namespace

Product productFromText(const std::string& text) {
  const std::vector<int64_t> sizes = parseSizes(text).value_or(std::vector<int64_t>{});
  if (sizes.size() != 3 ||
      std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 1 || size > kLargestSide; }))
    failUsage(inQuotes(text) + " is no matrix product", "--gemm",
              fmt::format("write MxNxK with sizes from 1 to {}, as in 16x8x32", kLargestSide));
  return {sizes[0], sizes[1], sizes[2]};
}

Steps stepsOf(const Product& product, const Block& block, int64_t units) {
  const Steps straight = stepsAsItStands(product, block, units);
  Steps turned = stepsAsItStands({product.n, product.m, product.k}, block, units);
  std::swap(turned.padded.m, turned.padded.n);
  return turned.steps < straight.steps ? turned : straight;
}

std::vector<GemmRow> gemmOn(const Device& device, const Product& product, Precision precision) {
  const UnitKind& vector = device.generation->vector;
  const UnitRate* const matrix = device.generation->matrix.rate(precision);
  const UnitRate* const own = vector.rate(precision);
  const UnitRate* const scalar = vector.rate(Precision::fp32);
  if (!matrix && !own) failPrecision(device, precision);
  Rows rows(device, product);
  if (const UnitRate* const rate = own ? own : scalar) rows.addVector(scalar ? *scalar : *rate, *rate);
  if (matrix) {
    rows.addMatrix(*matrix, false);
    if (matrix->sparse) rows.addMatrix(*matrix, true);
  }
  return rows.take();
}

}  // namespace ridge::analyze
