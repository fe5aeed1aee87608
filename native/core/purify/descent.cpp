#include "core/purify/descent.h"

#include <ATen/core/grad_mode.h>

#include <limits>

#include "core/purify/draw_batch.h"
#include "core/purify/loss_trace.h"
#include "core/purify/offset.h"

namespace shellac::purify {

namespace {

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
  Kept(const Offset& offset, const Descent& descent) : offset_(offset), judge_(descent.judge) {}

  void see(int64_t iteration) {
    if (!judge_ || iteration % 50 != 0) return;
    const auto loss = judge_(offset_.quantized());
    if (loss >= least_) return;
    least_ = loss;
    best_ = offset_.codes();
  }
  at::Tensor codes() const { return best_.defined() ? best_ : offset_.codes(); }

 private:
  const Offset& offset_;
  std::function<double(const at::Tensor&)> judge_;
  at::Tensor best_;
  double least_ = std::numeric_limits<double>::infinity();
};

}  // namespace

Solution descend(const Problem& problem, const Objective& objective, const Descent& descent,
                 at::Generator& generator, const Pace& pace) {
  const at::NoGradGuard noGrad;
  Offset offset(problem, descent.learningRate);
  Plateau plateau;
  Kept kept(offset, descent);
  LossTrace trace(descent.iterations);
  kept.see(0);
  int64_t iteration = 0;
  while (iteration < descent.iterations) {
    pace.alive();
    const auto [loss, gradient] =
        objective(drawBatch(problem.corrected.size(), generator), offset.quantized());
    pace.alive();
    offset.step(gradient);
    trace.see(loss);
    pace.at(++iteration, descent.iterations, loss);
    kept.see(iteration);
    if (descent.stopOnPlateau && plateau.reached(loss)) break;
  }
  return {.codes = kept.codes(), .iterations = iteration, .trace = trace.finish()};
}

}  // namespace shellac::purify
