#include "core/train/cross_entropy.h"

#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeCrossEntropy(const Napi::Object&, const graph::Model&) { return train::crossEntropy(); }

}  // namespace shellac::bindings
