// t-SNE (van der Maaten and Hinton, JMLR 2008), exact: places points in the plane so that neighbours stay
// neighbours.
//   p_j|i = exp(−‖x_i − x_j‖²·β_i) / Σ_k≠i …,  β_i such that the entropy of p_·|i is log(perplexity)
//   P = (p_j|i + p_i|j) / 2n                    q_ij = (1 + ‖y_i − y_j‖²)⁻¹ / Σ …
//   C = KL(P ‖ Q)                               ∂C/∂y_i = 4 Σ_j (p_ij − q_ij)(y_i − y_j)(1 + ‖y_i − y_j‖²)⁻¹
// Descent with momentum and gains, P exaggerated at first. All in float64; n² numbers are held.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/job.h"

namespace shellac::measure {

struct Embedding {
  at::Tensor places;      // float64 [n, 2], centred
  double divergence = 0;  // C
};

struct TsneOptions {
  double perplexity = 30;  // how many neighbours a point has, in effect; less than n
  int64_t iterations = 1000;
  uint64_t seed = 0;
};

// points: [n, d], n at least 4. Throws Error{Aborted}.
Embedding tSne(const at::Tensor& points, const TsneOptions& options, const Job& job);

// Its parts. P: [n, n], symmetric, sum 1.
at::Tensor conditionalAffinities(const at::Tensor& points, double perplexity,
                                 const Job& job);                              // p_j|i, rows i
at::Tensor jointAffinities(const at::Tensor& conditional);                     // P
double divergence(const at::Tensor& P, const at::Tensor& places);              // C
at::Tensor divergenceGradient(const at::Tensor& P, const at::Tensor& places);  // [n, 2]

}  // namespace shellac::measure
