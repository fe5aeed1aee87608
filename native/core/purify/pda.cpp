#include "core/purify/pda.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace shellac::purify {

namespace {

class SignedDescent {
 public:
  SignedDescent(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda, const Pace& pace)
      : layer_(layer), x_(x), pda_(pda), pace_(pace) {}

  Approximation run() {
    const auto half = (pda_.steps + 1) / 2;
    const auto first = descend(pda_.bound, half, at::zeros_like(x_));
    const auto moved = x_ + descend(pda_.bound / 2, pda_.steps - half, first);
    const auto after = gapAt(moved).distance;
    return {.moved = moved,
            .before = (before_.defined() ? before_ : after).item<double>(),
            .after = after.item<double>()};
  }

 private:
  StatisticsGap gapAt(const at::Tensor& x) const {
    return statisticsGap(layer_.part.forward(x, layer_.weight, layer_.bias), layer_.running, pda_.form);
  }

  // One step: δ moved against the sign of the gradient, within the bound.
  at::Tensor stepFrom(const at::Tensor& change, double a) {
    pace_.alive();
    const auto moved = x_ + change;
    auto y = layer_.part.forward(moved, layer_.weight, layer_.bias);
    pace_.alive();
    const auto gap = statisticsGap(y, layer_.running, pda_.form);
    if (!before_.defined()) before_ = gap.distance;
    const auto gradient = y.mul_(gap.slope).add_(gap.offset);
    auto next = layer_.part.inputGradient(gradient, moved, layer_.weight);
    return next.sign_().mul_(-a).add_(change).clamp_(-pda_.bound, pda_.bound);
  }

  // Steps of one size. The change δ, rather than x, is what is carried: it is exactly a multiple of a, so
  // that iterates can be found to be equal. A step depends on δ alone; once an iterate comes back after two
  // steps they alternate for ever, and all further pairs of steps are left out. That is exact, and common:
  // after a few steps most signs stay, and the others turn at every step.
  at::Tensor descend(double a, int64_t steps, at::Tensor change) {
    at::Tensor before;
    while (steps > 0) {
      auto next = stepFrom(change, a);
      --steps;
      if (pda_.skipRepeats && before.defined() && at::equal(next, before)) steps %= 2;
      before = std::exchange(change, std::move(next));
    }
    return change;
  }

  const BatchNormInput& layer_;
  const at::Tensor& x_;
  const Pda& pda_;
  const Pace& pace_;
  at::Tensor before_;  // the distance of x itself: the first step finds it on its way
};

}  // namespace

Approximation approximate(const BatchNormInput& layer, const at::Tensor& input, const Pda& pda,
                          const Pace& pace) {
  return SignedDescent(layer, input, pda, pace).run();
}

}  // namespace shellac::purify
