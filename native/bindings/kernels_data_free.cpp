// Roundings of one weight, for comparison with naive loops.
//   roundWeight(weight, rounding, quantizer, seed) -> codes; the quantizer stands for the preset's, whatever
//   the weight
//   medianHalfWidth(quantizer)                 -> σ
//   withNoise(weight, deviation, seed)         -> weight + N(0, deviation²)
#include <ATen/CPUGeneratorImpl.h>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "bindings/weight_roundings.h"
#include "core/quant/interval_noise.h"

namespace shellac::bindings {
namespace {

at::Generator generatorFrom(const Napi::Value& seed) {
  return at::make_generator<at::CPUGeneratorImpl>(
      static_cast<uint64_t>(seed.As<Napi::Number>().Int64Value()));
}

Napi::Value roundWeight(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto generator = generatorFrom(info[3]);
    const auto fit = [quantizer = quantizerFrom(info[2])](const at::Tensor&) { return quantizer; };
    const auto round = weightRoundingFrom(info[1].As<Napi::Object>());
    return tensorToJs(info.Env(), round(tensorFrom(info[0]), fit, generator).codes);
  });
}

Napi::Value medianHalfWidth(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), quant::medianHalfWidth(quantizerFrom(info[0])));
}

Napi::Value withNoise(const Napi::CallbackInfo& info) {
  auto generator = generatorFrom(info[2]);
  const auto deviation = info[1].As<Napi::Number>().DoubleValue();
  return tensorToJs(info.Env(), quant::withNoise(tensorFrom(info[0]), deviation, generator));
}

}  // namespace

void addDataFreeKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("roundWeight", Napi::Function::New(env, roundWeight));
  kernels.Set("medianHalfWidth", Napi::Function::New(env, medianHalfWidth));
  kernels.Set("withNoise", Napi::Function::New(env, withNoise));
}

}  // namespace shellac::bindings
