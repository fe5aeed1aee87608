// Implicit backdoor adversarial unlearning (I-BAU; Zeng et al., ICLR 2022):
//   min_θ H(θ, δ*),   δ* = argmin_δ L(θ, δ)
//   L = −CE(f(x + δ), argmax f(x)) + 1e-3·‖δ‖²    one perturbation δ for all images
//   H = CE(f(x'), y)                              x': the batch, its first images with δ on them
// The gradient of H follows δ* as a fixed point of Φ(δ) = δ − s·∂L/∂δ:
//   dH/dθ = ∂H/∂θ + (∂Φ/∂θ)ᵀv,   v = (∂Φ/∂δ)ᵀv + ∂H/∂δ, iterated K times from 0
// BN is frozen.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "core/data/images.h"
#include "core/graph/model.h"
#include "core/job.h"
#include "core/kept.h"

namespace shellac::train {

struct Unlearning {
  int64_t rounds = 3;
  int64_t iterations = 5;        // K
  int64_t batch = 128;           // images
  double perturbationRate = 10;  // of the descent to δ*, one pass over the images a round
  double penalty = 1e-3;         // of ‖δ‖²
  double fixedPointStep = 0.1;   // s
  double perturbedShare = 0.01;  // of a batch, at least one image
  double learningRate = 1e-4;    // of Adam
  uint64_t seed = 0;
};

// v = Jᵀv + g, `iterations` times from 0: (I − Jᵀ)⁻¹g in the limit where Φ contracts.
at::Tensor fixedPoint(const std::function<at::Tensor(const at::Tensor& v)>& transposedJacobian,
                      const at::Tensor& g, int64_t iterations);

// Tunes a copy. images need labels. After a round its state is kept where it is wanted. Throws Error{BadData}
// when a loss is not finite or a kept state does not fit, Error{Aborted}.
graph::Model unlearn(const graph::Model& model, const data::Images& images, const Unlearning& settings,
                     at::Device device, const Job& job, const Keeping& keeping = {});

}  // namespace shellac::train
