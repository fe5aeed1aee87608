#include "bindings/rounding_options.h"

#include "bindings/convert.h"

namespace shellac::bindings {

purify::Rounding roundingFrom(const Napi::Value& value) {
  if (absent(value)) return {};
  const auto options = value.As<Napi::Object>();
  return {.regularization = number(options, "regularization"),
          .reversal = number(options, "reversal"),
          .warmUp = number(options, "warmUp"),
          .betaStart = number(options, "betaStart"),
          .betaEnd = number(options, "betaEnd"),
          .drop = number(options, "drop")};
}

}  // namespace shellac::bindings
