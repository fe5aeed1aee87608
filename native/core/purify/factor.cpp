#include "core/purify/factor.h"

#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/linalg_solve_triangular.h>

#include <algorithm>

namespace shellac::purify {

namespace {

constexpr int64_t kBlock = 128;

// The usual factor LLᵀ of the block read backwards is the one wanted.
bool factorBlock(at::Tensor block) {
  const auto [L, info] = at::linalg_cholesky_ex(block.flip({0, 1}));
  if (info.item<int64_t>() != 0 || !L.diagonal().sum().isfinite().item<bool>()) return false;
  block.copy_(L.flip({0, 1}));
  return true;
}

}  // namespace

bool factorUpper(at::Tensor& H, const Pace& pace) {
  const auto k = H.size(0);
  for (int64_t to = k; to > 0; to -= kBlock) {
    pace.alive();
    const auto from = std::max<int64_t>(0, to - kBlock);
    auto columns = H.slice(0, 0, to).slice(1, from, to);
    if (to < k)
      columns.addmm_(H.slice(0, 0, to).slice(1, to, k), H.slice(0, from, to).slice(1, to, k).t(), 1, -1);
    const auto diagonal = columns.slice(0, from, to);
    if (!factorBlock(diagonal)) return false;
    if (from == 0) continue;
    auto above = columns.slice(0, 0, from);
    above.copy_(at::linalg_solve_triangular(diagonal.t(), above, /*upper=*/false, /*left=*/false));
  }
  H.triu_();
  return true;
}

}  // namespace shellac::purify
