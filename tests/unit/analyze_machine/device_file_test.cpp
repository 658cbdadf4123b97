// Device files of users: what they can say, and one clear error for whatever is wrong in them.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "analyze/machine/device_table.h"
#include "base/error.h"

namespace ridge::analyze {
namespace {

using testing::HasSubstr;

DeviceTable with(const std::string& json) {
  DeviceTable table = builtinDevices();
  addDevices(table, json, "mine.json");
  return table;
}

std::string refusal(const std::string& json) {
  DeviceTable table = builtinDevices();
  try {
    addDevices(table, json, "mine.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input) << json;
    const std::string line = error.what();
    EXPECT_THAT(line, HasSubstr("mine.json"));
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_LT(line.size(), 600u) << line;
    EXPECT_EQ(table.devices.size(), builtinDevices().devices.size());
    return line;
  }
  ADD_FAILURE() << "taken: " << json.substr(0, 200);
  return {};
}

/// A device with one part replaced.
std::string device(const std::string& more) {
  return R"({"devices": {"My Board": {"generation": "ada", "cores": 10, "clock_ghz": 2)" + more + "}}}";
}

TEST(DeviceFile, ADeviceIsAFewLines) {
  const DeviceTable table = with(device(R"(, "memory": {"mt_s": 1000, "bytes": 8, "channels": 2})"));
  const Device& mine = findDevice(table, "my board");
  EXPECT_EQ(usualPeak(mine, Precision::fp32)->opsPerS, 2e9 * 10 * 128 * 2);
  EXPECT_EQ(usualPeak(mine, Precision::int8)->terms,
            "2 GHz x 10 SM x 4 tensor cores x 256 FMA x 2 = 40.96 TOPS");
  EXPECT_EQ(bandwidthOf(mine).bytesPerS, 16e9);
  EXPECT_EQ(mine.file, "mine.json");
  EXPECT_EQ(table.devices.size(), builtinDevices().devices.size() + 1);
}

TEST(DeviceFile, OnlyPublishedFigures) {
  const DeviceTable table = with(
      R"({"devices": {"Black Box": {"generation": "ada", "published": {"fp16 matrix": 50, "bandwidth": 100}}}})");
  const Device& box = findDevice(table, "black box");
  ASSERT_EQ(peaksOf(box).size(), 1u);
  EXPECT_EQ(peaksOf(box)[0].opsPerS, 50e12);
  EXPECT_EQ(peaksOf(box)[0].terms, "");
  EXPECT_EQ(bandwidthOf(box).bytesPerS, 100e9);
}

TEST(DeviceFile, TheSameNameTakesThePlaceOfOurs) {
  const DeviceTable table = with(
      R"({"devices": {"nvidia geforce rtx 3080": {"generation": "ampere_geforce", "cores": 70, "clock_ghz": 1}}})");
  EXPECT_EQ(findDevice(table, "RTX 3080").cores, 70);
  EXPECT_EQ(table.devices.size(), builtinDevices().devices.size());
}

TEST(DeviceFile, AGenerationLikeAnother) {
  const DeviceTable table = with(R"({
    "generations": {"next": {"like": "ampere_ga100", "title": "Next",
      "matrix": {"rates": {"fp16": {"units": 8, "cycle": "8x8x8", "instruction": "16x8x16"}}}}},
    "devices": {"N1": {"generation": "next", "cores": 1, "clock_ghz": 1}}})");
  const Device& n1 = findDevice(table, "N1");
  EXPECT_EQ(usualPeak(n1, Precision::fp16)->opsPerS, 1e9 * 8 * 512 * 2);
  EXPECT_EQ(usualPeak(n1, Precision::int8)->opsPerS, 1e9 * 4 * 512 * 2);  // as it was
  EXPECT_EQ(n1.traps, n1.generation->traps);
}

TEST(DeviceFile, UnknownKeysAndNamesSuggestTheNearest) {
  EXPECT_THAT(refusal(device(R"(, "clok_ghz": 2)")), HasSubstr(R"(devices["My Board"].clok_ghz)"));
  EXPECT_THAT(refusal(device(R"(, "clok_ghz": 2)")), HasSubstr("did you mean clock_ghz?"));
  EXPECT_THAT(refusal(R"({"devices": {"X": {"generation": "amper_ga100"}}})"), HasSubstr("ampere_ga100"));
  EXPECT_THAT(refusal(R"({"device": {}})"), HasSubstr("did you mean devices?"));
  EXPECT_THAT(refusal(device(R"(, "published": {"fp17": 2})")), HasSubstr("fp1"));
  EXPECT_THAT(refusal(device(R"(, "published": {"": 2})")), HasSubstr("unknown precision"));
  EXPECT_THAT(refusal(device(R"(, "published": {"fp16 tensor": 2})")), HasSubstr("unknown precision"));
  EXPECT_THAT(refusal(device(R"(, "published": {"fp16": 2}, "deviations": {"fp32": "so"})")),
              HasSubstr("no published figure"));
}

TEST(DeviceFile, NumbersThatAreNone) {
  for (const char* number : {"0", "-1", "1e300", "1e999", "-1e999", "NaN", "Infinity", "\"2\"", "null",
                             "true", "[]", "{}", "1e-400"}) {
    const std::string text = number;
    refusal(R"({"devices": {"X": {"generation": "ada", "cores": 1, "clock_ghz": )" + text + "}}}");
    refusal(R"({"devices": {"X": {"generation": "ada", "clock_ghz": 1, "cores": )" + text + "}}}");
    refusal(device(R"(, "matrix_clock_ghz": )" + text));
    refusal(device(R"(, "memory": {"bytes": 8, "mt_s": )" + text + "}"));
    refusal(device(R"(, "memory": {"mt_s": 8, "bytes": )" + text + "}"));
    refusal(device(R"(, "memory": {"mt_s": 8, "bytes": 8, "channels": )" + text + "}"));
    refusal(device(R"(, "published": {"bandwidth": )" + text + "}"));
    refusal(device(R"(, "published": {"fp16 matrix 2:4": )" + text + "}"));
    refusal(device(R"(, "measured": [{"what": "x", "tops": )" + text + "}]"));
  }
  EXPECT_THAT(refusal(device(R"(, "memory": {"mt_s": 0, "bytes": 8})")),
              HasSubstr(R"(["My Board"].memory.mt_s)"));
  refusal(R"({"devices": {"X": {"generation": "ada", "clock_ghz": 1, "cores": 1.5}}})");
  refusal(R"({"devices": {"X": {"generation": "ada", "clock_ghz": 1, "cores": 1e18}}})");
}

TEST(DeviceFile, WrongTypes) {
  for (const char* json : {"",
                           " ",
                           "[]",
                           "1",
                           "null",
                           "\"text\"",
                           "{",
                           R"({"devices": [1]})",
                           R"({"devices": 1})",
                           R"({"devices": null})",
                           R"({"devices": {"X": 1}})",
                           R"({"devices": {"X": []}})",
                           R"({"devices": {"": {"generation": "ada"}}})",
                           R"({"devices": {"NVIDIA": {"generation": "ada"}}})",
                           R"({"devices": {"X": {}}})",
                           R"({"devices": {"X": {"generation": 1}}})",
                           R"({"devices": {"X": {"generation": "ada"}}})",
                           R"({"generations": []})",
                           R"({"generations": {"g": {}}})",
                           R"({"generations": {"": {"kind": "gpu"}}})",
                           R"({"generations": {"g": {"kind": "npu"}}})",
                           R"({"generations": {"g": {"like": "h", "kind": "gpu"}}})",
                           R"({"generations": {"g": {"like": "g", "kind": "gpu"}}})",
                           R"({"cpus": {}})",
                           R"({"cpus": [1]})",
                           R"({"cpus": [{"generation": "none"}]})",
                           R"({"cpus": [{"generation": "zen5", "flags": "avx2"}]})"})
    refusal(json);
  for (const char* more :
       {R"(, "memory": 1)", R"(, "memory": [])", R"(, "published": 1)", R"(, "published": [])",
        R"(, "aliases": "x")", R"(, "aliases": [1])", R"(, "aliases": [""])", R"(, "aliases": ["NVIDIA"])",
        R"(, "traps": {})", R"(, "source": 7)", R"(, "source": "")", R"(, "measured": {})",
        R"(, "measured": [{"what": "x"}])", R"(, "measured": [{"what": "x", "tops": 1, "gb_s": 1}])",
        R"(, "published_first": 1)", R"(, "memory": {"mt_s": 8})",
        R"(, "memory": {"mt_s": 8, "clock_mhz": 8, "bytes": 8})",
        R"(, "memory": {"transfers": 8, "bytes": 8})", R"(, "deviations": {"fp32": "so"})"})
    refusal(device(more));
}

TEST(DeviceFile, RatesThatAreNone) {
  const auto rate = [](const std::string& text) {
    return R"({"generations": {"g": {"kind": "gpu", "matrix": {"unit": "u", "rates": {"fp16": )" + text +
           "}}}}}";
  };
  EXPECT_NO_THROW(with(rate(R"({"units": 4, "cycle": "4x4x4", "together": 4})")));
  for (const char* text :
       {"1", "{}", R"({"units": 0})", R"({"units": 1e9})", R"({"units": 1.5})",
        R"({"units": 4, "together": 5})", R"({"units": 4, "together": 0})", R"({"units": 4, "cycle": "4x4"})",
        R"({"units": 4, "cycle": "4x4x0"})", R"({"units": 4, "cycle": "4x4x4097"})",
        R"({"units": 4, "cycle": "4x4x4x4"})", R"({"units": 4, "cycle": ""})", R"({"units": 4, "cycle": 4})",
        R"({"units": 4, "instruction": "axbxc"})", R"({"units": 4, "sparse": "yes"})"})
    refusal(rate(text));
  refusal(
      R"({"generations": {"g": {"kind": "gpu", "vector": {"unit": "u", "rates": {"fp17": {"units": 1}}}}}})");
  refusal(R"({"generations": {"g": {"kind": "gpu", "vector": {"rates": {}}}}})");
  refusal(R"({"generations": {"g": {"kind": "gpu", "vector": {"unit": "u", "rates": [1]}}}})");
}

TEST(DeviceFile, NamesThatStandTwice) {
  EXPECT_THAT(refusal(R"({"devices": {"X 1": {"generation": "ada", "cores": 1, "clock_ghz": 1},
                                      "x1": {"generation": "ada", "cores": 1, "clock_ghz": 1}}})"),
              HasSubstr("two devices of this file have the name \"x1\""));
  EXPECT_THAT(refusal(device(R"(, "aliases": ["my-board"])")), HasSubstr("my-board"));
  refusal(device(R"(, "cores": 11)"));
}

TEST(DeviceFile, SizesWithoutEnd) {
  refusal(std::string(100000, '['));
  refusal(R"({"devices": )" + std::string(100000, '{'));
  std::string nested = "1";
  for (int level = 0; level < 1000; ++level) nested = R"({"a": )" + nested + "}";
  EXPECT_THAT(refusal(R"({"devices": {"X": )" + nested + "}}"), HasSubstr("nested"));
  EXPECT_THAT(refusal(std::string(2 << 20, ' ')), HasSubstr("limit"));
  refusal(device(R"(, "source": ")" + std::string(2000, 'x') + "\""));
  std::string many = R"({"devices": {)";
  for (int at = 0; at < 2000; ++at)
    many += (at > 0 ? ", " : "") + ("\"D" + std::to_string(at)) +
            R"(": {"generation": "ada", "cores": 1, "clock_ghz": 1})";
  EXPECT_THAT(refusal(many + "}}"), HasSubstr("over 1000 entries"));
}

TEST(DeviceFile, TextsAreSafeToShow) {
  const DeviceTable table = with(
      "{\"devices\": {\"Bad \\u001b[31mname\": {\"generation\": \"ada\", \"cores\": 1, \"clock_ghz\": 1, "
      "\"traps\": [\"a\\u0007b\"]}}}");
  const Device& device = table.devices.back();
  EXPECT_EQ(device.name.find('\x1b'), std::string::npos);
  EXPECT_EQ(device.traps.front().find('\a'), std::string::npos);
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "ridge_device_file_test") {
    std::filesystem::create_directories(path_ / "ridge");
    setenv("XDG_CONFIG_HOME", path_.c_str(), 1);
  }
  ~Folder() {
    unsetenv("XDG_CONFIG_HOME");
    std::filesystem::remove_all(path_);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

TEST(DeviceFile, FilesOfTheUser) {
  const Folder folder;
  const size_t ours = builtinDevices().devices.size();
  EXPECT_EQ(allDevices("").devices.size(), ours);
  folder.write("ridge/devices.json", device(""));
  EXPECT_EQ(allDevices("").devices.size(), ours + 1);
  // The file of the flag comes last.
  const std::string more = folder.write(
      "more.json", R"({"devices": {"MY BOARD": {"generation": "ada", "cores": 11, "clock_ghz": 2}}})");
  EXPECT_EQ(findDevice(allDevices(more), "My Board").cores, 11);
  folder.write("ridge/devices.json", "broken");
  EXPECT_THROW(allDevices(""), Error);
  folder.write("ridge/devices.json", "{}");
  EXPECT_THROW(allDevices("/no/such/file.json"), Error);
  EXPECT_THROW(allDevices("/tmp"), Error);
}

}  // namespace
}  // namespace ridge::analyze
