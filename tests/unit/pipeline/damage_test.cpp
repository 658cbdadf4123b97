// Damaged files end in an answer or an error, never worse; run under the sanitizers by scripts/check.sh.
#include <gtest/gtest.h>

#include <functional>

#include "ir/array_file.h"
#include "pipeline/csv.h"
#include "pipeline/data_set.h"
#include "pipeline/file_bytes.h"
#include "pipeline/spec.h"
#include "support.h"

namespace ridge::pipeline {
namespace {

/// False when the work ends with Error{input}; anything else that it throws fails the test.
bool succeeds(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
    return false;
  }
}

std::vector<Bytes> pictures() {
  const Picture color = smoothPicture(20, 24, 3);
  PngKind plain, interlaced;
  interlaced.interlaced = true;
  interlaced.exif = exifBlock(6, true);
  return {withExif(encodeJpeg(color), exifBlock(6, true)), encodeJpeg(color, {80, true}),
          encodeJpeg(smoothPicture(20, 24, 4), {80, false, true, true}), encodePng(color, plain),
          encodePng(color, interlaced)};
}

bool decodes(const Bytes& file) {
  DecodeOptions options;
  options.maxPixels = 100'000;
  return succeeds([&] { decodePicture(file, options, "x"); });
}

TEST(Damage, EveryTruncationOfAPictureIsAnError) {
  for (const Bytes& whole : pictures()) {
    ASSERT_TRUE(decodes(whole));
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(decodes({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)})) << size;
  }
}

TEST(Damage, PicturesWithOneByteChanged) {
  for (const Bytes& whole : pictures()) {
    int bad = 0;
    for (size_t at = 0; at < whole.size(); ++at)
      for (std::byte change : {std::byte{0xFF}, std::byte{0x80}, std::byte{0x01}}) {
        Bytes damaged = whole;
        damaged[at] ^= change;
        bad += decodes(damaged) ? 0 : 1;
      }
    EXPECT_GT(bad, 0);
  }
}

TEST(Damage, TextCutAnywhere) {
  const std::string json =
      R"({"version": 1, "inputs": {"x\u00e9": [{"letterbox": {"size": [3, 4]}}, {"normalize": {"mean": 1e0, "std": [2.5]}}]}})";
  const std::string csv = "file,label\r\n\"a \"\"b\"\"\n.png\",1\r\nc.png,2\r\n";
  for (size_t size = 0; size < json.size(); ++size)
    EXPECT_FALSE(succeeds([&] { parseSpec(std::string_view(json).substr(0, size), "x"); })) << size;
  EXPECT_TRUE(succeeds([&] { parseSpec(json, "x"); }));
  for (size_t size = 0; size <= csv.size(); ++size)
    succeeds([&] { parseCsv(std::string_view(csv).substr(0, size), "x"); });
  for (size_t at = 0; at < json.size(); ++at)
    for (char c : {'\0', '"', '{', '\xFF'}) {
      std::string damaged = json;
      damaged[at] = c;
      succeeds([&] { parseSpec(damaged, "x"); });
    }
}

TEST(Damage, NpzSamplesCutOrChangedAnywhere) {
  TemporaryFolder folder;
  const std::vector<float> values(24, 1.0F);
  const std::filesystem::path file = folder.path() / "a.npz";
  saveNpz(file.string(), {{"x", Tensor::of({2, 3, 4}, std::span<const float>(values))},
                          {"label", Tensor::scalar(int64_t{1})}});
  const Bytes whole = readBytes(file, 1 << 20);
  const DataSet set = openDataSet(folder.path(), {});
  ASSERT_TRUE(succeeds([&] { (void)set.sample(0); }));
  for (size_t size = 0; size < whole.size(); size += 3) {
    folder.write("a.npz", std::span(whole).first(size));
    EXPECT_FALSE(succeeds([&] { (void)set.sample(0); })) << size;
  }
  for (size_t at = 0; at < whole.size(); at += 3) {
    Bytes damaged = whole;
    damaged[at] ^= std::byte{0xFF};
    folder.write("a.npz", damaged);
    succeeds([&] { (void)set.sample(0); });
  }
}

}  // namespace
}  // namespace ridge::pipeline
