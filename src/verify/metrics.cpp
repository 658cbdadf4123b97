#include "verify/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

namespace ridge {

namespace {

struct Power {
  double signal = 0, error = 0;
  int64_t count = 0;
};

double decibels(double signal, double error) {
  if (error == 0) return Difference::kExact;
  if (signal == 0) return -Difference::kExact;
  return std::clamp(10 * std::log10(signal / error), -Difference::kExact, Difference::kExact);
}

double meanOf(double sum, int64_t count) {
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

/// Running sums over all elements and over each channel.
class Accumulator {
 public:
  Accumulator(size_t channels, double flushed) : channels_(channels), flushed_(flushed) {}

  void add(size_t channel, double got, double want) {
    if (!std::isfinite(got) || !std::isfinite(want)) return addNotFinite(got, want);
    const double error = std::abs(got - want) < flushed_ ? 0 : got - want;
    difference_.maxAbs = std::max(difference_.maxAbs, std::abs(error));
    if (want != 0) difference_.maxRel = std::max(difference_.maxRel, std::abs(error / want));
    dot_ += got * want;
    gotSquares_ += got * got;
    smallest_ = std::min(smallest_, want);
    largest_ = std::max(largest_, want);
    for (Power* power : {&total_, &channels_[channel]}) {
      power->signal += want * want;
      power->error += error * error;
      ++power->count;
    }
  }

  Difference finish() {
    if (total_.count > 0) difference_.range = largest_ - smallest_;
    difference_.rms = std::sqrt(meanOf(total_.error, total_.count));
    const double lengths = std::sqrt(gotSquares_) * std::sqrt(total_.signal);
    difference_.cosine = lengths > 0 ? std::clamp(dot_ / lengths, -1.0, 1.0) : total_.error == 0 ? 1 : 0;
    difference_.sqnrDb = decibels(total_.signal, total_.error);
    difference_.worstChannelDb = Difference::kExact;
    const double signal = meanOf(total_.signal, total_.count);
    for (size_t at = 0; at < channels_.size(); ++at) {
      const Power& channel = channels_[at];
      const double own = std::max(meanOf(channel.signal, channel.count), signal);
      const double decibel = decibels(own, meanOf(channel.error, channel.count));
      if (decibel >= difference_.worstChannelDb) continue;
      difference_.worstChannelDb = decibel;
      difference_.worstChannel = static_cast<int64_t>(at);
    }
    return difference_;
  }

 private:
  void addNotFinite(double got, double want) {
    const bool equal = got == want || (std::isnan(got) && std::isnan(want));
    ++(equal ? difference_.equalNotFinite : difference_.mismatched);
  }

  Difference difference_;
  Power total_;
  std::vector<Power> channels_;
  const double flushed_;  ///< kernels make zeros of smaller numbers
  double dot_ = 0, gotSquares_ = 0;
  double smallest_ = std::numeric_limits<double>::infinity(), largest_ = -smallest_;
};

}  // namespace

std::optional<size_t> defaultChannelAxis(const Tensor& tensor) {
  if (tensor.rank() == 0) return std::nullopt;
  return tensor.rank() == 1 ? 0 : 1;
}

Difference compareTensors(const Tensor& got, const Tensor& want, std::optional<size_t> channelAxis) {
  check(got.dims() == want.dims(), "tensors of one shape are compared");
  const std::vector<double> gotNumbers = toDoubles(got), wantNumbers = toDoubles(want);
  int64_t inner = want.count(), channels = 1;
  if (channelAxis) {
    channels = want.dims()[*channelAxis];
    inner = 1;
    for (size_t axis = *channelAxis + 1; axis < want.dims().size(); ++axis) inner *= want.dims()[axis];
  }
  const double flushed = want.type() == DType::f64 ? 0 : std::numeric_limits<float>::min();
  Accumulator sums(static_cast<size_t>(std::max<int64_t>(channels, 1)), flushed);
  for (size_t at = 0; at < wantNumbers.size(); ++at)
    sums.add(static_cast<size_t>(static_cast<int64_t>(at) / inner % channels), gotNumbers[at],
             wantNumbers[at]);
  Difference difference = sums.finish();
  if (!isFloat(want.type()) && difference.maxAbs > 0)
    for (size_t at = 0; at < wantNumbers.size(); ++at)
      difference.mismatched += gotNumbers[at] != wantNumbers[at];
  return difference;
}

}  // namespace ridge
