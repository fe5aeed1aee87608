// The checksums in a zip archive's directory, which libtorch's reader does not look at.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace shellac::graph::torchscript {

// By the entries' full names. Throws Error{BadModel} for what is not a whole zip archive.
std::map<std::string, uint32_t> zipChecksums(const std::string& path, std::string_view archive);
uint32_t checksum(std::string_view bytes);  // CRC-32

}  // namespace shellac::graph::torchscript
