#include "core/train/qu_anti_zation.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeQuAntiZation(const Napi::Object& settings, const graph::Model& model) {
  return train::quAntiZation(model.graph, {.target = integer(settings, "target"),
                                           .bits = integers(field(settings, "bits")),
                                           .c1 = number(settings, "c1"),
                                           .c2 = number(settings, "c2"),
                                           .activations = flag(settings, "activations")});
}

}  // namespace shellac::bindings
