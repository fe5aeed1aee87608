// objectiveGradients(model, images, trainOptions) -> { loss, gradients }: an objective's value on one batch
// of all the images, and its gradient for each trained tensor, for comparison with finite differences and
// with PyTorch.
// augment(images, { crop, flip, seed }) -> images
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "bindings/handle.h"
#include "bindings/objectives.h"
#include "bindings/train_options.h"
#include "core/train/augment.h"

namespace shellac::bindings {
namespace {

struct Gradients {
  double loss = 0;
  graph::Tensors byName;
};

Gradients gradientsOf(const LoadedModel& loaded, const data::Images& images,
                      const train::Objective& objective, const train::Options& options) {
  const c10::AutoGradMode withGradients(true);
  auto model = fullPrecision(loaded).clone();
  for (auto& parameter : train::trainable(model)) parameter.mutable_grad() = at::zeros_like(parameter);
  auto batch = train::wholeBatch(images, options);
  if (objective.begin) objective.begin(model);
  if (objective.prepare) objective.prepare(model, batch);
  Gradients result;
  for (const auto& term : objective.terms) {
    const auto loss = term.loss(model, batch) * term.weight;
    loss.backward();
    result.loss += loss.item<double>();
  }
  for (const auto& [name, tensor] : model.tensors)
    if (tensor.requires_grad()) result.byName[name] = tensor.grad();
  return result;
}

Napi::Value objectiveGradients(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto settings = trainOptionsFrom(options, images.shape());
  const auto objective = objectiveFrom(object(options, "objective"), loaded->model);
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job&) -> Finish {
    const auto result = gradientsOf(*loaded, images, objective, settings);
    return [result](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env), gradients = Napi::Object::New(env);
      for (const auto& [name, gradient] : result.byName) gradients.Set(name, tensorToJs(env, gradient));
      object.Set("loss", result.loss);
      object.Set("gradients", gradients);
      return object;
    };
  });
}

Napi::Value scheduleFactor(const Napi::CallbackInfo& info) {
  const train::Options options{.schedule = scheduleFrom(info[0].As<Napi::String>().Utf8Value()),
                               .milestones = numbers(info[2])};
  return Napi::Number::New(info.Env(),
                           train::scheduleFactor(options, info[1].As<Napi::Number>().DoubleValue()));
}

Napi::Value augment(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto settings = info[1].As<Napi::Object>();
    auto generator =
        at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(integer(settings, "seed")));
    const train::Augmentation augmentation{integer(settings, "crop"), flag(settings, "flip")};
    return tensorToJs(info.Env(), train::augment(tensorFrom(info[0]), augmentation, generator));
  });
}

}  // namespace

void addTrainKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("augment", Napi::Function::New(env, augment));
  kernels.Set("objectiveGradients", Napi::Function::New(env, objectiveGradients));
  kernels.Set("scheduleFactor", Napi::Function::New(env, scheduleFactor));
}

}  // namespace shellac::bindings
