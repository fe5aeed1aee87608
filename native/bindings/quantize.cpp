#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/quantize_options.h"

namespace shellac::bindings {

quant::Options quantizeOptionsFrom(const Napi::Object& options) {
  return {.preset = text(options, "preset"),
          .weightBits = integer(options, "weightBits"),
          .activationBits = optionalInteger(options, "activationBits")};
}

Napi::Value quantize(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto calibration = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto settings = quantizeOptionsFrom(options);
  const auto jobOptions = jobOptionsFrom(options);
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto& model = fullPrecision(*loaded);
    loaded->classes(calibration.shape());
    auto quantization = quant::quantizeNearest(model, calibration, settings, jobOptions.enter(), job);
    const auto result = std::make_shared<const LoadedModel>(quantizedModel(model, std::move(quantization)));
    return [result](Napi::Env env) { return handleOf(env, result); };
  });
}

}  // namespace shellac::bindings
