#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/keeping.h"
#include "bindings/objectives.h"
#include "bindings/train_options.h"

namespace shellac::bindings {
namespace {

train::Method methodFrom(const std::string& name) {
  return name == "adam" ? train::Method::Adam : train::Method::Sgd;
}

train::Betas betasFrom(const Napi::Value& value) {
  if (absent(value)) return {};
  const auto pair = numbers(value);
  return {.first = pair.at(0), .second = pair.at(1)};
}

}  // namespace

train::Schedule scheduleFrom(const std::string& name) {
  if (name == "cosine") return train::Schedule::Cosine;
  if (name == "multi-step") return train::Schedule::MultiStep;
  return name == "one-cycle" ? train::Schedule::OneCycle : train::Schedule::Constant;
}

train::Options trainOptionsFrom(const Napi::Object& options, const std::vector<int64_t>& imageShape) {
  train::Options result{.epochs = integer(options, "epochs"),
                        .batch = integer(options, "batch"),
                        .optimizer = methodFrom(text(options, "optimizer")),
                        .learningRate = number(options, "learningRate"),
                        .momentum = number(options, "momentum"),
                        .betas = betasFrom(field(options, "betas")),
                        .weightDecay = number(options, "weightDecay"),
                        .schedule = scheduleFrom(text(options, "schedule")),
                        .milestones = numbers(field(options, "milestones")),
                        .augmentation = {integer(options, "crop"), flag(options, "flip")},
                        .sharpness = optionalNumber(options, "sharpness").value_or(0),
                        .seed = static_cast<uint64_t>(integer(options, "seed"))};
  if (const auto trigger = field(options, "trigger"); !absent(trigger))
    result.trigger = triggerFrom(trigger, imageShape);
  return result;
}

Napi::Value train(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto settings = trainOptionsFrom(options, images.shape());
  const auto objective = objectiveFrom(object(options, "objective"), loaded->model);
  const auto work = [=](const Job& job, const Keeping& keeping) -> Finish {
    const auto& model = fullPrecision(*loaded);
    data::checkLabels(images, loaded->classes(images.shape()));
    auto result = train::train(model, images, objective, settings, jobOptions.enter(), job, keeping);
    const auto loading = [](const graph::Model& model) {
      return std::make_shared<const LoadedModel>(LoadedModel{.model = model});
    };
    return
        [trained = loading(result.model), companion = result.companion ? loading(*result.companion) : nullptr,
         epochs = result.epochs](Napi::Env env) -> Napi::Value {
          auto object = Napi::Object::New(env);
          auto reports = Napi::Array::New(env, epochs.size());
          for (size_t i = 0; i < epochs.size(); ++i) {
            auto report = Napi::Object::New(env);
            report.Set("epoch", static_cast<double>(epochs[i].epoch));
            report.Set("loss", epochs[i].loss);
            report.Set("seconds", epochs[i].seconds);
            reports.Set(static_cast<uint32_t>(i), report);
          }
          object.Set("model", handleOf(env, trained));
          object.Set("companion", companion ? handleOf(env, companion) : env.Null());
          object.Set("epochs", reports);
          return object;
        };
  };
  return startResumable(info.Env(), info[3], info[4], work);
}

}  // namespace shellac::bindings
