// Quantizers and observers on plain tensors, for comparison with naive loops and with PyTorch.
//   fakeQuantize(x, quantizer, upstream)      -> { codes, values, gradient }: the straight-through gradient
//   for upstream observe(kind, grid, tensors)              -> QuantizerSpec fakeQuantizeDynamic(of, x, bits,
//   upstream) -> { values, gradient } nearestBothWays(x, quantizer, swapped) -> { nearest, inPlace }
//   presets()                                 -> names
#include <ATen/core/grad_mode.h>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "core/error.h"
#include "core/quant/dynamic.h"
#include "core/quant/observer.h"
#include "core/quant/preset.h"

namespace shellac::bindings {
namespace {

Napi::Object withGradient(Napi::Env env, at::Tensor x, const Napi::Value& upstream,
                          const std::function<at::Tensor(const at::Tensor&)>& quantize) {
  const at::AutoGradMode withGradients(true);
  x.requires_grad_();
  const auto values = quantize(x);
  values.backward(tensorFrom(upstream));
  auto result = Napi::Object::New(env);
  result.Set("values", tensorToJs(env, values));
  result.Set("gradient", tensorToJs(env, x.grad()));
  return result;
}

Napi::Value fakeQuantize(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto x = tensorFrom(info[0]);
    const auto quantizer = quantizerFrom(info[1]);
    const auto codes = quantizer.codes(x);
    auto result =
        withGradient(info.Env(), x, info[2], [&](const auto& y) { return quantizer.straightThrough(y); });
    result.Set("codes", tensorToJs(info.Env(), codes));
    result.Set("codeValues", tensorToJs(info.Env(), quantizer.values(codes)));
    return result;
  });
}

quant::Observe kindFrom(const std::string& name) {
  if (name == "min-max") return quant::Observe::MinMax;
  if (name == "edge-min-max") return quant::Observe::EdgeMinMax;
  if (name == "moving-average") return quant::Observe::MovingAverageMinMax;
  return name == "mse" ? quant::Observe::Mse : quant::Observe::EmaMse;
}

Napi::Value observe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto spec = info[1].As<Napi::Object>();
    const quant::Grid grid{integer(spec, "bits"), flag(spec, "symmetric"), flag(spec, "perChannel")};
    const auto observer = quant::makeObserver(kindFrom(info[0].As<Napi::String>().Utf8Value()), grid);
    const auto tensors = info[2].As<Napi::Array>();
    for (uint32_t i = 0; i < tensors.Length(); ++i) observer->observe(tensorFrom(tensors.Get(i)));
    return toJs(info.Env(), observer->quantizer());
  });
}

Napi::Value fakeQuantizeDynamic(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const bool weight = info[0].As<Napi::String>().Utf8Value() == "weight";
    const auto bits = info[2].As<Napi::Number>().Int64Value();
    return withGradient(info.Env(), tensorFrom(info[1]), info[3], [&](const auto& x) {
      return weight ? quant::fakeQuantizeWeightDynamic(x, bits)
                    : quant::fakeQuantizeActivationDynamic(x, bits);
    });
  });
}

// nearest(x) in a tensor of its own, and written over x; `swapped`: x lies channels-last.
Napi::Value nearestBothWays(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto x = tensorFrom(info[0]);
    const auto quantizer = quantizerFrom(info[1]);
    const bool swapped = info[2].As<Napi::Boolean>().Value();
    const auto nearest = quantizer.nearest(x);
    auto place = swapped ? x.contiguous(at::MemoryFormat::ChannelsLast) : x.clone();
    auto result = Napi::Object::New(info.Env());
    result.Set("nearest", tensorToJs(info.Env(), nearest));
    result.Set("inPlace", tensorToJs(info.Env(), quantizer.nearestInPlace(place)));
    return result;
  });
}

Napi::Value presets(const Napi::CallbackInfo& info) {
  std::vector<std::string> names;
  for (const auto& preset : quant::presets()) names.push_back(preset.name);
  return toJs(info.Env(), names);
}

}  // namespace

void addQuantKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("fakeQuantize", Napi::Function::New(env, fakeQuantize));
  kernels.Set("observe", Napi::Function::New(env, observe));
  kernels.Set("nearestBothWays", Napi::Function::New(env, nearestBothWays));
  kernels.Set("fakeQuantizeDynamic", Napi::Function::New(env, fakeQuantizeDynamic));
  kernels.Set("presets", Napi::Function::New(env, presets));
}

}  // namespace shellac::bindings
