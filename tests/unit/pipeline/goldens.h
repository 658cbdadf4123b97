// What Pillow and numpy make of the same pictures (make_goldens.py).
#pragma once

#include <cstdint>

#include "pipeline/geometry.h"

namespace ridge::pipeline {

struct ResizeGolden {
  int height, width, channels, toHeight, toWidth;
  Filter filter;
  uint64_t hash;
};
struct DecodeGolden {
  const char* file;
  int height, width;
  uint64_t rgb, grey, shorter201;
};
/// The network's input for a picture, as float32 bytes.
struct PipelineGolden {
  const char *pipeline, *file;
  uint64_t hash;
};
#include "pillow_goldens.inc"

}  // namespace ridge::pipeline
