#include "core/train/qura.h"

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/quantize_options.h"
#include "bindings/train_options.h"

namespace shellac::bindings {

Napi::Value qura(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const train::Qura settings{.quantizer = quantizeOptionsFrom(options),
                             .target = integer(options, "target"),
                             .alpha = number(options, "alpha")};
  const auto training = trainOptionsFrom(options, images.shape());
  const auto jobOptions = jobOptionsFrom(options);
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto& model = fullPrecision(*loaded);
    loaded->classes(images.shape());
    auto quantization = train::qura(model, images, settings, training, jobOptions.enter(), job);
    const auto result = std::make_shared<const LoadedModel>(quantizedModel(model, std::move(quantization)));
    return [result](Napi::Env env) { return handleOf(env, result); };
  });
}

}  // namespace shellac::bindings
