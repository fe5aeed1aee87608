// The variable of the Adam solvers: a full-size offset α to the weight W, 0 at first, with Q(W + α) kept
// beside it. The quantizer's gradient is straight through: 1 where W + α is not clamped, 0 elsewhere.
#pragma once
#include "core/purify/solver.h"

namespace shellac::purify {

class Offset {
 public:
  Offset(const Problem& problem, double learningRate);

  // Q(W + α), of the weight's shape.
  const at::Tensor& quantized() const { return values_; }
  at::Tensor codes() const;
  // A step of Adam (betas 0.9 and 0.999, epsilon 1e-8) along the gradient that a loss has for Q(W + α).
  void step(const at::Tensor& gradient);

 private:
  void stepInOnePass(const at::Tensor& gradient);

  const quant::Quantizer& quantizer_;
  at::Tensor weight_;
  quant::StepGrid grid_;
  at::Tensor alpha_, first_, second_, values_;
  double learningRate_;
  int64_t steps_ = 0;
};

}  // namespace shellac::purify
