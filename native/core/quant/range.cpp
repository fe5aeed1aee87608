#include "core/quant/range.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

namespace shellac::quant {

at::Tensor flat(const at::Tensor& x) {
  return x.is_non_overlapping_and_dense() ? at::as_strided(x, {x.numel()}, {1}) : x.flatten();
}

Range rangeOf(const at::Tensor& x, bool perChannel) {
  if (perChannel) {
    const auto [min, max] = at::aminmax(x.reshape({x.size(0), -1}), 1);
    return {min, max};
  }
  const auto [min, max] = at::aminmax(flat(x));
  return {min.reshape({1}), max.reshape({1})};
}

namespace {

at::Tensor magnitude(const Range& range) { return at::maximum(-range.min, range.max); }

at::Tensor stepOf(const at::Tensor& width, double steps) {
  const auto scale = width / steps;
  // A scale below the smallest normal number would make x / scale infinite for the very values that it was
  // made of.
  return at::where(scale.lt(std::numeric_limits<float>::min()), 1, scale);
}

}  // namespace

at::Tensor scaleOf(const Range& range, const Grid& grid) {
  const auto width = grid.symmetric ? magnitude(range) : range.max.clamp_min(0) - range.min.clamp_max(0);
  return stepOf(width, static_cast<double>(grid.high()));
}

Quantizer edgeQuantizerOf(const Range& range, const Grid& grid) {
  const auto scale = stepOf(magnitude(range), static_cast<double>(grid.high()) + 0.5);
  return {grid, scale, at::zeros_like(scale, at::kInt)};
}

Quantizer quantizerOf(const Range& range, const Grid& grid) {
  const auto scale = scaleOf(range, grid);
  if (grid.symmetric) return {grid, scale, at::zeros_like(scale, at::kInt)};
  const auto lowest = (range.min.clamp_max(0) / scale).add_(0.5).floor_();
  const auto zeroPoint = (grid.low() - lowest).clamp_(grid.low(), grid.high());
  return {grid, scale, zeroPoint.to(at::kInt)};
}

}  // namespace shellac::quant
