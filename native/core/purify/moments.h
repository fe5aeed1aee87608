// All that a quadratic objective needs to know of a unit's columns, summed once over them. With X [k, m] the
// full-precision columns, X̂ [k, m] the corrected ones, W [o, k] the full-precision weights, for each group:
//   H = X̂X̂ᵀ/m    C = W(X − X̂)X̂ᵀ/m    r = ‖W(X − X̂)‖²/m
// The loss of any weights Ŵ on these columns, E = W − Ŵ, is
//   ‖WX − ŴX̂‖²/m = r + 2⟨C, E⟩ + ⟨EH, E⟩
// and since all three are of the size of the errors, nothing cancels.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "core/purify/linear_part.h"
#include "core/purify/pace.h"

namespace shellac::purify {

using Batches = std::vector<at::Tensor>;  // of one value, [n, ...] each

struct Moments {
  at::Tensor H;  // [groups, k, k]
  at::Tensor C;  // [groups, o/groups, k]
  double r = 0;
  int64_t m = 0;

  // E: of the weight's matrix shape.
  double loss(const at::Tensor& E) const;
  double energy(const at::Tensor& E) const;  // ‖EX̂‖²/m = ⟨EH, E⟩
};

// For each batch, int64 indices of the drawn columns, ascending; `budget` of all, or all when there are
// fewer.
std::vector<at::Tensor> drawColumns(const LinearPart& part, const Batches& batches, int64_t budget,
                                    at::Generator& generator);

class MomentSums {
 public:
  // weight: W.
  MomentSums(const LinearPart& part, const at::Tensor& weight);
  // The columns of those indices, of one batch. reference: X's; corrected: X̂'s.
  void add(const at::Tensor& reference, const at::Tensor& corrected, const at::Tensor& indices,
           const Pace& pace);
  // What was summed, of at least one column. Call it once, at the end.
  Moments finish();

 private:
  const LinearPart& part_;
  const at::Tensor W_;
  Moments sums_;
};

}  // namespace shellac::purify
