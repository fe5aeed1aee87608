#include "core/quant/cells.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>

#include <numeric>

namespace shellac::quant {

Cells sameCode(const at::Tensor& w, const Quantizer& quantizer, double margin) {
  auto centre = quantizer.steps(w);
  quantizer.clampSteps(centre);
  const auto border = [&](double away) {
    auto steps = centre + away;
    quantizer.stepsToValues(steps);
    return steps;
  };
  return {at::minimum(border(margin - 0.5), w), at::maximum(border(0.5 - margin), w)};
}

Cells sameMagnitude(const at::Tensor& w, bool perChannel) {
  std::vector<int64_t> axes(w.dim() - (perChannel ? 1 : 0));
  std::iota(axes.begin(), axes.end(), perChannel ? 1 : 0);
  const auto most = at::amax(w.abs(), axes, /*keepdim=*/true);
  const auto largest = w.abs().ge(most);
  return {at::where(largest, w, -most), at::where(largest, w, most)};
}

Cells meet(const Cells& a, const Cells& b) {
  return {at::maximum(a.low, b.low), at::minimum(a.high, b.high)};
}

}  // namespace shellac::quant
