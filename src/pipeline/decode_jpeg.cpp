// JPEG through libjpeg-turbo with its defaults (accurate integer DCT, smooth upsampling), as Pillow decodes.
#include <cstdio>
// jpeglib.h needs FILE first.
#include <jpeglib.h>
// After jpeglib.h.
#include <jerror.h>

#include <csetjmp>
#include <cstring>

#include "base/error.h"
#include "pipeline/decoders.h"

namespace ridge::pipeline {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr std::array<char, 6> kExifStart{'E', 'x', 'i', 'f', '\0', '\0'};
/// A progressive file may repeat tiny scans for ever, each costing a pass over the whole picture.
constexpr int kMaxScans = 500;

/// Warnings that mean lost picture data; others (stray bytes between markers, odd versions) do no harm.
bool meansDamage(int warning) {
  switch (warning) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      return true;
    default:
      return false;
  }
}

/// libjpeg reports errors by a call that must not return: it jumps back to the step that ran. Steps therefore
/// hold no object with a destructor; they return false, and the caller reads `message`.
class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { self(info).fail(info); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && meansDamage(info->err->msg_code)) self(info).fail(info);
    };
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = [](j_common_ptr info) {
      if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans)
        self(info).failWith(info, "over 500 progressive scans");
    };
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool readHeader(std::span<const std::byte> bytes) {
    if (setjmp(jump_)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_save_markers(&info_, kExifMarker, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  /// Channels as decoded: 1, 3 or 4 (CMYK, stored inverted).
  int components() const { return info_.num_components; }
  int height() const { return static_cast<int>(info_.image_height); }
  int width() const { return static_cast<int>(info_.image_width); }

  bool readRows(Picture& picture) {
    if (setjmp(jump_)) return false;
    info_.out_color_space = picture.channels == 1   ? JCS_GRAYSCALE
                            : picture.channels == 3 ? JCS_RGB
                                                    : JCS_CMYK;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = picture.row(static_cast<int>(info_.output_scanline));
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  int orientation() const {
    for (const jpeg_marker_struct* marker = info_.marker_list; marker; marker = marker->next) {
      const std::span<const std::byte> data(reinterpret_cast<const std::byte*>(marker->data),
                                            marker->data_length);
      if (marker->marker == kExifMarker && data.size() > kExifStart.size() &&
          std::memcmp(data.data(), kExifStart.data(), kExifStart.size()) == 0)
        return exifOrientation(data.subspan(kExifStart.size()));
    }
    return 1;
  }

  const char* message() const { return message_; }

 private:
  static JpegReader& self(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }

  [[noreturn]] void fail(j_common_ptr info) {
    info->err->format_message(info, message_);
    std::longjmp(jump_, 1);
  }
  [[noreturn]] void failWith(j_common_ptr, const char* text) {
    std::snprintf(message_, sizeof message_, "%s", text);
    std::longjmp(jump_, 1);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  char message_[JMSG_LENGTH_MAX]{};
};

/// Four channels as print shops store them, 255 meaning no ink: each ink darkens what the black leaves.
Picture rgbFromInvertedCmyk(const Picture& cmyk) {
  Picture rgb(cmyk.height, cmyk.width, 3);
  const uint8_t* in = cmyk.pixels.data();
  for (uint8_t* out = rgb.pixels.data(); out != rgb.pixels.data() + rgb.pixels.size(); out += 3, in += 4) {
    const int paper = in[3];
    for (int channel = 0; channel < 3; ++channel) {
      const int product = (255 - in[channel]) * paper + 128;
      const int ink = ((product >> 8) + product) >> 8;  // product / 255, rounded
      out[channel] = static_cast<uint8_t>(paper - ink);
    }
  }
  return rgb;
}

[[noreturn]] void failDamaged(const JpegReader& reader, const std::string& name) {
  failInput(std::string("the JPEG picture is damaged: ") + reader.message(), name,
            "replace the file, or skip it");
}

}  // namespace

Decoded decodeJpeg(std::span<const std::byte> bytes, const DecodeOptions& options, const std::string& name) {
  JpegReader reader;
  if (!reader.readHeader(bytes)) failDamaged(reader, name);
  const int components = reader.components();
  if (components != 1 && components != 3 && components != 4)
    failInput("the JPEG picture has " + std::to_string(components) + " colour components", name,
              "convert it to grey, RGB or CMYK");
  checkPictureSize(reader.height(), reader.width(), options, name);
  Decoded decoded{Picture(reader.height(), reader.width(), components), reader.orientation()};
  if (!reader.readRows(decoded.picture)) failDamaged(reader, name);
  if (components == 4) decoded.picture = rgbFromInvertedCmyk(decoded.picture);
  return decoded;
}

}  // namespace ridge::pipeline
