#include "core/graph/program/integer_convolution.h"

#include <ATen/ops/empty_like.h>

#include "core/graph/ops/window.h"
#include "core/graph/program/convolution.h"
#include "core/graph/program/loops.h"
#include "core/parallel.h"
#include "core/processor.h"

namespace shellac::graph {

namespace {

constexpr int64_t kLeastForThread = 32'768;

// x: dense.
at::Tensor codesOf(const at::Tensor& x, const onednn::IntegerLayer& layer) {
  auto codes = at::empty_like(x, at::kByte);
  const auto perUnit = static_cast<float>(1 / layer.inputScale);
  const auto* values = x.const_data_ptr<float>();
  auto* out = codes.data_ptr<uint8_t>();
  inParallel(x.numel(), kLeastForThread, [&](int64_t from, int64_t to) {
    graph::codesOf(out + from, values + from, to - from, perUnit, static_cast<float>(layer.zeroPoint));
  });
  return codes;
}

}  // namespace

// Of channels that do not mix there is little to multiply.
bool integersPay(const Node& conv, at::Device device) {
  return conv.op == "conv2d" && conv.integer("groups", 1) == 1 && fastBytes(device) && onednn::hasIntegers();
}

IntegerConvolution::IntegerConvolution(const Node& node, const IntegerWeight& weight, const Affine& affine,
                                       bool adds, std::optional<Clamp> clamp)
    : adds_(adds), clamp_(clamp) {
  const auto window = Window::ofConv(node, weight.codes.sizes().vec());
  layer_ = {.weight = weight.codes,
            .scale = affine.weight.flatten(),
            .zeroPoints = {},
            .bias = affine.bias,
            .padding = window.padding,
            .stride = window.stride,
            .dilation = window.dilation,
            .inputScale = weight.inputScale,
            .zeroPoint = weight.zeroPoint};
}

at::Tensor IntegerConvolution::operator()(std::vector<at::Tensor> read) {
  const auto codes = codesOf(channelsLast(read[0]), layer_);
  read[0].reset();
  std::call_once(packing_, [&] { onednn::packIntegers(layer_, codes.sizes()); });
  auto made = onednn::convolveIntegers(codes, layer_, adds_ ? std::nullopt : clamp_);
  if (!adds_) return made;
  made.add_(read[1]);
  if (clamp_) clamp_->inPlace(made);
  return made;
}

}  // namespace shellac::graph
