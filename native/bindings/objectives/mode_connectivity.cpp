#include "core/train/mode_connectivity.h"

#include "bindings/convert.h"
#include "bindings/handle.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeModeConnectivity(const Napi::Object& settings, const graph::Model&) {
  return train::modeConnectivity({.start = modelOf(field(settings, "start"))->model,
                                  .end = modelOf(field(settings, "end"))->model,
                                  .seed = static_cast<uint64_t>(integer(settings, "seed"))});
}

}  // namespace shellac::bindings
