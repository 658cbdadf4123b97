#include "random_graph.h"

#include "ir/dump.h"

namespace ridge::test {

namespace {

void addInputs(Grower& g) {
  const std::vector<DType> types{DType::f32,     DType::f32, DType::f32, DType::f32, DType::f32,
                                 DType::f32,     DType::i64, DType::i32, DType::u8,  DType::i8,
                                 DType::boolean, DType::f16, DType::f64, DType::bf16};
  const std::vector<int64_t> ranks{4, 4, 4, 3, 2, 2, 1, 0, 5};
  for (int64_t count = 1 + g.pick(4); count > 0; --count) {
    const DType type = g.oneOf(types);
    g.input(type, g.someDims(g.oneOf(ranks)));
  }
}

void addOutputs(Grower& g, Sample& sample) {
  std::vector<Known> unread, made;
  for (const Known& value : g.values()) {
    if (g.graph().producer(value.id) == kNoNode) continue;
    made.push_back(value);
    if (g.graph().users(value.id).empty()) unread.push_back(value);
  }
  std::vector<Known> chosen;
  for (const Known& value : unread)
    if (g.chance(70)) chosen.push_back(value);
  for (int64_t more = g.pick(3); more > 0 && !made.empty(); --more) chosen.push_back(g.oneOf(made));
  if (chosen.empty() || g.chance(4)) chosen.push_back(g.oneOf(g.values()));  // perhaps an input or a constant
  int next = 0;
  for (const Known& value : chosen) {
    g.graph().addOutput("out" + std::to_string(next++), value.id);
    sample.noise.push_back(value.noise);
  }
}

/// Some input dimensions become symbols, one name a size. Where inference cannot do without the numbers, the
/// graph stays as it is.
void forgetSizes(Grower& g, Sample& sample) {
  Graph graph = sample.graph;
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (graph.producer(id) != kNoNode) {
      graph.value(id).shape = {};
      graph.value(id).contents.reset();
    }
  for (const ValueId id : graph.inputs()) {
    std::vector<Dim> dims = graph.value(id).shape.dims();
    for (Dim& dim : dims)
      if (g.chance(40)) dim = Dim::symbol("N" + std::to_string(dim.value()));
    graph.value(id).shape = Shape(dims);
  }
  try {
    inferShapes(graph);
    sample.graph = std::move(graph);
  } catch (const Error& error) {
    throw Finding(std::string("inference with symbols refuses a valid graph: ") + error.what() + "\n" +
                  dump(sample.graph));
  }
}

}  // namespace

Sample randomSample(uint64_t seed, OpCounts& counts) {
  Grower g(std::make_shared<Grower::Random>(seed * 0x9E3779B97F4A7C15U + 1), counts);
  addInputs(g);
  grow(g, 2 + g.pick(16));
  Sample sample;
  addOutputs(g, sample);
  sample.inputs = g.inputs();
  sample.graph = std::move(g.graph());
  if (g.chance(30)) forgetSizes(g, sample);
  return sample;
}

}  // namespace ridge::test
