#include "core/purify/pda.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

namespace shellac::purify {

namespace {

StatisticsGap gapOf(const BatchNormInput& layer, const at::Tensor& y, const Pda& pda) {
  return statisticsGap(y, layer.running, pda.form);
}

// The change δ, rather than x, is what is carried from step to step: while a = γ it is exactly −γ, 0 or γ, so that two
// equal iterates are found to be equal. From there on every further one is the same, also with a halved: stop.
at::Tensor descendSigns(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda, const Pace& pace) {
  auto change = at::zeros_like(x);
  for (int64_t step = 0; step < pda.steps; ++step) {
    pace.alive();
    const auto a = 2 * step < pda.steps ? pda.bound : pda.bound / 2;
    const auto moved = x + change;
    auto y = layer.part.forward(moved, layer.weight, layer.bias);
    pace.alive();
    const auto gap = gapOf(layer, y, pda);
    const auto gradient = y.mul_(gap.slope).add_(gap.offset);
    auto next = layer.part.inputGradient(gradient, moved, layer.weight);
    next.sign_().mul_(-a).add_(change).clamp_(-pda.bound, pda.bound);
    if (at::equal(next, change)) break;
    change = next;
  }
  return x + change;
}

double distance(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda) {
  return gapOf(layer, layer.part.forward(x, layer.weight, layer.bias), pda).distance.item<double>();
}

}  // namespace

Approximation approximate(const BatchNormInput& layer, const Batches& inputs, const Pda& pda, const Pace& pace) {
  Approximation result;
  double samples = 0;
  for (size_t b = 0; b < inputs.size(); ++b) {
    pace.at(static_cast<int64_t>(b), static_cast<int64_t>(inputs.size()));
    const auto n = static_cast<double>(inputs[b].size(0));
    result.moved.push_back(descendSigns(layer, inputs[b], pda, pace));
    result.before += n * distance(layer, inputs[b], pda);
    result.after += n * distance(layer, result.moved.back(), pda);
    samples += n;
  }
  result.before /= samples;
  result.after /= samples;
  return result;
}

}  // namespace shellac::purify
