#include "core/purify/linear_part.h"

#include <ATen/TensorIndexing.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/floor_divide.h>
#include <ATen/ops/index.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/remainder.h>

#include "core/graph/ops/window.h"

namespace shellac::purify {
namespace {

// Tokens or not: [n · positions, features].
at::Tensor vectors(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

}  // namespace

LinearPart::LinearPart(const graph::Node& node, at::IntArrayRef weightShape)
    : convolution_(weightShape.size() == 4), weightShape_(weightShape.vec()) {
  if (!convolution_) return;
  const auto window = graph::Window::ofConv(node, weightShape_);
  stride_ = window.stride;
  padding_ = window.padding;
  dilation_ = window.dilation;
  groups_ = node.integer("groups", 1);
}

at::Tensor LinearPart::forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  if (!convolution_) return at::linear(x, weight, bias);
  return at::conv2d(x, weight, bias, stride_, at::IntArrayRef(padding_), dilation_, groups_);
}

at::Tensor LinearPart::inputGradient(const at::Tensor& g, const at::Tensor& x,
                                     const at::Tensor& weight) const {
  if (!convolution_) return at::matmul(g, weight);
  return std::get<0>(backward(g, x, weight, {true, false, false}));
}

at::Tensor LinearPart::weightGradient(const at::Tensor& g, const at::Tensor& x,
                                      const at::Tensor& weight) const {
  if (!convolution_) return at::mm(vectors(g).t(), vectors(x));
  return std::get<1>(backward(g, x, weight, {false, true, false}));
}

LinearPart::Gradients LinearPart::backward(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                                           std::array<bool, 3> wanted) const {
  const std::vector<int64_t> none{0, 0};
  return at::convolution_backward(g, x, weight, at::OptionalIntArrayRef{}, stride_, padding_, dilation_,
                                  /*transposed=*/false, none, groups_, wanted);
}

std::vector<int64_t> LinearPart::outputSize(const at::Tensor& x) const {
  std::vector<int64_t> size;
  for (size_t axis = 0; axis < 2; ++axis) {
    const auto reach = dilation_[axis] * (weightShape_[axis + 2] - 1);
    size.push_back((x.size(axis + 2) + 2 * padding_[axis] - reach - 1) / stride_[axis] + 1);
  }
  return size;
}

int64_t LinearPart::positions(const at::Tensor& x) const {
  if (!convolution_) return x.dim() == 3 ? x.size(1) : 1;
  const auto size = outputSize(x);
  return size[0] * size[1];
}

at::Tensor LinearPart::columns(const at::Tensor& x, const at::Tensor& indices) const {
  if (!convolution_) return vectors(x).index({indices}).unsqueeze(0);
  const auto size = outputSize(x);
  const auto padded = at::constant_pad_nd(x, {padding_[1], padding_[1], padding_[0], padding_[0]});
  const auto s = padded.strides();
  // Every window as a view; only the drawn ones are then copied.
  const auto windows = padded.as_strided(
      {x.size(0), size[0], size[1], x.size(1), weightShape_[2], weightShape_[3]},
      {s[0], s[2] * stride_[0], s[3] * stride_[1], s[1], s[2] * dilation_[0], s[3] * dilation_[1]});
  const auto sample = at::floor_divide(indices, size[0] * size[1]);
  const auto position = at::remainder(indices, size[0] * size[1]);
  const auto drawn =
      windows.index({sample, at::floor_divide(position, size[1]), at::remainder(position, size[1])});
  return drawn.reshape({indices.size(0), groups_, -1}).transpose(0, 1).contiguous();
}

at::Tensor LinearPart::asMatrix(const at::Tensor& weight) const {
  return weight.contiguous().view({groups_, weightShape_[0] / groups_, -1});
}

at::Tensor LinearPart::asWeight(const at::Tensor& matrix) const { return matrix.reshape(weightShape_); }

}  // namespace shellac::purify
