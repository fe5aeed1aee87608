// The one exception of the core: what was wrong, what was found, what was expected, what to do.
#pragma once
#include <stdexcept>
#include <string>

namespace shellac {

enum class Code {
  BadOption,
  BadModel,
  UnsupportedOp,
  BadData,
  Aborted,
  OutOfMemory,
  NoLibtorch,
  Device,
  Internal
};

// The stable name that users match on, such as "ERR_BAD_MODEL".
const char* codeName(Code code);

struct Complaint {
  std::string thing;
  std::string found;
  std::string expected = {};
  std::string remedy = {};
};

class Error : public std::runtime_error {
 public:
  Error(Code code, Complaint complaint);
  Code code;
  Complaint complaint;
};

// "[3, 32, 32]", for messages.
template <typename Sizes>
std::string showShape(const Sizes& sizes) {
  std::string text = "[";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? ", " : "") + std::to_string(sizes[i]);
  return text + "]";
}

}  // namespace shellac
