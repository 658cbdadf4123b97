#include "known_versions.h"

#include <fstream>
#include <sstream>

namespace ridge::test {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<std::string> listed(const std::string& file) {
  std::ifstream stream("tests/ops/generated/" + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  return lines;
}

const std::map<std::string, std::vector<KnownVersion>>& knownVersions() {
  static const auto known = [] {
    std::map<std::string, std::vector<KnownVersion>> made;
    for (const std::string& line : listed("versions.txt")) {
      const std::vector<std::string> fields = split(line, ' ');
      KnownVersion& version = made[fields.at(0)].emplace_back();
      version.number = std::stoll(fields.at(1));
      version.in = split(fields.at(2), ',');
      version.out = split(fields.at(3), ',');
      for (size_t at = 4; at < fields.size(); ++at) {
        const std::vector<std::string> parameter = split(fields[at], '=');
        version.types[parameter.at(0)] = split(parameter.at(1), ',');
      }
    }
    return made;
  }();
  return known;
}

}  // namespace ridge::test
