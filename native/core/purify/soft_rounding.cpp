#include "core/purify/soft_rounding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/logit.h>
#include <ATen/ops/sigmoid.h>

namespace shellac::purify {

namespace {

// Keeps V finite where a weight lies on the grid and the sigmoid isn't stretched.
constexpr double kLeastSigmoid = 1e-6;

}  // namespace

SoftRounding::SoftRounding(const at::Tensor& weight, quant::Quantizer quantizer, Stretch stretch)
    : quantizer_(std::move(quantizer)),
      grid_(quantizer_.along(weight)),
      stretch_(stretch),
      weight_(weight.detach().contiguous()) {
  const auto position = weight_ / grid_.scale;
  floors_ = at::floor(position);
  fractions_ = position - floors_;
  const auto sigmoid = (fractions_ - stretch_.gamma) / (stretch_.zeta - stretch_.gamma);
  variable_ = at::logit(sigmoid, kLeastSigmoid);
}

at::Tensor SoftRounding::share(const at::Tensor& variable) const {
  return at::clamp(at::sigmoid(variable) * (stretch_.zeta - stretch_.gamma) + stretch_.gamma, 0, 1);
}

at::Tensor SoftRounding::soft(const at::Tensor& share) const {
  return at::clamp(floors_ + share, grid_.low, grid_.high) * grid_.scale;
}

at::Tensor SoftRounding::codes() const {
  auto steps = floors_ + share(variable_).ge(0.5);
  quantizer_.clampSteps(steps);
  return quantizer_.codesOfSteps(steps);
}

at::Tensor SoftRounding::nearestError() const { return (weight_ - quantizer_.nearest(weight_)).abs(); }
at::Tensor SoftRounding::nearestIsUp() const { return fractions_.ge(0.5).to(fractions_.scalar_type()); }

}  // namespace shellac::purify
