#include "core/purify/rounding_penalty.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy.h>

namespace shellac::purify {

namespace {

// 0 where h is at an end, 1 in the middle.
at::Tensor indecision(const at::Tensor& share, double beta) { return 1 - (2 * share - 1).abs().pow(beta); }

}  // namespace

Penalty reversalPenalty(const Rounding& rounding) {
  return [rounding](const SoftRounding& weight, const at::Tensor& share, int64_t) {
    const auto reversed =
        at::binary_cross_entropy(share, 1 - weight.nearestIsUp(), weight.nearestError(), at::Reduction::Sum);
    return reversed * rounding.reversal + indecision(share, 2).sum() * rounding.regularization;
  };
}

Penalty annealedPenalty(const Rounding& rounding, int64_t iterations) {
  const auto start = rounding.warmUp * static_cast<double>(iterations);
  return [=](const SoftRounding&, const at::Tensor& share, int64_t iteration) -> at::Tensor {
    const auto past = static_cast<double>(iteration) - start;
    if (past < 0) return {};
    const auto done = past / (static_cast<double>(iterations) - start);
    const auto beta = rounding.betaStart + (rounding.betaEnd - rounding.betaStart) * done;
    return indecision(share, beta).sum() * rounding.regularization;
  };
}

}  // namespace shellac::purify
