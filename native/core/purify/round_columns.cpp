#include "core/purify/round_columns.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace shellac::purify {

namespace {

constexpr int64_t kBlock = 128;

struct RowGrid {
  float scale, low, high;
};

// Float32, as a quantizer rounds: a column that nothing pushes gets the code that nearest rounding gives it.
float stepOf(double x, const RowGrid& grid) {
  return std::clamp(std::floor(static_cast<float>(x) / grid.scale + 0.5f), grid.low, grid.high);
}

// One row through one block of columns. pushed: Σ e_i R_ij of all columns before; errors: e, filled in.
void roundRow(const double* best, double* pushed, const double* R, int64_t width, const RowGrid& grid,
              float* steps, double* errors) {
  for (int64_t j = 0; j < width; ++j) {
    const double* __restrict along = R + j * width;
    steps[j] = stepOf(best[j] + pushed[j] / along[j], grid);
    const double error = best[j] - static_cast<double>(steps[j] * grid.scale);
    errors[j] = error;
    for (int64_t t = j + 1; t < width; ++t) pushed[t] += error * along[t];
  }
}

struct Block {
  at::Tensor best, pushed, R;  // float64, contiguous, on the CPU
  at::Tensor steps, errors;    // filled in
};

void roundBlock(Block& block, const RowGrids& grids) {
  const auto rows = block.best.size(0), width = block.best.size(1);
  const auto *best = block.best.const_data_ptr<double>(), *R = block.R.const_data_ptr<double>();
  auto *pushed = block.pushed.data_ptr<double>(), *errors = block.errors.data_ptr<double>();
  auto* steps = block.steps.data_ptr<float>();
  const auto *scale = grids.scale.const_data_ptr<float>(), *low = grids.low.const_data_ptr<float>(),
             *high = grids.high.const_data_ptr<float>();
  inParallel(rows, 1, [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) {
      const auto at = row * width;
      roundRow(best + at, pushed + at, R, width, {scale[row], low[row], high[row]}, steps + at, errors + at);
    }
  });
}

}  // namespace

RowGrids RowGrids::of(const quant::Quantizer& quantizer, int64_t rows) {
  const auto zeroPoint = quantizer.zeroPoint().cpu().to(at::kFloat).expand({rows});
  return {.scale = quantizer.scale().cpu().expand({rows}).contiguous(),
          .low = (quantizer.grid().low() - zeroPoint).contiguous(),
          .high = (quantizer.grid().high() - zeroPoint).contiguous()};
}

RowGrids RowGrids::slice(int64_t from, int64_t to) const {
  return {scale.slice(0, from, to), low.slice(0, from, to), high.slice(0, from, to)};
}

at::Tensor roundColumns(const at::Tensor& best, const at::Tensor& R, const RowGrids& grids,
                        const Pace& pace) {
  const auto rows = best.size(0), k = best.size(1);
  auto errors = at::zeros(best.sizes(), best.options());
  auto steps = at::empty(best.sizes(), best.options().dtype(at::kFloat));
  const auto host = [](const at::Tensor& part) { return part.cpu().contiguous(); };
  for (int64_t from = 0; from < k; from += kBlock) {
    pace.alive();
    const auto to = std::min(from + kBlock, k);
    const auto before = at::matmul(errors.slice(1, 0, from), R.slice(0, 0, from).slice(1, from, to));
    Block block{.best = host(best.slice(1, from, to)),
                .pushed = host(before),
                .R = host(R.slice(0, from, to).slice(1, from, to)),
                .steps = at::empty({rows, to - from}, at::kFloat),
                .errors = at::empty({rows, to - from}, at::kDouble)};
    roundBlock(block, grids);
    errors.slice(1, from, to).copy_(block.errors);
    steps.slice(1, from, to).copy_(block.steps);
  }
  return steps;
}

}  // namespace shellac::purify
