#include "core/train/qura.h"

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/keeping.h"
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
  const auto work = [=](const Job& job, const Keeping& keeping) -> Finish {
    const auto& model = fullPrecision(*loaded);
    loaded->classes(images.shape());
    auto quantization = train::qura(model, images, settings, training, jobOptions.enter(), job, keeping);
    const auto result = std::make_shared<const LoadedModel>(quantizedModel(model, std::move(quantization)));
    return [result](Napi::Env env) { return handleOf(env, result); };
  };
  return startResumable(info.Env(), info[3], info[4], work);
}

}  // namespace shellac::bindings
