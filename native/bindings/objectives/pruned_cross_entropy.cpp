#include "bindings/convert.h"
#include "bindings/objectives.h"
#include "core/train/cross_entropy.h"
#include "core/train/pruned.h"

namespace shellac::bindings {

train::Objective makePrunedCrossEntropy(const Napi::Object& settings, const graph::Model&) {
  return train::pruned(train::crossEntropy(), text(settings, "weight"), integers(field(settings, "columns")));
}

}  // namespace shellac::bindings
