// The straight-through gradient as one autograd node. What was clamped is found again in the backward pass,
// from x, which the graph mostly keeps anyway: one pass each way, and nothing else is stored.
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/quant/quantizer.h"

namespace shellac::quant {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const StepGrid* grid) {
    context->save_for_backward({x, grid->scale, grid->low, grid->high});
    return roundValues(x, *grid);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    return {passGradient(gradients[0], saved[0].detach(), {saved[1], saved[2], saved[3]}), at::Tensor()};
  }
};

}  // namespace

at::Tensor Quantizer::straightThrough(const at::Tensor& x) const {
  const auto grid = along(x);
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return roundValues(x, grid);
  return StraightThrough::apply(x, &grid);
}

}  // namespace shellac::quant
