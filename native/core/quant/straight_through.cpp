// The straight-through gradient as one autograd node: forward keeps one byte an element, backward is one
// product.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/mul.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/quant/quantizer.h"

namespace shellac::quant {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Quantizer* quantizer) {
    const auto steps = quantizer->steps(x);
    auto values = steps.clone();
    quantizer->clampSteps(values);
    context->save_for_backward({steps.eq(values)});
    quantizer->stepsToValues(values);
    return values;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    return {gradients[0].mul(context->get_saved_variables()[0]), at::Tensor()};
  }
};

}  // namespace

at::Tensor Quantizer::straightThrough(const at::Tensor& x) const {
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return nearest(x);
  return StraightThrough::apply(x, this);
}

}  // namespace shellac::quant
