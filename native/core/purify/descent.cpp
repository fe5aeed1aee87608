#include "core/purify/descent.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

namespace shellac::purify {

namespace {

class Adam {
 public:
  Adam(at::Tensor parameter, double learningRate)
      : parameter_(std::move(parameter)),
        first_(at::zeros_like(parameter_)),
        second_(at::zeros_like(parameter_)),
        step_(at::zeros({}, parameter_.options().requires_grad(false))),
        learningRate_(learningRate) {}

  void step(const at::Tensor& gradient) {
    const at::NoGradGuard noGrad;
    step_.add_(1);
    at::_fused_adam_({parameter_}, {gradient}, {first_}, {second_}, {}, {step_}, learningRate_, 0.9, 0.999,
                     /*weight_decay=*/0, 1e-8, /*amsgrad=*/false, /*maximize=*/false);
  }

 private:
  at::Tensor parameter_, first_, second_, step_;
  double learningRate_;
};

// The mean loss of windows of iterations, and whether it still falls.
class Plateau {
 public:
  bool reached(double loss) {
    sum_ += loss;
    if (++count_ < kWindow) return false;
    const bool flat = previous_ > 0 && sum_ > 0.999 * previous_;
    previous_ = sum_;
    sum_ = 0;
    count_ = 0;
    return flat;
  }

 private:
  static constexpr int64_t kWindow = 500;
  double sum_ = 0, previous_ = 0;
  int64_t count_ = 0;
};

// The codes of the iterate to keep: the best judged one, or the last.
class Kept {
 public:
  Kept(const Problem& problem, const Descent& descent) : problem_(problem), judge_(descent.judge) {}

  void see(const at::Tensor& alpha, int64_t iteration) {
    if (!judge_ || iteration % 50 != 0) return;
    const at::NoGradGuard noGrad;
    auto codes = codesOf(alpha);
    const auto loss = judge_(problem_.quantizer.values(codes));
    if (loss >= least_) return;
    least_ = loss;
    best_ = std::move(codes);
  }
  at::Tensor codes(const at::Tensor& alpha) const { return best_.defined() ? best_ : codesOf(alpha); }

 private:
  at::Tensor codesOf(const at::Tensor& alpha) const {
    return problem_.quantizer.codes(problem_.weight + alpha.detach());
  }

  const Problem& problem_;
  std::function<double(const at::Tensor&)> judge_;
  at::Tensor best_;
  double least_ = std::numeric_limits<double>::infinity();
};

size_t drawBatch(size_t batches, at::Generator& generator) {
  return static_cast<size_t>(
      at::randint(0, static_cast<int64_t>(batches), {1}, generator, at::kLong).item<int64_t>());
}

}  // namespace

Solution descend(const Problem& problem, const Objective& objective, const Descent& descent,
                 at::Generator& generator, const Pace& pace) {
  const at::AutoGradMode withGradients(true);
  const auto alpha = at::zeros(problem.weight.sizes(), problem.weight.options()).requires_grad_();
  Adam adam(alpha, descent.learningRate);
  Plateau plateau;
  Kept kept(problem, descent);
  kept.see(alpha, 0);
  int64_t iteration = 0;
  while (iteration < descent.iterations) {
    pace.alive();
    const auto quantized = problem.quantizer.straightThrough(problem.weight + alpha);
    const auto loss = objective(drawBatch(problem.corrected.size(), generator), quantized);
    pace.alive();
    // The fused kernel goes through memory, and the gradient may come in channels-last order.
    adam.step(torch::autograd::grad({loss}, {alpha})[0].contiguous());
    const auto value = loss.item<double>();
    pace.at(++iteration, descent.iterations, value);
    kept.see(alpha, iteration);
    if (descent.stopOnPlateau && plateau.reached(value)) break;
  }
  return {.codes = kept.codes(alpha), .iterations = iteration};
}

}  // namespace shellac::purify
