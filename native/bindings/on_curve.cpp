#include <c10/core/GradMode.h>

#include <array>

#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "core/train/mode_connectivity.h"

namespace shellac::bindings {

Napi::Value onCurve(const Napi::CallbackInfo& info) {
  const std::array points{modelOf(info[0]), modelOf(info[1]), modelOf(info[2])};
  const auto t = info[3].As<Napi::Number>().DoubleValue();
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job&) -> Finish {
    const c10::NoGradGuard noGrad;
    auto mixed =
        train::onCurve(fullPrecision(*points[0]), fullPrecision(*points[1]), fullPrecision(*points[2]), t);
    const auto result = std::make_shared<const LoadedModel>(LoadedModel{.model = std::move(mixed)});
    return [result](Napi::Env env) { return handleOf(env, result); };
  });
}

}  // namespace shellac::bindings
