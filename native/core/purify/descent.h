// Adam on a full-size offset to the weight, through the straight-through quantizer: Ŵ = Q(W + α), α = 0 at
// first, scales frozen. A weight may move several codes. Solvers differ by the objective alone.
#pragma once
#include <functional>

#include "core/purify/solver.h"

namespace shellac::purify {

// A loss, and its gradient for the quantized weight.
struct Slope {
  double loss = 0;
  at::Tensor gradient;
};

// Of quantized weights on one cached batch. Called without autograd.
using Objective = std::function<Slope(size_t batch, const at::Tensor& quantized)>;

struct Descent {
  int64_t iterations = 10000;
  double learningRate = 1e-3;  // Adam's other parameters are its defaults: 0.9, 0.999, 1e-8
  // Stop once the mean loss of 500 iterations is no longer a thousandth below that of the 500 before.
  bool stopOnPlateau = false;
  // Judges Ŵ every 50 iterations, and the least one is the solution. Without it the last one is, as in the
  // official code, though the straight-through gradient never comes to rest: weights go on crossing their
  // rounding thresholds.
  std::function<double(const at::Tensor& quantized)> judge = {};
};

Solution descend(const Problem& problem, const Objective& objective, const Descent& descent,
                 at::Generator& generator, const Pace& pace);

}  // namespace shellac::purify
