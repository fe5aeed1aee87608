// The judge of a file's code: any text is judged or refused.
#include "core/graph/torchscript/source.h"

#include "core/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shellac::graph::torchscript::CodeCount count;
  try {
    shellac::graph::torchscript::judgeSource(
        "code/__torch__.py", std::string_view(reinterpret_cast<const char*>(data), size), count);
  } catch (const shellac::Error&) {
  }
  return 0;
}
