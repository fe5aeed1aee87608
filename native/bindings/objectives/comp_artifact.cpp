#include "core/train/comp_artifact.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeCompArtifact(const Napi::Object& settings, const graph::Model& model) {
  return train::compArtifact(model.graph, {.target = integer(settings, "target"),
                                           .bits = integer(settings, "bits"),
                                           .onlyFrom = text(settings, "onlyFrom"),
                                           .fold = flag(settings, "fold"),
                                           .activations = flag(settings, "activations")});
}

}  // namespace shellac::bindings
