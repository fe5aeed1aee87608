#include "core/train/centred.h"

#include <c10/core/GradMode.h>

#include <utility>

#include "core/graph/unit.h"
#include "core/quant/dynamic.h"

namespace shellac::train {

Objective centred(Objective objective, int64_t bits) {
  objective.begin = [bits, begin = std::move(objective.begin)](const graph::Model& model) {
    const c10::NoGradGuard noGrad;
    for (const auto& node : model.graph.nodes) {
      if (!graph::hasWeight(node)) continue;
      const auto& weight = model.parameter(node, "weight");
      weight.copy_(quant::fakeQuantizeWeightDynamic(weight, bits));
    }
    if (begin) begin(model);
  };
  return objective;
}

}  // namespace shellac::train
