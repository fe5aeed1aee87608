// The linear part of a unit by whole numbers: of inputs on their quantizer's grid, and of what PDA changes in
// them, whole units an element. Both are exact but for the last rounding.
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

#include "core/graph/node.h"
#include "core/graph/program/integer_convolution.h"
#include "core/quant/quantization.h"

namespace shellac::purify {

class IntegerPart {
 public:
  // `unit`: of a change. bias may be undefined.
  IntegerPart(const graph::Node& node, const graph::IntegerWeight& weight, const at::Tensor& bias,
              double unit);

  // W·x + bias, x on the grid.
  at::Tensor forward(const at::Tensor& x) const { return (*forward_)({x}); }
  // W·(u · unit), u: whole numbers, |u| ≤ kMostUnits, of any type.
  at::Tensor effect(const at::Tensor& u) const { return (*effect_)({u.to(at::kFloat)}); }

  static constexpr int64_t kMostUnits = 127;

 private:
  std::unique_ptr<graph::IntegerConvolution> forward_, effect_;
};

}  // namespace shellac::purify
