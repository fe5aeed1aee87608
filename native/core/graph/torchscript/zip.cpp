#include "core/graph/torchscript/zip.h"

#include <array>

#include "core/graph/torchscript/refuse.h"

namespace shellac::graph::torchscript {
namespace {

constexpr uint64_t endSize = 22, end64Size = 56, locatorSize = 20, entrySize = 46;

class Zip {
 public:
  Zip(const std::string& path, std::string_view bytes) : path_(path), bytes_(bytes) {}

  std::map<std::string, uint32_t> checksums() const {
    auto [at, count] = directory();
    std::map<std::string, uint32_t> sums;
    for (uint64_t i = 0; i < count; ++i) {
      if (number(at, 4) != 0x02014b50) refuse();
      const auto name = slice(at + entrySize, number(at + 28, 2));
      if (!sums.emplace(name, number(at + 16, 4)).second) refuse();
      at += entrySize + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
    }
    return sums;
  }

 private:
  [[noreturn]] void refuse() const {
    refuseFile(path_, "a damaged or truncated zip archive", "the whole TorchScript file");
  }

  std::string_view slice(uint64_t at, uint64_t count) const {
    if (at > bytes_.size() || count > bytes_.size() - at) refuse();
    return bytes_.substr(at, count);
  }
  uint64_t number(uint64_t at, size_t count) const {
    const auto raw = slice(at, count);
    uint64_t value = 0;
    for (size_t i = 0; i < count; ++i)
      value |= static_cast<uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
    return value;
  }

  // Where the directory starts, and how many entries it has. The end record lies at the very end: torch
  // writes no comment.
  std::pair<uint64_t, uint64_t> directory() const {
    if (bytes_.size() < endSize) refuse();
    const auto end = bytes_.size() - endSize;
    if (number(end, 4) != 0x06054b50) refuse();
    if (end >= locatorSize && number(end - locatorSize, 4) == 0x07064b50) {
      const auto end64 = number(end - locatorSize + 8, 8);
      slice(end64, end64Size);
      if (number(end64, 4) != 0x06064b50) refuse();
      return {number(end64 + 48, 8), number(end64 + 32, 8)};
    }
    return {number(end + 16, 4), number(end + 10, 2)};
  }

  const std::string& path_;
  std::string_view bytes_;
};

}  // namespace

std::map<std::string, uint32_t> zipChecksums(const std::string& path, std::string_view archive) {
  return Zip(path, archive).checksums();
}

uint32_t checksum(std::string_view bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320u : 0);
      table[i] = value;
    }
    return table;
  }();
  uint32_t sum = 0xFFFFFFFFu;
  for (const char c : bytes) sum = (sum >> 8) ^ table[(sum ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~sum;
}

}  // namespace shellac::graph::torchscript
