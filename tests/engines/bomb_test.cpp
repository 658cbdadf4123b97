// Small metadata that would be large once decoded.
#include <engine_generated.h>

#include "engine/plan_codec.h"
#include "support/expect_error.h"

namespace ridge::test {
namespace {

namespace fb = flatbuffers;

void expectRefused(fb::FlatBufferBuilder& b, fb::Offset<stored::Engine> engine) {
  stored::FinishEngineBuffer(b, engine);
  const auto* start = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
  expectError(ErrorCode::input, "more than once", [&] {
    engine::decodeMetadata({start, b.GetSize()}, {}, nullptr);
  });
}

TEST(EngineBomb, OneStringUsedOftenIsRefused) {
  fb::FlatBufferBuilder b;
  const auto text = b.CreateString(std::string(1 << 16, 'x'));
  const std::vector<fb::Offset<stored::Decision>> decisions(1 << 16, stored::CreateDecision(b, text, text));
  const std::vector<fb::Offset<stored::Plan>> plans{stored::CreatePlan(b)};
  const auto list = b.CreateVector(decisions);
  expectRefused(b, stored::CreateEngine(b, b.CreateVector(plans), 0, 0, list));
}

TEST(EngineBomb, ADecisionIsOfAKnownKind) {
  fb::FlatBufferBuilder b;
  const std::vector<fb::Offset<stored::Decision>> decisions{stored::CreateDecision(b, 0, 0, 250)};
  const std::vector<fb::Offset<stored::Plan>> plans{stored::CreatePlan(b)};
  const auto list = b.CreateVector(decisions);
  stored::FinishEngineBuffer(b, stored::CreateEngine(b, b.CreateVector(plans), 0, 0, list));
  const auto* start = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
  expectError(ErrorCode::input, "no known kind", [&] {
    engine::decodeMetadata({start, b.GetSize()}, {}, nullptr);
  });
}

TEST(EngineBomb, OneLongListUsedOftenIsRefused) {
  fb::FlatBufferBuilder b;
  const auto dims = b.CreateVector(std::vector<int64_t>(1 << 16, 1));
  const std::vector<fb::Offset<stored::Value>> values(1 << 16, stored::CreateValue(b, 0, 0, 1, dims));
  const std::vector<fb::Offset<stored::Plan>> plans{stored::CreatePlan(b, b.CreateVector(values))};
  expectRefused(b, stored::CreateEngine(b, b.CreateVector(plans)));
}

}  // namespace
}  // namespace ridge::test
