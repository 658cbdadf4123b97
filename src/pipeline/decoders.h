// The decoders behind decodePicture. Private to this folder.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "pipeline/picture.h"

namespace ridge::pipeline {

/// Grey files give one channel, all others three; `orientation` is what the file's EXIF says (1 when it says
/// nothing).
struct Decoded {
  Picture picture;
  int orientation = 1;
};

Decoded decodeJpeg(std::span<const std::byte> bytes, const DecodeOptions& options, const std::string& name);
Decoded decodePng(std::span<const std::byte> bytes, const DecodeOptions& options, const std::string& name);

/// The orientation tag (1..8) of a TIFF block as EXIF stores it; 1 when there is none or the block is
/// damaged.
int exifOrientation(std::span<const std::byte> tiff);

/// Throws Error{input} when a picture of this size is empty or over the limit.
void checkPictureSize(int64_t height, int64_t width, const DecodeOptions& options, const std::string& name);

}  // namespace ridge::pipeline
