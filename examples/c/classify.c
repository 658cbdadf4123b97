/* Runs a classifier on a file of raw float32 values and prints the five best classes.
 *   classify model.onnx input.bin       builds an engine in memory first
 *   classify model.ridge input.bin
 */
#include <ridge/ridge_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(void) {
  fprintf(stderr, "classify: %s\n", ridge_error_message());
  return ridge_error_code();
}

static int open_engine(const char* path, ridge_engine** engine) {
  ridge_build_options* options = NULL;
  const size_t length = strlen(path);
  int code;
  if (length > 6 && strcmp(path + length - 6, ".ridge") == 0) return ridge_engine_load(path, engine);
  code = ridge_build_options_create(&options);
  if (!code) code = ridge_build_options_set(options, "tune", "no");
  if (!code) code = ridge_engine_build(path, options, engine);
  ridge_build_options_free(options);
  return code;
}

/* All bytes that the input needs, or null. */
static void* read_bytes(const char* path, size_t bytes) {
  void* data = malloc(bytes);
  FILE* file = fopen(path, "rb");
  if (!data || !file || fread(data, 1, bytes, file) != bytes) {
    free(data);
    data = NULL;
  }
  if (file) fclose(file);
  return data;
}

static void print_best(const ridge_tensor* output) {
  const float* scores = output->data;
  const size_t count = output->bytes / sizeof(float);
  size_t rank, at, best, shown[5];
  for (rank = 0; rank < 5 && rank < count; ++rank) {
    best = count;
    for (at = 0; at < count; ++at) {
      size_t earlier = 0;
      while (earlier < rank && shown[earlier] != at) ++earlier;
      if (earlier == rank && (best == count || scores[at] > scores[best])) best = at;
    }
    shown[rank] = best;
    printf("%zu %.6g\n", best, (double)scores[best]);
  }
}

static int classify(ridge_engine* engine, ridge_context* context, const char* path) {
  ridge_tensor input, output;
  void* pixels;
  int code;
  if (ridge_engine_input(engine, 0, &input)) return fail();
  pixels = read_bytes(path, input.bytes);
  if (!pixels) {
    fprintf(stderr, "classify: %s does not hold %zu bytes\n", path, input.bytes);
    return RIDGE_INPUT;
  }
  code = ridge_context_set_input(context, NULL, RIDGE_FLOAT32, input.dims, input.rank, pixels, input.bytes);
  free(pixels);
  if (code || ridge_context_run(context) || ridge_context_output(context, 0, &output)) return fail();
  print_best(&output);
  return RIDGE_OK;
}

int main(int argc, char** argv) {
  ridge_engine* engine = NULL;
  ridge_context* context = NULL;
  int code;
  if (argc != 3) {
    fprintf(stderr, "usage: classify MODEL|ENGINE INPUT.bin\n");
    return RIDGE_USAGE;
  }
  if (ridge_abi_version() != RIDGE_ABI_VERSION) {
    fprintf(stderr, "classify: built for another libridge\n");
    return RIDGE_MACHINE;
  }
  if (open_engine(argv[1], &engine) || ridge_context_create(engine, &context))
    code = fail();
  else
    code = classify(engine, context, argv[2]);
  ridge_context_free(context);
  ridge_engine_free(engine);
  return code;
}
