// The linear part of a unit: its conv or linear node as a map x -> W·x + bias, with the gradient for x alone
// or for W alone, and the columns that W multiplies.
#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <tuple>

#include "core/graph/node.h"

namespace shellac::purify {

class LinearPart {
 public:
  // weightShape: of the node's weight.
  LinearPart(const graph::Node& node, at::IntArrayRef weightShape);

  bool isConvolution() const { return convolution_; }
  int64_t groups() const { return groups_; }
  // bias may be undefined.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const;
  // Of a loss whose gradient for the output is g.
  at::Tensor inputGradient(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight) const;
  at::Tensor weightGradient(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight) const;

  // Output positions of one sample: a column each.
  int64_t positions(const at::Tensor& x) const;
  // Columns of x by index (sample · positions + position), [groups, m, k], k = inputs of one output element.
  // int64 [m].
  at::Tensor columns(const at::Tensor& x, const at::Tensor& indices) const;
  // W, or codes, or anything of its shape, as [groups, out/groups, k]; and back.
  at::Tensor asMatrix(const at::Tensor& weight) const;
  at::Tensor asWeight(const at::Tensor& matrix) const;

 private:
  using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;  // for x, W and the bias
  Gradients backward(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                     std::array<bool, 3> wanted) const;
  std::vector<int64_t> outputSize(const at::Tensor& x) const;

  bool convolution_;
  std::vector<int64_t> weightShape_;
  std::vector<int64_t> stride_{1, 1}, padding_{0, 0}, dilation_{1, 1};
  int64_t groups_ = 1;
};

}  // namespace shellac::purify
