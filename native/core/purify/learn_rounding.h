// Learns rounding variables with Adam: those of one unit, or of a block together.
//   loss = the error of reconstruction, for Ŵ of every weight + the penalty of every weight's h
#pragma once
#include <functional>
#include <vector>

#include "core/purify/pace.h"
#include "core/purify/rounding_penalty.h"
#include "core/purify/solver.h"

namespace shellac::purify {

struct Slopes {
  double loss = 0;
  std::vector<at::Tensor> gradients;
};

// The error of reconstruction on one cached batch, with its gradient for each soft weight. Called without
// autograd.
using Reconstruction = std::function<Slopes(size_t batch, const std::vector<at::Tensor>& soft)>;

// Of a unit's one weight. Lives no longer than the problem.
Reconstruction reconstructionOf(const Problem& problem);

struct RoundingObjective {
  Reconstruction reconstruction;
  Penalty penalty;

  // The whole loss, with its gradient for each V.
  Slopes slopes(const std::vector<SoftRounding>& weights, size_t batch, int64_t iteration) const;
};

struct RoundingSteps {
  int64_t iterations = 10000;
  double learningRate = 1e-3;
  size_t batches = 0;  // one of them is drawn for every step
};

void learnRounding(const std::vector<SoftRounding>& weights, const RoundingObjective& objective,
                   const RoundingSteps& steps, at::Generator& generator, const Pace& pace);

}  // namespace shellac::purify
