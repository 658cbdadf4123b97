#include "pipeline/data_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/array_file.h"
#include "pipeline/csv.h"
#include "support.h"

namespace ridge::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Bytes png(uint8_t value) {
  Picture picture(1, 1, 3);
  picture.pixels = {value, value, value};
  return encodePng(picture);
}

/// "name=label" of each sample, or "name" without a label; "!" where the picture's value is not the label.
std::vector<std::string> listOf(const DataSet& set) {
  std::vector<std::string> list;
  for (int64_t i = 0; i < set.size(); ++i) {
    const Sample sample = set.sample(i);
    EXPECT_EQ(sample.name, set.sampleName(i));
    const auto& picture = std::get<Picture>(sample.content);
    const std::string label = sample.label ? "=" + std::to_string(*sample.label) : "";
    list.push_back(sample.name + label + (sample.label && picture.pixels[0] != *sample.label ? "!" : ""));
  }
  return list;
}

std::string lineFor(const TemporaryFolder& folder, const DataOptions& options = {}) {
  return errorOf([&] {
           const DataSet set = openDataSet(folder.path(), options);
           for (int64_t i = 0; i < set.size(); ++i) (void)set.sample(i);
         })
      .what();
}

TEST(Csv, QuotesLineEndsAndByteOrderMark) {
  const auto rows = parseCsv(
      "\xEF\xBB\xBF"
      "a,\"b,\"\"c\"\"\"\r\n\n\"two\nlines\",\rx",
      "l.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b,\"c\""));
  EXPECT_THAT(rows[1].fields, ElementsAre("two\nlines", ""));
  EXPECT_THAT(rows[2].fields, ElementsAre("x"));
  EXPECT_EQ(rows[2].line, 5);
  EXPECT_THAT(errorOf([] { parseCsv("a\n\"b", "l.csv"); }).what(), HasSubstr("l.csv:2"));
  EXPECT_THAT(errorOf([] { parseCsv("\"b\"c", "l.csv"); }).what(), HasSubstr("l.csv:1"));
}

TEST(DataSet, LabelsCsvInTheFilesOrder) {
  TemporaryFolder folder;
  folder.write("labels.csv",
               "synset,label,file\r\nn1,7,z.png\r\n\"n,2\",5,\"sub/a b.png\"\r\nn3,7,z.png\r\n");
  folder.write("images/z.png", png(7));
  folder.write("images/sub/a b.png", png(5));
  folder.write("images/not listed.png", png(9));
  EXPECT_THAT(listOf(openDataSet(folder.path(), {})), ElementsAre("z.png=7", "sub/a b.png=5", "z.png=7"));
}

TEST(DataSet, LabelsCsvBesideThePictures) {
  TemporaryFolder folder;
  folder.write("labels.csv", "file,label\na.png,1");
  folder.write("a.png", png(1));
  EXPECT_THAT(listOf(openDataSet(folder.path(), {})), ElementsAre("a.png=1"));
}

TEST(DataSet, LabelsCsvThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is empty"},
      {"file;label\na,1", "no column \"file\""},
      {"file,class\na,1", "no column \"label\""},
      {"file,label\n", "no samples"},
      {"file,label\na.png", "labels.csv:2)"},
      {"file,label\na.png,x", "labels.csv:2): number the classes"},
      {"file,label\na.png,-1", "-1"},
      {"file,label\na.png,1.0", "1.0"},
      {"file,label\na.png,99999999999", "99999999999"},
      {"file,label\n../a.png,1", "leads out of the folder"},
      {"file,label\nb/../../a.png,1", "leads out of the folder"},
      {"file,label\n/etc/passwd,1", "leads out of the folder"},
      {"file,label\n,1", "leads out of the folder"},
      {"file,label\nmissing.png,1", "missing.png"},
      {"file,label\nimages,1", "images"},
  };
  for (const auto& [text, expected] : cases) {
    TemporaryFolder folder;
    folder.write("labels.csv", text);
    folder.write("a.png", png(1));
    EXPECT_THAT(lineFor(folder), HasSubstr(expected)) << text;
  }
}

TEST(DataSet, ClassFoldersByBytewiseOrder) {
  TemporaryFolder folder;
  folder.write("b/2.png", png(2));
  folder.write("b/10.png", png(2));
  folder.write("B/x.png", png(0));
  folder.write("a/deep/y.png", png(1));
  folder.write("a/notes.txt", "not a picture");
  folder.write(".hidden/z.png", png(9));
  EXPECT_THAT(listOf(openDataSet(folder.path(), {})),
              ElementsAre("B/x.png=0", "a/deep/y.png=1", "b/10.png=2", "b/2.png=2"));
}

TEST(DataSet, FlatFolderByContentWithoutLabels) {
  TemporaryFolder folder;
  folder.write("b.dat", png(1));
  folder.write("a.png", png(2));
  folder.write("c.txt", "words");
  EXPECT_THAT(listOf(openDataSet(folder.path(), {})), ElementsAre("a.png", "b.dat"));
  folder.write("classes/d.png", png(2));
  EXPECT_THAT(lineFor(folder), HasSubstr("pictures beside folders"));
  TemporaryFolder images;
  images.write("images/a.png", png(2));
  EXPECT_THAT(listOf(openDataSet(images.path(), {})), ElementsAre("images/a.png"));
}

TEST(DataSet, SkipAndLimit) {
  TemporaryFolder folder;
  for (const char* name : {"0.png", "1.png", "2.png", "3.png"}) folder.write(name, png(0));
  DataOptions options;
  options.skip = 1;
  options.limit = 2;
  EXPECT_THAT(listOf(openDataSet(folder.path(), options)), ElementsAre("1.png", "2.png"));
  EXPECT_EQ(openDataSet(folder.path(), options).description(), "2 pictures without labels");
  options.skip = 3;
  EXPECT_THAT(listOf(openDataSet(folder.path(), options)), ElementsAre("3.png"));
  options.skip = INT64_MAX;
  options.limit = INT64_MAX;
  EXPECT_EQ(openDataSet(folder.path(), options).size(), 0);
  options.skip = -1;
  EXPECT_EQ(errorOf([&] { openDataSet(folder.path(), options); }).code(), ErrorCode::usage);
}

TEST(DataSet, ABadPictureIsNamedAndTheOthersStay) {
  TemporaryFolder folder;
  folder.write("a.png", png(1));
  folder.write("b.png", "not a picture at all");
  folder.write("c.png", png(3));
  const DataSet set = openDataSet(folder.path(), {});
  ASSERT_EQ(set.size(), 3);
  const Error error = errorOf([&] { (void)set.sample(1); });
  EXPECT_EQ(error.code(), ErrorCode::input);
  EXPECT_THAT(error.what(), HasSubstr("b.png"));
  EXPECT_EQ(std::get<Picture>(set.sample(2).content).pixels[0], 3);
}

Bytes cifarBatch(std::vector<uint8_t> labels) {
  Bytes batch;
  for (uint8_t label : labels) {
    batch.push_back(std::byte{label});
    for (int plane = 0; plane < 3; ++plane)
      for (int i = 0; i < 1024; ++i)
        batch.push_back(static_cast<std::byte>(plane == 0 ? label : 100 * plane + i % 50));
  }
  return batch;
}

TEST(DataSet, Cifar10Batches) {
  TemporaryFolder folder;
  folder.write("test_batch.bin", cifarBatch({9, 8}));
  folder.write("data_batch_2.bin", cifarBatch({3}));
  folder.write("data_batch_1.bin", cifarBatch({1, 2}));
  DataOptions options;
  EXPECT_THAT(listOf(openDataSet(folder.path(), options)),
              ElementsAre("test_batch.bin[0]=9", "test_batch.bin[1]=8"));
  options.split = "train";
  const DataSet train = openDataSet(folder.path(), options);
  EXPECT_THAT(listOf(train),
              ElementsAre("data_batch_1.bin[0]=1", "data_batch_1.bin[1]=2", "data_batch_2.bin[0]=3"));
  const Sample sample = train.sample(2);
  const auto& picture = std::get<Picture>(sample.content);
  EXPECT_THAT(std::vector<uint8_t>(picture.row(1), picture.row(1) + 6),
              ElementsAre(3, 132, 232, 3, 133, 233));
  options.decode.color = Color::grey;
  EXPECT_EQ(std::get<Picture>(openDataSet(folder.path(), options).sample(0).content).channels, 1);
}

TEST(DataSet, Cifar10ThatIsWrong) {
  TemporaryFolder folder;
  folder.write("data_batch_1.bin", cifarBatch({1, 10}));
  EXPECT_THAT(lineFor(folder), HasSubstr("data_batch_1.bin record 1"));
  DataOptions test;
  test.split = "test";
  EXPECT_THAT(lineFor(folder, test), HasSubstr("no test batches"));
  Bytes cut = cifarBatch({1, 2});
  cut.pop_back();
  folder.write("data_batch_1.bin", cut);
  EXPECT_THAT(lineFor(folder), HasSubstr("no multiple of 3073"));
}

TEST(DataSet, NpzFilesWithAndWithoutLabels) {
  TemporaryFolder folder;
  const std::vector<float> values{1.5F, 2.5F};
  const Tensor x = Tensor::of({1, 2}, std::span<const float>(values));
  saveNpz((folder.path() / "b.npz").string(), {{"x", x}});
  saveNpz((folder.path() / "a.npz").string(), {{"x", x}, {"label", Tensor::scalar(int64_t{4})}});
  const DataSet set = openDataSet(folder.path(), {});
  ASSERT_EQ(set.size(), 2);
  const Sample first = set.sample(0), second = set.sample(1);
  EXPECT_EQ(first.name, "a.npz");
  EXPECT_EQ(first.label, 4);
  EXPECT_FALSE(second.label);
  const auto& arrays = std::get<std::map<std::string, Tensor>>(first.content);
  EXPECT_EQ(arrays.size(), 1U);
  EXPECT_TRUE(arrays.at("x").sameAs(x));
  saveNpz((folder.path() / "c.npz").string(), {{"label", x}});
  EXPECT_THAT(errorOf([&] { (void)openDataSet(folder.path(), {}).sample(2); }).what(), HasSubstr("c.npz"));
}

TEST(DataSet, LaterKindsAndForeignFoldersAreRefused) {
  TemporaryFolder coco, mnist, empty, words;
  coco.write("instances.json", "{}");
  coco.write("images/a.png", png(1));
  mnist.write("t10k-images-idx3-ubyte.gz", "x");
  words.write("a.txt", "words");
  EXPECT_THAT(lineFor(coco), HasSubstr("COCO"));
  EXPECT_THAT(lineFor(mnist), HasSubstr("MNIST"));
  EXPECT_THAT(lineFor(empty), HasSubstr("no samples"));
  EXPECT_THAT(lineFor(words), HasSubstr("no samples"));
  EXPECT_THAT(errorOf([&] { openDataSet(words.path() / "a.txt", {}); }).what(), HasSubstr("not from a file"));
  EXPECT_THAT(errorOf([&] { openDataSet(words.path() / "b", {}); }).what(), HasSubstr("does not exist"));
  DataOptions split;
  split.split = "test";
  EXPECT_EQ(errorOf([&] { openDataSet(words.path(), split); }).code(), ErrorCode::usage);
  split.split = "val";
  EXPECT_THAT(errorOf([&] { openDataSet(words.path(), split); }).what(), HasSubstr("train or test"));
}

}  // namespace
}  // namespace ridge::pipeline
