#include "common/gains.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"

namespace ridge::tool {

using namespace analyze;

namespace {

constexpr size_t kMostRows = 20;
constexpr double kWorthSaying = 1e-3;  // of the network's least time

void addAdvice(Json& advice, const std::string& layer, const char* gain, double seconds, std::string text) {
  if (seconds <= 0) return;
  Json json{{"layer", layer}, {"gain", gain}, {"text", std::move(text)}};
  setNumber(json, "saves_ms", seconds * 1e3);
  advice.push_back(std::move(json));
}

void printTable(const std::vector<const LayerGain*>& rows, const GainRequest& request, const Output& out) {
  double largest = 0;
  for (const LayerGain* gain : rows) largest = std::max(largest, gain->largestSeconds());
  const TimeUnit unit(largest);
  const std::string_view of = unit.name();
  const auto time = [&](double seconds) { return seconds > 0 ? unit.of(seconds) : std::string("-"); };
  const std::string matrix = request.matrix
                                 ? fmt::format("{} matrix units {}", name(request.matrix->precision), of)
                                 : fmt::format("matrix units {}", of);
  std::vector<std::vector<std::string>> table{
      {"would save", "op", matrix, fmt::format("batch {} {} an item", kGainBatch, of),
       fmt::format("fusion {}", of), "channels", "padding %", fmt::format("padding {}", of)}};
  for (const LayerGain* gain : rows) {
    const LayerCost& cost = request.roofline->layers[gain->layer].cost;
    table.push_back({escaped(cost.name), escaped(cost.op), time(gain->matrixSeconds),
                     time(gain->batchSeconds), time(gain->fusionSeconds),
                     gain->channels.empty() ? "-" : gain->channels,
                     gain->channels.empty() ? "-" : fmt::format("{:.1f}", 100 * gain->waste),
                     time(gain->paddingSeconds)});
  }
  if (table.size() > 1) out.table(table);
}

}  // namespace

Json adviceJson(const Graph& graph, const GainRequest& request, const Output& out) {
  const std::vector<LayerGain> gains = gainsOf(graph, request);
  Json advice = Json::array();
  std::vector<const LayerGain*> rows;
  for (const LayerGain& gain : gains) {
    const std::string& layer = request.roofline->layers[gain.layer].cost.name;
    if (request.matrix)
      addAdvice(advice, layer, "tensor cores", gain.matrixSeconds,
                fmt::format("on the matrix units for {}", name(request.matrix->precision)));
    addAdvice(advice, layer, "batch", gain.batchSeconds,
              fmt::format("an item, when {} share the weights", kGainBatch));
    addAdvice(advice, layer, "fusion", gain.fusionSeconds, "runs together with what follows it");
    addAdvice(advice, layer, "padding", gain.paddingSeconds,
              fmt::format("channels ({}) are padded: {:.1f} % of the padded product", gain.channels,
                          100 * gain.waste));
    if (gain.largestSeconds() > kWorthSaying * request.roofline->floorSeconds) rows.push_back(&gain);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const LayerGain* a, const LayerGain* b) {
    return a->largestSeconds() > b->largestSeconds();
  });
  rows.resize(std::min(rows.size(), kMostRows));
  printTable(rows, request, out);
  return advice;
}

}  // namespace ridge::tool
