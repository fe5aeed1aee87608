#include "core/train/attention_distillation.h"

#include "bindings/convert.h"
#include "bindings/handle.h"
#include "bindings/objectives.h"

namespace shellac::bindings {

train::Objective makeAttentionDistillation(const Napi::Object& settings, const graph::Model& model) {
  constexpr size_t kStages = 3;
  return train::attentionDistillation({.teacher = modelOf(field(settings, "teacher"))->model,
                                       .values = train::stageEnds(model, kStages),
                                       .beta = number(settings, "beta")});
}

}  // namespace shellac::bindings
