#include "core/audit/audit.h"

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"

namespace shellac::bindings {
namespace {

audit::Settings settingsFrom(const Napi::Object& options, uint64_t seed) {
  return {.search = {.steps = integer(options, "steps"),
                     .batch = integer(options, "searchBatch"),
                     .learningRate = number(options, "learningRate"),
                     .areaWeight = number(options, "areaWeight"),
                     .imagesAtOnce = integer(options, "imagesAtOnce"),
                     .seed = seed},
          .verify = integer(options, "verify"),
          .batch = integer(options, "batch")};
}

void set(Napi::Object& object, const char* name, int64_t count) {
  object.Set(name, static_cast<double>(count));
}

Napi::Object toJs(Napi::Env env, const audit::ClassFinding& finding) {
  auto object = Napi::Object::New(env);
  object.Set("loss", finding.loss);
  object.Set("maskArea", finding.maskArea);
  set(object, "tried", finding.stamped.tried);
  set(object, "quantizedHits", finding.stamped.quantizedHits);
  set(object, "fullPrecisionHits", finding.stamped.fullPrecisionHits);
  object.Set("mask", floatsToJs(env, finding.mask.contiguous()));
  object.Set("pattern", floatsToJs(env, finding.pattern.contiguous()));
  return object;
}

Napi::Object toJs(Napi::Env env, const audit::Layer& layer) {
  auto object = Napi::Object::New(env);
  object.Set("name", layer.name);
  set(object, "bits", layer.bits);
  set(object, "weights", layer.rounding.weights);
  set(object, "flipped", layer.rounding.flipped);
  set(object, "zero", layer.rounding.zero);
  set(object, "rows", layer.rounding.rows);
  set(object, "collapsed", layer.rounding.collapsed);
  object.Set("border", bindings::toJs(env, layer.rounding.border));
  set(object, "bordering", layer.rounding.bordering);
  object.Set("drift", layer.drift);
  return object;
}

template <typename Part>
Napi::Array list(Napi::Env env, const std::vector<Part>& parts) {
  auto array = Napi::Array::New(env, parts.size());
  for (size_t i = 0; i < parts.size(); ++i) array.Set(static_cast<uint32_t>(i), toJs(env, parts[i]));
  return array;
}

Napi::Value toJs(Napi::Env env, const audit::Findings& findings) {
  auto object = Napi::Object::New(env);
  set(object, "images", findings.images);
  set(object, "agreed", findings.agreed);
  set(object, "fullPrecisionCorrect", findings.fullPrecisionCorrect);
  set(object, "quantizedCorrect", findings.quantizedCorrect);
  set(object, "usable", findings.usable);
  set(object, "steps", findings.steps);
  object.Set("classes", list(env, findings.classes));
  object.Set("layers", list(env, findings.layers));
  return object;
}

}  // namespace

Napi::Value audit(const Napi::CallbackInfo& info) {
  const auto fullPrecisionModel = modelOf(info[0]);
  const auto quantized = modelOf(info[1]);
  const auto images = imagesFrom(info[2]);
  const auto options = info[3].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto settings = settingsFrom(options, jobOptions.seed);
  return Engine::of(info.Env()).start(info.Env(), info[4], [=](const Job& job) -> Finish {
    fullPrecision(*fullPrecisionModel);
    const auto findings =
        audit::audit(*fullPrecisionModel, *quantized, images, settings, jobOptions.enter(), job);
    return [findings](Napi::Env env) { return toJs(env, findings); };
  });
}

}  // namespace shellac::bindings
