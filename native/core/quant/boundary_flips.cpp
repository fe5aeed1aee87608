#include "core/quant/boundary_flips.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace shellac::quant {

namespace {

// The `count` smallest values, as a mask.
at::Tensor smallest(const at::Tensor& values, int64_t count) {
  const auto flat = values.reshape({-1});
  const auto order = at::argsort(flat, /*stable=*/true, /*dim=*/0, /*descending=*/false);
  const auto chosen = at::zeros_like(flat, at::kBool);
  return chosen.index_fill_(0, order.slice(0, 0, count), true).view(values.sizes());
}

at::Tensor flipped(const at::Tensor& weight, const Quantizer& quantizer, double share) {
  const auto grid = quantizer.along(weight);
  const auto steps = weight / grid.scale;
  const auto floor = steps.floor();
  const auto nearest = quantizer.steps(weight);
  const auto other = floor * 2 + 1 - nearest;
  const auto onGrid = [&](const at::Tensor& code) { return code.ge(grid.low) & code.le(grid.high); };
  const auto flippable = onGrid(nearest) & onGrid(other);
  const auto distance =
      (steps - floor - 0.5).abs().masked_fill(~flippable, std::numeric_limits<float>::infinity());
  const auto wanted = static_cast<int64_t>(std::floor(share * static_cast<double>(weight.numel()) + 0.5));
  const auto count = std::min(wanted, flippable.sum().item<int64_t>());
  auto chosen = at::where(smallest(distance, count), other, nearest);
  quantizer.clampSteps(chosen);
  return quantizer.codesOfSteps(chosen);
}

}  // namespace

WeightRounding boundaryFlips(double share) {
  return [share](const at::Tensor& weight, const Fit& fit, at::Generator&) -> QuantizedWeight {
    const auto quantizer = fit(weight);
    return {quantizer, flipped(weight, quantizer, share)};
  };
}

}  // namespace shellac::quant
