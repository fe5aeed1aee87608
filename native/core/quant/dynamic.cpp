#include "core/quant/dynamic.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "core/quant/range.h"
#include "core/quant/step_grid.h"

namespace shellac::quant {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct RoundTo : torch::autograd::Function<RoundTo> {
  static at::Tensor forward(AutogradContext*, const at::Tensor& x, const StepGrid* grid) {
    return roundValues(x, *grid);
  }
  static tensor_list backward(AutogradContext*, tensor_list gradients) {
    return {gradients[0], at::Tensor()};
  }
};

at::Tensor fakeQuantize(const at::Tensor& x, const Grid& grid) {
  constexpr auto kInfinite = std::numeric_limits<float>::infinity();
  const auto scale = scaleOf(rangeOf(x.detach(), false), grid);
  const StepGrid steps{scale, at::full_like(scale, -kInfinite), at::full_like(scale, kInfinite)};
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return roundValues(x, steps);
  return RoundTo::apply(x, &steps);
}

}  // namespace

at::Tensor fakeQuantizeWeightDynamic(const at::Tensor& w, int64_t bits) {
  return fakeQuantize(w, {.bits = bits, .symmetric = true});
}

at::Tensor fakeQuantizeActivationDynamic(const at::Tensor& x, int64_t bits) {
  return fakeQuantize(x, {.bits = bits, .symmetric = false});
}

}  // namespace shellac::quant
