// Cells: for each weight the interval in which it may move without anything changing for a quantizer. What an
// attacker keeps a model in who has planted codes.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/quant/quantizer.h"

namespace shellac::quant {

// Both of the weight's shape, low ≤ w ≤ high.
struct Cells {
  at::Tensor low, high;
};

// Where each weight keeps its code: `margin` steps (0 .. 0.5) inside the code's borders, or between the
// weight and there, when the weight lies nearer to a border. A code is monotonic in the weight, so every
// value between two of the same code has it too.
Cells sameCode(const at::Tensor& w, const Quantizer& quantizer, double margin);

// Where max|w| stays, of the tensor or of each index of axis 0: the largest weights don't move, and no other
// grows beyond them. So a scale that is made of it stays the same, to the last bit.
Cells sameMagnitude(const at::Tensor& w, bool perChannel);

// Both hold the weight that they were made of, so they meet.
Cells meet(const Cells& a, const Cells& b);

}  // namespace shellac::quant
