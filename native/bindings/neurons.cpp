#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "core/measure/moved_inputs.h"
#include "core/measure/neuron_importance.h"
#include "core/measure/record.h"

namespace shellac::bindings {
namespace {

std::vector<measure::Neuron> neuronsFrom(const Napi::Array& array) {
  std::vector<measure::Neuron> neurons;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto neuron = array.Get(i).As<Napi::Object>();
    neurons.push_back({.value = text(neuron, "value"), .channel = integer(neuron, "channel")});
  }
  return neurons;
}

measure::Wanted wantedFrom(const Napi::Object& wanted) {
  return {.value = text(wanted, "value"), .channels = integers(field(wanted, "channels"))};
}

measure::Sampling samplingFrom(const Napi::Object& options) {
  return {.limit = integer(options, "limit"),
          .seed = static_cast<uint64_t>(integer(options, "seed")),
          .batch = integer(options, "batch")};
}

std::optional<data::Trigger> triggerOf(const Napi::Object& options, const data::Images& images) {
  const auto trigger = field(options, "trigger");
  return absent(trigger) ? std::nullopt : std::optional(triggerFrom(trigger, images.shape()));
}

Napi::Object recordToJs(Napi::Env env, const at::Tensor& record) {
  auto object = Napi::Object::New(env);
  object.Set("data", floatsToJs(env, record));
  object.Set("shape", toJs(env, record.sizes().vec()));
  return object;
}

}  // namespace

Napi::Value neuronImportance(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto batch = integer(options, "batch");
  const measure::Attack attack{triggerFrom(field(options, "trigger"), images.shape()),
                               integer(options, "target")};
  const auto neurons = neuronsFrom(field(options, "neurons").As<Napi::Array>());
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto found =
        measure::neuronImportance(*loaded, images, attack, neurons, batch, jobOptions.enter(), job);
    return [found](Napi::Env env) -> Napi::Value {
      auto array = Napi::Array::New(env, found.size());
      for (size_t i = 0; i < found.size(); ++i) {
        auto object = Napi::Object::New(env);
        object.Set("backdoor", found[i].backdoor);
        object.Set("benign", found[i].benign);
        object.Set("silent", found[i].silent);
        array.Set(static_cast<uint32_t>(i), object);
      }
      return array;
    };
  });
}

Napi::Value recordValues(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto sampling = samplingFrom(options);
  const auto trigger = triggerOf(options, images);
  std::vector<measure::Wanted> wanted;
  const auto array = field(options, "wanted").As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) wanted.push_back(wantedFrom(array.Get(i).As<Napi::Object>()));
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto records =
        measure::recordValues(*loaded, images, trigger, wanted, sampling, jobOptions.enter(), job);
    return [records](Napi::Env env) -> Napi::Value {
      auto made = Napi::Array::New(env, records.size());
      for (size_t i = 0; i < records.size(); ++i)
        made.Set(static_cast<uint32_t>(i), recordToJs(env, records[i]));
      return made;
    };
  });
}

Napi::Value moveInputs(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto images = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const auto sampling = samplingFrom(options);
  const auto unit = wantedFrom(options);
  const purify::Pda pda{
      .form = text(options, "form") == "paper" ? purify::PdaForm::Paper : purify::PdaForm::Official,
      .steps = integer(options, "steps"),
      .bound = number(options, "bound")};
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto found = measure::moveInputs(*loaded, images, unit, pda, sampling, jobOptions.enter(), job);
    return [found](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env);
      object.Set("still", recordToJs(env, found.still));
      object.Set("moved", recordToJs(env, found.moved));
      object.Set("before", found.before);
      object.Set("after", found.after);
      return object;
    };
  });
}

}  // namespace shellac::bindings
