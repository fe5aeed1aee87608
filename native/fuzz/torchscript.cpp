// The whole importer. An input is the records of an archive, "NAME\n" and bytes, with a line of dashes
// between; here they become an archive whose checksums fit, so that what changes is what the checks look at.
#include "core/graph/torchscript.h"

#include <ATen/Parallel.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "core/error.h"
#include "core/graph/torchscript/zip.h"

namespace {

constexpr std::string_view between = "\n----\n";

struct Record {
  std::string name;
  std::string_view data;
};

std::vector<Record> recordsOf(std::string_view bytes) {
  std::vector<Record> records;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, bytes.find(between));
    bytes.remove_prefix(std::min(bytes.size(), part.size() + between.size()));
    const auto line = std::min(part.find('\n'), part.size());
    records.push_back(
        {"archive/" + std::string(part.substr(0, line)), part.substr(std::min(line + 1, part.size()))});
  }
  return records;
}

void put(std::string& into, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) into += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

// What an entry's own header and its line of the directory have in common.
void describe(std::string& into, const Record& record) {
  put(into, 0, 10);  // version, flags, stored, no time
  put(into, shellac::graph::torchscript::checksum(record.data), 4);
  put(into, record.data.size(), 4);
  put(into, record.data.size(), 4);
  put(into, record.name.size(), 2);
}

std::string archiveOf(const std::vector<Record>& records) {
  std::string archive, directory;
  for (const auto& record : records) {
    const auto at = archive.size();
    put(archive, 0x04034b50, 4);
    describe(archive, record);
    put(archive, 0, 2);
    archive.append(record.name).append(record.data);
    put(directory, 0x02014b50, 4);
    put(directory, 0, 2);
    describe(directory, record);
    put(directory, 0, 12);
    put(directory, at, 4);
    directory.append(record.name);
  }
  const auto start = archive.size();
  archive += directory;
  put(archive, 0x06054b50, 4);
  put(archive, 0, 4);
  put(archive, records.size(), 2);
  put(archive, records.size(), 2);
  put(archive, directory.size(), 4);
  put(archive, start, 4);
  put(archive, 0, 2);
  return archive;
}

// A file in memory, as the importer wants a path.
std::string write(const std::string& archive) {
  static const int file = memfd_create("shellac-fuzz", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, archive.data(), archive.size(), 0) != ssize_t(archive.size()))
    abort();
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto records = recordsOf({reinterpret_cast<const char*>(data), size});
  if (records.size() > 64) return 0;
  const auto path = write(archiveOf(records));
  try {
    const auto model = shellac::graph::importTorchScript(path, shellac::graph::Shape{4, 13, 16});
    shellac::graph::check(model, model.graph.inputShape);
  } catch (const shellac::Error& error) {
    if (error.code == shellac::Code::Internal) abort();
  }
  return 0;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  at::set_num_threads(1);
  return 0;
}
