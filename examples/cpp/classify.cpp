// Runs a classifier on a file of raw float32 values and prints the five best classes.
//   classify model.onnx input.bin       builds an engine in memory first
//   classify model.ridge input.bin
#include <ridge/ridge.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

namespace {

ridge::Engine open(const std::string& path) {
  if (path.ends_with(".ridge")) return ridge::Engine::load(path);
  ridge::BuildSettings settings;
  settings.tune = false;  // a program that starts often would rather load an engine that was tuned once
  return ridge::Engine::build(path, settings);
}

std::vector<float> readFloats(const std::string& path, const ridge::TensorInfo& info) {
  std::vector<float> values(static_cast<size_t>(info.count()));
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(info.byteSize())))
    throw ridge::Error(ridge::ErrorCode::input, "the file is too short", path, "give float32 values");
  return values;
}

void printBest(const std::vector<float>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  for (size_t rank = 0; rank < std::min<size_t>(5, order.size()); ++rank)
    std::printf("%zu %.6g\n", order[rank], static_cast<double>(scores[order[rank]]));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: classify MODEL|ENGINE INPUT.bin\n");
    return 2;
  }
  try {
    const ridge::Engine engine = open(argv[1]);
    ridge::Context context = engine.context();
    const ridge::TensorInfo& input = context.inputs().at(0);
    const ridge::TensorInfo& output = context.outputs().at(0);
    const std::vector<float> pixels = readFloats(argv[2], input);
    std::vector<float> scores(static_cast<size_t>(output.count()));
    context.bindInput(input.name, pixels.data());
    context.bindOutput(output.name, scores.data());
    context.execute();  // as often as wanted: it allocates nothing
    printBest(scores);
    return 0;
  } catch (const ridge::Error& error) {
    std::fprintf(stderr, "classify: %s\n", error.what());
    return static_cast<int>(error.code());
  }
}
