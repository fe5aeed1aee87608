// Parts of learned rounding, for comparison with naive loops and with every choice of floors and ceilings.
// A unit is named by its conv or linear node; options: RoundingOptions with { method, iterations }, method
// efrap or adaround.
//   roundingSlopes(model, unit, quantizer, { input, target, variable, iteration }, options)
//     -> { loss, gradient, variable, share, soft, codes }; variable: V, or null for where it begins
//   learnRounding(model, unit, quantizer, inputs, targets, options with { learningRate, seed }) -> codes
//   blocks(model) -> [{ name, input, output, nodes }]
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "bindings/handle.h"
#include "bindings/rounding_options.h"
#include "core/graph/block.h"
#include "core/purify/learn_rounding.h"

namespace shellac::bindings {
namespace {

// What a Problem refers to.
struct UnitCase {
  UnitCase(const Napi::Value& handle, const std::string& name, quant::Quantizer quantizer,
           purify::Batches inputs, purify::Batches targets)
      : loaded(modelOf(handle)),
        unit(unitOf(loaded->model.graph, name)),
        weight(loaded->model.parameter(loaded->model.graph.node(name), "weight")),
        part(loaded->model.graph.node(name), weight.sizes()),
        inputs(std::move(inputs)),
        targets(std::move(targets)),
        problem{.model = loaded->model,
                .unit = unit,
                .part = part,
                .weight = weight,
                .quantizer = std::move(quantizer),
                .outputQuantizer = {},
                .corrected = this->inputs,
                .targets = this->targets,
                .moments = moments} {}

  static graph::Unit unitOf(const graph::Graph& graph, const std::string& name) {
    const auto all = graph::units(graph);
    return *std::find_if(all.begin(), all.end(), [&](const auto& unit) { return unit.name == name; });
  }

  ModelPointer loaded;
  graph::Unit unit;
  at::Tensor weight;
  purify::LinearPart part;
  purify::Batches inputs, targets;
  purify::Moments moments;
  purify::Problem problem;
};

purify::Batches batchesFrom(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  purify::Batches batches;
  for (uint32_t i = 0; i < array.Length(); ++i) batches.push_back(tensorFrom(array.Get(i)));
  return batches;
}

Napi::Value roundingSlopes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const at::NoGradGuard noGrad;
    const auto at = info[3].As<Napi::Object>(), options = info[4].As<Napi::Object>();
    const UnitCase given(info[0], info[1].ToString(), quantizerFrom(info[2]),
                         {tensorFrom(field(at, "input"))}, {tensorFrom(field(at, "target"))});
    const bool efrap = text(options, "method") == "efrap";
    const auto rounding = roundingFrom(options);
    const std::vector<purify::SoftRounding> weights{
        {given.weight, given.problem.quantizer, efrap ? purify::kPlain : purify::kStretched}};
    const auto& variable = weights.front().variable();
    if (!absent(field(at, "variable"))) variable.copy_(tensorFrom(field(at, "variable")));
    const purify::RoundingObjective objective{
        purify::reconstructionOf(given.problem),
        efrap ? purify::reversalPenalty(rounding)
              : purify::annealedPenalty(rounding, integer(options, "iterations"))};
    const auto slopes = objective.slopes(weights, 0, integer(at, "iteration"));
    const auto share = weights.front().share(variable);
    auto result = Napi::Object::New(info.Env());
    result.Set("loss", slopes.loss);
    result.Set("gradient", tensorToJs(info.Env(), slopes.gradients.front()));
    result.Set("variable", tensorToJs(info.Env(), variable));
    result.Set("share", tensorToJs(info.Env(), share));
    result.Set("soft", tensorToJs(info.Env(), weights.front().soft(share)));
    result.Set("codes", tensorToJs(info.Env(), weights.front().codes()));
    return result;
  });
}

Napi::Value learnRounding(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const at::NoGradGuard noGrad;
    const auto options = info[5].As<Napi::Object>();
    const UnitCase given(info[0], info[1].ToString(), quantizerFrom(info[2]), batchesFrom(info[3]),
                         batchesFrom(info[4]));
    const auto make = text(options, "method") == "efrap" ? purify::efrap : purify::adaRound;
    const auto solver =
        make(integer(options, "iterations"), number(options, "learningRate"), roundingFrom(options));
    auto generator =
        at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(integer(options, "seed")));
    const Job job;
    return tensorToJs(info.Env(), solver->solve(given.problem, generator, {job, "layer", 0, 1}).codes);
  });
}

Napi::Value blocks(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto found = graph::blocks(modelOf(info[0])->model.graph);
    auto array = Napi::Array::New(info.Env(), found.size());
    for (uint32_t i = 0; i < found.size(); ++i) {
      auto block = Napi::Object::New(info.Env());
      block.Set("name", found[i].name);
      block.Set("input", found[i].input);
      block.Set("output", found[i].output);
      block.Set("nodes", toJs(info.Env(), found[i].nodes));
      array.Set(i, block);
    }
    return array;
  });
}

}  // namespace

void addRoundingKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("roundingSlopes", Napi::Function::New(env, roundingSlopes));
  kernels.Set("learnRounding", Napi::Function::New(env, learnRounding));
  kernels.Set("blocks", Napi::Function::New(env, blocks));
}

}  // namespace shellac::bindings
