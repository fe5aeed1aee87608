// createModel, importTorchScript, describe, exportModel, foldBatchNorm.
#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/model_spec.h"
#include "core/graph/fold_batch_norm.h"
#include "core/graph/torchscript.h"
#include "core/graph/unit.h"

namespace shellac::bindings {
namespace {

Finish handing(LoadedModel loaded) {
  return [model = std::make_shared<const LoadedModel>(std::move(loaded))](Napi::Env env) {
    return handleOf(env, model);
  };
}

std::vector<int64_t> weightShape(const LoadedModel& loaded, const graph::Node& node) {
  if (loaded.quantization)
    if (const auto weight = loaded.quantization->weights.find(node.name);
        weight != loaded.quantization->weights.end())
      return weight->second.codes.sizes().vec();
  return loaded.model.parameter(node, "weight").sizes().vec();
}

Napi::Array unitsToJs(Napi::Env env, const LoadedModel& loaded) {
  const auto units = graph::units(loaded.model.graph);
  auto array = Napi::Array::New(env, units.size());
  for (size_t i = 0; i < units.size(); ++i) {
    const auto& node = loaded.model.graph.node(units[i].name);
    auto unit = Napi::Object::New(env);
    unit.Set("name", units[i].name);
    unit.Set("input", units[i].input);
    unit.Set("output", units[i].output);
    unit.Set("nodes", toJs(env, units[i].nodes));
    unit.Set("batchNorm", units[i].batchNorm ? Napi::String::New(env, *units[i].batchNorm) : env.Null());
    unit.Set("weightShape", toJs(env, weightShape(loaded, node)));
    unit.Set("groups", static_cast<double>(node.integer("groups", 1)));
    array.Set(static_cast<uint32_t>(i), unit);
  }
  return array;
}

Napi::Array tensorsToJs(Napi::Env env, const graph::Model& model) {
  auto array = Napi::Array::New(env);
  for (const auto& [name, tensor] : model.tensors) {
    auto entry = Napi::Object::New(env);
    entry.Set("name", name);
    entry.Set("shape", toJs(env, tensor.sizes().vec()));
    array.Set(array.Length(), entry);
  }
  return array;
}

Napi::Value quantizationSummary(Napi::Env env, const LoadedModel& loaded) {
  if (!loaded.quantization) return env.Null();
  auto summary = Napi::Object::New(env);
  const auto& bits = loaded.quantization->activationBits;
  summary.Set("preset", loaded.quantization->preset);
  summary.Set("weightBits", static_cast<double>(loaded.quantization->weightBits));
  summary.Set("activationBits", bits ? Napi::Number::New(env, static_cast<double>(*bits)) : env.Null());
  return summary;
}

}  // namespace

Napi::Value createModel(const Napi::CallbackInfo& info) {
  auto loaded = modelFrom(objectFrom(info[0], "model"));
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [loaded](const Job&) {
    loaded.check();
    return handing(loaded);
  });
}

Napi::Value importTorchScript(const Napi::CallbackInfo& info) {
  const auto path = info[0].As<Napi::String>().Utf8Value();
  std::optional<graph::Shape> shape;
  if (!absent(info[1])) shape = integers(info[1]);
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [path, shape](const Job&) {
    return handing({.model = graph::importTorchScript(path, shape)});
  });
}

Napi::Value describe(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const auto loaded = modelOf(info[0]);
  auto shapes = Napi::Object::New(env), description = Napi::Object::New(env);
  for (const auto& [name, shape] : loaded->check()) shapes.Set(name, toJs(env, shape));
  description.Set("graph", toJs(env, loaded->model.graph));
  description.Set("units", unitsToJs(env, *loaded));
  description.Set("shapes", shapes);
  description.Set("tensors", tensorsToJs(env, loaded->model));
  description.Set("quantization", quantizationSummary(env, *loaded));
  return description;
}

Napi::Value disposeModel(const Napi::CallbackInfo& info) {
  releaseModel(info[0]);
  return info.Env().Undefined();
}

Napi::Value exportModel(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [loaded](const Job&) -> Finish {
    return [loaded](Napi::Env env) -> Napi::Value { return toJs(env, *loaded); };
  });
}

Napi::Value foldBatchNorm(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [loaded](const Job&) {
    return handing({.model = graph::foldBatchNorm(fullPrecision(*loaded))});
  });
}

}  // namespace shellac::bindings
