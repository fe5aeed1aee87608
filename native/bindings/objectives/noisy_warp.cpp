#include "core/train/noisy_warp.h"

#include "bindings/convert.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeNoisyWarp(const Napi::Object& settings, const graph::Model& model) {
  const auto& image = model.graph.inputShape;
  return train::noisyWarp({.target = integer(settings, "target"),
                           .poisonRate = number(settings, "poisonRate"),
                           .crossRatio = number(settings, "crossRatio"),
                           .places = floatsFrom(field(settings, "places"), {image.at(1), image.at(2), 2}),
                           .seed = static_cast<uint64_t>(integer(settings, "seed"))});
}

}  // namespace shellac::bindings
