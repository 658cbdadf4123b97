// Profiles as `ridge profile --json` writes them, read back: the file may come from anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyze/profile/diff.h"

namespace ridge::tool {

/// What a profile was made of; missing where the file does not say, or could not know.
struct ProfileSubject {
  std::optional<int64_t> batch, threads;
  std::optional<int64_t> macs, parameters;  ///< of the whole network
  std::string device, architecture, cpu;
};

struct ReadProfile {
  std::vector<analyze::ComparedLayer> layers;
  std::optional<double> latencyMs;  ///< the median
  ProfileSubject subject = {};
};

/// The file holds a JSON document, as `ridge profile --json` writes it (or claims to).
bool isProfileFile(const std::string& path);

/// Error{input} for what is no profile, and where it is broken.
ReadProfile readProfile(const std::string& path);

}  // namespace ridge::tool
