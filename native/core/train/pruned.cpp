#include "core/train/pruned.h"

#include <ATen/ops/index_fill.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

namespace shellac::train {

Objective pruned(Objective objective, const std::string& weight, const std::vector<int64_t>& columns) {
  const auto prune = [weight, columns](const graph::Model& model) {
    const c10::NoGradGuard noGrad;
    auto matrix = model.tensors.at(weight);
    matrix.index_fill_(1, at::tensor(columns, matrix.options().dtype(at::kLong).requires_grad(false)), 0);
  };
  objective.begin = prune;
  objective.project = prune;
  return objective;
}

}  // namespace shellac::train
