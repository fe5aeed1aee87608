#include "core/measure/grad_cam.h"

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"

namespace shellac::bindings {

Napi::Value gradCam(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto given = field(options, "trigger");
  const auto trigger = absent(given) ? std::nullopt : std::optional(triggerFrom(given, images.shape()));
  const measure::CamOptions settings{.layer = text(options, "layer"),
                                     .target = optionalInteger(options, "target"),
                                     .batch = integer(options, "batch")};
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto cams = measure::gradCam(*loaded, images, trigger, settings, jobOptions.enter(), job);
    const std::vector<int64_t> classes(cams.classes.data_ptr<int64_t>(),
                                       cams.classes.data_ptr<int64_t>() + cams.classes.numel());
    return [maps = cams.maps, classes](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env);
      object.Set("maps", floatsToJs(env, maps));
      object.Set("shape", toJs(env, maps.sizes().vec()));
      object.Set("classes", toJs(env, classes));
      return object;
    };
  });
}

}  // namespace shellac::bindings
