// A convolution of whole numbers: the codes of a quantized weight times those of a quantized value, summed
// exactly, then scaled. y = clamp(scale · Σ codes · (input's codes − zeroPoint) + bias [+ other]).
//
// It makes what the same convolution makes of the numbers that the codes stand for, less the rounding errors
// of its sums.
#pragma once
#include <ATen/core/Tensor.h>

#include <mutex>
#include <optional>
#include <vector>

#include "core/graph/fold_batch_norm.h"
#include "core/graph/node.h"
#include "core/graph/program/clamp.h"
#include "core/graph/program/onednn.h"

namespace shellac::graph {

// What stands for a conv's weight, and what is known of its input, whose values are
// inputScale · (0 .. 255 − zeroPoint).
struct IntegerWeight {
  at::Tensor codes;  // int8, of the weight's shape: less their zero point
  at::Tensor scale;  // float32 [o]
  double inputScale;
  int64_t zeroPoint;
};

// Whether such convolutions can run here, and are faster than float32's.
bool integersPay(const Node& conv, at::Device device);

class IntegerConvolution {
 public:
  // affine: the scale [o, 1, 1, 1] in the weight's place and the bias, with the BN in them.
  IntegerConvolution(const Node& node, const IntegerWeight& weight, const Affine& affine, bool adds,
                     std::optional<Clamp> clamp);

  // As Convolution reads.
  at::Tensor operator()(std::vector<at::Tensor> read);

 private:
  const bool adds_;
  const std::optional<Clamp> clamp_;
  onednn::IntegerLayer layer_;  // its weight as it came until the first call, then packed
  std::once_flag packing_;
};

}  // namespace shellac::graph
