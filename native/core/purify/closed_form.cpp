// Layer-wise activation correction without a gradient loop (the default).
//
// Minimizes ‖WX − ŴX̂‖²/m + λ‖Ŵ − W‖² over the quantizer's grid (paper, Eq. 3; the λ term is ours).
// X [k, m]: full-precision columns. X̂ [k, m]: corrected columns. W [o, k]. One problem a convolution group.
//   1. H = X̂X̂ᵀ/m + λI; the real optimum is W* = W + (W·XX̂ᵀ/m − W·X̂X̂ᵀ/m)·H⁻¹ = W + C·H⁻¹.
//   2. H = RRᵀ, R upper triangular; W* is rounded column by column, left to right (round_columns.h:
//   OBQ/GPTQ).
// Columns are read once, in batches, into H and C (moments.h): memory does not grow with m.
// λ is `damping` · H's mean diagonal. Where a unit has fewer columns than inputs `damping` is at least 0.1:
// there an error hides in directions that no column shows, and other images do (docs/solver-variants.md). An
// input that is always zero has only λ in H: it keeps W, and its nearest code. If H cannot be factored, λ
// rises tenfold and the report says so; then the unit fails by name. Nearest rounding is never the way out:
// it is what wakes the backdoor.
#include "core/purify/closed_form.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/purify/factor.h"
#include "core/purify/solver.h"

namespace shellac::purify {

namespace {

constexpr double kMostDamping = 10, kFewColumnsDamping = 0.1;
constexpr int64_t kRows = 64;

[[noreturn]] void refuse(const Pace& pace, const std::string& found, const std::string& remedy) {
  throw Error(Code::BadData, {.thing = "unit " + pace.unit,
                              .found = found,
                              .expected = "inputs whose second moments can be factored",
                              .remedy = remedy});
}

struct Factor {
  at::Tensor R;
  double damping;  // the share of the mean diagonal that it took
};

Factor factorDamped(const at::Tensor& H, double damping, const Pace& pace) {
  const auto mean = H.diagonal().mean().item<double>();
  if (!std::isfinite(mean))
    refuse(pace, "inputs that are not finite", "check the model and the calibration images");
  // Without any input every code is as good as any other, and H = I leaves the nearest one.
  if (mean == 0) return {at::eye(H.size(0), H.options().dtype(at::kDouble)), damping};
  for (double share = damping; share <= kMostDamping; share = std::max(10 * share, 1e-6)) {
    auto R = H.to(at::kDouble);
    R.diagonal().add_(share * mean);
    if (factorUpper(R, pace)) return {R, share};
  }
  refuse(pace, "no damping up to " + std::to_string(kMostDamping) + " makes them positive definite",
         "use more calibration images");
}

// C·H⁻¹, some rows at a time.
at::Tensor solveRows(const at::Tensor& C, const at::Tensor& R, const Pace& pace) {
  std::vector<at::Tensor> solved;
  for (const auto& rows : C.to(at::kDouble).split(kRows)) {
    pace.alive();
    const auto half = at::linalg_solve_triangular(R.t(), rows, /*upper=*/false, /*left=*/false);
    solved.push_back(at::linalg_solve_triangular(R, half, /*upper=*/true, /*left=*/false));
  }
  return at::cat(solved);
}

class ClosedForm final : public Solver {
 public:
  explicit ClosedForm(double damping) : damping_(damping) {}
  bool readsBatches() const override { return false; }

  Solution solve(const Problem& problem, at::Generator&, const Pace& pace) const override {
    const auto W = problem.part.asMatrix(problem.weight);
    const auto groups = W.size(0), rows = W.size(1);
    const auto grids = RowGrids::of(problem.quantizer, groups * rows);
    std::vector<at::Tensor> steps;
    const bool few = problem.moments.m < W.size(2);
    const auto least = few ? std::max(damping_, kFewColumnsDamping) : damping_;
    double damping = 0;
    for (int64_t g = 0; g < groups; ++g) {
      const auto solved = solveGroup(W[g], problem.moments.H[g], problem.moments.C[g], least,
                                     grids.slice(g * rows, (g + 1) * rows), pace);
      steps.push_back(solved.steps);
      damping = std::max(damping, solved.damping);
    }
    return {.codes = problem.quantizer.codesOfSteps(problem.part.asWeight(at::stack(steps))),
            .damping = damping};
  }

 private:
  double damping_;
};

}  // namespace

ClosedFormGroup solveGroup(const at::Tensor& W, const at::Tensor& H, const at::Tensor& C, double damping,
                           const RowGrids& grids, const Pace& pace) {
  const auto factor = factorDamped(H, damping, pace);
  const auto best = W.to(at::kDouble).add_(solveRows(C, factor.R, pace));
  return {.best = best, .steps = roundColumns(best, factor.R, grids, pace), .damping = factor.damping};
}

std::unique_ptr<Solver> closedForm(double damping) { return std::make_unique<ClosedForm>(damping); }

}  // namespace shellac::purify
