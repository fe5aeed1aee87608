// A convolution that runs often: bias, add and clamp in one pass over its result, the weight in the order in
// which the processor's kernel reads it. y = clamp(weight ⋆ x + bias [+ other]).
//
// On CPUs that is oneDNN's, through operators that libtorch registers for its own compiler; elsewhere, or
// where a libtorch has none of them, the same is done op by op. Values are channels-last throughout.
#pragma once
#include <ATen/core/Tensor.h>

#include <mutex>
#include <optional>
#include <vector>

#include "core/graph/fold_batch_norm.h"
#include "core/graph/node.h"
#include "core/graph/ops/window.h"
#include "core/graph/program/clamp.h"

namespace shellac::graph {

// Channels-last, and so that libtorch can tell: where an axis is of size 1, strides alone say in which order
// the values lie.
at::Tensor channelsLast(const at::Tensor& x);

class Convolution {
 public:
  Convolution(const Node& node, Affine affine, bool adds, std::optional<Clamp> clamp);

  // read: x [n, c, h, w], and where it adds `other` [n, o, h', w'], which is overwritten if it is held alone.
  at::Tensor operator()(std::vector<at::Tensor> read);

 private:
  at::Tensor packed(const at::Tensor& x);
  at::Tensor fused(const at::Tensor& x, at::Tensor other);
  at::Tensor unfused(const at::Tensor& x, const at::Tensor& other) const;

  const Window window_;
  const int64_t groups_;
  const bool adds_;
  const std::optional<Clamp> clamp_;
  const at::Tensor bias_;
  std::once_flag packing_;
  at::Tensor weight_;  // as it came until the first call on a CPU, then packed
};

}  // namespace shellac::graph
