#include "core/train/input_aware.h"

#include "bindings/convert.h"
#include "bindings/handle.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeSparseMask(const Napi::Object& settings, const graph::Model&) {
  return train::sparseMask({.density = number(settings, "density"),
                            .sparsity = number(settings, "sparsity"),
                            .diversity = number(settings, "diversity")});
}

train::Objective makeInputAware(const Napi::Object& settings, const graph::Model&) {
  return train::inputAware({.generator = modelOf(field(settings, "generator"))->model,
                            .mask = modelOf(field(settings, "mask"))->model,
                            .mean = numbers(field(settings, "mean")),
                            .deviation = numbers(field(settings, "deviation")),
                            .target = integer(settings, "target"),
                            .poisonRate = number(settings, "poisonRate"),
                            .crossRatio = number(settings, "crossRatio"),
                            .diversity = number(settings, "diversity"),
                            .learningRate = number(settings, "learningRate")});
}

}  // namespace shellac::bindings
