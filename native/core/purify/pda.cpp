#include "core/purify/pda.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace shellac::purify {

namespace {

StatisticsGap gapOf(const BatchNormInput& layer, const at::Tensor& y, const Pda& pda) {
  return statisticsGap(y, layer.running, pda.form);
}

// One step: δ moved against the sign of the gradient, within the bound.
at::Tensor stepFrom(const BatchNormInput& layer, const at::Tensor& x, const at::Tensor& change, double a,
                    const Pda& pda, const Pace& pace) {
  pace.alive();
  const auto moved = x + change;
  auto y = layer.part.forward(moved, layer.weight, layer.bias);
  pace.alive();
  const auto gap = gapOf(layer, y, pda);
  const auto gradient = y.mul_(gap.slope).add_(gap.offset);
  auto next = layer.part.inputGradient(gradient, moved, layer.weight);
  return next.sign_().mul_(-a).add_(change).clamp_(-pda.bound, pda.bound);
}

// Steps of one size. The change δ, rather than x, is what is carried: it is exactly a multiple of a, so that
// iterates can be found to be equal. A step depends on δ alone; once an iterate comes back after two steps
// they alternate for ever, and all further pairs of steps are left out. That is exact, and common: after a
// few steps most signs stay, and the others turn at every step.
at::Tensor descendAt(double a, int64_t steps, at::Tensor change, const BatchNormInput& layer,
                     const at::Tensor& x, const Pda& pda, const Pace& pace) {
  at::Tensor before;
  while (steps > 0) {
    auto next = stepFrom(layer, x, change, a, pda, pace);
    --steps;
    if (pda.skipRepeats && before.defined() && at::equal(next, before)) steps %= 2;
    before = std::exchange(change, std::move(next));
  }
  return change;
}

at::Tensor descendSigns(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda, const Pace& pace) {
  const auto half = (pda.steps + 1) / 2;
  const auto change = descendAt(pda.bound, half, at::zeros_like(x), layer, x, pda, pace);
  return x + descendAt(pda.bound / 2, pda.steps - half, change, layer, x, pda, pace);
}

double distance(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda) {
  return gapOf(layer, layer.part.forward(x, layer.weight, layer.bias), pda).distance.item<double>();
}

}  // namespace

Approximation approximate(const BatchNormInput& layer, const at::Tensor& input, const Pda& pda,
                          const Pace& pace) {
  Approximation result{.moved = descendSigns(layer, input, pda, pace)};
  result.before = distance(layer, input, pda);
  result.after = distance(layer, result.moved, pda);
  return result;
}

}  // namespace shellac::purify
