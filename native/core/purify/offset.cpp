#include "core/purify/offset.h"

#include <ATen/TensorIterator.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "core/purify/loops.h"
#include "core/rows.h"

namespace shellac::purify {

namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

}  // namespace

Offset::Offset(const Problem& problem, double learningRate)
    : quantizer_(problem.quantizer),
      weight_(problem.weight.contiguous()),
      grid_(quantizer_.along(weight_)),
      alpha_(at::zeros_like(weight_)),
      first_(at::zeros_like(weight_)),
      second_(at::zeros_like(weight_)),
      values_(quant::roundValues(weight_, grid_)),
      learningRate_(learningRate) {}

at::Tensor Offset::codes() const { return quantizer_.codes(weight_ + alpha_); }

void Offset::step(const at::Tensor& gradient) {
  ++steps_;
  // The passes go through memory, and the gradient may come in channels-last order. The weight must not:
  // libtorch 2.13 was seen to hang and to corrupt memory in the backward pass of narrow convolutions with
  // such weights.
  const auto ordered = gradient.contiguous();
  if (weight_.is_cpu()) return stepInOnePass(ordered);
  const auto slope = quant::passGradient(ordered, weight_ + alpha_, grid_);
  const auto count = at::full({}, steps_, alpha_.options());
  at::_fused_adam_({alpha_}, {slope}, {first_}, {second_}, {}, {count}, learningRate_, kBeta1, kBeta2,
                   /*weight_decay=*/0, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
  values_ = quant::roundValues(weight_ + alpha_, grid_);
}

void Offset::stepInOnePass(const at::Tensor& gradient) {
  const auto t = static_cast<double>(steps_);
  const AdamStep adam{.size = static_cast<float>(learningRate_ / (1 - std::pow(kBeta1, t))),
                      .deviation = static_cast<float>(std::sqrt(1 - std::pow(kBeta2, t)))};
  auto iterator = at::TensorIteratorConfig()
                      .add_output(alpha_)
                      .add_output(first_)
                      .add_output(second_)
                      .add_output(values_)
                      .add_const_input(gradient)
                      .add_const_input(weight_)
                      .add_const_input(grid_.scale)
                      .add_const_input(grid_.low)
                      .add_const_input(grid_.high)
                      .resize_outputs(false)
                      .build();
  eachRow<9, 6>(iterator, [&](const Row<9>& row) {
    const auto& at = row.at;
    offsetRow({at[0], at[1], at[2], at[3], at[4], at[5]}, row.length, {*at[6], *at[7], *at[8]}, adam);
  });
}

}  // namespace shellac::purify
