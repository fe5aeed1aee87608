// The judge of pickles: any bytes are judged or refused.
#include "core/graph/torchscript/pickle.h"

#include "core/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    shellac::graph::torchscript::judgePickle("data.pkl", bytes, [](const std::string&) { return 1024; });
  } catch (const shellac::Error&) {
  }
  return 0;
}
