#include "core/quant/quantizer.h"

#include <ATen/ops/add.h>
#include <ATen/ops/all.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/div.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/rsub.h>

#include "core/error.h"

namespace shellac::quant {

namespace {

[[noreturn]] void refuse(const std::string& found, const std::string& expected) {
  throw Error(Code::BadModel, {.thing = "quantizer", .found = found, .expected = expected});
}

void checkShape(const Grid& grid, const at::Tensor& scale, const at::Tensor& zeroPoint) {
  if (grid.bits < 2 || grid.bits > 8) refuse(std::to_string(grid.bits) + " bits", "2 to 8");
  if (scale.scalar_type() != at::kFloat || zeroPoint.scalar_type() != at::kInt)
    refuse("scale and zero point of other types", "float32 and int32");
  if (scale.dim() != 1 || scale.size(0) < 1 || scale.sizes() != zeroPoint.sizes())
    refuse(
        "scales of shape " + showShape(scale.sizes()) + " and zero points of " + showShape(zeroPoint.sizes()),
        "one each, or one each a channel");
  if (!grid.perChannel && scale.size(0) != 1)
    refuse(std::to_string(scale.size(0)) + " scales", "one for the tensor");
}

void checkNumbers(const Grid& grid, const at::Tensor& scale, const at::Tensor& zeroPoint) {
  if (!scale.isfinite().all().item<bool>() || !scale.gt(0).all().item<bool>())
    refuse("a scale that is not positive and finite", "positive numbers");
  const auto low = zeroPoint.min().item<int64_t>();
  const auto high = zeroPoint.max().item<int64_t>();
  if (grid.symmetric && (low != 0 || high != 0))
    refuse("a symmetric grid with a zero point", "zero points of 0");
  if (low < grid.low() || high > grid.high())
    refuse("a zero point off the grid", std::to_string(grid.low()) + " to " + std::to_string(grid.high()));
}

}  // namespace

Quantizer::Quantizer(Grid grid, at::Tensor scale, at::Tensor zeroPoint)
    : grid_(grid), scale_(scale.contiguous()), zeroPoint_(zeroPoint.contiguous()) {
  checkShape(grid_, scale_, zeroPoint_);
  checkNumbers(grid_, scale_, zeroPoint_);
  const auto zero = zeroPoint_.to(at::kFloat);
  low_ = at::rsub(zero, grid_.low());
  high_ = at::rsub(zero, grid_.high());
}

at::Tensor Quantizer::alongChannels(const at::Tensor& parameter, const at::Tensor& x) const {
  if (!grid_.perChannel) return parameter;
  std::vector<int64_t> shape(x.dim(), 1);
  shape[0] = parameter.size(0);
  return parameter.view(shape);
}

at::Tensor Quantizer::steps(const at::Tensor& x) const {
  return at::div(x, alongChannels(scale_, x)).add_(0.5).floor_();
}

void Quantizer::clampSteps(at::Tensor& steps) const {
  steps.clamp_(alongChannels(low_, steps), alongChannels(high_, steps));
}

void Quantizer::stepsToValues(at::Tensor& steps) const { steps.mul_(alongChannels(scale_, steps)); }

at::Tensor Quantizer::codes(const at::Tensor& x) const {
  auto rounded = steps(x.detach());
  clampSteps(rounded);
  return codesOfSteps(rounded);
}

at::Tensor Quantizer::codesOfSteps(const at::Tensor& steps) const {
  const auto codes = at::add(steps, alongChannels(zeroPoint_, steps));
  return codes.to(grid_.symmetric ? at::kChar : at::kByte);
}

at::Tensor Quantizer::values(const at::Tensor& codes) const {
  auto values = codes.to(at::kFloat).sub_(alongChannels(zeroPoint_, codes));
  stepsToValues(values);
  return values;
}

at::Tensor Quantizer::nearest(const at::Tensor& x) const { return roundValues(x, along(x)); }

at::Tensor Quantizer::nearestInPlace(at::Tensor x) const {
  roundInPlace(x, along(x));
  return x;
}

StepGrid Quantizer::along(const at::Tensor& x) const {
  return {alongChannels(scale_, x), alongChannels(low_, x), alongChannels(high_, x)};
}

Quantizer Quantizer::to(at::Device device) const {
  auto moved = *this;
  moved.scale_ = scale_.to(device);
  moved.zeroPoint_ = zeroPoint_.to(device);
  moved.low_ = low_.to(device);
  moved.high_ = high_.to(device);
  return moved;
}

}  // namespace shellac::quant
