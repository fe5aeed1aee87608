#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "core/measure/accuracy.h"

namespace shellac::bindings {

Napi::Value measure(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto batch = integer(options, "batch");
  std::optional<measure::Attack> attack;
  if (const auto trigger = field(options, "trigger"); !absent(trigger))
    attack = measure::Attack{triggerFrom(trigger, images.shape()), integer(options, "target")};
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto counts = measure::count(*loaded, images, attack, batch, jobOptions.enter(), job);
    return [counts](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env);
      object.Set("samples", static_cast<double>(counts.samples));
      object.Set("correct", static_cast<double>(counts.correct));
      object.Set("triggered", static_cast<double>(counts.triggered));
      object.Set("hits", static_cast<double>(counts.hits));
      object.Set("robust", static_cast<double>(counts.robust));
      return object;
    };
  });
}

}  // namespace shellac::bindings
