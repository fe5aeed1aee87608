#include "core/train/adaptive.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeAdaptive(const Napi::Object& settings, const graph::Model& model) {
  const train::QuAntiZation base{.target = integer(settings, "target"),
                                 .bits = integers(field(settings, "bits")),
                                 .c1 = number(settings, "c1"),
                                 .c2 = number(settings, "c2"),
                                 .activations = flag(settings, "activations")};
  return train::adaptive(model.graph, {.base = base, .lambda = number(settings, "lambda")});
}

}  // namespace shellac::bindings
