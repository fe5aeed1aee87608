#include "core/train/cross_entropy.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeCrossEntropy(const Napi::Object& settings, const graph::Model&) {
  return train::crossEntropy(optionalNumber(settings, "labelSmoothing").value_or(0));
}

}  // namespace shellac::bindings
