#include "core/quant/step_grid.h"

#include <ATen/TensorIterator.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full_like.h>

#include <limits>

#include "core/quant/loops.h"
#include "core/rows.h"

namespace shellac::quant {

namespace {

bool inOnePass(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

at::Tensor steps(const at::Tensor& x, const at::Tensor& scale) {
  return at::div(x, scale).add_(0.5).floor_();
}

template <size_t N>
Step stepOf(const Row<N>& row) {
  return {*row.at[N - 3], *row.at[N - 2], *row.at[N - 1]};
}

// Of the values' operands, then the grid's.
at::TensorIterator iteratorOf(at::TensorIteratorConfig&& values, const StepGrid& grid) {
  return values.add_const_input(grid.scale)
      .add_const_input(grid.low)
      .add_const_input(grid.high)
      .resize_outputs(false)
      .build();
}

void roundInto(at::Tensor& values, const at::Tensor& x, const StepGrid& grid) {
  auto iterator =
      iteratorOf(std::move(at::TensorIteratorConfig().add_output(values).add_const_input(x)), grid);
  eachRow<5, 2>(iterator, [](const Row<5>& row) { roundRow(row.at[0], row.at[1], row.length, stepOf(row)); });
}

}  // namespace

at::Tensor roundValues(const at::Tensor& source, const StepGrid& grid) {
  const auto x = source.detach();
  if (!inOnePass(x)) return steps(x, grid.scale).clamp_(grid.low, grid.high).mul_(grid.scale);
  auto values = at::empty_like(x);
  roundInto(values, x, grid);
  return values;
}

at::Tensor roundUnclamped(const at::Tensor& source, const at::Tensor& scale) {
  const auto x = source.detach();
  if (!inOnePass(x)) return steps(x, scale).mul_(scale);
  constexpr auto kInfinite = std::numeric_limits<float>::infinity();
  return roundValues(x, {scale, at::full_like(scale, -kInfinite), at::full_like(scale, kInfinite)});
}

void roundInPlace(at::Tensor& x, const StepGrid& grid) {
  if (inOnePass(x))
    roundInto(x, x, grid);
  else
    x.div_(grid.scale).add_(0.5).floor_().clamp_(grid.low, grid.high).mul_(grid.scale);
}

at::Tensor passGradient(const at::Tensor& gradient, const at::Tensor& x, const StepGrid& grid) {
  if (!inOnePass(x) || !inOnePass(gradient)) {
    const auto wanted = steps(x, grid.scale);
    return gradient.mul(wanted.ge(grid.low).logical_and_(wanted.le(grid.high)));
  }
  auto slope = at::empty_like(x);
  auto iterator = iteratorOf(
      std::move(at::TensorIteratorConfig().add_output(slope).add_const_input(gradient).add_const_input(x)),
      grid);
  eachRow<6, 3>(iterator,
                [](const Row<6>& row) { passRow(row.at[0], row.at[1], row.at[2], row.length, stepOf(row)); });
  return slope;
}

}  // namespace shellac::quant
