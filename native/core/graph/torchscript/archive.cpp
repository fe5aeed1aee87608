#include "core/graph/torchscript/archive.h"

#include <caffe2/serialize/in_memory_adapter.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <fstream>

#include "core/graph/torchscript/pickle.h"
#include "core/graph/torchscript/refuse.h"
#include "core/graph/torchscript/source.h"
#include "core/graph/torchscript/zip.h"

namespace shellac::graph::torchscript {
namespace {

namespace serialize = caffe2::serialize;
constexpr uint64_t largestFile = uint64_t{4} << 30;
constexpr uint64_t mostCode = uint64_t{32} << 20;
constexpr uint64_t mostRecords = 100000;

std::string readBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = file ? static_cast<int64_t>(file.tellg()) : -1;
  if (size < 0) refuseFile(path, "a file that cannot be read", "a TorchScript file");
  if (static_cast<uint64_t>(size) > largestFile)
    refuseFile(path, "a file of more than 4 GiB", "a smaller model");
  std::string bytes(static_cast<size_t>(size), '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), size)) refuseFile(path, "a file that cannot be read", "a TorchScript file");
  return bytes;
}

[[noreturn]] void refuseStateDict(const std::string& path) {
  throw Error(Code::BadModel,
              {.thing = path,
               .found = "a pickled state dict or module (torch.save), which has no code",
               .expected = "a TorchScript file",
               .remedy = "Save the model with torch.jit.trace(model.eval(), example).save(path), or its "
                         "weights as safetensors and name the architecture."});
}

// An archive's entries lie in one folder, of which records are named without.
std::map<std::string, uint32_t> withoutFolder(const std::map<std::string, uint32_t>& entries) {
  std::map<std::string, uint32_t> records;
  for (const auto& [name, sum] : entries)
    if (const auto slash = name.find('/'); slash != std::string::npos)
      records.emplace(name.substr(slash + 1), sum);
  return records;
}

class Archive {
 public:
  Archive(const std::string& path, const std::string& bytes)
      : path_(path),
        size_(bytes.size()),
        checksums_(withoutFolder(zipChecksums(path, bytes))),
        reader_(
            std::make_shared<serialize::MemoryReadAdapter>(bytes.data(), static_cast<off_t>(bytes.size()))) {}

  void judge() {
    const auto records = reader_.getAllRecords();
    judgeKind(records);
    judgeSizes(records);
    CodeCount count;
    // Code first: what it would do is a better reason than the pickle that is odd because of it.
    visit(records, [&](const std::string& record, std::string_view bytes) {
      if (record.starts_with("code/") && record.ends_with(".py")) judgeSource(record, bytes, count);
    });
    visit({"data.pkl", "constants.pkl"}, [&](const std::string& record, std::string_view bytes) {
      judgePickle(record, bytes, storages(record == "data.pkl" ? "data/" : "constants/"));
    });
  }

 private:
  void judgeKind(const std::vector<std::string>& records) const {
    const auto has = [&](const char* name) {
      return std::find(records.begin(), records.end(), name) != records.end();
    };
    const bool code = std::any_of(records.begin(), records.end(),
                                  [](const auto& name) { return name.starts_with("code/"); });
    if (has("data.pkl") && !code) refuseStateDict(path_);
    if (has("model.json"))
      refuseFile(path_, "a TorchScript file of PyTorch 1.3 or older", "one of a newer PyTorch");
    if (!has("data.pkl") || !has("constants.pkl"))
      refuseFile(path_, "a zip archive without a model", "a TorchScript file");
  }

  // Records may be compressed. What they unpack to is bounded before anything is unpacked.
  void judgeSizes(const std::vector<std::string>& records) {
    if (records.size() > mostRecords)
      refuseFile(path_, "too many records", std::to_string(mostRecords) + " at most");
    uint64_t total = 0, code = 0;
    for (const auto& record : records) {
      const uint64_t size = reader_.getRecordSize(record);
      auto& sum = record.starts_with("code/") ? code : total;
      sum += std::min(size, largestFile);
      if (code > mostCode || total > size_) {
        refuseFile(path_, "record " + record + " of " + std::to_string(size) + " bytes",
                   "records that fit the file's size");
      }
    }
  }

  template <typename Judge>
  void visit(const std::vector<std::string>& records, Judge judge) {
    for (const auto& record : records) {
      const auto [data, size] = reader_.getRecord(record);
      const std::string_view bytes(static_cast<const char*>(data.get()), size);
      judgeChecksum(record, bytes);
      judge(record, bytes);
    }
  }

  void judgeChecksum(const std::string& record, std::string_view bytes) const {
    const auto found = checksums_.find(record);
    if (found == checksums_.end())
      refuseFile(path_, "record " + record + " without a checksum", "the file as it was saved");
    if (found->second != checksum(bytes))
      refuseFile(path_, "record " + record + " is damaged: its checksum is wrong",
                 "the file as it was saved");
  }

  StorageBytes storages(const std::string& folder) {
    return [this, folder](const std::string& key) -> uint64_t {
      if (!reader_.hasRecord(folder + key))
        refuseFile(path_, "no record " + folder + key, "the tensors of the model");
      return reader_.getRecordSize(folder + key);
    };
  }

  const std::string& path_;
  uint64_t size_;
  std::map<std::string, uint32_t> checksums_;  // by record
  serialize::PyTorchStreamReader reader_;
};

}  // namespace

std::string readArchive(const std::string& path) {
  auto bytes = readBytes(path);
  if (bytes.starts_with("\x80\x02")) refuseStateDict(path);
  if (!bytes.starts_with("PK\x03\x04"))
    refuseFile(path, "a file that is no zip archive", "a TorchScript file");
  Archive(path, bytes).judge();
  return bytes;
}

}  // namespace shellac::graph::torchscript
