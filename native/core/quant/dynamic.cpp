#include "core/quant/dynamic.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/quant/range.h"
#include "core/quant/step_grid.h"

namespace shellac::quant {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct RoundTo : torch::autograd::Function<RoundTo> {
  static at::Tensor forward(AutogradContext*, const at::Tensor& x, const at::Tensor& scale) {
    return roundUnclamped(x, scale);
  }
  static tensor_list backward(AutogradContext*, tensor_list gradients) {
    return {gradients[0], at::Tensor()};
  }
};

at::Tensor fakeQuantize(const at::Tensor& x, const Grid& grid) {
  const auto scale = scaleOf(rangeOf(x.detach(), false), grid);
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return roundUnclamped(x, scale);
  return RoundTo::apply(x, scale);
}

}  // namespace

at::Tensor fakeQuantizeWeightDynamic(const at::Tensor& w, int64_t bits) {
  return fakeQuantize(w, {.bits = bits, .symmetric = true});
}

at::Tensor fakeQuantizeActivationDynamic(const at::Tensor& x, int64_t bits) {
  return fakeQuantize(x, {.bits = bits, .symmetric = false});
}

}  // namespace shellac::quant
