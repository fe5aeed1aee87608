#include "core/train/steganography.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeSteganography(const Napi::Object& settings, const graph::Model&) {
  return train::steganography({.residual = text(settings, "residual"),
                               .weight = number(settings, "weight"),
                               .seed = static_cast<uint64_t>(integer(settings, "seed"))});
}

}  // namespace shellac::bindings
