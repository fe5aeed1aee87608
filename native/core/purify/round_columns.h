// Rounds real weights onto a grid, column by column, so that ‖(W* − Q)R‖² stays small (H = RRᵀ, R upper
// triangular).
//
// (W* − Q)R has in column j only errors of columns 0 .. j, so each column can make good what those before it
// did:
//   q_j = Q(w*_j + Σ_{i<j} e_i R_ij / R_jj),    e_i = w*_i − q_i
// This is the OBQ/GPTQ recursion. There it is written with U, H⁻¹ = UᵀU, pushing each error onto the columns
// not yet rounded: e = (w*_j − q_j)/U_jj; w*_t −= e·U_jt. As U = R⁻¹ it gives the same codes, but here no
// inverse is taken.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/pace.h"
#include "core/quant/quantizer.h"

namespace shellac::purify {

// One grid a row: values are scale · s, s a whole number, low <= s <= high. Float32 on the CPU, [rows] each.
struct RowGrids {
  at::Tensor scale, low, high;

  static RowGrids of(const quant::Quantizer& quantizer, int64_t rows);
  RowGrids slice(int64_t from, int64_t to) const;
};

// best: W*, float64 [rows, k]; R: float64 [k, k]. Returns s, float32 [rows, k]. Rows do not know of each
// other.
at::Tensor roundColumns(const at::Tensor& best, const at::Tensor& R, const RowGrids& grids, const Pace& pace);

}  // namespace shellac::purify
