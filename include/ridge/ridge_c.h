/* Ridgeline's C ABI: for plugins, bindings and programs in C. The C++ API is ridge.h.
 *
 *   ridge_engine* engine = NULL;
 *   ridge_context* context = NULL;
 *   if (ridge_engine_load("model.ridge", &engine) || ridge_context_create(engine, &context)) return fail();
 *   int64_t dims[4] = {1, 3, 224, 224};
 *   if (ridge_context_set_input(context, NULL, RIDGE_FLOAT32, dims, 4, pixels, sizeof pixels) ||
 *       ridge_context_run(context)) return fail();
 *   ridge_tensor scores;
 *   ridge_context_output(context, 0, &scores);        (scores.data until the next run)
 *   ridge_context_free(context);
 *   ridge_engine_free(engine);
 *
 * Functions that return int return 0 (RIDGE_OK) or one of the codes below; then ridge_error_message() says
 * what happened, in this thread. No C++ exception leaves a function, and a null handle, name or result is
 * RIDGE_USAGE, not a crash. Strings are UTF-8 and end with 0. Structures may only grow at their end, and only
 * with RIDGE_ABI_VERSION.
 */
#ifndef RIDGE_C_H
#define RIDGE_C_H

#include <stddef.h>
#include <stdint.h>

#include "ridge/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RIDGE_ABI_VERSION 1

/* Results; the exit codes of the command. */
#define RIDGE_OK 0
#define RIDGE_NO 1       /* the work ran and the answer is no: a verification failed */
#define RIDGE_USAGE 2    /* wrong arguments */
#define RIDGE_INPUT 3    /* missing, broken, unsupported or oversized input */
#define RIDGE_MACHINE 4  /* the machine cannot: no such device, out of memory or disk */
#define RIDGE_INTERNAL 5 /* a bug of Ridgeline */

/* Element types: the numbers of ONNX's TensorProto.DataType; the others of that list are valid too. */
#define RIDGE_FLOAT32 1
#define RIDGE_UINT8 2
#define RIDGE_INT8 3
#define RIDGE_INT32 6
#define RIDGE_INT64 7
#define RIDGE_BOOL 9
#define RIDGE_FLOAT16 10
#define RIDGE_FLOAT64 11
#define RIDGE_BFLOAT16 16

typedef struct ridge_engine ridge_engine;   /* shared by contexts of any thread */
typedef struct ridge_context ridge_context; /* used by one thread at a time */
typedef struct ridge_build_options ridge_build_options;

/* An input or output: dense, in row-major order of ONNX axes. What it points to belongs to the handle that it
 * was asked of. */
typedef struct ridge_tensor {
  const char* name;
  int type; /* element type */
  size_t rank;
  const int64_t* dims; /* rank of them; -1 where only a run tells (detections, loops) */
  const void* data;    /* null where only shapes are known */
  size_t bytes;        /* size of the data; 0 while a dimension is not known */
} ridge_tensor;

/* RIDGE_ABI_VERSION of the library that is linked; compare with the header's. */
RIDGE_API int ridge_abi_version(void);
/* "0.1.0" */
RIDGE_API const char* ridge_version(void);

/* Of the last function that was called in this thread: 0 and "", or the code and one line: WHAT (WHERE): WHAT
 * TO DO. The text stays until the next call. Calls that return no code leave both as they are. */
RIDGE_API int ridge_error_code(void);
RIDGE_API const char* ridge_error_message(void);

/* Threads that all engines of the process share, 1 to 1024; not while one runs. */
RIDGE_API int ridge_set_threads(int threads);

/* Options of a build. Keys: "device" (cpu, reference), "tune" (yes, no), "verify" (yes, no), "timing_cache"
 * (a file), "disable_pass" (a name; repeats). */
RIDGE_API int ridge_build_options_create(ridge_build_options** options);
RIDGE_API void ridge_build_options_free(ridge_build_options* options);
RIDGE_API int ridge_build_options_set(ridge_build_options* options, const char* key, const char* value);
/* Binds the shape of an input with unbound axes. An unbound leading axis is 1. */
RIDGE_API int ridge_build_options_set_shape(ridge_build_options* options, const char* input,
                                            const int64_t* dims, size_t rank);

/* Reads, optimizes, plans and verifies an ONNX file; `options` may be null. A failed verification is
 * RIDGE_NO. */
RIDGE_API int ridge_engine_build(const char* path, const ridge_build_options* options, ridge_engine** engine);
/* Maps and checks an engine file; planned again if it was made for another instruction set. */
RIDGE_API int ridge_engine_load(const char* path, ridge_engine** engine);
RIDGE_API int ridge_engine_save(const ridge_engine* engine, const char* path);
/* Contexts that were made from it go on working. Null is nothing to free; so for all _free. */
RIDGE_API void ridge_engine_free(ridge_engine* engine);

/* Inputs and outputs with the shapes that the engine was built for. 0 for a null engine. */
RIDGE_API size_t ridge_engine_input_count(const ridge_engine* engine);
RIDGE_API size_t ridge_engine_output_count(const ridge_engine* engine);
RIDGE_API int ridge_engine_input(const ridge_engine* engine, size_t index, ridge_tensor* tensor);
RIDGE_API int ridge_engine_output(const ridge_engine* engine, size_t index, ridge_tensor* tensor);

RIDGE_API int ridge_context_create(const ridge_engine* engine, ridge_context** context);
RIDGE_API void ridge_context_free(ridge_context* context);

/* Copies an array; `name` may be null with one input. Dimensions other than the engine's are fine if the
 * engine carries its portable graph: the next run plans for them, once (by the cost model, without timing).
 * `bytes` must be what type and dimensions say. */
RIDGE_API int ridge_context_set_input(ridge_context* context, const char* name, int type, const int64_t* dims,
                                      size_t rank, const void* data, size_t bytes);
/* Runs the network once. Every input has been set, since the context was made; inputs stay set. */
RIDGE_API int ridge_context_run(ridge_context* context);
/* Outputs of the last run, valid until the next one. 0 of them before the first. */
RIDGE_API size_t ridge_context_output_count(const ridge_context* context);
RIDGE_API int ridge_context_output(const ridge_context* context, size_t index, ridge_tensor* tensor);

#ifdef __cplusplus
}
#endif

#endif
