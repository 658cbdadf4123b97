// Our own table: every device's formula against the figure that its vendor has published, texts of formulas.
#include "analyze/machine/device_table.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace ridge::analyze {
namespace {

Peak peak(const char* device, Precision precision, bool matrix, bool sparse = false) {
  for (const Peak& candidate : peaksOf(findDevice(builtinDevices(), device)))
    if (candidate.precision == precision && candidate.matrix == matrix && candidate.sparse == sparse)
      return candidate;
  ADD_FAILURE() << device << " has no such peak";
  return {};
}

TEST(DeviceTable, FormulasShowTheirTerms) {
  EXPECT_EQ(peak("A100", Precision::fp16, true).terms,
            "1.41 GHz x 108 SM x 4 tensor cores x 256 FMA x 2 = 311.9 TFLOPS");
  EXPECT_EQ(peak("A100", Precision::int8, true, true).terms,
            "1.41 GHz x 108 SM x 4 tensor cores x 512 FMA x 2 x 2 (2:4) = 1247 TOPS");
  EXPECT_EQ(peak("A100", Precision::fp32, false).terms,
            "1.41 GHz x 108 SM x 64 CUDA cores x 2 = 19.49 TFLOPS");
  EXPECT_EQ(peak("A100", Precision::fp16, false).terms,
            "1.41 GHz x 108 SM x 64 CUDA cores x 4 FMA x 2 = 77.97 TFLOPS");
  EXPECT_EQ(peak("i7-5960X", Precision::fp32, false).terms,
            "3 GHz x 8 cores x 2 FMA units x 8 lanes x 2 = 0.768 TFLOPS");
  EXPECT_EQ(peak("Ryzen 9 9950X", Precision::int8, false).terms,
            "4.3 GHz x 16 cores x 2 FMA units x 16 lanes x 4 x 2 = 17.61 TOPS");
  EXPECT_EQ(peak("Xeon Platinum 8480+", Precision::bf16, true).terms,
            "2 GHz x 56 cores x 1 AMX unit x 512 FMA x 2 = 114.7 TFLOPS");
  EXPECT_EQ(peak("H200", Precision::fp16, true).terms,
            "1.83 GHz x 132 SM x 4 tensor cores x 512 FMA x 2 = 989.4 TFLOPS");
}

TEST(DeviceTable, BandwidthsShowTheirTerms) {
  const auto terms = [](const char* name) { return bandwidthOf(findDevice(builtinDevices(), name)).terms; };
  EXPECT_EQ(terms("Xeon Gold 6148"), "2666 MT/s x 8 bytes x 6 channels = 127.968 GB/s");
  EXPECT_EQ(terms("Quadro RTX 6000"), "1750 MHz x 8 transfers x 48 bytes = 672 GB/s");
  EXPECT_EQ(terms("V100"), "877 MHz x 2 transfers x 512 bytes = 898.048 GB/s");
  EXPECT_EQ(terms("H200"), "");  // published only
  EXPECT_EQ(bandwidthOf(findDevice(builtinDevices(), "H200")).bytesPerS, 4800e9);
}

TEST(DeviceTable, EveryPublishedPeakAgreesWithItsFormula) {
  int compared = 0;
  for (const Device& device : builtinDevices().devices)
    for (const Peak& entry : peaksOf(device)) {
      if (entry.published <= 0 || entry.formula <= 0) continue;
      ++compared;
      const double error = std::abs(entry.formula / entry.published - 1);
      EXPECT_EQ(error > 0.02, !entry.deviation.empty())
          << device.name << " " << name(entry.precision) << (entry.matrix ? " matrix" : "")
          << (entry.sparse ? " 2:4" : "") << ": formula " << entry.terms << ", published "
          << entry.published / 1e12 << ", explained: '" << entry.deviation << "'";
    }
  EXPECT_GT(compared, 180);
}

TEST(DeviceTable, EveryPublishedBandwidthAgreesWithItsFormula) {
  int compared = 0;
  for (const Device& device : builtinDevices().devices) {
    const Bandwidth bandwidth = bandwidthOf(device);
    if (bandwidth.published <= 0 || bandwidth.formula <= 0) continue;
    ++compared;
    const double error = std::abs(bandwidth.formula / bandwidth.published - 1);
    EXPECT_EQ(error > 0.02, !bandwidth.deviation.empty())
        << device.name << ": " << bandwidth.terms << ", published " << bandwidth.published / 1e9;
  }
  EXPECT_GT(compared, 50);
}

TEST(DeviceTable, EveryDeviceIsWhole) {
  std::set<std::string> names;
  std::set<std::string> generations;
  for (const Device& device : builtinDevices().devices) {
    EXPECT_FALSE(device.source.empty()) << device.name;
    EXPECT_TRUE(usualPeak(device, Precision::fp32)) << device.name;
    EXPECT_GT(bandwidthOf(device).bytesPerS, 0) << device.name;
    EXPECT_FALSE(device.traps.empty()) << device.name;
    EXPECT_TRUE(names.insert(squeezedName(device.name)).second) << device.name;
    for (const std::string& alias : device.aliases)
      EXPECT_TRUE(names.insert(squeezedName(alias)).second) << device.name << " alias " << alias;
    EXPECT_EQ(&findDevice(builtinDevices(), device.name), &device);
    generations.insert(device.generation->vendor + device.generation->title);
  }
  EXPECT_GE(builtinDevices().devices.size(), 60u);
  EXPECT_GE(generations.size(), 20u);
}

TEST(DeviceTable, ChannelsFollowTheBytesThatMatrixUnitsTake) {
  EXPECT_EQ(peak("A100", Precision::tf32, true).channelMultiple, 4);
  EXPECT_EQ(peak("A100", Precision::fp16, true).channelMultiple, 8);
  EXPECT_EQ(peak("A100", Precision::int8, true).channelMultiple, 16);
  EXPECT_EQ(peak("A100", Precision::int4, true).channelMultiple, 32);
  EXPECT_EQ(peak("A100", Precision::fp32, false).channelMultiple, 1);
  EXPECT_EQ(peak("Xeon Platinum 8480+", Precision::bf16, true).channelMultiple, 32);
  EXPECT_EQ(peak("Xeon Platinum 8480+", Precision::int8, true).channelMultiple, 64);
}

TEST(DeviceTable, OneFigureIsTheUsualOne) {
  const Device& a100 = findDevice(builtinDevices(), "A100");
  EXPECT_TRUE(usualPeak(a100, Precision::fp16)->matrix);
  EXPECT_FALSE(usualPeak(a100, Precision::fp16)->sparse);
  EXPECT_FALSE(usualPeak(a100, Precision::fp32)->matrix);
  EXPECT_FALSE(usualPeak(a100, Precision::fp8));
  // Published figures go first where the file says so.
  const Device& xavier = findDevice(builtinDevices(), "Jetson AGX Xavier");
  EXPECT_EQ(usualPeak(xavier, Precision::int8)->opsPerS, 22.4e12);
  EXPECT_FALSE(usualPeak(xavier, Precision::int8)->byFormula());
  EXPECT_GT(usualPeak(xavier, Precision::int8)->formula, 22.5e12);
  EXPECT_THAT(xavier.traps, testing::Contains(testing::HasSubstr("32 TOPS count the DLA")));
}

TEST(DeviceTable, PeaksAreShownToFourDigits) {
  EXPECT_EQ(formatOps(311.857e12, Precision::fp16), "311.9 TFLOPS");
  EXPECT_EQ(formatOps(2494.86e12, Precision::int4), "2495 TOPS");
  EXPECT_EQ(formatOps(4e9, Precision::fp32), "4 GFLOPS");
  EXPECT_EQ(formatOps(0.768e12, Precision::fp32), "0.768 TFLOPS");
}

}  // namespace
}  // namespace ridge::analyze
