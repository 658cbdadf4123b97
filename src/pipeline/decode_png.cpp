// PNG through libpng, every kind brought to 8-bit grey or RGB.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "pipeline/decoders.h"

namespace ridge::pipeline {
namespace {

/// As with JPEG: libpng's errors jump back to the step that ran, so steps hold no object with a destructor.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, onError, [](png_structp, png_const_charp) {});
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) failMachine("no memory to decode a PNG picture");
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool readHeader() {
    if (setjmp(jump_)) return false;
    png_set_read_fn(png_, this, onRead);
    // Sizes are limited by the caller; text and other side data by libpng's own limits.
    png_set_user_limits(png_, static_cast<png_uint_32>(std::numeric_limits<int32_t>::max()),
                        static_cast<png_uint_32>(std::numeric_limits<int32_t>::max()));
    png_read_info(png_, info_);
    height_ = png_get_image_height(png_, info_);
    width_ = png_get_image_width(png_, info_);
    return true;
  }

  int64_t height() const { return height_; }
  int64_t width() const { return width_; }

  /// Asks for 8-bit grey, grey and alpha, RGB or RGBA; `channels` is which.
  bool prepare(int& channels) {
    if (setjmp(jump_)) return false;
    png_set_expand(png_);  // palettes to RGB, 1, 2, 4 bits to 8, a transparent colour to alpha
    png_set_scale_16(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    channels = png_get_channels(png_, info_);
    return true;
  }

  bool readRows(Picture& picture) {
    if (setjmp(jump_)) return false;
    for (int pass = 0; pass < passes_; ++pass)
      for (int y = 0; y < picture.height; ++y) png_read_row(png_, picture.row(y), nullptr);
    png_read_end(png_, info_);
    return true;
  }

  /// After readRows: the chunk may come last.
  int orientation() {
    png_uint_32 size = 0;
    png_bytep data = nullptr;
    if (!png_get_eXIf_1(png_, info_, &size, &data) || !data) return 1;
    return exifOrientation({reinterpret_cast<const std::byte*>(data), size});
  }

  const char* message() const { return message_; }

 private:
  static void onRead(png_structp png, png_bytep out, size_t size) {
    auto& self = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > self.bytes_.size() - self.at_) png_error(png, "the file ends too early");
    std::memcpy(out, self.bytes_.data() + self.at_, size);
    self.at_ += size;
  }

  [[noreturn]] static void onError(png_structp png, png_const_charp text) {
    auto& self = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self.message_, sizeof self.message_, "%s", text);
    std::longjmp(self.jump_, 1);
  }

  std::span<const std::byte> bytes_;
  size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int64_t height_ = 0, width_ = 0;
  int passes_ = 1;
  std::jmp_buf jump_{};
  char message_[256]{};
};

/// Drops the last channel, or mixes the others with the background by it.
Picture withoutAlpha(const Picture& with, const std::optional<std::array<uint8_t, 3>>& background) {
  const bool grey = with.channels == 2;
  // On a coloured background grey becomes colour.
  Picture out(with.height, with.width, grey && !background ? 1 : 3);
  const uint8_t* in = with.pixels.data();
  for (uint8_t *to = out.pixels.data(), *end = to + out.pixels.size(); to != end; to += out.channels) {
    for (int channel = 0; channel < out.channels; ++channel) {
      const int color = in[grey ? 0 : channel], alpha = in[with.channels - 1];
      const int behind = background ? (*background)[static_cast<size_t>(channel)] : 0;
      to[channel] =
          static_cast<uint8_t>(background ? (color * alpha + behind * (255 - alpha) + 127) / 255 : color);
    }
    in += with.channels;
  }
  return out;
}

[[noreturn]] void failDamaged(const PngReader& reader, const std::string& name) {
  failInput(std::string("the PNG picture is damaged: ") + reader.message(), name,
            "replace the file, or skip it");
}

}  // namespace

Decoded decodePng(std::span<const std::byte> bytes, const DecodeOptions& options, const std::string& name) {
  PngReader reader(bytes);
  if (!reader.readHeader()) failDamaged(reader, name);
  checkPictureSize(reader.height(), reader.width(), options, name);
  int channels = 0;
  if (!reader.prepare(channels)) failDamaged(reader, name);
  Decoded decoded{Picture(static_cast<int>(reader.height()), static_cast<int>(reader.width()), channels)};
  if (!reader.readRows(decoded.picture)) failDamaged(reader, name);
  decoded.orientation = reader.orientation();
  if (channels == 2 || channels == 4) decoded.picture = withoutAlpha(decoded.picture, options.background);
  return decoded;
}

}  // namespace ridge::pipeline
