// The published tables of layers and chains come out exactly (../shared/spec).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "analyze/layer_cost.h"
#include "base/text.h"
#include "pipeline/csv.h"
#include "unit/analyze_roofline/conv_network.h"

namespace ridge::analyze {
namespace {

using namespace ridge::test;

constexpr double kExact = 1e-6;
const CostOptions kSlides{.convention = Convention::slides};

using Row = std::map<std::string, std::string>;

/// Rows by column name; empty when the file is not there.
std::vector<Row> rowsOf(const std::string& name) {
  const std::string path = "../shared/spec/" + name;
  std::ifstream file(path);
  if (!file) return {};
  std::stringstream text;
  text << file.rdbuf();
  const auto rows = pipeline::parseCsv(text.str(), path);
  std::vector<Row> named;
  for (size_t at = 1; at < rows.size(); ++at) {
    named.emplace_back();
    for (size_t column = 0; column < rows[0].fields.size(); ++column)
      named.back()[rows[0].fields[column]] = rows[at].fields.at(column);
  }
  return named;
}

void expectNear(double found, const std::string& wanted, const std::string& what) {
  const double value = parseDouble(wanted).value();
  EXPECT_NEAR(found, value, kExact * value) << what;
}

int64_t numberOf(const Row& row, const std::string& column) {
  return parseInt(row.at(column)).value();
}

TEST(Spec, EveryLayerOfTheTable) {
  const std::vector<Row> rows = rowsOf("roofline_layers.csv");
  if (rows.empty()) GTEST_SKIP() << "../shared/spec/roofline_layers.csv is not here";
  EXPECT_EQ(rows.size(), 27U);
  for (const Row& row : rows) {
    const bool connected = row.at("table") == "fully_connected";
    const int64_t in = numberOf(row, "Cin"), out = numberOf(row, "Cout");
    const Graph graph = connected ? gemmNetwork(1, in, out)
                                  : convNetwork({.map = numberOf(row, "M"),
                                                 .kernel = numberOf(row, "K"),
                                                 .in = in,
                                                 .out = out,
                                                 .groups = numberOf(row, "group")});
    const LayerCost layer = costsOf(graph, kSlides).at(0);
    const std::string what = row.at("table") + " " + row.at("GFLOPs");
    expectNear(static_cast<double>(layer.flops) / 1e9, row.at("GFLOPs"), what);
    EXPECT_EQ(layer.parameters, numberOf(row, "kernel_elements")) << what;
    EXPECT_EQ(layer.outputBytes, 4 * numberOf(row, "output_elements")) << what;
    expectNear(static_cast<double>(layer.bytes()) / 1e6, row.at("memory_MB"), what);
    expectNear(layer.intensity(), row.at("intensity_flops_per_byte"), what);
  }
}

/// "conv x6", "conv reshape x3" (three times both), "conv reshape x5" of one convolution.
Graph chainNetwork(int convolutions, int reshapesAfterEach) {
  GraphMaker m;
  const ConvSize size{.map = 112, .kernel = 3, .in = 32, .out = 32};
  ValueId x = m.input("x", {1, 32, 112, 112});
  for (int conv = 0; conv < convolutions; ++conv) {
    x = addConv(m, x, size, "conv" + std::to_string(conv));
    for (int reshape = 0; reshape < reshapesAfterEach; ++reshape) {
      const std::string name = "reshape" + std::to_string(conv) + "_" + std::to_string(reshape);
      x = m.node(ops::reshape, {x, m.ints(name + ".shape", {1, 32, 112, 112})}, name);
    }
  }
  m.output("y", x);
  return m.finish();
}

TEST(Spec, EveryChainOfTheTable) {
  const std::vector<Row> rows = rowsOf("roofline_chains.csv");
  if (rows.empty()) GTEST_SKIP() << "../shared/spec/roofline_chains.csv is not here";
  const std::map<std::string, std::pair<int, int>> chains{
      {"six convolutions (M=112 K=3 Cin=Cout=32)", {6, 0}},
      {"three convolutions each followed by a reshape", {3, 1}},
      {"one convolution followed by five reshapes", {1, 5}}};
  EXPECT_EQ(rows.size(), chains.size());
  for (const Row& row : rows) {
    const auto [convolutions, reshapes] = chains.at(row.at("chain"));
    const LayerCost total = totalOf(costsOf(chainNetwork(convolutions, reshapes), kSlides));
    expectNear(static_cast<double>(total.flops) / 1e9, row.at("GFLOPs"), row.at("chain"));
    expectNear(static_cast<double>(total.bytes()) / 1e6, row.at("memory_MB"), row.at("chain"));
    expectNear(total.intensity(), row.at("intensity_flops_per_byte"), row.at("chain"));
  }
}

}  // namespace
}  // namespace ridge::analyze
