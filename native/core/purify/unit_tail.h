// What follows the linear part of a unit where it is the common BN - activation - output quantizer: element
// by element, so that loss and gradient are one pass, without autograd.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>

#include "core/purify/loops.h"
#include "core/purify/solver.h"

namespace shellac::purify {

class UnitTail {
 public:
  // None where the unit has other ops, or is not on the CPU.
  static std::optional<UnitTail> of(const Problem& problem);

  // y: output of the linear part, [n, c, ...]; in its place comes slope · dL/dy, L = Σ (tail(y) − target)².
  // Returns L. The same bits for the same number of threads.
  double differentiate(const at::Tensor& y, const at::Tensor& target, double slope) const;

 private:
  UnitTail(Tail tail, at::Tensor factor, at::Tensor offset);

  Tail tail_;
  at::Tensor factor_, offset_;  // [c] or [1]
};

}  // namespace shellac::purify
