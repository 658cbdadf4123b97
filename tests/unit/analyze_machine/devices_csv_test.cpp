// Every row of ../shared/spec/devices.csv, and a few rows of our own so that something is tested without it.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analyze/machine/device_table.h"

namespace ridge::analyze {
namespace {

struct Row {
  std::string device, quantity, formula, value, unit;
};

/// One in the last digit that is printed: "39.2" gives 0.1.
double lastDigit(const std::string& printed) {
  const size_t point = printed.find('.');
  return point == std::string::npos ? 1 : std::pow(10.0, -static_cast<double>(printed.size() - point - 1));
}

/// The printed figure is the value, rounded to as many digits.
bool isPrinted(double value, const std::string& printed) {
  return std::abs(value - std::stod(printed)) < lastDigit(printed) * 0.5000001;
}

TEST(DevicesCsv, PrintedFiguresAreRounded) {
  EXPECT_TRUE(isPrinted(38.98, "39"));
  EXPECT_TRUE(isPrinted(9.746, "9.7"));
  EXPECT_TRUE(isPrinted(127.968, "127.968"));
  EXPECT_FALSE(isPrinted(127.969, "127.968"));
  EXPECT_FALSE(isPrinted(38.4, "39"));
}

/// The peak that a quantity names, "fp16 tensor core 2:4" or "int8 GPU dense"; null: none.
const Peak* peakNamed(const std::vector<Peak>& peaks, const std::string& quantity) {
  const auto precision = precisionFromName(quantity.substr(0, quantity.find(' ')));
  if (!precision) return nullptr;
  const auto says = [&quantity](const char* word) { return quantity.find(word) != std::string::npos; };
  const bool matrix = says("tensor core") || says("GPU"), sparse = says("2:4");
  for (const Peak& peak : peaks)
    if (peak.precision == *precision && peak.matrix == matrix && peak.sparse == sparse) return &peak;
  return nullptr;
}

/// What our table says, in the row's unit; NaN: nothing.
double valueOf(const Device& device, const Row& row) {
  const double bandwidth = bandwidthOf(device).bytesPerS;
  if (row.quantity == "bandwidth") return bandwidth / 1e9;
  if (row.quantity.ends_with("ridge point")) {
    const auto precision = precisionFromName(row.quantity.substr(0, row.quantity.find(' ')));
    const std::optional<Peak> peak = precision ? usualPeak(device, *precision) : std::nullopt;
    return peak ? peak->opsPerS / bandwidth : std::nan("");
  }
  if (row.formula.starts_with("measured")) {
    for (const FieldMeasurement& entry : device.measured)
      if (entry.what == row.quantity && "measured " + entry.date == row.formula)
        return entry.value / (entry.unit == "GB/s" ? 1e9 : 1e12);
    return std::nan("");
  }
  const std::vector<Peak> peaks = peaksOf(device);
  const Peak* const peak = peakNamed(peaks, row.quantity);
  if (!peak) return std::nan("");
  // A formula in the row must be reached by ours, not by a published figure.
  if (!row.formula.starts_with("published")) return peak->formula / 1e12;
  return peak->opsPerS / 1e12;
}

void expectRow(const Row& row) {
  const std::string what = row.device + ": " + row.quantity;
  const Device& device = findDevice(builtinDevices(), row.device);
  const double value = valueOf(device, row);
  EXPECT_TRUE(isPrinted(value, row.value))
      << what << " is " << value << ", not " << row.value << " " << row.unit;
}

TEST(DevicesCsv, RowsOfOurOwn) {
  const std::vector<Row> rows{
      {"Core i7-5960X", "fp64 peak", "3.0e9 * 8 * 16", "0.384", "TFLOPS"},
      {"Core i7-8700", "bandwidth", "2666e6 * 8 bytes * 2 channels", "42.656", "GB/s"},
      {"A100", "int4 tensor core 2:4", "1.41e9 * 108 * 4 * 1024 * 2 * 2", "2495", "TOPS"},
      {"A100", "fp64 tensor core", "1.41e9 * 108 * 64 * 2", "19.5", "TFLOPS"},
      {"RTX 3080", "int8 ridge point", "", "313", "OP/byte"},
      {"Jetson AGX Orin", "int8 GPU 2:4", "published", "170", "TOPS"},
      {"H200", "fp16 GEMM 8192", "measured 2026-11-20", "714", "TFLOPS"},
  };
  for (const Row& row : rows) expectRow(row);
}

TEST(DevicesCsv, EveryRowOfTheSpecification) {
  const std::string path = "../shared/spec/devices.csv";
  if (!std::filesystem::exists(path))
    GTEST_SKIP() << "../shared/spec/devices.csv is not here: no rows to compare with";
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  ASSERT_EQ(line, "device,quantity,formula,value,unit");
  int rows = 0;
  while (std::getline(file, line)) {
    std::vector<std::string> cells{""};
    for (const char c : line) {
      if (c == ',')
        cells.emplace_back();
      else if (c != '\r')
        cells.back() += c;
    }
    ASSERT_EQ(cells.size(), 5u) << line;
    expectRow({cells[0], cells[1], cells[2], cells[3], cells[4]});
    ++rows;
  }
  EXPECT_GE(rows, 43);
}

}  // namespace
}  // namespace ridge::analyze
