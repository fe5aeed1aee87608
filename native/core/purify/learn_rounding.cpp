#include "core/purify/learn_rounding.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/purify/draw_batch.h"
#include "core/purify/fused_adam.h"

namespace shellac::purify {

Slopes RoundingObjective::slopes(const std::vector<SoftRounding>& weights, size_t batch,
                                 int64_t iteration) const {
  std::vector<at::Tensor> variables, made, plain;
  at::Tensor paid;
  {
    const at::AutoGradMode withGradients(true);
    for (const auto& weight : weights) {
      variables.push_back(weight.variable().detach().requires_grad_());
      const auto share = weight.share(variables.back());
      made.push_back(weight.soft(share));
      plain.push_back(made.back().detach());
      const auto more = penalty(weight, share, iteration);
      if (more.defined()) paid = paid.defined() ? paid + more : more;
    }
  }
  auto [loss, along] = reconstruction(batch, plain);
  if (paid.defined()) {
    loss += paid.item<double>();
    made.push_back(paid);
    along.push_back(at::ones_like(paid));
  }
  return {loss, torch::autograd::grad(made, variables, along)};
}

void learnRounding(const std::vector<SoftRounding>& weights, const RoundingObjective& objective,
                   const RoundingSteps& steps, at::Generator& generator, const Pace& pace) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> variables;
  for (const auto& weight : weights) variables.push_back(weight.variable());
  FusedAdam adam(variables, steps.learningRate);
  for (int64_t iteration = 0; iteration < steps.iterations; ++iteration) {
    pace.alive();
    const auto [loss, gradients] = objective.slopes(weights, drawBatch(steps.batches, generator), iteration);
    pace.alive();
    adam.step(gradients);
    pace.at(iteration + 1, steps.iterations, loss);
  }
}

}  // namespace shellac::purify
