#include "ridge/ridge_c.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>

#include "api/engine_impl.h"
#include "base/text.h"
#include "base/version.h"
#include "ridge/ridge.h"
#include "runtime/context.h"

struct ridge_build_options {
  ridge::BuildSettings settings;
};

struct ridge_engine {
  explicit ridge_engine(ridge::Engine made)
      : engine(std::move(made)), inputs(engine.inputs()), outputs(engine.outputs()) {}
  ridge::Engine engine;
  std::vector<ridge::TensorInfo> inputs, outputs;
};

struct ridge_context {
  explicit ridge_context(const ridge_engine& from) : engine(from.engine), inputs(from.inputs) {}
  ridge::Engine engine;
  std::vector<ridge::TensorInfo> inputs;
  std::map<std::string, ridge::Tensor> given;
  std::optional<ridge::Context> running;  // for the shapes of the last run
  std::vector<std::string> outputNames;
  std::vector<ridge::Tensor> outputs;
};

namespace {

struct LastError {
  int code = RIDGE_OK;
  std::string message;
  bool lost = false;  // there was no memory for the message
};
thread_local LastError lastError;

int remember(int code, const char* message) noexcept {
  lastError.code = code;
  try {
    lastError.lost = false;
    lastError.message = message;
  } catch (...) {
    lastError.lost = true;
  }
  return code;
}

/// Runs `work`; whatever it throws becomes a code and this thread's message.
template <class Work>
int guarded(const Work& work) noexcept {
  try {
    work();
    return remember(RIDGE_OK, "");
  } catch (const ridge::Error& error) {
    return remember(static_cast<int>(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    return remember(RIDGE_MACHINE, "out of memory: use a smaller batch or a larger machine");
  } catch (const std::exception& error) {
    return remember(RIDGE_INTERNAL, error.what());
  } catch (...) {
    return remember(RIDGE_INTERNAL, "an exception of unknown kind");
  }
}

template <class T>
T& given(T* pointer, const char* what) {
  if (!pointer) ridge::failUsage(fmt::format("{} is null", what), {}, "see ridge/ridge_c.h");
  return *pointer;
}

std::string textOf(const char* text, const char* what) {
  return &given(text, what);
}

bool yesOrNo(const std::string& key, const std::string& value) {
  if (value != "yes" && value != "no")
    ridge::failUsage(fmt::format("'{}' is neither yes nor no", ridge::escaped(value)), key,
                     "use one of them");
  return value == "yes";
}

void set(ridge::BuildSettings& settings, const std::string& key, const std::string& value) {
  if (key == "device")
    settings.device = value;
  else if (key == "tune")
    settings.tune = yesOrNo(key, value);
  else if (key == "verify")
    settings.verify = yesOrNo(key, value);
  else if (key == "timing_cache")
    settings.timingCache = value;
  else if (key == "disable_pass")
    settings.disabledPasses.push_back(value);
  else
    ridge::failUsage(fmt::format("there is no option '{}'", ridge::escaped(key)), {}, "see ridge/ridge_c.h");
}

ridge::Dims dimsOf(const int64_t* dims, size_t rank) {
  if (rank == 0) return {};
  given(dims, "dims");
  return {dims, dims + rank};
}

void describe(const std::vector<ridge::TensorInfo>& infos, size_t index, ridge_tensor* tensor) {
  ridge_tensor& out = given(tensor, "tensor");
  if (index >= infos.size())
    ridge::failUsage(fmt::format("there are {} of them, not {}", infos.size(), index + 1), {},
                     "ask for the count first");
  const ridge::TensorInfo& info = infos[index];
  const bool known = std::find(info.dims.begin(), info.dims.end(), -1) == info.dims.end();
  out = {info.name.c_str(), static_cast<int>(info.type), info.dims.size(), info.dims.data(),
         nullptr,           known ? info.byteSize() : 0};
}

const ridge::TensorInfo& inputNamed(const ridge_context& context, const char* name) {
  if (!name) {
    if (context.inputs.size() == 1) return context.inputs.front();
    ridge::failUsage(fmt::format("the engine has {} inputs", context.inputs.size()), {},
                     "name the one to set");
  }
  std::vector<std::string> names;
  for (const ridge::TensorInfo& info : context.inputs) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  ridge::failUsage(
      fmt::format("there is no input '{}'{}", ridge::escaped(name), ridge::orSuggestion(name, names)), {},
      fmt::format("the names are: {}", ridge::escaped(fmt::format("{}", fmt::join(names, ", ")))));
}

ridge::Tensor copyOf(const ridge::TensorInfo& info, int type, ridge::Dims dims, const void* data,
                     size_t bytes) {
  const std::string where = fmt::format("input '{}'", ridge::escaped(info.name));
  if (type != static_cast<int>(info.type))
    ridge::failInput(
        fmt::format("the array has element type {}, the engine wants {}", type, static_cast<int>(info.type)),
        where, "give an array of that type");
  if (info.type == ridge::DType::string)
    ridge::failInput("strings cannot be given as bytes", where, "use the C++ API");
  const int64_t count = ridge::elementCount(dims);
  if (bytes != ridge::bytesOf(info.type, count))
    ridge::failInput(fmt::format("the array has {} bytes, its type and dimensions say {}", bytes,
                                 ridge::bytesOf(info.type, count)),
                     where, "give the size in bytes");
  ridge::Tensor tensor = ridge::Tensor::allocate(info.type, std::move(dims));
  if (bytes > 0)
    std::memcpy(tensor.mutableBytes().data(), &given(static_cast<const char*>(data), "data"), bytes);
  return tensor;
}

bool fits(const ridge_context& context) {
  if (!context.running) return false;
  for (const ridge::TensorInfo& info : context.running->inputs())
    if (context.given.at(info.name).dims() != info.dims) return false;
  return true;
}

void run(ridge_context& context) {
  std::vector<ridge::InputShape> shapes;
  for (const ridge::TensorInfo& info : context.inputs) {
    const auto tensor = context.given.find(info.name);
    if (tensor == context.given.end())
      ridge::failUsage(fmt::format("input '{}' has not been set", ridge::escaped(info.name)), {},
                       "set it with ridge_context_set_input");
    shapes.push_back({info.name, tensor->second.dims()});
  }
  context.outputs.clear();
  if (!fits(context)) context.running = context.engine.context(shapes);
  ridge::ExecutionContext& execution = context.running->implementation();
  for (size_t port = 0; port < execution.plan().inputs.size(); ++port)
    execution.setInput(port, context.given.at(execution.plan().inputs[port].name));
  execution.execute();
  context.outputNames.clear();
  std::vector<ridge::Tensor> outputs;
  for (size_t port = 0; port < execution.plan().outputs.size(); ++port) {
    context.outputNames.push_back(execution.plan().outputs[port].name);
    outputs.push_back(execution.output(port));
  }
  context.outputs = std::move(outputs);
}

}  // namespace

extern "C" {

int ridge_abi_version(void) {
  return RIDGE_ABI_VERSION;
}
const char* ridge_version(void) {
  return ridge::version().data();
}
int ridge_error_code(void) {
  return lastError.code;
}
const char* ridge_error_message(void) {
  return lastError.lost ? "out of memory" : lastError.message.c_str();
}
int ridge_set_threads(int threads) {
  return guarded([&] { ridge::setThreads(threads); });
}

int ridge_build_options_create(ridge_build_options** options) {
  return guarded([&] { given(options, "options") = new ridge_build_options; });
}
void ridge_build_options_free(ridge_build_options* options) {
  delete options;
}
int ridge_build_options_set(ridge_build_options* options, const char* key, const char* value) {
  return guarded(
      [&] { set(given(options, "options").settings, textOf(key, "key"), textOf(value, "value")); });
}
int ridge_build_options_set_shape(ridge_build_options* options, const char* input, const int64_t* dims,
                                  size_t rank) {
  return guarded([&] {
    given(options, "options").settings.shapes.push_back({textOf(input, "input"), dimsOf(dims, rank)});
  });
}

int ridge_engine_build(const char* path, const ridge_build_options* options, ridge_engine** engine) {
  return guarded([&] {
    ridge_engine*& result = given(engine, "engine");
    const ridge::BuildSettings usual;
    result =
        new ridge_engine(ridge::Engine::build(textOf(path, "path"), options ? options->settings : usual));
  });
}
int ridge_engine_load(const char* path, ridge_engine** engine) {
  return guarded([&] {
    ridge_engine*& result = given(engine, "engine");
    result = new ridge_engine(ridge::Engine::load(textOf(path, "path")));
  });
}
int ridge_engine_save(const ridge_engine* engine, const char* path) {
  return guarded([&] { given(engine, "engine").engine.save(textOf(path, "path")); });
}
void ridge_engine_free(ridge_engine* engine) {
  delete engine;
}

size_t ridge_engine_input_count(const ridge_engine* engine) {
  return engine ? engine->inputs.size() : 0;
}
size_t ridge_engine_output_count(const ridge_engine* engine) {
  return engine ? engine->outputs.size() : 0;
}
int ridge_engine_input(const ridge_engine* engine, size_t index, ridge_tensor* tensor) {
  return guarded([&] { describe(given(engine, "engine").inputs, index, tensor); });
}
int ridge_engine_output(const ridge_engine* engine, size_t index, ridge_tensor* tensor) {
  return guarded([&] { describe(given(engine, "engine").outputs, index, tensor); });
}

int ridge_context_create(const ridge_engine* engine, ridge_context** context) {
  return guarded([&] { given(context, "context") = new ridge_context(given(engine, "engine")); });
}
void ridge_context_free(ridge_context* context) {
  delete context;
}
int ridge_context_set_input(ridge_context* context, const char* name, int type, const int64_t* dims,
                            size_t rank, const void* data, size_t bytes) {
  return guarded([&] {
    const ridge::TensorInfo& info = inputNamed(given(context, "context"), name);
    context->given[info.name] = copyOf(info, type, dimsOf(dims, rank), data, bytes);
  });
}
int ridge_context_run(ridge_context* context) {
  return guarded([&] { run(given(context, "context")); });
}
size_t ridge_context_output_count(const ridge_context* context) {
  return context ? context->outputs.size() : 0;
}
int ridge_context_output(const ridge_context* context, size_t index, ridge_tensor* tensor) {
  return guarded([&] {
    ridge_tensor& out = given(tensor, "tensor");
    const std::vector<ridge::Tensor>& outputs = given(context, "context").outputs;
    if (index >= outputs.size())
      ridge::failUsage(fmt::format("there are {} outputs, not {}", outputs.size(), index + 1), {},
                       "run first, then ask for the count");
    const ridge::Tensor& made = outputs[index];
    out = {context->outputNames[index].c_str(),
           static_cast<int>(made.type()),
           made.dims().size(),
           made.dims().data(),
           made.bytes().data(),
           made.byteSize()};
  });
}

}  // extern "C"
