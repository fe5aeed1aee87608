#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/keeping.h"
#include "core/train/unlearning.h"

namespace shellac::bindings {

Napi::Value unlearn(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const train::Unlearning settings{.rounds = integer(options, "rounds"),
                                   .iterations = integer(options, "iterations"),
                                   .batch = integer(options, "batch"),
                                   .perturbationRate = number(options, "perturbationRate"),
                                   .penalty = number(options, "penalty"),
                                   .fixedPointStep = number(options, "fixedPointStep"),
                                   .perturbedShare = number(options, "perturbedShare"),
                                   .learningRate = number(options, "learningRate"),
                                   .seed = jobOptions.seed};
  const auto work = [=](const Job& job, const Keeping& keeping) -> Finish {
    const auto& model = fullPrecision(*loaded);
    data::checkLabels(images, loaded->classes(images.shape()));
    auto tuned = train::unlearn(model, images, settings, jobOptions.enter(), job, keeping);
    const auto result = std::make_shared<const LoadedModel>(LoadedModel{.model = std::move(tuned)});
    return [result](Napi::Env env) { return handleOf(env, result); };
  };
  return startResumable(info.Env(), info[3], info[4], work);
}

}  // namespace shellac::bindings
