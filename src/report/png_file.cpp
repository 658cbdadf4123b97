#include "report/png_file.h"

#include <png.h>

#include <string>

#include "base/error.h"

namespace ridge::report {

std::vector<std::byte> encodePng(const Canvas& canvas) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(canvas.width());
  image.height = static_cast<png_uint_32>(canvas.height());
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> file(size);
  if (!png_image_write_to_memory(&image, file.data(), &size, 0, canvas.pixels().data(), 0, nullptr))
    failMachine(std::string("cannot write a PNG picture: ") + image.message);
  file.resize(size);
  return file;
}

}  // namespace ridge::report
