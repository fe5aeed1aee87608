// runValues(model, data, shape, training, seed) -> { values, tensors }: every value of the graph, and the
// tensors after the pass, for comparison with the shapes that were inferred and with PyTorch's BN in
// training.
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"

namespace shellac::bindings {
namespace {

Napi::Object tensorsToJs(Napi::Env env, const graph::Tensors& tensors) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, tensor] : tensors) object.Set(name, tensorToJs(env, tensor));
  return object;
}

Napi::Value runValues(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto input = floatsFrom(info[1], integers(info[2]));
  const bool training = info[3].As<Napi::Boolean>().Value();
  const auto seed = static_cast<uint64_t>(info[4].As<Napi::Number>().Int64Value());
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job&) -> Finish {
    const c10::NoGradGuard noGrad;
    const auto model = fullPrecision(*loaded).clone();
    graph::Tensors values;
    const auto keep = [&](const std::string& name, const at::Tensor& value) { return values[name] = value; };
    graph::run(
        model, input,
        {.value = keep, .training = training, .generator = at::make_generator<at::CPUGeneratorImpl>(seed)});
    return [values, tensors = model.tensors](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("values", tensorsToJs(env, values));
      result.Set("tensors", tensorsToJs(env, tensors));
      return result;
    };
  });
}

}  // namespace

void addGraphKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("runValues", Napi::Function::New(env, runValues));
}

}  // namespace shellac::bindings
