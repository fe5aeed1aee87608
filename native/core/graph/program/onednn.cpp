#include "core/graph/program/onednn.h"

#include <ATen/Context.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/zeros_like.h>

namespace shellac::graph::onednn {
namespace {

using Operator = std::optional<c10::OperatorHandle>;
constexpr int64_t kOneGroup = 1;

using Scalars = c10::List<std::optional<at::Scalar>>;

// Without a kernel for the CPU, or with other arguments than those that are given below, it is as good as
// missing.
Operator find(const char* name, const char* overload, size_t arguments,
              c10::DispatchKey key = c10::DispatchKey::CPU) {
  auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found || found->schema().arguments().size() != arguments) return std::nullopt;
  return found->hasKernelForDispatchKey(key) ? found : std::nullopt;
}

struct Operators {
  Operator convolve = find("mkldnn::_convolution_pointwise", "", 10);
  Operator convolveOnto = find("mkldnn::_convolution_pointwise_", "binary", 13);
  Operator pack = find("onednn::qconv_prepack", "", 9);
  Operator convolveIntegers = find("onednn::qconv2d_pointwise", "", 17, c10::DispatchKey::MkldnnCPU);
  bool complete() const { return convolve && convolveOnto; }
};

const Operators& operators() {
  static const Operators found;
  return found;
}

// By position, as an interpreter calls: the types of the C++ functions behind differ from libtorch to
// libtorch.
at::Tensor call(const Operator& op, std::vector<c10::IValue> stack) {
  const at::AutoDispatchBelowAutograd forwardOnly;
  op->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

c10::IValue optional(const at::Tensor& tensor) {
  return tensor.defined() ? c10::IValue(tensor) : c10::IValue();
}

struct Activation {
  const char* name;
  Scalars bounds;
};

Activation activationOf(const std::optional<Clamp>& clamp) {
  if (!clamp) return {"none", Scalars()};
  if (clamp->isRelu()) return {"relu", Scalars()};
  Scalars bounds;
  bounds.push_back(at::Scalar(clamp->low));
  bounds.push_back(at::Scalar(clamp->high));
  return {"hardtanh", bounds};
}

}  // namespace

bool usable(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 &&
         at::globalContext().userEnabledMkldnn() && operators().complete();
}

at::Tensor convolve(const at::Tensor& x, const Layer& layer, const std::optional<Clamp>& clamp) {
  const auto [activation, bounds] = activationOf(clamp);
  return call(operators().convolve, {x, layer.weight, optional(layer.bias), layer.padding, layer.stride,
                                     layer.dilation, layer.groups, activation, bounds, c10::IValue()});
}

at::Tensor convolveOnto(at::Tensor other, const at::Tensor& x, const Layer& layer, bool relu) {
  return call(operators().convolveOnto,
              {std::move(other), x, layer.weight, optional(layer.bias), layer.padding, layer.stride,
               layer.dilation, layer.groups, "add", at::Scalar(1.0),
               relu ? c10::IValue("relu") : c10::IValue(), Scalars(), c10::IValue()});
}

bool hasIntegers() { return operators().pack && operators().convolveIntegers; }

void packIntegers(IntegerLayer& layer, at::IntArrayRef sizes) {
  layer.weight =
      call(operators().pack, {layer.weight, layer.scale, layer.inputScale, layer.zeroPoint, layer.stride,
                              layer.padding, layer.dilation, kOneGroup, sizes.vec()});
  layer.zeroPoints = at::zeros_like(layer.scale, at::kInt);
}

at::Tensor convolveIntegers(const at::Tensor& codes, const IntegerLayer& layer,
                            const std::optional<Clamp>& clamp) {
  const auto [activation, bounds] = activationOf(clamp);
  return call(operators().convolveIntegers,
              {codes, layer.inputScale, layer.zeroPoint, layer.weight, layer.scale, layer.zeroPoints,
               optional(layer.bias), layer.stride, layer.padding, layer.dilation, kOneGroup, 1.0, int64_t{0},
               static_cast<int64_t>(at::kFloat), activation, bounds, std::string()});
}

}  // namespace shellac::graph::onednn
