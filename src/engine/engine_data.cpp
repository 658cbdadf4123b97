#include "engine/engine_data.h"

#include <algorithm>

namespace ridge {

std::string EngineData::fact(std::string_view name) const {
  for (const auto& [known, value] : facts)
    if (known == name) return value;
  return {};
}

void EngineData::setFact(const std::string& name, std::string value) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.first == name; });
  if (found != facts.end())
    found->second = std::move(value);
  else
    facts.emplace_back(name, std::move(value));
}

}  // namespace ridge
