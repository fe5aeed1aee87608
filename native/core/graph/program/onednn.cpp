#include "core/graph/program/onednn.h"

#include <ATen/Context.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

namespace shellac::graph::onednn {
namespace {

using Operator = std::optional<c10::OperatorHandle>;
using Scalars = c10::List<std::optional<at::Scalar>>;

// Without a kernel for the CPU, or with other arguments than those that are given below, it is as good as
// missing.
Operator find(const char* name, const char* overload, size_t arguments) {
  auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found || found->schema().arguments().size() != arguments) return std::nullopt;
  return found->hasKernelForDispatchKey(c10::DispatchKey::CPU) ? found : std::nullopt;
}

struct Operators {
  Operator convolve = find("mkldnn::_convolution_pointwise", "", 10);
  Operator convolveOnto = find("mkldnn::_convolution_pointwise_", "binary", 13);
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

}  // namespace

bool usable(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 &&
         at::globalContext().userEnabledMkldnn() && operators().complete();
}

at::Tensor convolve(const at::Tensor& x, const Layer& layer, const std::optional<Clamp>& clamp) {
  const bool bounded = clamp && !clamp->isRelu();
  Scalars bounds;
  if (bounded) {
    bounds.push_back(at::Scalar(clamp->low));
    bounds.push_back(at::Scalar(clamp->high));
  }
  const char* activation = bounded ? "hardtanh" : clamp ? "relu" : "none";
  return call(operators().convolve, {x, layer.weight, optional(layer.bias), layer.padding, layer.stride,
                                     layer.dilation, layer.groups, activation, bounds, c10::IValue()});
}

at::Tensor convolveOnto(at::Tensor other, const at::Tensor& x, const Layer& layer, bool relu) {
  return call(operators().convolveOnto,
              {std::move(other), x, layer.weight, optional(layer.bias), layer.padding, layer.stride,
               layer.dilation, layer.groups, "add", at::Scalar(1.0),
               relu ? c10::IValue("relu") : c10::IValue(), Scalars(), c10::IValue()});
}

}  // namespace shellac::graph::onednn
