// JPEG and PNG files.
#include "fuzz.h"
#include "pipeline/picture.h"
#include "unit/pipeline/support.h"

namespace ridge::fuzz {

std::vector<std::string> seeds() {
  using namespace pipeline;
  std::vector<std::string> made;
  const auto add = [&](const Bytes& bytes) {
    made.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  for (const bool progressive : {false, true})
    for (const int channels : {1, 3, 4}) {
      const Picture picture = smoothPicture(17, 22, channels);
      add(encodeJpeg(picture, {.progressive = progressive}));
      add(encodeJpeg(picture, {.progressive = progressive, .halfColor = false}));
    }
  add(encodeJpeg(smoothPicture(16, 16, 4), {.ycck = true}));
  add(withExif(encodeJpeg(smoothPicture(9, 14, 3)), exifBlock(6, true)));
  add(withExif(encodeJpeg(smoothPicture(9, 14, 3)), exifBlock(8, false)));
  for (const int channels : {1, 2, 3, 4})
    for (const int depth : {8, 16}) {
      add(encodePng(noisePicture(7, 9, channels), {.bitDepth = depth}));
      add(encodePng(smoothPicture(13, 5, channels), {.bitDepth = depth, .interlaced = true}));
    }
  add(encodePng(noisePicture(5, 5, 3), {.exif = exifBlock(3, true)}));
  return made;
}

void repair(std::string&) {}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  return fuzz::accepts([&] {
    pipeline::DecodeOptions options;
    options.maxPixels = 1 << 18;
    const pipeline::Picture rgb = pipeline::decodePicture(fuzz::bytesOf(data, size), options, "input");
    options.color = pipeline::Color::grey;
    options.background = {{10, 20, 30}};
    const pipeline::Picture grey = pipeline::decodePicture(fuzz::bytesOf(data, size), options, "input");
    fuzz::require(rgb.height == grey.height && rgb.width == grey.width, "the colour changes the size");
  });
}
