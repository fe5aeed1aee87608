#include "core/purify/pda.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include <utility>

#include "core/purify/moving_input.h"

namespace shellac::purify {

namespace {

// In half bounds, the unit of a change.
constexpr int64_t kBound = 2, kFirstStep = 2, kLaterStep = 1;

class SignedDescent {
 public:
  SignedDescent(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda, const Pace& pace)
      : layer_(layer), input_(layer, x, pda), pda_(pda), pace_(pace) {}

  Approximation run() {
    const auto half = (pda_.steps + 1) / 2;
    const auto first = descend(kFirstStep, half, input_.still());
    const auto change = descend(kLaterStep, pda_.steps - half, first);
    const auto after = gapOf(input_.output(change)).distance;
    return {.moved = input_.moved(change),
            .before = (before_.defined() ? before_ : after).item<double>(),
            .after = after.item<double>()};
  }

 private:
  StatisticsGap gapOf(const at::Tensor& y) const { return statisticsGap(y, layer_.running, pda_.form); }

  // One step: the change moved against the sign of the gradient, within the bound.
  at::Tensor stepFrom(const at::Tensor& change, int64_t step) {
    pace_.alive();
    auto y = input_.output(change);
    pace_.alive();
    const auto gap = gapOf(y);
    if (!before_.defined()) before_ = gap.distance;
    auto next = input_.inputGradient(y.mul_(gap.slope).add_(gap.offset), change);
    return next.sign_().mul_(-step).add_(change).clamp_(-kBound, kBound);
  }

  // Steps of one size. The change, rather than x, is what is carried: it is a whole number of units, so that
  // iterates can be found to be equal. A step depends on it alone; once an iterate comes back after two
  // steps they alternate for ever, and all further pairs of steps are left out. That is exact, and common:
  // after a few steps most signs stay, and the others turn at every step.
  at::Tensor descend(int64_t step, int64_t steps, at::Tensor change) {
    at::Tensor before;
    while (steps > 0) {
      auto next = stepFrom(change, step);
      --steps;
      if (pda_.skipRepeats && before.defined() && at::equal(next, before)) steps %= 2;
      before = std::exchange(change, std::move(next));
    }
    return change;
  }

  const BatchNormInput& layer_;
  const MovingInput input_;
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
