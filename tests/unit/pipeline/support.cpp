#include "support.h"

#include <gtest/gtest.h>
#include <png.h>
#include <unistd.h>

#include <cstdio>
// jpeglib.h needs FILE first.
#include <jpeglib.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace ridge::pipeline {

Picture noisePicture(int height, int width, int channels) {
  Picture picture(height, width, channels);
  uint32_t state = 12345;
  for (uint8_t& pixel : picture.pixels) {
    state = state * 1664525U + 1013904223U;
    pixel = static_cast<uint8_t>(state >> 24);
  }
  return picture;
}

Picture smoothPicture(int height, int width, int channels) {
  Picture picture(height, width, channels);
  uint8_t* out = picture.pixels.data();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int channel = 0; channel < channels; ++channel)
        *out++ = static_cast<uint8_t>(40 + 120 * y / height + 60 * x / width + 10 * channel);
  return picture;
}

uint64_t fnv1a(std::span<const uint8_t> bytes) {
  uint64_t value = 0xCBF29CE484222325U;
  for (uint8_t byte : bytes) value = (value ^ byte) * 0x100000001B3U;
  return value;
}

Bytes encodeJpeg(const Picture& picture, JpegKind kind) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.input_components = picture.channels;
  info.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : picture.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (kind.ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  jpeg_set_quality(&info, kind.quality, TRUE);
  if (!kind.halfColor) info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
  if (kind.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(picture.row(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes made(reinterpret_cast<std::byte*>(out), reinterpret_cast<std::byte*>(out) + size);
  std::free(out);
  return made;
}

namespace {

void describePng(png_structp png, png_infop info, const Picture& picture, const PngKind& kind) {
  constexpr int kColorTypes[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                 PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height),
               kind.bitDepth, kind.palette.empty() ? kColorTypes[picture.channels] : PNG_COLOR_TYPE_PALETTE,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!kind.palette.empty())
    png_set_PLTE(png, info, reinterpret_cast<png_const_colorp>(kind.palette.data()),
                 static_cast<int>(kind.palette.size() / 3));
  if (!kind.paletteAlpha.empty())
    png_set_tRNS(png, info, kind.paletteAlpha.data(), static_cast<int>(kind.paletteAlpha.size()), nullptr);
  if (kind.transparentGrey) {
    png_color_16 color{};
    color.gray = *kind.transparentGrey;
    png_set_tRNS(png, info, nullptr, 0, &color);
  }
  if (!kind.exif.empty())
    png_set_eXIf_1(png, info, static_cast<png_uint_32>(kind.exif.size()),
                   reinterpret_cast<png_bytep>(const_cast<std::byte*>(kind.exif.data())));
}

}  // namespace

Bytes encodePng(const Picture& picture, const PngKind& kind) {
  Bytes made;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &made,
      [](png_structp to, png_bytep data, size_t size) {
        auto* bytes = reinterpret_cast<std::byte*>(data);
        auto& out = *static_cast<Bytes*>(png_get_io_ptr(to));
        out.insert(out.end(), bytes, bytes + size);
      },
      nullptr);
  describePng(png, info, picture, kind);
  png_write_info(png, info);
  png_set_packing(png);
  std::vector<uint8_t> samples;
  for (uint8_t sample : picture.pixels) {
    samples.push_back(sample);
    if (kind.bitDepth == 16) samples.push_back(static_cast<uint8_t>(~sample));
  }
  const size_t rowBytes = samples.size() / static_cast<size_t>(picture.height);
  std::vector<png_bytep> rows;
  for (size_t y = 0; y < static_cast<size_t>(picture.height); ++y)
    rows.push_back(samples.data() + y * rowBytes);
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return made;
}

Bytes exifBlock(int orientation, bool littleEndian) {
  const auto value = static_cast<uint8_t>(orientation);
  const std::vector<uint8_t> little{'I',  'I', 42, 0, 8, 0, 0, 0,     1, 0, 0x12,
                                    0x01, 3,   0,  1, 0, 0, 0, value, 0, 0, 0};
  const std::vector<uint8_t> big{'M',  'M', 0, 42, 0, 0, 0, 8, 0,     1, 0x01,
                                 0x12, 0,   3, 0,  0, 0, 1, 0, value, 0, 0};
  const std::span<const std::byte> bytes = std::as_bytes(std::span(littleEndian ? little : big));
  Bytes made(bytes.begin(), bytes.end());
  made.resize(made.size() + 4);  // no next directory
  return made;
}

Bytes withExif(const Bytes& jpeg, const Bytes& tiff) {
  Bytes marker{std::byte{0xFF}, std::byte{0xE1}};
  const size_t size = 2 + 6 + tiff.size();
  marker.push_back(static_cast<std::byte>(size >> 8));
  marker.push_back(static_cast<std::byte>(size & 0xFF));
  for (char c : {'E', 'x', 'i', 'f', '\0', '\0'}) marker.push_back(static_cast<std::byte>(c));
  marker.insert(marker.end(), tiff.begin(), tiff.end());
  Bytes made = jpeg;
  made.insert(made.begin() + 2, marker.begin(), marker.end());
  return made;
}

TemporaryFolder::TemporaryFolder() {
  static std::atomic<int> next{0};
  path_ = std::filesystem::temp_directory_path() /
          ("ridge_pipeline_" + std::to_string(::getpid()) + "_" + std::to_string(next++));
  std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::write(const std::string& name, std::span<const std::byte> bytes) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void TemporaryFolder::write(const std::string& name, std::string_view text) const {
  write(name, std::as_bytes(std::span(text)));
}

std::filesystem::path sources(const std::string& name) {
  std::filesystem::path root = __FILE__;
  for (int level = 0; level < 4; ++level) root = root.parent_path();  // tests/unit/pipeline/support.cpp
  return root / name;
}

std::filesystem::path shared(const std::string& name) {
  return sources("").parent_path().parent_path() / "shared" / name;
}

Error errorOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "an error was expected";
  return {ErrorCode::internal, "no error"};
}

}  // namespace ridge::pipeline
