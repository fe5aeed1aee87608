// Parts of the tuning defences on plain tensors, for comparison with naive loops and dense solves.
//   fixedPoint(J, g, iterations)              -> v: v = Jᵀv + g, so often, from 0
//   attention(maps)                           -> [n, h·w]
//   stageEnds(model, count)                   -> names of values
//   moveImages(model, images, { steps, bound }) -> { moved, normalized, before, after }, of the whole batch
#include <ATen/ops/mv.h>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "bindings/handle.h"
#include "core/train/approximated.h"
#include "core/train/attention_distillation.h"
#include "core/train/unlearning.h"

namespace shellac::bindings {
namespace {

Napi::Value fixedPoint(const Napi::CallbackInfo& info) {
  const auto J = tensorFrom(info[0]);
  const auto v = train::fixedPoint([&](const at::Tensor& x) { return at::mv(J.t(), x); }, tensorFrom(info[1]),
                                   info[2].As<Napi::Number>().Int64Value());
  return tensorToJs(info.Env(), v);
}

Napi::Value attention(const Napi::CallbackInfo& info) {
  return tensorToJs(info.Env(), train::attention(tensorFrom(info[0])));
}

Napi::Value stageEnds(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto loaded = modelOf(info[0]);
    const auto count = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
    return toJs(info.Env(), train::stageEnds(loaded->model, count));
  });
}

Napi::Value moveImages(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto normalized = images.normalize(images.floats(0, images.count(), at::kCPU));
  const auto found = train::moveImages(
      loaded->model, normalized, {.steps = integer(options, "steps"), .bound = number(options, "bound")});
  auto result = Napi::Object::New(info.Env());
  result.Set("moved", tensorToJs(info.Env(), found.images));
  result.Set("normalized", tensorToJs(info.Env(), normalized));
  result.Set("before", found.before);
  result.Set("after", found.after);
  return result;
}

}  // namespace

void addDefenceKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("fixedPoint", Napi::Function::New(env, fixedPoint));
  kernels.Set("attention", Napi::Function::New(env, attention));
  kernels.Set("stageEnds", Napi::Function::New(env, stageEnds));
  kernels.Set("moveImages", Napi::Function::New(env, moveImages));
}

}  // namespace shellac::bindings
