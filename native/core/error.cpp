#include "core/error.h"

namespace shellac {

const char* codeName(Code code) {
  switch (code) {
    case Code::BadOption:
      return "ERR_BAD_OPTION";
    case Code::BadModel:
      return "ERR_BAD_MODEL";
    case Code::UnsupportedOp:
      return "ERR_UNSUPPORTED_OP";
    case Code::BadData:
      return "ERR_BAD_DATA";
    case Code::Aborted:
      return "ERR_ABORTED";
    case Code::OutOfMemory:
      return "ERR_OUT_OF_MEMORY";
    case Code::NoLibtorch:
      return "ERR_NO_LIBTORCH";
    case Code::Device:
      return "ERR_DEVICE";
    case Code::Internal:
      return "ERR_INTERNAL";
  }
  return "ERR_INTERNAL";
}

Error::Error(Code code, Complaint complaint)
    : std::runtime_error(complaint.thing + ": " + complaint.found +
                         (complaint.expected.empty() ? "" : "; expected " + complaint.expected)),
      code(code),
      complaint(std::move(complaint)) {}

}  // namespace shellac
