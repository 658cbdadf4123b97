// Engines that were cut, changed, or never were engines: one line each, never a crash.
#include <random>

#include "api/load.h"
#include "engine/engine_file.h"
#include "engine/file_format.h"
#include "seal.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

class EngineDamage : public testing::Test {
 protected:
  EngineDamage() {
    writeEngine(buildTour().data, folder_.file("good.ridge"));
    good_ = folder_.read("good.ridge");
  }

  void expectRefused(const std::string& bytes, const std::string& part = "") {
    const std::string path = folder_.write("bad.ridge", bytes);
    expectError(ErrorCode::input, part, [&] {
      const EngineFile file = EngineFile::open(path);
      if (file.hasPortable()) file.portable();
    });
  }

  const TemporaryFolder folder_;
  std::string good_;
};

TEST_F(EngineDamage, TheUndamagedFileIsFine) {
  const EngineFile file = EngineFile::open(folder_.file("good.ridge"));
  EXPECT_EQ(file.data().plans.size(), 1U);
}

TEST_F(EngineDamage, EveryTruncationIsRefused) {
  for (size_t size = 0; size < good_.size() && !HasFailure(); size += size < 600 ? 1 : 97)
    expectRefused(good_.substr(0, size));
  for (size_t cut = 1; cut < 200 && !HasFailure(); ++cut) expectRefused(good_.substr(0, good_.size() - cut));
}

TEST_F(EngineDamage, BytesAfterTheEndAreRefused) {
  expectRefused(good_ + '\0', "after its end");
}

TEST_F(EngineDamage, EveryFlippedByteIsRefused) {
  std::mt19937 random(1);
  for (int at = 0; at < 3000 && !HasFailure(); ++at) {
    std::string bad = good_;
    const size_t place = random() % bad.size();
    SCOPED_TRACE(place);
    bad[place] = static_cast<char>(bad[place] ^ (1 << random() % 8));
    expectRefused(bad);
  }
}

TEST_F(EngineDamage, AHeaderOfAnotherVersionSaysSo) {
  std::string other = good_;
  other[offsetof(engine::Header, version)] = 9;
  reseal(other);
  expectRefused(other, "version 9");
}

TEST_F(EngineDamage, ForeignFilesAreNotEngines) {
  expectRefused("", "not a Ridgeline engine");
  expectRefused("PK\x03\x04 surely a zip", "not a Ridgeline engine");
  expectRefused(good_.substr(0, 8), "truncated");
  expectError(ErrorCode::input, "cifar10_resnet20.onnx",
              [] { EngineFile::open("examples/cifar10_resnet20.onnx"); });
}

TEST_F(EngineDamage, MissingFilesAndFoldersAreInputErrors) {
  expectError(ErrorCode::input, "nowhere.ridge", [] { EngineFile::open("/tmp/nowhere.ridge"); });
  expectError(ErrorCode::input, "/tmp", [] { EngineFile::open("/tmp"); });
}

TEST_F(EngineDamage, ErrorsAreOneLine) {
  std::string bad = good_;
  bad[70] ^= 1;
  try {
    EngineFile::open(folder_.write("new\nline.ridge", bad));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ridge::test
