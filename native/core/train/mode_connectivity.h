// Mode connectivity (MCR; Zhao et al., ICLR 2020): the middle of a curve of low loss between two models.
//   θ(t) = (1−t)²·θ₀ + 2t(1−t)·θ + t²·θ₁,   min_θ E_t CE(f(x; θ(t)), y),   t uniform in 0 .. 1, one a step
// BN on batch statistics; its running ones are those of the model that is trained.
#pragma once
#include <cstdint>

#include "core/train/objective.h"

namespace shellac::train {

struct ModeConnectivity {
  graph::Model start, end;  // same graph as the model that is trained
  uint64_t seed = 0;        // of t
};

Objective modeConnectivity(const ModeConnectivity& settings);

// The model at t: trainable tensors on the curve, the others those of `middle`.
graph::Model onCurve(const graph::Model& start, const graph::Model& middle, const graph::Model& end,
                     double t);

}  // namespace shellac::train
