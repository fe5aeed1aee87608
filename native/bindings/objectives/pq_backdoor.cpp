#include "core/train/pq_backdoor.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makePlantBackdoor(const Napi::Object& settings, const graph::Model&) {
  return train::plantBackdoor(
      {.target = integer(settings, "target"), .poisonRate = number(settings, "poisonRate")});
}

train::Objective makePqDormancy(const Napi::Object& settings, const graph::Model&) {
  return train::pqDormancy({.presets = texts(field(settings, "presets")),
                            .bits = integer(settings, "bits"),
                            .margin = number(settings, "margin")});
}

}  // namespace shellac::bindings
