// The C ABI: codes, messages of each thread, shapes that change, hostile arguments.
#include <gmock/gmock.h>

#include <cstring>
#include <thread>

#include "engine/engine_file.h"
#include "onnx/writer.h"
#include "ridge/ridge_c.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

using testing::HasSubstr;

/// Handles that free themselves.
struct Engine {
  ridge_engine* handle = nullptr;
  ~Engine() { ridge_engine_free(handle); }
};
struct Running {
  ridge_context* handle = nullptr;
  ~Running() { ridge_context_free(handle); }
};

std::string tourFile(const TemporaryFolder& folder) {
  writeEngine(buildTour().data, folder.file("tour.ridge"));
  return folder.file("tour.ridge");
}

int setNumbers(ridge_context* context, const Dims& dims, unsigned seed = 1) {
  const Tensor numbers = someNumbers(dims, seed);
  return ridge_context_set_input(context, nullptr, RIDGE_FLOAT32, dims.data(), dims.size(),
                                 numbers.bytes().data(), numbers.byteSize());
}

/// The outputs equal those that the library gives without the ABI.
void expectOutputs(const ridge_context* context, const Answers& wanted) {
  ASSERT_EQ(ridge_context_output_count(context), wanted.size());
  for (size_t at = 0; at < wanted.size(); ++at) {
    ridge_tensor tensor;
    ASSERT_EQ(ridge_context_output(context, at, &tensor), RIDGE_OK);
    const Tensor& want = wanted.at(tensor.name);
    EXPECT_EQ(tensor.type, static_cast<int>(want.type()));
    EXPECT_EQ(Dims(tensor.dims, tensor.dims + tensor.rank), want.dims());
    ASSERT_EQ(tensor.bytes, want.byteSize());
    EXPECT_EQ(std::memcmp(tensor.data, want.bytes().data(), tensor.bytes), 0) << tensor.name;
  }
}

TEST(CApi, LoadsBindsAndRuns) {
  const TemporaryFolder folder;
  Engine engine;
  ASSERT_EQ(ridge_engine_load(tourFile(folder).c_str(), &engine.handle), RIDGE_OK) << ridge_error_message();
  EXPECT_STREQ(ridge_error_message(), "");
  EXPECT_EQ(ridge_abi_version(), RIDGE_ABI_VERSION);
  ASSERT_EQ(ridge_engine_input_count(engine.handle), 1U);
  ridge_tensor input;
  ASSERT_EQ(ridge_engine_input(engine.handle, 0, &input), RIDGE_OK);
  EXPECT_STREQ(input.name, "x");
  EXPECT_EQ(input.type, RIDGE_FLOAT32);
  const Dims dims(input.dims, input.dims + input.rank);
  EXPECT_EQ(dims, (Dims{1, 3, 8, 8}));

  Running context;
  ASSERT_EQ(ridge_context_create(engine.handle, &context.handle), RIDGE_OK);
  EXPECT_EQ(ridge_context_output_count(context.handle), 0U);
  ASSERT_EQ(setNumbers(context.handle, dims), RIDGE_OK);
  ASSERT_EQ(ridge_context_run(context.handle), RIDGE_OK) << ridge_error_message();
  expectOutputs(context.handle, answer(makeExecutable(buildTour().data, 0)));
}

TEST(CApi, OtherShapesArePlannedWhenTheyCome) {
  const TemporaryFolder folder;
  Engine engine;
  ASSERT_EQ(ridge_engine_load(tourFile(folder).c_str(), &engine.handle), RIDGE_OK);
  Running context;
  ASSERT_EQ(ridge_context_create(engine.handle, &context.handle), RIDGE_OK);
  for (const int64_t batch : {3, 1, 3}) {
    ASSERT_EQ(setNumbers(context.handle, {batch, 3, 8, 8}), RIDGE_OK);
    ASSERT_EQ(ridge_context_run(context.handle), RIDGE_OK) << ridge_error_message();
    BuildOptions options = plainOptions();
    options.shapes = {{.shapes = {}, .dims = {}, .batch = batch}};
    expectOutputs(context.handle,
                  answer(makeExecutable(buildModel(modelOf(tourNetwork()), "tour", options).data, 0)));
  }
  ASSERT_EQ(setNumbers(context.handle, {1, 4, 8, 8}), RIDGE_OK);
  EXPECT_NE(ridge_context_run(context.handle), RIDGE_OK);
  EXPECT_EQ(ridge_context_output_count(context.handle), 0U) << "no outputs of a run that failed";
  ASSERT_EQ(setNumbers(context.handle, {1, 3, 8, 8}), RIDGE_OK);
  EXPECT_EQ(ridge_context_run(context.handle), RIDGE_OK) << "a refused shape leaves the context usable";
}

TEST(CApi, BuildsWithOptionsAndSaves) {
  const TemporaryFolder folder;
  const std::string model = folder.write("tour.onnx", onnx::serializeModel(modelOf(tourNetwork())));
  ridge_build_options* options = nullptr;
  ASSERT_EQ(ridge_build_options_create(&options), RIDGE_OK);
  const int64_t dims[] = {2, 3, 8, 8};
  EXPECT_EQ(ridge_build_options_set(options, "tune", "no"), RIDGE_OK);
  EXPECT_EQ(ridge_build_options_set(options, "device", "reference"), RIDGE_OK);
  EXPECT_EQ(ridge_build_options_set_shape(options, "x", dims, 4), RIDGE_OK);
  EXPECT_EQ(ridge_build_options_set(options, "tune", "perhaps"), RIDGE_USAGE);
  EXPECT_EQ(ridge_build_options_set(options, "colour", "red"), RIDGE_USAGE);
  EXPECT_THAT(ridge_error_message(), HasSubstr("colour"));
  Engine engine, again;
  ASSERT_EQ(ridge_engine_build(model.c_str(), options, &engine.handle), RIDGE_OK) << ridge_error_message();
  EXPECT_EQ(ridge_build_options_set(options, "disable_pass", "no_such_pass"), RIDGE_OK);
  EXPECT_EQ(ridge_engine_build(model.c_str(), options, &again.handle), RIDGE_USAGE);
  EXPECT_EQ(again.handle, nullptr);
  ridge_build_options_free(options);
  ASSERT_EQ(ridge_engine_save(engine.handle, folder.file("saved.ridge").c_str()), RIDGE_OK);
  ASSERT_EQ(ridge_engine_load(folder.file("saved.ridge").c_str(), &again.handle), RIDGE_OK);
  ridge_tensor input;
  ASSERT_EQ(ridge_engine_input(again.handle, 0, &input), RIDGE_OK);
  EXPECT_EQ(input.dims[0], 2);
}

TEST(CApi, ShapesThatOnlyARunTells) {
  const TemporaryFolder folder;
  GraphMaker m;
  const ValueId x = m.input("x", {6}), to = m.input("to", {2}, DType::i64);
  m.output("y", m.node(ops::reshape, {x, to}, "reshaped"));
  writeEngine(buildModel(modelOf(m.finish()), "reshape", plainOptions()).data, folder.file("reshape.ridge"));
  Engine engine;
  ASSERT_EQ(ridge_engine_load(folder.file("reshape.ridge").c_str(), &engine.handle), RIDGE_OK)
      << ridge_error_message();
  ridge_tensor output;
  ASSERT_EQ(ridge_engine_output(engine.handle, 0, &output), RIDGE_OK) << ridge_error_message();
  ASSERT_EQ(output.rank, 2U);
  EXPECT_EQ(output.dims[0], -1);
  EXPECT_EQ(output.bytes, 0U);
  Running context;
  ASSERT_EQ(ridge_context_create(engine.handle, &context.handle), RIDGE_OK);
  const float values[] = {1, 2, 3, 4, 5, 6};
  const int64_t six = 6, two = 2;
  ASSERT_EQ(ridge_context_set_input(context.handle, "x", RIDGE_FLOAT32, &six, 1, values, sizeof values),
            RIDGE_OK);
  for (const int64_t rows : {2, 3}) {
    const int64_t shape[] = {rows, -1};
    ASSERT_EQ(ridge_context_set_input(context.handle, "to", RIDGE_INT64, &two, 1, shape, sizeof shape),
              RIDGE_OK);
    ASSERT_EQ(ridge_context_run(context.handle), RIDGE_OK) << ridge_error_message();
    ASSERT_EQ(ridge_context_output(context.handle, 0, &output), RIDGE_OK);
    EXPECT_EQ(Dims(output.dims, output.dims + output.rank), (Dims{rows, 6 / rows}));
    ASSERT_EQ(output.bytes, sizeof values);
    EXPECT_EQ(std::memcmp(output.data, values, sizeof values), 0);
  }
}

TEST(CApi, AContextOutlivesItsEngine) {
  const TemporaryFolder folder;
  Running context;
  {
    Engine engine;
    ASSERT_EQ(ridge_engine_load(tourFile(folder).c_str(), &engine.handle), RIDGE_OK);
    ASSERT_EQ(ridge_context_create(engine.handle, &context.handle), RIDGE_OK);
  }
  ASSERT_EQ(setNumbers(context.handle, {1, 3, 8, 8}), RIDGE_OK);
  EXPECT_EQ(ridge_context_run(context.handle), RIDGE_OK);
}

TEST(CApi, ErrorsAreThoseOfTheThread) {
  ridge_engine* engine = nullptr;
  EXPECT_EQ(ridge_engine_load("/no/such/engine.ridge", &engine), RIDGE_INPUT);
  EXPECT_EQ(engine, nullptr);
  std::thread([] {
    EXPECT_EQ(ridge_error_code(), RIDGE_OK);
    EXPECT_STREQ(ridge_error_message(), "");
    EXPECT_EQ(ridge_set_threads(0), RIDGE_USAGE);
  }).join();
  EXPECT_EQ(ridge_error_code(), RIDGE_INPUT);
  EXPECT_THAT(ridge_error_message(), HasSubstr("/no/such/engine.ridge"));
}

TEST(CApi, WrongArgumentsAreCodes) {
  const TemporaryFolder folder;
  Engine engine;
  ASSERT_EQ(ridge_engine_load(tourFile(folder).c_str(), &engine.handle), RIDGE_OK);
  Running context;
  ASSERT_EQ(ridge_context_create(engine.handle, &context.handle), RIDGE_OK);
  ridge_tensor tensor;
  const std::vector<float> data(192);
  const int64_t dims[] = {1, 3, 8, 8}, negative[] = {-1, 3, 8, 8}, huge[] = {INT64_MAX, INT64_MAX, 8, 8};
  const auto set = [&](const char* name, int type, const int64_t* shape, size_t bytes) {
    return ridge_context_set_input(context.handle, name, type, shape, 4, data.data(), bytes);
  };
  EXPECT_EQ(set("y", RIDGE_FLOAT32, dims, 768), RIDGE_USAGE);
  EXPECT_EQ(set("x", RIDGE_INT32, dims, 768), RIDGE_INPUT);
  EXPECT_EQ(set("x", 999, dims, 768), RIDGE_INPUT);
  EXPECT_EQ(set("x", RIDGE_FLOAT32, dims, 767), RIDGE_INPUT);
  EXPECT_EQ(set("x", RIDGE_FLOAT32, negative, 768), RIDGE_INPUT);
  EXPECT_EQ(set("x", RIDGE_FLOAT32, huge, 768), RIDGE_INPUT);
  EXPECT_EQ(set("x", RIDGE_FLOAT32, nullptr, 768), RIDGE_USAGE);
  EXPECT_EQ(ridge_context_set_input(context.handle, "x", RIDGE_FLOAT32, dims, 4, nullptr, 768), RIDGE_USAGE);
  EXPECT_EQ(ridge_context_run(context.handle), RIDGE_USAGE) << "nothing has been set";
  EXPECT_EQ(ridge_context_output(context.handle, 0, &tensor), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_input(engine.handle, 1, &tensor), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_input(engine.handle, 0, nullptr), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_input(nullptr, 0, &tensor), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_load(nullptr, &engine.handle), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_load("x", nullptr), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_build(nullptr, nullptr, nullptr), RIDGE_USAGE);
  EXPECT_EQ(ridge_context_create(nullptr, &context.handle), RIDGE_USAGE);
  EXPECT_EQ(ridge_context_run(nullptr), RIDGE_USAGE);
  EXPECT_EQ(ridge_engine_input_count(nullptr) + ridge_context_output_count(nullptr), 0U);
  ridge_engine_free(nullptr);
  ridge_context_free(nullptr);
  ridge_build_options_free(nullptr);
}

}  // namespace
}  // namespace ridge::test
