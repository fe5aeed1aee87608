#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/quantize_options.h"
#include "bindings/weight_roundings.h"
#include "core/purify/most_agreeing.h"

namespace shellac::bindings {

Napi::Value quantizeWith(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto settings = quantizeOptionsFrom(options);
  const auto jobOptions = jobOptionsFrom(options);
  const auto roundings = field(options, "roundings").As<Napi::Array>();
  std::vector<quant::WeightRounding> candidates;
  for (uint32_t i = 0; i < roundings.Length(); ++i)
    candidates.push_back(weightRoundingFrom(roundings.Get(i).As<Napi::Object>()));
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto& model = fullPrecision(*loaded);
    loaded->classes(images.shape());
    auto found = purify::quantizeMostAgreeing(model, images, settings, candidates, jobOptions.seed,
                                              jobOptions.enter(), job);
    const auto quantized =
        std::make_shared<const LoadedModel>(quantizedModel(model, std::move(found.quantization)));
    return [=, chosen = found.chosen, agreeing = found.agreeing](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("model", handleOf(env, quantized));
      result.Set("chosen", static_cast<double>(chosen));
      result.Set("agreeing", toJs(env, agreeing));
      return result;
    };
  });
}

}  // namespace shellac::bindings
