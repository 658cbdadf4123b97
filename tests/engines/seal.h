// Engine files that lie but are sealed: every checksum fits.
#pragma once

#include <string>
#include <utility>

namespace ridge::test {

/// First byte and size of the section of metadata.
std::pair<size_t, size_t> metadataOf(const std::string& file);

/// Recomputes the checksums of header, section table and chunks, where the file still has such places.
void reseal(std::string& file);

}  // namespace ridge::test
