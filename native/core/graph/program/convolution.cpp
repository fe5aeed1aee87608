#include "core/graph/program/convolution.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/mkldnn_reorder_conv2d_weight.h>

#include "core/graph/program/kernel.h"
#include "core/graph/program/onednn.h"

namespace shellac::graph {

at::Tensor channelsLast(const at::Tensor& x) {
  const auto ordered = x.contiguous(at::MemoryFormat::ChannelsLast);
  const auto c = x.size(1), h = x.size(2), w = x.size(3);
  const std::vector<int64_t> strides{h * w * c, 1, w * c, c};
  return ordered.strides() == at::IntArrayRef(strides) ? ordered : ordered.as_strided(x.sizes(), strides);
}

Convolution::Convolution(const Node& node, Affine affine, bool adds, std::optional<Clamp> clamp)
    : window_(Window::ofConv(node, affine.weight.sizes().vec())),
      groups_(node.integer("groups", 1)),
      adds_(adds),
      clamp_(clamp),
      bias_(std::move(affine.bias)),
      weight_(std::move(affine.weight)) {}

at::Tensor Convolution::operator()(std::vector<at::Tensor> read) {
  const auto x = channelsLast(read[0]);
  read[0].reset();
  auto other = adds_ ? std::move(read[1]) : at::Tensor();
  return onednn::usable(x) ? fused(x, std::move(other)) : unfused(x, other);
}

// The first input says for which height and width; the number of images makes no difference to the order.
at::Tensor Convolution::packed(const at::Tensor& x) {
  std::call_once(packing_, [&] {
    weight_ = at::mkldnn_reorder_conv2d_weight(weight_.to_mkldnn(), window_.padding, window_.stride,
                                               window_.dilation, groups_, x.sizes());
  });
  return weight_;
}

at::Tensor Convolution::fused(const at::Tensor& x, at::Tensor other) {
  const onednn::Layer layer{packed(x), bias_, window_.padding, window_.stride, window_.dilation, groups_};
  if (!adds_) return onednn::convolve(x, layer, clamp_);
  if (other.is_same(x) || !heldAlone(other)) other = other.clone();
  other = channelsLast(other);
  const bool relu = clamp_ && clamp_->isRelu();
  auto made = onednn::convolveOnto(std::move(other), x, layer, relu);
  if (clamp_ && !relu) clamp_->inPlace(made);
  return made;
}

at::Tensor Convolution::unfused(const at::Tensor& x, const at::Tensor& other) const {
  auto made = at::conv2d(x, weight_, bias_, window_.stride, at::IntArrayRef(window_.padding),
                         window_.dilation, groups_);
  if (adds_) made.add_(other);
  if (clamp_) clamp_->inPlace(made);
  return made;
}

}  // namespace shellac::graph
